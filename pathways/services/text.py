"""Which steps tell the person something by text. Steps send nothing: they write a row, delivery asks again.

Where no text can reach somebody, the text becomes a worker's task with the words to say. A step never fails for want of a phone.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from accounts.models import BankHoliday, User
from candidates.models import Candidate, ContactRoute, LinkPurpose
from ground.actor import Actor
from ground.clock import LONDON, add_working_days, london, today_london
from ground.door import Refused
from ground.phones import show_phone
from ground.rows import Row
from ground.templatetags.said import day as said_day
from ground.templatetags.said import time_of_day, weekday
from outreach.choices import NEVER_WENT, DeliveryClass, Purpose
from outreach.models import Message, Template
from outreach.services.message import queue_message, set_fact
from outreach.services.template import current_template, fill, seed_template, tidy
from pathways.models import Interview, Introduction, Pathway, Placement, RetentionCheck, StageChange
from pathways.models.task import TaskKind
from pathways.queries.company import going_on, text_route_of
from pathways.services.own_page import link_in_a_text
from pathways.services.task import open_task, put_words
from pathways.workflow.pathway import OPEN, Stage
from pathways.workflow.truth import truth_of

WORDING = Path(__file__).resolve().parents[1] / "texts"
#: What each text of the usual kind begins with; a worker who says it instead leaves it out.
GREETING = "Hello {first_name}, this is {sender}. "
LONGEST_TASK = 400
#: The text with the code of somebody's own page: it says neither who writes nor to whom.
OWN_CODE = "own-code"
#: Days for which a link in a text works at least: people read a text again.
SHORTEST_LINK = 14

#: The sentence with the link, which ends a wording that has one.
CHANGE = " To see or change it: "
LINK_SENTENCE = re.compile(r" [^.?]*(?:\{link\}|\[their link\])$")

Values = dict[str, str]


@dataclass(frozen=True)
class Moment:
    """When a text is of use, and what it fills in. `about` names the moment within its row: a time, a day."""

    expires_at: datetime
    about: str = ""
    values: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Telling:
    """What one step tells the person.

    `neutral` is the wording where the programme must not be mentioned; without one nothing is written.
    `must_reach` makes a task with the words where no text can go; where the step has opened one of the kind `asked_by` itself, that
    one holds the words. `after_the_end`: it is told though the case has ended with it.
    """

    code: str
    moment: Callable[[Any, StageChange], Moment | None]
    delivery_class: str
    neutral: str = ""
    must_reach: bool = False
    asked_by: str = ""
    after_the_end: bool = False
    #: What the link in its wording is for, where that has one.
    link: str = LinkPurpose.PAGE


def _chat(chat: Interview, change: StageChange) -> Moment | None:
    """Of use until the chat begins."""
    if chat.at is None or chat.at <= change.recorded_at:
        return None
    host = short_name(chat.host)
    return Moment(
        expires_at=chat.at,
        about=f"{london(chat.at):%Y-%m-%dT%H:%M}",
        values={
            "day": _said(chat.at),
            "time": time_of_day(chat.at),
            "where": f", {chat.place}" if chat.place else "",
            "with_host": f" with {host}" if host else "",
        },
    )


def _for_days(days: int) -> Callable[[Row, StageChange], Moment | None]:
    """Of use for a few days after it happened, and not when it is learned of long afterwards."""

    def moment(subject: Row, change: StageChange) -> Moment | None:
        if today_london(change.recorded_at) - change.happened_on > timedelta(days=7):
            return None
        return Moment(expires_at=change.recorded_at + timedelta(days=days))

    return moment


def _offer(row: Introduction, change: StageChange) -> Moment | None:
    """Of use for three days. It says from whom: somebody may be put forward to several."""
    moment = _for_days(3)(row, change)
    return moment and replace(moment, values={"from_employer": f" from {row.employer.name}"})


def _first_day(job: Placement, change: StageChange) -> Moment | None:
    """Of use until the morning of the first day."""
    if job.start_on is None or job.start_on < today_london(change.recorded_at):
        return None
    morning = datetime.combine(job.start_on, time(8), tzinfo=LONDON)
    employer = job.employer.name if job.employer is not None else job.employer_words
    asks = f" Ask for {job.report_to.strip().rstrip('.')}." if job.report_to.strip() else ""
    return Moment(
        expires_at=max(morning, change.recorded_at + timedelta(hours=2)),
        about=job.start_on.isoformat(),
        values={
            "day": _said(job.start_on),
            "at_time": f" at {job.start_at}" if job.start_at else "",
            "ask_for": asks,
            "at_employer": f" at {employer}" if employer else "",
        },
    )


def _window(check: RetentionCheck, change: StageChange) -> Moment | None:
    """Of use until people are asked again; pointless for a job that is known to be over."""
    job = check.placement
    first_day, over = job.first_day, job.last_day is not None and job.stage != "moved"
    if first_day is None or over:
        return None
    return Moment(expires_at=change.recorded_at + timedelta(days=5), about=check.milestone, values={"since": said_day(first_day)})


#: Whose case has ended is left alone; but in a case that ended well the job is still asked about.
MAY_HEAR = frozenset({*OPEN, Stage.SUSTAINED})
ONCE, AGAIN = DeliveryClass.AT_MOST_ONCE, DeliveryClass.AT_LEAST_ONCE

TELLINGS: dict[tuple[str, str], Telling] = {
    ("pathway", "close_unreachable"): Telling("reply-any-time", _for_days(3), ONCE, neutral="please-ring", after_the_end=True),
    ("interview", "book"): Telling("chat-booked", _chat, AGAIN, neutral="chat-booked-neutral", must_reach=True, link=LinkPurpose.CHAT),
    ("interview", "move"): Telling("chat-moved", _chat, AGAIN, neutral="chat-moved-neutral", must_reach=True, link=LinkPurpose.CHAT),
    ("interview", "cancel"): Telling("chat-off", _chat, AGAIN, neutral="chat-off-neutral", must_reach=True),
    ("introduction", "offer"): Telling("offer-made", _offer, AGAIN, neutral="please-ring", must_reach=True, link=LinkPurpose.OFFER),
    ("introduction", "accept"): Telling("offer-accepted", _for_days(2), ONCE),
    ("placement", "agree_start"): Telling("start-agreed", _first_day, AGAIN, neutral="please-ring", must_reach=True),
    ("placement", "start"): Telling("well-begun", _for_days(2), ONCE),
    ("retention_check", "open_window"): Telling(
        "still-in-work", _window, ONCE, neutral="please-ring", must_reach=True, asked_by=TaskKind.RETENTION, link=LinkPurpose.CHECK
    ),
}


def write_texts(*, change: StageChange, subject: Row, at: datetime | None = None) -> None:
    """Write the texts that this step brings, in its own transaction; later, at `at`, when the number was put right meanwhile.

    Only what somebody did, or the clock: what another step brought about, and what a register tells of the past, texts nobody.
    """
    found = _to_tell(change, subject)
    if found is None:
        return
    telling, moment, case = found
    try:
        if case.paused_on is not None and by_itself(change):
            raise Refused("This case is paused.")
        _text(telling, moment, case=case, change=change, subject=subject, at=at or change.recorded_at)
    except Refused:
        if telling.must_reach and not said_it_themselves(change):
            _tell_by_voice(telling, moment, case=case, change=change, at=at or change.recorded_at)


def write_again(*, change: StageChange, subject: Row, at: datetime) -> Message | None:
    """The text of a step once more, to the number that is theirs now. Raises Refused with the reason when none can go."""
    found = _to_tell(change, subject)
    if found is None:
        return None
    telling, moment, case = found
    return _text(telling, moment, case=case, change=change, subject=subject, at=at, again=True)


def _to_tell(change: StageChange, subject: Row) -> tuple[Telling, Moment, Pathway] | None:
    """What this step tells whom, if anything."""
    telling = TELLINGS.get((change.machine, change.step))
    if telling is None or change.cause_id is not None or change.import_run_id is not None or change.actor_kind == "import":
        return None
    moment = telling.moment(subject, change)
    if moment is None or change.to_stage != getattr(subject, "stage", None):
        return None
    case = Pathway.objects.select_related("candidate", "organisation", "owner").get(pk=change.pathway_id or 0)
    goes_on = going_on(case)
    if case.candidate.died_on is not None or goes_on.do_not_contact or (goes_on.stage not in MAY_HEAR and not telling.after_the_end):
        return None
    if goes_on is not case:  # told in the name of whoever looks after the person now
        case.owner, case.organisation, case.paused_on = goes_on.owner, goes_on.organisation, goes_on.paused_on
    return telling, moment, case


def by_itself(change: StageChange) -> bool:
    """Whether neither the person nor who looks after them took the step: such texts stop in a pause."""
    return change.actor_kind not in {"worker", "lead", "candidate"}


def _text(
    telling: Telling, moment: Moment, *, case: Pathway, change: StageChange, subject: Row, at: datetime, again: bool = False
) -> Message | None:
    code, route = wording_of(telling, case)
    if not code:
        return None
    return _write(code, telling, moment, route=route, case=case, change=change, subject=subject, at=at, again=again)


def wording_of(telling: Telling, case: Pathway) -> tuple[str, ContactRoute]:
    """Which wording is safe on the number that would be texted; no code where none is. Raises Refused without a number."""
    route = text_route_of(case.candidate)
    if route is None:
        raise Refused("This person has no mobile number that may be texted.")
    if not route.may_mention:
        if telling.neutral and not short_name(case.owner):
            raise Refused("Nobody's name could be put under a text that must not name us.")
        return telling.neutral, route
    return (f"{telling.code}-shared" if route.is_shared else telling.code), route


def _write(
    code: str,
    telling: Telling,
    moment: Moment,
    *,
    route: ContactRoute,
    case: Pathway,
    change: StageChange,
    subject: Row,
    at: datetime,
    again: bool,
) -> Message | None:
    template = template_for(code, candidate=case.candidate, at=at)
    values = values_of(case, moment)
    fact = f"{change.machine}:{change.subject_id}"
    occasion = _occasion(f"{fact}@{moment.about}:{telling.code}", fact, fill(template.body, values), candidate=case.candidate, again=again)
    if not occasion:
        return None
    truth = truth_of(subject)
    set_fact(key=fact, value=truth)
    by = Actor(kind="system", user_id=change.actor_id, organisation_id=change.organisation_id)
    return queue_message(
        candidate=case.candidate,
        organisation=case.organisation,
        occasion=occasion,
        template=template,
        values=values,
        not_before=at,
        expires_at=moment.expires_at,
        fact=fact,
        fact_value=truth,
        written_for=change.uuid,
        route=route,
        secrets=link_in(template.body, candidate=case.candidate, purpose=telling.link, until=moment.expires_at, by=by, at=at),
        by=by,
        at=at,
    )


def link_in(body: str, *, candidate: Candidate, purpose: str, until: datetime, by: Actor, at: datetime) -> Mapping[str, str] | None:
    """A fresh link for a wording that has a place for one, of use for a while longer than the text itself."""
    if "{link}" not in body:
        return None
    days = link_days(until=until, at=at)
    return {"link": link_in_a_text(candidate=candidate, purpose=purpose, days=days, by=by, at=at)}


def link_days(*, until: datetime, at: datetime) -> int:
    """For how long the link of a text works that is of use until then."""
    return max(SHORTEST_LINK, (until - at).days + 1)


def _occasion(name: str, fact: str, body: str, *, candidate: Candidate, again: bool) -> str:
    """The name of this moment; numbered when it comes again. Nothing when the last thing we told them still says just that."""
    told = list(Message.objects.filter(candidate=candidate, fact=fact).order_by("-id").only("occasion", "body", "state", "written_for"))
    last = next((each for each in told if each.written_for is not None and each.state not in NEVER_WENT), None)
    if not again and last is not None and last.body == body and not StageChange.objects.filter(undoes__uuid=str(last.written_for)).exists():
        return ""
    earlier = sum(each.occasion.partition("#")[0] == name for each in told)
    return f"{name}#{earlier + 1}" if earlier else name


def template_for(code: str, *, candidate: Candidate, at: datetime) -> Template:
    """The wording in the person's language; in English where they said that English is fine."""
    languages = [candidate.language, "en"] if candidate.english_is_fine else [candidate.language]
    for language in languages:
        found = in_language(code, language, at=at)
        if found is not None:
            return found
    raise Refused("There is no wording in this person's language.")


def in_language(code: str, language: str, *, at: datetime) -> Template | None:
    """The edition in use; the shipped wording becomes the first one when it is needed and nobody has loaded it."""
    found = current_template(code=code, language=language)
    if found is None and not Template.objects.filter(code=code, language=language).exists():
        return _load(code, language, at=at)
    return found


def values_of(case: Pathway, moment: Moment) -> Values:
    worker = short_name(case.owner)
    number = show_phone(case.organisation.contact_phone) if case.organisation.contact_phone else ""
    ring_us = " ".join(part for part in ("ring", worker or "us", f"on {number}" if number else "") if part)
    return {
        "first_name": case.candidate.called.split(" ")[0],
        "sender": case.organisation.name,
        "worker": worker,
        "ring_us": ring_us,
        "ring_me": f"ring me on {number}" if number else "ring me",
        **(moment.values or {}),
    }


def short_name(user: User | None) -> str:
    return user.name.split(" ")[0] if user is not None and user.name else ""


def _said(value: date | datetime) -> str:
    """Monday 7 December: a day in a text needs no year."""
    return weekday(value).rpartition(" ")[0]


def said_it_themselves(change: StageChange) -> bool:
    return change.actor_kind == "candidate" or change.said_by == "candidate"


def _tell_by_voice(telling: Telling, moment: Moment, *, case: Pathway, change: StageChange, at: datetime) -> None:
    """A task for the worker, with the words to say: in English, whatever the person reads."""
    today = today_london(at)
    next_day = add_working_days(today, 1, frozenset(BankHoliday.objects.values_list("day", flat=True)))
    template = in_language(telling.code, "en", at=at)
    values = values_of(case, moment)
    words = words_to_say(template.body, values) if template else ""
    if telling.asked_by:
        put_words(change, kind=telling.asked_by, words=words)
        return
    open_task(
        pathway_id=case.pk,
        kind=TaskKind.TELL,
        subject=f"{change.machine}:{change.subject_id}",
        due_on=max(today, min(next_day, today_london(moment.expires_at))),
        owed_by="worker",
        change=change,
        stage=case.stage,
        words=words,
    )


def words_to_say(body: str, values: Values) -> str:
    spoken = said_aloud(body, "{ring_us}").removeprefix(GREETING)
    return tidy("Say: " + fill(spoken, {**values, "ring_us": values["ring_me"]}), LONGEST_TASK)


def said_aloud(words: str, ring: str) -> str:
    """The same without digits to reply, and without its last sentence where that leads to a link: nobody reads these out.

    What changes things there, `ring` does.
    """
    instead = f" If that does not suit you, {ring}." if CHANGE in words else ""
    return LINK_SENTENCE.sub(lambda _found: instead, words.partition(" Reply 1 ")[0])


def load_texts(*, at: datetime) -> int:
    """Make every wording that ships with the product a template, as an approved edition; how many there are. Again is nothing."""
    files = sorted(WORDING.glob("*/*.txt"))
    for file in files:
        _load(file.stem, file.parent.name, at=at)
    return len(files)


def shipped(code: str, language: str = "en") -> str:
    """The wording that ships with the product; nothing where there is none."""
    file = WORDING / Path(language).name / f"{Path(code).name}.txt"
    return file.read_text(encoding="utf-8").strip() if file.is_file() else ""


def _load(code: str, language: str, *, at: datetime) -> Template | None:
    body = shipped(code, language)
    if not body:
        return None
    purpose = Purpose.SECURITY if code == OWN_CODE else Purpose.SERVICE
    return seed_template(code=code, language=language, body=body, delivery_class=class_of(code), purpose=purpose, at=at)


def class_of(code: str) -> str:
    """Whether this wording may ever be sent twice; its shared and neutral ways as the usual one."""
    usual = code.removesuffix("-shared").removesuffix("-neutral")
    return next((each.delivery_class for each in TELLINGS.values() if each.code == usual), ONCE)
