"""Forms that wait: somebody who knows the people says whose each is, or that it is nobody's."""

from datetime import datetime

from accounts.services.audit import note, service
from ground.actor import Actor
from ground.door import Conflict, Refused
from ground.templatetags.said import day as said_day
from pathways.models import InterestPost, InterestState, Pathway
from pathways.models.interest import WAITING
from pathways.services.case import express_interest, set_families, start_again
from pathways.services.contact import add_note
from pathways.services.interest import Said, Where, add_way_of, new_person, own_word, settle, thank, thanks_left


def said_in(post: InterestPost) -> Said:
    """What was written in a form that still waits."""
    names = ("name", "way", "reach", "typed", "shared", "postcode", "no_home", "language")
    return Said(**{name: getattr(post, name) for name in names}, families=tuple(post.families))


def _decided(post: InterestPost, *, version: int, states: tuple[str, ...], by: Actor, at: datetime) -> None:
    """Two who press at once: one of them decides. Raises Conflict for the other."""
    if post.state not in states:
        raise Conflict("Somebody has looked at this form already.")
    post.change(version=version, decided_by_id=by.user_id, decided_at=at)


@service("interest.new")
def is_new(*, post: InterestPost, version: int, by: Actor, at: datetime) -> Pathway:
    """Nobody we know: the person, their case, and thanks where none went yet."""
    _decided(post, version=version, states=WAITING, by=by, at=at)
    said, held = said_in(post), post.state == InterestState.HELD
    where = Where(programme=post.programme, organisation=post.organisation, event=post.event, notice=post.notice)
    case = new_person(said=said, where=where, by=by, at=at)
    settle(post, state=InterestState.TAKEN, case=case)
    post.save()
    if held and thanks_left(organisation=post.organisation, said=said, at=at):
        thank(candidate=case.candidate, organisation=post.organisation, said=said, at=at)
    note(person=case.candidate.uuid, fields=["interest"])
    return case


@service("interest.same")
def is_the_same(*, post: InterestPost, case: Pathway, version: int, by: Actor, at: datetime) -> Pathway:
    """Somebody we know: their interest goes on the case that is open, or opens a new one. What is on their page stays.

    `case` is their latest in the programme. A note says what they wrote; a number that we did not have comes to the others.
    """
    _decided(post, version=version, states=WAITING, by=by, at=at)
    if case.candidate.died_on is not None:
        raise Refused("This person has died.")
    said = said_in(post)
    add_way_of(said, candidate=case.candidate, by=by, at=at)
    case = _interested(case, said, post, by=by, at=at)
    add_note(case=case, text=_told(said, post), visibility="team", by=by, at=at)
    settle(post, state=InterestState.TAKEN, case=case)
    post.save()
    note(person=case.candidate.uuid, fields=["interest"])
    return case


def _interested(case: Pathway, said: Said, post: InterestPost, *, by: Actor, at: datetime) -> Pathway:
    if not case.is_open:
        again = start_again(previous=case, owner=None, by=own_word(case.organisation, by), at=at)
        return set_families(case=again, version=again.version, families=said.families, by=by, at=at) if said.families else again
    if case.interested_on is None:
        return express_interest(case=case, families=said.families, notice=post.notice, by=own_word(case.organisation, by), at=at)
    return case


def _told(said: Said, post: InterestPost) -> str:
    lines = [f"Sent the public form on {said_day(post.received_at)}, as {said.name}."]
    if said.families:
        lines.append(f"Would like: {', '.join(said.families)}.")
    if said.postcode:
        lines.append(f"Wrote the postcode {said.postcode}.")
    if said.no_home:
        lines.append("Has no home at the moment.")
    return "\n".join(lines)


@service("interest.leave_out")
def leave_out(*, post: InterestPost, version: int, by: Actor, at: datetime) -> InterestPost:
    """Nobody's: it leaves the list, and can be fetched back until its words are dropped."""
    _decided(post, version=version, states=WAITING, by=by, at=at)
    post.state = InterestState.LEFT_OUT
    post.save(update_fields=["state"])
    return post


@service("interest.look_again")
def look_again(*, post: InterestPost, version: int, by: Actor, at: datetime) -> InterestPost:
    """Left out by mistake: it waits again."""
    _decided(post, version=version, states=(InterestState.LEFT_OUT,), by=by, at=at)
    post.state = InterestState.REVIEW if post.candidate_id is not None else InterestState.HELD
    post.save(update_fields=["state"])
    return post
