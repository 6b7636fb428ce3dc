"""Forms of events: planning one and putting it right, talks counted on paper, and the filter of the list."""

from collections.abc import Sequence
from datetime import time, timedelta
from typing import Any

from django import forms

from accounts.models import Programme, User
from ground.fields import DayField
from ground.forms import HouseForm, LineField
from outreach.models import Event
from outreach.models.event import CODE_LASTS
from pathways.forms.person import PostcodeField
from places.queries import look_up

#: A poster hangs no longer than this after its day.
LONGEST_CODE = 366
TIMES = ["%H:%M", "%H.%M", "%I:%M%p", "%I%p", "%H"]
SHOWS = [("", "To come"), ("past", "Past"), ("cancelled", "Cancelled")]
PERIODS = [("", "Any day"), ("7", "7 days from today"), ("30", "30 days from today"), ("92", "3 months from today")]
PERIODS += [("366", "A year from today")]
SORTS = [("", "Day"), ("name", "Name"), ("talks", "Most talks")]


class TimeField(forms.TimeField):
    """A time of day as people type it."""

    def __init__(self, **kwargs: Any) -> None:
        box = forms.TextInput(attrs={"class": "govuk-input--width-5", "inputmode": "numeric", "autocomplete": "off"})
        super().__init__(input_formats=TIMES, widget=box, error_messages={"invalid": "Enter a time like 10:30"}, **kwargs)

    def to_python(self, value: Any) -> time | None:
        return super().to_python(value.replace(" ", "").upper() if isinstance(value, str) else value)


class EventForm(HouseForm):
    """What, where, when, and who goes."""

    name = LineField(
        label="What is it called?",
        max_length=120,
        help_text="For example: stall at Northfield library",
        error_messages={"required": "Enter what it is called"},
    )
    day = DayField(label="Which day?", help_text="For example 28 11 2026", error_messages={"required": "Enter the day"})
    starts_at = TimeField(label="From", required=False, help_text="For example 10:30")
    ends_at = TimeField(label="To", required=False)
    venue = LineField(label="Where?", max_length=160, required=False, help_text="Building and part of town")
    postcode = PostcodeField(label="Postcode of the place", required=False, help_text="We use it to find the ward")
    ward_code = forms.ChoiceField(label="Ward", required=False, help_text="Choose it where the postcode is not known")
    staff = forms.MultipleChoiceField(label="Who goes?", required=False, widget=forms.CheckboxSelectMultiple)
    code_days = forms.IntegerField(
        label="How many days after the event should the poster’s code work?",
        min_value=0,
        max_value=LONGEST_CODE,
        initial=CODE_LASTS.days,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}),
        error_messages={"invalid": "Enter a whole number, for example 14", "required": "Enter how many days, for example 14"},
    )

    def __init__(
        self,
        *args: Any,
        colleagues: Sequence[User],
        wards: Sequence[tuple[str, str]],
        programmes: Sequence[Programme] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = {str(each.uuid): each for each in colleagues}
        self.programmes = {str(each.uuid): each for each in programmes}
        who: Any = self.fields["staff"]
        who.choices = [(key, each.name) for key, each in self.colleagues.items()]
        which: Any = self.fields["ward_code"]
        which.choices = [("", "Find it from the postcode"), *wards]
        if not wards:
            del self.fields["ward_code"]
        if len(self.programmes) > 1:
            choices = [("", "Choose"), *((key, each.name) for key, each in self.programmes.items())]
            self.fields["programme"] = forms.ChoiceField(
                label="Programme", choices=choices, error_messages={"required": "Choose the programme"}
            )
            self.order_fields(["programme"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        begins, ends, day = cleaned.get("starts_at"), cleaned.get("ends_at"), cleaned.get("day")
        if begins and ends and ends <= begins:
            self.add_error("ends_at", "It ends before it begins.")
        moved = "postcode" in self.changed_data and "ward_code" not in self.changed_data  # the ward of the place that it was
        if day and cleaned.get("postcode") and (moved or not cleaned.get("ward_code")):
            cleaned["ward_code"] = look_up(cleaned["postcode"], day).ward_code
        return cleaned

    def said(self) -> dict[str, Any]:
        """What the event is, for the service."""
        data = self.cleaned_data
        plain = {name: data[name] for name in ("name", "day", "starts_at", "ends_at", "venue", "postcode")}
        lasts = timedelta(days=data["code_days"])
        return {**plain, "ward_code": data.get("ward_code", ""), "code_ends_on": data["day"] + lasts}

    def going(self) -> list[User]:
        """Who goes."""
        return [self.colleagues[key] for key in self.cleaned_data["staff"]]

    def programme(self) -> Programme:
        """The programme chosen, or the only one."""
        return self.programmes[self.cleaned_data.get("programme") or next(iter(self.programmes))]


class EditEvent(EventForm):
    """The same questions about an event that is there."""

    edits = True


def as_typed(event: Event, staff: Sequence[User]) -> dict[str, Any]:
    """An event as the form shows it."""
    plain = {name: getattr(event, name) for name in ("name", "day", "venue", "postcode", "ward_code")}
    times = {name: f"{at:%H:%M}" if (at := getattr(event, name)) else "" for name in ("starts_at", "ends_at")}
    return {**plain, **times, "staff": [str(each.uuid) for each in staff], "code_days": (event.code_until - event.day).days}


class TalksForm(HouseForm):
    """Talks counted on paper, and the number that stood there when the page was opened."""

    talks = forms.IntegerField(
        label="How many talks with people who gave no name?",
        min_value=0,
        help_text="This number replaces the one that is counted so far.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-4", "inputmode": "numeric"}),
        error_messages={"invalid": "Enter a whole number, for example 12", "required": "Enter how many talks there were"},
    )
    was = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class EventFilter(forms.Form):
    """Which events the list shows. A word that is not in its list is left out."""

    use_required_attribute = False

    show = forms.ChoiceField(label="Events", choices=SHOWS, required=False)
    mine = forms.ChoiceField(label="Who goes", choices=[("", "Anybody"), ("1", "Me")], required=False)
    programme = forms.ChoiceField(label="Programme", required=False)
    ward = forms.ChoiceField(label="Ward", required=False)
    period = forms.ChoiceField(label="When", choices=PERIODS, required=False)
    sort = forms.ChoiceField(label="Sorted by", choices=SORTS, required=False)

    def __init__(self, *args: Any, programmes: Sequence[Programme], wards: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, choices in (("programme", [(str(each.uuid), each.name) for each in programmes]), ("ward", list(wards))):
            if len(choices) > (1 if name == "programme" else 0):
                field: Any = self.fields[name]
                field.choices = [("", "Any"), *choices]
            else:
                del self.fields[name]

    def chosen(self) -> dict[str, str]:
        """What the address asks for, as far as it can be read."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
