"""Chats, seats, introductions, jobs and their checks, as a person's page shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from ground.clock import today_london
from ground.templatetags.said import day, money, short_day
from pathways.models import Interview, Introduction, Pathway, Placement, PreEmploymentCheck, RetentionCheck, TrainingPlace
from pathways.queries.due import MILESTONE_WORDS, about_row, due_words
from pathways.queries.offers import Offers
from pathways.queries.steps import OpenStep
from pathways.services.door import FLAGS
from pathways.workflow.placement import PlacementStage
from pathways.workflow.retention_check import ASKING, RetentionStage

#: Where a job stands whose checks are all settled: no stage of its own, since what is owed now is a first day.
CHECKS_DONE = "Checks done, no start agreed"


@dataclass
class Live:
    """A chat, seat, introduction, job or check, with the steps that may be taken on it."""

    key: str
    uuid: UUID
    subject: str
    heading: str
    state: str
    lines: list[str] = field(default_factory=list)
    steps: list[OpenStep] = field(default_factory=list)
    asked: list["Live"] = field(default_factory=list)
    checks: list["Live"] = field(default_factory=list)
    open: bool = True
    now: bool = False
    calendar: str = ""

    @property
    def own(self) -> list[OpenStep]:
        """Steps that staff take for themselves or for the person."""
        return [step for step in self.steps if not step.told]

    @property
    def told(self) -> list[OpenStep]:
        """Steps that the employer takes: staff press them when the employer told them so."""
        return [step for step in self.steps if step.told]

    @property
    def checks_words(self) -> str:
        """How far the checks before the start have got."""
        waiting = sum(each.open for each in self.checks)
        return f"Checks before the start: {waiting} of {len(self.checks)} still open" if waiting else "Checks before the start: all settled"


def children_of(cases: Sequence[Pathway]) -> dict[tuple[str, int], Any]:
    """Everything that hangs on these cases, by machine and id, oldest first. Six queries."""
    ids = [case.pk for case in cases]
    jobs = {job.pk: job for job in Placement.objects.filter(pathway__in=ids).select_related("employer")}
    offers = {row.pk: row for row in Introduction.objects.filter(pathway__in=ids).select_related("heading", "employer")}
    asked = [*PreEmploymentCheck.objects.filter(pathway__in=ids), *RetentionCheck.objects.filter(pathway__in=ids)]
    for check in asked:
        if check.placement_id in jobs:
            check.placement = jobs[check.placement_id]
    for job in jobs.values():
        if job.introduction_id in offers:
            job.introduction = offers[job.introduction_id]
    for offer in offers.values():  # so that a step on an offer need not ask for its jobs again
        offer.superseded_by = offers.get(offer.superseded_by_id)
        offer._prefetched_objects_cache = {"placements": [job for job in jobs.values() if job.introduction_id == offer.pk]}
    rows: list[Any] = [
        *Interview.objects.filter(pathway__in=ids).select_related("host", "host_employer", "consent"),
        *TrainingPlace.objects.filter(pathway__in=ids).select_related("course"),
        *(*offers.values(), *jobs.values(), *asked),
    ]
    return {(row.machine, row.pk): row for row in sorted(rows, key=lambda row: row.pk)}


def shown_children(case: Pathway, children: Mapping[tuple[str, int], Any], offers: Offers, today: date) -> tuple[list[Live], list[Live]]:
    """Those that are live, and those that are over; checks stand within their job."""
    mine = [row for row in children.values() if row.pathway_id in case.ids and row.stage != "void"]
    found: list[Live] = []
    for row in mine:
        if row.machine in {"pre_employment_check", "retention_check"}:
            continue
        shown = _live(row, offers, today)
        if row.machine == "placement":
            shown.asked = [_live(each, offers, today) for each in _of(row, mine, "retention_check")]
            shown.open = shown.open or (row.stage == "moved" and any(each.open for each in shown.asked))
            shown.checks = [_live(each, offers, today) for each in _of(row, mine, "pre_employment_check")]
            if row.stage == PlacementStage.CHECKS and shown.checks and not any(each.open for each in shown.checks):
                shown.state = CHECKS_DONE
        found.append(shown)
    return [each for each in found if each.open], [each for each in found if not each.open]


def _of(job: Placement, mine: Sequence[Any], machine: str) -> list[Any]:
    rows = [row for row in mine if row.machine == machine and row.placement_id == job.pk]
    return sorted(rows, key=lambda row: row.due_on) if machine == "retention_check" else rows


def _live(row: Any, offers: Offers, today: date) -> Live:
    return Live(
        key=f"{row.machine.replace('_', '-')}-{row.uuid}",
        uuid=row.uuid,
        subject=f"{row.machine}:{row.pk}",
        heading=heading_of(row, today),
        state=str(row.get_stage_display()),
        lines=lines_of(row, today),
        steps=offers.on(row),
        open=FLAGS[row.machine][row.stage].open,
        now=row.machine == "retention_check" and row.stage in (*ASKING, RetentionStage.DISPUTED),
        calendar=_calendar_words(row),
    )


def _calendar_words(row: Any) -> str:
    """What a chat's calendar file is for now: to put it in, or to take it out again."""
    if row.machine != "interview" or row.at is None:
        return ""
    return {"booked": "Put it in your calendar", "cancelled": "Take it out of your calendar"}.get(row.stage, "")


def heading_of(row: Any, today: date) -> str:
    """What it is, in a few words."""
    if row.machine == "pre_employment_check":
        return str(row.get_kind_display())
    if row.machine == "retention_check":
        return f"Still in work at {MILESTONE_WORDS.get(row.milestone, 'this date')}?"
    if row.machine == "interview":
        when = about_row(row, today) or (day(row.held_on) if row.held_on else "")
        chat = "Chat today" if row.at is not None and today_london(row.at) == today else "Chat"
        return f"{chat}, {when}" if when else chat
    noun = {"training_place": "Course", "introduction": "Put forward", "placement": "Job"}[row.machine]
    return f"{noun}: {about_row(row, today)}"


def lines_of(row: Any, today: date) -> list[str]:
    """What is known of it, in a line or two."""
    if row.machine == "interview":
        return _lost_host(row)
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
        # Once it is due, what is to be done says how late it is, and for whom: two counts would disagree.
        ahead = row.due_on > today and FLAGS[row.machine][row.stage].open
        return [f"Due {day(row.due_on)}{f', {due_words(row.due_on, today)}' if ahead else ''}."]
    return []


def _lost_host(chat: Interview) -> list[str]:
    """That the employer who was to host it sees nothing of it any more, when the person has taken their yes back."""
    if chat.host_employer is None or (chat.consent is not None and chat.consent.stands):
        return []
    lost = f"{chat.host_employer.name} was to host it and sees it no more: the permission is withdrawn."
    return [f"{lost} Move the chat to another host." if chat.stage == "booked" else lost]


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
