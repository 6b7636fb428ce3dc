"""Openings: the list, one of them, posting and putting right, and the steps that concern nobody but the opening."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.html import escape

from accounts.choices import Role
from accounts.middleware import desk_for, user_of
from employers.forms.heading import EditHeading, HeadingFilter, HeadingForm, StepOfHeading, as_typed, pay_words
from employers.forms.pay import Pay
from employers.models import CareerHeading
from employers.queries import ORDERS, changed_by, employers_for, headings, held_against, programmes_for, to_confirm
from employers.rules import MOVE, WRITE, actor_on
from employers.services import heading as services
from employers.workflow.heading import STEPS, HeadingStage
from ground.actor import Actor
from ground.clock import read_clock, today_london
from ground.door import NOBODY, Conflict, NotYours, Refused, open_to
from ground.once import answer_once, posted_once
from ground.paging import keyset
from ground.templatetags.said import counted, day, in_days
from ground.views import stale_page

READERS = (Role.EMPLOYER, Role.PROGRAMME_LEAD, Role.OUTREACH_WORKER, Role.TRAINER, Role.ADMINISTRATOR)
WRITERS = (Role.EMPLOYER, Role.PROGRAMME_LEAD)
MOVERS = (Role.EMPLOYER, Role.PROGRAMME_LEAD, Role.OUTREACH_WORKER)
ACTS = {"post": services.publish_heading, "confirm": services.confirm_heading, "reopen": services.reopen_heading}
POSTED = "Posted. People can be put forward to it now, and you get an e-mail when somebody is."
DONE = {"post": POSTED, "confirm": "Thank you: still true.", "reopen": "Open again."}


@open_to(*READERS)
def heading_list(request: HttpRequest) -> HttpResponse:
    """Openings in sight: an employer's own, or a programme's."""
    today = today_london(read_clock())
    filters = HeadingFilter(request.GET, today=today)
    asked = filters.cleaned_data if filters.is_valid() else {}
    rows = headings(user=request.user, words=asked.get("words", ""), stage=asked.get("stage", ""), family=asked.get("family", ""))
    page = keyset(rows, order=ORDERS[asked.get("order", "")].keys, after=request.GET.get("after"), size=25)
    desk = desk_for(request)
    own = desk.has(Role.EMPLOYER)
    context = {
        "filters": filters,
        "page": page,
        "rows": [_row(each, own=own, today=today, may_move=desk.has(*MOVERS)) for each in page.rows],
        "narrowed": any(asked.get(name) for name in ("words", "stage", "family")),
        "may_post": desk.has(*WRITERS),
        "own": own,
    }
    return render(request, "employers/headings.html", context)


def _row(heading: CareerHeading, *, own: bool, today: date, may_move: bool) -> dict[str, Any]:
    ask = may_move and to_confirm(heading, today=today)
    known = [heading.family.name, heading.site if not own else "", pay_of(heading)]
    return {
        "name": heading.title,
        "href": f"/headings/{heading.uuid}/",
        "version": heading.version,
        "where": heading.site if own else heading.organisation.name,
        "note": " · ".join(words for words in known if words),
        "next": f"{heading.get_stage_display()}, {counted(heading.places, 'place')}",
        "owed": f"Last confirmed {in_days(heading.confirmed_on, today)}" if ask else "",
        "due": f"start by {day(heading.start_by)}" if heading.start_by and not ask else "",
        "ask": f"/headings/{heading.uuid}/steps/confirm/" if ask else "",
        "one_tap": own,
    }


def pay_of(heading: CareerHeading) -> str:
    """£12.60 an hour; nothing where none is known."""
    return str(Pay(heading.pay, heading.pay_unit)) if heading.pay is not None else ""


@open_to(*WRITERS, methods=("GET", "POST"))
@posted_once
def add_heading(request: HttpRequest) -> HttpResponse:
    """Post an opening: at most eight questions, open at once."""
    at = read_clock()
    employers, programmes = employers_for(request.user), programmes_for(request.user)
    if not employers or not programmes:
        return render(request, "employers/nowhere_to_post.html", {"lead": desk_for(request).has(Role.PROGRAMME_LEAD)})
    data = request.POST if request.method == "POST" else None
    form = HeadingForm(data, today=today_london(at), employers=employers, programmes=programmes)
    if data is not None and form.is_valid():
        meant = CareerHeading(organisation=form.employer(), programme=form.programme())
        if not user_of(request).has_perm(WRITE, meant):
            raise NotYours()
        try:
            made = services.post_heading(
                organisation=meant.organisation,
                programme=meant.programme,
                said=form.said(),
                by=actor_on(desk_for(request), meant, *WRITERS),
                at=at,
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, POSTED if desk_for(request).has(Role.EMPLOYER) else "Posted. People can be put forward to it now.")
            return HttpResponseRedirect(f"/headings/{made.uuid}/")
    return render(request, "employers/heading_form.html", {"form": form, "back": "/headings/"}, status=422 if form.errors else 200)


@open_to(*WRITERS)
def pay_as_typed(request: HttpRequest) -> HttpResponse:
    """How the pay in the box stands against the rates of today: for the place under it."""
    words = pay_words(request.GET.get("pay", "")[:60], on=today_london(read_clock()))
    return HttpResponse(escape(words))


@open_to(*READERS, kinds=("own", "other_org"), sample={"uuid": NOBODY})
def heading_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One opening, how its pay stands, and what may be done with it now."""
    today = today_london(read_clock())
    heading = find_heading(request, uuid)
    user = user_of(request)
    context = {
        "heading": heading,
        "own": desk_for(request).has(Role.EMPLOYER),
        "pay": pay_of(heading),
        "pay_words": held_against(heading.pay, heading.pay_unit, on=today),
        "steps": steps_of(request, heading, today=today),
        "may_edit": heading.stage not in {HeadingStage.FILLED, HeadingStage.CLOSED} and user.has_perm(WRITE, heading),
        "to_confirm": to_confirm(heading, today=today),
        "undo": f"/headings/{heading.uuid}/undo/" if request.GET.get("did") in {"ended", "told"} and not heading.is_open else "",
        "told": request.GET.get("did") == "told",
    }
    return render(request, "employers/heading.html", context)


def steps_of(request: HttpRequest, heading: CareerHeading, *, today: date) -> list[dict[str, Any]]:
    """The steps of the chart that are open to this user now; an employer's yes to "still true?" is one press."""
    if not user_of(request).has_perm(MOVE, heading):
        return []
    own = desk_for(request).has(Role.EMPLOYER)
    open_now = {each.name for each in heading.get_available_stage_transitions()}  # type: ignore[attr-defined]  # made by FSMField
    due = to_confirm(heading, today=today)
    return [
        {
            "name": name,
            "label": label,
            "href": f"/headings/{heading.uuid}/steps/{name}/",
            "one_tap": own and name in ACTS,
            "kind": "primary" if due and name == "confirm" else "",
        }
        for name, label in STEPS.items()
        if name in open_now
    ]


@open_to(*WRITERS, methods=("GET", "POST"), kinds=("own", "other_org"), sample={"uuid": NOBODY})
def edit_heading(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Put an opening right; somebody else's change meanwhile is shown beside one's own."""
    at = read_clock()
    heading = find_heading(request, uuid)
    if not user_of(request).has_perm(WRITE, heading):
        raise NotYours()
    data = request.POST if request.method == "POST" else None
    form = EditHeading(data, today=today_london(at), version=heading.version, initial=as_typed(heading))
    back = f"/headings/{heading.uuid}/"
    context = {"form": form, "heading": heading, "back": back}

    def act() -> HttpResponse:
        if not form.is_valid():
            return render(request, "employers/heading_form.html", context, status=422)
        try:
            by = actor_on(desk_for(request), heading, *WRITERS)
            services.edit_heading(heading=heading, said=form.said(), version=form.cleaned_data["version"], by=by, at=at)
        except Refused as refused:
            form.refuse(refused)
            return render(request, "employers/heading_form.html", context, status=422)
        except Conflict:
            now = find_heading(request, uuid)
            if now.version == form.cleaned_data["version"]:
                raise
            who = changed_by(now, user=request.user)
            return stale_page(request, form, current=as_typed(now), version=now.version, changed_by=who, back=back)
        messages.success(request, "Saved.")
        return HttpResponseRedirect(back)

    return answer_once(request, act) if data is not None else render(request, "employers/heading_form.html", context)


@open_to(*MOVERS, methods=("GET", "POST"), kinds=("own", "other_org"), sample={"uuid": NOBODY, "step": "confirm"})
def take_heading_step(request: HttpRequest, uuid: UUID, step: str) -> HttpResponse:
    """Post a draft, say "still true", open again: one press for the employer; a worker says how they heard."""
    heading = find_heading(request, uuid)
    act = ACTS.get(step)
    if act is None:
        raise Http404
    form = step_form(request, heading)
    if request.method != "POST":
        return step_page(request, heading, step, form)

    def take() -> HttpResponse:
        if not form.is_valid():
            return step_page(request, heading, step, form)
        act(heading=heading, version=form.cleaned_data["version"], by=step_actor(request, form, heading), at=read_clock())
        messages.success(request, DONE[step])
        return HttpResponseRedirect("/headings/" if request.POST.get("back") == "list" else f"/headings/{heading.uuid}/")

    return answer_once(request, take)


def find_heading(request: HttpRequest, uuid: UUID) -> CareerHeading:
    """The opening when it is in sight; a foreign one is answered like one that never was."""
    rows = CareerHeading.objects.for_user(request.user).select_related("organisation", "family", "programme")
    found = rows.filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found


def step_form(request: HttpRequest, heading: CareerHeading) -> StepOfHeading:
    """The form of a step on this opening, for who may take it. Raises NotYours for others."""
    if not user_of(request).has_perm(MOVE, heading):
        raise NotYours()
    data = request.POST if request.method == "POST" else None
    return StepOfHeading(data, version=heading.version, on_their_word=actor_on(desk_for(request), heading, *MOVERS).kind == "worker")


def step_actor(request: HttpRequest, form: StepOfHeading, heading: CareerHeading) -> Actor:
    """The user, by the seat that reaches the opening; a worker on the employer's word."""
    by = actor_on(desk_for(request), heading, *MOVERS)
    heard = form.cleaned_data.get("said_how", "")
    return by.speaking_for("employer", heard) if heard else by


def step_page(
    request: HttpRequest,
    heading: CareerHeading,
    step: str,
    form: StepOfHeading,
    *,
    template: str = "employers/heading_step.html",
    **more: Any,
) -> HttpResponse:
    """What the step does, and its button. A floor above that takes a step brings its own words."""
    context = {"heading": heading, "step": step, "label": STEPS[step], "form": form, "back": f"/headings/{heading.uuid}/", **more}
    return render(request, template, context, status=422 if form.errors else 200)
