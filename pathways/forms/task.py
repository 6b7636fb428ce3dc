"""Forms of what is owed: something to do, another day for it, a colleague for it, done, and back on the list."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from accounts.models import Reason, User
from ground.fields import DayField
from ground.forms import HouseForm, LineField, TextField
from pathways.models import Pathway
from pathways.queries.colleagues import may_do
from pathways.queries.due import who_owes

#: Who may owe something that no step knows of.
OWERS = ("worker", "lead", "candidate", "employer")


class TaskForm(HouseForm):
    """Something to do that no step knows of."""

    words = LineField(label="What is to be done?", max_length=200, help_text="For example: send the bus times")
    due_on = DayField(label="By when?", error_messages={"required": "Enter the day, for example 27 11 2026."})
    owed_by = forms.ChoiceField(label="Who does it?", initial="worker", required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, case: Pathway, me: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        called = case.candidate.called
        offered = [(each, who_owes(each, owner=case.owner, me=me, called=called)) for each in OWERS]
        self.fields["owed_by"].choices = offered  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["owed_by"].hide_optional = True  # type: ignore[attr-defined]  # read by the field's template

    def clean_owed_by(self) -> str:
        return self.cleaned_data["owed_by"] or "worker"


class OnTask(HouseForm):
    """A form on a task that is there."""

    edits = True

    def __init__(self, *args: Any, case: Pathway, today: date, **kwargs: Any) -> None:
        self.case, self.today = case, today
        super().__init__(*args, **kwargs)


class SnoozeForm(OnTask):
    """Another day; a reason where it is a later one than the next working day."""

    until = DayField(label="Until when?", error_messages={"required": "Enter the day, for example 27 11 2026."})
    reason = forms.ChoiceField(label="Why?", required=False, help_text="Not needed if you choose the next working day.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].hide_optional = True  # type: ignore[attr-defined]  # read by the field's template
        reasons = Reason.objects.choices(self.case.programme_id, "snooze", self.today)
        self.fields["reason"].choices = [("", "Choose"), *reasons]  # type: ignore[attr-defined]  # a ChoiceField


class GiveForm(OnTask):
    """To a colleague who has the person in their rows; or back to who holds them."""

    to = forms.ChoiceField(label="Who does it?")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues: Sequence[User] = may_do(self.case, today=self.today)
        offered = [(str(each.uuid), self._called(each)) for each in self.colleagues]
        self.fields["to"].choices = [("", "Choose"), *offered]  # type: ignore[attr-defined]  # a ChoiceField

    def _called(self, user: User) -> str:
        return f"{user.name}, who holds this person" if user.pk == self.case.owner_id else user.name

    def chosen(self) -> User:
        """The colleague. Called once the form is sound."""
        return next(each for each in self.colleagues if str(each.uuid) == self.cleaned_data["to"])


class DoneForm(OnTask):
    """Done."""


class TellForm(OnTask):
    """The words to tell somebody, as they would be sent: or that they were told."""

    words = TextField(label="The text", required=False, max_length=1_600, widget=forms.Textarea(attrs={"rows": 8}))

    def __init__(self, *args: Any, number: str, drafted: str, **kwargs: Any) -> None:
        super().__init__(*args, initial={"words": drafted}, **kwargs)
        field: Any = self.fields["words"]
        field.hide_optional = True
        field.help_text = f"Change it as you like. It goes to {number} when you press “Send as a text”, and not before."
        if not drafted:
            del self.fields["words"]

    @property
    def sends(self) -> bool:
        """Whether it was pressed to send the text."""
        return self.data.get("press") == "text"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.data.get("press") not in {"text", "told"}:
            self.add_error(None, "Send it as a text, or say that you told them.")
        elif self.sends and "words" not in self.fields:
            self.add_error(None, "No text can go to them: tell them another way.")
        elif self.sends and not cleaned.get("words", "").strip() and "words" not in self.errors:
            self.add_error("words", "Write what to tell them first.")
        return cleaned


class WakeForm(HouseForm):
    """Back on the list, at the day it had."""

    edits = True
    due_on = DayField(label="Due")
