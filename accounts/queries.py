"""What the pages of accounts show, and what a request reads to know whom somebody works for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet

from accounts.choices import MailState, MilestoneCode, ReasonKind, Role, RuleCode
from accounts.delivery import read_letter
from accounts.desk import Desk, Seat
from accounts.models import (
    BankHoliday,
    ConflictBlock,
    Cover,
    Invitation,
    Mail,
    Membership,
    Milestone,
    PrivacyNotice,
    Programme,
    ProgrammeRule,
    Reason,
    SignIn,
    User,
)
from accounts.standard import MILESTONE_LENGTHS, RULES
from ground.clock import today_london
from ground.templatetags.said import counted, day

EMPLOYER_SIDE = "employer"
STAFF_SIDE = "staff"


@dataclass(frozen=True)
class Place:
    """Somewhere a person may work: an organisation, as its staff or as its employer's people. Never both at once."""

    organisation_id: int
    organisation_name: str
    side: str
    seats: tuple[Seat, ...]
    covers: frozenset[int] = frozenset()
    blocks: frozenset[UUID] = frozenset()

    @property
    def key(self) -> str:
        return f"{self.organisation_id}.{self.side}"

    @property
    def label(self) -> str:
        return f"{self.organisation_name}, as an employer" if self.side == EMPLOYER_SIDE else self.organisation_name

    def desk(self, user_id: int) -> Desk:
        return Desk(user_id=user_id, organisation_id=self.organisation_id, seats=self.seats, covers=self.covers, blocks=self.blocks)


def places_of(*, user: User, proof: str, day: date) -> list[Place]:
    """Where this person may work today, whose desks they cover there, and whom they must never see, in one query.

    What they may do is given by how they signed in: a mailbox's code opens an employer's rows only.
    """
    covered = Cover.objects.running(day).filter(coverer=user, organisation=OuterRef("organisation"))
    rows = (
        Membership.objects.current(day)
        .filter(user=user)
        .annotate(
            covers=ArraySubquery(covered.order_by("holder").values("holder")),
            blocks=ArraySubquery(ConflictBlock.objects.standing(day).filter(user=user).order_by().values("person")),
        )
    )
    if proof == SignIn.Proof.MAILBOX:
        rows = rows.filter(role=Role.EMPLOYER)
    gathered: dict[tuple[str, str, int], list[Seat]] = {}
    covers: dict[tuple[str, int], frozenset[int]] = {}
    blocks: frozenset[UUID] = frozenset()
    for row in rows.select_related("organisation").order_by("organisation__name", "role", "id"):
        side = EMPLOYER_SIDE if row.role == Role.EMPLOYER else STAFF_SIDE
        seat = Seat(row.pk, row.role, row.organisation_id, row.programme_id, frozenset(row.marks))
        gathered.setdefault((row.organisation.name, side, row.organisation_id), []).append(seat)
        if side == STAFF_SIDE:
            covers[side, row.organisation_id] = frozenset(row.covers)
        blocks = frozenset(row.blocks)  # the same in each row: a block is of the user, wherever they work
    nobody: frozenset[int] = frozenset()
    return [Place(pk, name, side, tuple(seats), covers.get((side, pk), nobody), blocks) for (name, side, pk), seats in gathered.items()]


def colleagues(*, user: User, role: str = "", words: str = "", at: datetime) -> QuerySet[Membership]:
    """Current memberships that the user may read, with all that the list shows."""
    rows = Membership.objects.for_user(user).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today_london(at)), ended_at__isnull=True)
    if role:
        rows = rows.filter(role=role)
    if words:
        rows = rows.filter(Q(user__name__icontains=words) | Q(user__email__icontains=words))
    return rows.select_related("user", "organisation", "programme").annotate(who=F("user__name"))


def open_invitations(*, user: User, at: datetime) -> QuerySet[Invitation]:
    """Invitations that the user may read and that can still be used, newest first."""
    rows = Invitation.objects.for_user(user).filter(used_at__isnull=True, cancelled_at__isnull=True, expires_at__gt=at)
    return rows.select_related("organisation", "programme").order_by("-created_at", "-id")


def open_sign_ins(*, user: User) -> QuerySet[SignIn]:
    """Where somebody is signed in now, newest first."""
    return SignIn.objects.filter(user=user, ended_at__isnull=True).order_by("-seen_at", "-id")


@dataclass(frozen=True)
class ReceivedLetter:
    """An e-mail as the one who got it reads it."""

    to: str
    at: datetime
    subject: str
    body: str


def letters(*, most: int = 50) -> list[ReceivedLetter]:
    """E-mails that were sent, the latest first. For the demo's mailbox."""
    sent = Mail.objects.filter(state=MailState.ACCEPTED).order_by("-settled_at", "-id")[:most]
    read = [(mail, read_letter(mail)) for mail in sent]
    return [ReceivedLetter(mail.to, mail.settled_at or mail.created_at, letter.subject, letter.body) for mail, letter in read]


def letter_on_its_way(*, at: datetime) -> bool:
    """Whether an e-mail is due and has not left yet. For the demo's mailbox."""
    return Mail.objects.filter(state__in=(MailState.READY, MailState.SENDING), not_before__lte=at, expires_at__gt=at).exists()


# -- what a programme has set for itself -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """One dated row as people read it: what it says, from when, who set it, when and why."""

    about: str
    words: str
    since: date
    who: str
    at: datetime
    why: str = ""
    own: bool = True


@dataclass(frozen=True)
class Setting:
    """One thing that may be set: what holds today, what is planned, and every row that led there, the newest first."""

    label: str
    href: str
    words: str
    hint: str = ""
    planned: Sequence[Said] = ()
    rows: Sequence[Said] = ()


@dataclass(frozen=True)
class Settings:
    """A programme's page: rules, milestones, reasons, and the latest changes to any of them."""

    rules: list[Setting] = field(default_factory=list)
    milestones: list[Setting] = field(default_factory=list)
    reasons: list[Setting] = field(default_factory=list)
    changes: list[Said] = field(default_factory=list)


def settings_of(programme: Programme, *, today: date, most: int = 20) -> Settings:
    """All that the page shows, in three queries."""
    there = f"/settings/programmes/{programme.uuid}"
    rules = _by_name(ProgrammeRule.objects.filter(Q(programme=programme) | Q(programme__isnull=True)), "code")
    milestones = _by_name(Milestone.objects.of(programme), "code")
    reasons = _by_name(Reason.objects.of(programme), "kind")
    found = Settings(
        rules=[rule_setting(code, rules.get(code, []), f"{there}/rules/{code}/", today=today) for code in RuleCode],
        milestones=[
            milestone_setting(code, milestones.get(code, []), f"{there}/milestones/{code}/", today=today) for code in MilestoneCode
        ],
        reasons=[reason_setting(kind, reasons.get(kind, []), f"{there}/reasons/{kind}/", today=today) for kind in ReasonKind],
    )
    told = [said for part in (found.rules, found.milestones, found.reasons) for one in part for said in one.rows if said.own]
    return Settings(found.rules, found.milestones, found.reasons, sorted(told, key=lambda said: said.at, reverse=True)[:most])


def _by_name(rows: QuerySet[Any], name: str) -> dict[str, list[Any]]:
    """Rows under what they are about, in such an order that what holds comes last."""
    found: dict[str, list[Any]] = {}
    for row in rows.select_related("set_by").order_by(F("programme").asc(nulls_first=True), "valid_from", "id"):
        found.setdefault(getattr(row, name), []).append(row)
    return found


def rule_setting(code: str, rows: Sequence[ProgrammeRule], href: str, *, today: date) -> Setting:
    """A rule: its value today and those to come."""
    shipped = RULES[RuleCode(code)]
    label = str(RuleCode(code).label)
    said = [_said(row, label, shipped.words(row.value)) for row in rows]
    held = [one.words for one in said if one.since <= today]
    return Setting(label, href, held[-1] if held else shipped.words(shipped.value), shipped.hint, *_history(said, today))


def milestone_setting(code: str, rows: Sequence[Milestone], href: str, *, today: date) -> Setting:
    """A milestone: whether it is asked after, and for how long an answer counts."""
    label = str(MilestoneCode(code).label)
    said = [_said(row, label, milestone_words(row)) for row in rows]
    held = [milestone_words(row) for row in rows if row.valid_from <= today and (row.valid_to is None or row.valid_to > today)]
    return Setting(label, href, held[-1] if held else "Not asked about", "", *_history(said, today))


def milestone_words(row: Milestone) -> str:
    """An answer counts for 14 days."""
    return f"An answer counts for {counted(row.window_days, 'day')}" if row.in_use else "Not asked about"


def milestone_length(code: str) -> str:
    """4 weeks; six calendar months."""
    weeks, months = MILESTONE_LENGTHS[MilestoneCode(code)]
    return counted(weeks, "week") if weeks else counted(months, "calendar month")


def reason_setting(kind: str, rows: Sequence[Reason], href: str, *, today: date) -> Setting:
    """The reasons of one kind that may be given today."""
    label = str(ReasonKind(kind).label)
    said = [_said(row, label, row.label if row.in_use else f"{row.label}: not offered") for row in rows]
    planned, told = _history(said, today)
    return Setting(label, href, ", ".join(row.label for row in standing_reasons(rows, today)), "", planned, told)


def standing_reasons(rows: Iterable[Reason], today: date) -> list[Reason]:
    """Of rows that were read already, those that may be given today, in their order."""
    held = {row.code: row for row in rows if row.valid_from <= today and (row.valid_to is None or row.valid_to > today)}
    return sorted((row for row in held.values() if row.in_use), key=lambda row: (row.position, row.label))


def _said(row: Any, about: str, words: str) -> Said:
    own = row.programme_id is not None
    who = row.set_by.name if row.set_by is not None else ("" if own else "Standard setting")
    return Said(about, words, row.valid_from, who, row.created_at, row.why, own)


def _history(said: Sequence[Said], today: date) -> tuple[list[Said], list[Said]]:
    """What is to come, the soonest first; and everything, the newest first."""
    planned = sorted((one for one in said if one.since > today), key=lambda one: one.since)
    return planned, sorted(said, key=lambda one: (one.own, one.since, one.at), reverse=True)


def last_setter(rows: Sequence[Said]) -> str:
    """Who made the latest change, in words: for the page that says somebody was faster."""
    own = [one for one in rows if one.own]
    last = max(own, key=lambda one: one.at, default=None)
    return f"{last.who or 'somebody'}, {day(last.at)}" if last is not None else ""


def holidays(*, since: date) -> QuerySet[BankHoliday]:
    """Bank holidays from a day on that count, soonest first."""
    return BankHoliday.objects.filter(day__gte=since).order_by("day", "id")


# -- what everybody may read -------------------------------------------------------------------------------------------------------


def programmes_with_notice(*, day: date) -> list[Programme]:
    """Programmes that tell the public today how they keep data, by name."""
    told = PrivacyNotice.objects.on(day).values("programme")
    rows = Programme.objects.unscoped("a privacy notice is for everybody").filter(pk__in=told)
    return list(rows.select_related("organisation").order_by("name", "id"))


def standing_notices(*, programme: Programme, language: str, day: date) -> list[PrivacyNotice]:
    """The programme's notice and those of its funding streams, each in its last edition: in this language, else in English."""
    rows = PrivacyNotice.objects.filter(programme=programme, language__in=(language, "en")).on(day).select_related("funding_stream")
    found: dict[int | None, PrivacyNotice] = {}
    for row in sorted(rows, key=lambda row: (row.language == language, row.edition)):
        found[row.funding_stream_id] = row
    return sorted(found.values(), key=lambda row: (row.funding_stream is not None, str(row.funding_stream or "")))
