"""Forms of the case as a whole."""

from typing import Any

from django import forms

from accounts.choices import ReasonKind
from accounts.models import User
from employers.models import JobFamily
from ground.fields import DayField, HintedCheckboxes
from ground.forms import HouseForm, LineField
from pathways.forms.step import StepForm
from pathways.models import Pathway
from pathways.models.case import Barrier
from pathways.scope import interviews, training_places


def family_choices() -> list[tuple[str, str]]:
    """Job families a person may pick from."""
    return [(row.code, row.name) for row in JobFamily.objects.filter(valid_to__isnull=True)]


class Plain(StepForm):
    """Nothing but the step itself, its day and its reason."""


NOT_SURE = "not_sure"


class FamiliesField(forms.MultipleChoiceField):
    """Up to three job families, or "not sure", which is kept as none chosen."""

    def __init__(self, **kwargs: Any) -> None:
        standard = {"label": "Which kinds of work?", "help_text": "Up to three."}
        super().__init__(required=False, widget=HintedCheckboxes, **{**standard, **kwargs})

    def offer(self) -> None:
        """The families to pick from now, and "not sure"."""
        families = list(JobFamily.objects.filter(valid_to__isnull=True))
        self.choices = [*((row.code, row.name) for row in families), (NOT_SURE, "Not sure")]
        self.widget.option_hints = {row.code: row.examples for row in families if row.examples}

    def clean(self, value: Any) -> list[str]:
        chosen: list[str] = super().clean(value)
        if NOT_SURE in chosen and len(chosen) > 1:
            raise forms.ValidationError("Choose kinds of work, or “Not sure”, not both.")
        if len(chosen) > 3:
            raise forms.ValidationError("Choose up to three kinds of work.")
        return [code for code in chosen if code != NOT_SURE]


class Interest(StepForm):
    """Which job families, as far as the person knows."""

    families = FamiliesField()

    def add_choices(self) -> None:
        self.fields["families"].offer()  # type: ignore[attr-defined]  # the field above


class Wants(HouseForm):
    """What the person wants and what gets in the way, said later or put right."""

    edits = True
    families = FamiliesField(label="Which kinds of work do they want?")
    barriers = forms.MultipleChoiceField(
        label="What gets in the way?",
        choices=Barrier.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="For health, tick only that it gets in the way. Record what helps under “What helps them”.",
    )

    def __init__(self, *args: Any, case: Pathway, **kwargs: Any) -> None:
        super().__init__(*args, initial={"families": case.families, "barriers": case.barriers}, **kwargs)
        self.fields["families"].offer()  # type: ignore[attr-defined]  # the field above


class Ready(StepForm):
    """Ready for a job; where no course was finished, the reason is asked for from the start."""

    def add_choices(self) -> None:
        if not self.needs_reason():
            return
        self.fields["reason"] = forms.ChoiceField(
            label="Why are they ready without a course?",
            choices=self.reasons(*self._left_out()),
            error_messages={"required": "No course has been finished: say why the person is ready without one."},
        )

    def needs_reason(self) -> bool:
        return not training_places(self.user).filter(pathway__in=self.case.ids if self.case else [], stage="finished").exists()

    def _left_out(self) -> list[str]:
        """What the person is ready without: a course, and where none was held a chat too. Each has reasons of its own."""
        chatted = interviews(self.user).filter(pathway__in=self.case.ids if self.case else [], stage="held").exists()
        return [kind for kind in self.step.reason_kinds if kind != ReasonKind.SKIP_CHAT or not chatted]


class Restart(StepForm):
    """Look for work again, ready now or not."""

    ready = forms.BooleanField(label="Ready for a job now", required=False)


class NotNow(StepForm):
    """Not now: when to ask again, or not at all."""

    revisit_on = DayField(label="When shall we ask again?", required=False, help_text="For example 1 3 2027")
    do_not_contact = forms.BooleanField(label="Please do not contact", required=False)


class Withdraw(StepForm):
    """The reason is the person's to give or not."""

    def needs_reason(self) -> bool:
        return False


class Ineligible(StepForm):
    """Which rule, and who can help instead."""

    referred_to = LineField(label="Who can help this person instead?", max_length=160)


class Pause(StepForm):
    """For how long nothing is asked of the person."""

    review_on = DayField(label="When shall we look again?", help_text="Employers see this day and no reason. For example 1 3 2027")


class HandOver(StepForm):
    """To a colleague of the programme."""

    to = forms.ChoiceField(label="Hand over to")

    def needs_reason(self) -> bool:
        """Somebody who is nobody's yet is simply taken; whoever came too late is told so, and not asked why."""
        return False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        held = self.case is not None and self.case.owner_id is not None and self.case.version == cleaned.get("version")
        if held and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Answer the question “Why?”")
        return cleaned

    def add_choices(self) -> None:
        self.fields["to"].choices = [("", "Choose"), *((str(user.uuid), user.name) for user in self.colleagues())]  # type: ignore[attr-defined]

    def clean_to(self) -> User:
        wanted = self.cleaned_data["to"]
        return next(user for user in self.colleagues() if str(user.uuid) == wanted)
