"""Form fields that people fill in as they would on paper: a day in three boxes, choices with a hint each."""

import calendar
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
MONTHS["sept"] = 9

#: A whole day pasted into one box: 21/11/2026, 21.11.26, 21 Nov 2026, 2026-11-21.
DAY_FIRST = re.compile(r"^(\d{1,2})(?:st|nd|rd|th)?[\s/.\-]+([a-z]+|\d{1,2})[\s/.\-,]+(\d{4}|\d{2})$", re.IGNORECASE)
YEAR_FIRST = re.compile(r"^(\d{4})[\s/.\-]+(\d{1,2})[\s/.\-]+(\d{1,2})$")

EARLIEST_YEAR = 1900
LATEST_YEAR = 2100


def split_day(text: str) -> tuple[str, str, str] | None:
    """Day, month and year of a whole date in one text, or None when it is not one."""
    text = text.strip()
    if found := YEAR_FIRST.match(text):
        return found[3], found[2], found[1]
    if found := DAY_FIRST.match(text):
        return found[1], found[2], found[3]
    return None


def read_day(parts: Sequence[str]) -> date | None:
    """The date that three boxes say; None when all are empty. Raises ValidationError with what to do."""
    typed = [(part or "").strip() for part in parts]
    if not any(typed):
        return None
    if sum(map(bool, typed)) == 1 and (whole := split_day("".join(typed))):
        typed = list(whole)
    missing = [name for name, part in zip(("a day", "a month", "a year"), typed, strict=True) if not part]
    if missing:
        raise ValidationError(f"The date needs {' and '.join(missing)} too.", code="incomplete")
    day, month, year = typed[0], str(MONTHS.get(typed[1].lower(), typed[1])), typed[2]
    as_typed = f"{typed[0]} {_month_words(month)} {typed[2]}"
    if not (_is_number(day, 2) and _is_number(month, 2)):
        raise ValidationError(f"{as_typed[:60]} is not a date. Write it in numbers, for example 21 11 2026.", code="invalid")
    if len(year) == 2 and year < "50":  # 62 could be either century: that one must be written in full
        year = f"20{year}"
    if not _is_number(year, 4) or not EARLIEST_YEAR <= int(year) <= LATEST_YEAR:
        raise ValidationError(f"{typed[2][:20]} is not a year. Write it in full, for example 2026.", code="invalid")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise ValidationError(f"{as_typed} is not a day.", code="invalid") from None


def _is_number(text: str, digits: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= digits


def _month_words(month: str) -> str:
    return calendar.month_name[int(month)] if _is_number(month, 2) and 1 <= int(month) <= 12 else month


def day_words(value: Any) -> str:
    """21 November 2026, of a day or of the boxes it was typed in; what is no day is shown as it was typed."""
    if value is None or isinstance(value, str):
        return value or ""
    try:
        day = value if isinstance(value, date) else read_day(value)
    except ValidationError:
        return " ".join(part for part in value if part)
    return f"{day.day} {day:%B %Y}" if day is not None else ""


class DayWidget(forms.MultiWidget):
    """Three boxes: day, month, year. Nobody is asked to pick from a calendar."""

    template_name = "django/forms/widgets/day.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None, *, birthday: bool = False) -> None:
        boxes: dict[str, forms.Widget | type[forms.Widget]] = {}
        for name, width in (("day", 2), ("month", 2), ("year", 4)):
            box = {"class": f"govuk-input--width-{width}", "inputmode": "numeric", "autocomplete": f"bday-{name}" if birthday else "off"}
            boxes[name] = forms.TextInput(attrs=box)
        super().__init__(widgets=boxes, attrs=attrs)

    def decompress(self, value: Any) -> list[str]:
        """The three boxes of a date, or of a whole date as text (an address's filter)."""
        if isinstance(value, date):
            return [str(value.day), str(value.month), str(value.year)]
        if isinstance(value, str) and (whole := split_day(value)):
            return list(whole)
        return ["", "", ""]

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        """What was typed in the boxes; or a whole date under the field's own name (an API, an older form)."""
        typed = [str(part or "") for part in super().value_from_datadict(data, files, name)]
        if not any(typed) and data.get(name):
            return self.decompress(data.get(name)) if split_day(str(data.get(name))) else [str(data.get(name)), "", ""]
        return typed

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Left out only when neither the boxes nor the whole were sent."""
        return name not in data and super().value_omitted_from_data(data, files, name)


class DayField(forms.Field):
    """A date typed in three boxes. 31 February is not a day; a whole date may be pasted into the first box."""

    widget = DayWidget
    default_error_messages = {"required": "Enter the date, for example 21 11 2026."}

    def to_python(self, value: Any) -> date | None:
        """The date, or None when all boxes are empty."""
        if value is None or isinstance(value, date):
            return value
        return read_day([value, "", ""] if isinstance(value, str) else value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another date was typed than the one that stood there."""
        try:
            return self.to_python(data) != self.to_python(initial)
        except ValidationError:
            return True


class HintedRadios(forms.RadioSelect):
    """Radio buttons of which some carry a hint: `option_hints={"value": "hint"}`."""

    def __init__(self, *args: Any, option_hints: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.option_hints = dict(option_hints or {})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """One choice, with its hint."""
        option = super().create_option(name, value, *args, **kwargs)
        option["hint"] = self.option_hints.get(str(value), "")
        return option


class HintedCheckboxes(forms.CheckboxSelectMultiple):
    """Tick boxes of which some carry a hint: `option_hints={"value": "hint"}`."""

    def __init__(self, *args: Any, option_hints: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.option_hints = dict(option_hints or {})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """One choice, with its hint."""
        option = super().create_option(name, value, *args, **kwargs)
        option["hint"] = self.option_hints.get(str(value), "")
        return option
