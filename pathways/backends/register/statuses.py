"""What a status word means: a stage, a step, or nothing that can be known. A table of general words, tuned by nobody's file.

A stage is what the register says the person has reached. A step is what happened on the day of a contact. Words that two
people would read differently ("disengaged", "see notes", "?") mean nothing here: a person is asked.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Hint = Literal["", "pause", "attempt", "unanswered", "repeat"]


@dataclass(frozen=True)
class Meaning:
    """What a word means: a stage ("in_work") or a step ("interview.miss"); `hint` says why neither is known."""

    stage: str = ""
    step: str = ""
    hint: Hint = ""

    @property
    def known(self) -> bool:
        """Whether the word says a stage or a step."""
        return bool(self.stage or self.step)

    @property
    def name(self) -> str | None:
        """The stage or the step, as a mapping writes it; None for undecided."""
        return self.stage or self.step or None


#: The step that a stage word dates, in a file of one row a contact; and the step that a phase column dates.
STEP_OF_STAGE = {
    "outreach": "pathway.log_outreach",
    "interested": "pathway.express_interest",
    "chat_booked": "interview.book",
    "chatted": "interview.hold",
    "training_booked": "training_place.book",
    "in_training": "training_place.start",
    "job_ready": "training_place.finish",
    "offered": "introduction.offer",
    "pre_start": "introduction.accept",
    "in_work": "placement.start",
    "left_work": "placement.leave",
    "sustained": "retention_check.confirm",
    "not_now": "pathway.set_not_now",
    "withdrawn": "pathway.withdraw",
    "unreachable": "pathway.close_unreachable",
    "ineligible": "pathway.close_ineligible",
}
CLOSED = ("not_now", "withdrawn", "unreachable", "ineligible")
#: Open stages and the good end, in the order in which a case goes: what is further, and what would be back.
ORDER = (
    "outreach",
    "interested",
    "chat_booked",
    "chatted",
    "training_booked",
    "in_training",
    "job_ready",
    "offered",
    "pre_start",
    "in_work",
    "left_work",
    "sustained",
)
STAGES = (*ORDER, *CLOSED, "ended")
STEPS = (
    *STEP_OF_STAGE.values(),
    "interview.miss",
    "interview.cancel",
    "training_place.join_waiting",
    "training_place.leave",
    "training_place.cancel",
    "introduction.send",
    "introduction.invite",
    "introduction.decline_by_candidate",
    "introduction.decline_by_employer",
    "introduction.withdraw_offer",
    "placement.fall_through",
    "placement.agree_start",
    "placement.complete",
    "pathway.mark_ready",
)

_TRAINING = r"\b(?:pet|swap|training|train|course|academy|bootcamp|cohort|employability|workshop|class)\b"
_CHAT = r"\b(?:chat|coffee|coffee cup|interview|1[ -:]?2[ -:]?1|one to one|121|assessment|initial meeting|discovery call)\b"
_SIX = r"\b(?:6 ?m(?:ths?|onths?)?|six months?|26 ?w(?:ks?|eeks?)?|sustained|sustainment|retained|retention)\b"
_NO_ANSWER = (
    r"\b(?:no (?:reply|answer|ans|response|resp)|unable to (?:reach|contact)|not (?:reached|answering)|unanswered|unknown|awaiting|due)\b"
)

#: In this order: the first that is found wins. A pattern, and what it means.
WORDS: tuple[tuple[str, Meaning], ...] = (
    (r"^(?:as before|as above|no change|ditto|same|\"|〃)$", Meaning(hint="repeat")),
    (
        r"\b(?:not (?:yet )?(?:returned|received|held|booked|started|done|complete[d]?)|no (?:eoi|chat"
        r"|interview|offer)|awaiting eoi)\b",
        Meaning(),
    ),
    (r"\b(?:on hold|onhold|paused?|on a break|maternity)\b", Meaning(hint="pause")),
    (
        r"\b(?:called|rang|phoned|left (?:a )?(?:message|voicemail|vm)|vm|voicemail|txt|text(?:ed)?|e-?mail(?:ed)?|letter|whatsapp)\b"
        r".*\b(?:no ans\w*|no reply|left|sent|again|back)\b|\b(?:no answer|left (?:a )?(?:message|voicemail|vm)|called,? no)\b",
        Meaning(hint="attempt"),
    ),
    (_SIX + r".*" + _NO_ANSWER, Meaning(hint="unanswered")),
    (r"^(?:no reply|no response|unable to (?:reach|contact))$", Meaning(hint="attempt")),
    (r"\b(?:not eligible|ineligible|does ?n.?t (?:meet|qualify)|out of area|not entitled)\b", Meaning(stage="ineligible")),
    (
        r"\b(?:unreachable|uncontactable|lost (?:contact|touch)"
        r"|(?:unable to|can.?t|could not|no) (?:contact|reach|response|reply)\b.*\bclosed?)\b",
        Meaning(stage="unreachable"),
    ),
    (r"\boffer (?:withdrawn|rescinded|retracted)\b|\bwithdrew (?:the )?offer\b", Meaning(step="introduction.withdraw_offer")),
    (
        r"\b(?:turned (?:the |an? |it |this )?(?:job )?(?:offer )?down|(?:declined|refused|rejected) (?:the |an? |this )?(?:job )?offer"
        r"|(?:offer|job) (?:was )?(?:declined|refused|turned down))\b",
        Meaning(step="introduction.decline_by_candidate"),
    ),
    (r"\b(?:unsuccessful|not successful|not appointed|not selected)\b", Meaning(step="introduction.decline_by_employer")),
    (
        r"\b(?:withdrawn|withdrew|withdraw|w/ ?d|pulled out|opted out|no longer interested|does ?n.?t want|moved away)\b",
        Meaning(stage="withdrawn"),
    ),
    (
        r"\b(?:not interested|not now|not at the moment|not right now|not yet ready|maybe later"
        r"|try (?:again|later|in|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*|deferred|revisit|not ready)\b",
        Meaning(stage="not_now"),
    ),
    (
        _TRAINING + r".*\b(?:dropped|drop|left|quit|withdrew|dnf|stopped)\b|\b(?:dropped|drop|left|quit|stopped)\b.*" + _TRAINING,
        Meaning(step="training_place.leave"),
    ),
    (
        r"\b(?:dna|dnas|no ?-?show|fta|did ?n.?t (?:attend|turn up|show|come)|did not (?:attend|turn up|show"
        r"|come)|missed)\b",
        Meaning(step="interview.miss"),
    ),
    (
        _SIX
        + (
            r".*\b(?:ok|okay|yes|still|retained|confirmed|achieved|complete[d]?|reached|done|in (?:post|work))\b"
            r"|\b(?:sustained|retained)\b|^still (?:there|in post)$"
        ),
        Meaning(stage="sustained"),
    ),
    (_SIX, Meaning()),
    (
        r"\b(?:left (?:work|job|post|role|employment|employer)|no longer (?:in (?:post|work)|working|employed|there)|resigned"
        r"|dismissed|redundant|job ended|contract ended|out of work again|finished (?:work|job)|lost (?:job|work))\b|^left$|^leaver$",
        Meaning(stage="left_work"),
    ),
    (
        r"\b(?:accepted|pre ?-?employment checks?|pre ?-?start|awaiting start|start date (?:agreed|tbc|set)|clearance|dbs"
        r"|oh (?:pending|check)|references?|checks?(?: pending| in progress| started)?|onboarding)\b",
        Meaning(stage="pre_start"),
    ),
    (r"\b(?:job |conditional |made |verbal )?offer(?:ed|s)?\b", Meaning(stage="offered")),
    (_TRAINING + r".*\b(?:wait(?:ing|list)?)\b|\bwait(?:ing)?(?: ?list)?\b.*" + _TRAINING, Meaning(step="training_place.join_waiting")),
    (
        _TRAINING
        + (
            r".*\b(?:book(?:ed)?|bkd|place|enrolled|reserved|starts?|due|next|referred)\b|\b(?:book(?:ed)?|bkd"
            r"|place|enrolled|reserved|next|due|referred)\b.*"
        )
        + _TRAINING,
        Meaning(stage="training_booked"),
    ),
    (
        _TRAINING
        + (r".*\b(?:complete[d]?|finished|passed|done|over|graduated|attended)\b|\b(?:complete[d]?|finished" r"|passed|graduated)\b.*")
        + _TRAINING,
        Meaning(stage="job_ready"),
    ),
    (r"\b(?:job|work)[ -]?ready\b|\bready (?:for|to) work\b", Meaning(stage="job_ready")),
    (
        (
            r"^(?:on |in |at |doing |started |attending |begun |undertaking )?(?:the )?(?:pet|swap|training"
            r"|course|academy)(?: ?(?:wk|week|day) ?\d+| started| ongoing| in progress)?$|\b(?:started|on|in"
            r"|doing|attending) (?:the )?(?:pet|swap|training|course|academy)\b|"
        )
        + _TRAINING
        + r" ?(?:wk|week|day) ?\d",
        Meaning(stage="in_training"),
    ),
    (
        _CHAT
        + (
            r".*\b(?:tbc|tba|to (?:be )?(?:book(?:ed)?|arranged?|confirm(?:ed)?)|awaiting|needed)\b|\b(?:needs?|awaiting"
            r"|to book|to arrange)\b.*"
        )
        + _CHAT,
        Meaning(stage="interested"),
    ),
    (
        _CHAT
        + (r".*\b(?:book(?:ed)?|bkd|arranged|scheduled|invited|set|confirmed)\b|\b(?:booked|bkd|arranged" r"|scheduled|invited)\b.*")
        + _CHAT,
        Meaning(stage="chat_booked"),
    ),
    (
        _CHAT
        + (r".*\b(?:done|held|complete[d]?|had|attended|finished|yes|ok|took place)\b|\b(?:had|held|done" r"|attended|completed)\b.*")
        + _CHAT
        + r"|\bchatted\b|\binterviewed\b",
        Meaning(stage="chatted"),
    ),
    (
        r"\b(?:in ?-?work|working|employed|in employment|in post|1st day|first day|started (?:work|job|today"
        r"|new job)|hired|placed)\b|^started$|^job start(?:ed)?$|^start$",
        Meaning(stage="in_work"),
    ),
    (
        r"\b(?:eoi|expression of interest|interested|signed up|registered|registration|enquir(?:y|ed)|inquiry"
        r"|applied|application|keen)\b",
        Meaning(stage="interested"),
    ),
    (
        r"\b(?:contacted|1st contact|first contact|initial contact|met (?:at|with|in)|outreach|referred"
        r"|referral|engaged|approached|spoke|leaflet)\b|^new$|^lead$",
        Meaning(stage="outreach"),
    ),
)
_COMPILED = tuple((re.compile(pattern), meaning) for pattern, meaning in WORDS)


def plain(word: str) -> str:
    """A word without its case, its marks at the ends and its kinds of dash and space."""
    text = unicodedata.normalize("NFKC", word[:200]).casefold().replace("’", "'")
    text = re.sub(r"[‐-―−_]", "-", text)
    return re.sub(r"\s+", " ", text).strip(" .!,;:*'")


@lru_cache(maxsize=20_000)
def meaning_of(word: str) -> Meaning:
    """What this status means; nothing known for an empty, unclear or unheard-of word."""
    text = plain(word)
    if text in ("new", "lead"):
        return Meaning(stage="outreach")
    if not text:
        return Meaning()
    if text in STAGES:
        return Meaning(stage=text)
    outside = re.sub(r"\s*\([^)]*\)", "", text).strip() or text
    for words in (outside, text) if outside != text else (text,):
        for pattern, meaning in _COMPILED:
            if pattern.search(words):
                return meaning
    return Meaning()


def aside(word: str) -> str:
    """What a status holds in brackets: "offer (Catering)" says Catering."""
    found = re.search(r"\(([^)]{2,60})\)", word)
    return found[1].strip() if found else ""
