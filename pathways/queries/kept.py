"""What somebody typed without signal and what became of it: their own alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from accounts.models import User
from ground.templatetags.said import counted, day, time_of_day
from pathways.models import DeviceKey, KeptForm
from pathways.models.kept import KeptKind, KeptState

LATELY = timedelta(days=1)
#: More keys than a person has devices; of older ones nothing waits any more.
MOST_KEYS = 50
NAMES = {KeptKind.PERSON: "person,people", KeptKind.NOTE: "note,notes", KeptKind.REGISTER: "register,registers"}


def own_keys(user: User) -> QuerySet[DeviceKey]:
    """The keys of one's own devices, the latest first."""
    return DeviceKey.objects.filter(user=user).order_by("-made_at", "-id")


def own_forms(user: User) -> QuerySet[KeptForm]:
    """What one typed without signal."""
    return KeptForm.objects.filter(user=user)


def to_correct(user: User) -> QuerySet[KeptForm]:
    """What came back, in the order in which it was typed."""
    return own_forms(user).filter(state=KeptState.TO_CORRECT).order_by("typed_at", "id")


@dataclass(frozen=True)
class WaitingRow:
    """One form that came back: about whom it is as typed, or what it is; when, and why."""

    href: str
    about: str
    where: str
    typed: str
    why: str


def waiting_rows(user: User) -> list[WaitingRow]:
    """All that came back."""
    return [_row(each) for each in to_correct(user)]


def _row(kept: KeptForm) -> WaitingRow:
    words = kept.words
    about = _about(words.fields)
    return WaitingRow(
        href=f"/waiting/{kept.uuid}/",
        about=about or kept.get_kind_display(),
        where=kept.get_kind_display() if about else "",
        typed=f"{day(kept.typed_at)} at {time_of_day(kept.typed_at)}",
        why=words.why,
    )


def _about(fields: Sequence[tuple[str, str]]) -> str:
    said = dict(fields)
    name = f"{said.get('first_name', '')} {said.get('last_name', '')}".strip()
    return (name or said.get("who", "").strip())[:80]


def arrived_words(user: User, *, at: datetime) -> str:
    """Of the last day: 20 people, 3 notes; nothing where nothing arrived."""
    lately = own_forms(user).filter(state=KeptState.TAKEN, settled_at__gte=at - LATELY)
    numbers = dict(lately.order_by().values_list("kind").annotate(number=Count("pk")))
    return ", ".join(counted(numbers[kind], names) for kind, names in NAMES.items() if kind in numbers)
