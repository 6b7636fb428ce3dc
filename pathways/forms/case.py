"""Forms of the case as a whole."""

from django import forms

from accounts.models import User
from employers.models import JobFamily
from ground.fields import DayField
from ground.forms import LineField
from pathways.forms.step import StepForm


def family_choices() -> list[tuple[str, str]]:
    """Job families a person may pick from."""
    return [(row.code, row.name) for row in JobFamily.objects.filter(valid_to__isnull=True)]


class Plain(StepForm):
    """Nothing but the step itself, its day and its reason."""


class Interest(StepForm):
    """Which job families, as far as the person knows."""

    families = forms.MultipleChoiceField(
        label="Which kinds of work?", required=False, widget=forms.CheckboxSelectMultiple, help_text="Up to three. Leave empty if not sure."
    )

    def add_choices(self) -> None:
        self.fields["families"].choices = family_choices()  # type: ignore[attr-defined]  # a choice field

    def clean_families(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["families"]
        if len(chosen) > 3:
            raise forms.ValidationError("Choose up to three kinds of work.")
        return chosen


class Ready(StepForm):
    """Ready for a job; the reason only where no course was finished, which the service asks for."""

    def needs_reason(self) -> bool:
        return False


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


class HandOver(StepForm):
    """To a colleague of the programme."""

    to = forms.ChoiceField(label="Hand over to")

    def add_choices(self) -> None:
        self.fields["to"].choices = [("", "Choose"), *((str(user.uuid), user.name) for user in self.colleagues())]  # type: ignore[attr-defined]

    def clean_to(self) -> User:
        wanted = self.cleaned_data["to"]
        return next(user for user in self.colleagues() if str(user.uuid) == wanted)
