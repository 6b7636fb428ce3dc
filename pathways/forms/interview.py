"""Forms of the coffee-cup chat."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms

from ground.clock import LONDON, london, today_london
from ground.fields import DayField
from ground.forms import LineField
from ground.templatetags.said import weekday
from pathways.forms.case import family_choices
from pathways.forms.step import StepForm
from pathways.models.interview import WorkStatus

MISSED_BY = [("candidate", "They did not come"), ("us", "We could not make it")]
#: Days that need no typing, in their order from today on.
NEAR = {"today": "Today", "tomorrow": "Tomorrow"}
ANOTHER = "another"


def _said(day: date) -> str:
    """Monday 7 December: a day this near needs no year."""
    return weekday(day).rpartition(" ")[0]


class BookChat(StepForm):
    """Day, time, place, host."""

    asks_day = False
    which = forms.ChoiceField(label="When?", required=False, widget=forms.RadioSelect)
    day = DayField(label="Day", required=False, help_text="For another day, for example 27 11 2026")
    hour = forms.TimeField(
        label="Time",
        input_formats=["%H:%M", "%H.%M", "%I:%M%p", "%I%p", "%H"],
        help_text="For example 10:30",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-5", "inputmode": "numeric"}),
        error_messages={"invalid": "Enter a time like 10:30"},
    )
    place = LineField(label="Where?", max_length=60, help_text="As you would say it: at the library café, or by phone")
    host = forms.ChoiceField(label="Who holds it?", required=False)

    def add_choices(self) -> None:
        self.fields["host"].choices = [("", "Me"), *((str(user.uuid), user.name) for user in self.colleagues())]  # type: ignore[attr-defined]
        for name in ("which", "day"):
            self.fields[name].hide_optional = True  # type: ignore[attr-defined]  # read by the field's template
        days = [(name, f"{words}, {_said(self._day_of(name))}") for name, words in NEAR.items()]
        self.fields["which"].choices = [*days, (ANOTHER, "Another day")]  # type: ignore[attr-defined]
        self._keep_what_was_booked()

    def _keep_what_was_booked(self) -> None:
        """Moving a chat begins from the time it has."""
        booked = getattr(self.subject, "at", None)
        if booked is None:
            return
        host = getattr(self.subject, "host", None)
        start = {"which": ANOTHER, "day": today_london(booked), "hour": f"{london(booked):%H:%M}", "host": str(host.uuid) if host else ""}
        self.initial = {**self.initial, **start}

    def _day_of(self, which: str) -> date:
        return today_london(self.at) + timedelta(days=list(NEAR).index(which))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        which = cleaned.get("which", "")
        if which in NEAR and "day" not in self.errors:
            cleaned["day"] = self._day_of(which)
        elif not cleaned.get("day") and "day" not in self.errors:
            self.add_error("day", "Choose today or tomorrow, or enter the day, for example 27 11 2026.")
        return cleaned

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
