"""What a letter says, in the language that its person reads. Call within that language; nothing here looks anything up.

A letter lies on a doormat: it tells what the text would have told, and nothing of health, benefits or money. One that may not say who we
are says when to meet, or asks to be rung, and is signed with a first name.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ground.clock import today_london
from ground.languages import language_now
from ground.templatetags.said import day as said_day
from ground.templatetags.said import time_of_day
from pathways.backends.letter.glyphs import breakable, fit_to_print
from pathways.models import Interview, Placement, RetentionCheck, Task
from pathways.models.task import TaskKind
from pathways.workflow.owed import TOLD_BY_HAND

#: Letters that the names of people take at most, and what somebody typed.
LONGEST_NAME, LONGEST_WORDS = 40, 160
#: What a task of another kind than "tell" asks to be written of.
OF_KIND = {
    TaskKind.BOOK_CHAT: "interest",
    TaskKind.REBOOK_CHAT: "rebook",
    TaskKind.RETENTION: "still-in-work",
}
#: The step of which a task is to tell, and what a letter then says.
OF_STEP = {
    ("interview", "book"): "chat-booked",
    ("interview", "move"): "chat-moved",
    ("interview", "cancel"): "chat-off",
    ("introduction", "offer"): "offer-made",
    ("placement", "agree_start"): "start-agreed",
    **dict.fromkeys(TOLD_BY_HAND, "answer"),
}


@dataclass(frozen=True)
class Who:
    """Who writes to whom, and how they can be asked."""

    called: str
    worker: str = ""
    sender: str = ""
    phone: str = ""
    email: str = ""


def subject_of_letter(task: Task, row: Any) -> str:
    """What it is about, as a code; what is over by now, or has no words of its own, asks to get in touch."""
    change = task.opened_by
    if task.kind == TaskKind.TELL:
        code = OF_STEP.get((change.machine, change.step), "") if change is not None else ""
    else:
        code = OF_KIND.get(TaskKind(task.kind), "")
    fits = {
        "chat-booked": isinstance(row, Interview) and row.stage == "booked",
        "chat-moved": isinstance(row, Interview) and row.stage == "booked",
        "chat-off": isinstance(row, Interview) and row.at is not None,
        "start-agreed": isinstance(row, Placement) and row.start_on is not None,
        "still-in-work": isinstance(row, RetentionCheck) and row.placement.first_day is not None,
    }
    return code if code and fits.get(code, True) else "get-in-touch"


def greeting(who: Who) -> str:
    return _("Hello %(name)s,") % {"name": apart(_short(who.called, LONGEST_NAME))}


def words(code: str, row: Any, *, named: bool) -> list[str]:
    """The message, a sentence or two to a paragraph."""
    return _named(code, row) if named else _plain(code, row)


def _named(code: str, row: Any) -> list[str]:
    if code == "chat-booked":
        return [_("You have a chat on %(day)s at %(time)s.") % _time_of(row.at), *_where(row)]
    if code == "chat-moved":
        return [_("Your chat has moved. It is now on %(day)s at %(time)s.") % _time_of(row.at), *_where(row)]
    if code == "chat-off":
        return [_("Your chat on %(day)s at %(time)s is called off. We will find another time with you.") % _time_of(row.at)]
    if code == "offer-made":
        return [
            _("We have good news: you have a job offer. You can say yes or no to it."),
            _("Please get in touch soon, and we tell you all about it."),
        ]
    if code == "start-agreed":
        return _start(row)
    if code == "still-in-work":
        return [_("You began a job on %(day)s. Are you still in it? Please tell us.") % {"day": day_words(row.placement.first_day)}]
    if code == "answer":
        return [_("We have had an answer about a job, and would like to talk with you about it and about what comes next.")]
    if code == "interest":
        return [_("Thank you for telling us about yourself. We would like to meet you for a chat.")]
    if code == "rebook":
        return [_("We would like to find a new time for your chat.")]
    return [_("We would like to talk with you.")]


def _plain(code: str, row: Any) -> list[str]:
    """Nothing that says who writes, or of what."""
    if code == "chat-booked":
        return [_("See you on %(day)s at %(time)s.") % _time_of(row.at)]
    if code == "chat-moved":
        return [_("We now meet on %(day)s at %(time)s.") % _time_of(row.at)]
    if code == "chat-off":
        return [_("We do not meet on %(day)s at %(time)s after all.") % _time_of(row.at)]
    return [_("I would like to talk with you.")]


def _start(job: Placement) -> list[str]:
    employer = job.employer.name if job.employer is not None else job.employer_words
    asked = job.report_to.strip().rstrip(".")
    at = _typed(job.start_at)
    day = {"day": day_words(job.start_on)}
    first = _("You start your job on %(day)s, at %(time)s.") % (day | {"time": at}) if at else _("You start your job on %(day)s.") % day
    said = [first]
    if employer:
        said.append(_("Where: %(place)s") % {"place": apart(_typed(employer))})
    if asked:
        said.append(_("Ask for: %(name)s") % {"name": apart(_typed(asked))})
    return said


def _where(chat: Interview) -> list[str]:
    return [_("Where: %(place)s") % {"place": apart(_typed(chat.place))}] if chat.place.strip() else []


def after(who: Who, *, named: bool) -> list[str]:
    """Whom to ask, and how to stop letters."""
    told = {"worker": apart(_short(who.worker, LONGEST_NAME)), "phone": who.phone, "email": apart(who.email)}
    if not named:
        return [_("Please ring me on %(phone)s.") % told] if who.phone else []
    ask = []
    if who.phone and who.worker:
        ask.append(_("To ask anything, ring %(worker)s on %(phone)s.") % told)
    elif who.phone:
        ask.append(_("To ask anything, ring us on %(phone)s.") % told)
    elif who.email:
        ask.append(_("To ask anything, write to us at %(email)s.") % told)
    ask.append(_("If you cannot ring, ask somebody whom you trust to ring for you, or tell us when we next meet."))
    return [*ask, _("If you do not want letters from us, tell us in any way that suits you, and we stop.")]


def signed(who: Who, *, named: bool) -> list[str]:
    return [line for line in (_short(who.worker, LONGEST_NAME), _short(who.sender, LONGEST_WORDS) if named else "") if line]


def title() -> str:
    """How the file is called to whoever has it read out. It names nobody."""
    return _("A letter for you")


def link_words() -> list[str]:
    """What the link is for; and what the square is, for whoever cannot see it."""
    return [
        _(
            "Your own page says where you are and what comes next. Type this address, or hold a phone’s camera over the square. "
            "We then text a code to your number; without such a number, ring us, and we do it with you."
        ),
        _("A square for a phone’s camera. It leads to the address below."),
    ]


def day_words(value: date | datetime | None) -> str:
    """Monday 7 December 2026, in the language of the letter."""
    if value is None:
        return ""
    day = today_london(value) if isinstance(value, datetime) else value
    return f"{_weekdays()[day.weekday()]} {said_day(day)}"


def _weekdays() -> list[str]:
    return [
        pgettext("in a letter", "Monday"),
        pgettext("in a letter", "Tuesday"),
        pgettext("in a letter", "Wednesday"),
        pgettext("in a letter", "Thursday"),
        pgettext("in a letter", "Friday"),
        pgettext("in a letter", "Saturday"),
        pgettext("in a letter", "Sunday"),
    ]


def _time_of(moment: datetime) -> dict[str, str]:
    return {"day": day_words(moment), "time": time_of_day(moment)}


def _typed(text: str) -> str:
    return _short(text, LONGEST_WORDS)


def _short(text: str, most: int) -> str:
    """What can be printed of it, cut at a word where it is longer than there is room."""
    kept, _lost = fit_to_print(text)
    if len(kept) > most:
        cut = kept[: most - 1]
        kept = f"{cut[: cut.rfind(' ')] if ' ' in cut else cut}…"
    return breakable(kept)


def apart(text: str) -> str:
    """Kept together in a line that runs from the right, whichever way it runs itself."""
    return f"\u2068{text}\u2069" if text and language_now().right_to_left else text
