"""A simulated programme in the database, beside others like it and never beside real people."""

from datetime import datetime

from django.db import transaction

from accounts.models import Programme
from candidates.models import Candidate
from ground.door import Refused
from pathways.models import Pathway
from pathways.simulation.bulk import load_in_bulk
from pathways.simulation.door import let_texts_arrive, load_through_the_door
from pathways.simulation.rates import Rates
from pathways.simulation.telling import simulate
from pathways.simulation.world import found_world
from places.services.invented import load_invented

#: Programmes of invented people: the demo's and simulated ones.
INVENTED = ("simulated-", "i-can", "outside")


def simulate_programme(
    *, seed: int, people: int, months: int, as_of: datetime, rates: Rates, lean: bool = False, through_the_door: bool = False
) -> Programme:
    """Tell the stories and load them into a programme of their own. Raises Refused beside people who are not invented."""
    code = f"simulated-{seed}-{people}"
    programmes = Programme.objects.unscoped("a simulation asks whether it is there")
    if programmes.filter(code=code).exists():
        raise Refused(f"There is a programme {code} already.")
    real = [each.pk for each in programmes if not each.code.startswith(INVENTED)]
    strangers = Candidate.objects.exclude(pk__in=Pathway.objects.exclude(programme__in=real).values("candidate"))
    if strangers.exists():
        raise Refused("This database holds other people: invented ones are never mixed with them.")
    story = simulate(seed=seed, people=people, months=months, as_of=as_of, rates=rates)
    with transaction.atomic():
        load_invented()
        world = found_world(story, code=code, name=f"Simulated {seed}, {people:,} people", at=as_of, suffix=f" {seed}-{people}")
    if through_the_door:
        load_through_the_door(story.people, world=world)
        let_texts_arrive(world=world)
    else:
        load_in_bulk(story.people, world=world, lean=lean)
    return world.programme
