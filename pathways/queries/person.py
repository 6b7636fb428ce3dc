"""One person's page: how to reach them, where they are, what is next and whose it is, and the steps that may be taken now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from accounts.choices import ReasonKind, RuleCode
from accounts.models import Reason, rule_where
from candidates.choices import GeographyState, RouteKind
from candidates.models import Address, AddressPlace, Candidate, ContactRoute
from employers.models import JobFamily
from ground.actor import Actor
from ground.clock import today_london
from ground.templatetags.said import day, weekday
from pathways.models import Consent, Pathway, Task
from pathways.models.introduction import ConsentKind
from pathways.models.task import TaskKind, TaskState
from pathways.queries.acts import LEADS_TO, ONE_PRESS
from pathways.queries.children import Live, children_of, shown_children
from pathways.queries.company import of_person, own_first, records_of
from pathways.queries.due import about, due_words, owed_by_now, task_words, who_owes, words_href
from pathways.queries.facts import conduct_of, facts_among, facts_of
from pathways.queries.merging import AlsoRecorded, also_recorded
from pathways.queries.offers import NEXT_STEP, Offers
from pathways.queries.steps import OpenStep
from pathways.queries.talks import counted, in_the_way, last_spoke
from pathways.queries.timeline import Beside, Story, contacts_of, story
from pathways.rules import is_theirs
from pathways.scope import pathways
from places.models import Ward

#: The version of a row that nobody has edited: what is safe there was never gone through.
UNTOUCHED = 1


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
    on: str
    put_off: str = ""
    step: OpenStep | None = None
    #: Instead of putting a chat off, which would only put off the reminder of it.
    move: OpenStep | None = None
    early: bool = False
    words_href: str = ""

    @property
    def snooze_href(self) -> str:
        """Where it is put off."""
        return f"/tasks/{self.task.uuid}/steps/snooze/"

    @property
    def letter_href(self) -> str:
        """Where it is told by a letter; nowhere for what is no message to them."""
        return f"/tasks/{self.task.uuid}/letter/" if self.task.kind == TaskKind.TELL else ""

    @property
    def give_href(self) -> str:
        """Where it is given to a colleague; nowhere when somebody outside owes it, or nobody holds the person."""
        held = self.task.owed_by in {"worker", "lead"} and self.task.pathway.owner_id is not None
        return f"/tasks/{self.task.uuid}/steps/reassign/" if held else ""

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
    barriers: str
    owed: list[Owed]
    first: list[OpenStep]
    aside: list[OpenStep]
    live: list[Live]
    earlier: list[Live]
    consents: list[Consent]
    story: Story
    take: bool
    spoke: str
    counted: str
    paused: str
    merged: list[AlsoRecorded] = field(default_factory=list)

    @property
    def here(self) -> str:
        """This page, at this case."""
        return f"/people/{self.person.uuid}/"

    @property
    def wants_href(self) -> str:
        return f"/pathways/{self.case.uuid}/wants/"

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
    def may_ring(self) -> bool:
        """Whether there is a number to ring: nobody rang whoever has none."""
        return any(way.route.is_phone and way.route.may_call for way in self.reach)

    @property
    def may_log(self) -> bool:
        """Whether a contact may be logged here: while the case is open, and where somebody is to ask again."""
        return (self.case.is_open or bool(self.owed)) and self.person.died_on is None

    @property
    def may_text(self) -> bool:
        """Whether there is a number to which texts may go that name the programme."""
        return any(way.route.kind == RouteKind.MOBILE and way.route.may_text and way.route.may_mention for way in self.reach)

    @property
    def own_page_href(self) -> str:
        return f"/pathways/{self.case.uuid}/own-page/"

    @property
    def take_href(self) -> str:
        return f"/pathways/{self.case.uuid}/steps/hand_over/"

    @property
    def earlier_words(self) -> str:
        return f"Earlier chats, courses and jobs ({len(self.earlier)})"


def person_page(*, user: Any, person: Candidate, actors: Sequence[Actor], at: datetime, whole: bool, wanted: str = "") -> PersonPage | None:
    """The page, at one of the person's cases in sight: the one asked for, else the open one, else the latest. None without a case."""
    rows = pathways(user).filter(of_person(person)).select_related("candidate", "owner", "programme", "organisation")
    wanted_talks = rule_where(RuleCode.MEANINGFUL_CONTACTS, programme="programme", day="opened_on")
    cases = list(rows.annotate(talks_wanted=wanted_talks).order_by("-id"))
    if not cases:
        return None
    cases.sort(key=lambda each: not each.is_open)
    case = _goes_on(next((each for each in cases if str(each.uuid) == wanted), cases[0]), cases)
    records = records_of(person)
    today = today_london(at)
    children = children_of(cases)
    actors = [by for by in actors if is_theirs(by, on=None, pathway=case)]
    routes = own_first(ContactRoute.objects.current().filter(candidate__in=records), person)
    contacts, every = contacts_of(records)
    in_sight = set(case.ids) <= {each.pk for each in cases}  # of what is read with it, all that the door would ask
    facts = facts_among(case, children.values()) if in_sight else facts_of(case)
    conduct = conduct_of(case, facts, contacts=contacts if every else None, routes=routes)
    offers = Offers(case, actors, at, conduct=conduct, beside=cases)
    live, earlier = shown_children(case, children, offers, today)
    tasks = _tasks(cases)
    owed = _owed(case, tasks, children, user=user, today=today)
    consents = list(Consent.objects.filter(candidate__in=records).select_related("employer").order_by("-given_on", "-id"))
    first, aside = offers.on_case(owed[0].task.kind if owed else "")
    if owed:
        owed[0] = replace(owed[0], step=_satisfies(owed[0], first, [*live, *earlier]), move=_moves(owed[0], live))
        first = [step for step in first if step != owed[0].step]
    address, ward = _lives(person, records)
    reach = _reached(routes)
    return PersonPage(
        person=person,
        case=case,
        cases=cases,
        reach=reach,
        address=address,
        ward=ward,
        families=_families(case),
        barriers=in_the_way(case, children.values()),
        owed=owed,
        first=first,
        aside=aside,
        live=live,
        earlier=earlier,
        consents=[each for each in consents if each.withdrawn_on is None and each.voided_at is None],
        story=story(
            user=user,
            records=records,
            cases=cases,
            beside=Beside(children, contacts, consents, tasks, frozenset(way.route.value for way in reach if way.route.may_text)),
            by=actors[-1],
            at=at,
            whole=whole,
        ),
        spoke=last_spoke(contacts, children.values(), cases),
        counted=counted(contacts, case, wanted=case.talks_wanted),  # type: ignore[attr-defined]  # annotated above
        paused=_paused(case),
        take=case.is_open and case.owner_id is None and any(each.name == "hand_over" for each in aside),
        merged=also_recorded(records),
    )


def _goes_on(case: Pathway, cases: Sequence[Pathway]) -> Pathway:
    """Where a case that was taken into another is read: the one that goes on, when that is in sight."""
    known = {each.pk: each for each in cases}
    while case.merged_into_id in known:
        case = known[case.merged_into_id]
    return case


def _own_first(rows: Iterable[Any], person: Candidate) -> list[Any]:
    """What was said of the record that goes on comes before what was said of those that it took in."""
    return sorted(rows, key=lambda row: row.candidate_id != person.pk)


# -- how to reach them -------------------------------------------------------------------------------------------------------------


def reach_of(person: Candidate) -> list[Reach]:
    """Ways to reach the person, the main one first; a phone that may be neither rung nor texted comes last."""
    return _reached(own_first(ContactRoute.objects.current().filter(candidate__in=records_of(person)), person))


def _reached(routes: Iterable[ContactRoute]) -> list[Reach]:
    return [_reach(route) for route in sorted(routes, key=lambda route: route.is_phone and not (route.may_call or route.may_text))]


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
        asked = route.version > UNTOUCHED
        parts.append("do not mention the programme" if asked else "not asked yet whether texts may mention the programme")
    words = ", ".join(part for part in parts if part)
    told = f"{words[:1].upper()}{words[1:]}." if words else ""
    return f"{told} Best: {route.safe_times}.".strip() if route.safe_times else told


def _lives(person: Candidate, records: Sequence[int]) -> tuple[Address | None, str]:
    places = AddressPlace.objects.filter(address=OuterRef("pk")).order_by("-looked_up_on", "-id")
    current = (
        Address.objects.filter(candidate__in=records, valid_to__isnull=True, replaced_by__isnull=True)
        .annotate(place_state=Subquery(places.values("state")[:1]), ward_code=Subquery(places.values("ward_code")[:1]))
        .annotate(ward_name=Subquery(Ward.objects.filter(code=OuterRef("ward_code")).values("name")[:1]))
        .order_by("pk")
    )
    address = next(iter(_own_first(current, person)), None)
    if address is not None and address.place_state == GeographyState.PENDING:
        return address, "ward not looked up yet"
    return address, getattr(address, "ward_name", None) or ""


def _families(case: Pathway) -> str:
    if not case.families:
        return ""
    names = dict(JobFamily.objects.filter(code__in=case.families).values_list("code", "name"))
    return ", ".join(names.get(code, code) for code in case.families)


def _paused(case: Pathway) -> str:
    """Paused since 2 March 2027, until 1 April 2027: childcare or caring."""
    pause = case.pauses.filter(to_on__isnull=True, voided_at__isnull=True).first() if case.paused_on is not None else None
    if pause is None:
        return ""
    rows = Reason.objects.of(case.programme_id).filter(kind=ReasonKind.PAUSE, code=pause.reason)
    why = rows.order_by("programme_id").values_list("label", flat=True).first()
    return f"Paused since {day(pause.from_on)}; we look again on {day(pause.review_on)}{f': {why[:1].lower()}{why[1:]}' if why else ''}."


def consent_words(row: Consent) -> str:
    """Share with Northgate Trust; use a story or photo."""
    if row.kind == ConsentKind.SHARE and row.employer is not None:
        return f"Share with {row.employer.name}"
    return str(ConsentKind(row.kind).label)


# -- what is next ------------------------------------------------------------------------------------------------------------------


def _tasks(cases: Sequence[Pathway]) -> list[Task]:
    """What is owed on these cases, soonest first, and what somebody wrote down to do and did."""
    done = Q(kind=TaskKind.FREE, state=TaskState.DONE, closed_on__isnull=False)
    rows = Task.objects.filter(Q(state=TaskState.OPEN) | done, pathway__in=[case.pk for case in cases])
    return list(rows.select_related("closed_by_user", "assignee", "pathway").order_by("due_on", "id"))


def _owed(case: Pathway, tasks: Sequence[Task], children: Mapping[tuple[str, int], Any], *, user: Any, today: date) -> list[Owed]:
    subjects = {f"{machine}:{pk}": row for (machine, pk), row in children.items()}
    reasons = _why_put_off(case, tasks, today)
    found = []
    for task in tasks:
        if task.pathway_id not in case.ids or task.state != TaskState.OPEN:
            continue
        what = about(task, subjects, today)
        owed_by = owed_by_now(task, today)
        owes = who_owes(owed_by, owner=case.owner, me=user.pk, called=case.candidate.called, employer=what.employer, given_to=task.given_to)
        found.append(
            Owed(
                task=task,
                words=task_words(task, what),
                owed=owes,
                ours=owed_by == "worker",
                due=due_words(task.due_on, today),
                overdue=task.due_on < today,
                on=_said(task.due_on),
                early=task.kind == TaskKind.HOLD_CHAT and task.due_on > today,
                put_off=reasons.get(task.snooze_reason, ""),
                words_href=words_href(task, what),
            )
        )
    return found


def _why_put_off(case: Pathway, tasks: Iterable[Task], today: date) -> dict[str, str]:
    """The words of reasons for putting off; asked for only where something was."""
    if not any(task.snooze_reason and task.pathway_id in case.ids for task in tasks):
        return {}
    return dict(Reason.objects.choices(case.programme_id, ReasonKind.SNOOZE, today))


def _said(day: date) -> str:
    """Tuesday 10 November."""
    return weekday(day).rpartition(" ")[0]


def _satisfies(owed: Owed, first: Sequence[OpenStep], live: Sequence[Live]) -> OpenStep | None:
    """The one step that does what is owed, where the door would allow it now: on the case, or on the row the task is about."""
    kind = owed.task.kind
    on_case = next((step for step in first if f"{step.machine}.{step.name}" == NEXT_STEP.get(kind, "")), None)
    name = (ONE_PRESS.get(kind) or LEADS_TO.get(kind) or ("",))[0]
    return on_case if on_case is not None or not name else _on_its_row(owed, name, live)


def _moves(owed: Owed, live: Sequence[Live]) -> OpenStep | None:
    """How a chat that is still to come is moved."""
    return _on_its_row(owed, "move", live) if owed.task.kind == TaskKind.HOLD_CHAT else None


def _on_its_row(owed: Owed, name: str, live: Sequence[Live]) -> OpenStep | None:
    rows = [row for each in live for row in (each, *each.asked, *each.checks)]
    mine = ":".join(owed.task.subject.partition("#")[0].split(":")[:2])  # what is asked about the row may stand behind it
    return next((step for row in rows if row.subject == mine for step in row.steps if step.name == name), None)
