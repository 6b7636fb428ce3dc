"""Forms of letters on paper: what one may say, which were posted, which page of them."""

from typing import Any
from uuid import UUID

from django import forms

from ground.forms import HouseForm
from pathways.queries.letter import MOST


class LetterForm(HouseForm):
    """A letter for one task: whether it may say who we are."""

    edits = True
    named = forms.BooleanField(
        label="It may say who we are",
        required=False,
        help_text="Untick it when somebody there must not know: the letter then asks to be rung, or says when to meet, and holds no link.",
    )

    def __init__(self, *args: Any, named: bool, **kwargs: Any) -> None:
        super().__init__(*args, initial={"named": named}, **kwargs)


class OnLetter(HouseForm):
    """A press on a letter that is there."""

    edits = True


class ManyPosted(HouseForm):
    """Letters that were printed together and are in the post now, each named by the page that printed them."""

    letters = forms.CharField(max_length=40 * MOST, widget=forms.HiddenInput)

    def clean_letters(self) -> list[UUID]:
        try:
            found = [UUID(each) for each in self.cleaned_data["letters"].split()]
        except ValueError:
            found = []
        if not 0 < len(found) <= MOST:
            raise forms.ValidationError("This page is out of date. Open the list again.")
        return list(dict.fromkeys(found))


class LetterFilters(forms.Form):
    """What the list of letters shows, as its address says it."""

    SHOWN = (("ready", "To post"), ("posted", "Posted"))
    WHOSE = (("me", "Mine"), ("team", "My team’s"))

    show = forms.ChoiceField(choices=SHOWN, required=False)
    whose = forms.ChoiceField(choices=WHOSE, required=False)

    def chosen(self, *, usual: str) -> tuple[str, str]:
        """Which, and whose; what cannot be read is left out."""
        self.is_valid()
        read = getattr(self, "cleaned_data", {})
        return read.get("show") or "ready", read.get("whose") or usual
