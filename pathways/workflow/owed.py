"""What each step opens and closes on somebody's list. A task is never a second truth: it follows the step."""

from dataclasses import dataclass

from pathways.models.task import TaskKind as K
from pathways.workflow.pathway import OPEN, Stage


@dataclass(frozen=True)
class Opens:
    """A task that a step opens: what, who owes it, and when: working days from the step, or a day on the row."""

    kind: str
    days: int = 0
    owed_by: str = "worker"
    on_subject: bool = False
    due_field: str = ""
    weeks_after: int = 0
    #: A rule of the programme that says how many working days; `days` is what the product ships with.
    rule: str = ""


@dataclass(frozen=True)
class Owed:
    """The tasks that one step opens and closes. `closes` are kinds on the case; a subject's own close when it ends."""

    opens: tuple[Opens, ...] = ()
    closes: tuple[str, ...] = ()
    closes_own: bool = False


OWED: dict[tuple[str, str], Owed] = {
    ("pathway", "log_outreach"): Owed(opens=(Opens(K.NEXT_CONTACT, days=5),)),
    ("pathway", "express_interest"): Owed(opens=(Opens(K.BOOK_CHAT, days=2),), closes=(K.NEXT_CONTACT,)),
    ("pathway", "return"): Owed(opens=(Opens(K.BOOK_CHAT, days=2),)),
    ("pathway", "reopen"): Owed(opens=(Opens(K.NEXT_CONTACT, days=2),), closes=(K.REVISIT,)),
    ("pathway", "mark_ready"): Owed(opens=(Opens(K.INTRODUCE, days=5),), closes=(K.DECIDE, K.BOOK_CHAT, K.REBOOK_CHAT)),
    ("pathway", "unmark_ready"): Owed(opens=(Opens(K.DECIDE, days=5),), closes=(K.INTRODUCE,)),
    ("pathway", "restart_search"): Owed(opens=(Opens(K.INTRODUCE, days=5),), closes=(K.AFTER_LEAVING, K.END_FOLLOW_UP)),
    ("pathway", "set_not_now"): Owed(opens=(Opens(K.REVISIT, due_field="revisit_on"),)),
    ("pathway", "pause"): Owed(opens=(Opens(K.REVIEW, due_field="available_on"),)),
    ("pathway", "resume"): Owed(opens=(Opens(K.NEXT_CONTACT, days=2),), closes=(K.REVIEW,)),
    ("interview", "book"): Owed(
        opens=(Opens(K.HOLD_CHAT, on_subject=True, due_field="at", owed_by="candidate"),), closes=(K.BOOK_CHAT, K.REBOOK_CHAT)
    ),
    ("interview", "move"): Owed(opens=(Opens(K.HOLD_CHAT, on_subject=True, due_field="at", owed_by="candidate"),), closes_own=True),
    ("interview", "hold"): Owed(opens=(Opens(K.DECIDE, days=5),), closes=(K.BOOK_CHAT, K.REBOOK_CHAT)),
    ("interview", "miss"): Owed(opens=(Opens(K.REBOOK_CHAT, days=2),)),
    ("interview", "cancel"): Owed(opens=(Opens(K.REBOOK_CHAT, days=2),)),
    ("training_place", "join_waiting"): Owed(closes=(K.DECIDE,)),
    ("training_place", "book"): Owed(
        opens=(Opens(K.START_COURSE, on_subject=True, due_field="course.starts_on", owed_by="candidate"),),
        closes=(K.DECIDE,),
        closes_own=True,
    ),
    ("training_place", "start"): Owed(closes_own=True),
    ("training_place", "leave"): Owed(opens=(Opens(K.DECIDE, days=2),)),
    ("training_place", "cancel"): Owed(opens=(Opens(K.DECIDE, days=2),)),
    ("introduction", "draft"): Owed(opens=(Opens(K.SEND, days=2, on_subject=True),), closes=(K.INTRODUCE,)),
    ("introduction", "send"): Owed(
        opens=(Opens(K.ANSWER, days=5, rule="answer_days", owed_by="employer", on_subject=True),), closes_own=True
    ),
    ("introduction", "consider"): Owed(
        opens=(Opens(K.ANSWER, days=5, rule="answer_days", owed_by="employer", on_subject=True),), closes_own=True
    ),
    ("introduction", "go_stale"): Owed(opens=(Opens(K.CHASE, days=1, on_subject=True),)),
    ("introduction", "revive"): Owed(opens=(Opens(K.ANSWER, days=5, rule="answer_days", owed_by="employer", on_subject=True),)),
    ("introduction", "invite"): Owed(
        opens=(Opens(K.ANSWER, days=5, rule="answer_days", owed_by="employer", on_subject=True), Opens(K.TELL, days=1)), closes_own=True
    ),
    ("introduction", "reserve"): Owed(opens=(Opens(K.ANSWER, days=10, owed_by="employer", on_subject=True),), closes_own=True),
    ("introduction", "offer"): Owed(opens=(Opens(K.ACCEPT, days=3, owed_by="candidate", on_subject=True),), closes_own=True),
    ("introduction", "decline_by_employer"): Owed(opens=(Opens(K.TELL, days=1, on_subject=True),)),
    ("introduction", "withdraw_offer"): Owed(opens=(Opens(K.TELL, days=1),)),
    ("introduction", "close_heading"): Owed(opens=(Opens(K.TELL, days=1),)),
    ("placement", "record"): Owed(opens=(Opens(K.CHECKS, days=10, owed_by="employer", on_subject=True),)),
    ("placement", "record_own_job"): Owed(opens=(Opens(K.CONFIRM_START, on_subject=True, due_field="start_on"),)),
    ("placement", "agree_start"): Owed(opens=(Opens(K.CONFIRM_START, on_subject=True, due_field="start_on"),), closes_own=True),
    ("placement", "start"): Owed(
        opens=(
            Opens(K.KEEP_IN_TOUCH, on_subject=True, due_field="first_day", weeks_after=1),
            Opens(K.KEEP_IN_TOUCH, on_subject=True, due_field="first_day", weeks_after=2),
            Opens(K.KEEP_IN_TOUCH, on_subject=True, due_field="first_day", weeks_after=8),
        ),
        closes=(K.INTRODUCE, K.END_FOLLOW_UP),
        closes_own=True,
    ),
    ("placement", "fall_through"): Owed(opens=(Opens(K.TELL, days=1),)),
    ("placement", "tell_leaving"): Owed(closes_own=True),
    ("placement", "stay_on"): Owed(closes=(K.AFTER_LEAVING,), closes_own=True),
    ("placement", "leave"): Owed(opens=(Opens(K.AFTER_LEAVING, days=1),)),
    ("placement", "complete"): Owed(opens=(Opens(K.AFTER_LEAVING, days=1),)),
    ("retention_check", "open_window"): Owed(opens=(Opens(K.RETENTION, days=2, on_subject=True),)),
    ("retention_check", "ask_call"): Owed(opens=(Opens(K.CALL),)),
    ("retention_check", "dispute"): Owed(opens=(Opens(K.SETTLE, on_subject=True),)),
    ("retention_check", "say_any_work"): Owed(closes_own=True),
}

#: What nobody hears by itself: the words are drafted, a worker changes them and sends them, or says them.
TOLD_BY_HAND = frozenset({("introduction", "decline_by_employer")})

#: Owed while six months are confirmed and something is still live: the case ends well when that is over.
FINISHING = Opens(K.FINISH_LIVE, days=5)


#: Owed once every check is settled, where the case does not end well.
ENDING = Opens(K.END_FOLLOW_UP, days=5)
#: Tasks whose day is counted from a step and not from a date on a row: their clocks stop in a pause. A retention date never moves.
STOP_IN_A_PAUSE: tuple[str, ...] = (
    *(K.NEXT_CONTACT, K.BOOK_CHAT, K.REBOOK_CHAT, K.DECIDE, K.INTRODUCE, K.SEND, K.ANSWER, K.CHASE, K.ACCEPT),
    *(K.CHECKS, K.AFTER_LEAVING, K.FINISH_LIVE, K.OFFER_SEAT, K.END_FOLLOW_UP),
)


def outlives(kind: str, stage: str) -> bool:
    """Whether such a task may stand on a case in this stage.

    A case that has ended owes nothing but the day to ask again. One that ended well goes on asking about the job.
    """
    if stage in OPEN:
        return True
    if stage == Stage.SUSTAINED:
        return kind in {K.CALL, K.RETENTION, K.ANY_WORK, K.SETTLE, K.LAST_DAY, K.LEAVING}
    return kind == K.REVISIT and stage not in {Stage.VOID, Stage.MERGED}
