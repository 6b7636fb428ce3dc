"""What was typed without signal and came back: to be put right, or left out, by whoever typed it."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render

from accounts.middleware import desk_for, user_of
from ground.clock import read_clock
from ground.door import open_to
from ground.once import answer_once
from pathways.forms.contact import CloseForm
from pathways.models import KeptForm
from pathways.queries.kept import arrived_words, to_correct, waiting_rows
from pathways.services import kept as services
from pathways.views.kept import ROLES
from pathways.views.kept_kinds import Tried, Typed, attempt, fields_of, look_again

#: Ids and numbers of a form that is shown as plain words.
NOT_SHOWN = frozenset({"version", "programme", "event", "press", "course"})


@open_to(*ROLES, kinds=("own",))
def waiting(request: HttpRequest) -> HttpResponse:
    """What came back, what arrived lately, and what can be done on this device without signal."""
    user = user_of(request)
    context = {"rows": waiting_rows(user), "arrived": arrived_words(user, at=read_clock()), "roles": desk_for(request).roles}
    return render(request, "pathways/waiting.html", context)


def _own(request: HttpRequest, uuid: UUID) -> KeptForm:
    found = to_correct(user_of(request)).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found


def _typed(kept: KeptForm, posted: QueryDict | None = None) -> Typed:
    first = fields_of(kept.words.fields)
    return Typed(kept.kind, kept.words.path, posted if posted is not None else first, kept.typed_at, first)


@open_to(*ROLES, methods=("GET", "POST"), kinds=("own",))
def correct(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One form that came back, as it was typed: put right and saved, it is taken as from its own page."""
    at = read_clock()
    kept = _own(request, uuid)
    if request.method != "POST":
        tried = look_again(request, _typed(kept), at=at)
        return _page(request, kept, tried, why=tried.why or kept.words.why)

    def act() -> HttpResponse:
        tried = attempt(request, _typed(kept, request.POST), at=at)
        if not tried.said:
            return _page(request, kept, _with_form(request, kept, tried, at=at), why=tried.reason(), status=422)
        services.note_corrected(kept=kept, by=desk_for(request).actor(), at=at)
        messages.success(request, tried.said)
        return HttpResponseRedirect("/waiting/")

    return answer_once(request, act)


def _with_form(request: HttpRequest, kept: KeptForm, tried: Tried, *, at: datetime) -> Tried:
    """With what was typed just now still in it, also where the no came without a form."""
    if tried.form is None:
        tried.form = look_again(request, _typed(kept, request.POST), at=at).form
    return tried


def _page(request: HttpRequest, kept: KeptForm, tried: Tried, *, why: str, status: int = 200) -> HttpResponse:
    fields = [(_label(name), value) for name, value in kept.words.fields if value and name not in NOT_SHOWN]
    context = {"kept": kept, "form": tried.form, "why": why, "doubles": tried.doubles, "fields": fields, "there": tried.href}
    return render(request, "pathways/waiting_form.html", context, status=status)


def _label(name: str) -> str:
    return name.rpartition("-")[2].replace("_", " ").capitalize()


@open_to(*ROLES, methods=("GET", "POST"), kinds=("own",))
def leave_out(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """It is not wanted: its words are gone."""
    kept = _own(request, uuid)
    form = CloseForm(request.POST if request.method == "POST" else None, version=kept.version)
    context = {"kept": kept, "form": form}
    if request.method != "POST":
        return render(request, "pathways/waiting_leave_out.html", context)

    def act() -> HttpResponse:
        if not form.is_valid():
            return render(request, "pathways/waiting_leave_out.html", context, status=422)
        services.leave_out(kept=kept, by=desk_for(request).actor(), at=read_clock())
        messages.success(request, "Left out.")
        return HttpResponseRedirect("/waiting/")

    return answer_once(request, act)
