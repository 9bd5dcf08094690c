"""Scores against closed forms, published examples and the package scoringrules; propriety as a property."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panmunjom.forecasts.scores import (
    brier,
    brier_choice,
    calibration,
    crps,
    crps_days,
    crps_quantiles,
    difference,
    log_score,
    overlap,
    pit,
    pit_histogram,
    ranked_probability,
    skill,
    wilson,
)

peers = pytest.importorskip("scoringrules", reason="the peer package scoringrules is not installed")
chances = st.floats(0, 1)
RNG = np.random.default_rng(20261129)


def simplex(values):
    a = np.asarray(values) + 1e-9
    return a / a.sum()


class TestPeers:
    def test_brier_log_and_ranked_probability(self):
        p, y = RNG.random(200), (RNG.random(200) < 0.4).astype(float)
        assert brier(p, y) == pytest.approx(peers.brier_score(y, p))
        assert log_score(p, y, least=0) == pytest.approx(peers.log_score(y, p))
        many = RNG.dirichlet([1, 2, 3, 1], 200)
        option = RNG.integers(0, 4, 200)
        # scoringrules counts categories from 1
        assert ranked_probability(many, option) == pytest.approx(peers.rps_score(option + 1, many))

    @pytest.mark.parametrize("fair,estimator", [(False, "nrg"), (True, "fair")])
    def test_crps_of_ensembles(self, fair, estimator):
        x, y = RNG.normal(2, 3, (50, 37)), RNG.normal(2, 3, 50)
        assert crps(x, y, fair) == pytest.approx(peers.crps_ensemble(y, x, estimator=estimator))

    def test_crps_of_quantiles(self):
        levels = np.array([0.01, 0.025, *np.arange(0.05, 1, 0.05), 0.975, 0.99])
        x, y = np.sort(RNG.normal(0, 1, (40, len(levels))), axis=1), RNG.normal(0, 1, 40)
        assert crps_quantiles(levels, x, y) == pytest.approx(peers.crps_quantile(y, x, levels))

    def test_crps_of_a_normal_in_closed_form(self):
        """Gneiting and Raftery 2007: at its mean a standard normal scores 2φ(0) − 1/√π = 0.23369."""
        from statistics import NormalDist

        levels = (np.arange(20_000) + 0.5) / 20_000
        members = np.array([NormalDist().inv_cdf(q) for q in levels])
        assert crps(members, [0.0])[0] == pytest.approx(2 / math.sqrt(2 * math.pi) - 1 / math.sqrt(math.pi), abs=1e-4)
        assert crps_quantiles(levels, members, [0.0])[0] == pytest.approx(0.233695, abs=1e-4)


class TestClosedForms:
    def test_two_options_are_brier(self):
        p, y = RNG.random(30), RNG.integers(0, 2, 30)
        assert brier_choice(np.stack([1 - p, p], 1), y) == pytest.approx(brier(p, y))

    def test_a_sure_error_costs_a_lot_but_not_everything(self):
        assert math.isinf(log_score([0.0], [1], least=0)[0])
        assert log_score([0.0], [1])[0] == pytest.approx(-math.log(1e-4))

    def test_a_date_that_never_comes(self):
        levels = [0.25, 0.5, 0.75]
        sure = crps_days(levels, [math.nan] * 3, None, 0, 100)
        early = crps_days(levels, [10, 10, 10], None, 0, 100)
        assert sure == 0 and early == pytest.approx(2 * np.mean(levels) * 90)
        assert crps_days(levels, [10, 10, 10], 130, 0, 100) == early  # after the closing is as never

    @pytest.mark.parametrize("bad", [[1.3], [-0.1], [math.nan]])
    def test_no_probability(self, bad):
        with pytest.raises(ValueError, match="between 0 and 1"):
            brier(bad, [1])

    def test_options_that_do_not_add_up(self):
        with pytest.raises(ValueError, match="add up"):
            brier_choice([[0.5, 0.2]], [0])


class TestPropriety:
    """Who says what he believes expects the least score: no other report does better under the true probability."""

    @given(chances, chances)
    def test_brier_and_log(self, truth, said):
        for rule in (brier, log_score):
            def expected(p, rule=rule):
                return truth * rule([p], [1])[0] + (1 - truth) * rule([p], [0])[0]

            assert expected(truth) <= expected(said) + 1e-12

    @given(st.lists(chances, min_size=3, max_size=3), st.lists(chances, min_size=3, max_size=3))
    def test_choices(self, truth, said):
        truth, said = simplex(truth), simplex(said)
        for rule in (brier_choice, ranked_probability):
            def expected(p, rule=rule):
                return float(truth @ rule(np.tile(p, (3, 1)), [0, 1, 2]))

            assert expected(truth) <= expected(said) + 1e-12

    @settings(max_examples=50)
    @given(st.lists(st.floats(-5, 5), min_size=4, max_size=4), st.lists(st.floats(-5, 5), min_size=4, max_size=4))
    def test_crps(self, truth, said):
        """The truth is uniform over four points; reporting these four as the ensemble is best."""
        def expected(members):
            return float(crps(np.tile(members, (4, 1)), truth).mean())

        assert expected(truth) <= expected(said) + 1e-9

    @settings(max_examples=50)
    @given(st.lists(st.integers(0, 120), min_size=5, max_size=5), st.lists(st.integers(0, 120), min_size=3, max_size=3))
    def test_dates(self, truth, said):
        """Dates after the closing at 100 count as never; the quantiles of the truth are best."""
        levels = [0.2, 0.5, 0.8]
        own = np.quantile(np.minimum(truth, 100), levels, method="inverted_cdf")

        def expected(days):
            return np.mean([crps_days(levels, days, t if t <= 100 else None, 0, 100) for t in truth])

        assert expected(own) <= expected(sorted(said)) + 1e-9


class TestSkill:
    def test_what_it_is(self):
        found = skill([0.1] * 20, [0.2] * 20)
        assert (found.skill, found.low, found.high, found.n) == (pytest.approx(0.5), pytest.approx(0.5), pytest.approx(0.5), 20)
        assert found.verdict == "better" and "better than the base rate" in found.sentence("the base rate")
        assert skill([0.2] * 20, [0.1] * 20).verdict == "worse"

    def test_no_evidence_is_a_sentence(self):
        assert "too few for an interval" in skill([0.1, 0.2], [0.2, 0.1]).sentence("chance")
        assert skill([], []).sentence("chance") == "nothing to compare with chance"
        assert skill([0.1], [0.0]).skill is None  # the baseline was perfect
        a = RNG.random(60)
        assert skill(a, a[::-1]).sentence("chance").startswith("no evidence of skill against chance: skill +0.00")

    def test_same_seed_same_interval(self):
        a, b = RNG.random(40), RNG.random(40)
        assert skill(a, b, seed=3) == skill(a, b, seed=3) != skill(a, b, seed=4)

    def test_groups_count_as_one(self):
        """A question asked forty times is one question: no interval from two of them."""
        assert skill([0.1] * 40 + [0.3] * 40, [0.2] * 80, groups=["a"] * 40 + ["b"] * 40).low is None

    def test_pairs(self):
        with pytest.raises(ValueError, match="pairs"):
            skill([0.1], [0.1, 0.2])
        with pytest.raises(ValueError, match="finite"):
            skill([math.nan], [0.1])

    def test_difference_of_means(self):
        found = difference([0.1] * 9, [0.3] * 9)
        assert found.mean == pytest.approx(-0.2) and found.verdict == "better"

    def test_coverage_of_independent_pairs(self):
        """90% intervals of a mean difference of 40 normals cover about 88% (the percentile bootstrap is a little narrow).

        400 trials: outside 0.83 to 0.94 with a chance of under 0.2% where the true coverage is 0.87 to 0.90.
        """
        chance = np.random.default_rng(5)
        hits = 0
        for trial in range(400):
            d = chance.normal(0.3, 1, 40)
            found = difference(d, np.zeros(40), resamples=400, seed=trial)
            hits += found.low <= 0.3 <= found.high
        assert 0.83 < hits / 400 < 0.94

    def test_blocks_widen_the_interval_where_neighbours_err_together(self):
        """Runs of ten equal errors: blocks of ten give the width of 20 independent ones, √10 times that of 200."""
        chance = np.random.default_rng(6)
        d = np.repeat(chance.normal(0, 1, 20), 10)
        narrow, wide = difference(d, d * 0), difference(d, d * 0, block=10)
        ratio = (wide.high - wide.low) / (narrow.high - narrow.low)
        assert 2.0 < ratio < 3.6

    def test_overlap(self):
        assert overlap([0, 30, 60, 90], [30] * 4) == 1
        assert overlap([0, 30, 60, 90], [90] * 4) == 3
        assert overlap([], []) == 1


class TestCalibration:
    def test_wilson_as_published(self):
        """Brown, Cai and DasGupta 2001 and every table since: 95% of 0 in 10 is 0 to 0.278; of 5 in 10, 0.237 to 0.763."""
        assert wilson(0, 10, 1.959964) == (pytest.approx(0, abs=1e-12), pytest.approx(0.2775, abs=1e-4))
        assert wilson(5, 10, 1.959964) == (pytest.approx(0.2366, abs=1e-4), pytest.approx(0.7634, abs=1e-4))

    def test_bins(self):
        bins = calibration([0.05, 0.1, 0.95, 1.0], [0, 1, 1, 1])
        assert [b.n for b in bins] == [1, 1, 0, 0, 0, 0, 0, 0, 0, 2]
        assert bins[9].happened == 1 and bins[9].said == pytest.approx(0.975) and bins[2].happened is None

    def test_calibrated_forecasts_lie_in_their_intervals(self):
        """4,000 forecasts by their own probability: each of ten 90% intervals misses its mean with a chance of 10%; all but four hold it."""
        chance = np.random.default_rng(8)
        p = chance.random(4_000)
        bins = calibration(p, chance.random(4_000) < p)
        assert sum(not b.happened_low <= b.said <= b.happened_high for b in bins) <= 4

    def test_pit_is_uniform_for_a_calibrated_ensemble_and_a_hump_for_a_wide_one(self):
        """chi-square of 10 bins, 9 degrees: above 27.9 with a chance of 0.1%."""
        chance = np.random.default_rng(9)
        def chi(spread):
            values = pit(chance.normal(0, spread, (3_000, 19)), chance.normal(0, 1, 3_000))
            return sum((b.n - 300) ** 2 / 300 for b in pit_histogram(values))

        assert chi(1.0) < 27.9 < chi(2.0)

    def test_pit_of_ties(self):
        values = pit(np.zeros((2_000, 5)), np.zeros(2_000))
        assert 0 <= values.min() < 0.02 and 0.98 < values.max() <= 1
