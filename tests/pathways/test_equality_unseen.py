"""One person's equality answers are seen by nobody: no page, list, filter, order, search, file or error tells of one, to any role.

Every route is asked by every role before the answers are there and after. What is given is the same to the letter, but for figures.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from candidates.models import Candidate, EqualityAnswer
from ground.clock import read_clock, today_london
from ground.management.commands.routes import routes
from ground.once import new_once
from tests.journeys.test_routes import ROLES, WITHOUT_ACCOUNT, House, address_of, house
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

MARKS = [f"zq{number}ownwords" for number in range(12)]
#: Answers in code, by question: each a value, the rarest there is.
CODES = {
    "ethnic_group": ("3", "White"),
    "health_condition": ("yes", ""),
    "reduces_activity": ("a_lot", ""),
    "sex": ("male", ""),
    "gender_same": ("no", ""),
    "orientation": ("bisexual", ""),
    "religion": ("sikh", ""),
    "care": ("over_50", ""),
}
#: What a figure is for: counts of many, under the disclosure profile. tests/analytics holds them.
FIGURES = {"board", "board_equality", "board_equality_file"}
#: Asked for in the address of every list: columns, orders and filters that a list must not have.
TRIES = (
    "?field=ethnic_group&columns=own_words&fields=equality",
    "?sort=ethnic_group&order=sex",
    "?sort=-equalityanswer__code",
    "?ethnic_group=3&sex=male&religion=sikh&own_words=zq0ownwords",
    "?equality=1&candidate__equalityanswer__code=3&search=zq0ownwords&words=zq0ownwords&q=bisexual",
)
LISTS = ("/caseload/", "/caseload.csv", "/today/", "/unclaimed/", "/people/", "/courses/", "/put-forward/", "/checks/", "/settings/users/")
#: Differs from one request to the next, or with the minute.
CHANCE = re.compile(
    r'"csrf": "[^"]*"|nonce="[^"]*"|name="(?:csrfmiddlewaretoken|once|version)" value="[^"]*"|value="[^"]{60,}"|after=[^"&]*|in \d+ min\w*'
)


def plant(house_: House) -> None:
    """Answers of everybody in the house, in code and in twelve unique words of their own."""
    day, marks = today_london(read_clock()), iter(MARKS * 20)
    for person in Candidate.objects.all():
        for question, (code, group) in CODES.items():
            EqualityAnswer.objects.create(
                candidate=person, question=question, state="value", code=code, group=group, own_words=next(marks), answered_on=day
            )


def body(answer: Any) -> str:
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return CHANCE.sub("", raw.decode("utf-8", "replace"))


def asked(house_: House) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Route, address and form of everything that somebody could ask without changing anything."""
    for row in routes():
        if "GET" in row["methods"] and not WITHOUT_ACCOUNT & set(row["roles"]):
            for address in address_of(row, lambda kind: str(house_.rows[kind].uuid)):
                yield row["name"], address, {}
    for path in LISTS:
        for tried in TRIES:
            yield "tried", f"{path}{tried}", {}
    for words in (MARKS[0], "bisexual", "Gypsy or Irish Traveller", "sikh"):
        yield "search", "/people/find/", {"words": words}
        yield "wrong", f"/people/{house_.rows['person'].uuid}/correct/", {"first_name": "", "ethnic_group": "3", "own_words": words}


def told(house_: House, browser: Client) -> dict[tuple[str, str, str], tuple[int, str]]:
    """What somebody gets for each of them."""
    found = {}
    for name, address, form in asked(house_):
        answer = browser.post(address, {**form, "once": new_once()}, follow=True) if form else browser.get(address)
        found[name, address, str(form)] = (answer.status_code, body(answer))
    return found


def lane(role: str) -> Any:
    """Those who work on cases in every run; the others, who see little of one, in the slow lane."""
    return role if role in {"programme_lead", "outreach_worker"} else pytest.param(role, marks=pytest.mark.slow("journeys"))


@pytest.mark.parametrize("role", [lane(role) for role in ROLES])
def test_what_a_role_is_given_is_the_same_with_answers_and_without(role: str) -> None:
    house_ = house()
    browser = signed_in(house_.users[role])
    before = told(house_, browser)
    plant(house_)
    after = told(house_, signed_in(house_.users[role]))  # a session of its own: the last one remembers its last search
    own = {"account"}  # one's own sign-ins, of which there is one more now
    assert [key for key in before if key[0] not in FIGURES | own and before[key] != after[key]] == []
    typed_back = {"wrong", "search"}
    seen = [(key[:2], mark) for key, (_status, page) in after.items() for mark in MARKS if mark in page and key[0] not in typed_back]
    assert [one for one in seen if "zq0ownwords" not in one[0][1]] == []
    assert len(after) >= 100
    assert any(status == 200 for status, _page in after.values())
