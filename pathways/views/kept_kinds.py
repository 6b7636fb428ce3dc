"""How each form that was typed without signal is taken: by the same form and the same verb as on its own page."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, QueryDict

from accounts.middleware import desk_for
from candidates.models import Candidate
from ground.clock import today_london
from ground.door import Conflict, NotYours, Refused
from ground.forms import HouseForm
from ground.once import new_once
from ground.templatetags.said import counted
from pathways.forms.kept import CorrectNote
from pathways.forms.note import NoteForm
from pathways.forms.register import PRESENT, as_word
from pathways.models import Course, Pathway
from pathways.models.kept import KeptKind
from pathways.queries import register as asks
from pathways.queries.due import ListRow
from pathways.queries.named import Meant, case_meant, person_meant, those_there
from pathways.rules import KEEPERS, course_actor
from pathways.scope import CASE_ROLES
from pathways.services.attendance import mark_name
from pathways.services.contact import add_note
from pathways.views.contact import employers_agreed_to
from pathways.views.course import find_course
from pathways.views.finding import acting_on
from pathways.views.people import doubles_of, person_form, save_person, seats_to_add
from pathways.views.register import day_of_path, register_form, saved_words, write_register

ID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
#: Where each kind may have been going. An envelope that names another address is no form of ours.
PATHS: dict[str, re.Pattern[str]] = {
    KeptKind.PERSON: re.compile(r"/people/add/"),
    KeptKind.NOTE: re.compile(rf"/pathways/(?P<case>{ID})/notes/|/people/(?P<person>{ID})/|/waiting/blank/note/"),
    KeptKind.REGISTER: re.compile(rf"/courses/(?P<course>{ID})/register/(?P<day>\d{{4}}-\d\d-\d\d)/|/waiting/blank/register/"),
}
ROLES_OF: dict[str, tuple[str, ...]] = {KeptKind.PERSON: CASE_ROLES, KeptKind.NOTE: CASE_ROLES, KeptKind.REGISTER: KEEPERS}
#: What the forms on a device carry beside their own fields.
FROM_DEVICE = frozenset({"blank", "csrfmiddlewaretoken", "replaces"})


@dataclass(frozen=True)
class Typed:
    """A form as it was typed, or as it was put right: `first` is where it was going and what it said when it came."""

    kind: str
    path: str
    data: QueryDict
    typed_at: datetime
    first: QueryDict

    @property
    def day(self) -> date:
        """The day on which it was typed."""
        return today_london(self.typed_at)


@dataclass
class Tried:
    """What came of it: the words that say it was taken; else the form with what keeps it from being taken."""

    said: str = ""
    href: str = ""
    form: HouseForm | None = None
    why: str = ""
    candidate: Candidate | None = None
    doubles: Sequence[ListRow] = field(default_factory=list)

    def reason(self) -> str:
        """Why it came back, in a sentence."""
        if self.why:
            return self.why
        if self.doubles:
            return "Somebody like this is here already. Say whether it is the same person."
        errors = [str(each) for one in (self.form.errors.values() if self.form else []) for each in one]
        return " ".join(each if each.endswith((".", "?")) else f"{each}." for each in errors)[:300] or "Look at it, and save it again."


def fields_of(pairs: Sequence[tuple[str, str]]) -> QueryDict:
    """Fields in order, as a form reads them."""
    data = QueryDict(mutable=True)
    for name, value in pairs:
        if name not in FROM_DEVICE:
            data.appendlist(name, value.replace("\0", ""))
    return data


def attempt(request: HttpRequest, typed: Typed, *, at: datetime) -> Tried:
    """Take it as its page would. What its page answers with 403, 404 or 409 is said in a sentence: the words are never lost."""
    try:
        if not desk_for(request).has(*ROLES_OF[typed.kind]):
            raise NotYours("Your role may not save this any more.")
        return TAKE[typed.kind](request, typed, at=at)
    except Http404:
        return Tried(why="What this was about is no longer here, or no longer yours to see.")
    except (Refused, Conflict, NotYours) as no:
        return Tried(why=no.sentence)


def look_again(request: HttpRequest, typed: Typed, *, at: datetime) -> Tried:
    """The form refilled, for whoever puts it right: nothing is saved."""
    try:
        return SHOW[typed.kind](request, typed, at=at)
    except Http404:
        return Tried(why="What this was about is no longer here, or no longer yours to see.")
    except NotYours as no:
        return Tried(why=no.sentence)


def _fresh(data: QueryDict, **more: str) -> QueryDict:
    """The same words in a form of today: with a token of its own."""
    again = data.copy()
    for name, value in {"once": new_once(), **more}.items():
        again[name] = value
    return again


# -- a person ----------------------------------------------------------------------------------------------------------------------


def _take_person(request: HttpRequest, typed: Typed, *, at: datetime) -> Tried:
    seats = seats_to_add(request)
    form = person_form(request, typed.data, seats, day=typed.day)
    case = save_person(request, form, seats, day=typed.day, at=at)
    if isinstance(case, list):
        return Tried(form=form, doubles=case)
    return Tried(said=f"{case.candidate.name} is on your list.", href=f"/people/{case.candidate.uuid}/")


def _show_person(request: HttpRequest, typed: Typed, *, at: datetime) -> Tried:
    form = person_form(request, _fresh(typed.data), seats_to_add(request), day=typed.day)
    form.fields["phone"].help_text = ""  # nothing is folded away here
    return Tried(form=form, doubles=doubles_of(request, form) if form.is_valid() else [])


# -- a note ------------------------------------------------------------------------------------------------------------------------


def _meant(request: HttpRequest, typed: Typed) -> Meant:
    if chosen := typed.data.get("about", ""):
        return case_meant(request.user, chosen) if re.fullmatch(ID, chosen) else Meant()
    going = PATHS[KeptKind.NOTE].fullmatch(typed.path)
    named = going.groupdict() if going else {}
    who = typed.data.get("who", "")
    if named.get("case") and not who:
        return case_meant(request.user, named["case"])
    page = named.get("person") or ""
    return person_meant(request.user, who, page=page if who == typed.first.get("who", "") else "")


def _take_note(request: HttpRequest, typed: Typed, *, at: datetime) -> Tried:
    meant = _meant(request, typed)
    if meant.case is None:
        form = CorrectNote(typed.data, maybe=meant.maybe, employers=[])
        return Tried(form=form, why=meant.why, candidate=meant.maybe[0].candidate if len(meant.maybe) == 1 else None)
    case = meant.case
    form = NoteForm(typed.data, employers=employers_agreed_to(request, case))
    if not form.is_valid():
        return Tried(form=form, candidate=case.candidate)
    given = form.cleaned_data
    try:
        add_note(
            case=case,
            text=given["text"],
            visibility=given["visibility"],
            employer=form.chosen_employer(),
            written_at=typed.typed_at,
            by=acting_on(request, case),
            at=at,
        )
    except Refused as refused:
        form.refuse(refused)
        return Tried(form=form, candidate=case.candidate)
    return Tried(said=f"The note is on the page of {case.candidate.name}.", href=f"/people/{case.candidate.uuid}/")


def _show_note(request: HttpRequest, typed: Typed, *, at: datetime) -> Tried:
    meant = _meant(request, typed)
    maybe: list[Pathway] = [meant.case] if meant.case is not None else meant.maybe
    chosen = {"about": str(meant.case.uuid)} if meant.case is not None else {}
    form = CorrectNote(_fresh(typed.data, **chosen), maybe=maybe, employers=[])
    return Tried(form=form, why=meant.why)


# -- a register --------------------------------------------------------------------------------------------------------------------


def _course_and_day(request: HttpRequest, typed: Typed) -> tuple[Course, date]:
    """By the address that it was typed at; typed for another course than the address's, or at none, it is for the day of the typing."""
    going = PATHS[KeptKind.REGISTER].fullmatch(typed.path)
    named = going.groupdict() if going else {}
    chosen = typed.first.get("course", "") or named.get("course") or ""
    if not re.fullmatch(ID, chosen):
        raise Http404
    course = find_course(request, chosen)  # type: ignore[arg-type]  # an id as text finds the same row
    return course, day_of_path(named["day"]) if named.get("day") and chosen == named["course"] else typed.day


def _as_marks(request: HttpRequest, typed: Typed, course: Course, on: date) -> tuple[QueryDict, str]:
    """What was typed as the register's own form has it, and why that cannot simply be taken."""
    if "names" not in typed.data:
        return typed.data, ""
    found = those_there(request.user, course, on, typed.data["names"])
    marks = {mark_name(each.uuid): PRESENT for each in found.places}
    version = asks.register_version(course, on)
    data = _fresh(typed.data, version=str(version), **marks)
    if found.unclear:
        names = ", ".join(f"“{each}”" for each in found.unclear)
        return data, f"{names}: nobody on this register for certain. Mark who was meant, and save."
    return data, "There are marks on this register already. Look at them, and save." if version > 1 else ""


def _take_register(request: HttpRequest, typed: Typed, *, at: datetime) -> Tried:
    course, on = _course_and_day(request, typed)
    by = course_actor(desk_for(request), course)
    data, why = _as_marks(request, typed, course, on)
    form, marks = register_form(request, data, course, on)
    if why:
        return Tried(form=form, why=why)
    status = write_register(form, course, on, asks.why_not(course, on, today=today_london(at)), by=by, at=at)
    if status:
        return Tried(form=form)
    return Tried(said=saved_words(form, marks), href=f"/courses/{course.uuid}/register/{on.isoformat()}/")


def _show_register(request: HttpRequest, typed: Typed, *, at: datetime) -> Tried:
    course, on = _course_and_day(request, typed)
    course_actor(desk_for(request), course)
    data, why = _as_marks(request, typed, course, on)
    form, marks = register_form(request, _fresh(data, version=str(asks.register_version(course, on))), course, on)
    differ = 0
    for place in form.places:
        name, there = mark_name(place.uuid), as_word(marks.get(place.pk))
        mine: Any = data.get(name)
        if mine and mine != there and place.pk in marks:
            form.fields[name].help_text = f"There now: {there}"
            differ += 1
    if differ and not why:
        why = f"{counted(differ, 'person is,people are')} marked otherwise by now: choose what holds, and save."
    return Tried(form=form, why=why, href=f"/courses/{course.uuid}/register/{on.isoformat()}/")


Take = Callable[..., Tried]
TAKE: dict[str, Take] = {KeptKind.PERSON: _take_person, KeptKind.NOTE: _take_note, KeptKind.REGISTER: _take_register}
SHOW: dict[str, Take] = {KeptKind.PERSON: _show_person, KeptKind.NOTE: _show_note, KeptKind.REGISTER: _show_register}
