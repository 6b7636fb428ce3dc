"""Forms of the house: they clean and write nothing. Their markup is templates/components/forms.

Each carries a one-use token, and an edit the version it was opened with, so that nothing is taken twice or overwritten unseen.
"""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

from ground.door import Refused
from ground.fields import DayField as DayField
from ground.fields import day_words
from ground.once import LONGEST, new_once
from ground.phones import Phone, PhoneRefused, read_phone, show_phone
from ground.templatetags.said import day

LONGEST_LINE = 200
LONGEST_TEXT = 10_000


class HouseBoundField(forms.BoundField):
    """A field on its page: knows the id of its hint and error, so that its control can name them."""

    @property
    def kind(self) -> str:
        """Which template of components/forms draws the control: the widget's name in lower case."""
        return type(self.field.widget).__name__.lower()

    @property
    def described_by(self) -> str:
        """Ids of the hint and error, for aria-describedby; empty when there is neither."""
        ids = [f"{self.auto_id}-hint"] if self.help_text else []
        if self.errors:
            ids.append(f"{self.auto_id}-error")
        return " ".join(ids)

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        attrs.pop("aria-describedby", None)
        if self.described_by and not self.use_fieldset:
            attrs["aria-describedby"] = self.described_by
        return attrs


class Components(TemplatesSetting):
    """The renderer of every form: pages' own templates, and fields drawn by our components."""

    form_template_name = "components/forms/form.html"
    field_template_name = "components/forms/field.html"
    bound_field_class = HouseBoundField


class HouseForm(forms.Form):
    """The base of every form.

    Subclasses that change something which is there set `edits = True` and are built with `version=`;
    `cleaned_data["version"]` is then handed to the service.
    """

    edits = False
    use_required_attribute = False
    error_css_class = "govuk-form-group--error"

    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=LONGEST)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2_147_483_647)

    def __init__(self, *args: Any, version: int | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields["once"].initial = new_once
        if self.edits:
            self.fields["version"].required = True
            self.fields["version"].initial = version
        else:
            del self.fields["version"]
        for field in self.fields.values():
            plain_errors(field)

    def full_clean(self) -> None:
        super().full_clean()
        # A hidden field has no place to show its error at: say it once, in the summary.
        for name in ("once", "version"):
            if name in self.errors:
                del self.errors[name]
                self.add_error(None, "This page is out of date. Open it again and send it from there.")

    def refuse(self, refused: Refused) -> None:
        """Put a service's no at its field, or in the summary."""
        known = refused.field if refused.field in self.fields else None
        self.add_error(known, refused.sentence)

    def typed(self) -> list[tuple[str, str, str]]:
        """What was typed, as (name, label, value): for the page that says somebody else was faster."""
        rows = []
        for bound in self:
            if not bound.is_hidden and not isinstance(bound.field.widget, forms.PasswordInput):
                rows.append((bound.html_name, str(bound.label), shown(bound)))
        return rows

    def shown_values(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Values of the row as this form's fields would show them."""
        return {name: shown(self[name], value) for name, value in values.items() if name in self.fields}


def shown(bound: forms.BoundField, *value: Any) -> str:
    """A field's value in words: labels instead of keys, nothing for nothing."""
    given = value[0] if value else bound.value()
    if isinstance(bound.field, DayField):
        return day_words(given)
    choices = getattr(bound.field, "choices", None)
    if choices is not None:
        labels = {str(key): str(label) for key, label in _flat(choices)}
        many = given if isinstance(given, list | tuple | set) else [given]
        return ", ".join(labels.get(str(one), str(one)) for one in many if one not in (None, ""))
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(bound.field, DayField):
        return _shown_day(bound.field, given)
    return "" if given is None else str(given)


def _shown_day(field: DayField, given: Any) -> str:
    """A date as people say it; what is no date as it was typed."""
    try:
        return day(field.to_python(given))
    except forms.ValidationError:
        return given if isinstance(given, str) else " ".join(str(part) for part in given if part)


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    flat: list[tuple[Any, Any]] = []
    for key, label in choices:
        flat.extend(label if isinstance(label, list | tuple) else [(key, label)])
    return flat


#: Limits of a field in our words; Django's speak of values.
PLAIN = {
    "max_length": "Use %(limit_value)d characters or fewer: this has %(show_value)d.",
    "min_length": "Use %(limit_value)d characters or more: this has %(show_value)d.",
    "max_value": "Enter %(limit_value)s or less.",
    "min_value": "Enter %(limit_value)s or more.",
    "max_digits": "Enter a smaller number.",
    "max_whole_digits": "Enter a smaller number.",
    "max_decimal_places": "Enter at most %(max)s digits after the point.",
    "null_characters_not_allowed": "Take out the characters that cannot be read.",
}


def plain_errors(field: forms.Field) -> None:
    """Say in plain words what to do about a field that is empty, overlong or beyond its limits, unless the field has its own words."""
    standard = forms.Field.default_error_messages["required"]
    label = str(field.label or "")
    if field.required and field.error_messages.get("required") == standard and label:
        lower = label[0].lower() + label[1:] if not label[:2].isupper() else label
        if label.endswith("?"):
            sentence = f"Answer the question “{label}”"
        elif isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
            sentence = f"Choose {lower}"
        else:
            sentence = f"Enter {lower}"
        field.error_messages["required"] = sentence
    for code, words in PLAIN.items():
        field.error_messages.setdefault(code, words)
    if isinstance(field, forms.ChoiceField):
        field.error_messages["invalid_choice"] = "Choose one of the answers in the list"


class LineField(forms.CharField):
    """One line of text, at most 200 characters."""

    def __init__(self, *, max_length: int = LONGEST_LINE, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def clean(self, value: Any) -> Any:
        return super().clean(re.sub(r"\s+", " ", value) if isinstance(value, str) else value)


class TextField(forms.CharField):
    """Some lines of text, at most 10,000 characters."""

    widget = forms.Textarea(attrs={"rows": 4})

    def __init__(self, *, max_length: int = LONGEST_TEXT, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)


class PhoneField(forms.CharField):
    """One phone number as people type it; cleaned to a Phone, or None when empty."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "inputmode": "tel"})

    def __init__(self, *, max_length: int = 60, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Phone):
            return value.typed
        return show_phone(value) if isinstance(value, str) and value.startswith("+") else value

    def clean(self, value: Any) -> Phone | None:
        typed = super().clean(value)
        if not typed:
            return None
        try:
            return read_phone(typed)
        except PhoneRefused as refused:
            raise forms.ValidationError(str(refused), code="phone") from None
