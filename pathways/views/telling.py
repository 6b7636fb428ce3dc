"""Telling somebody that an employer did not take it further: the drafted words, changed and sent, or said."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from ground.clock import read_clock, today_london
from ground.door import Conflict, Refused, open_to
from ground.once import answer_once
from ground.phones import show_phone
from pathways.forms.task import TellForm
from pathways.models import Introduction, Pathway, StageChange, Task
from pathways.models.task import TaskState
from pathways.queries.decline import Draft, draft_of
from pathways.queries.timeline_words import reasons_given, said_then
from pathways.scope import CASE_ROLES, introductions
from pathways.services.decline import decline_told_by, text_decline
from pathways.services.task import close_task
from pathways.views.finding import acting_on
from pathways.views.task import task_in_sight
from pathways.views.way_back import done_in_row, home_of, way_back


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=("own", "colleague"))
def words(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The words to tell them, in a box: sent as a text by one press, ticked off as said by another. Until then nothing goes."""
    at = read_clock()
    task, case = task_in_sight(request, uuid, at=at)
    change = decline_told_by(task)
    row = introductions(request.user).filter(pk=change.subject_id).select_related("heading", "employer").first() if change else None
    if change is None or row is None:
        raise Http404
    draft = draft_of(case, change, row, at=at)
    form = _form(request, task, case, draft, at=at)
    if request.method != "POST":
        if task.state != TaskState.OPEN:
            messages.info(request, "This has been done already.")
            return HttpResponseRedirect(way_back(request, home_of(case)))
        return _page(request, form, case=case, change=change, row=row, draft=draft)

    def act() -> HttpResponse:
        if not form.is_valid():
            return _page(request, form, case=case, change=change, row=row, draft=draft)
        try:
            said = _told(request, form, task, case, at=at)
        except Refused as refused:
            form.refuse(refused)
            return _page(request, form, case=case, change=change, row=row, draft=draft)
        return done_in_row(request, case, did=f"task-{task.uuid}", said=said)

    return answer_once(request, act)


def _form(request: HttpRequest, task: Task, case: Pathway, draft: Draft, *, at: datetime) -> TellForm:
    number = show_phone(draft.route.value) if draft.route is not None else ""
    return TellForm(
        request.POST if request.method == "POST" else None,
        version=task.version,
        case=case,
        today=today_london(at),
        number=number,
        drafted="" if draft.why_not else draft.words,
    )


def _told(request: HttpRequest, form: TellForm, task: Task, case: Pathway, *, at: datetime) -> str:
    """What was done, in words."""
    by, version = acting_on(request, case), form.cleaned_data["version"]
    if form.sends:
        message = text_decline(task=task, words=form.cleaned_data["words"], version=version, by=by, at=at)
        return f"A text goes to {show_phone(message.line.e164)}."
    if task.version != version:
        raise Conflict
    close_task(task=task, by=by, at=at)
    return "Done: they have been told."


def _page(request: HttpRequest, form: TellForm, *, case: Pathway, change: StageChange, row: Introduction, draft: Draft) -> HttpResponse:
    reasons = reasons_given(case.programme_id, {change.reason} if change.reason else set())
    context = {
        "form": form,
        "person": case.candidate,
        "row": row,
        "reason": said_then(reasons.get(("decline", change.reason), ()), change),
        "draft": draft,
        "back": way_back(request, home_of(case)),
    }
    return render(request, "pathways/decline_words.html", context, status=422 if form.errors else 200)
