"""Registers: sent in, looked at, put right, put in, sent back, taken back."""

import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from accounts.desk import Seat
from accounts.middleware import desk_for, proved_lately, user_of
from accounts.models import Organisation, Programme
from ground.actor import Actor
from ground.clock import read_clock
from ground.door import Conflict, NotYours, Refused, open_to
from ground.once import answer_once, posted_once
from ground.paging import keyset
from ground.tables import Column, csv_response
from ground.tasks import nudge
from ground.views import stale_page
from pathways.forms.imports import FIELD_WORDS, ColumnsForm, UploadForm, meaning_words
from pathways.models import ImportRow, ImportRun
from pathways.models.imports import RunState
from pathways.queries.imports import SHOWN, Part, habits_words, kept_of, parts, rows_page, runs, sentence
from pathways.services.imports.deciding import approve_run, decide_row, to_go_in
from pathways.services.imports.reading import map_again
from pathways.services.imports.receive import receive_register
from pathways.services.imports.returning import RejectedRows, rejects_file
from pathways.services.imports.taking_back import undo_run
from pathways.services.looking import record_rejects
from pathways.tasks import work_on_imports

#: Seconds after which a page that waits for a worker asks again. It works without a script; the page says so.
AGAIN = 2
#: More rows than this leave the house after a second factor only.
FREELY = 50
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def run_in_sight(request: HttpRequest, uuid: UUID) -> ImportRun:
    """The register, when it is this lead's; a foreign one is answered as one that never was."""
    found = runs(request.user).filter(uuid=uuid).select_related("programme", "organisation", "by").first()
    if found is None:
        raise Http404
    return found


def lead(request: HttpRequest) -> Actor:
    """The lead that this person is at their desk."""
    return desk_for(request).actor("programme_lead")


def programmes_for(request: HttpRequest) -> list[tuple[Seat, Programme]]:
    """Programmes that this person leads and that are running, each with the seat that lets them."""
    found: dict[int, tuple[Seat, Programme]] = {}
    for seat in desk_for(request).seats_as("programme_lead"):
        for programme in (
            Programme.objects.for_user(request.user).filter(pk__in=seat.programmes_of(), ends_on__isnull=True).order_by("name", "id")
        ):
            found.setdefault(programme.pk, (seat, programme))
    return list(found.values())


def _wake() -> None:
    """A worker goes on at once; without a broker the sweep finds the register within half a minute."""
    transaction.on_commit(lambda: nudge(work_on_imports))


@open_to("programme_lead", methods=("GET", "POST"), kinds=("own",), takes_files=True)
def imports(request: HttpRequest) -> HttpResponse:
    """All registers that were sent in, and the form to send one."""
    seats = programmes_for(request)
    form = UploadForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        programmes=[programme for _, programme in seats],
    )
    if request.method == "POST":
        if not seats:
            raise NotYours("You lead no programme that is running.")
        return answer_once(request, lambda: _receive(request, form, seats))
    return _list(request, form)


def _list(request: HttpRequest, form: UploadForm) -> HttpResponse:
    found = runs(request.user).select_related("by", "programme")
    page = keyset(found, order=("-id",), after=request.GET.get("after"), size=25)
    rows = [{"run": run, "where": _where(run), "href": reverse("import", args=[run.uuid])} for run in page.rows]
    context = {"form": form, "page": page, "rows": rows, "several": len(form.programmes) > 1, "sample": _sample()}
    return render(request, "pathways/imports.html", context, status=422 if form.errors else 200)


def _where(run: ImportRun) -> str:
    """How far a register is, and what came of it."""
    told = sentence(run)
    plain = run.state in {RunState.RECEIVED, RunState.READING, RunState.UNDONE}
    return told if plain else f"{run.get_state_display()}: {told}"


def _sample() -> str:
    """Where a troubled register can be downloaded to try this with; only a demo has one."""
    try:
        return reverse("register_sample")
    except NoReverseMatch:
        return ""


def _receive(request: HttpRequest, form: UploadForm, seats: list[tuple[Seat, Programme]]) -> HttpResponse:
    if not form.is_valid():
        return _list(request, form)
    chosen = form.programmes[form.cleaned_data["programme"]]
    seat = next(seat for seat, programme in seats if programme.pk == chosen.pk)
    file = form.cleaned_data["file"]
    try:
        run = receive_register(
            chunks=file.chunks(),
            file_name=file.name or "register",
            programme=chosen,
            organisation=Organisation.objects.unscoped("the lead's own organisation").get(pk=seat.organisation_id),
            user=user_of(request),
            by=desk_for(request).actor("programme_lead"),
            at=read_clock(),
        )
    except Refused as refused:
        form.refuse(refused)
        return _list(request, form)
    _wake()
    return HttpResponseRedirect(reverse("import", args=[run.uuid]))


@open_to("programme_lead", kinds=("own",))
def import_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One register: being read, to be looked at, going in, or in; always with the sentence first."""
    run = run_in_sight(request, uuid)
    if run.state in {RunState.RECEIVED, RunState.READING, RunState.APPROVED}:
        return _waits(request, run)
    if run.state == RunState.REFUSED:
        return render(request, "pathways/imports_refused.html", {"run": run})
    return _looked_at(request, run)


def _waits(request: HttpRequest, run: ImportRun) -> HttpResponse:
    context = {"run": run, "again": AGAIN, "going_in": run.state == RunState.APPROVED, "total": run.rows_created + run.rows_changed}
    if run.state == RunState.APPROVED:
        counted = to_go_in(run)
        left = counted["new"] + counted["changed"] + counted["answered"]
        done = ImportRow.objects.filter(run=run, applied_at__isnull=False).count()
        context |= {"total": done + left, "done": done}
    response = render(request, "pathways/imports_wait.html", context)
    response.headers["Refresh"] = str(AGAIN)
    return response


def _looked_at(request: HttpRequest, run: ImportRun, *, status: int = 200) -> HttpResponse:
    show = request.GET.get("show", "")
    show = show if show in SHOWN else ""
    page, lines = rows_page(run, show=show, after=request.GET.get("after"), user=request.user)
    counted = to_go_in(run) if run.state in {RunState.READ, RunState.DONE} else {}
    told = parts(run)
    if run.reading.get("left_alone_rows"):
        told.append(Part(run.reading["left_alone_rows"], "not a person", "nobody"))
    context = {
        "run": run,
        "parts": told,
        "show": show,
        "shown_words": SHOWN[show][1] if show else "",
        "page": page,
        "lines": lines,
        "query": request.GET.urlencode(),
        "go_in": go_in_words(counted, again=run.state == RunState.DONE),
        "waiting": counted.get("waiting", 0),
        "tables": [_table_words(table) for table in run.reading.get("tables", [])],
        "position_at": date.fromisoformat(run.reading["position_at"]) if run.reading.get("position_at") else None,
        "kept": kept_of(run) if run.state == RunState.UNDONE and run.rows_undecided else [],
        "single": len(run.reading.get("tables", [])) == 1,
    }
    return render(request, "pathways/imports_run.html", context, status=status)


def _table_words(table: dict[str, Any]) -> dict[str, Any]:
    """A table with each column's field, each status word's meaning, and how its dates were read, in words."""
    told = [
        {"heading": column["heading"] or f"Column {column['letter']}", "field": FIELD_WORDS.get(column["field"], "Not used")}
        for column in table["columns"]
    ]
    told += [{"heading": f"“{word}”", "field": meaning_words(means) or "Nothing is taken from it"} for word, _, means in table["words"]]
    return {**table, "habits_words": habits_words(table), "told": told}


def go_in_words(counted: dict[str, int], *, again: bool) -> str:
    """What the one button says: the numbers again. Empty when nothing would go in."""
    told = []
    if counted.get("new") and not again:
        told.append(f"{counted['new']:,} new")
    if counted.get("changed") and not again:
        told.append(f"{counted['changed']:,} changed")
    if counted.get("answered"):
        told.append(f"{counted['answered']:,} that you answered" if told else f"the {counted['answered']:,} that you answered")
    return f"Put in {' and '.join([', '.join(told[:-1]), told[-1]] if len(told) > 1 else told)}" if told else ""


@open_to("programme_lead", methods=("POST",), kinds=("own",), sample={"row": "1"})
@posted_once
def decide(request: HttpRequest, uuid: UUID, row: int) -> HttpResponse:
    """The same person, a new one, this day, or left out: one press beside who it might be."""
    run = run_in_sight(request, uuid)
    found = ImportRow.objects.filter(run=run, pk=row).first()
    if found is None:
        raise Http404
    number, _, code = request.POST.get("answer", "").partition(":")
    if not number.isdecimal() or len(number) > 3 or not code:
        raise Refused("Choose one of the answers.", field="answer")
    decide_row(run=run, row=found, decision=code[:20], question=int(number), by=lead(request), at=read_clock())
    query = request.GET.urlencode()
    return HttpResponseRedirect(f"{reverse('import', args=[run.uuid])}{f'?{query}' if query else ''}#row-{found.pk}")


@open_to("programme_lead", methods=("POST",), kinds=("own",))
@posted_once
def approve(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Let it go in."""
    run = run_in_sight(request, uuid)
    approve_run(run=run, by=lead(request), at=read_clock())
    _wake()
    return HttpResponseRedirect(reverse("import", args=[run.uuid]))


@open_to("programme_lead", methods=("GET", "POST"), kinds=("own",))
def import_columns(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Which column is which, and what each word means: put right, the file is read again."""
    run = run_in_sight(request, uuid)
    if not run.reading.get("tables"):
        raise Http404
    form = ColumnsForm(request.POST if request.method == "POST" else None, reading=run.reading, version=run.version)
    if request.method == "POST":
        return answer_once(request, lambda: _map(request, run, form, at=read_clock()))
    return _columns_page(request, run, form)


def _map(request: HttpRequest, run: ImportRun, form: ColumnsForm, *, at: datetime) -> HttpResponse:
    if run.state not in {RunState.READ, RunState.REFUSED}:
        raise Conflict("This register has gone in already, or is being read.")
    if not form.is_valid():
        return _columns_page(request, run, form)
    if form.cleaned_data["version"] != run.version:
        now = {name: field.initial for name, field in form.fields.items()}
        return stale_page(request, form, current=now, version=run.version, back=reverse("import", args=[run.uuid]))
    map_again(run=run, mapping=form.mapping(), by=lead(request), at=at)
    _wake()
    messages.success(request, "The columns are kept for this layout.")
    return HttpResponseRedirect(reverse("import", args=[run.uuid]))


def _columns_page(request: HttpRequest, run: ImportRun, form: ColumnsForm) -> HttpResponse:
    context = {"run": run, "form": form, "groups": form.groups()}
    return render(request, "pathways/imports_columns.html", context, status=422 if form.errors else 200)


@open_to("programme_lead", methods=("GET", "POST"), kinds=("own",))
def take_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take the whole register back, but for what somebody has worked on since."""
    run = run_in_sight(request, uuid)
    if request.method == "POST":
        return answer_once(request, lambda: _undo(request, run))
    if run.state not in {RunState.DONE, RunState.FAILED}:
        raise Conflict("Only a register that went in can be taken back.")
    return render(request, "pathways/imports_take_back.html", {"run": run})


def _undo(request: HttpRequest, run: ImportRun) -> HttpResponse:
    undo_run(run=run, by=lead(request), at=read_clock())
    messages.success(request, "Taken back.")
    return HttpResponseRedirect(reverse("import", args=[run.uuid]))


@open_to("programme_lead", kinds=("own",))
def rejects_workbook(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The rows that could not go in, in their own columns, as a workbook."""
    return _leaves(request, run_in_sight(request, uuid), _workbook)


@open_to("programme_lead", kinds=("own",))
def rejects_table(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The same rows as CSV; for a file of one table."""
    return _leaves(request, run_in_sight(request, uuid), _table)


def _leaves(request: HttpRequest, run: ImportRun, write: Any) -> HttpResponseBase:
    if not run.rows_rejected:
        raise Http404
    if run.rows_rejected > FREELY:
        return proved_lately(lambda request: write(request, run))(request)
    response: HttpResponseBase = write(request, run)
    return response


def _workbook(request: HttpRequest, run: ImportRun) -> HttpResponseBase:
    record_rejects(run=run, rows=run.rows_rejected, by=lead(request), at=read_clock())
    file = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the response closes it
    rejects_file(run, Path(file.name))
    response = FileResponse(file, as_attachment=True, filename="to-correct.xlsx", content_type=WORKBOOK)
    response.headers["Cache-Control"] = "no-store"
    return response


def _table(request: HttpRequest, run: ImportRun) -> HttpResponseBase:
    if len(run.reading.get("tables", [])) != 1:
        raise Http404
    record_rejects(run=run, rows=run.rows_rejected, by=lead(request), at=read_clock())
    data = RejectedRows(run).dataset()
    columns = [Column(heading, lambda row, place=place: row[place]) for place, heading in enumerate(data.headers or [])]
    return csv_response("to correct", columns, list(data))
