"""What others ask of places: where a postcode lies on a day, which wards there are, how many people, how deprived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet

from places.choices import HOME_AUTHORITIES, AreaKind, EditionKind, PostcodeState, Shape
from places.models import Authority, Deprivation, Edition, LoadRun, Population, Postcode, Ward
from places.postcodes import read_postcode


@dataclass(frozen=True)
class Geography:
    """Where one postcode lies by one edition. The ward is the postcode's own; the LSOA is for deprivation alone.

    `ward_in_force`: whether that ward exists on the day asked for; None when its days are not known. Where it is False
    the editions loaded do not reach that day, and the ward belongs to the series before (or after) it.
    """

    state: PostcodeState
    postcode: str = ""
    ward_code: str = ""
    authority_code: str = ""
    oa21: str = ""
    lsoa21: str = ""
    lsoa11: str = ""
    edition: str = ""
    has_grid: bool = False
    terminated: date | None = None
    ward_in_force: bool | None = None

    @property
    def pending(self) -> bool:
        """Well formed and in no edition yet: a later file may know it."""
        return self.state == PostcodeState.UNKNOWN


@dataclass(frozen=True)
class WardEdition:
    """A time between two boundary changes anywhere in the area: one series of figures stays within one."""

    code: str
    name: str
    starts_on: date
    ends_on: date | None

    @property
    def day(self) -> date:
        """A day on which its wards are in force."""
        return self.starts_on


def look_up(postcode: str | None, on: date) -> Geography:
    """Where the postcode lay on that day. Never an error: what is not known says so in its state."""
    return look_up_many([postcode], on)[postcode]


def look_up_many(postcodes: Iterable[str | None], on: date) -> dict[str | None, Geography]:
    """The same for many, in two queries; keyed by what was handed in."""
    every = every_edition(postcodes, on)
    return {typed: _best(found) for typed, found in every.items()}


def every_edition(postcodes: Iterable[str | None], on: date) -> dict[str | None, list[Geography]]:
    """What each loaded edition says of each postcode, newest edition first; one entry where none says anything."""
    readings = {typed: read_postcode(typed) for typed in postcodes}
    asked = {reading.normalised for reading in readings.values() if reading.shape == Shape.OK}
    rows: dict[str, list[Postcode]] = defaultdict(list)
    for row in Postcode.objects.filter(pcds__in=asked).select_related("edition").order_by("-edition__as_of", "-edition_id"):
        rows[row.pcds].append(row)
    wards = Ward.objects.in_bulk({row.ward_code for found in rows.values() for row in found if row.ward_code}, field_name="code")
    answers: dict[str | None, list[Geography]] = {}
    for typed, reading in readings.items():
        if reading.shape == Shape.OK:
            found = rows.get(reading.normalised, [])
            # The newest edition knows best whether the postcode is still in use.
            ended = found[0].terminated if found else None
            answers[typed] = [_geography(row, wards, ended, on) for row in found] or [
                Geography(PostcodeState.UNKNOWN, postcode=reading.normalised)
            ]
        elif reading.shape == Shape.PSEUDO:
            answers[typed] = [Geography(PostcodeState.PSEUDO, postcode=reading.normalised)]
        else:
            answers[typed] = [Geography(PostcodeState.NONE)]
    return answers


def _geography(row: Postcode, wards: dict[str, Ward], ended: date | None, on: date) -> Geography:
    return Geography(
        state=PostcodeState.TERMINATED if ended and ended <= on else PostcodeState.LIVE,
        postcode=row.pcds,
        ward_code=row.ward_code,
        authority_code=row.authority_code,
        oa21=row.oa21,
        lsoa21=row.lsoa21,
        lsoa11=row.lsoa11,
        edition=row.edition.name,
        has_grid=row.has_grid,
        terminated=ended,
        ward_in_force=_in_force(wards.get(row.ward_code), on),
    )


def _in_force(ward: Ward | None, on: date) -> bool | None:
    if ward is None or (ward.valid_from is None and ward.valid_to is None):
        return None
    return (ward.valid_from is None or ward.valid_from <= on) and (ward.valid_to is None or on <= ward.valid_to)


def _best(found: list[Geography]) -> Geography:
    """The newest edition whose ward exists on the day; else the newest whose ward's days nobody knows; else the newest."""
    for wanted in (True, None):
        for geography in found:
            if geography.ward_in_force is wanted:
                return geography
    return found[0]


def wards_on(day: date, authorities: Iterable[str] = HOME_AUTHORITIES) -> QuerySet[Ward]:
    """The wards that exist on this day, by authority and name."""
    return Ward.objects.of(authorities).in_force(day).select_related("authority").order_by("authority__name", "name", "code")


def ward_editions(authorities: Iterable[str] = HOME_AUTHORITIES) -> list[WardEdition]:
    """The editions that a report may choose from, newest first. Times in which an authority has no known wards are left out."""
    codes = list(authorities)
    starts: dict[str, set[date]] = {code: set() for code in codes}
    for ward in Ward.objects.of(codes):
        if ward.valid_from:
            starts[str(ward.authority_id)].add(ward.valid_from)
    if not codes or not all(starts.values()):
        return []
    known_since = max(min(days) for days in starts.values())
    begins = sorted({day for days in starts.values() for day in days if day >= known_since})
    ends = [later - timedelta(days=1) for later in begins[1:]]
    return [_ward_edition(first, last) for first, last in reversed(list(zip(begins, [*ends, None], strict=True)))]


def ward_edition_on(day: date, authorities: Iterable[str] = HOME_AUTHORITIES) -> WardEdition | None:
    """The edition that a day falls into."""
    for edition in ward_editions(authorities):
        if edition.starts_on <= day and (edition.ends_on is None or day <= edition.ends_on):
            return edition
    return None


def _ward_edition(first: date, last: date | None) -> WardEdition:
    name = f"Wards from {first:%B %Y} to {last:%B %Y}" if last else f"Wards since {first:%B %Y}"
    return WardEdition(code=f"{first:%Y-%m}", name=name, starts_on=first, ends_on=last)


def ward_names(codes: Iterable[str]) -> dict[str, str]:
    """Names for these codes, for the eye only: nothing is joined on them."""
    return dict(Ward.objects.filter(code__in=list(codes)).values_list("code", "name"))


def authority_names() -> dict[str, str]:
    return {authority.code: str(authority) for authority in Authority.objects.all()}


def editions(kind: EditionKind) -> QuerySet[Edition]:
    """The loaded editions of a kind, newest first."""
    return Edition.objects.filter(kind=kind).order_by("-as_of", "-id")


def deciles(lsoa_codes: Iterable[str], edition: str) -> dict[str, int]:
    """Deprivation decile by small area in one named edition; 1 is the most deprived tenth."""
    return dict(
        Deprivation.objects.filter(
            edition__kind=EditionKind.DEPRIVATION, edition__name=edition, lsoa_code__in=list(lsoa_codes)
        ).values_list("lsoa_code", "decile")
    )


def population(
    *, edition: str, areas: Iterable[str] | None = None, question: str = "all", kind: AreaKind = AreaKind.WARD
) -> dict[str, dict[str, int]]:
    """People by area and category in one named edition; question "all" has the one category "all"."""
    rows = Population.objects.filter(edition__kind=EditionKind.POPULATION, edition__name=edition, question=question, kind=kind)
    if areas is not None:
        rows = rows.filter(area_code__in=list(areas))
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for area, category, count in rows.values_list("area_code", "category", "count"):
        counts[area][category] = count
    return dict(counts)


def postcodes_in_use(*, edition: str) -> list[tuple[str, str]]:
    """Postcode and ward of every postcode in use in one named edition, in order: what a simulator draws homes from."""
    rows = Postcode.objects.filter(edition__kind=EditionKind.POSTCODES, edition__name=edition, terminated__isnull=True)
    return list(rows.order_by("pcds").values_list("pcds", "ward_code"))


@dataclass(frozen=True)
class EditionCounts:
    """One edition with all that the settings page says of it."""

    edition: Edition
    rows: int
    loads: list[LoadRun]


@dataclass(frozen=True)
class KindOfReference:
    """One kind of reference data on the settings page, with what to say while there is none."""

    label: str
    nothing: str
    begin: str
    editions: list[EditionCounts]


#: What to do where nothing is loaded yet.
_BEGIN = {
    EditionKind.WARDS: "Somebody with access to the server loads the official list: manage.py load_wards FILE.",
    EditionKind.POSTCODES: "Somebody with access to the server loads a postcode directory: manage.py load_postcodes FILE.",
    EditionKind.DEPRIVATION: "Until it is, no figure can say how deprived the areas are where people live.",
    EditionKind.POPULATION: "Until it is, no rate can be shown beside a count.",
}


def reference() -> list[KindOfReference]:
    """Kinds of reference data in order, each with its editions, newest first; a fixed number of queries."""
    counts: dict[int, int] = {}
    for model in (Ward, Postcode, Deprivation, Population):
        counts.update(model.objects.values("edition").annotate(rows=Count("pk")).order_by().values_list("edition", "rows"))
    by_kind: dict[str, list[EditionCounts]] = {kind: [] for kind in EditionKind.values}
    for edition in Edition.objects.prefetch_related("loads").order_by("-as_of", "-id"):
        by_kind[edition.kind].append(EditionCounts(edition, counts.get(edition.pk, 0), list(edition.loads.all())))
    return [KindOfReference(kind.label, f"No {kind.label.lower()} loaded yet", _BEGIN[kind], by_kind[kind.value]) for kind in EditionKind]
