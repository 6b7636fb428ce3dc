"""The public form: a name and one way to reach somebody is enough. Its words are for everybody, in every language we have."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from candidates.choices import RouteKind
from employers.models import JobFamily
from ground.forms import HouseForm, LineField
from ground.phones import PhoneRefused, read_phone
from pathways.forms.case import NOT_SURE
from pathways.forms.person import own_phone, route_kind
from pathways.forms.stamp import LONGEST, new_stamp
from places.postcodes import read_postcode

MOST_FAMILIES = 3
#: The families that every installation starts with, as their words are looked up in a catalogue. Others are shown as they are.
SHIPPED_FAMILIES = (
    gettext_noop("Administration"),
    gettext_noop("Receptionist, clerk, booking team"),
    gettext_noop("Facilities"),
    gettext_noop("Porter, catering, domestic assistant, driver"),
    gettext_noop("Healthcare"),
    gettext_noop("Healthcare support worker, pharmacy assistant"),
)
WAYS = [
    (RouteKind.MOBILE.value, gettext_lazy("Mobile phone")),
    (RouteKind.LANDLINE.value, gettext_lazy("Landline phone")),
    (RouteKind.EMAIL.value, gettext_lazy("E-mail")),
    (RouteKind.LETTER.value, gettext_lazy("Letter")),
    (RouteKind.THROUGH.value, gettext_lazy("Through a person or place")),
]
#: What to do when the second half of "how can we reach you?" was left empty.
EMPTY_WAY = {
    RouteKind.MOBILE: gettext_lazy("Write your phone number, like 07700 900123."),
    RouteKind.LANDLINE: gettext_lazy("Write your phone number, like 07700 900123."),
    RouteKind.EMAIL: gettext_lazy("Write your e-mail address, like name@example.org."),
    RouteKind.LETTER: gettext_lazy("Write the address where a letter reaches you."),
    RouteKind.THROUGH: gettext_lazy("Write the name of the person or place, and how we find them."),
}
#: What people write in place of a postcode when they have no home; each language adds its own word.
NO_HOME = frozenset({"none", "no", "nfa", "no fixed abode", "no fixed address", "homeless", "n/a"})
UNREADABLE = gettext_lazy("Some of these letters cannot be read. Please write it again.")
FROM_THE_LIST = gettext_lazy("Choose from the list.")


class Pictures(forms.CheckboxSelectMultiple):
    """Tick boxes with a picture and examples beside each."""

    option_template_name = "pathways/parts/picture_option.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shown: Mapping[str, tuple[str, str]] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        picture, option["hint"] = self.shown.get(str(value), ("", ""))
        option["pictures"] = [f"pathways/pictures/{picture}.svg"] * bool(picture) + ["pathways/pictures/work.svg"]
        return option


class InterestForm(HouseForm):
    """Six questions at most. Nothing here asks twice, and nothing but a name and one way to reach the person is needed."""

    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=LONGEST)
    name = LineField(
        label=gettext_lazy("What is your name?"),
        help_text=gettext_lazy("The name that people call you is fine."),
        error_messages={
            "required": gettext_lazy("Write your name."),
            "max_length": gettext_lazy("This name is too long. Use 200 letters or fewer."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "name", "autocapitalize": "words", "dir": "auto"}),
    )
    way = forms.ChoiceField(
        label=gettext_lazy("How can we reach you?"),
        choices=WAYS,
        initial=RouteKind.MOBILE.value,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how we can reach you.")},
    )
    reach = LineField(
        label=gettext_lazy("Your number, e-mail or address"),
        help_text=gettext_lazy("Or the name of the person or place, for example: my sister Amina, or the library desk."),
        required=False,
        max_length=300,
        error_messages={"max_length": gettext_lazy("This is too long. Use 300 letters or fewer.")},
        widget=forms.TextInput(attrs={"autocomplete": "on", "spellcheck": "false", "dir": "auto"}),
    )
    shared = forms.BooleanField(
        label=gettext_lazy("Other people may see messages to me"),
        help_text=gettext_lazy("Then our messages will not say what they are about."),
        required=False,
    )
    families = forms.MultipleChoiceField(
        label=gettext_lazy("What kind of work would you like?"),
        help_text=gettext_lazy("Choose up to three. It is fine not to be sure."),
        required=False,
        widget=Pictures,
        error_messages={"invalid_list": FROM_THE_LIST},
    )
    postcode = LineField(
        label=gettext_lazy("What is your postcode?"),
        help_text=gettext_lazy("It helps us to find work near you. If you have no home at the moment, write “none”."),
        required=False,
        max_length=60,
        error_messages={"max_length": gettext_lazy("This postcode does not look right. Write it like B15 2TH, or leave it empty.")},
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10", "autocomplete": "postal-code", "spellcheck": "false"}),
    )
    #: A trap: people never see it, programmes that fill in everything do.
    website = forms.CharField(label=gettext_lazy("Leave this empty"), required=False, max_length=1_000)

    def __init__(self, *args: Any, at: datetime, families: list[JobFamily], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        self.fields["once"].initial = lambda: new_stamp(at=at)
        self.fields["reach"].hide_optional = True  # type: ignore[attr-defined]  # read by label_words.html; asked for by `clean`
        work: Any = self.fields["families"]
        work.choices = [*((each.code, gettext(each.name)) for each in families), (NOT_SURE, gettext("I am not sure"))]
        work.widget.shown = {each.code: (each.picture, gettext(each.examples) if each.examples else "") for each in families}
        work.widget.shown[NOT_SURE] = ("not_sure", "")
        for name in ("way", "families"):
            self.fields[name].error_messages["invalid_choice"] = FROM_THE_LIST
        for field in self.fields.values():
            field.error_messages["null_characters_not_allowed"] = UNREADABLE

    def questions(self) -> list[forms.BoundField]:
        """What a person sees, in order."""
        return [self[name] for name in ("name", "way", "reach", "shared", "families", "postcode")]

    def clean_name(self) -> str:
        """A name of any letters or signs; marks that nobody can see are none."""
        name: str = self.cleaned_data["name"]
        if not any(unicodedata.category(each)[0] not in "CZ" for each in name):
            raise ValidationError(self.fields["name"].error_messages["required"])
        return name

    def clean_families(self) -> list[str]:
        chosen = [code for code in self.cleaned_data["families"] if code != NOT_SURE]
        if len(chosen) > MOST_FAMILIES:
            raise ValidationError(gettext("Choose three kinds of work at most."))
        return chosen

    def clean_postcode(self) -> str:
        """A postcode as it is kept; NO_HOME's own word stays a word, for `no_home`."""
        typed: str = self.cleaned_data["postcode"]
        if self._says_no_home(typed):
            return ""
        reading = read_postcode(typed)
        if reading.suggestion:
            sentence = gettext("This postcode does not look right. Do you mean %(postcode)s?")
            raise ValidationError(sentence % {"postcode": reading.suggestion})
        if reading.sentence:
            raise ValidationError(gettext("This postcode does not look right. Write it like B15 2TH, or leave it empty."))
        return reading.normalised

    @staticmethod
    def _says_no_home(typed: str) -> bool:
        # Translators: the word that the hint of the postcode asks for, when somebody has no home at the moment.
        return typed.strip().strip(".").casefold() in NO_HOME | {gettext("none").casefold()}

    @property
    def no_home(self) -> bool:
        """Whether the person said that they have no home at the moment."""
        return self._says_no_home(str(self["postcode"].data or ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        way, value = cleaned.get("way"), cleaned.get("reach")
        if way and value == "":
            self.add_error("reach", EMPTY_WAY[RouteKind(way)])
        elif way in {RouteKind.MOBILE, RouteKind.LANDLINE} and value:
            self._read_number(cleaned, value)
        elif way == RouteKind.EMAIL and value:
            try:
                validate_email(value)
            except ValidationError:
                self.add_error("reach", gettext("This e-mail address does not look right. Write it like name@example.org."))
            else:
                cleaned["reach"] = value.lower()  # so that it is found again, however it is typed
        return cleaned

    def _read_number(self, cleaned: dict[str, Any], value: str) -> None:
        try:
            phone = own_phone(read_phone(value))
        except (PhoneRefused, ValidationError):
            self.add_error("reach", gettext("We cannot read this phone number. Write it like 07700 900123."))
            return
        if phone is not None:
            cleaned["way"], cleaned["reach"] = route_kind(phone), phone.e164
