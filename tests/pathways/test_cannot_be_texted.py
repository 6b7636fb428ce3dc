"""What cannot be texted is never lost: each cause, and each text that must reach somebody, ends in one open task with the words to say."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from ground.clock import LONDON
from outreach.backends import backend_named
from outreach.models import Message, PhoneLine, Template
from outreach.services.line import line_of
from pathways.models import Pathway, RetentionCheck, Task
from pathways.queries.due import about, subjects_of, task_words
from pathways.services import interview, introduction, placement, retention
from pathways.services.text import load_texts
from pathways.services.unsent import tell_unsent
from tests.factories import AT, DAY
from tests.pathways.test_text import TEN, Text

pytestmark = pytest.mark.django_db

BEFORE = AT - timedelta(days=1)
DUE = datetime(2027, 5, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def provider(settings):
    settings.SMS_BACKEND, settings.SMS_HOURS = ["locmem"], ""
    backend_named("locmem").forget()


def no_mobile(world: Text, settings: Any) -> Pathway:
    return world.amina(phone=None)


def a_landline_only(world: Text, settings: Any) -> Pathway:
    case = world.amina(phone=None)
    case.candidate.routes.create(kind="landline", value="+441214960777")
    return case


def no_texts_please(world: Text, settings: Any) -> Pathway:
    case = world.amina()
    case.candidate.routes.update(may_text=False)
    return case


def opted_out(world: Text, settings: Any) -> Pathway:
    case = world.amina()
    PhoneLine.objects.filter(pk=line_of("+447700900111").pk).update(opted_out_at=BEFORE)
    return case


def bad_line(world: Text, settings: Any) -> Pathway:
    case = world.amina()
    PhoneLine.objects.filter(pk=line_of("+447700900111").pk).update(health="bad")
    return case


def nobodys_name_to_put_under_it(world: Text, settings: Any) -> Pathway:
    case = world.amina(mention=False)
    Pathway.objects.filter(pk=case.pk).update(owner=None)
    return Pathway.objects.select_related("candidate").get(pk=case.pk)


def no_words_in_their_language(world: Text, settings: Any) -> Pathway:
    return world.amina(language="ti", english_is_fine=False)


def letters_that_would_be_lost(world: Text, settings: Any) -> Pathway:
    """The backend says which letters it cannot carry: Notify turns Arabic into question marks."""
    load_texts(at=BEFORE)
    for template in Template.objects.filter(language="en").exclude(code__startswith="own-"):
        words = {"body": f"{template.body} \u0646", "delivery_class": template.delivery_class, "approved_at": BEFORE}
        Template.objects.create(code=template.code, language="ar", **words)
    return world.amina(language="ar", english_is_fine=False)


def texts_are_off(world: Text, settings: Any) -> Pathway:
    settings.SMS_BACKEND = []
    return world.amina()


CAUSES = [
    *(no_mobile, a_landline_only, no_texts_please, opted_out, bad_line, nobodys_name_to_put_under_it, no_words_in_their_language),
    *(letters_that_would_be_lost, texts_are_off),
]


def booked(world: Text, case: Pathway) -> None:
    world.chat(case)


def moved(world: Text, case: Pathway) -> None:
    chat = world.chat(case)
    interview.move_chat(chat=chat, when=TEN + timedelta(hours=2), place="", host=None, by=world.by, at=AT)


def called_off(world: Text, case: Pathway) -> None:
    interview.cancel_chat(chat=world.chat(case), by=world.by, at=AT)


def offered(world: Text, case: Pathway) -> None:
    world.offered(case)


def a_start(world: Text, case: Pathway) -> None:
    job = world.job(case)
    placement.agree_start(placement=job, start_on=date(2026, 12, 7), by=world.by, at=AT)


def declined(world: Text, case: Pathway) -> None:
    row = introduction.draft_introduction(case=case, heading=world.heading(), by=world.by, at=AT)
    introduction.send_introduction(introduction=row, consent_how="phone", by=world.by, at=AT)
    introduction.move_introduction(introduction=row, step="decline_by_employer", by=world.by.speaking_for("employer", "phone"), at=AT)


def still_there(world: Text, case: Pathway) -> None:
    job = world.job(case)
    placement.start_placement(placement=job, first_day=DAY, by=world.by, at=AT)
    retention.move_with_the_clock(check=RetentionCheck.objects.get(placement=job, milestone="six_months"), at=DUE)


TEXTS = {
    booked: ("interview", "tell", "Say: Your chat with "),
    moved: ("interview", "tell", "Say: Your chat is now on Tuesday 1 December at midday"),
    called_off: ("interview", "tell", "Say: Your chat on Tuesday 1 December at 10am is called off."),
    offered: ("introduction", "tell", "Say: Good news: you have a job offer"),
    a_start: ("placement", "tell", "Say: You start at "),
    still_there: ("retention_check", "retention", "Say: Are you still in the job that you began on 23 November 2026?"),
}


def asked_of(case: Pathway, machine: str, kind: str) -> list[str]:
    rows = Task.objects.filter(pathway=case, state="open", kind=kind, subject__startswith=f"{machine}:")
    subjects = subjects_of(rows)
    return [task_words(row, about(row, subjects, DAY)) for row in rows]


@pytest.mark.parametrize("cause", CAUSES, ids=lambda one: one.__name__)
@pytest.mark.parametrize("step", TEXTS, ids=lambda one: one.__name__)
def test_each_cause_and_each_text_ends_in_exactly_one_task_with_the_words(cause, step, settings, monkeypatch):
    world = Text()
    if cause is letters_that_would_be_lost:
        monkeypatch.setattr(type(backend_named("locmem")), "unsendable", lambda self, body: [each for each in body if each == "\u0646"])
    case = cause(world, settings)
    step(world, case)
    machine, kind, words = TEXTS[step]
    assert not Message.objects.exclude(state="cancelled").exists()
    asked = asked_of(case, machine, kind)
    assert len(asked) == 1
    assert asked[0].startswith(words)
    assert "Reply 1" not in asked[0]


@pytest.mark.parametrize("cause", CAUSES, ids=lambda one: one.__name__)
def test_an_employers_no_always_has_its_task_whose_page_holds_the_words(cause, settings):
    world = Text()
    case = cause(world, settings)
    declined(world, case)
    assert len(asked_of(case, "introduction", "tell")) == 1


def test_a_text_that_would_come_too_late_is_said_instead():
    world = Text()
    evening = datetime(2026, 11, 30, 21, 0, tzinfo=LONDON)
    case = world.amina()
    interview.book_chat(
        case=case,
        when=datetime.combine(date(2026, 12, 1), time(8, 30), tzinfo=LONDON),
        place="",
        host=world.worker,
        by=world.by,
        at=evening,
    )
    assert not Message.objects.exists()
    assert len(asked_of(case, "interview", "tell")) == 1


@pytest.mark.parametrize(
    ("state", "reason"), [("suppressed", "opted_out"), ("rejected", "bad_number"), ("undelivered", ""), ("abandoned", "")]
)
@pytest.mark.parametrize("step", [booked, still_there], ids=lambda one: one.__name__)
def test_a_text_that_did_not_go_after_all_is_said_instead_once(step, state, reason):
    world = Text()
    case = world.amina()
    step(world, case)
    at = DUE if step is still_there else AT
    machine, kind, _ = TEXTS[step]
    told = Message.objects.filter(fact__startswith=machine).latest("id")
    Message.objects.filter(pk=told.pk).update(state=state, reason=reason, final_at=at)
    assert [tell_unsent(at=at), tell_unsent(at=at)] == [1, 0]
    asked = asked_of(case, machine, kind)
    assert len(asked) == 1
    assert asked[0].startswith("This text may not have arrived: " if state == "abandoned" else "A text did not go. Say: ")
    assert "Reply 1" not in asked[0]
