"""Filters of the list of duplicates, and what is said of two records."""

from typing import Any
from uuid import UUID

from django import forms

from candidates.models import Candidate
from ground.forms import HouseForm
from pathways.queries.duplicates import IN_COMMON

SHOWS = [("", "Who may be the same"), ("proposed", "Proposed"), ("apart", "Told apart")]
WHOSE = [("", "Everybody"), ("me", "My people")]
COMMON = [("", "Anything"), *((name, f"The {name}") for name in IN_COMMON)]
ANSWERS = ("same", "propose", "apart", "back")


class DuplicateFilters(forms.Form):
    """Every field may be left out; a word that is not in its list is left out too."""

    use_required_attribute = False

    show = forms.ChoiceField(label="Show", choices=SHOWS, required=False)
    whose = forms.ChoiceField(label="Whose", choices=WHOSE, required=False)
    common = forms.ChoiceField(label="In common", choices=COMMON, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def chosen(self) -> dict[str, str]:
        """What the address asks for, as far as it can be read."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class PairForm(HouseForm):
    """Which of the two goes on, where they are one person; and the press that says what they are."""

    edits = True
    kept = forms.ChoiceField(label="Which record do you keep as the main one?", widget=forms.RadioSelect, required=False)
    answer = forms.ChoiceField(choices=[(each, each) for each in ANSWERS], widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: list[tuple[Candidate, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.uuid): person for person, _ in people}
        kept: Any = self.fields["kept"]
        kept.choices = [(str(person.uuid), words) for person, words in people]
        kept.hide_optional = True
        kept.help_text = "Their name and birthday stand at the top of the page. The other’s are kept below."

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if told.get("answer") in {"same", "propose"} and not told.get("kept") and "kept" not in self.errors:
            self.add_error("kept", "Choose which of the two is the main one")
        return told

    def chosen(self) -> Candidate:
        """Who goes on. Called once the form is sound."""
        return self.people[str(UUID(self.cleaned_data["kept"]))]
