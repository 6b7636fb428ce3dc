"""Lives from a stall to a job, each from pages alone: what a worker and an employer press over months, and what all of it says."""

from datetime import timedelta

import pytest

from ground.clock import add_months, read_clock
from pathways.models import Introduction, Placement, TrainingPlace
from pathways.services import case as cases
from tests import factories
from tests.journeys.life import check_of

pytestmark = [pytest.mark.browser, pytest.mark.slow("stories")]


def test_nobodys_yet_is_taken_by_a_worker(live) -> None:
    life = live(bare=True)
    world = life.world
    somebody = factories.person(world.delivery, first="Nadia", last="Orme", phone="+447700900145")
    case = cases.new_case(
        candidate=somebody, programme=world.programme, organisation=world.delivery, opened_on=life.today, source="the web form"
    )
    cases.express_interest(case=case, by=factories.actor(world.worker), at=read_clock())
    life.worker.go("/unclaimed/")
    assert "Nadia Orme" in life.worker.words
    life.worker.press("button", "Take")
    life.found(case)
    assert life.case.owner == world.worker
    life.worker.go("/unclaimed/")
    assert "Nadia Orme" not in life.worker.page.locator("main a").all_inner_texts()
    life.step("Book a chat", hour="10:30", place="Library", which="Tomorrow")
    life.stands("chat_booked")
    life.later(2)
    life.chat()
    life.agrees("chatted", reached="ec", owed={"decide"}, told=["Chat held", "Chat booked", "Handed over", "Said they are interested"])


def test_two_offers_on_one_day_and_one_is_taken(live) -> None:
    life = live()
    for title in ("Ward host", "Porter"):
        life.world.heading(title=title)
    life.meet("Omar", "Finch")
    life.chat()
    life.ready()
    first, second = life.offered("Ward host"), life.offered("Porter")
    life.stands("offered")
    life.act(first, "accept", "Accept the offer")
    second.refresh_from_db()
    assert (second.stage, second.superseded_by) == ("superseded", first)
    life.dawn.go("/put-forward/?show=ended")
    assert "no longer available" in life.dawn.words
    assert "Another job" not in life.dawn.words
    life.agrees(
        "pre_start",
        reached="ecj",
        owed={"checks"},
        told=["Accepted the offer", "Offered the job", "Offered the job", "Put forward", "Ready for a job", "Chat held"],
    )


def test_an_offer_while_still_on_the_course(live) -> None:
    life = live()
    life.world.heading(title="Ward host")
    life.world.course(name="Into health", starts_on=life.today, ends_on=life.today + timedelta(days=20), capacity=1)
    life.meet("Priya", "Lacey")
    life.chat()
    life.worker.go(life.home)
    life.worker.press("link", "Book a seat")
    life.worker.page.locator("[name=course]").select_option(index=1)
    life.worker.press("button", "Book a seat")
    seat = TrainingPlace.objects.get()
    life.act(seat, "start", "Started the course")
    row = life.offered("Ward host")
    life.stands("offered")
    life.act(row, "accept", "Accept the offer")
    life.stands("pre_start")
    life.later(20)
    life.act(seat, "finish", "Finished the course")
    assert life.case.ready_on is None
    job = Placement.objects.get()
    life.start(job, life.today)
    life.agrees(
        "in_work",
        reached="ectjw",
        owed={"keep_in_touch"},
        told=["First day in work", "Finished the course", "Accepted the offer", "Offered the job", "Started the course", "Chat held"],
    )


def test_an_offer_is_withdrawn_after_the_start_was_agreed_and_the_other_comes_back(live) -> None:
    life = live(bare=True)
    for title in ("Ward host", "Porter"):
        life.world.heading(title=title)
    life.meet("Keith", "Rowan")
    life.chat()
    life.ready()
    life.forward("Porter")
    row = life.offered("Ward host")
    life.act(row, "accept", "Accept the offer")
    job = Placement.objects.get()
    life.act(job, "agree_start", "Agree the start", days={"First day": life.today + timedelta(days=14)})
    other = Introduction.objects.get(heading__title="Porter")
    assert other.stage == "superseded"
    life.later(3)
    life.dawn.go(f"/introductions/{row.uuid}/")
    life.dawn.press("link", "Withdraw the offer")
    life.sign(life.dawn, "Withdraw the offer", reason="The post is gone")
    life.stands("job_ready")
    life.act(other, "revive", "Put forward again", consent_how="By phone")
    other.refresh_from_db()
    assert other.stage == "considering"
    life.dawn.go("/put-forward/")
    assert "Keith Rowan" in life.dawn.words
    life.agrees(
        "job_ready",
        reached="ecj",
        owed={"answer", "tell"},
        told=["Put forward again", "Offer withdrawn by the employer", "First day agreed", "Accepted the offer", "Offered the job"],
    )


def test_left_in_the_third_week_and_six_months_in_the_second_job(live) -> None:
    life = live()
    for title in ("Ward host", "Porter"):
        life.world.heading(title=title)
    life.meet("Lena", "Marsh")
    life.chat()
    life.ready()
    first = life.in_work()
    life.later(18)
    life.act(first, "leave", "Left the job")
    life.stands("left_work")
    life.act(
        first,
        "tell_leaving",
        "Say more about the leaving",
        reason="Hours or pay",
        destination="Not working",
        days={"Last day": life.today - timedelta(days=1)},
    )
    life.until(first.first_day + timedelta(weeks=4))
    early = check_of(first, "four_weeks")
    assert early.stage == "not_in_post"
    life.act(early, "say_any_work", "In any paid work?", any_work="No")
    life.worker.go(life.home)
    life.worker.press("link", "Look for work again")
    life.worker.page.get_by_label("Ready for a job now").check()
    life.worker.press("button", "Look for work again")
    life.stands("job_ready")
    second = life.in_work("Porter")
    six = add_months(second.first_day, 6)
    life.until(six)
    life.act(check_of(second, "six_months"), "confirm", "Still in work")
    assert Placement.objects.get(pk=first.pk).stage == "left"
    life.agrees(
        "sustained",
        reached="ecjws",
        owed={"retention"},
        told=["Still in work", "First day in work", "Looking for work again", "More is known of the leaving", "Left the job"],
    )


def test_found_a_job_of_their_own(live) -> None:
    life = live()
    life.meet("Femi", "Stroud")
    life.later(5)
    start = life.today + timedelta(days=9)
    life.step(
        "Found a job of their own",
        employer_words="Corner bakery",
        title="Baker",
        kind="Fixed term",
        hours_a_week="20",
        days={"First day": start, "End of the term": add_months(start, 8)},
    )
    life.stands("pre_start")
    job = Placement.objects.get()
    assert (job.ends_on, job.checks.count()) == (add_months(start, 8), 0)
    life.until(start)
    life.start(job, start)
    life.until(add_months(start, 6))
    life.act(check_of(job, "six_months"), "confirm", "Still in work")
    life.agrees(
        "sustained",
        reached="ews",
        owed={"retention"},
        told=["Still in work", "First day in work", "Found a job", "Said they are interested"],
    )
