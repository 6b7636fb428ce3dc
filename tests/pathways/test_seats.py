"""One membership gives both the row and the verb: a right is never put together from two."""

import pytest
from django.test import Client

from accounts.models import Audit, Membership, Programme, User
from ground.once import new_once
from outreach.models import Contact
from pathways.models import Pathway, StageChange
from pathways.rules import holds
from pathways.scope import pathways
from pathways.services import case as cases
from pathways.services.contact import log_contact
from tests.factories import AT, actor, organisation, partner, person, programme, user
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


class TwoSeats(Scene):
    """Somebody who is a worker on the programme and a lead on another of the same organisation."""

    def __init__(self) -> None:
        super().__init__()
        self.other: Programme = programme(self.delivery)
        self.both: User = self.colleague
        self.worker_seat = Membership.objects.get(user=self.both)
        self.lead_seat = self.seat_for(self.both, "programme_lead", self.other)

    def seat_for(self, who: User, role: str, made: Programme | None) -> Membership:
        return Membership.objects.create(user=who, organisation=self.delivery, role=role, programme=made, starts_on=self.other.starts_on)

    def case_elsewhere(self) -> Pathway:
        lead = user("programme_lead", self.delivery, self.other)
        made = cases.new_case(
            candidate=person(self.delivery), programme=self.other, organisation=self.delivery, owner=lead, opened_on=AT.date()
        )
        return cases.express_interest(case=made, by=actor(lead), at=AT)


def void(browser: Client, case: Pathway) -> int:
    data = {"version": case.version, "once": new_once(), "reason": ""}
    return browser.post(f"/pathways/{case.uuid}/steps/void/", data).status_code


def seats_written(action: str) -> list[int | None]:
    return list(Audit.objects.filter(action=action).order_by("id").values_list("membership", flat=True))


def test_a_worker_here_who_leads_elsewhere_takes_no_leads_step_here() -> None:
    scene = TwoSeats()
    case, elsewhere = scene.open(), scene.case_elsewhere()
    browser = signed_in(scene.both)
    assert browser.get(f"/pathways/{case.uuid}/steps/void/").status_code == 403
    assert void(browser, case) == 403
    assert Pathway.objects.get(pk=case.pk).stage == case.stage
    assert void(browser, elsewhere) == 302
    assert seats_written("case.void") == [scene.lead_seat.pk]


def test_the_page_offers_a_worker_here_no_leads_step_here() -> None:
    scene = TwoSeats()
    case, elsewhere = scene.open(), scene.case_elsewhere()
    browser = signed_in(scene.both)
    assert "/steps/void/" not in browser.get(f"/people/{case.candidate.uuid}/").content.decode()
    assert "/steps/void/" in browser.get(f"/people/{elsewhere.candidate.uuid}/").content.decode()


def test_a_worker_here_who_leads_elsewhere_undoes_nobody_elses_step_and_contact_here() -> None:
    scene = TwoSeats()
    case = scene.open()
    change = StageChange.objects.filter(pathway=case, step="express_interest").get()
    contact = log_contact(case=case, channel="call", outcome="no_answer", by=scene.by, at=scene.now)
    browser = signed_in(scene.both)
    home = browser.get(f"/people/{case.candidate.uuid}/").content.decode()
    assert f"/changes/{change.uuid}/undo/" not in home
    assert f"/contacts/{contact.uuid}/undo/" not in home
    assert browser.post(f"/changes/{change.uuid}/undo/", {"once": new_once()}).status_code == 403
    assert browser.post(f"/contacts/{contact.uuid}/undo/", {"once": new_once(), "version": contact.version}).status_code == 422
    assert Contact.objects.get(pk=contact.pk).voided_at is None
    assert not StageChange.objects.filter(step="undo").exists()
    lead = signed_in(scene.lead)
    assert lead.post(f"/changes/{change.uuid}/undo/", {"once": new_once()}).status_code == 302


def test_the_audit_names_the_seat_that_gave_the_row() -> None:
    scene = TwoSeats()
    elsewhere = scene.case_elsewhere()
    browser = signed_in(scene.both)
    data = {"tap": "call.no_answer", "once": new_once()}
    assert browser.post(f"/pathways/{elsewhere.uuid}/contacts/", data).status_code == 302
    route = {"kind": "mobile", "value": "07700 900321", "once": new_once()}
    assert browser.post(f"/people/{elsewhere.candidate.uuid}/reach/add/", route).status_code == 302
    assert seats_written("contact.log") == seats_written("person.add_route") == [scene.lead_seat.pk]


def test_a_narrowed_caseload_is_seen_and_written_by_the_leads_seat() -> None:
    scene = TwoSeats()
    Programme.objects.filter(pk=scene.programme.pk).update(caseload_only=True)
    lead_here = scene.seat_for(scene.both, "programme_lead", scene.programme)
    case = scene.open()
    data = {"tap": "call.no_answer", "once": new_once()}
    assert signed_in(scene.both).post(f"/pathways/{case.uuid}/contacts/", data).status_code == 302
    assert seats_written("contact.log") == [lead_here.pk]


@pytest.mark.parametrize("whole", [False, True], ids=["a seat for the programme", "a seat for all of the organisation's"])
def test_a_partners_lead_takes_steps_on_every_case_that_is_in_sight(whole: bool) -> None:
    scene = Scene()
    other = partner(scene.programme, organisation("delivery"))
    lead = user("programme_lead", other, None if whole else scene.programme)
    case = scene.open()
    assert void(signed_in(lead), case) == 302
    assert Pathway.objects.get(pk=case.pk).stage == "void"


def test_whoever_has_left_the_programme_takes_no_step_and_sees_nothing() -> None:
    scene = Scene()
    other = partner(scene.programme, organisation("delivery"))
    lead = user("programme_lead", other)
    case = scene.open()
    scene.programme.partnerships.filter(organisation=other).update(ends_on=scene.today)
    assert void(signed_in(lead), case) == 404
    case = Pathway.objects.select_related("programme").get(pk=case.pk)
    assert not holds(actor(lead), on=None, pathway=case)


@pytest.mark.parametrize("narrow", [False, True])
def test_what_a_seat_holds_is_what_its_scope_gives(narrow: bool) -> None:
    scene = TwoSeats()
    Programme.objects.update(caseload_only=narrow)
    other = partner(scene.programme, organisation("delivery"))
    people = [scene.worker, scene.lead, scene.colleague, user("programme_lead", other), user("outreach_worker", other)]
    mine = [scene.open(), scene.case_elsewhere(), scene.open()]
    Pathway.objects.filter(pk=mine[2].pk).update(owner=None)
    for who in people:
        browser = signed_in(who)
        desk = browser.get("/today/").wsgi_request.user.desk
        for case in Pathway.objects.select_related("programme"):
            held = any(holds(by, on=None, pathway=case) for by in desk.actors("outreach_worker", "programme_lead"))
            seen = pathways(browser.get("/today/").wsgi_request.user).filter(pk=case.pk).exists()
            assert held == seen, (who.pk, case.pk)


def test_a_worker_here_who_leads_elsewhere_moves_an_opening_here_on_the_employers_word_alone() -> None:
    scene = TwoSeats()
    heading = scene.heading()
    browser = signed_in(scene.both)
    path = f"/headings/{heading.uuid}/steps/confirm/"
    said = {"version": heading.version, "once": new_once()}
    assert browser.post(path, said).status_code == 422
    assert browser.post(path, {**said, "once": new_once(), "said_how": "phone"}).status_code == 302
    assert seats_written("heading.confirm") == [scene.worker_seat.pk]
