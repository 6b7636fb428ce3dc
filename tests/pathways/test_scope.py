"""Whose rows: what lies outside somebody's scope is not there, in every list and at every address."""

import re
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from outreach.models import Contact
from pathways import scope
from pathways.models import MACHINES, Note, Pathway, Placement, RetentionCheck, StageChange, Support, Task
from pathways.queries.steps import FOLDERS
from pathways.services import interview, introduction, placement, training
from tests.factories import AT, DAY, World, actor, organisation, partner, programme, user
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

OFFER = {"offer_hours": Decimal("37.5"), "offer_pay": Decimal("13"), "offer_pay_unit": "hour", "offer_kind": "permanent"}
QUESTIONS = (
    "pathways",
    "people",
    "introductions",
    "placements",
    "checks",
    "retention_checks",
    "interviews",
    "training_places",
    "tasks",
    "messages",
    "contacts",
    "notes",
    "consents",
    "supports",
    "changes",
)


class Sight:
    """One person with a row of every kind, and everybody who may or may not see them."""

    def __init__(self) -> None:
        self.world = world = World()
        self.case = world.case()
        by = world.by
        interview.hold_chat(case=self.case, by=by, at=AT)
        training.book_seat(case=self.case, course=world.course(), by=by, at=AT)
        row = introduction.draft_introduction(case=self.case, heading=world.heading(), by=by, at=AT)
        introduction.send_introduction(introduction=row, consent_how="phone", by=by, at=AT)
        introduction.offer_job(introduction=row, offer=OFFER, by=by, at=AT)
        introduction.accept_offer(introduction=row, by=by, at=AT)
        placement.start_placement(placement=Placement.objects.get(introduction=row), first_day=DAY, by=by, at=AT)
        Contact.objects.create(
            candidate=self.case.candidate,
            programme=world.programme,
            organisation=world.delivery,
            channel="call",
            outcome="spoke",
            day=DAY,
            at=AT,
            by=world.worker,
        )
        Note.objects.create(pathway=self.case, author=world.worker, organisation=world.delivery, text="x", written_at=AT, day=DAY)
        Support.objects.create(candidate=self.case.candidate, helps="x", agreed_on=DAY)
        neighbour = partner(world.programme, organisation("delivery"))
        elsewhere = organisation("delivery")
        other = programme(elsewhere)
        self.outside = {
            "a worker of another organisation in the programme": user("outreach_worker", neighbour, world.programme),
            "a worker of another programme": user("outreach_worker", elsewhere, other),
            "a lead of another programme": user("programme_lead", elsewhere, other),
            "a trainer elsewhere": user("trainer", elsewhere, other),
            "another employer": user("employer", partner(world.programme, organisation("employer")), world.programme),
            "an administrator": user("administrator", world.delivery),
        }

    def rows(self) -> list[tuple[str, object]]:
        """Machine and public id of one row of every machine."""
        return [(machine, model._base_manager.filter(**_of(machine, self.case))[0].uuid) for machine, model in MACHINES.items()]


def _of(machine: str, case: Pathway) -> dict[str, object]:
    return {"pk": case.pk} if machine == "pathway" else {"pathway": case}


def seen(person: object) -> dict[str, int]:
    return {name: number for name in QUESTIONS if (number := getattr(scope, name)(person).count())}


def at_a_desk(person: User) -> User:
    """The user as a request knows them: with the desk of their one membership."""
    client = signed_in(person)
    return client.get("/account/").wsgi_request.user


def test_the_caseworker_and_the_lead_see_a_row_of_every_kind() -> None:
    sight = Sight()
    for who in (sight.world.worker, sight.world.lead):
        found = seen(at_a_desk(who))
        assert set(QUESTIONS) - set(found) <= {"messages"}, who
        assert (found["pathways"], found["people"], found["checks"], found["retention_checks"]) == (1, 1, 6, 3)


def test_outside_the_scope_there_is_nothing_at_all() -> None:
    sight = Sight()
    assert {words: seen(at_a_desk(who)) for words, who in sight.outside.items()} == {words: {} for words in sight.outside}


def test_whoever_has_no_desk_sees_nothing() -> None:
    sight = Sight()
    for nobody in (AnonymousUser(), sight.world.worker, object(), None):
        assert seen(nobody) == {}


def test_an_employer_sees_what_was_sent_to_them_and_what_came_of_it() -> None:
    sight = Sight()
    assert seen(at_a_desk(sight.world.employer)).keys() <= {"introductions", "placements", "checks", "retention_checks", "changes"}
    assert seen(at_a_desk(sight.world.employer))["introductions"] == 1
    sight.world.heading(title="Porter")
    draft = introduction.draft_introduction(case=sight.case, heading=sight.world.heading(), by=sight.world.by, at=AT)
    assert draft not in scope.introductions(at_a_desk(sight.world.employer))


def test_nobodys_case_is_seen_by_every_worker_of_the_programme() -> None:
    sight = Sight()
    Pathway.objects.filter(pk=sight.case.pk).update(owner=None)
    neighbour = sight.outside["a worker of another organisation in the programme"]
    stranger = sight.outside["a worker of another programme"]
    assert seen(at_a_desk(neighbour))["pathways"] == 1
    assert seen(at_a_desk(stranger)) == {}


def without_nonce(page: bytes) -> str:
    return re.sub(r'nonce="[^"]+"', "", page.decode())


def test_every_address_of_a_foreign_row_is_the_page_of_a_random_id() -> None:
    sight = Sight()
    change = StageChange.objects.filter(pathway=sight.case).order_by("pk")[0]
    task = Task.objects.filter(pathway=sight.case).order_by("pk")[0]
    check = RetentionCheck.objects.filter(pathway=sight.case)[0]
    addresses = [f"/{FOLDERS[machine]}/{uuid}/" for machine, uuid in sight.rows()]
    addresses += [f"/{FOLDERS[machine]}/{uuid}/steps/void/" for machine, uuid in sight.rows()]
    addresses += [
        f"/people/{sight.case.candidate.uuid}/",
        f"/people/{sight.case.candidate.uuid}/correct/",
        f"/pathways/{sight.case.uuid}/steps/interview.book/",
        f"/retention-checks/{check.uuid}/steps/confirm/",
        f"/tasks/{task.uuid}/",
        f"/changes/{change.uuid}/undo/",
    ]
    for words in ("a worker of another organisation in the programme", "a lead of another programme"):
        client = signed_in(sight.outside[words])
        told = {address: client.get(address) for address in addresses}
        assert {address: answer.status_code for address, answer in told.items()} == dict.fromkeys(addresses, 404), words
        random = {address: client.get(re.sub(r"[0-9a-f-]{36}", str(uuid4()), address)) for address in addresses}
        same = [address for address in addresses if without_nonce(told[address].content) == without_nonce(random[address].content)]
        assert same == addresses


def test_a_foreign_step_writes_nothing() -> None:
    sight = Sight()
    before = StageChange.objects.count()
    client = signed_in(sight.outside["a lead of another programme"])
    for machine, uuid in sight.rows():
        answer = client.post(f"/{FOLDERS[machine]}/{uuid}/steps/void/", {"once": uuid4().hex, "version": 1})
        assert answer.status_code == 404, machine
    assert StageChange.objects.count() == before
    assert actor(sight.outside["a lead of another programme"]).kind == "lead"
