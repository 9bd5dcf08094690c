"""The small cases of published models: clean, finite, and where something is known from outside, equal to it."""

from __future__ import annotations

import argparse
import math
from datetime import date
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import beta as beta_function

import panmunjom
from panmunjom.analysis.running import Options
from panmunjom.analysis.stored import get_ready
from panmunjom.analysis.study import ViewResult, study
from panmunjom.cli.run import read_options
from panmunjom.forecasts.baselines.wars import classes
from panmunjom.futures.trajectory import compiled_path, first_difference, plain_path

MODELS = ("iwo-jima", "attrition-warfare", "effective-strength", "depletion", "base-rates")
MONTH, YEAR = 30.4375, 365.25


@cache
def case_of(name: str) -> panmunjom.Case:
    return panmunjom.load(name)


def options(name: str, settings: dict[str, str], futures: int, until: date | None) -> Options:
    """What ``--set`` and ``--until`` make of a call."""
    given = argparse.Namespace(
        futures=futures, seed=1, until=str(until) if until else None, as_of=None, do=[],
        set=[f"{k}={v}" for k, v in settings.items()],
    )  # fmt: skip
    return read_options(given, case_of(name))


def path_of(name: str, view: str, until: date | None = None, **settings: str) -> dict[str, npt.NDArray[np.float64]]:
    """The stocks of future 0 after every step, in their own units, by name."""
    ready = get_ready(case_of(name), options(name, settings, 1, until), view)
    rows = ready.rows(np.array([0], np.uint64))
    path = compiled_path(ready.kernel, rows, 0, ready.plan, ready.seed, ready.changes)
    return {
        slot.name: path.states[:, i] / (slot.unit.factor if slot.unit else 1.0) for i, slot in enumerate(path.graph.slots)
    }


def run_of(name: str, view: str, futures: int = 1024, until: date | None = None, **settings: str) -> ViewResult:
    """One view of a case."""
    done = study(case_of(name), options(name, settings, futures, until), [view])
    return next(v for k, v in done.views.items() if k.partition("@")[0] == view.partition("@")[0])


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_clean_and_stays_finite(name: str) -> None:
    """No error and no warning; every view runs, no future breaks, and the endings are shares of all futures."""
    assert panmunjom.check(name) == []
    done = panmunjom.run(case_of(name), futures=64)
    assert set(case_of(name).views) <= set(done.views)
    for result in done.views.values():
        shares = result.ensemble.endings()
        assert sum(s.p for s in shares.values()) == pytest.approx(1)
        assert result.ensemble.bad_share == 0


# Computed with Runge and Kutta's rule of the fourth order, 2,400 steps a day, and published so: attackers, defenders by day.
IWO_JIMA = {
    "engel": {6: (66_617, 17_769), 10: (63_052, 15_022), 20: (56_628, 8_709), 28: (53_863, 4_039), 35: (53_080, 81)},
    "textbooks": {
        6: (66_454, 18_274), 10: (62_778, 15_537), 20: (56_063, 9_268), 28: (53_042, 4_656), 35: (52_012, 768),
        36: (51_985, 217),
    },
}  # fmt: skip


@pytest.mark.parametrize("view", [*IWO_JIMA])
def test_iwo_jima_by_the_square_law(view: str) -> None:
    """Day by day to within half a man of the rounded figures, with one step of the fourth order a day."""
    found = path_of("iwo-jima", view)
    for day, (attackers, defenders) in IWO_JIMA[view].items():
        assert found["attackers"][day] == pytest.approx(attackers, abs=0.51)
        assert found["defenders"][day] == pytest.approx(defenders, abs=0.51)
    assert found["defenders"][40] == 0  # no army is less than nothing


@pytest.mark.parametrize("law", ["linear", "logarithmic"])
def test_the_other_laws_meet_the_square_law_on_day_35(law: str) -> None:
    """They were fitted to that day's two figures (53,080 and 81), and part from it before: on day 10 a third as many defend."""
    found = path_of("iwo-jima", "engel", law=law)
    assert found["attackers"][35] == pytest.approx(53_080, abs=1)
    assert found["defenders"][35] == pytest.approx(81, abs=0.5)
    assert found["defenders"][10] < 0.35 * IWO_JIMA["engel"][10][1]


def test_the_recalibrated_coefficients_do_not_give_their_end_point() -> None:
    """The notebook's coefficients, run with Engel's landings, leave 52,980 attackers on day 35 and not 51,300: not resolved."""
    found = path_of("iwo-jima", "recalibrated")
    assert found["attackers"][35] == pytest.approx(52_982, abs=2)
    assert found["defenders"][35] < 100
    assert run_of("iwo-jima", "recalibrated", 16).verdicts[0].verdict == "does_not_follow"


def test_thinning_by_the_square_law_has_a_closed_form() -> None:
    """S' = -L S0 / S without replacement: S^2 = S(0)^2 - 2 L S0 t; steps of a day are within 0.2% down to half of it."""
    fixed = {"initial_strength": "550", "strength_at_start": "0.9", "lost_at_full_strength": "30", "replaced": "0"}
    found = path_of("effective-strength", "pooled", thinning_power="1", **fixed)["strength"]
    for day in (30, 90, 150):
        exact = math.sqrt((0.9 * 550) ** 2 - 2 * 30 / MONTH * 550 * day)
        assert found[day] == pytest.approx(exact, rel=2e-3)


def test_what_the_tipping_point_of_2026_needs() -> None:
    """The verdict names the losses that put it into July to September; with figures inside it comes there, outside it does not."""
    verdict = next(v for v in run_of("effective-strength", "powell", 256).verdicts if v.claim == "powell-5")
    assert verdict.verdict == "needs_premise" and verdict.share is not None and verdict.share < 0.1
    need = next(n for n in verdict.needs if n.parameter == "lost_at_full_strength")
    assert 30 < need.low < 45 and 55 < need.high < 75
    medians = {"strength_at_start": "0.85", "replaced": "22", "thinning_power": "0.67"}
    shares = []
    for lost in (20, (need.low + need.high) / 2):
        found = run_of("effective-strength", "powell", 512, lost_at_full_strength=f"{lost:.1f}", **medians)
        shares.append(found.ensemble.questions(["tipped_between_july_and_september_2026"])["tipped_between_july_and_september_2026"].p)
    assert shares[0] < 0.1 and shares[1] > 0.8


def test_depletion_is_the_sum_that_institutes_do() -> None:
    """With nothing from the stores and use unchanged, the tanks in service are start + (built - lost) t."""
    fixed = {"in_service_at_start": "2000", "lost_claimed": "100", "built": "20", "refurbished_most": "0", "use_responds": "false"}
    found = path_of("depletion", "pooled", date(2025, 2, 11), **fixed)["in_service"]
    weeks = len(found) - 1
    assert weeks == 52
    assert found[-1] == pytest.approx(2000 - 80 * weeks * 7 / MONTH, rel=1e-9)


def test_stores_that_slow_as_they_empty_fall_exponentially() -> None:
    """Made ready in proportion to what is left: S0 exp(-r t / S0); a week's step is within half a percent after a year."""
    fixed = {"stored_at_start": "4000", "usable": "0.5", "refurbished_most": "80", "slowing": "1"}
    found = path_of("depletion", "pooled", date(2025, 2, 11), **fixed)["stored"]
    assert found[-1] == pytest.approx(2000 * math.exp(-80 / MONTH * 364 / 2000), rel=5e-3)


def test_substitution_moves_the_date() -> None:
    """The reader's lesson: where use falls with the stock, tanks run short in fewer futures, and losses halve without that."""
    fixed, responding = (
        run_of("depletion", "pooled", 1024, use_responds=flag).ensemble for flag in ("false", "true")
    )
    gap = fixed.endings()["runs_short"].p - responding.endings()["runs_short"].p
    assert gap > 0.25  # 0.41 with many futures; paired luck
    halved = [e.crossed(["losses_halved"])["losses_halved"]["war_goes_on"] for e in (fixed, responding)]
    assert halved[0] == 0 < 0.1 < halved[1]  # with use unchanged losses fall only where nothing is left to lose


def test_the_column_on_tanks_came_out_false() -> None:
    """A decided claim: its outcome stands beside a verdict that does not know it."""
    claim = case_of("depletion").library.claims["fox-2"]
    assert claim.came_true == "false" and claim.decided == date(2025, 8, 31)
    verdict = run_of("depletion", "fox", 256).verdicts[0]
    assert verdict.verdict == "needs_premise" and verdict.share is not None and verdict.share < 0.01


def test_rates_that_go_on_are_a_straight_line() -> None:
    """Casualty rates without roughness: start + rate * t while the army stands."""
    fixed = {"roughness": "0", "hypothesis": "casualty_rates", "casualty_rate[russia]": "20", "casualties_at_start[russia]": "230"}
    found = path_of("attrition-warfare", "pooled", date(2024, 6, 29), **fixed, **{"army_at_start[russia]": "600"})
    assert found["casualties[russia]"][52] == pytest.approx(230 + 20 * 364 / MONTH, rel=1e-9)


def test_production_grows_to_its_ceiling() -> None:
    """Logistic growth has a closed form; a week's step is within 0.5% over two years."""
    fixed = {"growth": "0.5", "ceiling[russia]": "3", "capacity_at_start[russia]": "0.2"}
    found = path_of("attrition-warfare", "pooled", date(2025, 6, 28), **fixed)["capacity[russia]"]
    exact = 0.6 / (1 + 2 * math.exp(-0.5 * 728 / YEAR))
    assert found[104] == pytest.approx(exact, rel=5e-3)


def test_the_noise_is_positive_and_one_on_average() -> None:
    """No casualties and no output below zero, and roughness widens without moving the mean: over 4,096 futures the paired
    mean moves by less than 3%, where its standard error is 0.5%."""
    until = date(2024, 7, 1)
    means, spreads = [], []
    fixed = {"hypothesis": "casualty_rates", "casualty_rate[russia]": "20", "casualties_at_start[russia]": "0.001"}
    fixed |= {"army_at_start[russia]": "600", "recruits[russia]": "40", "breaking_share[russia]": "0.1", "breaking_share[ukraine]": "0.1"}
    for roughness in ("0", "0.4"):
        found = run_of("attrition-warfare", "pooled", 4096, until, roughness=roughness, **fixed)
        graph = found.ensemble.graph
        stocks = [graph.slots[s.slot].name for s in graph.stocks]
        final = found.ensemble.raw.final[stocks.index("casualties[russia]")]
        assert (final > 0).all()
        means.append(final.mean())
        spreads.append(final.std())
    assert means[1] == pytest.approx(means[0], rel=0.03)
    assert spreads[0] < 1e-6 * means[0] and 0.1 < spreads[1] / means[1] < 0.4


def test_the_end_rule_decides() -> None:
    """A finding, not a setting: with the share of the people few wars end in five years, with an empty pool most do."""
    share, pool = (
        run_of("attrition-warfare", "pooled", 1024, end_rule=rule).ensemble.endings()["war_goes_on"].p
        for rule in ("casualty_share", "empty_pool")
    )
    assert share > 0.7 and pool < 0.5


def test_the_hazards_are_counts_of_wars() -> None:
    """Each beta distribution of the case is k + 1/2 and n - k + 1/2, counted anew from the package's list of wars."""
    column = case_of("base-rates").built.world.parameters["end_chance"].assume[0]
    bounds = {"first_month": (0, 30), "first_year": (30, YEAR)}
    bounds |= {b: ((k + 1) * YEAR, (k + 2) * YEAR) for k, b in enumerate(("second_year", "third_year", "fourth_year", "fifth_year"))}
    for name, klass in classes().items():
        for band, (first, last) in bounds.items():
            n = sum(w.days > first for w in klass.wars)
            k = sum(first < w.days <= last for w in klass.wars)
            assert column.of((name, band)).shape == (k + 0.5, n - k + 0.5)
        begun = sum(math.ceil(w.days / YEAR - 5) for w in klass.wars if w.days > 5 * YEAR)
        ended = sum(w.days > 5 * YEAR for w in klass.wars)
        assert column.of((name, "later")).shape == (ended + 0.5, begun - ended + 0.5)


def test_the_ways_to_end_are_counts_of_wars() -> None:
    """Counts plus a fifth each, taken apart one after the other, for wars up to a year and for older ones."""
    world = case_of("base-rates").built.world
    order = ("stalemate", "compromise", "won", "lost", "transformed")
    parts = ("stalemate_part", "negotiated_part", "won_part", "lost_part")
    for name, klass in classes().items():
        for maturity in ("young", "old"):
            wars = [w for w in klass.wars if (w.days > 365) == (maturity == "old")]
            weights = [sum(w.ending == e for w in wars) + 0.2 for e in order]
            for k, part in enumerate(parts):
                found = world.parameters[part].assume[0].of((name, maturity))
                assert found.shape == pytest.approx((weights[k], sum(weights[k + 1 :])))


def test_a_war_of_that_age_ends_as_often_as_the_counts_say() -> None:
    """P(over within a year) = 1 - E[(1-q3)^a] E[(1-q4)^b] with E[(1-q)^c] = B(k, n+c) / B(k, n): the war is 994 days old on 14
    November 2024. 8,192 futures: four standard errors are 2 points, and the step that straddles the year is worth 1."""
    until = date(2025, 11, 14)
    third = 3 * YEAR - 994

    def stays(k: float, rest: float, years: float) -> float:
        return float(beta_function(k, rest + years) / beta_function(k, rest))

    expected = 1 - stays(1.5, 4.5, third / YEAR) * stays(1.5, 3.5, (365 - third) / YEAR)
    found = run_of("base-rates", "pooled", 8192, until).ensemble.questions(["ended_within_a_year"])["ended_within_a_year"].p
    assert found == pytest.approx(expected, abs=0.03)


def test_added_age_makes_another_war() -> None:
    """With 8 years more (counted from 2014) only the hazard of old wars is left, and the class of CSIS makes it the lowest."""
    young = run_of("base-rates", "pooled", 1024).ensemble.endings()["war_goes_on"].p
    old = run_of("base-rates", "pooled", 1024, added_age="8").ensemble.endings()["war_goes_on"].p
    feud = run_of("base-rates", "csis", 1024).ensemble.endings()["war_goes_on"].p
    assert old != young and feud > 2 * young


@pytest.mark.parametrize("name", MODELS)
def test_both_engines_agree_on_a_model(name: str) -> None:
    """One future, every step and every number, to the bit: in the plain evaluator and compiled."""
    ready = get_ready(case_of(name), options(name, {}, 4, None), "pooled")
    shared = (ready.rows(np.array([3], np.uint64)), 3, ready.plan, ready.seed, ready.changes)
    compiled = compiled_path(ready.kernel, *shared)
    assert first_difference(compiled, plain_path(ready.built.graph, *shared)) is None
