"""The words to tell somebody that an employer did not take it further: drafted by the reason, and by what is safe on their number."""

from dataclasses import dataclass
from datetime import datetime

from candidates.models import ContactRoute
from ground.door import Refused
from outreach.backends import usual_backend
from outreach.models import PhoneLine
from outreach.services.line import digest_of
from outreach.services.message import why_silent
from outreach.services.template import fill
from pathways.models import Introduction, Pathway, StageChange
from pathways.queries.company import text_route_of
from pathways.queries.foretold import body_of
from pathways.services.text import Moment, Values, shipped, values_of, words_to_say

#: The wording for any reason; for a number that others share, which tells neither what nor from whom.
USUAL, SHARED = "declined", "declined-shared"


@dataclass(frozen=True)
class Draft:
    """The wording to begin from, filled in; the number it would go to, or why none can carry it; and the words to say instead."""

    code: str
    words: str
    say: str
    route: ContactRoute | None = None
    why_not: str = ""


def draft_of(case: Pathway, change: StageChange, row: Introduction, *, at: datetime) -> Draft:
    """What may be told about this decline, by text or by voice. Looks and writes nothing."""
    values = values_of(case, Moment(expires_at=at, values={"at_employer": f" at {row.employer.name}"}))
    say = _say(change, values)
    try:
        route = safe_route(case)
    except Refused as refused:
        return Draft("", "", say, why_not=refused.sentence)
    code = next((each for each in codes_of(change, route) if body_of(each, case)), "")
    silent = why_silent(PhoneLine.objects.filter(digest=digest_of(route.value)).first())
    why_not = silent or ("" if code else "There is no wording in this person’s language.")
    why_not = why_not or ("" if usual_backend() else "Texts are switched off here.")
    return Draft(code, fill(body_of(code, case), values) if code else "", say, route=route, why_not=why_not)


def safe_route(case: Pathway) -> ContactRoute:
    """The number that such a text goes to. Raises Refused, with the reason, where there is none that may carry it."""
    if case.do_not_contact or case.candidate.died_on is not None:
        raise Refused("This person is not to be contacted.")
    route = text_route_of(case.candidate)
    if route is None:
        raise Refused("This person has no mobile number that may be texted.")
    if not route.may_mention:
        raise Refused("Their number may not be sent anything about the programme.")
    return route


def codes_of(change: StageChange, route: ContactRoute) -> tuple[str, ...]:
    """Which wordings fit, the best first."""
    return (SHARED,) if route.is_shared else (code_of(change.reason), USUAL)


def code_of(reason: str) -> str:
    """The wording of one reason; a programme may have written one for a reason of its own."""
    return f"{USUAL}-{reason.replace('_', '-')}"


def _say(change: StageChange, values: Values) -> str:
    """In English, whatever the person reads: a worker says it."""
    body = shipped(code_of(change.reason)) or shipped(USUAL)
    return words_to_say(body, values)
