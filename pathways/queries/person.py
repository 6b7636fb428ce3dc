"""One person's page: how to reach them, where they are, what is next and whose it is, and the steps that may be taken now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from candidates.choices import GeographyState, RouteKind
from candidates.models import Address, AddressPlace, Candidate, ContactRoute
from employers.models import JobFamily
from ground.actor import Actor
from ground.clock import today_london
from pathways.models import Consent, Pathway, Task
from pathways.models.introduction import ConsentKind
from pathways.models.task import TaskState
from pathways.queries.children import Live, children_of, shown_children
from pathways.queries.due import about, due_words, subjects_of, task_words, who_owes
from pathways.queries.offers import NEXT_STEP, Offers
from pathways.queries.steps import OpenStep
from pathways.queries.timeline import Story, story
from pathways.rules import is_theirs
from pathways.scope import pathways
from places.queries import ward_names


@dataclass(frozen=True)
class Reach:
    """One way to reach the person, with what is safe, in words."""

    route: ContactRoute
    label: str
    shown: str
    href: str
    safe: str


@dataclass(frozen=True)
class Owed:
    """Something owed on the case, in words."""

    task: Task
    words: str
    owed: str
    ours: bool
    due: str
    overdue: bool

    @property
    def snooze_href(self) -> str:
        """Where it is put off."""
        return f"/tasks/{self.task.uuid}/steps/snooze/"

    @property
    def close_href(self) -> str:
        """Where it is ticked off."""
        return f"/tasks/{self.task.uuid}/steps/close/"


@dataclass
class PersonPage:
    """All that the page shows."""

    person: Candidate
    case: Pathway
    cases: list[Pathway]
    reach: list[Reach]
    address: Address | None
    ward: str
    families: str
    owed: list[Owed]
    first: list[OpenStep]
    aside: list[OpenStep]
    live: list[Live]
    earlier: list[Live]
    consents: list[Consent]
    story: Story
    take: bool

    @property
    def here(self) -> str:
        """This page, at this case."""
        return f"/people/{self.person.uuid}/"

    @property
    def likely(self) -> bool:
        """Whether the first step is the one that is owed."""
        owed = NEXT_STEP.get(self.owed[0].task.kind, "") if self.owed else ""
        return bool(self.first) and owed == f"{self.first[0].machine}.{self.first[0].name}"

    @property
    def correct_href(self) -> str:
        return f"{self.here}correct/"

    @property
    def address_href(self) -> str:
        return f"{self.here}address/"

    @property
    def reach_href(self) -> str:
        return f"{self.here}reach/add/"

    @property
    def contact_href(self) -> str:
        return f"/pathways/{self.case.uuid}/contacts/"

    @property
    def take_href(self) -> str:
        return f"/pathways/{self.case.uuid}/steps/hand_over/"

    @property
    def earlier_words(self) -> str:
        return f"Earlier chats, courses and jobs ({len(self.earlier)})"


def person_page(*, user: Any, person: Candidate, actors: Sequence[Actor], at: datetime, whole: bool, wanted: str = "") -> PersonPage | None:
    """The page, at one of the person's cases in sight: the one asked for, else the open one, else the latest. None without a case."""
    cases = list(pathways(user).filter(candidate=person).select_related("candidate", "owner", "programme", "organisation").order_by("-id"))
    if not cases:
        return None
    cases.sort(key=lambda each: not each.is_open)
    case = next((each for each in cases if str(each.uuid) == wanted), cases[0])
    today = today_london(at)
    children = children_of(cases)
    actors = [by for by in actors if is_theirs(by, on=None, pathway=case)]
    offers = Offers(case, actors, at)
    live, earlier = shown_children(case, children, offers, today)
    owed = _owed(case, user=user, today=today)
    first, aside = offers.on_case(owed[0].task.kind if owed else "")
    address, ward = _lives(person)
    return PersonPage(
        person=person,
        case=case,
        cases=cases,
        reach=reach_of(person),
        address=address,
        ward=ward,
        families=_families(case),
        owed=owed,
        first=first,
        aside=aside,
        live=live,
        earlier=earlier,
        consents=_consents(person),
        story=story(user=user, person=person, cases=cases, rows=children, by=actors[-1], at=at, whole=whole),
        take=case.is_open and case.owner_id is None and any(each.name == "hand_over" for each in aside),
    )


# -- how to reach them -------------------------------------------------------------------------------------------------------------


def reach_of(person: Candidate) -> list[Reach]:
    """Ways to reach the person, the preferred one first."""
    return [_reach(route) for route in ContactRoute.objects.current().filter(candidate=person)]


def _reach(route: ContactRoute) -> Reach:
    href = ""
    if route.is_phone and route.may_call:
        href = f"tel:{route.value}"
    elif route.kind == RouteKind.EMAIL:
        href = f"mailto:{route.value}"
    return Reach(route=route, label=str(RouteKind(route.kind).label), shown=route.value, href=href, safe=safe_words(route))


def safe_words(route: ContactRoute) -> str:
    """What is safe on this way: shared or not, texts, voicemail, saying what it is about, and when."""
    parts = ["Shared with others" if route.is_shared else ""]
    if route.is_phone:
        parts.append("" if route.may_call else "do not ring")
        if route.kind == RouteKind.MOBILE:
            parts.append("texts are fine" if route.may_text else "no texts")
        parts.append("voicemail is fine" if route.may_voicemail else "no voicemail")
    if not route.may_mention and (route.is_phone or route.is_shared):
        parts.append("do not mention the programme")
    words = ", ".join(part for part in parts if part)
    told = f"{words[:1].upper()}{words[1:]}." if words else ""
    return f"{told} Best: {route.safe_times}.".strip() if route.safe_times else told


def _lives(person: Candidate) -> tuple[Address | None, str]:
    address = Address.objects.filter(candidate=person, valid_to__isnull=True, replaced_by__isnull=True).first()
    place = AddressPlace.objects.filter(address=address).order_by("-looked_up_on", "-id").first() if address is not None else None
    if place is None:
        return address, ""
    if place.state == GeographyState.PENDING:
        return address, "ward not looked up yet"
    return address, ward_names([place.ward_code]).get(place.ward_code, "") if place.ward_code else ""


def _families(case: Pathway) -> str:
    if not case.families:
        return ""
    names = dict(JobFamily.objects.filter(code__in=case.families).values_list("code", "name"))
    return ", ".join(names.get(code, code) for code in case.families)


def _consents(person: Candidate) -> list[Consent]:
    rows = Consent.objects.filter(candidate=person, withdrawn_on__isnull=True, voided_at__isnull=True).select_related("employer")
    return list(rows.order_by("-given_on", "-id"))


def consent_words(row: Consent) -> str:
    """Share with Northgate Trust; use a story or photo."""
    if row.kind == ConsentKind.SHARE and row.employer is not None:
        return f"Share with {row.employer.name}"
    return str(ConsentKind(row.kind).label)


# -- what is next ------------------------------------------------------------------------------------------------------------------


def _owed(case: Pathway, *, user: Any, today: date) -> list[Owed]:
    tasks = list(Task.objects.filter(pathway=case, state=TaskState.OPEN).order_by("due_on", "id"))
    subjects = subjects_of(tasks)
    found = []
    for task in tasks:
        what = about(task, subjects, today)
        owes = who_owes(task.owed_by, owner=case.owner, me=user.pk, called=case.candidate.called, employer=what.employer)
        found.append(
            Owed(
                task=task,
                words=task_words(task, what),
                owed=owes,
                ours=task.owed_by == "worker",
                due=due_words(task.due_on, today),
                overdue=task.due_on < today,
            )
        )
    return found
