"""The invented part of the map: postcodes, small areas, people and deprivation for a demo, worked out from the ward's code.

Nothing here is copied from a real file. Postcodes lie in a district that does not exist (B0), small areas have codes far above
any that was ever given, and each number comes from a digest, so that every installation invents the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from places.choices.wards import SHIPPED_WARDS, WardSet

NAME = "Invented"
NAME_2026 = "Invented, wards of 2026"
AS_OF = date(2018, 5, 3)
AS_OF_2026 = date(2026, 5, 7)

AREAS_A_WARD = 4
POSTCODES_AN_AREA = 3
#: Every so many postcodes one is out of use.
TERMINATED_EVERY = 97
TERMINATED = date(2024, 6, 1)
#: Small areas in England in the deprivation of 2025: ranks run to it.
RANKS = 33_755
#: What one small area may hold: the size that small areas are made for.
FEWEST, MOST = 1_200, 3_000

_UNIT_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"

#: question -> category -> how many of a thousand, before each area is drawn its own leaning.
SHARES: dict[str, dict[str, int]] = {
    "age": {"0-15": 210, "16-17": 30, "18-24": 115, "25-34": 150, "35-44": 140, "45-54": 125, "55-64": 100, "65+": 130},
    "sex": {"female": 510, "male": 490},
    "disability": {"yes": 180, "no": 820},
    "ethnic_group": {
        "1": 460, "2": 15, "3": 4, "4": 4, "5": 47, "6": 22, "7": 5, "8": 12, "9": 11, "10": 60,
        "11": 150, "12": 40, "13": 12, "14": 28, "15": 40, "16": 55, "17": 10, "18": 15, "19": 10,
    },
}  # fmt: skip


class InventedArea(NamedTuple):
    """One invented small area, with the wards it lies in before and since May 2026."""

    lsoa21: str
    lsoa11: str
    oa21: str
    authority: str
    ward: str
    ward_2026: str
    people: int
    rank: int
    decile: int
    score: Decimal
    postcodes: tuple[str, ...]


def invented_areas() -> Iterator[InventedArea]:
    """All of them, in order: four to a ward of the older list, each with three postcodes."""
    number = 0
    for group in _older():
        newer = _newer(group)
        for place, (ward, _) in enumerate(group.wards):
            poor = _drawn(ward, "poor", 0, 1000)
            for part in range(AREAS_A_WARD):
                lsoa = f"E01{900_000 + number:06d}"
                rank = _rank(poor, lsoa)
                # A quarter of each ward went to its neighbour: the older names cover other ground now.
                lies = place if part < AREAS_A_WARD - 1 else (place + 1) % len(newer)
                yield InventedArea(
                    lsoa21=lsoa,
                    lsoa11=lsoa,
                    oa21=f"E00{900_000 + number:06d}",
                    authority=group.authority,
                    ward=ward,
                    ward_2026=newer[lies if group.valid_to else place],
                    people=_drawn(lsoa, "people", FEWEST, MOST),
                    rank=rank,
                    decile=min(10, (rank - 1) * 10 // RANKS + 1),
                    score=Decimal(round(80 * (1 - rank / RANKS) ** 2, 3)).quantize(Decimal("0.001")),
                    postcodes=tuple(_postcode(number * POSTCODES_AN_AREA + unit) for unit in range(POSTCODES_AN_AREA)),
                )
                number += 1


def invented_people(area: InventedArea, question: str) -> dict[str, int]:
    """How many of an area's people are in each category: whole people that add up to all of them."""
    leaning = {name: share * _drawn(area.lsoa21, f"{question} {name}", 60, 140) for name, share in SHARES[question].items()}
    total = sum(leaning.values())
    counts = {name: area.people * weight // total for name, weight in leaning.items()}
    left = area.people - sum(counts.values())
    for name in sorted(leaning, key=lambda name: (-(area.people * leaning[name] % total), name))[:left]:
        counts[name] += 1
    return counts


def is_terminated(number: int) -> bool:
    """Whether the nth invented postcode is out of use."""
    return number % TERMINATED_EVERY == TERMINATED_EVERY - 1


def _older() -> list[WardSet]:
    """The wards that each authority had before May 2026."""
    return [group for group in SHIPPED_WARDS if group.valid_from < AS_OF_2026]


def _newer(group: WardSet) -> list[str]:
    """The codes that the same authority has since."""
    latest = max((other for other in SHIPPED_WARDS if other.authority == group.authority), key=lambda other: other.valid_from)
    return [code for code, _ in latest.wards]


def _drawn(key: str, what: str, low: int, high: int) -> int:
    """A whole number between low and high, the same in every run."""
    return low + int.from_bytes(hashlib.sha256(f"{key} {what}".encode()).digest()[:6]) % (high - low + 1)


def _rank(poor: int, lsoa: str) -> int:
    """Wards differ more than the areas within them, and many are deprived, as in a large city."""
    lot = min(1.0, (0.72 * poor + 0.34 * _drawn(lsoa, "poor", 0, 1000)) / 1000)
    return max(1, round(RANKS * lot**1.7))


def _postcode(number: int) -> str:
    sector, unit = divmod(number, len(_UNIT_LETTERS) ** 2)
    first, second = divmod(unit, len(_UNIT_LETTERS))
    return f"B0 {sector}{_UNIT_LETTERS[first]}{_UNIT_LETTERS[second]}"
