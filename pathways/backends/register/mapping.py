"""A mapping: which column is which field, and which value is which stage or step. Given, guessed, shown, corrected.

    {"sheet": "Main", "columns": {"Mob no": "phone", "F": "offer_on"}, "values": {"Status": {"DNA x2": "interview.miss"}}}

or a list of such. A column is named by its heading or, where that occurs twice, its letter.
"""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from pathways.backends.register import columns
from pathways.backends.register.headings import Column, Table
from pathways.backends.register.statuses import STAGES, STEPS, Meaning, meaning_of, plain

FIELDS = frozenset((*columns.FIELDS, *columns.ANSWER_FIELDS))


class MappingRefused(ValueError):
    """A mapping that does not fit its file; the words say what does not."""


@dataclass
class Mapping:
    """The mapping of one table: field -> the columns that hold it; status words -> what they mean."""

    fields: dict[str, list[Column]]
    values: dict[str, Meaning] = field(default_factory=dict)
    given: bool = False

    def first(self, name: str) -> Column | None:
        """The column that holds a field, or the first of them."""
        held = self.fields.get(name)
        return held[0] if held else None

    def means(self, word: str) -> Meaning:
        """What a status word means here: as it was said, else as it is guessed."""
        said = self.values.get(plain(word))
        return said if said is not None else meaning_of(word)


def given_sheets(given: Any) -> dict[str, dict[str, Any]]:
    """What was given, by sheet ("" for a file of one table); MappingRefused when it is no mapping."""
    if not given:
        return {}
    entries = given if isinstance(given, list) else [given]
    sheets: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("columns", {}), dict) or not isinstance(entry.get("values", {}), dict):
            raise MappingRefused(
                'A mapping looks like {"sheet": "Main", "columns": {"Mob no": "phone"}, "values": {"Status": {"DNA": "interview.miss"}}}'
            )
        for name, said in entry.get("columns", {}).items():
            if said is not None and said not in FIELDS:
                raise MappingRefused(f"“{name}” is mapped to “{said}”, which is no field")
        sheets[str(entry.get("sheet") or "")] = entry
    return sheets


def mapping_of(table: Table, given: dict[str, Any] | None) -> Mapping:
    """The mapping of a table: what was given for its columns, or what its headings and cells suggest."""
    chosen = _given(table, given["columns"]) if given and given.get("columns") else _guessed(table)
    fields: dict[str, list[Column]] = {}
    for column, name in chosen:
        fields.setdefault(name, []).append(column)
    mapping = Mapping(fields, given=bool(given))
    for words in (given or {}).get("values", {}).values():
        for word, meaning in words.items():
            mapping.values[plain(str(word))] = _meaning(word, meaning)
    _check_names(mapping)
    return mapping


def _check_names(mapping: Mapping) -> None:
    """A whole name beside a first and a last one is not needed; of one part alone it is the name."""
    names = mapping.fields
    if "full_name" in names and "first_name" in names and "last_name" in names and not mapping.given:
        del names["full_name"]


def _meaning(word: str, said: Any) -> Meaning:
    if said is None or said == "":
        return Meaning()
    if said in STAGES:
        return Meaning(stage=said)
    if said in STEPS or re.fullmatch(r"[a-z_]+\.[a-z_]+", str(said)):
        return Meaning(step=str(said))
    raise MappingRefused(f"“{word}” is mapped to “{said}”, which is neither a stage nor a step")


def _given(table: Table, said: dict[str, str | None]) -> list[tuple[Column, str]]:
    by_heading: dict[str, list[Column]] = {}
    for column in table.columns:
        by_heading.setdefault(columns.plain(column.heading), []).append(column)
    by_letter = {column.letter: column for column in table.columns}
    chosen: list[tuple[Column, str]] = []
    for name, wanted in said.items():
        if not wanted:
            continue
        held = by_heading.get(columns.plain(name), [])
        exact = [column for column in held if column.heading.strip() == str(name).strip()]
        held = exact if len(exact) == 1 else held
        if len(held) == 1:
            chosen.append((held[0], wanted))
        elif name in by_letter:
            chosen.append((by_letter[name], wanted))
        elif held:
            raise MappingRefused(f"“{name}” stands over {len(held)} columns: name one by its letter")
        else:
            where = f" of the sheet “{table.sheet}”" if table.sheet else ""
            raise MappingRefused(f"No column{where} is headed “{name}”")
    return chosen


def _guessed(table: Table) -> list[tuple[Column, str]]:
    chosen = [(column, column.field) for column in table.columns if column.field]
    taken = {name for _, name in chosen}
    for column in table.columns:
        if column.known or column.field:
            continue
        sample = [str(row[column.index]) for _, row in table.rows[:60] if column.index < len(row) and row[column.index] is not None]
        name = columns.looks_like(sample)
        if name and (name not in taken or name in columns.MANY):
            chosen.append((column, name))
            taken.add(name)
    return [(column, name) for column, name in chosen if name]


def as_given(table: Table, mapping: Mapping, words: list[str]) -> dict[str, Any]:
    """The mapping as the contract writes it, to be shown, corrected, kept and given again. `words`: the status words seen."""
    headings = [column.heading for column in table.columns]
    said: dict[str, str] = {}
    for name, held in mapping.fields.items():
        for column in held:
            twice = headings.count(column.heading) > 1 or not column.heading
            said[column.letter if twice else column.heading] = name
    entry: dict[str, Any] = {"columns": said}
    if table.sheet:
        entry = {"sheet": table.sheet, **entry}
    status = mapping.first("status")
    if status and words:
        entry["values"] = {status.heading or status.letter: {word: mapping.means(word).name for word in words}}
    return entry


def fingerprint(tables: list[Table]) -> str:
    """A digest of the headings, by which a mapping is remembered: the same layout, the same digest."""
    seen = "\n".join("\t".join(columns.plain(f"{column.over} {column.heading}") for column in table.columns) for table in tables)
    return hashlib.sha256(seen.encode()).hexdigest()
