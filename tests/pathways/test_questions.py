"""Equality questions: put after the thanks, kept as they are answered, changed one by one, refused for good; keyed once from paper."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, ProgrammeRule
from candidates.choices import ANSWERS, ETHNIC_GROUPS
from candidates.models import EqualityAnswer, EqualityObjection
from ground.clock import read_clock, today_london
from ground.languages import LANGUAGES
from ground.once import new_once
from pathways.forms.questions import CATEGORIES, DETAIL, PAGES
from pathways.models import Pathway
from pathways.services.thanks import thanks_token
from tests import factories
from tests.factories import World
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

ADDRESS = "/interest/questions/"


@pytest.fixture
def world() -> World:
    return World()


def token(case: Any) -> str:
    return thanks_token(case)


class Phone:
    """A browser without cookies, in front of the questions: presses buttons of the page that it was shown."""

    def __init__(self, case: Any, programme: str = "", language: str = "en") -> None:
        self.fields = {"token": token(case), "programme": programme, "language": language}
        self.page = ""
        self.status = 0
        self.press("")

    def press(self, go: str, **typed: str) -> str:
        answer = Client().post(ADDRESS, {**self.fields, **typed, **({"go": go} if go else {})})
        self.status, self.page = answer.status_code, answer.content.decode()
        main = self.page.partition('<form class="form"')[2]
        self.fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main))
        return self.page

    def answer(self, said: str = "", words: str = "") -> str:
        return self.press("next", answer=said, words=words)

    @property
    def heading(self) -> str:
        return " ".join(re.sub(r"<[^>]+>", "", re.findall(r"<h1.*?</h1>", self.page, re.DOTALL)[0]).split())


def kept(case: Pathway) -> dict[str, tuple[str, str, str]]:
    rows = EqualityAnswer.objects.filter(candidate=case.candidate)
    return {row.question: (row.state, row.code, row.group) for row in rows}


def test_one_question_a_page_and_each_answer_is_kept_as_it_is_given(world: World) -> None:
    case = world.case()
    phone = Phone(case.uuid, world.programme.code)
    assert phone.heading == "A few questions about you, if you like"
    assert "changes nothing about the help you get or any job" in phone.page
    phone.press("begin")
    assert phone.heading == "What is your ethnic group?"
    phone.answer("Asian")
    assert (phone.heading, kept(case)) == ("Which of these describes your background best?", {"ethnic_group": ("value", "", "Asian")})
    assert ("Pakistani" in phone.page, "Irish" in phone.page) == (True, False)
    phone.answer("14", "Sindhi")
    assert kept(case) == {"ethnic_group": ("value", "14", "Asian")}
    assert EqualityAnswer.objects.get().own_words == "Sindhi"
    phone.answer("yes")
    assert "reduce your ability" in phone.heading
    phone.answer("a_little")
    assert phone.heading == "What is your sex?"
    phone.answer("prefer_not")
    assert phone.heading == "Your answers"
    assert kept(case) == {
        "ethnic_group": ("value", "14", "Asian"),
        "health_condition": ("value", "yes", ""),
        "reduces_activity": ("value", "a_little", ""),
        "sex": ("prefer_not", "", ""),
    }
    assert {row.actor_kind for row in Audit.objects.filter(action="equality.answer")} == {"candidate"}
    assert not any("14" in str(row.fields) or "sex" in str(row.fields) for row in Audit.objects.all())


def test_the_second_question_on_health_is_put_after_yes_alone(world: World) -> None:
    phone = Phone(world.case().uuid)
    phone.press("begin")
    phone.answer("prefer_not")
    assert "12 months or more" in phone.heading
    phone.answer("no")
    assert phone.heading == "What is your sex?"


def test_one_answer_is_changed_without_the_others(world: World) -> None:
    case = world.case()
    phone = Phone(case.uuid)
    phone.press("begin")
    for said in ("Black", "16", "yes", "a_lot", "female"):
        phone.answer(said)
    phone.press("change-sex")
    assert 'value="female" checked' in re.sub(r' id="[^"]*"', "", phone.page)
    phone.answer("male")
    assert (phone.heading, kept(case)["sex"], kept(case)["ethnic_group"]) == (
        "Your answers",
        ("value", "male", ""),
        ("value", "16", "Black"),
    )
    phone.press("change-health_condition")
    phone.answer("no")
    assert phone.heading == "Your answers"
    assert (kept(case)["health_condition"], kept(case)["reduces_activity"]) == (("value", "no", ""), ("not_asked", "", ""))
    phone.press("change-ethnic_group")
    phone.answer("White")
    assert (phone.heading, kept(case)["ethnic_group"]) == ("Which of these describes your background best?", ("value", "", "White"))
    phone.answer("")
    assert (phone.heading, kept(case)["ethnic_group"]) == ("Your answers", ("value", "", "White"))
    assert phone.press("done").count("You can close this page") == 1


def test_nothing_chosen_is_kept_as_asked_and_not_answered_and_the_rest_can_be_skipped(world: World) -> None:
    case = world.case()
    phone = Phone(case.uuid)
    assert "You can close this page" in phone.press("leave")
    assert kept(case) == {}
    phone = Phone(case.uuid)
    phone.press("begin")
    phone.answer("")
    assert (phone.heading[:11], kept(case)) == ("Do you have", {"ethnic_group": ("not_known", "", "")})
    phone.answer("no")
    page = phone.press("leave")
    assert (phone.heading, page.count("Not answered")) == ("Your answers", 2)


def test_whoever_says_the_group_alone_is_asked_on_and_the_group_is_kept(world: World) -> None:
    for silent in ("prefer_not", ""):
        case = world.case()
        phone = Phone(case.uuid)
        phone.press("begin")
        phone.answer("Mixed")
        phone.answer(silent)
        assert ("12 months or more" in phone.heading, kept(case)) == (True, {"ethnic_group": ("value", "", "Mixed")})


def test_own_words_stand_beside_any_answer_but_the_refusal_to_say(world: World) -> None:
    for said, words, kept_words in (("16", "Igbo", "Igbo"), ("", "Igbo", "Igbo"), ("prefer_not", "Igbo", "")):
        case = world.case()
        phone = Phone(case.uuid)
        phone.press("begin")
        phone.answer("Black")
        phone.answer(said, words)
        assert EqualityAnswer.objects.get(candidate=case.candidate).own_words == kept_words
        assert ("Igbo" in phone.press("leave")) == bool(kept_words)


def test_back_goes_back_and_what_was_said_is_still_there(world: World) -> None:
    phone = Phone(world.case().uuid)
    phone.press("begin")
    phone.answer("White")
    phone.answer("2")
    phone.press("back")
    assert phone.heading == "Which of these describes your background best?"
    assert 'value="2" checked' in re.sub(r' id="[^"]*"', "", phone.page)
    phone.press("back")
    assert phone.heading == "What is your ethnic group?"
    assert 'value="White" checked' in re.sub(r' id="[^"]*"', "", phone.page)
    phone.press("back")
    assert phone.heading == "A few questions about you, if you like"


def test_an_objection_deletes_keeps_the_date_and_drops_what_is_said_afterwards(world: World) -> None:
    case = world.case()
    phone = Phone(case.uuid)
    phone.press("begin")
    phone.answer("Other")
    assert "We will not ask you again" in phone.press("object")
    assert (kept(case), EqualityObjection.objects.get(candidate=case.candidate).objected_on) == ({}, today_london(read_clock()))
    again = Phone(case.uuid)
    again.press("begin")
    again.answer("Other")
    assert (again.heading, kept(case)) == ("Which of these describes your background best?", {})


def test_a_form_that_waits_to_be_looked_at_leads_to_the_same_pages_and_writes_nothing(world: World) -> None:
    """Whoever sends another person's name and number has a token of no case: the pages are the same to the letter, tokens apart."""
    pages: dict[bool, list[str]] = {}
    case = world.case()
    for real in (True, False):
        phone = Phone(case.uuid if real else uuid4(), world.programme.code)
        seen = [phone.page]
        for go, said in (
            ("begin", ""),
            ("next", "Asian"),
            ("next", "11"),
            ("next", "no"),
            ("next", "male"),
            ("change-sex", ""),
            ("back", ""),
        ):
            seen.append(phone.press(go, answer=said))
        seen.append(phone.press("object"))
        pages[real] = [re.sub(r'nonce="[^"]*"|value="[^"]{60,}"', "", page) for page in seen]
    assert pages[True] == pages[False]
    assert EqualityAnswer.objects.count() == 0
    assert EqualityObjection.objects.count() == 1


def test_an_answer_that_is_dropped_takes_as_many_questions_of_the_database_as_one_that_is_kept(world: World) -> None:
    counts = []
    for case in (world.case().uuid, uuid4()):
        phone = Phone(case, world.programme.code)
        phone.fields["page"] = "sex"
        with CaptureQueriesContext(connection) as captured:
            phone.answer("female")
        asked = [query["sql"] for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]
        counts.append(len(asked))
    assert abs(counts[0] - counts[1]) <= 1
    assert EqualityAnswer.objects.count() == 1
    assert Audit.objects.get(action="equality.drop").person is None


def test_nothing_that_is_kept_is_shown_on_the_strength_of_a_token(world: World) -> None:
    """The pages show what this sitting said, never what is kept: a second one begins empty."""
    case = world.case()
    first = Phone(case.uuid)
    first.press("begin")
    first.answer("Mixed")
    first.answer("9", "zq-own-words-zq")
    second = Phone(case.uuid)
    second.press("begin")
    assert (" checked" in second.page, "zq-own-words-zq" in second.page) == (False, False)


@pytest.mark.parametrize("bad", ["", "x", "never.signed.here", "é", "a" * 5_000])
def test_a_token_that_is_not_ours_says_so_and_writes_nothing(bad: str, world: World) -> None:
    answer = Client().post(ADDRESS, {"token": bad, "go": "next", "page": "sex", "answer": "female"})
    assert (answer.status_code, "These questions are closed" in answer.content.decode()) == (422, True)
    assert EqualityAnswer.objects.count() == 0


def test_after_a_day_the_questions_are_closed(world: World) -> None:
    given = token(world.case().uuid)
    for hours, status in ((23, 200), (25, 422)):
        with time_machine.travel(read_clock() + timedelta(hours=hours), tick=False):
            assert Client().post(ADDRESS, {"token": given}).status_code == status
    assert Client().get(ADDRESS)["Location"] == "/interest/"


def test_answers_that_no_page_offers_are_refused_or_left_out(world: World) -> None:
    case = world.case()
    phone = Phone(case.uuid)
    phone.press("begin")
    assert (phone.press("next", answer="Martian") and phone.status, kept(case)) == (422, {})
    phone = Phone(case.uuid)
    phone.fields |= {"page": "sex", "said-ethnic_group": "999", "said-religion": "sikh", "words-sex": "x" * 900}
    phone.press("next", answer="female")
    assert (phone.status, kept(case)) == (200, {"sex": ("value", "female", "")})
    phone.press("", page="religion")
    assert phone.heading == "A few questions about you, if you like"


def test_further_questions_are_put_where_the_programme_says_so(world: World) -> None:
    case = world.case()
    day = today_london(read_clock())
    ProgrammeRule.objects.create(programme=world.programme, code="equality_questions", value=["religion", "gender_same"], valid_from=day)
    phone = Phone(case.uuid, world.programme.code)
    phone.press("begin")
    for said in ("prefer_not", "no", "male"):
        phone.answer(said)
    assert "registered with at birth" in phone.heading
    phone.answer("no", "in my own words")
    assert phone.heading == "What is your religion?"
    phone.answer("sikh")
    assert (phone.heading, kept(case)["religion"]) == ("Your answers", ("value", "sikh", ""))
    assert EqualityAnswer.objects.get(question="gender_same").own_words == "in my own words"
    other = Phone(case.uuid, "no-such-programme")
    other.press("begin")
    for said in ("prefer_not", "no", "male"):
        other.answer(said)
    assert other.heading == "Your answers"


def test_the_words_of_the_pages_are_answers_that_can_be_kept() -> None:
    for page, put in PAGES.items():
        if page not in {"ethnic_group", DETAIL}:
            assert {code for code, _ in put.answers} == {code for code, _ in ANSWERS[put.question]}
    assert {number: str(words) for number, words in CATEGORIES.items()} == {str(number): words for number, words, _, _ in ETHNIC_GROUPS}
    assert list(CATEGORIES) == [str(number) for number, *_ in ETHNIC_GROUPS]


# -- from paper --------------------------------------------------------------------------------------------------------------------


def paper(browser: Client, case: Pathway, **said: str) -> Any:
    return browser.post(f"/people/{case.candidate.uuid}/questions/", {"once": new_once(), **said})


def test_a_worker_keys_a_paper_form_once_and_is_blind_afterwards(world: World) -> None:
    case = world.case()
    worker = signed_in(world.worker)
    address = f"/people/{case.candidate.uuid}/questions/"
    assert "Record once" in worker.get(address).content.decode()
    answer = paper(worker, case, ethnic_group="14", ethnic_group_words="zq-paper-zq", health_condition="no", sex="prefer_not")
    assert answer["Location"] == f"/people/{case.candidate.uuid}/"
    assert kept(case) == {
        "ethnic_group": ("value", "14", "Asian"),
        "health_condition": ("value", "no", ""),
        "reduces_activity": ("not_asked", "", ""),
        "sex": ("prefer_not", "", ""),
    }
    page = worker.get(address).content.decode()
    assert ("cannot be opened" in page, "zq-paper-zq" in page, "Any other Asian" in page, "Record once" in page) == (
        True,
        False,
        False,
        False,
    )
    again = paper(worker, case, ethnic_group="1", sex="male")
    assert (again.status_code, kept(case)["ethnic_group"]) == (409, ("value", "14", "Asian"))


def test_paper_never_overwrites_what_the_person_said_and_tells_nothing_of_it(world: World) -> None:
    """Keyed over an answer of the person's, equal or not: the same answer, so that nobody can guess their way to it."""
    answers = []
    for guess in ("female", "male"):
        case = world.case()
        phone = Phone(case.uuid)
        phone.fields["page"] = "sex"
        phone.answer("female")
        done = paper(signed_in(world.worker), case, sex=guess, health_condition="yes", reduces_activity="a_lot")
        answers.append((done.status_code, kept(case)["sex"], kept(case)["reduces_activity"]))
    assert answers[0] == answers[1] == (302, ("value", "female", ""), ("value", "a_lot", ""))


def test_paper_is_not_keyed_for_somebody_who_objected(world: World) -> None:
    case = world.case()
    Phone(case.uuid).press("object")
    worker = signed_in(world.worker)
    page = worker.get(f"/people/{case.candidate.uuid}/questions/").content.decode()
    assert ("does not want to be asked" in page, "Record once" in page) == (True, False)
    assert (paper(worker, case, sex="male").status_code, kept(case)) == (409, {})


def test_the_person_may_change_what_was_keyed(world: World) -> None:
    case = world.case()
    paper(signed_in(world.worker), case, sex="male")
    phone = Phone(case.uuid)
    phone.fields["page"] = "sex"
    phone.answer("female")
    assert kept(case)["sex"] == ("value", "female", "")


def test_paper_is_a_workers_alone_and_of_their_own_rows(world: World) -> None:
    case = world.case()
    address = f"/people/{case.candidate.uuid}/questions/"
    trainer = factories.user("trainer", world.delivery, world.programme)
    admin = factories.user("administrator", world.delivery)
    for who in (world.lead, world.employer, trainer, admin):
        browser = signed_in(who)
        assert {browser.get(address).status_code, paper(browser, case, sex="male").status_code} == {403}
    foreign = signed_in(World().worker)
    theirs, never = foreign.get(address), foreign.get(f"/people/{uuid4()}/questions/")
    assert (theirs.status_code, never.status_code, theirs.content == never.content) == (404, 404, True)
    assert Client().get(address)["Location"].startswith("/sign-in/")
    assert kept(case) == {}


def test_every_language_puts_the_questions(world: World) -> None:
    headings = set()
    for language in LANGUAGES:
        phone = Phone(world.case().uuid, language=language.code)
        assert f'<html lang="{language.locale}" dir="{language.direction}"' in phone.page
        phone.press("begin")
        assert f'name="language" value="{language.code}"' in phone.page
        headings.add(phone.heading)
    assert len(headings) == len(LANGUAGES)
