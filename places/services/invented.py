"""The invented map of the demo, written under editions that say so."""

from __future__ import annotations

from collections import Counter
from datetime import date

from ground.door import transact
from places.choices import AreaKind, EditionKind
from places.choices import invented as made_up
from places.models import Deprivation, Edition, Population, Postcode, SmallArea
from places.services.wards import load_shipped_wards


@transact
def load_invented() -> bool:
    """Write invented postcodes, small areas, deprivation and population for all shipped wards; False when they are there.

    Two editions of postcodes, so that Solihull has its wards before and since May 2026.
    """
    load_shipped_wards()
    if Edition.objects.filter(kind=EditionKind.POSTCODES, name=made_up.NAME_2026).exists():
        return False
    areas = list(made_up.invented_areas())
    _write_postcodes(areas, _edition(EditionKind.POSTCODES, made_up.NAME, made_up.AS_OF), newer=False)
    _write_postcodes(areas, _edition(EditionKind.POSTCODES, made_up.NAME_2026, made_up.AS_OF_2026), newer=True)
    _write_deprivation(areas, _edition(EditionKind.DEPRIVATION, made_up.NAME, made_up.AS_OF))
    _write_population(areas, _edition(EditionKind.POPULATION, made_up.NAME, made_up.AS_OF))
    return True


def _edition(kind: EditionKind, name: str, as_of: date) -> Edition:
    return Edition.objects.get_or_create(kind=kind, name=name, defaults={"as_of": as_of})[0]


def _write_postcodes(areas: list[made_up.InventedArea], edition: Edition, *, newer: bool) -> None:
    units = [(area, pcds) for area in areas for pcds in area.postcodes]
    Postcode.objects.bulk_create(
        Postcode(
            edition=edition,
            pcds=pcds,
            ward_code=area.ward_2026 if newer else area.ward,
            authority_code=area.authority,
            oa21=area.oa21,
            lsoa21=area.lsoa21,
            lsoa11=area.lsoa11,
            terminated=made_up.TERMINATED if made_up.is_terminated(number) else None,
        )
        for number, (area, pcds) in enumerate(units)
    )


def _write_deprivation(areas: list[made_up.InventedArea], edition: Edition) -> None:
    Deprivation.objects.bulk_create(
        Deprivation(edition=edition, lsoa_code=area.lsoa21, rank=area.rank, decile=area.decile, score=area.score) for area in areas
    )
    SmallArea.objects.bulk_create(
        SmallArea(edition=edition, kind=AreaKind.LSOA21, code=area.lsoa21, authority_code=area.authority, best_fit_ward=ward)
        for area in areas
        for ward in sorted({area.ward, area.ward_2026})
    )


def _write_population(areas: list[made_up.InventedArea], edition: Edition) -> None:
    """Small areas by their people; wards of both lists and authorities as sums of them, by every question."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for area in areas:
        counts[AreaKind.LSOA21, area.lsoa21, "all", "all"] += area.people
        larger = {(AreaKind.WARD, area.ward), (AreaKind.WARD, area.ward_2026), (AreaKind.AUTHORITY, area.authority)}
        for kind, code in larger:
            counts[kind, code, "all", "all"] += area.people
            for question in made_up.SHARES:
                for category, people in made_up.invented_people(area, question).items():
                    counts[kind, code, question, category] += people
    Population.objects.bulk_create(
        [
            Population(edition=edition, kind=kind, area_code=code, question=question, category=category, count=people)
            for (kind, code, question, category), people in sorted(counts.items())
        ],
        batch_size=2000,
    )
