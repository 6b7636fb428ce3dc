"""Taking a step back: what it did and all that it brought about, as if it had not been, except in the log."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from accounts.services.audit import service
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, NotYours, Refused
from ground.templatetags.said import day as said_day
from outreach.services.message import change_fact, release_messages, withdraw_messages
from pathways.models import MACHINES, Attendance, Consent, Evidence, Note, Ownership, Pathway, Pause, StageChange, Task
from pathways.models.task import TaskState
from pathways.queries.company import going_on, read_together
from pathways.queries.facts import facts_of
from pathways.rules import is_theirs
from pathways.services.block import let_go_of_blocked
from pathways.services.door import as_json, by_the_clock, let_follow, log_change, mark_since, written_in
from pathways.services.last_talk import show_without
from pathways.services.locking import locked_case
from pathways.services.mail import withdraw_mail
from pathways.services.pause import stand_still_again
from pathways.services.task import show_next
from pathways.workflow.pathway import OPEN
from pathways.workflow.steps import NEW, VOID
from pathways.workflow.truth import truth_of

DAYS = 14
#: Steps that are taken back by telling the two people apart, and by making them one again.
OF_A_MERGE = ("merge", "unmerge")
PEOPLE = ("worker", "lead", "trainer", "employer", "candidate")


def may_undo(*, change: StageChange, by: Actor, at: datetime) -> bool:
    """Whoever took it, for 14 days; the lead later. Only what a person took, once, and not an undo."""
    if change.actor_kind not in PEOPLE or change.step == "merge" or change.cause_id or change.undoes_id or hasattr(change, "undone_by"):
        return False
    if by.kind == "lead":
        return True
    mine = by.user_id is not None and change.actor_id == by.user_id
    if by.kind == "candidate" and by.person_key is not None:  # on their own page, where nobody is signed in
        mine = change.actor_kind == "candidate" and change.actor_id is None and is_theirs(by, on=None, pathway=change.pathway)
    return mine and today_london(at) <= today_london(change.recorded_at) + timedelta(days=DAYS)


@service("step.undo")
def undo_step(*, change: StageChange, by: Actor, at: datetime) -> StageChange:
    """Undo one step that a person took, with everything it brought about.

    Refuses with a sentence when a later step by a person wrote the same fields, hangs on a row that this one made,
    or moved the case as a whole; also when the case has ended since and what would come back cannot live on it.
    """
    case = locked_case(change.pathway_id) if change.pathway_id else None
    if by.kind == "lead" and case is not None and not is_theirs(by, on=None, pathway=case):
        raise NotYours()
    change = StageChange.objects.get(pk=change.pk)
    if change.step in OF_A_MERGE:
        raise Refused("Two records are told apart where they were made one: on the page of the merge.")
    if not may_undo(change=change, by=by, at=at):
        if hasattr(change, "undone_by"):
            raise Conflict("This has been undone already.")
        raise NotYours("You may undo your own steps for 14 days; after that a lead may.")
    effects = effects_of(change)
    _refuse_later(change, effects, case)
    effects = _with_the_clock(effects)
    first: StageChange | None = None
    for each in sorted(effects, key=lambda one: one.pk, reverse=True):
        row = take_back(each, by=by, at=at, cause=None if each.pk == change.pk else change)
        first = row if each.pk == change.pk else first
    if first is None:
        raise Conflict("This has been undone already.")
    restore_company(effects, at=at)
    show_without(undone=effects)
    for now in _stand_now(case, effects):
        let_follow(case=now, cause=first)
        if not now.is_open and facts_of(now).anything_live:
            raise Refused("The case has ended since, and what this would bring back cannot live on it: undo what ended it first.")
        show_next(pathway_id=now.pk)
    return first


def _stand_now(case: Pathway | None, effects: list[StageChange]) -> list[Pathway]:
    """The case that goes on for the change's own; and those of people told apart since, on whose rows the change had its effects too."""
    if case is None:
        return []
    case.refresh_from_db()
    found = {each.pk: each for each in [going_on(case)]}
    beside = {each.pathway_id for each in effects if each.pathway_id is not None} - set(going_on(case).ids)
    for other in Pathway.objects.filter(pk__in=beside).order_by("pk"):
        found.setdefault(going_on(other).pk, going_on(other))
    return list(found.values())


def effects_of(change: StageChange) -> list[StageChange]:
    """The change and all that it brought about, near and far, still standing."""
    found = [change]
    front = [change.pk]
    while front:
        near = list(StageChange.objects.filter(cause__in=front, undoes__isnull=True, undone_by__isnull=True).order_by("id"))
        found += near
        front = [each.pk for each in near]
    return found


def _refuse_later(change: StageChange, effects: list[StageChange], case: Pathway | None) -> None:
    own = {each.pk for each in effects}
    made = {(each.machine, each.subject_id) for each in effects if each.from_stage == NEW}
    wrote = {(each.machine, each.subject_id): set(each.wrote_over) | {"stage"} for each in effects if each.step != "follow"}
    every = read_together(case) if case is not None else []
    later = StageChange.objects.filter(pathway__in=every, pk__gt=change.pk, undoes__isnull=True, undone_by__isnull=True)
    for each in _begun_by_somebody(later).exclude(pk__in=own):
        subject = (each.machine, each.subject_id)
        if subject in made or ("pathway", change.pathway_id) in made or _hangs_on(each, made):
            raise Refused("Something was done later with what this step made: undo that first.")
        touched = set(each.wrote_over) | ({"stage"} if each.from_stage != each.to_stage else set())
        if subject in wrote and wrote[subject] & (touched or {"stage"}):
            raise Refused("A later step changed the same thing: undo that first.")
        if each.machine == "pathway" and each.step in CASE_MOVES:
            raise Refused("The case as a whole was moved since: undo that first.")
        if {(one.machine, one.subject_id) for one in effects_of(each)} & set(wrote) - {("pathway", change.pathway_id)}:
            raise Refused("A later step changed the same thing: undo that first.")
    _refuse_register(effects)


def _refuse_register(effects: list[StageChange]) -> None:
    """Nobody who was there on other days has not begun: the register is put right first."""
    begun = {each.subject_id: each.pk for each in effects if (each.machine, each.step) == ("training_place", "start")}
    there = Attendance.objects.filter(place__in=begun, present=True, voided_at__isnull=True).exclude(opened_by__in=begun.values())
    other = there.order_by("day").first() if begun else None
    if other is not None:
        raise Refused(f"The register of {said_day(other.day)} has them there: take that mark off first.")


def _begun_by_somebody(rows: QuerySet[StageChange]) -> QuerySet[StageChange]:
    """What a person or a register began in this case, a death, and what reached it from outside: an opening that was closed."""
    begun = Q(cause__isnull=True) & (Q(actor_kind__in=(*PEOPLE, "import")) | Q(step="end_by_death"))
    return rows.filter(begun | Q(cause__isnull=False, cause__pathway__isnull=True))


#: Steps that move a case as a whole.
CASE_MOVES = (
    "set_not_now",
    "withdraw",
    "close_unreachable",
    "close_ineligible",
    "end_follow_up",
    "end_by_death",
    "void",
    "reopen",
    "restart_search",
)


def _hangs_on(later: StageChange, made: set[tuple[str, int]]) -> bool:
    """Whether a later step is on a row whose parent this one made: a check of a job, say."""
    subject = MACHINES[later.machine].objects.filter(pk=later.subject_id).first()
    if subject is None:
        return False
    parents = [("placement", getattr(subject, "placement_id", None)), ("introduction", getattr(subject, "introduction_id", None))]
    parents.append(("placement", getattr(subject, "continues_id", None)))
    return any(parent in made for parent in parents)


def _with_the_clock(effects: list[StageChange]) -> list[StageChange]:
    """Steps of the clock on the rows that go are undone with them."""
    rows = {(each.machine, each.subject_id) for each in effects if each.machine != "pathway"}
    first = min(each.pk for each in effects)
    known = {each.pk for each in effects}
    extra: list[StageChange] = []
    for machine, subject_id in rows:
        ticks = StageChange.objects.filter(by_the_clock(), machine=machine, subject_id=subject_id, pk__gt=first, undoes__isnull=True)
        for tick in ticks.filter(undone_by__isnull=True):
            extra += [each for each in effects_of(tick) if each.pk not in known]
    return effects + extra


def take_back(change: StageChange, *, by: Actor, at: datetime, cause: StageChange | None) -> StageChange:
    """Give one row back the stage and the fields it had, and say so in the log.

    A case that has followed something else since stands where that put it.
    """
    model = MACHINES[change.machine]
    subject = model.objects.select_for_update(no_key=True).get(pk=change.subject_id)
    was = subject.stage
    written: dict[str, Any] = {}
    stays = _followed_since(change)
    if stays and change.step == "follow":
        return _log(change, subject=subject, was=was, written=written, by=by, at=at, cause=cause)
    for name, value in change.wrote_over.items():
        field = subject._meta.get_field(name)
        written[name] = as_json(getattr(subject, name))
        setattr(subject, name, value if field.is_relation else field.to_python(value))
    if not stays:
        subject.stage = VOID if change.from_stage == NEW else change.from_stage
    subject.version += 1
    try:
        with transaction.atomic():
            subject.save()
    except IntegrityError as error:
        raise Conflict("Something else stands in its place now: undo that first.") from error
    if isinstance(subject, Pathway) and not stays:
        mark_since(subject, _since(change))
    change_fact(key=f"{change.machine}:{subject.pk}", value=truth_of(subject))
    return _log(change, subject=subject, was=was, written=written, by=by, at=at, cause=cause)


def _log(
    change: StageChange, *, subject: Any, was: str, written: dict[str, Any], by: Actor, at: datetime, cause: StageChange | None
) -> StageChange:
    return log_change(
        machine=change.machine,
        subject_id=subject.pk,
        pathway_id=change.pathway_id,
        step="undo",
        from_stage=was,
        to_stage=subject.stage,
        actor_kind=by.kind,
        actor_id=by.user_id,
        organisation_id=by.organisation_id,
        happened_on=change.happened_on,
        happened_quality=change.happened_quality,
        recorded_at=at,
        undoes=change,
        cause=cause,
        before=written,
    )


def _moves_of(change: StageChange) -> QuerySet[StageChange]:
    """What moved the same case and still stands; a mark or another owner moves nothing."""
    rows = StageChange.objects.filter(machine="pathway", subject_id=change.subject_id, undoes__isnull=True, undone_by__isnull=True)
    return rows.exclude(from_stage=F("to_stage"))


def _followed_since(change: StageChange) -> bool:
    """Whether an open case stands by now where something later put it; steps that open or close a case move it back all the same."""
    if change.machine != "pathway" or (change.step != "follow" and not {change.from_stage, change.to_stage} <= set(OPEN)):
        return False
    return _moves_of(change).filter(pk__gt=change.pk).exists()


def _since(change: StageChange) -> date:
    """Since when the case had stood where it stood before the change."""
    earlier = _moves_of(change).filter(pk__lt=change.pk).order_by("-id").first()
    return earlier.happened_on if earlier else change.happened_on


def restore_company(effects: list[StageChange], *, at: datetime) -> None:
    """Tasks, permissions, ownership, answers, notes, marks in a register and waiting texts that came with the steps go with them."""
    ids = [each.pk for each in effects]
    for task in Task.objects.filter(opened_by__in=ids).exclude(state=TaskState.VOID).order_by("pathway", "id"):
        task.state, task.version = TaskState.VOID, task.version + 1
        task.save(update_fields=["state", "version"])
        show_next(pathway_id=task.pathway_id)  # it may stand on somebody else's case: a seat that was offered to them
    for task in Task.objects.filter(closed_by__in=ids, state=TaskState.DONE).exclude(opened_by__in=ids):
        if Task.objects.filter(pathway=task.pathway_id, kind=task.kind, subject=task.subject, state=TaskState.OPEN).exists():
            continue  # owed again meanwhile: one open task says it
        task.state, task.closed_by, task.closed_on, task.version = TaskState.OPEN, None, None, task.version + 1
        task.save(update_fields=["state", "closed_by", "closed_on", "version"])
    stand_still_again(effects)
    rows: tuple[Any, ...] = (Consent, Evidence, Note, Pause)
    for model in rows:
        model.objects.filter(opened_by__in=ids, voided_at__isnull=True).update(voided_at=at)
    Ownership.objects.filter(opened_by__in=ids, voided_at__isnull=True).update(voided_at=at)
    Attendance.objects.filter(opened_by__in=ids, voided_at__isnull=True).update(voided_at=at, version=F("version") + 1)
    for intervals in (Ownership, Pause):
        intervals.objects.filter(closed_by__in=ids, voided_at__isnull=True).update(to_on=None, closed_by=None)
    for each in effects:
        if each.machine == "pathway" and each.to_stage not in OPEN and each.step != "follow":
            release_messages(written_for=written_in(Pathway.objects.get(pk=each.subject_id)), stopped_at=each.recorded_at)
    withdraw_messages(written_for=[each.uuid for each in effects], at=at)
    withdraw_mail(effects, at=at)
    let_go_of_blocked(cases={each.pathway_id for each in effects if each.pathway_id is not None}, at=at)
