"""Forms that wait: whose they may be, one press for each answer, and whom each worker sees."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidates.models import Candidate, ContactRoute
from candidates.services.person import set_address
from ground.once import new_once
from outreach.models import Message
from pathways.models import InterestPost, Note, Pathway, StageChange
from pathways.services import case as cases
from tests.factories import actor, organisation, person, programme, user
from tests.pathways.interest_scene import Stall, send
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
LIST = "/unclaimed/forms/"


@pytest.fixture
def stall() -> Stall:
    return Stall()


def met(stall: Stall, *, phone: str = "+447700900123", interested: bool = False) -> Pathway:
    """Somebody of the worker's own, met before."""
    who = person(stall.own, first="Amina", last="Yusuf", phone=phone)
    case = cases.new_case(candidate=who, programme=stall.programme, organisation=stall.own, owner=stall.worker, opened_on=stall.today)
    step = cases.express_interest if interested else cases.log_outreach
    step(case=case, by=actor(stall.worker), at=stall.at)
    return case


def waiting(**more: Any) -> InterestPost:
    send(**{"name": "A. Yusuf", **more})
    return InterestPost.objects.get(state="review")


def answer(browser: Client, post: InterestPost, said: str, **more: Any) -> Any:
    return browser.post(f"{LIST}{post.uuid}/", {"answer": said, "version": post.version, "once": new_once(), **more}, follow=True)


class TestTheSamePerson:
    def test_one_press_logs_the_interest_on_the_open_case_and_leaves_the_rest(self, stall: Stall) -> None:
        case = met(stall)
        post = waiting(families=["facilities"], postcode="B1 1AA")
        browser = signed_in(stall.worker)
        assert "It is Amina Yusuf" in browser.get(LIST).content.decode()
        page = answer(browser, post, str(case.candidate.uuid)).content.decode()
        assert "Put on Amina Yusuf’s page." in page
        case.refresh_from_db()
        assert (case.stage, case.families, case.interested_on, case.owner) == ("interested", ["facilities"], stall.today, stall.worker)
        assert case.candidate.name == "Amina Yusuf"
        assert (Candidate.objects.count(), ContactRoute.objects.count()) == (1, 1)
        assert StageChange.objects.get(pathway=case, step="express_interest").actor_kind == "candidate"
        assert Note.objects.get(pathway=case).text.startswith("Sent the public form on")
        assert "B1 1AA" in Note.objects.get(pathway=case).text
        post.refresh_from_db()
        assert (post.state, post.decided_by, post.name, post.reach) == ("taken", stall.worker, "", "")

    def test_whose_interest_is_known_gets_a_note_alone(self, stall: Stall) -> None:
        case = met(stall, interested=True)
        answer(signed_in(stall.worker), waiting(families=["healthcare"]), str(case.candidate.uuid))
        case.refresh_from_db()
        assert (case.families, Pathway.objects.count(), Note.objects.count()) == ([], 1, 1)

    def test_a_case_that_has_ended_is_followed_by_a_new_one(self, stall: Stall) -> None:
        case = met(stall, interested=True)
        cases.withdraw(case=case, by=actor(stall.worker), at=stall.at)
        answer(signed_in(stall.worker), waiting(families=["healthcare"]), str(case.candidate.uuid))
        again = Pathway.objects.exclude(pk=case.pk).get()
        assert (again.candidate, again.previous, again.attempt, again.owner) == (case.candidate, case, 2, None)
        assert (again.stage, again.families) == ("interested", ["healthcare"])
        assert StageChange.objects.get(pathway=again, step="return").actor_kind == "candidate"


class TestANewPerson:
    def test_somebody_else_on_the_same_phone_is_added(self, stall: Stall) -> None:
        met(stall)
        page = answer(signed_in(stall.worker), waiting(name="Bo Lee"), "new").content.decode()
        assert "\u2068Bo Lee\u2069 is new, and nobody’s yet." in page
        case = Pathway.objects.get(candidate__first_name="Bo")
        assert (case.stage, case.owner, case.organisation, case.notice) == ("interested", None, stall.own, stall.notice)
        assert InterestPost.objects.get().state == "taken"

    def test_their_interest_is_their_own_word_by_the_form_whoever_lets_it_in(self, stall: Stall) -> None:
        met(stall)
        browser = signed_in(stall.worker)
        answer(browser, waiting(name="Bo Lee"), "new")
        case = Pathway.objects.get(candidate__first_name="Bo")
        change = StageChange.objects.get(pathway=case, step="express_interest")
        assert (change.actor_kind, change.actor) == ("candidate", stall.worker)
        page = browser.get(f"/people/{case.candidate.uuid}/").content.decode()
        assert "the person, by the form, let in by Samina Akhtar" in page
        undone = browser.post(f"/changes/{change.uuid}/undo/", {"once": new_once()})
        assert undone.status_code == 302, "whoever let it in may take it back"

    def test_who_was_let_in_is_taken_with_one_press_in_the_same_row(self, stall: Stall) -> None:
        met(stall)
        waiting(name="Bo Lee")
        browser = signed_in(stall.worker)
        row = browser.get(LIST).context["rows"][0]
        new = next(act for act in row.acts if act.words == "New person")
        sent = browser.post(new.href, {"answer": "new", "version": new.version, "once": new_once()})
        said = browser.get(sent["Location"]).context["rows"][0]
        assert (said.name, [act.words for act in said.acts]) == ("Bo Lee", ["Take"])
        take = said.acts[0]
        taken = browser.post(take.href, {take.name: take.value, "version": take.version, "once": new_once()})
        case = Pathway.objects.get(candidate__first_name="Bo")
        assert case.owner == stall.worker
        then = browser.get(taken["Location"]).context["rows"][0]
        assert (then.name, then.done.rpartition(",")[0], [act.words for act in then.acts]) == ("Bo Lee", "Taken, yours now", ["Undo"])

    @pytest.mark.parametrize("did", ["let_in-", "let_in-x", "let_in-8a3b9c1e-0d5f-4e7a-9b2c-6d1f0a4e8c3b"])
    def test_an_address_that_names_nobody_in_sight_is_only_the_list(self, stall: Stall, did: str) -> None:
        assert signed_in(stall.worker).get(f"{LIST}?did={did}").context["rows"] == []

    def test_of_another_programme_nobody_is_named_by_an_address(self, stall: Stall) -> None:
        case = met(stall)
        there = organisation()
        stranger = signed_in(user("outreach_worker", there, programme(there)))
        assert stranger.get(f"{LIST}?did=let_in-{case.uuid}").context["rows"] == []
        assert signed_in(stall.worker).get(f"{LIST}?did=let_in-{case.uuid}").context["rows"][0].acts == [], "somebody's already"

    def test_one_that_was_held_is_let_in_and_thanked(self, stall: Stall) -> None:
        for n in range(21):
            send(name=f"Person {n}", reach=f"07700 900{n:03d}", website="x")
        post = InterestPost.objects.get(state="held")
        assert post.name == "Person 20"
        texts = Message.objects.count()
        browser = signed_in(stall.worker)
        why = "Filled in a field that people do not see."
        assert why in signed_in(stall.lead).get(f"{LIST}?show=doubtful").content.decode()
        assert why not in browser.get(f"{LIST}?show=doubtful").content.decode(), "or one without a reason is somebody we know"
        answer(browser, post, "new")
        assert Candidate.objects.filter(first_name="Person", last_name="20").exists()
        assert Message.objects.count() == texts + 1

    def test_a_partners_worker_may_let_in_what_came_for_another_organisation(self, stall: Stall) -> None:
        met(stall)
        answer(signed_in(stall.partners_worker), waiting(name="Bo Lee"), "new")
        assert Pathway.objects.get(candidate__first_name="Bo").organisation == stall.own


class TestNobody:
    def test_left_out_it_can_be_fetched_back(self, stall: Stall) -> None:
        met(stall)
        post, browser = waiting(), signed_in(stall.worker)
        answer(browser, post, "out")
        assert "A. Yusuf" not in browser.get(LIST).content.decode()
        post.refresh_from_db()
        assert "A. Yusuf" in browser.get(f"{LIST}?show=left-out").content.decode()
        answer(browser, post, "back")
        assert "A. Yusuf" in browser.get(LIST).content.decode()


class TestWhoDecides:
    def test_two_who_press_at_once_make_one_person(self, stall: Stall) -> None:
        met(stall)
        post = waiting(name="Bo Lee")
        answer(signed_in(stall.worker), post, "new")
        page = answer(signed_in(stall.lead), post, "new").content.decode()
        assert "looked at this form already" in page
        assert Candidate.objects.filter(first_name="Bo").count() == 1

    def test_an_old_page_decides_nothing(self, stall: Stall) -> None:
        met(stall)
        post = waiting(name="Bo Lee")
        answer(signed_in(stall.worker), post, "out")
        page = answer(signed_in(stall.worker), post, "back").content.decode()
        assert "This was changed while you had it open" in page
        assert InterestPost.objects.get().state == "left_out"

    def test_another_programme_sees_and_decides_nothing(self, stall: Stall) -> None:
        met(stall)
        post = waiting()
        there = organisation()
        stranger = signed_in(user("outreach_worker", there, programme(there)))
        assert "Yusuf" not in stranger.get(LIST).content.decode()
        assert answer(stranger, post, "new").status_code == 404
        assert stranger.post(f"{LIST}{uuid4()}/", {"answer": "new"}).content == answer(stranger, post, "new").content

    @pytest.mark.parametrize("role", ["administrator", "trainer", "employer"])
    def test_other_roles_are_refused(self, stall: Stall, role: str) -> None:
        met(stall)
        post = waiting()
        browser = signed_in(user(role, stall.own, None if role == "employer" else stall.programme))
        assert browser.get(LIST).status_code == 403
        assert answer(browser, post, "new").status_code == 403

    def test_a_person_out_of_sight_is_never_named(self, stall: Stall) -> None:
        met(stall)
        post = waiting(name="Bo Lee")
        browser = signed_in(stall.partners_worker)
        assert "Bo Lee" not in browser.get(f"{LIST}?show=known").content.decode()
        page = browser.get(f"{LIST}?show=doubtful").content.decode()
        assert "Bo Lee" in page
        assert "Amina" not in page
        assert "ask your lead" in page
        assert answer(browser, post, str(Candidate.objects.get().uuid)).status_code == 404
        assert InterestPost.objects.get().state == "review"

    @pytest.mark.parametrize("said", ["", "everything", "x" * 37])
    def test_an_answer_that_is_none_is_refused(self, stall: Stall, said: str) -> None:
        met(stall)
        assert answer(signed_in(stall.worker), waiting(), said).status_code == 422


class TestWhatARowSays:
    def test_why_it_may_be_somebody_and_what_they_wrote_where_and_in_which_language(self, stall: Stall) -> None:
        case = met(stall, phone="+447700900123")
        waiting(families=["healthcare"], language="ur")
        row = signed_in(stall.worker).get(LIST).context["rows"][0]
        assert row.next == "May be \u2068Amina Yusuf\u2069, Outreach (same number and short form of the same name)"
        assert row.note == "Healthcare · in Urdu"
        ContactRoute.objects.filter(candidate=case.candidate).update(value="+447700900999")
        assert signed_in(stall.worker).get(LIST).context["rows"][0].next == "May be \u2068Amina Yusuf\u2069, Outreach", "as it is now"

    def test_the_same_name_at_the_same_postcode_and_the_event_it_came_from(self, stall: Stall) -> None:
        case = met(stall)
        set_address(candidate=case.candidate, postcode="B1 1AA", by=actor(stall.worker), at=stall.at)
        send("/interest/library/", reach="07700 900555", postcode="B1 1AA")
        row = signed_in(stall.worker).get(LIST).context["rows"][0]
        assert row.next == "May be \u2068Amina Yusuf\u2069, Outreach (same name and same postcode)"
        assert row.note == "in English · from Library stall"

    def test_of_a_person_out_of_sight_nothing_is_said_to_be_the_same(self, stall: Stall) -> None:
        met(stall)
        waiting(name="Bo Lee")
        page = signed_in(stall.partners_worker).get(LIST)
        assert page.context["show"] == "doubtful", "the list opens where something waits"
        row = page.context["rows"][0]
        assert "same" not in f"{row.next} {row.note}"
        assert signed_in(stall.worker).get(LIST).context["show"] == "known"


def test_today_says_that_forms_wait_and_leads_to_them(stall: Stall) -> None:
    browser = signed_in(stall.worker)
    assert "to look at" not in browser.get("/today/").content.decode()
    met(stall)
    waiting()
    assert '<a class="govuk-link ours" href="/unclaimed/forms/">1 form to look at</a>' in browser.get("/today/").content.decode()
    send(name="B. Yusuf")
    send(name="C. Yusuf", way="landline", reach="0121 496 0123")
    page = browser.get("/today/")
    assert (page.context["forms"], page.context["nobodys_count"]) == ("2 forms", 1)
    there = organisation()
    assert signed_in(user("outreach_worker", there, programme(there))).get("/today/").context["forms"] == ""


def words_of(browser: Client) -> str:
    return re.sub(r"<[^>]+>", "", browser.get("/unclaimed/").content.decode())


def test_nobodys_yet_says_how_many_forms_wait(stall: Stall) -> None:
    browser = signed_in(stall.worker)
    assert "Forms to look at: none" in words_of(browser)
    met(stall)
    waiting()
    assert "Forms to look at: 1" in words_of(browser)


def test_nobodys_yet_names_the_stalls_whose_codes_are_in_use(stall: Stall) -> None:
    stall.event_on(stall.today - timedelta(days=60), code="long-ago")
    page = signed_in(stall.partners_worker).get("/unclaimed/").content.decode()
    assert 'href="/interest/library/"' in page
    assert "long-ago" not in page
    assert "/interest/library/" not in signed_in(stall.worker).get("/unclaimed/").content.decode(), "a stall of another organisation"


def test_nobodys_yet_leads_a_worker_to_send_the_form(stall: Stall) -> None:
    page = signed_in(stall.worker).get("/unclaimed/").content.decode()
    assert 'href="sms:?&amp;body=Here%20is%20the%20form%20that%20we%20talked%20about%3A%20http' in page
    assert "%2Finterest%2F" in page


def test_marks_in_a_name_turn_nothing_round_beside_it(stall: Stall) -> None:
    case = met(stall)
    Candidate.objects.update(last_name="\u202efusuY")
    waiting()
    page = signed_in(stall.worker).get(LIST).content.decode()
    assert "May be \u2068Amina \u202efusuY\u2069, " in page
    assert case.pk


def test_the_list_asks_as_often_for_one_as_for_many(stall: Stall) -> None:
    browser, asked = signed_in(stall.worker), []
    browser.get(LIST)
    post, made = None, 0
    for number in (1, 3, 25, 100):
        while made < number:
            case = met(stall, phone=f"+447700900{made:03d}")
            if post is None:
                post = waiting(reach="07700 900000")
            else:
                copy = InterestPost.objects.get(pk=post.pk)
                copy.pk, copy.uuid, copy.reporting_id, copy.stamp_digest = None, uuid4(), uuid4(), uuid4().hex
                copy.candidate, copy.reach, copy.received_at = case.candidate, f"+447700900{made:03d}", stall.at - timedelta(minutes=made)
                copy.save()
            made += 1
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = browser.get(LIST)
        assert page.content.decode().count("It is Amina Yusuf") == min(number, 25)
        asked.append(len(queries))
    assert asked[0] <= 15
    assert len(set(asked)) == 1
