"""Finding people, and adding somebody met."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render

from accounts.desk import Seat
from accounts.middleware import desk_for, user_of
from accounts.models import Organisation, PrivacyNotice, Programme
from candidates.likeness import known_as
from ground.clock import read_clock, real_now, today_london
from ground.door import NotYours, Refused, open_to
from ground.once import answer_once
from ground.qr import qr_square
from outreach.models import Event
from pathways.backends import last_search
from pathways.backends.last_search import LastSearch
from pathways.forms.filters import SearchForm
from pathways.forms.person import AddPerson
from pathways.models import Pathway
from pathways.queries.due import ListRow, person_href, stage_words
from pathways.queries.search import Found, Words, found_before, possible_doubles, read_words, search
from pathways.scope import CASE_ROLES
from pathways.services.looking import record_search
from pathways.services.meeting import meet_person
from pathways.views.finding import acting

EVENTS_BACK, EVENTS_AHEAD = timedelta(days=14), timedelta(days=1)


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=("own",))
def find_people(request: HttpRequest) -> HttpResponse:
    """The empty form; or a search by name, phone or postcode, posted so that no name stands in an address or a log."""
    if request.method != "POST":
        return _find_page(request, SearchForm())
    form = SearchForm(request.POST)
    if form.is_valid():
        words = form.cleaned_data["words"]
        lacking = read_words(words).lacking
        if not lacking:
            found = search(request.user, words)
            record_search(kind=found.kind, digest=digest_of(words), rows=len(found.rows), by=acting(request), at=read_clock())
            people = [(case.candidate_id, found.why.get(case.pk, "")) for case in found.rows]
            kept = LastSearch(words, people, found.more)
            last_search.keep(request.session, kept, user_id=user_of(request).pk, at=real_now())
            answer = HttpResponseRedirect("/people/find/")
            answer.status_code = 303
            return answer
        form.add_error("words", lacking)
    return _find_page(request, form)


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=("own",))
def found_people(request: HttpRequest) -> HttpResponse:
    """Whom the last search of the half hour found, as they stand now; a page that one comes back to. Without a search, the empty form."""
    if request.method == "POST":
        return find_people(request)
    kept = last_search.recall(request.session, user_id=user_of(request).pk, at=real_now())
    if kept is None:
        return _find_page(request, SearchForm())
    words = read_words(kept.words)
    found = found_before(request.user, kept.people, more=kept.more, kind=words.kind)
    return _find_page(request, SearchForm(initial={"words": kept.words}), found, words)


def _find_page(request: HttpRequest, form: SearchForm, found: Found | None = None, words: Words | None = None) -> HttpResponse:
    rows = [found_row(case, why=found.why.get(case.pk, "")) for case in found.rows] if found else []
    context = {"form": form, "found": found, "rows": rows, "is_letter": words is not None and words.is_letter}
    return render(request, "pathways/people.html", context, status=422 if form.errors else 200)


def found_row(case: Any, *, why: str = "") -> ListRow:
    """A person found: where they are, whose they are, why they are among those found, and what tells them from their namesakes."""
    born, lives = case.candidate.date_of_birth, case.postcode or ""
    known = (why, f"born {born.year}" if born else "", lives.partition(" ")[0])
    return ListRow(
        key=f"p-{case.candidate.uuid}",
        name=case.candidate.name,
        href=person_href(case),
        where=stage_words(case),
        owed=case.owner.name if case.owner else "Nobody yet",
        note=" · ".join(each for each in known if each),
        phone=case.ring or "",
    )


def digest_of(words: str) -> str:
    """A search as the audit keeps it: two searches for the same can be told, what was searched for cannot."""
    return hmac.new(settings.SECRET_KEY.encode(), words.casefold().strip().encode(), hashlib.sha256).hexdigest()[:24]


def programmes_for(request: HttpRequest) -> list[tuple[Seat, Programme]]:
    """Programmes in which this person may open a case, each with the seat that lets them."""
    found: dict[int, tuple[Seat, Programme]] = {}
    for seat in desk_for(request).seats_as("outreach_worker", "programme_lead"):
        for programme in (
            Programme.objects.for_user(request.user).filter(pk__in=seat.programmes_of(), ends_on__isnull=True).order_by("name", "id")
        ):
            found.setdefault(programme.pk, (seat, programme))
    return list(found.values())


def person_form(
    request: HttpRequest, data: QueryDict | None, seats: list[tuple[Seat, Programme]], *, day: date, start: dict[str, str] | None = None
) -> AddPerson:
    """The form of somebody met on that day: the programmes they may be met for, and the events of those days."""
    programmes = [programme for _, programme in seats]
    lately = Event.objects.for_user(request.user).going_ahead().filter(day__range=(day - EVENTS_BACK, day + EVENTS_AHEAD))
    events = list(lately.filter(programme__in=programmes, organisation=desk_for(request).organisation_id))
    initial = dict(start or {})
    if data is None or start is not None:
        initial["event"] = initial.get("event") or _my_event(request, events, day)
    return AddPerson(data, programmes=programmes, events=events, initial={name: value for name, value in initial.items() if value})


def seats_to_add(request: HttpRequest) -> list[tuple[Seat, Programme]]:
    """As programmes_for; raises NotYours where there is none."""
    seats = programmes_for(request)
    if not seats:
        raise NotYours("You work in no programme that is running.")
    return seats


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=("own",))
def add_person(request: HttpRequest) -> HttpResponse:
    """Somebody met: three fields, save, next."""
    at = read_clock()
    today = today_london(at)
    seats = seats_to_add(request)
    data = request.POST if request.method == "POST" else None
    start = {"event": request.GET.get("event", ""), "source": request.GET.get("source", "")[:60]}
    form = person_form(request, data, seats, day=today, start=start)
    if data is None:
        return _page(request, form, today)
    return answer_once(request, lambda: _add(request, form, seats, at=at))


def _my_event(request: HttpRequest, events: list[Event], today: date) -> str:
    """The one event of today that this person goes to; nothing where there are several or none."""
    todays = [event.pk for event in events if event.day == today]
    mine = Event.staff.through.objects.filter(event__in=todays, user=user_of(request)).values_list("event__uuid", flat=True)[:2]
    return str(mine[0]) if todays and len(mine) == 1 else ""


def notice_for(programme: Programme, day: date) -> PrivacyNotice | None:
    """The privacy notice that is shown that day, in English."""
    return PrivacyNotice.objects.filter(programme=programme, language="en").on(day).order_by("-edition").first()


def _page(request: HttpRequest, form: AddPerson, today: date, *, doubles: Sequence[ListRow] = ()) -> HttpResponse:
    notice = notice_for(next(iter(form.programmes.values())), today)
    stall = form.events.get(str(form["event"].value() or "")) if "event" in form.fields else None
    address = (
        f"{settings.PUBLIC_BASE_URL}/interest/{stall.code}/"
        if stall and stall.is_open_on(today)
        else f"{settings.PUBLIC_BASE_URL}/interest/"
    )
    context = {
        "form": form,
        "notice": notice,
        "doubles": doubles,
        "then_another": "next" in request.POST,
        "public_form": address,
        "square": qr_square(address, called="Square to scan"),
    }
    return render(request, "pathways/add_person.html", context, status=422 if form.errors or doubles else 200)


def doubles_of(request: HttpRequest, form: AddPerson) -> list[ListRow]:
    """Those in sight who may be the person of a sound form."""
    data = form.cleaned_data
    reach = [(kind, value) for kind, value, _ in form.routes()]
    known = known_as(first=data["first_name"], last=data["last_name"], reach=reach, postcode=data["postcode"])
    doubles = possible_doubles(request.user, known=known)
    return [found_row(case, why=doubles.why[case.pk]) for case in doubles.rows]


def save_person(
    request: HttpRequest, form: AddPerson, seats: list[tuple[Seat, Programme]], *, day: date, at: datetime
) -> Pathway | list[ListRow]:
    """The case of somebody met that day; or those who may be the same person. Nobody of either: the form says what is wrong with it."""
    if not form.is_valid():
        return []
    data, programme = form.cleaned_data, form.chosen_programme()
    if not data["anyway"] and (doubles := doubles_of(request, form)):
        return doubles
    seat = next(seat for seat, each in seats if each.pk == programme.pk)
    try:
        return meet_person(
            organisation=Organisation.objects.unscoped("the actor's own organisation").get(pk=seat.organisation_id),
            programme=programme,
            owner=user_of(request),
            first_name=data["first_name"],
            last_name=data["last_name"],
            routes=form.routes(),
            postcode=data["postcode"],
            source=data["source"],
            event=form.chosen_event(),
            interested=data["interested"],
            families=data["families"],
            notice=notice_for(programme, day) if data["interested"] else None,
            day=day,
            by=desk_for(request).actor(seat.role),
            at=at,
        )
    except Refused as refused:
        form.refuse(refused)
        return []


def _add(request: HttpRequest, form: AddPerson, seats: list[tuple[Seat, Programme]], *, at: datetime) -> HttpResponse:
    today = today_london(at)
    case = save_person(request, form, seats, day=today, at=at)
    if isinstance(case, list):
        return _page(request, form, today, doubles=case)
    data = form.cleaned_data
    messages.success(request, f"{data['first_name']} {data['last_name']}".strip() + " is on your list.")
    if "next" not in request.POST:
        return HttpResponseRedirect(person_href(case))
    event = data.get("event", "")
    return HttpResponseRedirect(f"/people/add/?event={event}" if event else "/people/add/")
