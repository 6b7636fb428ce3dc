"""An employer's pages: only theirs, only what was shared, one press where one is enough, and no hint of another employer."""

import re
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.test import Client

from accounts.models import Reason
from ground.once import new_once
from ground.templatetags.said import day
from pathways.models import Consent, Introduction, RetentionCheck, StageChange
from pathways.services import case as cases
from pathways.services import introduction
from pathways.services.door import Taken
from pathways.services.heading import close_heading
from tests.factories import actor, organisation, partner, rates, user
from tests.pathways.employer_scene import OFFER, Scene, names, page, press
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
RANDOM = "8a3b9c1e-0d5f-4e7a-9b2c-6d1f0a4e8c3b"


@pytest.fixture
def scene() -> Scene:
    rates()
    return Scene()


def without_nonce(answer) -> str:
    return re.sub(r'nonce="[^"]*"', "", answer.content.decode())


def test_only_people_who_were_sent_and_only_what_was_shared(scene):
    scene.sent(first="Zuleika", last="Marvell", note="Was a carer", phone="+447700900123")
    introduction.draft_introduction(case=scene.case(first="Notyet"), heading=scene.opening, by=scene.by, at=scene.at)
    shown = page(signed_in(scene.employer), "/put-forward/")
    assert names(shown) == ["Zuleika Marvell"]
    assert ("Was a carer" in shown, "07700 900123" in shown, "New · Ward host" in shown, "Notyet" in shown) == (True, True, True, False)


def test_a_name_put_right_later_is_not_shared_anew(scene):
    row = scene.sent(first="Zuleika", last="Marvell")
    row.pathway.candidate.change(version=row.pathway.candidate.version, first_name="Zora")
    assert names(page(signed_in(scene.employer), "/put-forward/")) == ["Zuleika Marvell"]


def test_the_steps_on_offer_are_those_that_the_door_allows(scene):
    row = scene.sent()
    client = signed_in(scene.employer)
    offered = re.findall(rf"/introductions/{row.uuid}/steps/(\w+)/", page(client, f"/introductions/{row.uuid}/"))
    assert offered == ["consider", "invite", "reserve", "offer", "decline_by_employer"]
    for step in offered:
        assert client.get(f"/introductions/{row.uuid}/steps/{step}/").status_code == 200
    assert client.get(f"/introductions/{row.uuid}/steps/accept/").status_code == 403
    assert press(client, f"/introductions/{row.uuid}/steps/accept/", row).status_code == 403


def test_one_press_considers_and_the_page_says_so_with_undo(scene):
    row = scene.sent(first="Zuleika", last="Marvell")
    client = signed_in(scene.employer)
    assert "Keep in reserve" not in page(client, "/put-forward/")
    href = f"/introductions/{row.uuid}/steps/consider/?back=%2Fput-forward%2F%3Frow%3D1"
    posted = {"version": str(row.version), "once": new_once()}
    answers = [client.post(href, posted) for _ in range(2)]
    assert [each.status_code for each in answers] == [302, 302]
    assert answers[0]["Location"].startswith("/put-forward/?")
    assert StageChange.objects.filter(machine="introduction", step="consider").count() == 1
    shown = page(client, answers[0]["Location"])
    assert "You are considering" in shown
    assert "Zuleika Marvell: Considering, " in shown
    undo = re.search(r'action="(/changes/[^"]+/undo/[^"]*)"', shown).group(1)
    assert client.post(undo, {"once": new_once()})["Location"].startswith("/put-forward/")
    row.refresh_from_db()
    assert row.stage == "sent"


def test_a_step_at_a_stale_version_is_a_conflict(scene):
    row = scene.sent()
    client = signed_in(scene.employer)
    introduction.move_introduction(introduction=row, step="consider", by=scene.by, at=scene.at)
    old = SimpleNamespace(version=row.version - 1)
    answer = press(client, f"/introductions/{row.uuid}/steps/invite/", old)
    assert answer.status_code == 409
    assert Introduction.objects.get(pk=row.pk).stage == "considering"


def test_an_offer_knows_the_opening_and_is_graded(scene):
    heading = scene.heading(title="Porter", pay=Decimal("12.90"), hours_a_week=Decimal("40"), site="East wing")
    row = scene.sent(heading=heading)
    client = signed_in(scene.employer)
    path = f"/introductions/{row.uuid}/steps/offer/"
    form = page(client, path)
    assert ('value="40"' in form, 'value="12.90"' in form, 'value="East wing"' in form, "When did it happen" in form) == (
        True,
        True,
        True,
        False,
    )
    bad = press(client, path, row, offer_kind="permanent", offer_pay="lots", offer_site="North wing")
    assert (bad.status_code, "North wing" in bad.content.decode()) == (422, True)
    given = {"offer_kind": "permanent", "offer_pay": "12.90", "offer_pay_unit": "hour", "offer_hours": "30"}
    assert press(client, path, row, **given).status_code == 302
    row.refresh_from_db()
    assert (row.stage, row.offer_grade, row.offer_hours, row.offered_on) == ("offered", "legal", Decimal("30.0"), scene.today)
    shown = page(client, f"/introductions/{row.uuid}/")
    assert "Permanent, 30 hours a week, £12.90 an hour" in shown
    assert "under the real Living Wage of £13.45" in shown


def test_a_no_needs_a_reason(scene):
    row = scene.sent()
    client = signed_in(scene.employer)
    path = f"/introductions/{row.uuid}/steps/decline_by_employer/"
    assert press(client, path, row).status_code == 422
    Reason.objects.get_or_create(kind="decline", code="filled", defaults={"label": "The places are filled", "valid_from": date(2020, 1, 1)})
    assert "The places are filled" in page(client, path)
    assert press(client, path, row, reason="filled").status_code == 302
    assert StageChange.objects.get(machine="introduction", step="decline_by_employer").reason == "filled"
    assert names(page(client, "/put-forward/")) == []
    assert "You said no" in page(client, "/put-forward/?show=ended")


@pytest.fixture
def rival(scene):
    """Another employer of the same programme."""
    other = organisation("employer", name="Rival Care")
    partner(scene.programme, other)
    return SimpleNamespace(organisation=other, user=user("employer", other), heading=scene.heading(organisation=other, title="Rival post"))


def test_another_employers_rows_are_answered_like_rows_that_never_were(scene, rival):
    theirs = scene.sent(heading=rival.heading)
    client = signed_in(scene.employer)
    for path in ("/introductions/{}/", "/introductions/{}/steps/consider/", "/introductions/{}/steps/offer/"):
        found, never = client.get(path.format(theirs.uuid)), client.get(path.format(RANDOM))
        assert (found.status_code, never.status_code) == (404, 404)
        assert without_nonce(found) == without_nonce(never)
    assert press(client, f"/introductions/{theirs.uuid}/steps/consider/", theirs).status_code == 404
    assert names(page(client, "/put-forward/")) == []


def test_rows_before_sending_are_not_there_for_the_employer(scene):
    draft = introduction.draft_introduction(case=scene.case(), heading=scene.opening, by=scene.by, at=scene.at)
    assert signed_in(scene.employer).get(f"/introductions/{draft.uuid}/").status_code == 404


def test_gone_is_said_in_the_same_words_whatever_the_cause(scene, rival):
    """Taken by another employer, withdrawn by the person, closed by the employer: one sentence, no name, no page of its own."""
    case = scene.case(at=scene.at, first="Zuleika")
    taken_elsewhere = scene.sent(case=case, heading=scene.heading(title="Same title"))
    other = scene.sent(case=case, heading=rival.heading)
    introduction.offer_job(introduction=other, offer=OFFER, by=actor(rival.user), at=scene.at)
    introduction.accept_offer(introduction=other, by=scene.by, at=scene.at)
    withdrawn = scene.sent(heading=scene.heading(title="Same title"), first="Zuleika")
    introduction.move_introduction(introduction=withdrawn, step="withdraw", by=scene.by, at=scene.at)
    opening = scene.heading(title="Same title")
    closed = scene.sent(heading=opening, first="Zuleika")
    close_heading(heading=opening, by=scene.dawn, at=scene.at)
    rows = [taken_elsewhere, withdrawn, closed]
    for row in rows:
        row.refresh_from_db()
    assert [row.stage for row in rows] == ["superseded", "withdrawn", "heading_closed"]
    client = signed_in(scene.employer)
    assert names(page(client, "/put-forward/")) == []
    shown = page(client, "/put-forward/?show=ended")
    assert names(shown) == ["A person who is no longer available"] * 3
    assert len(set(re.findall(r'<li class="row.*?</li>', shown, flags=re.DOTALL))) == 1
    assert ("Zuleika" in shown, "Rival" in shown) == (False, False)
    never = client.get(f"/introductions/{RANDOM}/")
    for row in rows:
        for path, with_what in ((f"/introductions/{row.uuid}/", None), (f"/introductions/{row.uuid}/steps/offer/", {"once": new_once()})):
            answer = client.get(path) if with_what is None else client.post(path, with_what)
            assert (answer.status_code, without_nonce(answer) == without_nonce(never)) == (404, True)


def test_a_yes_that_is_taken_back_ends_sight_at_the_next_request(scene):
    row = scene.sent()
    client = signed_in(scene.employer)
    assert len(names(page(client, "/put-forward/"))) == 1
    Consent.objects.filter(pk=row.consent_id).update(withdrawn_on=scene.today)
    assert names(page(client, "/put-forward/")) == names(page(client, "/put-forward/?show=ended")) == []
    assert client.get(f"/introductions/{row.uuid}/").status_code == 404


def test_after_the_view_window_nothing_is_seen(scene):
    row = scene.sent()
    Introduction.objects.filter(pk=row.pk).update(sent_on=scene.today - timedelta(days=731))
    assert signed_in(scene.employer).get(f"/introductions/{row.uuid}/").status_code == 404
    Introduction.objects.filter(pk=row.pk).update(sent_on=scene.today - timedelta(days=730))
    assert signed_in(scene.employer).get(f"/introductions/{row.uuid}/").status_code == 200


def test_still_in_work_is_one_press_a_row(scene):
    check = scene.asked(first="Zuleika", last="Marvell")
    client = signed_in(scene.employer)
    shown = page(client, "/still-here/")
    assert names(shown) == ["Zuleika Marvell"]
    assert "Still in work at 4 weeks, on" in shown
    assert f', <span class="row__due">by {day(check.window_ends)}' in shown
    href = re.search(r'action="(/retention-checks/[^"]+/steps/confirm/[^"]*)"', shown).group(1)
    posted = {"version": str(check.version), "once": new_once()}
    assert [client.post(href, posted).status_code for _ in range(2)] == [302, 302]
    check.refresh_from_db()
    assert (check.stage, check.grade, check.evidence.count()) == ("confirmed", "employer", 1)
    after = page(client, "/still-here/")
    assert names(after) == ["Zuleika Marvell"]
    assert "Zuleika Marvell: Still in work, " in after
    client.post(re.search(r'action="(/changes/[^"]+/undo/[^"]*)"', after).group(1), {"once": new_once()})
    check.refresh_from_db()
    assert check.stage == "open"


def test_left_asks_for_the_last_day_and_takes_not_known(scene):
    check = scene.asked()
    client = signed_in(scene.employer)
    path = f"/retention-checks/{check.uuid}/steps/deny/"
    assert press(client, path, check, last_day="31 2 2027").status_code == 422
    assert press(client, path, check).status_code == 302
    check.refresh_from_db()
    assert (check.stage, check.placement.stage, check.placement.last_day) == ("not_in_post", "left", None)


def test_what_is_still_to_come_is_not_asked(scene):
    scene.asked()
    assert RetentionCheck.objects.filter(stage="scheduled").count() == 2
    assert page(signed_in(scene.employer), "/still-here/").count("Still in work at") == 1


def test_the_start_page_says_what_waits_and_leads_there(scene):
    scene.sent(days_ago=3)
    scene.sent()
    scene.accepted(days_ago=5)
    scene.asked()
    client = signed_in(scene.employer)
    assert client.get("/")["Location"] == "/start/"
    shown = page(client, "/start/")
    assert names(shown) == [
        "2 people put forward: say what happens next",
        "1 person between offer and start: checks",
        "1 person to ask about: still in work?",
    ]
    assert ("The longest has waited 3 days" in shown, "The first has waited 2 days" in shown) == (True, True)
    assert [path for path in ("/put-forward/", "/checks/", "/still-here/") if f'row__name" href="{path}"' not in shown] == []


def test_with_nothing_to_do_each_page_says_how_to_begin(scene):
    client = signed_in(scene.employer)
    assert "Nothing waits for you" in page(client, "/start/")
    assert "Nobody is waiting for you" in page(client, "/put-forward/")
    assert "Nobody earlier yet" in page(client, "/put-forward/?show=ended")
    assert "Nobody is between an offer and a start" in page(client, "/checks/")
    assert "Nobody to ask about today" in page(client, "/still-here/")
    type(scene.opening).objects.update(stage="closed")
    assert "Post an opening first" in page(client, "/put-forward/")


PAGES = ["/start/", "/put-forward/", "/checks/", "/still-here/"]


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_are_for_employers(scene, path):
    assert [signed_in(who).get(path).status_code for who in (scene.worker, scene.lead)] == [403, 403]
    assert Client().get(path)["Location"].startswith("/sign-in/")


def test_staff_are_led_to_the_person(scene):
    row = scene.sent()
    answer = signed_in(scene.worker).get(f"/introductions/{row.uuid}/")
    assert answer["Location"].startswith(f"/people/{row.pathway.candidate.uuid}/")


def test_a_case_that_ends_takes_its_introductions_out_of_sight(scene):
    row = scene.sent()
    cases.withdraw(case=row.pathway, by=scene.by, at=scene.at, taken=Taken(reason="other"))
    assert signed_in(scene.employer).get(f"/introductions/{row.uuid}/").status_code == 404


@pytest.mark.parametrize(("path", "queries"), [("/put-forward/", 11), ("/checks/", 10), ("/still-here/", 10), ("/start/", 12)])
@pytest.mark.parametrize("number", [1, 3])
def test_a_long_list_asks_no_more_than_a_short_one(scene, django_assert_num_queries, path, queries, number):
    scene.opening.places = 100
    scene.opening.save()
    for _ in range(number):
        scene.sent()
        scene.accepted(days_ago=2)
        scene.asked()
    client = signed_in(scene.employer)
    client.get(path)
    with django_assert_num_queries(queries):
        page(client, path)
