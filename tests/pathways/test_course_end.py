"""The end of a course: everybody who finished in one press, and the register as a file."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, SignIn
from ground.clock import real_now
from ground.once import new_once
from pathways.models import Course, Pathway, StageChange, TrainingPlace
from pathways.services import training
from pathways.services.attendance import finish_course, mark_attendance
from pathways.services.undo import undo_step
from tests.factories import actor
from tests.pathways.course_scene import CourseScene, page
from tests.pathways.digest import digest, unlike
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


class Ended(CourseScene):
    """The course ended three days ago."""

    def __init__(self) -> None:
        super().__init__()
        Course.objects.filter(pk=self.running.pk).update(starts_on=self.day(-14), ends_on=self.day(-3))
        self.running.refresh_from_db()

    @property
    def path(self) -> str:
        return f"/courses/{self.running.uuid}/finish/"

    def there(self, place: TrainingPlace, *days: int) -> TrainingPlace:
        for each in days:
            mark_attendance(place=place, day=self.day(each), present=True, by=self.maggie, at=self.now)
        return place


def finish(browser: Client, scene: Ended, *places: TrainingPlace) -> Any:
    return browser.post(scene.path, {"places": [str(place.uuid) for place in places], "once": new_once()})


def test_everybody_who_was_there_is_ticked_and_finishes_with_the_last_day() -> None:
    scene = Ended()
    often, never, booked = scene.there(scene.begun(first="Often"), -6, -5), scene.begun(first="Never"), scene.booked(first="Booked")
    browser = signed_in(scene.trainer)
    form = browser.get(scene.path).context["form"]
    assert [label.partition(",")[0].split()[0] for _, label in form.fields["places"].choices] == ["Never", "Often"]
    assert (form["places"].value(), "there on 2 days" in page(browser, scene.path)) == ([str(often.uuid)], True)
    answer = finish(browser, scene, often)
    assert answer["Location"] == f"/courses/{scene.running.uuid}/"
    assert "1 person has finished the course." in page(browser, answer["Location"])
    places = {each.pk: each for each in TrainingPlace.objects.all()}
    assert [places[each.pk].stage for each in (often, never, booked)] == ["finished", "in_training", "booked"]
    assert (places[often.pk].over_on, Pathway.objects.get(pk=often.pathway_id).stage) == (scene.day(-3), "job_ready")
    change = StageChange.objects.get(machine="training_place", step="finish")
    assert (change.happened_on, change.actor, change.cause) == (scene.day(-3), scene.trainer, None)
    assert Audit.objects.get(action="course.finish").rows == 1
    assert Audit.objects.get(action="training.finish").person == often.pathway.candidate.uuid


def test_many_finish_in_one_transaction_or_none() -> None:
    scene = Ended()
    first, second = scene.there(scene.begun(), -6), scene.there(scene.begun(), -6)
    browser = signed_in(scene.trainer)
    training.finish_training(place=second, by=scene.by, at=scene.now)
    answer = finish(browser, scene, first, second)
    said = answer.content.decode()
    assert (answer.status_code, "no longer on the course" in said, f'value="{first.uuid}"' in said) == (409, True, True)
    assert TrainingPlace.objects.get(pk=first.pk).stage == "in_training"
    with pytest.raises(Exception, match="no longer open"):
        finish_course(course=scene.running, places=[first, second], by=scene.maggie, at=scene.now)
    assert TrainingPlace.objects.get(pk=first.pk).stage == "in_training"
    assert finish(browser, scene, first).status_code == 302


def test_each_of_them_is_taken_back_by_itself_and_leaves_every_table_as_it_was() -> None:
    scene = Ended()
    first, second = scene.there(scene.begun(), -6), scene.there(scene.begun(), -6)
    before = digest()
    finish_course(course=scene.running, places=[first, second], by=scene.maggie, at=scene.now)
    for change in StageChange.objects.filter(machine="training_place", step="finish").order_by("pk"):
        undo_step(change=change, by=scene.maggie, at=scene.now)
    assert unlike(before, digest()) == []


def test_nobody_ticked_is_no_answer_and_nobody_there_says_so() -> None:
    scene = Ended()
    browser = signed_in(scene.trainer)
    assert "Nobody is on the course" in page(browser, scene.path)
    scene.begun()
    answer = finish(browser, scene)
    assert (answer.status_code, "Tick at least one person" in answer.content.decode()) == (422, True)


def test_before_the_last_day_nobody_finishes_at_once_and_on_it_they_may() -> None:
    scene = CourseScene()
    place = scene.begun()
    browser = signed_in(scene.trainer)
    path = f"/courses/{scene.running.uuid}/finish/"
    assert "The course runs until" in page(browser, path)
    sent = {"places": [str(place.uuid)]}
    answer = browser.post(path, {**sent, "once": new_once()})
    assert (answer.status_code, "The course is not over yet." in answer.content.decode()) == (422, True)
    Course.objects.filter(pk=scene.running.pk).update(ends_on=scene.today)
    assert browser.post(path, {**sent, "once": new_once()}).status_code == 302


def test_somebody_who_began_after_the_last_day_finishes_on_the_day_they_began() -> None:
    scene = Ended()
    late = scene.begun(days_ago=1)
    assert finish(signed_in(scene.trainer), scene, late).status_code == 302
    assert TrainingPlace.objects.get(pk=late.pk).over_on == scene.day(-1)


def test_a_lead_may_and_a_worker_may_not() -> None:
    scene = Ended()
    place = scene.begun()
    assert finish(signed_in(scene.worker), scene, place).status_code == 403
    assert finish(signed_in(scene.lead), scene, place).status_code == 302


def queries(browser: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        page(browser, path)
    return len(caught)


def test_the_page_asks_as_much_for_three_people_as_for_one() -> None:
    scene = Ended()
    browser = signed_in(scene.trainer)
    scene.begun()
    page(browser, scene.path)
    one = queries(browser, scene.path)
    for _ in range(2):
        scene.there(scene.begun(), -6)
    assert queries(browser, scene.path) == one == 11


# -- the file ----------------------------------------------------------------------------------------------------------------------


def read(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def file_of(browser: Client, course: Course) -> Any:
    return browser.get(f"/courses/{course.uuid}/register.csv")


def test_the_file_has_a_line_a_person_and_a_column_a_day_and_no_cell_that_runs() -> None:
    scene = Ended()
    scene.there(scene.begun(first="Amina", last="Yusuf"), -6, -5)
    live = scene.begun(first="=HYPERLINK(1)", last="Z")
    mark_attendance(place=live, day=scene.day(-5), present=False, by=scene.maggie, at=scene.now)
    scene.in_line(first="Waits", last="Only")
    answer = file_of(signed_in(scene.trainer), scene.running)
    assert answer["Content-Disposition"] == 'attachment; filename="register.csv"'
    rows = {row["Name"]: row for row in read(answer)}
    days = [scene.day(-6).isoformat(), scene.day(-5).isoformat()]
    assert list(rows) == ["Amina Yusuf", "'=HYPERLINK(1) Z"]
    assert list(rows["Amina Yusuf"]) == ["Name", "Where they stand", "Days there", "Days marked", *days]
    assert list(rows["Amina Yusuf"].values()) == ["Amina Yusuf", "On the course", "2", "2", "present", "present"]
    assert list(rows["'=HYPERLINK(1) Z"].values())[1:] == ["On the course", "0", "1", "", "absent"]


def test_taking_the_file_is_written_down_and_others_do_not_get_it() -> None:
    scene = Ended()
    scene.there(scene.begun(), -6)
    assert len(read(file_of(signed_in(scene.lead), scene.running))) == 1
    file_of(signed_in(scene.trainer), scene.running)
    kept = Audit.objects.filter(action="register.export").order_by("pk")
    assert [(each.actor, each.rows, each.object) for each in kept] == [
        (scene.lead, 1, scene.running.uuid),
        (scene.trainer, 1, scene.running.uuid),
    ]
    assert f"column:{scene.day(-6)}" in kept[0].fields
    statuses = {words: file_of(signed_in(who), scene.running).status_code for words, who in scene.strangers().items()}
    assert set(statuses.values()) == {403, 404}
    assert (file_of(signed_in(scene.worker), scene.running).status_code, actor(scene.trainer).kind) == (403, "trainer")


def test_many_lines_leave_the_house_after_a_code_only() -> None:
    scene = Ended()
    Course.objects.filter(pk=scene.running.pk).update(capacity=60)
    for _ in range(51):
        scene.booked()
    browser = signed_in(scene.trainer)
    assert file_of(browser, scene.running).status_code == 200
    SignIn.objects.update(proved_at=real_now() - timedelta(minutes=11))
    asked = file_of(browser, scene.running)
    assert (asked.status_code, "/sign-in/code/" in asked["Location"] or "second-factor" in asked["Location"]) == (302, True)


def test_the_file_asks_as_much_for_three_people_as_for_one() -> None:
    scene = Ended()
    browser = signed_in(scene.trainer)

    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            read(file_of(browser, scene.running))
        return len(caught)

    scene.there(scene.begun(), -6)
    asked()
    one = asked()
    for _ in range(2):
        scene.there(scene.begun(), -6, -5)
    assert asked() == one == 14
