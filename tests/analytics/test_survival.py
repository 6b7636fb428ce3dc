"""The curve of how long people stay, against published sets, another implementation, and by hand."""

import math
import random
from fractions import Fraction

import pytest
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test

from analytics.figures.survival import Spell, chi_square_tail, kaplan_meier, log_rank

SETS = ("gehan_leukaemia", "lung", "rossi", "larynx")
CLOSE = 1e-6


def spells(rows, group="ALL"):
    return [Spell(float(row["duration"]), row["event"] == "1") for row in rows if group == "ALL" or row["group"] == group]


@pytest.mark.parametrize("name", SETS)
def test_the_curve_agrees_with_the_published_set(published, name):
    rows = published(f"survival/{name}.csv")
    expected = [row for row in published("survival/expected_km_curves.csv") if row["dataset"] == name]
    assert expected
    for group in sorted({row["group"] for row in expected}):
        wanted = [row for row in expected if row["group"] == group]
        steps = kaplan_meier(spells(rows, group)).steps
        assert len(steps) == len(wanted)
        for step, row in zip(steps, wanted, strict=True):
            assert (step.time, step.at_risk, step.ended, step.censored) == (
                float(row["time"]),
                int(row["at_risk"]),
                int(row["events"]),
                int(row["censored"]),
            )
            assert step.survival == pytest.approx(float(row["survival"]), abs=CLOSE)
            assert step.lower == pytest.approx(float(row["ci95_loglog_lower"]), abs=CLOSE)
            assert step.upper == pytest.approx(float(row["ci95_loglog_upper"]), abs=CLOSE)
            error = float(row["greenwood_se"] or "nan")
            assert step.error == pytest.approx(error, abs=CLOSE, nan_ok=True)


@pytest.mark.parametrize("name", SETS)
def test_medians_and_their_limits_agree_with_the_published_set(published, name):
    rows = published(f"survival/{name}.csv")
    for row in published("survival/expected_km_summary.csv"):
        if row["dataset"] != name:
            continue
        curve = kaplan_meier(spells(rows, row["group"]))
        assert (curve.people, curve.ended) == (int(row["n"]), int(row["events"]))
        assert curve.median == float(row["median"])
        assert curve.median_limits == (float(row["median_ci95_lower"]), float(row["median_ci95_upper"]))


def test_log_rank_agrees_with_the_published_sets(published):
    for row in published("survival/expected_logrank.csv"):
        rows = published(f"survival/{row['dataset']}.csv")
        found = log_rank([spells(rows, group) for group in sorted({line["group"] for line in rows})])
        assert found.freedom == int(row["df"])
        assert found.statistic == pytest.approx(float(row["chi2"]), abs=5e-5)
        assert found.chance == pytest.approx(float(row["p"]), rel=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_curve_and_log_rank_agree_with_lifelines(seed):
    chance = random.Random(seed)
    groups = [[Spell(chance.randint(1, 30), chance.random() < 0.6) for _ in range(chance.randint(5, 60))] for _ in range(4)]
    everybody = [spell for group in groups for spell in group]
    fitted = KaplanMeierFitter().fit([s.duration for s in everybody], [s.ended for s in everybody])
    for step in kaplan_meier(everybody).steps:
        assert step.survival == pytest.approx(float(fitted.predict(step.time)), abs=CLOSE)
        if 0 < step.survival < 1:
            limits = fitted.confidence_interval_.loc[step.time]
            assert (step.lower, step.upper) == pytest.approx(tuple(limits), abs=CLOSE)
    theirs = multivariate_logrank_test(
        [s.duration for s in everybody], [number for number, group in enumerate(groups) for _ in group], [s.ended for s in everybody]
    )
    ours = log_rank(groups)
    assert (ours.freedom, ours.statistic) == (3, pytest.approx(theirs.test_statistic, abs=CLOSE))
    assert ours.chance == pytest.approx(theirs.p_value, abs=CLOSE)


def test_a_curve_worked_by_hand():
    curve = kaplan_meier([Spell(1, True), Spell(2, False), Spell(3, True), Spell(3, True), Spell(4, False)])
    assert [(step.time, step.at_risk) for step in curve.steps] == [(1, 5), (2, 4), (3, 3), (4, 1)]
    assert curve.at(0)[0] == 1
    assert curve.at(2.9)[0] == pytest.approx(float(Fraction(4, 5)))
    assert curve.at(3)[0] == pytest.approx(float(Fraction(4, 15)))
    assert curve.median == 3
    assert [curve.at_risk(time) for time in (0, 1, 1.5, 4, 5)] == [5, 5, 4, 1, 0]


def test_an_empty_cohort_and_one_that_nobody_left():
    assert kaplan_meier([]).steps == ()
    assert kaplan_meier([]).median == math.inf
    stayed = kaplan_meier([Spell(10, False)] * 3)
    assert stayed.at(10) == (1, 1, 1)
    assert log_rank([[Spell(1, False)], [Spell(2, False)]]) is None
    assert log_rank([[Spell(1, True)], []]) is None


@pytest.mark.parametrize(
    ("statistic", "freedom", "chance"),
    [(3.841458820694124, 1, 0.05), (5.991464547107979, 2, 0.05), (7.814727903251179, 3, 0.05), (11.070497693516351, 5, 0.05), (0, 4, 1)],
)
def test_the_chi_square_tail_at_its_well_known_points(statistic, freedom, chance):
    assert chi_square_tail(statistic, freedom) == pytest.approx(chance, abs=1e-12)
