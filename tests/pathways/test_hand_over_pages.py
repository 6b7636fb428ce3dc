"""Ticked on the caseload, or all that its filters find: the page that hands many over, and what it tells nobody."""

import re
from collections import Counter
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, Programme, Reason, User
from ground.once import new_once
from pathways.forms.handing_over import open_chosen, seal_chosen
from pathways.models import Ownership, Pathway, StageChange, Task
from pathways.queries.integrity import look_through
from pathways.services import case as cases
from pathways.services.door import Taken
from pathways.services.handing_over import MOST
from tests.factories import actor, organisation, partner, person, programme, user
from tests.fixtures.server import Server
from tests.pathways.racing import Person, at_once
from tests.pathways.scenes import Scene
from tests.pathways.test_race import seats
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
HERE = "/caseload/hand-over/"


def hidden(page: str) -> str:
    return unescape(re.findall(r'name="people" value="([^"]*)"', page)[0])


def opened(browser: Client, asked: dict[str, Any]) -> str:
    answer = browser.get(HERE, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def press(browser: Client, page: str, whom: User, **more: str) -> Any:
    data = {"people": hidden(page), "to": str(whom.uuid), "reason": "balance", "once": new_once(), **more}
    return browser.post(HERE, data)


def told(browser: Client, answer: Any) -> str:
    assert answer.status_code == 302, answer.content.decode()
    return browser.get(answer["Location"]).content.decode()


def owners(*of: Pathway) -> list[User | None]:
    return [Pathway.objects.get(pk=case.pk).owner for case in of]


def test_ticks_of_the_list_lead_to_the_page_and_one_press_hands_them_over() -> None:
    scene = Scene()
    first, second, stays = scene.open(), scene.open(), scene.open()
    browser = signed_in(scene.worker)
    page = browser.get("/caseload/?sort=name").content.decode()
    for case in (first, second, stays):
        assert f'<input type="checkbox" name="who" value="{case.uuid}" form="choose">' in page
    assert '<form id="choose" class="choose no-print" method="get" action="/caseload/hand-over/">' in page
    assert '<input type="hidden" name="sort" value="name">' in page
    offer = opened(browser, {"who": [str(first.uuid), str(second.uuid)], "sort": "name"})
    assert "Hand over 2 people" in offer
    assert first.candidate.name in offer
    assert str(first.pk) not in hidden(offer)
    answer = press(browser, offer, scene.colleague)
    assert f"2 people handed over to {scene.colleague.name}." in told(browser, answer)
    assert owners(first, second, stays) == [scene.colleague, scene.colleague, scene.worker]
    theirs = signed_in(scene.colleague).get("/caseload/").content.decode()
    assert (first.candidate.name in theirs, stays.candidate.name in theirs) == (True, False)
    assert set(StageChange.objects.filter(step="hand_over").values_list("actor", "reason")) == {(scene.worker.pk, "balance")}
    press_row = Audit.objects.get(action="case.hand_over_many")
    assert (press_row.rows, press_row.object, press_row.fields) == (2, scene.colleague.uuid, ["organisation", "owner", "reason"])


def undo_of(words: str) -> str:
    return unescape(re.findall(r'action="(/caseload/hand-over/[^"]*/undo/[^"]*)"', words)[0])


def test_one_press_takes_them_back_but_not_whom_somebody_changed_since() -> None:
    scene = Scene()
    first, second, changed = scene.open(), scene.open(), scene.open()
    browser = signed_in(scene.worker)
    offer = opened(browser, {"all": "1", "sort": "name"})
    data = {"people": hidden(offer), "to": str(scene.colleague.uuid), "reason": "balance", "once": new_once()}
    href = undo_of(told(browser, browser.post(f"{HERE}?all=1&sort=name", data)))
    changed.refresh_from_db()
    later = scene.now + timedelta(minutes=1)
    cases.hand_over(case=changed, to=scene.worker, organisation=scene.delivery, by=actor(scene.colleague), at=later)
    cases.hand_over(case=changed, to=scene.colleague, organisation=scene.delivery, by=scene.by, at=later)
    answer = browser.post(href, {"once": new_once()})
    assert (answer.status_code, answer["Location"]) == (302, "/caseload/?sort=name")
    words = told(browser, answer)
    assert "2 people are back where they were." in words
    assert "1 stayed: something was done with them since." in words
    assert owners(first, second, changed) == [scene.worker, scene.worker, scene.colleague]
    again = told(browser, browser.post(href, {"once": new_once()}))
    assert "1 stayed: something was done with them since." in again


def test_nobody_else_takes_back_what_somebody_handed_over() -> None:
    scene = Scene()
    mine = scene.open()
    browser = signed_in(scene.worker)
    href = undo_of(told(browser, press(browser, opened(browser, {"all": "1"}), scene.colleague)))
    assert signed_in(scene.colleague).post(href, {"once": new_once()}).status_code == 404
    assert signed_in(scene.employer).post(href, {"once": new_once()}).status_code == 403
    assert browser.get(href).status_code == 405
    assert owners(mine) == [scene.colleague]


def test_the_filters_of_the_list_are_kept_on_the_way_there_and_back() -> None:
    scene = Scene()
    ready, other = scene.ready(), scene.open()
    browser = signed_in(scene.lead)
    asked = {"whose": "all", "stage": "job_ready", "all": "1"}
    offer = opened(browser, asked)
    assert "Hand over 1 person" in offer
    answer = browser.post(
        f"{HERE}?whose=all&stage=job_ready&all=1",
        {"people": hidden(offer), "to": str(scene.lead.uuid), "reason": "balance", "once": new_once()},
    )
    assert answer["Location"] == "/caseload/?whose=all&stage=job_ready"
    assert owners(ready, other) == [scene.lead, scene.worker]


def test_who_was_changed_after_the_page_was_opened_is_named_by_number_and_left() -> None:
    scene = Scene()
    changed, also, free, gone = scene.open(), scene.open(), scene.open(), scene.open()
    browser = signed_in(scene.worker)
    offer = opened(browser, {"all": "1"})
    cases.mark_ready(case=changed, by=scene.by, at=scene.now, taken=Taken(reason="has_experience"))
    cases.withdraw(case=also, by=scene.by, at=scene.now)
    elsewhere = partner(scene.programme, organisation("delivery"))
    Pathway.objects.filter(pk=gone.pk).update(organisation=elsewhere)
    words = told(browser, press(browser, offer, scene.colleague))
    assert "1 person handed over" in words
    assert "3 were not handed over: somebody changed them meanwhile." in words
    assert owners(changed, also, free, gone) == [scene.worker, scene.worker, scene.colleague, scene.worker]
    again = told(browser, press(browser, offer, scene.colleague))
    assert f"1 was on {scene.colleague.name}’s desk already." in again


def test_a_day_after_which_something_was_done_leaves_those_where_they_are() -> None:
    scene = Scene()
    later = cases.mark_ready(case=scene.open(), by=scene.by, at=scene.now, taken=Taken(reason="has_experience"))
    free = scene.open()
    browser = signed_in(scene.worker)
    yesterday = str(scene.today - timedelta(days=1))
    words = told(browser, press(browser, opened(browser, {"all": "1"}), scene.colleague, happened_on=yesterday))
    assert "1 was not handed over: something was done with them after that day." in words
    assert owners(later, free) == [scene.worker, scene.colleague]


def test_bad_input_gets_its_words_and_what_was_chosen_is_kept() -> None:
    scene = Scene()
    case = scene.open()
    browser = signed_in(scene.worker)
    offer = opened(browser, {"who": str(case.uuid)})
    for more, sentence in (
        ({"to": ""}, "Choose a colleague."),
        ({"to": str(scene.employer.uuid)}, "Choose one of the answers in the list"),
        ({"reason": ""}, "Answer the question “Why?”"),
        ({"reason": "no_such"}, "Choose one of the answers in the list"),
        ({"happened_on": "2099-01-01"}, "That day is still to come."),
        ({"happened_on": "31 31 2026"}, "is not a"),
    ):
        answer = press(browser, offer, scene.colleague, **more)
        assert (answer.status_code, sentence in answer.content.decode()) == (422, True), sentence
        assert hidden(answer.content.decode()) == hidden(offer)
    assert owners(case) == [scene.worker]


def test_nobodys_people_are_taken_without_a_reason() -> None:
    scene = Scene()
    case = cases.new_case(candidate=person(scene.delivery), programme=scene.programme, organisation=scene.delivery, opened_on=scene.today)
    cases.express_interest(case=case, by=scene.lead_by, at=scene.now)
    browser = signed_in(scene.lead)
    offer = opened(browser, {"all": "1", "owner": "nobody", "whose": "all"})
    assert "Why?" not in offer
    told(browser, press(browser, offer, scene.worker, reason=""))
    assert owners(case) == [scene.worker]
    assert Ownership.objects.filter(pathway=case, to_on__isnull=True).count() == 1


def test_colleagues_are_those_who_may_hold_each_of_them_and_reasons_those_of_each_programme() -> None:
    scene = Scene()
    other: Programme = programme(scene.delivery)
    both = user("outreach_worker", scene.delivery, name="Eve Rywhere")
    lead = user("programme_lead", scene.delivery, name="Leah Dall")
    here = scene.open()
    there = cases.new_case(
        candidate=person(scene.delivery), programme=other, organisation=scene.delivery, owner=both, opened_on=scene.today
    )
    cases.express_interest(case=there, by=actor(both), at=scene.now)
    Reason.objects.create(programme=other, kind="hand_over", code="balance", label="Balance", in_use=False, valid_from=scene.today)
    browser = signed_in(lead)
    one = opened(browser, {"who": str(here.uuid)})
    assert (scene.colleague.name in one, both.name in one, 'value="balance"' in one) == (True, True, True)
    two = opened(browser, {"who": [str(here.uuid), str(there.uuid)]})
    assert (f">{scene.colleague.name}<" in two, both.name in two, 'value="balance"' in two) == (False, True, False)


def test_the_page_says_with_whom_they_are_now_and_names_as_many_as_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene()
    for owner in (scene.worker, scene.worker, scene.colleague, None):
        somebody = person(scene.delivery)
        met = cases.new_case(candidate=somebody, programme=scene.programme, organisation=scene.delivery, owner=owner, opened_on=scene.today)
        cases.express_interest(case=met, by=scene.lead_by, at=scene.now)
    page = opened(signed_in(scene.lead), {"all": "1", "whose": "all"})
    said = page[page.index("They are with") : page.index("Who they are")]
    assert all(
        f"<bdi>{name}</bdi> ({number})" in said for name, number in ((scene.worker.name, 2), (scene.colleague.name, 1), ("nobody yet", 1))
    )
    assert page.count("<li><bdi>") == 4
    monkeypatch.setattr("pathways.queries.handing_over.NAMED", 3)
    monkeypatch.setattr("pathways.queries.handing_over.HOLDERS_NAMED", 2)
    page = opened(signed_in(scene.lead), {"all": "1", "whose": "all"})
    assert (page.count("<li><bdi>"), "and 1 person more" in page, "and 1 colleague more" in page) == (3, True, True)


def test_a_page_where_nobody_may_hold_all_and_one_where_nobody_was_chosen_say_so() -> None:
    scene = Scene()
    browser = signed_in(scene.worker)
    assert "Nobody was chosen" in opened(browser, {})
    scene.withdrawn()
    assert "All of them have ended" in opened(browser, {"all": "1", "stage": "withdrawn"})
    assert "Nobody is on your caseload yet" in browser.get("/caseload/").content.decode()
    assert 'id="choose"' not in browser.get("/caseload/").content.decode()


def test_somebody_elses_people_are_answered_as_nobody_is_and_nothing_is_told() -> None:
    scene = Scene()
    mine = scene.open()
    other = partner(scene.programme, organisation("delivery"))
    stranger = user("outreach_worker", other, scene.programme)
    browser = signed_in(stranger)
    nobody = "6b1f8a52-5f0f-4b0e-9a57-0d6a3a3f9a11"
    foreign, unknown = browser.get(HERE, {"who": str(mine.uuid)}), browser.get(HERE, {"who": nobody})
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    strip = re.compile(r'nonce="[^"]*"|value="[^"]*"')
    assert strip.sub("", foreign.content.decode()) == strip.sub("", unknown.content.decode())
    assert browser.get(HERE, {"who": "not one"}).status_code == 404
    # Another's page, or one made by hand, opens for nobody else; ids of one's own making are not in sight, and left out unsaid.
    data = {"to": str(stranger.uuid), "reason": "balance", "once": new_once()}
    for people in (seal_chosen({mine.pk: mine.version}, user=scene.worker.pk), "", "x", f"k1.{mine.pk}"):
        assert browser.post(HERE, {**data, "people": people, "once": new_once()}).status_code == 422
    sealed = seal_chosen({mine.pk: mine.version}, user=stranger.pk)
    answer = browser.post(HERE, {**data, "people": sealed, "once": new_once()})
    assert answer.status_code == 302
    assert mine.candidate.name not in told(browser, answer)
    assert owners(mine) == [scene.worker]
    assert not StageChange.objects.filter(step="hand_over").exists()


def test_others_may_not_open_it() -> None:
    scene = Scene()
    for who in (scene.employer, user("trainer", scene.delivery, scene.programme), user("administrator", scene.delivery)):
        assert signed_in(who).get(HERE).status_code == 403


def test_a_choice_goes_with_the_page_for_its_user_alone_and_ten_thousand_are_small() -> None:
    chosen = {number * 3: number % 9 + 1 for number in range(1, 10_001)}
    sealed = seal_chosen(chosen, user=7)
    assert open_chosen(sealed, user=7) == chosen
    assert open_chosen(sealed, user=8) == {}
    assert len(sealed) < 80_000


def test_more_than_can_go_at_once_are_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pathways.views.handing_over.MOST", 1)
    scene = Scene()
    scene.open()
    scene.open()
    assert "More than 1 people cannot go at once" in opened(signed_in(scene.worker), {"all": "1"})


def test_the_page_asks_as_many_questions_for_one_as_for_three() -> None:
    scene = Scene()
    browser = signed_in(scene.worker)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            scene.open()
        with CaptureQueriesContext(connection) as asked:
            opened(browser, {"all": "1"})
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 14


@pytest.mark.django_db(transaction=True)
def test_against_single_steps_at_the_same_moment_one_wins_for_each(serve) -> None:
    server: Server = serve(workers=4)
    scene = Scene()
    presser, others = Person(scene.lead), [Person(scene.worker) for _ in range(12)]
    outcomes: Counter[str] = Counter()
    for _ in range(5):
        mine = [scene.open() for _ in range(12)]
        sealed = seal_chosen({case.pk: case.version for case in mine}, user=scene.lead.pk)
        many = presser.post(HERE, people=sealed, to=scene.colleague.uuid, reason="balance")
        singles = [
            who.post(f"/pathways/{case.uuid}/steps/hand_over/", version=case.version, to=scene.lead.uuid, reason="balance")
            for who, case in zip(others, reversed(mine), strict=True)
        ]
        answers = at_once(server, [*singles, many])
        assert {each.status for each in answers} <= {302, 409}
        assert answers[-1].status == 302
        won = {case.pk for each, case in zip(answers, reversed(mine), strict=False) if each.status == 302}
        for case in mine:
            case.refresh_from_db()
            assert case.owner == (scene.lead if case.pk in won else scene.colleague)
            assert case.version == 2
        assert StageChange.objects.filter(step="hand_over", pathway__in=mine).count() == 12
        outcomes.update("single" if case.pk in won else "many" for case in mine)
    assert set(outcomes) <= {"single", "many"}
    assert Task.objects.filter(state="open").count() == 60
    assert [each for _, found in look_through(at=scene.now) for each in found] == []


@pytest.mark.slow("bulk")
@pytest.mark.django_db(transaction=True)
def test_ten_thousand_go_with_one_press_within_the_time_that_a_page_has(serve) -> None:
    server: Server = serve(workers=2)
    scene = Scene()
    seats(scene, MOST)
    sealed = seal_chosen(dict(Pathway.objects.values_list("pk", "version")), user=scene.lead.pk)
    answer = at_once(server, [Person(scene.lead).post(HERE, people=sealed, to=scene.colleague.uuid, reason="balance")])[0]
    assert answer.status == 302
    assert answer.ended - answer.begun < 30
    assert StageChange.objects.filter(step="hand_over").count() == MOST == 10_000
    assert set(Pathway.objects.values_list("owner", flat=True)) == {scene.colleague.pk}
