"""People who are in the demo twice, a letter that waits for its envelope, and somebody with a link to their own page."""

from datetime import datetime

from candidates.choices import RouteKind
from candidates.models import Candidate, ContactRoute
from candidates.services.pairs import keep_pairs
from candidates.services.person import add_person, add_route
from ground.actor import Actor
from ground.clock import today_london
from outreach.queries import text_route
from pathways.models import Introduction, Pathway, Task
from pathways.models.task import TaskState
from pathways.queries.letter import draft_of
from pathways.services.case import log_outreach, new_case
from pathways.services.letter import make_letter
from pathways.services.merging import merge
from pathways.services.own_text import text_own_page
from pathways.simulation.world import World
from pathways.workflow.introduction import IntroductionStage
from pathways.workflow.pathway import Stage

EARLY = (Stage.OUTREACH, Stage.INTERESTED, Stage.CHAT_BOOKED, Stage.CHATTED)


def meet_again(world: World, *, at: datetime) -> None:
    """Two of the first worker's people were met at a second stall and typed anew, a letter of the name amiss.

    Of one pair somebody is still to say whether they are one person; the other a lead has put together.
    """
    asked, known = _to_meet(world)
    again = _typed_anew(asked, world, at=at)
    keep_pairs(people={asked.candidate_id, again.pk}, at=at)
    dilys = Actor(kind="lead", user_id=world.users["dilys"].pk, organisation_id=world.delivery[0].pk)
    merge(kept=known.candidate, absorbed=_typed_anew(known, world, at=at), by=dilys, at=at)


def write_letter(world: World, *, at: datetime) -> None:
    """Whoever has an offer and no phone is told of it by post: the letter is made and not yet posted."""
    by_post = ContactRoute.objects.current().filter(kind=RouteKind.LETTER).values("candidate")
    owed = Task.objects.filter(state=TaskState.OPEN, kind="tell", pathway__owner=world.users["samina"], pathway__candidate__in=by_post)
    for task in owed.select_related("pathway__candidate").order_by("id")[:1]:
        named = draft_of(task, task.pathway, at=at).named
        make_letter(task=task, named=named, version=task.version, by=world.worker_actors[0], at=at)


def send_own_page(world: World, *, at: datetime) -> None:
    """Somebody with an offer has the link by text: it can be read, and opened, on their invented phone."""
    offers = Introduction.objects.filter(stage=IntroductionStage.OFFERED, pathway__owner=world.users["samina"])
    for row in offers.select_related("pathway__candidate", "pathway__organisation").order_by("id"):
        route = text_route(row.pathway.candidate)
        if route is not None and route.may_mention and not route.is_shared:
            text_own_page(case=row.pathway, by=world.worker_actors[0], at=at)
            return


def _to_meet(world: World) -> list[Pathway]:
    """Two people with a phone of their own who have no job to be asked about."""
    reached = ContactRoute.objects.current().filter(kind=RouteKind.MOBILE, is_shared=False).values("candidate")
    cases = Pathway.objects.open().filter(owner=world.users["samina"], stage__in=EARLY, candidate__in=reached)
    long = [case for case in cases.select_related("candidate").order_by("id") if len(case.candidate.last_name) > 3]
    return long[:2]


def _typed_anew(case: Pathway, world: World, *, at: datetime) -> Candidate:
    """The same person once more: the same phone, and two letters of the name the wrong way round."""
    known, by = case.candidate, world.worker_actors[0]
    name = known.last_name
    person = add_person(
        organisation=world.delivery[0],
        first_name=known.first_name,
        last_name=name[:-2] + name[-1] + name[-2],
        language=known.language,
        by=by,
        at=at,
    )
    phone = ContactRoute.objects.current().filter(candidate=known, kind=RouteKind.MOBILE).order_by("id")[0]
    add_route(candidate=person, kind=RouteKind.MOBILE, value=phone.value, by=by, at=at)
    again = new_case(
        candidate=person,
        programme=world.programme,
        organisation=world.delivery[0],
        owner=world.workers[0],
        opened_on=today_london(at),
        source="Stall",
    )
    log_outreach(case=again, by=by, at=at)
    return person
