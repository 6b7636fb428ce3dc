"""The public form: a person who says that they would like work, and what may not be told to whoever sent it.

Known or unknown, the sender gets one answer after the same work: for somebody who may be known already a new person is
made all the same, and taken back before anything is kept.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When

from accounts.models import Organisation, PrivacyNotice, Programme
from accounts.services import limits
from accounts.services.audit import note, service
from accounts.services.limits import Limit, TooMany
from candidates.choices import RouteKind
from candidates.models import Address, Candidate, ContactRoute
from candidates.models.candidate import fold
from candidates.services.person import add_person, add_route, set_address
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Refused
from outreach.models import Event, Message
from outreach.services.message import queue_message
from pathways.models import InterestPost, InterestState, Pathway
from pathways.queries.interest import holder_of
from pathways.services.case import express_interest, new_case
from pathways.services.text import Moment, template_for, values_of

#: A honest library sends thirty in an hour; who sends eleven in a minute is a machine, or may be taken for one.
POSTS_A_MINUTE = Limit("form_minute", 10, timedelta(minutes=1))
SUSPECTS = Limit("form_suspect", 20, timedelta(hours=1))
OTHERS = Limit("form", 120, timedelta(hours=1))
#: What waits to be looked at has an end too.
HELD = Limit("form_held", 1_000, timedelta(hours=1))
#: Thanks to numbers that nobody proved: a day's worth for one organisation.
THANKS = Limit("form_thanks", 300, timedelta(days=1))
SAME_WITHIN, AGAIN_WITHIN = timedelta(hours=1), timedelta(hours=24)
LONGEST_GREETED = 20
#: Earlier posts that one is held against: a page is sent a few times, not more.
MOST_EARLIER = 50
THANKS_CODE, THANKS_LIVE = "interest-thanks", timedelta(days=2)
KEPT_FOR = timedelta(days=30)
#: Who writes in another language has not said that English is fine.
ENGLISH = "en"
#: What a form's case says of where the person came from.
SOURCE = "Public form"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody wrote in the form, cleaned."""

    name: str
    way: str
    reach: str
    typed: str
    shared: bool = False
    families: tuple[str, ...] = ()
    postcode: str = ""
    no_home: bool = False
    language: str = "en"

    def names(self) -> tuple[str, str]:
        """First and last name, as far as one line tells."""
        first, _, last = self.name.partition(" ")
        return first, last.strip()


@dataclass(frozen=True, kw_only=True)
class Where:
    """Whose form it was: the event's organisation, else the programme's own."""

    programme: Programme
    organisation: Organisation
    event: Event | None = None
    notice: PrivacyNotice | None = None


def digest(kind: str, text: str) -> str:
    """A keyed digest: the same thing can be told again, what it was cannot."""
    return hmac.new(settings.SECRET_KEY.encode(), f"interest:{kind}:{text}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _words(said: Said) -> str:
    return digest("words", "\n".join((fold(said.name) or said.name, said.way, said.reach.casefold())))


def _reach(said: Said) -> str:
    return digest("reach", said.reach.casefold())


# -- who may be no person ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was sent before: this very page with these very words, and why another is suspect."""

    same: InterestPost | None = None
    suspect: str = ""


def seen_before(*, said: Said, stamp: str, at: datetime) -> Seen:
    """Whether this page, or this number within the hour, was sent before: a second press, a reload, or somebody else."""
    page, words, reach = digest("stamp", stamp), _words(said), _reach(said)
    sent = InterestPost.objects.filter(Q(stamp_digest=page) | Q(reach_digest=reach, received_at__gt=at - SAME_WITHIN))
    found = list(sent.select_related("pathway").order_by(_page_first(stamp), "-id")[:MOST_EARLIER])
    of_page = [each for each in found if each.stamp_digest == page]
    same = next((each for each in of_page if each.words_digest == words), None)
    return Seen(same=same, suspect="reused" if of_page else ("same" if found else ""))


def verdict_on(*, suspect: str, address: str, at: datetime) -> tuple[str, bool]:
    """Why a post is suspect, if it is, and whether it must wait for somebody's look. Counted apart, whatever becomes of it.

    Raises TooMany for an honest post over its number: what was typed is kept, and may be sent later.
    """
    try:
        limits.count(POSTS_A_MINUTE, address, at=at)
    except TooMany:
        suspect = suspect or "many"
    if not suspect:
        limits.count(OTHERS, address, at=at)
        return "", False
    try:
        limits.count(SUSPECTS, address, at=at)
    except TooMany:
        limits.count(HELD, address, at=at)
        return suspect, True
    return suspect, False


# -- what is done with it ----------------------------------------------------------------------------------------------------------


@service("interest.receive")
def receive_interest(
    *, said: Said, where: Where, stamp: str, suspect: str = "", hold: bool = False, thanks: bool, address: str, by: Actor, at: datetime
) -> InterestPost:
    """One form that was sent, in one transaction: a new person with their case, or a row for somebody to look at.

    The same page sent twice is one. The same words again within a day add nothing to the first. Somebody who may be known
    is never written over: a worker says whether it is them.
    """
    page, words, reach = digest("stamp", stamp), _words(said), _reach(said)
    _one_at_a_time(page, reach)
    found = _earlier(said, where, stamp, at=at)
    for one in found:
        if (one.stamp_digest, one.words_digest) == (page, words):
            return one
    seen = (one for one in found if one.state not in {InterestState.LEFT_OUT, InterestState.AGAIN})  # what somebody sees, or has seen
    standing = sorted(seen, key=lambda one: one.candidate_id is None)
    earlier = next(iter(standing), None)
    known = earlier.candidate if earlier is not None and earlier.candidate_id else who_it_may_be(said=said, programme=where.programme)
    post = InterestPost(
        programme=where.programme,
        organisation=where.organisation,
        event=where.event,
        notice=where.notice,
        state=InterestState.HELD,
        suspect=suspect,
        received_at=at,
        stamp_digest=page,
        words_digest=words,
        reach_digest=reach,
        address_digest=limits.digest(address),
        candidate=known,
        **_typed(said),
    )
    if not hold:
        again = earlier is not None and earlier.words_digest == words
        _settle(post, said, where, known=known, again=again, thanks=thanks, by=by, at=at)
    post.save()
    note(person=post.candidate.uuid if post.candidate is not None else None, fields=["interest"])
    return post


def _typed(said: Said) -> dict[str, object]:
    names = ("name", "way", "reach", "typed", "shared", "postcode", "no_home", "language")
    return {name: getattr(said, name) for name in names} | {"families": list(said.families)}


def _one_at_a_time(page: str, reach: str) -> None:
    """Whoever sends the same page, or names the same number, waits for the one before: fifty at once are one."""
    with connection.cursor() as cursor:
        lock = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 1)), pg_advisory_xact_lock(hashtextextended(%s, 1))"
        cursor.execute(lock, [page, reach])


def _earlier(said: Said, where: Where, stamp: str, *, at: datetime) -> list[InterestPost]:
    """What this one may be a second try of: the same page with whatever words first, then the same words within a day."""
    same = Q(words_digest=_words(said), programme=where.programme, received_at__gt=at - AGAIN_WITHIN)
    page = Q(stamp_digest=digest("stamp", stamp))
    found = InterestPost.objects.filter(same | page).select_related("candidate", "pathway")
    return list(found.order_by(_page_first(stamp), F("candidate").desc(nulls_last=True), "id")[:MOST_EARLIER])


def _page_first(stamp: str) -> Case:
    return Case(When(stamp_digest=digest("stamp", stamp), then=0), default=1)


def who_it_may_be(*, said: Said, programme: Programme) -> Candidate | None:
    """Somebody of the programme with that number or address, or of that name at that postcode.

    Each is looked up by its own index, apart from the others: a list of a million people is not read through.
    """
    held = ContactRoute.objects.filter(ended_on__isnull=True, value__in={said.reach, said.typed}).values("candidate")
    name = fold(said.name)
    named = Candidate.objects.filter(Q(folded_name=name) | Q(folded_name__startswith=f"{name} ") if name else Q(first_name=said.name))
    many_share_it = said.way in {RouteKind.THROUGH, RouteKind.LETTER}  # a desk, a house
    sets = [(named if many_share_it else Candidate.objects).filter(pk__in=held)]
    if said.postcode:
        lives = Address.objects.filter(postcode=said.postcode, valid_to__isnull=True, replaced_by__isnull=True)
        sets.append(named.filter(pk__in=lives.values("candidate")))
    cases = Pathway.objects.filter(candidate=OuterRef("pk"), programme=programme)
    found = [one for each in sets if (one := each.filter(Exists(cases)).order_by("id").first()) is not None]
    return min(found, key=lambda each: each.pk, default=None)


class _TakenBack(Exception):
    """What was made is undone: only the time it took was wanted."""


def _settle(
    post: InterestPost, said: Said, where: Where, *, known: Candidate | None, again: bool, thanks: bool, by: Actor, at: datetime
) -> None:
    """The same work for everybody: a person, a case and one thank-you, kept or taken back."""
    thanked = thanks and known is not None and not again and thank(candidate=known, organisation=where.organisation, said=said, at=at)
    case = None
    try:
        with transaction.atomic():
            case = new_person(said=said, where=where, by=by, at=at)
            if thanks and not thanked:
                thank(candidate=case.candidate, organisation=where.organisation, said=said, at=at)
            if known is not None or again:
                raise _TakenBack
    except _TakenBack:
        case = None
    if case is not None:
        settle(post, state=InterestState.TAKEN, case=case)
        return
    post.state = InterestState.AGAIN if again else InterestState.REVIEW
    if again:
        blank(post)


def new_person(*, said: Said, where: Where, by: Actor, at: datetime) -> Pathway:
    """A person, how to reach them, where they live, and their case with what they would like."""
    first, last = said.names()
    by_whom = by if by.organisation_id else Actor(kind="candidate", organisation_id=where.organisation.pk)
    person = add_person(
        organisation=where.organisation,
        first_name=first,
        last_name=last,
        language=said.language,
        english_is_fine=said.language == ENGLISH,
        by=by_whom,
        at=at,
    )
    add_way_of(said, candidate=person, by=by_whom, at=at)
    if said.postcode or said.no_home:
        set_address(candidate=person, postcode=said.postcode, no_fixed_abode=said.no_home, by=by_whom, at=at)
    return new_interest(said=said, where=where, person=person, by=by_whom, at=at)


def new_interest(*, said: Said, where: Where, person: Candidate, by: Actor, at: datetime) -> Pathway:
    """A case for somebody who has none open: interested, the colleague's who stood alone at the event, else nobody's yet.

    A code is no talk: it may hang on a wall or be sent on. The case keeps the event, and nobody is said to have spoken with them.
    """
    today, event = today_london(at), where.event
    case = new_case(
        candidate=person,
        programme=where.programme,
        organisation=where.organisation,
        owner=holder_of(event, today=today),
        opened_on=today,
        source=event.name[:60] if event is not None else SOURCE,
        event=event,
    )
    return express_interest(case=case, families=said.families, notice=where.notice, by=own_word(where.organisation, by), at=at)


def own_word(organisation: Organisation, by: Actor) -> Actor:
    """The person, who wrote it in the form; by the user who let the form in, where somebody did."""
    return Actor(kind="candidate", user_id=by.user_id, organisation_id=organisation.pk)


def add_way_of(said: Said, *, candidate: Candidate, by: Actor, at: datetime) -> ContactRoute:
    """The way that was written in the form; where others read along, nothing may be said of the programme."""
    safe = {"is_shared": said.shared, "may_mention": not said.shared}
    return add_route(candidate=candidate, kind=said.way, value=said.reach, typed=said.typed, safe=safe, by=by, at=at)


def settle(post: InterestPost, *, state: str, case: Pathway) -> None:
    """It is on somebody's page now: the form's own copy of the words goes. Whoever calls saves it."""
    post.state, post.pathway, post.candidate = state, case, case.candidate
    blank(post)


def blank(post: InterestPost) -> None:
    """Nothing of what was written stays."""
    post.name = post.way = post.reach = post.typed = post.postcode = ""
    post.families, post.shared, post.no_home = [], False, False


def thanks_left(*, organisation: Organisation, said: Said, at: datetime) -> bool:
    """Whether a thank-you may go today; counted for each form that asks for one, before its transaction, so that none waits for another."""
    if said.way != RouteKind.MOBILE or said.shared:
        return False
    try:
        limits.count(THANKS, str(organisation.uuid), at=at)
    except TooMany:
        return False
    return True


def thank(*, candidate: Candidate, organisation: Organisation, said: Said, at: datetime) -> bool:
    """A thank-you text to the number that was written, once a day, where it may be texted and nobody reads along.

    In the language of the form, for known and unknown alike; where there is no wording in it, nothing goes. Whether one was written.
    """
    if said.way != RouteKind.MOBILE or said.shared:
        return False
    held = ContactRoute.objects.current().filter(candidate=candidate, kind=RouteKind.MOBILE, value=said.reach).first()
    # A number that we do not hold of somebody known is thanked as a stranger's is: silence there would tell that we know them.
    route = held or ContactRoute(candidate=candidate, kind=RouteKind.MOBILE, value=said.reach, may_mention=True)
    if route.is_shared or not route.may_text or not route.may_mention:
        return False
    occasion = f"interest:{today_london(at)}:{_reach(said)[:16]}"
    if Message.objects.filter(candidate=candidate, occasion=occasion).exists():
        return False
    case = Pathway(candidate=candidate, organisation=organisation)
    try:
        with transaction.atomic():
            queue_message(
                candidate=candidate,
                organisation=organisation,
                occasion=occasion,
                template=template_for(THANKS_CODE, candidate=_reader(said), at=at),
                values=values_of(case, Moment(expires_at=at + THANKS_LIVE, values={"first_name": _greeted(said)})),
                not_before=at,
                expires_at=at + THANKS_LIVE,
                route=route,
                by=Actor(kind="system", organisation_id=organisation.pk),
                at=at,
            )
    except Refused:
        return False
    return True


def _reader(said: Said) -> Candidate:
    """Whoever reads the thanks, as far as the form tells: what we hold of somebody known makes no difference."""
    return Candidate(language=said.language, english_is_fine=said.language == ENGLISH)


def _greeted(said: Said) -> str:
    """The name as it was written, never as we may know it; what is no name by its signs is not sent on to a stranger's phone."""
    first = said.names()[0]
    return first if all(each.isalpha() or each in "'’-" for each in first) and len(first) <= LONGEST_GREETED else "there"


# -- and forgotten -----------------------------------------------------------------------------------------------------------------


def done_with(*, at: datetime) -> QuerySet[InterestPost]:
    """What was never let in, and what is on a page already, once it is 30 days old. What may be somebody we know waits on."""
    done: Sequence[str] = (InterestState.HELD, InterestState.TAKEN, InterestState.AGAIN, InterestState.LEFT_OUT)
    return InterestPost.objects.filter(received_at__lt=at - KEPT_FOR, state__in=done)


def forget_old_forms(*, at: datetime) -> int:
    """Drop them; how many."""
    return done_with(at=at).delete()[0]
