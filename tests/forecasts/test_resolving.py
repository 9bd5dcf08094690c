"""What futures answer, against closed forms: a relief at a constant rate knows no memory."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest

from panmunjom.analysis.running import Options, Runner
from panmunjom.case.loading import load
from panmunjom.case.model import Model
from panmunjom.forecasts.resolving import LEVELS, answers, newest, still_open
from panmunjom.forecasts.sealing import forecast
from panmunjom.forecasts.wording import by_wording
from panmunjom.text.problems import CaseError
from quiet_case import QUESTIONS, write

START, DUE = date(2024, 1, 1), date(2024, 12, 29)  # 52 weeks
FUTURES = 4_096


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return load(write(tmp_path_factory.mktemp("quiet")))


@pytest.fixture(scope="module")
def asked(case):
    runner = Runner(case, Options(futures=FUTURES))
    return runner, runner.fill_pooled(START)


def within_four_errors(answer, p):
    """Chance of a false alarm below 0.01% with independent futures; these are more even than that."""
    return abs(answer.p - p) <= 4 * math.sqrt(p * (1 - p) / answer.futures)


def test_a_deadline(case, asked):
    _, found = answers(*asked, list(case.asked.values()), START)
    assert within_four_errors(found["relief"], 1 - math.exp(-0.5 * 364 / 365.25))


def test_a_later_day_leaves_out_what_was_answered_by_then(case, asked):
    """Half a year on nothing is known but that it is still open: the rest of the year counts as it did at the start."""
    day = START + timedelta(days=181)
    only = [case.asked["relief"], case.asked["day_of_relief"]]
    _, found = answers(*asked, only, day)
    assert within_four_errors(found["relief"], 1 - math.exp(-0.5 * 182 / 365.25))
    assert found["relief"].futures + found["relief"].left_out == FUTURES and found["relief"].left_out > 700
    first = date.fromordinal(int(found["day_of_relief"].values[0]))
    assert first > day


def test_the_days_of_a_date_are_exponential(case, asked):
    _, found = answers(*asked, [case.asked["day_of_relief"]], START)
    for level, value in zip(LEVELS, found["day_of_relief"].values, strict=True):
        true = -math.log(1 - level) / 0.5 * 365.25
        if true > 364:
            assert math.isnan(value)
        elif level <= 0.35:  # well before the deadline: within a step and four errors of the quantile
            spread = 4 * math.sqrt(level * (1 - level) / FUTURES) / (0.5 * (1 - level)) * 365.25
            assert abs(value - START.toordinal() - true) < 7 + spread


def test_a_number_on_its_day(case, asked):
    """100 t less 0.1 t a day at the end of the step that holds 1 October 2024, which is day 274: 40 steps, 280 days."""
    _, found = answers(*asked, [case.asked["left"]], START)
    assert found["left"].unit == "t" and found["left"].values == pytest.approx([72.0] * len(LEVELS))


def test_a_choice_is_one_of_its_options(case, asked):
    _, found = answers(*asked, [case.asked["stands"], case.asked["relief"]], START)
    chances = found["stands"].chances
    assert list(chances) == ["relieved", "hungry", "fed"] and sum(chances.values()) == pytest.approx(1)
    assert chances["relieved"] == pytest.approx(found["relief"].p) and chances["fed"] == 0


def test_options_that_hold_together_are_refused_at_their_line(tmp_path):
    case = load(write(tmp_path, QUESTIONS.replace("{holds: not relieved and stores < 80 t}", "{holds: stores < 80 t}")))
    runner = Runner(case, Options(futures=256))
    with pytest.raises(CaseError, match="hold on the same day") as caught:
        answers(runner, runner.fill_pooled(START), list(case.asked.values()), START)
    (problem,) = caught.value.problems
    assert problem.code == "options-overlap" and problem.place.line == 23


def test_wordings_of_the_same_futures(case, asked):
    """In force on a day implies that there was one; 28 days imply one too; the paired error is smaller than two independent ones."""
    ensemble, _ = answers(*asked, list(case.asked.values()), START)
    (family,) = by_wording(case, ensemble)
    held, ever, then = family.wordings
    assert held.p < ever.p and then.p < ever.p and family.most == "truce_any"
    assert ever.difference == pytest.approx(ever.p - held.p, abs=1e-9) and ever.disagree == pytest.approx(ever.p - held.p)
    assert 0 < ever.difference_se < math.hypot(ever.se, held.se)
    # two states with rates 2 and 3 a year: the chance to be in truce tends to 2 / 5, to within the step's discreteness
    assert then.p == pytest.approx(0.4 * (1 - math.exp(-5 * 364 / 365.25)), abs=0.03)
    assert ever.p == pytest.approx(1 - math.exp(-2 * 364 / 365.25), abs=0.03)


def test_still_open_is_one_set_for_all(case, asked):
    day = START + timedelta(days=90)
    ensemble, found = answers(*asked, list(case.asked.values()), day)
    kept = still_open(ensemble, list(case.asked.values()), day)
    counted = {a.futures for name, a in found.items()}
    assert counted == {int(kept.sum())} and 0 < kept.mean() < 1
    assert not np.any(ensemble.answered("truce_any", day)[kept])


def test_a_question_that_counts_anew(tmp_path):
    """Only truces from the day on which it is asked count, so that earlier ones do not answer it."""
    words = QUESTIONS.replace("  holds: truce\n  asked: 2024-01-01\n  by:", "  holds: truce\n  anew: true\n  asked: 2024-07-01\n  by:")
    case = load(write(tmp_path, words))
    runner = Runner(case, Options(futures=1_024))
    ensemble, _ = answers(runner, runner.fill_pooled(START), list(case.asked.values()), START)
    first = ensemble.raw.first[[a.name for a in ensemble.graph.answers].index("truce_any")]
    assert np.nanmin(first) >= date(2024, 7, 1).toordinal()


def test_what_holds_from_the_start_on_is_no_forecast_and_closes_no_other(tmp_path):
    words = QUESTIONS + "besieged:\n  text: Is it besieged?\n  holds: stores > 1 t\n  asked: 2024-01-01\n  by: 2024-12-29\n"
    case = load(write(tmp_path, words))
    done = forecast(case, Options(futures=1_024), date(2024, 3, 1))
    assert done.skipped == {"besieged": "every future has answered it by then"} and 300 < done.kept < 1_024
    assert {a.left_out for a in done.answers.values()} == {1_024 - done.kept} and "relief" in done.answers


def test_a_number_after_an_intervention(tmp_path):
    """0.1 t a day for 20 weeks, then 0.3: 100 - 14 - 0.3 * 140 at the end of week 40."""
    folder = write(tmp_path)
    world = folder / "world" / "quiet.yaml"
    world.write_text("parameters:\n  eaten: {unit: t/day, assume: 0.1}\n" + world.read_text().replace("0.1 t/day", "eaten"))
    (folder / "views").mkdir()
    (folder / "views" / "hungry.yaml").write_text("source: courier\nstart: 2024-01-01\ndo:\n  - eaten = 0.3 at 2024-05-20\n")
    case = load(folder)
    done = forecast(case, Options(futures=64), date(2024, 1, 1), "hungry")
    assert done.answers["left"].values == pytest.approx([100 - 14 - 42] * len(LEVELS))


def test_questions_of_a_case_built_in_python():
    """The same keys, the same answers."""
    war = Model("A siege", start="2024-01-01", horizon="1 year")
    war.event("relieved", rate="0.5 / 1 year", once=True)
    war.ending("free", "relieved")
    war.ending("goes_on", at_horizon=True)
    war.question("relief", text="Is it relieved?", holds="relieved", by="2024-12-29")
    war.question("first", text="Which?", kind="choice", options={"a": {"holds": "relieved"}, "b": {"holds": "fired(relieved) and not relieved"}},
                 otherwise="neither", by="2024-12-29")  # fmt: skip
    done = forecast(war.case(), Options(futures=1_024), START)
    assert done.answers["first"].chances["a"] == pytest.approx(done.answers["relief"].p)


def test_the_newest_day_that_a_case_tells_of(case):
    assert newest(case, date(2026, 1, 1)) == START == newest(case, START)


def test_a_day_of_no_open_question(case):
    with pytest.raises(CaseError, match="no question of the case is open on 2025-06-01"):
        forecast(case, Options(futures=64), date(2025, 6, 1))


def test_a_view_that_begins_later(case):
    with pytest.raises(CaseError, match="after the day of the forecast"):
        forecast(case, Options(futures=64), date(2024, 3, 1), start=date(2024, 4, 1))
