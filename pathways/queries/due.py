"""What is owed, in words for a list row: who owes it, by when, about what. Shared by every list of people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from accounts.choices import MilestoneCode
from accounts.models import User
from ground.actor import Actor
from ground.clock import today_london
from ground.templatetags.said import counted, in_days, time_of_day, weekday
from pathways.models import Interview, Introduction, Pathway, Placement, RetentionCheck, Task, TrainingPlace
from pathways.models.task import TaskKind
from pathways.queries.steps import FOLDERS
from pathways.rules import is_theirs, may_take
from pathways.services.door import chart_steps
from pathways.workflow.introduction import IntroductionStage
from pathways.workflow.pathway import Stage

KIND_WORDS = dict(TaskKind.choices)
MILESTONE_WORDS = {code: label[:1].lower() + label[1:] for code, label in MilestoneCode.choices}
#: Stages in which nobody waits for the next thing: days in them are not counted against anyone.
NOT_WAITING = frozenset({Stage.IN_WORK, Stage.SUSTAINED, Stage.NOT_NOW, Stage.WITHDRAWN, Stage.UNREACHABLE, Stage.INELIGIBLE, Stage.ENDED})


@dataclass(frozen=True)
class Act:
    """One thing to press in a row: a tap that does it, or a link to the form that asks for more."""

    words: str
    href: str
    tap: bool = True
    name: str = ""
    value: str = ""
    version: int | None = None
    kind: str = ""


@dataclass
class ListRow:
    """A row as pages.md has it: name, where, next step with who owes it and when, days waiting, acts."""

    key: str
    name: str
    href: str
    where: str
    next: str = ""
    owed: str = ""
    ours: bool = False
    due: str = ""
    overdue: bool = False
    waiting: str = ""
    note: str = ""
    done: str = ""
    phone: str = ""
    #: What its tick sends, where several rows may be chosen at once.
    tick: str = ""
    acts: list[Act] = field(default_factory=list)


@dataclass(frozen=True)
class About:
    """What a task is about: words for the row, the employer it waits for, and the row itself."""

    words: str = ""
    employer: str = ""
    row: Any = None


NOTHING = About()


def who_owes(
    owed_by: str, *, owner: User | None, me: int | None, called: str = "", employer: str = "", given_to: User | None = None
) -> str:
    """Who owes the next step, in words: a colleague to whom it was given comes before the case's holder."""
    if given_to is not None and owed_by in {"worker", "lead"}:
        return "You" if given_to.pk == me else given_to.get_short_name()
    if owed_by == "candidate":
        return called or "The person"
    if owed_by == "employer":
        return employer or "The employer"
    if owed_by == "lead":
        return "The lead"
    if owner is None:
        return "Nobody yet"
    return "You" if owner.pk == me else owner.get_short_name()


def due_words(due: date | None, today: date) -> str:
    """2 days overdue, today, in 3 days."""
    if due is None:
        return ""
    late = (today - due).days
    return f"{counted(late, 'day')} overdue" if late > 0 else in_days(due, today)


def waiting_words(case: Pathway, today: date) -> str:
    """How many days the case has stood where it stands; nothing where nobody waits."""
    if case.stage in NOT_WAITING:
        return ""
    days = (today - case.stage_since).days
    return counted(days, "day") if days > 0 else ""


def stage_words(case: Pathway) -> str:
    """Where the person is."""
    return str(Stage(case.stage).label)


def for_whom(where: str, owner: User | None, *, me: int | None) -> str:
    """Where the person is; on a desk that is covered, for whom it is."""
    return f"{where}, for {owner.name}" if owner is not None and owner.pk != me else where


def person_href(case: Pathway) -> str:
    """The person's page, at this case."""
    return f"/people/{case.candidate.uuid}/"


def subjects_of(tasks: Iterable[Task]) -> dict[str, Any]:
    """The rows that tasks are about, by "machine:id"; one query for each machine that occurs."""
    wanted: dict[str, set[int]] = {}
    for task in tasks:
        machine, _, rest = task.subject.partition(":")
        number = rest.partition(":")[0]
        if number.isdigit():
            wanted.setdefault(machine, set()).add(int(number))
    found: dict[str, Any] = {}
    for machine, ids in sorted(wanted.items()):
        query = WITH.get(machine)
        if query is not None:
            found |= {f"{machine}:{row.pk}": row for row in query.filter(pk__in=ids)}
    return found


WITH: Mapping[str, Any] = {
    "interview": Interview.objects.select_related("host", "host_employer"),
    "training_place": TrainingPlace.objects.select_related("course"),
    "introduction": Introduction.objects.select_related("heading", "employer"),
    "placement": Placement.objects.select_related("employer"),
    "retention_check": RetentionCheck.objects.select_related("placement__employer"),
}


def about(task: Task, subjects: Mapping[str, Any], today: date) -> About:
    """What one task is about, in words."""
    machine, _, rest = task.subject.partition(":")
    row = subjects.get(f"{machine}:{rest.partition(':')[0]}")
    if row is None:
        return NOTHING
    return About(words=about_row(row, today), employer=employer_of(row), row=row)


def employer_of(row: Any) -> str:
    """The employer that a row waits for, in words."""
    if isinstance(row, RetentionCheck):
        row = row.placement
    if isinstance(row, Introduction):
        return row.employer.name
    if isinstance(row, Placement):
        return row.employer.name if row.employer is not None else row.employer_words
    return ""


def about_row(row: Any, today: date) -> str:
    """A chat by its time and place, a seat by its course, a job by its title and employer."""
    if isinstance(row, Interview):
        return chat_words(row, today)
    if isinstance(row, TrainingPlace):
        return row.course.name
    if isinstance(row, Introduction):
        return f"{row.heading.title}, {row.employer.name}"
    if isinstance(row, Placement):
        return ", ".join(part for part in (row.title, employer_of(row)) if part)
    if isinstance(row, RetentionCheck):
        milestone = MILESTONE_WORDS.get(row.milestone, "")
        return ", ".join(part for part in (milestone, employer_of(row)) if part)
    return ""


def chat_words(chat: Interview, today: date) -> str:
    """10:30am, Library; with its day when that is not today, and with the employer that hosts it."""
    host = f"hosted by {chat.host_employer.name}" if chat.host_employer is not None else ""
    if chat.at is None:
        return ", ".join(part for part in (chat.place, host) if part)
    day = today_london(chat.at)
    time = time_of_day(chat.at) if day == today else f"{weekday(day)} at {time_of_day(chat.at)}"
    return ", ".join(part for part in (time, chat.place, host) if part)


def chat_is_over(kind: str, due_on: date | None, today: date) -> bool:
    """Whether the day of a chat has passed: what is owed now is to say how it went, and by us."""
    return kind == TaskKind.HOLD_CHAT and due_on is not None and due_on < today


def owed_by_now(task: Task, today: date) -> str:
    """Who owes a task as of today."""
    return "worker" if chat_is_over(task.kind, task.due_on, today) else task.owed_by


def task_words(task: Task, what: About) -> str:
    """The next step as a sentence."""
    if task.kind == TaskKind.HOLD_CHAT and what.words:
        return f"Chat: {what.words}"
    if task.kind == TaskKind.RETENTION and isinstance(what.row, RetentionCheck) and not task.words:
        milestone = MILESTONE_WORDS.get(what.row.milestone, "")
        return f"Ask: still in work at {milestone}? {what.employer}".strip()
    if words_href(task, what) and not task.words:
        return f"Tell the person: not taken further, {what.words}"
    label = task.words or KIND_WORDS[task.kind]
    return f"{label}: {what.words}" if what.words and not task.words else label


def words_href(task: Task, what: About) -> str:
    """Where the words to tell somebody that an employer said no are changed, sent or ticked off; nowhere for other tasks."""
    row = what.row
    told = task.kind == TaskKind.TELL and isinstance(row, Introduction) and row.stage == IntroductionStage.DECLINED_BY_EMPLOYER
    return f"/tasks/{task.uuid}/words/" if told else ""


def one_of(actors: Sequence[Actor], case: Pathway) -> Actor:
    """Of one person's seats the first on whose side the case lies: a right is never put together from two."""
    return next((by for by in actors if is_theirs(by, on=None, pathway=case)), actors[0])


def may(by: Actor | None, machine: str, step: str, *, on: Any, case: Pathway) -> bool:
    """Whether the door would let this actor take the step on this row, as far as rule and chart go."""
    declared = chart_steps(machine).get(step)
    if by is None or declared is None:
        return False
    open_here = declared.makes_row or on is None or on.stage in declared.sources
    return open_here and may_take(by, declared, on=on, pathway=case)


def step_href(row: Any, step: str) -> str:
    """Where a step on a row that is there is taken."""
    return f"/{FOLDERS[row.machine]}/{row.uuid}/steps/{step}/"
