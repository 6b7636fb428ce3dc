"""Each step's form and the one service that takes it: one line a step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Organisation
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict
from ground.rows import Row
from pathways.forms import case as case_forms
from pathways.forms import interview as chat_forms
from pathways.forms import introduction as intro_forms
from pathways.forms import placement as job_forms
from pathways.forms import training as seat_forms
from pathways.forms.case import Plain
from pathways.forms.step import StepForm
from pathways.models import Pathway
from pathways.services import case, employment, interview, introduction, placement, retention, training
from pathways.services.door import Taken, chart_steps


@dataclass(frozen=True)
class Asked:
    """A sound form on its way to a service."""

    form: Any
    case: Pathway
    subject: Any
    by: Actor
    at: datetime
    taken: Taken

    @property
    def data(self) -> dict[str, Any]:
        """What was typed, cleaned."""
        return self.form.cleaned_data

    @property
    def who(self) -> dict[str, Any]:
        """Who, when, and how it is taken: what every service wants."""
        return {"by": self.by, "at": self.at, "taken": self.taken}


@dataclass(frozen=True)
class Take:
    """A step's form, and the call that takes it."""

    form: type[StepForm]
    act: Callable[[Asked], Row]


def _office(asked: Asked) -> Organisation:
    return Organisation.objects.unscoped("the actor's own organisation").get(pk=asked.by.organisation_id)


def _moved(step: str) -> Take:
    return Take(Plain, lambda a: introduction.move_introduction(introduction=a.subject, step=step, **a.who))


def _checked(step: str, form: type[StepForm], day: str, *more: str) -> Take:
    def act(a: Asked) -> Row:
        values = {day: a.data["happened_on"] or today_london(a.at), **{name: a.data[name] for name in more}}
        return placement.move_check(check=a.subject, step=step, values=values, **a.who)

    return Take(form, act)


def _answered(step: str, form: type[StepForm], in_post: bool | None = None) -> Take:
    """One service takes all answers and chooses the step by what was answered before: only the one that is open is taken here."""

    def act(a: Asked) -> Row:
        steps = chart_steps("retention_check")
        declared, other = steps[step], steps["confirm" if step == "answer_again" else "answer_again"]
        if a.subject.stage in other.sources:
            raise Conflict(f"“{declared.label}” is no longer open: things have moved on.")
        still = a.data["in_post"] if in_post is None else in_post
        last_day = None if still and in_post is None else a.data.get("last_day")
        told = {"known_on": a.data["known_on"], "grade": a.data["grade"], "last_day": last_day}
        return retention.answer_check(check=a.subject, in_post=still, **told, **a.who)

    return Take(form, act)


def _settled(in_post: bool) -> Take:
    return Take(job_forms.Settle, lambda a: retention.settle_check(check=a.subject, in_post=in_post, last_day=a.data["last_day"], **a.who))


def _chat(a: Asked) -> dict[str, Any]:
    return {"when": a.form.when(), "place": a.data["place"], **a.form.hosting(), **a.who}


def _put_forward(a: Asked) -> Row:
    """Chosen and sent, or chosen only, as was pressed."""
    heading = a.data["heading"]
    if not a.form.now:
        return introduction.draft_introduction(case=a.case, heading=heading, **a.who)
    shared = {name: a.data[name] for name in ("consent_how", "share_phone", "note")}
    return introduction.put_forward(case=a.case, heading=heading, **shared, **a.who)


TAKES: dict[str, Take] = {
    "pathway.express_interest": Take(
        case_forms.Interest, lambda a: case.express_interest(case=a.case, families=a.data["families"], **a.who)
    ),
    "pathway.mark_ready": Take(case_forms.Ready, lambda a: case.mark_ready(case=a.case, **a.who)),
    "pathway.unmark_ready": Take(Plain, lambda a: case.unmark_ready(case=a.case, **a.who)),
    "pathway.restart_search": Take(case_forms.Restart, lambda a: case.restart_search(case=a.case, ready=a.data["ready"], **a.who)),
    "pathway.set_not_now": Take(
        case_forms.NotNow,
        lambda a: case.set_not_now(case=a.case, revisit_on=a.data["revisit_on"], do_not_contact=a.data["do_not_contact"], **a.who),
    ),
    "pathway.withdraw": Take(case_forms.Withdraw, lambda a: case.withdraw(case=a.case, **a.who)),
    "pathway.close_unreachable": Take(Plain, lambda a: case.close_unreachable(case=a.case, **a.who)),
    "pathway.close_ineligible": Take(
        case_forms.Ineligible, lambda a: case.close_ineligible(case=a.case, referred_to=a.data["referred_to"], **a.who)
    ),
    "pathway.end_follow_up": Take(Plain, lambda a: case.end_follow_up(case=a.case, **a.who)),
    "pathway.void": Take(Plain, lambda a: case.void_case(case=a.case, **a.who)),
    "pathway.reopen": Take(Plain, lambda a: case.reopen(case=a.case, **a.who)),
    "pathway.return": Take(Plain, lambda a: case.start_again(previous=a.case, owner=a.form.user, **a.who)),
    "pathway.pause": Take(case_forms.Pause, lambda a: case.pause_case(case=a.case, review_on=a.data["review_on"], **a.who)),
    "pathway.resume": Take(Plain, lambda a: case.resume_case(case=a.case, **a.who)),
    "pathway.hand_over": Take(
        case_forms.HandOver, lambda a: case.hand_over(case=a.case, to=a.data["to"], organisation=_office(a), **a.who)
    ),
    "interview.book": Take(chat_forms.BookChat, lambda a: interview.book_chat(case=a.case, **_chat(a))),
    "interview.move": Take(chat_forms.BookChat, lambda a: interview.move_chat(chat=a.subject, **_chat(a))),
    "interview.miss": Take(chat_forms.MissChat, lambda a: interview.miss_chat(chat=a.subject, missed_by=a.data["missed_by"], **a.who)),
    "interview.cancel": Take(Plain, lambda a: interview.cancel_chat(chat=a.subject, **a.who)),
    "interview.hold": Take(
        chat_forms.HoldChat,
        lambda a: interview.hold_chat(
            case=a.case, chat=a.subject, families=a.data["families"], outcome=a.form.outcome(), **a.form.noted(), **a.who
        ),
    ),
    "interview.void": Take(Plain, lambda a: interview.void_chat(chat=a.subject, **a.who)),
    "training_place.join_waiting": Take(
        seat_forms.ChooseCourse, lambda a: training.join_waiting(case=a.case, course=a.data["course"], **a.who)
    ),
    "training_place.book": Take(
        seat_forms.BookSeat,
        lambda a: training.book_seat(case=a.case, course=a.data["course"], over_capacity_reason=a.data["over_capacity_reason"], **a.who),
    ),
    "training_place.book_waiting": Take(
        seat_forms.SeatFromList,
        lambda a: training.book_seat(
            case=a.case, course=a.subject.course, place=a.subject, over_capacity_reason=a.data["over_capacity_reason"], **a.who
        ),
    ),
    "training_place.start": Take(Plain, lambda a: training.start_training(place=a.subject, **a.who)),
    "training_place.finish": Take(Plain, lambda a: training.finish_training(place=a.subject, **a.who)),
    "training_place.leave": Take(Plain, lambda a: training.leave_training(place=a.subject, **a.who)),
    "training_place.cancel": Take(Plain, lambda a: training.cancel_seat(place=a.subject, **a.who)),
    "training_place.void": Take(Plain, lambda a: training.void_seat(place=a.subject, **a.who)),
    "introduction.draft": Take(intro_forms.PutForward, _put_forward),
    "introduction.send": Take(
        intro_forms.Send,
        lambda a: introduction.send_introduction(
            introduction=a.subject, consent_how=a.data["consent_how"], share_phone=a.data["share_phone"], note=a.data["note"], **a.who
        ),
    ),
    "introduction.revive": Take(
        intro_forms.Revive,
        lambda a: introduction.revive_introduction(introduction=a.subject, consent_how=a.data["consent_how"], **a.who),
    ),
    "introduction.consider": _moved("consider"),
    "introduction.invite": _moved("invite"),
    "introduction.reserve": _moved("reserve"),
    "introduction.decline_by_candidate": _moved("decline_by_candidate"),
    "introduction.decline_by_employer": _moved("decline_by_employer"),
    "introduction.withdraw": _moved("withdraw"),
    "introduction.void": _moved("void"),
    "introduction.offer": Take(intro_forms.Offer, lambda a: introduction.offer_job(introduction=a.subject, offer=a.form.offer(), **a.who)),
    "introduction.accept": Take(
        intro_forms.Accept, lambda a: introduction.accept_offer(introduction=a.subject, close=a.form.chosen(), **a.who)
    ),
    "introduction.withdraw_offer": Take(Plain, lambda a: introduction.withdraw_offer(introduction=a.subject, **a.who)),
    "placement.record_own_job": Take(
        job_forms.OwnJob,
        lambda a: placement.record_own_job(
            case=a.case, employer_words=a.data["employer_words"], job=a.form.job(), start_on=a.data["start_on"], **a.who
        ),
    ),
    "placement.agree_start": Take(
        job_forms.AgreeStart,
        lambda a: placement.agree_start(
            placement=a.subject,
            start_on=a.data["start_on"],
            start_at=a.data["start_at"],
            report_to=a.data["report_to"],
            ends_on=a.data.get("ends_on"),
            **a.who,
        ),
    ),
    "placement.start": Take(
        job_forms.Start, lambda a: placement.start_placement(placement=a.subject, first_day=a.data["first_day"], **a.who)
    ),
    "placement.fall_through": Take(Plain, lambda a: placement.fall_through(placement=a.subject, **a.who)),
    "placement.leave": Take(
        job_forms.Leave,
        lambda a: placement.leave_job(
            placement=a.subject,
            last_day=a.data["last_day"],
            leave_reason=a.data.get("reason", ""),
            destination=a.data["destination"],
            **a.who,
        ),
    ),
    "placement.tell_leaving": Take(
        job_forms.Leave,
        lambda a: employment.tell_leaving(
            placement=a.subject,
            last_day=a.data["last_day"],
            leave_reason=a.data.get("reason", ""),
            destination=a.data["destination"],
            **a.who,
        ),
    ),
    "placement.move_role": Take(job_forms.Role, lambda a: employment.move_role(placement=a.subject, role=a.form.role(), **a.who)),
    "placement.move_employer": Take(
        job_forms.NextEmployer,
        lambda a: employment.move_employer(
            placement=a.subject, employer=a.data["employer"], role=a.form.role(), first_day=a.data["first_day"], **a.who
        ),
    ),
    "placement.correct_start": Take(
        job_forms.CorrectStart, lambda a: employment.correct_start(placement=a.subject, first_day=a.data["first_day"], **a.who)
    ),
    "placement.complete": Take(
        job_forms.Complete, lambda a: placement.complete_job(placement=a.subject, last_day=a.data["last_day"], **a.who)
    ),
    "placement.void": Take(Plain, lambda a: placement.void_job(placement=a.subject, **a.who)),
    "pre_employment_check.ask": _checked("ask", job_forms.Ask, "asked_on", "owner_words", "blocked_by"),
    "pre_employment_check.receive": _checked("receive", job_forms.Receive, "received_on", "blocked_by"),
    "pre_employment_check.clear": _checked("clear", Plain, "settled_on"),
    "pre_employment_check.not_clear": _checked("not_clear", Plain, "settled_on"),
    "pre_employment_check.not_require": _checked("not_require", job_forms.NotRequired, "settled_on"),
    "retention_check.confirm": _answered("confirm", job_forms.Answer, in_post=True),
    "retention_check.deny": _answered("deny", job_forms.AnswerLeft, in_post=False),
    "retention_check.ask_call": Take(Plain, lambda a: retention.ask_for_call(check=a.subject, **a.who)),
    "retention_check.answer_again": _answered("answer_again", job_forms.AnotherAnswer),
    "retention_check.settle_still": _settled(True),
    "retention_check.settle_gone": _settled(False),
    "retention_check.say_any_work": Take(
        job_forms.AnyWork, lambda a: retention.say_any_work(check=a.subject, any_work=a.data["any_work"], **a.who)
    ),
    "retention_check.void": Take(Plain, lambda a: retention.void_check(check=a.subject, **a.who)),
}
