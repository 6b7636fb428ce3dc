"""What a step's page says: which row it is about, what pressing does, and what is there already."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pathways.models import Interview, Placement
from pathways.queries.step_words import SAYS
from pathways.queries.steps import FOLDERS
from pathways.services import placement
from pathways.services.door import chart_steps
from pathways.views.step import ON_A_ROW
from pathways.views.taking import TAKES
from tests.factories import organisation, partner, user
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def form_of(scene: Scene, step: str, row: Any) -> Any:
    machine, _, name = step.partition(".")
    return signed_in(scene.worker).get(f"/{FOLDERS[machine]}/{row.uuid}/steps/{name}/").context["form"]


def test_every_step_that_staff_take_says_what_pressing_does() -> None:
    assert set(SAYS) == set(TAKES) - set(ON_A_ROW.values())
    for code, words in SAYS.items():
        machine, _, step = code.partition(".")
        assert words.endswith("."), code
        assert words != chart_steps(machine)[step].doc, code


@pytest.mark.parametrize(
    ("step", "row", "named"),
    [
        ("introduction.accept", Scene.offered, "Ward host, "),
        ("pre_employment_check.clear", Scene.check, "Identity, for Ward host, "),
        ("retention_check.confirm", Scene.due, "Baker, Corner bakery: still in work at 4 weeks, due "),
        ("interview.move", Scene.chat, "Chat, "),
        ("training_place.start", Scene.seat, ", from "),
        ("placement.fall_through", Scene.job, "Ward host, "),
    ],
)
def test_a_step_names_the_row_that_it_is_taken_on(step: str, row: Callable[[Scene], Any], named: str) -> None:
    scene = Scene()
    found = row(scene)
    machine, _, name = step.partition(".")
    words = signed_in(scene.worker).get(f"/{FOLDERS[machine]}/{found.uuid}/steps/{name}/").content.decode()
    assert named in words.partition("</h1>")[2].partition("</p>")[0]


@pytest.mark.parametrize(("days", "begins"), [(-3, True), (3, False)])
def test_a_start_that_is_said_late_begins_from_the_day_that_was_agreed(days: int, begins: bool) -> None:
    scene = Scene()
    agreed = scene.today + timedelta(days=days)
    job = placement.agree_start(placement=scene.job(), start_on=agreed, by=scene.by, at=scene.past)
    field = form_of(scene, "placement.start", job)["first_day"]
    assert (field.value(), "Agreed for " in field.help_text) == (agreed if begins else None, True)


def test_the_next_employer_s_first_day_is_not_this_one_s() -> None:
    scene = Scene()
    scene.other_trust()
    form = form_of(scene, "placement.move_employer", scene.job(started=True))
    assert (form["first_day"].value(), form["title"].value()) == (None, "Ward host")


def test_another_answer_begins_empty() -> None:
    scene = Scene()
    form = form_of(scene, "retention_check.answer_again", scene.answered())
    assert [form[name].value() for name in ("known_on", "in_post")] == [None, None]


def test_more_of_a_leaving_begins_with_what_was_said() -> None:
    scene = Scene()
    job = scene.left_unsaid()
    Placement.objects.filter(pk=job.pk).update(leave_reason="new_job")
    assert form_of(scene, "placement.tell_leaving", job)["reason"].value() == "new_job"


def test_a_question_about_paid_work_says_its_day() -> None:
    scene = Scene()
    check = scene.answered(in_post=False)
    said = form_of(scene, "retention_check.say_any_work", check)["any_work"].label
    assert said.endswith(f"on {check.due_on.day} {check.due_on:%B %Y}?")


def test_a_lead_who_moves_a_chat_leaves_it_with_whoever_holds_it() -> None:
    scene = Scene()
    chat = scene.chat()
    elsewhere = user("programme_lead", partner(scene.programme, organisation("delivery")), scene.programme)
    path = f"/interviews/{chat.uuid}/steps/move/"
    browser = signed_in(elsewhere)
    form = browser.get(path).context["form"]
    assert (form["host"].value(), form["which"].value()) == (str(scene.worker.uuid), "tomorrow")
    typed = {name: form[name].value() or "" for name in ("once", "version", "which", "host", "place")}
    assert browser.post(path, {**typed, "hour": "11:45"}).status_code == 302
    chat = Interview.objects.get(pk=chat.pk)
    assert (chat.host, f"{chat.at:%M}") == (scene.worker, "45")
