"""One pair side by side: what each record says, where the two differ, which would go on, and what a merge would do or undo."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from candidates.choices import Agreement, RouteKind
from candidates.likeness import likeness
from candidates.models import Address, Candidate, ContactRoute, Merge, MergeProposal, NotSame, SuggestedPair
from candidates.models.alike import born_words, known_of, records_of
from ground.clock import today_london
from ground.languages import BY_CODE
from ground.phones import show_phone
from ground.templatetags.said import day
from pathways.models import Pathway, Placement
from pathways.queries.company import cases_of
from pathways.queries.due import stage_words
from pathways.queries.duplicates import common_words, proposal_of
from pathways.queries.imports import born_words as born_in_words
from pathways.queries.interests import isolated
from pathways.queries.merging import told_apart
from pathways.scope import pathways, placements
from pathways.workflow.pathway import Stage

#: Stages in the order of the journey: of two open cases the one that is furthest goes on.
PLACE_OF_STAGE = {stage.value: place for place, stage in enumerate(Stage)}

#: What is nearly the same is not marked as different.
NAME_NEAR: Mapping[str, str] = {
    Agreement.NAME_ALIKE: "Almost the same",
    Agreement.NAME_SWAPPED: "The other way round",
    Agreement.NAME_SHORT: "Short form",
}
BIRTHDAY_NEAR: Mapping[str, str] = {
    Agreement.BORN_SWAPPED: "Day and month the other way round",
    Agreement.BORN_NEAR: "A slip of the pen apart",
}


@dataclass(frozen=True)
class Line:
    """One thing that both records may say: what, and how the two compare, in words."""

    label: str
    one: list[str]
    other: list[str]
    near: str = ""

    @property
    def mark(self) -> str:
        """Same, different, or on one of them alone; where the comparison found them near each other, how."""
        if self.near:
            return self.near
        if not self.one and not self.other:
            return ""
        if not self.one or not self.other:
            return "Only on one"
        if set(self.one) == set(self.other):
            return "Same"
        return "Partly the same" if set(self.one) & set(self.other) else "Different"

    @property
    def differs(self) -> bool:
        """Whether it speaks against."""
        return self.mark == "Different"


@dataclass(frozen=True)
class Side:
    """One record of the two, with all that hangs on it in sight."""

    person: Candidate
    cases: list[Pathway]
    jobs: list[Placement]
    routes: list[ContactRoute]
    addresses: list[Address]

    @property
    def href(self) -> str:
        return f"/people/{self.person.uuid}/"

    @property
    def added(self) -> str:
        """Since when the record is there."""
        return day(today_london(self.person.created_at))

    @property
    def furthest(self) -> tuple[bool, int, int]:
        """By which of two records goes on: an open case first, then the stage that is furthest, then the older record."""
        live = [case for case in self.cases if case.is_open]
        return bool(live), max((PLACE_OF_STAGE[case.stage] for case in live), default=-1), -self.person.pk


@dataclass(frozen=True)
class PairPage:
    """All that the page of a pair shows."""

    pair: SuggestedPair
    one: Side
    other: Side
    lines: list[Line]
    came: list[Line]
    why: str
    against: str
    would: list[str]
    proposal: MergeProposal | None
    apart: NotSame | None

    @property
    def furthest(self) -> Side:
        """Which goes on unless somebody says otherwise."""
        return max(self.one, self.other, key=lambda side: side.furthest)


def pair_page(user: object, pair: SuggestedPair) -> PairPage:
    """The two records as the user sees them; what is out of their sight is on neither side."""
    one, other = sides_of(user, [pair.one, pair.other])
    members = records_of([pair.one_id, pair.other_id])
    like = likeness(*(known_of([pair.one_id, pair.other_id])[pk] for pk in (pair.one_id, pair.other_id)))
    against = [str(code.label) for code in like.differ]
    return PairPage(
        pair=pair,
        one=one,
        other=other,
        lines=lines_of(one, other, like.agree),
        came=hangs_on(one, other),
        why=common_words(pair),
        against=" and ".join(against),
        would=would_do(one, other),
        proposal=proposal_of(pair),
        apart=told_apart(members[pair.one_id], members[pair.other_id]),
    )


def sides_of(user: object, people: Sequence[Candidate]) -> list[Side]:
    """Each of these people with the records that were taken into them: five queries."""
    members = records_of([person.pk for person in people])
    every = [record for records in members.values() for record in records]
    cases = list(pathways(user).filter(candidate__in=every).exclude(stage=Stage.VOID).select_related("programme", "owner").order_by("id"))
    jobs = list(
        placements(user).filter(pathway__candidate__in=every).exclude(stage="void").select_related("employer", "pathway").order_by("id")
    )
    routes = list(ContactRoute.objects.current().filter(candidate__in=every))
    lives = list(Address.objects.filter(candidate__in=every, valid_to__isnull=True, replaced_by__isnull=True).order_by("id"))
    return [
        Side(
            person=person,
            cases=[case for case in cases if case.candidate_id in members[person.pk]],
            jobs=[job for job in jobs if job.pathway.candidate_id in members[person.pk]],
            routes=[route for route in routes if route.candidate_id in members[person.pk]],
            addresses=[address for address in lives if address.candidate_id in members[person.pk]],
        )
        for person in people
    ]


def lines_of(one: Side, other: Side, agree: Sequence[Agreement]) -> list[Line]:
    """What the page compares, in the order in which people are told apart. What neither says is left out."""
    told = [
        Line("Name", [one.person.name], [other.person.name], _near(NAME_NEAR, agree)),
        Line("Name to use", _said(one.person.known_as), _said(other.person.known_as)),
        Line("Birthday", _born(one.person), _born(other.person), _near(BIRTHDAY_NEAR, agree)),
        *(Line(str(kind.label), _ways(one, kind), _ways(other, kind)) for kind in RouteKind),
        Line("Address", _lives(one), _lives(other)),
        Line("Language", _language(one.person), _language(other.person)),
        Line("Died", _died(one.person), _died(other.person)),
    ]
    return [line for line in told if line.one or line.other]


def _near(words: Mapping[str, str], agree: Sequence[Agreement]) -> str:
    return next((said for code, said in words.items() if code in agree), "")


def hangs_on(one: Side, other: Side) -> list[Line]:
    """What has come of each record: these differ by nature, and nothing is marked."""
    told = [
        Line("Where they are", [case_words(case) for case in one.cases], [case_words(case) for case in other.cases]),
        Line("Jobs", [job_words(job) for job in one.jobs], [job_words(job) for job in other.jobs]),
        Line("Here since", [one.added], [other.added]),
    ]
    return [line for line in told if line.one or line.other]


def case_words(case: Pathway) -> str:
    """Where a case is, in which programme, and who holds it."""
    whose = case.owner.name if case.owner is not None else "nobody’s yet"
    return f"{stage_words(case)} in {case.programme.name}, {whose}" if case.is_open else f"{stage_words(case)} in {case.programme.name}"


def job_words(job: Placement) -> str:
    """A job by its title and employer, and where it stands."""
    employer = job.employer.name if job.employer is not None else job.employer_words
    return f"{', '.join(part for part in (job.title, employer) if part)}: {job.get_stage_display().lower()}"


def _said(text: str) -> list[str]:
    return [text] if text else []


def _born(person: Candidate) -> list[str]:
    known = born_words(person.date_of_birth, person.birth_quality)
    return [born_in_words(known)] if known else []


def _ways(side: Side, kind: RouteKind) -> list[str]:
    values = [route.value for route in side.routes if route.kind == kind]
    phone = kind in {RouteKind.MOBILE, RouteKind.LANDLINE}
    return [show_phone(value) if phone and value.startswith("+") else value for value in dict.fromkeys(values)]


def _lives(side: Side) -> list[str]:
    told = [
        "No fixed abode" if each.no_fixed_abode else ", ".join(part for part in (each.lines, each.postcode) if part)
        for each in side.addresses
    ]
    return [each for each in dict.fromkeys(told) if each]


def _language(person: Candidate) -> list[str]:
    language = BY_CODE.get(person.language)
    return [language.english if language is not None else person.language] if person.language else []


def _died(person: Candidate) -> list[str]:
    return [day(person.died_on)] if person.died_on is not None else []


def would_do(one: Side, other: Side) -> list[str]:
    """What a merge would do, in sentences: one page, which case goes on, and what it leaves alone."""
    told = ["They are one person from then on: one page with the ways to reach them, the notes and the story of both."]
    for mine, theirs in _open_in_one_programme(one, other):
        names = {mine.pk: isolated(one.person.name), theirs.pk: isolated(other.person.name)}
        goes, ends = sorted((mine, theirs), key=lambda case: PLACE_OF_STAGE[case.stage], reverse=True)
        told.append(
            f"Both have an open case in {mine.programme.name}: {names[goes.pk]}’s ({stage_words(goes)}) carries on, "
            f"and {names[ends.pk]}’s ({stage_words(ends)}) is added to it."
        )
    told.append("Nothing is deleted, and whoever may put them together can take them apart again.")
    return told


def _open_in_one_programme(one: Side, other: Side) -> Iterable[tuple[Pathway, Pathway]]:
    theirs = {case.programme_id: case for case in other.cases if case.is_open}
    return [(case, theirs[case.programme_id]) for case in one.cases if case.is_open and case.programme_id in theirs]


def would_undo(user: object, merge: Merge) -> list[str]:
    """What taking a merge apart would do, in sentences."""
    halves = records_of([merge.absorbed_id])[merge.absorbed_id]
    back = cases_of(merge.absorbed).filter(merged_into__isnull=False).select_related("programme", "merged_into").order_by("id")
    seen = set(pathways(user).filter(pk__in=[case.pk for case in back]).values_list("pk", flat=True))
    told = ["They are two people again, each with what was written on their own record, before and since."]
    told += [
        f"Taken apart, each case in {case.programme.name} stands by itself again."
        for case in back
        if case.pk in seen and (case.candidate_id in halves) is not (_candidate_of(case.merged_into) in halves)
    ]
    told.append("They stand under Duplicates again, until somebody says that they are two people.")
    return told


def _candidate_of(case: Any) -> int | None:
    return case.candidate_id if case is not None else None
