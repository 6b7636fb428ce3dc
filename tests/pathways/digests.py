"""Every table about people, as it stands: for saying that something left no trace but the log's and the versions'."""

import re
from hashlib import sha256
from typing import Any

from django.db import connection
from django.test import Client

from accounts.models import User
from analytics.figures.definition import Cut
from analytics.figures.equality import Choice
from analytics.queries.equality import DEFAULT_CHOICE, counted
from analytics.queries.funnel import journeys
from analytics.queries.retention import starts
from pathways.models import Task
from pathways.queries.integrity import own_models
from tests.signing_in import signed_in

APPS = {"candidates", "outreach", "employers", "pathways"}
#: What a merge may leave behind: itself and the log. Versions of the other tables are left out too.
MAY_DIFFER = {"candidates_merge", "pathways_stagechange"}


def digests(leave_out: tuple[str, ...] = ("version",)) -> dict[str, str]:
    """A digest of every row of each table, in order of its number. Void tasks are out of the comparison."""
    found = {}
    for model in own_models():
        table = model._meta.db_table
        if model._meta.app_label not in APPS or table in MAY_DIFFER:
            continue
        columns = ", ".join(f'"{field.column}"' for field in model._meta.local_concrete_fields if field.attname not in leave_out)
        where = "WHERE state <> 'void'" if model is Task else ""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {columns} FROM {table} {where} ORDER BY {model._meta.pk.column}")
            found[table] = sha256("\n".join(map(repr, cursor.fetchall())).encode()).hexdigest()
    return found


def figures(cut: Cut) -> dict[str, Any]:
    """The funnel, the starts behind retention, and equality at each phase, person by person."""
    people = journeys(cut=cut)
    asked = counted(people=people, phases=PHASES, choice=Choice(*DEFAULT_CHOICE, benchmark=""), residents={})
    return {
        "journeys": people,
        "starts": starts(cut=cut),
        "equality": [(each.asked.code, each.at, each.onward) for each in asked],
    }


PHASES = ("interest", "interview", "training", "offer", "retention", "sustained")
#: Stamps, versions and sealed places in a list: what changes with each look.
_CHANCE = re.compile(
    r'nonce="[^"]+"|name="(once|csrfmiddlewaretoken|version)" value="[^"]*"|(?<=id_)once_\w+|(?<=[0-9a-f]{12})[:.]\d+|after=[\w.%-]+'
)


def page(browser: Client, path: str, *, story: bool = True, **posted: str) -> str:
    """A page as it is read, without what changes with each look; without the story of what happened, if that is wished."""
    answer = browser.post(path, posted, follow=True) if posted else browser.get(path, follow=True)
    assert answer.status_code == 200, path
    words = re.sub(r"\s+", " ", _CHANCE.sub("", answer.content.decode()))
    return words if story else re.sub(r'<div class="person__story".*?(?=<div class="person__about")', "", words)


def pages(who: User, people: list[Any]) -> dict[str, str]:
    """The caseload and each person's page and what a search for them finds."""
    browser = signed_in(who)
    found = {"caseload": page(browser, "/caseload/?whose=all"), "file": page(browser, "/caseload/?whose=all&sort=name")}
    for person in people:
        found[f"person {person.pk}"] = page(browser, f"/people/{person.uuid}/", story=False)
        found[f"search {person.pk}"] = page(browser, "/people/", words=person.name)
    return found
