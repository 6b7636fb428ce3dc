"""One person's page, and the way to it from everything that hangs on their case."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accounts.middleware import desk_for
from accounts.models import Audit
from candidates.choices import RouteKind
from candidates.models import Address, Candidate, ContactRoute
from candidates.services import person as people
from ground.actor import Actor
from ground.clock import page_time, read_clock, today_london
from ground.door import Conflict, Refused, open_to
from ground.forms import HouseForm
from ground.once import answer_once
from ground.phones import show_phone
from ground.views import stale_page
from pathways.forms.contact import CloseForm
from pathways.forms.note import NoteForm
from pathways.forms.person import LANGUAGES, AddressForm, AddRoute, ChangeRoute, CorrectPerson, DeathForm
from pathways.queries.company import records_of, root_of
from pathways.queries.person import consent_words, person_page
from pathways.queries.steps import MACHINE_OF
from pathways.queries.support import how_many_help
from pathways.scope import CASE_ROLES, SCOPES, records, tasks
from pathways.services.case import record_death
from pathways.services.reach import add_way, end_way, put_way_right
from pathways.views.finding import WORKER_FIRST, acting_for, form_page, person_in_sight

OWN = ("own", "colleague")
LONGEST_ADDRESS = 2_000
ROW_ROLES = ("programme_lead", "outreach_worker", "trainer", "employer")


def actors_of(request: HttpRequest) -> list[Actor]:
    """Each seat of the desk that may take steps on cases; a right is never put together from two."""
    return desk_for(request).actors(*WORKER_FIRST)


@open_to(*CASE_ROLES, kinds=OWN)
def person(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How do I reach them, where are they, what is next and whose is it; and all that happened."""
    at = page_time()
    found = person_in_sight(request, uuid, at=at)
    root = root_of(found.pk) if found.is_merged else found.pk  # type: ignore[attr-defined]  # annotated there
    if root != found.pk:
        one = records(request.user).filter(pk=root).first() or found
        return HttpResponseRedirect(f"{_home(one)}?{request.GET.urlencode()}".rstrip("?"))
    page = person_page(
        user=request.user,
        person=found,
        actors=actors_of(request),
        at=at,
        whole=request.GET.get("all") == "1",
        wanted=request.GET.get("case", ""),
    )
    if page is None:
        raise Http404
    context = {
        "page": page,
        "came_from": came_from(request),
        "person": found,
        "case": page.case,
        "today": today_london(at),
        "note_form": NoteForm(employers=[], auto_id="note_%s"),
        "language_words": dict(LANGUAGES).get(found.language, found.language),
        "consents": [(row, consent_words(row)) for row in page.consents],
        "how_many_help": how_many_help(request.user, found),
        "may_block": desk_for(request).has("programme_lead"),
        "others": [case for case in page.cases if case.pk not in page.case.ids],
    }
    return render(request, "pathways/person.html", context)


#: Lists that lead to a person's page, by the beginning of their address: the way back names them.
LISTS = (
    ("/caseload/", "Caseload"),
    ("/unclaimed/", "People without a worker"),
    ("/events/", "Events"),
    ("/board/", "Figures"),
    ("/today/", "Today"),
    ("/people/find/", "Find"),
)


def came_from(request: HttpRequest) -> dict[str, str]:
    """The list that the reader came from, with its filters; today otherwise."""
    sent = urlsplit(request.headers.get("Referer", ""))
    there = urlunsplit(("", "", sent.path, sent.query, ""))
    if sent.netloc == request.get_host() and len(there) < LONGEST_ADDRESS:
        for path, words in LISTS:
            if sent.path.startswith(path):
                return {"href": there, "words": words}
    return {"href": "/today/", "words": "Today"}


@open_to(*ROW_ROLES, kinds=("own", "colleague", "introduced"), sample={"folder": "pathways"})
def of_row(request: HttpRequest, folder: str, uuid: UUID) -> HttpResponse:
    """A case, chat, seat, introduction, job or check: staff are led to the person, others to their own list of them."""
    machine = MACHINE_OF[folder]
    row = SCOPES[machine](request.user).filter(uuid=uuid).first()
    if row is None:
        raise Http404
    case = row if machine == "pathway" else SCOPES["pathway"](request.user).filter(pk=row.pathway_id).first()
    if case is None:
        return HttpResponseRedirect(f"/courses/{row.course.uuid}/" if machine == "training_place" else "/put-forward/")
    anchor = "" if machine == "pathway" else f"#{machine.replace('_', '-')}-{row.uuid}"
    return HttpResponseRedirect(f"/people/{case.candidate.uuid}/?case={case.uuid}{anchor}")


@open_to(*CASE_ROLES, kinds=OWN)
def of_task(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What is to be done stands on the person's page."""
    task = tasks(request.user).filter(uuid=uuid).select_related("pathway__candidate").first()
    if task is None:
        raise Http404
    return HttpResponseRedirect(f"/people/{task.pathway.candidate.uuid}/?case={task.pathway.uuid}#next")


# -- put right ---------------------------------------------------------------------------------------------------------------------


def _changed_by(row: Any, action: str) -> str:
    last = Audit.objects.filter(object=row.uuid, action=action).select_related("actor").order_by("-id").first()
    return last.actor.name if last is not None and last.actor is not None else ""


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=OWN)
def correct(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A typing error in a name, a date of birth, a language."""
    at = read_clock()
    found = person_in_sight(request, uuid, at=at)
    form = CorrectPerson(request.POST if request.method == "POST" else None, person=found, version=found.version)
    if request.method != "POST":
        return form_page(request, form, heading="Put right", person=found)

    def act() -> HttpResponse:
        if not form.is_valid():
            return form_page(request, form, heading="Put right", person=found)
        values, version = form.values(), form.cleaned_data["version"]
        try:
            people.correct_person(candidate=found, version=version, values=values, by=acting_for(request, found), at=at)
        except Refused as refused:
            form.refuse(refused)
            return form_page(request, form, heading="Put right", person=found)
        except Conflict:
            found.refresh_from_db()
            current = {name: getattr(found, name) for name in form.fields if hasattr(found, name)}
            by = _changed_by(found, "person.correct")
            return stale_page(request, form, current=current, version=found.version, changed_by=by, back=_home(found))
        messages.success(request, "Put right.")
        return HttpResponseRedirect(_home(found))

    return answer_once(request, act)


def _home(person: Candidate) -> str:
    return f"/people/{person.uuid}/"


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=OWN)
def add_route(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One more way to reach the person."""
    at = read_clock()
    found = person_in_sight(request, uuid, at=at)
    form = AddRoute(request.POST if request.method == "POST" else None)
    heading = "Another way to reach them"
    if request.method != "POST":
        return form_page(request, form, heading=heading, person=found)

    def act() -> HttpResponse:
        if not form.is_valid():
            return form_page(request, form, heading=heading, person=found)
        data = form.cleaned_data
        typed = request.POST.get("value", "")[:320]
        add_way(
            candidate=found,
            kind=data["kind"],
            value=data["value"],
            typed=typed,
            safe=form.safe(),
            main=data["main"],
            by=acting_for(request, found),
            at=at,
        )
        messages.success(request, "Added.")
        return HttpResponseRedirect(_home(found))

    return answer_once(request, act)


def _route(request: HttpRequest, uuid: UUID, route: UUID) -> tuple[Candidate, ContactRoute]:
    found = person_in_sight(request, uuid, at=read_clock())
    row = ContactRoute.objects.current().filter(candidate__in=records_of(found), uuid=route).first()
    if row is None:
        raise Http404
    return found, row


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=OWN)
def change_route(request: HttpRequest, uuid: UUID, route: UUID) -> HttpResponse:
    """The number itself, what is safe on it, whether it is the main one; or that it reaches them no longer."""
    found, row = _route(request, uuid, route)
    first = ContactRoute.objects.current().filter(candidate=row.candidate_id).first()
    form = ChangeRoute(request.POST if request.method == "POST" else None, route=row, alone=row == first, version=row.version)
    more = {
        "heading": f"Change: {row.get_kind_display().lower()}",
        "person": found,
        "end_href": f"{_home(found)}reach/{row.uuid}/end/",
        "end_words": "Wrong number? Remove it" if row.is_phone else "Remove it",
    }
    if request.method != "POST":
        return form_page(request, form, **more)

    def act() -> HttpResponse:
        if not form.is_valid():
            return form_page(request, form, **more)
        try:
            put_way_right(
                route=row,
                version=form.cleaned_data["version"],
                values=form.values(),
                main=form.cleaned_data.get("main", False),
                by=acting_for(request, found),
                at=read_clock(),
            )
        except Refused as refused:
            form.refuse(refused)
            return form_page(request, form, **more)
        except Conflict:
            there = ContactRoute.objects.get(pk=row.pk)
            current = {name: getattr(there, name) for name in form.fields if hasattr(there, name)}
            by = _changed_by(there, "person.change_route")
            return stale_page(request, form, current=current, version=there.version, changed_by=by, back=_home(found))
        messages.success(request, "Saved.")
        return HttpResponseRedirect(_home(found))

    return answer_once(request, act)


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=OWN)
def end_route(request: HttpRequest, uuid: UUID, route: UUID) -> HttpResponse:
    """This way no longer reaches them."""
    found, row = _route(request, uuid, route)
    form = CloseForm(request.POST if request.method == "POST" else None, version=row.version)
    shown = show_phone(row.value) if row.is_phone else row.value
    words = f"{shown} is removed from their page, and nothing more goes to it."
    if row.is_phone:
        words += _other_numbers(found, row)
    more = {"heading": "This does not reach them", "person": found, "button": "Remove it", "words": words}
    if request.method != "POST":
        return form_page(request, form, **more)

    def act() -> HttpResponse:
        if not form.is_valid():
            return form_page(request, form, **more)
        end_way(route=row, version=form.cleaned_data["version"], by=acting_for(request, found), at=read_clock())
        messages.success(request, f"Removed: {shown}.")
        return HttpResponseRedirect(_home(found))

    return answer_once(request, act)


def _other_numbers(person: Candidate, row: ContactRoute) -> str:
    """What is left to ring and text where this number goes; said as a warning where nothing is."""
    theirs = ContactRoute.objects.current().filter(candidate__in=records_of(person), kind__in=(RouteKind.MOBILE, RouteKind.LANDLINE))
    left = list(dict.fromkeys(theirs.exclude(value=row.value).values_list("value", flat=True)))
    if not left:
        return f" We will have no way to reach {person.called} by phone."
    return f" Texts still waiting for it go to another of their mobiles, if there is one. Still there: {', '.join(map(show_phone, left))}."


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=OWN)
def address(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Moved from a day, or put right from the start: it matters to every ward figure."""
    at = read_clock()
    found = person_in_sight(request, uuid, at=at)
    current = Address.objects.filter(candidate=found, valid_to__isnull=True, replaced_by__isnull=True).first()
    form = AddressForm(request.POST if request.method == "POST" else None, current=current, version=found.address_version)
    if request.method != "POST":
        return form_page(request, form, heading="Where they live", person=found)

    def act() -> HttpResponse:
        return _set_address(request, form, found)

    return answer_once(request, act)


def _set_address(request: HttpRequest, form: AddressForm, found: Candidate) -> HttpResponse:
    if not form.is_valid():
        return form_page(request, form, heading="Where they live", person=found)
    data = form.cleaned_data
    try:
        people.set_address(
            candidate=found,
            postcode="" if data["no_fixed_abode"] else data["postcode"],
            lines=data["lines"],
            no_fixed_abode=data["no_fixed_abode"],
            change=data.get("change", ""),
            since=data.get("since"),
            version=data["version"],
            by=acting_for(request, found),
            at=read_clock(),
        )
    except Refused as refused:
        form.refuse(refused)
        return form_page(request, form, heading="Where they live", person=found)
    except Conflict:
        there = Address.objects.filter(candidate=found).latest("id")
        lived = {name: getattr(there, name) for name in ("lines", "postcode", "no_fixed_abode")}
        by = _changed_by(there, "person.address")
        return stale_page(request, form, current=lived, version=found.address_version, changed_by=by, back=_home(found))
    messages.success(request, "Saved.")
    return HttpResponseRedirect(_home(found))


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=OWN)
def died(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The person has died: everything ends quietly."""
    at = read_clock()
    found = person_in_sight(request, uuid, at=at)
    form: HouseForm = DeathForm(request.POST if request.method == "POST" else None, version=found.version)
    words = "Every open case ends, nothing more is sent, and nobody is asked anything more. This cannot be undone here."
    more = {"heading": "Record a death", "person": found, "button": "Record it", "words": words}
    if request.method != "POST":
        return form_page(request, form, **more)

    def act() -> HttpResponse:
        if not form.is_valid():
            return form_page(request, form, **more)
        if form.cleaned_data["version"] != found.version:
            raise Conflict()
        try:
            record_death(candidate=found, died_on=form.cleaned_data["died_on"], by=acting_for(request, found), at=at)
        except Refused as refused:
            form.refuse(refused)
            return form_page(request, form, **more)
        return HttpResponseRedirect(_home(found))

    return answer_once(request, act)
