"""What helps a person: agreed with them, shared only as they said, each read written down; nothing of what it said before is kept."""

from collections.abc import Collection
from datetime import date, datetime

from accounts.services.audit import note, service
from candidates.models import Candidate
from ground.actor import HEARD, Actor
from ground.clock import today_london
from ground.door import Conflict, Refused
from pathways.models import Introduction, Support, SupportShare
from pathways.queries.company import records_of

LONGEST = 2_000
#: The most that is agreed with one person at a time.
MOST = 20


@service("support.read")
def read_support(*, candidate: Candidate, rows: Collection[Support], by: Actor, at: datetime) -> None:
    """Somebody opened what helps this person: one row of the audit for each time, with how many things were read."""
    note(rows=len(rows), subject=candidate, person=candidate.uuid)


@service("support.add")
def add_support(
    *,
    candidate: Candidate,
    helps: str,
    by: Actor,
    at: datetime,
    agreed_on: date | None = None,
    review_on: date | None = None,
    with_trainer: bool = False,
    share_with: Collection[Introduction] = (),
    shared_how: str = "",
) -> Support:
    """One thing that helps, agreed with the person on a day; who besides their worker may know of it."""
    Candidate.objects.select_for_update(no_key=True).get(pk=candidate.pk)
    if Support.objects.filter(candidate=candidate, ended_at__isnull=True).count() >= MOST:
        raise Refused(f"{MOST} things are agreed already: change one, or say which is no longer needed.", field="helps")
    on = agreed_on or today_london(at)
    words = _sound(helps, agreed_on=on, review_on=review_on, today=today_london(at))
    row = Support.objects.create(
        candidate=candidate,
        helps=words,
        agreed_on=on,
        review_on=review_on,
        with_trainer=with_trainer,
        recorded_by_id=by.user_id,
        created_at=at,
    )
    _share(row, share_with, shared_how, by=by, at=at)
    note(fields=["helps", "agreed_on", "review_on", "with_trainer", "share_with"])
    return row


@service("support.change")
def change_support(
    *,
    support: Support,
    version: int,
    helps: str,
    agreed_on: date,
    by: Actor,
    at: datetime,
    review_on: date | None = None,
    with_trainer: bool = False,
    share_with: Collection[Introduction] = (),
    shared_how: str = "",
    offered: Collection[Introduction] | None = None,
) -> Support:
    """Written over: what it said before is kept nowhere. Raises Conflict when somebody else changed it meanwhile.

    Of `offered`, those that are not among `share_with` are told no more; what was not offered stays shared as it is. None: all were.
    """
    row = _locked(support, version)
    row.helps = _sound(helps, agreed_on=agreed_on, review_on=review_on, today=today_london(at))
    row.agreed_on, row.review_on, row.with_trainer = agreed_on, review_on, with_trainer
    row.save(update_fields=["helps", "agreed_on", "review_on", "with_trainer", "version"])
    _share(row, share_with, shared_how, offered=offered, by=by, at=at)
    note(fields=["helps", "agreed_on", "review_on", "with_trainer", "share_with"])
    return row


@service("support.end")
def end_support(*, support: Support, version: int, by: Actor, at: datetime) -> Support:
    """No longer needed: its words are emptied, and nobody it was shared with sees it any more."""
    row = _locked(support, version)
    row.helps, row.ended_at, row.ended_by_id = "", at, by.user_id
    row.save(update_fields=["helps", "ended_at", "ended_by", "version"])
    SupportShare.objects.filter(support=row, withdrawn_on__isnull=True).update(withdrawn_on=today_london(at))
    note(fields=["ended_at", "ended_by"])
    return row


def _locked(support: Support, version: int) -> Support:
    row = Support.objects.select_for_update(no_key=True).get(pk=support.pk)
    if row.version != version or row.ended_at is not None:
        raise Conflict()
    row.version += 1
    return row


def _sound(helps: str, *, agreed_on: date, review_on: date | None, today: date) -> str:
    words = helps.strip()
    if not words:
        raise Refused("Say what helps.", field="helps")
    if len(words) > LONGEST:
        raise Refused(f"Use {LONGEST:,} characters or fewer: this has {len(words):,}.", field="helps")
    if agreed_on > today:
        raise Refused("That day is still to come.", field="agreed_on")
    if review_on is not None and review_on < agreed_on:
        raise Refused("The day to look again cannot be before the day it was agreed.", field="review_on")
    return words


def _same_person(introduction: Introduction, row: Support) -> bool:
    mine = introduction.pathway.candidate_id == row.candidate_id
    return mine or introduction.pathway.candidate_id in records_of(row.candidate)


def _share(
    row: Support,
    wanted: Collection[Introduction],
    how: str,
    *,
    by: Actor,
    at: datetime,
    offered: Collection[Introduction] | None = None,
) -> None:
    """Of the employers that could be chosen exactly these may know of it, each for one job, from the day the person said so."""
    today = today_london(at)
    standing = {each.introduction_id: each for each in SupportShare.objects.filter(support=row, withdrawn_on__isnull=True)}
    fresh = [each for each in wanted if each.pk not in standing]
    if fresh and how not in HEARD:
        raise Refused("Say how the person agreed to share it.", field="shared_how")
    for introduction in fresh:
        if not _same_person(introduction, row) or introduction.consent is None or not introduction.consent.stands:
            raise Refused("The person has not agreed to share anything with this employer.", field="share_with")
        SupportShare.objects.create(
            support=row, introduction=introduction, given_on=today, given_how=how, recorded_by_id=by.user_id, created_at=at
        )
    could = set(standing) if offered is None else {each.pk for each in offered}
    gone = (set(standing) & could) - {each.pk for each in wanted}
    SupportShare.objects.filter(support=row, introduction__in=gone, withdrawn_on__isnull=True).update(withdrawn_on=today)
