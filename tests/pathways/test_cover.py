"""Cover shares a desk from one day to another: its people, their steps and their list; the day before and the day after it does not."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, Cover, Membership, Programme, User
from ground import jobs
from ground.clock import read_clock
from ground.door import Conflict, NotYours, Refused
from ground.models import DemoClock
from ground.once import new_once
from pathways.models import Pathway, StageChange, Task
from pathways.queries.colleagues import may_do
from pathways.queries.digest import caseloads, day_of
from pathways.services import case as cases
from pathways.services.cover import end_cover, set_cover
from pathways.services.task import reassign_task
from tests.factories import actor, organisation, partner, person, programme, user
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


class Away(Scene):
    """The worker is away; a colleague looks after their people in a programme that shows workers their own caseload alone."""

    def __init__(self, *, narrow: bool = True) -> None:
        super().__init__()
        Programme.objects.filter(pk=self.programme.pk).update(caseload_only=narrow)
        self.theirs = self.open(first="Asha", last="Away")

    def covered(self, first: int = 0, last: int = 0, **more: Any) -> Cover:
        """From so many days on until so many days on."""
        told = {"holder": self.worker, "coverer": self.colleague, "organisation": self.delivery, "by": self.by, "at": self.now, **more}
        return set_cover(from_on=self.today + timedelta(days=first), to_on=self.today + timedelta(days=last), **told)

    def theirs_now(self) -> Pathway:
        return Pathway.objects.select_related("programme").get(pk=self.theirs.pk)

    def sees(self, who: User | None = None) -> bool:
        return signed_in(who or self.colleague).get(f"/people/{self.theirs.candidate.uuid}/").status_code == 200


def rows(browser: Client, path: str) -> dict[str, str]:
    context = browser.get(path).context
    shown = context["rows"] if "rows" in context else [row for _, group in context["page"].groups for row in group]
    return {row.name: row.where for row in shown}


@pytest.mark.parametrize(("first", "last", "sees"), [(0, 0, True), (-3, 0, True), (0, 9, True), (1, 9, False), (-9, -1, False)], ids=str)
def test_the_desk_is_shared_from_the_first_day_to_the_last_and_no_day_longer(first: int, last: int, sees: bool) -> None:
    scene = Away()
    assert not scene.sees()
    days = {"from_on": scene.today + timedelta(days=first), "to_on": scene.today + timedelta(days=last)}
    Cover.objects.create(holder=scene.worker, coverer=scene.colleague, organisation=scene.delivery, **days)
    assert scene.sees() is sees
    browser = signed_in(scene.colleague)
    assert ("Asha Away" in rows(browser, "/caseload/")) is sees
    assert ("Asha Away" in rows(browser, "/today/")) is sees
    assert (day_of(scene.colleague, at=scene.now) != []) is sees
    assert any(each.pk == scene.colleague.pk for each in may_do(scene.theirs_now(), today=scene.today)) is sees


def test_rows_of_the_covered_desk_say_for_whom_and_ones_own_do_not() -> None:
    scene = Away()
    mine = scene.open(first="Own", last="Person")
    Pathway.objects.filter(pk=mine.pk).update(owner=scene.colleague)
    scene.covered(0, 3)
    browser = signed_in(scene.colleague)
    told = {"Asha Away": f"Interested, for {scene.worker.name}", "Own Person": "Interested"}
    assert rows(browser, "/caseload/") == told
    assert rows(browser, "/today/") == told
    words = browser.get("/today/digest/").content.decode()
    assert f"for {scene.worker.name}" in words
    assert [held.number for held in caseloads(browser.get("/today/").wsgi_request.user, today=scene.today)] == [1]
    assert rows(signed_in(scene.worker), "/caseload/") == {"Asha Away": "Interested"}


def test_who_covers_takes_the_holders_steps_and_the_log_keeps_who_did_it() -> None:
    scene = Away()
    browser = signed_in(scene.colleague)
    path = f"/pathways/{scene.theirs.uuid}/steps/mark_ready/"
    data = {"version": scene.theirs.version, "reason": "has_experience"}
    assert browser.post(path, {**data, "once": new_once()}).status_code == 404
    made = scene.covered(0, 3)
    assert browser.post(path, {**data, "once": new_once()}).status_code == 302
    change = StageChange.objects.get(step="mark_ready")
    assert (change.actor, change.actor_kind, change.pathway.owner) == (scene.colleague, "worker", scene.worker)
    assert browser.post(f"/pathways/{scene.theirs.uuid}/contacts/", {"tap": "call.spoke", "once": new_once()}).status_code == 302
    assert browser.get(f"/pathways/{scene.theirs.uuid}/steps/void/").status_code == 403
    end_cover(cover=made, version=made.version, by=scene.by, at=scene.now)
    assert browser.get(path).status_code == 404
    assert browser.get(f"/changes/{change.uuid}/undo/").status_code == 404


def test_people_who_are_seen_anyway_are_still_seen_afterwards_and_no_longer_listed_as_ones_own() -> None:
    scene = Away(narrow=False)
    made = scene.covered(0, 3)
    browser = signed_in(scene.colleague)
    assert "Asha Away" in rows(browser, "/caseload/")
    end_cover(cover=made, version=made.version, by=actor(scene.colleague), at=scene.now)
    assert "Asha Away" not in rows(browser, "/caseload/")
    assert "Asha Away" in rows(browser, "/caseload/?whose=team")
    assert scene.sees()


def test_cover_reaches_no_further_than_the_coverers_own_seats_and_organisation() -> None:
    scene = Away()
    other = programme(scene.delivery, caseload_only=True)
    Membership.objects.create(
        user=scene.worker, organisation=scene.delivery, role="outreach_worker", programme=other, starts_on=date(2024, 1, 1)
    )
    scene.covered(0, 3)
    there = cases.new_case(
        candidate=person(scene.delivery), programme=other, organisation=scene.delivery, owner=scene.worker, opened_on=scene.today
    )
    cases.express_interest(case=there, by=actor(user("programme_lead", scene.delivery, other)), at=scene.now)
    browser = signed_in(scene.colleague)
    assert rows(browser, "/caseload/").keys() == {"Asha Away"}
    assert browser.get(f"/people/{there.candidate.uuid}/").status_code == 404
    elsewhere = partner(scene.programme, organisation("delivery"))
    Pathway.objects.filter(pk=scene.theirs.pk).update(organisation=elsewhere)
    assert rows(browser, "/caseload/") == {}


REFUSED = [
    ({"first": 3, "last": 2}, "to_on", "The last day cannot be before the first."),
    ({"first": -3, "last": -1}, "to_on", "That day is over: choose today or a day to come."),
    ({"coverer": "worker"}, "coverer", "Nobody covers their own desk: choose a colleague."),
    ({"coverer": "employer"}, "coverer", "has no desk here now."),
    ({"holder": "employer", "by": "lead"}, "holder", "has no desk here now."),
]


@pytest.mark.parametrize(("told", "field", "sentence"), REFUSED, ids=[sentence for *_, sentence in REFUSED])
def test_what_cannot_be_is_refused_at_its_field(told: dict[str, Any], field: str, sentence: str) -> None:
    scene = Away()
    people = {name: getattr(scene, value) for name, value in told.items() if name in {"holder", "coverer"}}
    by = {"by": scene.lead_by} if told.get("by") else {}
    with pytest.raises(Refused, match=sentence.rstrip(".")) as refused:
        scene.covered(told.get("first", 0), told.get("last", 0), **people, **by)
    assert refused.value.field == field
    assert not Cover.objects.exists()


def test_whose_seat_ends_before_is_told_the_day() -> None:
    scene = Away()
    Membership.objects.filter(user=scene.colleague).update(ends_on=scene.today + timedelta(days=4))
    assert scene.covered(0, 4).pk
    with pytest.raises(Refused, match="works here until") as refused:
        scene.covered(5, 5)
    assert refused.value.field == "to_on"


def test_whose_seats_do_not_reach_the_people_on_the_desk_is_refused() -> None:
    scene = Away()
    elsewhere = user("outreach_worker", scene.delivery, programme(scene.delivery))
    with pytest.raises(Refused, match=scene.programme.name) as refused:
        scene.covered(0, 1, coverer=elsewhere)
    assert refused.value.field == "coverer"


def test_the_holder_or_a_lead_of_their_programmes_sets_it_and_nobody_else() -> None:
    scene = Away()
    assert scene.covered(0, 1, by=scene.lead_by).made_by == scene.lead
    with pytest.raises(NotYours):
        scene.covered(5, 6, by=actor(scene.colleague))
    other_lead = user("programme_lead", scene.delivery, programme(scene.delivery))
    with pytest.raises(Refused, match="do not lead"):
        scene.covered(5, 6, by=actor(other_lead))
    stranger = user("programme_lead", partner(scene.programme, organisation("delivery")))
    with pytest.raises(Refused, match="do not lead"):
        scene.covered(5, 6, by=actor(stranger))


def test_one_person_covers_one_desk_once_at_a_time() -> None:
    scene = Away()
    first = scene.covered(0, 5)
    with pytest.raises(Refused, match="in some of these days already") as refused:
        scene.covered(5, 9)
    assert refused.value.field == "from_on"
    assert scene.covered(6, 9).pk
    assert scene.covered(0, 5, coverer=scene.lead).pk
    end_cover(cover=first, version=first.version, by=scene.by, at=scene.now)
    assert scene.covered(2, 5).pk
    days = {"from_on": scene.today, "to_on": scene.today + timedelta(days=3)}
    with pytest.raises(IntegrityError, match="cover_once_at_a_time"), transaction.atomic():
        Cover.objects.create(holder=scene.worker, coverer=scene.colleague, organisation=scene.delivery, **days)


@pytest.mark.parametrize("who", ["worker", "colleague", "lead"])
def test_the_holder_who_covers_and_a_lead_end_it_early_once(who: str) -> None:
    scene = Away()
    made = scene.covered(0, 5)
    by = actor(getattr(scene, who))
    end_cover(cover=made, version=made.version, by=by, at=scene.now)
    assert not scene.sees()
    with pytest.raises(Conflict):
        end_cover(cover=made, version=made.version, by=by, at=scene.now)
    ended = Cover.objects.get()
    assert (ended.ended_by, ended.ended_at) == (getattr(scene, who), scene.now)
    assert set(Audit.objects.filter(action__startswith="cover.").values_list("action", flat=True)) == {"cover.set", "cover.end"}


def test_a_third_colleague_ends_nobodys_cover() -> None:
    scene = Away()
    made = scene.covered(0, 5)
    third = user("outreach_worker", scene.delivery, scene.programme)
    with pytest.raises(NotYours):
        end_cover(cover=made, version=made.version, by=actor(third), at=scene.now)
    data = {"version": made.version, "once": new_once()}
    assert signed_in(third).post(f"/caseload/cover/{made.uuid}/end/", data).status_code == 404


def test_what_the_coverer_was_given_to_do_goes_back_when_they_see_the_person_no_more() -> None:
    scene = Away()
    made = scene.covered(0, 2)
    task = Task.objects.get(pathway=scene.theirs, state="open")
    reassign_task(task=task, to=scene.colleague, by=scene.by, at=scene.now)
    assert "Asha Away" in rows(signed_in(scene.colleague), "/today/")
    assert "Asha Away" not in rows(signed_in(scene.worker), "/today/")
    with ahead(3):
        assert not scene.sees()
        assert jobs.run("cover_over", at=read_clock()).result == "1 of 1 noted."
        assert rows(signed_in(scene.worker), "/today/") == {"Asha Away": "Interested"}
        assert jobs.run("cover_over", at=read_clock() + timedelta(days=1)).result == "0 of 0 noted."
    task.refresh_from_db()
    assert (task.assignee, Cover.objects.get(pk=made.pk).ended_at is not None) == (None, True)


@contextmanager
def ahead(days: int) -> Iterator[None]:
    """Within: so many days later."""
    DemoClock.objects.update_or_create(pk=1, defaults={"days": days})
    read_clock()
    yield
    DemoClock.objects.all().delete()
    read_clock()


@pytest.mark.parametrize("who", ["worker", "colleague"])
def test_cover_ends_with_the_seat_of_whoever_covers_or_is_covered(who: str) -> None:
    scene = Away()
    scene.covered(0, 5)
    cases.hand_over(case=scene.theirs, to=scene.lead, organisation=scene.delivery, by=scene.lead_by, at=scene.now)
    seat = Membership.objects.get(user=getattr(scene, who))
    admin = signed_in(user("administrator", scene.delivery))
    assert admin.post(f"/settings/users/{seat.uuid}/end/", {"once": new_once()}).status_code == 302
    assert Cover.objects.get().ended_at is not None


def test_another_seat_at_the_organisation_keeps_the_cover() -> None:
    scene = Away()
    scene.covered(0, 5)
    second = Membership.objects.create(user=scene.colleague, organisation=scene.delivery, role="programme_lead", starts_on=scene.today)
    admin = signed_in(user("administrator", scene.delivery))
    assert admin.post(f"/settings/users/{second.uuid}/end/", {"once": new_once()}).status_code == 302
    assert Cover.objects.get().ended_at is None
    assert scene.sees()


# -- the pages ---------------------------------------------------------------------------------------------------------------------


def post(browser: Client, path: str, **data: Any) -> Any:
    return browser.post(path, {"once": new_once(), **{name: str(value) for name, value in data.items()}})


def test_a_worker_says_who_covers_their_own_desk_and_ends_it_again() -> None:
    scene = Away()
    browser = signed_in(scene.worker)
    assert 'href="/caseload/cover/"' in browser.get("/caseload/").content.decode()
    assert "Nobody covers your desk, and you cover nobody’s" in browser.get("/caseload/cover/").content.decode()
    form = browser.get("/caseload/cover/add/").content.decode()
    assert ("Whose desk?" in form, f">{scene.worker.name}<" in form, scene.colleague.name in form) == (False, False, True)
    days = {"from_on": scene.today, "to_on": scene.today + timedelta(days=6)}
    answer = post(browser, "/caseload/cover/add/", coverer=scene.colleague.uuid, **days)
    assert answer["Location"] == "/caseload/cover/"
    assert f"{scene.colleague.name} covers your desk from" in browser.get("/caseload/cover/").content.decode()
    (row,) = browser.get("/caseload/cover/").context["rows"]
    assert (row.name, row.where, [act.words for act in row.acts]) == (f"{scene.colleague.name} covers your desk", "Now", ["End now"])
    (row,) = signed_in(scene.colleague).get("/caseload/cover/").context["rows"]
    assert row.name == f"You cover {scene.worker.name}’s desk"
    answer = post(browser, row.acts[0].href, version=row.acts[0].version)
    assert answer.status_code == 302
    assert "no longer covers your desk" in browser.get("/caseload/cover/").content.decode()
    assert not scene.sees()
    assert post(browser, row.acts[0].href, version=2).status_code == 302
    assert Cover.objects.get().version == 2


def test_a_lead_sets_cover_for_a_colleague_from_the_page_of_caseloads() -> None:
    scene = Away()
    stranger = user("outreach_worker", partner(scene.programme, organisation("delivery")), scene.programme, name="Other House")
    far = cases.new_case(
        candidate=person(scene.delivery), programme=scene.programme, organisation=organisation(), owner=stranger, opened_on=scene.today
    )
    cases.express_interest(case=far, by=scene.lead_by, at=scene.now)
    browser = signed_in(scene.lead)
    board = browser.get("/board/").content.decode()
    assert f'href="/caseload/cover/add/?desk={scene.worker.uuid}"' in board
    assert f"desk={stranger.uuid}" not in board
    assert f"/caseload/hand-over/?whose=all&amp;owner={scene.worker.uuid}&amp;all=1" in board
    assert f'value="{scene.worker.uuid}" selected' in browser.get(f"/caseload/cover/add/?desk={scene.worker.uuid}").content.decode()
    days = {"from_on": scene.today, "to_on": scene.today}
    people = {"holder": scene.worker.uuid, "coverer": scene.colleague.uuid}
    assert post(browser, "/caseload/cover/add/", **people, **days).status_code == 302
    assert scene.sees()
    (row,) = browser.get("/caseload/cover/").context["rows"]
    assert (row.name, row.acts != []) == (f"{scene.colleague.name} covers {scene.worker.name}’s desk", True)
    assert signed_in(stranger).get("/caseload/cover/").context["rows"] == []


def test_the_form_says_at_each_field_what_is_wrong_and_keeps_what_was_typed() -> None:
    scene = Away()
    browser = signed_in(scene.lead)
    good = {"holder": scene.worker.uuid, "coverer": scene.colleague.uuid, "from_on": scene.today, "to_on": scene.today}
    for more, sentence in (
        ({"to_on": scene.today - timedelta(days=1)}, "The last day cannot be before the first."),
        ({"from_on": date(2024, 1, 1), "to_on": date(2024, 1, 2)}, "That day is over: choose today or a day to come."),
        ({"coverer": scene.worker.uuid}, "Nobody covers their own desk: choose a colleague."),
        ({"coverer": scene.employer.uuid}, "Choose one of the answers in the list"),
        ({"coverer": ""}, "Answer the question “Who covers it?”"),
        ({"from_on": ""}, "Enter the first day, for example 7 12 2026."),
        ({"to_on": "31 2 2026"}, "31 February 2026 is not a day."),
    ):
        answer = post(browser, "/caseload/cover/add/", **{**good, **more})
        words = answer.content.decode()
        assert (answer.status_code, sentence in words) == (422, True), sentence
        assert f'value="{scene.worker.uuid}" selected' in words
    assert not Cover.objects.exists()


def test_pages_ask_as_many_questions_with_one_cover_as_with_three_and_with_none() -> None:
    scene = Away()
    scene.ready()
    mine = scene.open()
    Pathway.objects.filter(pk=mine.pk).update(owner=scene.colleague)
    browser = signed_in(scene.colleague)

    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(path).status_code == 200
        return len(captured)

    paths = ("/today/", "/caseload/", "/today/digest/")
    before = {path: asked(path) for path in paths}
    counts = []
    for number in range(3):
        other = user("outreach_worker", scene.delivery, scene.programme)
        Pathway.objects.filter(pk=scene.open().pk).update(owner=other)
        scene.covered(0, 3, holder=[scene.worker, other, other][number], by=scene.lead_by)
        if number != 1:
            counts.append({path: asked(path) for path in (*paths, "/caseload/cover/")})
    assert counts[0] == counts[1]
    assert {path: counts[0][path] for path in paths} == before


def test_others_may_not_open_the_pages() -> None:
    scene = Away()
    for who in (scene.employer, user("trainer", scene.delivery, scene.programme), user("administrator", scene.delivery)):
        browser = signed_in(who)
        assert {browser.get(path).status_code for path in ("/caseload/cover/", "/caseload/cover/add/")} == {403}
        assert post(browser, f"/caseload/cover/{scene.theirs.uuid}/end/").status_code == 403
