"""The pages of the gallery: invented people in every state that a component has."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.template import Context, engines
from django.test import RequestFactory
from django.utils import translation

from accounts.models import User
from ground.fields import DayField, HintedRadios
from ground.forms import HouseForm

HOUSE = {"organisation": "Northfield Community Trust", "name": "Dawn Ellis", "role_words": "outreach worker"}
HOUSE |= {"account_href": "/account/", "sign_out_href": "/sign-out/"}
MENU = (("today", "Today", 12), ("caseload", "Caseload", None), ("add", "Add a person", None), ("search", "Search", None))
MORE = (("headings", "Career headings", None), ("registers", "Registers", 0))
HOUSE |= {
    place: [{"url": name, "label": words, "count": count} for name, words, count in lines]
    for place, lines in (("navigation", MENU), ("navigation_more", MORE))
}
DEMO = {
    "demo": True,
    "demo_links": [
        {"label": "Move the day on", "href": "#"},
        {"label": "Mailbox", "href": "#"},
        {"label": "The candidate's phone", "href": "#"},
    ],
}


class Everything(HouseForm):
    """One field of every kind."""

    name = forms.CharField(label="Name", help_text="As they like to be called.", max_length=200)
    phone = forms.CharField(label="Phone", widget=forms.TextInput(attrs={"type": "tel", "class": "govuk-input--width-20"}), required=False)
    email = forms.EmailField(label="E-mail", required=False)
    first_day = DayField(label="First day in work", help_text="For example 21 11 2026")
    family = forms.ChoiceField(
        label="What work do they want?",
        choices=[("admin", "Administration"), ("facilities", "Facilities"), ("unsure", "Not sure yet")],
        widget=HintedRadios(option_hints={"facilities": "Porters, cleaning, kitchens, grounds"}),
        help_text="One is enough for now.",
    )
    ways = forms.MultipleChoiceField(
        label="How may we reach them?",
        choices=[("text", "By text"), ("phone", "By phone"), ("letter", "By letter")],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
        required=False,
    )
    site = forms.ChoiceField(label="Site", choices=[("", "Choose a site"), ("a", "Heartlands"), ("b", "Good Hope")])
    note = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    register = forms.FileField(label="Register", help_text="A CSV or XLSX file, at most 32 MB.", required=False)
    agreed = forms.BooleanField(label="They agreed to be put forward to Heartlands", help_text="Ask each time.")


class Narrow(forms.Form):
    """A list's filters."""

    stage = forms.ChoiceField(label="Where they are", required=False, choices=[("", "Anywhere"), ("job_ready", "Job ready")])
    owner = forms.ChoiceField(label="Worker", required=False, choices=[("", "Anybody"), ("me", "Me")])
    due = forms.ChoiceField(label="Due", required=False, choices=[("", "Any time"), ("week", "This week")])


ROWS = [
    {
        "name": "Amina Yusuf",
        "where": "Job ready",
        "next": "Ring about Heartlands",
        "owed": "You",
        "ours": True,
        "due": "2 days overdue",
        "overdue": True,
        "days": 19,
        "acts": ("Rang, no answer", "Spoke"),
    },
    {
        "name": "Bartholomew Featherstonehaugh-Cholmondeley",
        "where": "Waiting for the chat on Thursday 26 November 2026",
        "next": "Chat at Northfield library",
        "owed": "You",
        "ours": True,
        "due": "in 3 days",
        "overdue": False,
        "days": 4,
        "acts": ("Attended",),
    },
    {
        "name": "Chidi Okafor",
        "where": "Put forward",
        "next": "Answer about the ward clerk opening",
        "owed": "Good Hope",
        "ours": False,
        "due": "today",
        "overdue": False,
        "days": 1,
        "acts": ("Snooze to tomorrow",),
    },
    {
        "name": "Dilys Pryce",
        "where": "In work",
        "next": "13-week check",
        "owed": "Good Hope",
        "ours": False,
        "due": "in 2 weeks",
        "overdue": False,
        "days": 0,
        "acts": (),
    },
]


class Arabic(HouseForm):
    """A short form in a language that runs from right to left."""

    name = forms.CharField(label="الاسم")
    way = forms.ChoiceField(label="كيف نتصل بك؟", choices=[("t", "رسالة نصية"), ("p", "هاتف")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="أوافق", required=False)


HERE = Path(__file__).parent


def _page(name: str, *, user: object, language: str = "en-gb", **context: object) -> str:
    request = RequestFactory().get("/caseload/")
    request.user = user
    context.setdefault("standing", HOUSE)
    with translation.override(language):
        engine = engines["django"]
        drawn_here = HERE / f"{name}.html"
        template = engine.from_string(drawn_here.read_text()) if drawn_here.exists() else engine.get_template(f"{name}.html")
        return template.template.render(Context({"request": request, "csrf_token": "x", "csp_nonce": "x", **context}))


def _worker() -> User:
    user = User(email="dawn@example.org")
    user.desk = SimpleNamespace(roles={"outreach_worker"}, has=lambda role: role == "outreach_worker")
    return user


MORE = SimpleNamespace(next="abc", previous="xyz")


def _list() -> str:
    said = [
        Message(constants.SUCCESS, "Saved."),
        Message(constants.WARNING, "Amina Yusuf has no phone."),
        Message(constants.INFO, "Twelve rows."),
    ]
    narrow = Narrow({"stage": "job_ready", "owner": "", "due": "week"})
    return _page("list", user=_worker(), rows=ROWS, narrow=narrow, page=MORE, messages=said, standing={**HOUSE, **DEMO})


def _list_plain() -> str:
    return _page("list", user=_worker(), rows=ROWS[:1], narrow=Narrow(), page=SimpleNamespace(next="", previous=""))


def _person() -> str:
    return _page("person", user=_worker(), rows=ROWS, first=date(2026, 11, 21), second=date(2026, 11, 19))


def _form() -> str:
    return _page("form", user=_worker(), form=Everything(), crumbs=[("Caseload", "#"), ("Add a person",)])


def _errors() -> str:
    form = Everything(
        {"name": "", "first_day_day": "31", "first_day_month": "2", "first_day_year": "2026", "email": "dawn", "ways": ["fax"]}, {}
    )
    form.add_error(None, "This person may be here already: look at the two side by side.")
    return _page("form", user=_worker(), form=form, crumbs=[("Caseload", "#"), ("Add a person",)])


def _board() -> str:
    funnel = [("Interested", "1,204", "9,020", "10,000"), ("Job ready", "61", "610", "700"), ("In work", "9", "204", "305")]
    return _page("board", user=_worker(), funnel=funnel, standing={**HOUSE, **DEMO})


def _right_to_left() -> str:
    form = Arabic({"name": "", "way": ""})
    return _page("public", user=AnonymousUser(), language="ar", form=form, title="أخبرنا عنك", save="إرسال", page=MORE)


def _error(status: int, **context: object) -> Callable[[], str]:
    return lambda: _page(f"errors/{status}", user=AnonymousUser(), standing={}, status=status, **context)


TYPED = [("Name", "Amina Yusuf"), ("Note", "Rang her sister.\nShe will ring back.")]
DIFFERENT = [
    {"label": "Title", "mine": "Ward clerk", "theirs": "Ward clerk, nights", "differs": True},
    {"label": "Places", "mine": "2", "theirs": "2", "differs": False},
]

#: What a page of the gallery is called, and how it is drawn.
PAGES: dict[str, Callable[[], str]] = {
    "list": _list,
    "list-one": _list_plain,
    "person": _person,
    "form": _form,
    "form-errors": _errors,
    "board": _board,
    "right-to-left": _right_to_left,
    "error-404": _error(404),
    "error-403": _error(403, sentence="Only the worker who holds this person may do that."),
    "error-409": _error(409, rows=DIFFERENT, changed_by="Sam Okoro", again=[("title", "Ward clerk"), ("version", 4)], back="/openings/"),
    "error-409-step": _error(409, sentence="This step is no longer open.", typed=TYPED, back="/people/"),
    "error-422": _error(422, sentence="The day is before their interest.", typed=TYPED),
    "error-503": _error(503, reference="a1b2c3d4", typed=TYPED),
}
