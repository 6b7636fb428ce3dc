"""What a step wrote, told as it was then: the log keeps what was there before, and what came after is read back from it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from employers.choices import PayGrade, PayUnit
from ground.templatetags.said import day, money, weekday, when
from pathways.models import StageChange
from pathways.models.interview import WorkStatus
from pathways.models.introduction import JobKind
from pathways.models.retention import Grade
from pathways.services.door import as_json, chart_steps

Values = Mapping[str, Any]
#: Names of people by their id, and of employers that host by HOST and theirs.
Names = Mapping[Any, str]
HOST = "employer"
ANY_WORK = {True: "In paid work.", False: "Not in paid work."}
MISSED_BY = {"candidate": "They did not come", "us": "We could not make it"}
DESTINATIONS = {
    "other_job": "Another job",
    "education": "Education or training",
    "not_working": "Not working",
    "prefer_not": "Prefers not to say",
}


def snapshots(log: Iterable[StageChange], rows: Mapping[tuple[str, int], Any]) -> dict[int, dict[str, Any]]:
    """For each change, newest first, the coded fields of its row as the change left them."""
    now: dict[tuple[str, int], dict[str, Any]] = {}
    found: dict[int, dict[str, Any]] = {}
    for change in log:
        key = (change.machine, change.subject_id)
        if key not in now:
            row = rows.get(key)
            now[key] = {name: as_json(getattr(row, name)) for name in _written(change.machine)} if row is not None else {}
        found[change.pk] = dict(now[key])
        now[key] |= change.wrote_over
    return found


def _written(machine: str) -> set[str]:
    return {name for step in chart_steps(machine).values() for name in step.writes}


def details_of(change: StageChange, values: Values, names: Names) -> list[str]:
    """Sentences about what a step wrote; none where it wrote nothing worth telling."""
    if change.undoes_id is not None:
        return []
    tell = TELL.get(f"{change.machine}.{change.step}")
    return [line for line in tell(values, names) if line] if tell is not None and values else []


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _number(value: Any) -> str:
    try:
        return f"{Decimal(str(value)).normalize():f}"
    except InvalidOperation:
        return ""


def _said(words: str, value: str) -> str:
    return f"{words} {value}." if value else ""


def _chat(values: Values, names: Names) -> list[str]:
    moment = _moment(values.get("at"))
    host = names.get(values.get("host_id") or 0, "") or names.get((HOST, values.get("host_employer_id")), "")
    parts = [when(moment) if moment else "", values.get("place") or "", f"with {host}" if host else ""]
    return [", ".join(part for part in parts if part) + "."]


def _held(values: Values, names: Names) -> list[str]:
    status = dict(WorkStatus.choices).get(values.get("work_status") or "", "")
    return [
        _said("At the time:", str(status).lower()),
        _said("In the way:", values.get("in_the_way") or ""),
        "Would like an adjustment or support." if values.get("adjustments_wanted") else "",
    ]


def _offer(values: Values, names: Names) -> list[str]:
    pay, unit = values.get("offer_pay"), dict(PayUnit.choices).get(values.get("offer_pay_unit") or "", "")
    hours = _number(values["offer_hours"]) if values.get("offer_hours") is not None else ""
    parts = [
        str(dict(JobKind.choices).get(values.get("offer_kind") or "", "")),
        f"{hours} hours a week" if hours else "",
        f"{money(pay)} {str(unit).lower()}".strip() if pay is not None else "",
        values.get("offer_site") or "",
    ]
    told = ", ".join(part for part in parts if part)
    grade = dict(PayGrade.choices).get(values.get("offer_grade") or "", "")
    return [
        f"{told}." if told else "",
        f"Pay: {grade}." if grade and pay is not None else "",
        _said("Start by", day(_day(values.get("offer_start_by")))),
    ]


def _agreed(values: Values, names: Names) -> list[str]:
    start = _day(values.get("start_on"))
    at = f" at {values['start_at']}" if values.get("start_at") else ""
    return [f"{weekday(start)}{at}." if start else "", _said("Ask for", values.get("report_to") or "")]


def _left(values: Values, names: Names) -> list[str]:
    last = _day(values.get("last_day"))
    return [
        f"Last day {day(last)}." if last else "The last day is not known yet.",
        _said("Where to:", DESTINATIONS.get(values.get("destination") or "", "")),
    ]


def _not_now(values: Values, names: Names) -> list[str]:
    return ["Please do not contact." if values.get("do_not_contact") else "", _said("Ask again on", day(_day(values.get("revisit_on"))))]


def _answer(values: Values, names: Names) -> list[str]:
    grade = dict(Grade.choices).get(values.get("grade") or "", "")
    return [f"{grade}." if grade else ""]


def _check(values: Values, names: Names) -> list[str]:
    return [_said("Done by", values.get("owner_words") or ""), _said("Waits for", values.get("blocked_by") or "")]


#: machine.step -> what to tell of the values it left.
TELL: Mapping[str, Callable[[Values, Names], list[str]]] = {
    "pathway.hand_over": lambda values, names: [_said("To", names.get(values.get("owner_id") or 0, ""))],
    "pathway.pause": lambda values, names: [_said("We look again on", day(_day(values.get("available_on"))))],
    "pathway.set_not_now": _not_now,
    "pathway.close_ineligible": lambda values, names: [_said("Referred to", values.get("referred_to") or "")],
    "interview.book": _chat,
    "interview.move": _chat,
    "interview.miss": lambda values, names: [f"{MISSED_BY[values['missed_by']]}." if values.get("missed_by") in MISSED_BY else ""],
    "interview.hold": _held,
    "training_place.book": lambda values, names: [_said("Over capacity:", values.get("over_capacity_reason") or "")],
    "introduction.offer": _offer,
    "placement.agree_start": _agreed,
    "placement.start": lambda values, names: [_said("First day", day(_day(values.get("first_day"))))],
    "placement.leave": _left,
    "placement.tell_leaving": _left,
    "placement.move_role": lambda values, names: [_said("Now", values.get("title") or "")],
    "placement.correct_start": lambda values, names: [_said("First day", day(_day(values.get("first_day"))))],
    "placement.complete": _left,
    "pre_employment_check.ask": _check,
    "pre_employment_check.receive": _check,
    "retention_check.confirm": _answer,
    "retention_check.deny": _answer,
    "retention_check.settle_still": _answer,
    "retention_check.settle_gone": _answer,
    "retention_check.say_any_work": lambda values, names: [ANY_WORK.get(values.get("any_work"), "")],
}
