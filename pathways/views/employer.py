"""An employer's pages: what waits, people put forward, checks and starts, still here; and closing or filling an opening.

The chats that it hosts are in employer_chats.
"""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accounts.choices import Role
from accounts.middleware import desk_for
from accounts.services.audit import record_opening
from employers.forms.pay import Pay
from employers.models import CareerHeading
from employers.queries import count_open, held_against
from employers.rules import actor_on
from employers.views.heading import MOVERS, find_heading, step_actor, step_form, step_page
from ground.actor import Actor
from ground.clock import read_clock, today_london
from ground.door import NOBODY, Refused, open_to
from ground.once import answer_once
from ground.paging import keyset
from ground.templatetags.said import day
from ground.views import refused as no_page
from pathways.models import Introduction
from pathways.queries import employer as asks
from pathways.queries.employer_chats import FEW, chats, soonest
from pathways.queries.employer_log import history, just_done
from pathways.queries.employer_words import STANDS, shared_name
from pathways.queries.support import told_to_employer
from pathways.scope import CASE_ROLES, introductions, notes, placements
from pathways.services.heading import close_heading, fill_heading, undo_ending
from pathways.views.person import of_row
from pathways.workflow.introduction import LIVE, IntroductionStage

EMPLOYER = Role.EMPLOYER
#: With more jobs than this on a page, each one's checks are folded under a line.
UNFOLDED = 3
ENDINGS = {"close": close_heading, "fill": fill_heading}


def acting_here(request: HttpRequest) -> Actor:
    """The employer that this person is at their desk."""
    return desk_for(request).actor(EMPLOYER)


def this_list(request: HttpRequest) -> str:
    """This page, as a list that says what was just done in it."""
    asked = {name: value for name in ("show", "after", "working") if (value := request.GET.get(name))}
    return f"{request.path}?{urlencode({**asked, 'row': '1'})}"


@open_to(EMPLOYER)
def start(request: HttpRequest) -> HttpResponse:
    """Where an employer begins: what waits on them, each line the way to it."""
    at = read_clock()
    today = today_london(at)
    openings, ask = count_open(user=request.user, today=today)
    hosted = soonest(request.user)
    shown = chats(hosted[:FEW], by=acting_here(request), at=at, back=this_list(request))
    context = {
        "lines": asks.waiting_on(request.user, today=today),
        "openings": openings,
        "ask": ask,
        "today": today,
        "chats": shown,
        "more_chats": len(hosted) > FEW,
        "chat_waits": any(each.waits for each in shown),
    }
    return render(request, "pathways/employer_start.html", context)


@open_to(EMPLOYER)
def put_forward(request: HttpRequest) -> HttpResponse:
    """People put forward to this employer, the longest waiting first; or those whose introduction has ended."""
    at = read_clock()
    by = acting_here(request)
    ended = request.GET.get("show") == "ended"
    rows = asks.put_forward(request.user, ended=ended)
    order = ("-sent_on", "-id") if ended else ("theirs", "since", "id")
    page = keyset(rows, order=order, after=request.GET.get("after"), size=25)
    cards = asks.cards(page.rows, by=by, at=at, back=this_list(request))
    context = {
        "page": page,
        "cards": cards,
        "ours": [card for card in cards if card.ours],
        "theirs": [card for card in cards if not card.ours],
        "ended": ended,
        "done": just_done(request.user, by=by, at=at, back=this_list(request), of=("introduction",)),
        "any_heading": bool(page.rows) or CareerHeading.objects.for_user(request.user).open().exists(),
    }
    return render(request, "pathways/employer_put_forward.html", context)


@open_to(EMPLOYER)
def checks_and_starts(request: HttpRequest) -> HttpResponse:
    """Jobs between the offer and the first day, the oldest offer first."""
    at = read_clock()
    by = acting_here(request)
    rows = asks.before_start(request.user, today=today_london(at))
    page = keyset(rows, order=("later", "introduction__offered_on", "id"), after=request.GET.get("after"), size=25)
    context = {
        "page": page,
        "few": len(page.rows) <= UNFOLDED,
        "starts": asks.starts(page.rows, by=by, at=at, back=this_list(request)),
        "done": just_done(request.user, by=by, at=at, back=this_list(request), of=("placement", "pre_employment_check")),
    }
    return render(request, "pathways/employer_checks.html", context)


@open_to(EMPLOYER)
def still_here(request: HttpRequest) -> HttpResponse:
    """Still in work? One press a row. Below, others who started here, for when somebody leaves."""
    at = read_clock()
    by = acting_here(request)
    page = keyset(asks.still_here(request.user), order=("due_on", "id"), after=request.GET.get("after"), size=25)
    working = keyset(asks.at_work(request.user), order=("first_day", "id"), after=request.GET.get("working"), size=25)
    context = {
        "page": page,
        "cards": asks.answers(page.rows, by=by, at=at, back=this_list(request)),
        "working": working,
        "people": asks.workers_here(working.rows),
        "done": just_done(request.user, by=by, at=at, back=this_list(request), of=("retention_check", "placement")),
    }
    return render(request, "pathways/employer_still_here.html", context)


@open_to(EMPLOYER, *CASE_ROLES, kinds=("own", "introduced", "other_org"), sample={"uuid": NOBODY})
def introduction_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One person put forward, with what they agreed to share. Staff are led to the person's page."""
    at = read_clock()
    row = (
        introductions(request.user)
        .filter(uuid=uuid)
        .select_related("heading", "pathway__candidate", "pathway__owner", "pathway__organisation")
        .first()
    )
    if row is None:
        raise Http404
    if desk_for(request).has(*CASE_ROLES):
        return of_row(request, folder="introductions", uuid=uuid)
    by, back = acting_here(request), this_list(request)
    record_opening(user=request.user, person_uuid=row.pathway.candidate.uuid, route="introduction_page", at=at)
    job = placements(request.user).filter(introduction=row).order_by("-id").first()
    context = {
        "row": row,
        "card": asks.cards([row], by=by, at=at, back=back)[0],
        "stands": STANDS[IntroductionStage(row.stage)],
        "buttons": asks.buttons(row, by=by, at=at, back=back),
        "history": history(row, request.user, by=by, at=at, back=back),
        "job": job,
        "notes": list(notes(request.user).filter(pathway=row.pathway_id).exclude(opened_by__machine="interview").order_by("-id")),
        "supported": told_to_employer(request.user, row).exists(),
        "offer_words": _offer_words(row),
        "pay_words": held_against(row.offer_pay, row.offer_pay_unit, on=row.offered_on) if row.offered_on else "",
        "done": just_done(request.user, by=by, at=at, back=back, about=[row]),
    }
    return render(request, "pathways/employer_introduction.html", context)


@open_to(EMPLOYER, *CASE_ROLES, kinds=("own", "introduced", "other_org"), sample={"uuid": NOBODY})
def placement_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One job here, from the checks to the last day. Staff are led to the person's page."""
    at = read_clock()
    row = placements(request.user).filter(uuid=uuid).select_related("introduction", "pathway__candidate").first()
    if row is None:
        raise Http404
    if desk_for(request).has(*CASE_ROLES):
        return of_row(request, folder="placements", uuid=uuid)
    by, back = acting_here(request), this_list(request)
    record_opening(user=request.user, person_uuid=row.pathway.candidate.uuid, route="placement_page", at=at)
    begun = asks.starts(asks.before_start(request.user, today=today_london(at)).filter(pk=row.pk), by=by, at=at, back=back)
    before = asks.answers(asks.asked_before(request.user, row), by=by, at=at, back=back)
    context = {
        "row": row,
        "name": shared_name(row.introduction),
        "done": just_done(request.user, by=by, at=at, back=back, about=[row, *row.checks.all(), *row.retention_checks.all()]),
        "phone": row.introduction.shared.get("phone", "") if row.introduction else "",
        "start": begun[0] if begun else None,
        "asked": asks.answers(asks.still_here(request.user).filter(placement=row), by=by, at=at, back=back),
        "buttons": begun[0].buttons if begun else asks.buttons(row, by=by, at=at, back=back),
        "unanswered": [card for card in before if card.row.stage == "unknown"],
        "answered": [card for card in before if card.row.stage != "unknown"],
        "history": history(row, request.user, by=by, at=at, back=back),
    }
    return render(request, "pathways/employer_placement.html", context)


def _offer_words(row: Introduction) -> str:
    """Permanent, 37.5 hours a week, £12.90 an hour, Queen's Hospital."""
    hours = f"{row.offer_hours.normalize():f} hours a week" if row.offer_hours is not None else ""
    pay = str(Pay(row.offer_pay, row.offer_pay_unit)) if row.offer_pay is not None else ""
    start = f"start by {day(row.offer_start_by)}" if row.offer_start_by else ""
    return ", ".join(words for words in (row.get_offer_kind_display(), hours, pay, row.offer_site, start) if words)


@open_to(EMPLOYER, *CASE_ROLES, kinds=("own", "introduced", "other_org"), sample={"uuid": NOBODY})
def check_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One of the six checks: how it stands, who does it, what it waits for. Staff are led to the person's page."""
    at = read_clock()
    row = asks.one_check(request.user, uuid)
    if row is None:
        raise Http404
    if desk_for(request).has(*CASE_ROLES):
        return of_row(request, folder="pre-employment-checks", uuid=uuid)
    by, back = acting_here(request), this_list(request)
    record_opening(user=request.user, person_uuid=row.pathway.candidate.uuid, route="check_page", at=at)
    context = {
        "row": row,
        "name": shared_name(row.placement.introduction),
        "buttons": asks.buttons(row, by=by, at=at, back=back),
        "done": just_done(request.user, by=by, at=at, back=back, about=[row]),
    }
    return render(request, "pathways/employer_check.html", context)


# -- closing and filling an opening ------------------------------------------------------------------------------------------------


@open_to(*MOVERS, methods=("GET", "POST"), kinds=("own", "other_org"), sample={"uuid": NOBODY})
def end_heading(request: HttpRequest, uuid: UUID, step: str) -> HttpResponse:
    """Close or fill an opening, after one look at whom it concerns."""
    heading = find_heading(request, uuid)
    form = step_form(request, heading)
    more: dict[str, Any] = {
        "template": "pathways/employer_end_heading.html",
        "concerned": _concerned(request, heading),
        "offers": _offers(request, heading),
    }
    if request.method != "POST":
        return step_page(request, heading, step, form, **more)

    def act() -> HttpResponse:
        if not form.is_valid():
            return step_page(request, heading, step, form, **more)
        did = "told" if _concerned(request, heading) else "ended"
        ENDINGS[step](heading=heading, version=form.cleaned_data["version"], by=step_actor(request, form, heading), at=read_clock())
        return HttpResponseRedirect(f"/headings/{heading.uuid}/?did={did}")

    return answer_once(request, act)


def _concerned(request: HttpRequest, heading: CareerHeading) -> int:
    """How many introductions in this user's sight would close."""
    stages = [stage for stage in LIVE if stage != IntroductionStage.OFFERED]
    return introductions(request.user).filter(heading=heading, stage__in=stages).count()


def _offers(request: HttpRequest, heading: CareerHeading) -> int:
    return introductions(request.user).filter(heading=heading, stage=IntroductionStage.OFFERED).count()


@open_to(*MOVERS, methods=("POST",), kinds=("own", "other_org"), sample={"uuid": NOBODY})
def undo_heading(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take the closing or filling back, with the introductions that it closed."""
    heading = find_heading(request, uuid)

    def act() -> HttpResponse:
        try:
            undo_ending(heading=heading, by=actor_on(desk_for(request), heading, *MOVERS), at=read_clock())
        except Refused as refused:
            return no_page(request, refused.sentence)
        messages.success(request, "Undone: the opening is as it was.")
        return HttpResponseRedirect(f"/headings/{heading.uuid}/")

    return answer_once(request, act)
