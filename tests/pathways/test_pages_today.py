"""The start page: what is due, one press for each thing, the row that says what was done, and the way back."""

import re
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ground.clock import LONDON
from ground.once import new_once
from outreach.models import Contact
from pathways.models import Ownership, Pathway, PreEmploymentCheck, RetentionCheck, StageChange, Task
from pathways.queries.due import Act, ListRow
from pathways.services import case as cases
from pathways.services.placement import fall_through, move_check
from pathways.services.task import add_task
from tests.factories import person
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def rows_of(browser: Client, path: str = "/today/") -> dict[str, list[ListRow]]:
    return dict(browser.get(path).context["page"].groups)


def press(browser: Client, row: ListRow, words: str) -> Any:
    """One press in a row, as the page's own form posts it."""
    return press_act(browser, next(act for act in row.acts if act.words == words))


def press_act(browser: Client, act: Act) -> Any:
    assert act.tap
    data = {"once": new_once()}
    if act.name:
        data[act.name] = act.value
    if act.version is not None:
        data["version"] = str(act.version)
    return browser.post(act.href, data)


def done_row(browser: Client, answer: Any) -> ListRow:
    """The row that says what was done, on the page that the press led to."""
    assert answer.status_code == 302
    assert answer["Location"].endswith("#acted")
    page = browser.get(answer["Location"]).context["page"]
    return next(row for _, rows in page.groups for row in rows if row.key == "acted")


def test_visitors_read_what_this_is_and_staff_begin_with_today() -> None:
    scene = Scene()
    assert "From a first talk to six months in work" in Client().get("/").content.decode()
    assert signed_in(scene.worker).get("/")["Location"] == "/today/"
    assert signed_in(scene.lead).get("/")["Location"] == "/today/"
    assert signed_in(scene.employer).get("/")["Location"] == "/start/"
    assert signed_in(scene.employer).get("/today/").status_code == 403


def test_an_empty_desk_says_how_to_begin() -> None:
    words = signed_in(Scene().worker).get("/today/").content.decode()
    assert "Nothing is due on your desk" in words
    assert 'href="/people/add/"' in words


def test_a_row_says_name_where_next_who_owes_it_and_when() -> None:
    scene = Scene()
    scene.open(first="Amina", last="Yusuf", phone="+447700900123")
    words = re.sub(r"\s+", " ", signed_in(scene.worker).get("/today/").content.decode())
    places = [
        words.index(part)
        for part in ("Amina Yusuf</a>", "Interested", "Book the chat", ">You<", "days overdue", "20 days", "Rang, no answer")
    ]
    assert places == sorted(places)
    assert 'href="tel:+447700900123"' in words


def test_chats_of_today_come_first_by_their_time() -> None:
    scene = Scene()
    scene.open()
    late, early = scene.chat(), scene.chat()
    for chat, hour in ((late, 15), (early, 13)):
        chat.at = datetime.combine(scene.today, time(hour), tzinfo=LONDON)
        chat.save(update_fields=["at"])
    Task.objects.filter(kind="hold_chat").update(due_on=scene.today)
    groups = rows_of(signed_in(scene.worker))
    assert next(iter(groups)) == "Chats today"
    assert [row.next for row in groups["Chats today"]] == ["Chat: 1pm, Library", "Chat: 3pm, Library"]
    assert all("Rang, no answer" in [act.words for act in row.acts] for row in groups["Chats today"])


def test_rang_and_nobody_answered_is_one_press_and_can_be_taken_back() -> None:
    scene = Scene()
    case = scene.case(interested=False, at=scene.past)
    browser = signed_in(scene.worker)
    row = rows_of(browser)["Overdue"][0]
    assert row.next == "Get in touch"
    said = done_row(browser, press(browser, row, "Rang, no answer"))
    assert said.done.startswith("Rang, no answer, ")
    assert Contact.objects.get(candidate=case.candidate, voided_at__isnull=True).outcome == "no_answer"
    assert press_act(browser, said.acts[0])["Location"] == "/today/"
    assert Contact.objects.filter(candidate=case.candidate, voided_at__isnull=True).count() == 0


def test_spoke_closes_what_was_owed_and_undo_owes_it_again() -> None:
    scene = Scene()
    case = scene.case(interested=False, at=scene.past)
    browser = signed_in(scene.worker)
    row = rows_of(browser)["Overdue"][0]
    said = done_row(browser, press(browser, row, "Spoke"))
    assert said.done.startswith("Spoke on the phone, ")
    assert Task.objects.get(pathway=case, kind="next_contact").state == "done"
    case.refresh_from_db()
    assert (case.last_two_way_on, case.next_kind) == (scene.today, "")
    press_act(browser, said.acts[0])
    case.refresh_from_db()
    assert Task.objects.get(pathway=case, kind="next_contact").state == "open"
    assert (case.last_two_way_on, case.next_kind) == (None, "next_contact")
    assert rows_of(browser)["Overdue"][0].next == "Get in touch"


def test_tomorrow_takes_a_row_off_the_list_and_undo_brings_its_day_back() -> None:
    scene = Scene()
    case = scene.open()
    browser = signed_in(scene.worker)
    row = rows_of(browser)["Overdue"][0]
    due = Task.objects.get(pathway=case, kind="book_chat").due_on
    said = done_row(browser, press(browser, row, "Tomorrow"))
    assert said.done == "Put off to tomorrow."
    assert rows_of(browser) == {}
    press_act(browser, said.acts[0])
    task = Task.objects.get(pathway=case, kind="book_chat")
    assert (task.due_on, task.snoozed_until, task.state) == (due, None, "open")
    assert rows_of(browser)["Overdue"][0].key == row.key


def test_attended_is_one_press_with_undo() -> None:
    scene = Scene()
    place = scene.seat()
    browser = signed_in(scene.worker)
    row = next(row for rows in rows_of(browser).values() for row in rows if row.next.startswith("Start the course"))
    said = done_row(browser, press(browser, row, "Attended"))
    assert said.done.startswith("Started the course, ")
    place.refresh_from_db()
    assert (place.stage, said.where) == ("in_training", "In training")
    press_act(browser, said.acts[0])
    place.refresh_from_db()
    assert place.stage == "booked"


def test_still_in_work_is_one_press_with_undo() -> None:
    scene = Scene()
    check = scene.due()
    Task.objects.filter(kind="retention").update(due_on=scene.today)
    browser = signed_in(scene.worker)
    row = next(row for rows in rows_of(browser).values() for row in rows if row.next.startswith("Ask: still in work"))
    assert row.next == "Ask: still in work at 4 weeks? Corner bakery"
    said = done_row(browser, press(browser, row, "Still in work"))
    assert said.done.startswith("Still in work, ")
    check.refresh_from_db()
    assert (check.stage, check.grade) == ("confirmed", "self")
    press_act(browser, said.acts[0])
    assert RetentionCheck.objects.get(pk=check.pk).stage in {"open", "chasing"}


def nobodys(scene: Scene, days: int = 3) -> Pathway:
    at = scene.now - timedelta(days=days)
    who = person(scene.delivery)
    opened_on = scene.today - timedelta(days=days)
    case = cases.new_case(candidate=who, programme=scene.programme, organisation=scene.delivery, opened_on=opened_on)
    return cases.express_interest(case=case, by=scene.lead_by, at=at)


def test_nobodys_yet_is_taken_with_one_press_from_today() -> None:
    scene = Scene()
    case = nobodys(scene)
    browser = signed_in(scene.worker)
    page = browser.get("/today/").context
    assert (page["nobodys_words"], [row.name for row in page["nobodys"]]) == ("1", [case.candidate.name])
    said = done_row(browser, press(browser, page["nobodys"][0], "Take"))
    assert said.done.startswith("Taken, yours now, ")
    case.refresh_from_db()
    assert case.owner == scene.worker
    assert Ownership.objects.get(pathway=case, to_on__isnull=True).user == scene.worker
    press_act(browser, said.acts[0])
    case.refresh_from_db()
    assert case.owner is None


def test_the_list_of_nobodys_is_oldest_first_and_says_what_was_taken() -> None:
    scene = Scene()
    young, old = nobodys(scene, 2), nobodys(scene, 9)
    browser = signed_in(scene.worker)
    rows = browser.get("/unclaimed/").context["rows"]
    assert [row.name for row in rows] == [old.candidate.name, young.candidate.name]
    answer = press(browser, rows[0], "Take")
    after = browser.get(answer["Location"]).context["rows"]
    assert (after[0].name, after[0].done.rpartition(",")[0]) == (old.candidate.name, "Taken, yours now")
    assert after[1].name == young.candidate.name
    press(browser, after[1], "Take")
    assert "Everybody has a worker" in browser.get("/unclaimed/").content.decode()


def test_two_who_take_the_same_person_one_wins() -> None:
    scene = Scene()
    nobodys(scene)
    one, other = signed_in(scene.worker), signed_in(scene.colleague)
    first = one.get("/unclaimed/").context["rows"][0]
    second = other.get("/unclaimed/").context["rows"][0]
    assert press(one, first, "Take").status_code == 302
    assert press(other, second, "Take").status_code == 409
    assert StageChange.objects.filter(step="hand_over").count() == 1


def test_what_another_did_is_not_told_to_me() -> None:
    scene = Scene()
    case = scene.case(interested=False, at=scene.past)
    browser = signed_in(scene.worker)
    answer = press(browser, rows_of(browser)["Overdue"][0], "Spoke")
    contact = Contact.objects.get(candidate=case.candidate)
    assert str(contact.uuid) in answer["Location"]
    stranger = signed_in(scene.employer)
    assert stranger.post(f"/contacts/{contact.uuid}/undo/", {"once": new_once()}).status_code == 403
    assert signed_in(scene.colleague).post(f"/contacts/{contact.uuid}/undo/", {"once": new_once()}).status_code == 422


NONSENSE = (
    "?did=contact-x",
    "?did=change-8a3b9c1e-0d5f-4e7a-9b2c-6d1f0a4e8c3b",
    "?after=-1",
    "?after=99999",
    "?place=x&row=y&did=z",
    "?whose=nobody",
)


@pytest.mark.parametrize("asked", NONSENSE)
def test_an_address_that_means_nothing_is_only_the_list(asked: str) -> None:
    scene = Scene()
    scene.open()
    answer = signed_in(scene.worker).get(f"/today/{asked}")
    assert answer.status_code == 200
    assert len(answer.context["page"].groups) == 1


def test_checks_that_are_stuck_and_people_gone_quiet_are_on_the_list() -> None:
    scene = Scene()
    job = scene.job()
    check = PreEmploymentCheck.objects.get(placement=job, kind="criminal_record")
    asked_on = scene.today - timedelta(days=15)
    move_check(check=check, step="ask", values={"asked_on": asked_on}, by=scene.by, at=scene.past)
    silent = scene.case(at=scene.now - timedelta(days=40), interested=False)
    Task.objects.all().delete()
    groups = rows_of(signed_in(scene.worker))
    assert [row.next for row in groups["Checks that are stuck"]] == ["A check asked for 15 days ago is not there yet"]
    assert [(row.name, row.next) for row in groups["Gone quiet"]] == [(silent.candidate.name, "Not spoken with since we met")]


def test_nobody_waits_for_the_checks_of_a_job_that_did_not_go_ahead() -> None:
    scene = Scene()
    job = scene.job()
    for check in PreEmploymentCheck.objects.filter(placement=job):
        move_check(check=check, step="ask", values={"asked_on": scene.today - timedelta(days=15)}, by=scene.by, at=scene.past)
    Task.objects.all().delete()
    assert "Checks that are stuck" in rows_of(signed_in(scene.worker))
    fall_through(placement=job, by=scene.by, at=scene.now)
    Task.objects.all().delete()
    assert "Checks that are stuck" not in rows_of(signed_in(scene.worker))


def test_the_team_sees_the_teams_day_and_i_see_mine() -> None:
    scene = Scene()
    scene.open()
    assert rows_of(signed_in(scene.colleague)) == {}
    row = rows_of(signed_in(scene.colleague), "/today/?whose=team")["Overdue"][0]
    assert row.owed == scene.worker.get_short_name()


def test_a_lead_begins_with_the_teams_day() -> None:
    scene = Scene()
    scene.open()
    lead = signed_in(scene.lead)
    assert rows_of(lead)["Overdue"][0].owed == scene.worker.get_short_name()
    assert rows_of(lead, "/today/?whose=me") == {}


def test_a_list_is_as_many_queries_at_any_length() -> None:
    scene = Scene()
    browser = signed_in(scene.worker)
    counts = {}
    made = 0
    for size in (1, 3, 25, 100):
        while made < size:
            case = scene.open()
            Task.objects.filter(pathway=case).delete()
            add_task(pathway=case, words="Send the bus times", due_on=scene.today, by=scene.by, at=scene.now)
            made += 1
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = browser.get("/today/").context["page"]
        assert (page.total, sum(len(rows) for _, rows in page.groups)) == (size, min(size, 25))
        counts[size] = len(asked)
    assert counts == dict.fromkeys((1, 3, 25, 100), 14)


def test_a_long_day_has_pages() -> None:
    scene = Scene()
    case = scene.open()
    for number in range(30):
        add_task(pathway=case, words=f"Thing {number}", due_on=scene.today, by=scene.by, at=scene.now + timedelta(seconds=number))
    browser = signed_in(scene.worker)
    first = browser.get("/today/").context["page"]
    second = browser.get(f"/today/?after={first.next}").context["page"]
    seen = [row.key for page in (first, second) for _, rows in page.groups for row in rows]
    assert (len(seen), len(set(seen)), second.next, second.previous) == (31, 31, None, "0")
