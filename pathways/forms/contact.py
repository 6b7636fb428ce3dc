"""Forms of getting in touch: a tap in a list, a contact in full, something to do, and another day for it."""

from typing import Any

from django import forms

from ground.fields import DayField
from ground.forms import HouseForm, LineField, TextField
from outreach.choices import Channel, ContactOutcome

#: What one tap logs: its name in the form -> how and with what outcome.
TAPS: dict[str, tuple[str, str]] = {
    "call.no_answer": (Channel.CALL, ContactOutcome.NO_ANSWER),
    "call.spoke": (Channel.CALL, ContactOutcome.SPOKE),
    "call.left_message": (Channel.CALL, ContactOutcome.LEFT_MESSAGE),
    "face_to_face.spoke": (Channel.FACE, ContactOutcome.SPOKE),
    "text.sent": (Channel.TEXT, ContactOutcome.SENT),
}
SPOKEN = frozenset({ContactOutcome.SPOKE, ContactOutcome.NO_ANSWER})
#: Which outcomes make sense for which way of getting in touch.
OUTCOMES: dict[str, frozenset[str]] = {
    Channel.CALL: frozenset(
        {ContactOutcome.SPOKE, ContactOutcome.NO_ANSWER, ContactOutcome.LEFT_MESSAGE, ContactOutcome.WRONG_NUMBER},
    ),
    Channel.FACE: SPOKEN,
    Channel.TEXT: frozenset({ContactOutcome.SENT, ContactOutcome.SPOKE, ContactOutcome.WRONG_NUMBER}),
    Channel.WHATSAPP: frozenset({ContactOutcome.SENT, ContactOutcome.SPOKE, ContactOutcome.WRONG_NUMBER}),
    Channel.EMAIL: frozenset({ContactOutcome.SENT, ContactOutcome.SPOKE}),
    Channel.LETTER: frozenset({ContactOutcome.SENT, ContactOutcome.SPOKE}),
}


class TapForm(HouseForm):
    """One press: rang and nobody answered; spoke."""

    tap = forms.ChoiceField(choices=[(name, name) for name in TAPS])


class ContactForm(HouseForm):
    """A contact or an attempt in full."""

    channel = forms.ChoiceField(label="How?", choices=Channel.choices, widget=forms.RadioSelect, initial=Channel.CALL)
    outcome = forms.ChoiceField(
        label="What came of it?", choices=ContactOutcome.choices, widget=forms.RadioSelect, initial=ContactOutcome.NO_ANSWER
    )
    day = DayField(label="When?", required=False, help_text="Leave empty for today.")
    minutes = forms.IntegerField(
        label="Minutes",
        required=False,
        min_value=1,
        max_value=600,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}),
        error_messages={"invalid": "Enter the minutes as a number, for example 20"},
    )
    meaningful = forms.BooleanField(label="It moved something on", required=False, help_text="Counted as a meaningful intervention.")
    note = TextField(label="Anything to remember?", required=False, max_length=2_000)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        channel, outcome = cleaned.get("channel"), cleaned.get("outcome")
        if channel and outcome and outcome not in OUTCOMES[channel]:
            self.add_error("outcome", "That cannot come of it: choose another outcome, or another way of getting in touch.")
        return cleaned


class TaskForm(HouseForm):
    """Something to do that no step knows of."""

    words = LineField(label="What is to be done?", max_length=200, help_text="For example: send the bus times")
    due_on = DayField(label="By when?", error_messages={"required": "Enter the day, for example 27 11 2026."})


class SnoozeForm(HouseForm):
    """Another day."""

    edits = True
    until = DayField(label="Until when?", error_messages={"required": "Enter the day, for example 27 11 2026."})


class CloseForm(HouseForm):
    """Done."""

    edits = True


class WakeForm(HouseForm):
    """Back on the list, at the day it had."""

    edits = True
    due_on = DayField(label="Due")
