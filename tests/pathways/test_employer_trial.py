"""What made a new employer hesitate: the way in from an e-mail, whom a list waits for, and forms that speak to somebody else."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from accounts.delivery import read_letter
from accounts.models import Mail, Organisation, Reason
from ground.once import new_once
from pathways.models import PreEmploymentCheck, StageChange, Task
from pathways.services import introduction, placement
from tests.factories import rates
from tests.pathways.employer_scene import OFFER, Scene
from tests.pathways.test_employer_pages import names, page, press
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    rates()
    return Scene()


def test_the_e_mail_leads_by_a_code_to_the_row_and_asks_for_no_password(scene):
    row = scene.sent(first="Zuleika", last="Marvell")
    link = re.search(r"https?://[^/]+(/\S+)", read_letter(Mail.objects.get()).body).group(1)
    client = Client()
    asked = page(client, link)
    assert ('name="email"' in asked, 'type="password"' in asked, "Zuleika" in asked) == (True, False, False)
    empty = client.post(link, {"email": "", "way": "mailbox", "next": f"/introductions/{row.uuid}/"})
    assert (empty.status_code, "Enter your e-mail address" in empty.content.decode()) == (422, True)
    sent = client.post(link, {"email": scene.employer.email, "way": "mailbox", "next": f"/introductions/{row.uuid}/"})
    onward = sent["Location"]
    again = re.search(r'href="(/sign-in/[^"]*)"', page(client, onward)).group(1).replace("&amp;", "&")
    assert again == f"/sign-in/?way=mailbox&next=%2Fintroductions%2F{row.uuid}%2F"
    code = re.search(r"\b\d{6}\b", read_letter(Mail.objects.get(kind="accounts/sign_in_code")).body).group(0)
    into = client.post("/sign-in/code/", {"once": new_once(), "code": code, "next": f"/introductions/{row.uuid}/"})
    assert into["Location"] == f"/introductions/{row.uuid}/"
    assert "Zuleika Marvell" in page(client, into["Location"])
    assert client.get(link)["Location"] == f"/introductions/{row.uuid}/"


def test_who_waits_for_the_employer_comes_before_who_has_an_offer(scene):
    offered = scene.sent(first="Olu", last="Offered", days_ago=9)
    introduction.offer_job(introduction=offered, offer=OFFER, by=scene.dawn, at=scene.at)
    scene.sent(first="Nia", last="New", days_ago=1)
    scene.sent(first="Abe", last="Aged", days_ago=8)
    shown = page(signed_in(scene.employer), "/put-forward/")
    assert names(shown) == ["Abe Aged", "Nia New", "Olu Offered"]
    assert shown.index("Waiting for you") < shown.index("Nia New") < shown.index("Waiting for their answer") < shown.rindex("Olu Offered")


def test_a_first_day_that_has_come_stands_above_older_offers(scene):
    scene.opening.places = 9
    scene.opening.save()
    scene.accepted(first="Olu", last="Older", days_ago=40)
    begun = scene.accepted(first="Bea", last="Begun", days_ago=4)
    placement.agree_start(placement=begun, start_on=scene.today, by=scene.dawn, at=scene.at)
    shown = page(signed_in(scene.employer), "/checks/")
    assert re.search(rf'panel__heading"><a class="govuk-link" href="/placements/{begun.uuid}/">Bea Begun</a>', shown)
    assert shown.index("Bea Begun") < shown.index("Olu Older")


def test_an_invitation_is_the_workers_to_pass_on(scene):
    row = scene.sent(first="Zuleika", last="Marvell")
    client = signed_in(scene.employer)
    done = press(client, f"/introductions/{row.uuid}/steps/invite/?back=/put-forward/%3Frow=1", row)
    assert "Their worker will tell them." in page(client, done["Location"])
    told = Task.objects.get(pathway=row.pathway, kind="tell", state="open")
    assert (told.owed_by, told.opened_by.step) == ("worker", "invite")


def test_the_employer_knows_whom_to_ring_about_somebody(scene):
    Organisation.objects.filter(pk=scene.delivery.pk).update(contact_phone="+441214960123")
    type(scene.worker).objects.filter(pk=scene.worker.pk).update(name="Sam Field")
    row = scene.sent()
    shown = page(signed_in(scene.employer), f"/introductions/{row.uuid}/")
    assert (f"Sam, {scene.delivery.name}" in shown, "0121 496 0123" in shown, "Field" in shown) == (True, True, False)


def test_a_form_speaks_to_the_employer_and_says_whom_and_what_it_is_about(scene):
    row = scene.sent(first="Zuleika", last="Marvell", heading=scene.heading(title="Porter"))
    job = scene.accepted(first="Chidi", last="Marsh")
    check = PreEmploymentCheck.objects.get(placement=job, kind="identity")
    asked = scene.asked(first="Edda", last="Stone")
    client = signed_in(scene.employer)
    found = {
        path: re.search(
            r'caption-l">(?:<bdi>)?([^<]*)<.*?<h1[^>]*>([^<]*)<.*?<p[^>]*>([^<]*)<', page(client, path), flags=re.DOTALL
        ).groups()
        for path in (
            f"/introductions/{row.uuid}/steps/decline_by_employer/",
            f"/pre-employment-checks/{check.uuid}/steps/ask/",
            f"/retention-checks/{asked.uuid}/steps/deny/",
        )
    }
    assert list(found.values()) == [
        ("Zuleika Marvell, Porter", "Decline", "You will not take Zuleika Marvell further. Their worker will tell them."),
        ("Chidi Marsh, Ward host, identity", "Say that you asked for it", "You have asked for what this check needs."),
        ("Edda Stone, Ward host, 4 weeks", "Left", "They do not work here any more."),
    ]


def test_the_start_takes_a_time_and_names_the_checks_that_are_open(scene):
    job = scene.accepted()
    for check in PreEmploymentCheck.objects.filter(placement=job).exclude(kind__in=["identity", "work_health"]):
        placement.move_check(check=check, step="clear", values={"settled_on": scene.today}, by=scene.dawn, at=scene.at)
    client = signed_in(scene.employer)
    path = f"/placements/{job.uuid}/steps/agree_start/"
    assert "Not cleared yet: identity, work health." in page(client, path)
    day = (scene.today + timedelta(days=3)).isoformat()
    vague = press(client, path, job, start_on=day, start_at="half eight")
    assert (vague.status_code, "Enter a time like 8:30" in vague.content.decode()) == (422, True)
    assert press(client, path, job, start_on=day, report_to="Dawn " * 13).status_code == 422
    assert press(client, path, job, start_on=day, start_at="8.30").status_code == 302
    job.refresh_from_db()
    assert job.start_at == "8:30"
    assert 'value="8:30"' in page(client, path)


def test_left_asks_an_employer_for_the_last_day_and_how_they_know(scene):
    check = scene.asked()
    client = signed_in(scene.employer)
    path = f"/retention-checks/{check.uuid}/steps/deny/"
    shown = page(client, path)
    assert (shown.index('name="last_day') < shown.index('name="grade"'), "known_on" in shown) == (True, False)
    assert ("We know it ourselves" in shown, "The employer said so" in shown) == (True, False)
    assert press(client, path, check, grade="payroll").status_code == 302
    evidence = check.evidence.get()
    assert (evidence.grade, evidence.known_on) == ("payroll", scene.today)


def test_leaving_asks_for_one_day_only(scene):
    job = scene.asked().placement
    Reason.objects.get_or_create(kind="leave", code="pay", defaults={"label": "Hours or pay", "valid_from": date(2020, 1, 1)})
    client = signed_in(scene.employer)
    path = f"/placements/{job.uuid}/steps/leave/"
    assert len(re.findall(r"<fieldset", page(client, path))) == 1
    assert press(client, path, job, last_day=scene.today.isoformat(), reason="pay").status_code == 302
    job.refresh_from_db()
    assert (job.stage, job.last_day, job.leave_reason) == ("left", scene.today, "pay")


def test_a_jobs_own_page_has_its_checks_and_its_question(scene):
    job = scene.accepted(first="Chidi", last="Marsh")
    client = signed_in(scene.employer)
    shown = page(client, f"/placements/{job.uuid}/")
    assert ("6 checks to do" in shown, names(shown)[:2]) == (True, ["Identity", "Right to work"])
    check = scene.asked(first="Edda", last="Stone")
    assert f"/retention-checks/{check.uuid}/steps/confirm/" in page(client, f"/placements/{check.placement.uuid}/")


def test_what_was_done_with_somebody_else_is_not_said_on_this_ones_page(scene):
    one, two = scene.sent(first="Zuleika", last="Marvell"), scene.sent(first="Beni", last="Walsh")
    client = signed_in(scene.employer)
    press(client, f"/introductions/{one.uuid}/steps/invite/", one)
    assert "Zuleika Marvell: Invited to meet" in page(client, f"/introductions/{one.uuid}/")
    assert "Zuleika" not in page(client, f"/introductions/{two.uuid}/")
    assert "Zuleika" in page(client, "/put-forward/")
    assert "Zuleika" not in page(client, "/still-here/")
    undo = f"/changes/{StageChange.objects.get(step='invite').uuid}/undo/"
    assert "Zuleika Marvell" in page(client, undo)
    assert "Zuleika Marvell: “Invited to meet” undone." in page(client, client.post(undo, {"once": new_once()})["Location"])


@pytest.mark.parametrize(("somebody", "step", "words"), [(True, "fill", "Recorded: all places are taken."), (False, "close", "Closed.")])
def test_an_ended_opening_says_what_was_done_and_whether_anybody_is_told(scene, somebody, step, words):
    if somebody:
        scene.sent()
    client = signed_in(scene.employer)
    done = press(client, f"/headings/{scene.opening.uuid}/steps/{step}/", scene.opening)
    shown = page(client, done["Location"])
    assert (words in shown, "The workers of those put forward are asked to tell them." in shown) == (True, somebody)


def test_an_employer_has_colleagues_and_staff_have_users(scene):
    assert "Colleagues" in page(signed_in(scene.employer), "/settings/users/")
    assert "Colleagues" not in page(signed_in(scene.lead), "/settings/users/")
