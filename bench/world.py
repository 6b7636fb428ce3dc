"""What is measured on: a programme of invented people, and those who look at it."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice

from django.db import connection
from django.db.models import Count
from django.test import Client

from accounts.middleware import SIGN_IN
from accounts.models import SignIn, User
from candidates.models import ContactRoute
from ground.actor import Actor
from ground.clock import read_clock, real_now
from pathways.models import Pathway
from pathways.services.case import hand_over
from pathways.simulation.bulk import CHUNK, load_in_bulk
from pathways.simulation.story import PersonStory
from pathways.simulation.telling import Places, announce, begin, stories
from pathways.simulation.world import World, found_world, sign_in
from places.services.invented import load_invented

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SEED, MONTHS = 7, 24
#: What one worker of the design's table holds.
DESK = 40


def laid_out(size: int) -> World:
    """A programme of this many people, written in bulk with log, tasks, texts and audit: a thousand of them in memory at a time."""
    at = read_clock()
    load_invented()
    programme = begin(seed=SEED, months=MONTHS, as_of=at)
    people = stories(programme, people=size)
    announce(programme)
    world = found_world(programme, code=f"bench{size}", name=f"Bench {size}", at=at, suffix=f" {size}")
    places = Places()
    _load(_counted(people, places), world)
    places.put_into(programme)
    for course, told in zip(world.courses, programme.courses, strict=True):
        course.capacity = told.seats
        course.save(update_fields=["capacity"])
    for heading, opening in zip(world.headings, programme.headings, strict=True):
        heading.places = opening.places
        heading.save(update_fields=["places"])
    seat_a_worker(world)
    with connection.cursor() as cursor:
        # As a database that has lived has been: while rows just written over stand in the indexes, planning alone takes longer than a page.
        cursor.execute("VACUUM (ANALYZE)")
    return world


def _load(people: Iterator[PersonStory], world: World) -> None:
    """A few first, and ever more: what the database has planned for small tables it plans anew once they were looked at."""
    many = CHUNK
    while load_in_bulk(islice(people, many), world=world):
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        many *= 4


def _counted(people: Iterable[PersonStory], places: Places) -> Iterator[PersonStory]:
    for person in people:
        places.count(person)
        yield person


def seat_a_worker(world: World) -> None:
    """One more worker, who holds forty open cases; they come first among the workers."""
    at, since = read_clock(), world.programme.starts_on
    code = world.programme.code
    user, actor = sign_in(world, "Wyn Fortescue", "outreach_worker", world.delivery[0], since=since, ids=dict, code=code)  # type: ignore[arg-type]  # no ids are given
    busy = Pathway.objects.open().filter(programme=world.programme, owner=world.workers[0])
    told_by_text = ContactRoute.objects.filter(kind="mobile", may_text=True, may_mention=True, ended_on__isnull=True).values("candidate")
    longest = busy.filter(candidate__in=told_by_text).annotate(steps=Count("changes")).order_by("-steps", "id")
    for case in longest[:DESK]:
        hand_over(case=Pathway.objects.get(pk=case.pk), to=user, organisation=world.delivery[0], by=lead_actor(lead_of(world)), at=at)
    world.workers.insert(0, user)
    world.worker_actors.insert(0, actor)


def lead_of(world: World) -> User:
    """The programme's lead."""
    return next(user for user in world.users.values() if user.memberships.filter(role="programme_lead").exists())


def lead_actor(lead: User) -> Actor:
    """The lead as one who acts."""
    seat = lead.memberships.get()
    return Actor(kind="lead", user_id=lead.pk, membership_id=seat.pk, organisation_id=seat.organisation_id)


def case_of(world: World) -> Pathway:
    """The worker's case with the longest story."""
    mine = Pathway.objects.open().filter(programme=world.programme, owner=world.workers[0])
    return mine.annotate(steps=Count("changes")).order_by("-steps", "id")[0]


def browser(user: User) -> Client:
    """Signed in with a second factor, as the pages see it."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    now = real_now()
    begun = SignIn.objects.create(user=user, proof=SignIn.Proof.SECOND_FACTOR, proved_at=now, seen_at=now, created_at=now)
    session = client.session
    session[SIGN_IN] = str(begun.uuid)
    session.save()
    return client


def fetch(client: Client, address: str) -> bytes:
    """A page as it comes; anything but 200 is no measurement."""
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return answer.getvalue()


def send(client: Client, address: str, words: str) -> bytes:
    """A search as it is sent, led to the page of those found, and drawn."""
    answer = client.post(address, {"words": words}, follow=True)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return answer.getvalue()


def misspelt(name: str) -> str:
    """A surname as somebody hears it: two letters in the middle change places."""
    middle = len(name) // 2
    return f"{name[: middle - 1]}{name[middle]}{name[middle - 1]}{name[middle + 1 :]}".lower()


def looked_at_by(user: User) -> Callable[[str], bytes]:
    """A page as this person gets it."""
    return partial(fetch, browser(user))
