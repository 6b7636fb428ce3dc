"""What many rows of a register ask of the database, asked once."""

from collections.abc import Iterable
from datetime import date
from functools import cache

from accounts.choices import CheckKind, RuleCode
from accounts.models import BankHoliday, Milestone, ProgrammeRule
from employers.models import CareerHeading
from employers.services.pay import grade
from pathways.models import Course, ImportRun
from pathways.services.imports.finding_work import heading_of
from pathways.services.imports.looking_for_work import course_of
from pathways.services.placement import checks_on, due_on, milestones_on
from places.queries import Geography, look_up_many


class AskedOnce:
    """Answers for one run and one stretch of work. What it made is gone with its transaction: then so is this."""

    def __init__(self, run: ImportRun, *, today: date) -> None:
        self.run, self.today = run, today
        self.holidays = frozenset(BankHoliday.objects.values_list("day", flat=True))
        self.places: dict[str, Geography] = {}
        self.heading = cache(self._heading)
        self.milestones = cache(self._milestones)
        self.course = cache(self._course)
        self.grade = cache(self._grade)
        self.checks = cache(self._checks)
        self.rule = cache(self._rule)

    def look_up(self, postcodes: Iterable[str]) -> None:
        """Where these postcodes lie today, in two queries."""
        new = sorted({code for code in postcodes if code} - self.places.keys())
        self.places.update({str(code): found for code, found in look_up_many(new, on=self.today).items()} if new else {})

    def _heading(self, employer: str, family: str) -> CareerHeading:
        """The opening that stands for those of an employer that were not recorded."""
        return heading_of(self.run, employer, family)

    def _course(self) -> Course:
        return course_of(self.run)

    def _milestones(self, first_day: date) -> list[tuple[str, date, int]]:
        """Code, due day and days to answer of each check of a job that began that day."""
        found: list[Milestone] = milestones_on(self.run.programme_id, first_day)
        return [(row.code, due_on(row, first_day), row.window_days) for row in found]

    def _grade(self, on: date) -> str:
        """How pay that is not told stands that day."""
        return grade(pay=None, unit="hour", on=on)

    def _checks(self, on: date) -> list[CheckKind]:
        """The checks that are opened with a job made that day."""
        return checks_on(self.run.programme_id, on)

    def _rule(self, code: RuleCode, on: date) -> int:
        """A rule of the programme that is a number, as it stood that day."""
        return int(ProgrammeRule.objects.value(code, programme=self.run.programme_id, day=on))
