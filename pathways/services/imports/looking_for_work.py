"""Past steps on the way to a job: the first contact, interest, chats, courses, being ready."""

from datetime import date, datetime, time

from ground.clock import LONDON
from pathways.models import Course, ImportRun, Interview, Pathway, TrainingPlace
from pathways.services import case as cases
from pathways.services import interview, training
from pathways.services.door import Taken, change_stage
from pathways.services.imports.retelling import Act, Fact, Retelling, begun, implied, one_at_a_time, open_case

READY_FROM = {"interested", "chat_booked", "chatted"}


def _outreach(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    open_case(told, day, taken)


def _interest(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    if told.case.pk is None:
        told.case.opened_on = told.case.stage_since = day
    if told.case.interested_on is None:
        cases.express_interest(case=told.case, taken=taken, **told.who)


def noon_of(day: date) -> datetime:
    """Noon of a day, for a chat of which only the day is known."""
    return datetime.combine(day, time(12), tzinfo=LONDON)


def _book_chat(told: Retelling, case: Pathway, taken: Taken, when: datetime) -> Interview:
    """A booked chat."""
    chat = Interview(pathway=case)
    change_stage(subject=chat, step="book", values={"at": when, "place": "", "host_id": None}, taken=taken, **told.who)
    return chat


def _booked(case: Pathway) -> Interview | None:
    return Interview.objects.filter(pathway__in=case.ids, stage="booked").order_by("id").first()


def _book(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    case = begun(told, day, taken)
    case.refresh_from_db()
    if not case.is_open:
        told.untaken.append(f"“{fact['heading']}” was not taken: the case has ended, and nobody waits for a chat.")
        return
    # a file of contacts tells on which day it was booked, not for when: noon of that day, for somebody to say what became of it
    when = date.fromisoformat(fact["on"]) if fact.get("planned") and fact["on"] else day
    _book_chat(told, case, taken, noon_of(when))


def _hold(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    case = begun(told, day, taken)
    interview.hold_chat(case=case, chat=_booked(case), taken=taken, **told.who)


def _miss(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    case = begun(told, day, taken)
    chat = _booked(case) or _book_chat(told, case, implied(taken), noon_of(day))
    if chat.at is not None and chat.at <= told.at:
        interview.miss_chat(chat=chat, missed_by="candidate", taken=taken, **told.who)


def _cancel_chat(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    chat = _booked(begun(told, day, taken))
    if chat is not None:
        interview.cancel_chat(chat=chat, taken=taken, **told.who)


def course_of(run: ImportRun) -> Course:
    """The course that stands for all that were held before this system kept them."""
    own = {"organisation": run.organisation, "programme": run.programme, "before_pathways": True}
    found = Course.objects.filter(**own).first()
    if found is None:
        one_at_a_time("course", run.organisation_id, run.programme_id)
        found, _ = Course.objects.get_or_create(**own, defaults={"name": "Before Pathways"})
    return found


def _seat(told: Retelling, day: date, taken: Taken) -> TrainingPlace:
    """The seat that is held, or one booked now."""
    case = begun(told, day, taken)
    place = TrainingPlace.objects.filter(pathway__in=case.ids, stage__in=["waiting", "booked", "in_training"]).order_by("id").first()
    if place is not None and place.stage == "waiting":
        return training.book_seat(case=case, course=place.course, place=place, taken=taken, **told.who)
    return place or training.book_seat(case=case, course=course_of(told.run), taken=taken, **told.who)


def _wait(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    case = begun(told, day, taken)
    if not TrainingPlace.objects.filter(pathway__in=case.ids, stage__in=["waiting", "booked", "in_training"]).exists():
        training.join_waiting(case=case, course=course_of(told.run), taken=taken, **told.who)


def _book_seat(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    _seat(told, day, taken)


def _seated(told: Retelling, day: date, taken: Taken) -> TrainingPlace:
    """A seat on a course that was begun: a course that was finished or left had been."""
    place = _seat(told, day, implied(taken))
    if place.stage == "booked":
        training.start_training(place=place, taken=implied(taken), **told.who)
    return place


def _start_course(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    place = _seat(told, day, implied(taken))
    if place.stage == "booked":
        training.start_training(place=place, taken=taken, **told.who)


def _finish_course(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    training.finish_training(place=_seated(told, day, taken), taken=taken, **told.who)


def _leave_course(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    training.leave_training(place=_seated(told, day, taken), taken=taken, **told.who)


def _cancel_seat(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    case = begun(told, day, taken)
    place = TrainingPlace.objects.filter(pathway__in=case.ids, stage__in=["waiting", "booked"]).order_by("id").first()
    if place is not None:
        training.cancel_seat(place=place, taken=taken, **told.who)


def _ready(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    case = begun(told, day, taken)
    case.refresh_from_db()
    if case.ready_on is None and case.stage in READY_FROM:
        cases.mark_ready(case=case, taken=taken, **told.who)


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
