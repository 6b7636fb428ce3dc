"""One person's page: how to reach them, where they are, what is next and whose it is, and the steps that may be taken now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from candidates.choices import GeographyState, RouteKind
from candidates.models import Address, AddressPlace, Candidate, ContactRoute
from employers.models import JobFamily
from ground.actor import Actor
from ground.clock import today_london
from ground.templatetags.said import day, money, short_day
from pathways.models import Consent, Interview, Introduction, Pathway, Placement, PreEmploymentCheck, RetentionCheck, Task, TrainingPlace
from pathways.models.introduction import ConsentKind
from pathways.models.task import TaskKind, TaskState
from pathways.queries.due import MILESTONE_WORDS, about, about_row, due_words, employer_of, subjects_of, task_words, who_owes
from pathways.queries.steps import OpenStep, may_return, steps_made_on, steps_on
from pathways.queries.timeline import Story, story
from pathways.scope import pathways
from pathways.services.door import FLAGS
from pathways.workflow.pathway import Stage
from places.queries import ward_names

#: Steps that move somebody on; the rest of the case's steps stand folded below them.
FORWARD = (
    "pathway.express_interest",
    "interview.book",
    "interview.hold",
    "training_place.book",
    "training_place.join_waiting",
    "pathway.mark_ready",
    "introduction.draft",
    "placement.record_own_job",
    "pathway.restart_search",
    "pathway.end_follow_up",
    "pathway.reopen",
    "pathway.return",
)
#: What is owed -> the step on the case that satisfies it: that button stands first.
NEXT_STEP: Mapping[str, str] = {
    TaskKind.BOOK_CHAT: "interview.book",
    TaskKind.REBOOK_CHAT: "interview.book",
    TaskKind.DECIDE: "training_place.book",
    TaskKind.INTRODUCE: "introduction.draft",
    TaskKind.AFTER_LEAVING: "pathway.restart_search",
    TaskKind.REVISIT: "pathway.reopen",
    TaskKind.NEXT_CONTACT: "pathway.express_interest",
}


@dataclass(frozen=True)
class Reach:
    """One way to reach the person, with what is safe, in words."""

    route: ContactRoute
    label: str
    shown: str
    href: str
    safe: str


@dataclass
class Live:
    """A chat, seat, introduction, job or check, with the steps that may be taken on it."""

    key: str
    heading: str
    state: str
    lines: list[str] = field(default_factory=list)
    steps: list[OpenStep] = field(default_factory=list)
    within: list["Live"] = field(default_factory=list)
    open: bool = True


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
    offers = Offers(case, actors)
    live, earlier = _children(case, children, offers, today)
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


class Offers:
    """The steps that the door would allow these actors now; each seat is asked by itself, none are put together."""

    def __init__(self, case: Pathway, actors: Sequence[Actor]) -> None:
        self.case, self.actors = case, actors

    def on(self, row: Any) -> list[OpenStep]:
        """Steps on a row that is there."""
        return _once(step for by in self.actors for step in steps_on(row, case=self.case, by=by))

    def on_case(self, owed: str) -> tuple[list[OpenStep], list[OpenStep]]:
        """Steps on the case and steps that make a row on it: those that move on, the likeliest first, and the rest."""
        every = _once(
            step for by in self.actors for step in (*steps_on(self.case, case=self.case, by=by), *steps_made_on(self.case, by=by))
        )
        if any(may_return(self.case, by=by) for by in self.actors):
            every.append(OpenStep("return", "pathway", "Start again", f"/people/{self.case.candidate.uuid}/steps/pathway.return/"))
        likeliest = NEXT_STEP.get(owed, "")
        keyed = {f"{step.machine}.{step.name}": step for step in every}
        forward = [name for name in FORWARD if name in keyed]
        forward.sort(key=lambda name: name != likeliest)
        return [keyed[name] for name in forward], [step for name, step in keyed.items() if name not in FORWARD]


def _once(steps: Iterable[OpenStep]) -> list[OpenStep]:
    return list({step.href: step for step in steps}.values())


# -- chats, seats, introductions, jobs ---------------------------------------------------------------------------------------------


def children_of(cases: Sequence[Pathway]) -> dict[tuple[str, int], Any]:
    """Everything that hangs on these cases, by machine and id, oldest first. Six queries."""
    ids = [case.pk for case in cases]
    rows: list[Any] = [
        *Interview.objects.filter(pathway__in=ids).select_related("host"),
        *TrainingPlace.objects.filter(pathway__in=ids).select_related("course"),
        *Introduction.objects.filter(pathway__in=ids).select_related("heading", "employer"),
        *Placement.objects.filter(pathway__in=ids).select_related("employer", "introduction"),
        *PreEmploymentCheck.objects.filter(pathway__in=ids).select_related("placement__employer"),
        *RetentionCheck.objects.filter(pathway__in=ids).select_related("placement__employer"),
    ]
    return {(row.machine, row.pk): row for row in sorted(rows, key=lambda row: row.pk)}


def _children(case: Pathway, children: Mapping[tuple[str, int], Any], offers: Offers, today: date) -> tuple[list[Live], list[Live]]:
    """Those that are live, and those that are over; checks stand within their job."""
    mine = [row for row in children.values() if row.pathway_id == case.pk and row.stage != "void"]
    inside: dict[int, list[Live]] = {}
    for row in mine:
        if row.machine in {"pre_employment_check", "retention_check"}:
            inside.setdefault(row.placement_id, []).append(_live(row, offers, today))
    found: list[Live] = []
    for row in mine:
        if row.machine in {"pre_employment_check", "retention_check"}:
            continue
        shown = _live(row, offers, today)
        shown.within = inside.get(row.pk, []) if row.machine == "placement" else []
        shown.open = shown.open or row.stage == "in_post"
        found.append(shown)
    return [each for each in found if each.open], [each for each in found if not each.open]


def _live(row: Any, offers: Offers, today: date) -> Live:
    return Live(
        key=f"{row.machine.replace('_', '-')}-{row.uuid}",
        heading=heading_of(row, today),
        state=str(row.get_stage_display()),
        lines=lines_of(row, today),
        steps=offers.on(row),
        open=FLAGS[row.machine][row.stage].open,
    )


def heading_of(row: Any, today: date) -> str:
    """What it is, in a few words."""
    if row.machine == "pre_employment_check":
        return str(row.get_kind_display())
    if row.machine == "retention_check":
        return f"Still in work at {MILESTONE_WORDS.get(row.milestone, 'this date')}?"
    if row.machine == "interview":
        when = about_row(row, today) or (day(row.held_on) if row.held_on else "")
        return f"Chat, {when}" if when else "Chat"
    noun = {"training_place": "Course", "introduction": "Put forward", "placement": "Job"}[row.machine]
    return f"{noun}: {about_row(row, today)}"


def lines_of(row: Any, today: date) -> list[str]:
    """What is known of it, in a line or two."""
    if row.machine == "training_place":
        course = row.course
        days = " to ".join(short_day(each) for each in (course.starts_on, course.ends_on) if each)
        return [", ".join(part for part in (days, course.venue) if part)]
    if row.machine == "introduction":
        if row.offered_on is None:
            return [f"Sent {day(row.sent_on)}."] if row.sent_on else []
        pay = f"{money(row.offer_pay)} {row.get_offer_pay_unit_display()}" if row.offer_pay is not None else ""
        hours = f"{row.offer_hours.normalize():f} hours a week" if row.offer_hours is not None else ""
        return [f"Offered {day(row.offered_on)}. " + ", ".join(part for part in (hours, pay, row.offer_site) if part)]
    if row.machine == "placement":
        return _job_lines(row, today)
    if row.machine == "pre_employment_check":
        known = [f"asked {day(row.asked_on)}" if row.asked_on else "", f"received {day(row.received_on)}" if row.received_on else ""]
        known += [f"waits for {row.blocked_by}" if row.blocked_by else "", f"settled {day(row.settled_on)}" if row.settled_on else ""]
        words = ", ".join(part for part in known if part)
        return [f"{words[:1].upper()}{words[1:]}."] if words else []
    if row.machine == "retention_check":
        return (
            [f"Due {day(row.due_on)}, {due_words(row.due_on, today)}."]
            if FLAGS[row.machine][row.stage].open
            else [f"Due {day(row.due_on)}."]
        )
    return []


def _job_lines(job: Placement, today: date) -> list[str]:
    lines = []
    if job.first_day is not None:
        ends = f", last day {day(job.last_day)}" if job.last_day else ""
        lines.append(f"First day {day(job.first_day)}{ends}.")
    elif job.start_on is not None:
        at = f" at {job.start_at}" if job.start_at else ""
        lines.append(f"Starts {day(job.start_on)}{at}, {due_words(job.start_on, today)}.")
    if job.report_to and job.first_day is None:
        lines.append(f"Ask for {job.report_to.rstrip('.')}.")
    return lines


def stage_line(case: Pathway, today: date) -> str:
    """Where they are and since when."""
    return f"{Stage(case.stage).label}, since {day(case.stage_since)}"


def job_words(job: Placement) -> str:
    """A job by its title and employer."""
    return ", ".join(part for part in (job.title, employer_of(job)) if part)
