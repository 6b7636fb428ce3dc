"""The morning's digest: one e-mail a working day for who owes something, with numbers alone; and the page it leads to."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.delivery import read_letter
from accounts.models import BankHoliday, Mail, ProgrammeRule
from ground import jobs
from ground.clock import LONDON
from pathways.models import Task
from pathways.services.task import add_task, reassign_task
from tests.factories import World, user
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)


def at(day: date, hour: int = 7) -> datetime:
    return datetime(day.year, day.month, day.day, hour, 5, tzinfo=LONDON)


def run(day: date, *, hour: int = 7, again: bool = False) -> tuple[str, str]:
    done = jobs.run("morning_digest", at=at(day, hour), again=again)
    return done.state, done.result


@pytest.fixture
def world() -> World:
    """A worker who owes two things on Monday, one of them since Friday; a colleague, the lead and an employer who owe nothing."""
    made = World()
    case = made.case(at=at(MONDAY - timedelta(days=3), 12), first="Marigold", last="Quillfeather")
    Task.objects.all().delete()
    for words, due in (
        ("Send the bus times", MONDAY),
        ("Ring the bakery", MONDAY - timedelta(days=3)),
        ("Later", MONDAY + timedelta(days=9)),
    ):
        add_task(pathway=case, words=words, due_on=due, by=made.by, at=at(MONDAY - timedelta(days=3), 12))
        Task.objects.filter(words=words).update(subject=f"free:{words}")
    made.colleague = user("outreach_worker", made.delivery, made.programme)
    return made


def test_who_owes_something_is_told_how_much_and_nothing_of_whom(world: World) -> None:
    assert run(MONDAY) == ("done", "1 of 3 told.")
    mail = Mail.objects.get()
    letter = read_letter(mail)
    assert (mail.to, mail.user, letter.subject) == (world.worker.email, world.worker, "What is due today")
    assert letter.body.startswith("1 thing overdue\n1 thing due today\n")
    assert "/today/digest/" in letter.body
    known = ("Marigold", "Quillfeather", "bus", "bakery", world.programme.name, world.delivery.name, world.worker.name)
    assert [word for word in known if word in f"{letter.subject} {letter.body} {mail.context}"] == []
    assert mail.expires_at == datetime(2026, 11, 24, tzinfo=LONDON)


def test_run_twice_or_again_by_hand_it_is_one_e_mail_a_day(world: World) -> None:
    assert [run(MONDAY)[0], run(MONDAY, hour=9)[0]] == ["done", "not due"]
    assert run(MONDAY, hour=10, again=True) == ("done", "0 of 3 told.")
    assert Mail.objects.count() == 1
    assert run(MONDAY + timedelta(days=1))[1] == "1 of 3 told."


def test_three_days_late_it_is_todays_alone(world: World) -> None:
    assert run(MONDAY + timedelta(days=3), hour=15)[1] == "1 of 3 told."
    assert [mail.expires_at.astimezone(LONDON).date() for mail in Mail.objects.all()] == [MONDAY + timedelta(days=4)]


def test_nothing_goes_at_night_at_the_weekend_or_on_a_bank_holiday(world: World) -> None:
    BankHoliday.objects.create(day=MONDAY + timedelta(days=1), name="A day off")
    for day, hour in ((MONDAY, 3), (MONDAY - timedelta(days=2), 9), (MONDAY + timedelta(days=1), 9)):
        assert run(day, hour=hour)[1] == "No working morning."
    assert Mail.objects.count() == 0


def test_a_dry_run_says_how_many_and_writes_nothing(world: World) -> None:
    assert jobs.run("morning_digest", at=at(MONDAY), dry_run=True).result == "1 of 3 have something due."
    assert Mail.objects.count() == 0


def test_what_was_given_to_a_colleague_is_in_theirs(world: World) -> None:
    task = Task.objects.get(words="Send the bus times")
    reassign_task(task=task, to=world.colleague, by=world.by, at=at(MONDAY))
    run(MONDAY)
    bodies = {mail.user: read_letter(mail).body.partition("\n\n")[0] for mail in Mail.objects.all()}
    assert bodies == {world.worker: "1 thing overdue", world.colleague: "1 thing due today"}


def test_who_left_is_told_nothing(world: World) -> None:
    world.worker.is_active = False
    world.worker.save()
    assert run(MONDAY)[1] == "0 of 2 told."


def test_the_page_is_the_day_in_full_with_the_caseload_beside_its_limit() -> None:
    scene = Scene()
    browser = signed_in(scene.worker)
    assert "Nothing is due on your desk" in browser.get("/today/digest/").content.decode()
    scene.open(first="Amina", last="Yusuf", phone="+447700900123")
    words = browser.get("/today/digest/").content.decode()
    for said in ("1 thing overdue", "Amina Yusuf", "Book the chat", "tel:+447700900123", "you hold 1 person, of at most 25"):
        assert said in words
    assert "<button" not in words.partition("<main")[2].partition("</main>")[0]
    ProgrammeRule.objects.create(programme=scene.programme, code="caseload_limit", value=1, valid_from=scene.today)
    scene.open()
    assert "you hold 2 people, over the limit of 1" in browser.get("/today/digest/").content.decode()
    assert signed_in(scene.employer).get("/today/digest/").status_code == 403


def test_the_page_asks_as_much_at_any_length() -> None:
    scene = Scene()
    browser = signed_in(scene.worker)
    counts, made = {}, 0
    for size in (1, 3, 30):
        while made < size:
            scene.open()
            made += 1
        with CaptureQueriesContext(connection) as asked:
            page = browser.get("/today/digest/").context["page"]
        assert sum(len(rows) for _, rows in page.groups) == size
        counts[size] = len(asked)
    assert counts == dict.fromkeys((1, 3, 30), 14)
