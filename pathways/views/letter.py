"""Letters on paper: looked at before they are made, printed one by one or all together, posted with one press."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accounts.middleware import desk_for, route_of
from accounts.services.audit import record_openings
from ground.clock import read_clock
from ground.door import Conflict, Refused, open_to
from ground.languages import BY_CODE
from ground.once import answer_once
from ground.paging import keyset
from pathways.backends.letter.printing import Sheet, print_letters
from pathways.forms.letter import LetterFilters, LetterForm, ManyPosted, OnLetter
from pathways.models import Letter, LetterState, Pathway
from pathways.queries import letter as asks
from pathways.scope import CASE_ROLES, pathways
from pathways.scope import letters as in_sight
from pathways.services import letter as services
from pathways.views.acted_on import List, acted_on
from pathways.views.finding import acting, acting_for, acting_on, case_in_sight, lead_or_worker, person_in_sight
from pathways.views.task import task_in_sight
from pathways.views.way_back import done_in_row, home_of, way_back

OWN = ("own", "colleague")
HERE = "/letters/"


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=OWN)
def task_letter(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What a letter for this task would say and where it would go; made by one press."""
    at = read_clock()
    task, case = task_in_sight(request, uuid, at=at)
    posted = request.method == "POST"
    draft = asks.draft_of(task, case, at=at)
    form = LetterForm(request.POST if posted else None, version=task.version, named=draft.named)
    if not posted:
        return _draft_page(request, form, draft)

    def act() -> HttpResponse:
        if not form.is_valid():
            return _draft_page(request, form, draft)
        named, version = form.cleaned_data["named"], form.cleaned_data["version"]
        try:
            made = services.make_letter(task=task, named=named, version=version, by=acting_on(request, case), at=at)
        except Refused as refused:
            form.refuse(refused)
            return _draft_page(request, form, draft)
        back = way_back(request, "")
        messages.success(request, "The letter is ready to print.")
        return HttpResponseRedirect(List(request, f"/letters/{made.uuid}/").address(back=back) if back else f"/letters/{made.uuid}/")

    return answer_once(request, act)


def _draft_page(request: HttpRequest, form: LetterForm, draft: asks.Draft) -> HttpResponse:
    case = draft.case
    context = {
        "form": form,
        "draft": draft,
        "person": case.candidate,
        "written_in": BY_CODE[draft.sheet.language] if draft.sheet is not None else None,
        "other": asks.draft_of(draft.task, case, named=not draft.named, at=read_clock()).sheet if draft.sheet is not None else None,
        "ready": in_sight(request.user).filter(task=draft.task, state=LetterState.READY).first(),
        "untold": asks.to_be_told(draft.task, at=read_clock()) if _only_asks(draft.sheet, named=draft.named) else "",
        "stopped": asks.stop_of(case.candidate) is not None,
        "back": way_back(request, home_of(case)),
    }
    return render(request, "pathways/letter_draft.html", context, status=422 if form.errors else 200)


def _only_asks(sheet: Sheet | None, *, named: bool) -> bool:
    return sheet is not None and asks.only_asks(sheet, named=named)


@open_to(*CASE_ROLES, kinds=OWN)
def letter_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A letter that was made: to print it, and to say that it is in the post."""
    at = read_clock()
    letter, case = letter_in_sight(request, uuid, at=at)
    sheet = asks.sheet_of(letter)
    context = {
        "letter": letter,
        "person": case.candidate,
        "sheet": sheet,
        "written_in": BY_CODE[letter.language],
        "by_hand": not sheet.to[1:],
        "file_href": f"/letters/{letter.uuid}/letter.pdf",
        "why_not": asks.reasons_now([letter])[letter.pk] if letter.state == LetterState.READY else "",
        "over": letter.task.kind in asks.OVER_WHEN_POSTED,
        "untold": asks.to_be_told(letter.task, at=at) if _only_asks(sheet, named=letter.named) else "",
        "back": way_back(request, home_of(case)),
    }
    return render(request, "pathways/letter.html", context)


@open_to(*CASE_ROLES, kinds=OWN)
def letter_file(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The letter as a PDF."""
    at = read_clock()
    letter, case = letter_in_sight(request, uuid, at=at)
    if letter.state != LetterState.READY:
        raise Conflict("This letter was posted or thrown away: make another one.")
    if why_not := asks.reasons_now([letter])[letter.pk]:
        raise Conflict(why_not)
    services.note_printing(letters=[letter], by=acting_on(request, case), at=at)
    return _pdf([letter], "letter")


@open_to(*CASE_ROLES)
def letters_file(request: HttpRequest) -> HttpResponse:
    """All that wait, in one PDF, each on a sheet of its own; those that should not go any more are left out, as the list says."""
    at = read_clock()
    _, whose = _asked(request)
    rows, _ = _to_print(request, whose=whose)
    if not rows:
        return HttpResponseRedirect(HERE)
    record_openings(user=request.user, people={row.pathway.candidate.uuid for row in rows}, route=route_of(request), at=at)
    services.note_printing(letters=rows, by=acting(request), at=at)
    return _pdf(rows, "letters")


def _to_print(request: HttpRequest, *, whose: str) -> tuple[list[Letter], int]:
    """The letters that go, the oldest first, as many as are printed at once; and how many should not go any more."""
    found = list(asks.to_post(request.user, whose=whose)[: asks.MOST])
    why_not = asks.reasons_now(found)
    rows = [row for row in found if not why_not[row.pk]]
    return rows, len(found) - len(rows)


def _pdf(rows: Sequence[Letter], name: str) -> HttpResponse:
    """A file with nobody's name in its own. It is kept nowhere."""
    file = HttpResponse(print_letters([asks.sheet_of(row) for row in rows]), content_type="application/pdf")
    file.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    file.headers["Cache-Control"] = "no-store"
    return file


def letter_in_sight(request: HttpRequest, uuid: UUID, *, at: datetime) -> tuple[Letter, Pathway]:
    """The letter and its case, when they are in sight."""
    letter = in_sight(request.user).filter(uuid=uuid).select_related(*asks.WITH_CASE).first()
    if letter is None:
        raise Http404
    return letter, case_in_sight(request, letter.pathway.uuid, at=at)


@open_to(*CASE_ROLES, methods=("POST",), kinds=OWN)
def post_letter(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One press: it is in the post, or in their hand."""
    at = read_clock()
    letter, case = letter_in_sight(request, uuid, at=at)
    form = OnLetter(request.POST)

    def act() -> HttpResponse:
        version = _version(form)
        services.post_letter(letter=letter, version=version, by=acting_on(request, case), at=at)
        return done_in_row(request, case, did=f"letter-{letter.uuid}", said=said_posted(letter), undo=f"/letters/{letter.uuid}/undo/")

    return answer_once(request, act)


def said_posted(letter: Letter) -> str:
    """What a press did, in words."""
    return "The letter is logged as posted." if letter.printed["to"][1:] else "The letter is logged as handed over."


@open_to(*CASE_ROLES, methods=("POST",), kinds=OWN)
def undo_letter(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """It did not go after all."""
    at = read_clock()
    letter, case = letter_in_sight(request, uuid, at=at)

    def act() -> HttpResponse:
        services.unpost_letter(letter=letter, version=letter.version, by=lead_or_worker(request, case), at=at)
        messages.success(request, "Taken back: the letter is to be posted again.")
        return HttpResponseRedirect(way_back(request, home_of(case)))

    return answer_once(request, act)


@open_to(*CASE_ROLES, methods=("POST",), kinds=OWN)
def throw_away(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """It is not sent; what it would have told is still owed."""
    at = read_clock()
    letter, case = letter_in_sight(request, uuid, at=at)
    form = OnLetter(request.POST)

    def act() -> HttpResponse:
        services.throw_away_letter(letter=letter, version=_version(form), by=acting_on(request, case), at=at)
        messages.success(request, "Thrown away. What it would have told is still on the list.")
        return HttpResponseRedirect(way_back(request, home_of(case)))

    return answer_once(request, act)


def _version(form: OnLetter) -> int:
    if not form.is_valid():
        raise Refused("This page is out of date. Open the list again.")
    return int(form.cleaned_data["version"])


@open_to(*CASE_ROLES, methods=("POST",), kinds=OWN)
def letter_stop(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The person wants no letters; or they are fine again."""
    at = read_clock()
    person = person_in_sight(request, uuid, at=at)

    def act() -> HttpResponse:
        by = acting_for(request, person)
        if request.POST.get("press") == "allow":
            services.allow_letters(candidate=person, by=by, at=at)
            messages.success(request, "Letters are fine again.")
        else:
            services.stop_letters(candidate=person, by=by, at=at)
            messages.success(request, f"No letters go to {person.called} any more.")
        return HttpResponseRedirect(way_back(request, f"/people/{person.uuid}/"))

    return answer_once(request, act)


def _asked(request: HttpRequest) -> tuple[str, str]:
    """Which letters, and whose."""
    usual = "me" if desk_for(request).has("outreach_worker") else "team"
    return LetterFilters(request.GET).chosen(usual=usual)


@open_to(*CASE_ROLES)
def letter_list(request: HttpRequest) -> HttpResponse:
    """Letters to print and post, the oldest first; those posted of late, with the way back."""
    at = read_clock()
    show, whose = _asked(request)
    here = List(request, HERE)
    if show == "ready":
        waiting, left_out = _to_print(request, whose=whose)
        page = keyset(asks.to_post(request.user, whose=whose), order=("made_on", "id"), after=request.GET.get("after"), size=25)
    else:
        waiting, left_out = [], 0
        found = asks.posted(request.user, whose=whose, at=at)
        page = keyset(found, order=("-posted_on", "-id"), after=request.GET.get("after"), size=25)
    backs = [here.back(f"l-{row.uuid}", number) for number, row in enumerate(page.rows)]
    rows = asks.letter_rows(page.rows, at=at, backs=backs)
    record_openings(user=request.user, people={row.pathway.candidate.uuid for row in page.rows}, route=route_of(request), at=at)
    acted_on(request, rows, here)
    context = {
        "page": page,
        "rows": rows,
        "show": show,
        "whose": whose,
        "shown": [(key, words, _address(show=key, whose=whose)) for key, words in LetterFilters.SHOWN],
        "desks": [(key, words, _address(show=show, whose=key)) for key, words in LetterFilters.WHOSE],
        "print_words": f"Print {asks.how_many(len(waiting))} (one PDF)" if waiting else "",
        "print_href": f"/letters.pdf?whose={whose}",
        "left_out": left_out,
        "form": ManyPosted(initial={"letters": " ".join(str(row.uuid) for row in waiting)}),
        "back": here.address(),
    }
    return render(request, "pathways/letters.html", context)


def _address(*, show: str, whose: str) -> str:
    return f"{HERE}?show={show}&whose={whose}"


@open_to(*CASE_ROLES, methods=("POST",), kinds=OWN)
def post_letters(request: HttpRequest) -> HttpResponse:
    """All that were printed together are in the post."""
    at = read_clock()
    form = ManyPosted(request.POST)

    def act() -> HttpResponse:
        if not form.is_valid():
            raise Refused("This page is out of date. Open the list again.")
        wanted = form.cleaned_data["letters"]
        rows = list(in_sight(request.user).filter(uuid__in=wanted).select_related(*asks.WITH_CASE).order_by("id"))
        if len(rows) != len(wanted):
            raise Http404
        gone, stayed = 0, 0
        for row in rows:
            case = pathways(request.user).select_related("candidate", "owner", "programme", "organisation").get(pk=row.pathway_id)
            try:
                services.post_letter(letter=row, version=row.version, by=acting_on(request, case), at=at)
                gone += 1
            except (Conflict, Refused):
                stayed += 1
        messages.success(request, f"{asks.how_many(gone)} logged as posted. Each can be taken back under “Posted”.")
        if stayed:
            messages.warning(request, f"{asks.how_many(stayed)} not logged: something has changed meanwhile. Look at the list.")
        return HttpResponseRedirect(way_back(request, HERE))

    return answer_once(request, act)
