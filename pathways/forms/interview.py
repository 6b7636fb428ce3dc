"""Forms of the coffee-cup chat."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from ground.fields import DayField
from ground.forms import LineField
from pathways.forms.case import family_choices
from pathways.forms.step import StepForm
from pathways.models.interview import WorkStatus

MISSED_BY = [("candidate", "They did not come"), ("us", "We could not make it")]
LONDON = ZoneInfo("Europe/London")


class BookChat(StepForm):
    """Day, time, place, host."""

    asks_day = False
    day = DayField(label="Day", help_text="For example 27 11 2026")
    hour = forms.TimeField(
        label="Time",
        input_formats=["%H:%M", "%H.%M", "%I:%M%p", "%I%p", "%H"],
        help_text="For example 10:30",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-5", "inputmode": "numeric"}),
        error_messages={"invalid": "Enter a time like 10:30"},
    )
    place = LineField(label="Where?", max_length=160, help_text="A café, a library, or by phone")
    host = forms.ChoiceField(label="Who holds it?", required=False)

    def add_choices(self) -> None:
        self.fields["host"].choices = [("", "Me"), *((str(user.uuid), user.name) for user in self.colleagues())]  # type: ignore[attr-defined]

    def clean_host(self) -> Any:
        wanted = self.cleaned_data["host"] or str(getattr(self.user, "uuid", ""))
        return next((user for user in self.colleagues() if str(user.uuid) == wanted), None)

    def when(self) -> datetime:
        """Day and time as people in London mean them."""
        hour: time = self.cleaned_data["hour"]
        return datetime.combine(self.cleaned_data["day"], hour, tzinfo=LONDON)


class MissChat(StepForm):
    """Who missed it, and why."""

    asks_day = False
    missed_by = forms.ChoiceField(label="Who could not make it?", choices=MISSED_BY, widget=forms.RadioSelect)


class HoldChat(StepForm):
    """What came of it. No score."""

    families = forms.MultipleChoiceField(label="Which kinds of work?", required=False, widget=forms.CheckboxSelectMultiple)
    work_status = forms.ChoiceField(label="Work at the moment", choices=[("", "Not asked"), *WorkStatus.choices], required=False)
    work_status_since = DayField(label="Not working since", required=False)
    in_the_way = LineField(label="What gets in the way?", required=False, max_length=400, help_text="In their words")
    adjustments_wanted = forms.BooleanField(label="Would like an adjustment or support", required=False)

    def add_choices(self) -> None:
        self.fields["families"].choices = family_choices()  # type: ignore[attr-defined]

    def outcome(self) -> dict[str, Any]:
        """What the chat writes besides its day and families."""
        data = self.cleaned_data
        return {name: data[name] for name in ("work_status", "work_status_since", "in_the_way", "adjustments_wanted")}
