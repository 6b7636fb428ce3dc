"""Forms that wait for somebody's look: the same person, a new one, or nobody."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accounts.middleware import desk_for
from ground.clock import page_time, read_clock, today_london
from ground.door import Conflict, NotYours, Refused, open_to
from ground.once import answer_once
from ground.paging import keyset
from pathways.forms.interests import AnswerForm
from pathways.models import InterestPost
from pathways.queries.interests import SHOWN, form_row, read_whole, sent_forms, who_they_may_be
from pathways.queries.unclaimed import count_words
from pathways.rules import holder
from pathways.scope import CASE_ROLES, pathways
from pathways.scope import interests as in_sight
from pathways.services.deciding_interest import is_new, is_the_same, leave_out, look_again
from pathways.views.finding import WORKER_FIRST

HERE = "/unclaimed/forms/"


@open_to(*CASE_ROLES)
def interests(request: HttpRequest) -> HttpResponse:
    """What waits, oldest first; what was left out, for a while."""
    show = request.GET.get("show", "")
    show = show if show in SHOWN else "known"
    page = keyset(sent_forms(request.user, show=show), order=("received_at", "id"), after=request.GET.get("after"), size=25)
    today = today_london(page_time())
    may_be, whole = who_they_may_be(request.user, page.rows), read_whole(request.user, page.rows)
    context = {
        "page": page,
        "rows": [form_row(post, may_be=may_be[post.pk], whole=post.pk in whole, today=today) for post in page.rows],
        "show": show,
        "heading": SHOWN[show][1],
        "kinds": [(key, words, count_words(sent_forms(request.user, show=key))[1]) for key, (_, words) in SHOWN.items()],
    }
    return render(request, "pathways/interests.html", context)


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
            _decide(request, post, form, at=at)
        except Conflict as conflict:
            messages.warning(request, conflict.sentence)
        return HttpResponseRedirect(HERE)

    return answer_once(request, act)


def _decide(request: HttpRequest, post: InterestPost, form: AnswerForm, *, at: datetime) -> None:
    answer, version = form.cleaned_data["answer"], form.cleaned_data["version"]
    by = next((each for each in desk_for(request).actors(*WORKER_FIRST) if each.programme_id in {None, post.programme_id}), None)
    if by is None:
        raise NotYours()
    if answer == "new":
        case = is_new(post=post, version=version, by=by, at=at)
        messages.success(request, f"{case.candidate.name} is new, and stands under Nobody’s yet.")
    elif answer == "out":
        leave_out(post=post, version=version, by=by, at=at)
        messages.success(request, "Left out. It can be fetched back from “Left out” for 30 days.")
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
