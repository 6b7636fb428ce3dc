"""Letters: what one would say and where it would go, before it is made; those that are to be posted, and those that were."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.translation import override

from accounts.models import BankHoliday
from candidates.choices import RouteKind
from candidates.models import Address, Candidate, ContactRoute
from ground.clock import add_working_days, today_london
from ground.languages import BY_CODE, ENGLISH
from ground.phones import show_phone
from ground.templatetags.said import counted, in_days, weekday
from ground.templatetags.said import day as said_day
from pathways.backends.letter.glyphs import breakable, fit_to_print
from pathways.backends.letter.printing import Sheet
from pathways.models import Interview, Letter, LetterState, LetterStop, Pathway, Placement, Task
from pathways.models.task import TaskKind, TaskState
from pathways.queries import letter_words as said
from pathways.queries.acts import WRITTEN
from pathways.queries.company import going_on, records_of
from pathways.queries.due import Act, ListRow, about, due_words, person_href, stage_words, subjects_of, task_words
from pathways.scope import held, letters
from pathways.workflow.pathway import Stage

#: Those that are over once a letter is posted; the others wait for what the person answers.
OVER_WHEN_POSTED = frozenset({TaskKind.TELL})
#: How long a letter takes, in working days: what is sooner is told another way.
ON_ITS_WAY = 2
MOST_LINES = 5
LONGEST_LINE = 60
LONGEST_NAME = 90
#: So many letters are printed, or said to be posted, at once.
MOST = 200
NO_NAME = "Nobody’s name could be put under a letter that must not say who we are: take this person first."


@dataclass(frozen=True)
class To:
    """Where letters to somebody go: lines of an address, or none; and whether it is safe to say there who writes."""

    lines: tuple[str, ...] = ()
    named: bool = True
    lost: str = ""


@dataclass(frozen=True)
class Draft:
    """A letter as it would be made: its sheet without the link, the same in English, what to know first, or why there is none."""

    task: Task
    case: Pathway
    named: bool
    sheet: Sheet | None = None
    english: Sheet | None = None
    notes: tuple[str, ...] = ()
    why_not: str = ""


def draft_of(task: Task, case: Pathway, *, named: bool | None = None, at: datetime) -> Draft:
    """What a letter for this task would say. `named`: whether it may say who we are; None is as safe as we know. Looks, writes nothing."""
    to = addresses_of([case.candidate_id])[case.candidate_id]
    open_ = to.named if named is None else named
    draft = Draft(task, case, open_)
    why_not = why_none(task, case, stopped=stopped_among([case.candidate_id]))
    name, lost = fit_to_print(case.candidate.name)
    if not why_not and (lost or to.lost or not name):
        why_not = f"These letters cannot be printed here: {lost or to.lost or case.candidate.name}. Write this one by hand."
    if not why_not and not open_ and not said.signed(_who(case), named=False):
        why_not = NO_NAME
    if why_not:
        return replace(draft, why_not=why_not)
    row = about(task, subjects_of([task]), today_london(at)).row
    language = BY_CODE.get(case.candidate.language, ENGLISH)
    sheet = _sheet(task, case, row, language=language.code, lines=to.lines, named=open_, at=at)
    english = _sheet(task, case, row, language=ENGLISH.code, lines=to.lines, named=open_, at=at)
    return replace(draft, sheet=sheet, english=english, notes=tuple(_notes(task, case, row, to, at=at)))


def why_none(task: Task, case: Pathway, *, stopped: Iterable[int]) -> str:
    """Why no letter is written, or goes, for this task; nothing where one may."""
    if case.candidate.died_on is not None:
        return "This person has died: no letter goes to them."
    goes_on = going_on(case)
    if task.state != TaskState.OPEN or goes_on.stage == Stage.VOID:
        return "This has been taken care of meanwhile: no letter is needed."
    if goes_on.do_not_contact:
        return "This person is not to be contacted."
    if case.candidate_id in stopped:
        return "They asked for no letters. Tell them when you next meet, or through somebody they trust."
    if task.kind not in WRITTEN:
        return "This is nothing that a letter could say."
    return ""


def _sheet(task: Task, case: Pathway, row: Any, *, language: str, lines: tuple[str, ...], named: bool, at: datetime) -> Sheet:
    who = _who(case)
    with override(BY_CODE[language].locale):
        link_words, square_words = said.link_words() if named else ["", ""]
        return Sheet(
            language=language,
            title=said.title(),
            sender=fit_to_print(who.sender)[0] if named else "",
            to=(breakable(fit_to_print(case.candidate.name)[0][:LONGEST_NAME]), *lines),
            date=str(said_day(today_london(at))),
            greeting=said.greeting(who),
            words=tuple(said.words(_code(task, row, at=at), row, named=named)),
            link_words=link_words,
            link="",
            square_words=square_words,
            after=tuple(said.after(who, named=named)),
            signed=tuple(said.signed(who, named=named)),
        )


def _code(task: Task, row: Any, *, at: datetime) -> str:
    """What it is about; a chat whose time is over is not announced any more."""
    code = said.subject_of_letter(task, row)
    over = isinstance(row, Interview) and row.at is not None and row.at <= at
    return "get-in-touch" if over and code.startswith("chat-") else code


def only_asks(sheet: Sheet, *, named: bool) -> bool:
    """Whether a letter asks somebody to get in touch and says nothing of what about: what is to be told then is still to be told."""
    with override(BY_CODE[sheet.language].locale):
        return list(sheet.words) == said.words("get-in-touch", None, named=named)


def to_be_told(task: Task, *, at: datetime) -> str:
    """What a letter was made for, in the words of its task."""
    return task_words(task, about(task, subjects_of([task]), today_london(at)))


def _who(case: Pathway) -> said.Who:
    us, owner = case.organisation, case.owner
    return said.Who(
        called=case.candidate.called,
        worker=owner.name.split(" ")[0] if owner is not None and owner.name else "",
        sender=us.name,
        phone=show_phone(us.contact_phone) if us.contact_phone else "",
        email=us.contact_email,
    )


def _notes(task: Task, case: Pathway, row: Any, to: To, *, at: datetime) -> Iterable[str]:
    """What to know before it is made."""
    person = case.candidate
    if not to.lines:
        yield "We have no address that a letter could go to: it carries none, and you hand it over."
    if person.language not in BY_CODE and not person.english_is_fine:
        yield "Letters do not exist in their language: this one is in English. Somebody should read it to them."
    when = row.at if isinstance(row, Interview) else None
    if isinstance(row, Placement) and row.start_on is not None:
        soon: Any = row.start_on
    else:
        soon = today_london(when) if when is not None and when > at else None
    today = today_london(at)
    holidays = frozenset(BankHoliday.objects.values_list("day", flat=True))
    if soon is not None and today <= soon <= add_working_days(today, ON_ITS_WAY, holidays):
        yield f"It is about {weekday(soon)}: by post it may come too late. Hand it over, or tell them another way as well."
    if not case.organisation.contact_phone and not case.organisation.contact_email:
        yield "Your organisation has neither a number nor an e-mail address for letters: this one says nobody to ring."


def addresses_of(people: Iterable[int]) -> dict[int, To]:
    """For each person where letters go: the address that they gave for letters, else where they live; else what another record of
    theirs has. Two queries, and three more where somebody has none."""
    wanted = list(dict.fromkeys(people))
    found = _addresses(wanted)
    bare = [person for person, to in found.items() if not to.lines]
    others = _other_records(bare) if bare else {}
    theirs = _addresses({record for records in others.values() for record in records}) if others else {}
    for person, records in others.items():
        found[person] = next((theirs[record] for record in records if theirs[record].lines), found[person])
    return found


def _other_records(people: Iterable[int]) -> dict[int, list[int]]:
    """Of these records the others of the same people, the oldest first. One query."""
    mine = Pathway.objects.filter(candidate__in=people)
    rows = Pathway.objects.filter(person_key__in=mine.order_by().values("person_key")).order_by("candidate")
    keys: dict[Any, list[int]] = {}
    for record, key in rows.values_list("candidate", "person_key").distinct():
        keys.setdefault(key, []).append(record)
    several = [records for records in keys.values() if len(records) > 1]
    return {one: [each for each in records if each != one] for records in several for one in records if one in people}


def _addresses(wanted: Iterable[int]) -> dict[int, To]:
    given: dict[int, ContactRoute] = {}
    for route in ContactRoute.objects.current().filter(candidate__in=wanted, kind=RouteKind.LETTER):
        given.setdefault(route.candidate_id, route)
    lives = {
        address.candidate_id: address
        for address in Address.objects.filter(candidate__in=wanted, valid_to__isnull=True, replaced_by__isnull=True, no_fixed_abode=False)
    }
    return {person: _to(given.get(person), lives.get(person)) for person in wanted}


def _to(route: ContactRoute | None, home: Address | None) -> To:
    """Whoever gave an address for letters was asked who else may know; where they only live, nobody was."""
    safe = route is not None and route.may_mention
    if route is not None and re.search(r"[\d,;\n]", route.value):
        lines, lost = _lines(route.value)
        return To(lines, named=safe, lost=lost)
    if home is not None and home.lines.strip():  # "by post to the address you have" is no address itself
        lines, lost = _lines(f"{home.lines}, {home.postcode}" if home.postcode else home.lines)
        return To(lines, named=safe, lost=lost)
    return To(named=safe or route is None)


def _lines(text: str) -> tuple[tuple[str, ...], str]:
    """An address as it stands on an envelope: a line for each part, five at most, none longer than fits."""
    kept, lost = [], ""
    for part in re.split(r"[,;\n]+", text):
        line, gone = fit_to_print(part)
        lost += gone
        if line:
            kept.append(line)
    if len(kept) > MOST_LINES:
        kept = [*kept[: MOST_LINES - 1], ", ".join(kept[MOST_LINES - 1 :])]
    return tuple(breakable(line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…") for line in kept), lost


def stopped_among(people: Iterable[int]) -> set[int]:
    """Of these people, who asked for no letters, whichever of their records it is written on. One query."""
    wanted = list(people)
    stood = LetterStop.objects.filter(ended_on__isnull=True).values("candidate")
    keys = Pathway.objects.filter(person_key__in=Pathway.objects.filter(candidate__in=wanted).values("person_key"), candidate__in=stood)
    theirs = Pathway.objects.filter(person_key__in=keys.values("person_key")).values("candidate")
    said = Candidate.objects.filter(pk__in=wanted).filter(Q(pk__in=stood) | Q(pk__in=theirs))
    return set(said.values_list("pk", flat=True))


def stop_of(candidate: Candidate) -> LetterStop | None:
    """The person's word that no letters are to come, while it stands, on whichever of their records."""
    return LetterStop.objects.filter(candidate__in=records_of(candidate), ended_on__isnull=True).order_by("id").first()


# -- made ----------------------------------------------------------------------------------------------------------------------------


WITH_CASE = ("task", "contact", "pathway__candidate", "pathway__owner", "pathway__programme", "pathway__organisation")


def sheet_of(letter: Letter) -> Sheet:
    """The sheet as it was made, word for word."""
    kept: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in letter.printed.items()}
    return Sheet(**kept, language=letter.language, link=letter.link or "")


def kept_of(sheet: Sheet) -> dict[str, Any]:
    """What of a sheet lies with its letter in plain: all but the link, which is sealed, and the language, which has a column."""
    return {name: value for name, value in vars(sheet).items() if name not in {"language", "link"}}


def why_not_now(letter: Letter, *, stopped: Iterable[int], now: To) -> str:
    """Why a letter that was made should not go any more; nothing where it may."""
    why_not = why_none(letter.task, letter.pathway, stopped=stopped)
    if why_not:
        return why_not
    if tuple(letter.printed["to"][1:]) != now.lines:
        return "Their address has changed since: make the letter again."
    if letter.named and not letter.vouched and now.lines and not now.named:
        return "It is no longer safe to say there who we are: make the letter again."
    return ""


def reasons_now(rows: Sequence[Letter]) -> Mapping[int, str]:
    """For each of these letters why it should not go any more, or nothing: three queries, however many there are."""
    people = {row.pathway.candidate_id for row in rows}
    stopped, to = stopped_among(people), addresses_of(people)
    return {row.pk: why_not_now(row, stopped=stopped, now=to[row.pathway.candidate_id]) for row in rows}


def to_post(user: object, *, whose: str) -> QuerySet[Letter]:
    """Letters made and not posted yet whose task still stands, the oldest first."""
    rows = letters(user).filter(state=LetterState.READY, task__state=TaskState.OPEN)
    return _whose(rows, user, whose).select_related(*WITH_CASE).order_by("made_on", "id")


def posted(user: object, *, whose: str, at: datetime) -> QuerySet[Letter]:
    """Letters posted in the last two weeks, as long as it may be undone, the latest first."""
    since = today_london(at) - timedelta(days=14)
    rows = letters(user).filter(state=LetterState.POSTED, posted_on__gte=since)
    return _whose(rows, user, whose).select_related(*WITH_CASE).order_by("-posted_on", "-id")


def _whose(rows: QuerySet[Letter], user: object, whose: str) -> QuerySet[Letter]:
    return rows.filter(pathway__in=held(user)) if whose == "me" else rows


def letter_rows(rows: Sequence[Letter], *, at: datetime, backs: Sequence[str]) -> list[ListRow]:
    """Letters as rows of the list, each with the press that is left to do."""
    why_not = reasons_now([row for row in rows if row.state == LetterState.READY])
    subjects, today = subjects_of(row.task for row in rows), today_london(at)
    return [
        _row(row, task_words(row.task, about(row.task, subjects, today)), why_not.get(row.pk, ""), today=today, back=back)
        for row, back in zip(rows, backs, strict=True)
    ]


def _row(row: Letter, words: str, why_not: str, *, today: Any, back: str) -> ListRow:
    case, more = row.pathway, urlencode({"back": back})
    line = ListRow(key=f"l-{row.uuid}", name=case.candidate.name, href=person_href(case), where=stage_words(case), next=words)
    how = "to post" if row.printed["to"][1:] else "to hand over"
    line.note = f"{BY_CODE[row.language].english}, {how}"
    if row.state == LetterState.POSTED:
        line.note = f"{BY_CODE[row.language].english}, posted {in_days(row.posted_on, today)}"
        line.acts = [Act("Undo", f"/letters/{row.uuid}/undo/?{more}", kind="quiet", version=row.version)]
        return line
    line.owed, line.ours = "You", True
    line.due, line.overdue = due_words(row.task.due_on, today), row.task.due_on < today
    if only_asks(sheet_of(row), named=row.named):
        line.note = f"{line.note}. The letter does not say what about"
    if why_not:
        line.note = why_not
    else:
        line.acts.append(Act("Mark as posted", f"/letters/{row.uuid}/posted/?{more}", version=row.version))
    line.acts.append(Act("Look at it", f"/letters/{row.uuid}/", tap=False))
    return line


def how_many(number: int) -> str:
    """1 letter, 12 letters."""
    return counted(number, "letter")
