"""Names that are spelt otherwise: alike by how they sound; and by their letters, where the database has trigrams."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.fields.array import ArrayContains
from django.contrib.postgres.lookups import TrigramWordSimilar
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection
from django.db.models import F, FloatField, Func, Q, QuerySet, TextField, Value

from candidates.likeness import FEWEST_SOUNDS, sound
from candidates.models.candidate import Candidate

#: How like a word of the name a word typed must be, from 0 to 1: "Smiht" for Smith is 0.5.
LIKE_ENOUGH = "0.5"
#: How like a whole name must be to the whole name of somebody who may be the same.
WHOLE_LIKE_ENOUGH = "0.55"
#: Words of a search that are looked for: each more is another look through everybody.
MOST_WORDS = 6


class Sounds(Func):
    """Folded names by the sound of their words: Mohammed, Muhammad and Mohamed are all {mhmd}."""

    template = (
        "string_to_array(regexp_replace(regexp_replace(translate(replace(%(expressions)s, 'ph', 'f'), 'cqzv', 'kksf'), "
        "'(?<=[^ ])[aeiouy]+', '', 'g'), '(.)\\1+', '\\1', 'g'), ' ')"
    )
    output_field = ArrayField(TextField())


def knows_trigrams() -> bool:
    """Whether the database can look for names by their letters. It is told how like is enough, too, for as long as it is spoken with."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pg_trgm.word_similarity_threshold', %s, false), set_config('pg_trgm.similarity_threshold', %s, false), "
            "to_regclass('candidate_name_trigrams') IS NOT NULL",
            [LIKE_ENOUGH, WHOLE_LIKE_ENOUGH],
        )
        return bool(cursor.fetchone()[2])


def words_of(folded: str) -> list[str]:
    """The words to look for: each once, the first few."""
    return list(dict.fromkeys(folded.split()))[:MOST_WORDS]


def has_words(folded: str) -> Q:
    """Names in which some word begins with each word typed, in whichever order."""
    found = Q()
    for word in words_of(folded):
        found &= Q(folded_name__startswith=word) | Q(folded_name__contains=f" {word}")
    return found


def spelt_otherwise(rows: QuerySet[Candidate], folded: str, *, trigrams: bool) -> QuerySet[Candidate]:
    """Names with a word like each word typed, by its sound or by its letters, in whichever order; the likest first, where letters tell.

    Each way is a list of its own within the list: asked together, no index would serve them.
    """
    name, likeness = F("folded_name"), Value(0.0, output_field=FloatField())
    for word in words_of(folded):
        ways = [Q(ArrayContains(Sounds(name), [sound(word)]))] if len(sound(word)) >= FEWEST_SOUNDS else []
        if trigrams:
            ways.append(Q(TrigramWordSimilar(name, word)))
            likeness = likeness + TrigramWordSimilarity(word, name)
        first, *rest = [Candidate.objects.filter(way).order_by().values("pk") for way in ways or [has_words(word)]]
        rows = rows.filter(pk__in=first.union(*rest, all=True) if rest else first)
    return rows.annotate(likeness=likeness).order_by("-likeness", "folded_name", "id")
