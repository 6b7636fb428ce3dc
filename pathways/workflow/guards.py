"""Guards: pure functions of CaseFacts that return a sentence or None. They bind conduct, never history."""

from typing import Any

ATTEMPTS, OVER_DAYS, CHANNELS = 3, 10, 2


def reachable(facts: Any) -> str | None:
    """Interest needs one way to reach the person: a number, an address, a letter or a go-between."""
    return (
        None
        if facts.can_be_reached
        else "Add one way to reach this person first: a phone, an e-mail, a letter or somebody who passes it on."
    )


def tried_enough(facts: Any) -> str | None:
    """Three attempts over ten days on two channels; on every channel held, when there is one."""
    channels = min(CHANNELS, max(facts.channels_held, 1))
    if facts.attempts < ATTEMPTS:
        return f"Try {ATTEMPTS} times first: {facts.attempts} so far."
    if facts.attempt_days < OVER_DAYS:
        return f"Attempts must lie {OVER_DAYS} days apart, first to last: {facts.attempt_days} so far."
    if facts.attempt_channels < channels:
        return "Try another way as well, for example a text or a letter."
    return None


def checks_settled(facts: Any) -> str | None:
    """Follow-up ends when every retention check is settled, lapsed, exempt or superseded."""
    return "A retention check is still to be answered." if facts.unsettled_checks else None


def no_offer_or_start(facts: Any) -> str | None:
    """A person with a live offer or a job before its start is not closed as unreachable."""
    return "There is a live offer or a start to come: settle that first." if facts.live_offer or facts.before_start else None


def unreachable(facts: Any) -> str | None:
    """Both of the above."""
    return no_offer_or_start(facts) or tried_enough(facts)
