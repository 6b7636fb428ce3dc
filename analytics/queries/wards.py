"""Where engaged people lived on the day that puts them in a cohort, in one edition of wards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db import connection

from accounts.choices import Phase
from analytics.figures.funnel import Journey, cohort_day
from analytics.figures.wards import NO_ABODE, NOT_KNOWN, OUTSIDE, PENDING, Earlier, Ground, Home, Targets
from analytics.models import EarlierHires, TargetWards
from candidates.choices import GeographyState
from places.choices import HOME_AUTHORITIES, AreaKind, EditionKind
from places.queries import WardEdition, deciles, editions, population, wards_on

_HOMES = """
SELECT asked.case_id, a.id, a.no_fixed_abode, a.postcode, p.state, p.ward_code, p.authority_code, p.lsoa21, again.ward_code, again.lsoa21
  FROM unnest(%(cases)s::bigint[], %(days)s::date[]) AS asked (case_id, day)
  JOIN pathways_pathway c ON c.id = asked.case_id
  LEFT JOIN LATERAL (
       SELECT id, no_fixed_abode, postcode
         FROM candidates_address
        WHERE candidate_id = c.candidate_id AND replaced_by_id IS NULL
          AND (valid_from IS NULL OR valid_from <= asked.day) AND (valid_to IS NULL OR valid_to > asked.day)
        ORDER BY valid_from DESC NULLS LAST, id DESC
        LIMIT 1
  ) a ON true
  LEFT JOIN LATERAL (
       SELECT state, ward_code, authority_code, lsoa21
         FROM candidates_addressplace
        WHERE address_id = a.id
        ORDER BY ward_code = ANY(%(wards)s::text[]) DESC, looked_up_on DESC, id DESC
        LIMIT 1
  ) p ON true
  LEFT JOIN LATERAL (
       SELECT ward_code, lsoa21
         FROM places_postcode
        WHERE a.postcode <> '' AND pcds = a.postcode AND ward_code = ANY(%(wards)s::text[])
        ORDER BY id DESC
        LIMIT 1
  ) again ON true
"""


def homes(*, people: Sequence[Journey], phases: Sequence[str], wards: Iterable[str], deprivation: str) -> list[Home]:
    """The place of each engaged person on their day: two queries, whatever the size."""
    engaged = {each.case: each for each in people if Phase.INTEREST in each.reached and each.case}
    days = [cohort_day(each, phases) for each in engaged.values()]
    codes = sorted(wards)
    with connection.cursor() as cursor:
        cursor.execute(_HOMES, {"cases": list(engaged), "days": days, "wards": codes})
        rows = cursor.fetchall()
    areas = {lsoa for row in rows for lsoa in (row[7], row[9]) if lsoa}
    decile_of = deciles(areas, deprivation) if deprivation else {}
    known = frozenset(codes)
    found = []
    for case, address, no_abode, postcode, state, ward, authority, lsoa, other_ward, other_lsoa in rows:
        place = _place(known, address, no_abode, postcode, state, ward or "", authority or "", other_ward or "")
        decile = decile_of.get(lsoa or other_lsoa or "")
        found.append(Home(engaged[case].person, place, decile))
    return found


def _place(
    known: frozenset[str], address: int | None, no_abode: bool | None, postcode: str, state: str, ward: str, authority: str, other: str
) -> str:
    """A ward of the edition used, or the row of its own that somebody without one belongs to."""
    if address is None:
        return NOT_KNOWN
    if no_abode:
        return NO_ABODE
    if ward in known:
        return ward
    if other:
        return other
    if not postcode or state == GeographyState.NONE:
        return NOT_KNOWN
    if state == GeographyState.PENDING or not ward or authority in HOME_AUTHORITIES:
        return PENDING
    return OUTSIDE


def frozen_targets(*, programme: int, day: date) -> TargetWards | None:
    """The list of target wards that held on a day."""
    return TargetWards.objects.filter(programme=programme, frozen_on__lte=day).order_by("-frozen_on", "-id").first()


def ground(*, programme: int, edition: WardEdition, as_at: date) -> Ground:
    """What ward counts stand on: names, residents, target wards frozen by the day, the latest baseline."""
    names = {ward.code: ward.name for ward in wards_on(edition.day)}
    people, deprived = editions(EditionKind.POPULATION).first(), editions(EditionKind.DEPRIVATION).first()
    residents: Mapping[str, int] = {}
    if people is not None:
        residents = {
            code: counts.get("all", 0) for code, counts in population(edition=people.name, areas=names, kind=AreaKind.WARD).items()
        }
    frozen = frozen_targets(programme=programme, day=as_at)
    earlier = EarlierHires.objects.filter(programme=programme).order_by("-until", "-id").first()
    return Ground(
        edition=edition.name,
        names=names,
        residents=residents,
        population=people.name if people else "",
        deprivation=deprived.name if deprived else "",
        targets=Targets(frozen.name, frozen.frozen_on, frozen.method, frozenset(frozen.codes)) if frozen else None,
        earlier=Earlier(f"{earlier.name} ({earlier.source})", {code: int(number) for code, number in earlier.counts.items()})
        if earlier
        else None,
    )
