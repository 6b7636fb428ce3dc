"""The form that every step's form is built on: the day it happened, on whose word, and why."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.choices import ReasonKind
from accounts.models import Organisation, Reason, User
from ground.actor import Actor
from ground.clock import today_london
from ground.fields import DayField
from ground.forms import HouseForm, plain_errors
from ground.rows import Row
from pathways.models import Pathway
from pathways.queries.colleagues import may_hold
from pathways.services.door import Taken
from pathways.workflow.steps import CANDIDATE, EMPLOYER, Step

WORDS_OF = [("", "My own"), ("candidate", "The person’s"), ("employer", "The employer’s")]
HEARD = [
    ("", "Choose"),
    ("phone", "By phone"),
    ("in_person", "In person"),
    ("text", "By text"),
    ("email", "By e-mail"),
    ("letter", "By letter"),
]


class StepForm(HouseForm):
    """One step. Subclasses add what the step must record."""

    edits = True
    asks_day = True
    #: Whether an employer is asked for it, too.
    asks_employer_day = True
    #: Fields that begin empty although the row has a value of that name.
    anew: frozenset[str] = frozenset()
    #: Read instead of the field's own label.
    day_label = "When did it happen?"

    def __init__(
        self,
        *args: Any,
        machine: str,
        step: Step,
        case: Pathway | None,
        subject: Row | None,
        user: object,
        by: Actor,
        at: datetime,
        **kwargs: Any,
    ) -> None:
        self.machine, self.step = machine, step
        self.case, self.subject, self.user, self.by, self.at = case, subject, user, by, at
        #: What the step is called to whoever takes it: on its button, and above the form.
        self.label = step.label
        super().__init__(*args, **kwargs)
        self.add_choices()
        if step.reason_kinds and "reason" not in self.fields:
            choices = self.reasons(*step.reason_kinds)
            self.fields["reason"] = forms.ChoiceField(label="Why?", choices=choices, required=self.needs_reason())
        if self.asks_day and not (by.kind == "employer" and (machine == "introduction" or not self.asks_employer_day)):
            self.fields["happened_on"] = DayField(label=self.day_label, required=False, help_text="Leave empty for today.")
        if by.kind in {"worker", "lead"} and {CANDIDATE, EMPLOYER} & set(step.who):
            offered = [(value, label) for value, label in WORDS_OF if not value or value in step.who]
            self.fields["said_by"] = forms.ChoiceField(label="On whose word?", choices=offered, required=False)
            self.fields["said_how"] = forms.ChoiceField(label="How did you hear?", choices=HEARD, required=False)
            for name in ("said_by", "said_how"):
                self.fields[name].hide_optional = True  # type: ignore[attr-defined]  # read by the field's template
        for field in self.fields.values():
            plain_errors(field)

    def add_choices(self) -> None:
        """Fill lists from the rows that this user may choose from."""

    def colleagues(self) -> list[User]:
        """Workers and leads of the same organisation who may hold this case now: their seat reaches its programme."""
        if self.case is None:
            return []
        return may_hold(
            organisation=self.by.organisation_id, programmes=[self.case.programme_id], today=today_london(self.at), cases=[self.case.pk]
        )

    def employers(self) -> list[Organisation]:
        """Employers that take part in the case's programme."""
        if self.case is None:
            return []
        taking_part = {*self.case.programme.taking_part, self.case.programme.organisation_id}
        rows = Organisation.objects.unscoped("employers of one programme").filter(kinds__contains=["employer"], pk__in=taking_part)
        return list(rows.order_by("name", "id"))

    def needs_reason(self) -> bool:
        """Whether the step cannot be taken without a reason."""
        return True

    def reasons(self, *kinds: str) -> list[tuple[str, Any]]:
        """The reasons in use now; those of several kinds under the words of each. What two kinds share stands under the first."""
        programme = self.case.programme_id if self.case is not None else None
        lists = {kind: Reason.objects.choices(programme, kind, today_london(self.at)) for kind in kinds}
        if len(kinds) == 1:
            return [("", "Choose"), *lists[kinds[0]]]
        seen: set[str] = set()
        groups: list[tuple[str, Any]] = []
        for kind, found in lists.items():
            groups.append((str(ReasonKind(kind).label), [(code, words) for code, words in found if code not in seen]))
            seen.update(code for code, _ in found)
        return [("", "Choose"), *groups]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("said_by") and not cleaned.get("said_how"):
            self.add_error("said_how", "Say how you heard it.")
        return cleaned

    @property
    def presses(self) -> list[dict[str, str]]:
        """The buttons below the form: as a rule one, the step's own."""
        return [{"words": self.label, "value": "", "kind": ""}]

    @property
    def said_is_open(self) -> bool:
        """Whether "on somebody else's word" must be open: something was chosen in it, or refused."""
        names = [name for name in ("said_by", "said_how") if name in self.fields]
        return self.is_bound and any(self[name].errors or self[name].value() for name in names)

    def taken(self) -> Taken:
        """When, why and at which version, for the service. Called once the form is sound."""
        data = self.cleaned_data
        return Taken(
            happened_on=data.get("happened_on"),
            reason=data.get("reason", ""),
            version=data["version"] if self.subject is not None and self.subject.pk else None,
        )

    def actor(self) -> Actor:
        """The user, or the user on somebody's word."""
        said_by = self.cleaned_data.get("said_by", "")
        return self.by.speaking_for(said_by, self.cleaned_data["said_how"]) if said_by else self.by


def choices_of(rows: QuerySet, label: str = "Choose") -> list[tuple[str, str]]:
    """A drop-down from scoped rows, by their public ids."""
    return [("", label), *((str(row.uuid), str(row)) for row in rows)]
