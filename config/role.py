"""Whom web and worker are to the database: nobody who owns a table, or grants and append-only logs would not bind them."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

OWNS = (
    "SELECT rolsuper OR EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relowner = r.oid AND n.nspname = 'public' AND c.relkind IN ('r', 'p'))"
    " FROM pg_roles r WHERE rolname = current_user"
)
SENTENCE = "The role in DATABASE_URL owns tables: give web, worker and beat a role of their own, and the owner's to migrate."


def refuse_an_owner() -> None:
    """For the start of a process that serves: raises when its role owns tables; a database that is away is readyz's."""
    if settings.RELAXED:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute(OWNS)
            row = cursor.fetchone()
    except DatabaseError:
        return
    finally:
        connection.close()
    if row and row[0]:
        raise ImproperlyConfigured(SENTENCE)
