"""The wording of texts: looked over before it is approved, kept in editions, filled in as plain text."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Max

from ground.door import Refused, transact
from outreach.backends.parts import parts_of
from outreach.choices import DeliveryClass, Purpose
from outreach.models import Template

#: What a wording may ask to be filled in, and the longest that each may grow.
PLACEHOLDERS: dict[str, int] = {
    "first_name": 20,
    "sender": 30,
    "worker": 20,
    "day": 24,
    "time": 8,
    "at_time": 12,
    "with_host": 26,
    "where": 62,
    "ask_for": 72,
    "from_employer": 46,
    "at_employer": 44,
    "since": 17,
    "ring_us": 45,
    "ring_me": 24,
    "link": 60,
    "code": 6,
}
#: Values that are sent whole, however long: a part of them is of no use. Only the phone is shown them.
WHOLE = frozenset({"link", "code"})
#: What staff read in their place.
HIDDEN = {"link": "[their link]", "code": "[code]"}
#: Words that providers and phones take as commands.
COMMANDS = ("STOP", "STOPALL", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT", "UNSUBSCRIBE", "START", "UNSTOP", "YES", "HELP", "INFO")
ASKS = ("reply", "text", "send", "answer")
RELATIVE = re.compile(
    r"\b(?:today|tomorrow|tonight|yesterday|this (?:morning|afternoon|evening|week)|(?:next|last) (?:week|month|\w+day)"
    r"|in (?:\w+ )?(?:days?|weeks?|hours?)|(?:\d+|two|three) (?:days?|weeks?|hours?) (?:from now|ago))\b",
    re.IGNORECASE,
)
SHORTENERS = re.compile(r"\b(?:bit\.ly|tinyurl|t\.co|goo\.gl|ow\.ly|is\.gd|buff\.ly|rb\.gy|cutt\.ly)\b", re.IGNORECASE)
SENSITIVE = re.compile(
    r"£|\b(?:benefits?|universal credit|jobcentre|dwp|health|hospital|nhs|gp|doctor|illness|sick|disab\w*|pregnan\w*|wages?|pay|salary"
    r"|visa|asylum|immigration|refugee|convict\w*|criminal|dbs|prison|debt)\b",
    re.IGNORECASE,
)
#: The sender's name stands among this many words at the beginning.
FIRST_WORDS = 6
WARN_OVER, REFUSE_OVER = 2, 6
#: What people's keyboards put in, and the plain sign that costs less. Letters are never touched.
PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "\u202f": " ", "\u2011": "-"})


def fill(body: str, values: Mapping[str, str]) -> str:
    """The wording with its values: each on one line, without control characters, no longer than its room.

    A code or link that is not given is said to be there.
    """

    def value(found: re.Match[str]) -> str:
        name = found[1]
        return values.get(name, HIDDEN[name]) if name in WHOLE else tidy(values.get(name, ""), PLACEHOLDERS.get(name, 40))

    return re.sub(r"\{(\w+)\}", value, body).strip()


def tidy(value: str, longest: int) -> str:
    """A value made fit for a text: line breaks and control characters out, plain punctuation, cut at a word when too long."""
    # A space in front belongs to the value (" at 8:30"), which is why the whole is not stripped.
    lead = " " if value.startswith(" ") else ""
    kept = "".join(" " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character for character in value)
    kept = "".join(character for character in kept if unicodedata.category(character) != "Cf")
    kept = lead + " ".join(kept.translate(PLAIN).split())
    if len(kept) <= longest:
        return kept
    cut = kept[: longest - 3]
    return (cut[: cut.rfind(" ")] if " " in cut.strip() else cut).rstrip(" ,.") + "..."


def faults_of(body: str, *, purpose: str = Purpose.SERVICE) -> list[str]:
    """What stands in the way of approving a wording; nothing when nothing does."""
    found: list[str] = []
    names = re.findall(r"\{(\w*)\}", body)
    unknown = [name for name in names if name not in PLACEHOLDERS]
    if unknown:
        found.append(f"It asks for what is not on the list: {', '.join(unknown)}.")
    if re.search(r"[{}]", re.sub(r"\{\w*\}", "", body)):
        found.append("A curly bracket stands alone.")
    opening = body.split()[:FIRST_WORDS]
    if purpose != Purpose.SECURITY and not any("{sender}" in word or "{worker}" in word for word in opening):
        found.append("It does not say in its first words who is writing.")
    found += _commands(body)
    if RELATIVE.search(body):
        found.append("It names a day by its distance: a late text would lie. Name the date.")
    if SHORTENERS.search(body):
        found.append("A shortened link looks like a fraud.")
    if SENSITIVE.search(body):
        found.append("It holds a word that says too much about a person.")
    if body.count("?") > 1:
        found.append("It asks more than one question.")
    if purpose == Purpose.MARKETING:
        found.append("A text that promotes something must end with the line that says how to opt out.")
    count = parts_of(longest(body)).count
    if count > REFUSE_OVER:
        found.append(f"It would be sent in {count} parts.")
    return found


def faults_of_words(words: str, *, drafted: str = "") -> list[str]:
    """What stands in the way of sending words that somebody typed, as far as they are not those that were `drafted` for them."""
    found = _commands(words)
    if RELATIVE.search(words):
        found.append("It names a day by its distance: a text that goes later would be wrong. Name the date.")
    if SHORTENERS.search(words):
        found.append("A shortened link looks like a fraud: write the whole of it.")
    known = {each.casefold() for each in SENSITIVE.findall(drafted)}
    if said := sorted({each for each in SENSITIVE.findall(words) if each.casefold() not in known}):
        found.append(f"“{'”, “'.join(said)}” says too much about a person for a text: leave it out.")
    if (count := parts_of(words).count) > REFUSE_OVER:
        found.append(f"It would be sent in {count} parts: make it shorter.")
    return found


def longest(body: str) -> str:
    """The wording with the longest values that it may meet."""
    return re.sub(r"\{(\w+)\}", lambda found: "n" * PLACEHOLDERS.get(found[1], 40), body)


def _commands(body: str) -> list[str]:
    words = re.findall(r"[\w']+|[“\"‘][^”\"’]+[”\"’]", body)
    found = []
    for place, word in enumerate(words):
        bare = word.strip("“”\"‘’'")
        asked = any(each.lower() in ASKS for each in words[max(0, place - 4) : place])
        if bare.upper() in COMMANDS and (bare.isupper() or bare != word or asked):
            found.append(f"“{bare}” is a command to phones and providers: ask for another word.")
    return found


@transact
def seed_template(
    *,
    code: str,
    language: str,
    body: str,
    delivery_class: str = DeliveryClass.AT_MOST_ONCE,
    purpose: str = Purpose.SERVICE,
    at: datetime,
) -> Template:
    """The wording that ships with the product, as an approved edition; a changed wording becomes the next one.

    The same wording again changes nothing. Raises Refused when the wording has a fault.
    """
    faults = faults_of(body, purpose=purpose)
    if faults:
        raise Refused(f"{code}: {' '.join(faults)}")
    editions = Template.objects.filter(code=code, language=language)
    same = editions.filter(body=body, delivery_class=delivery_class).order_by("-edition").first()
    if same is not None:
        return same
    latest = editions.aggregate(latest=Max("edition"))["latest"] or 0
    editions.filter(retired_at__isnull=True).update(retired_at=at)
    made, _ = Template.objects.get_or_create(
        code=code,
        language=language,
        edition=latest + 1,
        defaults={"body": body, "delivery_class": delivery_class, "purpose": purpose, "approved_at": at, "created_at": at},
    )
    return made


def current_template(*, code: str, language: str) -> Template | None:
    """The approved edition in use; None when there is none in this language."""
    editions = Template.objects.filter(code=code, language=language, approved_at__isnull=False, retired_at__isnull=True)
    return editions.order_by("-edition").first()
