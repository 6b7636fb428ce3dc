"""What may be asked of a figure: the programme, the people, the day, for whom. All of it stands in the address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms

from accounts.choices import Phase
from accounts.models import Programme
from analytics.figures.definition import Cut
from analytics.figures.disclosure import OPERATIONAL, PROFILES
from analytics.figures.wards import SORTS
from analytics.queries.equality import DEFAULT_CHOICE, benchmarks
from ground.clock import LONDON
from ground.fields import DayField
from places.choices import AreaKind
from places.queries import WardEdition, ward_editions

#: The fields that say which days.
DAYS = ("start", "end", "as_at", "known_by")


class CutForm(forms.Form):
    """Which people, as at which day, for whom."""

    use_required_attribute = False
    #: What the fold says that holds the fields.
    other_words = "Other dates, and for whom"
    #: Fields alone: the page says what could not be read, once and at its top.
    template_name = "analytics/parts/fields.html"

    programme = forms.ChoiceField(required=False)
    start = DayField(label="People from", required=False, help_text="The first day on which somebody came in. Empty: from the beginning.")
    end = DayField(label="People to", required=False, help_text="The last day on which somebody came in. Empty: the day in the next box.")
    as_at = DayField(label="As at", required=False, help_text="Only what had happened by this day counts. Empty: everything up to today.")
    known_by = DayField(
        label="As it was known on",
        required=False,
        help_text="Leaves out what was entered after this day, to find again a number that was printed then. Empty: as known today.",
    )
    shown = forms.ChoiceField(label="For whom", required=False, choices=[(code, profile.label) for code, profile in PROFILES.items()])

    def __init__(self, data: Any, *, programmes: Sequence[Programme], today: date, **more: Any) -> None:
        super().__init__(data, label_suffix="", **more)
        self.today = today
        self.programmes = {programme.code: programme for programme in programmes}
        choices = [(programme.code, programme.name) for programme in programmes]
        self.fields["programme"].choices = choices  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.hide_optional = True  # type: ignore[attr-defined]
        if len(choices) < 2:
            del self.fields["programme"]

    def _past(self, name: str) -> date | None:
        day: date | None = self.cleaned_data.get(name)
        if day is not None and day > self.today:
            raise forms.ValidationError("That day is still to come.")
        if day is not None and day.year < 1900:
            raise forms.ValidationError("Write the year in full, for example 2026.")
        return day

    def clean_start(self) -> date | None:
        return self._past("start")

    def clean_end(self) -> date | None:
        return self._past("end")

    def clean_as_at(self) -> date | None:
        return self._past("as_at")

    def clean_known_by(self) -> date | None:
        return self._past("known_by")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and start > end:
            self.add_error("end", "The last day is before the first.")
        return cleaned

    def chosen(self) -> Programme | None:
        """The programme asked for, else the first that the person leads."""
        found = self.programmes.get(str(self.data.get("programme", "")))
        return found or next(iter(self.programmes.values()), None)

    def prepare(self, *, phases: Sequence[str], targets: Sequence[str]) -> None:
        """Fill in the choices that depend on the programme; before the form is read."""

    def cut(self, programme: Programme, *, at: datetime) -> Cut:
        """What was asked, with today and everybody where nothing was."""
        said = self.cleaned_data
        known = said.get("known_by")
        profile = PROFILES.get(said.get("shown") or "", OPERATIONAL)
        as_at = said.get("as_at") or self.today
        known_by = at if known is None or known >= self.today else datetime.combine(known + timedelta(days=1), time.min, tzinfo=LONDON)
        cut = Cut(
            programme=programme.pk,
            title=programme.name,
            start=said.get("start"),
            end=said.get("end") or as_at,
            as_at=as_at,
            known_by=known_by,
            run_at=at,
            profile=profile,
        )
        return cut if profile.exact else cut.settled


def _phases(phases: Iterable[str]) -> list[tuple[str, str]]:
    return [(phase, str(Phase(phase).label)) for phase in phases]


class EqualityForm(CutForm):
    """The same, with what is compared with what."""

    other_words = "Other dates, for whom, and what is compared"
    phase = forms.ChoiceField(label="Who came: counted at", required=False)
    origin = forms.ChoiceField(label="Who got through: from", required=False)
    goal = forms.ChoiceField(label="Who got through: to", required=False)
    benchmark = forms.ChoiceField(label="Who came: compared with", required=False)
    offered: dict[str, tuple[str, AreaKind, list[str]]]

    def prepare(self, *, phases: Sequence[str], targets: Sequence[str]) -> None:
        for name, usual in zip(("phase", "origin", "goal"), DEFAULT_CHOICE, strict=True):
            first = Phase(usual if usual in phases else phases[-1]).label
            self.fields[name].choices = [("", f"{first} (usual)"), *_phases(phases)]  # type: ignore[attr-defined]
        self.offered = benchmarks(targets=targets)
        newest = next((f"{words} (usual)" for words, _, _ in self.offered.values()), "No benchmark is loaded")
        self.fields["benchmark"].choices = [("", newest), *((code, words) for code, (words, _, _) in self.offered.items())]  # type: ignore[attr-defined]

    @property
    def days_chosen(self) -> bool:
        """Whether days were asked for; otherwise equality is counted for whole quarters."""
        return any(self.cleaned_data.get(name) for name in DAYS)


class WardsForm(CutForm):
    """The same, with the edition of wards."""

    other_words = "Other dates, for whom, and ward boundaries"
    wards = forms.ChoiceField(label="Ward boundaries", required=False)
    sort = forms.ChoiceField(required=False, choices=[(code, words) for code, words in SORTS.items()], widget=forms.HiddenInput)
    offered: dict[str, WardEdition]

    def prepare(self, *, phases: Sequence[str], targets: Sequence[str]) -> None:
        self.offered = {edition.code: edition for edition in ward_editions()}
        self.fields["wards"].choices = [
            ("", "Those in force on the as-at day"),
            *((edition.code, edition.name) for edition in self.offered.values()),
        ]  # type: ignore[attr-defined]
