"""Writing down who did what and who opened whom: names of fields, never values."""

from __future__ import annotations

import functools
import hmac
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import models

from accounts.desk import desk_of
from accounts.models import Audit, AuditReason
from ground.actor import SYSTEM, Actor
from ground.clock import london
from ground.door import transact

P = ParamSpec("P")
T = TypeVar("T")

#: Keywords of a service that say who, when and under which form, not what was written.
NOT_FIELDS = frozenset({"by", "at", "version", "once", "token", "records"})

_route: ContextVar[str] = ContextVar("route", default="")
_notes: ContextVar[Notes | None] = ContextVar("notes", default=None)


@dataclass
class Notes:
    """What a service adds to its own audit row while it works."""

    fields: list[str] = field(default_factory=list)
    rows: int | None = None
    reason: str = ""
    person: uuid.UUID | None = None
    subject: models.Model | None = None


@contextmanager
def on_route(name: str) -> Iterator[None]:
    """Within: audit rows carry this route's name. Doors set it; services know no request."""
    token = _route.set(name[:200])
    try:
        yield
    finally:
        _route.reset(token)


def set_route(name: str) -> None:
    """From here to the end of the request: audit rows carry this route's name."""
    _route.set(name[:200])


def current_route() -> str:
    """The route whose name audit rows carry now; empty where no door named one."""
    return _route.get()


def note(
    *,
    fields: Iterable[str] = (),
    rows: int | None = None,
    reason: str = "",
    person: uuid.UUID | None = None,
    subject: models.Model | None = None,
) -> None:
    """Add to the audit row of the service that is at work: names of fields, a number of rows, a reason, whose record it is."""
    notes = _notes.get()
    if notes is None:
        return
    notes.fields.extend(fields)
    notes.rows = rows if rows is not None else notes.rows
    notes.reason = reason or notes.reason
    notes.person = person or notes.person
    notes.subject = subject or notes.subject


def service(action: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make a function a service: keywords only, one transaction with its single retry, and one audit row in it.

    The function takes `by: Actor` and `at: datetime`. The row's object is the Row it returns, else the first Row handed in;
    its person is the `audit_person` of that row, else of what was handed in; its fields are the other keywords. `note` says more.
    """

    def decorate(act: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(act)
        def audited(*args: P.args, **kwargs: P.kwargs) -> T:
            if args:
                raise TypeError(f"{act.__name__} takes keywords only.")
            notes = Notes()
            token = _notes.set(notes)
            try:
                result = act(*args, **kwargs)
            finally:
                _notes.reset(token)
            _write_act(action, kwargs, result, notes)
            return result

        return transact(audited)

    return decorate


def _write_act(action: str, given: dict[str, Any], result: object, notes: Notes) -> None:
    handed = [value for value in given.values() if _is_row(value)]
    subject = notes.subject or (result if _is_row(result) else (handed[0] if handed else None))
    person = notes.person
    for row in (subject, *given.values()):
        person = person or getattr(row, "audit_person", None)
    names = notes.fields or [name for name, value in given.items() if name not in NOT_FIELDS and not _is_row(value) and value is not None]
    written = write(
        action=action,
        by=given["by"],
        at=given["at"],
        subject=subject if isinstance(subject, models.Model) else None,
        person=person,
        fields=sorted(set(names)),
        rows=1 if notes.rows is None else notes.rows,
    )
    if notes.reason:
        AuditReason.objects.create(audit=written, text=notes.reason)


def _is_row(value: object) -> bool:
    return isinstance(value, models.Model) and hasattr(value, "uuid")


def write(
    *,
    action: str,
    by: Actor,
    at: datetime,
    subject: models.Model | None = None,
    person: uuid.UUID | None = None,
    fields: Iterable[str] = (),
    rows: int = 1,
) -> Audit:
    """Add one row to the audit, in the transaction that is open."""
    row = _row(action=action, by=by, at=at, subject=subject, person=person, fields=fields, rows=rows)
    row.save(force_insert=True)
    return row


def acts_on_many(
    *, action: str, by: Actor, at: datetime, kind: str, about: Iterable[tuple[uuid.UUID, uuid.UUID]], fields: Iterable[str] = ()
) -> Iterator[Audit]:
    """The rows of one act on many, each (the row, the person), as the service on one would have written them: not yet saved."""
    names = sorted(set(fields))
    for row, person in about:
        yield _row(action=action, by=by, at=at, named=(kind, row), person=person, fields=names)


def record_opening(*, user: object, person_uuid: uuid.UUID, route: str, at: datetime) -> None:
    """Somebody opened a person's page, thread or object: one row for each user, person, route and hour."""
    _once_an_hour("person.open", user, route, at, [person_uuid])


def record_openings(*, user: object, people: Iterable[uuid.UUID], route: str, at: datetime) -> None:
    """Somebody opened one page that tells as much of several people as a page of their own would: each of them is opened."""
    _once_an_hour("person.open", user, route, at, list(people))


def record_refusal(*, user: object, route: str, at: datetime, person_uuid: uuid.UUID | None = None) -> None:
    """Somebody signed in was told no. Refusals of people who are not signed in are counted, never written."""
    if getattr(user, "pk", None):
        _once_an_hour("refused", user, route, at, [person_uuid])


def _once_an_hour(action: str, user: object, route: str, at: datetime, people: Sequence[uuid.UUID | None]) -> None:
    desk = desk_of(user)
    by = desk.actor() if desk is not None else Actor(kind="worker", user_id=getattr(user, "pk", None))
    rows = [_row(action=action, by=by, at=at, person=person, route=route) for person in people]
    for row in rows:
        row.hour = london(at).replace(minute=0, second=0, microsecond=0).astimezone(UTC)
        row.hmac = mac_of(row)
    Audit.objects.bulk_create(rows, ignore_conflicts=True)


def _row(
    *,
    action: str,
    by: Actor,
    at: datetime,
    subject: models.Model | None = None,
    named: tuple[str, uuid.UUID] | None = None,
    person: uuid.UUID | None = None,
    fields: Iterable[str] = (),
    rows: int = 1,
    route: str = "",
) -> Audit:
    kind, key = named or (subject._meta.label_lower if subject is not None else "", getattr(subject, "uuid", None))
    heard = f"{by.said_by}, {by.said_how}" if by.said_by and by.said_how else by.said_by
    row = Audit(
        at=at,
        created_at=at,
        actor_id=by.user_id,
        actor_kind=by.kind,
        membership_id=by.membership_id,
        organisation_id=by.organisation_id,
        on_behalf_of=heard,
        action=action,
        object_kind=kind,
        object=key,
        person=person,
        fields=list(fields),
        rows=rows,
        route=(route or _route.get())[:200],
    )
    row.hmac = mac_of(row)
    return row


def mac_of(row: Audit, *, key_name: str = "") -> str:
    """The row's seal: a change made behind our back, by a superuser too, no longer fits it."""
    name = key_name or next(iter(settings.FIELD_KEYS))
    key = _seal_key(settings.FIELD_KEYS[name])
    content = [
        str(row.uuid),
        row.at.astimezone(UTC).isoformat(),
        row.actor_id,
        row.actor_kind,
        row.membership_id,
        row.organisation_id,
        row.on_behalf_of,
        row.action,
        row.object_kind,
        str(row.object or ""),
        str(row.person or ""),
        list(row.fields),
        row.rows,
        row.route,
        row.hour.astimezone(UTC).isoformat() if row.hour else "",
    ]
    return f"{name}:{hmac.digest(key, json.dumps(content).encode(), 'sha256').hex()}"


@functools.lru_cache(maxsize=16)
def _seal_key(secret: bytes) -> bytes:
    return hmac.digest(secret, b"audit", "sha256")


def is_sound(row: Audit) -> bool:
    """Whether the row is as it was written."""
    name, _, _ = row.hmac.partition(":")
    return name in settings.FIELD_KEYS and hmac.compare_digest(row.hmac, mac_of(row, key_name=name))


def actor_for(user: object) -> Actor:
    """Who acts when somebody without a chosen desk does: at sign-in, with their own password. Never more than themselves."""
    desk = desk_of(user)
    if desk is not None:
        return desk.actor()
    pk = getattr(user, "pk", None)
    return Actor(kind="worker", user_id=pk) if pk else SYSTEM
