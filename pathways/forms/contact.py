"""Forms of getting in touch: a tap in a list, and a contact in full."""

from typing import Any

from django import forms

from ground.fields import DayField
from ground.forms import HouseForm, TextField
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
    outcome = forms.ChoiceField(label="What came of it?", choices=ContactOutcome.choices, widget=forms.RadioSelect)
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


class CloseForm(HouseForm):
    """Nothing to fill in: a press that is meant."""

    edits = True
