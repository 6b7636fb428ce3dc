"""Who covers whom, until when: what runs and what is to come."""

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet

from accounts.models import Cover
from ground.actor import Actor
from ground.templatetags.said import weekday
from pathways.queries.due import Act, ListRow
from pathways.rules import may_end_cover


def covers(user: object, *, today: date) -> QuerySet[Cover]:
    """Those that run and those to come: of one's own desk or by oneself, for a lead all of the organisation's."""
    return Cover.objects.for_user(user).standing(today).select_related("holder", "coverer", "made_by")


def cover_row(cover: Cover, *, actors: Sequence[Actor], me: int | None, today: date) -> ListRow:
    """Who covers whom, from when and until when, and its end."""
    by = next((each for each in actors if may_end_cover(each, cover=cover)), None)
    runs = cover.from_on <= today
    return ListRow(
        key=f"cover-{cover.uuid}",
        name=_words(cover, me),
        href="",
        where="Now" if runs else f"From {weekday(cover.from_on)}",
        next=f"Until {weekday(cover.to_on)}",
        note=f"Set by {cover.made_by.name}" if cover.made_by is not None and cover.made_by_id not in {cover.holder_id, me} else "",
        acts=[Act("End now", f"/caseload/cover/{cover.uuid}/end/", version=cover.version)] if by is not None else [],
    )


def _words(cover: Cover, me: int | None) -> str:
    """You cover Ada Blunt’s desk; Bo Lee covers your desk."""
    who = "You cover" if cover.coverer_id == me else f"{cover.coverer.name} covers"
    return f"{who} your desk" if cover.holder_id == me else f"{who} {cover.holder.name}’s desk"
