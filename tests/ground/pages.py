"""Addresses for the tests of the web's edges: small views that do what a view may do."""

from datetime import date

from django import forms
from django.db import OperationalError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import include, path

from ground import views
from ground.clock import read_clock
from ground.door import Busy, Conflict, NotYours, Refused, open_to, transact
from ground.forms import DayField, HouseForm, LineField, PhoneField
from ground.models import KeyProof
from ground.once import posted_once


class Person(HouseForm):
    """A form as the house has them."""

    name = LineField(label="Name")
    family = forms.ChoiceField(label="Job family", choices=[("", "Choose"), ("care", "Healthcare"), ("desk", "Administration")])
    phone = PhoneField(label="Phone", required=False, help_text="A mobile if there is one")
    born = DayField(label="Date of birth", required=False)


class Edit(Person):
    """The same, of something that is there."""

    edits = True


@transact
def add(name: str) -> None:
    """A service."""
    KeyProof.objects.create(name=name, proof="")


@open_to("public", methods=("GET", "POST"))
@posted_once
def add_page(request: HttpRequest) -> HttpResponse:
    """Adds a row once."""
    form = Person(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add(form.cleaned_data["name"])
            if form.cleaned_data["name"] == "taken":
                raise Refused("This name is taken.", field="name")
            if form.cleaned_data["name"] == "closed":
                raise Conflict("This step is not open any more.")
            return HttpResponseRedirect(f"/there/{form.cleaned_data['name']}/")
        except Refused as refused:
            transaction.set_rollback(True)
            form.refuse(refused)
    return render(request, "page.html", {"form": form}, status=422 if form.errors else 200)


@open_to("public", methods=("GET", "POST"))
def edit_page(request: HttpRequest) -> HttpResponse:
    """Always too late."""
    form = Edit(request.POST, version=7)
    form.is_valid()
    current = {"name": "Ruth", "family": "desk", "born": date(1990, 11, 21)}
    return views.stale_page(request, form, current=current, version=8, changed_by="Dawn Hill", back="/there/")


@open_to("public", methods=("GET", "POST"))
def goes_wrong(request: HttpRequest, how: str) -> HttpResponse:
    """One fault of each kind."""
    faults = {
        "conflict": Conflict("This step is not open any more."),
        "refused": Refused("There is no such day."),
        "not-yours": NotYours(),
        "busy": Busy(),
        "missing": Http404("Ruth Miller"),
        "away": OperationalError("server closed the connection"),
        "unforeseen": KeyError("Ruth Miller 07700 900123"),
    }
    if how == "long":
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM nowhere_at_all")
    raise faults[how]


@open_to("public")
def says_when(request: HttpRequest) -> HttpResponse:
    """Reads the clock."""
    return HttpResponse(read_clock().isoformat())


@open_to("machine", methods=("POST",), raw_body=True)
def hook(request: HttpRequest) -> HttpResponse:
    """Takes any body: a provider's."""
    return HttpResponse(str(len(request.body)))


urlpatterns = [
    path("add/", add_page, name="add_page"),
    path("edit/", edit_page, name="edit_page"),
    path("wrong/<str:how>/", goes_wrong, name="goes_wrong"),
    path("when/", says_when, name="says_when"),
    path("hooks/any", hook, name="any_hook"),
    path("undeclared/", lambda request: HttpResponse("in"), name="undeclared"),
    path("", include("ground.urls")),
]
handler400 = "ground.views.bad_request"
handler403 = "ground.views.forbidden"
handler404 = "ground.views.not_found"
handler500 = "ground.views.fault"
