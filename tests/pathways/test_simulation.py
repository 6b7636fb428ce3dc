"""Life stories: the same seed, the same stories; and the rates that they were drawn with come back."""

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from io import StringIO
from math import sqrt
from random import Random

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Audit, Programme
from ground.clock import add_months
from outreach.models import Message
from pathways.models import Pathway, StageChange, Task
from pathways.simulation.employment import Working, due_days
from pathways.simulation.journey import LONGEST_TO_OFFER
from pathways.simulation.rates import SILENT_LEAVERS, Bias, Rates
from pathways.simulation.story import PersonStory, ProgrammeStory
from pathways.simulation.telling import simulate
from tests import factories

AS_OF = datetime(2026, 11, 23, 17, tzinfo=UTC)
USUAL = Rates()


def within_chance(happened: int, of: int, rate: float) -> bool:
    """Whether a count lies within four standard deviations of a rate: by chance alone it does not once in 16,000."""
    return abs(happened - of * rate) <= 4 * sqrt(of * rate * (1 - rate))


@pytest.fixture(scope="module")
def complete() -> list[PersonStory]:
    """5,000 people who were met long enough ago that their first try is over."""
    told = simulate(seed=17, people=10_000, months=48, as_of=AS_OF, rates=USUAL)
    return [person for person in told.people if person.deeds and (AS_OF - person.deeds[0].at).days > 500][:5000]


def test_the_same_seed_tells_the_same_stories_and_another_others() -> None:
    def tell(seed: int) -> ProgrammeStory:
        return simulate(seed=seed, people=50, months=12, as_of=AS_OF)

    assert tell(3) == tell(3)
    assert tell(3).people != tell(4).people


def test_more_people_leave_the_first_ones_as_they_were() -> None:
    few, many = (simulate(seed=3, people=number, months=12, as_of=AS_OF).people for number in (20, 40))
    assert many[:20] == few


def test_the_truth_is_what_was_drawn_with() -> None:
    truth = Rates(bias=Bias(group="Asian", points=20)).truth()
    assert truth["conversion"] == {
        "outreach_to_interest": 0.82,
        "interest_to_interview": 0.8,
        "interview_to_training": 0.62,
        "training_to_offer": 0.648,
        "offer_to_retention": 0.85,
    }
    assert truth["interest_to_offer_by_ethnic_group"] == {
        "White": 0.365184,
        "Mixed": 0.365184,
        "Asian": 0.165184,
        "Black": 0.365184,
        "Other": 0.365184,
    }
    assert truth["in_post_after_six_months"] == 0.78
    assert truth["check_unanswered"] == {"still_in_post": 0.16, "left": 0.16}
    assert SILENT_LEAVERS.truth()["check_unanswered"] == {"still_in_post": 0.1, "left": 0.65}
    assert truth["planted_bias"] == {"group": "Asian", "points": 20}
    assert USUAL.truth()["planted_bias"] is None


@pytest.mark.parametrize("rate", [field.name for field in fields(Rates) if field.type in (float, "float", float | None, "float | None")])
def test_every_rate_that_is_drawn_with_is_printed(rate: str) -> None:
    assert "0.4321" in json.dumps(replace(Rates(), **{rate: 0.4321}).truth())


@pytest.mark.parametrize(
    ("before", "after", "rate"),
    [
        ({"meet"}, {"interest"}, 0.82),
        ({"interest", "sign_up"}, {"hold_chat"}, 0.80),
        ({"hold_chat"}, {"start_training"}, 0.62),
        ({"start_training"}, {"offer"}, 0.648),
        ({"interest", "sign_up"}, {"offer"}, 0.365184),
    ],
)
def test_conversions_are_recovered(complete: list[PersonStory], before: set[str], after: set[str], rate: float) -> None:
    def did(person: PersonStory, verbs: set[str]) -> bool:
        return any(deed.verb in verbs for deed in person.deeds)

    base = [person for person in complete if did(person, before)]
    assert len(base) > 1500
    assert within_chance(sum(did(person, after) for person in base), len(base), rate)


def test_first_offers_lead_to_a_first_day_as_often_as_was_drawn(complete: list[PersonStory]) -> None:
    offered = [person for person in complete if person.did("offer")]
    assert within_chance(sum(person.did("start") for person in offered), len(offered), 0.85)


def test_an_offer_never_takes_longer_than_it_says(complete: list[PersonStory]) -> None:
    for person in complete:
        interest = next((deed.at for deed in person.deeds if deed.verb in {"interest", "sign_up"}), None)
        offer = next((deed.at for deed in person.deeds if deed.verb == "offer"), None)
        assert interest is None or offer is None or (offer - interest).days <= LONGEST_TO_OFFER


def test_a_planted_bias_moves_one_group_by_its_points() -> None:
    told = simulate(seed=5, people=6000, months=48, as_of=AS_OF, rates=Rates(bias=Bias(group="Asian", points=20)))
    met = [person for person in told.people if person.deeds and (AS_OF - person.deeds[0].at).days > 400]
    for group, rate in (("Asian", 0.165184), ("White", 0.365184)):
        base = [person for person in met if person.group == group and (person.did("interest") or person.did("sign_up"))]
        assert within_chance(sum(person.did("offer") for person in base), len(base), rate), group


def test_people_stay_six_months_as_often_as_was_drawn_on_any_first_day(complete: list[PersonStory]) -> None:
    way = Working(Random(1), complete[0], ProgrammeStory(1, date(2024, 1, 1), AS_OF), rates=USUAL)
    stayed = 0
    for turn in range(8000):
        first_day = date(2024, 1 + turn % 12, 1 + turn % 28)
        last = way._leaves(first_day)
        assert last is None or last >= first_day
        stayed += last is None or last >= add_months(first_day, 6)
    assert within_chance(stayed, 8000, 0.78)


def test_checks_fall_due_as_the_milestones_say() -> None:
    assert due_days(date(2026, 8, 31)) == [
        ("four_weeks", date(2026, 9, 28), 14),
        ("thirteen_weeks", date(2026, 11, 30), 14),
        ("six_months", date(2027, 2, 28), 28),
    ]


def test_nothing_is_told_after_the_last_day(complete: list[PersonStory]) -> None:
    assert max(deed.at for person in complete for deed in person.deeds) <= AS_OF
    assert all(sorted(person.deeds, key=lambda deed: deed.at) == person.deeds for person in complete)


@pytest.mark.django_db(transaction=True)
def test_the_command_loads_a_programme_and_prints_what_it_drew_with() -> None:
    out = StringIO()
    call_command("simulate", "--seed", "9", "--people", "60", "--months", "12", "--as-of", "2026-11-23", "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert (said["programme"], said["people"]) == ("simulated-9-60", 60)
    assert said["true"]["in_post_after_six_months"] == 0.78
    assert Pathway.objects.filter(programme=Programme.objects.get(code="simulated-9-60")).count() >= 55
    assert min(StageChange.objects.count(), Task.objects.count(), Message.objects.count(), Audit.objects.count()) > 50
    call_command("simulate", "--seed", "10", "--people", "5", "--months", "6", "--lean", "--bias", "Black:15", stdout=out)
    assert "true, planted bias, group: Black" in out.getvalue()
    assert Programme.objects.count() == 2


@pytest.mark.django_db
def test_the_command_refuses_what_it_cannot_do() -> None:
    with pytest.raises(CommandError, match="--bias is one of White"):
        call_command("simulate", "--seed", "1", "--people", "5", "--months", "5", "--bias", "Blue:10")
    with pytest.raises(CommandError, match="--people is a number"):
        call_command("simulate", "--seed", "1", "--people", "0", "--months", "5")
    factories.person(factories.organisation())
    with pytest.raises(CommandError, match="holds other people"):
        call_command("simulate", "--seed", "1", "--people", "5", "--months", "5")


def test_the_applications_role_may_load_stories(as_application: None) -> None:
    """A demo runs as the role that owns nothing."""
    call_command("simulate", "--seed", "9", "--people", "4", "--months", "12", "--as-of", "2026-11-23", stdout=StringIO())
    assert Pathway.objects.count() >= 4
