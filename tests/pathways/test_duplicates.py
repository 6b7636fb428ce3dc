"""Duplicates: who sees a pair, what may be said of it, and what comes of that."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Audit, ConflictBlock
from candidates.models import Candidate, ContactRoute, Merge, MergeProposal, NotSame, SuggestedPair
from candidates.services.person import end_route
from ground.once import new_once
from pathways.models import Pathway
from pathways.queries.interests import isolated
from tests.factories import actor, organisation, partner, programme, user
from tests.pathways.duplicate_scene import Twice
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
LIST = "/duplicates/"
NAMES = ("Baker", "Fisher", "Gardner", "Hunter", "Joiner", "Mason", "Porter", "Tailor", "Weaver")


@pytest.fixture
def scene() -> Twice:
    return Twice()


def page_of(pair: SuggestedPair) -> str:
    return f"{LIST}{pair.uuid}/"


def say(browser: Client, pair: SuggestedPair, answer: str, **more: Any) -> Any:
    told = {"answer": answer, "kept": pair.one.uuid, "version": pair.version, "once": new_once()} | more
    return browser.post(page_of(pair), told)


def shown(browser: Client, address: str = LIST) -> list[str]:
    return [row.href for row in browser.get(address).context["rows"]]


class TestTheList:
    def test_a_pair_says_who_why_and_where_they_are(self, scene: Twice) -> None:
        pair = scene.pair()
        (row,) = signed_in(scene.worker).get(LIST).context["rows"]
        assert row.name == "\u2068Amina Yusuf\u2069 and \u2068Amina Yusof\u2069"
        assert (row.href, row.where) == (page_of(pair), "Same number and name spelt almost the same")
        assert row.note == f"Interested, {scene.worker.name} · Interested, {scene.worker.name}"

    def test_the_likest_stand_first(self, scene: Twice) -> None:
        weak, strong = scene.pair(first="Bilal"), scene.pair(first="Chidi", date_of_birth="1980-05-14", birth_quality="exact")
        assert shown(signed_in(scene.worker)) == [page_of(strong), page_of(weak)]

    def test_pages_follow_one_another(self, scene: Twice) -> None:
        for number in range(27):
            scene.pair(
                first=f"Person{chr(97 + number)}{chr(110 + number % 9)}",
                last=f"Lastname{chr(97 + number)}",
                other_last=f"Lastname{chr(97 + number)}",
            )
        browser = signed_in(scene.worker)
        first = browser.get(LIST)
        second = browser.get(LIST, {"after": first.context["page"].next})
        seen = [row.href for page in (first, second) for row in page.context["rows"]]
        assert len(seen) == len(set(seen)) == SuggestedPair.objects.count() == 27

    def test_an_empty_list_says_how_to_begin(self, scene: Twice) -> None:
        page = signed_in(scene.worker).get(LIST).content.decode()
        assert "Nobody seems to be here twice" in page

    def test_filters_stand_in_the_address(self, scene: Twice) -> None:
        mine, theirs = scene.pair(first="Bilal"), scene.pair(first="Chidi")
        Pathway.objects.filter(candidate__in=[theirs.one, theirs.other]).update(owner=None)
        browser = signed_in(scene.worker)
        assert shown(browser, f"{LIST}?whose=me") == [page_of(mine)]
        assert shown(browser, f"{LIST}?common=birthday") == []
        assert len(shown(browser, f"{LIST}?common=number")) == len(shown(browser, f"{LIST}?common=nonsense&show=x")) == 2
        assert shown(browser, f"{LIST}?show=proposed") == []
        assert "No pair fits these filters" in browser.get(f"{LIST}?show=apart").content.decode()

    def test_a_file_holds_the_same_rows_and_of_a_worker_pairs_of_their_own_alone(self, scene: Twice) -> None:
        scene.pair(first="Bilal")
        nobodys = scene.pair(first="=Chidi")
        Pathway.objects.filter(candidate=nobodys.other).update(owner=None)

        def rows(who: Any) -> list[dict[str, str]]:
            text = b"".join(signed_in(who).get("/duplicates.csv").streaming_content).decode("utf-8-sig")
            return list(csv.DictReader(io.StringIO(text)))

        assert [row["Name"] for row in rows(scene.worker)] == ["Bilal Yusuf"]
        found = rows(scene.lead)
        assert sorted(row["Name"] for row in found) == ["'=Chidi Yusuf", "Bilal Yusuf"]
        assert {row["In common"] for row in found} == {"Same number and name spelt almost the same"}
        assert Audit.objects.filter(action="duplicates.export").count() == 2


class TestWhoSees:
    def test_of_whoever_is_out_of_sight_nothing_tells(self, scene: Twice) -> None:
        """A record at another organisation: to this one's worker there is no pair, no page, no number of pairs."""
        pair = scene.pair()
        other = partner(scene.programme, organisation())
        Pathway.objects.filter(candidate=pair.other).update(organisation=other, owner=user("outreach_worker", other, scene.programme))
        browser = signed_in(scene.worker)
        page = browser.get(LIST)
        assert (page.context["rows"], page.context["count_words"]) == ([], "0")
        assert browser.get(page_of(pair)).status_code == say(browser, pair, "apart").status_code == 404
        assert browser.post(f"{page_of(pair)}ask-again/", {"once": new_once()}).status_code == 404
        assert shown(signed_in(scene.lead)) == [page_of(pair)], "a lead of the programme sees both"

    def test_of_another_programme_nothing_is_seen(self, scene: Twice) -> None:
        pair = scene.pair()
        there = organisation()
        stranger = signed_in(user("programme_lead", there, programme(there)))
        assert shown(stranger) == []
        assert stranger.get(page_of(pair)).status_code == 404

    def test_whoever_must_not_see_one_of_them_sees_no_pair(self, scene: Twice) -> None:
        pair = scene.pair()
        ConflictBlock.objects.create(user=scene.lead, person=pair.other.uuid, reason="x", from_on=scene.today)
        browser = signed_in(scene.lead)
        assert shown(browser) == []
        assert browser.get(page_of(pair)).status_code == 404
        assert shown(signed_in(scene.worker)) == [page_of(pair)]

    def test_a_case_entered_in_error_makes_no_pair(self, scene: Twice) -> None:
        pair = scene.pair()
        case = Pathway.objects.get(candidate=pair.other)
        scene.void(case)
        assert shown(signed_in(scene.lead)) == []

    def test_opening_a_pair_is_opening_both(self, scene: Twice) -> None:
        pair = scene.pair()
        signed_in(scene.worker).get(page_of(pair))
        assert set(Audit.objects.filter(action="person.open").values_list("person", flat=True)) == {pair.one.uuid, pair.other.uuid}


class TestSideBySide:
    def test_differences_are_marked_in_words(self, scene: Twice) -> None:
        pair = scene.pair(date_of_birth="1980-05-14", birth_quality="exact", postcode="B1 1AA")
        ContactRoute.objects.create(candidate=pair.other, kind="email", value="amina@example.org")
        page = signed_in(scene.worker).get(page_of(pair)).context["page"]
        marks = {line.label: line.mark for line in page.lines}
        assert marks == {
            "Name": "Almost the same", "Birthday": "Same", "Mobile": "Same", "E-mail": "Only on one", "Address": "Same", "Language": "Same",
        }  # fmt: skip
        assert [line.label for line in page.came] == ["Where they are", "Here since"]
        assert page.against == ""

    def test_whoever_is_furthest_goes_on_unless_somebody_says_otherwise(self, scene: Twice) -> None:
        pair = scene.pair()
        form = signed_in(scene.worker).get(page_of(pair)).context["form"]
        assert form["kept"].value() == str(pair.one.uuid), "the older record, where both stand at one stage"
        scene.ready(Pathway.objects.get(candidate=pair.other))
        form = signed_in(scene.worker).get(page_of(pair)).context["form"]
        assert form["kept"].value() == str(pair.other.uuid)

    def test_what_would_happen_is_said(self, scene: Twice) -> None:
        pair = scene.pair()
        scene.ready(Pathway.objects.get(candidate=pair.other))
        told = " ".join(signed_in(scene.worker).get(page_of(pair)).context["page"].would)
        goes, ends = isolated(pair.other.name), isolated(pair.one.name)
        assert f"open case in {scene.programme.name}: {goes}’s (Job ready) carries on, and {ends}’s (Interested) is added to it." in told


class TestOnePerson:
    def test_a_worker_whose_both_are_and_neither_has_a_job_says_so(self, scene: Twice) -> None:
        pair = scene.pair()
        browser = signed_in(scene.worker)
        answer = say(browser, pair, "same")
        made = Merge.objects.get()
        assert (made.kept, made.absorbed, made.merged_by, answer["Location"]) == (
            pair.one, pair.other, scene.worker, f"{LIST}merges/{made.uuid}/",
        )  # fmt: skip
        assert shown(browser) == []
        assert browser.get(page_of(pair))["Location"] == f"{LIST}merges/{made.uuid}/"
        assert Audit.objects.filter(action="person.same", actor=scene.worker).count() == 1

    def test_the_other_one_may_go_on(self, scene: Twice) -> None:
        pair = scene.pair()
        say(signed_in(scene.worker), pair, "same", kept=pair.other.uuid)
        assert Merge.objects.get().kept == pair.other

    def test_with_a_job_a_worker_proposes_and_a_lead_confirms(self, scene: Twice) -> None:
        pair = scene.with_a_job()
        worker, lead = signed_in(scene.worker), signed_in(scene.lead)
        assert "Propose that they are one person" in worker.get(page_of(pair)).content.decode()
        assert say(worker, pair, "same").status_code == 403
        assert say(worker, pair, "propose", kept=pair.other.uuid)["Location"] == LIST
        proposal = MergeProposal.objects.get()
        assert (proposal.kept, proposal.proposed_by, proposal.closed_at) == (pair.other, scene.worker, None)
        (row,) = lead.get(f"{LIST}?show=proposed").context["rows"]
        assert row.next == f"Proposed by {scene.worker.name} today"
        page = lead.get(page_of(pair))
        assert page.context["form"]["kept"].value() == str(pair.other.uuid), "as it was proposed"
        pair.refresh_from_db()
        say(lead, pair, "same", kept=pair.other.uuid)
        proposal.refresh_from_db()
        assert (proposal.outcome, proposal.closed_by) == ("merged", scene.lead)
        assert Merge.objects.get().kept == pair.other

    def test_a_proposal_is_taken_back_by_whoever_made_it(self, scene: Twice) -> None:
        pair = scene.with_a_job()
        worker = signed_in(scene.worker)
        say(worker, pair, "propose")
        pair.refresh_from_db()
        colleague = signed_in(user("outreach_worker", scene.delivery, scene.programme))
        assert say(colleague, pair, "back").status_code == 403
        assert say(colleague, pair, "apart").status_code == 422, "a lead decides"
        assert say(colleague, pair, "propose").status_code == 409
        assert say(worker, pair, "back").status_code == 302
        assert MergeProposal.objects.get().outcome == "taken_back"
        pair.refresh_from_db()
        assert say(colleague, pair, "propose").status_code == 302

    def test_a_lead_declines_a_proposal(self, scene: Twice) -> None:
        pair = scene.with_a_job()
        say(signed_in(scene.worker), pair, "propose")
        pair.refresh_from_db()
        assert say(signed_in(scene.lead), pair, "apart").status_code == 302
        assert MergeProposal.objects.get().outcome == "not_same"
        assert NotSame.objects.get().said_by == scene.lead

    def test_two_who_died_on_different_days_are_not_put_together(self, scene: Twice) -> None:
        pair = scene.pair()
        Candidate.objects.filter(pk=pair.one_id).update(died_on=scene.today)
        Candidate.objects.filter(pk=pair.other_id).update(died_on=scene.today - timedelta(days=2))
        browser = signed_in(scene.lead)
        page = browser.get(page_of(pair)).content.decode()
        assert "they are not made one" in page
        assert 'value="same"' not in page
        assert say(browser, pair, "same").status_code == 422
        assert not Merge.objects.exists()

    @pytest.mark.parametrize(
        "more", [{"kept": ""}, {"kept": "8a3b9c1e-0d5f-4e7a-9b2c-6d1f0a4e8c3b"}, {"answer": "nonsense"}, {"version": ""}]
    )
    def test_bad_input_is_told_and_does_nothing(self, scene: Twice, more: dict[str, str]) -> None:
        pair = scene.pair()
        assert say(signed_in(scene.worker), pair, more.pop("answer", "same"), **more).status_code == 422
        assert not Merge.objects.exists()


class TestTwoPeople:
    def test_nobody_is_asked_again_until_it_is_taken_back(self, scene: Twice) -> None:
        pair = scene.pair()
        browser = signed_in(scene.worker)
        told = browser.get(say(browser, pair, "apart")["Location"])
        assert f'action="{page_of(pair)}ask-again/"' in told.content.decode(), "with the way to undo it"
        assert shown(browser) == []
        Candidate.objects.update(compared_at=None)
        scene.compare()
        assert shown(browser) == []
        assert shown(browser, f"{LIST}?show=apart") == [page_of(pair)]
        assert "said today that they are two people" in browser.get(page_of(pair)).content.decode()
        assert browser.post(f"{page_of(pair)}ask-again/", {"once": new_once()}).status_code == 302
        assert shown(browser) == [page_of(pair)]
        assert NotSame.objects.get().ended_by == scene.worker

    def test_told_apart_they_are_not_put_together_before_it_is_taken_back(self, scene: Twice) -> None:
        pair = scene.pair()
        browser = signed_in(scene.worker)
        say(browser, pair, "apart")
        pair.refresh_from_db()
        assert say(browser, pair, "same").status_code == 422
        assert say(browser, pair, "apart").status_code == 409

    def test_said_and_taken_back_leaves_no_more_than_it_was(self, scene: Twice) -> None:
        pair = scene.pair()
        browser = signed_in(scene.worker)
        for _ in range(2):
            pair.refresh_from_db()
            say(browser, pair, "apart")
            browser.post(f"{page_of(pair)}ask-again/", {"once": new_once()})
        assert NotSame.objects.filter(ended_at__isnull=False).count() == 2
        assert browser.post(f"{page_of(pair)}ask-again/", {"once": new_once()}).status_code == 409


class TestTakenApart:
    def test_a_merge_is_taken_apart_and_the_two_stand_in_the_list_again(self, scene: Twice) -> None:
        pair = scene.pair()
        browser = signed_in(scene.worker)
        address = say(browser, pair, "same")["Location"]
        page = browser.get(address)
        assert "two people again" in page.content.decode()
        (row,) = browser.get(f"{LIST}merges/").context["rows"]
        assert (row.href, row.name) == (address, "\u2068Amina Yusuf\u2069, with \u2068Amina Yusof\u2069 merged in")
        version = Merge.objects.get().version
        assert browser.post(address, {"version": version, "once": new_once()}).status_code == 302
        merge = Merge.objects.get()
        assert (merge.ended_by, merge.ended_at is not None) == (scene.worker, True)
        scene.compare()
        assert shown(browser) == [page_of(pair)]
        assert browser.get(f"{LIST}merges/").context["rows"] == []
        assert len(browser.get(f"{LIST}merges/?show=ended").context["rows"]) == 1
        assert browser.post(address, {"version": version, "once": new_once()}).status_code == 409

    def test_a_worker_does_not_take_apart_what_a_lead_put_together(self, scene: Twice) -> None:
        pair = scene.with_a_job()
        address = say(signed_in(scene.lead), pair, "same")["Location"]
        worker = signed_in(scene.worker)
        page = worker.get(address).content.decode()
        assert "A lead of the programme can take them apart." in page
        assert "<form" not in page.partition("</h1>")[2].partition("</main>")[0]
        assert worker.post(address, {"version": 1, "once": new_once()}).status_code == 403
        there = organisation()
        stranger = signed_in(user("programme_lead", there, programme(there)))
        assert stranger.get(address).status_code == 404
        assert stranger.get(f"{LIST}merges/").context["rows"] == []


class TestThreeOfOnePerson:
    def test_what_is_left_is_one_pair_of_the_person_and_the_third(self, scene: Twice) -> None:
        first, second, third = (scene.record(phone="+447700900777") for _ in range(3))
        pair = scene.compared(first, second)
        between = SuggestedPair.objects.get(one=second.candidate, other=third.candidate)
        browser = signed_in(scene.worker)
        assert len(shown(browser)) == 3
        say(browser, pair, "same")
        scene.compare()
        left = SuggestedPair.objects.get(one=first.candidate, other=third.candidate)
        assert shown(browser) == [page_of(left)]
        assert browser.get(page_of(between))["Location"] == page_of(left)
        assert say(browser, between, "same").status_code == 409, "one of the two is read under another by now"
        left.refresh_from_db()
        say(browser, left, "same")
        assert Pathway.objects.values("person_key").distinct().count() == 1
        assert shown(browser) == []


def test_a_pair_that_holds_no_more_is_gone(scene: Twice) -> None:
    pair = scene.pair()
    route = ContactRoute.objects.get(candidate=pair.other)
    end_route(route=route, version=route.version, by=actor(scene.worker), at=scene.at)
    scene.compare()
    assert signed_in(scene.worker).get(page_of(pair)).status_code == 404


def test_the_same_form_twice_is_taken_once(scene: Twice) -> None:
    pair, once = scene.pair(), new_once()
    browser = signed_in(scene.worker)
    first, second = (say(browser, pair, "apart", once=once) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert NotSame.objects.count() == 1
