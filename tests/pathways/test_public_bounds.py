"""What strangers may send is bounded, and one's own words are never lost on the way to another language."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from accounts.backends.signing_in import client_address
from accounts.models import Audit
from candidates.models import Candidate, EqualityAnswer
from candidates.models.candidate import LONGEST_FOLDED, fold
from candidates.models.spelling import MOST_WORDS, words_of
from pathways.models import InterestPost, Pathway
from pathways.services.deciding_interest import leave_out
from pathways.views import questions
from tests.factories import actor
from tests.pathways.interest_scene import Stall, send, stamp, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def stall() -> Stall:
    return Stall()


def test_a_sign_that_folds_to_a_whole_phrase_is_a_name_like_others(stall: Stall) -> None:
    phrase = "\ufdfa" * 100
    assert len(fold(phrase)) <= LONGEST_FOLDED < 18 * 100
    assert send(name=phrase).status_code == 200
    assert Candidate.objects.get().first_name == phrase


def test_a_pasted_page_is_looked_for_by_its_first_words() -> None:
    assert words_of("amina amina yusuf " + " ".join(f"word{number}" for number in range(100)))[:2] == ["amina", "yusuf"]
    assert len(words_of(" ".join(f"word{number}" for number in range(100)))) == MOST_WORDS


def test_another_language_keeps_what_was_typed_and_keeps_nothing_itself(stall: Stall) -> None:
    typed = written(name="", families=["healthcare"], postcode="B1 1AA", shared="on", language="en")
    refused = Client().post("/interest/", typed)
    assert refused.status_code == 422
    assert 'form="interest"' in refused.content.decode()
    page = Client().post("/interest/", {**typed, "name": "Amina Yusuf", "other_language": "pl"})
    assert (page.status_code, page.headers["Content-Language"], Pathway.objects.exists()) == (200, "pl", False)
    text = page.content.decode()
    for kept in ('value="Amina Yusuf"', 'value="07700 900123"', 'value="B1 1AA"'):
        assert kept in text
    assert text.count("checked") == 3  # the way, others who read along, the kind of work
    assert not InterestPost.objects.exists()


def test_who_sends_again_after_theirs_was_left_out_is_heard(stall: Stall) -> None:
    def sent() -> Any:
        assert send(once=stamp(), website="").status_code == 200
        return InterestPost.objects.latest("id")

    def left_out(post: Any) -> None:
        leave_out(post=post, version=post.version, by=actor(stall.worker), at=stall.at)

    first = send(once=stamp(), website="filled in by a machine")
    assert first.status_code == 200
    InterestPost.objects.update(state="held", name="Amina Yusuf", way="mobile", reach="+447700900123", pathway=None)
    again = sent()
    left_out(InterestPost.objects.earliest("id"))
    once_more = sent()
    assert again.pk != once_more.pk
    assert once_more.state in {"taken", "review"}
    assert once_more.state == "taken" or once_more.name == "Amina Yusuf"


def test_answers_under_one_token_come_to_an_end(stall: Stall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "ANSWERS_PER_FORM", questions.limits.Limit("answers", 3, questions.ANSWERS_PER_FORM.within))
    token = send().context["thanks_token"]
    said = {"token": token, "programme": stall.programme.code, "page": "sex", "go": "next", "answer": "female"}
    before = Audit.objects.count()
    assert [Client().post("/interest/questions/", said).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert Client().post("/interest/questions/", said).headers["Retry-After"].isdigit()
    assert Audit.objects.count() - before == 3
    assert EqualityAnswer.objects.count() == 1


@pytest.mark.parametrize("path", ["/interest/", "/interest/questions/", "/sign-in/"])
def test_a_large_body_of_parts_is_refused_unread_on_pages_for_everybody(stall: Stall, path: str) -> None:
    assert Client().post(path, {"name": "x" * 1_200_000}).status_code == 413


@pytest.mark.parametrize(
    ("sender", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1%eth0", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("unknown", "unknown"),
    ],
)
def test_a_household_is_one_address(sender: str, counted: str) -> None:
    assert client_address(RequestFactory(REMOTE_ADDR=sender).get("/")) == counted
