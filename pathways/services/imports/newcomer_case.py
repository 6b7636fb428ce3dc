"""The case of one new person in memory, and the steps on the way to a job that its dates support.

Each act stands beside the one of the same step in services/imports/looking_for_work.py, which takes it through the door.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from accounts.models import User
from ground.actor import Actor
from ground.door import Refused
from pathways.backends.register.statuses import ORDER
from pathways.ledger.taking import Case
from pathways.models import Interview, Ownership, Pathway, TrainingPlace
from pathways.models.log import Quality
from pathways.services.imports.looking_for_work import READY_FROM, noon_of
from pathways.services.imports.newcomer import Newcomer, NotThisWay
from pathways.services.imports.order import in_order
from pathways.services.training import READY_AFTER_COURSE
from pathways.workflow.introduction import LIVE
from pathways.workflow.pathway import OPEN
from pathways.workflow.placement import BEFORE_START
from pathways.workflow.steps import NEW

Fact = dict[str, Any]


@dataclass(frozen=True)
class When:
    """On which day a step was true, and how sure that is."""

    day: date
    quality: str

    def implied(self) -> "When":
        """Something that must have come before: on that day or earlier, nobody knows when."""
        return replace(self, quality=Quality.UNKNOWN.value)


Act = Callable[["NewCase", When, Fact], None]


class NewCase:
    """One case of one new person while its past is told."""

    def __init__(self, who: Newcomer, *, owner: User | None) -> None:
        self.who, self.by, self.at, self.today = who, who.by, who.at, who.today
        self.ledger, self.sheets, self.asked = who.ledger, who.sheets, who.asked
        self.untaken: list[str] = []
        run = who.run
        self.row = self.sheets.new(
            Pathway,
            created=self.at,
            stage=NEW,
            candidate_id=who.person.id,
            person_key=who.person.uuid,
            programme_id=run.programme_id,
            organisation_id=run.organisation_id,
            owner_id=owner.pk if owner is not None else None,
            opened_on=self.today,
            stage_since=self.today,
            source=str(who.row.fields.get("source", ""))[:60],
            last=None,
            latest=None,
        )
        self.case = Case(self.row)

    @property
    def is_new(self) -> bool:
        """Whether nothing has opened it yet."""
        return bool(self.row.stage == NEW)

    def tell(self, facts: list[Fact], acts: dict[str, Act]) -> None:
        """Each step, in the order of days."""
        for fact in in_order(facts, today=self.today):
            act = acts.get(fact["step"])
            if act is None:
                raise NotThisWay
            act(self, When(fact["day"], Quality.UNKNOWN.value if fact["dateless"] else str(fact["quality"])), fact)

    def take(self, row: Any, step: str, when: When | None = None, *, by: Actor | None = None, cause: Any = None, **more: Any) -> Any:
        """One step of the case or of what hangs on it. Raises Refused for a day before the step before it, or to come."""
        if when is None:
            return self.ledger.take(self.case, row, step, by=by or self.by, at=self.at, cause=cause, **more)
        if cause is None and (when.day > self.today or (when.day < self.today and row.last is not None and when.day < row.last)):
            raise Refused("The step before this one was later.", field="happened_on")
        day, quality = when.day, when.quality
        return self.ledger.take(self.case, row, step, by=by or self.by, at=self.at, day=day, quality=quality, cause=cause, **more)

    def audit(self, action: str, subject: Any, *fields: str, taken: bool = True) -> None:
        """The row that the service would have written of itself."""
        kind = f"pathways.{subject.machine.replace('_', '')}"
        self.who.audit(action, subject, kind, *fields, *(["taken"] if taken else []))

    def child(self, machine: str, **values: Any) -> Any:
        """A row of this case, not yet in any stage."""
        return self.ledger.child(self.case, machine, at=self.at, **values)

    def own(self, change: Any) -> None:
        """Whoever holds the case holds it from its first step on."""
        if self.row.owner_id is not None:
            self.sheets.new(
                Ownership,
                created=self.at,
                pathway_id=self.row.id,
                user_id=self.row.owner_id,
                from_on=change.happened_on,
                opened_by_id=change.id,
            )

    def begin(self, when: When) -> None:
        """The first contact opens the case; whatever came later was preceded by one."""
        if self.is_new:
            self.row.opened_on = self.row.stage_since = when.day
            self.take(self.row, "log_outreach", when, then=self.own)
            self.audit("case.log_outreach", self.row)

    def express_interest(self, when: When) -> None:
        """Interest, once."""
        if self.row.interested_on is not None:
            return
        values = {"interested_on": when.day, "families": self.row.families, "notice_id": None}
        self.take(self.row, "express_interest", when, values=values, then=self.own if self.is_new else None)
        self.audit("case.express_interest", self.row)

    def reach(self, stage: str) -> None:
        """At most one fact to reach the register's stage, marked so; never back, never on a case that has ended."""
        stage = "in_work" if stage == "sustained" else stage
        if stage in ORDER and self.row.stage in OPEN and ORDER.index(stage) > ORDER.index(self.row.stage):
            values = {"imported_stage": stage}
            self.take(self.row, "import_stage", When(self.today, Quality.UNKNOWN.value), values=values)

    def close_what_is_live(self, change: Any) -> None:
        """Chats and seats are cancelled, a course begun is left, introductions withdrawn, jobs before their start fall through."""
        for rows, stages, step in (
            (self.case.chats, ("booked",), "cancel"),
            (self.case.seats, ("waiting", "booked"), "cancel"),
            (self.case.seats, ("in_training",), "leave"),
            (self.case.introductions, LIVE, "withdraw"),
            (self.case.jobs, BEFORE_START, "fall_through"),
        ):
            for row in [each for each in rows if each.stage in stages]:
                self.take(row, step, cause=change, values={"over_on": change.happened_on} if step == "leave" else {})


def stood(rows: list[Any], *stages: str) -> Any:
    """The first of these rows that is in one of these stages."""
    return next((each for each in rows if each.stage in stages), None)


def _outreach(case: NewCase, when: When, fact: Fact) -> None:
    case.begin(when)


def _interest(case: NewCase, when: When, fact: Fact) -> None:
    if case.is_new:
        case.row.opened_on = case.row.stage_since = when.day
    case.express_interest(when)


def _book_chat(case: NewCase, when: When, day: date) -> Any:
    chat = case.child(Interview.machine)
    case.case.chats.append(chat)
    case.take(chat, "book", when, values={"at": noon_of(day), "place": "", "host_id": None})
    return chat


def _book(case: NewCase, when: When, fact: Fact) -> None:
    case.begin(when.implied())
    if case.row.stage not in OPEN:
        case.untaken.append(f"“{fact['heading']}” was not taken: the case has ended, and nobody waits for a chat.")
        return
    planned = fact.get("planned") and fact["on"]
    _book_chat(case, when, date.fromisoformat(fact["on"]) if planned else when.day)


def _hold(case: NewCase, when: When, fact: Fact) -> None:
    case.begin(when.implied())
    chat = stood(case.case.chats, "booked")
    if chat is None:
        chat = case.child(Interview.machine)
        case.case.chats.append(chat)
    case.take(chat, "hold", when, values={"held_on": when.day, "families": []})
    case.audit("interview.hold", chat)


def _miss(case: NewCase, when: When, fact: Fact) -> None:
    case.begin(when.implied())
    chat = stood(case.case.chats, "booked") or _book_chat(case, when.implied(), when.day)
    if chat.at <= case.at:
        case.take(chat, "miss", when, values={"missed_by": "candidate"})
        case.audit("interview.miss", chat, "missed_by")


def _cancel_chat(case: NewCase, when: When, fact: Fact) -> None:
    case.begin(when.implied())
    if (chat := stood(case.case.chats, "booked")) is not None:
        case.take(chat, "cancel", when)
        case.audit("interview.cancel", chat)


def _new_seat(case: NewCase) -> Any:
    course = case.asked.course()
    seat = case.child(TrainingPlace.machine, course_id=course.pk, course=course)
    case.case.seats.append(seat)
    return seat


def _seat(case: NewCase, when: When) -> Any:
    """The seat that is held, or one booked now."""
    case.begin(when.implied())
    seat = stood(case.case.seats, "waiting", "booked", "in_training")
    if seat is not None and seat.stage != "waiting":
        return seat
    seat = seat or _new_seat(case)
    case.take(seat, "book", when)
    case.audit("training.book", seat)
    return seat


def _wait(case: NewCase, when: When, fact: Fact) -> None:
    case.begin(when.implied())
    if stood(case.case.seats, "waiting", "booked", "in_training") is None:
        seat = _new_seat(case)
        case.take(seat, "join_waiting", when)
        case.audit("training.join_waiting", seat)


def _book_seat(case: NewCase, when: When, fact: Fact) -> None:
    _seat(case, when)


def _begin_course(case: NewCase, when: When, *, before: When) -> Any:
    seat = _seat(case, before)
    if seat.stage == "booked":
        case.take(seat, "start", when, values={"begun_on": when.day})
        case.audit("training.start", seat)
    return seat


def _start_course(case: NewCase, when: When, fact: Fact) -> None:
    _begin_course(case, when, before=when.implied())


def _finish_course(case: NewCase, when: When, fact: Fact) -> None:
    seat = _begin_course(case, when.implied(), before=when.implied())
    row = case.row

    def ready(change: Any) -> None:
        if row.ready_on is None and row.stage in READY_AFTER_COURSE:
            case.take(row, "mark_ready", by=Actor(kind="import"), cause=change, values={"ready_on": change.happened_on})

    case.take(seat, "finish", when, values={"over_on": when.day}, then=ready)
    case.audit("training.finish", seat)


def _leave_course(case: NewCase, when: When, fact: Fact) -> None:
    seat = _begin_course(case, when.implied(), before=when.implied())
    case.take(seat, "leave", when, values={"over_on": when.day})
    case.audit("training.leave", seat)


def _cancel_seat(case: NewCase, when: When, fact: Fact) -> None:
    case.begin(when.implied())
    if (seat := stood(case.case.seats, "waiting", "booked")) is not None:
        case.take(seat, "cancel", when)
        case.audit("training.cancel", seat)


def _ready(case: NewCase, when: When, fact: Fact) -> None:
    case.begin(when.implied())
    if case.row.ready_on is None and case.row.stage in READY_FROM:
        case.take(case.row, "mark_ready", when, values={"ready_on": when.day})
        case.audit("case.mark_ready", case.row)


STEPS: dict[str, Act] = {
    "pathway.log_outreach": _outreach,
    "pathway.express_interest": _interest,
    "pathway.mark_ready": _ready,
    "interview.book": _book,
    "interview.hold": _hold,
    "interview.miss": _miss,
    "interview.cancel": _cancel_chat,
    "training_place.join_waiting": _wait,
    "training_place.book": _book_seat,
    "training_place.start": _start_course,
    "training_place.finish": _finish_course,
    "training_place.leave": _leave_course,
    "training_place.cancel": _cancel_seat,
}
