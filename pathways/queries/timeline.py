"""Everything that happened with one person, newest first, grouped by day: steps, contacts, notes, texts, permissions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from accounts.models import Organisation, User
from ground.actor import Actor
from ground.clock import today_london
from ground.phones import show_phone
from ground.templatetags.said import day as said_day
from ground.templatetags.said import time_of_day
from outreach.choices import NEVER_WENT, WENT, MessageState
from outreach.models import Contact, Fact
from pathways.models import Consent, Pathway, StageChange, Task
from pathways.models.note import Visibility
from pathways.models.task import TaskKind, TaskState
from pathways.queries.acted import contact_words
from pathways.queries.due import about_row
from pathways.queries.timeline_details import HOST, details_of, snapshots
from pathways.queries.timeline_words import is_noise, reasons_given, said_then, title_of, words_of
from pathways.scope import messages, notes
from pathways.services.contact import may_be_meaningful, may_void
from pathways.services.own_text import may_take_back
from pathways.services.undo import may_undo
from pathways.workflow.pathway import Stage

#: How much of a long story is shown until somebody asks for all of it.
AT_FIRST = 10
MOST = 2_000
HOW = {"phone": "by phone", "in_person": "in person", "text": "by text", "email": "by e-mail", "letter": "by letter"}
WHOSE_WORD = {"candidate": "on the person’s word", "employer": "on the employer’s word"}
#: Actors who are named with the organisation they are from.
OUTSIDE = frozenset({"employer", "trainer"})


@dataclass
class Entry:
    """One thing that happened."""

    day: date
    moment: datetime
    order: int
    title: str
    who: str = ""
    when: str = ""
    kind: str = "step"
    lines: list[str] = field(default_factory=list)
    text: str = ""
    undone: bool = False
    noise: bool = False
    undo_href: str = ""
    undo_form: str = ""
    again_form: str = ""
    readers_href: str = ""
    meant_form: str = ""
    key: str = ""


@dataclass(frozen=True)
class Day:
    """One day's entries: those to read, and those folded away."""

    day: date
    entries: list[Entry]
    folded: list[Entry]


@dataclass(frozen=True)
class Beside:
    """What the page has read already: the cases' children by machine and id, contacts, permissions, tasks, numbers that may be texted."""

    rows: Mapping[tuple[str, int], Any]
    contacts: Sequence[Contact] = ()
    consents: Sequence[Consent] = ()
    tasks: Sequence[Task] = ()
    numbers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Story:
    """The days, and whether there is more."""

    days: list[Day]
    more: bool


def story(*, user: Any, records: Sequence[int], cases: Sequence[Pathway], beside: Beside, by: Actor, at: datetime, whole: bool) -> Story:
    """What happened in these cases, newest first; all the cases of the person that the user may see. A fixed number of queries."""
    most = MOST if whole else AT_FIRST
    found = [
        *_steps(cases, beside.rows, by=by, at=at, most=most),
        *_contacts(beside.contacts, cases, by=by, at=at)[:most],
        *_notes(user, cases, most=most),
        *_texts(user, records, beside.numbers, at=at, most=most),
        *_permissions(beside.consents),
        *_done(beside.tasks),
    ]
    found.sort(key=lambda entry: (entry.day, entry.moment, entry.order), reverse=True)
    shown = _newest(found, most)
    days = [
        Day(day, [each for each in part if not each.noise], [each for each in part if each.noise])
        for day, part in ((day, list(group)) for day, group in groupby(shown, key=lambda entry: entry.day))
    ]
    return Story(days, more=len(shown) < len(found) or (not whole and len(found) >= most))


def _newest(found: list[Entry], most: int) -> list[Entry]:
    """The newest entries that are read, with the folded ones between them."""
    read = 0
    for number, entry in enumerate(found):
        read += not entry.noise
        if read > most:
            return found[:number]
    return found


# -- steps -------------------------------------------------------------------------------------------------------------------------


def _steps(cases: Sequence[Pathway], rows: Mapping[tuple[str, int], Any], *, by: Actor, at: datetime, most: int) -> list[Entry]:
    rows_of_log = StageChange.objects.filter(pathway__in=[case.pk for case in cases]).select_related("overwritten")
    log = list(rows_of_log.order_by("-id")[: most * 4])
    _tie_undone(log)
    reasons = reasons_given(cases[0].programme_id if cases else None, {each.reason for each in log if each.reason})
    after = snapshots(log, {**rows, **{("pathway", case.pk): case for case in cases}})
    names = _name_actors(log, after)
    moved = {each.cause_id: each.to_stage for each in log if each.step == "follow"}
    many = len({case.programme_id for case in cases}) > 1
    programmes = {case.pk: case.programme.name for case in cases}
    taken_in = {case.pk for case in cases if case.stage == Stage.MERGED}
    return [
        _step(
            each,
            row=rows.get((each.machine, each.subject_id)),
            details=details_of(each, after.get(each.pk, {}), names),
            reason=said_then(words_of(each, reasons), each),
            moved=moved.get(each.pk, ""),
            rests=each.machine == "pathway" and each.subject_id in taken_in,
            programme=programmes.get(each.pathway_id or 0, "") if many else "",
            by=by,
            at=at,
        )
        for each in log
    ]


def _step(
    change: StageChange,
    *,
    row: Any,
    details: list[str],
    reason: str,
    moved: str,
    rests: bool,
    programme: str,
    by: Actor,
    at: datetime,
) -> Entry:
    undone = getattr(change, "undone_by", None) is not None
    title = f"Took back: {title_of(change.undoes)}" if change.undoes is not None else title_of(change)
    if change.machine == "pre_employment_check" and row is not None:
        title = f"{title}: {row.get_kind_display()}"
    subject = about_row(row, change.happened_on) if row is not None and change.machine != "interview" else ""
    lines = [*([f"{subject}."] if subject else []), *details]
    if reason:
        lines.append(f"Why: {reason}.")
    if moved and not undone:
        lines.append(f"Now: {Stage(moved).label}.")
    if programme:
        lines.append(programme)
    entry = Entry(
        day=change.happened_on,
        moment=change.recorded_at,
        order=change.pk,
        title=title,
        who=_who(change),
        when=_when(change),
        kind="system" if is_noise(change) else "step",
        lines=lines,
        undone=undone,
        noise=is_noise(change),
        key=f"change-{change.uuid}",
    )
    if not rests and may_undo(change=change, by=by, at=at):  # a case that was taken in does not move; what hangs on it does
        entry.undo_href = f"/changes/{change.uuid}/undo/"
    return entry


def _who(change: StageChange) -> str:
    if change.actor_kind == "system" and change.actor_id is None:
        return "worked out from what is recorded" if change.machine == "retention_check" else "done automatically"
    if change.actor_kind == "import":
        return "from a register"
    if change.actor_kind == "candidate":
        return f"the person, by the form, let in by {change.actor.name}" if change.actor is not None else "the person"
    name = change.actor.name if change.actor is not None else ""
    if change.actor_kind in OUTSIDE and change.organisation is not None:
        name = ", ".join(part for part in (name, change.organisation.name) if part)
    word = WHOSE_WORD.get(change.said_by, "")
    return ", ".join(part for part in (name, f"{word} {HOW.get(change.said_how, '')}".strip()) if part)


def _when(change: StageChange) -> str:
    """The time it was written down; its day too, when that came later."""
    learned = today_london(change.recorded_at)
    if change.happened_quality == "month":
        return f"day not known, written down {said_day(learned)}"
    if learned != change.happened_on:
        return f"written down {said_day(learned)}"
    return time_of_day(change.recorded_at)


def _tie_undone(log: Sequence[StageChange]) -> None:
    """Tie each undo to what it took back. An undo is newer than that, so it stands in the log wherever that does."""
    known = {each.pk: each for each in log}
    undoing = {each.undoes_id: each for each in log if each.undoes_id}
    known |= StageChange.objects.in_bulk([pk for pk in undoing if pk not in known])
    undone_by: Any = StageChange._meta.get_field("undone_by")
    for each in log:
        undone_by.set_cached_value(each, undoing.get(each.pk))
        each.undoes = known[each.undoes_id] if each.undoes_id else None


def _name_actors(log: Sequence[StageChange], after: Mapping[int, Mapping[str, Any]]) -> dict[Any, str]:
    """Give each step the person and organisation that took it; the names of all who are told of, hosts and new owners too."""
    ids = {values[name] for values in after.values() for name in ("owner_id", "host_id") if values.get(name)}
    ids |= {each.actor_id for each in log if each.actor_id}
    users = User.objects.unscoped("names in a timeline that is in sight").filter(pk__in=ids).only("name", "email").in_bulk()
    outside = {each.organisation_id for each in log if each.organisation_id and each.actor_kind in OUTSIDE}
    hosts = {values["host_employer_id"] for values in after.values() if values.get("host_employer_id")}
    organisations = Organisation.objects.only("name").in_bulk(outside | hosts)
    for each in log:
        each.actor = users.get(each.actor_id) if each.actor_id else None
        each.organisation = organisations.get(each.organisation_id) if each.organisation_id else None
    return {**{pk: user.name for pk, user in users.items()}, **{(HOST, pk): row.name for pk, row in organisations.items()}}


# -- what else there is ------------------------------------------------------------------------------------------------------------


def contacts_of(records: Sequence[int]) -> tuple[list[Contact], bool]:
    """Contacts and attempts with somebody, by all their records, newest first, and whether these are all there are."""
    rows = Contact.objects.filter(candidate__in=records).select_related("by", "event").only(*OF_A_CONTACT).order_by("-day", "-id")
    found = list(rows[:MOST])
    return found, len(found) < MOST


def _contacts(rows: Iterable[Contact], cases: Sequence[Pathway], *, by: Actor, at: datetime) -> list[Entry]:
    """Those in the programmes of cases in sight."""
    programmes = {case.programme_id for case in cases}
    return [
        Entry(
            day=row.day,
            moment=row.at,
            order=row.pk,
            title=contact_words(row),
            who=row.by.name if row.by is not None else "",
            when=time_of_day(row.at) if today_london(row.at) == row.day else f"written down {said_day(row.at)}",
            kind="contact",
            lines=_about_contact(row),
            text=row.note,
            undone=row.voided_at is not None,
            undo_form=f"/contacts/{row.uuid}/undo/" if may_void(row, by=by, at=at) else "",
            meant_form=f"/contacts/{row.uuid}/meaningful/" if may_be_meaningful(row, by=by, at=at) else "",
            key=f"contact-{row.uuid}",
        )
        for row in rows
        if row.programme_id in programmes
    ]


OF_A_CONTACT = (
    *("uuid", "day", "at", "channel", "outcome", "minutes", "meaningful", "note", "voided_at", "by", "event", "programme"),
    *("by__name", "by__email", "event__name"),
)


def _about_contact(row: Any) -> list[str]:
    parts = [f"At {row.event.name}." if row.event is not None else "", f"{row.minutes} minutes." if row.minutes else ""]
    parts.append("It moved something on." if row.meaningful else "")
    return [part for part in parts if part]


def _notes(user: Any, cases: Sequence[Pathway], *, most: int) -> list[Entry]:
    rows = notes(user, of=cases).select_related("author", "employer")
    return [
        Entry(
            day=row.day,
            moment=row.written_at,
            order=row.pk,
            title=_note_title(row),
            who=row.author.name,
            when=time_of_day(row.written_at),
            kind="note",
            lines=[f"Read by: {_readers(row)}."],
            text=row.text,
            readers_href=f"/notes/{row.uuid}/readers/" if row.author_id == user.pk and row.visibility != Visibility.EMPLOYER else "",
            key=f"note-{row.uuid}",
        )
        for row in rows.order_by("-written_at", "-id")[:most]
    ]


def _note_title(row: Any) -> str:
    if row.employer is None:
        return "Note"
    return f"Note{' from' if row.organisation_id == row.employer_id else ', shared with'} {row.employer.name}"


def _readers(row: Any) -> str:
    if row.employer is not None:
        return f"{'those who look after them' if row.organisation_id == row.employer_id else 'my team'} and {row.employer.name}"
    words = str(Visibility(row.visibility).label)
    return words[:1].lower() + words[1:]


def _texts(user: Any, records: Sequence[int], numbers: Collection[str], *, at: datetime, most: int) -> list[Entry]:
    entries = []
    texts = messages(user).filter(candidate__in=records).select_related("line", "template")
    rows = list(texts.order_by("-created_at", "-id")[:most])
    again = _to_be_sent_again(rows, numbers, at=at)
    for row in rows:
        moment = row.attempt_at or row.created_at
        entries.append(
            Entry(
                day=today_london(moment),
                moment=moment,
                order=row.pk,
                title="Text",
                who=", ".join(part for part in (f"to {show_phone(row.line.e164)}" if row.line.e164 else "", _state_words(row)) if part),
                when=time_of_day(moment),
                kind="text-out",
                text=row.body,
                undone=row.state == MessageState.CANCELLED,
                again_form=f"/texts/{row.uuid}/again/" if row.pk in again else "",
                undo_form=f"/texts/{row.uuid}/undo/" if may_take_back(row) else "",
                key=f"text-{row.uuid}",
            )
        )
    return entries


def _to_be_sent_again(rows: Sequence[Any], numbers: Collection[str], *, at: datetime) -> set[int]:
    """Texts that went to a number which is not theirs, still true and of use, and not told to a number of theirs since."""
    lost = [row for row in rows if row.state in WENT and row.written_for and row.line.e164 not in numbers and row.expires_at > at]
    if not lost or not numbers:
        return set()
    true = set(Fact.objects.filter(key__in=[row.fact for row in lost]).values_list("key", "value"))
    told = {(row.fact, row.fact_value): row.pk for row in reversed(rows) if row.state not in NEVER_WENT}
    return {row.pk for row in lost if (row.fact, row.fact_value) in true and told[(row.fact, row.fact_value)] == row.pk}


def _state_words(row: Any) -> str:
    words = "waiting to be sent" if row.state == MessageState.READY else row.get_state_display()
    return words[:1].lower() + words[1:]


def _permissions(consents: Iterable[Consent]) -> list[Entry]:
    entries = []
    for row in consents:
        if row.withdrawn_on is None:
            continue
        name = f": {row.employer.name}" if row.employer is not None else ""
        entries.append(
            Entry(
                day=row.withdrawn_on,
                moment=row.created_at,
                order=row.pk,
                title=f"Permission withdrawn: {row.get_kind_display().lower()}{name}",
                kind="step",
                key=f"consent-{row.uuid}",
            )
        )
    return entries


def _done(tasks: Iterable[Task]) -> list[Entry]:
    """What somebody wrote down to do, and did."""
    return [
        Entry(
            day=row.closed_on or row.due_on,
            moment=row.created_at,
            order=row.pk,
            title=f"Done: {row.words}",
            who=row.closed_by_user.name if row.closed_by_user is not None else "",
            kind="note",
            key=f"task-{row.uuid}",
        )
        for row in tasks
        if row.kind == TaskKind.FREE and row.state == TaskState.DONE
    ]
