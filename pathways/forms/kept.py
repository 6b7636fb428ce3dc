"""Forms that work without signal: nobody's name stands in them, so that they may lie on a device; and the envelope that they come in."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from django import forms

from ground.forms import HouseForm, LineField, TextField
from ground.once import LONGEST
from ground.phones import show_phone
from pathways.forms.note import Readers
from pathways.models import Course, Pathway
from pathways.models.kept import KeptKind
from pathways.services.contact import LONGEST_NOTE

#: An envelope at most: a note of 10,000 letters in any script fits three times.
LONGEST_ENVELOPE = 200_000
SOMEBODY_ELSE = ""


class BlankNote(Readers):
    """A note about somebody whose page is not there: who it is about is typed, and looked up when it arrives."""

    who = LineField(label="Who is it about?", help_text="First and last name, as on their page")
    text = TextField(label="Note", max_length=LONGEST_NOTE, help_text="Plain words. The person may ask to read it.")
    field_order = ("who", "text", "visibility", "employer")


class CorrectNote(BlankNote):
    """The same when it came back: with those whom it may be about."""

    about = forms.ChoiceField(label="Is it about one of these?", required=False, widget=forms.RadioSelect)
    field_order = ("about", "who", "text", "visibility", "employer")

    def __init__(self, *args: Any, maybe: Sequence[Pathway], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].required = False
        about: Any = self.fields["about"]
        about.choices = [(str(case.uuid), _told_apart(case)) for case in maybe]
        about.choices.append((SOMEBODY_ELSE, "Somebody else: look for the name below"))
        about.hide_optional = True
        if not maybe:
            del self.fields["about"]


def _told_apart(case: Pathway) -> str:
    born = case.candidate.date_of_birth
    ring, lives = getattr(case, "ring", ""), getattr(case, "postcode", "") or ""
    parts = (case.candidate.name, show_phone(ring) if ring else "", f"born {born.year}" if born else "", lives.partition(" ")[0])
    return " · ".join([*(part for part in parts if part), case.get_stage_display()])


class BlankRegister(HouseForm):
    """Who was there, by name: the names of a course lie on no device, so that they are typed and looked up when they arrive."""

    course = forms.ChoiceField(label="Course")
    names = TextField(label="Who was there?", max_length=4_000, help_text="One name a line. Who is not named stays not marked.")

    def __init__(self, *args: Any, courses: Sequence[Course], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        course: Any = self.fields["course"]
        course.choices = [(str(each.uuid), each.name) for each in courses]


class EnvelopeForm(forms.Form):
    """One sealed form on its way from a device; beside it in plain only what it is, its token and two times of the device's clock."""

    once = forms.CharField(max_length=LONGEST)
    key = forms.UUIDField()
    kind = forms.ChoiceField(choices=KeptKind.choices)
    now = forms.FloatField(min_value=0)
    sealed = forms.CharField(max_length=LONGEST_ENVELOPE)

    def clean_sealed(self) -> bytes:
        try:
            return base64.b64decode(self.cleaned_data["sealed"], validate=True)
        except (binascii.Error, ValueError):
            raise forms.ValidationError("Not an envelope.") from None
