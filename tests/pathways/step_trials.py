"""The steps that people take: what each is taken on, what is posted, where the row stands after it, and a post that is refused."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.pathways.scenes import Scene

Data = dict[str, Any]


@dataclass
class Trial:
    """A step: what it is taken on, what is posted, where the row stands after it, and a post that is refused."""

    step: str
    on: Callable[[Scene], Any]
    then: str
    data: Callable[[Scene], Data] = field(default=lambda scene: {})
    bad: Callable[[Scene], Data] = field(default=lambda scene: {})
    says: str = ""
    as_lead: bool = False
    makes: bool = False


def no_data(scene: Scene) -> Data:
    return {}


def tomorrow(scene: Scene) -> Data:
    return {"happened_on": (scene.today + timedelta(days=1)).isoformat()}


COMING = "That day is still to come."
PERMANENT = {"kind": "permanent"}
WHY = "Answer the question “Why?”"

TRIALS = [
    Trial("pathway.express_interest", lambda s: s.open(interested=False), "interested", bad=tomorrow, says=COMING),
    Trial(
        "pathway.mark_ready",
        lambda s: s.open(),
        "job_ready",
        lambda s: {"reason": "has_experience"},
        no_data,
        "No course has been finished",
    ),
    Trial("pathway.unmark_ready", lambda s: s.ready(), "interested", bad=tomorrow, says=COMING),
    Trial("pathway.restart_search", lambda s: s.left(), "job_ready", lambda s: {"ready": "on"}, tomorrow, COMING),
    Trial(
        "pathway.set_not_now",
        lambda s: s.open(),
        "not_now",
        lambda s: {"reason": "health", "revisit_on": (s.today + timedelta(days=60)).isoformat()},
        lambda s: {"reason": "health"},
        "Give a day to ask again",
    ),
    Trial("pathway.withdraw", lambda s: s.open(), "withdrawn", bad=tomorrow, says=COMING),
    Trial("pathway.close_unreachable", lambda s: s.tried(), "unreachable", bad=tomorrow, says=COMING),
    Trial(
        "pathway.close_ineligible",
        lambda s: s.open(),
        "ineligible",
        lambda s: {"reason": "age", "referred_to": "The careers service"},
        lambda s: {"reason": "age"},
        "Answer the question “Who can help this person instead?”",
    ),
    Trial("pathway.end_follow_up", lambda s: s.left(), "ended", bad=tomorrow, says=COMING),
    Trial("pathway.void", lambda s: s.open(), "void", bad=tomorrow, says=COMING, as_lead=True),
    Trial("pathway.reopen", lambda s: s.withdrawn(), "interested", bad=tomorrow, says=COMING),
    Trial(
        "pathway.hand_over",
        lambda s: s.open(),
        "interested",
        lambda s: {"to": str(s.colleague.uuid), "reason": "balance"},
        lambda s: {"to": str(s.colleague.uuid)},
        WHY,
    ),
    Trial(
        "pathway.pause",
        lambda s: s.open(),
        "interested",
        lambda s: {"reason": "childcare", "review_on": (s.today + timedelta(days=30)).isoformat()},
        lambda s: {"reason": "childcare", "review_on": s.today.isoformat()},
        "The day to look again must be after today.",
    ),
    Trial("pathway.resume", lambda s: s.paused(), "interested", bad=tomorrow, says=COMING),
    Trial(
        "interview.book",
        lambda s: s.open(),
        "booked",
        lambda s: {"day": (s.today + timedelta(days=2)).isoformat(), "hour": "10:30", "place": "Library"},
        lambda s: {"day": "2026-02-31", "hour": "half past ten", "place": "Library"},
        "31 February 2026 is not a day.",
        makes=True,
    ),
    Trial(
        "interview.hold",
        lambda s: s.open(),
        "held",
        lambda s: {"work_status": "not_working", "in_the_way": "Childcare before eight"},
        tomorrow,
        COMING,
        makes=True,
    ),
    Trial(
        "interview.move",
        lambda s: s.chat(),
        "booked",
        lambda s: {"day": (s.today + timedelta(days=3)).isoformat(), "hour": "9.15", "place": "The café"},
        lambda s: {"day": (s.today - timedelta(days=1)).isoformat(), "hour": "9:15", "place": "The café"},
        "That time has passed",
    ),
    Trial(
        "interview.miss",
        lambda s: s.chat(to_come=False),
        "missed",
        lambda s: {"missed_by": "candidate", "reason": "ill"},
        lambda s: {"reason": "ill"},
        "Answer the question “Who could not make it?”",
    ),
    Trial("interview.cancel", lambda s: s.chat(), "cancelled", bad=tomorrow, says=COMING),
    Trial("interview.void", lambda s: s.chat(), "void", bad=tomorrow, says=COMING, as_lead=True),
    Trial(
        "training_place.join_waiting",
        lambda s: s.open(),
        "waiting",
        lambda s: {"course": str(s.course().uuid)},
        lambda s: {"course": str(s.worker.uuid)},
        "Choose one of the answers in the list",
        makes=True,
    ),
    Trial(
        "training_place.book",
        lambda s: s.open(),
        "booked",
        lambda s: {"course": str(s.course().uuid)},
        lambda s: {"course": str(s.course(capacity=0).uuid)},
        "The course is full",
        makes=True,
    ),
    Trial("training_place.start", lambda s: s.seat(), "in_training", bad=tomorrow, says=COMING),
    Trial("training_place.finish", lambda s: s.seat(begun=True), "finished", bad=tomorrow, says=COMING),
    Trial("training_place.leave", lambda s: s.seat(begun=True), "left", lambda s: {"reason": "health"}, no_data, WHY),
    Trial("training_place.cancel", lambda s: s.waiting(), "cancelled", bad=tomorrow, says=COMING),
    Trial("training_place.void", lambda s: s.waiting(), "void", bad=tomorrow, says=COMING, as_lead=True),
    Trial(
        "introduction.draft",
        lambda s: s.open(),
        "draft",
        lambda s: {"heading": str(s.heading().uuid)},
        no_data,
        "Choose opening",
        makes=True,
    ),
    Trial(
        "introduction.send",
        lambda s: s.drafted(),
        "sent",
        lambda s: {"consent_how": "phone"},
        no_data,
        "Answer the question “How did the person agree",
    ),
    Trial("introduction.consider", lambda s: s.sent(), "considering", bad=tomorrow, says=COMING),
    Trial(
        "introduction.invite",
        lambda s: s.sent(),
        "interview_set",
        lambda s: {"said_by": "employer", "said_how": "phone"},
        lambda s: {"said_by": "employer"},
        "Say how you heard it.",
    ),
    Trial("introduction.reserve", lambda s: s.sent(), "reserve", bad=tomorrow, says=COMING),
    Trial(
        "introduction.offer",
        lambda s: s.sent(),
        "offered",
        lambda s: {"offer_kind": "permanent", "offer_hours": "37.5", "offer_pay": "12.90", "offer_pay_unit": "hour"},
        lambda s: {"offer_kind": "permanent", "offer_hours": "lots"},
        "Enter a number.",
    ),
    Trial("introduction.accept", lambda s: s.offered(), "accepted", bad=tomorrow, says=COMING),
    Trial(
        "introduction.decline_by_candidate",
        lambda s: s.offered(),
        "declined_by_candidate",
        lambda s: {"reason": "hours"},
        no_data,
        WHY,
    ),
    Trial(
        "introduction.decline_by_employer",
        lambda s: s.sent(),
        "declined_by_employer",
        lambda s: {"reason": "hours"},
        no_data,
        WHY,
    ),
    Trial("introduction.withdraw", lambda s: s.drafted(), "withdrawn", bad=tomorrow, says=COMING),
    Trial(
        "introduction.withdraw_offer",
        lambda s: s.accepted(),
        "offer_withdrawn",
        lambda s: {"reason": "cut"},
        no_data,
        WHY,
    ),
    Trial(
        "introduction.revive",
        lambda s: s.superseded(),
        "considering",
        lambda s: {"consent_how": "phone"},
        no_data,
        "Answer the question “How did the person agree",
    ),
    Trial("introduction.void", lambda s: s.drafted(), "void", bad=tomorrow, says=COMING, as_lead=True),
    Trial(
        "placement.record_own_job",
        lambda s: s.open(),
        "in_post",
        lambda s: {
            "employer_words": "Corner bakery",
            "title": "Baker",
            "kind": "permanent",
            "start_on": (s.today - timedelta(days=2)).isoformat(),
        },
        lambda s: {"employer_words": "Corner bakery", "title": "Baker", **PERMANENT, "start_on": "2020-01-01"},
        "This job began before we met",
        makes=True,
    ),
    Trial(
        "placement.agree_start",
        lambda s: s.job(),
        "start_agreed",
        lambda s: {"start_on": (s.today + timedelta(days=7)).isoformat(), "start_at": "8:30", "report_to": "Dawn at the main desk"},
        lambda s: {"start_on": "2020-01-01"},
        "The first day cannot be before the offer.",
    ),
    Trial(
        "placement.start",
        lambda s: s.job(),
        "in_post",
        no_data,
        lambda s: {"first_day": (s.today + timedelta(days=1)).isoformat()},
        "The first day is still to come",
    ),
    Trial(
        "placement.fall_through",
        lambda s: s.job(),
        "fell_through",
        lambda s: {"reason": "changed_mind"},
        no_data,
        WHY,
    ),
    Trial(
        "placement.leave",
        lambda s: s.job(started=True),
        "left",
        lambda s: {"last_day": s.today.isoformat(), "reason": "new_job"},
        lambda s: {"last_day": (s.today - timedelta(days=90)).isoformat()},
        "The last day cannot be before the first day.",
    ),
    Trial(
        "placement.complete",
        lambda s: s.job(started=True, kind="fixed_term"),
        "completed",
        lambda s: {"last_day": s.today.isoformat()},
        no_data,
        "Enter the date",
    ),
    Trial(
        "placement.tell_leaving",
        lambda s: s.left_unsaid(),
        "left",
        lambda s: {"last_day": s.today.isoformat(), "reason": "new_job", "destination": "other_job"},
        lambda s: {"last_day": (s.today - timedelta(days=90)).isoformat()},
        "The last day cannot be before the first day.",
    ),
    Trial(
        "placement.move_role",
        lambda s: s.job(started=True),
        "in_post",
        lambda s: {"title": "Ward clerk", "kind": "permanent", "hours_a_week": "30"},
        lambda s: {"title": "", "kind": "permanent"},
        "Enter job",
    ),
    Trial(
        "placement.move_employer",
        lambda s: s.job(started=True),
        "moved",
        lambda s: {"employer": str(s.other_trust().uuid), "title": "Porter", "kind": "permanent"},
        lambda s: {"employer": str(s.trust.uuid), "title": "Porter", "kind": "permanent"},
        "Choose one of the answers in the list",
    ),
    Trial(
        "placement.correct_start",
        lambda s: s.job(started=True),
        "in_post",
        lambda s: {"first_day": (s.today - timedelta(days=3)).isoformat()},
        lambda s: {"first_day": "2020-01-01"},
        "This job would have begun before we met.",
    ),
    Trial("placement.void", lambda s: s.job(), "void", bad=tomorrow, says=COMING, as_lead=True),
    Trial("pre_employment_check.ask", lambda s: s.check(), "in_progress", lambda s: {"owner_words": "HR"}, tomorrow, COMING),
    Trial("pre_employment_check.receive", lambda s: s.check(), "in_progress", bad=tomorrow, says=COMING),
    Trial("pre_employment_check.clear", lambda s: s.check(), "cleared", bad=tomorrow, says=COMING),
    Trial("pre_employment_check.not_clear", lambda s: s.check(), "not_cleared", bad=tomorrow, says=COMING),
    Trial("pre_employment_check.not_require", lambda s: s.check(), "not_required", bad=tomorrow, says=COMING),
    Trial(
        "retention_check.confirm",
        lambda s: s.due(),
        "confirmed",
        no_data,
        lambda s: {"known_on": (s.today - timedelta(days=30)).isoformat()},
        "That was known before the day it asks about",
    ),
    Trial(
        "retention_check.deny",
        lambda s: s.due(),
        "not_in_post",
        lambda s: {"last_day": (s.today - timedelta(days=25)).isoformat()},
        lambda s: {"known_on": (s.today + timedelta(days=1)).isoformat()},
        COMING,
    ),
    Trial("retention_check.ask_call", lambda s: s.due(), "open", bad=tomorrow, says=COMING),
    Trial(
        "retention_check.answer_again",
        lambda s: s.answered(),
        "disputed",
        lambda s: {"in_post": "no", "grade": "employer"},
        lambda s: {"in_post": "no", "known_on": (s.today + timedelta(days=1)).isoformat()},
        COMING,
    ),
    Trial(
        "retention_check.settle_still",
        lambda s: s.disputed(),
        "confirmed",
        no_data,
        lambda s: {"last_day": (s.today - timedelta(days=20)).isoformat()},
        "That last day says the contrary.",
    ),
    Trial(
        "retention_check.settle_gone",
        lambda s: s.disputed(),
        "not_in_post",
        lambda s: {"last_day": (s.today - timedelta(days=20)).isoformat()},
        lambda s: {"last_day": s.today.isoformat()},
        "That last day says the contrary.",
    ),
    Trial(
        "retention_check.say_any_work",
        lambda s: s.answered(in_post=False),
        "not_in_post",
        lambda s: {"any_work": "yes"},
        no_data,
        "Choose",
    ),
    Trial("retention_check.void", lambda s: s.due(), "void", bad=tomorrow, says=COMING, as_lead=True),
]
