"""Forms about a person: added at a stall, put right, reached in another way, moved."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from accounts.models import Programme
from candidates.choices import RouteKind
from candidates.models import Address, Candidate, ContactRoute
from ground.fields import DayField, DayWidget
from ground.forms import HouseForm, LineField, PhoneField
from ground.phones import Phone, show_phone
from outreach.models import Event
from pathways.forms.case import FamiliesField
from places.postcodes import read_postcode

#: Languages that people in the area are asked about, in their English names. The code is kept; texts exist in some of them.
LANGUAGES = [
    ("en", "English"),
    ("ar", "Arabic"),
    ("bn", "Bengali"),
    ("zh", "Chinese"),
    ("fr", "French"),
    ("gu", "Gujarati"),
    ("ku", "Kurdish"),
    ("ps", "Pashto"),
    ("fa", "Persian"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("pa", "Punjabi"),
    ("ro", "Romanian"),
    ("so", "Somali"),
    ("es", "Spanish"),
    ("ti", "Tigrinya"),
    ("uk", "Ukrainian"),
    ("ur", "Urdu"),
    ("other", "Another language"),
]
NOT_OWN = {"personal": "070 numbers are forwarding numbers, not mobiles. Ask for another number", "pager": "This is a pager’s number"}
VALUE_WORDS = {
    RouteKind.MOBILE: "Number",
    RouteKind.LANDLINE: "Number",
    RouteKind.EMAIL: "E-mail address",
    RouteKind.LETTER: "Address",
    RouteKind.THROUGH: "Person or place",
}
SAFE = ("is_shared", "may_text", "may_call", "may_voicemail", "may_mention", "safe_times")


def own_phone(phone: Phone | None) -> Phone | None:
    """A number that a person can be reached on; the line's own kinds are refused in words."""
    if phone is not None and phone.kind in NOT_OWN:
        raise forms.ValidationError(NOT_OWN[phone.kind])
    return phone


def route_kind(phone: Phone) -> str:
    """What kind of way to reach somebody a number is."""
    return RouteKind.LANDLINE if phone.kind == "landline" else RouteKind.MOBILE


class PostcodeField(LineField):
    """A postcode as people type it, or nothing; a letter O where a digit belongs is pointed out."""

    def __init__(self, **kwargs: Any) -> None:
        box = forms.TextInput(attrs={"class": "govuk-input--width-10", "autocomplete": "off", "spellcheck": "false"})
        super().__init__(max_length=20, widget=box, **kwargs)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        reading = read_postcode(typed)
        if reading.sentence:
            raise forms.ValidationError(reading.sentence)
        return reading.normalised


ELSEWHERE = "Only if it was at none of the events above. "


class AddPerson(HouseForm):
    """Three fields at a stall: name, a way to reach them, interested or not. The rest may wait."""

    first_name = LineField(label="First name", widget=forms.TextInput(attrs={"autocomplete": "off"}))
    last_name = LineField(label="Last name", required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    phone = PhoneField(label="Phone", required=False, help_text="Or another way under “More”")
    interested = forms.BooleanField(label="They are interested", required=False, initial=True)
    families = FamiliesField()
    email = forms.EmailField(
        label="E-mail", required=False, max_length=254, error_messages={"invalid": "Enter an e-mail address like name@example.org"}
    )
    through = LineField(
        label="Through a person or place", required=False, max_length=200, help_text="For example: her sister Amina, or the library desk"
    )
    postcode = PostcodeField(label="Postcode", required=False)
    programme = forms.ChoiceField(label="Programme")
    event = forms.ChoiceField(label="Met at", required=False)
    source = LineField(label="How did you meet?", required=False, max_length=60, help_text=f"{ELSEWHERE}For example: the job centre")
    anyway = forms.BooleanField(required=False, widget=forms.HiddenInput)

    #: Fields behind "More".
    MORE = ("families", "email", "through", "postcode", "programme", "event", "source")

    def __init__(self, *args: Any, programmes: Sequence[Programme], events: Sequence[Event], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["families"].offer()  # type: ignore[attr-defined]  # the field above
        self.programmes = {str(each.uuid): each for each in programmes}
        self.events = {str(each.uuid): each for each in events}
        which: Any = self.fields["programme"]
        which.choices = [(key, each.name) for key, each in self.programmes.items()]
        if len(self.programmes) == 1:
            which.initial, which.required, which.widget = next(iter(self.programmes)), False, forms.HiddenInput()
        stall: Any = self.fields["event"]
        met_at = ((key, f"{each.name}, {each.day.day} {each.day:%B}") for key, each in self.events.items())
        stall.choices = [("", "Not at one of these"), *met_at]
        if not self.events:
            del self.fields["event"]
            self.fields["source"].help_text = self.fields["source"].help_text.removeprefix(ELSEWHERE)

    @property
    def met_at(self) -> forms.BoundField | None:
        """The event, where one is chosen already: it stands in sight, not behind "More"."""
        return self["event"] if "event" in self.fields and self.initial.get("event") in self.events else None

    def clean_phone(self) -> Phone | None:
        return own_phone(self.cleaned_data["phone"])

    def more(self) -> list[forms.BoundField]:
        """The fields behind "More" that are asked at all."""
        shown = {"event"} if self.met_at else set()
        return [self[name] for name in self.MORE if name in self.fields and name not in shown and not self[name].is_hidden]

    @property
    def more_is_open(self) -> bool:
        """Whether "More" must be open: something in it was filled in or refused."""
        return any(field.errors or (self.is_bound and field.value()) for field in self.more())

    def chosen_programme(self) -> Programme:
        """The programme chosen, or the only one."""
        return self.programmes[self.cleaned_data.get("programme") or next(iter(self.programmes))]

    def chosen_event(self) -> Event | None:
        """The stall, when one was chosen."""
        return self.events.get(self.cleaned_data.get("event", ""))

    def routes(self) -> list[tuple[str, str, str]]:
        """Ways to reach the person: kind, value, as typed."""
        data, found = self.cleaned_data, []
        if data["phone"]:
            found.append((route_kind(data["phone"]), data["phone"].e164, data["phone"].typed))
        if data["email"]:
            found.append((RouteKind.EMAIL.value, data["email"].strip(), data["email"]))
        if data["through"]:
            found.append((RouteKind.THROUGH.value, data["through"], data["through"]))
        return found


class CorrectPerson(HouseForm):
    """A typing error in a name, the name to use, the date of birth, the language."""

    edits = True
    first_name = LineField(label="First name")
    last_name = LineField(label="Last name", required=False)
    known_as = LineField(label="Name to use", required=False, help_text="If they go by another name")
    date_of_birth = DayField(label="Date of birth", required=False, widget=DayWidget(birthday=True))
    language = forms.ChoiceField(label="Language they like to use", choices=LANGUAGES)
    english_is_fine = forms.BooleanField(label="English is fine too", required=False, help_text="If the language above is another one")

    def __init__(self, *args: Any, person: Candidate, **kwargs: Any) -> None:
        self.person = person
        super().__init__(*args, initial={name: getattr(person, name) for name in self.base_fields if hasattr(person, name)}, **kwargs)
        known = {code for code, _ in LANGUAGES}
        if person.language not in known:
            field: Any = self.fields["language"]
            field.choices = [*LANGUAGES, (person.language, person.language)]

    def values(self) -> dict[str, Any]:
        """What the service writes; a day typed anew is exact."""
        data = self.cleaned_data
        born: date | None = data["date_of_birth"]
        kept = self.person.birth_quality if born == self.person.date_of_birth else "exact"
        names = ("first_name", "last_name", "known_as", "date_of_birth", "language", "english_is_fine")
        return {name: data[name] for name in names} | {"birth_quality": kept if born else ""}


class WayIn(HouseForm):
    """One way to reach a person, and what is safe on it."""

    value = LineField(label="Number, address or name", max_length=320)
    main = forms.BooleanField(
        label="The main way to reach them", required=False, help_text="It stands first. If it is a mobile, texts go to it."
    )
    is_shared = forms.BooleanField(label="Shared with others", required=False)
    may_text = forms.BooleanField(label="Texts are fine", required=False)
    may_call = forms.BooleanField(label="Calls are fine", required=False)
    may_voicemail = forms.BooleanField(label="Safe to leave a voicemail", required=False)
    may_mention = forms.BooleanField(label="Safe to mention the programme", required=False)
    safe_times = LineField(label="Best or safe times", required=False, help_text="For example: after 4pm")

    def safe(self) -> dict[str, Any]:
        """What is safe, as the service writes it."""
        return {name: self.cleaned_data[name] for name in SAFE if name in self.fields}

    def read_value(self, cleaned: dict[str, Any], kind: str | None) -> dict[str, Any]:
        """The number or address as it is kept; what cannot be one is refused at its field."""
        value = cleaned.get("value")
        if kind in {RouteKind.MOBILE, RouteKind.LANDLINE} and value:
            try:
                phone = own_phone(PhoneField(label="Phone").clean(value))
                cleaned["kind"], cleaned["value"] = route_kind(phone), phone.e164  # type: ignore[arg-type,union-attr]  # never empty here
            except forms.ValidationError as error:
                self.add_error("value", error)
        if kind == RouteKind.EMAIL and value:
            try:
                forms.EmailField(error_messages={"invalid": "Enter an e-mail address like name@example.org"}).clean(value)
            except forms.ValidationError as error:
                self.add_error("value", error)
        return cleaned


class AddRoute(WayIn):
    """One more way to reach the person, with what is safe."""

    kind = forms.ChoiceField(label="What is it?", choices=RouteKind.choices, widget=forms.RadioSelect, initial=RouteKind.MOBILE)
    field_order = ("once", "kind", "value")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"may_text": True, "may_call": True}, **kwargs)
        for name in ("may_text", "may_call", "may_voicemail"):
            self.fields[name].help_text = "Only for a phone number"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return self.read_value(cleaned, cleaned.get("kind"))


class ChangeRoute(WayIn):
    """The number itself put right, what is safe on it, and whether it is the one to try first."""

    edits = True

    def __init__(self, *args: Any, route: ContactRoute, alone: bool, **kwargs: Any) -> None:
        self.route = route
        start = {name: getattr(route, name) for name in SAFE} | {"value": show_phone(route.value) if route.is_phone else route.value}
        super().__init__(*args, initial=start, **kwargs)
        self.fields["value"].label = VALUE_WORDS[route.kind]  # type: ignore[index]  # one of the kinds
        if not route.is_phone:
            for name in ("may_text", "may_call", "may_voicemail"):
                del self.fields[name]
        if alone:
            del self.fields["main"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["kind"] = self.route.kind
        if self.typed_anew(cleaned):
            return self.read_value(cleaned, self.route.kind)
        return cleaned | {"value": self.route.value}

    def typed_anew(self, cleaned: dict[str, Any]) -> bool:
        """Whether something else was typed than what stood there."""
        return bool(cleaned.get("value")) and cleaned["value"] != self.initial["value"]

    def values(self) -> dict[str, Any]:
        """What the service writes: the number only when it is another."""
        data = self.cleaned_data
        anew = (data["kind"], data["value"]) != (self.route.kind, self.route.value)
        typed = self["value"].data if anew else self.route.typed
        return self.safe() | ({"kind": data["kind"], "value": data["value"], "typed": typed[:320]} if anew else {})


class AddressForm(HouseForm):
    """Where the person lives: moved from a day, or always was there."""

    edits = True
    lines = LineField(label="Address", required=False, max_length=300, help_text="House and street, as on a letter")
    postcode = PostcodeField(label="Postcode", required=False)
    no_fixed_abode = forms.BooleanField(label="No fixed abode", required=False)
    change = forms.ChoiceField(
        label="What happened?",
        choices=[("moved", "They moved"), ("corrected", "A mistake: it was always this one")],
        widget=forms.RadioSelect,
        initial="moved",
    )
    since = DayField(label="Since when?", required=False, help_text="Leave empty for today.")

    def __init__(self, *args: Any, current: Address | None, **kwargs: Any) -> None:
        start = {name: getattr(current, name) for name in ("lines", "postcode", "no_fixed_abode")} if current is not None else {}
        super().__init__(*args, initial=start, **kwargs)
        if current is None:
            del self.fields["change"], self.fields["since"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned["no_fixed_abode"] and not cleaned["postcode"] and not cleaned["lines"]:
            self.add_error("postcode", "Enter a postcode or an address, or tick “No fixed abode”.")
        return cleaned


class DeathForm(HouseForm):
    """The day a person died."""

    edits = True
    died_on = DayField(
        label="When did they die?",
        help_text="As far as you know it",
        error_messages={"required": "Enter the day as far as you know it."},
    )
