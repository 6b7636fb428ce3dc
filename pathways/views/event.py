"""Events: the list, planning and putting right, talks counted with one press, who was met, and the poster for the stall."""

from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render

from accounts.middleware import desk_for, user_of
from accounts.models import Organisation
from ground.clock import page_time, read_clock, today_london
from ground.door import NOBODY, Conflict, NotYours, Refused, open_to
from ground.once import answer_once
from ground.paging import keyset
from ground.qr import qr_square
from ground.tables import csv_response
from ground.templatetags.said import weekday
from ground.views import stale_page
from outreach.models import Event
from outreach.rules import event_actor
from outreach.services import event as services
from pathways.forms.event import EditEvent, EventFilter, EventForm, TalksForm, as_typed
from pathways.queries import event as asks
from pathways.queries.caseload import list_row
from pathways.queries.colleagues import may_hold
from pathways.queries.course import changed_by
from pathways.queries.due import ListRow
from pathways.scope import CASE_ROLES
from pathways.services.looking import record_events_export
from pathways.views.finding import acting
from pathways.views.people import EVENTS_AHEAD, EVENTS_BACK, programmes_for
from pathways.views.way_back import way_back

ON_A_PAGE = 25
MOST_IN_A_FILE = 5_000


def find_event(request: HttpRequest, uuid: UUID) -> Event:
    """The event when it is in sight; a foreign one is answered like one that never was."""
    found = Event.objects.for_user(request.user).filter(uuid=uuid).select_related("organisation", "programme").first()
    if found is None:
        raise Http404
    return found


def asked_for(request: HttpRequest, today: date) -> tuple[EventFilter, dict[str, str]]:
    """The filters in the address: the form, and what they say as far as it can be read."""
    programmes, wards = asks.choices_for(request.user, today)
    form = EventFilter(request.GET, programmes=programmes, wards=wards)
    return form, form.chosen()


@open_to(*CASE_ROLES)
def event_list(request: HttpRequest) -> HttpResponse:
    """Events to come, the next one first; or those that are past, the latest first."""
    today = today_london(page_time())
    form, chosen = asked_for(request, today)
    rows, order = asks.listed(request.user, chosen, today=today)
    page = keyset(rows, order=order, after=request.GET.get("after"), size=ON_A_PAGE)
    met = asks.numbers_met(request.user, page.rows)
    wards = asks.ward_names([event.ward_code for event in page.rows])
    lead = desk_for(request).has("programme_lead")
    asked = request.GET.copy()
    did, press, after = asked.pop("did", [""])[-1], asked.pop("press", ["more"])[-1], asked.pop("after", [])
    here = {"today": today, "organisation": lead, "did": did, "press": press}
    shown = []
    for each in page.rows:
        back = QueryDict(mutable=True)
        back.update({**asked.dict(), **({"after": after[-1]} if after else {}), "did": f"e-{each.uuid}"})
        ward = wards.get(each.ward_code, "")
        shown.append(asks.row_of(each, met=met[each.pk], ward=ward, back=f"/events/?{back.urlencode()}", **here))
    context = {
        "form": form,
        "page": page,
        "rows": shown,
        "show": chosen.get("show", ""),
        "narrowed": bool(set(chosen) - {"sort"}),
        "csv": f"/events.csv?{asked.urlencode()}" if asked else "/events.csv",
    }
    return render(request, "pathways/events.html", context)


@open_to(*CASE_ROLES)
def event_file(request: HttpRequest) -> HttpResponseBase:
    """The same rows in the same order, as a file. It names nobody."""
    at = read_clock()
    _, chosen = asked_for(request, today_london(at))
    rows, order = asks.listed(request.user, chosen, today=today_london(at))
    found = list(rows.order_by(*asks.ordering(order))[:MOST_IN_A_FILE])
    columns = asks.columns(asks.numbers_met(request.user, found), asks.ward_names([event.ward_code for event in found]))
    record_events_export(filters=sorted(chosen), columns=[column.heading for column in columns], rows=len(found), by=acting(request), at=at)
    return csv_response("events", columns, found)


@open_to(*CASE_ROLES, kinds=("own", "other_org"), sample={"uuid": NOBODY})
def event_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One event: where and when, the talks, who was met, and what came of it."""
    event = find_event(request, uuid)
    today = today_london(page_time())
    came = asks.came_of_it(request.user, event)
    reached = request.GET.get("reached", "")
    if reached not in {each.name for each in came}:
        reached = ""
    people = asks.people_met(request.user, event, reached=reached)
    page = keyset(people, order=("candidate__folded_name", "id"), after=request.GET.get("after"), size=ON_A_PAGE)
    me = getattr(request.user, "pk", None)
    context = {
        "event": event,
        "said": asks.said_of_talks(event, request.GET.get("press", "")),
        "when": asks.when_words(event),
        "ward": asks.ward_names([event.ward_code]).get(event.ward_code, ""),
        "staff": list(event.staff.order_by("name", "id")),
        "today": today,
        "open": event.is_open_on(today),
        "over": event.day < today,
        "again_words": f"Copy to {weekday(services.next_time(event.day, today))}",
        "page": page,
        "rows": [_met_row(case, me=me, today=today) for case in page.rows],
        "met": asks.numbers_met(request.user, [event])[event.pk],
        "by_form": asks.number_by_form(request.user, event),
        "came": came,
        "reached": next((each for each in came if each.name == reached), None),
        "add_href": f"/people/add/?event={event.uuid}" if _may_add_people(request, event, today) else "",
    }
    return render(request, "pathways/event.html", context)


def _met_row(case: Any, *, me: int | None, today: date) -> ListRow:
    """Somebody met there; where nobody is known to have spoken with them there, it says that they came by the form."""
    row = list_row(case, me=me, today=today)
    if case.by_form:
        row.note = f"By the form · {row.note}"
    return row


def _may_add_people(request: HttpRequest, event: Event, today: date) -> bool:
    """Whether somebody met there can still be added: the form offers events of one's own organisation around today."""
    lately = today - EVENTS_BACK <= event.day <= today + EVENTS_AHEAD
    return lately and event.cancelled_on is None and event.organisation_id == desk_for(request).organisation_id


@open_to(*CASE_ROLES, methods=("GET", "POST"))
def add_event(request: HttpRequest) -> HttpResponse:
    """Plan an outing of one's own organisation."""
    at = read_clock()
    seats = programmes_for(request)
    if not seats:
        raise NotYours("You work in no programme that is running.")
    desk, today = desk_for(request), today_london(at)
    _, wards = asks.choices_for(request.user, today)
    colleagues = may_hold(organisation=desk.organisation_id, programmes=(), today=today)
    data = request.POST if request.method == "POST" else None
    me = [str(user_of(request).uuid)]
    programmes = [programme for _, programme in seats]
    form = EventForm(data, colleagues=colleagues, wards=wards, programmes=programmes, initial={"staff": me})
    if data is None:
        return _form_page(request, form)

    def act() -> HttpResponse:
        if not form.is_valid():
            return _form_page(request, form, status=422)
        programme = form.programme()
        seat = next(seat for seat, each in seats if each.pk == programme.pk)
        organisation = Organisation.objects.unscoped("the actor's own organisation").get(pk=seat.organisation_id)
        try:
            made = services.add_event(
                programme=programme, organisation=organisation, said=form.said(), staff=form.going(), by=desk.actor_of(seat), at=at
            )
        except Refused as refused:
            form.refuse(refused)
            return _form_page(request, form, status=422)
        messages.success(request, "Added. Its poster can be printed now.")
        return HttpResponseRedirect(f"/events/{made.uuid}/")

    return answer_once(request, act)


def _form_page(request: HttpRequest, form: EventForm, *, event: Event | None = None, status: int = 200) -> HttpResponse:
    back = f"/events/{event.uuid}/" if event is not None else "/events/"
    return render(request, "pathways/event_form.html", {"form": form, "event": event, "back": back}, status=status)


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=("own", "other_org"), sample={"uuid": NOBODY})
def edit_event(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Put an event right; somebody else's change meanwhile is shown beside one's own."""
    at = read_clock()
    event = find_event(request, uuid)
    by = event_actor(desk_for(request), event)
    today = today_london(at)
    _, wards = asks.choices_for(request.user, event.day)
    staff = list(event.staff.order_by("name", "id"))
    here = may_hold(organisation=event.organisation_id, programmes=(), today=today)
    colleagues = [*here, *(each for each in staff if each not in here)]
    data = request.POST if request.method == "POST" else None
    form = EditEvent(data, colleagues=colleagues, wards=_with_own(event, wards), version=event.version, initial=as_typed(event, staff))
    if data is None:
        return _form_page(request, form, event=event)

    def act() -> HttpResponse:
        if not form.is_valid():
            return _form_page(request, form, event=event, status=422)
        try:
            services.edit_event(event=event, said=form.said(), staff=form.going(), version=form.cleaned_data["version"], by=by, at=at)
        except Refused as refused:
            form.refuse(refused)
            return _form_page(request, form, event=event, status=422)
        except Conflict:
            now = find_event(request, uuid)
            who = changed_by(now, request.user, "event.edit", "event.cancel", "event.restore")
            current = as_typed(now, list(now.staff.order_by("name", "id")))
            return stale_page(request, form, current=current, version=now.version, changed_by=who, back=f"/events/{now.uuid}/")
        messages.success(request, "Saved.")
        return HttpResponseRedirect(f"/events/{event.uuid}/")

    return answer_once(request, act)


def _with_own(event: Event, wards: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The wards of that day, and the one that the event has though it be of another edition."""
    known = {code for code, _ in wards}
    if not event.ward_code or event.ward_code in known:
        return wards
    return [*wards, (event.ward_code, asks.ward_names([event.ward_code]).get(event.ward_code, event.ward_code))]


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=("own", "other_org"), sample={"uuid": NOBODY})
def event_talks(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Talks without a name: one more or one less with one press, or the number that was counted on paper."""
    at = read_clock()
    event = find_event(request, uuid)
    by = event_actor(desk_for(request), event)
    back = way_back(request, f"/events/{event.uuid}/")
    pressed_for = request.POST.get("press", "")
    press = {"more": services.count_talk, "less": services.take_off_talk}.get(pressed_for)
    if press is not None:

        def pressed() -> HttpResponse:
            try:
                press(event=event, by=by, at=at)
            except Conflict as no:
                if event.cancelled_on is None:  # the number on the page says it
                    return HttpResponseRedirect(with_press(back, "none"))
                messages.warning(request, no.sentence)
                return HttpResponseRedirect(back)
            return HttpResponseRedirect(with_press(back, pressed_for))

        return answer_once(request, pressed)
    data = request.POST if request.method == "POST" else None
    form = TalksForm(data, initial={"talks": event.tally, "was": event.tally})
    return answer_once(request, lambda: _write_talks(request, form, event, back, at)) if data is not None else _talks(request, form, event)


def with_press(address: str, press: str) -> str:
    """The same address, saying what was pressed: the number there says it, and nothing above it moves."""
    parts = urlsplit(address)
    asked = dict(parse_qsl(parts.query)) | {"press": press}
    return urlunsplit(parts._replace(query=urlencode(asked)))


def _talks(request: HttpRequest, form: TalksForm, event: Event, *, status: int = 200) -> HttpResponse:
    return render(request, "pathways/event_talks.html", {"form": form, "event": event, "back": f"/events/{event.uuid}/"}, status=status)


def _write_talks(request: HttpRequest, form: TalksForm, event: Event, back: str, at: datetime) -> HttpResponse:
    if not form.is_valid():
        return _talks(request, form, event, status=422)
    by, data = event_actor(desk_for(request), event), form.cleaned_data
    try:
        services.write_talks(event=event, talks=data["talks"], was=data["was"], by=by, at=at)
    except Refused as refused:
        form.refuse(refused)
        return _talks(request, form, event, status=422)
    except Conflict as no:
        now = find_event(request, event.uuid)
        form.add_error(None, f"{no.sentence} It says {now.tally} now. Send yours again if it is the right one.")
        form.data = form.data.copy()
        form.data["was"] = str(now.tally)
        return _talks(request, form, now, status=409)
    return HttpResponseRedirect(back)


@open_to(*CASE_ROLES, methods=("POST",), kinds=("own", "other_org"), sample={"uuid": NOBODY})
def cancel_event(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Call it off, or say that it goes ahead after all: one press, and the way back is on the same page."""
    at = read_clock()
    event = find_event(request, uuid)
    by = event_actor(desk_for(request), event)
    goes_ahead = request.POST.get("press") == "goes_ahead"

    def act() -> HttpResponse:
        typed = request.POST.get("version", "")
        version = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
        (services.restore_event if goes_ahead else services.cancel_event)(event=event, version=version, by=by, at=at)
        messages.success(request, "It goes ahead." if goes_ahead else "Cancelled. Its code leads nowhere now.")
        return HttpResponseRedirect(f"/events/{event.uuid}/")

    return answer_once(request, act)


@open_to(*CASE_ROLES, methods=("POST",), kinds=("own", "other_org"), sample={"uuid": NOBODY})
def repeat_event(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The same stall again, a week on: one press."""
    at = read_clock()
    event = find_event(request, uuid)
    by = event_actor(desk_for(request), event)

    def act() -> HttpResponse:
        made = services.repeat_event(event=event, by=by, at=at)
        messages.success(request, "This is the new one, with a code of its own. Change what is different.")
        return HttpResponseRedirect(f"/events/{made.uuid}/")

    return answer_once(request, act)


@open_to(*CASE_ROLES, kinds=("own", "other_org"), sample={"uuid": NOBODY})
def event_poster(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A sheet of A4 for the stall: a square for the phone's camera, and the address in letters for whoever has none."""
    event = find_event(request, uuid)
    address = f"{settings.PUBLIC_BASE_URL}/interest/{event.code}/"
    context: dict[str, Any] = {
        "event": event,
        "square": qr_square(address, called="Square to scan with a phone"),
        "address": address.partition("://")[2].split("/"),
        "open": event.is_open_on(today_london(page_time())),
    }
    return render(request, "pathways/event_poster.html", context)
