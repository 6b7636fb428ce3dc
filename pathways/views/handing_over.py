"""Many people handed over at once: ticked on the caseload, or all that its filters find."""

from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accounts.middleware import desk_for, user_of
from accounts.models import Organisation, User
from ground.clock import read_clock, today_london
from ground.door import NOBODY, Refused, open_to
from ground.once import answer_once
from ground.templatetags.said import counted
from pathways.forms.handing_over import HandOverMany, open_chosen, seal_chosen
from pathways.models import Pathway, StageChange
from pathways.queries.caseload import rows
from pathways.queries.colleagues import may_hold
from pathways.queries.handing_over import Chosen, found_by_filters, holders_of, names_of, still_in_sight, ticked
from pathways.scope import CASE_ROLES, changes
from pathways.services.handing_over import MOST, MOST_BACK, HandedOver, hand_over_many, take_back_many
from pathways.views.caseload import asked_for, filters_in
from pathways.views.way_back import way_back

#: How many ticks an address may carry: a page of the list has fewer.
TICKS = 100


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=("own", "colleague"))
def hand_over_people(request: HttpRequest) -> HttpResponse:
    """How many, whom to, why and from when; one press hands them over."""
    at = read_clock()
    if request.method != "POST":
        return _offer(request, at=at)
    return answer_once(request, lambda: _take(request, at=at))


def _offer(request: HttpRequest, *, at: datetime) -> HttpResponse:
    today = today_london(at)
    chosen = _wanted(request, today)
    if chosen is None:
        return _nobody(request, f"More than {MOST:,} people cannot go at once", "Choose fewer with the filters of the list.")
    if not chosen.versions:
        how = "All of them have ended: only open people are handed over." if chosen.ended else "Tick people on the list, or hand over all."
        return _nobody(request, "Nobody was chosen", how)
    people = seal_chosen(chosen.versions, user=user_of(request).pk)
    form = _form(request, chosen, today, initial={"people": people})
    return _page(request, form, chosen)


def _wanted(request: HttpRequest, today: date) -> Chosen | None:
    """Who was chosen; None when they are too many. A tick that is nobody in sight is answered as nobody is."""
    if request.GET.get("all"):
        return found_by_filters(rows(request.user, asked_for(request, today)[1], today=today), most=MOST)
    try:
        uuids = [UUID(each) for each in request.GET.getlist("who")[:TICKS]]
    except ValueError:
        raise Http404 from None
    found = ticked(request.user, uuids)
    if found is None:
        raise Http404
    return found


def _form(request: HttpRequest, chosen: Chosen, today: date, *, data: Mapping[str, str] | None = None, **more: object) -> HandOverMany:
    here = desk_for(request).organisation_id
    colleagues = may_hold(organisation=here, programmes=chosen.programmes, today=today, cases=list(chosen.versions))
    return HandOverMany(data, colleagues=colleagues, programmes=chosen.programmes, held=chosen.held, today=today, **more)


def _take(request: HttpRequest, *, at: datetime) -> HttpResponse:
    versions = open_chosen(request.POST.get("people", ""), user=user_of(request).pk)
    if not versions:
        raise Refused("This page is out of date. Open the list again and choose from there.")
    chosen = still_in_sight(request.user, versions)
    form = _form(request, chosen, today_london(at), data=request.POST)
    if not form.is_valid():
        return _page(request, form, chosen, status=422)
    desk = desk_for(request)
    to = form.chosen()
    try:
        done = hand_over_many(
            chosen=chosen.versions,
            to=to,
            organisation=Organisation.objects.unscoped("the actor's own organisation").get(pk=desk.organisation_id),
            seats=desk.actors(*CASE_ROLES),
            by=desk.actor(*CASE_ROLES),
            at=at,
            taken=form.taken(),
        )
    except Refused as refused:
        form.refuse(refused)
        return _page(request, form, chosen, status=422)
    _say(request, done, to=to, gone=len(versions) - len(chosen.versions))
    return HttpResponseRedirect(_list(request))


def _say(request: HttpRequest, done: HandedOver, *, to: User, gone: int) -> None:
    """What was done, and why the rest was not. `gone`: who ended, or left the user's sight, since the page was opened."""
    if done.done:
        back = f"/caseload/hand-over/{done.first}/undo/?{urlencode({'back': _list(request)})}" if done.done <= MOST_BACK else ""
        messages.success(request, f"{counted(done.done, 'person,people')} handed over to {to.name}.", extra_tags=back)
    left = [
        (done.changed + gone, "somebody changed them meanwhile"),
        (done.later, "something was done with them after that day"),
    ]
    for number, why in left:
        if number:
            messages.warning(request, f"{number:,} {'was' if number == 1 else 'were'} not handed over: {why}.")
    if done.theirs:
        messages.info(request, f"{done.theirs:,} {'was' if done.theirs == 1 else 'were'} on {to.name}’s desk already.")


@open_to(*CASE_ROLES, methods=("POST",), kinds=("own", "colleague"), sample={"uuid": NOBODY})
def undo_hand_over(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take back what one press handed over, by the change of any of them. Whoever was changed since stays where they went."""
    mine = changes(request.user).filter(machine=Pathway.machine, step="hand_over", actor=user_of(request), cause__isnull=True)
    pressed = mine.filter(uuid=uuid).values_list("recorded_at", flat=True).first()
    if pressed is None:
        raise Http404
    return answer_once(request, lambda: _take_back(request, mine.filter(recorded_at=pressed), at=read_clock()))


def _take_back(request: HttpRequest, found: QuerySet[StageChange], *, at: datetime) -> HttpResponse:
    standing = list(found.filter(undoes__isnull=True, undone_by__isnull=True).select_related("pathway__programme")[:MOST_BACK])
    desk = desk_for(request)
    back = take_back_many(changes=standing, seats=desk.actors(*CASE_ROLES), by=desk.actor(*CASE_ROLES), at=at)
    if back:
        messages.info(request, f"{counted(back, 'person is,people are')} back where they were.")
    if left := len(standing) - back:
        messages.warning(request, f"{left:,} stayed: something was done with them since.")
    if not standing:
        messages.info(request, "All of them had been taken back already.")
    return HttpResponseRedirect(way_back(request, "/caseload/"))


def _list(request: HttpRequest) -> str:
    """The caseload as it was asked for, without the ticks."""
    kept = urlencode(filters_in(request))
    return f"/caseload/?{kept}" if kept else "/caseload/"


def _nobody(request: HttpRequest, words: str, how: str) -> HttpResponse:
    context = {"words": words, "how": how, "back": _list(request)}
    return render(request, "pathways/hand_over_many.html", context)


def _page(request: HttpRequest, form: HandOverMany, chosen: Chosen, *, status: int = 200) -> HttpResponse:
    names, holders = names_of(request.user, chosen), holders_of(chosen)
    context = {
        "form": form,
        "people": counted(len(chosen.versions), "person,people"),
        "ended": chosen.ended,
        "names": names,
        "more_names": len(chosen.versions) - len(names),
        "holders": holders,
        "several": len(chosen.holders) > 1,
        "more_holders": len(chosen.holders) - len(holders),
        "back": _list(request),
    }
    return render(request, "pathways/hand_over_many.html", context, status=status)
