"""Names that are spelt otherwise are found by how they sound; and by trigrams, as numbers by their last digits, where there is pg_trgm.

No migration depends on the extension: where it is not there, or may not be made, only what needs it is left out.
"""

from django.db import DatabaseError, migrations, transaction

#: As candidates.models.spelling hears a name: an index serves the very same words alone.
SOUNDS = (
    "string_to_array(regexp_replace(regexp_replace(translate(replace(folded_name, 'ph', 'f'), 'cqzv', 'kksf'), "
    "'(?<=[^ ])[aeiouy]+', '', 'g'), '(.)\\1+', '\\1', 'g'), ' ')"
)
TRIGRAMS = (
    "CREATE INDEX candidate_name_trigrams ON candidates_candidate USING gin (folded_name gin_trgm_ops)",
    "CREATE INDEX route_value_trigrams ON candidates_contactroute USING gin (value gin_trgm_ops) WHERE ended_on IS NULL",
)
#: Not permitted; no such operators; no such file.
NOT_TO_BE_HAD = frozenset({"42501", "42704", "58P01"})


def make(apps, schema_editor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm')")
        if not cursor.fetchone()[0]:
            return
        try:
            with transaction.atomic(using=schema_editor.connection.alias):
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
                for statement in TRIGRAMS:
                    cursor.execute(statement)
        except DatabaseError as error:
            if getattr(error.__cause__, "sqlstate", "") not in NOT_TO_BE_HAD:
                raise


def drop(apps, schema_editor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("DROP INDEX IF EXISTS candidate_name_trigrams, route_value_trigrams")


class Migration(migrations.Migration):
    dependencies = [("candidates", "0002_by_name")]

    operations = [
        migrations.RunSQL(
            f"CREATE INDEX candidate_sounds ON candidates_candidate USING gin ({SOUNDS})", "DROP INDEX IF EXISTS candidate_sounds"
        ),
        migrations.RunPython(make, drop),
    ]
