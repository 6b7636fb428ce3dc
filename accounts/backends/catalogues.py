"""The catalogues of words as they lie in the house: what stands in them, and what no speaker of the language has read yet.

A sentence that a machine or no native speaker wrote carries the line "unreviewed" among its translator's comments. It is shown all
the same. Whoever reviews it puts "reviewed: AB 2026-12-01" (initials and day) in that line's place.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import polib
from django.conf import settings

from ground.languages import ENGLISH, LANGUAGES, Language

UNREVIEWED = "unreviewed"
REVIEWED = re.compile(r"^reviewed: (?P<who>[A-Z]{2,4}) (?P<day>\d{4}-\d\d-\d\d)$", re.MULTILINE)


@dataclass(frozen=True)
class Sentence:
    """One sentence in one language, and who has read it."""

    language: Language
    english: str
    words: str
    reviewed_by: str = ""
    reviewed_on: date | None = None

    @property
    def reviewed(self) -> bool:
        """Whether somebody put their initials to it."""
        return bool(self.reviewed_by)


def sentences() -> list[Sentence]:
    """Every sentence of every catalogue, language by language, in the order of the catalogue."""
    found = []
    for language in LANGUAGES:
        if language != ENGLISH:
            path = catalogue(language.locale)
            found += _read(language, path.stat().st_mtime_ns if path.exists() else 0)
    return found


def unread(locale: str) -> int:
    """How many sentences of this language nobody has read; none in English."""
    return sum(1 for one in sentences() if one.language.locale == locale and not one.reviewed)


def catalogue(locale: str) -> Path:
    """Where the words of a language lie."""
    return Path(settings.LOCALE_PATHS[0]) / locale / "LC_MESSAGES" / "django.po"


@lru_cache(maxsize=2 * len(LANGUAGES))
def _read(language: Language, changed: int) -> tuple[Sentence, ...]:
    """A catalogue as it stood when its file was last changed: it is read again after that only."""
    if not changed:
        return ()
    found = []
    for entry in polib.pofile(str(catalogue(language.locale))):
        if not entry.obsolete:
            read = REVIEWED.search(entry.tcomment)
            signed = {"reviewed_by": read["who"], "reviewed_on": date.fromisoformat(read["day"])} if read else {}
            words = entry.msgstr or " / ".join(entry.msgstr_plural.values())
            found.append(Sentence(language, entry.msgid, words, **signed))
    return tuple(found)
