"""The settings page of reference data."""

import pytest
from django.urls import resolve

from ground.actor import SYSTEM
from ground.door import declared
from places import views
from places.queries import reference
from places.services import load_invented, load_postcodes, load_shipped_wards
from tests.factories import organisation, user
from tests.signing_in import signed_in


def test_the_page_is_for_administrators_and_leads() -> None:
    assert resolve("/settings/reference/").func is views.reference
    said = declared(views.reference)
    assert said is not None
    assert (said.roles, said.methods) == (frozenset({"administrator", "programme_lead"}), ("GET",))


@pytest.mark.django_db
def test_an_empty_list_says_how_to_begin(render_reference) -> None:
    text = render_reference()
    for words in ("No wards loaded yet", "No postcodes loaded yet", "No deprivation loaded yet", "No population loaded yet"):
        assert words in text
    assert "manage.py load_postcodes FILE" in text


@pytest.mark.django_db
def test_editions_are_shown_with_rows_files_and_days(write, at, render_reference) -> None:
    load_shipped_wards()
    headings = ["pcds", "doterm", "laua", "ward", "lsoa11"]
    rows = [["B1 1QA", "", "E08000025", "E05011151", "E01900002"], ["AL1 1QA", "", "E07000240", "E05013966", "E01900003"]]
    load_postcodes(path=write("NSPL_NOV_2021_UK.csv", headings, *rows), by=SYSTEM, at=at)
    text = render_reference()
    assert "Shipped with Pathways" in text
    assert "NSPL November 2021" in text
    assert "Small areas of 2011 only" in text
    assert "NSPL_NOV_2021_UK.csv, loaded on 21 November 2026: 2 rows read, 1 kept." in " ".join(text.split())


@pytest.mark.django_db
@pytest.mark.parametrize("many", [1, 3])
def test_the_page_asks_a_fixed_number_of_queries(many: int, write, at, django_assert_num_queries) -> None:
    load_invented()
    for number in range(many):
        rows = ["B1 1QA", "", "E08000025", "E05011151", f"E0190000{number}"]
        load_postcodes(path=write(f"{number}.csv", ["pcds", "doterm", "laua", "ward", "lsoa11"], rows), by=SYSTEM, at=at)
    with django_assert_num_queries(6):
        kinds = reference()
    assert [kind.label for kind in kinds] == ["Wards", "Postcodes", "Deprivation", "Population"]
    assert [len(kind.editions) for kind in kinds] == [1, 2 + many, 1, 1]
    assert [row.rows for row in kinds[1].editions if row.edition.name == "Invented"] == [1032]


@pytest.mark.django_db
def test_the_menu_leads_administrators_there() -> None:
    delivery = organisation()
    for role, leads_there in (("administrator", True), ("outreach_worker", False)):
        shown = signed_in(user(role, delivery)).get("/account/").content.decode()
        assert (role, 'href="/settings/reference/"' in shown) == (role, leads_there)
