"""Who somebody is: a name, an age, ways to be reached, a home, and answers that only they may read."""

from bisect import bisect
from datetime import date
from functools import cache
from itertools import accumulate
from random import Random

from candidates.choices import ETHNIC_GROUPS
from pathways.simulation.rates import Rates
from pathways.simulation.story import PersonStory, Route
from pathways.simulation.words import FIRST_NAMES, LAST_NAMES, SOURCES, STREETS
from places.choices.invented import invented_areas, is_terminated

BROAD = {str(number): group for number, _, group, _ in ETHNIC_GROUPS}
#: Ages from, to, of a hundred people.
AGES = ((16, 17, 2), (18, 24, 22), (25, 34, 28), (35, 44, 22), (45, 54, 15), (55, 64, 10), (65, 67, 1))
LANGUAGES = ("en",) * 80 + ("ur",) * 5 + ("pl",) * 3 + ("bn",) * 3 + ("pa",) * 3 + ("ar",) * 2 + ("so",) * 2 + ("ro",) * 2
SILENT = ("prefer_not", "prefer_not", "not_known")
#: Ofcom keeps a thousand mobile numbers for drama, so people of a large programme share them.
DRAMA_NUMBERS = 1000


@cache
def homes() -> tuple[list[str], list[int]]:
    """Invented postcodes in use, and running weights by which poorer areas are drawn more often."""
    found: list[tuple[str, int]] = []
    number = 0
    for area in invented_areas():
        for postcode in area.postcodes:
            if not is_terminated(number):
                found.append((postcode, (12 - area.decile) ** 2))
            number += 1
    return [postcode for postcode, _ in found], list(accumulate(weight for _, weight in found))


def draw_person(rng: Random, number: int, *, met_on: date, rates: Rates, workers: int) -> PersonStory:
    """Somebody nobody knew yet."""
    person = PersonStory(number, rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES), worker=rng.randrange(workers))
    if rng.random() < 0.08:
        person.known_as = person.first_name[:4].rstrip("aeiou").capitalize()
    _born(rng, person, met_on)
    person.language = rng.choice(LANGUAGES)
    person.source = rng.choice(SOURCES)
    person.routes = draw_routes(rng, number)
    _home(rng, person)
    draw_answers(rng, person, rates=rates)
    return person


def _born(rng: Random, person: PersonStory, met_on: date) -> None:
    low, high, _ = rng.choices(AGES, weights=[share for _, _, share in AGES])[0]
    month, day = rng.randint(1, 12), rng.randint(1, 28)
    age = rng.randint(low, high)
    year = met_on.year - age - ((month, day) > (met_on.month, met_on.day))
    known = rng.random()
    if known < 0.9:
        person.date_of_birth, person.birth_quality = date(year, month, day), "exact"
    elif known < 0.94:
        person.date_of_birth, person.birth_quality = date(year, 1, 1), "year"


def draw_routes(rng: Random, number: int) -> tuple[Route, ...]:
    """A mobile for most; a family's phone, a landline, an e-mail, a letter or a go-between for others; nothing for a few."""
    mobile = f"+447700900{number % DRAMA_NUMBERS:03d}"
    safe = {"may_mention": rng.random() < 0.93, "may_voicemail": rng.random() < 0.5}
    kind = rng.random()
    email = Route("email", f"person{number}@example.org")
    if kind < 0.70:
        own = Route("mobile", mobile, safe)
        return (own, email) if rng.random() < 0.25 else (own,)
    if kind < 0.79:
        return (Route("mobile", f"+447700900{number // 4 * 4 % DRAMA_NUMBERS:03d}", {**safe, "is_shared": True}),)
    if kind < 0.83:
        return (Route("landline", f"+441214960{number % DRAMA_NUMBERS:03d}", safe),)
    if kind < 0.91:
        return (email,)
    if kind < 0.94:
        return (Route("letter", "By post to the address we hold"),)
    if kind < 0.97:
        return (Route("through", "Ask at the hostel desk"),)
    return ()


def _home(rng: Random, person: PersonStory) -> None:
    kind = rng.random()
    if kind < 0.90:
        postcodes, weights = homes()
        person.postcode = postcodes[bisect(weights, rng.random() * weights[-1])]
        person.lines = f"{rng.randint(1, 180)} {rng.choice(STREETS)}"
    elif kind < 0.93:
        person.no_fixed_abode = True
    elif kind < 0.95:
        person.postcode = rng.choice(("B99 9ZY", "B99 8AA", "CV9 9ZX"))  # well formed, and in no file


def draw_answers(rng: Random, person: PersonStory, *, rates: Rates) -> None:
    """What the person would say of themselves, and whether they say it. The group they belong to is true either way."""
    codes = list(rates.ethnic_shares)
    category = rng.choices(codes, weights=list(rates.ethnic_shares.values()))[0]
    person.group = BROAD[category]
    condition = rng.random() < 0.24
    reduces = rng.choices(("a_lot", "a_little", "not_at_all"), weights=(3, 5, 2))[0]
    sex = "female" if rng.random() < 0.57 else "male"
    if rng.random() < 0.04:
        return  # the questions were never put
    true = {"ethnic_group": category, "sex": sex, "health_condition": "yes" if condition else "no"}
    for question, answer in true.items():
        person.answers[question] = rng.choice(SILENT) if rng.random() < rates.not_stated else answer
    if person.answers["health_condition"] == "yes":
        person.answers["reduces_activity"] = "prefer_not" if rng.random() < rates.not_stated else reduces
