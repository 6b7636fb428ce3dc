"""The pages of the gallery: invented people in every state that a component has."""

from collections.abc import Callable
from datetime import date
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
MENU = (("account", "Today", 12), ("users", "Caseload", None), ("invite", "Add a person", None), ("password_reset", "Search", None))
MENU += (("sign_in", "Career headings", None), ("second_factor", "Registers", 0))
HOUSE |= {"navigation": [{"url": name, "label": words, "count": count} for name, words, count in MENU]}
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

LIST = """
{% extends "page.html" %}{% load components %}
{% block title %}Caseload{% endblock %}{% block width %}wide{% endblock %}
{% block content %}
<h1 class="govuk-heading-l">Caseload</h1>
{% filters narrow clear="?" %}{% endfilters %}
{% rows "Due" show=True count=24 %}
{% for r in rows %}{% row r.name href="#" where=r.where next=r.next owed=r.owed ours=r.ours due=r.due overdue=r.overdue waiting=r.days %}
{% for act in r.acts %}{% one_tap "#" act about=r.name version=3 %}{% endfor %}
{% endrow %}{% endfor %}
{% row "Edwina Marsh" href="#" where="Interested" done="Rang at 10:42, no answer. Next try tomorrow." waiting=2 %}{% one_tap "#" "Undo" about="Edwina Marsh" kind="quiet" %}{% endrow %}
{% endrows %}
{% pagination page about="the caseload" %}
{% endblock %}
"""

PERSON = """
{% extends "page.html" %}{% load components %}
{% block title %}Person{% endblock %}{% block width %}wide{% endblock %}
{% block before %}{% back_link "#" "Caseload" %}{% endblock %}
{% block content %}
<div class="two-pane">
<div class="two-pane__list">
{% rows "Caseload" %}{% for r in rows %}
{% if forloop.first %}{% row r.name href="#" where=r.where next=r.next owed=r.owed ours=r.ours due=r.due overdue=r.overdue waiting=r.days current=True %}{% one_tap "#" "Spoke" about=r.name %}{% endrow %}
{% else %}{% row r.name href="#" where=r.where next=r.next owed=r.owed ours=r.ours due=r.due overdue=r.overdue waiting=r.days %}{% for act in r.acts %}{% one_tap "#" act about=r.name %}{% endfor %}{% endrow %}{% endif %}
{% endfor %}{% endrows %}
</div>
<div class="two-pane__open">
<h1 class="govuk-heading-l">Amina Yusuf</h1>
<p class="govuk-body">{% tag "Job ready" %} {% tag "Owed by us" kind="ours" %} {% tag "2 days overdue" kind="overdue" %} {% tag "Checks done" kind="done" %} {% tag "Closed" kind="quiet" %}</p>
{% panel "Next" ours=True %}<p class="govuk-body">Ring about Heartlands. You, <span class="overdue">2 days overdue</span>.</p>
<ul class="steps"><li>{% one_tap "#" "Rang, no answer" %}</li><li>{% one_tap "#" "Spoke" kind="primary" %}</li><li>{% button "Put forward" href="#" kind="secondary" %}</li></ul>{% endpanel %}
{% panel "How to reach" %}{% summary %}
{% fact "Phone" change="#" %}<a class="govuk-link" href="tel:+447700900123">07700 900123</a> <span class="quiet">their own, texts are fine</span>{% endfact %}
{% fact "Language" change="#" %}Somali{% endfact %}
{% fact "Lives in" %}Northfield, Birmingham{% endfact %}
{% endsummary %}{% endpanel %}
<h2 class="govuk-heading-m">What happened</h2>
{% timeline %}
{% day_group first %}
{% entry "Became job ready" who="Dawn Ellis" when="14:20" kind="step" %}{% one_tap "#" "Undo" about="became job ready" kind="quiet" %}{% endentry %}
{% entry "Text from Amina" when="11:02" kind="text-in" %}<p>Yes I can do Mondays. Thank you</p>{% endentry %}
{% folded 2 %}{% entry "Opened by Dawn Ellis" when="09:00" kind="system" %}{% endentry %}{% entry "Text delivered" when="08:31" kind="system" %}{% endentry %}{% endfolded %}
{% endday_group %}
{% day_group second %}
{% entry "Finished training" who="Dawn Ellis" when="16:00" kind="step" undone=True %}{% endentry %}
{% entry "Note" who="Dawn Ellis" when="15:12" kind="note" %}<p>Can start at seven when her sister minds the children. Would rather not work at Good Hope.</p>{% endentry %}
{% entry "Rang, no answer" who="Dawn Ellis" when="12:40" kind="contact" %}{% endentry %}
{% endday_group %}
{% endtimeline %}
</div></div>
{% endblock %}
"""

FORM = """
{% extends "page.html" %}{% load components %}
{% block title %}Add a person{% endblock %}
{% block before %}{% breadcrumbs crumbs %}{% endblock %}
{% block content %}
<h1 class="govuk-heading-l">Add a person</h1>
{% details "Why we ask" %}<p class="govuk-body">So that somebody can ring them.</p>{% enddetails %}
{% warning %}Do not write health details here.{% endwarning %}
{% inset %}They can change all of this later.{% endinset %}
{% form_page form "Save and add the next" cancel="#" %}
{% fieldset "Delivery" hint="Only if they have no phone." id="delivery" %}<p class="govuk-body">Inside a group.</p>{% endfieldset %}
{% button "End this case" kind="warning" name="end" value="1" %} {% button "Quiet" kind="quiet" %}
{% endblock %}
"""

BOARD = """
{% extends "page.html" %}{% load components %}
{% block title %}Board{% endblock %}{% block width %}wide{% endblock %}
{% block content %}
<h1 class="govuk-heading-l">Board</h1>
<div class="stats">
{% stat "305" "Offers" href="#" base="of 902 people" people="#" %}
{% stat "68%" "In work at six months" href="#" base="of 120 who started by 21 May 2026" %}
{% stat "14" "Owed by us" people="#" ours=True base="oldest 9 days" %}
{% stat "3" "Overdue" people="#" overdue=True note="since Monday" %}
</div>
{% table_frame "Funnel" base="902 people, 1 June 2025 to 21 November 2026" %}
<thead class="govuk-table__head"><tr class="govuk-table__row"><th scope="col" class="govuk-table__header">Phase</th><th scope="col" class="govuk-table__header govuk-table__header--numeric">This month</th><th scope="col" class="govuk-table__header govuk-table__header--numeric">Year to date</th><th scope="col" class="govuk-table__header govuk-table__header--numeric">Target</th></tr></thead>
<tbody class="govuk-table__body">
{% for phase, month, year, target in funnel %}<tr class="govuk-table__row"><th scope="row" class="govuk-table__header">{{ phase }}</th><td class="govuk-table__cell govuk-table__cell--numeric">{{ month }}</td><td class="govuk-table__cell govuk-table__cell--numeric">{{ year }}</td><td class="govuk-table__cell govuk-table__cell--numeric">{{ target }}</td></tr>{% endfor %}
</tbody>{% endtable_frame %}
<figure class="chart"><figcaption>Still in work, of 120 who started</figcaption>
<svg viewBox="0 0 600 200" role="img" aria-label="From 100 of 100 at the start to 68 of 100 at six months"><path class="chart__band" d="M40 20 L300 60 L580 90 L580 40 L300 30 Z"/><path class="chart__axis" d="M40 10 V180 H590"/><path class="chart__highlight" d="M40 20 H200 V40 H400 V60 H580"/><text class="chart__label" x="500" y="52">All, 68%</text><path class="chart__ink" d="M40 25 H260 V70 H580"/><text class="chart__label chart__label--quiet" x="440" y="88">A year before, 61%</text></svg></figure>
{% details "The same as a table" %}<p class="govuk-body">120 people.</p>{% enddetails %}
{% progress 620 902 "rows read" %}
{% demo_note %}<p>Everyone here is invented.</p>{% enddemo_note %}
{% empty_state "Nobody is waiting" "Everyone who asked has somebody. Add the first person at your next stall." href="#" action="Add a person" %}
{% notice "Undone. Amina Yusuf is in training again." kind="success" %}{% one_tap "#" "Do it again" %}{% endnotice %}
{% notice kind="error" %}<p class="govuk-body">The register could not be read.</p>{% endnotice %}
{% endblock %}
"""

PUBLIC = """
{% extends "page.html" %}{% load components %}
{% block title %}{{ title }}{% endblock %}{% block navigation %}{% endblock %}{% block account %}{% endblock %}
{% block content %}
<h1 class="govuk-heading-l">{{ title }}</h1>
{% form_page form save %}
{% pagination page %}
{% endblock %}
"""


class Arabic(HouseForm):
    """A short form in a language that runs from right to left."""

    name = forms.CharField(label="الاسم")
    way = forms.ChoiceField(label="كيف نتصل بك؟", choices=[("t", "رسالة نصية"), ("p", "هاتف")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="أوافق", required=False)


def _page(source: str, *, user: object, language: str = "en-gb", **context: object) -> str:
    request = RequestFactory().get("/account/")
    request.user = user
    context.setdefault("standing", HOUSE)
    with translation.override(language):
        template = engines["django"].from_string(source.strip()).template
        return template.render(Context({"request": request, "csrf_token": "x", "csp_nonce": "x", **context}))


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
    return _page(LIST, user=_worker(), rows=ROWS, narrow=narrow, page=MORE, messages=said, standing={**HOUSE, **DEMO})


def _list_plain() -> str:
    return _page(LIST, user=_worker(), rows=ROWS[:1], narrow=Narrow(), page=SimpleNamespace(next="", previous=""))


def _person() -> str:
    return _page(PERSON, user=_worker(), rows=ROWS, first=date(2026, 11, 21), second=date(2026, 11, 19))


def _form() -> str:
    return _page(FORM, user=_worker(), form=Everything(), crumbs=[("Caseload", "#"), ("Add a person",)])


def _errors() -> str:
    form = Everything(
        {"name": "", "first_day_day": "31", "first_day_month": "2", "first_day_year": "2026", "email": "dawn", "ways": ["fax"]}, {}
    )
    form.add_error(None, "This person may be here already: look at the two side by side.")
    return _page(FORM, user=_worker(), form=form, crumbs=[("Caseload", "#"), ("Add a person",)])


def _board() -> str:
    funnel = [("Interested", "1,204", "9,020", "10,000"), ("Job ready", "61", "610", "700"), ("In work", "9", "204", "305")]
    return _page(BOARD, user=_worker(), funnel=funnel, standing={**HOUSE, **DEMO})


def _right_to_left() -> str:
    form = Arabic({"name": "", "way": ""})
    return _page(PUBLIC, user=AnonymousUser(), language="ar", form=form, title="أخبرنا عنك", save="إرسال", page=MORE)


def _error(status: int, **context: object) -> Callable[[], str]:
    return lambda: _page(f'{{% extends "errors/{status}.html" %}}', user=AnonymousUser(), standing={}, status=status, **context)


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
