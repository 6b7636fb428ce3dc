"""Phone lines: one row for each number that was ever texted, and nobody's name on it."""

import hashlib
import hmac

from django.conf import settings
from django.db.models import Q

from candidates.models import Candidate, ContactRoute
from ground.phones import PhoneRefused, read_phone
from outreach.choices import LineHealth
from outreach.models import PhoneLine
from outreach.queries import text_route


def digest_of(e164: str) -> str:
    """The number under our key: an opt-out is found again by it after the number itself was erased."""
    return hmac.new(settings.SMS_LINE_KEY.encode(), e164.encode(), hashlib.sha256).hexdigest()


def line_of(e164: str) -> PhoneLine:
    """The line of a number, made when it is new."""
    line, made = PhoneLine.objects.get_or_create(digest=digest_of(e164), defaults={"e164": e164, "region": _region(e164)})
    if not made and not line.e164:
        line.e164 = e164
        line.save(update_fields=["e164"])
    return line


def reachable_route(candidate: Candidate) -> ContactRoute | None:
    """The number to text, where texts do arrive: it has not opted out, and is not known to take none."""
    route = text_route(candidate)
    return route if route is not None and is_heard(route.value) else None


def is_heard(e164: str) -> bool:
    """Whether texts do arrive there, as far as we know."""
    silent = PhoneLine.objects.filter(Q(opted_out_at__isnull=False) | Q(health__in=[LineHealth.BAD, LineHealth.NOT_MOBILE]))
    return not silent.filter(digest=digest_of(e164)).exists()


def _region(e164: str) -> str:
    try:
        return read_phone(e164).region[:2]
    except PhoneRefused:
        return ""
