"""What can be pressed in a task's row: the step that satisfies it first, then the phone, then tomorrow."""

from collections.abc import Mapping
from datetime import date, timedelta
from urllib.parse import urlencode

from ground.actor import Actor
from pathways.models import Pathway, Task
from pathways.models.task import TaskKind
from pathways.queries.due import About, Act, may, step_href, words_href

#: Tasks that are done by getting hold of the person: the phone comes first.
TALKS = frozenset(
    {
        TaskKind.NEXT_CONTACT,
        TaskKind.DECIDE,
        TaskKind.TELL,
        TaskKind.CALL,
        TaskKind.KEEP_IN_TOUCH,
        TaskKind.LAST_DAY,
        TaskKind.LEAVING,
        TaskKind.SETTLE,
        TaskKind.ANY_WORK,
        TaskKind.AFTER_LEAVING,
        TaskKind.REVISIT,
        TaskKind.REVIEW,
        TaskKind.OFFER_SEAT,
    }
)
#: Tasks for which the person is rung, and which another step than the talk satisfies.
RUNG_FOR = frozenset({TaskKind.HOLD_CHAT, TaskKind.BOOK_CHAT, TaskKind.REBOOK_CHAT, TaskKind.ACCEPT, TaskKind.RETENTION})
#: What a letter can tell, or ask for, where nobody can be rung: see queries.letter.
WRITTEN = frozenset(
    {
        *(TaskKind.TELL, TaskKind.NEXT_CONTACT, TaskKind.BOOK_CHAT, TaskKind.REBOOK_CHAT, TaskKind.DECIDE, TaskKind.CALL),
        *(TaskKind.KEEP_IN_TOUCH, TaskKind.RETENTION, TaskKind.REVISIT, TaskKind.REVIEW, TaskKind.AFTER_LEAVING, TaskKind.ACCEPT),
    }
)
#: Kind of task -> the step on its own row that satisfies it, and its words in a list row.
LEADS_TO: Mapping[str, tuple[str, str]] = {
    TaskKind.HOLD_CHAT: ("hold", "Chat held"),
    TaskKind.SEND: ("send", "Send"),
    TaskKind.ANSWER: ("offer", "Offer made"),
    TaskKind.CHASE: ("offer", "Offer made"),
    TaskKind.ACCEPT: ("accept", "They said yes"),
    TaskKind.CHECKS: ("agree_start", "Agree a start"),
    TaskKind.CONFIRM_START: ("start", "Started"),
    TaskKind.LAST_DAY: ("tell_leaving", "Add details"),
    TaskKind.LEAVING: ("tell_leaving", "Add details"),
    TaskKind.SETTLE: ("settle_still", "Still in work there"),
    TaskKind.ANY_WORK: ("say_any_work", "Answer"),
    TaskKind.OFFER_SEAT: ("book", "Book the seat"),
}
#: The same where the answer is the other one.
OTHERWISE: Mapping[str, tuple[str, str]] = {
    TaskKind.ANSWER: ("decline_by_employer", "Not taken"),
    TaskKind.CHASE: ("decline_by_employer", "Not taken"),
    TaskKind.ACCEPT: ("decline_by_candidate", "They said no"),
    TaskKind.SETTLE: ("settle_gone", "Had left"),
}
#: Kind of task -> the step that makes a new row on the case.
MAKES: Mapping[str, tuple[str, str, str]] = {
    TaskKind.BOOK_CHAT: ("interview", "book", "Book"),
    TaskKind.REBOOK_CHAT: ("interview", "book", "Book"),
    TaskKind.INTRODUCE: ("introduction", "draft", "Put forward"),
}
#: Kind of task -> the step on the case itself.
ON_THE_CASE: Mapping[str, tuple[str, str]] = {
    TaskKind.REVIEW: ("resume", "The pause is over"),
    TaskKind.END_FOLLOW_UP: ("end_follow_up", "End follow-up"),
}
#: Kind of task -> the step that one press takes, and its words.
ONE_PRESS: Mapping[str, tuple[str, str]] = {
    TaskKind.START_COURSE: ("start", "Attended"),
    TaskKind.RETENTION: ("confirm", "Still in work"),
}


def acts_for(task: Task, what: About, *, by: Actor, today: date, back: str, passed: bool, phone: str = "") -> list[Act]:
    """The presses of one task's row. `passed`: whether a chat's time has come and gone; `phone`: what may be rung, if anything."""
    case, more = task.pathway, urlencode({"back": back})
    acts = _step(task, what, by=by, more=more, passed=passed)
    if href := words_href(task, what):
        acts.append(Act("Words to tell them", f"{href}?{more}", tap=False))
    if task.kind in TALKS or task.kind in RUNG_FOR:
        *rang, spoke = contact_acts(case, back, phone=phone)
        acts += [*rang, spoke] if task.kind in TALKS else rang
    if task.kind in WRITTEN and (not phone or (task.kind == TaskKind.TELL and not words_href(task, what))):
        acts.append(Act("Letter", f"/tasks/{task.uuid}/letter/?{more}", tap=False))
    if task.kind == TaskKind.FREE:
        acts.append(Act("Done", f"/tasks/{task.uuid}/steps/close/?{more}", version=task.version))
    if task.kind not in {TaskKind.HOLD_CHAT, TaskKind.RETENTION}:
        acts.append(_tomorrow(task, today, more))
    return acts


def _step(task: Task, what: About, *, by: Actor, more: str, passed: bool) -> list[Act]:
    case, row = task.pathway, what.row
    if row is not None and task.kind in ONE_PRESS:
        step, words = ONE_PRESS[task.kind]
        acts = [Act(words, f"{step_href(row, step)}?{more}", version=row.version)] if may(by, row.machine, step, on=row, case=case) else []
        if task.kind == TaskKind.RETENTION and may(by, row.machine, "deny", on=row, case=case):
            acts.append(Act("Left", f"{step_href(row, 'deny')}?{more}", tap=False))
        return acts
    if row is not None and task.kind in LEADS_TO:
        step, words = LEADS_TO[task.kind]
        acts = [Act(words, f"{step_href(row, step)}?{more}", tap=False)] if may(by, row.machine, step, on=row, case=case) else []
        if task.kind == TaskKind.HOLD_CHAT and passed and may(by, "interview", "miss", on=row, case=case):
            acts.append(Act("Missed", f"{step_href(row, 'miss')}?{more}", tap=False))
        if task.kind in OTHERWISE:
            step, words = OTHERWISE[task.kind]
            acts += [Act(words, f"{step_href(row, step)}?{more}", tap=False)] if may(by, row.machine, step, on=row, case=case) else []
        return acts
    if task.kind in ON_THE_CASE:
        step, words = ON_THE_CASE[task.kind]
        return [Act(words, f"{step_href(case, step)}?{more}", tap=False)] if may(by, "pathway", step, on=case, case=case) else []
    if task.kind in MAKES and case.is_open:
        machine, step, words = MAKES[task.kind]
        return [Act(words, f"/pathways/{case.uuid}/steps/{machine}.{step}/?{more}", tap=False)]
    return []


def contact_acts(case: Pathway, back: str, *, phone: str) -> list[Act]:
    """Rang and nobody answered, where there is a number to ring; spoke."""
    href = f"/pathways/{case.uuid}/contacts/?{urlencode({'back': back})}"
    rang = [Act("Rang, no answer", href, name="tap", value="call.no_answer")] if phone else []
    return [*rang, Act("Spoke", href, name="tap", value="call.spoke")]


def _tomorrow(task: Task, today: date, more: str) -> Act:
    until = today + timedelta(days=1)
    return Act("Tomorrow", f"/tasks/{task.uuid}/steps/snooze/?{more}", name="until", value=until.isoformat(), version=task.version)
