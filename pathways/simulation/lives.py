"""One person's deeds in memory. Each method stands beside the one of the same name in pathways.simulation.door."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from candidates.choices import GROUP_OF, AnswerState, GeographyState
from candidates.models import Address, AddressPlace, Candidate, ContactRoute, EqualityAnswer
from candidates.models.candidate import fold
from ground.actor import Actor
from ground.clock import today_london
from ground.sealing import seal
from outreach.models import Contact
from pathways.ledger.taking import Case, Ledger
from pathways.models import Interview, Note, Ownership, Pathway, TrainingPlace
from pathways.models.task import TaskKind
from pathways.services.contact import DONE_BY_TALKING
from pathways.simulation.days import moment
from pathways.simulation.jobs import JobLife
from pathways.simulation.story import PersonStory
from pathways.simulation.world import World
from pathways.workflow.steps import NEW

_SEALED = "candidates_equalityanswer.own_words"
_FOUND = {"live": GeographyState.FOUND.value, "terminated": GeographyState.TERMINATED.value, "pseudo": GeographyState.NONE.value}


class Life(JobLife):
    """One person, from the first meeting on; work and its checks are in JobLife."""

    def __init__(self, story: PersonStory, world: World, ledger: Ledger, lookups: Any) -> None:
        super().__init__(story, world, ledger, lookups)
        self.attempt = 0

    def live(self) -> None:
        """All deeds, one after another."""
        for deed in self.story.deeds:
            act: Callable[..., None] = getattr(self, deed.verb)
            act(deed.at, **deed.how)

    # Met, and told us who they are.

    def _arrive(self, at: datetime, by: Actor) -> None:
        story = self.story
        self.person = self.sheets.new(
            Candidate,
            created=at,
            organisation_id=self.organisation.pk,
            first_name=story.first_name,
            last_name=story.last_name,
            known_as=story.known_as,
            folded_name=fold(f"{story.first_name} {story.last_name} {story.known_as}"),
            date_of_birth=story.date_of_birth,
            birth_quality=story.birth_quality,
            language=story.language,
        )
        self.person.called = story.known_as or story.first_name
        self.person.name = story.name
        self.person.routes = []
        fields = ["birth_quality", "first_name", "known_as", "language", "last_name"]
        if story.date_of_birth is not None:
            fields.append("date_of_birth")
        self.audit("person.add", by, at, self.person, "candidates.candidate", *fields)
        for route in story.routes:
            self.reach(at, route.kind, route.value, safe=route.safe, by=by)
        if (story.postcode or story.no_fixed_abode) and not self.lean:
            self._live_at(at, story.postcode, story.lines, by, no_fixed_abode=story.no_fixed_abode)

    def reach(self, at: datetime, kind: str, value: str, safe: dict[str, Any] | None = None, by: Actor | None = None) -> None:
        route = self.sheets.new(
            ContactRoute,
            created=at,
            candidate_id=self.person.id,
            kind=kind,
            value=value,
            typed=value,
            rank=len(self.person.routes) + 1,
            confirmed_on=today_london(at),
            **(safe or {}),
        )
        self.person.routes.append(route)
        fields = ["kind", "value"] if safe is None else ["kind", "safe", "value"]
        self.audit("person.add_route", by or self.by, at, route, "candidates.contactroute", *fields)

    def _live_at(self, at: datetime, postcode: str, lines: str, by: Actor, *, no_fixed_abode: bool = False, change: str = "") -> None:
        today = today_london(at)
        before = self.address
        self.address = self.sheets.new(
            Address,
            created=at,
            candidate_id=self.person.id,
            lines=lines,
            postcode=postcode,
            no_fixed_abode=no_fixed_abode,
            change_kind=change or "first",
        )
        if before is not None and change == "moved":
            before.valid_to, before.version, self.address.valid_from = today, before.version + 1, today
        elif before is not None:
            before.valid_to, before.version = before.valid_from or today, before.version + 2
            before.replaced_by_id, self.address.valid_from = self.address.id, before.valid_from
        self._place(self.address, today)
        fields = ["change", "lines", "postcode"] if change else ["lines", "no_fixed_abode", "postcode"]
        self.audit("person.address", by, at, self.address, "candidates.address", *fields)

    def _place(self, address: Any, on: date) -> None:
        place = self.sheets.new(AddressPlace, created=None, address_id=address.id, looked_up_on=on, edition="none")
        place.created_at, place.state = address.created_at, GeographyState.NONE.value
        if address.no_fixed_abode or not address.postcode:
            return
        found = self.lookups.place(address.postcode, on)
        place.edition, place.state = found.edition or "pending", _FOUND.get(found.state, GeographyState.PENDING.value)
        place.ward_code, place.authority_code = found.ward_code, found.authority_code
        place.lsoa21, place.lsoa11, place.oa21 = found.lsoa21, found.lsoa11, found.oa21

    def _open(self, at: datetime, *, owned: bool) -> Any:
        event = self.world.events[self.story.event].pk if self.story.event is not None else None
        return self._new_case(at, owned=owned, source=self.story.source, event_id=event, person_key=self.person.uuid)

    def _new_case(self, at: datetime, *, owned: bool, **more: Any) -> Any:
        self.attempt += 1
        day = today_london(at)
        row = self.sheets.new(
            Pathway,
            created=at,
            stage=NEW,
            candidate_id=self.person.id,
            programme_id=self.world.programme.pk,
            organisation_id=self.organisation.pk,
            owner_id=self.owner.pk if owned else None,
            attempt=self.attempt,
            opened_on=day,
            stage_since=day,
            last=None,
            latest=None,
            **more,
        )
        row.candidate, row.organisation, row.owner = self.person, self.organisation, self.owner if owned else None
        self.case = Case(row)
        return row

    def _own(self, change: Any) -> None:
        if self.case.row.owner_id is not None:
            self.case.ownership = self.sheets.new(
                Ownership,
                created=change.recorded_at,
                pathway_id=self.case.row.id,
                user_id=self.case.row.owner_id,
                from_on=change.happened_on,
                opened_by_id=change.id,
            )

    def meet(self, at: datetime) -> None:
        self._arrive(at, self.by)
        row = self._open(at, owned=True)
        self.ledger.take(self.case, row, "log_outreach", by=self.by, at=at, then=self._own)
        self.audit("case.log_outreach", self.by, at, row, "pathways.pathway")

    def sign_up(self, at: datetime, families: list[str]) -> None:
        alone = Actor(kind="candidate", organisation_id=self.organisation.pk)
        self._arrive(at, alone)
        self._open(at, owned=False)
        self._interest(at, families, alone, then=self._own)

    def interest(self, at: datetime, families: list[str]) -> None:
        self._interest(at, families, self.heard)

    def _interest(self, at: datetime, families: list[str], by: Actor, then: Callable[[Any], None] | None = None) -> None:
        notice = self.world.notice.pk if self.world.notice else None
        values = {"interested_on": today_london(at), "families": families, "notice_id": notice}
        self.ledger.take(self.case, self.case.row, "express_interest", by=by, at=at, values=values, then=then)
        self.audit("case.express_interest", by, at, self.case.row, "pathways.pathway", "families")

    def take(self, at: datetime) -> None:
        def consequences(change: Any) -> None:
            if self.case.ownership is not None:
                self.case.ownership.to_on, self.case.ownership.closed_by_id = change.happened_on, change.id
            self._own(change)

        values = {"owner_id": self.owner.pk, "organisation_id": self.organisation.pk}
        self.case.row.owner = self.owner
        self.ledger.take(self.case, self.case.row, "hand_over", by=self.by, at=at, values=values, then=consequences)
        self.audit("case.hand_over", self.by, at, self.case.row, "pathways.pathway")

    def answer_questions(self, at: datetime) -> None:
        for question, said in self.story.answers.items():
            silent = said in {AnswerState.PREFER_NOT, AnswerState.NOT_ASKED, AnswerState.NOT_KNOWN}
            row = self.sheets.new(
                EqualityAnswer,
                created=at,
                candidate_id=self.person.id,
                question=question,
                state=said if silent else AnswerState.VALUE.value,
                code="" if silent else said,
                group=GROUP_OF.get(said, "") if question == "ethnic_group" else "",
                answered_on=today_london(at),
            )
            words = self.story.own_words.get(question, "")
            row.own_words = seal(words, place=f"{_SEALED}.{row.uuid}")
        alone = Actor(kind="candidate", organisation_id=self.organisation.pk)
        self.audit("equality.answer", alone, at, self.person, "candidates.candidate", "answers", "own_words")

    def move_home(self, at: datetime, postcode: str, lines: str, change: str) -> None:
        if not self.lean:
            self._live_at(at, postcode, lines, self.by, change=change)

    def contact(self, at: datetime, channel: str, outcome: str, minutes: int | None = None, meaningful: bool = False) -> None:
        if self.lean:
            return
        row, today = self.case.row, today_london(at)
        made = self.sheets.new(
            Contact,
            created=at,
            candidate_id=self.person.id,
            programme_id=row.programme_id,
            organisation_id=self.by.organisation_id,
            channel=channel,
            outcome=outcome,
            day=today,
            minutes=minutes,
            meaningful=meaningful,
            by_id=self.by.user_id,
            note="",
        )
        made.at = at
        fields = ["channel", "meaningful", "outcome"] + (["minutes"] if minutes is not None else [])
        self.audit("contact.log", self.by, at, made, "outreach.contact", *fields)
        if outcome != "spoke":
            return
        row.last_two_way_on = max(today, row.last_two_way_on) if row.last_two_way_on else today
        due = [each for each in self.case.tasks if each.kind == TaskKind.KEEP_IN_TOUCH and each.due_on <= today]
        keeping = min(due, key=lambda each: (each.due_on, each.id), default=None)
        kept = []
        for task in self.case.tasks:
            if task.kind in DONE_BY_TALKING or task is keeping:
                task.state, task.closed_by_user_id, task.closed_on, task.version = "done", self.by.user_id, today, task.version + 1
            else:
                kept.append(task)
        self.case.tasks = kept
        self.ledger.show_next(self.case)

    def note(self, at: datetime, text: str, visibility: str, employer: int | None = None) -> None:
        if self.lean:
            return
        named = self.world.employers[employer].pk if employer is not None else None
        row = self.sheets.new(
            Note,
            created=at,
            pathway_id=self.case.row.id,
            author_id=self.by.user_id,
            organisation_id=self.by.organisation_id,
            visibility=visibility,
            employer_id=named,
            text=text,
            written_at=at,
            day=today_london(at),
        )
        self.audit("note.add", self.by, at, row, "pathways.note", "text", "visibility")

    # The chat.

    def book_chat(self, at: datetime, on: date, minutes: int, place: str) -> None:
        self.chat = self.ledger.child(self.case, Interview.machine, at=at)
        self.case.chats.append(self.chat)
        self.chat.host = self.owner
        values = {"at": moment(on, minutes), "place": place, "host_id": self.owner.pk}
        self.ledger.take(self.case, self.chat, "book", by=self.by, at=at, values=values)
        self._as_stored(self.chat)
        self.audit("interview.book", self.by, at, self.chat, "pathways.interview", "place", "when")

    def move_chat(self, at: datetime, on: date, minutes: int, place: str) -> None:
        values = {"at": moment(on, minutes), "place": place, "host_id": self.owner.pk}
        self.ledger.take(self.case, self.chat, "move", by=self.by, at=at, values=values)
        self._as_stored(self.chat)
        self.audit("interview.move", self.by, at, self.chat, "pathways.interview", "place", "when")

    def miss_chat(self, at: datetime, missed_by: str) -> None:
        self.ledger.take(self.case, self.chat, "miss", by=self.by, at=at, values={"missed_by": missed_by}, reason=missed_by)
        self.audit("interview.miss", self.by, at, self.chat, "pathways.interview", "missed_by", "taken")

    def hold_chat(self, at: datetime, families: list[str], outcome: dict[str, Any]) -> None:
        values = {"held_on": today_london(at), "families": families, **outcome}
        self.ledger.take(self.case, self.chat, "hold", by=self.by, at=at, values=values)
        self.audit("interview.hold", self.by, at, self.chat, "pathways.interview", "families", "outcome")

    @staticmethod
    def _as_stored(chat: Any) -> None:
        """The database gives times back in UTC: what the log keeps of an earlier time reads so."""
        chat.at = chat.at.astimezone(UTC)

    # Training.

    def _seat(self, at: datetime, seat: int, course: int) -> Any:
        row = self.seats.get(seat)
        if row is None:
            row = self.seats[seat] = self.ledger.child(
                self.case, TrainingPlace.machine, at=at, course_id=self.world.courses[course].pk, course=self.world.courses[course]
            )
            self.case.seats.append(row)
        return row

    def wait(self, at: datetime, seat: int, course: int) -> None:
        row = self._seat(at, seat, course)
        self.ledger.take(self.case, row, "join_waiting", by=self.by, at=at)
        self.audit("training.join_waiting", self.by, at, row, "pathways.trainingplace")

    def book_seat(self, at: datetime, seat: int, course: int) -> None:
        row = self._seat(at, seat, course)
        self.ledger.take(self.case, row, "book", by=self.by, at=at)
        self.audit("training.book", self.by, at, row, "pathways.trainingplace")

    def cancel_seat(self, at: datetime, seat: int) -> None:
        self.ledger.take(self.case, self.seats[seat], "cancel", by=self.heard, at=at)
        self.audit("training.cancel", self.heard, at, self.seats[seat], "pathways.trainingplace")

    def start_training(self, at: datetime, seat: int) -> None:
        by, row = self.world.trainer, self.seats[seat]
        self.ledger.take(self.case, row, "start", by=by, at=at, values={"begun_on": today_london(at)})
        self.audit("training.start", by, at, row, "pathways.trainingplace")

    def finish_training(self, at: datetime, seat: int) -> None:
        by, row, case = self.world.trainer, self.seats[seat], self.case.row

        def ready(change: Any) -> None:
            if case.ready_on is None and case.stage in {"interested", "chat_booked", "chatted", "training_booked", "in_training"}:
                self.ledger.take(self.case, case, "mark_ready", by=by, at=at, values={"ready_on": change.happened_on}, cause=change)

        self.ledger.take(self.case, row, "finish", by=by, at=at, values={"over_on": today_london(at)}, then=ready)
        self.audit("training.finish", by, at, row, "pathways.trainingplace")

    def leave_training(self, at: datetime, seat: int, reason: str) -> None:
        row = self.seats[seat]
        self.ledger.take(self.case, row, "leave", by=self.by, at=at, values={"over_on": today_london(at)}, reason=reason)
        self.audit("training.leave", self.by, at, row, "pathways.trainingplace", "taken")

    def mark_ready(self, at: datetime, reason: str) -> None:
        self.ledger.take(self.case, self.case.row, "mark_ready", by=self.by, at=at, values={"ready_on": today_london(at)}, reason=reason)
        self.audit("case.mark_ready", self.by, at, self.case.row, "pathways.pathway", "taken")

    def come_back(self, at: datetime) -> None:
        previous = self.case.row
        row = self._new_case(
            at,
            owned=True,
            source=previous.source,
            person_key=previous.person_key,
            previous_id=previous.id,
            families=previous.families,
            notice_id=previous.notice_id,
        )
        values = {"interested_on": today_london(at)}
        self.ledger.take(self.case, row, "return", by=self.heard, at=at, values=values, then=self._own)
        self.audit("case.return", self.heard, at, row, "pathways.pathway")
