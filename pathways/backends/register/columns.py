"""What a column holds: guessed from its heading, and where that says nothing, from its cells.

A general table of what people write over their columns. A heading is compared without case, marks and spaces; patterns
are tried in order, the most particular first. None: known, and not taken (an age, a due date that follows from another).
"""

import re
import unicodedata
from functools import lru_cache

FIELDS = (
    "ref",
    "first_name",
    "last_name",
    "full_name",
    "date_of_birth",
    "phone",
    "email",
    "address",
    "postcode",
    "source",
    "event",
    "language",
    "family",
    "owner",
    "outreach_on",
    "interest_on",
    "interview_on",
    "training_on",
    "training_end_on",
    "offer_on",
    "start_on",
    "sustained_on",
    "left_on",
    "contact_on",
    "status",
    "employer",
    "notes",
)
ANSWER_FIELDS = (
    "ethnic_group",
    "health_condition",
    "reduces_activity",
    "sex",
    "registered_disabled",
    "gender_same",
    "orientation",
    "religion",
    "care",
)
#: The dates of a case, in the order in which they follow one another.
PHASES = ("outreach_on", "interest_on", "interview_on", "training_on", "training_end_on", "offer_on", "start_on", "sustained_on", "left_on")
DATES = (*PHASES, "contact_on")
#: Several columns may hold these; of every other field a table has one.
MANY = ("phone", "notes", "address", "email")

_TRAIN = r"(?:pet|swap|training|course|academy|pre ?-?employment(?: training)?|classroom)"
_CHAT = r"(?:coffee|coffee cup|chat|interview|1 ?-?2 ?-?1|one to one|assessment|meeting)"
_SIX = r"(?:6 ?m(?:ths?|onths?)?|six month|26 ?w(?:ks?|eeks?)?|sustained|sustainment|retention|retained)"
_DAY = r"(?: ?(?:date|day|on|dt))?"

#: Pattern over the plain heading -> field. Order matters.
PATTERNS: tuple[tuple[str, str | None], ...] = (
    # -- known, and not taken
    (r"row|what to correct|in column", None),  # what our own workbook of rejected rows puts before the columns
    (r"age|age (?:band|group|at .*)|current age", None),
    (r".*\b(?:due|deadline|target|overdue)\b.*", None),
    (r"(?:13|26|4) ?w(?:ks?|eeks?)? ?(?:check|due)?|3 ?m(?:th|onth)?s? ?(?:check|due)?", None),
    (r"(?:no|number|count|total)(?: of .*)?|#|s/?no|row(?: no)?|index", None),
    (r"how|method|contact method|channel|mode|type of contact|contact type|preferred contact.*", None),
    (
        r"(?:modified|updated|last (?:updated|modified|edited)).*|.*\bmodified (?:date|on|by)\b|time ?stamp|completion time"
        r"|start time|end time",
        None,
    ),
    (r"(?:nino|ni(?: no| number)?|national insurance.*|uln|gender identity|salary|pay|hours|shift|ward|lsoa|imd.*)", None),
    (r"next (?:contact|action|step|appointment).*|action(?:s)?|review(?: date)?", None),
    # -- who
    (
        r"(?:client|candidate|customer|participant|person|learner|unique|our|case|user|volunteer|applicant|service user|programme|con)?"
        r" ?(?:ref(?:erence)?|id|urn|identifier)(?: ?(?:no|number|code))?|(?:con)?ref ?number",
        "ref",
    ),
    (
        r"(?:first|fore|given|christian|preferred|known as)(?: ?names?)?(?:\(s\)|s)?|forenames?(?: s)?|f ?name|(?:first"
        r"|given) names?(?: s)?",
        "first_name",
    ),
    (r"(?:sur|last|family|second) ?names?|surname|s ?name|l ?name", "last_name"),
    (
        r"(?:full ?)?names?|(?:client|candidate|customer|participant|person|learner|applicant|user"
        r"|volunteer)(?: full)?(?: ?names?)?|full name.*"
        r"|name of (?:client|candidate|customer|participant|person)|who",
        "full_name",
    ),
    (r"(?:d ?o ?b|date of birth|birth ?(?:date|day)?|born|d of b)(?: .*)?", "date_of_birth"),
    (
        r"(?:(?:mob(?:ile)?|tel(?:ephone)?|phone|contact|cell|home|work|landline|daytime|evening|alternative|alt|other|main"
        r"|primary|secondary)"
        r" ?)+(?:phone|tel|mobile)? ?(?:no|nos|num|number|numbers|details)s?(?: ?\d)?|mob(?:ile)?(?: ?phone)?(?: ?\d)?"
        r"|tel(?:ephone)?(?: ?\d)?"
        r"|(?:home |work |mobile |cell |tele)?phone(?: ?\d)?|(?:home|work|mobile|day|evening) (?:tel(?:ephone)?|phone|mob)"
        r"|landline|whats ?app(?: no| number)?|contact tel",
        "phone",
    ),
    (r"e ?-?mail(?: ?(?:address|add|addr|id))?(?: ?\d)?|contact email", "email"),
    (r"(?:home |current )?post ?-?codes?|postal ?codes?|p ?/?c|pcode|zip(?: code)?", "postcode"),
    (r"(?:home |current |full |postal )?address(?: ?(?:line)? ?\d)?|street|house.*street|town(?: ?/? ?city)?|city", "address"),
    # -- equality answers
    (r"ethnic(?:ity)?(?: ?(?:origin|group|background|category|code|description))?", "ethnic_group"),
    (r"(?:registered|reg'?d) (?:as )?disabled", "registered_disabled"),
    (
        r"(?:any |do you have a |self ?-?reported )?(?:disabilit(?:y|ies)|disabled|lldd|health (?:condition"
        r"|problem)s?(?: or disability)?"
        r"|long ?-?term (?:health )?condition.*|learning difficult.*)(?: status)?",
        "health_condition",
    ),
    (r".*\b(?:reduces?|limits?|affects?) (?:your )?(?:daily|day to day).*", "reduces_activity"),
    (r"sex|gender|m/?f", "sex"),
    (r"gender (?:same|as (?:registered|at birth)).*|trans(?:gender)?", "gender_same"),
    (r"(?:sexual )?orientation|sexuality", "orientation"),
    (r"religion(?:s? ?(?:or|/) ?belief)?|faith|belief", "religion"),
    (r"(?:unpaid )?car(?:er|ing)(?: .*)?", "care"),
    # -- how they came, who holds them
    (r"(?:first |main |home |preferred )?languages?(?: spoken)?|esol", "language"),
    (r"event(?: ?(?:name|type|attended))?|stall|venue|event id", "event"),
    (
        r"(?:referral |lead )?source(?: of referral)?|referred (?:by|from|via)|referr(?:er|al)(?: (?:agency|org.*|route"
        r"|partner))?|how (?:did (?:you|they)"
        r" )?(?:hear|heard|found).*|where (?:heard|from|met)|route(?: in)?|origin|came from|via",
        "source",
    ),
    (
        r"(?:outreach |key ?|case ?|support |link |our |allocated |named )?(?:worker|owner|staff|adviser|advisor|coach|mentor"
        r"|officer|lead|navigator)"
        r"(?: ?(?:name|member|initials))?|caseload|caseload holder|case ?holder|assigned(?: to)?|allocated(?: to)?|taken by"
        r"|seen by|entered by|by whom"
        r"|staff member",
        "owner",
    ),
    # -- what happened, with a date
    (r".*\bposition\b.*|.*\bas at\b.*", None),
    (rf"{_SIX}(?: {_SIX})?(?: ?(?:check(?:ed)?|confirmed|review|achieved|outcome|evidence|in work|milestone))?{_DAY}", "sustained_on"),
    (
        rf"{_TRAIN} ?(?:end(?:ed|s)?|finish(?:ed)?|complet(?:ed|ion|e)|to|leave|left|over){_DAY}|(?:end|completion"
        rf"|finish) (?:of )?{_TRAIN}",
        "training_end_on",
    ),
    (rf"(?:end(?:ed)?|finish(?:ed)?|complet(?:ed|ion)) {_TRAIN}{_DAY}|date {_TRAIN} (?:ended|finished|completed)", "training_end_on"),
    (
        rf"(?:date )?(?:started |start of )?{_TRAIN}(?: ?(?:start(?:ed|s)?|begin|began|begun|commenced|from|attended|cohort))?{_DAY}",
        "training_on",
    ),
    (rf"{_TRAIN} session.*", "training_on"),
    (rf"(?:job |date of |date |conditional )?offer(?:ed|s)?(?: ?(?:made|received|letter))?{_DAY}", "offer_on"),
    (
        rf"(?:date )?(?:left|leaving|leave|end(?:ed)?)(?: ?(?:job|work|post|employment|role))?{_DAY}|leaver{_DAY}|last (?:day"
        rf"|worked|day in post)"
        r"|job end(?:ed)?(?: date)?|end date|date left|no longer in post",
        "left_on",
    ),
    (
        rf"(?:job |work |actual |employment |first |date )?(?:start(?:ed|s)?|commenced|in work)(?: ?(?:work|job|employment"
        rf"|in post|in work))?{_DAY}"
        r"|first day(?: in work)?|1st day|date (?:of )?(?:job )?start(?:ed)?|in post(?: from| since)?|date started work",
        "start_on",
    ),
    (rf"(?:date (?:of )?)?{_CHAT}(?: {_CHAT})?(?: ?(?:held|done|attended))?{_DAY}|(?:date )?interviewed(?: on)?", "interview_on"),
    (
        rf"(?:eoi|expression of interest|interest|registered|registration|sign(?:ed)? ?-?up|application|applied|enrol(?:led|ment)?)"
        rf"(?: ?(?:rec'?d|received|form|in|made|returned|completed))?{_DAY}|date (?:of )?(?:eoi|registration|application"
        rf"|sign up|registered)",
        "interest_on",
    ),
    (
        r"(?:date (?:of )?)?(?:1st|first|initial) (?:contact|met|meeting|engagement|seen)(?: date)?|date (?:of )?(?:first|1st"
        r"|initial) contact"
        r"|(?:date )?(?:referred|referral|of referral)(?: date)?|outreach(?: date)?|date (?:met|engaged)|first contacted"
        r"|contacted(?: on)?|date of referral"
        r"|referral received",
        "outreach_on",
    ),
    (
        r"(?:contact |call |visit |session |activity )?date(?:/time| and time| of (?:contact|call|visit|activity))?"
        r"|contacted on|when|day",
        "contact_on",
    ),
    # -- where they stand, and the job
    (
        r"(?:current |case |client |pathway |latest |present |referral )?(?:status|stage|outcome|position|progress|result"
        r"|checkpoint|state)"
        r"(?: ?(?:update|now|code))?|where (?:are they|now)|what happened",
        "status",
    ),
    (
        r"(?:name of )?(?:employer|company|organisation|trust|employed (?:by|at|with)|work ?place"
        r"|hiring organization)(?: ?(?:name|if any))?(?: .*)?",
        "employer",
    ),
    (
        r"(?:job |career |vacancy |work |preferred )?(?:area|family|famil(?:y|ies) wanted|sector|heading|interest(?:ed in)?"
        r"|role|type|choice|preference)s?"
        r"|job(?: title)?|role (?:offered|applied for)|vacancy",
        "family",
    ),
    (
        r"(?:case |other |general |adviser |worker )?(?:notes?|comments?|remarks?|details|info(?:rmation)?|what was said"
        r"|observations?|additional"
        r"(?: info.*)?|update(?:s)?|description|summary|free ?text)(?: .*)?|.*\bcomments?\b.*",
        "notes",
    ),
)
_COMPILED = tuple((re.compile(rf"(?:{pattern})\Z"), field) for pattern, field in PATTERNS)

#: Headings that say little by themselves: the heading over them decides.
VAGUE = re.compile(
    r"(?:date|day|start(?:ed)?|end(?:ed)?|from|to|begin|finish(?:ed)?|outcome|status|result|held|done|booked|attended|made|name"
    r"|no|number|on|when|notes?|comments?|by|details?)\Z"
)


def plain(heading: str) -> str:
    """A heading without case, marks and double spaces: "D.O.B." is "d o b"."""
    text = unicodedata.normalize("NFKC", heading[:200]).casefold().replace("’", "'")
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    text = re.sub(r"\b([a-z])\.(?=[a-z]\b)", r"\1", text)  # d.o.b. -> dob
    text = re.sub(r"[?*:;,!.()\[\]_\"–—|]+|(?<!\w)-|-(?!\w)|\s-\s", " ", text)
    return re.sub(r"\s+", " ", text).strip(" /-")


@lru_cache(maxsize=5_000)
def guess(heading: str, over: str = "") -> tuple[bool, str | None]:
    """Whether the heading is known, and the field it stands for. `over`: the merged heading above it."""
    text = plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading))
    above = plain(over)
    if not text:
        return False, None
    if above and VAGUE.match(text):
        known, field = _find(f"{above} {text}")
        if known:
            return known, field
    return _find(text)


def _find(text: str) -> tuple[bool, str | None]:
    for pattern, field in _COMPILED:
        if pattern.match(text):
            return True, field
    last = text.rsplit(" - ", 1)[-1]
    if last != text:
        return _find(last)
    words = re.sub(r"^(?:user|event|client|candidate|participant|customer|learner|date)\s*-?\s*", "", text)
    if words != text and words:
        return _find(words)
    return False, None


LOOKS = (
    ("email", re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)),
    ("postcode", re.compile(r"[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}", re.IGNORECASE)),
    ("phone", re.compile(r"(?:\+44|0044|0)[\d ().-]{9,14}")),
)


def looks_like(cells: list[str]) -> str | None:
    """The field that most of these cells look like, for a column whose heading says nothing."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(filled) < 3:
        return None
    for field, pattern in LOOKS:
        if sum(bool(pattern.fullmatch(cell)) for cell in filled) >= 0.6 * len(filled):
            return field
    return None
