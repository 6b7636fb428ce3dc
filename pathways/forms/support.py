"""The form of one thing that helps: plain words, the day it was agreed, and who may know."""

from collections.abc import Sequence
from typing import Any

from django import forms

from ground.fields import DayField
from ground.forms import HouseForm, TextField
from pathways.forms.step import HEARD
from pathways.models import Introduction, Support
from pathways.services.support import LONGEST


class SupportForm(HouseForm):
    """What helps, not what for."""

    helps = TextField(
        label="What helps?",
        max_length=LONGEST,
        help_text="In their words, for example: written instructions, a chair with arms. Say what helps, not what for.",
    )
    agreed_on = DayField(label="When did you agree it with them?", required=False, help_text="Leave empty for today.")
    review_on = DayField(label="When shall we look at it again?", required=False, help_text="For example 1 3 2027")
    with_trainer = forms.BooleanField(
        label="They agree that the trainer of their course may know", required=False, help_text="Otherwise no trainer sees it."
    )
    share_with = forms.MultipleChoiceField(
        label="Which employers may know?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Each only as the person said, for this job alone. Take the tick away and the employer sees it no more.",
    )
    shared_how = forms.ChoiceField(label="How did they say so?", choices=HEARD, required=False)

    def __init__(self, *args: Any, offered: Sequence[Introduction], row: Support | None = None, **kwargs: Any) -> None:
        self.offered = {str(each.uuid): each for each in offered}
        self.edits = row is not None
        initial: dict[str, Any] = {}
        if row is not None:
            initial = {name: getattr(row, name) for name in ("helps", "agreed_on", "review_on", "with_trainer")}
            initial["share_with"] = [str(each.introduction.uuid) for each in row.shares.all() if each.withdrawn_on is None]
        super().__init__(*args, initial=initial, version=row.version if row is not None else None, **kwargs)
        choices = [(key, f"{each.employer.name}: {each.heading.title}") for key, each in self.offered.items()]
        self.fields["share_with"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        if row is not None:
            self.fields["agreed_on"].help_text = ""  # it is there already
        if not choices:
            del self.fields["share_with"], self.fields["shared_how"]

    def values(self) -> dict[str, Any]:
        """What was said, for the service. Called once the form is sound."""
        given = self.cleaned_data
        told = {name: given[name] for name in ("helps", "agreed_on", "review_on", "with_trainer")}
        chosen = [self.offered[key] for key in given.get("share_with", [])]
        return {**told, "share_with": chosen, "shared_how": given.get("shared_how", "")}
