"""Notes typed without signal: to the one person who is meant for certain; otherwise back to whoever wrote them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from candidates.models import Candidate
from ground.clock import today_london
from ground.once import new_once
from pathways.models import DeviceKey, KeptForm, Note, Pathway
from tests.factories import World
from tests.pathways.device import HOUR, Device, came_back, note_about
from tests.pathways.scenes import Scene

pytestmark = pytest.mark.django_db
NOTE = "/waiting/blank/note/"


def test_a_note_from_an_open_page_goes_to_its_person() -> None:
    scene = Scene()
    case = scene.open(first="Amina", last="Yusuf")
    device = Device(scene.worker)
    DeviceKey.objects.update(made_at=scene.now - timedelta(days=9))
    kept = device.keep("note", f"/pathways/{case.uuid}/notes/", {"text": "Likes mornings", "visibility": "programme"}, ago=30 * HOUR)
    assert [device.send(kept) for _ in range(2)] == [(200, "taken")] * 2
    note = Note.objects.get()
    assert (note.pathway, note.text, note.visibility, note.author) == (case, "Likes mornings", "programme", scene.worker)
    assert note.day == today_london(scene.now - timedelta(hours=30))


def test_a_note_by_name_goes_to_the_one_who_has_it_and_to_nobody_who_is_like_it() -> None:
    scene = Scene()
    case = scene.open(first="Zoë", last="Núñez")
    scene.open(first="Zoe", last="Nunez Perez")
    device = Device(scene.worker)
    assert device.send(device.keep("note", NOTE, note_about("zoe nunez", "One"))) == (200, "taken")
    assert Note.objects.get().pathway == case
    assert device.send(device.keep("note", NOTE, note_about("Zoe", "Two"))) == (200, "to_correct")
    assert "More than one person may be meant" in came_back(scene.worker)


def test_a_note_about_a_namesake_or_nobody_waits_to_be_told_whose_it_is() -> None:
    scene = Scene()
    first, second = scene.open(first="Amina", last="Yusuf"), scene.open(first="Amina", last="Yusuf")
    device = Device(scene.worker)
    assert device.send(device.keep("note", NOTE, note_about("Amina Yusuf", "Two of them"))) == (200, "to_correct")
    kept = KeptForm.objects.get()
    page = device.browser.get(f"/waiting/{kept.uuid}/")
    shown = page.content.decode()
    assert page.status_code == 200
    assert all(str(case.uuid) in shown for case in (first, second))
    assert "Two of them" in shown
    answer = device.browser.post(
        f"/waiting/{kept.uuid}/",
        {"about": str(second.uuid), "who": "Amina Yusuf", "text": "Two of them", "visibility": "team", "once": new_once()},
    )
    assert (answer.status_code, answer["Location"]) == (302, "/waiting/")
    assert Note.objects.get().pathway == second
    kept.refresh_from_db()
    assert (kept.state, kept.body) == ("taken", None)
    assert device.send(device.keep("note", NOTE, note_about("Nobody Here", "x"))) == (200, "to_correct")
    assert "Nobody whom you may see has this name" in came_back(scene.worker)


def test_a_page_that_was_asked_for_without_signal_proves_nothing_without_the_name() -> None:
    scene = Scene()
    case = scene.open(first="Amina", last="Yusuf")
    device = Device(scene.worker)
    path = f"/people/{case.candidate.uuid}/"
    assert device.send(device.keep("note", path, note_about("Amina Yusuf", "Hers"))) == (200, "taken")
    assert device.send(device.keep("note", path, note_about("Basma Khan", "Not hers"))) == (200, "to_correct")
    assert Note.objects.get().text == "Hers"


def test_a_note_on_a_person_merged_meanwhile_comes_back_with_who_goes_on() -> None:
    scene = Scene()
    kept_case, gone = scene.open(first="Amina", last="Yusuf"), scene.open(first="Amina", last="Yusef")
    device = Device(scene.worker)
    kept = device.keep("note", f"/pathways/{gone.uuid}/notes/", {"text": "Likes mornings", "visibility": "team"})
    merge(gone, kept_case)
    assert device.send(kept) == (200, "to_correct")
    assert "put together with another record" in came_back(scene.worker)
    row = KeptForm.objects.get()
    shown = device.browser.get(f"/waiting/{row.uuid}/").content.decode()
    assert str(kept_case.uuid) in shown
    assert str(gone.uuid) not in shown
    fields = {"about": str(kept_case.uuid), "text": "Likes mornings", "visibility": "team", "once": new_once()}
    assert device.browser.post(f"/waiting/{row.uuid}/", fields).status_code == 302
    assert Note.objects.get().pathway == kept_case


@contextmanager
def past_the_triggers(*tables: str) -> Iterator[Any]:
    """For raw rows of what is built elsewhere: nothing holds a stage against the log, or a log against erasure."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def merge(gone: Pathway, into: Pathway) -> None:
    """Two records are one."""
    with past_the_triggers("pathways_pathway") as cursor:
        cursor.execute("UPDATE pathways_pathway SET stage = 'merged', merged_into_id = %s WHERE id = %s", [into.pk, gone.pk])


def erase(case: Pathway) -> None:
    """A case and all that hangs on it are gone, and the person."""
    fields = [(model, each) for model in apps.get_models() for each in model._meta.concrete_fields if each.related_model is not None]
    mine = {Pathway: [case.pk], Candidate: [case.candidate_id]}
    rows = [(model, each.column, mine[each.related_model]) for model, each in fields if each.related_model in mine and model not in mine]
    tables = {model._meta.db_table for model, _, _ in rows} | {"pathways_pathway", "candidates_candidate"}
    with past_the_triggers(*sorted(tables)) as cursor:
        for model, column, keys in [*rows, (Pathway, "id", mine[Pathway]), (Candidate, "id", mine[Candidate])]:
            cursor.execute(f'DELETE FROM {model._meta.db_table} WHERE "{column}" = ANY(%s)', [keys])


def test_a_note_on_a_person_erased_meanwhile_comes_back_with_a_sentence() -> None:
    scene = Scene()
    case = scene.open(first="Amina", last="Yusuf")
    device = Device(scene.worker)
    kept = device.keep("note", f"/pathways/{case.uuid}/notes/", {"text": "Likes mornings", "visibility": "team"})
    erase(case)
    assert device.send(kept) == (200, "to_correct")
    assert "no longer here, or no longer yours to see" in came_back(scene.worker)
    assert device.browser.get(f"/waiting/{KeptForm.objects.get().uuid}/").status_code == 200


def test_a_note_about_somebody_elses_person_is_answered_like_one_about_nobody() -> None:
    scene = Scene()
    theirs = World().case(first="Amina", last="Yusuf")
    device = Device(scene.worker)
    device.send(device.keep("note", f"/pathways/{theirs.uuid}/notes/", {"text": "x", "visibility": "team"}))
    device.send(device.keep("note", f"/pathways/{DeviceKey.objects.get().uuid}/notes/", {"text": "x", "visibility": "team"}))
    device.send(device.keep("note", NOTE, note_about("Amina Yusuf", "x")))
    why = [each.words.why for each in KeptForm.objects.order_by("id")]
    assert why[0] == why[1]
    assert "Nobody whom you may see" in why[2]
    assert Note.objects.count() == 0
