"""Floor 0 is a closed list, and every route of the house says who may use it."""

import io
import json
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from ground.actor import SYSTEM, Actor
from ground.rows import Personal, undeclared

GROUND = Path(apps.get_app_config("ground").path)


def test_ground_is_a_closed_list():
    """A file enters when two floors use it; whoever adds one writes it here, and says which two."""
    assert sorted(file.name for file in GROUND.glob("*.py")) == [
        "__init__.py",
        "actor.py",
        "apps.py",
        "clock.py",
        "door.py",
        "fields.py",
        "forms.py",
        "jobs.py",
        "languages.py",  # pathways (the interest form), accounts (privacy notice, accessibility)
        "log.py",
        "middleware.py",
        "models.py",
        "once.py",
        "paging.py",
        "phones.py",
        "qr.py",
        "rows.py",
        "sealing.py",
        "tables.py",
        "tasks.py",
        "urls.py",
        "views.py",
    ]
    assert sorted(path.name for path in GROUND.iterdir() if path.is_dir() and path.name != "__pycache__") == [
        "management",
        "migrations",
        "templatetags",
    ]


def test_every_row_of_ground_says_whose_data_it_holds():
    assert [sentence for model in apps.get_app_config("ground").get_models() for sentence in undeclared(model)] == []


def test_a_column_left_out_named_twice_or_invented_is_told():
    class Half(models.Model):
        name = models.CharField(max_length=5)
        note = models.CharField(max_length=5)
        personal = Personal(candidate=("name",), other=("name",), neither=("gone",))

        class Meta:
            app_label = "no_app_of_ours"

        def __str__(self) -> str:
            return self.name

    class Silent(models.Model):
        class Meta:
            app_label = "no_app_of_ours"

        def __str__(self) -> str:
            return ""

    try:
        assert undeclared(Half) == [
            "no_app_of_ours.Half.note is not declared.",
            "no_app_of_ours.Half.name is declared twice.",
            "no_app_of_ours.Half has no column gone.",
        ]
        assert undeclared(Silent) == ["no_app_of_ours.Silent says nothing of whose data it holds."]
    finally:
        for name in ("half", "silent"):
            del apps.all_models["no_app_of_ours"][name]
        apps.clear_cache()


def test_an_actor_may_pass_on_a_word_and_only_real_ones():
    worker = Actor(kind="worker", user_id=1)
    told = worker.speaking_for("employer", "phone")
    assert (told.kind, told.user_id, told.said_by, told.said_how) == ("worker", 1, "employer", "phone")
    assert (worker.said_by, SYSTEM.kind) == ("", "system")
    with pytest.raises(ValueError, match="word"):
        worker.speaking_for("neighbour", "phone")
    with pytest.raises(ValueError, match="heard"):
        worker.speaking_for("candidate", "telepathy")


@pytest.mark.urls("tests.ground.pages")
def test_routes_are_listed_with_who_may_use_them():
    out = io.StringIO()
    call_command("routes", json=True, stdout=out)
    rows = {row["route"]: row for row in json.loads(out.getvalue())}
    assert rows["/add/"] == {
        "route": "/add/",
        "name": "add_page",
        "methods": ["GET", "POST"],
        "roles": ["public"],
        "kinds": [],
        "sample": {},
    }
    assert rows["/healthz/jobs"]["roles"] == ["machine"]
    assert rows["/undeclared/"]["roles"] == []
    assert "/wrong/<str:how>/" in rows
