"""Give the application's role what it needs and no more. Run by the owner after every migration."""

import os
from argparse import ArgumentParser
from urllib.parse import unquote, urlsplit

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from psycopg import sql

READER = "reporting_reader"


class Command(BaseCommand):
    """Rights of web and worker: read and write rows, add to the logs without changing them, own nothing."""

    help = "Grant the application's role its rights on all tables; run after migrate, as the owner."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--role", default="", help="the application's role; by default the user that DATABASE_URL names")

    @transaction.atomic
    def handle(self, *args: object, **options: object) -> None:
        role = str(options["role"] or unquote(urlsplit(os.environ.get("DATABASE_URL", "")).username or ""))
        if not role:
            raise CommandError("DATABASE_URL names no user: say --role NAME.")
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            if cursor.fetchone()[0] == role:
                self.stdout.write("One role both owns the tables and uses them: nothing to grant.")
                return
            if not self._exists(cursor, role):
                raise CommandError(f"The role {role} does not exist: make it first, with LOGIN and nothing else.")
            self._tables(cursor, role)
            self._reporting(cursor)

    def _exists(self, cursor, role: str) -> bool:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        return cursor.fetchone() is not None

    def _tables(self, cursor, role: str) -> None:
        """All verbs on ordinary tables; look and add on those that only grow."""
        who = sql.Identifier(role)
        grown = {model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False)}
        present = set(connection.introspection.table_names(cursor))
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
        ):
            cursor.execute(sql.SQL(statement).format(who))
        for table in sorted(grown & present):
            cursor.execute(sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(sql.Identifier(table), who))
        if "django_migrations" in present:
            cursor.execute(sql.SQL("REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}").format(who))

    def _reporting(self, cursor) -> None:
        """The reporting views: for their reader alone, who has no sign-in until an administrator gives it one."""
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'reporting'")
        if cursor.fetchone() is None:
            return
        if not self._exists(cursor, READER):
            cursor.execute("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user")
            if not cursor.fetchone()[0]:
                self.stderr.write(f"The role {READER} does not exist and this one may not make it: CREATE ROLE {READER} NOLOGIN.")
                return
            cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(READER)))
        for statement in ("GRANT USAGE ON SCHEMA reporting TO {}", "GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO {}"):
            cursor.execute(sql.SQL(statement).format(sql.Identifier(READER)))
