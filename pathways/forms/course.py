"""The form of a course, who is marked finished at its end, and the filter of the list."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.models import Organisation, Programme
from ground.fields import DayField
from ground.forms import HouseForm, LineField
from pathways.models import Course, TrainingPlace
from pathways.models.training import Guarantee

#: More people than this sit in no room.
MOST_SEATS = 200


class CourseForm(HouseForm):
    """When and where, how many seats, and what is promised at the end."""

    name = LineField(label="What is it called?", max_length=120, error_messages={"required": "Enter what the course is called"})
    venue = LineField(
        label="Where?", max_length=160, help_text="Building and part of town.", error_messages={"required": "Say where it is"}
    )
    starts_on = DayField(label="First day", help_text="For example 4 1 2027", error_messages={"required": "Enter the first day"})
    ends_on = DayField(label="Last day", error_messages={"required": "Enter the last day"})
    capacity = forms.IntegerField(
        label="How many seats?",
        min_value=1,
        max_value=MOST_SEATS,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}),
        error_messages={
            "required": "Enter how many seats there are",
            "invalid": "Enter a whole number, for example 12",
            "min_value": "A course has at least one seat",
            "max_value": f"A course has at most {MOST_SEATS} seats",
        },
    )
    guarantee = forms.ChoiceField(
        label="What is promised to everybody who finishes?",
        choices=Guarantee.choices,
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--small"}),
        initial=Guarantee.NONE,
    )

    def __init__(self, *args: Any, organisations: Sequence[Organisation] = (), programmes: Sequence[Programme] = (), **kwargs: Any) -> None:
        self.organisations, self.programmes = organisations, programmes
        super().__init__(*args, **kwargs)
        if len(organisations) > 1:
            self._ask_first("organisation", "Who runs it?", [(str(row.uuid), row.name) for row in organisations])
        if len(programmes) > 1:
            self._ask_first("programme", "Programme", [(str(row.uuid), row.name) for row in programmes])

    def _ask_first(self, name: str, label: str, choices: list[tuple[str, str]]) -> None:
        said = {"required": "Choose who runs it" if name == "organisation" else "Choose the programme"}
        self.fields[name] = forms.ChoiceField(label=label, choices=[("", "Choose"), *choices], error_messages=said)
        self.order_fields([name])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "The course ends before it starts.")
        return cleaned

    def said(self) -> dict[str, Any]:
        """What the course is, for the service."""
        return {name: self.cleaned_data[name] for name in ("name", "venue", "starts_on", "ends_on", "capacity", "guarantee")}

    def organisation(self) -> Organisation:
        """Who runs it."""
        return _chosen(self.organisations, self.cleaned_data.get("organisation"))

    def programme(self) -> Programme:
        """In which programme."""
        return _chosen(self.programmes, self.cleaned_data.get("programme"))


class EditCourse(CourseForm):
    """The same questions about a course that is there."""

    edits = True


def _chosen(rows: Sequence[Any], uuid: str | None) -> Any:
    return next(row for row in rows if len(rows) == 1 or str(row.uuid) == uuid)


def as_typed(course: Course) -> dict[str, Any]:
    """A course as the form shows it."""
    return {name: getattr(course, name) for name in ("name", "venue", "starts_on", "ends_on", "capacity", "guarantee")}


class CourseFilter(forms.Form):
    """Which courses the list shows."""

    show = forms.ChoiceField(label="Courses", required=False, choices=[("", "Running and to come"), ("past", "Past")])
    words = forms.CharField(label="Name, place or who runs it", required=False, max_length=80)


class FinishForm(HouseForm):
    """Who has finished; whoever was there at all is ticked beforehand."""

    places = forms.MultipleChoiceField(
        label="Who has finished?", widget=forms.CheckboxSelectMultiple, error_messages={"required": "Tick at least one person"}
    )

    def __init__(self, *args: Any, rows: Sequence[TrainingPlace], there: dict[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        field: Any = self.fields["places"]
        field.choices = [(str(row.uuid), _with_days(row, there.get(row.pk, 0))) for row in rows]
        field.initial = [str(row.uuid) for row in rows if there.get(row.pk)]
        field.error_messages["invalid_choice"] = "Somebody you ticked is no longer on the course: look through the list again"

    def chosen(self) -> list[TrainingPlace]:
        """Whose course is over."""
        wanted = set(self.cleaned_data["places"])
        return [row for row in self.rows if str(row.uuid) in wanted]


def _with_days(row: TrainingPlace, days: int) -> str:
    told = {0: "never marked as there", 1: "there on 1 day"}.get(days, f"there on {days} days")
    return f"{row.pathway.candidate.name}, {told}"
