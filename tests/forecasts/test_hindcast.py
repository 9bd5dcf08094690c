"""Hindcasts: nothing later is read, a stopped one goes on, scores are what they should be for forecasters who are known."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from panmunjom.case.loading import load
from panmunjom.case.observed import Observation, Series
from panmunjom.case.records import Case
from panmunjom.forecasts.conditioning import condition
from panmunjom.forecasts.hindcast import Plan, anchor_of, hindcast, origins
from panmunjom.forecasts.hindcast.judged import as_record, judge
from panmunjom.forecasts.hindcast.plan import anchors, make_plan
from panmunjom.forecasts.hindcast.run import Hindcast, key_of
from panmunjom.forecasts.hindcast.targets import Target, months_on, targets
from panmunjom.forecasts.series import LEVELS
from panmunjom.quantities.distributions import point
from panmunjom.text.problems import CaseError
from steady_case import figures, write_steady

PLAN = Plan(date(2024, 4, 30), date(2025, 3, 31), 1, 128, 1, (1, 3))


class Ahead(dict[str, np.ndarray]):
    bad = np.zeros(50, bool)


@dataclass
class Fake:
    """Conditioned futures that are made up: stocks grow by what was last known. Says what it was shown."""

    series: list[Series]
    until: date
    collapsed: str = ""
    ess: list[tuple[date, float]] = field(default_factory=lambda: [(date(2024, 1, 1), 10.0)])

    def forecast(self, until: date, marks: list[date], names: list[str], luck: int = 0) -> Ahead:
        values = next((s.values() for s in self.series if s.name == "tonnes"), {})
        rate = list(values.values())[-1] if values else 1.0
        months = np.arange(len(marks))[:, None]
        found = {name: months * rate * 1000 * np.ones((1, 50)) for name in names}
        found["going"] = np.ones((len(marks), 50))
        return Ahead(found)

    def observed(self, series: Series, truth: np.ndarray, *key: object) -> np.ndarray:
        return truth / series.unit.factor * np.linspace(0.9, 1.1, 50)


def steady(tmp_path: Path, rows: str | None = None) -> Case:
    return load(write_steady(tmp_path / "steady", rows))


def faked(
    case: Case, plan: Plan = PLAN, folder: Path | None = None, seen: list[list[Series]] | None = None
) -> Hindcast:
    def conditioner(runner, filled, series, until, particles, seed):  # type: ignore[no-untyped-def]
        assert all(o.known <= until and o.date <= until for s in series for o in s.observations)
        assert filled.known_by <= until and runner.options.known_by == until
        assert all(c.published is None or c.published <= until for c in runner.case.library.claims.values())
        if seen is not None:
            seen.append(series)
        return Fake(series, until)

    return hindcast(case, case.observed, plan, folder, None, conditioner)


def test_origins_and_anchors(tmp_path: Path) -> None:
    """Month ends in steps; the latest column three months before, else the first."""
    assert origins(replace(PLAN, every=3)) == [
        date(2024, 4, 30),
        date(2024, 7, 31),
        date(2024, 10, 31),
        date(2025, 1, 31),
    ]
    case = steady(tmp_path)
    assert anchors(case) == [date(2023, 1, 1), date(2024, 1, 1)]
    assert anchor_of(anchors(case), date(2024, 3, 31)) == date(2023, 1, 1)
    assert anchor_of(anchors(case), date(2024, 4, 30)) == date(2024, 1, 1)
    assert anchor_of([date(2024, 1, 1)], date(2024, 1, 31)) == date(2024, 1, 1)


def test_the_anchors_of_ukraine() -> None:
    """The dates for which the case is set up; a column that lies less than three months back is not begun at."""
    starts = anchors(load("ukraine"))
    assert starts[0] == date(2022, 2, 24) and date(2022, 9, 25) in starts
    assert anchor_of(starts, date(2022, 4, 30)) == date(2022, 2, 24)
    assert anchor_of(starts, date(2022, 12, 31)) == date(2022, 9, 25)


@pytest.mark.parametrize(
    "first, last, every, code, words",
    [
        ("2024-06", "2024-04", "month", "bad-date", "lies after --to"),
        ("2024-6", "2024-08", "month", "bad-date", "is not a month"),
        ("2022-12", "2024-08", "month", "bad-date", "the first date for which the world is set up"),
        ("2023-06", "2024-08", "month", "bad-date", "nothing was observed"),
        ("2024-06", "2026-08", "month", "bad-date", "after the last observation"),
        ("2024-06", "2024-08", "week", "bad-duration", "is not a step"),
    ],
)
def test_calls_that_are_refused(
    first: str, last: str, every: str, code: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(CaseError) as refused:
        make_plan(steady(tmp_path), first, last, every, 128, 1)
    assert any(p.code == code and words in p.message for p in refused.value.problems), refused.value


def test_a_case_without_figures_is_refused(tmp_path: Path) -> None:
    case = steady(tmp_path)
    with pytest.raises(CaseError, match="no observed series"):
        make_plan(replace(case, observed={}), "2024-06", "2024-08", "month", 128, 1)


def known(rows: dict[str, tuple[float, str]], kind: str = "total", **more: object) -> Series:
    found = [Observation(date.fromisoformat(d), v, date.fromisoformat(k)) for d, (v, k) in rows.items()]
    return Series("x", kind, observations=tuple(found), **more)  # type: ignore[arg-type]


def test_outcomes_by_hand() -> None:
    """A month, three months, a gain, and a fact that fails for one month end and for two."""
    days = [months_on(date(2024, 1, 31), k) for k in range(5)]
    assert days[1] == date(2024, 2, 29)
    values = dict(zip(days, [10.0, 20.0, 40.0, 80.0, 160.0], strict=True))
    series = Series("x", "total")
    assert Target("x", "month", series).outcome(days[0], 3, values) == 80
    assert Target("x", "quarter", series).outcome(days[0], 3, values) == 140
    assert Target("x", "quarter", series).outcome(days[0], 1, values) is None
    assert Target("x", "gain", series).outcome(days[1], 3, values) == 140
    assert Target("x", "month", series).outcome(days[0], 24, values) is None
    stops = Target("x", "stops", series)
    once, twice = ({**dict.fromkeys(days, 1.0)} for _ in range(2))
    once[days[2]] = 0.0
    twice[days[2]] = twice[days[3]] = 0.0
    assert stops.outcome(days[0], 4, once) == 0 and stops.outcome(days[0], 4, twice) == 1
    assert stops.outcome(days[0], 2, twice) == 0, "not yet for thirty days"


def test_what_is_forecast_of_which_series(tmp_path: Path) -> None:
    assert [(t.name, t.how) for t in targets(steady(tmp_path))] == [
        ("tonnes", "month"), ("parcels", "quarter"), ("held", "gain"), ("on", "stops"),
    ]  # fmt: skip


def test_nothing_later_is_read(tmp_path: Path) -> None:
    """Figures of later, however wild, change no forecast and no baseline of an origin; the fake refuses later ones itself."""
    case = steady(tmp_path)
    wild = {}
    for name, series in case.observed.items():
        late = [
            replace(o, value=o.value * 1000 if series.kind != "fact" else o.value)
            for o in series.observations
            if o.known > PLAN.last
        ]
        wild[name] = replace(
            series, observations=tuple(o for o in series.observations if o.known <= PLAN.last) + tuple(late)
        )
    plain, planted = faked(case), faked(replace(case, observed=wild))
    for a, b in zip(plain.origins, planted.origins, strict=True):
        for name in a.forecasts:
            for h in PLAN.horizons:
                assert np.array_equal(a.forecasts[name][h], b.forecasts[name][h])
                for base in a.baselines[name][h]:
                    assert np.array_equal(a.baselines[name][h][base], b.baselines[name][h][base])
    assert plain.origins[-1].outcomes != planted.origins[-1].outcomes


def test_a_late_series_is_read_when_it_is_public(tmp_path: Path) -> None:
    """Parcels three months old; the baseline looks three months further ahead."""
    seen: list[list[Series]] = []
    case = steady(tmp_path)
    faked(case, replace(PLAN, last=PLAN.first), seen=seen)
    last = {s.name: max(s.values()) for s in seen[0]}
    assert last["tonnes"] == date(2024, 4, 30) and last["parcels"] == date(2024, 1, 31)


def test_a_stopped_one_goes_on(tmp_path: Path) -> None:
    """Ctrl-C at the third origin keeps two; the second call reads them and ends as one that was never stopped."""
    case, calls = steady(tmp_path), []

    def stops(runner, filled, series, until, particles, seed):  # type: ignore[no-untyped-def]
        calls.append(until)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return Fake(series, until)

    first = hindcast(case, case.observed, PLAN, tmp_path / "out", None, stops)
    assert not first.complete and len(first.origins) == 2
    second = faked(case, folder=tmp_path / "out")
    whole = faked(case)
    assert second.complete and second.reused == 2 and len(second.origins) == len(whole.origins)
    for a, b in zip(second.origins, whole.origins, strict=True):
        assert a.day == b.day and a.outcomes == b.outcomes
        assert all(
            np.array_equal(q, b.forecasts[n][h]) for n, by in a.forecasts.items() for h, q in by.items()
        )


def test_kept_origins_belong_to_case_data_and_options(tmp_path: Path) -> None:
    """Another figure, seed or number of particles is another key; a file that was cut is run again."""
    case = steady(tmp_path)
    other = steady(tmp_path / "b", figures(2))
    keys = {
        key_of(case, case.observed, PLAN), key_of(case, other.observed, PLAN), key_of(other, case.observed, PLAN),
        key_of(case, case.observed, replace(PLAN, seed=2)), key_of(case, case.observed, replace(PLAN, particles=64)),
    }  # fmt: skip
    assert len(keys) == 5 and key_of(case, case.observed, replace(PLAN, last=PLAN.first)) in keys
    faked(case, folder=tmp_path / "out")
    files = sorted((tmp_path / "out").iterdir())
    files[0].write_bytes(files[0].read_bytes()[:100])
    files[1].write_bytes(b"")
    assert faked(case, folder=tmp_path / "out").reused == len(files) - 2


def made(case: Case, forecast: str, seed: int = 3, n: int = 60) -> Hindcast:
    """A hindcast whose outcomes are normal: forecasts that are right, that are a baseline's, or too narrow."""
    from panmunjom.forecasts.hindcast.origin import Origin

    luck = np.random.default_rng(seed)
    law = np.sort(luck.standard_normal(200_000))
    right = np.quantile(law, LEVELS)
    target = Target("tonnes", "month", case.observed["tonnes"])
    found = Hindcast(case, replace(PLAN, horizons=(1,)), [target])
    for k in range(n):
        origin = Origin(months_on(date(2000, 1, 31), k), date(1999, 1, 1))
        origin.outcomes = {"tonnes": {1: float(luck.standard_normal())}}
        said = {"right": right, "baseline": right * 3, "narrow": right / 4}[forecast]
        origin.forecasts = {"tonnes": {1: said}}
        origin.baselines = {"tonnes": {1: {"persistence": right * 3}}}
        found.origins.append(origin)
    return found


def test_scores_of_forecasters_who_are_known(tmp_path: Path) -> None:
    """The right law beats one three times as wide by the ratio of closed forms; the baseline against itself has no skill.

    Of forecasts N(0, s²) with outcomes N(0, 1) the mean CRPS is E|X − Y| − E|X − X'| / 2 = √(2/π) (√(1 + s²) − s/√2).
    """
    case = steady(tmp_path)
    expected = {s: np.sqrt(2 / np.pi) * (np.sqrt(1 + s * s) - s / np.sqrt(2)) for s in (1.0, 3.0)}
    good = judge(made(case, "right", n=600)).cells["tonnes"][1]
    one = good.skills["persistence"]
    assert good.score == pytest.approx(expected[1.0], rel=0.08) and one.skill == pytest.approx(
        1 - expected[1.0] / expected[3.0], abs=0.05
    )
    assert one.low is not None and one.low > 0 and one.verdict == "better"
    same = judge(made(case, "baseline")).cells["tonnes"][1].skills["persistence"]
    assert same.skill == 0 and same.verdict == "no evidence"


def test_coverage_and_where_outcomes_fall(tmp_path: Path) -> None:
    """80% of 600 outcomes within four standard errors (false alarm 1 in 16,000); narrow forecasts show at both ends."""
    case = steady(tmp_path)
    judged = judge(made(case, "right", n=600))
    share, low, high, n = judged.coverage("tonnes") or (0, 0, 0, 0)
    assert n == 600 and abs(share - 0.8) < 4 * np.sqrt(0.8 * 0.2 / 600) and low < share < high
    narrow = [b.n for b in judge(made(case, "narrow", n=600)).histogram("tonnes")]
    assert min(narrow[0], narrow[-1]) > 3 * max(narrow[2:8])


def test_the_record(tmp_path: Path) -> None:
    record = as_record(judge(faked(steady(tmp_path))))
    cell = record["skill"]["tonnes"]["1"]["persistence"]
    assert {"skill", "low", "high", "n"} <= set(cell) and record["scores"]["tonnes"]["1"]["n"] == 12
    assert record["coverage80"]["tonnes"] == record["coverage80"]["tonnes"] and len(record["origins"]) == 12
    assert "knew how the war went on" in record["caution"]


def test_what_collapses_falls_back_and_says_so(tmp_path: Path) -> None:
    """The anchor's own futures without a condition stand in, and the record counts it."""
    case = steady(tmp_path)

    def broken(runner, filled, series, until, particles, seed):  # type: ignore[no-untyped-def]
        return Fake(series, until, collapsed="2024-02-29: no future could have it" if series else "")

    done = hindcast(case, case.observed, replace(PLAN, last=PLAN.first), None, None, broken)
    assert done.origins[0].collapsed and done.origins[0].forecasts["tonnes"]
    assert as_record(judge(done))["collapsed"] == 1


def test_going_on_is_conditioning_at_once(tmp_path: Path) -> None:
    """With the filter itself and a series that is public late: two origins in a row give the second what it has alone."""
    case = steady(tmp_path)
    plan = replace(PLAN, last=date(2024, 6, 30))
    row = hindcast(case, case.observed, plan).origins[-1]
    alone = hindcast(case, case.observed, replace(plan, first=plan.last)).origins[-1]
    assert not row.collapsed and row.ess == alone.ess
    for name, by in row.forecasts.items():
        for h, quantiles in by.items():
            assert np.array_equal(quantiles, alone.forecasts[name][h]), name


def test_the_filter_learns_the_steady_rate(tmp_path: Path) -> None:
    """True rate 90 × bias 1.2 = 108 a month: forecasts of the claim lie there, nearer than the prior's, and hold what came."""
    case = steady(tmp_path)
    done = hindcast(case, case.observed, replace(PLAN, particles=512, every=3))
    judged = judge(done)
    middle = [float(np.median(o.forecasts["tonnes"][1])) for o in done.origins]
    assert all(80 < m < 140 for m in middle), middle
    assert (judged.coverage("tonnes") or [0])[0] >= 0.5
    wide = condition(*unconditioned(case), PLAN.first, 512)
    assert wide.ess == []
    assert np.ptp(np.quantile(wide.parameters["rate"], [0.1, 0.9])) / 1000 * 30.4375 > 2 * np.ptp(
        np.quantile(done.origins[-1].forecasts["tonnes"][1], [0.1, 0.9])
    )


def unconditioned(case: Case) -> tuple[object, object, list[Series]]:
    from panmunjom.analysis.running import Options, Runner

    runner = Runner(case, Options(futures=512))
    return runner, runner.fill_pooled(date(2024, 1, 1)), []


def test_point_priors_are_allowed(tmp_path: Path) -> None:
    """A series without bias and with a fixed spread has no coordinate of its own."""
    case = steady(tmp_path)
    fixed = {
        n: replace(s, bias=point(1.0), spread=point(0.2 if s.error == "relative" else 3.0))
        for n, s in case.observed.items()
    }
    done = hindcast(case, fixed, replace(PLAN, last=PLAN.first))
    assert done.origins[0].forecasts["held"]
