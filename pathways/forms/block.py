"""The form that keeps somebody from seeing a person."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.models import User
from ground.fields import DayField
from ground.forms import HouseForm, TextField


class BlockForm(HouseForm):
    """Who, why, and until when."""

    user = forms.ChoiceField(label="Who must not see this person?")
    reason = TextField(label="Why?", max_length=1_000, help_text="Read by leads alone, for example: their former partner.")
    to_on = DayField(label="Until when?", required=False, help_text="The last day. Leave empty: until a lead ends it.")

    def __init__(self, *args: Any, users: Sequence[User], me: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_key = {str(each.uuid): each for each in users}
        named = [(key, f"{each.name} (you)" if each.pk == me.pk else each.name) for key, each in self.by_key.items()]
        self.fields["user"].choices = [("", "Choose"), *named]  # type: ignore[attr-defined]  # a ChoiceField

    def chosen(self) -> User:
        """Who it is. Called once the form is sound."""
        return self.by_key[self.cleaned_data["user"]]
