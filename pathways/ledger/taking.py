"""The door in memory: the same charts, the same follow(), the same tasks, for cases that are told and written many at once.

What a step means is read from the charts and from pathways.workflow.owed, never written here a second time.
Tests hold the tables that come of it against those of the real door: of invented people, and of registers.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

from accounts.choices import RuleCode
from accounts.models import Audit
from accounts.services.audit import mac_of
from accounts.standard import RULES
from ground.actor import SYSTEM, Actor
from ground.clock import add_working_days, today_london
from ground.door import Conflict
from outreach.choices import MessageState
from outreach.services.message import CASE_ENDED
from pathways.ledger.sheets import Sheets
from pathways.models import MACHINES, Overwritten, StageChange, Task
from pathways.models.log import Quality
from pathways.models.task import TaskKind, TaskState
from pathways.queries.facts import NO_FACTS, SIX_MONTHS
from pathways.services.door import FLAGS, as_json, chart_steps, follows_at_all, typed_apart
from pathways.services.task import ASKED, owes_the_end
from pathways.workflow.follow import CaseFacts, follow
from pathways.workflow.introduction import LIVE
from pathways.workflow.owed import ENDING, FINISHING, OWED, Opens, Owed, outlives
from pathways.workflow.pathway import OPEN, Stage
from pathways.workflow.placement import BEFORE_START, OVER
from pathways.workflow.retention_check import UNSETTLED
from pathways.workflow.steps import NEW

NOTHING_OWED = Owed()


@dataclass(frozen=True)
class Words:
    """What a worker is to say, and by when; on the task of this kind that the step opened by itself, where it did."""

    text: str
    due_on: date
    on_task: str = ""


class Tells(Protocol):
    """Who writes the texts of steps, and keeps the facts that texts rely on."""

    def change_fact(self, key: str, row: Any) -> None:
        """The truth has changed where a text relies on it."""

    def tell(self, case: Any, row: Any, change: Any, *, sheets: Sheets) -> Words | None:
        """Write the text of this step, or give the words for a worker to say."""


class Case:
    """One case and all that hangs on it, in memory."""

    def __init__(self, row: Any) -> None:
        self.row = row
        self.chats: list[Any] = []
        self.seats: list[Any] = []
        self.introductions: list[Any] = []
        self.jobs: list[Any] = []
        self.checks: list[Any] = []
        self.tasks: list[Any] = []
        self.texts: list[Any] = []
        self.ownership: Any = None
        self.last_step = ""

    def facts(self) -> CaseFacts:
        """What stands, as pathways.queries.facts asks it of the database."""
        row = self.row
        chats = {each.stage for each in self.chats}
        seats = {each.stage for each in self.seats}
        offers = {each.stage for each in self.introductions}
        jobs = {each.stage for each in self.jobs}
        six = [each for each in self.checks if each.milestone == SIX_MONTHS and each.stage == "confirmed"]
        return CaseFacts(
            interested=row.interested_on is not None,
            marked_ready=row.ready_on is not None,
            chat_booked="booked" in chats,
            chat_held="held" in chats,
            awaiting_seat="waiting" in seats,
            seat_booked="booked" in seats,
            seat_begun="in_training" in seats,
            live_introduction=not offers.isdisjoint(LIVE),
            live_offer="offered" in offers,
            before_start=not jobs.isdisjoint(BEFORE_START),
            in_post="in_post" in jobs,
            left_since_restart=any(each.stage in OVER and each.id not in row.looked_past for each in self.jobs),
            six_months_confirmed=any(each.placement.stage == "in_post" for each in six),
            six_months_stands=bool(six),
            unsettled_checks=any(each.stage in UNSETTLED for each in self.checks),
            imported_stage=row.imported_stage if self.last_step == "import_stage" else "",
        )


def shipped_days(rule: str, day: date) -> int:
    """What a rule of days says where no programme has set it."""
    return int(RULES[RuleCode(rule)].value)


class Ledger:
    """Takes steps on light rows and keeps the log, the tasks and the audit that the door would have kept.

    `tellings` write the texts; without them nobody is told. `import_run`: the run whose register tells all this.
    `days_of` answers how many days a rule of the programme gave on a day; without it the product's own rules hold.
    """

    def __init__(
        self,
        *,
        holidays: Collection[date],
        lean: bool = False,
        tellings: Tells | None = None,
        import_run: int | None = None,
        route: str = "",
        days_of: Callable[[str, date], int] = shipped_days,
    ) -> None:
        self.days_of = days_of
        self.sheets = Sheets()
        self.today = lru_cache(maxsize=10_000)(today_london)
        self.working_day = lru_cache(maxsize=10_000)(self._working_day)
        self.holidays, self.lean, self.tellings, self.import_run, self.route = holidays, lean, tellings, import_run, route

    def _working_day(self, begun: date, days: int) -> date:
        return add_working_days(begun, days, self.holidays)

    def child(self, case: Case, machine: str, *, at: datetime, **values: Any) -> Any:
        """A row of a case, not yet in any stage."""
        return self.sheets.new(MACHINES[machine], created=at, stage=NEW, pathway_id=case.row.id, last=None, latest=None, **values)

    def take(
        self,
        case: Case,
        row: Any,
        step: str,
        *,
        by: Actor,
        at: datetime,
        values: Mapping[str, Any] | None = None,
        day: date | None = None,
        quality: str = Quality.EXACT.value,
        reason: str = "",
        cause: Any = None,
        then: Callable[[Any], None] | None = None,
    ) -> Any:
        """Take one step: what pathways.services.door.change_stage does, without asking who may."""
        declared = chart_steps(row.machine)[step]
        if row.stage not in declared.sources:
            raise Conflict(f"{row.machine}.{step} is not open from {row.stage}.")
        if set(values or {}) - set(declared.writes):
            raise ValueError(f"{row.machine}.{step} does not write {sorted(values or {})}.")
        happened_on = day or (cause.happened_on if cause is not None else self.today(at))
        if cause is not None and row.last is not None:
            happened_on = max(happened_on, row.last)
        was = row.stage
        before = {name: as_json(getattr(row, name)) for name in values or {}}
        row.__dict__.update(values or {})
        row.stage = self._target(case, step, declared.target)
        row.version += was != NEW
        before, words = typed_apart(MACHINES[row.machine], before)
        told = {"happened_on": happened_on, "happened_quality": quality, "reason": reason, "cause": cause, "before": before}
        change = self._log(case, row, declared.name, was, by=by, at=at, **told)
        if words:
            self.sheets.new(Overwritten, change_id=change.id, words=words)
        self._after(case, row, change, was=was, then=then)
        return change

    @staticmethod
    def _target(case: Case, step: str, target: str) -> str:
        if step == "import_stage":
            return str(case.row.imported_stage)
        return follow(case.facts()) if target == "follows" else target

    def _log(self, case: Case, row: Any, step: str, was: str, *, by: Actor, at: datetime, happened_on: date, **more: Any) -> Any:
        cause = more.pop("cause")
        change = self.sheets.new(
            StageChange,
            machine=row.machine,
            subject_id=row.id,
            pathway_id=case.row.id,
            step=step,
            from_stage=was,
            to_stage=row.stage,
            actor_kind=by.kind,
            actor_id=by.user_id,
            organisation_id=by.organisation_id,
            said_by=by.said_by,
            said_how=by.said_how,
            happened_on=happened_on,
            recorded_at=at,
            cause_id=cause.id if cause is not None else None,
            import_run_id=self.import_run,
            **more,
        )
        row.latest = happened_on if row.latest is None else max(row.latest, happened_on)
        if step not in NO_FACTS:
            case.last_step = step
        if step != "follow" and (by.kind != "system" or cause is not None):
            row.last = happened_on if row.last is None else max(row.last, happened_on)
        return change

    def _after(self, case: Case, row: Any, change: Any, *, was: str, then: Callable[[Any], None] | None) -> None:
        is_case = row.machine == "pathway"
        if is_case and was != row.stage:
            row.stage_since = change.happened_on
        flags = FLAGS[row.machine].get(row.stage)
        ended = flags is not None and not flags.open
        if change.step == "hold" and row.host_employer_id is None:  # as pathways.services.last_talk.show_chat
            case.row.last_two_way_on = max(row.held_on, case.row.last_two_way_on or row.held_on)
        if is_case and ended:
            self.close_all(case, change)
            self._stop_texts(case, change)
        self._settle(case, row, change, ended=ended)
        if self.tellings is not None:
            self.tellings.change_fact(f"{row.machine}:{row.id}", row)
        if then is not None:
            then(change)
            if is_case and ended:
                self.close_all(case, change)
        if self.tellings is not None:
            words = self.tellings.tell(case, row, change, sheets=self.sheets)
            if words is not None:
                self._say(words, case=case, subject=f"{row.machine}:{row.id}", change=change)
        if change.cause_id is None:
            self._follow(case, change)
            self.show_next(case)

    def _follow(self, case: Case, cause: Any) -> None:
        facts, row = case.facts(), case.row
        self._owe_finishing(case, facts, cause)
        if not follows_at_all(row, facts):
            return
        target = follow(facts)
        if target == row.stage:
            return
        was, row.stage, row.version = row.stage, target, row.version + 1
        closed = as_json(row.closed_on)
        row.closed_on = cause.happened_on if target == Stage.SUSTAINED else (None if target in OPEN else row.closed_on)
        row.stage_since = max(cause.happened_on, row.stage_since)
        change = self._log(
            case,
            row,
            "follow",
            was,
            by=SYSTEM,
            at=cause.recorded_at,
            happened_on=row.stage_since,
            happened_quality=cause.happened_quality,
            cause=cause,
            before={"closed_on": closed} if closed != as_json(row.closed_on) else {},
        )
        if target not in OPEN:
            self.close_all(case, change)

    # What is owed.

    def _settle(self, case: Case, row: Any, change: Any, *, ended: bool) -> None:
        if self.lean:
            return
        owed = OWED.get((row.machine, change.step), NOTHING_OWED)
        mine = f"{row.machine}:{row.id}"
        own = owed.closes_own or (ended and row.machine != "pathway")
        kept = []
        for task in case.tasks:
            about = own and (task.subject == mine or task.subject.startswith(f"{mine}:"))
            if task.kind in owed.closes or about:
                self._done(task, change)
            else:
                kept.append(task)
        case.tasks = kept
        for each in owed.opens:
            self._open(case, row, change, each, mine)

    def _owe_finishing(self, case: Case, facts: CaseFacts, cause: Any) -> None:
        """As pathways.services.task.owe_finishing."""
        if case.row.stage not in OPEN or not (facts.six_months_stands or cause.machine in {"placement", "retention_check"}):
            return
        asked = any(each.stage in ASKED for each in case.checks)
        if not owes_the_end(case.row.stage, facts):
            self._over(case, ENDING.kind, cause)
        elif asked and cause.import_run_id is None:
            self._open(case, case.row, cause, ENDING, "")
        if facts.six_months_confirmed and facts.anything_live:
            self._open(case, case.row, cause, FINISHING, "")
            return
        self._over(case, FINISHING.kind, cause)

    def _over(self, case: Case, kind: str, cause: Any) -> None:
        for task in [each for each in case.tasks if each.kind == kind]:
            self._done(task, cause)
        case.tasks = [each for each in case.tasks if each.kind != kind]

    def _done(self, task: Any, change: Any) -> None:
        task.state, task.closed_by_id, task.version = TaskState.DONE.value, change.id, task.version + 1
        task.closed_on = self.today(change.recorded_at)

    def close_all(self, case: Case, change: Any) -> None:
        """A case that ends owes nothing more but what outlives it."""
        kept = [task for task in case.tasks if outlives(task.kind, change.to_stage)]
        for task in case.tasks:
            if task not in kept:
                self._done(task, change)
        case.tasks = kept

    def _stop_texts(self, case: Case, change: Any) -> None:
        for text in case.texts:
            if text.state == MessageState.READY:
                text.state, text.final_at, text.reason = MessageState.CANCELLED.value, change.recorded_at, CASE_ENDED

    def _open(self, case: Case, row: Any, change: Any, opens: Opens, mine: str) -> None:
        due = self._due(opens, change, row)
        if due is None:
            return
        about = mine if opens.on_subject else ""
        if opens.weeks_after:
            about = f"{mine}:week{opens.weeks_after}"
        self.open_task(case, opens.kind, about, due, opens.owed_by, change)

    def _due(self, opens: Opens, change: Any, row: Any) -> date | None:
        if not opens.due_field:
            begun = self.today(change.recorded_at) if change.import_run_id else change.happened_on
            return self.working_day(begun, self.days_of(opens.rule, begun) if opens.rule else opens.days)
        value: Any = row
        for part in opens.due_field.split("."):
            value = getattr(value, part) if value is not None else None
        if isinstance(value, datetime):
            return today_london(value)
        return value + timedelta(weeks=opens.weeks_after) if isinstance(value, date) else None

    def _say(self, words: Words, *, case: Case, subject: str, change: Any) -> None:
        if not words.on_task:
            self.open_task(case, TaskKind.TELL, subject, words.due_on, "worker", change, words=words.text)
        for task in case.tasks:
            if words.on_task and (task.kind, task.subject, task.state) == (words.on_task, subject, TaskState.OPEN):
                task.words, task.version = words.text, task.version + 1

    def open_task(self, case: Case, kind: str, subject: str, due_on: date, owed_by: str, change: Any, words: str = "") -> None:
        """One open task per case, kind and subject."""
        if self.lean or not outlives(kind, case.row.stage) or any(task.kind == kind and task.subject == subject for task in case.tasks):
            return
        task = self.sheets.new(
            Task,
            created=change.recorded_at,
            pathway_id=case.row.id,
            kind=str(kind),
            subject=subject,
            words=words,
            due_on=due_on,
            owed_by=owed_by,
            opened_by_id=change.id,
        )
        case.tasks.append(task)

    def show_next(self, case: Case) -> None:
        """The next thing owed, kept on the case's row."""
        task = min(case.tasks, key=lambda each: (each.due_on, each.id), default=None)
        row = case.row
        row.next_due_on = task.due_on if task else None
        row.next_kind = task.kind if task else ""
        row.next_owed_by = task.owed_by if task else ""

    def audit(self, action: str, by: Actor, at: datetime, subject: Any, kind: str, *fields: str, person: UUID) -> None:
        """The row that the service would have written of itself."""
        if self.lean:
            return
        row = self.sheets.new(
            Audit,
            created=at,
            at=at,
            actor_id=by.user_id,
            actor_kind=by.kind,
            membership_id=by.membership_id,
            organisation_id=by.organisation_id,
            on_behalf_of=f"{by.said_by}, {by.said_how}" if by.said_by and by.said_how else by.said_by,
            action=action,
            object_kind=kind,
            object=subject.uuid,
            person=person,
            fields=sorted(fields),
            route=self.route,
        )
        row.hmac = mac_of(row)
