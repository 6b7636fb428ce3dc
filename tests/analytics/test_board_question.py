"""The question asked of the board: it is carried by every link, said in words, and never put over other numbers."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from analytics.figures.definition import in_force
from analytics.figures.funnel import DEFINITIONS
from ground.clock import add_months, read_clock, today_london
from tests.analytics.test_board_pages import text_of, world
from tests.factories import DAY
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

FIGURES = ("board_funnel", "board_equality", "board_wards", "board_retention")
ASKED = {"start": (DAY - timedelta(days=39)).isoformat(), "end": (DAY - timedelta(days=10)).isoformat(), "shown": "operational"}

__all__ = ["world"]


def links(response):
    return [unescape(href) for href in re.findall(r'href="([^"]*)"', response.content.decode())]


def days_of(href):
    return {name: value[0] for name, value in parse_qs(urlsplit(href).query).items() if name in ASKED}


def test_every_link_between_board_figure_people_and_file_carries_the_question(world):
    client = signed_in(world.lead)
    board = client.get(reverse("board"), ASKED)
    ways = [href for href in links(board) if href.startswith("/board/") and href != "/board/"]
    assert {urlsplit(href).path for href in ways} >= {reverse(name) for name in FIGURES}
    assert [href for href in ways if "people" in href]
    assert [href for href in ways if days_of(href) != ASKED and not href.startswith("/board/?")] == []
    for name in FIGURES:
        page = client.get(reverse(name), ASKED)
        back = re.search(r'govuk-back-link" href="([^"]+)"', page.content.decode())[1]
        assert days_of(unescape(back)) == ASKED, name
        assert any(".csv?" in href and days_of(href) == ASKED for href in links(page)), name


def test_the_list_of_people_says_period_and_definition_and_leads_back_to_the_same_figure(world):
    page = signed_in(world.lead).get(reverse("board_funnel_people"), {**ASKED, "reached": "interview", "shown": ""})
    words = unescape(text_of(page))
    assert "1 person had a chat." in words
    assert "Of the people who came in from 15 October 2026 to 13 November 2026, as at" in words
    assert f"Funnel, definition\xa0{in_force(DEFINITIONS, today_london(read_clock())).version}" in words
    back = unescape(re.search(r'govuk-back-link" href="([^"]+)"', page.content.decode())[1])
    assert back.startswith("/board/funnel/?")
    assert "reached" not in back
    assert days_of(back)["start"] == ASKED["start"]
    everybody = text_of(signed_in(world.lead).get(reverse("board_funnel_people"), {"reached": "interest"}))
    assert "7 people expressed interest." in everybody
    assert re.search(r"Of the people who came in from the beginning to \d+ \w+ 2026, as at", everybody)


def test_a_tile_prints_the_pair_that_its_percentage_comes_from(world):
    words = text_of(signed_in(world.lead).get(reverse("board")))
    assert "Interview 2 of 7 who expressed interest (28.6%)" in words
    assert "1 came without a job offer" in words
    assert "Retention (started work)" in words
    assert "of the phase before" not in words


def test_funnel_and_retention_each_say_why_their_six_months_differ(world):
    client = signed_in(world.lead)
    assert "as soon as it is confirmed. Retention counts the first job alone" in text_of(client.get(reverse("board_funnel")))
    assert "once the time to answer is over. Funnel counts everybody" in text_of(client.get(reverse("board_retention")))
    assert "Not yet at six months: 1 of the 1. The rate to quote is under Retention." in text_of(client.get(reverse("board")))


def test_rounded_numbers_say_loudly_that_they_stop_at_a_quarter(world):
    client = signed_in(world.lead)
    for name in ("board", "board_retention"):
        words = text_of(client.get(reverse(name), {"shown": "public", "as_at": "2026-11-20"}))
        assert "These numbers stand as at 30 September 2026, the end of a quarter, and not as at today" in words
        assert "rounded to the nearest 5" in words
    assert "rounded to the nearest 5" not in text_of(client.get(reverse("board_retention")))


@pytest.mark.parametrize("name", ["board", *FIGURES])
def test_a_day_that_cannot_be_read_is_said_once_kept_and_put_over_no_number(world, name):
    client = signed_in(world.lead)
    typed = {"start_day": "31", "start_month": "2", "start_year": "2025"}
    response = client.get(reverse(name), typed)
    assert response.status_code == 422
    page = response.content.decode()
    assert page.count("There is a problem") == 1
    assert all(f'value="{value}"' in page for value in typed.values())
    words = text_of(response)
    assert "No figures are shown until that is put right." in words
    assert "Shown:" not in words
    assert re.search(r"\d+ people", words) is None
    if name != "board":
        assert client.get(reverse(f"{name}_file"), typed).status_code == 404


def test_usual_periods_are_links_that_keep_the_rest_of_the_question(world):
    client = signed_in(world.lead)
    page = client.get(reverse("board_funnel"), {"shown": "partner"})
    today = today_london(read_clock())
    usual = {words: unescape(href) for href, words in re.findall(r'periods__one" href="([^"]+)"[^>]*>([^<]+)<', page.content.decode())}
    assert usual["From the beginning"] == "?shown=partner"
    last = parse_qs(usual["Last 12 months"][1:])
    assert last == {"shown": ["partner"], "start": [(add_months(today, -12) + timedelta(days=1)).isoformat()], "end": [today.isoformat()]}
    assert parse_qs(usual["This financial year"][1:])["start"][0][5:] == "04-01"
    (quarter,) = [href for words, href in usual.items() if words.startswith("Last closed quarter")]
    asked = client.get(reverse("board_equality") + quarter, {}).content.decode()
    assert re.search(r'aria-current="true">Last closed quarter', asked)
    assert "Exact, because" in text_of(client.get(reverse("board_equality") + quarter.replace("shown=partner&", "")))


def test_days_typed_in_boxes_make_way_for_a_usual_period(world):
    typed = {"start_day": "1", "start_month": "2", "start_year": "2025", "shown": "partner"}
    page = signed_in(world.lead).get(reverse("board_funnel"), typed).content.decode()
    assert 'periods__one" href="?shown=partner"' in page


def test_wards_are_sorted_by_links_in_the_address_and_heads_are_no_links(world):
    client = signed_in(world.lead)
    page = client.get(reverse("board_wards"), {"sort": "name", "shown": "partner"})
    words = text_of(page)
    assert "Wards sorted by people · name · rate per 1,000 residents" in words
    assert any(href.endswith("sort=rate") and "shown=partner" in href for href in links(page))
    assert re.search(r"<th[^>]*>\s*<a", page.content.decode()) is None
    assert "What is this?" in words


def test_a_base_that_differs_on_the_board_says_why_beside_it(world):
    client = signed_in(world.lead)
    others = "Not the same people as the funnel's 7: these are chosen by their first day in work."
    words = unescape(text_of(client.get(reverse("board"), {"start": "2026-10-01", "as_at": "2026-11-20"})))
    assert words.count("from 1 October 2026 to 20 November 2026") == 1 + words.count("the funnel counts people from 1 October 2026")
    assert "7 people who came in." in words
    assert others in words
    plain = unescape(text_of(client.get(reverse("board"))))
    assert "0 people who came in from the beginning to 30 September 2026" in plain
    assert re.search(r"Not the same people as the funnel's 7: the funnel counts people from the beginning to \d+ \w+ 2026; equality", plain)
    assert others not in plain  # whoever came since the beginning and started is counted by both
    alone = text_of(client.get(reverse("board_equality")))
    assert "Not the same people as the funnel: the funnel counts people" in alone
    assert "Shown: 0 people from the beginning to 30 September 2026 , as at 30 September 2026" in alone


def test_words_of_statistics_are_said_plainly(world):
    client = signed_in(world.lead)
    funnel, equal = text_of(client.get(reverse("board_funnel"))), text_of(client.get(reverse("board_equality")))
    assert "half of those who went on took fewer, half took more" in funnel
    assert "As usual" not in equal
    assert "Expression of interest (usual)" in equal


def test_other_dates_are_folded_and_say_what_they_mean(world):
    page = signed_in(world.lead).get(reverse("board"))
    words = text_of(page)
    assert "Empty: from the beginning." in words
    assert "to find again a number that was printed then" in words
    assert re.search(r"Shown: people from the beginning to \d+ \w+ 2026", words)
    folds = re.findall(r"<details[^>]*>.*?</details>", page.content.decode(), re.DOTALL)
    (folded,) = [fold for fold in folds if "start_day" in fold]
    assert not re.match(r"<details[^>]* open", folded)


def test_a_list_of_people_who_stopped_without_a_reason_is_there(world):
    page = signed_in(world.lead).get(reverse("board_funnel_people"), {"reason": "not_recorded"})
    assert "Stopped: reason not recorded" in text_of(page)
    assert "0 people stopped without a reason on record." in text_of(page)
    assert re.search(r"/people/[0-9a-f-]{36}/", page.content.decode()) is None


def test_the_list_shows_worker_employer_and_the_day_that_counts(world):
    client = signed_in(world.lead)
    words = text_of(client.get(reverse("board_funnel_people"), {"reached": "retention"}))
    assert "Started work on 14 November 2026" in words
    assert "Employer: Corner bakery" in words
    assert "In work, since 14 November 2026" in words
    assert "Today:" not in words
    assert f"Worker: {world.worker.name}" in words
    stayed = text_of(client.get(reverse("board_retention_people"), {"outcome": "not_due"}))
    assert "First day 14 November 2026, six months on 14 May 2027" in stayed
    assert "1 person has not reached six months and the end of the time to answer yet." in stayed
    now = text_of(client.get(reverse("board_funnel_people"), {"now": "interested"}))
    assert "Now at the stage “Interested”" in now
    assert re.search(r"Interested, since \d+ \w+ 2026", now)


def test_where_people_were_on_an_earlier_day_is_never_said_as_now(world):
    client, day = signed_in(world.lead), "2026-11-20"
    figure = text_of(client.get(reverse("board_funnel"), {"as_at": day}))
    assert "Where they were on 20 November 2026" in figure
    assert "Where these people were on 20 November 2026, each counted once." in figure
    words = text_of(client.get(reverse("board_funnel_people"), {"as_at": day, "now": "interested"}))
    assert "At the stage “Interested” on 20 November 2026" in words
    assert re.search(r"\d people were at the stage “Interested” on 20 November 2026\.", words)
    assert "Today: Withdrawn, since" in words
    assert "Where they were on" not in text_of(client.get(reverse("board_funnel")))


def test_a_quarter_that_the_window_cuts_is_headed_by_the_days_counted(world):
    client, quarter = signed_in(world.lead), {"quarter": "2026-10-01"}
    cut = text_of(client.get(reverse("board_retention_people"), {**quarter, "start": "2026-11-01", "end": "2026-11-20"}))
    assert "Started work from 1 November 2026 to 20 November 2026" in cut
    assert "1 person started their first job from 1 November 2026 to 20 November 2026." in cut
    assert "October to December" not in cut
    page = text_of(client.get(reverse("board_retention"), {"start": "2026-11-01", "end": "2026-11-20"}))
    assert "October to December 2026 only 1 November 2026 to 20 November 2026" in page
    for query in ({"quarter": "2026-11-01"}, {**quarter, "end": "2026-09-30"}):
        assert client.get(reverse("board_retention_people"), query).status_code == 404


def test_a_second_page_of_people_says_that_it_goes_on(world):
    for number in range(45):
        world.case(day=DAY - timedelta(days=3 + number % 9))
    client = signed_in(world.lead)
    first = client.get(reverse("board_funnel_people"), {"reached": "interest"})
    assert "Continued." not in text_of(first)
    (onward,) = [href for href in links(first) if "after=" in href]
    second = client.get(reverse("board_funnel_people") + onward)
    assert "Continued. Back to the first page" in text_of(second)
    assert "?reached=interest" in links(second)


def test_the_usual_question_offers_nothing_to_clear_and_a_day_alone_is_from_the_beginning(world):
    client = signed_in(world.lead)
    assert "Clear all" not in text_of(client.get(reverse("board"), {"shown": "operational", "start_day": ""}))
    asked = client.get(reverse("board"), {"as_at": "2026-11-20"})
    assert "Clear all" in text_of(asked)
    assert re.search(r'aria-current="true">From the beginning', asked.content.decode())
    ended = client.get(reverse("board"), {"end": "2026-11-20"}).content.decode()
    assert 'aria-current="true">From the beginning' not in ended


def test_what_nobody_has_reached_yet_has_no_rate_and_no_curve(world):
    client = signed_in(world.lead)
    board, page = client.get(reverse("board")), client.get(reverse("board_retention"))
    assert "Not yet Confirmed still in the job after six months Nobody is due yet" in text_of(board)
    for response in (board, page):
        words = text_of(response)
        assert "Too few people have been followed for an estimate yet." in words
        assert "The line is the estimate" not in words
        assert "chart__line" not in response.content.decode()
