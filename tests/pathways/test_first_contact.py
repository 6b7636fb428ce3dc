"""A colleague's first contact on the one phone they have: e-mail, password, app, paper codes, Today. And what was typed is kept."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import expect

from accounts.delivery import read_letter
from accounts.models import Mail, Membership, SignIn
from accounts.services.membership import invite
from accounts.services.second_factor import digits_now, give_second_factor
from ground.clock import real_now
from ground.once import new_once
from pathways.models import Note, Pathway
from tests.factories import PASSWORD, organisation, partner
from tests.pathways.scenes import Scene
from tests.pathways.test_events import typed
from tests.pathways.test_pages_look import sound
from tests.signing_in import sign_in

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def link_of(scene: Scene, email: str = "new@example.org", *, owner: Any = None, role: str = "outreach_worker") -> str:
    """The link in the e-mail that invites somebody to the scene's programme."""
    organisation_ = owner or scene.delivery
    invite(email=email, name="", organisation=organisation_, role=role, programme=scene.programme, by=scene.lead_by, at=scene.now)
    found = re.search(r"/invitation/\S+/", read_letter(Mail.objects.get(kind="accounts/invitation")).body)
    assert found is not None
    return found.group()


@pytest.mark.browser
@pytest.mark.parametrize("places", [1, 2])
def test_a_new_colleague_comes_from_the_e_mail_to_today_on_one_phone(server: Any, browser: Any, places: int) -> None:
    scene = Scene()
    link = link_of(scene)
    page = browser.new_context(viewport={"width": 360, "height": 640}).new_page()
    page.goto(f"{server.url}{link}")
    sound(page, "first-invitation")
    page.get_by_label("Your name").fill("Nadia New")
    page.get_by_label("New password").fill("three plain words here")
    page.get_by_label("This device is mine alone").check()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up your second factor")
    sound(page, "first-second-factor")
    opens = page.get_by_role("button", name="Open it in the app").or_(page.get_by_role("link", name="Open it in the app"))
    assert opens.bounding_box()["height"] >= 44
    spelled = page.locator("p.key").inner_text()
    assert re.fullmatch(r"([A-Z2-7]{4} ?)+", spelled)
    secret = spelled.replace(" ", "")
    assert f"secret={secret}" in opens.get_attribute("href")
    assert opens.get_attribute("href").startswith("otpauth://totp/")
    square = page.locator(".qr__square").locator("visible=true")
    page.set_viewport_size({"width": 1280, "height": 800})
    assert square.bounding_box()["y"] < opens.bounding_box()["y"]  # at a desk the square comes first, and nothing is to be unfolded
    page.set_viewport_size({"width": 360, "height": 640})
    assert square.count() == 0
    page.get_by_text("The app is on another phone or tablet").click()
    assert square.bounding_box()["width"] >= 200
    if places == 2:
        begun = scene.today - timedelta(days=1)
        who = SignIn.objects.get().user
        Membership.objects.create(user=who, organisation=organisation(name="Beside"), role="outreach_worker", starts_on=begun)
    page.get_by_label("Code").fill(digits_now(secret))
    page.get_by_role("button", name="Use this app").click()
    assert page.locator("main li").count() == 10
    sound(page, "first-codes")
    page.get_by_role("button", name="I have kept them").click()
    if places == 2:
        sound(page, "first-choose")
        page.get_by_label(scene.delivery.name).check()
        page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    expect(page.get_by_text("Nothing is due on your desk")).to_be_visible()
    sound(page, "first-today")
    assert SignIn.objects.get().own_device
    page.get_by_role("link", name="Add a person").last.click()
    expect(page.get_by_label("First name")).to_be_visible()


@pytest.mark.django_db
def test_an_invited_employer_is_sent_the_code_at_once() -> None:
    scene = Scene()
    client, link = Client(), link_of(scene, owner=scene.trust, role="employer")
    sent = client.post(link, {"once": new_once(), "name": "Dawn"})
    assert sent["Location"] == "/sign-in/code/"
    letter = read_letter(Mail.objects.get(kind="accounts/sign_in_code")).body
    code = re.search(r"\b\d{6}\b", letter)
    assert code is not None
    assert client.post("/sign-in/code/", {"once": new_once(), "code": code.group()})["Location"] == "/"
    assert client.get("/")["Location"] == "/start/"


@pytest.mark.django_db
def test_an_invitation_lets_nobody_in_who_has_a_password_already() -> None:
    scene = Scene()
    client = Client()
    sent = client.post(
        link_of(scene, scene.worker.email, owner=partner(scene.programme, organisation("delivery"))),
        {"once": new_once(), "name": "Else", "password": "three plain words here"},
    )
    assert sent["Location"] == "/sign-in/"
    assert SignIn.objects.count() == 0
    scene.worker.refresh_from_db()
    assert scene.worker.check_password(PASSWORD)


@pytest.mark.django_db
def test_the_password_alone_opens_nothing_but_the_second_factor() -> None:
    scene = Scene()
    client = Client()
    sent = client.post(link_of(scene), {"once": new_once(), "name": "Nadia", "password": "three plain words here"})
    assert sent["Location"] == "/second-factor/"
    assert client.get("/today/")["Location"].startswith("/second-factor/")


def forms_of(scene: Scene, case: Pathway) -> dict[str, tuple[str, dict[str, Any], str]]:
    return {
        "a note": (f"/pathways/{case.uuid}/notes/", {"text": "She likes <mornings>", "visibility": "team"}, "She likes &lt;mornings&gt;"),
        "somebody met": ("/people/add/", {"first_name": "Zebedee", "phone": "07700 900123"}, "Zebedee"),
        "an event": ("/events/add/", typed(scene), "Stall at the foodbank"),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("which", ["a note", "somebody met", "an event"])
def test_what_was_typed_as_the_session_ended_goes_on_after_signing_in(which: str) -> None:
    scene = Scene()
    give_second_factor(user=scene.worker, secret=SECRET)
    address, sent, words = forms_of(scene, scene.open())[which]
    sent = {"once": new_once(), **sent}
    client = Client()
    begun = sign_in(client, scene.worker)
    SignIn.objects.filter(pk=begun.pk).update(seen_at=real_now() - timedelta(hours=5))
    assert client.post(address, sent)["Location"].startswith("/sign-in/")
    client.post("/sign-in/", {"email": scene.worker.email, "password": PASSWORD})
    assert client.post("/sign-in/code/", {"once": new_once(), "code": digits_now(SECRET)})["Location"] == "/sign-in/go-on/"
    shown = client.get("/sign-in/go-on/").content.decode()
    assert (f'action="{address}"' in shown, words in shown) == (True, True)
    before = (Note.objects.count(), Pathway.objects.count())
    assert client.post(address, sent).status_code == 302
    assert (Note.objects.count(), Pathway.objects.count()) != before or which == "an event"
