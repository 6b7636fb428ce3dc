"""What staff read above a step's form: which chat, offer or job it is about, and what pressing does."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ground.templatetags.said import day, short_day
from pathways.models import Interview, Pathway, Placement, PreEmploymentCheck, RetentionCheck, TrainingPlace
from pathways.queries.children import heading_of
from pathways.queries.due import MILESTONE_WORDS, about_row
from pathways.workflow.placement import BEFORE_START

_LIVE = "A chat or seat is cancelled, openings and jobs not yet started fall away, and texts that have not gone do not go."
_LEARNT = "Answer for the day the check was due, not for today."
_ERROR = "Use this only for what never was. It leaves every figure; what was written stays in the history, and you can undo it."

#: machine.step -> what pressing does, to whoever presses.
SAYS: Mapping[str, str] = {
    "pathway.express_interest": "They want to go on. Booking the chat comes next on your list.",
    "pathway.mark_ready": "They can be put forward from now on. Somebody on a course stays on it, and can be put forward all the same.",
    "pathway.unmark_ready": "They are not put forward for now. Deciding together comes next on your list.",
    "pathway.restart_search": "They have left their job and you have talked: they look for work again.",
    "pathway.set_not_now": f"It closes the case until the day you enter, or for good. {_LIVE}",
    "pathway.withdraw": f"They want no more of this. It closes the case; they may come back at any time. {_LIVE}",
    "pathway.close_unreachable": (
        f"For somebody who was tried three times over ten days in two ways, and did not answer. It closes the case. {_LIVE}"
    ),
    "pathway.close_ineligible": f"A rule keeps them out of the programme. It closes the case, and says who can help instead. {_LIVE}",
    "pathway.end_follow_up": "Every question about the job has its answer. This closes the case and takes it off your lists.",
    "pathway.void": f"The whole case was a mistake. What is open on it is closed. {_ERROR}",
    "pathway.reopen": "They have come back: the same case goes on where it stood.",
    "pathway.return": "They have come back after their case had ended: a new case begins, linked to the one before.",
    "pathway.pause": "Nothing is asked of them, and no text goes by itself, until you look again. A job is still asked after on its day.",
    "pathway.resume": "The pause is over: what is to be done counts from now on.",
    "pathway.hand_over": "A colleague looks after them from now on. Where they stand does not change.",
    "interview.book": "You, a colleague, or an employer whom they agree to meet.",
    "interview.move": "The chat stays booked, at another time or place, or with somebody else.",
    "interview.miss": "The time has passed and the chat did not take place. Booking it again comes next on your list.",
    "interview.cancel": "The chat will not take place. Booking another comes next on your list.",
    "interview.hold": "You have talked, booked or not. There is no score: deciding together comes next.",
    "interview.void": f"There was no such chat. {_ERROR}",
    "training_place.join_waiting": "They wait for this course. Waiting takes no seat.",
    "training_place.book": "They have a seat. Where the course is full, say why there is room for one more.",
    "training_place.start": "They came to the first session.",
    "training_place.finish": "They have finished the course, and are ready to be put forward.",
    "training_place.leave": "They stopped before the end. Their seat can go to somebody who waits.",
    "training_place.cancel": "They will not begin this course. Their seat can go to somebody who waits.",
    "training_place.void": f"They never had this seat. {_ERROR}",
    "introduction.draft": "Choose an opening with them. The employer sees nothing until you put them forward.",
    "introduction.send": "The employer sees what is listed here as soon as you press, and is asked to answer.",
    "introduction.consider": "The employer has told you that they are looking at it.",
    "introduction.invite": "The employer wants to meet them. Telling them comes next on your list.",
    "introduction.reserve": "The employer likes them, and has no place free now.",
    "introduction.offer": "The employer offers the job. Enter what is offered, as they will read it.",
    "introduction.accept": "They say yes: the job and the checks before it begin. Choose with them what else to close.",
    "introduction.decline_by_candidate": "They do not want this one. Their other openings stay as they are.",
    "introduction.withdraw": "You take this back from the employer, who reads no reason. Their other openings stay as they are.",
    "introduction.decline_by_employer": "The employer says no. Words to tell them are drafted for their worker to change and send.",
    "introduction.withdraw_offer": "The employer takes the offer back before the first day, and the job falls through. Tell them next.",
    "introduction.revive": "The job they took instead fell through. If they say yes, the employer looks at them again.",
    "introduction.void": f"They were never put forward to this. {_ERROR}",
    "placement.record_own_job": "A job they found themselves. It counts as work, and never as an offer of the programme.",
    "placement.agree_start": "The day may move later, and need not wait for every check.",
    "placement.start": "They have begun. We ask whether they are still there at 4 weeks, 13 weeks and six months from this day.",
    "placement.fall_through": "They did not begin this job, and will not.",
    "placement.leave": "They do not work there any more. Leave out what you do not know: you are asked for it later.",
    "placement.tell_leaving": "Add what was not known when they left.",
    "placement.complete": "The fixed term or apprenticeship ended as planned.",
    "placement.move_role": "They have another role with the same employer. The six months go on counting from the first day.",
    "placement.move_employer": "They went on to another employer of the programme. The six months go on counting from the first day.",
    "placement.correct_start": "The questions about the job move with the first day. Answers that came in time still count.",
    "placement.void": f"There was no such job. What was asked about it no longer counts. {_ERROR}",
    "pre_employment_check.ask": "Somebody has been asked for what this check needs.",
    "pre_employment_check.receive": "What was asked for has come, and can be looked at.",
    "pre_employment_check.clear": "It was seen, and all is in order.",
    "pre_employment_check.not_clear": "It was seen, and something is not in order. The job does not end by this: talk to the employer.",
    "pre_employment_check.not_require": "This job does not need this check.",
    "retention_check.confirm": f"They were still in work there. {_LEARNT}",
    "retention_check.deny": f"They were no longer in work there. {_LEARNT}",
    "retention_check.ask_call": "They would rather talk. Ringing them today goes on your list; the question stays open.",
    "retention_check.answer_again": f"Somebody else has answered, too. Where two answers differ, somebody has to settle it. {_LEARNT}",
    "retention_check.settle_still": "You have found out: they were still in work there on the day it was due.",
    "retention_check.settle_gone": "You have found out: they had left by the day it was due.",
    "retention_check.say_any_work": "They had left this job. Any paid work on that day counts here, wherever it was.",
    "retention_check.void": f"This should never have been asked. {_ERROR}",
}


def concerning(row: Any, today: date) -> str:
    """Which chat, seat, opening, job or check it is: somebody may have several. Nothing for the case itself, or before the row is made."""
    if row is None or row.pk is None or isinstance(row, Pathway):
        return ""
    if isinstance(row, RetentionCheck):
        milestone = MILESTONE_WORDS.get(row.milestone, "")
        return f"{_job(row.placement, today)}: still in work at {milestone}, due {day(row.due_on)}"
    if isinstance(row, PreEmploymentCheck):
        return f"{row.get_kind_display()}, for {_job(row.placement, today)}"
    if isinstance(row, Interview):
        return heading_of(row, today)
    if isinstance(row, TrainingPlace):
        begins = f", from {short_day(row.course.starts_on)}" if row.course.starts_on else ""
        return f"{row.course.name}{begins}"
    return _job(row, today)


def _job(row: Any, today: date) -> str:
    agreed = f", to start on {day(row.start_on)}" if isinstance(row, Placement) and row.stage in BEFORE_START and row.start_on else ""
    return f"{about_row(row, today)}{agreed}"
