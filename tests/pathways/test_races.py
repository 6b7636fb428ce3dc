"""Two and ten at once, of every kind, through the real web server with four workers: one winner each time and no deadlock."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from config.launcher import folders
from ground.clock import real_now, today_london
from pathways.models import Course, Introduction, Pathway, Placement, StageChange, TrainingPlace
from pathways.queries.integrity import look_through
from tests.factories import World, person
from tests.fixtures.server import Server
from tests.pathways.racing import Answer, Person, Post, at_once, overlapped
from tests.pathways.test_race import logged, seats

#: How many races of two, and of ten, of each kind: 200 and 20 in all.
TWO, TEN = 40, 4


@dataclass
class Racers:
    """The world of the races, and everybody who is at the keyboard: five sign-ins each of a worker and of the lead."""

    world: World
    people: list[Person]

    def some(self, number: int) -> list[Person]:
        return [self.people[place % len(self.people)] for place in range(number)]


@dataclass
class Race:
    """Posts that leave at once, and what a loser hears."""

    posts: list[Post]
    lost: int = 409


@transaction.atomic
def cases_of(world: World, stage: str, number: int) -> list[Pathway]:
    """So many people who said yesterday that they are interested, and stand here since."""
    now = real_now()
    yesterday = today_london(now) - timedelta(days=1)
    people = [person(world.delivery, phone=None) for _ in range(number)]
    made = Pathway.objects.bulk_create(
        Pathway(
            candidate=who,
            person_key=who.uuid,
            programme=world.programme,
            organisation=world.delivery,
            owner=world.worker,
            stage=stage,
            opened_on=yesterday,
            interested_on=yesterday,
            stage_since=yesterday,
        )
        for who in people
    )
    StageChange.objects.bulk_create(logged(case, "pathway", case.pk, "express_interest", "new", stage, yesterday, now) for case in made)
    return made


@transaction.atomic
def offers(world: World, pairs: list[tuple[Pathway, str]], *, places: int) -> list[Introduction]:
    """A full-time offer for each of these people, of the opening of that name."""
    now = real_now()
    yesterday = today_london(now) - timedelta(days=1)
    headings = {name: world.heading(title=name, places=places) for name in dict.fromkeys(name for _, name in pairs)}
    made = Introduction.objects.bulk_create(
        Introduction(
            pathway=case,
            heading=headings[name],
            employer=world.trust,
            stage="offered",
            sent_on=yesterday,
            offered_on=yesterday,
            offer_hours=Decimal("37.5"),
            offer_kind="permanent",
        )
        for case, name in pairs
    )
    StageChange.objects.bulk_create(logged(row.pathway, "introduction", row.pk, "offer", "new", "offered", yesterday, now) for row in made)
    return made


def accept(who: Person, row: Introduction, *others: Introduction) -> Post:
    return who.post(f"/introductions/{row.uuid}/steps/accept/", version=row.version, close=[str(each.uuid) for each in others])


def one_step(racers: Racers, number: int) -> Race:
    """The same step on the same row."""
    (seat,) = seats(racers.world, 1)
    return Race([who.post(f"/training-places/{seat.uuid}/steps/start/", version=seat.version) for who in racers.some(number)])


def step_or_undo(racers: Racers, number: int) -> Race:
    """A step on a row, and the undo of the step that it stands on, by turns."""
    (seat,) = seats(racers.world, 1)
    booked = StageChange.objects.get(machine="training_place", subject_id=seat.pk)
    lead = racers.people[1]
    step = [who.post(f"/training-places/{seat.uuid}/steps/start/", version=seat.version) for who in racers.some((number + 1) // 2)]
    return Race([*step, *(lead.post(f"/changes/{booked.uuid}/undo/") for _ in range(number // 2))])


def one_of_my_offers(racers: Racers, number: int) -> Race:
    """One person's offers, each accepted by somebody, who closes the others with it."""
    (case,) = cases_of(racers.world, "offered", 1)
    mine = offers(racers.world, [(case, f"Opening {place}") for place in range(number)], places=1)
    return Race([accept(who, row, *(each for each in mine if each != row)) for who, row in zip(racers.some(number), mine, strict=True)])


def last_place(racers: Racers, number: int) -> Race:
    """Several people's offers of an opening with one place."""
    rows = offers(racers.world, [(case, "One place") for case in cases_of(racers.world, "offered", number)], places=1)
    return Race([accept(who, row) for who, row in zip(racers.some(number), rows, strict=True)])


def last_seat(racers: Racers, number: int) -> Race:
    """Several people and a course with one seat: who comes too late is asked, at its field, why there should be one more."""
    course = racers.world.course(capacity=1)
    cases = cases_of(racers.world, "interested", number)
    path = "/pathways/{}/steps/training_place.book/"
    posts = [who.post(path.format(case.uuid), course=course.uuid, version=1) for who, case in zip(racers.some(number), cases, strict=True)]
    return Race(posts, lost=422)


KINDS: list[Callable[[Racers, int], Race]] = [one_step, step_or_undo, one_of_my_offers, last_place, last_seat]


@pytest.fixture
def deadlocks() -> Callable[[], list[str]]:
    """What PostgreSQL's own log says of deadlocks since the test began, and its count."""
    log = folders.VAR / "log" / "test-postgres.log"
    begun = log.stat().st_size if log.exists() else 0

    def counted() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
            return cursor.fetchone()[0]

    before = counted()

    def said() -> list[str]:
        lines = log.read_bytes()[begun:].decode(errors="replace").splitlines() if log.exists() else []
        ours = f" {connection.settings_dict['NAME']} "
        return [*(line for line in lines if "deadlock" in line and ours in line), *["counted"] * (counted() - before)]

    return said


def run(server: Server, races: Iterator[Race]) -> tuple[Counter[str], int]:
    """Everything that was answered, and how many races were under way at one moment."""
    heard: Counter[str] = Counter()
    together = 0
    for race in races:
        answers: list[Answer] = at_once(server, race.posts)
        together += overlapped(answers)
        won = [each for each in answers if each.status == 302]
        lost = [each for each in answers if each.status == race.lost]
        heard["winners"] += len(won) == 1
        heard["losers"] += len(lost)
        heard["others"] += len(answers) - len(won) - len(lost)
    return heard, together


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_wins_whatever_they_do(serve, deadlocks) -> None:
    server: Server = serve(workers=4)
    world = World()
    racers = Racers(world, [Person(world.worker), Person(world.lead)])
    heard, together = run(server, (kind(racers, 2) for kind in KINDS))
    assert heard == {"winners": 5, "losers": 5, "others": 0}
    assert together >= 4  # a busy machine may keep two of them apart; what came of it is the same
    assert deadlocks() == []
    nothing_else_was_written(1)


@pytest.mark.slow("races")
@pytest.mark.django_db(transaction=True)
def test_220_races_have_220_winners(serve, deadlocks) -> None:
    server: Server = serve(workers=4)
    world = World()
    racers = Racers(world, [Person(who) for _ in range(5) for who in (world.worker, world.lead)])
    of_two, together = run(server, (kind(racers, 2) for kind in KINDS for _ in range(TWO)))
    of_ten, _ = run(server, (kind(racers, 10) for kind in KINDS for _ in range(TEN)))
    assert of_two == {"winners": 200, "losers": 200, "others": 0}
    assert of_ten == {"winners": 20, "losers": 180, "others": 0}
    assert together == 200
    assert deadlocks() == []
    nothing_else_was_written(TWO + TEN)


def nothing_else_was_written(each: int) -> None:
    """One act a race and nothing beside it; and everything agrees."""
    begun = TrainingPlace.objects.filter(stage="in_training").count()
    void = TrainingPlace.objects.filter(stage="void").count()
    assert begun + void == 2 * each
    full = Course.objects.filter(capacity=1)
    per_course = Counter(TrainingPlace.objects.filter(course__in=full, stage="booked").values_list("course", flat=True))
    assert (len(per_course), set(per_course.values())) == (each, {1})
    per_opening = Counter(Placement.objects.values_list("introduction__heading", flat=True))
    assert set(per_opening.values()) == {1}
    assert Placement.objects.count() == StageChange.objects.filter(step="accept").count()
    assert [each for _, found in look_through(at=real_now()) for each in found] == []
