"""Forms that wait for somebody's look: the same person, a new one, or nobody."""

from datetime import date, datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accounts.middleware import desk_for, user_of
from ground.clock import page_time, read_clock, today_london
from ground.door import Conflict, NotYours, Refused, open_to
from ground.once import answer_once
from ground.paging import keyset
from pathways.forms.interests import AnswerForm
from pathways.models import InterestPost
from pathways.queries.acted import say_done
from pathways.queries.due import ListRow
from pathways.queries.interests import SHOWN, family_names, form_row, key_of_form, let_in_row, read_whole, sent_forms, who_they_may_be
from pathways.queries.unclaimed import count_words, key_of
from pathways.rules import holder
from pathways.scope import CASE_ROLES, pathways
from pathways.scope import interests as in_sight
from pathways.services.deciding_interest import is_new, is_the_same, leave_out, look_again
from pathways.views.acted_on import LONGEST, List, acted_on
from pathways.views.finding import WORKER_FIRST
from pathways.views.way_back import way_back, with_done

HERE = "/unclaimed/forms/"
#: What an address says of a form that was just let in as a new person, before their case.
LET_IN = "let_in"


@open_to(*CASE_ROLES)
def interests(request: HttpRequest) -> HttpResponse:
    """What waits, oldest first; what was left out, for a while."""
    counts = {key: count_words(sent_forms(request.user, show=key)) for key in SHOWN}
    show = request.GET.get("show", "")
    if show not in SHOWN:  # what waits, whichever it is
        show = "doubtful" if counts["doubtful"][0] and not counts["known"][0] else "known"
    page = keyset(sent_forms(request.user, show=show), order=("received_at", "id"), after=request.GET.get("after"), size=25)
    today = today_london(page_time())
    may_be, families = who_they_may_be(request.user, page.rows), family_names(page.rows)
    whole, here = read_whole(request.user, page.rows), List(request, HERE)
    rows = [
        form_row(
            post,
            may_be=may_be[post.pk],
            families=families,
            whole=post.pk in whole,
            today=today,
            back=here.back(key_of_form(post), number),
        )
        for number, post in enumerate(page.rows)
    ]
    _let_in(request, rows, here, today)
    acted_on(request, rows, here)
    context = {
        "page": page,
        "rows": rows,
        "show": show,
        "heading": SHOWN[show][1],
        "kinds": [(key, words, counts[key][1]) for key, (_, words) in SHOWN.items()],
    }
    return render(request, "pathways/interests.html", context)


def _let_in(request: HttpRequest, rows: list[ListRow], here: List, today: date) -> None:
    """Let the row of a form that was just let in say so, and offer to take the new person."""
    kind, _, key = request.GET.get("did", "")[:LONGEST].partition("-")
    place, row = request.GET.get("place", ""), request.GET.get("row", "")[:LONGEST]
    try:
        uuid = UUID(key) if kind == LET_IN else None
    except ValueError:
        return
    case = pathways(request.user).filter(uuid=uuid).select_related("candidate", "owner").first() if uuid is not None else None
    if case is None:
        return
    number = int(place) if place.isascii() and place.isdigit() and len(place) < 6 else 0
    said = let_in_row(case, me=user_of(request), today=today, back=here.back(key_of(case), number))
    say_done(rows, said, key=row, place=number)


@open_to(*CASE_ROLES, methods=("POST",), kinds=("own", "colleague"))
def decide_interest(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One press: whose it is."""
    at = read_clock()
    post = in_sight(request.user).filter(uuid=uuid).select_related("programme", "organisation", "event", "notice", "candidate").first()
    if post is None:
        raise Http404
    form = AnswerForm(request.POST)

    def act() -> HttpResponse:
        if not form.is_valid():
            raise Refused("This page is out of date. Open the list again.")
        try:
            return HttpResponseRedirect(_decide(request, post, form, at=at))
        except Conflict as conflict:
            messages.warning(request, conflict.sentence)
        return HttpResponseRedirect(HERE)

    return answer_once(request, act)


def _decide(request: HttpRequest, post: InterestPost, form: AnswerForm, *, at: datetime) -> str:
    """What was said of a form, done; where it leads: the list, which says so."""
    answer, version = form.cleaned_data["answer"], form.cleaned_data["version"]
    by = next((each for each in desk_for(request).actors(*WORKER_FIRST) if each.programme_id in {None, post.programme_id}), None)
    if by is None:
        raise NotYours()
    if answer == "new":
        case = is_new(post=post, version=version, by=by, at=at)
        return with_done(way_back(request, HERE), f"{LET_IN}-{case.uuid}")
    if answer == "out":
        leave_out(post=post, version=version, by=by, at=at)
        messages.success(request, "Set aside. It can be fetched back from “Set aside” for 30 days.")
    elif answer == "back":
        look_again(post=post, version=version, by=by, at=at)
        messages.success(request, "It waits again.")
    else:
        found = pathways(request.user).filter(candidate__uuid=form.person(), programme=post.programme_id)
        cases = sorted(found.select_related("candidate", "programme", "organisation"), key=lambda each: (each.is_open, each.pk))
        case = cases[-1] if cases else None
        if case is None:
            raise Http404
        by = holder(desk_for(request).actors(*WORKER_FIRST), pathway=case)
        case = is_the_same(post=post, case=case, version=version, by=by, at=at)
        messages.success(request, f"Put on {case.candidate.name}’s page.")
    return HERE
