"""Courses: the list with its seats, laying one out and putting it right, and who sits there and who waits."""

from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accounts.choices import Role
from accounts.middleware import desk_for, route_of
from accounts.services.audit import record_openings
from ground.clock import page_time, read_clock, today_london
from ground.door import NOBODY, Conflict, NotYours, Refused, open_to
from ground.once import answer_once
from ground.paging import keyset
from ground.views import stale_page
from pathways.forms.course import CourseFilter, CourseForm, EditCourse, as_typed
from pathways.models import Course
from pathways.queries import course as asks
from pathways.queries.register import day_to_mark, marked_days
from pathways.rules import KEEPERS, course_actor
from pathways.services import course as services
from pathways.workflow.training_place import PlaceStage

READERS = (*KEEPERS, Role.OUTREACH_WORKER)
OWN = ("own", "other_org")
#: More people than this stand on a page of their own.
ON_A_PAGE = 50


def find_course(request: HttpRequest, uuid: UUID) -> Course:
    """The course when it is in sight; a foreign one is answered like one that never was."""
    found = asks.courses(request.user).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found


def may_keep(request: HttpRequest, course: Course) -> bool:
    """Whether the course and its register are this user's to keep."""
    try:
        course_actor(desk_for(request), course)
    except NotYours:
        return False
    return True


@open_to(*READERS)
def course_list(request: HttpRequest) -> HttpResponse:
    """Courses that are on or to come, or those that are over, with their seats and what these promise."""
    today = today_london(page_time())
    filters = CourseFilter(request.GET)
    asked = filters.cleaned_data if filters.is_valid() else {}
    past, words = asked.get("show") == "past", asked.get("words", "")
    rows, order = asks.listed(request.user, past=past, words=words, today=today)
    page = keyset(rows, order=order, after=request.GET.get("after"), size=25)
    numbers = asks.numbers_of(page.rows)
    own = not desk_for(request).has(Role.PROGRAMME_LEAD, Role.OUTREACH_WORKER)
    context = {
        "filters": filters,
        "page": page,
        "rows": [_row(each, numbers[each.pk], own=own, today=today) for each in page.rows],
        "past": past,
        "narrowed": bool(past or words),
        "may_add": desk_for(request).has(*KEEPERS),
    }
    return render(request, "pathways/courses.html", context)


def _row(course: Course, numbers: asks.Numbers, *, own: bool, today: date) -> dict[str, Any]:
    return {
        "name": course.name,
        "href": f"/courses/{course.uuid}/",
        "where": " · ".join(words for words in (asks.days_words(course), course.venue) if words),
        "note": " · ".join(words for words in ("" if own else course.organisation.name, asks.promise_words(course, numbers)) if words),
        "next": numbers.seats_words,
        "owed": numbers.waiting_words,
        "due": asks.standing_words(course, today).lower() if numbers.waiting else asks.standing_words(course, today),
    }


@open_to(*READERS, kinds=OWN, sample={"uuid": NOBODY})
def course_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One course: its seats, its register, who sits there and who waits in which order."""
    at = read_clock()
    today = today_london(at)
    course = find_course(request, uuid)
    keeps, desk = may_keep(request, course), desk_for(request)
    only_trains = not desk.has(Role.PROGRAMME_LEAD, Role.OUTREACH_WORKER)
    numbers = asks.numbers_of([course])[course.pk]
    seats, order = asks.seated(request.user, course)
    page = keyset(seats, order=order, after=request.GET.get("after"), size=ON_A_PAGE)
    line, line_order = asks.in_line(request.user, course)
    waiting = keyset(line, order=line_order, after=request.GET.get("waiting"), size=ON_A_PAGE)
    shown = [*page.rows, *waiting.rows]
    record_openings(user=request.user, people={row.pathway.candidate.uuid for row in shown}, route=route_of(request), at=at)
    people = asks.sittings(request.user, desk, course, shown, at=at, back=_here(request))
    context = {
        "course": course,
        "numbers": numbers,
        "days": asks.days_words(course),
        "when": asks.standing_words(course, today),
        "promise": asks.promise_words(course, numbers),
        "page": page,
        "groups": _groups(people[: len(page.rows)]),
        "waiting": waiting,
        "in_line": people[len(page.rows) :],
        "only_trains": only_trains,
        "elsewhere": 0 if only_trains else numbers.taken - asks.taken_in_sight(request.user, course),
        "long_over": asks.is_long_over(course, today=today),
        "keeps": keeps,
        "mark": day_to_mark(course, today=today) if keeps else None,
        "today": today,
        "marked": marked_days(request.user, course) if keeps else [],
    }
    return render(request, "pathways/course.html", context)


def _here(request: HttpRequest) -> str:
    """This page with its places, for what leads back to it."""
    kept = {name: value for name in ("after", "waiting") if (value := request.GET.get(name))}
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def _groups(people: list[asks.Sitting]) -> list[tuple[str, list[asks.Sitting]]]:
    """Those on the course, those whose seat is booked, those who have finished, those who left."""

    def stage(each: asks.Sitting) -> str:
        return asks.PLACES[PlaceStage(each.place.stage)]

    return [(words, list(some)) for words, some in groupby(people, key=stage)]


@open_to(*KEEPERS, methods=("GET", "POST"))
def add_course(request: HttpRequest) -> HttpResponse:
    """Lay out a course: a trainer for their own organisation, a lead for one that trains in the programme."""
    at = read_clock()
    desk = desk_for(request)
    programmes = asks.programmes_for(request.user, desk)
    organisations = asks.organisations_for(request.user, desk, programmes)
    if not programmes or not organisations:
        return render(request, "pathways/nowhere_to_train.html", {"lead": desk.has(Role.PROGRAMME_LEAD)})
    data = request.POST if request.method == "POST" else None
    form = CourseForm(data, organisations=organisations, programmes=programmes)

    def act() -> HttpResponse:
        if not form.is_valid():
            return _form_page(request, form, status=422)
        meant = Course(organisation=form.organisation(), programme=form.programme())
        try:
            by = course_actor(desk, meant)
            made = services.add_course(organisation=meant.organisation, programme=meant.programme, **form.said(), by=by, at=at)
        except Refused as refused:
            form.refuse(refused)
            return _form_page(request, form, status=422)
        messages.success(request, "Added. Seats can be booked on it now.")
        return HttpResponseRedirect(f"/courses/{made.uuid}/")

    return answer_once(request, act) if data is not None else _form_page(request, form)


def _form_page(request: HttpRequest, form: CourseForm, *, course: Course | None = None, status: int = 200) -> HttpResponse:
    back = f"/courses/{course.uuid}/" if course is not None else "/courses/"
    return render(request, "pathways/course_form.html", {"form": form, "course": course, "back": back}, status=status)


@open_to(*KEEPERS, methods=("GET", "POST"), kinds=OWN, sample={"uuid": NOBODY})
def edit_course(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Put a course right; somebody else's change meanwhile is shown beside one's own."""
    at = read_clock()
    course = find_course(request, uuid)
    by = course_actor(desk_for(request), course)
    data = request.POST if request.method == "POST" else None
    form = EditCourse(data, version=course.version, initial=as_typed(course))

    def act() -> HttpResponse:
        if not form.is_valid():
            return _form_page(request, form, course=course, status=422)
        try:
            services.edit_course(course=course, said=form.said(), version=form.cleaned_data["version"], by=by, at=at)
        except Refused as refused:
            form.refuse(refused)
            return _form_page(request, form, course=course, status=422)
        except Conflict:
            now = find_course(request, uuid)
            who = asks.changed_by(now, request.user, "course.edit")
            back = f"/courses/{course.uuid}/"
            return stale_page(request, form, current=as_typed(now), version=now.version, changed_by=who, back=back)
        messages.success(request, "Saved.")
        return HttpResponseRedirect(f"/courses/{course.uuid}/")

    return answer_once(request, act) if data is not None else _form_page(request, form, course=course)
