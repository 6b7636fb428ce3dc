"""How well the comparison finds people who are there twice: precision and recall over sets in which the truth is known.

`python -m bench.duplicates FOLDER` prints the tables of docs/duplicates.md; FOLDER is that of the reference data, or stands in
PATHWAYS_REFERENCE_DATA. It needs no database: records are looked up by the handles that the database has indexes for.
`--choosing` prints the halves on which the points were chosen instead.
"""

import csv
import gzip
import hashlib
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from candidates.choices import RouteKind
from candidates.likeness import MAY_BE_ONE, MOST_EACH, Known, found_by, known_as, likeness, with_slips

THRESHOLDS = (6, 8, 10, 12, 14, 16)


@dataclass(frozen=True)
class Labelled:
    """Records, and for each the person whose it is."""

    known: Mapping[str, Known]
    person: Mapping[str, str]

    def half(self, *, chosen_on: bool) -> "Labelled":
        """The people on whom the points were chosen, or the others."""
        ids = [record for record, person in self.person.items() if _is_first_half(person) is chosen_on]
        return Labelled({record: self.known[record] for record in ids}, {record: self.person[record] for record in ids})


def _is_first_half(person: str) -> bool:
    return hashlib.sha256(person.encode()).digest()[0] % 2 == 0


@dataclass(frozen=True)
class Measured:
    """Of one set at one threshold: how many pairs are true, are suggested, and both."""

    true: int
    suggested: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.suggested if self.suggested else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0


def febrl(folder: Path, number: int) -> Labelled:
    """Made-up Australians: street and suburb are our address, their postcode ours."""
    known, person = {}, {}
    with (folder / f"samples/duplicates/febrl_dataset{number}.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, skipinitialspace=True):
            told = {name.strip(): (value or "").strip() for name, value in row.items()}
            lines = " ".join(told[name] for name in ("street_number", "address_1") if told[name])
            known[told["rec_id"]] = known_as(
                first=told["given_name"], last=told["surname"], born=_day(told["date_of_birth"]), postcode=told["postcode"], lines=lines
            )
            person[told["rec_id"]] = told["rec_id"].split("-")[1]
    return Labelled(known, person)


def fake(folder: Path) -> Labelled:
    """Made-up people with an e-mail address and a city, which says too little to be an address."""
    known, person = {}, {}
    with (folder / "samples/duplicates/splink_fake_1000.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            reach = [(RouteKind.EMAIL, row["email"])] if row["email"] else []
            known[row["unique_id"]] = known_as(first=row["first_name"], last=row["surname"], born=row["dob"], reach=reach)
            person[row["unique_id"]] = row["cluster"]
    return Labelled(known, person)


def historical(folder: Path) -> Labelled:
    """People long dead, as encyclopaedias and typists have them; the postcodes are invented."""
    known, person = {}, {}
    with gzip.open(folder / "samples/duplicates/splink_historical_part1.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            known[row["unique_id"]] = known_as(
                first=row["first_name"], last=row["surname"], born=row["dob"], postcode=row["postcode_fake"].upper()
            )
            person[row["unique_id"]] = row["cluster"]
    return Labelled(known, person)


def register(folder: Path) -> Labelled:
    """The people of the messy register, in the clean words of its truth: some of them stand there several times."""
    known, person = {}, {}
    with (folder / "samples/registers/messy_register_truth.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            known[row["ref"]] = known_as(
                first=row["first_name"], last=row["surname"], born=row["dob_source"], postcode=row["postcode_source"].upper()
            )
            person[row["ref"]] = row["true_person_id"]
    return Labelled(known, person)


def _day(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 else ""


#: Set -> the part that chose the points, the part that is reported.
SETS: Mapping[str, tuple[Callable[[Path], Labelled], Callable[[Path], Labelled]]] = {
    "febrl": (lambda folder: febrl(folder, 1), lambda folder: febrl(folder, 3)),
    "splink_fake_1000": (lambda folder: fake(folder).half(chosen_on=True), lambda folder: fake(folder).half(chosen_on=False)),
    "splink_historical_part1": (
        lambda folder: historical(folder).half(chosen_on=True),
        lambda folder: historical(folder).half(chosen_on=False),
    ),
    "messy_register": (lambda folder: register(folder).half(chosen_on=True), register),
}
NAMES = {"febrl": ("febrl_dataset1", "febrl_dataset3")}


def name_of(key: str, *, chosen_on: bool) -> str:
    """What a part of a set is called in the tables."""
    if key in NAMES:
        return NAMES[key][0 if chosen_on else 1]
    return key if key == "messy_register" and not chosen_on else f"{key}, {'first' if chosen_on else 'second'} half"


def compared(labelled: Labelled) -> Iterator[tuple[str, str, int]]:
    """Every pair that is looked at, once, with its points."""
    by: dict[str, list[str]] = defaultdict(list)
    for record, known in labelled.known.items():
        for handle in found_by(known):
            by[handle].append(record)
    seen: set[tuple[str, str]] = set()
    for record, known in labelled.known.items():
        near = {other for handle in with_slips(known) for other in by.get(handle, ())[-MOST_EACH:]}
        for other in near - {record}:
            pair = (min(record, other), max(record, other))
            if pair not in seen:
                seen.add(pair)
                yield *pair, likeness(known, labelled.known[other]).points


def measure(labelled: Labelled) -> dict[int, Measured]:
    """Threshold -> what it finds."""
    true = sum(number * (number - 1) // 2 for number in Counter(labelled.person.values()).values())
    suggested: Counter[int] = Counter()
    right: Counter[int] = Counter()
    for one, other, points in compared(labelled):
        for threshold in THRESHOLDS:
            if points >= threshold:
                suggested[threshold] += 1
                right[threshold] += labelled.person[one] == labelled.person[other]
    return {threshold: Measured(true, suggested[threshold], right[threshold]) for threshold in THRESHOLDS}


def lines(name: str, found: Mapping[int, Measured]) -> list[str]:
    """Rows of the table for one set."""
    return [
        f"| {name} | {threshold} | {one.true:,} | {one.suggested:,} | {one.right:,} | {one.precision:.3f} | {one.recall:.3f} |"
        for threshold, one in found.items()
    ]


def main() -> None:
    """Print the tables."""
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    folder = Path(words[0] if words else os.environ["PATHWAYS_REFERENCE_DATA"])
    chosen_on = "--choosing" in sys.argv
    print(f"Asked about from {MAY_BE_ONE} points on.\n")
    print("| set | from points | true pairs | suggested | of them true | precision | recall |\n|---|---|---|---|---|---|---|")
    for key, (first, second) in SETS.items():
        print("\n".join(lines(name_of(key, chosen_on=chosen_on), measure((first if chosen_on else second)(folder)))), flush=True)


if __name__ == "__main__":
    main()
