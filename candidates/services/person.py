"""People: added, corrected, reached in another way, moved."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from accounts.models import Organisation
from accounts.services.audit import service
from candidates.choices import AddressChange, RouteKind
from candidates.models import Address, Candidate, ContactRoute
from candidates.services.pairs import compare_again
from candidates.services.place import place_address
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, Refused
from places.postcodes import normalise

#: Older than this, or born later than today, is a typing error.
OLDEST = 110


@service("person.add")
def add_person(
    *,
    organisation: Organisation,
    first_name: str,
    last_name: str = "",
    known_as: str = "",
    date_of_birth: date | None = None,
    birth_quality: str = "",
    language: str = "en",
    english_is_fine: bool | None = None,
    by: Actor,
    at: datetime,
) -> Candidate:
    """Somebody the programme now knows by name. English is taken to be fine until somebody says whether it is."""
    if not first_name.strip():
        raise Refused("Enter a name.", field="first_name")
    check_birth(date_of_birth, at=at)
    return Candidate.objects.create(
        organisation=organisation,
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        known_as=known_as.strip(),
        date_of_birth=date_of_birth,
        birth_quality=birth_quality or ("exact" if date_of_birth else ""),
        language=language,
        english_is_fine=english_is_fine is not False,
    )


def check_birth(day: date | None, *, at: datetime) -> None:
    """Raises Refused for a day of birth to come, or so long ago that the year is a slip."""
    if day is None:
        return
    today = today_london(at)
    if day > today:
        raise Refused("The date of birth is still to come.", field="date_of_birth")
    if today.year - day.year > OLDEST:
        raise Refused(f"The date of birth is more than {OLDEST} years ago: check the year.", field="date_of_birth")


@service("person.correct")
def correct_person(*, candidate: Candidate, version: int, values: dict[str, Any], by: Actor, at: datetime) -> Candidate:
    """Names, date of birth, language put right. Raises Conflict when somebody else changed them meanwhile."""
    unknown = set(values) - {"first_name", "last_name", "known_as", "date_of_birth", "birth_quality", "language", "english_is_fine"}
    if unknown:
        raise ValueError(f"Not corrected here: {sorted(unknown)}.")
    if "first_name" in values and not values["first_name"].strip():
        raise Refused("Enter a name.", field="first_name")
    check_birth(values.get("date_of_birth"), at=at)
    candidate.change(version=version, **values)
    candidate.refresh_from_db()
    candidate.save(update_fields=["folded_name"])
    compare_again([candidate.pk])
    return candidate


@service("person.add_route")
def add_route(
    *, candidate: Candidate, kind: str, value: str, typed: str = "", by: Actor, at: datetime, safe: dict[str, Any] | None = None
) -> ContactRoute:
    """One more way to reach the person, with what is safe. The same one again changes nothing."""
    if kind == RouteKind.EMAIL and "@" not in value:
        raise Refused("Enter an e-mail address like name@example.org.", field="email")
    found = ContactRoute.objects.current().filter(candidate=candidate, kind=kind, value=value).first()
    if found is not None:
        return found
    last = ContactRoute.objects.current().filter(candidate=candidate).count()
    compare_again([candidate.pk])
    return ContactRoute.objects.create(
        candidate=candidate, kind=kind, value=value, typed=typed or value, rank=last + 1, confirmed_on=today_london(at), **(safe or {})
    )


@service("person.change_route")
def change_route(*, route: ContactRoute, version: int, values: dict[str, Any], by: Actor, at: datetime) -> ContactRoute:
    """The number or address itself was wrong, or what is safe on it has changed. The row's history keeps what stood there.

    A number put right counts as confirmed today. Raises Refused when the person has that number or address already.
    """
    unknown = set(values) - {"kind", "value", "typed", "is_shared", "may_text", "may_call", "may_voicemail", "may_mention", "safe_times"}
    if unknown:
        raise ValueError(f"Not changed here: {sorted(unknown)}.")
    kind, value = values.get("kind", route.kind), values.get("value", route.value)
    if (kind, value) != (route.kind, route.value):
        same = ContactRoute.objects.current().filter(candidate=route.candidate_id, kind=kind, value=value).exclude(pk=route.pk)
        if same.exists():
            raise Refused("This is on their record already.", field="value")
        values = {**values, "confirmed_on": today_london(at)}
    route.change(version=version, **values)
    compare_again([route.candidate_id])
    return route


@service("person.main_route")
def make_main(*, route: ContactRoute, records: Collection[int] = (), by: Actor, at: datetime) -> ContactRoute:
    """The way to try first: it stands at the top, and texts go to it when they may. `records`: all of the same person."""
    theirs = ContactRoute.objects.current().filter(candidate__in={route.candidate_id, *records})
    others = theirs.exclude(pk=route.pk).order_by("rank", "id")
    for number, row in enumerate([route, *others], start=1):
        ContactRoute.objects.filter(pk=row.pk).exclude(rank=number).update(rank=number)
    route.rank = 1
    return route


@service("person.end_route")
def end_route(*, route: ContactRoute, version: int, by: Actor, at: datetime) -> ContactRoute:
    """This way no longer reaches them: a wrong number, or one given up."""
    route.change(version=version, ended_on=today_london(at))
    compare_again([route.candidate_id])
    return route


@service("person.address")
def set_address(
    *,
    candidate: Candidate,
    postcode: str = "",
    lines: str = "",
    no_fixed_abode: bool = False,
    change: str = "",
    since: date | None = None,
    version: int | None = None,
    by: Actor,
    at: datetime,
) -> Address:
    """Where the person lives: the first address, a move from a day, or a correction from the start.

    `version` is the person's `address_version` at which a form was opened: raises Conflict when another address was written since.
    A postcode that is well formed and not in the files is kept as "pending". Figures take the address valid on the day they ask for.
    """
    today = today_london(at)
    Candidate.objects.select_for_update(no_key=True).get(pk=candidate.pk)
    if version is not None and version != candidate.address_version:
        raise Conflict()
    current = (
        Address.objects.select_for_update(no_key=True).filter(candidate=candidate, valid_to__isnull=True, replaced_by__isnull=True).first()
    )
    code = normalise(postcode)
    if postcode.strip() and not code:
        raise Refused("Enter a postcode like B1 1AA, or leave it empty.", field="postcode")
    if current is not None and (current.postcode, current.lines, current.no_fixed_abode) == (code, lines, no_fixed_abode):
        return current
    kind = AddressChange.FIRST if current is None else (change or AddressChange.MOVED)
    moved_on = since or today
    if kind == AddressChange.MOVED and current is not None:
        if moved_on > today:
            raise Refused("That day is still to come.", field="since")
        if current.valid_from is not None and moved_on <= current.valid_from:
            raise Refused("The move must come after the move before it.", field="since")
        current.change(version=current.version, valid_to=moved_on)
    began = (
        None if kind == AddressChange.FIRST else (moved_on if kind == AddressChange.MOVED else (current.valid_from if current else None))
    )
    if kind == AddressChange.CORRECTED and current is not None:
        current.change(version=current.version, valid_to=current.valid_from or today)
    made = Address.objects.create(
        candidate=candidate, lines=lines, postcode=code, no_fixed_abode=no_fixed_abode, change_kind=kind, valid_from=began
    )
    if kind == AddressChange.CORRECTED and current is not None:
        current.change(version=current.version, replaced_by=made)
    place_address(address=made, on=today)
    compare_again([candidate.pk])
    return made
