"""Every table of the database as it stands, for holding before against after: nothing is left out but what is a log."""

import json
from typing import Any

from django.db import connection

#: Logs, and what a browser leaves behind: they only ever grow.
LOGS = (
    "pathways_stagechange",
    "pathways_overwritten",
    "accounts_audit",
    "accounts_signin",
    "django_session",
    "ground_oncetoken",
    "pghistory_context",
)
#: Histories of rows, one table for each model that has one.
HISTORY = "pgh_id"
#: Numbers of versions.
NUMBERS = ("version", "updated_at")
#: What the first text brings with it and is true whoever took what back: its wording, its number, what it relies on.
SAYINGS = ("outreach_template", "outreach_phoneline", "outreach_fact")

Table = dict[int | str, dict[str, Any]]


def digest() -> dict[str, Table]:
    """Table -> row -> its columns, but for version numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, bool_or(column_name = %s) FROM information_schema.columns WHERE table_schema = 'public' GROUP BY 1",
            [HISTORY],
        )
        names = sorted(name for name, history in cursor.fetchall() if not history and name not in LOGS)
        found: dict[str, Table] = {}
        for name in names:
            cursor.execute(f'SELECT (to_jsonb(t) - %s::text[])::text FROM "{name}" AS t', [list(NUMBERS)])
            rows = [json.loads(row[0]) for row in cursor.fetchall()]
            found[name] = {row.get("id", str(sorted(row.items()))): row for row in rows}
    return found


def unlike(before: dict[str, Table], after: dict[str, Table]) -> list[str]:
    """Sentences on what is not as it was; rows that came meanwhile must be void, or a text or mail that was withdrawn before it went."""
    wrong = []
    for name, rows in after.items():
        was = before.get(name, {})
        for key, row in rows.items():
            if key not in was:
                if not _is_void(name, row):
                    wrong.append(f"{name} {key} stays: {row}")
            elif row != was[key]:
                changed = {column: (was[key][column], value) for column, value in row.items() if was[key].get(column) != value}
                wrong.append(f"{name} {key} is not as it was: {changed}")
        wrong += [f"{name} {key} is gone" for key in was.keys() - rows.keys()]
    return wrong


def _is_void(name: str, row: dict[str, Any]) -> bool:
    if name in SAYINGS:
        return True
    withdrawn = row.get("state") == "cancelled" and (name == "accounts_mail" or row.get("reason") == "withdrawn")
    return "void" in {row.get("stage"), row.get("state")} or bool(row.get("voided_at")) or withdrawn
