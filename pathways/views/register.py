"""The register of one day, everybody who finished with the last, and the whole register as a file."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render

from accounts.middleware import desk_for, proved_lately
from ground.actor import Actor
from ground.clock import read_clock, today_london
from ground.door import Conflict, Refused, open_to
from ground.once import answer_once
from ground.tables import csv_response
from ground.templatetags.said import counted
from ground.views import stale_page
from pathways.forms.course import FinishForm
from pathways.forms.register import RegisterForm, as_word
from pathways.models import Course
from pathways.queries import register as asks
from pathways.queries.course import changed_by, days_of, is_long_over, still_on
from pathways.rules import KEEPERS, course_actor
from pathways.services.attendance import finish_course, mark_name, mark_register
from pathways.services.looking import record_register_export
from pathways.views.caseload import FREELY
from pathways.views.course import NOBODY, OWN, find_course
from pathways.workflow.training_place import PlaceStage

GONE = "Somebody whom you marked is no longer on this register: their seat was changed meanwhile. The rest is as you marked it."


def day_of_path(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None


@open_to(*KEEPERS, methods=("GET", "POST"), kinds=OWN, sample={"uuid": NOBODY})
def register(request: HttpRequest, uuid: UUID, day: str) -> HttpResponse:
    """Who was there on one day: one line a person, one press for all. Whoever comes for the first time has begun the course."""
    at = read_clock()
    on, course = day_of_path(day), find_course(request, uuid)
    by = course_actor(desk_for(request), course)
    form, marks = register_form(request, request.POST if request.method == "POST" else None, course, on)
    refusal = asks.why_not(course, on, today=today_london(at))
    if request.method != "POST":
        return _register_page(request, course, on, form, refusal=refusal, at=at, status=422 if refusal else 200)

    def act() -> HttpResponse:
        status = write_register(form, course, on, refusal, by=by, at=at)
        if status == 409 and asks.register_version(course, on) != form.cleaned_data.get("version"):
            return _overtaken(request, form, course, on)
        if status:
            return _register_page(request, course, on, form, at=at, status=status)
        messages.success(request, saved_words(form, marks))
        return HttpResponseRedirect(request.path)

    return answer_once(request, act)


def register_form(request: HttpRequest, data: QueryDict | None, course: Course, on: date) -> tuple[RegisterForm, dict[int, bool]]:
    """The register of a day as this user sees it, and the marks that stand in it."""
    places = asks.on_register(request.user, course, on)
    marks = asks.marks_of(request.user, places, on)
    return RegisterForm(data, places=places, marks=marks, version=asks.register_version(course, on)), marks


def write_register(form: RegisterForm, course: Course, on: date, refusal: str, *, by: Actor, at: datetime) -> int:
    """Save what was marked: 0, or the status with which the form goes back, which then says why."""
    return _refused(form, refusal) or _write(form, course, on, by=by, at=at)


def _refused(form: RegisterForm, refusal: str) -> int:
    """The status of a form that cannot be taken as it is; 0 of one that can."""
    if form.is_valid() and refusal:
        form.add_error(None, refusal)
    if form.errors:
        return 422
    if form.unknown():
        form.add_error(None, GONE)
        return 409
    return 0


def _write(form: RegisterForm, course: Course, on: date, *, by: Actor, at: datetime) -> int:
    try:
        mark_register(course=course, day=on, marks=form.marks(), version=form.cleaned_data["version"], by=by, at=at)
    except Refused as refused:
        form.refuse(refused)
        return 422
    except Conflict as conflict:
        form.add_error(None, conflict.sentence)
        return 409
    return 0


def _overtaken(request: HttpRequest, form: RegisterForm, course: Course, on: date) -> HttpResponse:
    """Two at once: what was marked here, and what stands there now."""
    there = asks.marks_of(request.user, form.places, on)
    current = {mark_name(place.uuid): as_word(there.get(place.pk)) for place in form.places}
    who = changed_by(course, request.user, "register.mark")
    return stale_page(request, form, current=current, version=asks.register_version(course, on), changed_by=who, back=request.path)


def saved_words(form: RegisterForm, marks: dict[int, bool]) -> str:
    """Saved: 9 present, 2 absent, 1 not marked. 3 people began the course."""
    said = form.marks()
    now = [said.get(place.pk, marks.get(place.pk)) for place in form.places]
    begun = sum(place.stage == PlaceStage.BOOKED and said.get(place.pk) is True for place in form.places)
    words = f"Saved: {now.count(True)} present, {now.count(False)} absent, {now.count(None)} not marked."
    return f"{words} {counted(begun, 'person,people')} began the course." if begun else words


def _register_page(
    request: HttpRequest, course: Course, on: date, form: RegisterForm, *, at: datetime, status: int, refusal: str = ""
) -> HttpResponse:
    today = today_london(at)
    before, after = asks.beside(course, on, today=today)
    more = urlencode({"back": request.path})
    context: dict[str, Any] = {
        "course": course,
        "day": on,
        "form": form,
        "fields": [form[mark_name(place.uuid)] for place in form.places],
        "refusal": refusal,
        "before": before,
        "after": after,
        "marked": [each for each in asks.marked_days(request.user, course) if each.day != on],
        "mark": asks.day_to_mark(course, today=today),
        "leaving": [
            {"name": place.pathway.candidate.name, "href": f"/training-places/{place.uuid}/steps/leave/?{more}"}
            for place in form.places
            if place.stage == PlaceStage.IN_TRAINING
        ],
        "is_over": course.ends_on is not None and today >= course.ends_on,
        "long_over": is_long_over(course, today=today),
    }
    return render(request, "pathways/register.html", context, status=status)


@open_to(*KEEPERS, methods=("GET", "POST"), kinds=OWN, sample={"uuid": NOBODY})
def finish(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """From the last day on: everybody who has finished, in one press."""
    at = read_clock()
    course = find_course(request, uuid)
    by = course_actor(desk_for(request), course)
    rows = still_on(request.user, course)
    data = request.POST if request.method == "POST" else None
    form = FinishForm(data, rows=rows, there=days_of(request.user, rows))
    early = course.ends_on is None or today_london(at) < course.ends_on
    context = {"course": course, "form": form, "early": early, "rows": rows, "back": f"/courses/{course.uuid}/"}

    def page(status: int) -> HttpResponse:
        return render(request, "pathways/course_finish.html", context, status=status)

    def act() -> HttpResponse:
        if not form.is_valid():
            gone = set(request.POST.getlist("places")) - {str(row.uuid) for row in rows}
            return page(409 if gone else 422)
        chosen = form.chosen()
        try:
            finish_course(course=course, places=chosen, by=by, at=at)
        except Refused as refused:
            form.refuse(refused)
            return page(422)
        except Conflict as conflict:
            form.add_error(None, conflict.sentence)
            return page(409)
        messages.success(request, f"{counted(len(chosen), 'person has,people have')} finished the course.")
        return HttpResponseRedirect(f"/courses/{course.uuid}/")

    return answer_once(request, act) if data is not None else page(200)


@open_to(*KEEPERS, kinds=OWN, sample={"uuid": NOBODY})
def register_file(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The whole register as a file: a line a person, a column a day. More than a few lines need a code."""
    course = find_course(request, uuid)
    by = course_actor(desk_for(request), course)
    columns, rows = asks.register_file(request.user, course)

    def file(request: HttpRequest) -> HttpResponseBase:
        at = read_clock()
        record_register_export(course=course, columns=[column.heading for column in columns], rows=len(rows), by=by, at=at)
        return csv_response("register", columns, rows)

    return proved_lately(file)(request) if len(rows) > FREELY else file(request)
