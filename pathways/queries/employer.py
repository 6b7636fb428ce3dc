"""What an employer's pages show: people put forward, checks and starts, still here. Never from the candidate, only what was shared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Case, Count, F, IntegerField, Min, Prefetch, Q, QuerySet, Value, When

from ground.actor import Actor
from ground.clock import today_london
from ground.rows import Row
from ground.templatetags.said import counted, day, days_waiting, in_days
from pathways.models import Introduction, Placement, PreEmploymentCheck, RetentionCheck, Task
from pathways.models.task import TaskState
from pathways.queries.employer_words import MILESTONES, NOT_AVAILABLE, STANDS, about_words, button_words, opening_words, shared_name
from pathways.queries.steps import steps_on, timely
from pathways.scope import checks, introductions, no_longer_available, placements, retention_checks
from pathways.workflow.introduction import IntroductionStage as Stage
from pathways.workflow.placement import BEFORE_START, PlacementStage
from pathways.workflow.pre_employment_check import NOT_YET_CLEARED, CheckStage
from pathways.workflow.retention_check import ANSWERED, ASKING, RetentionStage

#: Days since the offer from which a start is late: amber, then red.
LONG, TOO_LONG = 30, 50
TO_ANSWER = (Stage.SENT, Stage.CONSIDERING, Stage.STALE, Stage.INTERVIEW_SET, Stage.RESERVE)
LIVE_THERE = (*TO_ANSWER, Stage.OFFERED)
ONE_TAP = ("consider", "invite", "reserve", "clear", "confirm")
#: Steps that stand on a person's own page only: a row has room for what moves things on.
ON_THE_PAGE = ("consider", "reserve", "withdraw_offer")


@dataclass(frozen=True)
class Button:
    """One step on offer: a press that does it, or a link to the form that asks for more."""

    label: str
    href: str
    step: str = ""
    #: What it means, where there is room to say so.
    about: str = ""
    tap: bool = False
    name: str = ""
    value: str = ""


@dataclass
class Card:
    """Somebody put forward or at work here, with what was shared of them and nothing else."""

    row: Row
    name: str
    href: str
    title: str
    where: str
    next: str = ""
    owed: str = ""
    ours: bool = False
    due: str = ""
    overdue: bool = False
    waiting: str = ""
    note: str = ""
    phone: str = ""
    buttons: list[Button] = field(default_factory=list)


def put_forward(user: object, *, ended: bool) -> QuerySet[Introduction]:
    """People put forward to this employer: those still live, or all that came to an end, those gone among them.

    `theirs` is 1 where the answer is the person's, 0 where it is the employer's; `since` is the day from which it is waited for.
    """
    rows = introductions(user).filter(stage__in=LIVE_THERE)
    if ended:
        seen = introductions(user).exclude(stage__in=LIVE_THERE).values("pk")
        rows = Introduction.objects.filter(Q(pk__in=seen) | Q(pk__in=no_longer_available(user).values("pk")))
    offered = Q(stage=Stage.OFFERED)
    theirs = Case(When(offered, then=Value(1)), default=Value(0), output_field=IntegerField())
    since = Case(When(offered, then=F("offered_on")), default=F("sent_on"))
    return rows.annotate(theirs=theirs, since=since).select_related("heading", "pathway")


def cards(rows: Iterable[Introduction], *, by: Actor, at: datetime, back: str) -> list[Card]:
    """The rows of a list, with the steps that the door would allow this employer."""
    found = list(rows)
    due = _due_of([f"introduction:{row.pk}" for row in found], [row.pathway_id for row in found])
    return [card(row, by=by, at=at, back=back, due=due.get(f"introduction:{row.pk}")) for row in found]


def card(row: Introduction, *, by: Actor, at: datetime, back: str, due: date | None = None) -> Card:
    """One person put forward."""
    today = today_london(at)
    if row.stage not in STANDS:
        since = f"put forward {in_days(row.sent_on, today)}"
        return Card(row=row, name=NOT_AVAILABLE, href="", title=opening_words(row), where=f"For {opening_words(row)}, {since}")
    live, ours = row.stage in LIVE_THERE, row.stage in TO_ANSWER
    phone = str(row.shared.get("phone", ""))
    known = (STANDS[Stage(row.stage)], opening_words(row), available(row), "No phone shared" if live and not phone else "")
    made = Card(
        row=row,
        name=shared_name(row),
        href=f"/introductions/{row.uuid}/",
        title=opening_words(row),
        where=" · ".join(part for part in known if part),
        note=str(row.shared.get("note", "")),
        phone=phone,
    )
    if live:
        made.next = "Say what happens next" if ours else "Your offer is with them"
        made.owed = "Your answer" if ours else f"{row.shared.get('called') or 'The person'}’s answer"
        made.ours = ours
        made.waiting = days_waiting(row.sent_on if ours else row.offered_on, today)
        if due is not None:
            made.overdue = due < today
            made.due = f"{counted((today - due).days, 'day')} overdue" if made.overdue else f"due {in_days(due, today)}"
        made.buttons = buttons(row, by=by, at=at, back=back, leave_out=ON_THE_PAGE)
    return made


def available(row: Introduction) -> str:
    """From when somebody who is away for a while can be met: never why."""
    day_of = row.pathway.available_on if row.pathway.paused_on is not None else None
    return f"Available from {day(day_of)}" if day_of is not None and row.stage in LIVE_THERE else ""


def _due_of(subjects: Sequence[str], cases: Sequence[int]) -> dict[str, date]:
    rows = Task.objects.filter(pathway__in=cases, subject__in=subjects, state=TaskState.OPEN).order_by("-due_on")
    return dict(rows.values_list("subject", "due_on"))


def buttons(row: Any, *, by: Actor, at: datetime, back: str, leave_out: tuple[str, ...] = ()) -> list[Button]:
    """The steps on this row as this employer's buttons; where nothing more need be asked, one press does it."""
    open_ones = [each for each in steps_on(row, case=row.pathway, by=by) if each.name not in leave_out]
    found = [each for each in open_ones if timely(each.name, row, at=at)]
    more = urlencode({"back": back})
    return [
        Button(
            label=button_words(row, each.name, each.label),
            href=f"{each.href}?{more}",
            step=each.name,
            about=about_words(row, each.name, ""),
            tap=each.name in ONE_TAP,
        )
        for each in found
    ]


# -- checks and starts -------------------------------------------------------------------------------------------------------------


@dataclass
class Start:
    """A job between the offer and its first day: what is done, what waits and for whom, how long it has taken."""

    job: Placement
    name: str
    href: str
    title: str
    stage: str
    since: str
    lateness: str
    late_words: str
    agreed: str
    waiting: list[Card]
    checks_words: str
    settled: str
    cleared: str
    not_cleared: str
    buttons: list[Button]


def before_start(user: object, *, today: date) -> QuerySet[Placement]:
    """This employer's jobs that were accepted and have not begun, with their checks; `later` is 0 where the agreed day has come."""
    rows = placements(user).filter(stage__in=BEFORE_START)
    known = Prefetch("checks", queryset=PreEmploymentCheck.objects.exclude(stage=CheckStage.VOID).order_by("id"))
    later = Case(When(start_on__lte=today, then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.annotate(later=later).select_related("introduction__heading", "pathway").prefetch_related(known)


def starts(rows: Iterable[Placement], *, by: Actor, at: datetime, back: str) -> list[Start]:
    """Each job with its six checks, the unsettled ones as rows."""
    return [_start(job, by=by, at=at, back=back) for job in rows]


def _start(job: Placement, *, by: Actor, at: datetime, back: str) -> Start:
    today = today_london(at)
    offered = job.introduction.offered_on if job.introduction is not None else None
    days = (today - offered).days if offered else 0
    all_of_them = list(job.checks.all())
    open_ones = [each for each in all_of_them if each.stage in {CheckStage.NOT_STARTED, CheckStage.IN_PROGRESS}]
    done = [each for each in all_of_them if each not in open_ones]
    since = f"{counted(days, 'day')} since the offer" if offered else ""
    not_cleared = [each.get_kind_display() for each in all_of_them if each.stage in NOT_YET_CLEARED]
    lateness = "too long" if days >= TOO_LONG else "getting long" if days >= LONG else ""
    return Start(
        job=job,
        name=shared_name(job.introduction),
        href=f"/placements/{job.uuid}/",
        title=job.title,
        stage=job.stage,
        since=since,
        lateness=lateness,
        late_words=f"{since}: {lateness}" if lateness else "",
        agreed=_agreed(job),
        waiting=[check_card(each, job=job, by=by, at=at, back=back) for each in open_ones],
        checks_words=f"{counted(len(open_ones), 'check')} to do",
        settled=", ".join(f"{each.get_kind_display()} ({each.get_stage_display().lower()})" for each in done),
        cleared=f"{len(done)} of {len(all_of_them)} checks done" if all_of_them else "No checks needed",
        not_cleared=_not_cleared(not_cleared) if job.start_on is not None else "",
        buttons=_start_buttons(job, sure=not not_cleared, by=by, at=at, back=back),
    )


def _not_cleared(kinds: list[str]) -> str:
    """Right to work and work health not cleared yet; from three on only how many, their names stand below."""
    if not kinds:
        return ""
    named = " and ".join([kinds[0], *(kind.lower() for kind in kinds[1:])])
    return f"{named if len(kinds) < 3 else counted(len(kinds), 'check')} not cleared yet"


def _agreed(job: Placement) -> str:
    if job.start_on is None:
        return ""
    time = f" at {job.start_at}" if job.start_at else ""
    ask = f", ask for {job.report_to}" if job.report_to else ""
    return f"{day(job.start_on)}{time}{ask}"


def _start_buttons(job: Placement, *, sure: bool, by: Actor, at: datetime, back: str) -> list[Button]:
    """Started on the agreed day is one press, or a look at which checks are not cleared; before that day nobody has started."""
    made = []
    for each in buttons(job, by=by, at=at, back=back):
        if each.step == "agree_start" and job.start_on is not None:
            made.append(replace(each, label="Move the start"))
        elif each.step == "start" and job.start_on is not None:
            if job.start_on <= today_london(at):
                words = f"Started on {day(job.start_on)}"
                press = {"tap": True, "name": "first_day", "value": job.start_on.isoformat()} if sure else {}
                made.append(replace(each, label=words, **press))
        else:
            made.append(each)
    return made


def check_card(check: PreEmploymentCheck, *, job: Placement, by: Actor, at: datetime, back: str) -> Card:
    """One check that waits: how long, for what, and who does it. While nobody was asked, nothing waits."""
    check.pathway = job.pathway
    asked = f"Asked for on {day(check.asked_on)}" if check.asked_on else "Not asked for yet"
    received = f", received on {day(check.received_on)}" if check.received_on else ""
    clear = [each for each in buttons(check, by=by, at=at, back=back) if each.step == "clear"]
    return Card(
        row=check,
        name=check.get_kind_display(),
        href=f"/pre-employment-checks/{check.uuid}/",
        title=job.title,
        where=asked + received,
        next=f"Waiting for: {check.blocked_by}" if check.blocked_by else "",
        owed=check.owner_words,
        waiting=days_waiting(check.asked_on, today_london(at)),
        buttons=[*clear, Button("Update", f"/pre-employment-checks/{check.uuid}/")],
    )


# -- still here? -------------------------------------------------------------------------------------------------------------------


def still_here(user: object) -> QuerySet[RetentionCheck]:
    """Checks whose day has come and whose answer has not; what is still to come is not shown."""
    rows = retention_checks(user).filter(stage__in=ASKING).exclude(placement__stage=PlacementStage.MOVED)
    return rows.select_related("placement__introduction", "pathway")


def asked_before(user: object, job: Placement) -> QuerySet[RetentionCheck]:
    """Of one job, what nobody answered while it was asked, and what was answered: both may still be answered otherwise."""
    rows = retention_checks(user).filter(placement=job, stage__in=[RetentionStage.UNKNOWN, *ANSWERED, RetentionStage.DISPUTED])
    return rows.select_related("placement__introduction", "pathway").order_by("due_on", "id")


def answers(rows: Iterable[RetentionCheck], *, by: Actor, at: datetime, back: str) -> list[Card]:
    """One row for each question: still in work, or left."""
    return [
        Card(
            row=row,
            name=shared_name(row.placement.introduction),
            href=f"/placements/{row.placement.uuid}/",
            title=row.placement.title,
            where=row.placement.title,
            next=f"Still in work at {MILESTONES.get(row.milestone, 'this date')}, on {day(row.due_on)}?",
            owed="You",
            ours=True,
            due=_by(row.window_ends, today_london(at)),
            note=f"Started {day(row.placement.first_day)}",
            waiting=days_waiting(row.due_on, today_london(at)),
            buttons=buttons(row, by=by, at=at, back=back),
        )
        for row in rows
    ]


def workers_here(jobs: Iterable[Placement]) -> list[Card]:
    """Who started here, since when."""
    return [
        Card(
            row=job,
            name=shared_name(job.introduction),
            href=f"/placements/{job.uuid}/",
            title=job.title,
            where=job.title,
            note=f"Started {day(job.first_day)}",
        )
        for job in jobs
    ]


def _by(last: date | None, today: date) -> str:
    """Until when an answer is asked for."""
    if last is None:
        return ""
    return "by today" if last == today else f"by {day(last)}"


def at_work(user: object) -> QuerySet[Placement]:
    """Everybody who started here through the programme, is not recorded as left, and is not asked about already."""
    rows = placements(user).filter(stage=PlacementStage.IN_POST).exclude(pk__in=still_here(user).values("placement"))
    return rows.select_related("introduction", "pathway")


# -- one employer's day ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waits:
    """One line of the start page: how many, what for, where, and how long the longest has waited."""

    words: str
    href: str
    how_long: str


def waiting_on(user: object, *, today: date) -> list[Waits]:
    """What waits on this employer now, in the order of their day."""
    answer = introductions(user).filter(stage__in=TO_ANSWER).aggregate(n=Count("pk"), since=Min("sent_on"))
    jobs = placements(user).filter(stage__in=BEFORE_START)
    due = Q(start_on__lte=today)
    start = jobs.aggregate(
        n=Count("pk", filter=due),
        since=Min("start_on", filter=due),
        rest=Count("pk", filter=~due | Q(start_on=None)),
        oldest=Min("introduction__offered_on", filter=~due | Q(start_on=None)),
    )
    ask = still_here(user).aggregate(n=Count("pk"), since=Min("due_on"))
    earliest = "It was" if start["n"] == 1 else "The earliest was"
    lines = [
        (answer["n"], "person,people", "put forward: say what happens next", "/put-forward/", "The longest has waited", answer["since"]),
        (start["n"], "first day", "to confirm: did they start?", "/checks/", earliest, start["since"]),
        (start["rest"], "person,people", "between offer and start: checks", "/checks/", "The oldest offer was made", start["oldest"]),
        (ask["n"], "person,people", "to ask about: still in work?", "/still-here/", "The first has waited", ask["since"]),
    ]
    return [Waits(f"{counted(n, noun)} {what}", href, _how_long(before, since, today)) for n, noun, what, href, before, since in lines if n]


def _how_long(before: str, since: date | None, today: date) -> str:
    if before.endswith("waited"):
        return f"{before} {days_waiting(since, today)}" if since is not None and since < today else "New today"
    if since == today and before.endswith("was"):
        return f"{before.removesuffix('was')}is today"
    return f"{before} {in_days(since, today)}"


def one_check(user: object, uuid: UUID) -> PreEmploymentCheck | None:
    """One check in sight, with its job."""
    rows = checks(user).select_related("placement__introduction", "pathway__candidate")
    return rows.filter(uuid=uuid).first()
