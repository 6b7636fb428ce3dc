"""Equality over tallies made by hand: what may be said of each group, in words."""

from datetime import UTC, date, datetime

from accounts.choices import Phase
from analytics.figures.definition import Cut
from analytics.figures.disclosure import PARTNER
from analytics.figures.equality import Asked, Choice, Counted, equality

MOMENT = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUARTER = date(2026, 9, 30)
GROUPS = (("white", "White"), ("asian", "Asian"), ("black", "Black"), ("other", "Other"))
ASKED = Asked("ethnic_5", "Ethnic group", GROUPS, "white")
CHOICE = Choice(Phase.INTEREST, Phase.INTEREST, Phase.OFFER, "residents")


def figure():
    came = {"white": 200, "asian": 100, "black": 100, "other": 12}
    got_on = {"white": 120, "asian": 20, "black": 55, "other": 3}
    counted = Counted(ASKED, {Phase.INTEREST: came}, got_on, {"white": 500, "asian": 300, "black": 150, "other": 50})
    return equality([counted], Cut(1, "I Can", None, QUARTER, QUARTER, MOMENT, MOMENT), CHOICE, 412)


def test_who_got_through_comes_first_with_a_sentence_for_each_group():
    onward, came = figure().tables
    assert (onward.part, came.part) == ("Who got through", "Who came")
    assert onward.sentences == (
        "White: 120 of 200 (60.0%). The others are compared with this group.",
        "Asian: 20 of 100 (20.0%). Lower than White, beyond chance.",
        "Black: 55 of 100 (55.0%). No more different than chance explains.",
        "Other: 3 of 12 (25.0%). Too few to say.",
    )
    assert figure().summary.endswith("differ by more than chance explains: Asian (ethnic group; lower than White).")


def test_bars_of_both_parts_stand_on_one_scale_with_their_mark():
    onward, came = (table.drawing for table in figure().tables)
    assert [bar.length for bar in onward.bars] == [60.0, 20.0, 55.0, 25.0]
    assert {bar.mark for bar in onward.bars} == {60.0}
    assert [bar.mark for bar in came.bars] == [50.0, 30.0, 15.0, 5.0]
    assert came.bars[0].length == 48.54


def test_how_it_was_reckoned_stands_in_the_definition_alone():
    told = figure()
    page = " ".join([told.summary, *told.notes, *(words for table in told.tables for words in (table.caption, *table.sentences))])
    assert "Newcombe" not in page
    assert "Holm" not in page
    assert any("Newcombe" in words for words in told.definition.text)


def small(counts, got_on, profile_cut=None):
    counted = Counted(ASKED, {Phase.INTEREST: counts}, got_on)
    return equality([counted], profile_cut or Cut(1, "I Can", None, QUARTER, QUARTER, MOMENT, MOMENT), CHOICE, sum(counts.values()))


def test_groups_too_small_to_compare_give_no_reassurance():
    mostly = small({"white": 200, "asian": 100, "black": 12, "other": 12}, {"white": 120, "asian": 60, "black": 3, "other": 3})
    assert mostly.summary.endswith(": most groups are too small to compare in this period.")
    large = small({"white": 200, "asian": 100, "black": 90, "other": 12}, {"white": 120, "asian": 60, "black": 55, "other": 3})
    assert large.summary.endswith(": no clear difference between groups that are large enough to compare.")


def test_a_hidden_count_is_said_to_be_hidden_and_nothing_more_is_told():
    rounded = Cut(1, "I Can", None, QUARTER, QUARTER, MOMENT, MOMENT, PARTNER)
    figure = small({"white": 200, "asian": 20, "black": 4}, {"white": 120, "asian": 3, "black": 0}, rounded)
    assert figure.tables[0].sentences == (
        "White: 120 of 200 (60%). The others are compared with this group.",
        "Asian: hidden, of 20. Too few to say.",
        "Black: 0 of a hidden number. Too few to say.",
        "Other: nobody. Too few to say.",
    )
    assert [bar.words for bar in figure.tables[0].drawing.bars] == ["60% · 120 of 200", "hidden, of 20", "0 of a hidden number", "nobody"]
