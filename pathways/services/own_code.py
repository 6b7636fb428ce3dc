"""Six digits to the number on file, and the half hour that they open. Guesses and codes are counted before anything is judged."""

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from accounts.services import limits
from accounts.services.audit import service
from candidates.models import CandidateCode, CandidateLink, CandidateSession, ContactRoute
from candidates.services.link import digest_of, new_token
from ground.actor import Actor
from ground.door import Refused
from outreach.models import Template
from outreach.services.message import queue_message, set_fact
from pathways.queries.company import reachable_route_of
from pathways.services.text import OWN_CODE, in_language

CODE_LIVES = timedelta(minutes=10)
SITTING_LASTS = timedelta(minutes=30)
DIGITS = 6
CODES_PER_NUMBER = limits.Limit("own_codes", 5, timedelta(hours=1))
CODES_PER_LINK = limits.Limit("own_codes_link", 5, timedelta(hours=1))
#: Five tries at each of five codes an hour would be six hundred a day: whoever needs more asks a person.
CODES_A_DAY = limits.Limit("own_codes_day", 15, timedelta(hours=24))
TRIES_PER_CODE = limits.Limit("own_code_tries", 5, CODE_LIVES)


class CannotSend(Refused):
    """No code reaches this person: they have no number that takes our texts."""

    sentence = "No code can be sent to this person."


class WrongCode(Refused):
    """Not the digits that were sent last, or used, or too late."""

    sentence = "These are not the digits."


@dataclass(frozen=True)
class Opened:
    """A sitting, and what the browser holds of it."""

    session: CandidateSession
    token: str


def _digest(link: CandidateLink, digits: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"own-code:{link.uuid}:{digits}".encode(), hashlib.sha256).hexdigest()


def _stamp(link: CandidateLink, stamp: str) -> str:
    return hashlib.sha256(f"{link.uuid}:{stamp}".encode()).hexdigest()


def asked_already(*, link: CandidateLink, stamp: str) -> bool:
    """Whether this very page was pressed before: ten presses at once are one."""
    return CandidateCode.objects.filter(stamp_digest=_stamp(link, stamp)).exists()


def count_code(*, link: CandidateLink, at: datetime) -> ContactRoute:
    """Count one code before it is made, apart from its transaction; the number that it goes to.

    Raises CannotSend where texts reach nobody, TooMany when the number or the link has had its share.
    """
    route = reachable_route_of(link.candidate)
    if route is None:
        raise CannotSend()
    limits.count(CODES_PER_LINK, str(link.uuid), at=at)
    limits.count(CODES_PER_NUMBER, route.value, at=at)
    limits.count(CODES_A_DAY, str(link.uuid), at=at)
    return route


@service("own_page.code")
def send_code(*, link: CandidateLink, stamp: str, route: ContactRoute, by: Actor, at: datetime) -> CandidateLink:
    """A fresh code by text, and the earlier one is over. The same press again sends nothing."""
    _one_at_a_time(link)
    if asked_already(link=link, stamp=stamp):
        return link
    CandidateCode.objects.filter(link=link, used_at__isnull=True, ended_at__isnull=True).update(ended_at=at)
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    code = CandidateCode.objects.create(
        link=link,
        number=route.value,
        digest=_digest(link, digits),
        stamp_digest=_stamp(link, stamp),
        expires_at=at + CODE_LIVES,
        created_at=at,
    )
    fact = f"own_code:{link.pk}"
    set_fact(key=fact, value=str(code.uuid))  # the text of the earlier one does not go any more
    queue_message(
        candidate=link.candidate,
        organisation=link.candidate.organisation,
        occasion=f"own_code:{code.uuid}",
        template=_wording(link.candidate.language, at=at),
        values={},
        not_before=at,
        expires_at=code.expires_at,
        fact=fact,
        fact_value=str(code.uuid),
        route=route,
        secrets={"code": digits},
        by=Actor(kind="system", organisation_id=link.candidate.organisation_id),
        at=at,
    )
    return link


def _wording(language: str, *, at: datetime) -> Template:
    found = in_language(OWN_CODE, language, at=at) or in_language(OWN_CODE, "en", at=at)
    if found is None:
        raise CannotSend()
    return found


def _one_at_a_time(link: CandidateLink) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [f"own-code:{link.pk}"])


def count_try(*, link: CandidateLink, at: datetime) -> None:
    """Count one try at the code that was sent last, before it is judged. Raises TooMany at the sixth."""
    last = CandidateCode.objects.filter(link=link).order_by("-id").values_list("uuid", flat=True).first()
    limits.count(TRIES_PER_CODE, str(last or link.uuid), at=at)


def read_digits(typed: str) -> str:
    """The digits as they were sent, in whatever script and spacing they are typed."""
    kept = [each for each in typed if not each.isspace() and each not in "-.\u200e\u200f\u2066\u2069"]
    if len(kept) != DIGITS or not all(unicodedata.category(each) == "Nd" for each in kept):
        return ""
    return "".join(str(unicodedata.digit(each)) for each in kept)


@service("own_page.open")
def _open(*, link: CandidateLink, digits: str, token: str, by: Actor, at: datetime) -> CandidateSession:
    _one_at_a_time(link)
    code = CandidateCode.objects.filter(link=link, used_at__isnull=True, ended_at__isnull=True, expires_at__gt=at).first()
    if code is None or not hmac.compare_digest(code.digest, _digest(link, digits)):
        raise WrongCode()
    route = reachable_route_of(link.candidate)
    if route is None or route.value != code.number:  # it went to a phone that is theirs no longer
        raise WrongCode()
    CandidateCode.objects.filter(pk=code.pk).update(used_at=at)
    CandidateSession.objects.filter(link=link, ended_at__isnull=True).update(ended_at=at)
    return CandidateSession.objects.create(link=link, code=code, digest=digest_of(token), ends_at=at + SITTING_LASTS, created_at=at)


def open_page(*, link: CandidateLink, digits: str, by: Actor, at: datetime) -> Opened:
    """The right digits, in time and for the first time, open a sitting of half an hour. Raises WrongCode for all else."""
    token = new_token()
    return Opened(_open(link=link, digits=digits, token=token, by=by, at=at), token)


@service("own_page.close")
def close_page(*, session: CandidateSession, by: Actor, at: datetime) -> CandidateSession:
    """The person is done: what the browser holds opens nothing any more."""
    CandidateSession.objects.filter(pk=session.pk, ended_at__isnull=True).update(ended_at=at)
    return session
