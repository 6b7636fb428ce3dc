"""A whole programme, told from a seed: the same seed, the same stories."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from ground.clock import today_london
from pathways.simulation.days import working
from pathways.simulation.employment import Working
from pathways.simulation.person import draw_person
from pathways.simulation.rates import Rates
from pathways.simulation.story import CourseStory, EventStory, HeadingStory, PersonStory, ProgrammeStory
from pathways.simulation.words import COURSES, OPENINGS, OUTINGS

#: An average month, to lay months back from a day.
MONTH = 30.4375
WORKERS = 8
#: Stories are drawn to their end, which may lie beyond the day they are told on; courses are announced so far ahead.
BEYOND, ANNOUNCED = timedelta(days=900), timedelta(days=60)


def simulate(*, seed: int, people: int, months: int, as_of: datetime, rates: Rates | None = None, workers: int = WORKERS) -> ProgrammeStory:
    """`people` life stories over `months` up to `as_of`, each person drawn with the same true rates.

    Pure: no database, no clock. What would be done after `as_of` is not told.
    """
    programme = begin(seed=seed, months=months, as_of=as_of)
    programme.people.extend(stories(programme, people=people, rates=rates, workers=workers))
    count_places(programme)
    return programme


def begin(*, seed: int, months: int, as_of: datetime) -> ProgrammeStory:
    """A programme with its courses, openings and outings, and nobody in it yet."""
    programme = ProgrammeStory(seed=seed, began_on=today_london(as_of) - timedelta(days=max(int(months * MONTH), 7)), as_of=as_of)
    lay_out(Random(f"{seed}:programme"), programme)
    return programme


def stories(programme: ProgrammeStory, *, people: int, rates: Rates | None = None, workers: int = WORKERS) -> Iterator[PersonStory]:
    """The people of a programme one by one, for whoever need not hold all of them at once."""
    chosen = rates or Rates()
    length = (today_london(programme.as_of) - programme.began_on).days
    for number in range(people):
        rng = Random(f"{programme.seed}:{number}")
        day = working(programme.began_on + timedelta(days=rng.randrange(length)))
        yield tell(rng, number, day, programme, rates=chosen, workers=workers)


def lay_out(rng: Random, programme: ProgrammeStory) -> None:
    """Courses every second week, openings posted over time, an outing a week."""
    last = today_london(programme.as_of) + BEYOND
    day, turn = working(programme.began_on + timedelta(days=7)), 0
    while day <= last:
        name, venue = COURSES[turn % len(COURSES)]
        programme.courses.append(CourseStory(name, venue, working(day), working(working(day) + timedelta(days=18))))
        day, turn = day + timedelta(days=14), turn + 1
    for employer, family, title, site, hours, pattern, pay, unit in OPENINGS:
        posted = programme.began_on - timedelta(days=rng.randint(0, 60))
        programme.headings.append(HeadingStory(employer, family, title, site, hours, pattern, pay, unit, posted))
    day, turn = working(programme.began_on), 0
    while day <= today_london(programme.as_of):
        name, venue = OUTINGS[turn % len(OUTINGS)]
        programme.events.append(EventStory(f"{name} {turn + 1}", venue, "", day, rng.randint(3, 40)))
        day, turn = working(day + timedelta(days=7)), turn + 1


def tell(rng: Random, number: int, day: date, programme: ProgrammeStory, *, rates: Rates, workers: int) -> PersonStory:
    """One person's story, from the day they were met."""
    person = draw_person(rng, number, met_on=day, rates=rates, workers=workers)
    way = Working(rng, person, programme, rates=rates)
    web = rng.random() < rates.on_the_web
    if not web and rng.random() < 0.6 and programme.events:
        person.event = min(range(len(programme.events)), key=lambda n: abs((programme.events[n].day - day).days))
    _go(way, way.meet(day, web=web))
    if way.stopped and rng.random() < rates.come_back:
        back = way.later(way.last_day(), 45, 160)
        way.do_at("come_back", back, 11 * 60)
        _go(way, back)
    way.move_home()
    person.deeds = sorted((deed for deed in person.deeds if deed.at <= programme.as_of), key=lambda deed: deed.at)
    return person


def _go(way: Working, interested: date | None) -> None:
    """From interest on, as far as it went."""
    way.stopped = False
    chatted = way.chat(interested) if interested else None
    ready = way.train(chatted) if chatted else None
    if ready is None:
        if way.person.deeds:
            way.close()
        return
    way.find_work(ready)


def count_places(programme: ProgrammeStory) -> None:
    """Seats and places, when all is told."""
    places = Places()
    for person in programme.people:
        places.count(person)
    announce(programme)
    places.put_into(programme)


class Places:
    """How many seats and jobs were taken: when all is told, nobody was turned away for want of one."""

    def __init__(self) -> None:
        self.seats: dict[int, int] = {}
        self.jobs: dict[int, int] = {}

    def count(self, person: PersonStory) -> None:
        """Add what one person took."""
        headings: dict[int, int] = {}
        for deed in person.deeds:
            if deed.verb == "book_seat":
                self.seats[deed.how["course"]] = self.seats.get(deed.how["course"], 0) + 1
            elif deed.verb == "draft":
                headings[deed.how["introduction"]] = deed.how["heading"]
            elif deed.verb == "accept":
                heading = headings[deed.how["introduction"]]
                self.jobs[heading] = self.jobs.get(heading, 0) + 1

    def put_into(self, programme: ProgrammeStory) -> None:
        """Let the programme have as many."""
        for number, course in enumerate(programme.courses):
            course.seats = max(12, self.seats.get(number, 0))
        for number, opening in enumerate(programme.headings):
            opening.places = self.jobs.get(number, 0) + 3


def announce(programme: ProgrammeStory) -> None:
    """Courses that are known of by now; stories are drawn beyond that."""
    ahead = today_london(programme.as_of) + ANNOUNCED
    programme.courses = [course for course in programme.courses if course.starts_on <= ahead]
