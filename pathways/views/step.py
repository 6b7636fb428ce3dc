"""Taking a step: GET shows its form, POST takes it. The order of questions is access.md's: row, verb, form, version and chart."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from ground.actor import Actor
from ground.clock import read_clock
from ground.door import Conflict, NotYours, Refused, open_to
from ground.once import answer_once
from ground.rows import Row
from pathways.models import Pathway, StageChange
from pathways.queries.steps import MACHINE_OF, MADE_ON_CASE
from pathways.rules import may_take
from pathways.scope import SCOPES, changes
from pathways.services.door import chart_steps
from pathways.services.undo import undo_step
from pathways.views.taking import TAKES, Asked, Take
from pathways.workflow.steps import NEW, Step

STEP_ROLES = ("programme_lead", "outreach_worker", "trainer", "employer")
CASE_ROLES = ("programme_lead", "outreach_worker")


@open_to(*STEP_ROLES, methods=("GET", "POST"), kinds=("own", "colleague", "introduced"), sample={"step": "void"})
def take_step(request: HttpRequest, folder: str, uuid: UUID, step: str) -> HttpResponse:
    """A step on a row that is there."""
    machine = MACHINE_OF.get(folder)
    if machine is None:
        raise Http404
    subject = SCOPES[machine](request.user).filter(uuid=uuid).first()
    if subject is None:
        raise Http404
    case = subject if isinstance(subject, Pathway) else Pathway.objects.select_related("programme").get(pk=subject.pathway_id)
    declared = chart_steps(machine).get(step)
    if declared is None or not declared.by_people:
        raise Http404
    key = f"{machine}.{step}"
    if key == "training_place.book":
        key = "training_place.book_waiting"
    return _answer(request, declared=declared, take=TAKES[key], case=case, subject=subject)


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=("own", "colleague"), sample={"step": "book", "machine": "interview"})
def make_row(request: HttpRequest, uuid: UUID, machine: str, step: str) -> HttpResponse:
    """A step that begins a row, taken on its case."""
    case = SCOPES["pathway"](request.user).filter(uuid=uuid).select_related("programme").first()
    declared = chart_steps(machine).get(step) if machine in MADE_ON_CASE else None
    if case is None or declared is None or NEW not in declared.sources or not declared.by_people:
        raise Http404
    return _answer(request, declared=declared, take=TAKES[f"{machine}.{step}"], case=case, subject=None)


def actor_for(request: HttpRequest, declared: Step, *, subject: Row | None, case: Pathway) -> Actor:
    """The seat that gives both the row and the verb; a right is never put together from two."""
    desk = request.user.desk
    for seat in desk.seats:
        by = desk.actor(seat.role)
        if may_take(by, declared, on=subject, pathway=case):
            return by
    raise NotYours("Your role may not take this step.")


def _answer(request: HttpRequest, *, declared: Step, take: Take, case: Pathway, subject: Row | None) -> HttpResponse:
    at = read_clock()
    by = actor_for(request, declared, subject=subject, case=case)
    shown = subject if subject is not None else case
    data = request.POST if request.method == "POST" else None
    form = take.form(
        data, initial=_initial(subject), version=shown.version, step=declared, case=case, subject=subject, user=request.user, by=by, at=at
    )
    if request.method != "POST":
        return _page(request, form, declared=declared, case=case, subject=subject, status=200)
    return answer_once(request, lambda: _take(request, form, declared=declared, take=take, case=case, subject=subject, at=at))


def _initial(subject: Row | None) -> dict[str, Any]:
    """Nothing asks twice for what is known."""
    if subject is None:
        return {}
    names = [each.name for each in subject._meta.concrete_fields]
    return {name: getattr(subject, name) for name in names if name not in {"version", "stage"}}


def _take(request: HttpRequest, form: Any, *, declared: Step, take: Take, case: Pathway, subject: Row | None, at: datetime) -> HttpResponse:
    if not form.is_valid():
        return _page(request, form, declared=declared, case=case, subject=subject, status=422)
    try:
        row = take.act(Asked(form=form, case=case, subject=subject, by=form.actor(), at=at, taken=form.taken()))
    except Refused as refused:
        form.refuse(refused)
        return _page(request, form, declared=declared, case=case, subject=subject, status=422)
    except Conflict as conflict:
        form.add_error(None, conflict.sentence)
        return _page(request, form, declared=declared, case=case, subject=subject, status=409)
    messages.success(request, f"{declared.label}: recorded.")
    return HttpResponseRedirect(_next(request, case=case, row=row))


def _next(request: HttpRequest, *, case: Pathway, row: Row) -> str:
    wanted = request.POST.get("back", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/"):
        return wanted
    if request.user.desk.has(*CASE_ROLES):
        return f"/people/{case.candidate.uuid}/"
    return "/put-forward/"


def _page(request: HttpRequest, form: Any, *, declared: Step, case: Pathway, subject: Row | None, status: int) -> HttpResponse:
    inside = request.user.desk.has(*CASE_ROLES)
    context = {
        "form": form,
        "step": declared,
        "case": case,
        "subject": subject,
        "called": case.candidate.called if inside else "",
        "back": f"/people/{case.candidate.uuid}/" if inside else "/put-forward/",
    }
    return render(request, "pathways/step.html", context, status=status)


@open_to(*STEP_ROLES, methods=("GET", "POST"), kinds=("own", "colleague", "introduced"))
def undo(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take one step back, with all that it brought about."""
    change = changes(request.user).filter(uuid=uuid).select_related("pathway__candidate").first()
    if change is None or change.pathway is None:
        raise Http404
    inside = request.user.desk.has(*CASE_ROLES)
    back = f"/people/{change.pathway.candidate.uuid}/" if inside else "/put-forward/"
    context: dict[str, Any] = {"change": change, "label": label_of(change), "back": back}
    if request.method != "POST":
        return render(request, "pathways/undo.html", context)

    def act() -> HttpResponse:
        try:
            undo_step(change=change, by=request.user.desk.actor(), at=read_clock())
        except (Refused, Conflict) as no:
            return render(
                request, "pathways/undo.html", {**context, "refusal": no.sentence}, status=422 if isinstance(no, Refused) else 409
            )
        messages.success(request, f"{context['label']}: undone.")
        return HttpResponseRedirect(_next(request, case=change.pathway, row=change.pathway))

    return answer_once(request, act)


def label_of(change: StageChange) -> str:
    """A log row's step in words."""
    declared = chart_steps(change.machine).get(change.step)
    return declared.label if declared else change.step.replace("_", " ")
