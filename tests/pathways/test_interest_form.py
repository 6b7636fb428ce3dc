"""The public form: what is kept of it, what it answers, and what is typed wrong."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Programme
from candidates.models import Address, Candidate, ContactRoute
from outreach.models import Contact, Message, Template
from pathways.models import InterestPost, Pathway, StageChange, Task
from pathways.services.thanks import read_thanks_token
from tests.factories import person, programme, user
from tests.pathways.interest_scene import Stall, send, stamp, written
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def stall() -> Stall:
    return Stall()


def plain(answer: Any) -> str:
    """The page without its token."""
    token = answer.context["thanks_token"]
    return answer.content.decode().replace(token, "x" * len(token))


def only_case() -> Pathway:
    return Pathway.objects.select_related("candidate", "event").get()


class TestWhatIsKept:
    def test_a_name_and_a_number_open_a_case_of_nobodys_with_the_chat_to_book_in_two_working_days(self, stall: Stall) -> None:
        answer = send(families=["healthcare", "facilities"], postcode="b1 1aa")
        assert answer.status_code == 200
        case = only_case()
        assert (case.stage, case.owner, case.organisation, case.programme) == ("interested", None, stall.own, stall.programme)
        assert (case.candidate.name, case.candidate.language, case.source) == ("Amina Yusuf", "en", "Public form")
        assert (case.notice, sorted(case.families), case.interested_on) == (stall.notice, ["facilities", "healthcare"], stall.today)
        route = ContactRoute.objects.get()
        assert (route.kind, route.value, route.typed, route.may_mention) == ("mobile", "+447700900123", "07700 900123", True)
        assert Address.objects.get().postcode == "B1 1AA"
        task = Task.objects.get(pathway=case)
        assert task.kind == "book_chat"
        assert 2 <= (task.due_on - stall.today).days <= 6
        change = StageChange.objects.get(step="express_interest")
        assert (change.actor_kind, change.actor, change.to_stage) == ("candidate", None, "interested")

    @pytest.mark.parametrize(("there", "ended", "owned"), [(1, False, True), (2, False, False), (0, False, False), (1, True, False)])
    def test_from_a_stall_with_one_colleague_it_is_theirs_else_nobodys(self, stall: Stall, there: int, ended: bool, owned: bool) -> None:
        colleagues = [stall.partners_worker, user("outreach_worker", stall.partner, stall.programme)]
        stall.event.staff.add(*colleagues[:there])
        if ended:
            stall.partners_worker.memberships.update(ended_at=stall.at)
        send("/interest/library/")
        case = only_case()
        assert (case.owner, case.organisation) == (stall.partners_worker if owned else None, stall.partner)
        assert Task.objects.get(pathway=case).kind == "book_chat"

    def test_the_form_keeps_no_copy_of_what_is_on_the_page(self, stall: Stall) -> None:
        send(postcode="B1 1AA")
        post = InterestPost.objects.get()
        assert (post.state, post.pathway, post.candidate) == ("taken", only_case(), only_case().candidate)
        assert (post.name, post.reach, post.typed, post.postcode, post.families) == ("", "", "", "", [])
        assert "192.0.2.7" not in str(post.__dict__)

    def test_a_code_brings_the_organisation_and_the_event_and_no_talk_that_nobody_knows_of(self, stall: Stall) -> None:
        send("/interest/library/")
        case = only_case()
        assert (case.organisation, case.event, case.source) == (stall.partner, stall.event, "Library stall")
        assert (case.last_two_way_on, Contact.objects.exists()) == (None, False)

    @pytest.mark.parametrize("code", ["nothing-like-it", "last-year"])
    def test_a_code_that_is_over_or_unknown_says_so_and_loses_nothing(self, stall: Stall, code: str) -> None:
        stall.event_on(stall.today - timedelta(days=300), code="last-year")
        page = Client().get(f"/interest/{code}/")
        assert "no longer in use" in page.content.decode()
        assert "no longer in use" not in Client().get("/interest/library/").content.decode()
        assert send(f"/interest/{code}/").status_code == 200
        case = only_case()
        assert (case.organisation, case.event, case.owner) == (stall.own, None, None)

    def test_a_poster_works_before_the_day(self, stall: Stall) -> None:
        stall.event_on(stall.today + timedelta(days=9), code="soon")
        send("/interest/soon/")
        assert only_case().event.code == "soon"
        assert not Contact.objects.exists()

    def test_thanks_go_by_text_to_a_mobile_alone(self, stall: Stall) -> None:
        send()
        text = Message.objects.get()
        assert text.body.startswith("Hello Amina, this is Northfield Works. Thank you")
        assert text.line.e164 == "+447700900123"
        send(name="Bo", way="landline", reach="0121 496 0123")
        send(name="Cy", way="mobile", reach="+353 85 012 3456")
        send(name="Di", reach="07700 900124", shared="on")
        assert Message.objects.count() == 1
        assert Pathway.objects.count() == 4

    def test_a_name_that_is_none_is_not_sent_to_a_strangers_phone(self, stall: Stall) -> None:
        send(name="win-at-bad.example now")
        assert Message.objects.get().body.startswith("Hello there, this is")

    @pytest.mark.parametrize(
        ("way", "reach", "kept"),
        [
            ("email", "amina@example.org", "amina@example.org"),
            ("letter", "1 High Street, Birmingham", "1 High Street, Birmingham"),
            ("through", "my sister Bo at the library desk", "my sister Bo at the library desk"),
            ("mobile", "0121 496 0123", "+441214960123"),
        ],
    )
    def test_every_way_to_reach_somebody_is_enough(self, stall: Stall, way: str, reach: str, kept: str) -> None:
        assert send(way=way, reach=reach).status_code == 200
        route = ContactRoute.objects.get()
        assert route.value == kept
        assert route.kind == ("landline" if kept.startswith("+44121") else way)

    @pytest.mark.parametrize(("language", "texts"), [("en", 1), ("ur", 0)])
    def test_english_is_fine_only_for_who_writes_in_english(self, stall: Stall, language: str, texts: int) -> None:
        send(language=language)
        who = only_case().candidate
        assert (who.language, who.english_is_fine, Message.objects.count()) == (language, language == "en", texts)

    def test_thanks_to_somebody_known_follow_the_language_of_the_form_as_anybodys_do(self, stall: Stall) -> None:
        send(language="ur")
        Candidate.objects.update(language="en", english_is_fine=True)
        send(name="Amina's sister", language="ur")
        assert (InterestPost.objects.filter(state="review").count(), Message.objects.count()) == (1, 0)
        send(name="Amina's brother")
        assert (InterestPost.objects.filter(state="review").count(), Message.objects.count()) == (2, 1)

    def test_thanks_go_in_the_language_of_the_form_where_there_is_wording_in_it(self, stall: Stall) -> None:
        words = "{sender}: shukriya, {first_name}."
        Template.objects.create(code="interest-thanks", language="ur", body=words, delivery_class="at_most_once", approved_at=stall.at)
        send(language="ur")
        assert Message.objects.get().body == "Northfield Works: shukriya, Amina."

    def test_not_sure_is_kept_as_no_kind_of_work(self, stall: Stall) -> None:
        send(families=["not_sure"])
        assert only_case().families == []

    @pytest.mark.parametrize("typed", ["none", "NFA", "No fixed abode."])
    def test_no_home_is_an_answer(self, stall: Stall, typed: str) -> None:
        assert send(postcode=typed).status_code == 200
        assert Address.objects.get().no_fixed_abode

    def test_a_postcode_that_no_file_has_is_taken_and_flagged(self, stall: Stall) -> None:
        assert send(postcode="B99 9ZZ").status_code == 200
        assert Address.objects.get().places.filter(state="pending").exists() or not Address.objects.get().places.exists()

    def test_of_two_programmes_the_one_that_has_run_longest_takes_what_has_no_code(self, stall: Stall) -> None:
        Programme.objects.filter(pk=stall.programme.pk).update(ends_on=stall.today - timedelta(days=1))
        later = programme(stall.own, starts_on=date(2025, 6, 1))
        programme(stall.own, starts_on=date(2025, 7, 1))
        send()
        assert only_case().programme == later

    def test_without_a_programme_the_page_says_so(self, db: Any) -> None:
        assert Client().get("/interest/").status_code == 503
        assert "Please come back" in send().content.decode()


class TestTheAnswer:
    def test_it_sets_no_cookie_and_needs_none(self, stall: Stall) -> None:
        browser = Client(enforce_csrf_checks=True)
        page = browser.get("/interest/")
        answer = browser.post("/interest/", written())
        assert not page.cookies
        assert not answer.cookies
        assert "no-store" in answer.headers["Cache-Control"]
        assert "no-cache" in page.headers["Cache-Control"]

    def test_the_page_that_was_drawn_can_be_sent(self, stall: Stall) -> None:
        page = Client().get("/interest/").content.decode()
        once = re.search(r'name="once" value="([^"]+)"', page)[1]
        assert send(once=once).status_code == 200
        assert InterestPost.objects.get().suspect == "fast"

    def test_the_token_of_the_thanks_names_the_case_that_was_made(self, stall: Stall) -> None:
        token = send().context["thanks_token"]
        assert read_thanks_token(token) == only_case().uuid
        assert read_thanks_token(token + "x") is None

    def test_no_title_and_no_address_holds_a_word_that_was_typed(self, stall: Stall) -> None:
        answer = send(name="Zebedee Unusual")
        assert "Zebedee" not in answer.content.decode()


class TestSentTwice:
    def test_the_same_page_twice_is_one_person_and_one_answer(self, stall: Stall) -> None:
        once = stamp()
        first, second = send(once=once), send(once=once)
        assert (first.status_code, second.status_code) == (200, 200)
        assert read_thanks_token(first.context["thanks_token"]) == read_thanks_token(second.context["thanks_token"])
        assert (Pathway.objects.count(), Message.objects.count(), InterestPost.objects.count()) == (1, 1, 1)

    def test_two_tabs_with_the_same_words_are_one_person(self, stall: Stall) -> None:
        send()
        send(name="amina  YUSUF")
        assert (Pathway.objects.count(), Candidate.objects.count(), Message.objects.count()) == (1, 1, 1)
        assert sorted(InterestPost.objects.values_list("state", flat=True)) == ["again", "taken"]

    def test_sixty_tabs_and_then_the_first_once_more_are_still_one(self, stall: Stall) -> None:
        first = stamp()
        send(once=first)
        row = InterestPost.objects.get()
        for number in range(60):
            row.pk, row.uuid, row.reporting_id, row.stamp_digest, row.state = None, uuid4(), uuid4(), f"tab {number}", "again"
            row.save()
        assert send(once=first).status_code == 200
        assert send(once=first, reach="07700 900199").status_code == 200
        assert (Candidate.objects.count(), InterestPost.objects.filter(state="review").count()) == (1, 1)

    def test_back_and_another_number_waits_for_somebody_to_look(self, stall: Stall) -> None:
        once = stamp()
        send(once=once)
        send(once=once, reach="07700 900199")
        assert Candidate.objects.count() == 1
        post = InterestPost.objects.get(state="review")
        assert (post.candidate, post.suspect, post.reach) == (Candidate.objects.get(), "reused", "+447700900199")


class TestSomebodyKnown:
    def test_nothing_is_written_over_and_a_row_waits(self, stall: Stall) -> None:
        send()
        before = Candidate.objects.values().get()
        InterestPost.objects.update(received_at=stall.at - timedelta(days=2))
        Message.objects.all().delete()
        answer = send(name="A. Yusuf", families=["facilities"], postcode="B1 1AA")
        assert answer.status_code == 200
        assert Candidate.objects.values().get() == before
        assert (Pathway.objects.get().families, Address.objects.count()) == ([], 0)
        post = InterestPost.objects.get(state="review")
        assert (post.candidate_id, post.name, post.families, post.postcode) == (before["id"], "A. Yusuf", ["facilities"], "B1 1AA")
        assert Message.objects.get().candidate_id == before["id"]
        assert read_thanks_token(answer.context["thanks_token"]) == post.uuid

    def test_an_address_is_known_in_any_case_of_letters(self, stall: Stall) -> None:
        send(way="email", reach="Amina@Example.org")
        send(name="Another", way="email", reach="amina@example.ORG")
        assert Candidate.objects.count() == 1

    def test_a_number_that_another_programme_knows_is_new_here(self, stall: Stall) -> None:
        person(stall.own, phone="+447700900123")
        send()
        assert Candidate.objects.count() == 2
        assert InterestPost.objects.get().state == "taken"

    def test_the_answer_is_the_same_but_for_tokens_of_one_length(self, stall: Stall) -> None:
        new, known = send(), send(name="Somebody Else")
        assert InterestPost.objects.filter(state="review").count() == 1
        bodies = [plain(each) for each in (new, known)]
        assert bodies[0] == bodies[1]
        del new.headers["Expires"], known.headers["Expires"]  # the second in which each was answered
        assert (new.status_code, dict(new.headers)) == (known.status_code, dict(known.headers))
        assert len(new.content) == len(known.content)


class TestTypedWrong:
    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"name": ""}, "Write your name."),
            ({"name": "\u200f\u202e"}, "Write your name."),
            ({"name": "x" * 201}, "This name is too long. Use 200 letters or fewer."),
            ({"reach": ""}, "Write your phone number, like 07700 900123."),
            ({"reach": "", "way": "email"}, "Write your e-mail address, like name@example.org."),
            ({"reach": "", "way": "letter"}, "Write the address where a letter reaches you."),
            ({"reach": "", "way": "through"}, "Write the name of the person or place, and how we find them."),
            ({"reach": "mum's phone"}, "We cannot read this phone number. Write it like 07700 900123."),
            ({"reach": "070 1234 5678"}, "We cannot read this phone number. Write it like 07700 900123."),
            ({"reach": "amina", "way": "email"}, "This e-mail address does not look right. Write it like name@example.org."),
            ({"reach": "x" * 301, "way": "letter"}, "This is too long. Use 300 letters or fewer."),
            ({"way": ""}, "Choose how we can reach you."),
            ({"way": "pigeon"}, "Choose from the list."),
            ({"families": ["astronaut"]}, "Choose from the list."),
            ({"postcode": "where I live"}, "This postcode does not look right. Write it like B15 2TH, or leave it empty."),
            ({"postcode": "B9O 3DF"}, "This postcode does not look right. Do you mean B90 3DF?"),
        ],
    )
    def test_a_sentence_says_what_to_do_and_nothing_typed_is_lost(self, stall: Stall, wrong: dict[str, Any], sentence: str) -> None:
        answer = send(**{"postcode": "B1 1AA", **wrong})
        page = answer.content.decode().replace("&#x27;", "'")
        assert answer.status_code == 422
        assert page.count(sentence) == 2  # at its field and in the summary
        assert 'value="Amina Yusuf"' in page or "name" in wrong
        assert not Candidate.objects.exists()

    @pytest.mark.parametrize("name", ["🌻", "O'Neill-D’Arcy", "X", "x" * 200, "مريم \u200fعلي", "\u202eevil", "Ọlá 🌻 Ọláìyá"])
    def test_names_of_every_kind_are_kept_as_they_were_written(self, stall: Stall, name: str) -> None:
        assert send(name=name).status_code == 200
        assert Candidate.objects.get().name == name

    def test_no_text_is_refused_before_it_is_read(self, stall: Stall) -> None:
        assert send(name="a\0b").status_code == 400

    def test_a_form_too_big_is_refused(self, stall: Stall) -> None:
        assert send(reach="x" * 70_000).status_code == 413

    @pytest.mark.parametrize("once", ["", "made up", "x" * 500, "ü"])
    def test_a_page_without_its_stamp_is_sent_once_more_with_a_fresh_one(self, stall: Stall, once: str) -> None:
        answer = send(once=once)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Please press “Send” once more" in page
        fresh = re.search(r'name="once" value="([^"]+)"', page)[1]
        assert 'value="Amina Yusuf"' in page
        assert send(once=fresh).status_code == 200
        assert Candidate.objects.count() == 1

    def test_a_day_old_page_is_taken(self, stall: Stall) -> None:
        assert send(once=stamp(ago=timedelta(hours=25))).status_code == 200
        assert InterestPost.objects.get().suspect == "old"
        assert Candidate.objects.count() == 1


def test_a_visitor_finds_the_form_from_the_front_page(db: Any) -> None:
    assert 'href="/interest/"' in Client().get("/").content.decode()


def test_the_notice_that_was_shown_is_the_one_in_force(stall: Stall) -> None:
    stall.notice.__class__.objects.create(
        programme=stall.programme, lawful_basis="Public task", text="Another.", edition=2, valid_from=date(2025, 1, 1)
    )
    assert "Another." in Client().get("/interest/").content.decode()
    send()
    assert only_case().notice.edition == 2


def test_a_phone_that_is_handed_over_shows_the_form_and_no_way_to_anybody_else(stall: Stall) -> None:
    browser = signed_in(stall.worker)
    assert 'href="/caseload/"' in browser.get("/unclaimed/").content.decode()
    thanks = browser.post("/interest/", written())
    questions = browser.post("/interest/questions/", {"token": thanks.context["thanks_token"], "programme": stall.programme.code})
    for answer in (browser.get("/interest/"), browser.get("/interest/library/"), thanks, questions):
        assert answer.status_code == 200
        page = answer.content.decode()
        assert [path for path in ("/caseload/", "/today/", "/account/", "/sign-out/", 'href="/"') if path in page] == []


def test_somebody_known_by_name_and_postcode_is_thanked_at_the_number_that_was_written_like_a_stranger(stall: Stall) -> None:
    send(reach="07700 900200", postcode="B1 1AA")
    assert Message.objects.count() == 1
    answer = send(reach="07700 900201", postcode="B1 1AA")
    assert answer.status_code == 200
    assert InterestPost.objects.latest("id").state == "review"
    assert sorted(Message.objects.values_list("line__e164", flat=True)) == ["+447700900200", "+447700900201"]
    assert ContactRoute.objects.count() == 1
