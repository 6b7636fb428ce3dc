"""Lives that go on after the start, or stop for a while: each from pages alone, and what all of it then says."""

from datetime import timedelta

import pytest

from ground.clock import add_months
from outreach.models import Message
from pathways.models import Introduction, Pause, Placement, Task
from tests.journeys.life import check_of

pytestmark = [pytest.mark.browser, pytest.mark.slow("stories")]


def test_moved_to_another_employer_of_the_programme(live) -> None:
    life = live()
    life.world.heading(title="Ward host")
    life.meet("Tess", "Hartley")
    life.chat()
    life.ready()
    first = life.in_work()
    life.later(70)
    life.act(
        first,
        "move_employer",
        "Moved to another employer",
        employer="Eastside Hospital",
        title="Ward clerk",
        days={"First day there": life.today},
    )
    second = Placement.objects.get(continues=first)
    assert (second.stage, second.retention_checks.count()) == ("in_post", 0)
    life.stands("in_work")
    six = add_months(first.first_day, 6)
    life.until(six)
    life.dawn.go("/still-here/")
    assert "Tess Hartley" not in life.dawn.words
    life.act(check_of(first, "six_months"), "confirm", "Still in work")
    life.agrees(
        "sustained",
        reached="ecjws",
        owed={"retention"},
        told=["Still in work", "Moved to another employer", "First day in work", "Accepted the offer"],
    )


def test_could_not_be_reached_and_is_heard_of_after_eighty_days(live) -> None:
    life = live()
    life.meet("Ray", "Collis")
    for days, channel in ((1, "Call"), (6, "Text"), (6, "Call")):
        life.later(days)
        life.worker.go(life.home)
        life.worker.press("link", "Other contact")
        life.sign(life.worker, "Save", channel=channel, outcome="Sent" if channel == "Text" else "No answer")
    life.step("Close: could not be reached")
    life.stands("unreachable")
    life.night()
    assert Message.objects.filter(body__contains="we will stop trying for now", accepted_at__isnull=False).count() == 1
    life.later(80)
    life.step("Reopen")
    life.stands("interested")
    life.agrees(
        "interested", reached="e", owed={"next_contact"}, told=["Reopened", "Closed: could not be reached", "Said they are interested"]
    )


def test_paused_over_a_due_date(live) -> None:
    life = live(bare=True)
    life.world.heading(title="Ward host")
    life.meet("Ada", "Winslow")
    life.chat()
    life.ready()
    job = life.in_work()
    four = job.first_day + timedelta(weeks=4)
    life.later(20)
    back = four + timedelta(days=20)
    life.step("Pause", reason="Health", days={"When shall we look again?": back})
    life.worker.go(life.home)
    assert "Paused since" in life.worker.words
    texts = Message.objects.count()
    life.until(four)
    check = check_of(job, "four_weeks")
    assert (check.stage, check.due_on, Message.objects.count()) == ("open", four, texts)
    life.later(7)
    life.worker.go("/today/")
    assert "Are you still in the job that you began on" in life.worker.words, "no text goes in a pause: the words are the worker's"
    life.act(check, "confirm", "Still in work")
    life.until(back)
    life.worker.go("/today/")
    assert "See whether the pause is over" in life.worker.words
    life.step("The pause is over")
    pause = Pause.objects.get()
    assert (pause.from_on, pause.to_on) == (job.first_day + timedelta(days=20), back)
    life.agrees(
        "in_work",
        reached="ecjw",
        owed={"keep_in_touch", "next_contact"},
        told=["The pause ended", "Still in work", "Paused", "First day in work"],
    )


def test_no_phone_at_all_from_a_stall_to_six_months(live) -> None:
    life = live()
    life.world.heading(title="Ward host")
    life.meet("Bea", "Nolan", phone="", through="her sister at the library desk")
    life.step("Book a chat", hour="10:30", place="Library", which="Tomorrow")
    said = Task.objects.get(kind="tell", state="open")
    assert said.words.startswith("Say: ")
    assert "10:30am, Library" in said.words
    life.worker.go("/today/")
    life.later(1)
    life.worker.go("/today/")
    assert said.words[:60] in life.worker.words
    life.worker.go(life.home)
    life.worker.press("button", "Met")
    assert not Task.objects.filter(kind="tell", state="open").exists()
    life.chat()
    life.ready()
    row = life.offered("Ward host")
    assert "offer" in Task.objects.get(kind="tell", state="open").words
    life.act(row, "accept", "Accept the offer")
    job = Placement.objects.get()
    life.act(job, "agree_start", "Agree the start", days={"First day": life.today})
    life.start(job, life.today)
    six = add_months(life.today, 6)
    life.until(six)
    check = check_of(job, "six_months")
    life.dawn.go("/still-here/")
    life.dawn.page.locator(f"form[action*='{check.uuid}/steps/confirm/'] button").click()
    life.dawn.page.wait_for_load_state()
    assert check_of(job, "six_months").grade == "employer"
    assert Message.objects.count() == 0
    life.agrees(
        "sustained", reached="ecjws", owed={"retention"}, told=["Still in work", "First day in work", "Accepted the offer", "Chat held"]
    )


def test_the_wrong_person_was_started_and_a_lead_takes_it_back(live) -> None:
    life = live()
    life.world.heading(title="Ward host")
    life.meet("Una", "Kerr")
    life.chat()
    life.ready()
    row = life.offered("Ward host")
    life.act(row, "accept", "Accept the offer")
    job = Placement.objects.get()
    life.start(job, life.today)
    life.stands("in_work")
    life.later(20)
    life.worker.go(f"{life.home}?all=1")
    assert life.worker.page.locator("main a[href*='/undo/']").filter(has_text="First day in work").count() == 0
    life.lead.go(f"{life.home}?all=1")
    life.lead.press("link", "Undo: First day in work")
    life.lead.press("button", "Undo")
    job.refresh_from_db()
    assert (job.stage, job.first_day, set(job.retention_checks.values_list("stage", flat=True))) == ("checks_in_progress", None, {"void"})
    life.agrees("pre_start", reached="ecj", owed={"checks"}, told=["Accepted the offer", "Offered the job", "Put forward"])


def test_the_employer_and_the_person_disagree(live) -> None:
    life = live()
    life.world.heading(title="Ward host")
    life.meet("Ivo", "Penn")
    life.chat()
    life.ready()
    job = life.in_work()
    four = job.first_day + timedelta(weeks=4)
    life.until(four)
    check = check_of(job, "four_weeks")
    life.act(check, "confirm", "Still in work")
    life.dawn.go(f"/placements/{job.uuid}/")
    life.dawn.press("link", "Left: say when and why")
    life.sign(life.dawn, "Left: say when and why", reason="Another job", days={"Last day": four - timedelta(days=2)})
    assert life.dawn.sound
    assert check_of(job, "four_weeks").stage == "disputed"
    life.stands("left_work")
    life.worker.go(life.home)  # on Today it stands from the next working day on
    assert "Answers disagree: find out which is right" in life.worker.words
    life.act(check, "settle_still", "Settle: still in work there")
    assert check_of(job, "four_weeks").stage == "confirmed"
    assert Placement.objects.get().stage == "in_post"
    assert Introduction.objects.get().stage == "accepted"
    life.agrees(
        "in_work",
        reached="ecjw",
        owed={"keep_in_touch"},
        told=["Settled: still in work there", "Left the job", "Still in work", "First day in work"],
    )
