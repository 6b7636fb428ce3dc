"""The start page of staff: what is due today, and what is nobody's yet."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accounts.desk import desk_of
from accounts.middleware import desk_for, user_of
from ground.clock import read_clock, today_london
from ground.door import open_to
from ground.paging import keyset
from pathways.queries.acted import acted
from pathways.queries.today import Asked, count_words, due_today, nobodys, nobodys_row
from pathways.scope import CASE_ROLES

#: Where each role begins, first match first; workers and leads begin with today.
STARTS = (
    (frozenset(CASE_ROLES), "/today/"),
    (frozenset({"employer"}), "/start/"),
    (frozenset({"trainer"}), "/headings/"),
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
        return HttpResponseRedirect("/account/")
    return HttpResponseRedirect(next((path for roles, path in STARTS if desk.roles & roles), "/account/"))


@open_to(*CASE_ROLES)
def today(request: HttpRequest) -> HttpResponse:
    """One list of what is due, each thing done in one tap where one tap is enough."""
    asked = asked_of(request)
    page = due_today(asked)
    waiting = nobodys(request.user)
    number, words = count_words(waiting)
    rows = [nobodys_row(case, me=request.user, today=asked.today, back=_taken_to(asked, case.uuid)) for case in waiting[:ON_TODAY]]
    context = {
        "page": page,
        "asked": asked,
        "day": asked.today,
        "nobodys": rows,
        "nobodys_count": number,
        "nobodys_words": words,
        "more_nobodys": number > ON_TODAY,
    }
    return render(request, "pathways/today.html", context)


def asked_of(request: HttpRequest) -> Asked:
    """Whose day and which page, as the address says; what cannot be read is left out."""
    at, get = read_clock(), request.GET
    by = desk_for(request).actor(*reversed(CASE_ROLES))
    whose = "team" if get.get("whose") == "team" else "me"
    asked = Asked(
        user=request.user,
        by=by,
        at=at,
        whose=whose,
        start=_number(get.get("after", "")),
        row=get.get("row", "")[:LONGEST_KEY],
        place=_number(get.get("place", "")),
        was=get.get("was", "")[:LONGEST_KEY],
    )
    did = get.get("did", "")[:LONGEST_KEY]
    if not did:
        return asked
    done = acted(request.user, did=did, by=by, at=at, back=asked.address(), was=asked.was)
    return Asked(**{**asked.__dict__, "did": done})


def _taken_to(asked: Asked, uuid: object) -> str:
    return asked.address(row=f"c-{uuid}", place="0") + "#acted"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


@open_to(*CASE_ROLES)
def unclaimed(request: HttpRequest) -> HttpResponse:
    """Nobody's yet, oldest first: take."""
    at = read_clock()
    by = desk_for(request).actor(*reversed(CASE_ROLES))
    day = today_london(at)
    waiting = nobodys(request.user)
    page = keyset(waiting, order=("opened_on", "id"), after=request.GET.get("after"), size=25)
    did = acted(request.user, did=request.GET.get("did", "")[:LONGEST_KEY], by=by, at=at, back="/unclaimed/")
    rows = [nobodys_row(case, me=user_of(request), today=day, back="/unclaimed/?row=1#acted") for case in page.rows]
    context = {"rows": rows, "page": page, "did": did, "count_words": count_words(waiting)[1], "day": day}
    return render(request, "pathways/unclaimed.html", context)
