"""What a register says of a person, written down: who they are, how to reach them, where they live, what they answered."""

import re
from datetime import date, datetime
from typing import Any

from django.db import transaction

from candidates.choices import AddressChange
from candidates.models import Address, Candidate, ContactRoute
from candidates.services.equality import answer_questions
from candidates.services.person import add_person, add_route, correct_person, set_address
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, Refused
from pathways.models import ImportRow, ImportRun, Note, Pathway
from pathways.queries.company import records_of

#: Languages as registers name them. What is in another language than these is kept as "other", with the word as a note.
LANGUAGES = {
    "english": "en",
    "arabic": "ar",
    "bengali": "bn",
    "bangla": "bn",
    "sylheti": "bn",
    "chinese": "zh",
    "cantonese": "zh",
    "mandarin": "zh",
    "french": "fr",
    "gujarati": "gu",
    "kurdish": "ku",
    "sorani": "ku",
    "pashto": "ps",
    "persian": "fa",
    "farsi": "fa",
    "dari": "fa",
    "polish": "pl",
    "portuguese": "pt",
    "punjabi": "pa",
    "panjabi": "pa",
    "romanian": "ro",
    "somali": "so",
    "spanish": "es",
    "tigrinya": "ti",
    "ukrainian": "uk",
    "urdu": "ur",
    "mirpuri": "ur",
}
NO_HOME = "no fixed abode"


def language_of(words: str) -> str:
    """The language that is named first; English where none is; "other" for one that has no code here."""
    text = words.strip().casefold()
    if text in {"", "en", "n/a", "none", "-", "not known", "unknown"}:
        return "en"
    if text in LANGUAGES.values():
        return text
    found = [LANGUAGES[word] for word in re.findall(r"[a-z]+", text) if word in LANGUAGES]
    return found[0] if found else "other"


def born(text: str) -> tuple[date | None, str]:
    """A birth date as far as a register knows it: 1980, 1980-05 or 1980-05-04."""
    parts = [int(part) for part in text.split("-")] if text else []
    if not parts:
        return None, ""
    quality = {1: "year", 2: "month", 3: "exact"}[len(parts)]
    return date(*[*parts, 1, 1][:3]), quality


def name_in(told: dict[str, Any]) -> dict[str, str]:
    """First and last name of a row; somebody with one name has it as the first."""
    return {
        "first_name": str(told.get("first_name", "") or told.get("last_name", ""))[:200],
        "last_name": str(told.get("last_name", "") if told.get("first_name") else "")[:200],
    }


def new_person(row: ImportRow, *, run: ImportRun, by: Actor, at: datetime) -> Candidate:
    """Somebody the programme now knows by name, with all that the row says of them."""
    told = row.fields
    day, quality = born(str(told.get("date_of_birth", "")))
    person = add_person(
        organisation=run.organisation,
        **name_in(told),
        date_of_birth=day,
        birth_quality=quality,
        language=language_of(str(told.get("language", ""))),
        english_is_fine=None,  # a register does not say
        by=by,
        at=at,
    )
    _reach(person, told, by=by, at=at)
    if told.get("postcode") or told.get("address") or is_homeless(told):
        _live(person, told, by=by, at=at)
    _answers(person, told, by=by, at=at, known=False)
    return person


def fill_person(row: ImportRow, person: Candidate, *, by: Actor, at: datetime) -> None:
    """Somebody who is here already, said a person: what is missing is filled, what is there stays."""
    told = row.fields
    empty: dict[str, Any] = {}
    if person.date_of_birth is None and told.get("date_of_birth"):
        empty["date_of_birth"], empty["birth_quality"] = born(told["date_of_birth"])
    if not person.last_name and told.get("last_name"):
        empty["last_name"] = told["last_name"][:200]
    if empty:
        correct_person(candidate=person, version=person.version, values=empty, by=by, at=at)
    _reach(person, told, by=by, at=at)
    has_address = Address.objects.filter(candidate__in=records_of(person), valid_to__isnull=True, replaced_by__isnull=True).exists()
    if not has_address and (told.get("postcode") or told.get("address")):
        _live(person, told, by=by, at=at)
    _answers(person, told, by=by, at=at)


def change_person(row: ImportRow, person: Candidate, *, by: Actor, at: datetime) -> None:
    """The register knows better than the last time: only what the preview showed as changed."""
    told = row.fields
    names: dict[str, Any] = {name: told[name][:200] for name in ("first_name", "last_name") if row.changes.get(name)}
    if row.changes.get("date_of_birth"):
        names["date_of_birth"], names["birth_quality"] = born(told["date_of_birth"])
    if names:
        correct_person(candidate=person, version=person.version, values=names, by=by, at=at)
    _reach(person, {name: told[name] for name in ("phone", "email") if row.changes.get(name)}, by=by, at=at)
    if row.changes.get("postcode"):
        _live(person, told, by=by, at=at)
    _answers(person, told, by=by, at=at)


def _reach(person: Candidate, told: dict[str, Any], *, by: Actor, at: datetime) -> None:
    ways = ways_of(told)
    held = set(ContactRoute.objects.current().filter(candidate__in=records_of(person)).values_list("value", flat=True)) if ways else set()
    for value, kind in ways.items():
        if value not in held:
            add_route(candidate=person, kind=kind, value=value, by=by, at=at)


def ways_of(told: dict[str, Any]) -> dict[str, str]:
    """Numbers and mailboxes of a row, each once, in their order, with what kind they are."""
    also = told.get("also", {})
    numbers = [number for number in (told.get("phone", ""), *also.get("phone", [])) if number]
    ways = {number: "mobile" if number.startswith("+447") else "landline" for number in numbers}
    for mailbox in (told.get("email", ""), *also.get("email", [])):
        if mailbox:
            ways.setdefault(mailbox, "email")
    return ways


def is_homeless(told: dict[str, Any]) -> bool:
    """Whether the register says that they have no home."""
    return any(text == NO_HOME for text, _ in told.get("notes", []))


def _live(person: Candidate, told: dict[str, Any], *, by: Actor, at: datetime) -> None:
    where: dict[str, Any] = {
        "postcode": told.get("postcode", ""),
        "lines": str(told.get("address", ""))[:300],
        "no_fixed_abode": not told.get("postcode") and is_homeless(told),
    }
    try:
        with transaction.atomic():
            set_address(candidate=person, **where, by=by, at=at)
    except Refused:  # a second move on one day: the first was a mistake
        set_address(candidate=person, **where, change=AddressChange.CORRECTED, by=by, at=at)


def _answers(person: Candidate, told: dict[str, Any], *, by: Actor, at: datetime, known: bool = True) -> None:
    """Equality answers, where none was given yet. What the person said themselves, and their objection on any record of theirs, stand."""
    answers = answers_in(told)
    records = records_of(person) if answers and known else [person.pk]
    for question, said in answers.items():
        try:
            with transaction.atomic():
                answer_questions(candidate=person, answers={question: said}, by=by, at=at, records=records)
        except Conflict:
            continue


def answers_in(told: dict[str, Any]) -> dict[str, str]:
    """Question -> what a row answers to it."""
    said = {question: (code or group) if state == "value" else state for question, (state, code, group) in told.get("answers", {}).items()}
    return {question: answer for question, answer in said.items() if answer}


def words_of(row: ImportRow, *, at: datetime) -> list[tuple[str, date]]:
    """Free words of a row that become notes, each once, with their day."""
    words = [(text.strip(), on) for text, on in row.fields.get("notes", []) if text.strip() and text != NO_HOME]
    for name, what in (("family_words", "Wanted, as the register has it"), ("event", "Event, as the register has it")):
        if row.fields.get(name):
            words.append((f"{what}: {row.fields[name]}", ""))
    language = str(row.fields.get("language", ""))
    if language and language_of(language) == "other":
        words.append((f"Language, as the register has it: {language}", ""))
    told: dict[str, date] = {}
    for text, on in words:
        told.setdefault(text[:10_000], date.fromisoformat(on) if on else today_london(at))
    return list(told.items())


def keep_words(row: ImportRow, case: Pathway, *, run: ImportRun, at: datetime) -> None:
    """Free words become notes of the team, once."""
    words = words_of(row, at=at)
    held = set(Note.objects.filter(pathway=case).values_list("text", flat=True)) if words else set()
    for text, day in words:
        if text not in held:
            Note.objects.create(pathway=case, author_id=run.by_id, organisation_id=run.organisation_id, text=text, written_at=at, day=day)
