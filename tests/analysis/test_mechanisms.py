"""Mechanisms that are run: against arithmetic, against the plain evaluator, and against runs made another way."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from panmunjom.analysis.interventions import differing
from panmunjom.analysis.mechanisms import CLEAR, FALSE_ALARM, Shown, by_rows, show_mechanisms
from panmunjom.analysis.running import Options, Runner
from panmunjom.case.loading import load
from panmunjom.case.records import Case, Intervention, Setting
from panmunjom.engine.evaluator import Evaluator
from panmunjom.engine.run import run_rows
from panmunjom.quantities.distributions import parse_distribution
from panmunjom.text.problems import CaseError

WORLD = """
units: {loaf: }
switches:
  saving: {about: half rations, default: false}
  rumours: {about: nothing depends on them, default: true}
parameters:
  store: {unit: loaf, within: 0 to 1000, assume: 500 to 700}
  eaten: {unit: loaf/day, within: 0 to 12, assume: 5 to 10}
  luck: {unit: 1/day, within: 0 to 1, assume: 0.01}
  gift: {unit: loaf, within: 0 to 100, assume: 10 to 20}
stocks:
  bread: {unit: loaf, start: store, out: meals}
  given: {unit: loaf, start: 0 loaf}
values:
  meals: {unit: loaf/day, is: "eaten * if(saving, 0.5, 1)"}
  broken: {is: "log(0 - 1 * (bread / 1 loaf))"}
events:
  relief: {rate: luck, once: true}
  gifts: {rate: 2 / 1 week, add: {given: gift}, set: {gift: redraw}}
endings:
  hungry: bread <= 0 loaf
  fed: {at_horizon: true}
"""
ROW = "parts: [bread], moves: {moves}, turn: {turn}, result: {{what: x, {result}}}"


def bakery(tmp_path: Path, **rows: tuple[str, str, str]) -> Case:
    """The bakery with mechanisms: name -> turn, result, moves."""
    (tmp_path / "world").mkdir()
    (tmp_path / "case.yaml").write_text("title: bread\nstart: 2024-01-01\nhorizon: 1 year\nstep: 1 day\n")
    (tmp_path / "world" / "bakery.yaml").write_text(WORLD)
    text = "".join(
        f"{n}: {{name: {n}, {ROW.format(turn=turn, result=result, moves=moves)}}}\n" for n, (turn, result, moves) in rows.items()
    )
    (tmp_path / "mechanisms.yaml").write_text(text)
    return load(tmp_path, mechanisms=True)


def shown(case: Case, futures: int = 256) -> dict[str, Shown]:
    """All mechanisms by id."""
    return {s.mechanism.id: s for s in show_mechanisms(case, Options(futures=futures))}


LEFT = 'mean: bread, unit: loaf, after: 31 days'


def test_results_are_what_arithmetic_gives(tmp_path: Path) -> None:
    """Bread after 31 days is the store less 31 days' meals, in every future; so are the differences."""
    found = shown(
        bakery(
            tmp_path,
            halved=("{switch: saving, to: true}", LEFT, "up"),
            less=("{set: store * 0.8}", LEFT, "down"),
            more=("{set: store + 10 loaf}", LEFT, "up"),
            fixed=("{set: eaten = 4 loaf/day}", LEFT, "up"),
            rumour=("{switch: rumours, to: false}", LEFT, "nil"),
            wrong=("{set: store + 10 loaf}", LEFT, "down"),
        )
    )
    case = load(tmp_path, mechanisms=True)
    runner = Runner(case, Options(futures=256))
    table = runner.table(runner.fill_pooled(case.start), 256)
    store, eaten = (table[case.built.row_of[n]] for n in ("store", "eaten"))
    assert found["halved"].before == pytest.approx((store - 31 * eaten).mean(), rel=1e-12)
    assert found["halved"].difference == pytest.approx((15.5 * eaten).mean(), rel=1e-9)
    assert found["less"].difference == pytest.approx((-0.2 * store).mean(), rel=1e-9)
    assert found["more"].difference == pytest.approx(10, rel=1e-9)
    assert found["fixed"].after == pytest.approx((store - 31 * 4).mean(), rel=1e-9)
    assert (found["rumour"].difference, found["rumour"].se, found["rumour"].verdict) == (0, 0, "nil")
    met = {n: (s.verdict, s.met) for n, s in found.items()}
    assert met["halved"] == ("as stated", True) and met["rumour"] == ("nil", True) and met["wrong"] == ("against", False)
    by_scramble = np.array([(15.5 * eaten[k::16]).mean() for k in range(16)])
    assert found["halved"].se == pytest.approx(by_scramble.std(ddof=1) / 4, rel=1e-6)


def test_a_chance_is_the_share_in_which_it_has_held(tmp_path: Path) -> None:
    """By a day, in percent: relief comes at a rate of 1% a day, or is forced."""
    after = "chance: relief, after: 100 days"
    found = shown(
        bakery(tmp_path, forced=("{do: relief at 2024-02-01}", after, "up"), twice=("{set: luck * 2}", after, "up")), 4096
    )
    # 4,096 futures: five standard errors are 4 points
    assert found["forced"].before == pytest.approx(100 * (1 - np.exp(-1)), abs=4) and found["forced"].after == 100.0
    assert found["twice"].after == pytest.approx(100 * (1 - np.exp(-2)), abs=4)


def test_what_events_draw_anew_is_multiplied_too(tmp_path: Path) -> None:
    """Ten times the gift is ten times what is given, in every future, first and later draws alike."""
    result = "mean: given, unit: loaf, after: 300 days"
    found = shown(bakery(tmp_path, gifts=("{set: gift * 2}", result, "up")))["gifts"]
    assert found.after == pytest.approx(2 * found.before, rel=1e-12) and found.before > 500


def test_bounds_are_kept_and_said(tmp_path: Path) -> None:
    """Three times the meals would exceed 12 loaves a day in nearly all futures."""
    found = shown(bakery(tmp_path, much=("{set: eaten * 3}", LEFT, "down")))["much"]
    assert found.held_back > 0.95
    case = load(tmp_path, mechanisms=True)
    runner = Runner(case, Options(futures=256))
    store = runner.table(runner.fill_pooled(case.start), 256)[case.built.row_of["store"]]
    assert found.after == pytest.approx((store - 31 * 12).mean(), rel=1e-3)


def test_no_number_is_refused(tmp_path: Path) -> None:
    """The logarithm of less than nothing: no result, no verdict, and the endings all the same."""
    found = shown(bakery(tmp_path, odd=("{set: eaten * 0.1}", "mean: broken, after: 31 days", "up")))["odd"]
    assert found.verdict == "refused" and not found.met and np.isnan(found.before)
    assert found.endings["hungry"].difference < -0.5


def test_several_turns_at_once(tmp_path: Path) -> None:
    """A list of turns is one turn with all of them; other runs of the same give the same endings."""
    turns = "[{set: store * 1.5}, {switch: saving, to: true}, {set: eaten = 9 to 11}, {do: relief at 2024-03-01}]"
    found = shown(bakery(tmp_path, all=(turns, LEFT, "up")), 512)["all"]
    case = load(tmp_path)
    setting = Setting("eaten", "", parse_distribution("9 to 11"))
    store = Setting("store", "", parse_distribution("750 to 1050 within 0 to 1e6"))
    case.built.world.parameters["store"].within = (0, 1e6)
    do = Intervention("relief", date(2024, 3, 1))
    runner = Runner(case, Options(futures=512, settings=[setting, store], switches={"saving": "true"}, interventions=[do]))
    ensemble = runner.run(runner.fill_pooled(case.start))
    assert found.endings["hungry"].after == pytest.approx(ensemble.endings()["hungry"].p, abs=0.1)
    assert found.endings["hungry"].before > 0.99


@pytest.mark.parametrize("name", [pytest.param("ukraine", marks=pytest.mark.slow), "docs/example"])
def test_measures_change_nothing_else(name: str) -> None:
    """Endings, dates, answers and final stocks are those of the case without its mechanisms, bit for bit."""
    folder = name if "/" not in name else Path(__file__).resolve().parents[2] / name
    plain, more = load(folder), load(folder, mechanisms=True)
    raws = []
    for case in (plain, more):
        runner = Runner(case, Options(futures=64))
        raw = runner.run(runner.fill_pooled(case.start)).raw
        raw.first, raw.now = raw.first[: len(plain.built.graph.answers)], raw.now[: len(plain.built.graph.answers)]
        raws.append(raw)
    assert [a.name for a in more.built.graph.answers][: len(raws[0].first)] == [a.name for a in plain.built.graph.answers]
    assert not differing(*raws).any() and raws[0].limited == raws[1].limited


def test_the_plain_evaluator_measures_the_same() -> None:
    """Bit for bit, at the start, between and at the end."""
    case = load(Path(__file__).resolve().parents[2] / "docs" / "example", mechanisms=True)
    runner = Runner(case, Options(futures=32))
    filled = runner.fill_pooled(case.start)
    plan, changes = runner.plan(filled, runner.until(case.start))
    table, luck = runner.table(filled, 32), np.arange(32, dtype=np.uint64)
    raw = run_rows(runner.kernel, table, luck, plan, 1, changes, read=[0, 40, plan.count])
    states = {}
    evaluator = Evaluator(case.built.graph, table, luck, plan, 1)
    evaluator.run(evaluator.start(), 0, plan.count, lambda step, state: states.__setitem__(step, state.copy()))
    for step in (0, 40, plan.count):
        for measure, kept in zip(case.built.graph.measures, raw.measured[step], strict=True):
            assert np.array_equal(states[step][measure.slot], kept)


def test_a_future_does_not_depend_on_how_many_there_are(tmp_path: Path) -> None:
    """More futures than one chunk holds give what two halves give together."""
    case = bakery(tmp_path, halved=("{switch: saving, to: true}", LEFT, "up"))
    many = shown(case, 16_384 + 256)["halved"]
    few = shown(case, 16_384)["halved"]
    assert many.futures == 16_640 and many.before == pytest.approx(few.before, rel=1e-3)


def test_rows_are_found_by_number_and_name(tmp_path: Path) -> None:
    """And what is not there is named."""
    turn = "{switch: saving, to: true}"
    case = bakery(tmp_path, a=(turn, LEFT, "up"), b=(turn, LEFT, "up"), c=(turn, LEFT, "up"))
    assert [m.id for m in by_rows(case, "2-3")] == ["b", "c"] and [m.id for m in by_rows(case, "c, 1")] == ["a", "c"]
    with pytest.raises(CaseError, match="no row 'd'"):
        by_rows(case, "1,d")


def test_the_stated_false_alarm_is_that_of_the_test() -> None:
    """Sixteen scrambles: Student's t with fifteen degrees of freedom."""
    assert stats.t(15).sf(CLEAR) == pytest.approx(FALSE_ALARM, abs=2e-5)
