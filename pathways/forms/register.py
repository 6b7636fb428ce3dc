"""The form of a register: one line a person, and one press for all of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from ground.forms import HouseForm
from pathways.models import TrainingPlace
from pathways.queries.register import ABSENT, PRESENT, UNMARKED
from pathways.services.attendance import mark_name

MARKS = [(PRESENT, "Present"), (ABSENT, "Absent"), (UNMARKED, "Not marked")]
MEANS: Mapping[str, bool | None] = {PRESENT: True, ABSENT: False, UNMARKED: None}
#: The second button of the form: whoever is not marked yet was there.
REST_PRESENT = "rest"


class RegisterForm(HouseForm):
    """Present, absent or not marked, for everybody with a seat. A line that was not sent leaves its person as they stand."""

    edits = True

    def __init__(self, *args: Any, places: Sequence[TrainingPlace], marks: Mapping[int, bool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places
        for place in places:
            self.fields[mark_name(place.uuid)] = forms.ChoiceField(
                label=place.pathway.candidate.name,
                choices=MARKS,
                required=False,
                initial=as_word(marks.get(place.pk)),
                widget=forms.RadioSelect(attrs={"class": "govuk-radios--small govuk-radios--inline"}),
                error_messages={"invalid_choice": "Choose present, absent or not marked"},
            )
            self.fields[mark_name(place.uuid)].hide_optional = True  # type: ignore[attr-defined]  # read by the field's template

    def marks(self) -> dict[int, bool | None]:
        """Place -> there, not there, or no mark; of those whose line was sent."""
        rest = self.data.get("press") == REST_PRESENT
        said = {place.pk: self.cleaned_data[mark_name(place.uuid)] for place in self.places}
        return {pk: True if rest and word == UNMARKED else MEANS[word] for pk, word in said.items() if word}

    def unknown(self) -> bool:
        """Whether somebody was marked who is not on this register, or no longer."""
        return any(name.endswith("-mark") and name not in self.fields for name in self.data)


def as_word(present: bool | None) -> str:
    """A mark as the form has it."""
    return next(word for word, means in MEANS.items() if means is present)
