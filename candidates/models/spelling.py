"""Names that are spelt otherwise: alike by their letters, or by how they sound. Asked of the database, where it has trigrams."""

import re

from django.contrib.postgres.lookups import TrigramWordSimilar
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection
from django.db.models import F, FloatField, Func, Q, QuerySet, TextField, Value
from django.db.models.lookups import Contains

from candidates.models.candidate import Candidate

#: How like a word of the name a word typed must be, from 0 to 1: "Smiht" for Smith is 0.5.
LIKE_ENOUGH = "0.5"
#: What stays of a name's word by its sound is told from others from so many letters on.
FEWEST_SOUNDS = 3
_AFTER_THE_FIRST = re.compile("(?<=[^ ])[aeiouy]+")
_AGAIN = re.compile(r"(.)\1+")
_SAME = str.maketrans("cqzv", "kksf")


class Sound(Func):
    """Folded names by their sound, each word between spaces: Mohammed, Muhammad and Mohamed are all " mhmd "."""

    template = (
        "(' ' || regexp_replace(regexp_replace(translate(replace(%(expressions)s, 'ph', 'f'), 'cqzv', 'kksf'), "
        "'(?<=[^ ])[aeiouy]+', '', 'g'), '(.)\\1+', '\\1', 'g') || ' ')"
    )
    output_field = TextField()


def sound(word: str) -> str:
    """One folded word as Sound reads it."""
    return _AGAIN.sub(r"\1", _AFTER_THE_FIRST.sub("", word.replace("ph", "f").translate(_SAME)))


def knows_trigrams() -> bool:
    """Whether the database can look for names spelt otherwise. It is told how like is enough, too, for as long as it is spoken with."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pg_trgm.word_similarity_threshold', %s, false), "
            "to_regclass('candidate_name_trigrams') IS NOT NULL AND to_regclass('candidate_sound_trigrams') IS NOT NULL",
            [LIKE_ENOUGH],
        )
        return bool(cursor.fetchone()[1])


def spelt_otherwise(rows: QuerySet[Candidate], folded: str) -> QuerySet[Candidate]:
    """Names with a word like each word typed, by its letters or by its sound, in whichever order; the likest first."""
    name, score = F("folded_name"), Value(0.0, output_field=FloatField())
    for word in folded.split():
        like = Q(TrigramWordSimilar(name, word))
        sounds = sound(word)
        if len(sounds) >= FEWEST_SOUNDS:
            like |= Q(Contains(Sound(name), f" {sounds} "))
        rows = rows.filter(like)
        score = score + TrigramWordSimilarity(word, name)
    return rows.annotate(likeness=score).order_by("-likeness", "folded_name", "id")
