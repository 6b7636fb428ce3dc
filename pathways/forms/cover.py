"""The form that says who looks after a desk, and from when to when."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from accounts.models import User
from ground.fields import DayField
from ground.forms import HouseForm


class CoverForm(HouseForm):
    """Whose desk (asked of leads alone), who covers it, and the first and last day."""

    holder = forms.ChoiceField(label="Whose desk?")
    coverer = forms.ChoiceField(label="Who covers it?")
    from_on = DayField(label="First day", error_messages={"required": "Enter the first day, for example 7 12 2026."})
    to_on = DayField(
        label="Last day",
        help_text="From the day after, they see only what they see anyway.",
        error_messages={"required": "Enter the last day, for example 18 12 2026."},
    )

    def __init__(self, *args: Any, me: User, colleagues: Sequence[User], leads: bool, today: date, **kwargs: Any) -> None:
        self.me, self.today = me, today
        self.by_key = {str(each.uuid): each for each in (me, *colleagues)}
        super().__init__(*args, **kwargs)
        offered = [(str(each.uuid), each.name) for each in colleagues]
        if leads:
            self.fields["holder"].choices = [("", "Choose"), *offered]  # type: ignore[attr-defined]  # a ChoiceField
        else:
            del self.fields["holder"]
            offered = [(key, name) for key, name in offered if key != str(me.uuid)]
        self.fields["coverer"].choices = [("", "Choose"), *offered]  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        """What can be said before anybody is asked: the service says the same, and more."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("from_on"), cleaned.get("to_on")
        if first and last and last < first:
            self.add_error("to_on", "The last day cannot be before the first.")
        elif last and last < self.today:
            self.add_error("to_on", "That day is over: choose today or a day to come.")
        if cleaned.get("coverer") and cleaned.get("coverer") == cleaned.get("holder"):
            self.add_error("coverer", "Nobody covers their own desk: choose a colleague.")
        return cleaned

    def people(self) -> dict[str, User]:
        """Whose desk, and who covers it. Called once the form is sound."""
        data = self.cleaned_data
        return {"holder": self.by_key[data["holder"]] if "holder" in data else self.me, "coverer": self.by_key[data["coverer"]]}

    def days(self) -> dict[str, date]:
        """The first and the last day. Called once the form is sound."""
        return {name: self.cleaned_data[name] for name in ("from_on", "to_on")}


class EndForm(HouseForm):
    """It ends now."""

    edits = True
