"""Finding a person by name, phone or postcode, within scope; and people who may be the same one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from candidates.likeness import Known, Likeness, likeness
from candidates.models import Address, Candidate, ContactRoute
from candidates.models.alike import known_of, near
from candidates.models.candidate import fold
from candidates.models.spelling import has_words, knows_trigrams, spelt_otherwise
from ground.phones import PhoneRefused, read_phone
from pathways.models import Pathway
from pathways.queries.caseload import with_ring
from pathways.queries.company import with_any_key
from pathways.scope import pathways, people
from pathways.workflow.pathway import Stage
from places.postcodes import normalise

MOST = 25
#: Fewer digits than this find too many people.
FEWEST_DIGITS = 5
#: Of fewer letters there is no telling how else they may be spelt.
FEWEST_TO_MISSPELL = 3
#: In which order people are found: names that begin so, names with such words, names that are spelt otherwise.
BEGINS, HAS_WORDS, ALIKE = range(3)
OTHERWISE = "Similar name"
OTHER_RECORD = "By another record of theirs"
#: Whoever stands before us can be asked: fewer points are worth a look then than in a list of pairs. A first name at a postcode is.
WORTH_A_LOOK = 8
MOST_DOUBLES = 5


@dataclass(frozen=True)
class Found:
    """The people found, each with the case to meet them in; whether there were more; why somebody is among them where it is not plain."""

    rows: list[Pathway]
    more: bool
    kind: str
    why: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Words:
    """What was typed, told apart: a name, a phone or the end of one, a postcode; any of them together."""

    name: str = ""
    phone: str = ""
    postcode: str = ""

    @property
    def kind(self) -> str:
        return "+".join(part for part in ("name", "phone", "postcode") if getattr(self, part)) or "name"

    @property
    def lacking(self) -> str:
        """What must be typed besides, in words: a name of marks alone says nothing, a few digits fit too many. Nothing where it will do."""
        if self.phone and sum(each.isdigit() for each in self.phone) < FEWEST_DIGITS:
            return "Type the last five digits of the phone or more."
        return "" if self.name or self.phone or self.postcode else "Type a name, the last five digits of a phone, or a postcode."

    @property
    def is_letter(self) -> bool:
        """One letter alone: it finds names of one letter, and says too little of any other."""
        return len(self.name) == 1 and not (self.phone or self.postcode)


def read_words(typed: str) -> Words:
    """Tell a name, a phone and a postcode apart."""
    code = normalise(typed)
    if code:
        return Words(postcode=code)
    if any(each.isdigit() for each in typed) and not any(each.isalpha() for each in typed):
        return Words(phone=typed)
    parts, code = _without_postcode(typed.split())
    phones = [part for part in parts if any(each.isdigit() for each in part) and not any(each.isalpha() for each in part)]
    names = [part for part in parts if part not in phones]
    return Words(name=fold(" ".join(names)), phone=" ".join(phones), postcode=code)


def _without_postcode(parts: list[str]) -> tuple[list[str], str]:
    for length in (2, 1):
        for start in range(len(parts) - length + 1):
            code = normalise(" ".join(parts[start : start + length]))
            if code:
                return [*parts[:start], *parts[start + length :]], code
    return parts, ""


def search(user: object, typed: str) -> Found:
    """People in sight whom all that was typed fits, best first: names that begin with it, that have its words, that are spelt otherwise."""
    words = read_words(typed)
    if words.lacking:
        return Found([], False, words.kind)
    rows = _at_postcode(_by_phone(people(user), words.phone), words.postcode)
    if words.name:
        ids, otherwise = _named(rows, words.name)
    else:
        ids, otherwise = _first(rows.order_by("folded_name", "id")), frozenset()
    people_found = [(pk, OTHERWISE if pk in otherwise else "") for pk in ids[:MOST]]
    return found_before(user, people_found, more=len(ids) > MOST, kind=words.kind)


def found_before(user: object, found: Sequence[tuple[int, str]], *, more: bool, kind: str) -> Found:
    """People by their keys, each with why they were found, as they stand now: those still in sight."""
    cases = _latest(_to_choose_by(user), [pk for pk, _ in found])
    seen: dict[int, Pathway] = {}
    reasons: dict[int, str] = {}
    for pk, why in found:
        case = cases.get(pk)
        if case is not None and case.pk not in seen:  # one person may be found by several records
            seen[case.pk], reasons[case.pk] = case, why or (OTHER_RECORD if case.candidate_id != pk else "")
    return Found(list(seen.values()), more, kind, {pk: why for pk, why in reasons.items() if why})


def _first(rows: QuerySet[Candidate]) -> list[int]:
    return list(rows.values_list("pk", flat=True)[: MOST + 1])


def _named(rows: QuerySet[Candidate], name: str) -> tuple[list[int], frozenset[int]]:
    """The ids, and which of them are spelt otherwise: lists in one query, each asked only while there is room."""
    begins, words, by_name = _begins(name), _words(name), ("folded_name", "id")
    lists = [rows.filter(begins).annotate(rank=Value(BEGINS)).order_by(*by_name)]
    if len(name) >= FEWEST_TO_MISSPELL and knows_trigrams():  # whoever has the words is like them too: one list, in two parts
        rank = Case(When(words, then=Value(HAS_WORDS)), default=Value(ALIKE))
        alike = spelt_otherwise(rows.exclude(begins), name, trigrams=True).annotate(rank=rank)
        lists.append(alike.order_by("rank", "-likeness", *by_name))
    else:
        lists.append(rows.filter(words & ~begins).annotate(rank=Value(HAS_WORDS)).order_by(*by_name))
        if len(name) >= FEWEST_TO_MISSPELL:
            alike = spelt_otherwise(rows.exclude(begins | words), name, trigrams=False)
            lists.append(alike.annotate(rank=Value(ALIKE)))
    first, *rest = [each.values_list("rank", "pk")[: MOST + 1] for each in lists]
    found = sorted(first.union(*rest, all=True)[: MOST + 1], key=itemgetter(0))
    return [pk for _, pk in found], frozenset(pk for rank, pk in found if rank == ALIKE)


def _begins(name: str) -> Q:
    """Names that begin with what was typed; one letter is a name of one letter."""
    if len(name) == 1:
        return Q(folded_name=name) | Q(folded_name__startswith=f"{name} ")
    return Q(folded_name__startswith=name)


def _words(name: str) -> Q:
    """Names that have the words typed; a letter alone is a whole word."""
    if len(name) == 1:
        return Q(folded_name__endswith=f" {name}") | Q(folded_name__contains=f" {name} ")
    return has_words(name)


def _by_phone(rows: QuerySet[Candidate], typed: str) -> QuerySet[Candidate]:
    """A whole number however it is written, else its last digits, or its first."""
    if not typed:
        return rows
    held = ContactRoute.objects.filter(candidate=OuterRef("pk"), ended_on__isnull=True)
    try:
        return rows.filter(Exists(held.filter(value=read_phone(typed).e164)))
    except PhoneRefused:
        digits = "".join(each for each in typed if each.isdigit())
        begins = f"+44{digits[1:]}" if digits.startswith("0") else f"+{digits}"
        return rows.filter(Exists(held.filter(Q(value__endswith=digits) | Q(value__startswith=begins))))


def _at_postcode(rows: QuerySet[Candidate], code: str) -> QuerySet[Candidate]:
    if not code:
        return rows
    lives = Address.objects.filter(candidate=OuterRef("pk"), postcode=code, valid_to__isnull=True, replaced_by__isnull=True)
    return rows.filter(Exists(lives))


def latest_cases(user: object, candidates: Iterable[int]) -> dict[int, Pathway]:
    """For each person the case to meet them in: an open one, else the latest."""
    return _latest(pathways(user), candidates)


def _latest(seen: QuerySet[Pathway], candidates: Iterable[int]) -> dict[int, Pathway]:
    wanted = list(candidates)
    if not wanted:
        return {}
    rows = (
        seen.filter(with_any_key(Pathway.objects.filter(candidate__in=wanted)))
        .select_related("candidate", "owner", "programme")
        .order_by("id")
    )
    best: dict[UUID, Pathway] = {}
    whose: dict[int, UUID] = {}
    for case in rows:
        before = best.get(case.person_key)
        whose[case.candidate_id] = case.person_key
        if before is None or case.is_open or not (before.is_open or case.stage == Stage.MERGED):
            best[case.person_key] = case
    return {candidate: best[key] for candidate, key in whose.items()}


def _to_choose_by(user: object) -> QuerySet[Pathway]:
    """Cases in sight with what tells people apart: `ring`, the number to ring, and `postcode` of where they live."""
    lives = Address.objects.filter(candidate=OuterRef("candidate"), valid_to__isnull=True, replaced_by__isnull=True)
    return with_ring(pathways(user)).annotate(postcode=Subquery(lives.values("postcode")[:1]))


def possible_doubles(user: object, *, known: Known) -> Found:
    """People in sight who may be the same, the likest first, each with why. Never merged by itself.

    Whoever has the very number or address is among them, whatever their name is. Of who is out of sight nothing is looked at.
    """
    found = likest(user, {0: known}, trigrams=knows_trigrams())[0]
    reasons = [(pk, f"{like.words[:1].upper()}{like.words[1:]}") for pk, like in found[:MOST_DOUBLES]]
    return found_before(user, reasons, more=False, kind="")


def likest(user: object, wanted: Mapping[int, Known], *, trigrams: bool = False) -> dict[int, list[tuple[int, Likeness]]]:
    """For each of these who were typed in, the people in sight who may be them, the likest first. Four queries."""
    close = near(wanted, trigrams=trigrams)
    here = known_of(people(user).filter(pk__in={pk for ids in close.values() for pk in ids}))
    return {who: _compared(one, {pk: here[pk] for pk in close[who] & here.keys()}) for who, one in wanted.items()}


def _compared(one: Known, others: Mapping[int, Known]) -> list[tuple[int, Likeness]]:
    reach = one.phones | one.emails
    found = [(pk, likeness(one, other)) for pk, other in others.items()]
    worth = [(pk, like) for pk, like in found if like.points >= WORTH_A_LOOK or reach & (others[pk].phones | others[pk].emails)]
    return sorted(worth, key=lambda each: (-each[1].points, each[0]))
