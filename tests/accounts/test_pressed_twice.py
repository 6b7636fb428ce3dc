"""The forms of the way in, pressed twice: one act, one answer, and nothing that is shown once is lost."""

import hashlib
import re

import pytest

from accounts.models import Audit, SignIn, User
from accounts.services.password import tokens
from accounts.services.second_factor import digits_now, give_second_factor, recovery_codes
from ground.models import OnceToken
from ground.once import new_once
from tests import factories
from tests.accounts.test_signing_in import SECRET, post_password
from tests.signing_in import signed_in


@pytest.fixture
def worker(db) -> User:
    person = factories.user("outreach_worker", factories.organisation(), email="worker@example.org")
    give_second_factor(user=person, secret=SECRET)
    return person


def codes_shown(client) -> list[str]:
    return re.findall(r"<li>(\d{4} \d{4})</li>", client.get("/second-factor/codes/").content.decode())


def test_the_app_set_up_with_two_presses_shows_its_ten_codes_until_they_are_kept(client, db):
    made = factories.user("administrator", factories.organisation(), email="new@example.org")
    post_password(client, "new@example.org")
    page = client.get("/second-factor/").content.decode()
    secret = "".join(re.search(r'<p class="govuk-body number key">([^<]*)</p>', page).group(1).split())
    pressed = {"once": new_once(), "code": digits_now(secret)}
    answers = [client.post("/second-factor/", pressed) for _ in range(2)]
    assert [(each.status_code, each["Location"]) for each in answers] == [(302, "/second-factor/codes/")] * 2
    codes = codes_shown(client)
    assert [code.replace(" ", "") for code in codes] == recovery_codes(made)
    assert (len(codes), codes_shown(client)) == (10, codes)
    kept = {"once": new_once()}
    assert [client.post("/second-factor/codes/", kept)["Location"] for _ in range(2)] == ["/", "/"]
    assert client.get("/second-factor/codes/")["Location"] == "/account/"
    assert signed_in(made).get("/second-factor/codes/")["Location"] == "/account/"


def test_the_code_pressed_twice_lets_in_once_and_answers_twice(client, worker):
    post_password(client, "worker@example.org")
    pressed = {"once": new_once(), "code": digits_now(SECRET), "next": "/account/"}
    answers = [client.post("/sign-in/code/", pressed) for _ in range(2)]
    assert [each["Location"] for each in answers] == ["/account/"] * 2
    assert Audit.objects.filter(action="sign_in.prove").count() == 1


def test_a_password_is_kept_in_no_digest_that_could_be_guessed_at(client, worker):
    password = "seven quiet lanterns"
    path = f"/password-reset/{worker.uuid}/{tokens.make_token(worker)}/"
    body = {"once": new_once(), "password": password}
    assert [client.post(path, body)["Location"] for _ in range(2)] == ["/sign-in/"] * 2
    plain = hashlib.sha256()
    for part in (path, "once", body["once"], "password", password):
        plain.update(b"%d:" % len(part.encode()) + part.encode())
    assert OnceToken.objects.get(token=body["once"]).digest != plain.hexdigest()


@pytest.mark.parametrize("path", ["/sign-out/", "/sign-in/choose/", "/sign-in/code/", "/second-factor/", "/password-reset/"])
def test_a_form_of_the_way_in_without_its_stamp_is_not_taken(path, client, worker):
    post_password(client, "worker@example.org")
    answer = client.post(path, {"code": digits_now(SECRET), "email": "worker@example.org"})
    expected = (302, "/sign-in/code/") if path == "/sign-in/choose/" else (422, "")
    assert (answer.status_code, answer.headers.get("Location", "").partition("?")[0]) == expected
    assert SignIn.objects.filter(ended_at__isnull=True, proof="password").count() == 1
