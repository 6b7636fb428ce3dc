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
    Stage.ACCEPTED: "Said yes to your offer",
    Stage.DECLINED_BY_CANDIDATE: "Said no",
    Stage.DECLINED_BY_EMPLOYER: "You said no",
    Stage.OFFER_WITHDRAWN: "You withdrew the offer",
}
NOT_AVAILABLE = "No longer available"
#: On buttons, and above the form that a button opens.
BUTTONS = {
    "interview.hold": "Say how it went",
    "introduction.consider": "Consider",
    "placement.start": "Started",
    "placement.leave": "Left: say when and why",
    "retention_check.confirm": "Still in work",
    "retention_check.deny": "Left",
}
#: What a step is, above its form.
ABOUT = {
    "interview.hold": "The chat has taken place. There is no score: their worker decides with them what comes next.",
    "introduction.consider": "You are looking at it.",
    "introduction.invite": "You want to meet them. Their worker tells them.",
    "introduction.reserve": "Good, but not for the place that is free now.",
    "introduction.offer": "Their worker goes through your offer with them, and their answer shows here.",
    "introduction.decline_by_employer": "You do not take it further. They hear it from their worker.",
    "introduction.withdraw_offer": "You take the offer back before the first day. They hear it from their worker.",
    "placement.agree_start": "They are told the day, the time and whom to ask for. The day may move, and it need not wait for every check.",
    "placement.start": "Their first day in work. We ask whether they are still there at 4 weeks, 13 weeks and six months.",
    "placement.fall_through": "They did not begin, and will not. Their worker speaks with them.",
    "placement.leave": "They do not work here any more. Leave out what you do not know.",
    "pre_employment_check.ask": "You have asked for what this check needs.",
    "pre_employment_check.receive": "What you asked for has come.",
    "retention_check.confirm": "They still work here.",
    "retention_check.deny": "They do not work here any more.",
}
#: What comes next, once it is done.
THEN = {
    "interview.hold": "Their worker decides with them what comes next.",
    "introduction.invite": "Their worker tells them. Ring them, or their worker, to agree a day.",
    "introduction.offer": "Their worker goes through it with them. Their answer shows here.",
    "introduction.decline_by_employer": "They hear it from their worker.",
    "introduction.withdraw_offer": "They hear it from their worker.",
    "placement.agree_start": "They are told. When the day has come, say here that they started.",
    "placement.start": "We ask whether they are still there at 4 weeks, 13 weeks and six months.",
    "placement.fall_through": "Their worker speaks with them.",
    "retention_check.deny": "Their worker speaks with them.",
    "placement.leave": "Their worker speaks with them.",
}
MILESTONES = {code: str(label).lower() for code, label in MilestoneCode.choices}


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
