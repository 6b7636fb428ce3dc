"""The funnel: page, file, and the people behind its exact numbers."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse

from analytics.figures.definition import Figure, in_force
from analytics.figures.funnel import DEFINITIONS, HAVING, NO_REASON, NOW, REACHED, Journey, behind, funnel, in_cohort
from analytics.queries.funnel import journeys, reason_words, tallies
from analytics.views.asking import Asked, ask, download, page
from analytics.views.people import Told, people_page, which
from ground.door import open_to
from ground.templatetags.said import counted, day


def count(asked: Asked) -> tuple[list[Journey], Figure]:
    """The journeys of the programme, and the figure of those in the cohort."""
    found = journeys(cut=asked.cut)
    words = reason_words(programme=asked.programme.pk)
    return found, funnel(found, asked.cut, asked.phases, words, tallies(cut=asked.cut))


@open_to("programme_lead")
def funnel_page(request: HttpRequest) -> HttpResponse:
    """How far people have come."""
    asked = ask(request)
    return page(request, asked, "analytics/funnel.html", figure=count(asked)[1] if asked and asked.readable else None)


@open_to("programme_lead")
def funnel_file(request: HttpRequest) -> StreamingHttpResponse:
    """The same numbers as CSV."""
    asked = ask(request)
    return download(request, asked, lambda read: count(read)[1])


@open_to("programme_lead", kinds=("own",))
def funnel_people(request: HttpRequest) -> HttpResponse:
    """The people whom one number of the funnel counts."""
    asked = ask(request)
    if asked is None or not (asked.readable and asked.cut.profile.exact):
        raise Http404
    found = in_cohort(journeys(cut=asked.cut), asked.cut, asked.phases)
    name, value, members = which(request, behind(found, asked.phases))
    counts = {each.case: _counts(each, name, value) for each in members}
    return people_page(request, asked, counts, _told(asked, name, value, len(members)), number=name)


def _counts(journey: Journey, name: str, value: str) -> str:
    """The day that counts: when the phase was reached; for where people are, the row itself says since when."""
    if name in {"reached", "without"}:
        reach = journey.reached[value]
        return f"{REACHED[value].capitalize()} on {day(reach.on)}{'' if reach.exact else ', a day that is not exact'}"
    return ""


def _told(asked: Asked, name: str, value: str, number: int) -> Told:
    """What the number is called, and whom it counts."""

    def told(heading: str, did: str) -> Told:
        sentence = f"{counted(number, 'person,people')} {did}."
        return Told(heading, sentence, "who came in", "board_funnel", in_force(DEFINITIONS, asked.cut.as_at))

    if name in {"reached", "without"}:
        if value not in asked.phases:
            raise Http404
        place, did = asked.phases.index(value), REACHED[value]
        if name == "without" and place:
            did += f" without {HAVING[asked.phases[place - 1]]}"
        return told(did.capitalize(), did)
    if name == "now":
        if value not in NOW:
            raise Http404
        if asked.cut.of_now:
            return told(f"Now at the stage “{NOW[value]}”", f"{'is' if number == 1 else 'are'} now at the stage “{NOW[value]}”")
        on = f"on {day(asked.cut.as_at)}"
        return told(f"At the stage “{NOW[value]}” {on}", f"{'was' if number == 1 else 'were'} at the stage “{NOW[value]}” {on}")
    if value == NO_REASON:
        return told("Stopped: reason not recorded", "stopped without a reason on record")
    reason = reason_words(programme=asked.programme.pk).get(value)
    if reason is None:
        return told("Stopped", "stopped")
    return told(f"Stopped: {reason.lower()}", f"stopped; the reason on record is “{reason}”")
