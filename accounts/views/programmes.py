"""What a programme sets for itself: the page that shows it with its history, and a form for each change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accounts.choices import MilestoneCode, ReasonKind, RuleCode
from accounts.forms.programmes import DatedForm, MilestoneForm, ReasonForm, RuleForm
from accounts.middleware import desk_for, user_of
from accounts.models import Milestone, Programme, ProgrammeRule, Reason
from accounts.queries import (
    Setting,
    last_setter,
    milestone_length,
    milestone_setting,
    reason_setting,
    rule_setting,
    settings_of,
    standing_reasons,
)
from accounts.rules import programmes_ruled, ruler
from accounts.services import rule as services
from ground.actor import Actor
from ground.clock import read_clock, today_london
from ground.door import NOBODY, Conflict, NotYours, Refused, open_to
from ground.once import answer_once
from ground.templatetags.said import day as said_day
from ground.views import stale_page

WHO = ("administrator", "programme_lead")
OWN = ("own", "other_org")


@open_to(*WHO)
def programmes(request: HttpRequest) -> HttpResponse:
    """The programmes whose rules somebody may read."""
    rows = list(programmes_ruled(request.user).select_related("organisation").order_by("name", "id"))
    return render(request, "accounts/programmes.html", {"programmes": rows})


@open_to(*WHO, kinds=OWN, sample={"uuid": NOBODY})
def programme_settings(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Rules, milestones and reasons as they stand, what is planned, and who changed what when."""
    programme = _programme(request, uuid)
    context = {
        "programme": programme,
        "page": settings_of(programme, today=today_london(read_clock())),
        "may_change": user_of(request).has_perm("accounts.set_rules", programme),
    }
    return render(request, "accounts/programme_settings.html", context)


@open_to(*WHO, methods=("GET", "POST"), kinds=OWN, sample={"uuid": NOBODY, "code": "quiet_days"})
def change_rule(request: HttpRequest, uuid: UUID, code: str) -> HttpResponse:
    """Another value from a day on."""
    if code not in RuleCode.values:
        raise Http404
    programme = _programme(request, uuid)
    today = today_london(read_clock())
    rows = list(ProgrammeRule.objects.in_words(programme, code=code))
    holds = ProgrammeRule.objects.value(code, programme=programme.pk, day=today)
    return _change(
        request,
        programme,
        setting=rule_setting(code, rows, "", today=today),
        version=services.rows_of(ProgrammeRule, programme, code=code),
        initial={"value": holds, "valid_from": today},
        make=lambda data, **kwargs: RuleForm(data, code=code, **kwargs),
        act=lambda form, **who: services.set_rule(
            programme=programme,
            code=code,
            value=form.value(),
            valid_from=form.cleaned_data["valid_from"],
            why=form.cleaned_data["why"],
            **who,
        ),
    )


@open_to(*WHO, methods=("GET", "POST"), kinds=OWN, sample={"uuid": NOBODY, "code": "four_weeks"})
def change_milestone(request: HttpRequest, uuid: UUID, code: str) -> HttpResponse:
    """Whether a job is asked after then, and for how long an answer counts, from a day on."""
    if code not in MilestoneCode.values:
        raise Http404
    programme = _programme(request, uuid)
    today = today_london(read_clock())
    rows = list(Milestone.objects.in_words(programme, code=code))
    holds = next((row for row in Milestone.objects.standing(programme.pk, today) if row.code == code), None)
    return _change(
        request,
        programme,
        setting=milestone_setting(code, rows, "", today=today),
        heading=f"Still in work after {milestone_length(code)}?",
        version=services.rows_of(Milestone, programme, code=code),
        initial={"window_days": holds.window_days if holds else 28, "in_use": holds is not None, "valid_from": today},
        make=MilestoneForm,
        act=lambda form, **who: services.set_milestone(
            programme=programme,
            code=code,
            **{name: form.cleaned_data[name] for name in ("window_days", "in_use", "valid_from", "why")},
            **who,
        ),
    )


@open_to(*WHO, kinds=OWN, sample={"uuid": NOBODY, "kind": "leave"})
def reasons(request: HttpRequest, uuid: UUID, kind: str) -> HttpResponse:
    """The reasons of one kind: in other words, not offered any more, or one more."""
    if kind not in ReasonKind.values:
        raise Http404
    programme = _programme(request, uuid)
    today = today_london(read_clock())
    rows = list(Reason.objects.in_words(programme, kind=kind))
    context = {
        "programme": programme,
        "setting": reason_setting(kind, _own(rows), "", today=today),
        "reasons": standing_reasons(rows, today),
        "kind": kind,
        "may_change": user_of(request).has_perm("accounts.set_rules", programme),
    }
    return render(request, "accounts/programme_reasons.html", context)


@open_to(*WHO, methods=("GET", "POST"), kinds=OWN, sample={"uuid": NOBODY, "kind": "leave"})
def change_reason(request: HttpRequest, uuid: UUID, kind: str, code: str = "") -> HttpResponse:
    """One more reason, or one in other words from a day on."""
    if kind not in ReasonKind.values:
        raise Http404
    programme = _programme(request, uuid)
    today = today_london(read_clock())
    rows = list(Reason.objects.in_words(programme, kind=kind))
    known = [row for row in rows if row.code == code]
    if code and not known:
        raise Http404
    holds = next((row for row in standing_reasons(rows, today) if row.code == code), known[-1] if known else None)
    return _change(
        request,
        programme,
        setting=reason_setting(kind, known if code else _own(rows), "", today=today),
        heading=f"{ReasonKind(kind).label}: {holds.label}" if holds else f"Add a reason for “{ReasonKind(kind).label}”",
        version=services.rows_of(Reason, programme, kind=kind),
        initial={"label": holds.label if holds else "", "in_use": holds.in_use if holds else True, "valid_from": today},
        make=ReasonForm,
        act=lambda form, **who: services.set_reason(
            programme=programme,
            kind=kind,
            code=code,
            **{name: form.cleaned_data[name] for name in ("label", "in_use", "valid_from", "why")},
            **who,
        ),
        back=f"/settings/programmes/{programme.uuid}/reasons/{kind}/",
        button="Save" if code else "Add reason",
    )


def _change(
    request: HttpRequest,
    programme: Programme,
    *,
    setting: Setting,
    version: int,
    initial: dict[str, Any],
    make: Callable[..., DatedForm],
    act: Callable[..., object],
    heading: str = "",
    back: str = "",
    button: str = "Save",
) -> HttpResponse:
    """The form of one change: its page, and the change, in the order of questions that every door asks."""
    by = _ruler(request, programme)
    back = back or f"/settings/programmes/{programme.uuid}/"
    form = make(request.POST if request.method == "POST" else None, version=version, initial=initial)
    context = {"form": form, "programme": programme, "setting": setting, "heading": heading or setting.label}
    context |= {"back": back, "button": button}

    def page() -> HttpResponse:
        return render(request, "accounts/programme_change.html", context, status=422 if form.errors else 200)

    if request.method != "POST":
        return page()

    def take() -> HttpResponse:
        if not form.is_valid():
            return page()
        try:
            act(form, version=form.cleaned_data["version"], by=by, at=read_clock())
        except Refused as refused:
            form.refuse(refused)
            return page()
        except Conflict:
            return stale_page(request, form, current=initial, version=version, changed_by=last_setter(setting.rows), back=back)
        since = form.cleaned_data["valid_from"]
        messages.success(request, f"Set from {said_day(since)} on.")
        return HttpResponseRedirect(back)

    return answer_once(request, take)


def _own(rows: Sequence[Reason]) -> list[Reason]:
    """What the programme itself set: the standard reasons stand in the list above their history, and are not told twice."""
    return [row for row in rows if row.programme_id is not None]


def _programme(request: HttpRequest, uuid: UUID) -> Programme:
    found = programmes_ruled(request.user).select_related("organisation").filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found


def _ruler(request: HttpRequest, programme: Programme) -> Actor:
    seat = ruler(request.user, programme)
    if seat is None:
        raise NotYours("The programme’s lead, or an administrator of the organisation that is accountable for it, sets its rules.")
    return desk_for(request).actor_of(seat)
