"""What is owed: written down, put off, given to a colleague, ticked off, and brought back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.middleware import user_of
from ground.actor import Actor
from ground.clock import read_clock, today_london
from ground.door import Conflict, Refused, open_to
from ground.once import answer_once
from ground.templatetags.said import in_days
from pathways.forms.task import DoneForm, GiveForm, OnTask, SnoozeForm, TaskForm, WakeForm
from pathways.models import Pathway, Task
from pathways.scope import CASE_ROLES, pathways, tasks
from pathways.services import task as services
from pathways.views.finding import acting_on, case_in_sight, form_page
from pathways.views.way_back import done_in_row, home_of, way_back

OWN = ("own", "colleague")


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=OWN)
def add_task(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Something to do that no step knows of."""
    at = read_clock()
    case = case_in_sight(request, uuid, at=at)
    data = request.POST if request.method == "POST" else None
    form = TaskForm(data, case=case, me=user_of(request).pk)
    if data is None:
        return form_page(request, form, heading="Something to do", person=case.candidate)

    def act() -> HttpResponse:
        if not form.is_valid():
            return form_page(request, form, heading="Something to do", person=case.candidate)
        said = {name: form.cleaned_data[name] for name in ("words", "due_on", "owed_by")}
        services.add_task(pathway=case, **said, by=acting_on(request, case), at=at)
        messages.success(request, "On the list.")
        return HttpResponseRedirect(home_of(case))

    return answer_once(request, act)


def _snooze(form: Any, task: Task, by: Actor, at: datetime) -> str:
    until = form.cleaned_data["until"]
    services.snooze_task(task=task, until=until, reason=form.cleaned_data["reason"], by=by, at=at)
    return f"Put off to {in_days(until, today_london(at))}."


def _reassign(form: Any, task: Task, by: Actor, at: datetime) -> str:
    to = form.chosen()
    services.reassign_task(task=task, to=to, by=by, at=at)
    return "You do it now." if to.pk == by.user_id else f"{to.name} does it now."


def _close(form: Any, task: Task, by: Actor, at: datetime) -> str:
    services.close_task(task=task, by=by, at=at)
    return "Done."


@dataclass(frozen=True)
class OnOne:
    """What may be done with a task: its form, its words, and the service, which says what came of it."""

    form: type[OnTask]
    heading: str
    button: str
    act: Callable[[Any, Task, Actor, datetime], str]


STEPS = {
    "snooze": OnOne(SnoozeForm, "Put off to another day", "Put off", _snooze),
    "reassign": OnOne(GiveForm, "Give to a colleague", "Give", _reassign),
    "close": OnOne(DoneForm, "This is done", "Done", _close),
}


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=OWN, sample={"step": "snooze"})
def task_step(request: HttpRequest, uuid: UUID, step: str) -> HttpResponse:
    """Put a task off, give it to a colleague, or tick it off."""
    at = read_clock()
    task, case = task_in_sight(request, uuid, at=at)
    one = STEPS[step]
    data = request.POST if request.method == "POST" else None
    form = one.form(data, version=task.version, case=case, today=today_london(at))
    more = {"heading": f"{one.heading}: {task.label}", "person": case.candidate, "button": one.button}
    if data is None:
        return form_page(request, form, **more)

    def act() -> HttpResponse:
        if not form.is_valid():
            return form_page(request, form, **more)
        by = acting_on(request, case)
        try:
            if task.version != form.cleaned_data["version"]:
                raise Conflict
            said = one.act(form, task, by, at)
        except Refused as refused:
            form.refuse(refused)
            return form_page(request, form, **more)
        return done_in_row(request, case, did=f"task-{task.uuid}", said=said)

    return answer_once(request, act)


def task_in_sight(request: HttpRequest, uuid: UUID, *, at: datetime) -> tuple[Task, Pathway]:
    """The task and its case, when they are in sight."""
    task = tasks(request.user).filter(uuid=uuid).first()
    if task is None:
        raise Http404
    return task, case_in_sight(request, pathways(request.user).only("uuid").get(pk=task.pathway_id).uuid, at=at)


@open_to(*CASE_ROLES, methods=("POST",), kinds=OWN)
def undo_task(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Put off or ticked off by mistake: back on the list."""
    at = read_clock()
    task, case = task_in_sight(request, uuid, at=at)
    form = WakeForm(request.POST)

    def act() -> HttpResponse:
        if not form.is_valid():
            raise Refused("This page is out of date. Open the list again.")
        due: date = form.cleaned_data["due_on"]
        services.wake_task(task=task, due_on=due, version=form.cleaned_data["version"], by=acting_on(request, case), at=at)
        messages.success(request, "Back on the list.")
        return HttpResponseRedirect(way_back(request, home_of(case)))

    return answer_once(request, act)
