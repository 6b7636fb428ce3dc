"""Filters of lists, as they stand in the address, and the search that never does."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.models import User
from ground.forms import HouseForm, LineField
from pathways.workflow.pathway import ENDED_OTHERWISE, Phase, Stage

WHOSE = [("me", "My people"), ("team", "My team’s"), ("all", "Everybody")]
OWED_BY = [("", "Anybody"), ("worker", "Us"), ("candidate", "The person"), ("employer", "The employer"), ("lead", "The lead")]
WHEN = [("", "Any day"), ("overdue", "Overdue"), ("today", "Today or overdue"), ("week", "This week or overdue"), ("none", "Nothing due")]
HEARD = [("", "Any time"), ("quiet", "Gone quiet"), ("never", "Never")]
SORTS = [
    ("due", "What is due first"),
    ("name", "Name"),
    ("waiting", "Waiting longest"),
    ("heard", "Not heard for longest"),
    ("stage", "Stage"),
]


class CaseloadFilters(forms.Form):
    """Every field may be left out; a word that is not in its list is left out too."""

    use_required_attribute = False

    whose = forms.ChoiceField(label="Whose", choices=WHOSE, required=False)
    stage = forms.ChoiceField(label="Where they are", required=False)
    owner = forms.ChoiceField(label="Worker", required=False)
    owed = forms.ChoiceField(label="Owed by", choices=OWED_BY, required=False)
    due = forms.ChoiceField(label="Due", choices=WHEN, required=False)
    heard = forms.ChoiceField(label="Last spoken with", choices=HEARD, required=False)
    family = forms.ChoiceField(label="Kind of work", required=False)
    ward = forms.ChoiceField(label="Ward", required=False)
    sort = forms.ChoiceField(label="Sorted by", choices=SORTS, required=False)
    phase = forms.ChoiceField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        usual: str,
        owners: Sequence[User],
        families: Sequence[tuple[str, str]],
        wards: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self._choose("whose", sorted(WHOSE, key=lambda choice: choice[0] != usual))
        self._choose("stage", [("", "Any, not ended"), *((stage.value, str(stage.label)) for stage in Stage if stage != Stage.VOID)])
        self._choose("owner", [("", "Anybody"), ("nobody", "Nobody yet"), *((str(each.uuid), each.name) for each in owners)])
        self._choose("family", [("", "Any"), *families])
        self._choose("ward", [("", "Any"), *wards])
        phases = [(phase.value, str(phase.label)) for phase in Phase]
        self._choose("phase", [("", "Any"), *phases, (ENDED_OTHERWISE, "Ended otherwise")])
        if not wards:
            del self.fields["ward"]
        if not families:
            del self.fields["family"]

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def chosen(self) -> dict[str, str]:
        """What the address asks for, as far as it can be read: filters that mean nothing are left out."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class SearchForm(HouseForm):
    """Name, phone or postcode."""

    words = LineField(
        label="Name, phone or postcode",
        help_text="A name as you heard it, the last five digits of a phone, or a postcode",
        max_length=440,  # two names of 200 letters, and a postcode or a phone
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "enterkeyhint": "search"}),
        error_messages={"required": "Enter a name, a phone number or a postcode"},
    )
