"""A small fixed world for checks from outside: the same seed, the same JSON. Each person carries marks that occur nowhere else.

Kinds are as the first worker and the first employer see people. What needs records that are not kept yet is left out:
the kinds restricted and erased, and the marks adjustment, risk and reply.
"""

from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.db import models, transaction

from accounts.choices import Mark, Role
from accounts.models import Membership, User
from accounts.services.second_factor import give_second_factor
from candidates.models import Address, Candidate, ContactRoute
from ground.clock import today_london
from outreach.models import Contact
from pathways.models import MACHINES, Consent, Introduction, Note, Pathway, Placement, Task
from pathways.simulation.bulk import load_in_bulk
from pathways.simulation.cast import Actor
from pathways.simulation.demo import refuse_other_people
from pathways.simulation.person import DRAMA_NUMBERS, homes
from pathways.simulation.story import CourseStory, HeadingStory, PersonStory, ProgrammeStory, Route
from pathways.simulation.words import FIRST_NAMES, OPENINGS
from pathways.simulation.world import DELIVERY, Ids, World, found_world
from places.services.invented import load_invented

CODE, NAME = "outside", "Outside checks"
KINDS = ("own", "colleague", "other_org", "introduced", "own", "other_org", "introduced", "colleague", "withdrawn", "expired_window")
#: Workers 0 and 3 work for the first partner, worker 1 for the second, worker 2 for the third.
OWNERS = {"own": (0,), "introduced": (0, 3), "withdrawn": (0,), "expired_window": (0,), "colleague": (3,), "other_org": (1, 2)}
SYLLABLES = tuple(f"{first}{vowel}" for first in "bdfgklmnprstvz" for vowel in "aeiou")
#: How far people are who were put forward to nobody.
FIRST_STEPS: tuple[Callable[[Actor], None], ...] = (
    lambda them: them.do("meet", 20, 600),
    lambda them: them.met(20),
    lambda them: them.chatted(15),
    lambda them: them.ready(12),
)
#: How far people are who were; by the employer they were put forward to.
WORK_STEPS: tuple[Callable[[Actor, int], None], ...] = (
    lambda them, employer: them.put_forward(10, employer),
    lambda them, employer: them.offered(8, employer),
    lambda them, employer: them.accepted(20, since_offer=24, opening=employer),
    lambda them, employer: them.started(them.today - timedelta(days=40), employer),
)
#: How far people were who were put forward so long ago that the employer sees them no more.
LONG_AGO: tuple[Callable[[Actor, int], None], ...] = (
    lambda them, employer: them.put_forward(760, employer),
    lambda them, employer: them.offered(740, employer),
)
#: Rows of a person, by the name that checks use.
TYPES: dict[str, tuple[type[models.Model], str]] = {
    "person": (Candidate, "pk"),
    "route": (ContactRoute, "candidate"),
    "address": (Address, "candidate"),
    "contact": (Contact, "candidate"),
    "consent": (Consent, "candidate"),
    "note": (Note, "pathway__candidate"),
    "task": (Task, "pathway__candidate"),
    "pathway": (Pathway, "candidate"),
    **{name: (model, "pathway__candidate") for name, model in MACHINES.items() if name != "pathway"},
}


@dataclass
class Planted:
    """One person to be made, with their kind and marks."""

    story: PersonStory
    kind: str
    marks: dict[str, str] = field(default_factory=dict)


class Words:
    """Words of ten letters that nobody would type, each given once."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.given: set[str] = set()

    def new(self) -> str:
        """One more."""
        while (word := "".join(self.rng.choice(SYLLABLES) for _ in range(5))) in self.given:
            continue
        self.given.add(word)
        return word


def seed_world(*, seed: int, people: int, at: datetime) -> dict[str, Any]:
    """Make the world and describe it. Raises Refused when the database holds other people."""
    refuse_other_people()
    rng = Random(f"planted {seed}")
    programme, words = _programme(at), Words(rng)
    planted = [_plant(rng, words, number, programme) for number in range(people)]
    with transaction.atomic():
        load_invented()
        world = found_world(programme, code=CODE, name=NAME, at=at, delivery=DELIVERY, ids=Ids(f"world {seed}"))
        users = _let_in(world, rng, words)
        load_in_bulk([each.story for each in planted], world=world, ids=f"people {seed}")
        _afterwards(planted, today=today_london(at))
        return {
            "organisations": [_organisation(each) for each in [*world.delivery, world.training, *world.employers]],
            "programmes": [
                {"id": str(world.programme.uuid), "code": CODE, "name": NAME, "organisation": str(world.programme.organisation.uuid)}
            ],
            "users": users,
            "people": _people(world, planted),
            "objects": _objects(planted),
        }


def _programme(at: datetime) -> ProgrammeStory:
    today = today_london(at)
    began = today - timedelta(days=900)
    headings = [HeadingStory(*OPENINGS[place], posted_on=began, places=1000, confirmed_on=today) for place in (0, 5, 8)]
    course = CourseStory("Into health and care", "Heartlands training room", today - timedelta(days=10), today + timedelta(days=10), 1000)
    return ProgrammeStory(seed=0, began_on=began, as_of=at, headings=headings, courses=[course])


def _plant(rng: Random, words: Words, number: int, programme: ProgrammeStory) -> Planted:
    kind = KINDS[number % len(KINDS)]
    turn = number // len(KINDS)
    owners = OWNERS[kind]
    marks = {name: words.new() for name in ("name", "street", "note_me", "note_team", "note_programme", "equality")}
    person = PersonStory(number, rng.choice(FIRST_NAMES), marks["name"].capitalize(), worker=owners[turn % len(owners)], source="Stall")
    person.date_of_birth, person.birth_quality = date(1970 + number % 35, 1 + number % 12, 1 + number % 28), "exact"
    if number < DRAMA_NUMBERS:
        marks["phone"] = f"+447700900{number:03d}"
        person.routes = (Route("mobile", marks["phone"], {"may_mention": True}),)
    else:
        person.routes = (Route("through", "Ask at the hostel desk"),)
    person.postcode = homes()[0][number * 5 % len(homes()[0])]
    person.lines = f"{1 + number % 90} {marks['street'].capitalize()} Street"
    person.answers = {"ethnic_group": "19", "sex": "female", "health_condition": "no"}
    person.own_words = {"ethnic_group": marks["equality"]}
    them = Actor(person, programme)
    _live(them, kind, turn, marks, words)
    person.deeds.sort(key=lambda deed: deed.at)
    return Planted(person, kind, marks)


def _live(them: Actor, kind: str, turn: int, marks: dict[str, str], words: Words) -> None:
    if kind in {"introduced", "withdrawn", "expired_window"}:
        steps = LONG_AGO if kind == "expired_window" else WORK_STEPS
        steps[turn % len(steps)](them, 0)
        marks["note_employer"] = words.new()
        them.do("note", 2, 14 * 60, text=f"Told the employer: {marks['note_employer']}", visibility="employer", employer=0)
    elif turn % 2:
        WORK_STEPS[turn // 2 % len(WORK_STEPS)](them, 1 + turn // 2 % 2)
    else:
        FIRST_STEPS[turn // 2 % len(FIRST_STEPS)](them)
    for minutes, visibility in enumerate(("me", "team", "programme")):
        text = f"Said on the phone: {marks[f'note_{visibility}']}"
        them.do("note", 3, 14 * 60 + minutes, text=text, visibility=visibility)


def _afterwards(planted: list[Planted], *, today: date) -> None:
    """Permissions withdrawn, and pay that occurs once."""
    withdrawn = [each.marks["name"].capitalize() for each in planted if each.kind == "withdrawn"]
    Consent.objects.filter(candidate__last_name__in=withdrawn).update(withdrawn_on=today)
    for each in planted:
        offers = Introduction.objects.filter(pathway__candidate__last_name=each.story.last_name, offered_on__isnull=False)
        pay = Decimal(20_000 + each.story.number) + Decimal(11 + each.story.number % 80) / 100
        if offers.update(offer_pay=pay, offer_pay_unit="year"):
            each.marks["pay"] = str(pay)
            Placement.objects.filter(introduction__in=offers).update(pay=pay, pay_unit="year")


def _let_in(world: World, rng: Random, words: Words) -> list[dict[str, Any]]:
    """A password for everybody, a second factor for staff; employers sign in by a code sent to their mailbox."""
    lead, second = Membership.objects.filter(role=Role.PROGRAMME_LEAD).first(), world.worker_actors[3].membership_id
    Membership.objects.filter(pk=second).update(marks=[Mark.SAFEGUARDING])
    if lead is not None:
        Membership.objects.filter(pk=lead.pk).update(marks=[Mark.SAFEGUARDING, Mark.DATA_PROTECTION])
    told = []
    for seat in Membership.objects.select_related("user", "organisation").order_by("id"):
        user: User = seat.user
        password = f"{words.new()} {words.new()}"
        user.set_password(password)
        user.save(update_fields=["password"])
        secret = ""
        if seat.role != Role.EMPLOYER:
            secret = b32encode(rng.randbytes(20)).decode()
            give_second_factor(user=user, secret=secret)
        told.append(
            {
                "email": user.email,
                "password": password,
                "totp_secret": secret,
                "role": seat.role,
                "marks": sorted(seat.marks),
                "organisation": str(seat.organisation.uuid),
            }
        )
    return told


def _organisation(each: Any) -> dict[str, Any]:
    return {"id": str(each.uuid), "name": each.name, "kinds": each.kinds}


def _people(world: World, planted: list[Planted]) -> list[dict[str, Any]]:
    rows = {row.last_name: row for row in Candidate.objects.select_related("organisation")}
    found = []
    for each in planted:
        row = rows[each.story.last_name]
        owner = world.workers[each.story.worker % len(world.workers)].email
        found.append(
            {
                "id": str(row.uuid),
                "reporting_id": str(row.reporting_id),
                "organisation": str(row.organisation.uuid),
                "owner": owner,
                "kind": each.kind,
                "marks": dict(sorted(each.marks.items())),
            }
        )
    return found


def _objects(planted: list[Planted]) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for kind in sorted({each.kind for each in planted}):
        names = [each.story.last_name for each in planted if each.kind == kind]
        people = Candidate.objects.filter(last_name__in=names).values("pk")
        found[kind] = {
            name: [str(uuid) for uuid in model._base_manager.filter(**{f"{way}__in": people}).order_by("id").values_list("uuid", flat=True)]
            for name, (model, way) in sorted(TYPES.items())
        }
    return found
