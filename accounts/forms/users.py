"""Letting a colleague in, and finding one in the list."""

from typing import Any, cast

from django import forms

from accounts.choices import Role
from accounts.models import Organisation, Programme
from accounts.rules import Openings
from ground.forms import HouseForm, LineField


class InviteForm(HouseForm):
    """Who, for whom, as what. Only what the user may open is offered; where there is one choice, it is told and nothing is asked."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"invalid": "Enter an e-mail address such as name@example.org"},
        help_text="They get a link that works once, for seven days.",
    )
    name = LineField(label="Name", required=False)
    organisation = forms.ModelChoiceField(
        label="Organisation", queryset=Organisation.objects.none(), to_field_name="uuid", empty_label=None
    )
    role = forms.ChoiceField(label="Role", widget=forms.RadioSelect)
    programme = forms.ModelChoiceField(
        label="Programme",
        queryset=Programme.objects.none(),
        to_field_name="uuid",
        required=False,
        empty_label="All programmes of the organisation",
    )

    def __init__(self, *args: Any, offered: Openings, at_home: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisation = cast(forms.ModelChoiceField, self.fields["organisation"])
        organisation.queryset = offered.organisations
        if not self.initial.get("organisation"):
            own = offered.organisations.filter(pk=at_home).first()
            self.initial["organisation"] = own or offered.organisations.first()
        role = cast(forms.ChoiceField, self.fields["role"])
        role.choices = [(role, Role(role).label) for role in offered.roles]
        if len(offered.roles) == 1:
            self.initial.setdefault("role", offered.roles[0])
        self._offer_programmes(offered)
        #: What is settled already, in words: label and choice.
        self.settled = [told for name in ("organisation", "role", "programme") if (told := self._only_choice(name))]

    def _only_choice(self, name: str) -> tuple[str, str] | None:
        """The one choice of a field that must be answered, which then goes with the form unasked; nothing where there are several."""
        field = cast(forms.ChoiceField, self.fields[name])
        choices = [str(words) for value, words in field.choices if value]
        if not field.required or len(choices) != 1:
            return None
        field.widget = forms.HiddenInput()
        return str(field.label), choices[0]

    def _offer_programmes(self, offered: Openings) -> None:
        if not offered.programmes.exists():
            self.fields["programme"].widget = forms.HiddenInput()
            return
        field = cast(forms.ModelChoiceField, self.fields["programme"])
        field.queryset = offered.programmes
        if offered.one_programme:
            only = list(offered.programmes[:2])
            field.required = True
            field.error_messages["required"] = "Choose the programme they will work on"
            field.empty_label = None if len(only) == 1 else "Choose a programme"
            if len(only) == 1:
                self.initial.setdefault("programme", only[0])


class UsersFilter(forms.Form):
    """Narrowing the list of users."""

    role = forms.ChoiceField(label="Role", required=False, choices=[("", "Any role"), *Role.choices])
    words = forms.CharField(label="Name or e-mail address", required=False, max_length=100)
