"""The way in: password, second factor, mailbox code, limits, and the end of a session."""

import re
import threading
import time
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client

from accounts.delivery import read_letter
from accounts.models import Audit, Mail, Organisation, SignIn, SignInAttempt, SignInCode, User
from accounts.services import limits
from accounts.services import sign_in as signing
from accounts.services.password import set_password
from accounts.services.second_factor import digits_now, give_second_factor, new_secret, recovery_codes
from ground import jobs
from ground.actor import SYSTEM
from ground.clock import read_clock, real_now
from ground.door import Refused
from ground.once import new_once
from ground.sealing import CannotOpen
from tests import factories
from tests.signing_in import sign_in, signed_in

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WRONG = "The e-mail address or the password is not right."


def post_password(client: Client, email: str, password: str = factories.PASSWORD, **more: str):
    return client.post("/sign-in/", {"email": email, "password": password, **more})


def code_of(mail: Mail) -> str:
    return re.search(r"\d{6}", read_letter(mail).body).group()


@pytest.fixture(autouse=True)
def _quick(monkeypatch) -> None:
    """Only the test of the even duration waits for it."""
    monkeypatch.setattr("accounts.views.sign_in.NO_QUICKER", 0)


@pytest.fixture
def worker(db) -> User:
    person = factories.user("outreach_worker", factories.organisation(), email="worker@example.org")
    give_second_factor(user=person, secret=SECRET)
    return person


@pytest.fixture
def employer(db) -> User:
    return factories.user("employer", factories.organisation("employer", name="Northgate Hospital"), email="dawn@example.org")


def test_password_then_code_of_the_app_lets_in(client, worker):
    answer = post_password(client, "Worker@Example.org", next="/account/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/code/?next=%2Faccount%2F")
    assert client.get("/account/")["Location"] == "/sign-in/code/?next=%2Faccount%2F"
    answer = client.post("/sign-in/code/", {"once": new_once(), "code": digits_now(SECRET), "next": "/account/"})
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    assert client.get("/account/").status_code == 200
    assert list(Audit.objects.order_by("id").values_list("action", flat=True)) == ["sign_in", "sign_in.prove"]


def test_the_same_words_for_a_wrong_password_and_an_unknown_address(client, worker):
    known = post_password(client, "worker@example.org", "not the passphrase")
    unknown = post_password(client, "nobody@example.org", "not the passphrase")
    assert (known.status_code, unknown.status_code) == (422, 422)
    assert WRONG in known.content.decode()
    strip = re.compile(rb'(value="[^"]*")|(nonce="[^"]*")')
    assert strip.sub(b"", known.content) == strip.sub(b"", unknown.content)
    assert list(Audit.objects.values_list("action", "actor__email")) == [("sign_in.refuse", "worker@example.org")]


def test_a_password_alone_opens_the_second_factor_pages_and_nothing_else(client, db):
    factories.user("administrator", factories.organisation(), email="new@example.org")
    assert post_password(client, "new@example.org")["Location"] == "/second-factor/"
    assert client.get("/settings/users/")["Location"].startswith("/second-factor/")
    page = client.get("/second-factor/").content.decode()
    secret = "".join(re.search(r'<p class="govuk-body number key">([^<]*)</p>', page).group(1).split())
    assert ("<svg" in page, 'href="otpauth://totp/' in page) == (True, True)
    answer = client.post("/second-factor/", {"once": new_once(), "code": "000000"})
    assert answer.status_code == 422
    answer = client.post("/second-factor/", {"once": new_once(), "code": digits_now(secret)})
    assert answer["Location"] == "/second-factor/codes/"
    assert client.get("/settings/users/").status_code == 200


def test_who_has_an_app_cannot_set_up_another_with_the_password_alone(client, worker):
    post_password(client, "worker@example.org")
    assert client.get("/second-factor/")["Location"].startswith("/sign-in/code/")
    answer = client.post("/second-factor/", {"once": new_once(), "code": digits_now(SECRET)})
    assert answer["Location"].startswith("/sign-in/code/")


def test_a_code_of_the_app_works_once(client, worker):
    with time_machine.travel("2026-11-23 09:00:10", tick=False):
        code = digits_now(SECRET)
        post_password(client, "worker@example.org")
        assert client.post("/sign-in/code/", {"once": new_once(), "code": code}).status_code == 302
        other = Client()
        post_password(other, "worker@example.org")
        assert other.post("/sign-in/code/", {"once": new_once(), "code": code}).status_code == 422


def test_a_code_from_paper_works_once(client, worker):
    code = recovery_codes(worker)[0]
    post_password(client, "worker@example.org")
    assert client.post("/sign-in/code/", {"once": new_once(), "code": f"{code[:4]} {code[4:]}"}).status_code == 302
    other = Client()
    post_password(other, "worker@example.org")
    assert other.post("/sign-in/code/", {"once": new_once(), "code": code}).status_code == 422


def test_the_secret_of_an_app_is_sealed_for_its_owner(worker):
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        stored = cursor.fetchone()[0]
    assert SECRET not in stored
    other = factories.user("outreach_worker", factories.organisation())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE mfa_authenticator SET user_id = %s", [other.pk])
    with pytest.raises(CannotOpen):
        recovery_codes(other)


def test_five_codes_in_half_a_minute_and_no_more(client, worker):
    post_password(client, "worker@example.org")
    answers = [client.post("/sign-in/code/", {"once": new_once(), "code": "000000"}).status_code for _ in range(6)]
    assert answers == [422, 422, 422, 422, 422, 429]


def test_an_employer_signs_in_with_a_code_from_the_mailbox(client, employer):
    answer = client.post("/sign-in/", {"email": "dawn@example.org", "way": "mailbox"})
    assert answer["Location"] == "/sign-in/code/"
    mail = Mail.objects.get()
    assert (mail.to, mail.subject) == ("dawn@example.org", "Your code for Pathways")
    answer = client.post("/sign-in/code/", {"once": new_once(), "code": code_of(mail)})
    assert answer["Location"] == "/"
    assert client.get("/settings/users/").status_code == 200
    assert SignIn.objects.get().proof == "mailbox"


def test_a_code_leaves_at_once_whenever_the_sweep_went_last(client, transactional_db, employer, mailoutbox, monkeypatch):
    asked = []
    monkeypatch.setattr("accounts.views.sign_in.nudge", lambda task: asked.append((task, Mail.objects.count())))
    jobs.run("sweep_mail", at=read_clock())
    client.post("/sign-in/", {"email": "dawn@example.org", "way": "mailbox"})
    assert [written for _, written in asked] == [1]
    jobs.run("sweep_mail", at=read_clock())
    assert mailoutbox == []
    asked[0][0]()
    assert [mail.to for mail in mailoutbox] == [["dawn@example.org"]]


def test_an_employer_with_a_password_is_sent_a_code_too(client, employer):
    assert post_password(client, "dawn@example.org")["Location"] == "/sign-in/code/"
    assert client.get("/settings/users/")["Location"].startswith("/sign-in/code/")
    client.post("/sign-in/code/", {"once": new_once(), "code": code_of(Mail.objects.get())})
    assert client.get("/settings/users/").status_code == 200


def test_a_mailbox_is_asked_for_a_code_alike_whether_known_or_not(client, employer, worker):
    pages = []
    for email in ("dawn@example.org", "nobody@example.org", "worker@example.org"):
        browser = Client()
        answer = browser.post("/sign-in/", {"email": email, "way": "mailbox"}, follow=True)
        pages.append(re.sub(rb'(value="[^"]*")|(nonce="[^"]*")', b"", answer.content))
    assert pages[0] == pages[1] == pages[2]
    assert [mail.to for mail in Mail.objects.all()] == ["dawn@example.org"]


def test_a_mailbox_code_dies_after_five_tries_ten_minutes_or_a_newer_one(employer):
    at = read_clock()
    first = signing.send_code(email="dawn@example.org", at=at)
    second = signing.send_code(email="dawn@example.org", at=at)
    newest = Mail.objects.order_by("-id").first()
    oldest = Mail.objects.order_by("id").first()
    assert signing.judge_code(code_id=first, typed=code_of(oldest), at=at) is None
    assert signing.judge_code(code_id=second, typed=code_of(newest), at=at + timedelta(minutes=10)) is None
    wrong = "000000" if code_of(newest) != "000000" else "000001"
    for _ in range(5):
        assert signing.judge_code(code_id=second, typed=wrong, at=at) is None
    assert signing.judge_code(code_id=second, typed=code_of(newest), at=at) is None
    third = signing.send_code(email="dawn@example.org", at=at)
    mail = Mail.objects.order_by("-id").first()
    assert signing.judge_code(code_id=third, typed=code_of(mail), at=at + timedelta(minutes=9, seconds=59)) == employer
    assert signing.judge_code(code_id=third, typed=code_of(mail), at=at) is None


def test_five_codes_an_hour_go_to_a_mailbox(client, employer):
    answers = [client.post("/sign-in/", {"email": "dawn@example.org", "way": "mailbox"}).status_code for _ in range(6)]
    assert answers == [302, 302, 302, 302, 302, 429]
    assert SignInCode.objects.count() == 5


def test_of_twenty_guesses_at_once_ten_are_judged(transactional_db):
    factories.user("outreach_worker", factories.organisation(), email="worker@example.org")
    at, judged, refused = read_clock(), [], []

    def guess(number: int) -> None:
        try:
            signing.judge_password(email="worker@example.org", password=f"guess {number}", address=f"10.0.0.{number}", at=at)
            judged.append(number)
        except limits.TooMany:
            refused.append(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(judged), len(refused)) == (10, 10)
    assert signing.judge_password(email="worker@example.org", password=factories.PASSWORD, address="10.0.0.1", at=at + timedelta(minutes=6))


def test_twenty_failures_an_hour_from_one_address(client, worker):
    answers = [post_password(client, f"nobody{n}@example.org", "wrong").status_code for n in range(21)]
    assert (answers[:20], answers[20]) == ([422] * 20, 429)


def test_the_owners_own_sign_ins_do_not_count_against_them(client, worker):
    answers = [post_password(Client(), "worker@example.org").status_code for _ in range(12)]
    assert answers == [302] * 12
    assert SignInAttempt.objects.filter(counts=True).count() == 0


def test_addresses_are_kept_as_digests(client, db):
    post_password(client, "somebody@example.org", "wrong")
    kept = " ".join(SignInAttempt.objects.values_list("key", flat=True))
    assert "somebody" not in kept
    assert "127.0.0.1" not in kept


def test_next_leads_to_our_own_pages_only(client, worker):
    for wanted in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"):
        browser = Client()
        post_password(browser, "worker@example.org")
        answer = browser.post("/sign-in/code/", {"once": new_once(), "code": recovery_codes(worker)[0], "next": wanted})
        assert answer["Location"] == "/"


def test_sign_out_ends_every_session_of_the_person(worker):
    one, two = signed_in(worker), signed_in(worker)
    assert one.get("/sign-out/").status_code == 200
    assert two.get("/account/").status_code == 200
    assert one.post("/sign-out/", {"once": new_once()})["Location"] == "/sign-in/"
    assert two.get("/account/")["Location"] == "/sign-in/?next=%2Faccount%2F"


@pytest.mark.parametrize(
    ("seen", "begun", "own_device", "status"),
    [(29, 29, False, 200), (31, 31, False, 302), (31, 31, True, 200), (241, 241, True, 302), (1, 719, False, 200), (1, 721, False, 302)],
)
def test_a_session_ends_after_half_an_hour_idle_four_on_an_own_device_and_twelve_in_all(client, worker, seen, begun, own_device, status):
    row = sign_in(client, worker)
    now = real_now()
    SignIn.objects.filter(pk=row.pk).update(
        seen_at=now - timedelta(minutes=seen), created_at=now - timedelta(minutes=begun), own_device=own_device
    )
    assert client.get("/account/").status_code == status


def test_own_device_is_for_outreach_workers(client, worker, employer):
    post_password(client, "worker@example.org", own_device="on")
    post_password(Client(), "dawn@example.org", own_device="on")
    assert list(SignIn.objects.order_by("id").values_list("user__email", "own_device")) == [
        ("worker@example.org", True),
        ("dawn@example.org", False),
    ]


def test_a_form_sent_after_the_end_goes_on_after_signing_in(client, db):
    admin = factories.user("administrator", factories.organisation(name="Ladywood Trust"), email="admin@example.org")
    give_second_factor(user=admin, secret=SECRET)
    row = sign_in(client, admin)
    SignIn.objects.filter(pk=row.pk).update(seen_at=real_now() - timedelta(hours=1))
    typed = {"email": "new@example.org", "name": "A <b>new</b> one", "role": "outreach_worker", "once": "abc"}
    answer = client.post("/settings/users/invite/", typed)
    assert answer["Location"] == "/sign-in/?next=%2F"
    assert "What you typed is kept" in client.get("/sign-in/").content.decode()
    post_password(client, "admin@example.org")
    answer = client.post("/sign-in/code/", {"once": new_once(), "code": digits_now(SECRET)})
    assert answer["Location"] == "/sign-in/go-on/"
    page = client.get("/sign-in/go-on/").content.decode()
    assert 'action="/settings/users/invite/"' in page
    assert 'name="email" value="new@example.org"' in page
    assert "A &lt;b&gt;new&lt;/b&gt; one" in page
    assert client.get("/sign-in/go-on/")["Location"] == "/"


def test_what_one_person_typed_is_not_shown_to_the_next(client, worker, employer):
    row = sign_in(client, worker)
    SignIn.objects.filter(pk=row.pk).update(seen_at=real_now() - timedelta(hours=1))
    client.post(f"/account/sign-ins/{row.uuid}/end/", {"once": "abc"})
    client.post("/sign-in/", {"email": "dawn@example.org", "way": "mailbox"})
    answer = client.post("/sign-in/code/", {"once": new_once(), "code": code_of(Mail.objects.get())})
    assert answer["Location"] == "/sign-in/go-on/"
    assert client.get("/sign-in/go-on/")["Location"] == "/"


def test_employer_and_delivery_work_of_one_trust_is_chosen_and_never_mixed(client, db):
    trust = factories.organisation("delivery", "employer", name="City Trust")
    person = factories.user("outreach_worker", trust, email="both@example.org")
    person.memberships.create(organisation=trust, role="employer", starts_on=factories.DAY.replace(year=2024))
    sign_in(client, person)
    assert client.get("/settings/users/")["Location"] == "/sign-in/choose/?next=%2Fsettings%2Fusers%2F"
    assert client.post("/sign-in/choose/", {"once": new_once(), "place": "somewhere.else"}).status_code == 422
    client.post("/sign-in/choose/", {"once": new_once(), "place": f"{trust.pk}.employer"})
    assert client.get("/settings/users/").status_code == 200
    client.post("/sign-in/choose/", {"once": new_once(), "place": f"{trust.pk}.staff"})
    assert client.get("/settings/users/").status_code == 403


def test_a_mailbox_code_never_opens_staff_work(client, db):
    trust = factories.organisation("delivery", "employer")
    person = factories.user("administrator", trust, email="both@example.org")
    person.memberships.create(organisation=trust, role="employer", starts_on=factories.DAY.replace(year=2024))
    sign_in(client, person, proof="mailbox")
    page = client.get("/settings/users/")
    assert page.status_code == 200
    assert "Lost phone" not in page.content.decode()
    client.post("/sign-in/choose/", {"once": new_once(), "place": f"{trust.pk}.staff"})
    assert "Lost phone" not in client.get("/settings/users/").content.decode()


def test_a_forgotten_password_is_set_by_a_link_that_works_once(client, worker):
    other = signed_in(worker)
    known = client.post("/password-reset/", {"once": new_once(), "email": "worker@example.org"})
    unknown = client.post("/password-reset/", {"once": new_once(), "email": "nobody@example.org"})
    strip = re.compile(rb'nonce="[^"]*"')
    assert (known.status_code, unknown.status_code) == (200, 200)
    assert strip.sub(b"", known.content) == strip.sub(b"", unknown.content)
    mail = Mail.objects.get()
    path = re.search(r"/password-reset/\S+/", read_letter(mail).body).group()
    assert "worker" not in client.get(path).content.decode()
    for weak in ("short", "password12345", "worker@example.org"):
        assert client.post(path, {"once": new_once(), "password": weak}).status_code == 422
    assert client.post(path, {"once": new_once(), "password": "seven quiet lanterns"})["Location"] == "/sign-in/"
    assert client.get(path).status_code == 404
    assert other.get("/account/").status_code == 302
    assert post_password(Client(), "worker@example.org", "seven quiet lanterns").status_code == 302


def test_somebody_disabled_is_out_at_the_next_request(client, worker):
    sign_in(client, worker)
    User.objects.filter(pk=worker.pk).update(is_active=False)
    assert client.get("/account/")["Location"] == "/sign-in/?next=%2Faccount%2F"


def test_a_secret_is_made_of_160_random_bits(db):
    assert re.fullmatch(r"[A-Z2-7]{32}", new_secret())


def test_no_answer_to_a_guess_is_quicker_than_another(client, employer, monkeypatch):
    monkeypatch.setattr("accounts.views.sign_in.NO_QUICKER", 0.6)
    took = []
    for email in ("dawn@example.org", "nobody@example.org"):
        began = time.monotonic()
        client.post("/sign-in/", {"email": email, "way": "mailbox"})
        took.append(time.monotonic() - began)
    assert min(took) >= 0.6


def test_a_code_asked_for_by_mistake_does_not_stand_in_the_way_of_the_app(client, worker):
    client.post("/sign-in/", {"email": "worker@example.org", "way": "mailbox"})
    post_password(client, "worker@example.org")
    assert client.post("/sign-in/code/", {"once": new_once(), "code": digits_now(SECRET)})["Location"] == "/"
    assert client.get("/account/").status_code == 200


def test_a_password_is_not_the_organisations_name(worker):
    Organisation.objects.update(name="Ladywood Housing Trust")
    for weak in ("Ladywood Housing Trust", "ladywoodhousingtrust1"):
        with pytest.raises(Refused, match="organisation"):
            set_password(user=worker, password=weak, by=SYSTEM, at=read_clock())


def test_a_demo_asks_for_a_second_factor_only_where_there_is_one(worker, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    factories.user("administrator", factories.organisation(), email="plain@example.org")
    assert post_password(Client(), "plain@example.org", next="/settings/users/")["Location"] == "/settings/users/"
    assert post_password(Client(), "worker@example.org")["Location"] == "/sign-in/code/"
