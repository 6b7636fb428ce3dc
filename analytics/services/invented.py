"""The demo's target wards and earlier hires, under names that say that they are invented."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import Programme
from analytics.models import TargetWards
from analytics.services.wards import freeze_target_wards, record_earlier_hires
from ground.actor import Actor
from ground.clock import today_london
from ground.door import transact
from places.models import Ward

#: Birmingham's wards kept their borders over the demo's months, so the list holds throughout.
AUTHORITY = "E08000025"
EDITION = "Invented"
WARDS = 12


@transact
def load_invented_lists(*, programme: Programme, by: Actor, at: datetime) -> bool:
    """Twelve wards frozen when the programme began, and a year of hires before it, few of them from those; False when there."""
    if TargetWards.objects.filter(programme=programme).exists():
        return False
    began = programme.starts_on or today_london(at)
    wards = list(Ward.objects.in_force(began).of([AUTHORITY]).order_by("code").values_list("code", flat=True))
    aims = wards[::5][:WARDS]
    freeze_target_wards(
        programme=programme,
        name="Twelve wards (invented)",
        method="Every fifth ward of Birmingham in order of code, for the demo",
        edition=EDITION,
        frozen_on=began,
        codes=aims,
        by=by,
        at=at,
    )
    record_earlier_hires(
        programme=programme,
        name="Hires in the year before (invented)",
        source="Invented for the demo",
        since=began - timedelta(days=365),
        until=began - timedelta(days=1),
        counts={code: 1 + place % 3 if code in aims else 4 + place % 9 for place, code in enumerate(wards)},
        by=by,
        at=at,
    )
    return True
