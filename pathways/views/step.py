"""Taking a step: GET shows its form, POST takes it. The order of questions is access.md's: row, verb, form, version and chart."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render

from accounts.middleware import route_of
from accounts.services.audit import record_opening
from ground.actor import Actor
from ground.clock import read_clock, today_london
from ground.door import Conflict, NotYours, Refused, open_to
from ground.once import answer_once
from ground.rows import Row
from ground.templatetags.said import time_of_day, weekday
from pathways.models import MACHINES, Interview, Pathway, StageChange, TrainingPlace
from pathways.queries.acted import said_of
from pathways.queries.employer_log import label_of, who_of
from pathways.queries.employer_words import about_words, button_words, called_of
from pathways.queries.foretold import foretell, told_words
from pathways.queries.step_words import SAYS, concerning
from pathways.queries.steps import MACHINE_OF, MADE_ON_CASE
from pathways.queries.timeline_words import title_of
from pathways.rules import holds, may_take
from pathways.scope import SCOPES, changes
from pathways.services.door import chart_steps
from pathways.services.undo import may_undo, undo_step
from pathways.views.taking import TAKES, Asked, Take
from pathways.views.way_back import came_from_list, way_back, with_done
from pathways.workflow.steps import NEW, Step

STEP_ROLES = ("programme_lead", "outreach_worker", "trainer", "employer")
CASE_ROLES = ("programme_lead", "outreach_worker")
#: Steps that begin a row, and may also be taken on one that is there: their form is another one then.
ON_A_ROW = {"training_place.book": "training_place.book_waiting"}


@open_to(*STEP_ROLES, methods=("GET", "POST"), kinds=("own", "colleague", "introduced"), sample={"step": "void"})
def take_step(request: HttpRequest, folder: str, uuid: UUID, step: str) -> HttpResponse:
    """A step on a row that is there."""
    machine = MACHINE_OF.get(folder)
    if machine is None:
        raise Http404
    rows = SCOPES[machine](request.user).filter(uuid=uuid)
    subject = rows.select_related("programme" if machine == "pathway" else "pathway__programme").first()
    if subject is None:
        raise Http404
    case = subject if isinstance(subject, Pathway) else subject.pathway
    declared = chart_steps(machine).get(step)
    take = TAKES.get(ON_A_ROW.get(f"{machine}.{step}", f"{machine}.{step}"))
    if declared is None or take is None or declared.makes_row or not declared.by_people:
        raise Http404
    return _answer(request, machine=machine, declared=declared, take=take, case=case, subject=subject)


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=("own", "colleague"), sample={"step": "book", "machine": "interview"})
def make_row(request: HttpRequest, uuid: UUID, machine: str, step: str) -> HttpResponse:
    """A step that begins a row, taken on its case."""
    case = SCOPES["pathway"](request.user).filter(uuid=uuid).select_related("programme").first()
    declared = chart_steps(machine).get(step) if machine in MADE_ON_CASE else None
    take = TAKES.get(f"{machine}.{step}")
    if case is None or declared is None or take is None or NEW not in declared.sources or not declared.by_people:
        raise Http404
    return _answer(request, machine=machine, declared=declared, take=take, case=case, subject=None)


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=("own", "colleague"), sample={"step": "return"})
def new_case(request: HttpRequest, uuid: UUID, step: str) -> HttpResponse:
    """A new attempt of somebody whose last case has ended."""
    cases = SCOPES["pathway"](request.user).filter(candidate__uuid=uuid).select_related("programme", "candidate")
    case = cases.order_by("-id").first()
    if case is None or step != "return":
        raise Http404
    return _answer(request, machine="pathway", declared=chart_steps("pathway")[step], take=TAKES["pathway.return"], case=case, subject=None)


def actor_for(request: HttpRequest, declared: Step, *, subject: Row | None, case: Pathway) -> Actor:
    """The seat that gives both the row and the verb; a right is never put together from two."""
    for by in request.user.desk.actors(*STEP_ROLES):
        if holds(by, on=subject, pathway=case) and may_take(by, declared, on=subject, pathway=case):
            return by
    raise NotYours("Your role may not take this step.")


def _answer(request: HttpRequest, *, machine: str, declared: Step, take: Take, case: Pathway, subject: Row | None) -> HttpResponse:
    at = read_clock()
    by = actor_for(request, declared, subject=subject, case=case)
    shown = subject if subject is not None else case
    data = request.POST if request.method == "POST" else None
    form = take.form(
        data,
        initial=_initial(subject, but=take.form.anew),
        version=shown.version,
        machine=machine,
        step=declared,
        case=case,
        subject=subject,
        user=request.user,
        by=by,
        at=at,
    )
    if not _inside(request, case, subject):
        form.label = button_words(subject, declared.name, declared.label)
    if request.method != "POST":
        record_opening(user=request.user, person_uuid=case.candidate.uuid, route=route_of(request), at=at)
        return _page(request, form, declared=declared, case=case, subject=subject, status=200)
    return answer_once(request, lambda: _take(request, form, declared=declared, take=take, case=case, subject=subject, at=at))


def _initial(subject: Row | None, *, but: frozenset[str]) -> dict[str, Any]:
    """Nothing asks twice for what is known, but for what a form wants to hear anew."""
    if subject is None:
        return {}
    names = [each.name for each in subject._meta.concrete_fields]
    return {name: getattr(subject, name) for name in names if name not in {"version", "stage"} | but}


def _take(request: HttpRequest, form: Any, *, declared: Step, take: Take, case: Pathway, subject: Row | None, at: datetime) -> HttpResponse:
    if not form.is_valid():
        return _page(request, form, declared=declared, case=case, subject=subject, status=422)
    try:
        row = take.act(Asked(form=form, case=case, subject=subject, by=form.actor(), at=at, taken=form.taken()))
    except Refused as refused:
        form.refuse(refused)
        return _page(request, form, declared=declared, case=case, subject=subject, status=422)
    except Conflict as conflict:
        form.add_error(None, f"{conflict.sentence} {_meanwhile(request, subject)}".strip())
        form.data = _as_of_now(request, subject)
        return _page(request, form, declared=declared, case=case, subject=subject, status=409)
    home = _home(request, case, row)
    seen = changes(request.user).select_related("undoes").filter(machine=row.machine, subject_id=row.pk, cause__isnull=True)
    change = seen.order_by("-id").first()
    if change is None:  # handed over to somebody whose row it is alone
        messages.success(request, f"{declared.label}.")
        return HttpResponseRedirect(way_back(request, home))
    if came_from_list(request):
        return HttpResponseRedirect(with_done(way_back(request, home), f"change-{change.uuid}"))
    told = told_words(change) if _inside(request, case, row) else ""
    messages.success(request, f"{said_of(change)}. {told}".strip())
    return HttpResponseRedirect(way_back(request, home))


def _meanwhile(request: HttpRequest, subject: Row | None) -> str:
    """What was done last with this row, by whom and when, as far as it is in sight: the other side of a stale form."""
    if subject is None or subject.pk is None:
        return ""
    done = changes(request.user).filter(machine=subject.machine, subject_id=subject.pk).select_related("actor").order_by("-id").first()
    if done is None:
        return ""
    who = f"by {done.actor.name}" if done.actor is not None else "by itself"
    when = f"{weekday(done.recorded_at)} at {time_of_day(done.recorded_at)}"
    return f"Last: {title_of(done)}, {who}, {when}."


def _as_of_now(request: HttpRequest, subject: Row | None) -> QueryDict:
    """What was typed, at the version that is there now: pressed again, it is meant."""
    typed = request.POST.copy()
    if subject is not None and subject.pk is not None:
        typed["version"] = str(type(subject)._base_manager.values_list("version", flat=True).get(pk=subject.pk))
    return typed


def _inside(request: HttpRequest, case: Pathway, row: Any) -> bool:
    """Whether the person's whole page is this user's; a seat may be in sight by its course alone."""
    desk = request.user.desk
    if desk.has(*CASE_ROLES) and desk.has("trainer") and isinstance(row, TrainingPlace):
        return SCOPES["pathway"](request.user).filter(pk=case.pk).exists()
    return desk.has(*CASE_ROLES)


def _home(request: HttpRequest, case: Pathway, row: Any) -> str:
    if _inside(request, case, row):
        return f"/people/{case.candidate.uuid}/"
    if isinstance(row, TrainingPlace):
        return f"/courses/{row.course.uuid}/"
    return "/chats/" if isinstance(row, Interview) else "/put-forward/"


def _page(request: HttpRequest, form: Any, *, declared: Step, case: Pathway, subject: Row | None, status: int) -> HttpResponse:
    inside = _inside(request, case, subject)
    code = f"{form.machine}.{declared.name}"
    context = {
        "form": form,
        "label": form.label,
        "about": SAYS[code] if inside else about_words(subject, declared.name, SAYS[code]),
        "concerning": concerning(subject, today_london(form.at)) if inside else "",
        "case": case,
        "subject": subject,
        "called": case.candidate.name if inside else called_of(subject),
        "foretold": foretell(case, form.machine, declared.name, subject=subject, at=form.at) if inside else None,
        "back": way_back(request, _home(request, case, subject)),
    }
    return render(request, "pathways/step.html", context, status=status)


@open_to(*STEP_ROLES, methods=("GET", "POST"), kinds=("own", "colleague", "introduced"))
def undo(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take one step back, with all that it brought about."""
    change = changes(request.user).filter(uuid=uuid).select_related("pathway__candidate", "pathway__programme").first()
    if change is None or change.pathway is None:
        raise Http404
    case = change.pathway
    at = read_clock()
    row = MACHINES[change.machine]._base_manager.get(pk=change.subject_id)
    by = _undoer(request, change, row, at=at)
    inside = _inside(request, case, row)
    called = case.candidate.name if inside else who_of(change, request.user)
    label = title_of(change) if inside else label_of(change)
    home = way_back(request, _home(request, case, row))
    context: dict[str, Any] = {"change": change, "label": label, "called": called, "back": home}
    if request.method != "POST":
        record_opening(user=request.user, person_uuid=case.candidate.uuid, route=route_of(request), at=at)
        return render(request, "pathways/undo.html", context)

    def act() -> HttpResponse:
        try:
            undo_step(change=change, by=by, at=read_clock())
        except (Refused, Conflict) as no:  # nothing was typed that could be put right: things have moved on
            return render(request, "pathways/undo.html", {**context, "refusal": no.sentence}, status=409)
        messages.success(request, f"{label}: undone." if inside else f"{called}: “{label}” undone.")
        return HttpResponseRedirect(home)

    return answer_once(request, act)


def _undoer(request: HttpRequest, change: StageChange, row: Row, *, at: datetime) -> Actor:
    """The seat that gives the row and may take the step back; one that gives the row hears the service's no."""
    seats = [by for by in request.user.desk.actors(*STEP_ROLES) if holds(by, on=row, pathway=change.pathway)]
    if not seats:
        raise NotYours()
    return next((by for by in seats if may_undo(change=change, by=by, at=at)), seats[0])
