"""Postcode directories taken in: by pattern, in one piece, once."""

import re
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Audit
from ground.actor import SYSTEM
from ground.door import Refused
from places.backends.directory import UnknownLayout
from places.choices import PostcodeState
from places.models import Authority, Edition, LoadRun, Postcode
from places.queries import look_up
from places.services import load_postcodes, load_shipped_wards

pytestmark = pytest.mark.django_db

HEADINGS = [
    "pcd7",
    "pcds",
    "dointr",
    "doterm",
    "lad25cd",
    "wd25cd",
    "wdstl05cd",
    "wdcas03cd",
    "east1m",
    "lat",
    "oa21cd",
    "lsoa21cd",
    "lsoa11cd",
]
LIVE = [
    "B1  1QA",
    "B1 1QA",
    "198001",
    "",
    "E08000025",
    "E05011151",
    "00CNGA",
    "00CNGB",
    "406600",
    "52.47",
    "E00900001",
    "E01900001",
    "E01900002",
]
OVER = ["B1  1QB", "B1 1QB", "198001", "202406", "E08000025", "E05011151", "", "", "", "99.999999", "", "E01900001", "E99999999"]
AWAY = ["AL1 1QA", "AL1 1QA", "198001", "", "E07000240", "E05013966", "", "", "", "51.74", "", "E01900009", ""]


def load(path, at, **more):
    return load_postcodes(path=path, by=SYSTEM, at=at, **more)


def everything() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Postcode, Edition, LoadRun, Authority, Audit))


def test_a_row_keeps_its_own_ward_areas_and_end(write, at) -> None:
    done = load(write("ONSPD_NOV_2025_UK.csv", HEADINGS, LIVE, OVER, AWAY, end="\r\n", quoted=True), at)
    assert (done.edition, done.rows_read, done.rows_kept, done.rows_written) == ("ONSPD November 2025", 3, 2, 2)
    live, over = Postcode.objects.order_by("pcds")
    assert (live.pcds, live.ward_code, live.authority_code) == ("B1 1QA", "E05011151", "E08000025")
    assert (live.oa21, live.lsoa21, live.lsoa11) == ("E00900001", "E01900001", "E01900002")
    assert (live.terminated, live.has_grid) == (None, True)
    assert (over.terminated, over.has_grid, over.lsoa11, over.oa21) == (date(2024, 6, 1), False, "", "")


def test_near_misses_are_not_the_ward(write, at) -> None:
    done = load(write("f.csv", HEADINGS, LIVE), at)
    assert done.columns["ward"] == "wd25cd"
    headings = [heading for heading in HEADINGS if heading != "wd25cd"]
    with pytest.raises(UnknownLayout, match="no column for the ward"):
        load(write("g.csv", [*headings, "statsward", "casward"], [*LIVE[:5], *LIVE[6:], "E05011151", "E05011151"]), at)


def test_headings_in_other_cases_orders_and_years_are_known(write, at) -> None:
    path = write(
        "later.csv",
        ["LSOA21CD", "WD31CD", "\u0020LAD31CD", "DOTERM", "PCDS"],
        ["E01900001", "E05011151", "E08000025", "", "B1 1QA"],
        encoding="utf-8-sig",
    )
    done = load(path, at)
    assert (done.edition, done.columns["authority"]) == ("Boundaries of 2031", "LAD31CD")
    assert Edition.objects.get().as_of == date(2031, 5, 1)


@pytest.mark.parametrize(
    ("gone", "named"),
    [
        (["pcds"], "no column for the postcode (such as pcds)"),
        (["wd25cd"], "no column for the ward (such as wd25cd)"),
        (["lad25cd"], "no column for the authority (such as lad25cd)"),
        (["doterm"], "no column for the termination date (such as doterm)"),
        (["lsoa21cd", "lsoa11cd"], "no column for the LSOA of 2021 or LSOA of 2011 (such as lsoa21cd)"),
        (["wd25cd", "doterm"], "no column for the ward (such as wd25cd); no column for the termination date (such as doterm)"),
    ],
)
def test_a_missing_column_is_named_and_nothing_changes(write, at, gone: list[str], named: str) -> None:
    keep = [place for place, heading in enumerate(HEADINGS) if heading not in gone]
    before = everything()
    with pytest.raises(UnknownLayout, match=re.escape(named)):
        load(write("f.csv", [HEADINGS[place] for place in keep], [LIVE[place] for place in keep]), at)
    assert everything() == before


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (LIVE[:-1], "Line 3 has 12 cells where the headings have 13. Nothing was loaded."),
        ([*LIVE[:3], "soon", *LIVE[4:]], "Line 3: 'soon' is no termination date (year and month, such as 202411). Nothing was loaded."),
        ([*LIVE[:3], "202413", *LIVE[4:]], "Line 3: '202413' is no termination date (year and month, such as 202411). Nothing was loaded."),
        ([*LIVE[:5], "Ladywood", *LIVE[6:]], "Line 3: 'Ladywood' is no code for the ward. Nothing was loaded."),
        (OVER, "The file holds B1 1QB twice. Nothing was loaded."),
    ],
)
def test_one_row_that_makes_no_sense_refuses_the_file(write, at, row: list[str], sentence: str) -> None:
    before = everything()
    with pytest.raises(Refused) as refused:
        load(write("f.csv", HEADINGS, OVER, row), at)
    assert refused.value.sentence == sentence
    assert everything() == before


def test_two_columns_for_one_thing_are_refused(write, at) -> None:
    with pytest.raises(UnknownLayout, match="Two columns could be the ward: wd25cd, osward"):
        load(write("f.csv", [*HEADINGS, "osward"], [*LIVE, "E05011151"]), at)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "f.csv is empty."),
        (b"\n", "f.csv is empty."),
        (b"PK\x03\x04rest", "f.csv is a zip archive or a workbook: unpack it and give the CSV file inside."),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "f.csv is not a text file."),
        (b"pcds,doterm,laua,ward,lsoa21\nB1 1QA,,E08000025,E05011151,\xe9\n", "The file is not UTF-8 text. Nothing was loaded."),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path, at, content: bytes, sentence: str) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    with pytest.raises(UnknownLayout) as refused:
        load(path, at)
    assert refused.value.sentence == sentence


def test_the_same_file_again_does_nothing(write, at) -> None:
    path = write("ONSPD_NOV_2025.csv", HEADINGS, LIVE, OVER)
    load(path, at)
    before = everything()
    moved = path.rename(path.with_name("another name.csv"))
    again = load(moved, at)
    assert (again.fresh, again.edition, again.rows_written) == (False, "ONSPD November 2025", 0)
    assert everything() == before


def test_more_authorities_of_the_same_file_join_its_edition(write, at) -> None:
    path = write("ONSPD_NOV_2025.csv", HEADINGS, LIVE, AWAY)
    load(path, at, authorities=["E08000025"])
    done = load(path, at, authorities=["E08000025", "E07000240"])
    assert (done.edition, done.rows_kept, done.rows_written) == ("ONSPD November 2025", 2, 1)
    assert load(path, at, authorities=["E07000240"]).fresh is False


def test_another_file_adds_an_edition_and_keeps_the_older(write, at) -> None:
    load(write("a.csv", HEADINGS, LIVE), at)
    other = load(write("b.csv", HEADINGS, [*LIVE[:5], "E05011156", *LIVE[6:]]), at)
    assert other.edition == "Boundaries of 2025 (2)"
    assert list(Postcode.objects.order_by("id").values_list("ward_code", flat=True)) == ["E05011151", "E05011156"]


def test_a_named_edition_is_brought_up_to_date(write, at) -> None:
    load(write("a.csv", HEADINGS, LIVE, OVER), at, edition="Ours")
    done = load(write("b.csv", HEADINGS, [*LIVE[:5], "E05011156", *LIVE[6:]], OVER), at, edition="Ours")
    assert (done.edition, done.rows_written) == ("Ours", 1)
    assert Postcode.objects.get(pcds="B1 1QA").ward_code == "E05011156"


def test_only_the_chosen_authorities_are_kept(write, at) -> None:
    northern = ["BT1 1QA", "BT1 1QA", "", "", "N09000003", "N08000326", "", "", "", "54.6", "", "N21000001", ""]
    nowhere = ["IM1 1QA", "IM1 1QA", "", "", "M99999999", "M99999999", "", "", "", "99.999999", "", "M99999999", ""]
    path = write("f.csv", HEADINGS, LIVE, AWAY, northern, nowhere)
    done = load(path, at, authorities=["all"])
    assert done.remarks == ("1 rows of Northern Ireland were left out: their licence is another one.",)
    assert list(Postcode.objects.order_by("pcds").values_list("pcds", "authority_code", "has_grid")) == [
        ("AL1 1QA", "E07000240", True),
        ("B1 1QA", "E08000025", True),
        ("IM1 1QA", "", False),
    ]
    assert load(path, at).fresh is False


@pytest.mark.parametrize("codes", [["Birmingham"], ["E0800002"], []])
def test_an_authority_that_is_no_code_is_refused(write, at, codes: list[str]) -> None:
    with pytest.raises(Refused):
        load(write("f.csv", HEADINGS, LIVE), at, authorities=codes)


def test_a_file_without_the_authorities_loads_nothing_and_says_so(write, at) -> None:
    before = everything()
    done = load(write("f.csv", HEADINGS, AWAY), at)
    assert done.remarks == ("The file has no postcode of E08000025, E08000029: nothing was loaded.",)
    assert everything() == before


def test_an_edition_with_areas_of_2011_alone_says_what_it_cannot_do(write, at) -> None:
    done = load(write("f.csv", ["pcds", "doterm", "laua", "ward", "lsoa11"], ["B1 1QA", "", "E08000025", "E05011151", "E01900002"]), at)
    assert done.remarks == ("This edition knows the small areas of 2011 only: wards can be told from it, the deprivation of 2025 cannot.",)
    assert Edition.objects.get().has_lsoa21 is False


def test_rows_that_hold_no_postcode_are_counted_and_left_out(write, at) -> None:
    done = load(write("f.csv", HEADINGS, LIVE, ["", "not one", *LIVE[2:]]), at)
    assert (done.rows_kept, done.remarks) == (1, ("1 rows were left out: what stands in them is no postcode.",))


def test_a_load_is_written_into_the_audit_once(write, at) -> None:
    path = write("f.csv", HEADINGS, LIVE, OVER)
    load(path, at)
    load(path, at)
    audit = Audit.objects.get(action="reference.load_postcodes")
    assert (audit.rows, audit.actor_kind, "ward" in audit.fields) == (2, "system", True)


def test_the_application_role_may_load(write, at, as_application) -> None:
    assert load(write("f.csv", HEADINGS, LIVE), at).rows_written == 1


def test_the_command_shows_what_matched_and_what_it_did(write, capsys) -> None:
    path = write("f.csv", HEADINGS, LIVE, AWAY)
    call_command("load_postcodes", str(path), "--edition", "Mine", "--authority", "E08000025,E07000240")
    printed = capsys.readouterr().out.splitlines()
    assert "ward: wd25cd" in printed
    assert printed[-1] == "Loaded as Mine: 2 rows read, 2 kept, 2 new or changed."
    call_command("load_postcodes", str(path), "--authority", "E08000025")
    assert capsys.readouterr().out.splitlines()[-1] == "This file is loaded already as Mine: nothing to do."


def test_the_command_refuses_in_one_line(write, tmp_path) -> None:
    with pytest.raises(CommandError, match="no column for the ward"):
        call_command("load_postcodes", str(write("f.csv", ["pcds", "doterm", "laua", "lsoa21"])))
    with pytest.raises(CommandError, match="cannot be read: No such file or directory"):
        call_command("load_postcodes", str(tmp_path / "missing.csv"))
    with pytest.raises(CommandError, match="longer than 40 characters"):
        call_command("load_postcodes", str(write("g.csv", HEADINGS, LIVE)), "--edition", "x" * 41)


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("broken_no_ward.csv", "no column for the ward"),
        ("broken_no_lad.csv", "no column for the authority"),
        ("broken_no_lsoa.csv", "no column for the LSOA of 2021 or LSOA of 2011"),
        ("broken_no_doterm.csv", "no column for the termination date"),
        ("bsol_postcode_sample.csv", "no column for the authority"),
        ("onsud_sample.csv", "no column for the postcode"),
    ],
)
def test_each_broken_file_is_refused_by_name(published, at, name: str, named: str) -> None:
    before = everything()
    with pytest.raises(UnknownLayout, match=named):
        load(published / "postcodes" / name, at)
    assert everything() == before


@pytest.mark.parametrize(
    ("name", "edition", "ward", "rows_kept", "has_lsoa21"),
    [
        ("onspd_may2018_sample.csv", "ONSPD May 2018", "osward", 4, False),
        ("onspd_aug2024_sample.csv", "ONSPD August 2024", "osward", 4, True),
        ("onspd_nov2025_sample.csv", "ONSPD November 2025", "wd25cd", 4, True),
        ("nspl_nov2021_HG_first100rows.csv", "NSPL November 2021", "ward", 100, False),
        ("derived_layout_onspd_nov2025.csv", "ONSPD November 2025", "wd25cd", 2000, True),
        ("derived_layout_onspd_aug2024.csv", "ONSPD August 2024", "osward", 286, True),
        ("derived_layout_onspd_2026_names.csv", "Boundaries of 2026", "wd26cd", 332, True),
    ],
)
def test_each_published_layout_loads(published, at, name: str, edition: str, ward: str, rows_kept: int, has_lsoa21: bool) -> None:
    done = load(published / "postcodes" / name, at, authorities=["all"])
    assert (done.edition, done.columns["ward"], done.rows_kept) == (edition, ward, rows_kept)
    assert Edition.objects.get().has_lsoa21 is has_lsoa21


def test_the_published_edge_cases_come_out_as_listed(published, rows, at) -> None:
    load_shipped_wards()
    for name in ("onspd_aug2024_sample.csv", "onspd_nov2025_sample.csv", "derived_layout_onspd_nov2025.csv"):
        load(published / "postcodes" / name, at, authorities=["all"])
    state = {
        "live": PostcodeState.LIVE,
        "no_grid": PostcodeState.LIVE,
        "terminated": PostcodeState.TERMINATED,
        "unknown": PostcodeState.UNKNOWN,
        "suggest": PostcodeState.NONE,
        "reject": PostcodeState.NONE,
    }
    wrong = []
    for case in rows(published / "postcodes" / "edge_cases.csv"):
        found = look_up(case["input"], on=date(2026, 4, 1))
        wanted = PostcodeState.PSEUDO if case["shape"] == "pseudo" else state.get(case["outcome"], PostcodeState.NONE)
        if (found.state, found.ward_code, found.lsoa21) != (wanted, *((case["ward"], case["lsoa21"]) if case["normalised"] else ("", ""))):
            wrong.append((case, found))
        assert found.has_grid is (case["outcome"] in {"live", "terminated"})
    assert wrong == []


def test_a_postcode_keeps_its_own_ward_where_the_small_area_would_say_another(published, rows, at) -> None:
    load(published / "postcodes" / "derived_layout_onspd_nov2025.csv", at)
    sample = rows(published / "postcodes" / "bsol_postcode_sample.csv")
    differing = [row for row in sample if row["ward_differs_from_lsoa_bestfit"] == "yes"]
    assert len(differing) == 314
    held = dict(Postcode.objects.values_list("pcds", "ward_code"))
    assert [row["pcds"] for row in sample if held[row["pcds"]] != row["wd25cd"]] == []
    assert [row["pcds"] for row in differing if held[row["pcds"]] == row["ward_from_lsoa_bestfit"]] == []
