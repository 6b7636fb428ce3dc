"""The start page of staff: what is due today, and what is nobody's yet."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accounts.desk import desk_of
from accounts.middleware import desk_for, places_for, user_of
from ground.clock import page_time, read_clock, today_london
from ground.door import open_to
from ground.paging import keyset
from pathways.models import Pathway
from pathways.queries.acted import acted
from pathways.queries.digest import digest
from pathways.queries.interests import forms_that_wait, stalls, waiting_forms
from pathways.queries.today import Asked, due_today
from pathways.queries.unclaimed import count_words, first_and_counts, in_words, key_of, nobodys, nobodys_row
from pathways.scope import CASE_ROLES
from pathways.views.acted_on import List, acted_on

#: Where each role begins, first match first; workers and leads begin with today.
STARTS = (
    (frozenset(CASE_ROLES), "/today/"),
    (frozenset({"employer"}), "/start/"),
    (frozenset({"trainer"}), "/courses/"),
    (frozenset({"administrator"}), "/settings/users/"),
)
ON_TODAY = 3
LONGEST_KEY = 60


@open_to("public")
def home(request: HttpRequest) -> HttpResponse:
    """Staff go to where their role begins; visitors read what this is."""
    if not request.user.is_authenticated:
        return render(request, "pathways/home.html")
    desk = desk_of(request.user)
    if desk is None:
        return HttpResponseRedirect("/sign-in/choose/" if len(places_for(request)) > 1 else "/account/")
    return HttpResponseRedirect(next((path for roles, path in STARTS if desk.roles & roles), "/account/"))


@open_to(*CASE_ROLES)
def today(request: HttpRequest) -> HttpResponse:
    """One list of what is due, each thing done in one tap where one tap is enough."""
    asked = asked_of(request)
    page = due_today(asked)
    waiting = nobodys(request.user)
    first, number, forms = first_and_counts(waiting, forms_that_wait(request.user), ON_TODAY)
    rows = [nobodys_row(case, me=request.user, today=asked.today, back=_taken_to(asked, case)) for case in first]
    context = {
        "page": page,
        "asked": asked,
        "day": asked.today,
        "nobodys": rows,
        "nobodys_count": number,
        "nobodys_words": in_words(number),
        "forms": f"{in_words(forms)} {'form' if forms == 1 else 'forms'}" if forms else "",
        "more_nobodys": number > ON_TODAY,
    }
    return render(request, "pathways/today.html", context)


@open_to(*CASE_ROLES)
def morning(request: HttpRequest) -> HttpResponse:
    """One's own day to read or print: all of it, in order, with numbers to ring and nothing to press."""
    at = page_time()
    page = digest(user=request.user, actors=desk_for(request).actors(*reversed(CASE_ROLES)), at=at)
    return render(request, "pathways/digest.html", {"page": page, "day": today_london(at)})


def asked_of(request: HttpRequest) -> Asked:
    """Whose day and which page, as the address says; what cannot be read is left out."""
    at, get = page_time(), request.GET
    actors = desk_for(request).actors(*reversed(CASE_ROLES))
    usual = "me" if desk_for(request).has("outreach_worker") else "team"
    whose = get.get("whose", "")
    asked = Asked(
        user=request.user,
        actors=actors,
        at=at,
        whose=whose if whose in {"me", "team"} else usual,
        usual=usual,
        start=_number(get.get("after", "")),
        row=get.get("row", "")[:LONGEST_KEY],
        place=_number(get.get("place", "")),
        was=get.get("was", "")[:LONGEST_KEY],
    )
    did = get.get("did", "")[:LONGEST_KEY]
    if not did:
        return asked
    done = acted(request.user, did=did, actors=actors, at=at, back=asked.address(), was=asked.was)
    return Asked(**{**asked.__dict__, "did": done})


def _taken_to(asked: Asked, case: Pathway) -> str:
    return asked.address(row=key_of(case), place="0") + "#acted"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


@open_to(*CASE_ROLES)
def unclaimed(request: HttpRequest) -> HttpResponse:
    """Nobody's yet, oldest first: take."""
    day = today_london(read_clock())
    waiting = nobodys(request.user)
    page = keyset(waiting, order=("opened_on", "id"), after=request.GET.get("after"), size=25)
    here = List(request, "/unclaimed/")
    rows = [
        nobodys_row(case, me=user_of(request), today=day, back=here.back(key_of(case), number)) for number, case in enumerate(page.rows)
    ]
    acted_on(request, rows, here)
    address = f"{settings.PUBLIC_BASE_URL}/interest/"
    context = {
        "rows": rows,
        "page": page,
        "count_words": count_words(waiting)[1],
        "day": day,
        "forms": waiting_forms(request.user),
        "stalls": stalls(request.user, today=day),
        "form_address": address,
        "form_words": f"Here is the form that we talked about: {address}",
    }
    return render(request, "pathways/unclaimed.html", context)
