"""The organisations, people who sign in, courses and openings that stories happen among."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from accounts.models import Membership, Organisation, PrivacyNotice, Programme, ProgrammePartner, User
from employers.models import CareerHeading, JobFamily
from employers.services.pay import grade
from ground.actor import Actor, Kind
from outreach.models import Event
from pathways.models import Course
from pathways.services.shipped import load_shipped
from pathways.simulation.story import HeadingStory, PersonStory, ProgrammeStory
from pathways.simulation.words import EMPLOYERS

DELIVERY = ("Heartwood Housing", "Arden Community Trust", "Blythe Valley Outreach")
TRAINING = "Castle Vale Training"
WORKERS = ("Samina Rahat", "Joe Brindley", "Nadia Kolar", "Terry Ashmole", "Bev Carrick", "Imtiaz Lodhi", "Grace Obuya", "Dan Wexford")
NOTICE = (
    "We keep what you tell us to help you into work. People who support you can see it. An employer sees only what you agree to share."
    " You can ask to see it, have it put right, or ask us to stop."
)


@dataclass
class World:
    """What stories are told in. Lists are in the order that stories name their places by."""

    programme: Programme
    delivery: list[Organisation]
    training: Organisation
    employers: list[Organisation]
    users: dict[str, User] = field(default_factory=dict)
    workers: list[User] = field(default_factory=list)
    worker_actors: list[Actor] = field(default_factory=list)
    trainer: Actor = field(default_factory=lambda: Actor(kind="trainer"))
    employer_actors: list[Actor] = field(default_factory=list)
    courses: list[Course] = field(default_factory=list)
    headings: list[CareerHeading] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    notice: PrivacyNotice | None = None
    #: The moment up to which stories are told.
    at: datetime | None = None

    def worker_of(self, person: PersonStory) -> tuple[User, Actor, Organisation]:
        """Who holds this person's case, how they act, and for whom."""
        place = person.worker % len(self.workers)
        return self.workers[place], self.worker_actors[place], self.organisation_of(place)

    def organisation_of(self, place: int) -> Organisation:
        """The delivery partner of one worker."""
        return self.delivery[place % len(self.delivery)]


class Ids:
    """Public ids drawn from a seed, so that the same seed makes the same ones; without a seed, the model's own."""

    def __init__(self, seed: str | None = None) -> None:
        self.rng = Random(seed) if seed is not None else None

    def __call__(self) -> dict[str, UUID]:
        """Keywords for a new row."""
        if self.rng is None:
            return {}
        return {"uuid": UUID(int=self.rng.getrandbits(128), version=4), "reporting_id": UUID(int=self.rng.getrandbits(128), version=4)}


def found_world(
    story: ProgrammeStory,
    *,
    code: str,
    name: str,
    at: datetime,
    delivery: Sequence[str] = DELIVERY[:2],
    ids: Ids | None = None,
    suffix: str = "",
    **programme: Any,
) -> World:
    """Write a programme with its partners, the people who work for it, courses, openings and outings."""
    given = ids or Ids()
    load_shipped(at=at)
    partners = [_organisation(f"{each}{suffix}", ["delivery"], given, phone="+441214960100") for each in delivery]
    training = _organisation(f"{TRAINING}{suffix}", ["training"], given)
    employers = [_organisation(f"{each}{suffix}", ["employer"], given, email=f"{_mailbox(each)}@example.org") for each in EMPLOYERS]
    made = Programme.objects.create(
        name=name, code=code, organisation=partners[0], starts_on=story.began_on, created_at=at, **given(), **programme
    )
    for each in [*partners[1:], training, *employers]:
        ProgrammePartner.objects.create(programme=made, organisation=each, starts_on=story.began_on, created_at=at, **given())
    world = World(made, partners, training, employers, at=at)
    _people(world, since=story.began_on, ids=given, code=code)
    world.notice = PrivacyNotice.objects.create(
        programme=made,
        role="joint",
        lawful_basis="Public task",
        special_category_condition="Equality of opportunity or treatment",
        retention="24 months after a case closes",
        text=NOTICE,
        valid_from=story.began_on,
        **given(),
    )
    world.courses = [
        Course.objects.create(
            organisation=training,
            programme=made,
            name=each.name,
            venue=each.venue,
            starts_on=each.starts_on,
            ends_on=each.ends_on,
            capacity=each.seats,
            created_at=at,
            **given(),
        )
        for each in story.courses
    ]
    families = {family.code: family for family in JobFamily.objects.all()}
    world.headings = [_heading(world, each, families, at, given) for each in story.headings]
    world.events = [
        Event.objects.create(
            organisation=partners[n % len(partners)],
            programme=made,
            name=each.name,
            venue=each.venue,
            ward_code=each.ward_code,
            day=each.day,
            code=f"e{made.pk}-{n + 1}",
            tally=each.tally,
            created_at=at,
            **given(),
        )
        for n, each in enumerate(story.events)
    ]
    return world


def _mailbox(name: str) -> str:
    return name.split()[0].lower()


def _organisation(name: str, kinds: list[str], ids: Ids, *, phone: str = "", email: str = "") -> Organisation:
    return Organisation.objects.create(
        name=name, kinds=kinds, contact_phone=phone, contact_email=email, office_hours="Monday to Friday, 9 to 5", **ids()
    )


def _people(world: World, *, since: date, ids: Ids, code: str) -> None:
    for place, name in enumerate(WORKERS):
        user, actor = sign_in(world, name, "outreach_worker", world.organisation_of(place), since=since, ids=ids, code=code)
        world.workers.append(user)
        world.worker_actors.append(actor)
    sign_in(world, "Dilys Morant", "programme_lead", world.delivery[0], since=since, ids=ids, code=code)
    sign_in(world, "Ravi Chandan", "administrator", world.delivery[0], since=since, ids=ids, code=code)
    _, world.trainer = sign_in(world, "Maggie Tolland", "trainer", world.training, since=since, ids=ids, code=code)
    for employer, name in zip(world.employers, ("Dawn Whitby", "Yusuf Karran", "Steph Loxley"), strict=True):
        world.employer_actors.append(sign_in(world, name, "employer", employer, since=since, ids=ids, code=code)[1])


def sign_in(world: World, name: str, role: str, organisation: Organisation, *, since: date, ids: Ids, code: str) -> tuple[User, Actor]:
    """Somebody with one membership; no password opens it until one is given."""
    first = name.split()[0].lower()
    user = User.objects.create_user(email=f"{first}@{code}.example.org", name=name, **ids())
    world.users[first] = user
    seat = Membership.objects.create(user=user, organisation=organisation, role=role, programme=world.programme, starts_on=since, **ids())
    kind: Kind = {"outreach_worker": "worker", "programme_lead": "lead"}.get(role, role)  # type: ignore[assignment]  # roles name the rest
    return user, Actor(kind=kind, user_id=user.pk, membership_id=seat.pk, organisation_id=organisation.pk)


def _heading(world: World, each: HeadingStory, families: dict[str, JobFamily], at: datetime, ids: Ids) -> CareerHeading:
    pay = Decimal(each.pay)
    return CareerHeading.objects.create(
        organisation=world.employers[each.employer],
        programme=world.programme,
        family=families[each.family],
        title=each.title,
        site=each.site,
        hours_pattern=each.hours_pattern,
        hours_a_week=Decimal(each.hours),
        pay=pay,
        pay_unit=each.pay_unit,
        pay_grade=grade(pay=pay, unit=each.pay_unit, on=each.confirmed_on or each.posted_on),
        places=each.places,
        stage="open",
        posted_on=each.posted_on,
        confirmed_on=each.confirmed_on or each.posted_on,
        posted_by_id=world.employer_actors[each.employer].user_id,
        created_at=at,
        **ids(),
    )
