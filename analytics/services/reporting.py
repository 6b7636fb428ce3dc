"""A page's id and its id in the reporting views: looked up by whoever has the shell, and written down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from psycopg import sql

from accounts.services.audit import note, service
from analytics.queries.reporting import TABLES
from ground.actor import Actor


@service("reporting.look_up")
def reporting_ids(*, kind: str, ids: Sequence[UUID], by: Actor, at: datetime) -> dict[UUID, UUID | None]:
    """The reporting id of each page id, in the order asked; None for one that is not there. Raises KeyError for an unknown kind."""
    with connection.cursor() as cursor:
        query = sql.SQL("SELECT uuid, reporting_id FROM {} WHERE uuid = ANY(%s)").format(sql.Identifier(TABLES[kind]))
        cursor.execute(query, [list(ids)])
        found = dict(cursor.fetchall())
    note(fields=[f"kind:{kind}"], rows=len(found))
    return {asked: found.get(asked) for asked in ids}
