"""The form of an opening, at most eight questions; its steps; and the filters of the list."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Organisation, Programme
from employers.forms.pay import Pay, PayField, read_pay
from employers.models import CareerHeading, JobFamily
from employers.queries import ORDERS, held_against, is_below
from employers.workflow.heading import HeadingStage
from ground.fields import DayField, HintedRadios
from ground.forms import HouseForm, LineField

HEARD = [
    ("", "Choose"),
    ("phone", "By phone"),
    ("in_person", "In person"),
    ("text", "By text"),
    ("email", "By e-mail"),
    ("letter", "By letter"),
]
#: Asked while somebody types, where scripts run: the same words as after saving.
AS_TYPED = {
    "class": "govuk-input--width-20",
    "autocomplete": "off",
    "hx-get": "/headings/pay/",
    "hx-trigger": "input changed delay:400ms",
    "hx-target": "#pay-words",
}


class HeadingForm(HouseForm):
    """One opening, in words a person would use. Under the minimum wage one more question comes: why."""

    title = LineField(
        label="Job title in plain words",
        max_length=120,
        help_text="As you would say it to a neighbour: Hospital porter.",
        error_messages={"required": "Enter the job title"},
    )
    family = forms.ChoiceField(
        label="Kind of work",
        widget=HintedRadios(attrs={"class": "govuk-radios--small"}),
        error_messages={"required": "Choose the kind of work"},
    )
    site = LineField(
        label="Where?", max_length=160, help_text="Building and part of town.", error_messages={"required": "Say where the job is"}
    )
    hours_pattern = LineField(
        label="Days and shifts",
        help_text="For example Monday to Friday, 7am to 3pm.",
        error_messages={"required": "Enter the days and shifts"},
    )
    hours_a_week = forms.DecimalField(
        label="Hours a week",
        required=False,
        min_value=Decimal("0.5"),
        max_value=80,
        max_digits=4,
        decimal_places=1,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-4", "inputmode": "decimal"}),
        error_messages={"invalid": "Enter the hours in numbers, for example 37.5"},
    )
    pay = PayField(
        label="Pay",
        help_text="For example £14.20 an hour, or £27,690 a year full time.",
        widget=forms.TextInput(attrs=AS_TYPED),
        error_messages={"required": "Enter the pay"},
    )
    pay_reason = LineField(
        label="Why is the pay under the minimum?", required=False, help_text="For example: an apprenticeship, or for people under 21."
    )
    places = forms.IntegerField(
        label="How many places?",
        min_value=1,
        max_value=500,
        initial=1,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}),
        error_messages={"invalid": "Enter a whole number, for example 4", "min_value": "An opening has at least one place"},
    )
    start_by = DayField(label="Start by", required=False, help_text="The latest first day, for example 4 1 2027.")

    def __init__(
        self,
        *args: Any,
        today: date,
        employers: list[Organisation] | None = None,
        programmes: list[Programme] | None = None,
        **kwargs: Any,
    ) -> None:
        self.today = today
        self.employers, self.programmes = employers or [], programmes or []
        super().__init__(*args, **kwargs)
        self.families = list(_families(today))
        field: Any = self.fields["family"]
        field.choices = [(row.code, row.name) for row in self.families]
        field.widget.option_hints = {row.code: row.examples for row in self.families if row.examples}
        if len(self.employers) > 1:
            self._ask_first("employer", "Employer", [(str(row.uuid), row.name) for row in self.employers])
        if len(self.programmes) > 1:
            self._ask_first("programme", "Programme", [(str(row.uuid), row.name) for row in self.programmes])
        if self._asks_why():
            self.fields["pay_reason"].hide_optional = True  # type: ignore[attr-defined]  # read by the field's template
        else:
            del self.fields["pay_reason"]

    def _ask_first(self, name: str, label: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name] = forms.ChoiceField(
            label=label, choices=[("", "Choose"), *choices], error_messages={"required": f"Choose the {name}"}
        )
        self.order_fields([name])

    def _asks_why(self) -> bool:
        """Whether the pay that was typed, or that stands there, is under the minimum."""
        typed = self.data.get("pay", "") if self.is_bound else self.initial.get("pay", "")
        try:
            pay = read_pay(str(typed))
        except ValidationError:
            return False
        return is_below(pay.amount, pay.unit, on=self.today)

    @property
    def pay_words(self) -> str:
        """How the pay stands, for the place under its box."""
        return pay_words(str(self.data.get("pay", "") if self.is_bound else self.initial.get("pay", "")), on=self.today)

    def clean_family(self) -> JobFamily:
        return next(row for row in self.families if row.code == self.cleaned_data["family"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "pay_reason" in self.fields and "pay_reason" not in self.errors and not cleaned.get("pay_reason"):
            self.add_error("pay_reason", "This is under the legal minimum for people of 21 and over: say why.")
        return cleaned

    def said(self) -> dict[str, Any]:
        """What the employer says of the opening, for the service."""
        data = self.cleaned_data
        pay: Pay = data["pay"]
        plain = ("title", "family", "site", "hours_pattern", "hours_a_week", "places", "start_by")
        return {**{name: data[name] for name in plain}, "pay": pay.amount, "pay_unit": pay.unit, "pay_reason": data.get("pay_reason", "")}

    def employer(self) -> Organisation:
        """Whose opening it is."""
        return _chosen(self.employers, self.cleaned_data.get("employer"))

    def programme(self) -> Programme:
        """In which programme."""
        return _chosen(self.programmes, self.cleaned_data.get("programme"))


class EditHeading(HeadingForm):
    """The same questions about an opening that is there."""

    edits = True


def _chosen(rows: list[Any], uuid: str | None) -> Any:
    return next(row for row in rows if len(rows) == 1 or str(row.uuid) == uuid)


def _families(today: date) -> list[JobFamily]:
    rows = JobFamily.objects.filter(valid_from__lte=today).exclude(valid_to__lte=today)
    return list(rows.order_by("name", "id"))


def as_typed(heading: CareerHeading) -> dict[str, Any]:
    """An opening as the form shows it."""
    values: dict[str, Any] = {name: getattr(heading, name) for name in ("title", "site", "hours_pattern", "places", "start_by")}
    hours = heading.hours_a_week
    values["hours_a_week"] = f"{hours.normalize():f}" if hours is not None else ""
    values["family"] = heading.family.code
    values["pay"] = str(Pay(heading.pay, heading.pay_unit)) if heading.pay is not None else ""
    values["pay_reason"] = heading.pay_reason
    return values


def pay_words(typed: str, *, on: date) -> str:
    """What is said under the box while somebody types: how the pay stands, or nothing while it cannot be read."""
    try:
        pay = read_pay(typed)
    except ValidationError:
        return ""
    return held_against(pay.amount, pay.unit, on=on)


class StepOfHeading(HouseForm):
    """One step on an opening; a worker says how they heard the employer's word."""

    edits = True

    said_how = forms.ChoiceField(label="How did the employer tell you?", choices=HEARD)

    def __init__(self, *args: Any, on_their_word: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not on_their_word:
            del self.fields["said_how"]


class HeadingFilter(forms.Form):
    """What the list is narrowed and sorted by."""

    words = forms.CharField(label="Words", required=False, max_length=80)
    stage = forms.ChoiceField(label="Where it stands", required=False)
    family = forms.ChoiceField(label="Kind of work", required=False)
    order = forms.ChoiceField(label="In order of", required=False, choices=[(key, each.words) for key, each in ORDERS.items()])

    def __init__(self, data: Mapping[str, Any] | None, *, today: date) -> None:
        super().__init__(data)
        stages: Any = self.fields["stage"]
        stages.choices = [("", "Open"), ("all", "All"), *((key, label) for key, label in HeadingStage.choices if key != HeadingStage.OPEN)]
        families: Any = self.fields["family"]
        families.choices = [("", "All"), *((row.code, row.name) for row in _families(today))]
