"""The form of a note: plain text, and who reads it."""

from typing import Any

from django import forms

from accounts.models import Organisation
from ground.fields import HintedRadios
from ground.forms import HouseForm, TextField
from pathways.models import Note
from pathways.models.note import Visibility
from pathways.services.contact import LONGEST_NOTE

HINTS = {
    Visibility.ME: "A lead may open it only with a recorded reason; the person may ask for it.",
    Visibility.TEAM: "Colleagues of your organisation who may see this person.",
    Visibility.PROGRAMME: "Staff of every organisation in the programme who may see this person.",
    Visibility.EMPLOYER: "Shared with one employer, as you write it.",
}


class Readers(HouseForm):
    """For whom a note is."""

    visibility = forms.ChoiceField(
        label="Who may read it?", choices=Visibility.choices, initial=Visibility.TEAM, widget=HintedRadios(option_hints=HINTS)
    )
    employer = forms.ChoiceField(label="Which employer?", required=False)

    def __init__(self, *args: Any, employers: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.employers = {str(each.uuid): each for each in employers}
        field: Any = self.fields["employer"]
        field.choices = [("", "Choose"), *((key, each.name) for key, each in self.employers.items())]
        field.hide_optional = True
        if not employers:
            del self.fields["employer"]
            reads: Any = self.fields["visibility"]
            reads.choices = [choice for choice in Visibility.choices if choice[0] != Visibility.EMPLOYER]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        wants = cleaned.get("visibility") == Visibility.EMPLOYER
        if wants and not cleaned.get("employer"):
            self.add_error("employer", "Choose the employer who may read it.")
        return cleaned

    def chosen_employer(self) -> Organisation | None:
        """The employer that the note is for, where it is for one."""
        if self.cleaned_data["visibility"] != Visibility.EMPLOYER:
            return None
        return self.employers[self.cleaned_data["employer"]]


class NoteForm(Readers):
    """What to remember, and for whom."""

    text = TextField(label="Note", max_length=LONGEST_NOTE, help_text="Plain words. The person may ask to read it.")
    field_order = ("text", "visibility", "employer")


class ReadersForm(Readers):
    """Other readers of a note that is there."""

    edits = True

    def __init__(self, *args: Any, note: Note, **kwargs: Any) -> None:
        super().__init__(*args, initial={"visibility": note.visibility}, **kwargs)


class OpenNotes(HouseForm):
    """Why a lead must read what others kept to themselves."""

    reason = TextField(label="Why must you read them?", max_length=1_000, widget=forms.Textarea(attrs={"rows": 2}))
