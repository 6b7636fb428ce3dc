"""The words of an employer's pages where the charts speak of the employer from outside."""

from typing import Any

from accounts.choices import MilestoneCode
from ground.templatetags.said import when
from pathways.models import Interview, Introduction, PreEmploymentCheck, RetentionCheck, TrainingPlace
from pathways.workflow.introduction import IntroductionStage as Stage

#: Where somebody put forward stands, as the employer would say it. What is gone is gone in the same words, whatever the cause.
STANDS = {
    Stage.SENT: "New",
    Stage.CONSIDERING: "You are considering",
    Stage.STALE: "Waiting for your answer",
    Stage.INTERVIEW_SET: "Invited to meet you",
    Stage.RESERVE: "In reserve",
    Stage.OFFERED: "You made an offer",
    Stage.ACCEPTED: "They said yes to your offer",
    Stage.DECLINED_BY_CANDIDATE: "They said no",
    Stage.DECLINED_BY_EMPLOYER: "You said no",
    Stage.OFFER_WITHDRAWN: "You withdrew the offer",
}
NOT_AVAILABLE = "A person who is no longer available"
#: On buttons, and above the form that a button opens.
BUTTONS = {
    "interview.hold": "Say how it went",
    "introduction.consider": "Consider",
    "placement.start": "Started",
    "placement.leave": "Left: say when and why",
    "pre_employment_check.ask": "Say that you asked for it",
    "pre_employment_check.receive": "Say that it has come",
    "pre_employment_check.clear": "Mark as cleared",
    "pre_employment_check.not_clear": "Mark as not cleared",
    "pre_employment_check.not_require": "Mark as not required",
    "retention_check.confirm": "Still in work",
    "retention_check.deny": "Left",
}
#: The same of a check that was asked for, or whose papers have come, before.
AGAIN = {
    "pre_employment_check.ask": ("asked_on", "Say that you asked again"),
    "pre_employment_check.receive": ("received_on", "Say that more has come"),
}
#: What a step is, above its form and beside its button; {name} is the name that was shared.
ABOUT = {
    "interview.hold": "The chat has taken place. There is no score: their worker decides with them what comes next.",
    "introduction.consider": "You are still thinking about it. Their worker sees that.",
    "introduction.invite": "You want to meet them. Their worker will tell them.",
    "introduction.reserve": "Good, but not for the place that is free now.",
    "introduction.offer": "Their worker goes through your offer with them, and their answer shows here.",
    "introduction.decline_by_employer": "You will not take {name} further. Their worker will tell them.",
    "introduction.withdraw_offer": "You take the offer back before the first day. Their worker will tell them.",
    "placement.agree_start": "They are told the day, the time and whom to ask for. The day may move, and it need not wait for every check.",
    "placement.start": "Their first day in work. We ask whether they are still there at 4 weeks, 13 weeks and six months.",
    "placement.fall_through": "{name} did not begin, and will not. Their worker will speak with them.",
    "placement.leave": "They do not work here any more. Leave out what you do not know.",
    "pre_employment_check.ask": "You have asked for what this check needs.",
    "pre_employment_check.receive": "What you asked for has come. You have still to look at it.",
    "pre_employment_check.clear": "You have seen it, and it is in order.",
    "pre_employment_check.not_clear": "You have seen it, and it is not in order. The job stays as it is: "
    "tell their worker, and if they cannot start with you, say “Did not start” on the page of {name}.",
    "pre_employment_check.not_require": "This job does not need it.",
    "retention_check.confirm": "They still work here.",
    "retention_check.deny": "They do not work here any more.",
}
#: What comes next, once it is done.
THEN = {
    "interview.hold": "Their worker decides with them what comes next.",
    "introduction.invite": "Their worker will tell them. Ring them, or their worker, to agree a day.",
    "introduction.offer": "Their worker goes through it with them. Their answer shows here.",
    "introduction.decline_by_employer": "Their worker will tell them.",
    "introduction.withdraw_offer": "Their worker will tell them.",
    "placement.agree_start": "They are told. When the day has come, say here that they started.",
    "placement.start": "We ask whether they are still there at 4 weeks, 13 weeks and six months.",
    "placement.fall_through": "Their worker will speak with them.",
    "pre_employment_check.not_clear": "Tell their worker what is missing.",
    "retention_check.deny": "Their worker will speak with them.",
    "placement.leave": "Their worker will speak with them.",
}
MILESTONES = {code: str(label).lower() for code, label in MilestoneCode.choices}


def button_words(row: Any, step: str, label: str) -> str:
    """What a step on this row is called to an employer; `label` is what the chart calls it."""
    key = f"{row.machine}.{step}"
    told, words = AGAIN.get(key, ("", ""))
    return words if told and getattr(row, told) else BUTTONS.get(key, label)


def about_words(row: Any, step: str, doc: str) -> str:
    """What a step on this row is, and what comes of it, to an employer; `doc` is what the chart says."""
    return ABOUT.get(f"{row.machine}.{step}", doc).replace("{name}", shared_of(row))


def opening_words(row: Introduction) -> str:
    """What the job is called; of one from before this system nobody may have written that down."""
    return "job title not recorded" if row.heading.not_recorded else str(row.heading.title)


def shared_name(row: Introduction | Interview | None) -> str:
    """The name as it was shared."""
    known = row.shared if row is not None else {}
    return str(known.get("name") or known.get("called") or "Name not shared")


def shared_of(row: Any) -> str:
    """The name as it was shared in the introduction or chat that this row is, or hangs on; who sits on a course is known to its trainer."""
    if isinstance(row, TrainingPlace):
        return str(row.pathway.candidate.name)
    job = getattr(row, "placement", row)
    return shared_name(job if isinstance(job, Introduction | Interview) else getattr(job, "introduction", None))


def called_of(row: Any) -> str:
    """Who it is about and what: somebody may be put forward twice, and each job has six checks."""
    if isinstance(row, TrainingPlace):
        return f"{shared_of(row)}, {row.course.name}"
    if isinstance(row, Introduction):
        return f"{shared_of(row)}, {row.heading.title}"
    if isinstance(row, Interview):
        return f"{shared_of(row)}, chat on {when(row.at)}"
    job = getattr(row, "placement", row)
    what = f", {row.get_kind_display().lower()}" if isinstance(row, PreEmploymentCheck) else ""
    asked = f", {MILESTONES.get(row.milestone, '')}".rstrip(", ") if isinstance(row, RetentionCheck) else ""
    return f"{shared_of(row)}, {getattr(job, 'title', '')}{what}{asked}"
