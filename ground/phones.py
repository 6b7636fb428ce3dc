"""Phone numbers: as people type them in, as +44... kept, as 07700 900123 shown.

Clean, refuse, then parse. The parser would read letters as keypad digits ("mum" as 686), so every letter is refused
before it gets there; what a register holds beside or between numbers is set apart by `phones_in`.
"""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberType as Type

#: Ofcom's numbers for drama, as national significant numbers: mobiles, landlines of named towns, anywhere, and others.
DRAMA = re.compile(
    r"^(?:7700900\d{3}"
    r"|1134960\d{3}|1144960\d{3}|1154960\d{3}|1164960\d{3}|1174960\d{3}|1184960\d{3}|1214960\d{3}|1314960\d{3}|1414960\d{3}"
    r"|1514960\d{3}|1614960\d{3}|1914980\d{3}|2079460\d{3}|2890180\d{3}|2896496\d{3}|2920180\d{3}|1632960\d{3}"
    r"|8081570\d{3}|9098790\d{3}|3069990\d{3})$"
)
KINDS = {
    Type.MOBILE: "mobile",
    Type.FIXED_LINE: "landline",
    Type.FIXED_LINE_OR_MOBILE: "unsure",
    Type.PERSONAL_NUMBER: "personal",
    Type.PAGER: "pager",
}
EXAMPLE = "such as 07700 900123"
LABEL = re.compile(r"^(?:tel(?:ephone)?|phone|ph|mob(?:ile)?|cell|t|m|no|number)\s*(?:no\b)?[.:]*[:.\s]\s*(?=[+(\d])", re.IGNORECASE)
NOTHING = frozenset({"", "-", "--", "n/k", "nk", "n/a", "na", "none", "no phone", "no", "not known", "unknown", "?", "x", "0"})


class PhoneRefused(ValueError):
    """Not a number we can keep; the words say why and what to do."""


@dataclass(frozen=True)
class Phone:
    """A number as kept, what kind of line it is, and what was typed.

    kind: mobile, landline, unsure (some countries do not tell), personal (070), pager or other. region: GB, IE, ...
    """

    e164: str
    kind: str
    typed: str = ""
    region: str = "GB"

    @property
    def can_text(self) -> bool:
        """Whether a text could arrive there."""
        return self.kind in ("mobile", "unsure")


@dataclass(frozen=True)
class PhonesIn:
    """What a register's cell held: its numbers in order, and the words beside them, to be kept as a note."""

    phones: tuple[Phone, ...] = ()
    words: str = ""


def _clean(text: str) -> str:
    """NFKC, plain digits, no invisible marks, one leading label and the (0) gone."""
    text = unicodedata.normalize("NFKC", text)
    kept = []
    for character in text:
        if character.isdigit():
            kept.append(str(unicodedata.digit(character)))
        elif unicodedata.category(character) in ("Cf", "Cc") and character not in "\t\n\r":
            continue
        elif unicodedata.category(character) == "Pd":
            kept.append("-")
        else:
            kept.append(character)
    text = re.sub(r"\s+", " ", "".join(kept)).strip()
    return LABEL.sub("", text, count=1).strip()


def read_phone(text: str) -> Phone:
    """The one number that was typed, or PhoneRefused with a reason. Region GB unless it says otherwise."""
    cleaned = _clean(text)
    if not cleaned:
        raise PhoneRefused(f"Enter a phone number, {EXAMPLE}")
    if re.fullmatch(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+", cleaned):
        raise PhoneRefused("A spreadsheet has cut this number: its last digits are lost. Ask for it again")
    if re.fullmatch(r"[\d ()+.-]*[oO][\dOo ()+.-]*", cleaned):
        raise PhoneRefused(_letter_o(cleaned))
    if re.search(r"[^\W\d_]", cleaned):
        raise PhoneRefused(f"Enter the number only, without words, {EXAMPLE}")
    if re.search(r"[/;,|&\n]", cleaned) or cleaned.count("+") > 1 or len(re.sub(r"\D", "", cleaned)) > 17:
        raise PhoneRefused("There seem to be two numbers here. Enter one")
    if re.search(r"[^\d ()+.-]", cleaned):
        raise PhoneRefused(f"Enter the number with digits only, {EXAMPLE}")
    return _parse(_mended(cleaned), typed=text.strip())


def _mended(cleaned: str) -> str:
    """Starts that people and spreadsheets spoil, made good: 0+44, +07, 0044 (0), a lost zero, a float's .0"""
    if re.fullmatch(r"\d{9,13}\.0+", cleaned):
        cleaned = cleaned.partition(".")[0]
    cleaned = cleaned.replace("(0)", "") if re.match(r"^(?:\+|00|0\+|44)", cleaned) else cleaned
    sign = "+" if cleaned.lstrip("0( ").startswith("+") else ""
    digits = re.sub(r"\D", "", cleaned)
    if sign:
        digits = re.sub(r"^0+(?=44)", "", digits) if cleaned.startswith("0") else digits
    elif digits.startswith("00"):
        sign, digits = "+", digits[2:]
    if sign and digits.startswith("0"):
        sign = ""  # "+07700 ..." is a national number with a sign too many
    if sign and digits.startswith("440"):
        digits = "44" + digits[3:]
    if not sign and re.fullmatch(r"44\d{9,10}", digits):
        sign = "+"
    if not sign and re.fullmatch(r"[1237]\d{9}", digits):
        digits = "0" + digits  # the zero a spreadsheet took
    return sign + digits


def _parse(number: str, *, typed: str) -> Phone:
    try:
        parsed = phonenumbers.parse(number, "GB")
    except phonenumbers.NumberParseException:
        raise PhoneRefused(f"This is not a phone number we can use. Enter one {EXAMPLE}") from None
    national = str(parsed.national_number)
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if parsed.country_code == 44 and DRAMA.match(national):
        return Phone(e164, _drama_kind(national), typed)
    if not phonenumbers.is_valid_number(parsed):
        raise PhoneRefused(_why_invalid(parsed, number))
    kind = KINDS.get(phonenumbers.number_type(parsed), "other")
    return Phone(e164, kind, typed, phonenumbers.region_code_for_number(parsed) or "")


def _drama_kind(national: str) -> str:
    if national.startswith("7"):
        return "mobile"
    return "landline" if national.startswith(("1", "2")) else "other"


def _why_invalid(parsed: phonenumbers.PhoneNumber, number: str) -> str:
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    if parsed.country_code == 44:
        length = len("0" + number[3:] if number.startswith("+44") else number)
        if length != 11:
            return f"This number is too {'short' if length < 11 else 'long'}: {length} digits where 11 are needed"
    if reason == phonenumbers.ValidationResult.TOO_SHORT:
        return "This number is too short"
    if reason == phonenumbers.ValidationResult.TOO_LONG:
        return "This number is too long"
    return f"No such number is in use. Check it, or enter another one, {EXAMPLE}"


def _letter_o(cleaned: str) -> str:
    guess = re.sub("[oO]", "0", cleaned)
    try:
        return f"There is a letter O in this number. Did you mean {show_phone(_parse(_mended(guess), typed='').e164)}?"
    except PhoneRefused:
        return f"There is a letter O in this number. Enter digits only, {EXAMPLE}"


def phones_in(text: str) -> PhonesIn:
    """What a register's cell holds: up to three numbers, and words beside them set aside as a note.

    Empty and "n/k" hold nothing. Raises PhoneRefused when a part that looks like a number is none, or cannot be a
    person's own phone (070 numbers and pagers).
    """
    cleaned = _clean(text)
    if cleaned.casefold() in NOTHING:
        return PhonesIn()
    try:
        return PhonesIn((_own(read_phone(text)),))
    except PhoneRefused as refused:
        if re.fullmatch(r"[\d ()+.eEoO-]*", cleaned):
            raise
        first = refused
    numbers = re.findall(r"\+?\(?\d[\d ().+-]{7,}\d", cleaned)
    words = re.sub(r"\+?\(?\d[\d ().+-]{7,}\d", " ", cleaned)
    words = re.sub(r"[\s()\[\]]+", " ", words).strip(" /;,|&:-")
    if not numbers or len(numbers) > 3 or re.search(r"\d", words):
        raise first
    return PhonesIn(tuple(_own(read_phone(number)) for number in numbers), words)


def _own(phone: Phone) -> Phone:
    if phone.kind == "personal":
        raise PhoneRefused("070 numbers are forwarding numbers that cost the caller, not mobiles")
    if phone.kind == "pager":
        raise PhoneRefused("This is a pager's number, not a phone's")
    return phone


BRITISH_MOBILE = re.compile(r"\+447[0-9]{9}")


def show_phone(e164: str) -> str:
    """The number as people say it: 07700 900123, 0121 496 0123, +353 85 012 3456."""
    if BRITISH_MOBILE.fullmatch(e164):  # most of a list: taken apart by hand, since parsing costs as much as the rest of its row
        return f"0{e164[3:7]} {e164[7:]}"
    try:
        parsed = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    style = phonenumbers.PhoneNumberFormat
    national = str(parsed.national_number)
    if parsed.country_code == 44:
        if national.startswith("7") and len(national) == 10:
            return f"0{national[:4]} {national[4:]}"
        return phonenumbers.format_number(parsed, style.NATIONAL)
    return phonenumbers.format_number(parsed, style.INTERNATIONAL)


def is_drama(e164: str) -> bool:
    """Whether it is one of Ofcom's numbers for drama: the only ones that demos and tests text."""
    return e164.startswith("+44") and DRAMA.match(e164[3:]) is not None
