"""The usual scene, with a training provider, its trainer, and a course that began a week ago and ends in one."""

import re
from datetime import date, timedelta
from typing import Any

from django.test import Client

from ground.once import new_once
from pathways.models import Attendance, Course, TrainingPlace
from pathways.queries.register import register_version
from pathways.services import training
from pathways.services.attendance import mark_name
from tests.factories import actor, organisation, partner, programme, user
from tests.pathways.scenes import Scene


class CourseScene(Scene):
    """Everything is a few days around today; seats were booked twenty days ago."""

    def __init__(self) -> None:
        super().__init__()
        self.provider = partner(self.programme, organisation("training"))
        self.trainer = user("trainer", self.provider, self.programme)
        self.maggie = actor(self.trainer)
        self.running = self.laid_out()

    def day(self, days: int) -> date:
        """So many days from today."""
        return self.today + timedelta(days=days)

    def laid_out(self, begins: int = -7, ends: int = 7, **more: Any) -> Course:
        return Course.objects.create(
            organisation=more.pop("organisation", self.provider),
            programme=more.pop("programme", self.programme),
            name=more.pop("name", "Into health"),
            venue=more.pop("venue", "Room 2"),
            starts_on=self.day(begins),
            ends_on=self.day(ends),
            capacity=more.pop("capacity", 10),
            **more,
        )

    def booked(self, course: Course | None = None, **person: Any) -> TrainingPlace:
        """A seat for somebody new."""
        return training.book_seat(case=self.open(**person), course=course or self.running, by=self.by, at=self.past)

    def begun(self, course: Course | None = None, *, days_ago: int = 7, **person: Any) -> TrainingPlace:
        """On the course since so many days ago, by their worker's word."""
        place = self.booked(course, **person)
        return training.start_training(place=place, by=self.by, at=self.now - timedelta(days=days_ago))

    def seat_over(self, course: Course) -> TrainingPlace:
        """A seat more than there are."""
        case = self.open()
        return training.book_seat(case=case, course=course, over_capacity_reason="A friend comes along", by=self.by, at=self.past)

    def in_line(self, course: Course | None = None, **person: Any) -> TrainingPlace:
        return training.join_waiting(case=self.open(**person), course=course or self.running, by=self.by, at=self.past)

    def strangers(self) -> dict[str, Any]:
        """People who work with courses, and not with this one."""
        elsewhere = organisation("delivery", "training")
        other = programme(elsewhere)
        beside = partner(self.programme, organisation("training"))
        return {
            "a trainer of another organisation in the programme": user("trainer", beside, self.programme),
            "a trainer of another programme": user("trainer", elsewhere, other),
            "a worker of another programme": user("outreach_worker", elsewhere, other),
            "a lead of another programme": user("programme_lead", elsewhere, other),
        }


def page(browser: Client, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.content.decode()


def without_nonce(words: bytes) -> str:
    return re.sub(r'nonce="[^"]+"', "", words.decode())


def names(shown: str) -> list[str]:
    return re.findall(r'row__name"[^>]*>([^<]+)<', shown)


def register_path(course: Course, day: date) -> str:
    return f"/courses/{course.uuid}/register/{day.isoformat()}/"


def save(browser: Client, course: Course, day: date, marks: dict[TrainingPlace, str], *, version: int | None = None, **more: str) -> Any:
    """Send the register of a day as its page would."""
    sent = {mark_name(place.uuid): word for place, word in marks.items()}
    known = register_version(course, day) if version is None else version
    return browser.post(register_path(course, day), {**sent, "version": str(known), "once": new_once(), **more})


def marked(place: TrainingPlace) -> dict[date, bool]:
    """What the register says of one person."""
    return dict(Attendance.objects.filter(place=place, voided_at__isnull=True).order_by("day").values_list("day", "present"))
