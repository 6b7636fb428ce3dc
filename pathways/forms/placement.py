"""Forms of jobs, the checks before them, and what comes after."""

from typing import Any

from django import forms

from accounts.models import Organisation
from ground.clock import today_london
from ground.fields import DayField
from ground.forms import LineField
from ground.templatetags.said import day
from pathways.forms.step import StepForm
from pathways.models.introduction import JobKind
from pathways.models.retention import Grade, RetentionCheck
from pathways.workflow.pre_employment_check import NOT_YET_CLEARED

DESTINATIONS = [
    ("", "Not known yet"),
    ("other_job", "Another job"),
    ("education", "Education or training"),
    ("not_working", "Not working"),
    ("prefer_not", "Prefers not to say"),
]

#: The same grades, as an employer would say it.
HOW_EMPLOYERS_KNOW = [(Grade.EMPLOYER, "We know it ourselves"), (Grade.PAYROLL, "Our payroll shows it"), (Grade.SELF, "They told us")]
#: What a text can hold after "Ask for".
LONGEST_ASK = 60
YES_NO = [("yes", "Yes"), ("no", "No")]
#: Jobs that reach an end of their own.
TERMS = ("fixed_term", "apprenticeship")


class OwnJob(StepForm):
    """A job the person found."""

    asks_day = False
    employer_words = LineField(label="Employer", max_length=160)
    title = LineField(label="Job", max_length=120)
    kind = forms.ChoiceField(label="Kind of job", choices=JobKind.choices)
    hours_a_week = forms.DecimalField(label="Hours a week", min_value=0, max_value=80, max_digits=4, decimal_places=1, required=False)
    start_on = DayField(label="First day", help_text="It may be still to come.")
    ends_on = DayField(label="End of the term", required=False, help_text="Of a fixed term or an apprenticeship.")

    def job(self) -> dict[str, Any]:
        """What the row holds besides its employer and first day."""
        return {name: self.cleaned_data[name] for name in ("title", "kind", "hours_a_week", "ends_on")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("start_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", "The end of the term cannot be before the first day.")
        return cleaned


class AgreeStart(StepForm):
    """First day, time, whom to ask for."""

    asks_day = False
    start_on = DayField(label="First day")
    start_at = forms.TimeField(
        label="Time",
        required=False,
        input_formats=["%H:%M", "%H.%M", "%I:%M%p", "%I.%M%p", "%I:%M %p", "%I%p", "%I %p", "%H"],
        help_text="For example 8:30",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-5"}),
        error_messages={"invalid": "Enter a time like 8:30"},
    )
    report_to = LineField(
        label="Whom to ask for, and where", required=False, max_length=LONGEST_ASK, help_text="For example Dawn at the main desk"
    )
    ends_on = DayField(label="End of the term", required=False)

    def add_choices(self) -> None:
        """It need not wait for the checks; which are open is said beside the day. Only a term has an end."""
        if getattr(self.subject, "kind", "") not in TERMS:
            del self.fields["ends_on"]
        self.fields["start_on"].help_text = _not_cleared(self.subject)

    def clean_start_at(self) -> str:
        """As a text says it: 8:30, 14:00."""
        at = self.cleaned_data["start_at"]
        return f"{at.hour}:{at.minute:02}" if at is not None else ""


def _not_cleared(job: Any) -> str:
    """Which checks of a job are not cleared; nothing where all are."""
    if job is None:
        return ""
    waiting = [check.get_kind_display().lower() for check in job.checks.filter(stage__in=NOT_YET_CLEARED).order_by("id")]
    return f"Not cleared yet: {', '.join(waiting)}." if waiting else ""


class Start(StepForm):
    """The first day in work."""

    asks_day = False
    first_day = DayField(label="First day in work", required=False, help_text="Leave empty for today.")

    def add_choices(self) -> None:
        """A day that was agreed and has come is written in already: said late, it is not today's. Open checks are said beside it."""
        agreed = getattr(self.subject, "start_on", None)
        if agreed is not None and agreed <= today_london(self.at):
            self.initial = {**self.initial, "first_day": agreed}
        told = (_not_cleared(self.subject), f"Agreed for {day(agreed)}." if agreed else "", "Leave empty for today.")
        self.fields["first_day"].help_text = " ".join(part for part in told if part)

    def clean_first_day(self) -> Any:
        return self.cleaned_data["first_day"] or today_london(self.at)


class Leave(StepForm):
    """Left: each may be not known yet."""

    day_label = "When did you hear of it?"
    asks_employer_day = False
    last_day = DayField(label="Last day", required=False, help_text="Leave empty if not known yet.")
    destination = forms.ChoiceField(label="Where to?", choices=DESTINATIONS, required=False)

    def add_choices(self) -> None:
        """What was said when they left is there already."""
        self.initial = {**self.initial, "reason": getattr(self.subject, "leave_reason", "")}

    def needs_reason(self) -> bool:
        return False


class Complete(StepForm):
    """Reached its end."""

    asks_day = False
    last_day = DayField(label="Last day")

    def add_choices(self) -> None:
        """Nothing asks twice for what is known."""
        self.initial = {**self.initial, "last_day": getattr(self.subject, "ends_on", None)}


class Role(StepForm):
    """Another role with the same employer."""

    title = LineField(label="Job", max_length=120)
    kind = forms.ChoiceField(label="Kind of job", choices=JobKind.choices)
    hours_a_week = forms.DecimalField(label="Hours a week", min_value=0, max_value=80, max_digits=4, decimal_places=1, required=False)
    ends_on = DayField(label="End of the term", required=False, help_text="Of a fixed term or an apprenticeship.")

    def role(self) -> dict[str, Any]:
        """What the job is from now on."""
        return {name: self.cleaned_data[name] for name in ("title", "kind", "hours_a_week", "ends_on")}


class NextEmployer(Role):
    """Another employer of the programme, and since when."""

    asks_day = False
    anew = frozenset({"first_day", "ends_on"})  # the next job's, not this one's
    field_order = ("once", "version", "employer", "first_day")
    employer = forms.ChoiceField(label="Employer")
    first_day = DayField(label="First day there", required=False, help_text="Leave empty for today.")

    def add_choices(self) -> None:
        rows = self.employers()
        self.fields["employer"].choices = [("", "Choose"), *((str(row.uuid), row.name) for row in rows)]  # type: ignore[attr-defined]

    def employers(self) -> list[Organisation]:
        """All but the one of this job."""
        return [row for row in super().employers() if row.pk != getattr(self.subject, "employer_id", None)]

    def clean_employer(self) -> Organisation:
        wanted = self.cleaned_data["employer"]
        return next(row for row in self.employers() if str(row.uuid) == wanted)

    def clean_first_day(self) -> Any:
        return self.cleaned_data["first_day"] or today_london(self.at)


class CorrectStart(StepForm):
    """The first day as it was."""

    asks_day = False
    first_day = DayField(label="First day in work", help_text="The checks then follow from this day.")


class Ask(StepForm):
    """Asked for, of whom, and what it waits for."""

    owner_words = LineField(label="Who is doing it?", required=False, max_length=120)
    blocked_by = LineField(label="What is it waiting for?", required=False)


class NotRequired(StepForm):
    """This job does not need it."""

    day_label = "When was that decided?"


class Receive(StepForm):
    """What was asked for has come."""

    blocked_by = LineField(label="What is it still waiting for?", required=False)


class Answer(StepForm):
    """Still in work there: who says so, and when they knew."""

    asks_day = False
    grade = forms.ChoiceField(label="Who says so?", choices=Grade.choices, required=False)
    known_on = DayField(label="When did they know?", required=False, help_text="Leave empty for today.")

    def add_choices(self) -> None:
        """An employer is asked how they know, and is taken to know it now."""
        if self.by.kind == "employer":
            grade: Any = self.fields["grade"]
            grade.label, grade.choices, grade.initial = "How do you know?", HOW_EMPLOYERS_KNOW, Grade.EMPLOYER
            del self.fields["known_on"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return {"known_on": today_london(self.at), **cleaned}

    def clean_known_on(self) -> Any:
        return self.cleaned_data["known_on"] or today_london(self.at)

    def clean_grade(self) -> str:
        return self.cleaned_data["grade"] or (Grade.EMPLOYER if self.by.kind == "employer" else Grade.SELF)


class AnotherAnswer(Answer):
    """What somebody else says."""

    anew = frozenset({"grade", "known_on", "in_post"})  # what is there is the first answer's
    field_order = ("once", "version", "in_post")
    in_post = forms.ChoiceField(label="Were they still in work there?", choices=YES_NO, widget=forms.RadioSelect)
    last_day = DayField(label="Last day", required=False, help_text="If they had left. Leave empty if not known yet.")

    def clean_in_post(self) -> bool:
        return bool(self.cleaned_data["in_post"] == "yes")


class Settle(StepForm):
    """What was found out."""

    asks_day = False
    last_day = DayField(label="Last day", required=False, help_text="Leave empty if not known, or if they are still there.")


class AnyWork(StepForm):
    """In any paid work on the date."""

    asks_day = False
    any_work = forms.ChoiceField(label="Were they in any paid work on that date?", choices=YES_NO, widget=forms.RadioSelect)

    def add_choices(self) -> None:
        if isinstance(self.subject, RetentionCheck):
            self.fields["any_work"].label = f"Were they in any paid work on {day(self.subject.due_on)}?"

    def clean_any_work(self) -> bool:
        return bool(self.cleaned_data["any_work"] == "yes")


class AnswerLeft(Answer):
    """No longer there, and since when."""

    field_order = ("once", "version", "last_day", "grade", "known_on")
    last_day = DayField(label="Last day", required=False, help_text="Leave empty if not known yet.")
