"""What a person reads of what is owed: each kind of task in their words. Looked up in their language where it is shown."""

from django.utils.translation import gettext_noop as _

from pathways.models.task import TaskKind as K

IN_TOUCH = _("We get in touch with you.")
#: Kind of task -> what happens next, to the person. A test fails for one that is missing.
NEXT: dict[str, str] = {
    K.NEXT_CONTACT: IN_TOUCH,
    K.BOOK_CHAT: _("We arrange a time for a chat."),
    K.HOLD_CHAT: _("You come to your chat."),
    K.REBOOK_CHAT: _("We find another time for the chat."),
    K.DECIDE: _("We decide together what comes next."),
    K.START_COURSE: _("You start your course."),
    K.INTRODUCE: _("We look for a job that fits, and ask you first."),
    K.SEND: _("We put you forward for a job."),
    K.ANSWER: _("The employer tells us what they think."),
    K.CHASE: _("We ask the employer again."),
    K.ACCEPT: _("You say yes or no to the offer."),
    K.TELL: IN_TOUCH,
    K.CHECKS: _("The employer finishes its checks and agrees your first day."),
    K.CONFIRM_START: _("You start work."),
    K.KEEP_IN_TOUCH: _("We ask how it is going."),
    K.CALL: IN_TOUCH,
    K.RETENTION: _("You tell us whether you are still in the job."),
    K.ANY_WORK: IN_TOUCH,
    K.SETTLE: IN_TOUCH,
    K.LAST_DAY: IN_TOUCH,
    K.LEAVING: IN_TOUCH,
    K.AFTER_LEAVING: _("We talk about what comes next."),
    K.FINISH_LIVE: IN_TOUCH,
    K.END_FOLLOW_UP: IN_TOUCH,
    K.REVISIT: _("We ask you again."),
    K.REVIEW: _("We ask whether you are ready to go on."),
    K.OFFER_SEAT: IN_TOUCH,
    K.FREE: IN_TOUCH,
}
#: Tasks that a worker owes us and the person does themselves.
THEIRS = frozenset({K.HOLD_CHAT, K.START_COURSE, K.ACCEPT, K.CONFIRM_START, K.RETENTION})
WHO: dict[str, str] = {"candidate": _("You do this."), "employer": _("The employer does this.")}
OURS = _("We do this.")
#: What a person did on their own page, by machine and step: for "take it back".
DID: dict[tuple[str, str], str] = {
    ("interview", "book"): _("You booked a chat."),
    ("interview", "move"): _("You moved the chat."),
    ("interview", "cancel"): _("You cancelled the chat."),
    ("introduction", "accept"): _("You said yes to the job."),
    ("introduction", "decline_by_candidate"): _("You said no to the job."),
    ("retention_check", "confirm"): _("You said that you are still in the job."),
    ("retention_check", "deny"): _("You said that you have left the job."),
    ("retention_check", "answer_again"): _("You answered once more."),
    ("retention_check", "ask_call"): _("You asked us to call you."),
    ("placement", "leave"): _("You said that you have left the job."),
    ("pathway", "set_not_now"): _("You asked us to wait."),
    ("pathway", "pause"): _("You asked for a break."),
    ("pathway", "resume"): _("You ended the break."),
    ("pathway", "return"): _("You started again."),
}
