"""Posts made by hand that cannot be true: a sentence at the field or a conflict, nothing written, never a fault of ours."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from ground.clock import LONDON, today_london
from ground.fields import DayField
from ground.once import new_once
from pathways.models import Pathway, Placement, RetentionCheck, StageChange
from pathways.queries.integrity import look_through
from pathways.queries.steps import FOLDERS
from pathways.services import interview, placement, retention
from pathways.services.door import Taken
from tests.factories import World
from tests.pathways.digest import digest, unlike
from tests.pathways.standings import DUE, Stand
from tests.pathways.step_trials import TRIALS, Trial
from tests.signing_in import signed_in

POSTED = {trial.step: trial.data for trial in TRIALS}
POSTED_ON = {trial.step: trial.on for trial in TRIALS}


def post(browser: Client, row: Any, step: str, **data: object) -> Any:
    """A form of whoever it is, made by hand, at the version that is there."""
    machine, _, verb = step.partition(".")
    made = isinstance(row, Pathway) and machine != "pathway"
    path = f"/pathways/{row.uuid}/steps/{step}/" if made else f"/{FOLDERS[machine]}/{row.uuid}/steps/{verb}/"
    return browser.post(path, {"version": row.version, "once": new_once(), **data})


def iso(day: date) -> str:
    return day.isoformat()


@dataclass(frozen=True)
class Bad:
    """What is tried, on what, with which answers; and the field that says why not, or none where things have moved on."""

    what: str
    step: str
    on: Callable[[Stand], Any]
    data: Callable[[Stand], dict[str, str]]
    field: str = ""


def _left_before_it_was_due(s: Stand) -> RetentionCheck:
    """Asked about, and then known to have left before the day that is asked about."""
    check = s.asked(DUE)
    placement.leave_job(placement=check.placement, last_day=check.due_on - timedelta(days=1), by=s.by, at=s.now)
    return check


def _asked_for(s: Stand) -> Any:
    check = s.check()
    values = {"asked_on": s.today - timedelta(days=2)}
    taken = Taken(happened_on=s.today - timedelta(days=2))
    return placement.move_check(check=check, step="ask", values=values, by=s.by, at=s.now, taken=taken)


def _own_job_to_come(s: Stand) -> Placement:
    job = {"employer_words": "A school", "job": {"title": "Cook"}, "start_on": s.today + timedelta(days=3)}
    return placement.record_own_job(case=s.open(), by=s.by, at=s.now, **job)


BAD = [
    Bad("a first day before the offer", "placement.start", lambda s: s.job(), lambda s: {"first_day": "2026-01-05"}, "first_day"),
    Bad("a start agreed before the offer", "placement.agree_start", lambda s: s.job(), lambda s: {"start_on": "2026-01-05"}, "start_on"),
    Bad(
        "a start-by before the offer",
        "introduction.offer",
        lambda s: s.sent(),
        lambda s: {**POSTED["introduction.offer"](s), "offer_start_by": iso(s.today - timedelta(days=1))},
        "offer_start_by",
    ),
    Bad("a start in 1926", "placement.start", _own_job_to_come, lambda s: {"first_day": "1926-03-01"}, "first_day"),
    Bad("a start agreed for 1926", "placement.agree_start", _own_job_to_come, lambda s: {"start_on": "1926-03-01"}, "start_on"),
    Bad(
        "a job of their own since 1926",
        "placement.record_own_job",
        lambda s: s.open(),
        lambda s: {**POSTED["placement.record_own_job"](s), "start_on": "1926-03-01"},
        "start_on",
    ),
    Bad(
        "a last day before the first",
        "placement.leave",
        lambda s: s.job(started=True),
        lambda s: {"last_day": iso(s.today - timedelta(days=21))},
        "last_day",
    ),
    Bad(
        "a term's end before its first day",
        "placement.complete",
        lambda s: s.job(started=True, kind="fixed_term"),
        lambda s: {"last_day": iso(s.today - timedelta(days=21))},
        "last_day",
    ),
    Bad(
        "a last day before the first, told with an answer",
        "retention_check.deny",
        lambda s: s.asked(DUE),
        lambda s: {"last_day": iso(s.today - timedelta(days=DUE + 1))},
        "last_day",
    ),
    Bad(
        "a check cleared before it was asked for",
        "pre_employment_check.clear",
        _asked_for,
        lambda s: {"happened_on": iso(s.today - timedelta(days=3))},
        "happened_on",
    ),
    Bad(
        "a check not cleared before it was asked for",
        "pre_employment_check.not_clear",
        _asked_for,
        lambda s: {"happened_on": iso(s.today - timedelta(days=3))},
        "happened_on",
    ),
    Bad(
        "an answer known before its date",
        "retention_check.confirm",
        lambda s: s.asked(DUE),
        lambda s: {"known_on": iso(s.today - timedelta(days=DUE - 27))},
        "known_on",
    ),
    Bad("an answer before it is asked", "retention_check.confirm", lambda s: s.asked(DUE - 10), lambda s: {}, "known_on"),
    Bad("still there, of a job that was left before", "retention_check.confirm", _left_before_it_was_due, lambda s: {}),
    Bad(
        "a pause that ends before it starts",
        "pathway.pause",
        lambda s: s.open(),
        lambda s: {"reason": "childcare", "review_on": iso(s.today - timedelta(days=1))},
        "review_on",
    ),
    Bad(
        "a pause that was over before it began",
        "pathway.resume",
        lambda s: s.paused(),
        lambda s: {"happened_on": iso(today_london(s.past) - timedelta(days=1))},
        "happened_on",
    ),
    Bad(
        "settled with a last day to come",
        "retention_check.settle_still",
        lambda s: POSTED_ON["retention_check.settle_still"](s),
        lambda s: {"last_day": iso(s.today + timedelta(days=1))},
        "last_day",
    ),
    Bad(
        "a new role whose term was over before the job began",
        "placement.move_role",
        lambda s: POSTED_ON["placement.move_role"](s),
        lambda s: {**POSTED["placement.move_role"](s), "ends_on": "1926-03-01"},
        "ends_on",
    ),
    Bad("a chat held before we met", "interview.hold", lambda s: s.open(), lambda s: {"happened_on": "1926-03-01"}, "happened_on"),
    Bad(
        "out of work since tomorrow",
        "interview.hold",
        lambda s: s.open(),
        lambda s: {"work_status": "not_working", "work_status_since": iso(s.today + timedelta(days=1))},
        "work_status_since",
    ),
]


@pytest.mark.django_db
@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.what)
def test_what_cannot_be_is_refused_in_words_at_its_field(bad: Bad) -> None:
    scene = Stand()
    row = bad.on(scene)
    row.refresh_from_db()
    browser = signed_in(scene.lead)
    before, changes = digest(), StageChange.objects.count()
    answer = post(browser, row, bad.step, **bad.data(scene))
    assert answer.status_code == (422 if bad.field else 409)
    errors = answer.context["form"].errors
    assert list(errors) == [bad.field or "__all__"]
    assert str(errors[bad.field or "__all__"][0]) in answer.content.decode().replace("&#x27;", "'")
    assert (unlike(before, digest()), StageChange.objects.count()) == ([], changes)


# -- every day field of every step -------------------------------------------------------------------------------------------------

#: Fields that look ahead: a day to come is meant. And one that looks far back.
AHEAD = {
    "interview.book.day",
    "interview.move.day",
    "pathway.set_not_now.revisit_on",
    "introduction.offer.offer_start_by",
    "placement.agree_start.start_on",
    "pathway.pause.review_on",
    "placement.record_own_job.start_on",
    "placement.record_own_job.ends_on",
    "placement.move_role.ends_on",
    "placement.move_employer.ends_on",
}
FAR_BACK = {"interview.hold.work_status_since"}
#: The day that a person typed, and whether it is tomorrow, in 1926, or no day at all.
DAYS: dict[str, Callable[[Stand], str]] = {
    "tomorrow": lambda s: iso(s.today + timedelta(days=1)),
    "in 1926": lambda s: "1926-05-01",
    "no day": lambda s: "2027-02-29",
    "no date": lambda s: "soon",
}


def day_fields(form: Any) -> list[str]:
    return [name for name, field in form.fields.items() if isinstance(field, DayField)]


@pytest.mark.slow("table")
@pytest.mark.django_db
@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.step)
def test_every_day_field_of_every_step_refuses_days_that_cannot_be(trial: Trial) -> None:
    scene = Stand()
    row = trial.on(scene)
    row.refresh_from_db()
    browser = signed_in(scene.lead)
    machine, _, verb = trial.step.partition(".")
    path = f"/pathways/{row.uuid}/steps/{trial.step}/" if trial.makes else f"/{FOLDERS[machine]}/{row.uuid}/steps/{verb}/"
    form = browser.get(path).context["form"]
    sound = trial.data(scene)
    before = digest()
    for field in day_fields(form):
        for words, day in DAYS.items():
            named = f"{trial.step}.{field}"
            with transaction.atomic():
                answer = browser.post(path, {"version": row.version, "once": new_once(), **sound, field: day(scene)})
                fine = (words == "tomorrow" and named in AHEAD) or (words == "in 1926" and named in FAR_BACK)
                assert answer.status_code == (302 if fine else 422), (named, words)
                if not fine:
                    assert field in answer.context["form"].errors, (named, words, answer.context["form"].errors)
                    assert unlike(before, digest()) == [], (named, words)
                transaction.set_rollback(True)


# -- ordinary days -----------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29), date(2026, 8, 31), date(2026, 12, 31)], ids=str)
def test_clock_changes_29_february_and_month_ends_are_ordinary_days(day: date) -> None:
    world = World()
    at = datetime(day.year, day.month, day.day, 1, 30, tzinfo=LONDON)  # not there in March, twice there in October
    case = world.case(at=at, day=day)
    chat = interview.book_chat(case=case, when=at + timedelta(hours=1), place="Library", host=None, by=world.by, at=at)
    interview.hold_chat(case=case, chat=chat, by=world.by, at=at + timedelta(hours=2))
    job = {"employer_words": "A bakery", "job": {"title": "Baker"}, "start_on": day}
    made = placement.record_own_job(case=case, by=world.by, at=at + timedelta(hours=3), **job)
    check = RetentionCheck.objects.get(placement=made, milestone="four_weeks")
    due = datetime.combine(check.due_on, at.time(), tzinfo=LONDON)
    assert (made.first_day, check.due_on - day, retention.move_with_the_clock(check=check, at=due)) == (day, timedelta(days=28), True)
    retention.answer_check(check=check, in_post=True, known_on=today_london(due), grade="self", by=world.by, at=due)
    assert [each for _, found in look_through(at=due) for each in found if each.kind != "text_stuck"] == []
