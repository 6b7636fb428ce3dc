"""What every page of figures does first: find the programme, read what was asked, settle the day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter

from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render

from accounts.choices import FunnelStart, Phase, RuleCode
from accounts.models import Programme, held_on, rules_of_each
from analytics.figures.definition import CSV_COLUMNS, Cut, Figure, flat
from analytics.figures.disclosure import OPERATIONAL
from analytics.figures.wards import BY_PEOPLE
from analytics.forms import CutForm
from analytics.queries.wards import frozen_targets
from analytics.rules import programmes_led
from analytics.services.export import record_export
from analytics.views.periods import periods
from ground.clock import read_clock, today_london
from ground.tables import Column, csv_response

COLUMNS = [Column(name, itemgetter(place)) for place, name in enumerate(CSV_COLUMNS)]


@dataclass(frozen=True)
class Asked:
    """A figure's page as somebody asked for it."""

    form: CutForm
    programme: Programme
    cut: Cut
    at: datetime
    #: What stands in the address, for the links of the page.
    address: str = ""

    @property
    def readable(self) -> bool:
        """Whether all that was asked could be read: otherwise no number answers it."""
        return not self.form.errors

    def link(self, *dropped: str, **asked: str) -> str:
        """The question as the end of an address, without what is dropped and with what is asked instead."""
        kept = QueryDict(self.address, mutable=True)
        for name in (*dropped, *asked):
            for key in (name, *(f"{name}_{box}" for box in ("day", "month", "year"))):
                kept.pop(key, None)
        for name, value in asked.items():
            kept[name] = value
        return f"?{kept.urlencode()}" if kept else ""

    @property
    def changed(self) -> bool:
        """Whether something else was asked for than what the page shows unasked."""
        usual = {"programme": next(iter(self.form.programmes), ""), "shown": OPERATIONAL.code, "sort": BY_PEOPLE}
        return any(value and value != usual.get(name) for name, value in self.form.cleaned_data.items())

    @property
    def today(self) -> date:
        return today_london(self.at)

    @property
    def phases(self) -> list[str]:
        return phases_of(self.programme, self.cut.as_at)


def phases_of(programme: Programme, day: date) -> list[str]:
    """The phases that the programme showed that day, from the one its funnel started at."""
    rows = programme.rules_set  # type: ignore[attr-defined]  # annotated by ask
    shown = [phase for phase in Phase.values if phase in held_on(rows, RuleCode.PHASES_SHOWN, day)]
    if held_on(rows, RuleCode.FUNNEL_STARTS_AT, day) == FunnelStart.INTEREST:
        shown = [phase for phase in shown if phase != Phase.OUTREACH]
    return shown or list(Phase.values)


def ask(request: HttpRequest, form_class: type[CutForm] = CutForm) -> Asked | None:
    """Read what was asked; None when the person leads no programme. What cannot be read is said at its field, and nothing is counted."""
    at = read_clock()
    rules = rules_of_each(RuleCode.PHASES_SHOWN, RuleCode.FUNNEL_STARTS_AT)
    programmes = list(programmes_led(request.user).annotate(rules_set=rules).order_by("name", "id"))
    form = form_class(request.GET, programmes=programmes, today=today_london(at))
    programme = form.chosen()
    if programme is None:
        return None
    frozen = frozen_targets(programme=programme.pk, day=today_london(at))
    form.prepare(phases=phases_of(programme, today_london(at)), targets=frozen.codes if frozen else [])
    form.is_valid()
    address = request.GET.copy()
    address.pop("after", None)
    return Asked(form=form, programme=programme, cut=form.cut(programme, at=at), at=at, address=address.urlencode())


def page(request: HttpRequest, asked: Asked | None, template: str, *, figure: Figure | None = None, **context: object) -> HttpResponse:
    """The page; 422 when something asked for could not be read."""
    if asked is None:
        return render(request, "analytics/no_programme.html")
    told = {
        "asked": asked,
        "form": asked.form,
        "periods": periods(asked),
        "other_words": asked.form.other_words,
        "figure": figure,
        "cut": figure.cut if figure else asked.cut,
        "address": f"?{asked.address}" if asked.address else "",
        "here": request.path,
        **context,
    }
    return render(request, template, told, status=422 if asked.form.errors else 200)


def download(request: HttpRequest, asked: Asked | None, counted: Callable[[Asked], Figure | None]) -> StreamingHttpResponse:
    """The same numbers as a file, written down in the audit. None for a question that could not be read: the page says what is wrong."""
    if asked is None or not asked.readable:
        raise Http404
    figure = counted(asked)
    if figure is None:
        return csv_response(f"{asked.programme.code}-nothing-loaded", COLUMNS, [])
    lines = list(flat(figure))
    record_export(
        programme=asked.programme,
        figure=figure.definition.code,
        profile=figure.profile.code,
        filters=sorted(name for name, value in request.GET.items() if value),
        rows=len(lines),
        by=request.user.desk.actor("programme_lead"),  # type: ignore[union-attr]  # open_to lets in nobody without a desk
        at=asked.at,
    )
    return csv_response(f"{asked.programme.code}-{figure.definition.code}-{figure.cut.as_at:%Y-%m-%d}", COLUMNS, lines)
