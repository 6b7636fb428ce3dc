"""Two records that may be one person: put together, proposed, told apart, and each of these taken back."""

from datetime import datetime

from accounts.services.audit import note, service
from candidates.models import Candidate, Merge, MergeProposal, NotSame, SuggestedPair
from candidates.services.pairs import compare_again
from ground.actor import Actor
from ground.door import Conflict, NotYours, Refused
from pathways.queries.merging import Verb, may_merge_by, why_not
from pathways.services.merging import lock_people, merge, unmerge

NOT_BOTH = "You do not see both of them."
DECIDED = "Somebody has decided about these two already. Open the list again."


def _decided(pair: SuggestedPair, *, version: int, by: Actor) -> Verb:
    """Two who press at once: one of them decides, and for the other it is a Conflict. What this actor may do about the pair.

    Raises NotYours when they do not see both, Conflict when one of the two is read under another record by now.
    """
    _lock_both(pair)
    verb = may_merge_by(by, pair.one, pair.other)
    if verb == "no":
        raise NotYours(NOT_BOTH)
    pair.change(version=version)
    if Merge.objects.filter(absorbed__in=[pair.one_id, pair.other_id], ended_at__isnull=True).exists():
        raise Conflict(DECIDED)
    return verb


def _lock_both(pair: SuggestedPair) -> None:
    """People before their pair, as whoever compares them does. All their records at once: `merge` asks for these in the same order."""
    lock_people([pair.one_id, pair.other_id])


def _somebody(by: Actor) -> int:
    """What is said of two people is somebody's word."""
    if by.user_id is None:
        raise NotYours(NOT_BOTH)
    return by.user_id


def _open_proposal(pair: SuggestedPair) -> MergeProposal | None:
    rows = MergeProposal.objects.select_for_update(no_key=True, of=("self",)).filter(one=pair.one_id, other=pair.other_id)
    return rows.filter(closed_at__isnull=True).first()


def _close(proposal: MergeProposal | None, *, outcome: str, by: Actor, at: datetime) -> None:
    if proposal is not None:
        proposal.change(version=proposal.version, closed_at=at, closed_by_id=by.user_id, outcome=outcome)


def _apart(pair: SuggestedPair) -> NotSame | None:
    return NotSame.objects.filter(one=pair.one_id, other=pair.other_id, ended_at__isnull=True).first()


def _refuse_apart(pair: SuggestedPair) -> None:
    if _apart(pair) is not None:
        raise Refused("Somebody said that these two are two people. Take that back first.")


def _two(pair: SuggestedPair, kept: Candidate) -> tuple[Candidate, Candidate]:
    if kept.pk not in {pair.one_id, pair.other_id}:
        raise Refused("Choose which of the two goes on.", field="kept")
    return (pair.one, pair.other) if kept.pk == pair.one_id else (pair.other, pair.one)


@service("person.same")
def same_person(*, pair: SuggestedPair, kept: Candidate, version: int, by: Actor, at: datetime) -> Merge:
    """They are one person, under `kept`; a proposal of it is answered. By whoever may say so without asking anybody.

    Raises Conflict when somebody was faster, Refused with a sentence when the two cannot be one, NotYours.
    """
    going_on, absorbed = _two(pair, kept)
    if _decided(pair, version=version, by=by) != "merge":
        raise NotYours("A lead of the programme says whether these two are one person: propose it.")
    _refuse_apart(pair)
    row = merge(kept=going_on, absorbed=absorbed, by=by, at=at)
    _close(_open_proposal(pair), outcome=MergeProposal.Outcome.MERGED, by=by, at=at)
    compare_again([pair.one_id, pair.other_id])
    note(fields=["kept"], person=going_on.uuid)
    return row


@service("person.propose_same")
def propose_same(*, pair: SuggestedPair, kept: Candidate, version: int, by: Actor, at: datetime) -> MergeProposal:
    """A worker thinks that they are one person, and a lead decides: one of them has a job, or is another organisation's.

    Raises Conflict when it is proposed already, Refused with a sentence when the two cannot be one, NotYours.
    """
    going_on, other = _two(pair, kept)
    _decided(pair, version=version, by=by)
    _refuse_apart(pair)
    sentence = why_not(going_on, other)
    if sentence:
        raise Refused(sentence)
    if _open_proposal(pair) is not None:
        raise Conflict("Somebody has proposed this already: a lead decides.")
    note(fields=["kept"], person=going_on.uuid)
    return MergeProposal.objects.create(
        one=pair.one, other=pair.other, kept=going_on, proposed_by_id=_somebody(by), proposed_at=at, created_at=at
    )


@service("person.take_back_proposal")
def take_back_proposal(*, pair: SuggestedPair, version: int, by: Actor, at: datetime) -> MergeProposal:
    """Whoever proposed it thinks otherwise. Raises Conflict when it was answered meanwhile, NotYours."""
    _decided(pair, version=version, by=by)
    proposal = _open_proposal(pair)
    if proposal is None:
        raise Conflict(DECIDED)
    if proposal.proposed_by_id != by.user_id:
        raise NotYours("Whoever proposed it takes it back.")
    _close(proposal, outcome=MergeProposal.Outcome.TAKEN_BACK, by=by, at=at)
    note(fields=["outcome"], person=pair.one.uuid)
    return proposal


@service("person.not_same")
def not_same(*, pair: SuggestedPair, version: int, by: Actor, at: datetime) -> NotSame:
    """They are two people: nobody is asked again until somebody takes it back. A proposal is declined by whoever may confirm it.

    Raises Conflict when it has been said already, Refused while a colleague's proposal waits for a lead, NotYours.
    """
    verb = _decided(pair, version=version, by=by)
    if _apart(pair) is not None:
        raise Conflict("Somebody has told these two apart already.")
    proposal = _open_proposal(pair)
    if proposal is not None and verb != "merge" and proposal.proposed_by_id != by.user_id:
        raise Refused("A colleague has proposed that they are one person: a lead decides.")
    _close(proposal, outcome=MergeProposal.Outcome.NOT_SAME, by=by, at=at)
    note(fields=["said_at"], person=pair.one.uuid)
    return NotSame.objects.create(one=pair.one, other=pair.other, said_by_id=_somebody(by), said_at=at, created_at=at)


@service("person.ask_again")
def ask_again(*, pair: SuggestedPair, by: Actor, at: datetime) -> NotSame:
    """They may be one person after all: the pair stands in the list again. Raises Conflict when nobody tells them apart, NotYours."""
    _lock_both(pair)
    if may_merge_by(by, pair.one, pair.other) == "no":
        raise NotYours(NOT_BOTH)
    row = _apart(pair)
    if row is None:
        raise Conflict("Nobody tells these two apart any more.")
    row.change(version=row.version, ended_at=at, ended_by_id=by.user_id)
    compare_again([pair.one_id, pair.other_id])
    note(fields=["ended_at"], person=pair.one.uuid)
    return row


@service("person.take_apart")
def take_apart(*, row: Merge, version: int, by: Actor, at: datetime) -> Merge:
    """A merge is taken apart: two people again, who are looked at anew. Raises Conflict when somebody was faster; else as `unmerge`."""
    if row.version != version:
        raise Conflict()
    done = unmerge(merge=row, by=by, at=at)
    compare_again([row.kept_id, row.absorbed_id])
    note(fields=["ended_at"], person=row.kept.uuid)
    return done
