"""A conflict block: to a named user a named person is nobody at all, wherever they look; a lead says it, with a reason, and ends it."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, AuditReason, ConflictBlock, User
from ground.door import NotYours, Refused
from ground.once import new_once
from pathways.models import Interview, Pathway, StageChange, Task
from pathways.queries.colleagues import may_do, may_hold
from pathways.queries.search import search
from pathways.services import case as cases
from pathways.services import interview
from pathways.services.block import block_user, end_block
from pathways.services.cover import set_cover
from pathways.services.door import Taken
from pathways.services.handing_over import hand_over_many
from pathways.services.task import reassign_task
from tests.factories import user
from tests.pathways.scenes import Scene
from tests.pathways.test_scope import Sight, at_a_desk, seen
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


class Close(Scene):
    """A colleague who is close to somebody on the worker's desk."""

    def __init__(self) -> None:
        super().__init__()
        self.theirs = self.open(first="Asha", last="Away", phone="+447700900321")
        self.other = self.open(first="Bilal", last="Other")

    def block(self, who: User | None = None, **more: Any) -> ConflictBlock:
        told = {"candidate": self.theirs.candidate, "user": who or self.colleague, "by": self.lead_by, "at": self.now, **more}
        return block_user(reason=told.pop("reason", "Her former partner."), **told)

    def home(self) -> str:
        return f"/people/{self.theirs.candidate.uuid}/"


def standing_block(who: User, person: Any, scene: Any, **more: Any) -> ConflictBlock:
    return ConflictBlock.objects.create(user=who, person=person.uuid, reason="x", from_on=more.pop("from_on", scene.today), **more)


def page(answer: Any) -> str:
    words = re.sub(r'nonce="[^"]+"', "", answer.content.decode())
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "", words)


@pytest.mark.parametrize("role", ["worker", "lead", "employer", "trainer"])
def test_every_question_that_the_scope_answers_is_answered_with_nothing(role: str) -> None:
    sight = Sight()
    world = sight.world
    who = user("trainer", world.delivery, world.programme) if role == "trainer" else getattr(world, role)
    if role != "trainer":
        assert seen(at_a_desk(who))["introductions"] == 1
    ConflictBlock.objects.create(user=who, person=sight.case.candidate.uuid, reason="x", from_on="2024-01-01")
    assert seen(at_a_desk(who)) == {}


def test_the_lists_counts_search_and_file_of_who_is_kept_away_do_not_know_the_person() -> None:
    scene = Close()
    Pathway.objects.filter(pk__in=[scene.theirs.pk, scene.other.pk]).update(owner=None)
    browser = signed_in(scene.colleague)
    leads = signed_in(scene.lead)
    asked = [
        (browser, "/caseload/?whose=all"),
        (browser, "/unclaimed/"),
        (leads, "/caseload/?whose=all"),
        (leads, "/caseload.csv?whose=all"),
    ]
    for client, path in asked:
        assert "Asha" in body(client, path), path
    scene.block()
    standing_block(scene.lead, scene.theirs.candidate, scene)
    for client, path in asked:
        assert "Asha" not in body(client, path), path
        assert "Bilal" in body(client, path), path
    assert "Asha" not in body(browser, "/today/?whose=team")
    for words in ("Asha", "Away Asha", "07700 900321", "Ash Awya"):
        found = browser.post("/people/find/", {"words": words, "once": new_once()}, follow=True)
        assert b"Asha Away" not in found.content
        assert b"Nobody found" in found.content
    assert [case.candidate.first_name for case in search(at_a_desk(scene.worker), "Asha").rows] == ["Asha"]


def body(browser: Client, path: str) -> str:
    answer = browser.get(path)
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()


def test_every_address_about_the_person_is_the_page_of_a_random_id() -> None:
    scene = Close()
    chat = interview.book_chat(
        case=scene.theirs, when=scene.now + timedelta(days=1), place="x", host=scene.worker, by=scene.by, at=scene.now
    )
    task = Task.objects.filter(pathway=scene.theirs).first()
    change = StageChange.objects.filter(pathway=scene.theirs, machine="pathway").first()
    scene.block()
    browser = signed_in(scene.colleague)
    addresses = [
        scene.home(),
        *(f"{scene.home()}{each}/" for each in ("correct", "address", "reach/add", "died")),
        f"/pathways/{scene.theirs.uuid}/",
        f"/pathways/{scene.theirs.uuid}/contacts/",
        f"/pathways/{scene.theirs.uuid}/notes/",
        f"/pathways/{scene.theirs.uuid}/steps/hand_over/",
        f"/interviews/{chat.uuid}/",
        f"/interviews/{chat.uuid}/steps/hold/",
        f"/tasks/{task.uuid}/",
        f"/changes/{change.uuid}/undo/",
    ]
    random = {address: re.sub(r"[0-9a-f-]{36}", str(uuid4()), address) for address in addresses}
    told = {address: browser.get(address) for address in addresses}
    assert {address: answer.status_code for address, answer in told.items()} == dict.fromkeys(addresses, 404)
    assert [address for address in addresses if page(told[address]) != page(browser.get(random[address]))] == []
    posted = browser.post(f"/pathways/{scene.theirs.uuid}/contacts/", {"tap": "call.spoke", "once": new_once()})
    assert posted.status_code == 404
    assert not Audit.objects.filter(action="person.open", actor=scene.colleague).exists()


def test_cover_of_the_desk_does_not_open_what_a_block_closed() -> None:
    scene = Close()
    scene.programme.__class__.objects.filter(pk=scene.programme.pk).update(caseload_only=True)
    days = {"from_on": scene.today, "to_on": scene.today + timedelta(days=5)}
    set_cover(holder=scene.worker, coverer=scene.colleague, organisation=scene.delivery, by=scene.by, at=scene.now, **days)
    browser = signed_in(scene.colleague)
    assert browser.get(scene.home()).status_code == 200
    scene.block()
    assert browser.get(scene.home()).status_code == 404
    assert browser.get(f"/people/{scene.other.candidate.uuid}/").status_code == 200


def test_nobody_is_given_a_person_whom_they_must_not_see() -> None:
    scene = Close()
    scene.block()
    offered = [each.pk for each in may_hold(organisation=scene.delivery.pk, programmes=[], today=scene.today, cases=[scene.theirs.pk])]
    assert scene.colleague.pk not in offered
    assert scene.worker.pk in offered
    case = Pathway.objects.select_related("programme", "candidate").get(pk=scene.theirs.pk)
    assert scene.colleague.pk not in {each.pk for each in may_do(case, today=scene.today)}
    words = signed_in(scene.worker).get(f"/pathways/{case.uuid}/steps/hand_over/").content.decode()
    assert scene.colleague.name not in words
    taken = Taken(reason="balance")
    with pytest.raises(Refused, match="cannot take this person"):
        cases.hand_over(case=case, to=scene.colleague, organisation=scene.delivery, by=scene.by, at=scene.now, taken=taken)
    chosen = {each.pk: Pathway.objects.get(pk=each.pk).version for each in (scene.theirs, scene.other)}
    with pytest.raises(Refused, match="cannot take one of these people"):
        hand_over_many(chosen=chosen, to=scene.colleague, organisation=scene.delivery, by=scene.by, at=scene.now, taken=taken)
    with pytest.raises(Refused, match="cannot take this person"):
        interview.book_chat(case=case, when=scene.now + timedelta(days=1), place="x", host=scene.colleague, by=scene.by, at=scene.now)
    assert not Interview.objects.exists()
    assert set(Pathway.objects.values_list("owner", flat=True)) == {scene.worker.pk}


def test_who_holds_the_person_or_owes_something_for_them_is_not_kept_away_until_that_is_elsewhere() -> None:
    scene = Close()
    with pytest.raises(Refused, match="holds this person: hand the person over"):
        scene.block(scene.worker)
    task = Task.objects.filter(pathway=scene.theirs, state="open", owed_by="worker").first()
    reassign_task(task=task, to=scene.colleague, by=scene.by, at=scene.now)
    with pytest.raises(Refused, match="still has something to do"):
        scene.block()
    assert not ConflictBlock.objects.exists()


def test_a_lead_sets_it_on_the_persons_page_and_ends_it_and_both_are_written_down() -> None:
    scene = Close()
    browser = signed_in(scene.lead)
    assert f"{scene.home()}blocks/" in browser.get(scene.home()).content.decode()
    assert f"{scene.home()}blocks/" not in signed_in(scene.worker).get(scene.home()).content.decode()
    path = f"{scene.home()}blocks/"
    assert browser.post(path, {"user": str(scene.colleague.uuid), "reason": " ", "once": new_once()}).status_code == 422
    told = {"user": str(scene.colleague.uuid), "reason": "Her former partner.", "once": new_once()}
    assert browser.post(path, told).status_code == 302
    assert browser.post(path, told).status_code == 302
    block = ConflictBlock.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM accounts_conflictblock")
        assert "partner" not in cursor.fetchone()[0]
    written = Audit.objects.get(action="person.block")
    assert (written.person, written.actor, written.fields) == (scene.theirs.candidate.uuid, scene.lead, ["reason", "to_on", "user"])
    assert AuditReason.objects.get(audit=written).text == "Her former partner."
    assert signed_in(scene.colleague).get(scene.home()).status_code == 404
    words = browser.get(path).content.decode()
    assert "Her former partner." in words
    assert browser.post(path, {**told, "once": new_once()}).status_code == 422
    ended = browser.post(f"{path}{block.uuid}/end/", {"version": block.version, "once": new_once()})
    assert ended.status_code == 302
    assert signed_in(scene.colleague).get(scene.home()).status_code == 200
    assert Audit.objects.filter(action="person.unblock", person=scene.theirs.candidate.uuid).count() == 1


def test_only_a_lead_of_the_programme_may_and_an_administrator_may_not() -> None:
    scene = Close()
    path = f"{scene.home()}blocks/"
    administrator = user("administrator", scene.delivery)
    for who, status in ((scene.worker, 403), (administrator, 403), (scene.employer, 403), (Sight().world.lead, 404)):
        assert signed_in(who).get(path).status_code == status
    with pytest.raises(NotYours):
        scene.block(by=scene.by)
    block = scene.block()
    with pytest.raises(NotYours):
        end_block(block=block, candidate=scene.theirs.candidate, version=1, by=scene.by, at=scene.now)


@pytest.mark.parametrize(("first", "last", "hidden"), [(0, None, True), (-5, 0, True), (-5, -1, False), (1, None, False)])
def test_it_holds_from_its_first_day_to_its_last(first: int, last: int | None, hidden: bool) -> None:
    scene = Close()
    to_on = None if last is None else scene.today + timedelta(days=last)
    standing_block(scene.colleague, scene.theirs.candidate, scene, from_on=scene.today + timedelta(days=first), to_on=to_on)
    assert (signed_in(scene.colleague).get(scene.home()).status_code == 404) is hidden


def test_who_is_kept_from_nobody_asks_not_one_query_more() -> None:
    scene = Close()
    browser = signed_in(scene.colleague)
    browser.get("/caseload/?whose=all")
    with CaptureQueriesContext(connection) as without:
        browser.get("/caseload/?whose=all")
    standing_block(scene.worker, scene.theirs.candidate, scene)
    assert not [each for each in without.captured_queries if "NOT IN" in each["sql"] and "candidates_candidate" in each["sql"]]
    standing_block(scene.colleague, scene.theirs.candidate, scene)
    with CaptureQueriesContext(connection) as beside:
        browser.get("/caseload/?whose=all")
    assert len(beside) == len(without)
