"""Rows made into people: by reference, else by phone, date of birth and name; what agrees too well or too little is asked about.

Nothing merges by itself: two rows of one person each stay two proposals, the later waiting for an answer. Only the rows of
a file of contacts are gathered, by their reference, or by name and phone, date of birth or e-mail where one person fits.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from candidates.choices import RouteKind
from candidates.likeness import Known, found_by, known_as, likeness, with_slips
from pathways.backends.register import names
from pathways.backends.register.proposals import Decision, Flag, Place
from pathways.backends.register.rows import RowRead

SAME_OR_NEW = (("same", "The same person"), ("new", "A new person"), ("out", "Leave the row out"))
CROWD = 25  # so many who share one thing are not compared letter by letter


@dataclass(slots=True)
class Group:
    """The rows of one person."""

    rows: list[RowRead] = field(default_factory=list)
    ref: str = ""
    gathered: bool = False  # of a file of one row a contact
    phones: tuple[str, ...] = ()
    births: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()
    name: tuple[str, str] = ("", "")

    def add(self, read: RowRead) -> None:
        """One row more of this person."""
        self.rows.append(read)
        told = read.fields
        self.phones = _with(self.phones, told.get("phone"), *read.also.get("phone", ()))
        self.births = _with(self.births, told.get("date_of_birth"))
        self.emails = _with(self.emails, told.get("email"))
        self.postcodes = _with(self.postcodes, told.get("postcode"))
        self.name = _fuller(self.name, read.name)

    def known_by(self) -> Iterator[tuple[str, str]]:
        """By what a row without a reference may be known as this person's."""
        yield from (("phone", phone) for phone in self.phones)
        yield from (("email", email) for email in self.emails)
        yield from (("birth", birth) for birth in self.births if len(birth) == 10)


def _with(held: tuple[str, ...], *more: str | None) -> tuple[str, ...]:
    for value in more:
        if value and value not in held:
            held = (*held, value)
    return held


def _fuller(one: tuple[str, str], other: tuple[str, str]) -> tuple[str, str]:
    """The name that says more: a whole first name before an initial."""
    if not any(other):
        return one
    if not any(one):
        return other
    first = other[0] if (not one[0] or (names.is_initial(one[0]) and other[0])) else one[0]
    return first, one[1] or other[1]


@dataclass
class Grouping:
    """Groups in the order of their first rows, what is to be decided, and flags on joined rows."""

    groups: list[Group] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    held: set[Place] = field(default_factory=set)  # rows that wait, and tell nothing until then


def group_rows(reads: Iterable[tuple[RowRead, bool]]) -> Grouping:
    """Rows to people. Each row comes with whether its table holds one row a contact."""
    grouping = Grouping()
    by_ref: dict[str, Group] = {}
    unnamed: list[RowRead] = []
    for read, gathered in reads:
        key = names.folded(read.ref).replace(" ", "") if read.ref else ""
        if not key:
            if gathered:
                unnamed.append(read)
            else:
                grouping.groups.append(_new(read, gathered=False))
            continue
        group = by_ref.get(key)
        if group is None:
            by_ref[key] = group = _new(read, gathered=gathered)
            grouping.groups.append(group)
        elif _another(read, group):
            grouping.decisions.append(_one_reference(group, read))
            if gathered:
                grouping.held.add(read.place)
            else:
                grouping.groups.append(_new(read, gathered=False))
        else:
            group.add(read)
            group.gathered = group.gathered or gathered
    _gather(grouping, unnamed)
    return grouping


def _new(read: RowRead, *, gathered: bool) -> Group:
    group = Group(ref=read.ref, gathered=gathered)
    group.add(read)
    return group


def _another(read: RowRead, group: Group) -> bool:
    """Whether a row with this reference speaks of somebody else: another name, and nothing else in common."""
    if not any(read.name) or not any(group.name):
        return False
    phone, birth = read.fields.get("phone", ""), read.fields.get("date_of_birth", "")
    other_birth = len(birth) == 10 and bool(group.births) and birth not in group.births
    other_phone = bool(phone and group.phones) and phone not in group.phones
    if names.agree(read.name, group.name) or names.alike(read.name, group.name):
        return other_birth and other_phone and not group.gathered
    shared = (phone and phone in group.phones) or (birth and birth in group.births) or read.fields.get("email", "?") in group.emails
    return not shared


def _one_reference(group: Group, read: RowRead) -> Decision:
    first = group.rows[0]
    both = f"“{_said(group.name)}” in row {first.place.row} and “{_said(read.name)}” here"
    question = f"The reference {read.ref} stands for {both}. Is it one person?"
    return Decision("one reference", (first.place, read.place), question, SAME_OR_NEW)


def _gather(grouping: Grouping, reads: list[RowRead]) -> None:
    """Rows of contacts without a reference: to the one person with that name and phone, e-mail or date of birth."""
    index: dict[tuple[str, str], list[Group]] = defaultdict(list)
    by_name: dict[str, list[Group]] = defaultdict(list)
    for group in grouping.groups:
        for key in group.known_by():
            index[key].append(group)
        by_name[_name_key(group.name)].append(group)
    for read in reads:
        if not any(read.name):
            grouping.groups.append(_new(read, gathered=True))
            continue
        alone = _new(read, gathered=True)
        fitting = _distinct(group for key in alone.known_by() for group in index[key] if names.agree(read.name, group.name))
        if len(fitting) == 1:
            fitting[0].add(read)
            if fitting[0].ref and read.status_at:
                read.flags.append(Flag(read.status_at, "ref", f"no reference: taken as {fitting[0].ref}, whose name and number agree"))
            continue
        namesakes = fitting or _distinct(by_name[_name_key(read.name)])
        if namesakes:
            said = ", ".join(f"row {group.rows[0].place.row}" for group in namesakes[:5])
            question = f"“{_said(read.name)}” has no reference here. Is it the person of {said}?"
            places = (*(group.rows[0].place for group in namesakes[:5]), read.place)
            grouping.decisions.append(Decision("same person", places, question, SAME_OR_NEW))
            grouping.held.add(read.place)
            continue
        grouping.groups.append(alone)
        for key in alone.known_by():
            index[key].append(alone)
        by_name[_name_key(read.name)].append(alone)


def _distinct(groups: Iterable[Group]) -> list[Group]:
    return list({id(group): group for group in groups}.values())


def _name_key(name: tuple[str, str]) -> str:
    return " ".join(sorted(names.folded(f"{name[0]} {name[1]}").split()))


def _said(name: tuple[str, str]) -> str:
    return f"{name[0]} {name[1]}".strip() or "nobody"


@dataclass(frozen=True)
class Alike:
    """Two groups that may be one person, and what agrees. The later one waits."""

    first: Group
    later: Group
    why: str


def look_alikes(groups: list[Group]) -> list[Alike]:
    """Each group that may be an earlier one again, once: what agrees outright, else whoever is likest by the comparison of people."""
    seen: dict[tuple[str, str, str], Group] = {}
    near: dict[str, list[Group]] = defaultdict(list)
    known: dict[int, Known] = {}
    found: list[Alike] = []
    for group in groups:
        if not any(group.name):
            continue
        keys = list(_double_keys(group))
        mine = known[id(group)] = _known(group)
        match = next((Alike(seen[key], group, key[0]) for key in keys if key in seen), None)
        match = match or _likest(group, mine, near, known)
        if match:
            found.append(match)
        for key in keys:
            seen.setdefault(key, group)
        for handle in found_by(mine):
            near[handle].append(group)
    return found


def _known(group: Group) -> Known:
    reach = [(RouteKind.MOBILE, phone) for phone in group.phones] + [(RouteKind.EMAIL, email) for email in group.emails]
    known = known_as(first=group.name[0], last=group.name[1], reach=reach)
    return known | Known(born=group.births, postcodes=frozenset(group.postcodes))


def _likest(group: Group, mine: Known, near: dict[str, list[Group]], known: dict[int, Known]) -> Alike | None:
    """The earlier group that is likest, among those that share something with this one."""
    close = {id(other): other for handle in with_slips(mine) if len(others := near.get(handle, ())) <= CROWD for other in others}
    alike = [(likeness(mine, known[key]), other) for key, other in close.items()]
    likest = max(alike, key=lambda each: each[0].points, default=None)
    return Alike(likest[1], group, f"the two have in common: {likest[0].words}") if likest and likest[0].may_be_one else None


def _double_keys(group: Group) -> Iterator[tuple[str, str, str]]:
    name = _name_key(group.name)
    births = [birth for birth in group.births if len(birth) == 10]
    postcodes = group.postcodes
    whole = bool(group.name[0] and group.name[1]) and not names.is_initial(group.name[0])
    for birth in births:
        for phone in group.phones:
            yield "the phone and the date of birth agree", phone, birth
        if name:
            yield "the name and the date of birth agree", name, birth
        for postcode in postcodes:
            yield "the date of birth and the postcode agree", birth, postcode
        for email in group.emails:
            yield "the e-mail and the date of birth agree", email, birth
    if not name:
        return
    for postcode in postcodes:
        yield "the name and the postcode agree", name, postcode
    for phone in group.phones if whole else ():
        yield "the name and the phone agree", name, phone
    for email in group.emails if whole else ():
        yield "the name and the e-mail agree", name, email


def same_person(pair: Alike) -> Decision:
    """The question whether a later row is an earlier person again."""
    first, later = pair.first.rows[0].place, pair.later.rows[0].place
    where = f"row {first.row}" if first.sheet == later.sheet else f"row {first.row} of “{first.sheet}”"
    question = f"Is “{_said(pair.later.name)}” the “{_said(pair.first.name)}” of {where}? {pair.why.capitalize()}."
    return Decision("same person", (first, *(read.place for read in pair.later.rows)), question, SAME_OR_NEW)
