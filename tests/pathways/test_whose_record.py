"""Who changed and who opened my record: every act through a page names the person it was about."""

import pytest
from django.db import connection

from accounts.models import Audit
from analytics.queries.reporting import CREATE
from ground.once import new_once
from pathways.models import Pathway, Task
from tests.pathways.scenes import Scene
from tests.pathways.test_pages_person import home
from tests.pathways.test_pages_record import correction
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def acts(case: Pathway) -> set[str]:
    return set(Audit.objects.filter(person=case.candidate.uuid, hour__isnull=True).values_list("action", flat=True))


def test_a_page_of_the_person_a_step_a_step_on_a_child_and_a_task_all_name_the_person() -> None:
    scene = Scene()
    chat = scene.chat()
    case = chat.pathway
    other = scene.open()
    task = Task.objects.filter(pathway=case, state="open").earliest("id")
    before = Audit.objects.latest("id").pk
    others = acts(other)
    browser = signed_in(scene.worker)
    posts = [
        (f"{home(case)}correct/", correction(case.candidate, first_name="Amina")),
        (f"{home(case)}reach/add/", {"kind": "mobile", "value": "07700 900321", "once": new_once()}),
        (f"{home(case)}address/", {"postcode": "B16 8QR", "version": 1, "once": new_once()}),
        (f"/tasks/{task.uuid}/steps/close/", {"version": task.version, "once": new_once()}),
        (f"/interviews/{chat.uuid}/steps/cancel/", {"version": chat.version, "once": new_once()}),
    ]
    for path, data in posts:
        assert browser.post(path, data).status_code == 302, path
    assert {"person.correct", "person.add_route", "person.address", "task.close", "interview.cancel"} <= acts(case)
    assert acts(other) == others
    assert not Audit.objects.filter(person=None, id__gt=before).exclude(action__startswith="sign_in").exists()


def test_reporting_tells_whose_record_an_act_was_about() -> None:
    scene = Scene()
    case = scene.open()
    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        cursor.execute("SELECT DISTINCT person FROM reporting.audit WHERE action = 'case.express_interest'")
        assert cursor.fetchall() == [(case.candidate.reporting_id,)]
