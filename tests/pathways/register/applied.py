"""Compares what an import left in the database with the truth that its register was written from."""

from datetime import date
from typing import Any

from candidates.models import Address
from pathways.models import ImportRow, ImportRun, Pathway, Placement, StageChange
from pathways.services.imports.known import standing
from tests.pathways.register.truth import NOT_STEPS, STEP_OF_FACT, Truth, any_of


class Applied:
    """The rows of one applied import beside the truth of its file; each method returns what is wrong, in words."""

    def __init__(self, truth: Truth, run: ImportRun) -> None:
        self.truth, self.run = truth, run
        self.rows: dict[Any, ImportRow] = {}
        for row in ImportRow.objects.filter(run=run, applied_at__isnull=False).select_related("pathway__candidate"):
            for sheet, number in row.fields["rows"]:
                self.rows[sheet, number] = row
        cases = {row.pathway_id: row.pathway for row in self.rows.values() if row.pathway is not None}
        self.here = standing(list(cases.values()))
        self.log: dict[int, list[tuple[str, date, str]]] = {}
        for case, machine, step, day, quality in StageChange.objects.filter(pathway__in=cases).values_list(
            "pathway_id", "machine", "step", "happened_on", "happened_quality"
        ):
            self.log.setdefault(case, []).append((f"{machine}.{step}", day, quality))
        self.planned = dict(Placement.objects.filter(pathway__in=cases).values_list("pathway_id", "start_on"))
        self.stages_here = dict(Pathway.objects.filter(pk__in=cases).values_list("pk", "stage"))

    def people(self) -> list[str]:
        """Names, births, phones, mailboxes and postcodes that are stored otherwise than they are true, and are not flagged."""
        wrong = []
        for key, said in self._taken():
            row = self.rows[self._place(said)]
            here = self.here[row.pathway_id or 0]
            clean = {**self._fields(said), **{name: said[name] for name in said if name in ("first_name", "last_name")}}
            for name in ("first_name", "last_name", "date_of_birth", "phone", "email", "postcode"):
                if not self.truth._column_of(row.fields["rows"][0][0], name):
                    continue
                true = clean.get(name, said.get(name))
                got = here.fields.get(name) or None
                also = sorted(here.also)
                flagged = any((place, name) in self.truth.flagged for place in self.truth._places(key))
                if not self.truth._right(got, true, also) and not flagged and not (name == "phone" and true in also):
                    wrong.append(f"{key} {name}: {got}, not {true}")
        return wrong

    def stages(self) -> list[str]:
        """Cases in another stage than they may be. Where the truth expects a step ("interview.miss"), the log has to hold it."""
        wrong = []
        for key, said in self._taken():
            case = self.rows[self._place(said)].pathway_id or 0
            got, may = self.stages_here[case], any_of(said["stage"])
            if got not in may and not set(may) & {step for step, _, _ in self.log[case]}:
                wrong.append(f"{key}: {got}, not {may}")
        return wrong

    def reasons(self, key: str, letter: str) -> list[str]:
        """What is said of one column of a person's rows."""
        row = self.rows[tuple(self.truth._places(key)[0])]
        return [problem["reason"] for problem in row.problems if problem["letter"] == letter]

    def facts(self) -> list[str]:
        """Facts that the log does not hold, or holds on another day or as surer than they are."""
        wrong = []
        for key, said in self._taken():
            row = self.rows[self._place(said)]
            log = self.log[row.pathway_id or 0]
            for fact in said["facts"]:
                if fact["fact"] not in NOT_STEPS and fact.get("at") is not None and not self._waits(fact["at"]):
                    wrong += [f"{key} {each}" for each in self._fact(fact, log, self.planned.get(row.pathway_id or 0))]
        return wrong

    def _fact(self, fact: dict[str, Any], log: list[tuple[str, date, str]], planned: date | None) -> list[str]:
        steps = STEP_OF_FACT[fact["fact"]]
        held = [(day, quality) for step, day, quality in log if step in steps]
        if fact["fact"] == "start planned" and planned:  # the day itself; on which day it was agreed, no register says
            held = [(planned, "exact")] if held else []
        may = any_of(fact["expect"]) if "expect" in fact else [{"date": fact["date"], "quality": fact["quality"]}]
        if not held:
            return [f"{fact['fact']} at {fact['at']} is not in the log: {may}"]
        if any(self._same(day, quality, one) for day, quality in held for one in may) or "nothing" in may:
            return []
        return [f"{fact['fact']} at {fact['at']}: {[(str(day), quality) for day, quality in held]}, not {may}"]

    @staticmethod
    def _same(day: date, quality: str, said: Any) -> bool:
        if not isinstance(said, dict):
            return False
        if said["date"] is None:
            return quality == "unknown"
        return quality == said["quality"] and day.isoformat().startswith(said["date"])

    def _waits(self, at: Any) -> bool:
        sheet, row = (at[0], at[1]) if isinstance(at, list) else ("", at)
        place = next((each for each in self.truth.people if each == (sheet, row)), None)
        return place is None or self.truth.reading.outcome(place) != "take"

    def _taken(self) -> list[tuple[str, dict[str, Any]]]:
        """People all of whose rows went in."""
        found = []
        for key, said in self.truth.truth["people"].items():
            places = self.truth._places(key)
            if places and all(tuple(place) in self.rows for place in places):
                found.append((key, {**said, "key": key}))
        return found

    def _place(self, said: dict[str, Any]) -> tuple[str, int]:
        return tuple(self.truth._places(said["key"])[0])

    def _fields(self, said: dict[str, Any]) -> dict[str, Any]:
        place = self._place(said)
        row = next(row for row in self.truth.truth["rows"] if (row["sheet"], row["row"]) == place)
        return row["fields"] if len(self.truth._places(said["key"])) == 1 else {}

    def moved_twice(self) -> int:
        """Addresses beyond one a person."""
        people = {row.pathway.candidate_id for row in self.rows.values() if row.pathway is not None}
        return Address.objects.filter(candidate__in=people).count() - Address.objects.filter(candidate__in=people, valid_to=None).count()
