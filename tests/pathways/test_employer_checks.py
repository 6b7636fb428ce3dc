"""Between offer and start, as an employer sees it: six checks, a first day that is agreed, and somebody who did not begin."""

import re
from datetime import timedelta

import pytest

from ground.once import new_once
from ground.templatetags.said import day
from pathways.models import Placement, PreEmploymentCheck
from pathways.services import placement
from tests.factories import rates
from tests.pathways.employer_scene import Scene, names, page, press
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    rates()
    return Scene()


@pytest.mark.parametrize(
    ("days", "words", "kind"),
    [
        (29, "29 days since the offer", ""),
        (30, "30 days since the offer: getting long", "ours"),
        (50, "50 days since the offer: too long", "overdue"),
    ],
)
def test_days_since_the_offer_are_told_by_word_first(scene, days, words, kind):
    scene.accepted(days_ago=days)
    shown = page(signed_in(scene.employer), "/checks/")
    assert words in shown
    told = re.search(r'<strong class="([^"]*)">[^<]*since the offer', shown)
    assert (told is not None, bool(kind) and f"--{kind}" in (told.group(1) if told else "")) == (bool(kind), bool(kind))


def test_six_checks_wait_and_one_press_clears_one(scene):
    job = scene.accepted(first="Zuleika", last="Marvell")
    client = signed_in(scene.employer)
    shown = page(client, "/checks/")
    assert names(shown) == [
        "Identity",
        "Right to work",
        "Registration and qualifications",
        "Employment history and references",
        "Criminal record",
        "Work health",
    ]
    assert "0 of 6 checks done" in shown
    check = PreEmploymentCheck.objects.get(placement=job, kind="identity")
    answer = press(client, f"/pre-employment-checks/{check.uuid}/steps/clear/?back=/checks/%3Frow=1", check)
    assert answer["Location"].startswith("/checks/")
    shown = page(client, "/checks/")
    assert ("1 of 6 checks done" in shown, "Done: Identity (cleared)" in shown) == (True, True)
    assert "Zuleika Marvell, identity: Cleared, " in shown
    client.post(re.search(r'action="(/changes/[^"]+/undo/[^"]*)"', shown).group(1), {"once": new_once()})
    check.refresh_from_db()
    assert check.stage == "not_started"


def test_a_check_that_was_asked_for_says_how_long_who_and_for_what(scene):
    job = scene.accepted(days_ago=20)
    check = PreEmploymentCheck.objects.get(placement=job, kind="criminal_record")
    client = signed_in(scene.employer)
    asked = {"owner_words": "Dawn in HR", "blocked_by": "the old address", "happened_on": (scene.today - timedelta(days=12)).isoformat()}
    assert press(client, f"/pre-employment-checks/{check.uuid}/steps/ask/", check, **asked).status_code == 302
    shown = page(client, "/checks/")
    since = day(scene.today - timedelta(days=12))
    assert (f"Asked for on {since}" in shown, "Waiting for: the old address" in shown, "Dawn in HR" in shown) == (True, True, True)
    assert re.findall(r'row__waiting number">([^<]*)<', shown) == ["12 days"]  # nobody was asked for the other five: nothing waits
    assert "Dawn in HR" in page(client, f"/pre-employment-checks/{check.uuid}/")


def test_a_start_is_agreed_moved_and_begun_in_one_press(scene):
    job = scene.accepted(days_ago=10)
    client = signed_in(scene.employer)
    path = f"/placements/{job.uuid}/steps/agree_start/"
    assert press(client, path, job, start_on="31 2 2027").status_code == 422
    later = (scene.today + timedelta(days=3)).isoformat()
    assert press(client, path, job, start_on=later, start_at="8:30", report_to="Dawn").status_code == 302
    shown = page(client, "/checks/")
    assert ("Move the start" in shown, f"/placements/{job.uuid}/steps/start/" in shown, " at 8:30, ask for Dawn" in shown) == (
        True,
        False,
        True,
    )
    job.refresh_from_db()
    assert press(client, path, job, start_on=scene.today.isoformat()).status_code == 302
    job.refresh_from_db()
    shown = page(client, "/checks/")
    assert ("6 checks not cleared yet" in shown, 'name="first_day"' in shown) == (True, False)
    form = page(client, re.search(r'href="(/placements/[^"]+/steps/start/[^"]*)"', shown).group(1).replace("&amp;", "&"))
    assert "Not cleared yet: identity, right to work," in form
    assert f'name="first_day_day" value="{scene.today.day}"' in re.sub(r" (?:id|class|inputmode|type)=\"[^\"]*\"", "", form)
    for check in PreEmploymentCheck.objects.filter(placement=job).exclude(kind="right_to_work"):
        placement.move_check(check=check, step="clear", values={"settled_on": scene.today}, by=scene.dawn, at=scene.at)
    assert [path for path in ("/checks/", f"/placements/{job.uuid}/") if "Right to work not cleared yet" not in page(client, path)] == []
    last = PreEmploymentCheck.objects.get(placement=job, kind="right_to_work")
    placement.move_check(check=last, step="not_require", values={"settled_on": scene.today}, by=scene.dawn, at=scene.at)
    shown = page(client, "/checks/")
    assert (f'name="first_day" value="{scene.today.isoformat()}"' in shown, "not cleared yet" in shown) == (True, False)
    assert press(client, f"/placements/{job.uuid}/steps/start/", job, first_day=scene.today.isoformat()).status_code == 302
    job.refresh_from_db()
    assert (job.stage, job.first_day) == ("in_post", scene.today)
    assert "Nobody is between an offer and a start" in page(client, "/checks/")
    assert page(client, f"/placements/{job.uuid}/").count("What was recorded") == 1


def test_did_not_start_needs_a_reason(scene):
    job = scene.accepted()
    client = signed_in(scene.employer)
    path = f"/placements/{job.uuid}/steps/fall_through/"
    assert press(client, path, job).status_code == 422
    assert Placement.objects.get().stage == "checks_in_progress"
