"""The demo's own pages: the candidate's phone, the mailbox, the day that can be moved on."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client

from accounts.services.mail import queue_mail, sweep
from ground.clock import read_clock, today_london
from outreach import delivery
from outreach.backends.locmem import LocMem
from outreach.models import Message
from tests.factories import AT, organisation, person
from tests.outreach.conftest import text

pytestmark = pytest.mark.django_db
IN_DEMO = pytest.mark.urls("tests.outreach.demo_addresses")


@pytest.mark.parametrize("address", ["/demo/phone/", f"/demo/phone/{UUID(int=7)}/", "/demo/mailbox/", "/demo/day/"])
def test_outside_a_demo_there_is_none_of_it(client: Client, address: str):
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404


@IN_DEMO
class TestPhone:
    def test_it_shows_what_arrived_and_not_what_waits(self, client: Client, provider: LocMem, settings):
        settings.DEMO = True
        owner = organisation()
        amina = person(owner, first="Amina", last="Yusuf", phone="+447700900121")
        address = f"/demo/phone/{amina.uuid}/"
        text(candidate=amina)
        page = client.get(address).content.decode()
        assert "No text has arrived yet" in page
        assert "1 text on the way" in page
        delivery.sweep(at=AT)
        page = client.get(address).content.decode()
        assert "Hello Amina, this is Northgate. Your chat is on Tuesday 1 December at 10am." in page
        assert "Monday 23 November 2026 at 9am" in page
        assert "07700 900121" in page
        assert "on the way" not in page
        assert str(amina.uuid) not in page.replace(f'href="{address}"', "")

    def test_the_list_has_each_phone_once_the_latest_first(self, client: Client, provider: LocMem, django_assert_num_queries):
        owner = organisation()
        people = [person(owner, first=name, last="Yusuf", phone=f"+44770090013{n}") for n, name in enumerate(["Amina", "Bo", "Cem"])]
        for minutes, somebody in enumerate(people):
            text(candidate=somebody, occasion=f"first {minutes}")
            delivery.sweep(at=AT + timedelta(minutes=minutes))
        text(candidate=people[0], occasion="again", fact="")
        delivery.sweep(at=AT + timedelta(minutes=9))
        with django_assert_num_queries(3):
            page = client.get("/demo/phone/").content.decode()
        assert [page.count(f"{name} Yusuf</a>") for name in ("Amina", "Bo", "Cem")] == [1, 1, 1]
        assert page.index("Amina Yusuf") < page.index("Cem Yusuf") < page.index("Bo Yusuf")

    def test_a_shared_phone_rings_for_everybody_who_shares_it(self, client: Client, provider: LocMem):
        owner = organisation()
        amina, bilal = (person(owner, first=name, phone="+447700900140") for name in ("Amina", "Bilal"))
        text(candidate=amina, occasion="a", fact="", values={"first_name": "Amina", "sender": "N", "day": "1 May", "time": "9am"})
        text(candidate=bilal, occasion="b", fact="", values={"first_name": "Bilal", "sender": "N", "day": "2 May", "time": "9am"})
        delivery.sweep(at=AT)
        page = client.get(f"/demo/phone/{bilal.uuid}/").content.decode()
        assert "Hello Amina" in page
        assert "Hello Bilal" in page

    def test_an_empty_list_says_how_to_begin(self, client: Client):
        assert "No text has arrived yet" in client.get("/demo/phone/").content.decode()

    def test_an_unknown_person_is_not_there(self, client: Client):
        assert client.get(f"/demo/phone/{uuid4()}/").status_code == 404


@IN_DEMO
def test_the_mailbox_shows_what_was_sent_with_its_words(client: Client):
    at = read_clock()
    queue_mail(to="Dawn@example.org", kind="accounts/sign_in_code", context={"code": "480713"}, at=at)
    assert "No e-mail has arrived yet" in client.get("/demo/mailbox/").content.decode()
    assert sweep(at=at, now=at) == {"accepted": 1}
    page = client.get("/demo/mailbox/").content.decode()
    assert "dawn@example.org" in page
    assert "480713" in page


@IN_DEMO
class TestDay:
    def test_the_day_moves_on_and_never_back(self, client: Client):
        before = today_london(read_clock())
        page = client.get("/demo/day/")
        once = page.context["form"]["once"].value()
        assert client.post("/demo/day/", {"days": "184", "once": once}).status_code == 302
        assert today_london(read_clock()) - before == timedelta(days=184)
        refused = client.post("/demo/day/", {"days": "-1", "once": f"{once}x"})
        assert refused.status_code == 422
        assert "Enter 1 or more: the day cannot be moved back" in refused.content.decode()
        assert today_london(read_clock()) - before == timedelta(days=184)

    def test_pressed_twice_it_moves_once(self, client: Client):
        before = today_london(read_clock())
        once = client.get("/demo/day/").context["form"]["once"].value()
        for _ in range(2):
            assert client.post("/demo/day/", {"days": "1", "once": once}).status_code == 302
        assert today_london(read_clock()) - before == timedelta(days=1)

    def test_a_lease_stays_real_when_the_day_is_moved(self, client: Client, provider: LocMem):
        message = text()
        assert delivery.claim(message_id=message.pk, at=AT) is not None
        client.post("/demo/day/", {"days": "7", "once": client.get("/demo/day/").context["form"]["once"].value()})
        assert delivery.sweep(at=AT + timedelta(days=7)) == {}
        assert Message.objects.get().state == "sending"


@IN_DEMO
def test_the_mailbox_says_that_a_mail_is_on_its_way(client: Client, settings):
    settings.DEMO, at = True, read_clock()
    said, again = "Mail arrives within half a minute.", '<a class="govuk-link" href="/demo/mailbox/">Look again</a>'
    assert said not in client.get("/demo/mailbox/").content.decode()
    queue_mail(to="dawn@example.org", kind="accounts/sign_in_code", context={"code": "480713"}, at=at, not_before=at + timedelta(days=1))
    assert said not in client.get("/demo/mailbox/").content.decode()
    queue_mail(to="dawn@example.org", kind="accounts/sign_in_code", context={"code": "480713"}, at=at)
    shown = client.get("/demo/mailbox/").content.decode()
    assert (said in shown, again in shown) == (True, True)
    assert sweep(at=at, now=at) == {"accepted": 1}
    assert said not in client.get("/demo/mailbox/").content.decode()
