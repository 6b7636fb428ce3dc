"""One new person of a register in memory: who they are, how to reach them, where they live, what they wrote.

Each part does what the service of the door would do (services/imports/person.py); a test holds the tables against each other.
"""

from datetime import datetime
from typing import Any

from candidates.models import Address, AddressPlace, Candidate, ContactRoute
from candidates.models.candidate import fold
from candidates.services.equality import answer_of
from candidates.services.person import check_birth
from candidates.services.place import where_it_lies
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Refused
from pathways.ledger.taking import Ledger
from pathways.models import ImportRow, ImportRun, Note
from pathways.services.imports.asked_once import AskedOnce
from pathways.services.imports.person import answers_in, born, is_homeless, language_of, name_in, ways_of, words_of
from places.postcodes import normalise


class NotThisWay(Exception):
    """This row is not of the plain kind: it goes through the door, which knows all kinds."""


class Newcomer:
    """Somebody whom nobody here knew, written down as the row tells of them. Raises NotThisWay or Refused: then nothing was."""

    def __init__(self, row: ImportRow, *, run: ImportRun, by: Actor, at: datetime, ledger: Ledger, asked: AskedOnce) -> None:
        self.row, self.run, self.by, self.at = row, run, by, at
        self.today = today_london(at)
        self.ledger, self.sheets, self.asked = ledger, ledger.sheets, asked
        self.answers: list[tuple[int, str, str]] = []
        self._write_person()

    def audit(self, action: str, subject: Any, kind: str, *fields: str) -> None:
        """The row that the service would have written of itself."""
        self.ledger.audit(action, self.by, self.at, subject, kind, *fields, person=self.person.uuid)

    def _write_person(self) -> None:
        told = self.row.fields
        day, quality = born(str(told.get("date_of_birth", "")))
        check_birth(day, at=self.at)
        name = {part: text.strip() for part, text in name_in(told).items()}
        if not name["first_name"]:
            raise Refused("Enter a name.", field="first_name")
        self.person: Any = self.sheets.new(
            Candidate,
            created=self.at,
            organisation_id=self.run.organisation_id,
            **name,
            folded_name=fold(f"{name['first_name']} {name['last_name']} "),
            date_of_birth=day,
            birth_quality=quality or ("exact" if day else ""),
            language=language_of(str(told.get("language", ""))),
        )
        fields = ["first_name", "last_name", "birth_quality", "language", *(["date_of_birth"] if day else [])]
        self.audit("person.add", self.person, "candidates.candidate", *fields)
        self._reach(self.person, told)
        if told.get("postcode") or told.get("address") or is_homeless(told):
            self._live(self.person, told)
        self._answer(self.person, told)

    def _reach(self, person: Any, told: dict[str, Any]) -> None:
        for rank, (value, kind) in enumerate(ways_of(told).items(), start=1):
            if kind == "email" and "@" not in value:
                raise NotThisWay
            route = self.sheets.new(
                ContactRoute,
                created=self.at,
                candidate_id=person.id,
                kind=kind,
                value=value,
                typed=value,
                rank=rank,
                confirmed_on=self.today,
            )
            self.audit("person.add_route", route, "candidates.contactroute", "kind", "value")

    def _live(self, person: Any, told: dict[str, Any]) -> None:
        typed = told.get("postcode", "")
        code = normalise(typed)
        if typed.strip() and not code:
            raise NotThisWay
        homeless = not typed and is_homeless(told)
        address = self.sheets.new(
            Address,
            created=self.at,
            candidate_id=person.id,
            lines=str(told.get("address", ""))[:300],
            postcode=code,
            no_fixed_abode=homeless,
            change_kind="first",
        )
        where: dict[str, str] = {"edition": "none", "state": "none"}
        if code and not homeless:
            where = {name: str(value) for name, value in where_it_lies(self.asked.places[code]).items()}
        self.sheets.new(AddressPlace, created=self.at, address_id=address.id, looked_up_on=self.today, **where)
        self.audit("person.address", address, "candidates.address", "lines", "no_fixed_abode", "postcode")

    def _answer(self, person: Any, told: dict[str, Any]) -> None:
        for question, said in answers_in(told).items():
            answer_of(question, said)  # says no to what is none of the answers
            self.answers.append((person.id, question, said))
            self.audit("equality.answer", person, "candidates.candidate", "answers")

    def keep_words(self, case: int) -> None:
        """Free words become notes of the team."""
        for text, day in words_of(self.row, at=self.at):
            self.sheets.new(
                Note,
                created=self.at,
                pathway_id=case,
                author_id=self.run.by_id,
                organisation_id=self.run.organisation_id,
                text=text,
                written_at=self.at,
                day=day,
            )
