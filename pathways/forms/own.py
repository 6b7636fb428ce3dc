"""What a person fills in on their own page: few fields, choices rather than writing. Its words are in every language we have."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ground.clock import add_months
from ground.forms import HouseForm, LineField
from ground.templatetags.said import day as said_day
from pathways.forms.stamp import LONGEST

#: How far back a last day is offered; an earlier one is told to a person.
LAST_DAYS = 31
CHOOSE = _("Choose one of the answers.")


class CodeForm(forms.Form):
    """The six digits."""

    code = LineField(
        label=_("The six digits"),
        required=False,
        max_length=40,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "govuk-input--width-10", "dir": "ltr"}
        ),
        error_messages={"max_length": _("Write the six digits from the text.")},
    )
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].hide_optional = True  # type: ignore[attr-defined]  # read by label_words.html; asked for by the page


class OwnForm(HouseForm):
    """An act on their own page: which one, on which row of theirs, as it stood when the page was drawn."""

    act = forms.CharField(widget=forms.HiddenInput, max_length=30)
    row = forms.UUIDField(widget=forms.HiddenInput)
    case = forms.UUIDField(widget=forms.HiddenInput)
    stamp = forms.CharField(widget=forms.HiddenInput, max_length=LONGEST)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2_147_483_647)

    def __init__(self, *args: Any, today: date, others: Sequence[tuple[str, str]] = (), full: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.others, self.full = today, others, full
        self.add_choices()
        for field in self.fields.values():  # the house's own sentence is in English
            if "invalid_choice" in field.error_messages:
                field.error_messages["invalid_choice"] = CHOOSE

    def add_choices(self) -> None:
        """Choices that depend on the day or the row."""


class Press(OwnForm):
    """A button alone."""


class AskTime(OwnForm):
    """When a chat would suit them."""

    wish = LineField(
        label=_("When would suit you?"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        error_messages={"max_length": _("This is too long. Use 200 letters or fewer.")},
    )


class ChooseTime(OwnForm):
    """One of the times on offer."""

    when = forms.ChoiceField(label=_("Which time?"), error_messages={"required": CHOOSE, "invalid_choice": CHOOSE})

    def add_choices(self) -> None:
        field: Any = self.fields["when"]
        field.choices = [("", _("Choose a time")), *self.others]

    def time(self) -> datetime:
        """The moment chosen."""
        return datetime.fromisoformat(self.cleaned_data["when"])


class AcceptOffer(OwnForm):
    """Yes; and which of the others to close."""

    close = forms.MultipleChoiceField(
        label=_("What else shall we close? Take the tick away to keep one open."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": CHOOSE, "invalid_list": CHOOSE},
    )

    def add_choices(self) -> None:
        if not self.others:
            del self.fields["close"]
            return
        field: Any = self.fields["close"]
        field.choices = list(self.others)
        field.hide_optional = True
        field.initial = [value for value, _words in self.others] if self.full else []


class LastDay(OwnForm):
    """The last day in a job, or that they are not sure."""

    NOT_SURE = "not_sure"
    last_day = forms.ChoiceField(label=_("What was your last day?"), error_messages={"required": CHOOSE, "invalid_choice": CHOOSE})

    def add_choices(self) -> None:
        days = [self.today - timedelta(days=back) for back in range(LAST_DAYS)]
        known = [(each.isoformat(), said_day(each)) for each in days]
        field: Any = self.fields["last_day"]
        field.choices = [("", _("Choose a day")), *known, (self.NOT_SURE, _("Earlier, or I am not sure"))]

    def day(self) -> date | None:
        """The day, or None when they are not sure."""
        said = self.cleaned_data["last_day"]
        return None if said == self.NOT_SURE else date.fromisoformat(said)


class NotNow(OwnForm):
    """When we may ask again."""

    MONTHS = {"1": 1, "3": 3, "6": 6}
    until = forms.ChoiceField(
        label=_("When may we ask you again?"),
        choices=[("1", _("In one month")), ("3", _("In three months")), ("6", _("In six months"))],
        widget=forms.RadioSelect,
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )

    def day(self) -> date:
        """The day on which we ask again."""
        return add_months(self.today, self.MONTHS[self.cleaned_data["until"]])


class Break(OwnForm):
    """How long nothing is asked of them."""

    WEEKS = {"2": 2, "4": 4}
    until = forms.ChoiceField(
        label=_("For how long?"),
        choices=[("2", _("For two weeks")), ("4", _("For four weeks"))],
        widget=forms.RadioSelect,
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )

    def day(self) -> date:
        """The day on which we look again."""
        return self.today + timedelta(weeks=self.WEEKS[self.cleaned_data["until"]])
