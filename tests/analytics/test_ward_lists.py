"""Target wards and earlier hires come in by a command, and the wards page shows them."""

from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Audit, Programme
from analytics.models import EarlierHires, TargetWards
from analytics.services.wards import HIRES
from places.services import load_invented
from tests.analytics.stories import not_before
from tests.factories import AT, DAY, World
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

FIRST, SECOND = "E05011118", "E05011119"


@pytest.fixture
def world() -> World:
    not_before(AT)
    load_invented()
    made = World()
    Programme.objects.filter(pk=made.programme.pk).update(code="here", starts_on=DAY - timedelta(days=300))
    return made


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("load_ward_lists", "here", *arguments, stdout=out)
    return out.getvalue()


def test_both_lists_come_from_files_and_the_page_shows_them(world: World, tmp_path: Path) -> None:
    aims, hires = tmp_path / "aims.csv", tmp_path / "hires.csv"
    aims.write_text(f"ward_code\n{FIRST}\n{SECOND}\n", encoding="utf-8")
    hires.write_text(f"\ufeffWard_Code,Count,Period\n{FIRST},3,2024-04-01/2025-03-31\n{SECOND},0,2024-04-01/2025-03-31\n", encoding="utf-8")
    said = run("--targets", str(aims), "--method", "by hand", "--frozen-on", "2026-01-05", "--hires", str(hires), "--source", "the trust")
    assert said == "Target wards: 2.\nWards with earlier hires: 2.\n"
    frozen, before = TargetWards.objects.get(), EarlierHires.objects.get()
    assert (frozen.codes, frozen.frozen_on, frozen.method) == ([FIRST, SECOND], date(2026, 1, 5), "by hand")
    assert (before.counts, before.since, before.until) == ({FIRST: 3, SECOND: 0}, date(2024, 4, 1), date(2025, 3, 31))
    assert set(Audit.objects.filter(route="command load_ward_lists").values_list("action", "rows")) == {
        ("target_wards.freeze", 2),
        ("earlier_hires.record", 2),
    }
    world.case()
    shown = signed_in(world.lead).get("/board/wards/").content.decode()
    assert ("by hand" in shown, "Baseline: Earlier hires (the trust)" in shown) == (True, True)
    with pytest.raises(CommandError, match="frozen on that day already"):
        run("--targets", str(aims), "--method", "again", "--frozen-on", "2026-01-05")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ward,people\nE05011118,3\n", "The first line has to be: ward_code,count,period."),
        ("", "The first line has to be"),
        (",".join(HIRES) + "\n", "The file holds no rows."),
        ("ward_code,count,period\nE05011118,3\n", "Line 2 does not have 3 cells."),
        ("ward_code,count,period\nE05011118,some,2024-04-01/2025-03-31\n", "Line 2: the count is not a whole number."),
        ("ward_code,count,period\nE05011118,3,last year\n", "The period is its first and last day"),
        ("ward_code,count,period\nE05011118,3,2025-03-31/2024-04-01\n", "The period ends before it begins."),
        ("ward_code,count,period\nE05011118,3,2024-04-01/2025-03-31\nE05011118,1,2024-04-01/2025-03-31\n", "Line 3: this ward stands"),
        ("ward_code,count,period\nE05011118,3,2024-04-01/2025-03-31\nE05011119,3,2023-04-01/2024-03-31\n", "the same period"),
        ("ward_code,count,period\nE99999999,3,2024-04-01/2025-03-31\n", "not wards that are loaded here: E99999999."),
    ],
)
def test_a_file_laid_out_in_another_way_is_refused_in_words(world: World, tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "hires.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=says.replace(".", r"\.")):
        run("--hires", str(path), "--source", "the trust")
    assert EarlierHires.objects.count() == 0


def test_what_is_missing_is_named(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Name a file"):
        run()
    with pytest.raises(CommandError, match="no such file"):
        run("--hires", str(tmp_path / "none.csv"), "--source", "x")
    with pytest.raises(CommandError, match="no programme with that code"):
        call_command("load_ward_lists", "nowhere", "--invented")


def test_the_demos_lists_say_that_they_are_invented_and_come_once(world: World) -> None:
    assert run("--invented") == "The invented lists are loaded.\n"
    assert run("--invented") == "There is a list of target wards already.\n"
    frozen, before = TargetWards.objects.get(), EarlierHires.objects.get()
    assert (frozen.edition, len(frozen.codes), frozen.frozen_on) == ("Invented", 12, DAY - timedelta(days=300))
    assert before.until < frozen.frozen_on
    assert "invented" in before.name
    world.case()
    shown = signed_in(world.lead).get("/board/wards/").content.decode()
    assert ("Twelve wards (invented)" in shown, "Baseline: Hires in the year before (invented)" in shown) == (True, True)
