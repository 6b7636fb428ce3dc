"""What a programme sets for itself, and bank holidays: from which day, what, and why."""

from typing import Any

from django import forms

from accounts.choices import RuleCode
from accounts.standard import RULES, Shipped
from ground.fields import DayField
from ground.forms import HouseForm, LineField

WHOLE = {"class": "govuk-input--width-4", "inputmode": "numeric"}
NUMBER = {"invalid": "Enter a whole number, for example 28"}


class DatedForm(HouseForm):
    """Something that holds from a day on. `version` says how many changes there had been when it was opened."""

    edits = True

    valid_from = DayField(
        label="From which day?", help_text="Today, or a later day. What was opened before keeps the rule it was opened under."
    )
    why = LineField(label="Why?", required=False, help_text="For those who read the history later.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["once", "version", "value", "label", "window_days", "in_use", "valid_from", "why"])


class RuleForm(DatedForm):
    """One rule: a number, one word of a few, or several of them."""

    def __init__(self, *args: Any, code: str, **kwargs: Any) -> None:
        self.base_fields = {**self.base_fields, "value": _value_field(RuleCode(code))}
        super().__init__(*args, **kwargs)

    def value(self) -> Any:
        """What was chosen, as the rule keeps it. Called once the form is sound."""
        return self.cleaned_data["value"]


def _value_field(code: RuleCode) -> forms.Field:
    shipped: Shipped = RULES[code]
    label, hint = str(code.label), shipped.hint
    if shipped.choices is None:
        return forms.IntegerField(
            label=label,
            help_text=f"{hint} Between {shipped.least} and {shipped.most}.",
            min_value=shipped.least,
            max_value=shipped.most,
            widget=forms.TextInput(attrs=WHOLE),
            error_messages=NUMBER,
        )
    if shipped.several:
        return forms.MultipleChoiceField(
            label=label,
            help_text=hint,
            choices=shipped.choices.choices,
            widget=forms.CheckboxSelectMultiple,
            required=not shipped.none_of_them,
            error_messages={"required": "Choose at least one"},
        )
    return forms.ChoiceField(label=label, help_text=hint, choices=shipped.choices.choices, widget=forms.RadioSelect)


class MilestoneForm(DatedForm):
    """Whether a job is asked after then, and for how long an answer counts."""

    window_days = forms.IntegerField(
        label="For how many days does an answer count?",
        help_text="Counted from the day it is due, or from the day the start was recorded if that is later.",
        min_value=1,
        max_value=180,
        widget=forms.TextInput(attrs=WHOLE),
        error_messages=NUMBER,
    )
    in_use = forms.BooleanField(label="Ask about jobs at this point", required=False)


class ReasonForm(DatedForm):
    """A reason in the programme's words."""

    valid_from = DayField(label="From which day?", help_text="Today, or a later day.")

    label = LineField(label="The reason, in words", max_length=120)
    in_use = forms.BooleanField(label="Staff can choose this reason", required=False)


class HolidayForm(HouseForm):
    """A bank holiday that has been proclaimed."""

    day = DayField(label="Which day?", error_messages={"required": "Enter the day, for example 3 1 2028"})
    name = LineField(label="What is it called?", max_length=100, help_text="As gov.uk/bank-holidays names it")


class TakeOffForm(HouseForm):
    """Nothing to fill in: a press that is meant."""

    edits = True
