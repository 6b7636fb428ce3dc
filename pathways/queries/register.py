"""The register of one day of a course: who is on it, how each is marked, and which days have marks already."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from ground.tables import Column
from ground.templatetags.said import day as said_day
from pathways.models import Attendance, Course, TrainingPlace
from pathways.scope import attendance, training_places
from pathways.workflow.training_place import SEATED, PlaceStage

#: What a cell of the file says, and what stands in a form.
PRESENT, ABSENT, UNMARKED = "present", "absent", "unmarked"


def on_register(user: object, course: Course, day: date) -> list[TrainingPlace]:
    """Who has a seat that day, by name: whoever has left is on it until the day they left."""
    rows = training_places(user).filter(course=course, stage__in=SEATED).exclude(stage=PlaceStage.LEFT, over_on__lt=day)
    return list(by_name(rows))


def by_name(rows: QuerySet[TrainingPlace]) -> QuerySet[TrainingPlace]:
    """With the people's names, in their order."""
    return rows.select_related("pathway__candidate").order_by("pathway__candidate__folded_name", "id")


def marks_of(user: object, places: Iterable[TrainingPlace], day: date) -> dict[int, bool]:
    """Place -> whether they were there, for those who are marked."""
    return dict(attendance(user).filter(place__in=[each.pk for each in places], day=day).values_list("place", "present"))


def register_version(course: Course, day: date) -> int:
    """What a register is opened at: it moves on with each mark that is written, changed or taken away."""
    return 1 + (Attendance.objects.filter(place__course=course, day=day).aggregate(all=Sum("version"))["all"] or 0)


@dataclass(frozen=True)
class MarkedDay:
    """One day with marks: how many were there, of how many marked."""

    day: date
    present: int
    marked: int

    @property
    def words(self) -> str:
        return f"{self.present} of {self.marked} there"


def marked_days(user: object, course: Course) -> list[MarkedDay]:
    """Days whose register has marks, the latest first."""
    rows = attendance(user).filter(place__course=course).order_by("-day").values("day")
    found = rows.annotate(present=Count("pk", filter=Q(present=True)), marked=Count("pk"))
    return [MarkedDay(row["day"], row["present"], row["marked"]) for row in found]


def why_not(course: Course, day: date, *, today: date) -> str:
    """Why no register can be kept for that day; nothing when it can."""
    if course.starts_on is None or course.ends_on is None:
        return "The days of this course are not known yet: set them first."
    if not course.starts_on <= day <= course.ends_on:
        return f"{said_day(day)} is not a day of this course: it runs from {said_day(course.starts_on)} to {said_day(course.ends_on)}."
    if day > today:
        return f"{said_day(day)} is still to come: its register opens that day."
    return ""


def day_to_mark(course: Course, *, today: date) -> date | None:
    """The day whose register is wanted as a rule: today's, or the last one's; None before the course begins."""
    if course.starts_on is None or course.ends_on is None or today < course.starts_on:
        return None
    return min(today, course.ends_on)


def beside(course: Course, day: date, *, today: date) -> tuple[date | None, date | None]:
    """The days before and after it whose registers can be opened."""
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    return (before if not why_not(course, before, today=today) else None, after if not why_not(course, after, today=today) else None)


@dataclass(frozen=True)
class FileRow:
    """One person's line in the file of a register."""

    place: TrainingPlace
    marks: dict[date, bool]


def register_file(user: object, course: Course) -> tuple[list[Column], list[FileRow]]:
    """The whole register as a table: a line for each person, a column for each day with marks."""
    places = list(by_name(training_places(user).filter(course=course, stage__in=SEATED)))
    rows = [FileRow(each, {}) for each in places]
    by_place = {row.place.pk: row for row in rows}
    for place, day, present in attendance(user).filter(place__in=by_place).values_list("place", "day", "present"):
        by_place[place].marks[day] = present
    days = sorted({day for row in rows for day in row.marks})
    return [*COLUMNS, *(_day_column(day) for day in days)], rows


COLUMNS = (
    Column("Name", lambda row: row.place.pathway.candidate.name),
    Column("Where they stand", lambda row: row.place.get_stage_display()),
    Column("Days there", lambda row: sum(row.marks.values())),
    Column("Days marked", lambda row: len(row.marks)),
)


def _day_column(day: date) -> Column:
    words = {True: PRESENT, False: ABSENT, None: ""}
    return Column(day.isoformat(), lambda row: words[row.marks.get(day)])
