"""Letting a colleague in, and finding one in the list."""

from typing import Any, cast

from django import forms

from accounts.choices import Role
from accounts.models import Organisation, Programme
from ground.forms import HouseForm, LineField


class InviteForm(HouseForm):
    """Who, for whom, as what. The organisations and programmes offered are those the user may read."""

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

    def __init__(self, *args: Any, user: object, roles: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["organisation"]).queryset = Organisation.objects.for_user(user)
        cast(forms.ModelChoiceField, self.fields["programme"]).queryset = Programme.objects.for_user(user)
        cast(forms.ChoiceField, self.fields["role"]).choices = [(role, Role(role).label) for role in roles]


class UsersFilter(forms.Form):
    """Narrowing the list of users."""

    role = forms.ChoiceField(label="Role", required=False, choices=[("", "Any role"), *Role.choices])
    words = forms.CharField(label="Name or e-mail address", required=False, max_length=100)
