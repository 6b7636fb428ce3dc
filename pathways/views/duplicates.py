"""People who may be there twice: the list, one pair side by side, and the merges that were made."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render

from accounts.middleware import desk_for, proved_lately, route_of, user_of
from accounts.services.audit import record_openings
from candidates.models import Merge, SuggestedPair
from candidates.models.alike import roots_of
from ground.actor import Actor
from ground.clock import page_time, read_clock, today_london
from ground.door import NOBODY, NotYours, Refused, open_to
from ground.once import answer_once
from ground.paging import keyset
from ground.tables import csv_response
from pathways.forms.contact import CloseForm
from pathways.forms.duplicates import DuplicateFilters, PairForm
from pathways.queries import duplicates as asks
from pathways.queries.due import stage_words
from pathways.queries.duplicate import PairPage, Side, pair_page, would_undo
from pathways.queries.merging import Verb, may_merge_by, may_unmerge, why_not
from pathways.queries.unclaimed import count_words
from pathways.scope import CASE_ROLES
from pathways.services import duplicates as services
from pathways.services.looking import record_duplicates_export
from pathways.views.acted_on import List
from pathways.views.caseload import FREELY
from pathways.views.finding import acting

HERE = "/duplicates/"
ON_A_PAGE = 25
MOST_IN_A_FILE = 1_000
OWN = ("own", "colleague")


@open_to(*CASE_ROLES)
def duplicates(request: HttpRequest) -> HttpResponse:
    """Who may be the same, the likest first, a page at a time."""
    today = today_london(page_time())
    form = DuplicateFilters(request.GET)
    chosen = form.chosen()
    found = asks.listed(request.user, chosen)
    page = keyset(found, order=asks.ORDER, after=request.GET.get("after"), size=ON_A_PAGE)
    cases, proposals = asks.cases_of_pairs(request.user, page.rows), asks.proposals_of(page.rows)
    context = {
        "form": form,
        "page": page,
        "rows": [asks.pair_row(pair, cases=cases, proposals=proposals, today=today) for pair in page.rows],
        "count_words": count_words(found)[1],
        "show": chosen.get("show", ""),
        "narrowed": bool(chosen),
        "csv": List(request, "/duplicates.csv").address(),
        "own_only": not desk_for(request).has("programme_lead"),
    }
    return render(request, "pathways/duplicates.html", context)


@open_to(*CASE_ROLES)
def duplicates_file(request: HttpRequest) -> HttpResponseBase:
    """The same rows in the same order, as a file; a worker's holds pairs of their own people only. More than a few need a code."""
    at = read_clock()
    if len(_in_file(request)[: FREELY + 1]) > FREELY:
        return proved_lately(_file)(request, at=at)
    return _file(request, at=at)


def _in_file(request: HttpRequest) -> list[SuggestedPair]:
    found = asks.listed(request.user, DuplicateFilters(request.GET).chosen())
    found = found if desk_for(request).has("programme_lead") else asks.both_mine(request.user, found)
    return list(found.order_by(*asks.ordering())[:MOST_IN_A_FILE])


def _file(request: HttpRequest, *, at: datetime) -> HttpResponseBase:
    rows = _in_file(request)
    columns = asks.columns(asks.cases_of_pairs(request.user, rows), asks.proposals_of(rows))
    filters = sorted(DuplicateFilters(request.GET).chosen())
    record_duplicates_export(filters=filters, columns=[each.heading for each in columns], rows=len(rows), by=acting(request), at=at)
    return csv_response("duplicates", columns, rows)


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=OWN, sample={"uuid": NOBODY})
def duplicate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Two records side by side, and what they are: one person, proposed to be one, or two."""
    pair = asks.pairs(request.user).filter(uuid=uuid).first()
    if pair is None:
        raise Http404
    if request.method == "POST":
        return answer_once(request, lambda: _answer(request, pair, at=read_clock()))
    return _read_under_another(request, pair) or _page(request, pair)


def _read_under_another(request: HttpRequest, pair: SuggestedPair) -> HttpResponse | None:
    """Where one of the two was taken in since: the merge, or the pair of those who are there now."""
    now = roots_of([pair.one_id, pair.other_id])
    one, other = now[pair.one_id], now[pair.other_id]
    if (one, other) == (pair.one_id, pair.other_id):
        return None
    if one == other:
        made = asks.merges(request.user).filter(ended_at__isnull=True, absorbed__in=[pair.one_id, pair.other_id]).first()
        address = f"{HERE}merges/{made.uuid}/" if made is not None else ""
    else:
        instead = asks.pair_between(request.user, one, other)
        address = asks.href(instead) if instead is not None else ""
    if not address:
        raise Http404
    return HttpResponseRedirect(address)


def _seat(request: HttpRequest, pair: SuggestedPair) -> tuple[Actor, Verb]:
    """The seat that gives most: the one from which the two may be made one, else one from which it may be proposed."""
    actors = [(by, may_merge_by(by, pair.one, pair.other)) for by in desk_for(request).actors(*CASE_ROLES)]
    for wanted in ("merge", "propose"):
        found = next(((by, verb) for by, verb in actors if verb == wanted), None)
        if found is not None:
            return found
    raise NotYours(services.NOT_BOTH)


def _form(request: HttpRequest, pair: SuggestedPair, page: PairPage) -> PairForm:
    people = [(side.person, _goes_on_words(side)) for side in (page.one, page.other)]
    kept = page.proposal.kept if page.proposal is not None else page.furthest.person
    data = request.POST if request.method == "POST" else None
    return PairForm(data, people=people, version=pair.version, initial={"kept": str(kept.uuid)})


def _goes_on_words(side: Side) -> str:
    live = next((case for case in side.cases if case.is_open), None)
    return f"{side.person.name}: {stage_words(live).lower() if live is not None else 'no open case'}, here since {side.added}"


def _page(request: HttpRequest, pair: SuggestedPair, form: PairForm | None = None) -> HttpResponse:
    at = read_clock()
    page = pair_page(request.user, pair)
    _, verb = _seat(request, pair)
    if request.method == "GET":
        people = [pair.one.uuid, pair.other.uuid]
        record_openings(user=request.user, people=people, route=route_of(request), at=at)
    form = form or _form(request, pair, page)
    said_of = asks.pair_told_apart(request.user, page.apart) if page.apart is not None else None
    context = {
        "page": page,
        "form": form,
        "verb": verb,
        "why_not": why_not(pair.one, pair.other),
        "again": f"{asks.href(said_of)}ask-again/" if said_of is not None else "",
        "mine": page.proposal is not None and page.proposal.proposed_by_id == user_of(request).pk,
        "proposed": asks.proposed_words(page.proposal, today_london(at)) if page.proposal is not None else "",
        "told": asks.apart_words(page.apart, today_london(at)) if page.apart is not None else "",
    }
    return render(request, "pathways/duplicate.html", context, status=422 if form.errors else 200)


def _answer(request: HttpRequest, pair: SuggestedPair, *, at: datetime) -> HttpResponse:
    by, _ = _seat(request, pair)
    form = _form(request, pair, pair_page(request.user, pair))
    if not form.is_valid():
        return _page(request, pair, form)
    try:
        return HttpResponseRedirect(_do(request, pair, form, by=by, at=at))
    except Refused as refused:
        form.refuse(refused)
        return _page(request, pair, form)


def _do(request: HttpRequest, pair: SuggestedPair, form: PairForm, *, by: Actor, at: datetime) -> str:
    """What was said of the two, done; where it leads."""
    answer, version = form.cleaned_data["answer"], form.cleaned_data["version"]
    if answer == "same":
        made = services.same_person(pair=pair, kept=form.chosen(), version=version, by=by, at=at)
        messages.success(request, f"{made.kept.name} and {made.absorbed.name} are one person now.")
        return f"{HERE}merges/{made.uuid}/"
    if answer == "propose":
        services.propose_same(pair=pair, kept=form.chosen(), version=version, by=by, at=at)
        messages.success(request, "Proposed: a lead decides.")
    elif answer == "back":
        services.take_back_proposal(pair=pair, version=version, by=by, at=at)
        messages.success(request, "Taken back: nobody proposes any more that they are one person.")
        return asks.href(pair)
    else:
        services.not_same(pair=pair, version=version, by=by, at=at)
        said = f"{pair.one.name} and {pair.other.name} are two people: nobody is asked again."
        messages.success(request, said, extra_tags=f"{asks.href(pair)}ask-again/")
    return HERE


@open_to(*CASE_ROLES, methods=("POST",), kinds=OWN)
def ask_again(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """They may be one person after all: the pair stands in the list again."""
    pair = asks.pairs(request.user).filter(uuid=uuid).first()
    if pair is None:
        raise Http404
    by, _ = _seat(request, pair)

    def act() -> HttpResponse:
        services.ask_again(pair=pair, by=by, at=read_clock())
        messages.success(request, "They stand in the list again.")
        return HttpResponseRedirect(asks.href(pair))

    return answer_once(request, act)


@open_to(*CASE_ROLES)
def merges(request: HttpRequest) -> HttpResponse:
    """Merges that stand, the latest first; or those that were taken apart."""
    show = "ended" if request.GET.get("show") == "ended" else ""
    found = asks.merges_listed(request.user, {"show": show})
    page = keyset(found, order=asks.MERGES_ORDER, after=request.GET.get("after"), size=ON_A_PAGE)
    rows = [asks.merge_row(merge) for merge in page.rows]
    return render(request, "pathways/merges.html", {"page": page, "rows": rows, "show": show})


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=OWN, sample={"uuid": NOBODY})
def merge(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One merge: who was taken in by whom, and the way to take it apart."""
    row = asks.merges(request.user).filter(uuid=uuid).first()
    if row is None:
        raise Http404
    if request.method == "POST":
        return answer_once(request, lambda: _take_apart(request, row, at=read_clock()))
    people = [row.kept.uuid, row.absorbed.uuid]
    record_openings(user=request.user, people=people, route=route_of(request), at=read_clock())
    return _merge_page(request, row, CloseForm(version=row.version))


def _merge_page(request: HttpRequest, row: Merge, form: CloseForm) -> HttpResponse:
    context = {
        "merge": row,
        "form": form,
        "may": may_unmerge(request.user, row),
        "would": would_undo(request.user, row),
        "merged": asks.merged_words(row),
        "ended": asks.ended_words(row),
    }
    return render(request, "pathways/merge.html", context, status=422 if form.errors else 200)


def _take_apart(request: HttpRequest, row: Merge, *, at: datetime) -> HttpResponse:
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _merge_page(request, row, form)
    by = next((by for by in desk_for(request).actors(*CASE_ROLES) if may_merge_by(by, row.kept, row.absorbed) == "merge"), None)
    if by is None:
        raise NotYours("A lead of the programme takes them apart.")
    try:
        services.take_apart(row=row, version=form.cleaned_data["version"], by=by, at=at)
    except Refused as refused:
        form.refuse(refused)
        return _merge_page(request, row, form)
    messages.success(request, f"{row.kept.name} and {row.absorbed.name} are two people again.")
    return HttpResponseRedirect(f"{HERE}merges/{row.uuid}/")
