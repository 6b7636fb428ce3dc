"""Forms of putting forward."""

from datetime import date
from typing import Any

from django import forms

from accounts.choices import RuleCode
from accounts.models import History, ProgrammeRule
from employers.choices import PayUnit
from employers.models import CareerHeading
from employers.services.heading import went_stale
from ground.clock import today_london
from ground.fields import DayField, HintedRadios
from ground.forms import LineField
from ground.phones import show_phone
from ground.templatetags.said import day as said_day
from ground.templatetags.said import money
from pathways.forms.step import HEARD, StepForm
from pathways.models import Introduction
from pathways.models.introduction import JobKind
from pathways.queries.company import read_together
from pathways.scope import introductions
from pathways.services.introduction import FULL_ENOUGH, shared_phone
from pathways.workflow.introduction import LIVE

#: The press that sends at once.
NOW = "now"


class Send(StepForm):
    """The person's yes, and what is shared."""

    consent_how = forms.ChoiceField(label="How did the person agree to be put forward to this employer?", choices=HEARD)
    share_phone = forms.BooleanField(label="Share their phone number", required=False)
    note = LineField(label="One line for the employer", required=False, max_length=400, help_text="Shared as you write it.")

    def add_choices(self) -> None:
        """The tick box says which number it would share, and what is shared in any case."""
        if self.case is None:
            return
        person = self.case.candidate
        called = f" (called {person.called})" if person.called != person.first_name else ""
        phone = shared_phone(person)
        tick = self.fields["share_phone"]
        tick.label = f"Share their phone number, {show_phone(phone)}" if phone else "Share their phone number: none is known"
        tick.help_text = f"The employer sees the name, {person.name}{called}, and your line; the number only if you tick this."


class Revive(StepForm):
    """The person's yes, once more."""

    consent_how = forms.ChoiceField(label="How did the person agree to be put forward again?", choices=HEARD)


class PutForward(Send):
    """Which opening; and, when the person has said yes, sending it at once."""

    heading = forms.ChoiceField(label="Opening", widget=HintedRadios())
    field_order = ("once", "version", "heading", "consent_how", "share_phone", "note")

    def add_choices(self) -> None:
        super().add_choices()
        rows, today = self.headings(), today_london(self.at)
        wanted = set(self.case.families) if self.case is not None else set()
        openings: Any = self.fields["heading"]
        openings.choices = [(str(row.uuid), f"{row.title}, {row.organisation.name}") for row in rows]
        stale = ProgrammeRule.objects.history(RuleCode.STALE_DAYS)
        openings.widget.option_hints = {str(row.uuid): _about_opening(row, wanted, stale, today) for row in rows}
        if not rows:
            openings.help_text = "No opening is open in this programme now."
        how: Any = self.fields["consent_how"]
        how.required, how.hide_optional = False, True
        how.help_text = "Needed to put them forward now."

    @property
    def now(self) -> bool:
        """Whether it is sent at once."""
        return self.data.get("press") == NOW

    @property
    def presses(self) -> list[dict[str, str]]:
        """Send it now; or choose the opening only."""
        only = {"words": "Only note it for now", "value": "", "kind": "secondary"}
        return [{"words": "Put forward now", "value": NOW, "kind": ""}, only]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.now and not cleaned.get("consent_how"):
            self.add_error("consent_how", "Say how the person agreed, or only note it for now.")
        return cleaned

    def headings(self) -> list[CareerHeading]:
        """Open headings of the case's programme, the person's families first."""
        if self.case is None:
            return []
        mine = CareerHeading.objects.for_user(self.user)
        rows = mine.filter(programme=self.case.programme_id, stage__in=["open", "stale"], not_recorded=False)
        wanted = set(self.case.families)
        return sorted(rows.select_related("organisation", "family"), key=lambda row: (row.family.code not in wanted, row.title, row.pk))

    def clean_heading(self) -> CareerHeading:
        wanted = self.cleaned_data["heading"]
        return next(row for row in self.headings() if str(row.uuid) == wanted)


def _about_opening(row: CareerHeading, wanted: set[str], stale: History, today: date) -> str:
    """Whether it is what they want, its pay and place, and how fresh it is."""
    pay = f"{money(row.pay)} {row.get_pay_unit_display()}" if row.pay is not None else "Pay not given"
    fits = f"What they want: {row.family.name}" if row.family.code in wanted else row.family.name
    known = row.confirmed_on or row.posted_on
    old = f"Not confirmed since {said_day(known)}" if known and went_stale(row, stale, today) else ""
    return ". ".join(part for part in (fits, pay, row.site, old) if part)


class Offer(StepForm):
    """Hours, pay, site, start by, kind."""

    offer_kind = forms.ChoiceField(label="Kind of job", choices=JobKind.choices)
    offer_hours = forms.DecimalField(label="Hours a week", min_value=0, max_value=80, max_digits=4, decimal_places=1, required=False)
    offer_pay = forms.DecimalField(label="Pay in pounds", min_value=0, max_value=500_000, max_digits=9, decimal_places=2, required=False)
    offer_pay_unit = forms.ChoiceField(label="Paid by", choices=PayUnit.choices, required=False)
    offer_site = LineField(label="Where?", required=False, max_length=160)
    offer_start_by = DayField(label="Start by", required=False)

    def add_choices(self) -> None:
        """Nothing asks twice for what the opening says."""
        opening = getattr(self.subject, "heading", None)
        if opening is None or getattr(self.subject, "offered_on", None) is not None:
            return
        hours = opening.hours_a_week
        known = {
            "offer_hours": f"{hours.normalize():f}" if hours is not None else None,
            "offer_pay": opening.pay,
            "offer_pay_unit": opening.pay_unit,
            "offer_site": opening.site,
            "offer_start_by": opening.start_by,
        }
        self.initial = {**self.initial, **known}

    def offer(self) -> dict[str, Any]:
        """What the offer writes."""
        data = self.cleaned_data
        names = ("offer_kind", "offer_hours", "offer_pay", "offer_pay_unit", "offer_site", "offer_start_by")
        return {name: data[name] for name in names}


class OthersField(forms.MultipleChoiceField):
    """Some of the other introductions; one that has ended meanwhile is closed already and in nobody's way."""

    def valid_value(self, value: Any) -> bool:
        return True


class Accept(StepForm):
    """Yes; and which of the other introductions to close."""

    close = OthersField(
        label="What else shall we close?", required=False, widget=forms.CheckboxSelectMultiple, help_text="The others stay open."
    )

    def add_choices(self) -> None:
        rows = self.others()
        field: Any = self.fields["close"]
        field.choices = [(str(row.uuid), f"{row.heading.title}, {row.employer.name}") for row in rows]
        hours = getattr(self.subject, "offer_hours", None)
        field.initial = [value for value, _ in field.choices] if hours is not None and hours >= FULL_ENOUGH else []
        if not rows:
            del self.fields["close"]

    def others(self) -> list[Introduction]:
        """The person's other live introductions; an employer never sees this form."""
        if self.subject is None or self.case is None:
            return []
        rows = introductions(self.user).filter(pathway__in=read_together(self.case), stage__in=LIVE).exclude(pk=self.subject.pk)
        return list(rows.select_related("heading", "employer").order_by("id"))

    def chosen(self) -> list[int]:
        """Ids of those to close."""
        wanted = set(self.cleaned_data.get("close", []))
        return [row.pk for row in self.others() if str(row.uuid) in wanted]
