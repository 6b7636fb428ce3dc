"""Forms of courses and seats."""

from django import forms

from ground.forms import LineField
from pathways.forms.step import StepForm
from pathways.models import Course


class ChooseCourse(StepForm):
    """Which course."""

    course = forms.ChoiceField(label="Course")

    def add_choices(self) -> None:
        self.fields["course"].choices = [("", "Choose"), *((str(row.uuid), _words(row)) for row in self.courses())]  # type: ignore[attr-defined]

    def courses(self) -> list[Course]:
        """Courses of the case's programme that this user may book."""
        rows = Course.objects.for_user(self.user).filter(before_pathways=False)
        return list(rows.filter(programme=self.case.programme_id) if self.case else rows.none())

    def clean_course(self) -> Course:
        wanted = self.cleaned_data["course"]
        return next(row for row in self.courses() if str(row.uuid) == wanted)


def _words(row: Course) -> str:
    return f"{row.name}, from {row.starts_on.day} {row.starts_on:%B %Y}" if row.starts_on else row.name


class BookSeat(ChooseCourse):
    """A seat, or one over capacity with a reason."""

    over_capacity_reason = LineField(label="If the course is full: why one more?", required=False)


class SeatFromList(StepForm):
    """A seat for somebody who waits."""

    over_capacity_reason = LineField(label="If the course is full: why one more?", required=False)
