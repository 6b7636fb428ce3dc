"""The wording that ships with the product: safe, plain and short enough, in every way that it is sent."""

from datetime import timedelta
from pathlib import Path

import pytest

from ground.languages import LANGUAGES
from outreach.backends.parts import parts_of
from outreach.choices import Purpose
from outreach.models import Template
from outreach.services.template import PLACEHOLDERS, faults_of, longest
from pathways.services import text as texts
from tests.factories import AT

pytestmark = pytest.mark.django_db

SHIPPED = sorted(texts.WORDING.glob("*/*.txt"))


class TestShippedWording:
    def test_there_is_a_file_for_every_telling_in_every_way(self):
        stems = {file.stem for file in SHIPPED if file.parent.name == "en"}
        wanted = {each.code for each in texts.TELLINGS.values()}
        wanted |= {f"{code}-shared" for code in wanted} | {each.neutral for each in texts.TELLINGS.values() if each.neutral}
        wanted |= {
            "declined",
            "declined-shared",
            "interest-thanks",
            *("own-code", "own-page", "own-page-shared"),
            *(f"declined-{why}" for why in ("filled", "experience", "hours", "checks", "did-not-come")),
        }
        assert stems == wanted
        assert len(stems) == 33

    @pytest.mark.parametrize("file", SHIPPED, ids=lambda file: f"{file.parent.name}/{file.stem}")
    def test_it_has_no_fault_and_fits_two_parts_at_its_longest(self, file: Path):
        body = file.read_text().strip()
        purpose = Purpose.SECURITY if file.stem == texts.OWN_CODE else Purpose.SERVICE
        assert faults_of(body, purpose=purpose) == []
        assert file.parent.name != "en" or parts_of(longest(body)).encoding == "GSM-7"
        assert parts_of(longest(body)).count <= 2

    @pytest.mark.parametrize("code", ["own-code", "own-page", "own-page-shared"])
    def test_the_way_to_their_own_page_is_worded_in_every_language(self, code: str):
        assert {file.parent.name for file in SHIPPED if file.stem == code} == {language.code for language in LANGUAGES}

    def test_no_link_goes_to_a_number_that_others_read_but_the_one_that_says_so(self):
        linked = {file.stem for file in SHIPPED if "{link}" in file.read_text()}
        assert linked == {"chat-booked", "chat-moved", "offer-made", "still-in-work", "own-page", "own-page-shared"}

    @pytest.mark.parametrize("file", SHIPPED, ids=lambda file: f"{file.parent.name}/{file.stem}")
    def test_it_names_no_stage_and_no_programme(self, file: Path):
        body = file.read_text().casefold()
        assert [word for word in ("eoi", "stage", "pathway", "compliance", "!", "http") if word in body] == []

    def test_every_usual_text_greets_alike_and_a_shared_one_begins_with_the_name(self):
        for each in texts.TELLINGS.values():
            assert (texts.WORDING / "en" / f"{each.code}.txt").read_text().startswith("Hello {first_name}, this is {sender}. ")
            shared = (texts.WORDING / "en" / f"{each.code}-shared.txt").read_text()
            assert shared.startswith("{first_name}, this is {sender}. ")
            assert "{ask_for}" not in shared

    def test_a_neutral_text_names_a_person_and_not_the_organisation(self):
        neutral = {each.neutral for each in texts.TELLINGS.values() if each.neutral}
        assert neutral == {"chat-booked-neutral", "chat-moved-neutral", "chat-off-neutral", "please-ring"}
        for code in neutral:
            body = (texts.WORDING / "en" / f"{code}.txt").read_text()
            assert "this is {worker}." in body
            assert "{sender}" not in body
            assert [word for word in ("chat", "job", "offer", "employer", "{where}", "{ask_for}") if word in body] == []

    def test_loading_makes_an_approved_template_of_each_and_again_is_nothing(self):
        everywhere = 33 + 7 * 3  # in other languages the way to their own page alone
        assert texts.load_texts(at=AT) == everywhere
        assert texts.load_texts(at=AT + timedelta(days=1)) == everywhere
        assert Template.objects.filter(approved_at=AT, retired_at__isnull=True, edition=1, language="en").count() == 33
        assert Template.objects.count() == everywhere
        assert Template.objects.get(code="own-code", language="ur").purpose == "security"
        assert Template.objects.get(code="chat-moved-shared").delivery_class == "at_least_once"
        assert Template.objects.get(code="still-in-work").delivery_class == "at_most_once"

    def test_placeholders_that_nothing_fills_are_not_on_the_list(self):
        used = {name for file in SHIPPED for name in PLACEHOLDERS if f"{{{name}}}" in file.read_text()}
        assert used == set(PLACEHOLDERS)
