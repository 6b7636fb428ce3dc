"""Rights begun and ended: an invitation, its acceptance, a membership's end."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

from accounts.choices import STAFF, OrganisationKind, Role
from accounts.models import Invitation, Membership, Organisation, Programme, User
from accounts.services import audit
from accounts.services.audit import service
from accounts.services.cover import end_cover_without_seat
from accounts.services.mail import queue_mail
from accounts.services.password import check_new_password
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, Refused

INVITATION_LIVES = timedelta(days=7)

#: The kinds of organisation that a role is held in.
HELD_IN: dict[str, tuple[str, ...]] = {
    Role.ADMINISTRATOR: tuple(OrganisationKind.values),
    Role.PROGRAMME_LEAD: (OrganisationKind.DELIVERY,),
    Role.OUTREACH_WORKER: (OrganisationKind.DELIVERY,),
    Role.TRAINER: (OrganisationKind.TRAINING, OrganisationKind.DELIVERY),
    Role.EMPLOYER: (OrganisationKind.EMPLOYER,),
}


class LastAdministrator(Refused):
    """Somebody must be left who can let others in."""

    def __init__(self) -> None:
        super().__init__("This is the organisation's last administrator. Make somebody else an administrator first.")


def new_token() -> str:
    """What an invitation's link carries: 256 random bits, kept as a digest only."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    return hashlib.sha256(f"invitation {token}".encode()).hexdigest()


def invitation_of(token: str, *, at: datetime) -> Invitation | None:
    """The invitation behind a link, while it can be used."""
    found = Invitation.objects.select_related("organisation", "programme").filter(token_digest=token_digest(token)).first()
    if found is None or found.used_at or found.cancelled_at or found.expires_at <= at:
        return None
    return found


def was_taken_up(token: str, user: object) -> bool:
    """Whether it was this person who used the link."""
    used = Invitation.objects.filter(token_digest=token_digest(token), used_at__isnull=False)
    return isinstance(user, User) and used.filter(membership__user=user).exists()


@service("membership.invite")
def invite(
    *,
    email: str,
    name: str,
    organisation: Organisation,
    role: str,
    programme: Programme | None,
    by: Actor,
    at: datetime,
    token: str = "",
) -> Invitation:
    """Send somebody a link that gives them a role in an organisation, once, within seven days. An earlier link stops."""
    if not set(HELD_IN[role]).intersection(organisation.kinds):
        raise Refused(f"{organisation.name} has nobody in that role: {Role(role).label.lower()}.", field="role")
    address = email.strip().lower()
    if (
        Membership.objects.current(today_london(at))
        .filter(user__email=address, organisation=organisation, role=role, programme=programme)
        .exists()
    ):
        raise Refused("This person has that role already.", field="email")
    Invitation.objects.filter(
        email=address, organisation=organisation, role=role, programme=programme, used_at__isnull=True, cancelled_at__isnull=True
    ).update(cancelled_at=at)
    token = token or new_token()
    invitation = Invitation.objects.create(
        token_digest=token_digest(token),
        email=address,
        name=name,
        organisation=organisation,
        role=role,
        programme=programme,
        invited_by_id=by.user_id,
        expires_at=at + INVITATION_LIVES,
        created_at=at,
    )
    context = {"path": f"/invitation/{token}/", "organisation": organisation.name}
    queue_mail(to=address, kind="accounts/invitation", context=context, at=at, lives=INVITATION_LIVES)
    return invitation


@service("invitation.cancel")
def cancel_invitation(*, invitation: Invitation, by: Actor, at: datetime) -> Invitation:
    """The link stops working."""
    changed = Invitation.objects.filter(pk=invitation.pk, used_at__isnull=True, cancelled_at__isnull=True).update(cancelled_at=at)
    if not changed:
        raise Conflict("This invitation was used or cancelled already.")
    audit.note(fields=["cancelled_at"])
    return invitation


@service("invitation.accept")
def accept_invitation(*, invitation: Invitation, name: str, password: str, by: Actor, at: datetime) -> Membership:
    """Use the link: the person becomes known, with a password if their role needs one, and holds the role from today.

    Somebody known already keeps their own password.
    """
    locked = Invitation.objects.select_for_update(no_key=True, of=("self",)).get(pk=invitation.pk)
    if locked.used_at or locked.cancelled_at or locked.expires_at <= at:
        raise Conflict("This invitation was used already, or it is too old. Ask for a new one.")
    user = User.objects.known_as(locked.email).first()
    if user is None:
        user = User(email=locked.email, name=name or locked.name, created_at=at)
        if locked.role in STAFF or password:
            check_new_password(password, user=user, organisations=[locked.organisation.name])
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save(force_insert=True)
    membership = give_membership(user=user, organisation=locked.organisation, role=locked.role, programme=locked.programme, at=at)
    Invitation.objects.filter(pk=locked.pk).update(used_at=at, membership=membership)
    audit.note(fields=["user", "organisation", "role", "programme", "used_at"])
    return membership


def give_membership(*, user: User, organisation: Organisation, role: str, programme: Programme | None, at: datetime) -> Membership:
    """A role from today, in the transaction that is open; the one already held, if it is."""
    day = today_london(at)
    held, _ = Membership.objects.get_or_create(
        user=user,
        organisation=organisation,
        role=role,
        programme=programme,
        ended_at=None,
        defaults={"starts_on": day, "created_at": at},
    )
    return held


@service("membership.end")
def end_membership(*, membership: Membership, by: Actor, at: datetime) -> Membership:
    """End a right: it is gone at the person's next request.

    Refused for an organisation's last administrator, and for what a higher floor says (settings.MEMBERSHIP_MAY_END): a
    membership cannot end while it owns cases.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=membership.organisation_id)
    membership = Membership.objects.select_for_update(no_key=True, of=("self",)).get(pk=membership.pk)
    if membership.ended_at is not None:
        raise Conflict("This was ended already.")
    day = today_london(at)
    if membership.role == Role.ADMINISTRATOR and not _another_administrator(membership, at):
        raise LastAdministrator()
    for path in settings.MEMBERSHIP_MAY_END:
        sentence = import_string(path)(membership=membership)
        if sentence:
            raise Refused(sentence)
    last_day = max(day, membership.starts_on)
    membership.change(version=membership.version, ended_at=at, ends_on=min(membership.ends_on or last_day, last_day))
    end_cover_without_seat(user_id=membership.user_id, by=by, at=at)
    audit.note(fields=["ended_at", "ends_on"])
    return membership


def _another_administrator(membership: Membership, at: datetime) -> bool:
    """Somebody else who is an administrator of the organisation now and for good."""
    others = Membership.objects.current(today_london(at)).filter(
        Q(ends_on__isnull=True),
        organisation=membership.organisation_id,
        role=Role.ADMINISTRATOR,
        ended_at__isnull=True,
        user__is_active=True,
    )
    return others.exclude(user=membership.user_id).exists()


@service("user.disable")
def disable_user(*, user: User, by: Actor, at: datetime) -> User:
    """Somebody left: none of their memberships works any more. Refused while they are somewhere the last administrator."""
    admin_of = Membership.objects.filter(user=user, role=Role.ADMINISTRATOR, ended_at__isnull=True)
    organisations = sorted(admin_of.values_list("organisation", flat=True))
    list(Organisation.objects.select_for_update(no_key=True).filter(pk__in=organisations).order_by("pk"))
    if any(not _another_administrator(membership, at) for membership in admin_of):
        raise LastAdministrator()
    user.change(version=user.version, is_active=False)
    user.sign_ins.filter(ended_at__isnull=True).update(ended_at=at)
    end_cover_without_seat(user_id=user.pk, by=by, at=at)
    audit.note(fields=["is_active"])
    return user
