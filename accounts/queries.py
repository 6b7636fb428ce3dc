"""What the pages of accounts show, and what a request reads to know whom somebody works for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q, QuerySet

from accounts.choices import MailState, Role
from accounts.delivery import read_letter
from accounts.desk import Desk, Seat
from accounts.models import Invitation, Mail, Membership, SignIn, User
from ground.clock import today_london

EMPLOYER_SIDE = "employer"
STAFF_SIDE = "staff"


@dataclass(frozen=True)
class Place:
    """Somewhere a person may work: an organisation, as its staff or as its employer's people. Never both at once."""

    organisation_id: int
    organisation_name: str
    side: str
    seats: tuple[Seat, ...]

    @property
    def key(self) -> str:
        return f"{self.organisation_id}.{self.side}"

    @property
    def label(self) -> str:
        return f"{self.organisation_name}, as an employer" if self.side == EMPLOYER_SIDE else self.organisation_name

    def desk(self, user_id: int) -> Desk:
        return Desk(user_id=user_id, organisation_id=self.organisation_id, seats=self.seats)


def places_of(*, user: User, proof: str, day: date) -> list[Place]:
    """Where this person may work today, given how they signed in: a mailbox's code opens an employer's rows only."""
    rows = Membership.objects.current(day).filter(user=user)
    if proof == SignIn.Proof.MAILBOX:
        rows = rows.filter(role=Role.EMPLOYER)
    gathered: dict[tuple[str, str, int], list[Seat]] = {}
    for row in rows.select_related("organisation").order_by("organisation__name", "role", "id"):
        side = EMPLOYER_SIDE if row.role == Role.EMPLOYER else STAFF_SIDE
        seat = Seat(row.pk, row.role, row.organisation_id, row.programme_id, frozenset(row.marks))
        gathered.setdefault((row.organisation.name, side, row.organisation_id), []).append(seat)
    return [Place(pk, name, side, tuple(seats)) for (name, side, pk), seats in gathered.items()]


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
