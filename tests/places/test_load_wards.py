"""Wards: those that the product brings and those that official lists name."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from ground.actor import SYSTEM
from places.backends.directory import UnknownLayout
from places.choices import BIRMINGHAM, SHIPPED_WARDS, SOLIHULL
from places.models import Authority, Edition, LoadRun, Ward
from places.services import load_shipped_wards, load_wards

pytestmark = pytest.mark.django_db


def load(path, at, **more):
    return load_wards(path=path, by=SYSTEM, at=at, **more)


def everything() -> list[tuple]:
    return [*Ward.objects.order_by("code").values_list("code", "name", "valid_from", "valid_to", "edition"), *LoadRun.objects.values_list()]


def test_the_product_brings_the_wards_of_both_councils_once() -> None:
    assert load_shipped_wards() == 103
    assert load_shipped_wards() == 0
    assert list(Authority.objects.values_list("code", "name")) == [("E08000025", "Birmingham"), ("E08000029", "Solihull")]
    assert Ward.objects.of([BIRMINGHAM]).in_force(date(2026, 11, 21)).count() == 69
    assert Ward.objects.of([SOLIHULL]).in_force(date(2026, 5, 6)).count() == 17
    assert Ward.objects.of([SOLIHULL]).in_force(date(2026, 5, 7)).count() == 17


def test_codes_of_the_brought_wards_run_without_a_gap() -> None:
    codes = [[code for code, _ in group.wards] for group in SHIPPED_WARDS]
    assert [(group[0], group[-1], len(group)) for group in codes] == [
        ("E05011118", "E05011186", 69),
        ("E05001284", "E05001300", 17),
        ("E05016416", "E05016432", 17),
    ]
    assert all([int(code[1:]) for code in group] == list(range(int(group[0][1:]), int(group[-1][1:]) + 1)) for group in codes)


def test_a_name_that_came_back_belongs_to_two_wards() -> None:
    load_shipped_wards()
    knowle = Ward.objects.filter(name="Knowle").order_by("code")
    assert list(knowle.values_list("code", "valid_from", "valid_to")) == [
        ("E05001291", date(2004, 6, 10), date(2026, 5, 6)),
        ("E05016424", date(2026, 5, 7), None),
    ]


def test_brought_wards_are_those_of_the_published_lists(published, rows) -> None:
    listed = {
        row["ward_code"]: (row["ward_name"], row["lad_code"], row["valid_from"], row["valid_to"])
        for row in rows(published / "wards" / "bsol_wards_with_vintages.csv")
    }
    ours = {
        code: (name, group.authority, group.valid_from.isoformat(), group.valid_to.isoformat() if group.valid_to else "")
        for group in SHIPPED_WARDS
        for code, name in group.wards
    }
    assert [code for code, ward in ours.items() if listed.get(code) != ward] == []
    second = {
        row["ward_code"]: row["ward_name_ons_wd_may2025"] for row in rows(published / "wards" / "bsol_wards_may2025_second_source.csv")
    }
    assert {code: ours[code][0] for code in second} == second


def test_an_official_list_names_wards_and_leaves_days_it_does_not_know(write, at) -> None:
    load_shipped_wards()
    done = load(
        write(
            "WD28_names.csv",
            ["WD28CD", "WD28NM", "WD28NMW", "LAD28CD", "LAD28NM"],
            ["E05011118", "Acock's Green", "", "E08000025", "Birmingham"],
            ["E05099999", "New Ward", "", "E08000029", "Solihull"],
            ["E05000026", "Abbey", "", "E09000002", "Barking and Dagenham"],
            encoding="utf-8-sig",
        ),
        at,
    )
    assert (done.edition, done.rows_read, done.rows_kept, done.rows_written) == ("Boundaries of 2028", 3, 2, 2)
    renamed, new = Ward.objects.get(code="E05011118"), Ward.objects.get(code="E05099999")
    assert (renamed.name, renamed.valid_from, renamed.edition.name) == ("Acock's Green", date(2018, 5, 3), "Boundaries of 2028")
    assert (new.name, new.authority_id, new.valid_from) == ("New Ward", "E08000029", None)
    assert not Ward.objects.filter(code="E05000026").exists()


def test_days_come_from_the_list_or_afterwards_from_the_product(write, at) -> None:
    headings = ["ward_code", "ward_name", "lad_code", "valid_from", "valid_to"]
    path = write(
        "f.csv", headings, ["E05011118", "Acocks Green", "E08000025", "", ""], ["E05099999", "Other", "E08000025", "2030-05-02", ""]
    )
    load(path, at)
    assert Ward.objects.get(code="E05099999").valid_from == date(2030, 5, 2)
    assert load_shipped_wards() == 102
    assert Ward.objects.get(code="E05011118").valid_from == date(2018, 5, 3)


def test_the_same_list_again_does_nothing(write, at) -> None:
    path = write("f.csv", ["WDCD", "WDNM", "LADCD"], ["E05011118", "Acocks Green", "E08000025"])
    assert load(path, at).rows_written == 1
    before = everything()
    assert load(path, at).fresh is False
    assert everything() == before


def test_of_two_lines_on_one_ward_the_newer_counts(write, at) -> None:
    headings = ["WDCD", "WDNM", "LADCD", "SOURCEFILE_YEAR"]
    newer, older = ["E05011118", "New name", "E08000025", "2022"], ["E05011118", "Old name", "E08000025", "2018"]
    done = load(write("f.csv", headings, newer, older), at)
    assert done.remarks == ("1 ward codes stand in the file more than once: the newest line was taken.",)
    assert Ward.objects.get().name == "New name"
    assert Edition.objects.get().as_of == date(2022, 5, 1)


@pytest.mark.parametrize(
    ("headings", "row", "sentence"),
    [
        (["WDNM", "LADCD"], ["Acocks Green", "E08000025"], "no column for the ward code"),
        (["WDCD", "LADCD"], ["E05011118", "E08000025"], "no column for the ward name"),
        (["WDCD", "WDNM"], ["E05011118", "Acocks Green"], "no column for the authority"),
        (["WDCD", "WDNM", "LADCD"], ["E05011118", "", "E08000025"], "Line 2 lacks the ward's code, name or authority"),
        (["WDCD", "WDNM", "LADCD"], ["Acocks Green", "E05011118", "E08000025"], "Line 2: 'Acocks Green' is no code for the ward"),
        (["WDCD", "WDNM", "LADCD", "valid_to"], ["E05011118", "A", "E08000025", "31.02.2026"], "Line 2: '31.02.2026' is no day such as"),
        (["WDCD", "WDNM", "LADCD", "valid_to"], ["E05011118", "A", "E08000025", "2026-02-31"], "Line 2: '2026-02-31' is no day such as"),
        (
            ["WDCD", "WDNM", "LADCD", "valid_from", "valid_to"],
            ["E05011118", "A", "E08000025", "2026-05-07", "2026-05-06"],
            "Line 2: the last day comes before the first",
        ),
    ],
)
def test_a_list_that_makes_no_sense_is_refused_and_changes_nothing(write, at, headings, row, sentence: str) -> None:
    load_shipped_wards()
    before = everything()
    with pytest.raises(UnknownLayout, match=sentence):
        load(write("f.csv", headings, row), at)
    assert everything() == before


def test_the_command_loads_and_refuses(write, capsys) -> None:
    call_command("load_wards", str(write("f.csv", ["WDCD", "WDNM", "LADCD"], ["E05011118", "Acocks Green", "E08000025"])))
    assert capsys.readouterr().out.splitlines()[-1] == "Loaded as f: 1 rows read, 1 kept, 1 new or changed."
    with pytest.raises(CommandError, match="no column for the authority"):
        call_command("load_wards", str(write("g.csv", ["WDCD", "WDNM"])))


@pytest.mark.parametrize(
    ("name", "kept"),
    [("bsol_wards_with_vintages.csv", 143), ("england_wards_E05_all_vintages.csv", 143), ("bsol_ward_to_locality.csv", 86)],
)
def test_each_published_list_loads(published, at, name: str, kept: int) -> None:
    done = load(published / "wards" / name, at)
    assert (done.rows_kept, Ward.objects.count()) == (kept, kept)


def test_all_wards_of_england_load_when_asked_for(published, at) -> None:
    done = load(published / "wards" / "england_wards_E05_all_vintages.csv", at, authorities=["all"])
    assert (done.rows_read, done.rows_kept) == (12931, 12930)
    assert Authority.objects.get(code="E09000002").name == "Barking and Dagenham"


def test_the_list_without_authorities_is_refused(published, at) -> None:
    with pytest.raises(UnknownLayout, match="no column for the authority"):
        load(published / "wards" / "bsol_wards_may2025_second_source.csv", at)
