"""Signing in, in as few fields as there can be."""

from typing import Any

from django import forms

from ground.forms import HouseForm

#: Long enough for any sentence, short enough that hashing it costs nobody anything.
LONGEST_PASSWORD = 256


class PasswordField(forms.CharField):
    """A password as typed: spaces count."""

    def __init__(self, *, autocomplete: str, **kwargs: Any) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, "spellcheck": "false"})
        super().__init__(max_length=LONGEST_PASSWORD, strip=False, widget=widget, **kwargs)


class OwnDeviceField(forms.BooleanField):
    """Whether a phone is carried by one person: then a pause between two people they meet signs nobody out."""

    def __init__(self, **kwargs: Any) -> None:
        said = "Only on your own device. An outreach worker is then signed out after four hours without use, instead of half an hour."
        super().__init__(label="This device is mine alone", required=False, help_text=said, **kwargs)


class MailboxForm(HouseForm):
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
        error_messages={"required": "Enter your e-mail address", "invalid": "Enter an e-mail address such as name@example.org"},
    )


class SignInForm(MailboxForm):
    """Staff give their password; employers leave it empty and are sent a code."""

    password = PasswordField(label="Password", autocomplete="current-password")
    own_device = OwnDeviceField()


class CodeForm(HouseForm):
    code = forms.CharField(
        label="Code",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "govuk-input--width-10"}),
        error_messages={"required": "Enter the code"},
    )


class NewPasswordForm(HouseForm):
    password = PasswordField(
        label="New password",
        autocomplete="new-password",
        help_text="At least 12 characters. Three or four words are easy to remember.",
    )


class AcceptForm(HouseForm):
    """What an invited person says of themselves; employers need no password."""

    name = forms.CharField(label="Your name", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))

    def __init__(self, *args: Any, needs_name: bool, needs_password: bool, asks_device: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_name:
            del self.fields["name"]
        if needs_password:
            self.fields["password"] = NewPasswordForm.base_fields["password"]
        if asks_device:
            self.fields["own_device"] = OwnDeviceField()


class ChoosePlaceForm(HouseForm):
    place = forms.ChoiceField(label="Who are you working for now?", widget=forms.RadioSelect)

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"] = forms.ChoiceField(label=self.fields["place"].label, widget=forms.RadioSelect, choices=places)
