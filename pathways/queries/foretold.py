"""What text a step will send, before it is taken and after: to which number and in which words, or why none goes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.models import BankHoliday
from ground.clock import today_london
from ground.door import Refused
from ground.phones import show_phone
from ground.templatetags.said import time_of_day, weekday
from outreach.backends import usual_backend
from outreach.choices import NEVER_WENT
from outreach.models import Message, PhoneLine
from outreach.rules import next_opening
from outreach.services.line import digest_of
from outreach.services.message import why_silent
from outreach.services.template import current_template, fill
from pathways.models import Interview, Introduction, Pathway, Placement, StageChange, Task
from pathways.models.task import TaskKind, TaskState
from pathways.queries.due import employer_of
from pathways.services.text import TELLINGS, WORDING, Moment, Telling, values_of, wording_of
from pathways.workflow.owed import TOLD_BY_HAND

#: What stands in a wording for what the form still asks.
OPEN_ENDS = {
    "day": "(day)",
    "time": "(time)",
    "where": ", (place)",
    "with_host": " with (host)",
    "since": "(first day)",
    "from_employer": " from (employer)",
    "at_employer": " at (employer)",
}
ON_THE_LIST = "The words to say go on the list of what is to do."
BY_HAND = "Nothing goes to them by itself: the words are drafted, for their worker to change and send, or to say."
DRAFTED = "The words to tell them are drafted: they are on the list of what is to do."


@dataclass(frozen=True)
class Foretold:
    """A text that the step will write: to this number, with these words, from this moment on; or why none goes."""

    number: str = ""
    body: str = ""
    when: str = ""
    why_not: str = ""


def foretell(case: Pathway, machine: str, step: str, *, subject: Any = None, at: datetime) -> Foretold | None:
    """What the person will be told when this step is taken on the `subject`; nothing where this step never texts."""
    telling = TELLINGS.get((machine, step))
    if telling is None:
        return Foretold(why_not=BY_HAND) if (machine, step) in TOLD_BY_HAND else None
    if case.do_not_contact or case.candidate.died_on is not None:
        return Foretold(why_not="No text goes: this person is not to be contacted.")
    try:
        code, route = wording_of(telling, case)
    except Refused as refused:
        return _none(refused.sentence, telling)
    if not code:
        return Foretold(why_not="No text goes: the programme may not be mentioned on this number.")
    silent = why_silent(PhoneLine.objects.filter(digest=digest_of(route.value)).first())
    body = body_of(code, case)
    if silent or not body or not usual_backend():
        return _none(silent or ("Texts are switched off here." if body else "There is no wording in this person’s language."), telling)
    values = values_of(case, Moment(expires_at=at, values={**OPEN_ENDS, **_known_of(subject, step)}))
    return Foretold(number=show_phone(route.value), body=fill(body, values), when=_when(at))


def _known_of(subject: Any, step: str) -> dict[str, str]:
    """What of the text the row says already, and the form does not ask."""
    if isinstance(subject, Introduction):
        return {"from_employer": f" from {subject.employer.name}"}
    if isinstance(subject, Placement) and employer_of(subject):
        return {"at_employer": f" at {employer_of(subject)}"}
    if isinstance(subject, Interview) and step == "cancel" and subject.at is not None:
        return {"day": weekday(subject.at).rpartition(" ")[0], "time": time_of_day(subject.at)}
    return {}


def _none(sentence: str, telling: Telling) -> Foretold:
    return Foretold(why_not=f"No text goes. {sentence} {ON_THE_LIST if telling.must_reach else ''}".strip())


def body_of(code: str, case: Pathway) -> str:
    """The wording in use, or the shipped one that would become it; looked at, never loaded."""
    person = case.candidate
    for language in [person.language, "en"] if person.english_is_fine else [person.language]:
        found = current_template(code=code, language=language)
        if found is not None:
            return found.body
        file = WORDING / language / f"{code}.txt"
        if file.parent.parent == WORDING and file.is_file():
            return file.read_text(encoding="utf-8").strip()
    return ""


def _when(at: datetime) -> str:
    """At once, or when texts may go again."""
    if settings.SMS_HOURS == "all":
        return ""
    opens = next_opening(at, frozenset(BankHoliday.objects.values_list("day", flat=True)))
    if opens <= at:
        return ""
    day = "" if today_london(opens) == today_london(at) else f" on {weekday(opens)}"
    return f"at {time_of_day(opens)}{day}"


def told_words(change: StageChange | None) -> str:
    """After a step: the number that a text goes to, or that a task holds the words; nothing where it tells nobody anything."""
    if change is None:
        return ""
    if (change.machine, change.step) in TOLD_BY_HAND:
        return DRAFTED if Task.objects.filter(opened_by=change, kind=TaskKind.TELL, state=TaskState.OPEN).exists() else ""
    if (change.machine, change.step) not in TELLINGS:
        return ""
    written = Message.objects.filter(written_for=change.uuid).exclude(state__in=NEVER_WENT).select_related("line").order_by("-id").first()
    if written is not None:
        return f"A text goes to {show_phone(written.line.e164)}."
    if Task.objects.filter(opened_by=change, kind=TaskKind.TELL).exists():
        return f"No text can go. {ON_THE_LIST}"
    return "No text goes."
