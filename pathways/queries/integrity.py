"""Does everything still agree? The log, the stages, the facts and what hangs on a case, looked through row by row.

Each look asks the database for what is wrong, so that a healthy house of a hundred thousand cases answers with nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import Lag, TruncDate

from ground.clock import LONDON
from ground.rows import Personal, undeclared
from outreach.models import Message
from pathways.models import (
    MACHINES,
    FindingKind,
    ImportRow,
    ImportRun,
    Interview,
    Introduction,
    Pathway,
    Placement,
    RetentionCheck,
    StageChange,
    Task,
    TrainingPlace,
)
from pathways.models.imports import RunState, Verdict
from pathways.models.task import TaskKind, TaskState
from pathways.queries import merged_cases
from pathways.queries.company import going_on
from pathways.queries.facts import facts_of_many
from pathways.services.door import follows_at_all
from pathways.services.heading import MACHINE
from pathways.workflow.follow import follow
from pathways.workflow.introduction import LIVE
from pathways.workflow.owed import outlives
from pathways.workflow.pathway import OPEN, Stage
from pathways.workflow.placement import BEFORE_START
from pathways.workflow.steps import NEW

#: Cases looked at together when their facts are asked for.
AT_ONCE = 2_000
#: A text may wait this long after its lease or its last hour before somebody is told.
PATIENCE = timedelta(hours=24)


@dataclass(frozen=True)
class Found:
    """One thing that does not agree: what, in words without a name, and which row."""

    kind: str
    words: str
    pathway: int | None = None
    machine: str = ""
    subject: UUID | None = None


def look_through(*, at: datetime) -> Iterator[tuple[str, list[Found]]]:
    """Every look by its kind, with what it found, one after the other."""
    for kind in FindingKind.values:
        yield kind, list(LOOKS[kind](at=at))


def stage_words(machine: str, stage: str) -> str:
    """A stage as people call it."""
    choices: dict[str, str] = dict(MACHINES[machine]._meta.get_field("stage").choices or ())
    return f"“{choices.get(stage, stage)}”"


WORDS_OF_MACHINES = {"pathway": "case", "interview": "chat", "placement": "job", "pre_employment_check": "check before the start"}


def machine_words(machine: str) -> str:
    """A machine as people call it."""
    return WORDS_OF_MACHINES.get(machine, machine.replace("_", " "))


def _case_of(machine: str) -> str:
    return "pk" if machine == "pathway" else "pathway_id"


def stages_unlike_the_log(*, at: datetime) -> Iterator[Found]:
    """Each row's stage against the last word of the log on it."""
    for machine, model in MACHINES.items():
        last = StageChange.objects.filter(machine=machine, subject_id=OuterRef("pk")).order_by("-id").values("to_stage")[:1]
        rows = model._base_manager.annotate(logged=Subquery(last)).filter(~Q(stage=F("logged")) | Q(logged__isnull=True))
        for pk, uuid, stage, logged in rows.order_by("pk").values_list(_case_of(machine), "uuid", "stage", "logged"):
            said = stage_words(machine, logged) if logged else "nothing"
            words = f"The {machine_words(machine)} stands at {stage_words(machine, stage)}; the log says {said}."
            yield Found(FindingKind.STAGE_UNLIKE_LOG, words, pk, machine, uuid)


def jumps_in_the_log(*, at: datetime) -> Iterator[Found]:
    """Each row of the log begins where the one before it ended."""
    stood = Window(Lag("to_stage", default=Value(NEW)), partition_by=[F("machine"), F("subject_id")], order_by="id")
    rows = StageChange.objects.filter(machine__in=MACHINES).annotate(stood=stood).exclude(from_stage=F("stood")).order_by("pk")
    for case, machine, uuid, step, begins, before in rows.values_list("pathway", "machine", "uuid", "step", "from_stage", "stood"):
        words = f"A step ({step}) of the {machine_words(machine)} begins at {begins}, but the one before it ended at {before}."
        yield Found(FindingKind.LOG_JUMPS, words, case, machine, uuid)


def log_astray(*, at: datetime) -> Iterator[Found]:
    """Log rows whose subject is gone, or belongs to another case than the log says."""
    for machine, model in MACHINES.items():
        same = model._base_manager.filter(Q(pk=OuterRef("subject_id")), Q(**{_case_of(machine): OuterRef("pathway_id")}))
        rows = StageChange.objects.filter(machine=machine).exclude(Exists(same))
        for case, uuid, step in rows.order_by("pk").values_list("pathway", "uuid", "step"):
            words = f"The log has a step ({step}) of a {machine_words(machine)} that this case does not have."
            yield Found(FindingKind.LOG_ASTRAY, words, case, machine, uuid)
    for case, machine, uuid in StageChange.objects.exclude(machine__in=[*MACHINES, MACHINE]).values_list("pathway", "machine", "uuid"):
        yield Found(FindingKind.LOG_ASTRAY, f"The log speaks of something unknown: {machine}.", case, machine, uuid)


def days_to_come(*, at: datetime) -> Iterator[Found]:
    """A step is never recorded before the day on which it happened."""
    rows = StageChange.objects.annotate(learned_on=TruncDate("recorded_at", tzinfo=LONDON)).filter(happened_on__gt=F("learned_on"))
    for case, machine, uuid, step in rows.order_by("pk").values_list("pathway", "machine", "uuid", "step"):
        words = f"A step ({step}) of the {machine_words(machine)} was recorded before the day it is said to have happened on."
        yield Found(FindingKind.DAY_TO_COME, words, case, machine, uuid)


def unlike_their_facts(*, at: datetime) -> Iterator[Found]:
    """Each case against `follow()` of what stands in its rows."""
    after = 0
    while cases := list(Pathway.objects.filter(pk__gt=after).order_by("pk")[:AT_ONCE]):
        after = cases[-1].pk
        facts = facts_of_many(cases)
        for case in cases:
            if not follows_at_all(case, facts[case.pk]):
                continue
            says = follow(facts[case.pk])
            if says != case.stage or case.stage == Stage.SUSTAINED:
                words = f"The case stands at {stage_words('pathway', case.stage)}; what happened in it says otherwise."
                if says != case.stage:
                    words = f"{words[:-1]}: {stage_words('pathway', says)}."
                yield Found(FindingKind.UNLIKE_FACTS, words, case.pk, "pathway", case.uuid)


#: What must not live on a case that has ended.
LIVING: tuple[tuple[str, type[Model], tuple[str, ...]], ...] = (
    ("interview", Interview, ("booked",)),
    ("training_place", TrainingPlace, ("waiting", "booked", "in_training")),
    ("introduction", Introduction, LIVE),
    ("placement", Placement, BEFORE_START),
)


def live_on_closed(*, at: datetime) -> Iterator[Found]:
    """No live introduction, seat, chat or job before its start on a closed case."""
    for machine, model, live in LIVING:
        rows = model._base_manager.filter(stage__in=live).exclude(pathway__stage__in=OPEN).order_by("pk").select_related("pathway")
        for case, uuid, stage, ended in ((row.pathway_id, row.uuid, row.stage, going_on(row.pathway).stage) for row in rows):
            if ended in OPEN:
                continue
            living = f"a {machine_words(machine)} stands at {stage_words(machine, stage)}"
            words = f"The case has ended ({stage_words('pathway', ended)}), yet {living}."
            yield Found(FindingKind.LIVE_ON_CLOSED, words, case, machine, uuid)


def two_open(*, at: datetime) -> Iterator[Found]:
    """At most one open case per person and programme."""
    doubled = Pathway.objects.filter(stage__in=OPEN).values("person_key", "programme").annotate(cases=Count("pk")).filter(cases__gt=1)
    for one in doubled.order_by("person_key", "programme"):
        first = Pathway.objects.filter(person_key=one["person_key"], programme=one["programme"], stage__in=OPEN).order_by("pk")[0]
        words = f"The same person has {one['cases']} open cases in this programme."
        yield Found(FindingKind.TWO_OPEN, words, first.pk, "pathway", first.uuid)


def merges_astray(*, at: datetime) -> Iterator[Found]:
    """Who is one person, and which cases are read together: the rows of merges, the keys and the cases say the same."""
    for words, case in merged_cases.astray():
        yield Found(FindingKind.MERGE_ASTRAY, words, case.pk, "pathway", case.uuid)


def checks_without_a_start(*, at: datetime) -> Iterator[Found]:
    """A retention check asks about a job that began: one before its start, fallen through or void has none that stands."""
    standing = RetentionCheck.objects.exclude(stage__in=["void", "exempt", "superseded"])
    never = Q(placement__first_day__isnull=True) | Q(placement__stage__in=[*BEFORE_START, "fell_through", "void"])
    rows = standing.filter(never).order_by("pk")
    for case, uuid, milestone, job in rows.values_list("pathway", "uuid", "milestone", "placement__stage"):
        words = f"The check at {milestone.replace('_', ' ')} asks about a job that stands at {stage_words('placement', job)}."
        yield Found(FindingKind.CHECK_WITHOUT_START, words, case, "retention_check", uuid)


def owed_on_closed(*, at: datetime) -> Iterator[Found]:
    """On a case that has ended nothing is owed but what outlives it, and what somebody wrote down by hand."""
    rows = Task.objects.filter(state=TaskState.OPEN).exclude(pathway__stage__in=OPEN)
    rows = rows.exclude(Q(kind=TaskKind.FREE) & ~Q(pathway__stage__in=[Stage.VOID, Stage.MERGED]))
    for task in rows.select_related("pathway").order_by("pk"):
        ended = going_on(task.pathway).stage
        if outlives(task.kind, ended) or (task.kind == TaskKind.FREE and ended != Stage.VOID):
            continue
        words = f"The case has ended ({stage_words('pathway', ended)}), yet “{task.get_kind_display()}” is still on the list."
        yield Found(FindingKind.OWED_ON_CLOSED, words, task.pathway_id, "task", task.uuid)


def _rows(**which: Any) -> Q:
    return Q(**{f"rows__{name}": value for name, value in which.items()})


def sums_of_imports(*, at: datetime) -> Iterator[Found]:
    """The numbers on an import's page against the rows behind them."""
    went_in = Q(rows__applied_at__isnull=False)
    made = _rows(verdict__in=[Verdict.CREATE, Verdict.DECIDE]) & went_in & ~Q(rows__decision="same")
    waiting = _rows(verdict__in=[Verdict.CREATE, Verdict.UPDATE], applied_at__isnull=True) & ~Q(rows__decision="out")
    runs = ImportRun.objects.filter(state=RunState.DONE).annotate(
        created=Count("rows", filter=made),
        applied=Count("rows", filter=went_in),
        unchanged=Count("rows", filter=_rows(verdict=Verdict.UNCHANGED)),
        undecided=Count("rows", filter=_rows(verdict=Verdict.DECIDE, decision="")),
        rejected=Count("rows", filter=_rows(verdict=Verdict.REJECT)),
        left_out=Count("rows", filter=waiting),
    )
    for run in runs.order_by("pk"):
        said = (run.rows_created, run.rows_changed, run.rows_unchanged, run.rows_undecided, run.rows_rejected)
        held = (run.created, run.applied - run.created, run.unchanged, run.undecided, run.rejected)
        if said != held:
            told = "/".join(map(str, said)), "/".join(map(str, held))
            words = f"An import says new/changed/unchanged/undecided/rejected {told[0]}; its rows say {told[1]}."
            yield Found(FindingKind.IMPORT_SUM, words, None, "import_run", run.uuid)
        elif run.left_out:
            words = f"An import is done, yet {run.left_out} of its rows never went in."
            yield Found(FindingKind.IMPORT_SUM, words, None, "import_run", run.uuid)
    gone = ImportRow.objects.filter(applied_at__isnull=False, pathway__isnull=True, run__state=RunState.DONE)
    for run_uuid, rows in gone.values_list("run__uuid").annotate(rows=Count("pk")).order_by("run__uuid"):
        yield Found(FindingKind.IMPORT_SUM, f"{rows} rows of an import went in, yet name no case.", None, "import_run", run_uuid)


def texts_stuck(*, at: datetime) -> Iterator[Found]:
    """A text whose lease or last hour is long over has been forgotten by whoever sends."""
    late = at - PATIENCE
    stuck = Q(state__in=["sending", "unknown"], lease_until__lt=late) | Q(state="ready", expires_at__lt=late)
    for case, uuid, state in _with_their_case(Message.objects.filter(stuck)).values_list("case", "uuid", "state"):
        yield Found(FindingKind.TEXT_STUCK, f"A text has stood at “{state}” for more than a day after its time.", case, "message", uuid)


def texts_astray(*, at: datetime) -> Iterator[Found]:
    """A text written for a step names a step that is in the log."""
    told = StageChange.objects.filter(uuid=OuterRef("written_for"))
    rows = Message.objects.filter(written_for__isnull=False).exclude(Exists(told))
    for case, uuid in _with_their_case(rows).values_list("case", "uuid"):
        yield Found(FindingKind.TEXT_ASTRAY, "A text was written for a step that is not in the log.", case, "message", uuid)


def _with_their_case(texts: QuerySet[Message]) -> QuerySet[Message]:
    """Texts, each with `case`, the latest of its person: where a lead looks it up."""
    latest = Pathway.objects.filter(candidate=OuterRef("candidate")).order_by("-id").values("pk")[:1]
    return texts.annotate(case=Subquery(latest)).order_by("pk")


def own_models() -> Iterator[type[Model]]:
    """Every model of the house, those of row histories too."""
    for app in apps.get_app_configs():
        if Path(app.path).parent == Path(settings.BASE_DIR):
            yield from app.get_models(include_auto_created=True)


def undeclared_columns(model: type[Model]) -> list[str]:
    """Columns that do not say whose data they hold. A row history says what its tracked model says."""
    tracked = getattr(model, "pgh_tracked_model", None)
    if tracked is None:
        return undeclared(model)
    personal = getattr(tracked, "personal", None)
    named = set(personal.names()) if isinstance(personal, Personal) else set()
    implied = {"id", "uuid", "reporting_id", "version", "created_at"}
    kept = {field.name for field in model._meta.local_concrete_fields if not field.name.startswith("pgh_")}
    return [f"{model._meta.label}.{name} is not declared." for name in sorted(kept - named - implied)]


def columns_without_a_word(*, at: datetime) -> Iterator[Found]:
    """Every column says whether it is the person's, somebody else's, or nobody's."""
    for model in own_models():
        for sentence in undeclared_columns(model):
            yield Found(FindingKind.UNDECLARED, sentence)


LOOKS: dict[str, Callable[..., Iterator[Found]]] = {
    FindingKind.STAGE_UNLIKE_LOG: stages_unlike_the_log,
    FindingKind.LOG_JUMPS: jumps_in_the_log,
    FindingKind.LOG_ASTRAY: log_astray,
    FindingKind.DAY_TO_COME: days_to_come,
    FindingKind.UNLIKE_FACTS: unlike_their_facts,
    FindingKind.LIVE_ON_CLOSED: live_on_closed,
    FindingKind.TWO_OPEN: two_open,
    FindingKind.MERGE_ASTRAY: merges_astray,
    FindingKind.CHECK_WITHOUT_START: checks_without_a_start,
    FindingKind.OWED_ON_CLOSED: owed_on_closed,
    FindingKind.IMPORT_SUM: sums_of_imports,
    FindingKind.TEXT_STUCK: texts_stuck,
    FindingKind.TEXT_ASTRAY: texts_astray,
    FindingKind.UNDECLARED: columns_without_a_word,
}
