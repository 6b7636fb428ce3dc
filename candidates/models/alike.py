"""People who may be one person: found by what they have in common, through indexes and in bounds, and then compared."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from django.db import connection
from django.db.models import QuerySet

from candidates.likeness import Known, Likeness, known_as, likeness, slips_of, sound
from candidates.models.address import Address
from candidates.models.candidate import Candidate
from candidates.models.route import ContactRoute

#: So many are compared letter by letter for one person.
MOST_COMPARED = 400
SHAPES = {"exact": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y", "": ""}
#: What the database is asked for each kind of thing in common, of many people at once. `who` is whose it is in the asker's own words;
#: HEARD stands for the words of a name by their sound, as candidates.models.spelling.Sounds and the index on them have it.
#: OFFSET 0 keeps the planner from reading all people from the newest on, in the hope of sixty of a name.
_HEARD = (
    "string_to_array(regexp_replace(regexp_replace(translate(replace(c.folded_name, 'ph', 'f'), 'cqzv', 'kksf'), "
    "'(?<=[^ ])[aeiouy]+', '', 'g'), '(.)\\1+', '\\1', 'g'), ' ')"
)
_REACH = """SELECT w.who, near.id FROM unnest(%s::bigint[], %s::text[]) AS w(who, value), LATERAL (
    SELECT c.candidate_id AS id FROM candidates_contactroute c
    WHERE c.value = w.value AND c.ended_on IS NULL ORDER BY c.id DESC LIMIT 60) near"""
_BORN = """SELECT w.who, near.id FROM unnest(%s::bigint[], %s::date[]) AS w(who, born), LATERAL (
    SELECT c.id FROM candidates_candidate c WHERE c.date_of_birth = w.born ORDER BY c.id DESC LIMIT 60) near"""
_BORN_NEAR = """SELECT w.who, near.id FROM unnest(%s::bigint[], %s::date[], %s::text[]) AS w(who, born, heard), LATERAL (
    SELECT c.id FROM candidates_candidate c
    WHERE c.date_of_birth = w.born AND HEARD && string_to_array(w.heard, ' ') LIMIT 60) near"""
_LIVES = """SELECT w.who, near.id FROM unnest(%s::bigint[], %s::text[]) AS w(who, postcode), LATERAL (
    SELECT c.candidate_id AS id FROM candidates_address c
    WHERE c.postcode = w.postcode AND c.valid_to IS NULL AND c.replaced_by_id IS NULL ORDER BY c.id DESC LIMIT 60) near"""
_NAMED = """SELECT w.who, near.id FROM unnest(%s::bigint[], %s::text[]) AS w(who, heard), LATERAL (
    SELECT c.id FROM (SELECT c.id FROM candidates_candidate c WHERE HEARD @> string_to_array(w.heard, ' ') OFFSET 0) c
    ORDER BY c.id DESC LIMIT 60) near"""
_SAME_NAME = """SELECT w.who, near.id FROM unnest(%s::bigint[], %s::text[]) AS w(who, name), LATERAL (
    SELECT c.id FROM (SELECT c.id FROM candidates_candidate c WHERE c.folded_name = w.name OFFSET 0) c
    ORDER BY c.id DESC LIMIT 60) near"""
_SPELT = """SELECT w.who, near.id FROM unnest(%s::bigint[], %s::text[]) AS w(who, name), LATERAL (
    SELECT c.id FROM candidates_candidate c WHERE c.folded_name %% w.name
    ORDER BY similarity(c.folded_name, w.name) DESC, c.id DESC LIMIT 20) near"""
_UP = """WITH RECURSIVE up(record, root) AS (
    SELECT r, r FROM unnest(%s::bigint[]) r
    UNION ALL
    SELECT up.record, m.kept_id FROM up JOIN candidates_merge m ON m.absorbed_id = up.root AND m.ended_at IS NULL
) SELECT DISTINCT ON (record) record, root FROM up
  WHERE NOT EXISTS (SELECT FROM candidates_merge m WHERE m.absorbed_id = up.root AND m.ended_at IS NULL) ORDER BY record"""
_DOWN = """WITH RECURSIVE down(root, record) AS (
    SELECT r, r FROM unnest(%s::bigint[]) r
    UNION ALL
    SELECT down.root, m.absorbed_id FROM down JOIN candidates_merge m ON m.kept_id = down.record AND m.ended_at IS NULL
) SELECT root, record FROM down ORDER BY root, record"""


def born_words(day: date | None, quality: str) -> str:
    """A day of birth as far as it is known: 1980-05-04, 1980-05, 1980."""
    return day.strftime(SHAPES[quality]) if day is not None else ""


def known_of(records: Collection[int] | QuerySet[Candidate]) -> dict[int, Known]:
    """What is known of each of these records by itself: three queries."""
    rows = records if isinstance(records, QuerySet) else Candidate.objects.filter(pk__in=records)
    plain = rows.order_by("id").values_list("pk", "first_name", "last_name", "known_as", "date_of_birth", "birth_quality")
    found = {
        pk: known_as(first=first, last=last, called=called, born=born_words(day, quality))
        for pk, first, last, called, day, quality in plain
    }
    routes = ContactRoute.objects.filter(candidate__in=list(found), ended_on__isnull=True).order_by("id")
    for pk, kind, value, shared in routes.values_list("candidate", "kind", "value", "is_shared"):
        held = known_as(first="", last="", reach=[(kind, value)])
        found[pk] |= Known(phones=held.phones, emails=held.emails, shared=held.phones if shared else frozenset())
    lives = Address.objects.filter(candidate__in=list(found), valid_to__isnull=True, replaced_by__isnull=True).order_by("id")
    for pk, postcode, lines in lives.values_list("candidate", "postcode", "lines"):
        found[pk] |= known_as(first="", last="", postcode=postcode, lines=lines)
    return found


def near(wanted: Mapping[int, Known], *, trigrams: bool = False, closely: bool = True) -> dict[int, set[int]]:
    """For each of these the records that share something with it: candidates for a comparison. One query, however many are asked about.

    The keys are the caller's own: the numbers of records, or 0 for somebody who is not here yet. `trigrams` is what
    candidates.models.spelling.knows_trigrams said, which also tells the database how like a name must be. Less closely, for a hundred
    thousand rows at once, birthdays are taken as they stand, and names that share nothing else as they are spelt.
    """
    parts: list[tuple[str, list[tuple[object, ...]]]] = [
        (_REACH, [(who, value) for who, one in wanted.items() for value in sorted(one.phones | one.emails)]),
        (_BORN, [(who, born) for who, one in wanted.items() for born in one.born if len(born) == 10]),
        (_LIVES, [(who, code) for who, one in wanted.items() for code in sorted(one.postcodes)]),
    ]
    if closely:
        slips = [(who, slip, " ".join(heard)) for who, one in wanted.items() if (heard := _heard(one)) for slip in _slips(one)]
        parts.append((_BORN_NEAR, slips))
        parts.append((_NAMED, [(who, _whole_heard(*name)) for who, one in wanted.items() for name in _whole(one)]))
    else:
        parts.append((_SAME_NAME, [(who, " ".join(_words(*name))) for who, one in wanted.items() for name in one.names]))
    if trigrams:
        parts.append((_SPELT, [(who, " ".join(name)) for who, one in wanted.items() for name in _whole(one)]))
    asked = [(sql, rows) for sql, rows in parts if rows]
    found: dict[int, set[int]] = {who: set() for who in wanted}
    if not asked:
        return found
    with connection.cursor() as cursor:
        union = " UNION ".join(f"({sql.replace('HEARD', _HEARD)})" for sql, _ in asked)
        cursor.execute(union, [list(column) for _, rows in asked for column in zip(*rows, strict=True)])
        for who, pk in cursor.fetchall():
            found[who].add(pk)
    return {who: set(sorted(ids, reverse=True)[:MOST_COMPARED]) for who, ids in found.items()}


def compared(one: Known, others: Mapping[int, Known]) -> list[tuple[int, Likeness]]:
    """Those of the others who may be this one, the likest first."""
    found = [(pk, like) for pk, other in others.items() if (like := likeness(one, other)).may_be_one]
    return sorted(found, key=lambda each: (-each[1].points, each[0]))


def _words(first: str, last: str) -> list[str]:
    return f"{first} {last}".split()


def _whole_heard(first: str, last: str) -> str:
    return " ".join(sorted({sound(word) for word in _words(first, last)}))


def _whole(one: Known) -> list[tuple[str, str]]:
    return [name for name in one.names if all(name)]


def _heard(one: Known) -> list[str]:
    return sorted({heard for name in one.names for word in _words(*name) if (heard := sound(word))})


def _slips(one: Known) -> list[str]:
    return sorted({slip for born in one.born if len(born) == 10 for slip in slips_of(born)})


def roots_of(records: Collection[int]) -> dict[int, int]:
    """Record -> the one under which its person goes on: itself, where nobody absorbed it."""
    return dict(_asked(_UP, records))


def records_of(people: Collection[int]) -> dict[int, list[int]]:
    """Person -> all of their records, their own first."""
    found: dict[int, list[int]] = defaultdict(list)
    for person, record in _asked(_DOWN, people):
        found[person].append(record)
    return {person: sorted(records, key=lambda record: (record != person, record)) for person, records in found.items()}


def _asked(sql: str, numbers: Collection[int]) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [sorted(numbers)])
        return cursor.fetchall()
