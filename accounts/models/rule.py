"""Rules that a programme may set for itself: each a dated row, never changed, so that what was opened under one keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pgtrigger
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, JSONObject

from accounts.choices import RuleCode
from accounts.models.programme import DatedQuerySet, Programme
from accounts.standard import RULES
from ground.rows import Personal, Row


@dataclass(frozen=True)
class Standing:
    """Rules as they hold on one day: everybody's, and those that programmes set for themselves."""

    values: Mapping[tuple[str, int | None], Any]

    def value(self, code: str, programme: int | None) -> Any:
        """What holds in this programme: its own, else everybody's, else what the product ships with."""
        for key in ((code, programme), (code, None)):
            if key in self.values:
                return self.values[key]
        return RULES[RuleCode(code)].value

    def own(self, code: str) -> dict[int, Any]:
        """The programmes that set this rule for themselves."""
        return {programme: value for (name, programme), value in self.values.items() if name == code and programme is not None}

    def where(self, code: str, narrow: Any, *, programme: str = "programme") -> Q:
        """A condition that differs between programmes: `narrow` makes it of a value, `programme` is the column that names one.

        Constants only, so that it is planned as one written by hand is.
        """
        own = self.own(code)
        usual = narrow(self.value(code, None))
        if not own:
            return usual
        found = usual & ~Q(**{f"{programme}__in": sorted(own)})
        for value in sorted(set(own.values())):
            found |= narrow(value) & Q(**{f"{programme}__in": sorted(each for each, its in own.items() if its == value)})
        return found


@dataclass(frozen=True)
class History:
    """All that one rule ever said, for many days at once."""

    code: str
    #: Since when, of which programme, what; everybody's first, then the later after the earlier.
    rows: Sequence[tuple[date, int | None, Any]]

    def value(self, programme: int, day: date) -> Any:
        """What held in this programme on this London day."""
        held = [value for since, where, value in self.rows if since <= day and where in {programme, None}]
        return held[-1] if held else RULES[RuleCode(self.code)].value


class RuleQuerySet(DatedQuerySet):
    def standing(self, codes: Iterable[str], *, day: date, programme: int | None = None) -> Standing:
        """These rules as they hold on this London day, in one programme or in all: one query. Of two from one day the later one holds."""
        rows = self.filter(code__in=list(codes), valid_from__lte=day)
        if programme is not None:
            rows = rows.filter(Q(programme=programme) | Q(programme__isnull=True))
        rows = rows.order_by("valid_from", "id").values_list("code", "programme", "value")
        return Standing({(code, where): value for code, where, value in rows})

    def history(self, code: str) -> History:
        """One rule in every programme, on every day: one query."""
        rows = self.filter(code=code).order_by(F("programme").asc(nulls_first=True), "valid_from", "id")
        return History(code, list(rows.values_list("valid_from", "programme", "value")))

    def value(self, code: str, *, programme: int, day: date) -> Any:
        """One rule of one programme, as it holds on this London day: one query."""
        return self.standing([code], day=day, programme=programme).value(code, programme)


class ProgrammeRule(Row):
    """One rule of a programme, or of all where none is named, from a day on. A change is another row."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, null=True, blank=True, related_name="rules")
    code = models.CharField(max_length=24, choices=RuleCode.choices)
    value = models.JSONField(help_text="A number, a word, or a list of words, as the rule's kind asks.")
    valid_from = models.DateField()
    why = models.CharField(max_length=200, blank=True)
    set_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = RuleQuerySet.as_manager()

    personal = Personal(other=("set_by",), neither=("programme", "code", "value", "valid_from", "why"))

    class Meta:
        ordering = (F("programme").asc(nulls_first=True), "code", "valid_from", "id")
        constraints = [models.CheckConstraint(condition=Q(code__in=RuleCode.values), name="programme_rule_code_known")]
        indexes = [models.Index(fields=("code", "valid_from"), name="programme_rule_standing")]
        triggers = [pgtrigger.Protect(name="programme_rule_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_code_display()} from {self.valid_from}"


def rule_where(code: str, *, programme: str, day: str) -> Coalesce:
    """A rule of days inside a query: of the programme and on the day that these columns of its rows name."""
    rows = ProgrammeRule.objects.filter(
        Q(programme=OuterRef(programme)) | Q(programme__isnull=True), code=code, valid_from__lte=OuterRef(day)
    ).order_by(F("programme").desc(nulls_last=True), "-valid_from", "-id")
    held = Cast(Subquery(rows.values("value")[:1]), IntegerField())
    return Coalesce(held, Value(RULES[RuleCode(code)].value), output_field=IntegerField())


class DaysBefore(models.Func):
    """The day so many days before another: of a day and a whole number, both in the query."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = models.DateField()


def rules_of_each(*codes: str) -> ArraySubquery:
    """To annotate programmes with: all rows of these rules that were ever set, for `held_on`. Costs no query of its own."""
    rows = ProgrammeRule.objects.filter(Q(programme=OuterRef("pk")) | Q(programme__isnull=True), code__in=codes)
    rows = rows.order_by(F("programme").asc(nulls_first=True), "valid_from", "id")
    return ArraySubquery(rows.values(json=JSONObject(code="code", value="value", since="valid_from")))


def held_on(rows: Sequence[Mapping[str, Any]], code: str, day: date) -> Any:
    """What a rule said on a day, of the rows that `rules_of_each` brought."""
    held = [row["value"] for row in rows if row["code"] == code and row["since"] <= day.isoformat()]
    return held[-1] if held else RULES[RuleCode(code)].value
