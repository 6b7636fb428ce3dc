"""Forms of the coffee-cup chat: booking it with one of us or with an employer, and what came of it."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms

from accounts.models import Organisation, User
from ground.clock import LONDON, london, today_london
from ground.fields import DayField
from ground.forms import LineField, TextField
from ground.templatetags.said import time_of_day, weekday
from pathways.forms.case import family_choices
from pathways.forms.step import HEARD, StepForm
from pathways.models.interview import WorkStatus
from pathways.queries.calendar import clash_of
from pathways.services.interview import host_keeps

MISSED_BY = [("candidate", "They did not come"), ("us", "We could not make it")]
#: Days that need no typing, in their order from today on.
NEAR = {"today": "Today", "tomorrow": "Tomorrow"}
ANOTHER = "another"
#: What staff ask in a chat, and an employer does not.
OURS = ("work_status", "work_status_since", "in_the_way", "adjustments_wanted")
READ_BY = "Read by those who look after this person and by your colleagues, by no other employer. The person may ask to read it."


def _said(day: date) -> str:
    """Monday 7 December: a day this near needs no year."""
    return weekday(day).rpartition(" ")[0]


class BookChat(StepForm):
    """Day, time, place, host; and the person's yes where an employer hosts it."""

    asks_day = False
    which = forms.ChoiceField(label="When?", required=False, widget=forms.RadioSelect)
    day = DayField(label="Day", required=False, help_text="For another day, for example 27 11 2026")
    hour = forms.TimeField(
        label="Time",
        input_formats=["%H:%M", "%H.%M", "%I:%M%p", "%I%p", "%H"],
        help_text="For example 10:30",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-5", "inputmode": "numeric"}),
        error_messages={"invalid": "Enter a time like 10:30"},
    )
    anyway = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    place = LineField(label="Where?", max_length=60, help_text="As you would say it: at the library café, or by phone")
    host = forms.ChoiceField(label="Who holds it?", required=False)
    consent_how = forms.ChoiceField(label="If an employer holds it, how did the person agree to that?", choices=HEARD, required=False)

    def add_choices(self) -> None:
        found = self.employers()
        self.hosts = {str(each.uuid): each for each in [*found, *self.colleagues(), *self._who_holds_it_now()]}
        ours = [(key, each.name) for key, each in self.hosts.items() if not isinstance(each, Organisation)]
        theirs = [(str(each.uuid), each.name) for each in found]
        host: Any = self.fields["host"]
        host.choices = [("", "Me"), *ours, *([("An employer", theirs)] if theirs else [])]
        self._say_what_is_shared(bool(theirs))
        for name in ("which", "day"):
            self.fields[name].hide_optional = True  # type: ignore[attr-defined]  # read by the field's template
        days = [(name, f"{words}, {_said(self._day_of(name))}") for name, words in NEAR.items()]
        self.fields["which"].choices = [*days, (ANOTHER, "Another day")]  # type: ignore[attr-defined]
        self._keep_what_was_booked()

    def _who_holds_it_now(self) -> list[User]:
        """Whoever holds a chat goes on holding it when another moves it, also a colleague of another organisation."""
        host = getattr(self.subject, "host", None)
        return [host] if host is not None and host != self.user else []

    def _keep_what_was_booked(self) -> None:
        """Moving a chat begins from the time it has."""
        booked = getattr(self.subject, "at", None)
        if booked is None:
            return
        host = getattr(self.subject, "host", None) or getattr(self.subject, "host_employer", None)
        which = next((name for name in NEAR if self._day_of(name) == today_london(booked)), ANOTHER)
        start = {
            "which": which,
            "day": today_london(booked) if which == ANOTHER else None,
            "hour": f"{london(booked):%H:%M}",
            "host": "" if host is None or host == self.user else str(host.uuid),
        }
        self.initial = {**self.initial, **start}

    def _say_what_is_shared(self, anybody: bool) -> None:
        """What an employer who hosts it sees; nothing is asked where the programme has none."""
        if not anybody or self.case is None:
            del self.fields["consent_how"]
            return
        how: Any = self.fields["consent_how"]
        how.hide_optional = True
        name = self.case.candidate.name
        how.help_text = f"The employer then sees the name, {name}, what kinds of work they want, and when and where: nothing else."

    def _day_of(self, which: str) -> date:
        return today_london(self.at) + timedelta(days=list(NEAR).index(which))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        which = cleaned.get("which", "")
        if which in NEAR and "day" not in self.errors:
            cleaned["day"] = self._day_of(which)
        elif not cleaned.get("day") and "day" not in self.errors:
            self.add_error("day", "Choose today or tomorrow, or enter the day, for example 27 11 2026.")
        self._ask_for_their_yes(cleaned)
        if not self.errors:
            self._look_for_a_clash(cleaned)
        return cleaned

    def _look_for_a_clash(self, cleaned: dict[str, Any]) -> None:
        """Said once, with the time of the other chat: two at a time are meant where several people come together."""
        when, host, chat = self.when(), cleaned["host"], self._chat
        if chat is not None and chat.at == when and chat.host == host:
            return
        other, stamp = clash_of(host=host, when=when, user=self.user, but=chat), f"{when:%Y-%m-%dT%H:%M}"
        if other is None or cleaned["anyway"] == stamp:
            return
        whose = "You have" if host == self.user else f"{host.name} has"
        self.add_error("hour", f"{whose} another chat at {time_of_day(other)} on {_said(today_london(other))}.")
        self.fields["anyway"] = forms.MultipleChoiceField(
            label="Both at once?", choices=[(stamp, "Book it all the same")], required=False, widget=forms.CheckboxSelectMultiple
        )
        self.fields["anyway"].hide_optional = True  # type: ignore[attr-defined]  # read by the field's template
        self._bound_fields_cache.pop("anyway", None)  # type: ignore[attr-defined]  # the hidden one it was until now

    def _ask_for_their_yes(self, cleaned: dict[str, Any]) -> None:
        """An employer needs the person's yes, once; one of us needs none."""
        host, how = cleaned.get("host"), cleaned.get("consent_how")
        if isinstance(host, Organisation):
            if not how and "consent_how" not in self.errors and not host_keeps(self._chat, host):
                self.add_error("consent_how", f"Say how the person agreed to {host.name} holding the chat.")
        elif how and "host" not in self.errors:
            self.add_error("host", "Choose the employer who holds it, or leave out how the person agreed.")

    @property
    def _chat(self) -> Any:
        return self.subject if self.subject is not None and self.subject.pk else None

    def clean_host(self) -> Any:
        return self.hosts.get(self.cleaned_data["host"] or str(getattr(self.user, "uuid", "")))

    def hosting(self) -> dict[str, Any]:
        """Who holds it, as the service wants it. Called once the form is sound."""
        host = self.cleaned_data["host"]
        if isinstance(host, Organisation):
            return {"host": None, "employer": host, "consent_how": self.cleaned_data["consent_how"]}
        return {"host": host}

    def when(self) -> datetime:
        """Day and time as people in London mean them."""
        hour: time = self.cleaned_data["hour"]
        return datetime.combine(self.cleaned_data["day"], hour, tzinfo=LONDON)


class MissChat(StepForm):
    """Who missed it, and why."""

    asks_day = False
    missed_by = forms.ChoiceField(label="Who could not make it?", choices=MISSED_BY, widget=forms.RadioSelect)


class HoldChat(StepForm):
    """What came of it. No score. An employer who hosts it says which kinds of work, and a note, and is asked for no more."""

    families = forms.MultipleChoiceField(label="Which kinds of work?", required=False, widget=forms.CheckboxSelectMultiple)
    work_status = forms.ChoiceField(label="Work at the moment", choices=[("", "Not asked"), *WorkStatus.choices], required=False)
    work_status_since = DayField(label="Not working since", required=False)
    in_the_way = LineField(label="What gets in the way?", required=False, max_length=400, help_text="In their words")
    adjustments_wanted = forms.BooleanField(label="Would like an adjustment or support", required=False)
    note = TextField(label="Anything their worker should know?", required=False, max_length=2_000, help_text=READ_BY)

    asks_employer_day = False

    def add_choices(self) -> None:
        self.fields["families"].choices = family_choices()  # type: ignore[attr-defined]
        for name in OURS if self.by.kind == "employer" else ("note",):
            del self.fields[name]
        if self.by.kind == "employer" and self.subject is not None:
            known = getattr(self.subject, "shared", {}).get("families", [])
            self.initial = {**self.initial, "families": getattr(self.subject, "families", None) or known}

    def outcome(self) -> dict[str, Any]:
        """What the chat writes besides its day and families: nothing where an employer tells of it."""
        return {name: self.cleaned_data[name] for name in OURS if name in self.fields}

    def noted(self) -> dict[str, str]:
        """What an employer noted, where one was asked."""
        return {"note": self.cleaned_data["note"]} if "note" in self.fields else {}
