"""The form that hands many people over at once: whom to, why, and from which day."""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from accounts.models import Reason, User
from ground.fields import DayField
from ground.forms import HouseForm
from ground.sealing import CannotOpen, seal, unseal
from pathways.services.door import Taken


def seal_chosen(chosen: Mapping[int, int], *, user: int) -> str:
    """Who was chosen, each with the version that was seen: goes with the page, and opens for the same user alone.

    Ten thousand people are some tens of kilobytes. Nobody reads a running number out of a page, nor writes one into it.
    """
    pairs = json.dumps(sorted(chosen.items()), separators=(",", ":"))
    return seal(b64encode(zlib.compress(pairs.encode(), 9)).decode(), place=_place(user))


def open_chosen(sealed: str, *, user: int) -> dict[int, int]:
    """The same again; nobody where it cannot be opened: another user's, altered, or nothing at all."""
    try:
        packed = unseal(sealed, place=_place(user))
    except CannotOpen:
        return {}
    return dict(json.loads(zlib.decompress(b64decode(packed))))


def _place(user: int) -> str:
    return f"hand_over.chosen.{user}"


class HandOverMany(HouseForm):
    """To a colleague who may hold each of them. Why is asked as soon as somebody holds one of them."""

    people = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    to = forms.ChoiceField(label="Hand over to", error_messages={"required": "Choose a colleague."})
    reason = forms.ChoiceField(label="Why?", required=False)
    happened_on = DayField(label="From when?", required=False, help_text="Leave empty for today.")

    def __init__(self, *args: Any, colleagues: Sequence[User], programmes: Sequence[int], held: bool, today: date, **kwargs: Any) -> None:
        self.colleagues = colleagues
        super().__init__(*args, **kwargs)
        self._choose("to", [(str(each.uuid), each.name) for each in colleagues])
        self._choose("reason", reasons_of_all(programmes, today))
        if not held:
            del self.fields["reason"]
        else:
            self.fields["reason"].required = True
            self.fields["reason"].error_messages["required"] = "Answer the question “Why?”"

    def _choose(self, name: str, offered: Sequence[tuple[str, str]]) -> None:
        self.fields[name].choices = [("", "Choose"), *offered]  # type: ignore[attr-defined]  # a ChoiceField

    def chosen(self) -> User:
        """The colleague. Called once the form is sound."""
        return next(each for each in self.colleagues if str(each.uuid) == self.cleaned_data["to"])

    def taken(self) -> Taken:
        """When and why, for the service. Called once the form is sound."""
        return Taken(happened_on=self.cleaned_data["happened_on"], reason=self.cleaned_data.get("reason", ""))


def reasons_of_all(programmes: Sequence[int], today: date) -> list[tuple[str, str]]:
    """Reasons that may be given in each of these programmes, in the order and words of the first."""
    offered = [Reason.objects.choices(programme, "hand_over", today) for programme in programmes]
    codes = [{code for code, _ in each} for each in offered]
    return [(code, label) for code, label in offered[0] if all(code in each for each in codes)] if offered else []
