"""What is said of a form that waits."""

from typing import Any
from uuid import UUID

from django import forms

from ground.forms import HouseForm


class AnswerForm(HouseForm):
    """New, left out, to be looked at again, or the person that it is."""

    edits = True
    answer = forms.CharField(max_length=36)

    def clean_answer(self) -> Any:
        answer = self.cleaned_data["answer"]
        if answer not in {"new", "out", "back"}:
            try:
                UUID(answer)
            except ValueError:
                raise forms.ValidationError("Choose one of the answers in the list") from None
        return answer

    def person(self) -> UUID:
        """The person that was named."""
        return UUID(self.cleaned_data["answer"])
