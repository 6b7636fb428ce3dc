"""Finding a person by name, phone or postcode, within scope; and people who may be the same one."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from candidates.models import Address, Candidate, ContactRoute
from candidates.models.candidate import fold
from ground.phones import PhoneRefused, read_phone
from pathways.models import Pathway
from pathways.scope import pathways, people
from places.postcodes import normalise

MOST = 25
#: Fewer digits than this find too many people.
FEWEST_DIGITS = 5
FEWEST_LETTERS = 2


@dataclass(frozen=True)
class Found:
    """The people found, with the case that each is met in, and whether there were more."""

    rows: list[Pathway]
    more: bool
    kind: str


def search(user: object, words: str) -> Found:
    """People in sight whose phone, postcode or name fits, best first."""
    kind, found = _people(user, words)
    ids = list(found[: MOST + 1].values_list("pk", flat=True)) if found is not None else []
    if kind == "name" and found is not None and len(ids) <= MOST:
        wider = _names(people(user).exclude(pk__in=ids), words, anywhere=True)
        ids += list(wider[: MOST + 1 - len(ids)].values_list("pk", flat=True))
    cases = latest_cases(user, ids[:MOST])
    return Found([cases[pk] for pk in ids[:MOST] if pk in cases], len(ids) > MOST, kind)


def _people(user: object, words: str) -> tuple[str, QuerySet[Candidate] | None]:
    digits = "".join(each for each in words if each.isdigit()).lstrip("0")
    code = normalise(words)
    if code:
        lives = Address.objects.filter(candidate=OuterRef("pk"), postcode=code, valid_to__isnull=True, replaced_by__isnull=True)
        return "postcode", people(user).filter(Exists(lives)).order_by("folded_name", "id")
    if any(each.isdigit() for each in words) and not any(each.isalpha() for each in words):
        enough = len(digits) >= FEWEST_DIGITS
        return "phone", _by_phone(people(user), words, digits).order_by("folded_name", "id") if enough else None
    if len(fold(words)) < FEWEST_LETTERS:
        return "name", None
    return "name", _names(people(user), words, anywhere=False)


def _by_phone(rows: QuerySet[Candidate], words: str, digits: str) -> QuerySet[Candidate]:
    held = ContactRoute.objects.filter(candidate=OuterRef("pk"), ended_on__isnull=True)
    try:
        return rows.filter(Exists(held.filter(value=read_phone(words).e164)))
    except PhoneRefused:
        return rows.filter(Exists(held.filter(value__endswith=digits)))


def _names(rows: QuerySet[Candidate], words: str, *, anywhere: bool) -> QuerySet[Candidate]:
    """Names that begin with what was typed; or, anywhere, names in which some word begins with each word typed."""
    folded = fold(words)
    if not anywhere:
        return rows.filter(folded_name__startswith=folded).order_by("folded_name", "id")
    for each in folded.split():
        rows = rows.filter(Q(folded_name__startswith=each) | Q(folded_name__contains=f" {each}"))
    return rows.order_by("folded_name", "id")


def latest_cases(user: object, candidates: Iterable[int]) -> dict[int, Pathway]:
    """For each person the case to meet them in: an open one, else the latest."""
    rows = pathways(user).filter(candidate__in=list(candidates)).select_related("candidate", "owner", "programme").order_by("id")
    found: dict[int, Pathway] = {}
    for case in rows:
        before = found.get(case.candidate_id)
        if before is None or case.is_open or not before.is_open:
            found[case.candidate_id] = case
    return found


def possible_doubles(user: object, *, name: str, phones: Iterable[str], postcode: str) -> list[Pathway]:
    """People in sight who may be the same: the same number, or the same name at the same postcode. Never merged by itself."""
    numbers = [each for each in phones if each]
    held = ContactRoute.objects.filter(candidate=OuterRef("pk"), ended_on__isnull=True, value__in=numbers)
    lives = Address.objects.filter(candidate=OuterRef("pk"), postcode=postcode or "-", valid_to__isnull=True, replaced_by__isnull=True)
    named = Q(folded_name=fold(name)) | Q(folded_name__startswith=f"{fold(name)} ")
    same = Q(Exists(held)) | (named & Q(Exists(lives))) if postcode else Q(Exists(held))
    if not numbers and not postcode:
        return []
    ids = list(people(user).filter(same).order_by("folded_name", "id").values_list("pk", flat=True)[:5])
    cases = latest_cases(user, ids)
    return [cases[pk] for pk in ids if pk in cases]
