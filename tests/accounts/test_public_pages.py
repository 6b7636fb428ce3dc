"""What everybody may read: the privacy notice as it stands, the statement on accessibility; and who looks after the words."""

import re
from datetime import date, timedelta
from typing import Any

import polib
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.backends.catalogues import sentences
from accounts.models import Audit, FundingStream, PrivacyNotice
from ground.clock import read_clock, today_london
from ground.languages import LANGUAGES
from tests import factories
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

BEGAN = date(2026, 1, 1)


def notice(programme: Any, **more: Any) -> PrivacyNotice:
    said = {"lawful_basis": "Public task", "text": "We keep your name.", "valid_from": BEGAN, "retention": "24 months", **more}
    return PrivacyNotice.objects.create(programme=programme, **said)


def read(path: str, **headers: str) -> str:
    answer = Client().get(path, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


# -- privacy -----------------------------------------------------------------------------------------------------------------------


def test_the_only_programmes_notice_is_shown_with_its_day_and_edition() -> None:
    made = factories.programme(name="Into health")
    notice(made, text="We keep your name.\n\nOnly as long as we must.", special_category_condition="Equality", role="joint")
    page = read("/privacy-notice/")
    said = (
        "Into health",
        "<p>We keep your name.</p>",
        "Public task",
        "Equality",
        "24 months",
        "1 January 2026",
        "(edition 1)",
        "together with its partners",
    )
    assert [words for words in said if words not in page] == []


def test_of_several_programmes_one_is_chosen_and_an_unknown_one_leads_to_the_list() -> None:
    for name in ("Into health", "Into care"):
        notice(factories.programme(name=name, code=name.lower().replace(" ", "-")), text=f"The notice of {name}.")
    factories.programme(name="Without a notice")
    for path in ("/privacy-notice/", "/privacy-notice/?programme=nowhere"):
        page = read(path)
        assert ("Into care" in page, "Into health" in page, "Without a notice" in page, "The notice of" in page) == (
            True,
            True,
            False,
            False,
        )
    page = read("/privacy-notice/?programme=into-care")
    assert ("The notice of Into care." in page, "The notice of Into health." in page, "Other programmes" in page) == (True, False, True)


def test_the_edition_that_holds_today_in_the_language_asked_for_else_in_english() -> None:
    made = factories.programme()
    today = today_london(read_clock())
    notice(made, text="The old one.", valid_to=today)
    notice(made, text="The one of today.", edition=2, valid_from=today)
    notice(made, text="The one of tomorrow.", edition=3, valid_from=today + timedelta(days=1))
    notice(made, text="اردو میں", language="ur", edition=2, valid_from=today)
    stream = FundingStream.objects.create(name="City money", code="city", programme=made, starts_on=BEGAN)
    notice(made, text="For those paid by the city.", funding_stream=stream)
    page = read("/privacy-notice/")
    assert ("The one of today." in page, "The old one." in page, "of tomorrow" in page, "City money" in page) == (True, False, False, True)
    page = read("/privacy-notice/?language=ur")
    assert ("اردو میں" in page, "The one of today." in page) == (True, False)
    polish = read("/privacy-notice/?language=pl")
    assert 'lang="en-gb" dir="auto"><p>The one of today.</p>' in polish
    assert "Ta jest po angielsku" in polish


def test_without_a_notice_the_page_says_whom_to_ask() -> None:
    assert "No privacy notice has been published yet. Please ask the person who helps you." in read("/privacy-notice/")


def test_the_list_asks_as_much_with_one_programme_and_with_many() -> None:
    counts = []
    for size in (1, 3, 25, 100):
        while PrivacyNotice.objects.count() < size:
            notice(factories.programme())
        with CaptureQueriesContext(connection) as captured:
            read("/privacy-notice/?programme=nowhere&language=ar")
        counts.append(len(captured))
    assert counts[1:] == [counts[1]] * 3
    assert max(counts) <= 5


# -- languages ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.code)
@pytest.mark.parametrize("path", ["/privacy-notice/", "/accessibility/", "/interest/"])
def test_a_page_is_in_the_language_asked_for_and_leads_to_all_of_them(path: str, language: Any) -> None:
    notice(factories.programme())
    page = read(f"{path}?language={language.code}")
    assert f'<html lang="{language.locale}" dir="{language.direction}"' in page
    for other in LANGUAGES:
        link = re.search(rf'<a [^>]*href="{re.escape(path)}\?language={other.code}"[^>]*>', page)
        assert link is not None
        assert f'hreflang="{other.locale}"' in link[0]
        assert f'lang="{other.locale}"' in link[0]
        assert ("aria-current" in link[0]) == (other == language)
    assert (f'href="/accessibility/?language={language.code}"' in page.partition("<footer")[2]) == (language.code != "en")


def test_the_first_visit_is_in_the_browsers_language_and_no_cookie_keeps_it() -> None:
    browser = Client()
    answer = browser.get("/accessibility/", headers={"accept-language": "fr, so;q=0.8, en;q=0.5"})
    assert (answer["Content-Language"], "Accept-Language" in answer["Vary"], dict(answer.cookies)) == ("so", True, {})
    assert browser.get("/accessibility/")["Content-Language"] == "en-gb"
    assert browser.get("/accessibility/?language=xx", headers={"accept-language": "fr"})["Content-Language"] == "en-gb"
    assert browser.get("/accessibility/?language=en", headers={"accept-language": "ur"})["Content-Language"] == "en-gb"


def test_staff_read_english_whatever_their_browser_likes() -> None:
    made = factories.programme()
    browser = signed_in(factories.user("programme_lead", made.organisation, made))
    page = browser.get("/settings/users/?language=ur", headers={"accept-language": "ur"}).content.decode()
    assert '<html lang="en-gb" dir="ltr"' in page
    sign_in = Client().get("/sign-in/?language=ur", headers={"accept-language": "ur"}).content.decode()
    assert '<html lang="en-gb" dir="ltr"' in sign_in


def test_a_day_is_said_in_the_words_of_the_language() -> None:
    assert "26 listopada 2026" in read("/accessibility/?language=pl")
    assert "26 نومبر 2026" in read("/accessibility/?language=ur")
    assert "26 November 2026" in read("/accessibility/")


def test_the_statement_owns_up_to_words_that_nobody_has_read(settings: Any, tmp_path: Any) -> None:
    assert "Some may be wrong" not in read("/accessibility/")
    assert "Niektóre mogą być błędne" in read("/accessibility/?language=pl")
    folder = tmp_path / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po = polib.POFile()
    po.append(polib.POEntry(msgid="Yes", msgstr="Tak", tcomment="reviewed: AK 2026-12-01"))
    po.save(str(folder / "django.po"))
    settings.LOCALE_PATHS = [tmp_path]
    assert "Niektóre mogą być błędne" not in read("/accessibility/?language=pl")


# -- who looks after words ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def lead() -> Client:
    made = factories.programme()
    return signed_in(factories.user("programme_lead", made.organisation, made))


def test_what_nobody_has_read_is_counted_for_each_language_and_listed_in_parts(lead: Client) -> None:
    page = lead.get("/settings/languages/").content.decode()
    every = [one for one in sentences() if one.language.code == "ur"]
    assert [f"{one.english}: {len(every)} of {len(every)}</a>" in page for one in LANGUAGES[1:]] == [True] * (len(LANGUAGES) - 1)
    assert page.count('<span lang="') == 25
    assert 'href="?page=2"' in page
    last = lead.get("/settings/languages/?language=ur&page=999")
    assert [row.language.code for row in last.context["rows"]] == ["ur"] * (len(every) % 25 or 25)
    assert last.context["next"] == ""


def test_sentences_are_found_by_language_state_and_words(lead: Client, settings: Any, tmp_path: Any) -> None:
    folder = tmp_path / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po = polib.POFile()
    po.append(polib.POEntry(msgid="Yes", msgstr="Tak", tcomment="reviewed: AK 2026-12-01"))
    po.append(polib.POEntry(msgid="No", msgstr="Nie", tcomment="unreviewed"))
    po.save(str(folder / "django.po"))
    settings.LOCALE_PATHS = [tmp_path]

    def found(query: str) -> list[str]:
        return [row.english for row in lead.get(f"/settings/languages/{query}").context["rows"]]

    assert found("") == ["No", "Yes"]
    assert (found("?state=yes"), found("?state=no"), found("?words=TAK"), found("?language=ur")) == (["Yes"], ["No"], ["Yes"], [])
    assert "No sentence matches" in lead.get("/settings/languages/?language=ur").content.decode()
    assert "AK" in lead.get("/settings/languages/?state=yes").content.decode()
    settings.LOCALE_PATHS = [tmp_path / "empty"]
    assert "no other languages yet" in lead.get("/settings/languages/").content.decode()


def test_the_same_sentences_leave_as_a_file_and_it_is_written_down(lead: Client) -> None:
    answer = lead.get("/settings/languages.csv?language=pl&words=postcode")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "Language,English,Translation,Read by,Read on"
    assert len(lines) == 1 + len(lead.get("/settings/languages/?language=pl&words=postcode").context["rows"])
    row = Audit.objects.get(action="languages.export")
    assert (sorted(row.fields), row.rows) == (["filter:language", "filter:words"], len(lines) - 1)


def test_leads_and_administrators_alone_look_after_words() -> None:
    made = factories.programme()
    for path in ("/settings/languages/", "/settings/languages.csv"):
        for role, status in (("administrator", 200), ("outreach_worker", 403), ("trainer", 403), ("employer", 403)):
            assert signed_in(factories.user(role, made.organisation, made)).get(path).status_code == status
        assert Client().get(path)["Location"].startswith("/sign-in/")


def test_the_page_asks_the_database_no_more_for_more_sentences(lead: Client) -> None:
    counts = []
    for query in ("?words=zzzz", "?words=postcode", ""):
        with CaptureQueriesContext(connection) as captured:
            lead.get(f"/settings/languages/{query}")
        counts.append(len(captured))
    assert len(set(counts)) == 1
    assert counts[0] <= 10
