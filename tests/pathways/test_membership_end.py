"""A membership cannot end while it owns cases: nobody's case is left with somebody who cannot see it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership
from ground.once import new_once
from pathways.models import Pathway
from pathways.services import case as cases
from pathways.services.case import hand_over
from tests.factories import programme, user
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def end(scene: Scene, membership: Membership):
    admin = signed_in(user("administrator", scene.delivery))
    return admin.post(f"/settings/users/{membership.uuid}/end/", {"once": new_once()})


def by_command(scene: Scene) -> str:
    said = StringIO()
    words = ("--email", scene.worker.email, "--organisation", scene.delivery.name, "--role", "outreach_worker")
    call_command("membership", "end", *words, stdout=said)
    return said.getvalue()


def seat(scene: Scene) -> Membership:
    return Membership.objects.get(user=scene.worker, programme=scene.programme, role="outreach_worker")


def test_the_page_and_the_command_refuse_and_lead_to_handing_over() -> None:
    scene = Scene()
    first, second = scene.open(), scene.open()
    answer = end(scene, seat(scene))
    words = answer.content.decode()
    assert answer.status_code == 422
    assert f"{scene.worker.name} still owns 2 open cases in {scene.programme.name}. A lead hands each of them over first" in words
    with pytest.raises(CommandError, match="still owns 2 open cases"):
        by_command(scene)
    assert seat(scene).ended_at is None
    for case in (first, second):
        hand_over(case=case, to=scene.colleague, organisation=scene.delivery, by=scene.by, at=scene.now)
    assert end(scene, seat(scene)).status_code == 302
    assert seat(scene).ended_at is not None


def test_ended_and_other_peoples_cases_keep_nobody() -> None:
    scene = Scene()
    cases.withdraw(case=scene.open(), by=scene.by, at=scene.now)
    hand_over(case=scene.open(), to=scene.colleague, organisation=scene.delivery, by=scene.by, at=scene.now)
    Pathway.objects.filter(pk=scene.open().pk).update(owner=None)
    assert by_command(scene) == "1 ended.\n"


@pytest.mark.parametrize(
    ("role", "elsewhere", "may"), [("programme_lead", False, True), ("outreach_worker", True, False), ("trainer", False, False)]
)
def test_another_seat_that_could_go_on_with_the_case_lets_this_one_end(role: str, elsewhere: bool, may: bool) -> None:
    scene = Scene()
    scene.open()
    made = programme(scene.delivery) if elsewhere else scene.programme
    Membership.objects.create(user=scene.worker, organisation=scene.delivery, role=role, programme=made, starts_on=scene.today)
    assert end(scene, seat(scene)).status_code == (302 if may else 422)


def test_a_seat_on_another_programme_ends_without_these_cases() -> None:
    scene = Scene()
    scene.open()
    other = Membership.objects.create(
        user=scene.worker, organisation=scene.delivery, role="programme_lead", programme=programme(scene.delivery), starts_on=scene.today
    )
    assert end(scene, other).status_code == 302


def test_a_case_is_handed_to_nobody_whose_seat_is_on_another_programme() -> None:
    scene = Scene()
    case = scene.open()
    elsewhere = user("outreach_worker", scene.delivery, programme(scene.delivery), name="Elsa Where")
    everywhere = user("outreach_worker", scene.delivery, name="Eve Rywhere")
    path = f"/pathways/{case.uuid}/steps/hand_over/"
    browser = signed_in(scene.worker)
    words = browser.get(path).content.decode()
    assert ("Elsa Where" in words, "Eve Rywhere" in words) == (False, True)
    data = {"version": case.version, "reason": "balance", "once": new_once()}
    assert browser.post(path, {**data, "to": str(elsewhere.uuid)}).status_code == 422
    assert browser.post(path, {**data, "to": str(everywhere.uuid), "once": new_once()}).status_code == 302
    assert Pathway.objects.get(pk=case.pk).owner == everywhere
