"""Headings, status words, names, phones, postcodes and answers, as people write them."""

import pytest

from pathways.backends.register import cells, columns, names
from pathways.backends.register.answers import read_answer
from pathways.backends.register.statuses import meaning_of


@pytest.mark.parametrize(
    ("heading", "over", "field"),
    [
        ("Client ID", "", "ref"),
        ("Forename(s)", "", "first_name"),
        ("FAMILY NAME", "", "last_name"),
        ("Participant name", "", "full_name"),
        ("D.o.B", "", "date_of_birth"),
        ("Date of birth (dd/mm/yyyy)", "", "date_of_birth"),
        ("Contact number", "", "phone"),
        ("Home tel", "", "phone"),
        ("User - Postal Code", "", "postcode"),
        ("Key worker", "", "owner"),
        ("Referral date", "", "outreach_on"),
        ("Date EOI received", "", "interest_on"),
        ("Date", "Interview", "interview_on"),
        ("Start", "Training", "training_on"),
        ("End", "Training", "training_end_on"),
        ("Date", "", "contact_on"),
        ("Job start date", "", "start_on"),
        ("Date left", "", "left_on"),
        ("26 week check", "", None),
        ("6 month check", "", "sustained_on"),
        ("Six months due", "", None),
        ("Age", "", None),
        ("Ethnicity", "", "ethnic_group"),
        ("Gender", "", "sex"),
        ("Hourly rate", "", None),
    ],
)
def test_a_heading_is_known_by_what_people_mean(heading: str, over: str, field: str | None) -> None:
    assert columns.guess(heading, over)[1] == field


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("Referred", "outreach"),
        ("Signed up!", "interested"),
        ("Interview to be arranged", "interested"),
        ("interview BOOKED", "chat_booked"),
        ("1-2-1 done", "chatted"),
        ("Waiting list for course", "training_place.join_waiting"),
        ("Course booked", "training_booked"),
        ("On training wk 2", "in_training"),
        ("Finished course", "job_ready"),
        ("Dropped out of course", "training_place.leave"),
        ("Offer (Catering)", "offered"),
        ("turned the offer down", "introduction.decline_by_candidate"),
        ("offer accepted - DBS", "pre_start"),
        ("STARTED", "in_work"),
        ("Left job", "left_work"),
        ("6 months - still there", "sustained"),
        ("6 months - no reply", None),
        ("DNA x2", "interview.miss"),
        ("Not now (childcare)", "not_now"),
        ("W/D", "withdrawn"),
        ("No contact - closed", "unreachable"),
        ("Not eligible", "ineligible"),
        ("on hold - childcare", None),
        ("left voicemail", None),
        ("Not started", None),
        ("Disengaged", None),
        ("?", None),
        ("", None),
    ],
)
def test_a_status_means_a_stage_a_step_or_nothing_known(word: str, name: str | None) -> None:
    assert meaning_of(word).name == name


def test_a_pause_is_never_a_stage() -> None:
    assert (meaning_of("on hold - childcare").hint, meaning_of("paused").known) == ("pause", False)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ann Other", ("Ann", "Other")),
        ("Other, Ann", ("Ann", "Other")),
        ("O’DEMPSEY Ann", ("Ann", "O’Dempsey")),
        ("ANN OTHER-SMITH", ("Ann", "Other-Smith")),
        ("A. Other", ("A.", "Other")),
        ("  Ann   van Other ", ("Ann", "van Other")),
        ("Ann", ("Ann", "")),
        ("n/k", ("", "")),
    ],
)
def test_one_name_column_is_parted(text: str, parts: tuple[str, str]) -> None:
    assert names.split_full(text) == parts


def test_names_are_compared_as_people_would() -> None:
    assert names.agree(("Zoë", "Other"), ("ZOE", "other"))
    assert names.agree(("Z.", "Other"), ("Zoë", "Other"))
    assert not names.agree(("Ann", "Other"), ("Amy", "Other"))
    assert names.alike(("Parveen", "Dabiri"), ("Parveen", "Daibri"))
    assert not names.alike(("Ann", "Lee"), ("Ann", "Law"))


@pytest.mark.parametrize(
    ("cell", "value", "also", "beside", "suggestion"),
    [
        (7700900123, "+447700900123", [], "", ""),
        ("07700 900123 / 07700 900456", "+447700900123", ["+447700900456"], "", ""),
        ("07700 900123 (mum)", "+447700900123", [], "mum", ""),
        ("O7700 900123", "", [], "", "+447700900123"),
        ("7.7009E+09", "", [], "", ""),
        ("07700 9001234", "", [], "", ""),
        ("n/k", "", [], "", ""),
    ],
)
def test_a_phone_is_kept_or_said_why_not(cell: object, value: str, also: list[str], beside: str, suggestion: str) -> None:
    read = cells.read_phones(cell)
    assert (read.value, read.also, read.beside, read.suggestion) == (value, also, beside, suggestion)
    assert bool(read.reason) == (not value and cell != "n/k")


@pytest.mark.parametrize(
    ("text", "value", "suggestion", "beside"),
    [
        ("b90 3df", "B90 3DF", "", ""),
        ("B903DF.", "B90 3DF", "", ""),
        ("B9O 3DF", "", "B90 3DF", ""),
        ("B90", "", "", ""),
        ("NFA", "", "", "no fixed abode"),
        ("", "", "", ""),
    ],
)
def test_a_postcode_is_one_way_of_writing_or_a_suggestion(text: str, value: str, suggestion: str, beside: str) -> None:
    read = cells.read_place(text)
    assert (read.value, read.suggestion, read.beside) == (value, suggestion, beside)


def test_an_address_with_at_in_brackets_is_only_suggested() -> None:
    assert cells.read_email(" Ann.Other@Example.ORG ").value == "ann.other@example.org"
    read = cells.read_email("ann(at)example.org")
    assert (read.value, read.reason, read.suggestion) == ("", "Not an e-mail address", "ann@example.org")


@pytest.mark.parametrize(
    ("text", "kept"), [("'=SUM(A1)", "=SUM(A1)"), ("=SUM(A1)", "=SUM(A1)"), ("-see file", "-see file"), ("'tis", "'tis")]
)
def test_words_like_a_formula_stay_words(text: str, kept: str) -> None:
    assert cells.text_of(text) == kept


@pytest.mark.parametrize(
    ("question", "words", "state", "code", "group"),
    [
        ("ethnic_group", "Pakistani", "value", "11", "Asian"),
        ("ethnic_group", "J", "value", "11", "Asian"),
        ("ethnic_group", "C", "value", "", "White"),
        ("ethnic_group", "Z", "prefer_not", "", ""),
        ("ethnic_group", "99", "not_known", "", ""),
        ("ethnic_group", "Other - please state", "not_known", "", ""),
        ("health_condition", "Y – dyslexia", "value", "yes", ""),
        ("health_condition", "none", "value", "no", ""),
        ("health_condition", "Prefer not to say", "prefer_not", "", ""),
        ("sex", "F", "value", "female", ""),
    ],
)
def test_an_answer_is_a_code_and_a_silence_stays_one(question: str, words: str, state: str, code: str, group: str) -> None:
    answer = read_answer(question, words)
    assert answer is not None
    assert (answer.state, answer.code, answer.group) == (state, code, group)


def test_an_empty_answer_is_none() -> None:
    assert read_answer("sex", "  ") is None
