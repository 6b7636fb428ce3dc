"""Compares a reading with the truth that a sample register was written from. A value is wrong only if it is stored silently."""

import json
from pathlib import Path
from typing import Any

from pathways.backends.register.proposals import Fact, Place
from pathways.backends.register.reading import Reading

STEP_OF_FACT = {
    "contacted": ("pathway.log_outreach",),
    "interest expressed": ("pathway.express_interest",),
    "chat held": ("interview.hold",),
    "chat booked (this is the day of booking)": ("interview.book",),
    "chat missed": ("interview.miss",),
    "course begun": ("training_place.start",),
    "seat booked": ("training_place.book",),
    "course ended": ("training_place.finish",),
    "course finished": ("training_place.finish",),
    "course left": ("training_place.leave",),
    "offer made": ("introduction.offer",),
    "offer accepted": ("introduction.accept",),
    "offer declined": ("introduction.decline_by_candidate",),
    "work begun": ("placement.start",),
    "start planned": ("placement.agree_start",),
    "six months confirmed": ("retention_check.confirm",),
    "work ended": ("placement.leave",),
    "closed: not_now": ("pathway.set_not_now", "pathway.withdraw"),
    "closed: withdrawn": ("pathway.withdraw",),
    "closed: unreachable": ("pathway.close_unreachable", "interview.miss"),
    "closed: ineligible": ("pathway.close_ineligible",),
}
NOT_STEPS = ("paused", "six-month check unanswered")


def load(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text())


def any_of(said: Any) -> list[Any]:
    """What is right: the one thing, or each of `either`."""
    return said["either"] if isinstance(said, dict) and "either" in said else [said]


class Truth:
    """The truth of one tracker beside a reading of it; each method returns what is wrong, in words."""

    def __init__(self, truth: dict[str, Any], reading: Reading) -> None:
        self.truth, self.reading = truth, reading
        self.people = {place: person for person in reading.people for place in person.rows}
        self.flagged = {(flag.at.place, flag.field) for person in reading.people for flag in person.flags}
        self.asked = {place for decision in reading.decisions for place in decision.places}

        self.mapped = {each.table.sheet: set(each.mapping.fields) for each in reading.tables}

    def _places(self, person: str) -> list[Place]:
        """The rows of a person that are read at all."""
        return [Place(row["sheet"], row["row"]) for row in self.truth["rows"] if row["person"] == person and row["do"] != "ignore"]

    def rows(self) -> list[str]:
        """Rows of which something else becomes than may."""
        wrong = []
        for row in self.truth["rows"]:
            place = Place(row["sheet"], row["row"])
            got = self.reading.outcome(place)
            if got not in any_of(row["do"]):
                wrong.append(f"{place}: {got}, not {any_of(row['do'])} {row['mess']}")
        return wrong

    def rejects(self) -> list[str]:
        """Rows that cannot go in, and should, or the other way round; the column too."""
        wrong = []
        rejected = {each.place: each for each in self.reading.rejected}
        for said in self.truth["rejects"]:
            place = Place(said["sheet"], said["row"])
            if self.reading.outcome(place) not in any_of(said.get("do", "reject")):
                wrong.append(f"{place} {said['reason']}: {self.reading.outcome(place)}")
            elif place in rejected:
                at = rejected[place].at
                if not rejected[place].reason or at is None or at.letter != said["column"][0]:
                    wrong.append(f"{place}: {at} is not {said['column']}")
        return wrong

    def decisions(self) -> list[str]:
        """Pairs that should have been asked about, and were not."""
        wrong = []
        pairs = [frozenset(decision.places) for decision in self.reading.decisions]
        ignored = {each.place for each in self.reading.ignored}
        for said in self.truth["decisions"]:
            may = said.get("either", ["decide"])
            if "rows" in said:
                places = frozenset(Place(*each) for each in said["rows"])
                done = any(places <= pair for pair in pairs) or ("ignore" in may and places & ignored)
                together = len({id(self.people.get(place)) for place in places}) == 1
                if not done and (may == ["decide"] or "take" not in may):
                    wrong.append(f"{said['kind']} {sorted(places)} was not asked")
                if together and not said["same_person"]:
                    wrong.append(f"{said['kind']} {sorted(places)} became one person")
        return wrong

    def facts(self) -> list[str]:
        """Facts that were expected and are not there, or were stored with another day."""
        wrong = []
        for key, person in self.truth["people"].items():
            for fact in person["facts"]:
                if fact["fact"] in NOT_STEPS:
                    continue
                wrong += [f"{key} {each}" for each in self._fact(person, fact)]
        return wrong

    def _fact(self, person: dict[str, Any], fact: dict[str, Any]) -> list[str]:
        at = fact.get("at")
        if at is None:
            return []
        sheet, row, letter = at if isinstance(at, list) else ("", at, None)
        place = Place(sheet, row)
        if self.reading.outcome(place) in ("reject", "ignore") or place not in self.people:
            return [] if self.reading.outcome(place) != "take" else [f"{at} is taken and belongs to nobody"]
        held = [
            each
            for each in self.people[place].facts
            if each.at.place == place and (letter is None or each.at.letter == letter) and each.step in STEP_OF_FACT[fact["fact"]]
        ]
        may = any_of(fact["expect"]) if "expect" in fact else [{"date": fact["date"], "quality": fact["quality"]}]
        for each in held:
            asked = any(decision.at and decision.at == each.at for decision in self.reading.decisions)
            if not asked and not any(isinstance(one, dict) and _same(each, one) for one in may) and not self._as_clean(each, fact):
                return [f"{fact['fact']} at {at}: {each.on} {each.quality}, not {may}"]
        missed = fact["fact"] == "closed: unreachable" and any(each.step == "interview.miss" for each in self.people[place].facts)
        if not held and not missed and self.reading.outcome(place) == "take":
            return [f"{fact['fact']} at {at} is not there: {may}"]
        return []

    @staticmethod
    def _as_clean(held: Fact, fact: dict[str, Any]) -> bool:
        return bool(held.on and held.quality == "exact" and held.on.isoformat() == fact["clean"])

    def invented(self) -> list[str]:
        """Facts with a day that no cell of the truth has."""
        known = {}
        for person in self.truth["people"].values():
            for fact in person["facts"]:
                at = fact.get("at")
                if at is not None:
                    sheet, row, _ = at if isinstance(at, list) else ("", at, None)
                    known.setdefault(Place(sheet, row), []).append(fact)
        wrong = []
        for person in self.reading.people:
            for fact in person.facts:
                steps = {step for each in known.get(fact.at.place, ()) for step in STEP_OF_FACT.get(each["fact"], ())}
                if fact.on and fact.step not in steps and fact.step != "interview.miss":
                    wrong.append(f"{fact.at.place} {fact.step} {fact.on} {fact.at.text}")
        return wrong

    def fields(self, names: tuple[str, ...]) -> list[str]:
        """Values of a row of one person that differ from the truth and are not flagged."""
        wrong = []
        for row in self.truth["rows"]:
            place = Place(row["sheet"], row["row"])
            if self.reading.outcome(place) not in ("take", "decide") or place not in self.people:
                continue
            person = self.people[place]
            for name in names:
                if not self._column_of(place.sheet, name):
                    continue
                got = person.fields.get(name)
                if not self._right(got, row["fields"].get(name), person.also.get(name, [])) and (place, name) not in self.flagged:
                    wrong.append(f"{place} {name}: {got}, not {row['fields'].get(name)}")
        return wrong

    def _column_of(self, sheet: str, name: str) -> bool:
        held = self.mapped.get(sheet, set())
        return name in held or (name in ("first_name", "last_name") and "full_name" in held)

    def person_fields(self, names: tuple[str, ...]) -> list[str]:
        """Values of a person of many rows that differ from the truth and are not flagged."""
        wrong = []
        for key, said in self.truth["people"].items():
            places = self._places(key)
            held = {
                id(self.people[place]): self.people[place]
                for place in places
                if place in self.people and self.reading.outcome(place) == "take"
            }
            for person in held.values():
                for name in names:
                    got = person.fields.get(name)
                    flagged = any((place, name) in self.flagged for place in person.rows)
                    rejected = any(self.reading.outcome(place) == "reject" for place in places)
                    if not self._right(got, said.get(name), person.also.get(name, [])) and not flagged and not (got is None and rejected):
                        wrong.append(f"{key} {name}: {got}, not {said.get(name)}")
                for also in said.get("phone_also", []):
                    if isinstance(also, str) and also not in [*person.also.get("phone", []), person.fields.get("phone")]:
                        wrong.append(f"{key} lost the phone {also}")
        return wrong

    @staticmethod
    def _right(got: str | None, said: Any, also: list[str]) -> bool:
        if isinstance(said, dict):
            partial = [one["partial"] for one in any_of(said) if isinstance(one, dict) and "partial" in one]
            if got and got in partial:
                return True
            if any(isinstance(one, list) for one in any_of(said)):
                return got in [" / ".join(one) for one in any_of(said) if isinstance(one, list)]
            if "as_written" in said:
                return got in (said["value"], said["as_written"])
            if said.get("also") and said["also"] not in also:
                return False
            said = said.get("value")
        if said is None or got is None:
            return got == said
        return got.casefold().replace(" ", "").replace("’", "'") == said.casefold().replace(" ", "").replace("’", "'")

    def stages(self) -> list[str]:
        """People whose stage would become another than it may."""
        wrong = []
        for key, said in self.truth["people"].items():
            may = any_of(said["stage"])
            places = self._places(key)
            if any(self.reading.outcome(place) in ("reject", "decide") for place in places):
                continue
            person = self.people.get(places[0])
            got = person.stage if person else None
            if got not in may and not (person and person.stage_in_register in may):
                wrong.append(f"{key}: {got}, not {may} (register {person and person.stage_in_register}, shown {person and person.shown})")
        return wrong


def _same(held: Fact, said: dict[str, Any]) -> bool:
    if said["date"] is None:
        return held.on is None and held.quality == "unknown"
    return held.on is not None and held.quality == said["quality"] and held.on.isoformat().startswith(said["date"])
