"""Base rates against published figures, against SciPy's empirical survival function, and as a user asks for them."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from panmunjom.forecasts.baselines import rates
from panmunjom.forecasts.baselines.survival import exact, kaplan_meier
from panmunjom.forecasts.baselines.wars import ENDINGS, classes, wars

YEAR = 365.25


def test_the_wars_are_those_that_were_published() -> None:
    """Counted from COW v4 by others: 95 wars, the spans in calendar years, four classes and how their wars ended."""
    assert len(wars()) == 95
    spans = {1: 43, 2: 32, 3: 7, 4: 4, 5: 3, 6: 2, 7: 2, 9: 1, 11: 1}
    assert Counter(w.calendar_years for w in wars()) == spans
    told = {  # wars, then percent: one side won, stalemate, compromise, turned into another type
        "all_wars": (95, 81, 8, 2, 8), "since_1946": (38, 58, 21, 3, 18),
        "three_years": (20, 65, 20, 5, 10), "four_years": (13, 77, 15, 0, 8),
    }  # fmt: skip
    for name, (n, *shares) in told.items():
        endings = Counter(w.ending for w in classes()[name].wars)
        found = [endings["won"] + endings["lost"], endings["stalemate"], endings["compromise"], endings["transformed"]]
        assert len(classes()[name].wars) == n
        assert [round(100 * f / n) for f in found] == shares
    assert Counter(w.ending for w in wars()) == {"won": 51, "lost": 26, "stalemate": 8, "compromise": 2, "transformed": 8}
    assert sum(w.ending == "stalemate" and w.began.year >= 1946 for w in wars()) == 8


def test_the_published_lengths_are_those_of_first_phases() -> None:
    """A published median of 139 days and mean of 408 (r-bloggers, May 2026) leave out what came after a pause in five
    wars, and do not count the last day; with the second phases it is 162 and 417."""
    first = [(w.first_phase_ended - w.began).days for w in wars()]
    assert statistics.median(first) == 139 and round(statistics.mean(first)) == 408
    assert (min(first), max(first)) == (4, 3734)  # the Football War, the second phase of Vietnam
    whole = [w.days - 1 for w in wars()]
    assert statistics.median(whole) == 162 and round(statistics.mean(whole)) == 417
    assert sum(w.first_phase_ended != w.ended for w in wars()) == 5


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=2, max_size=30))
def test_the_curve_is_scipys(seen: list[tuple[int, bool]]) -> None:
    """Kaplan and Meier's estimate with censoring, and the log-log interval, against scipy.stats.ecdf, which calls them
    survival function and confidence_interval(method='log-log')."""
    ended = [float(t) for t, over in seen if over]
    if not ended:
        return
    data = stats.CensoredData.right_censored([float(t) for t, _ in seen], [not over for _, over in seen])
    peer = stats.ecdf(data).sf
    ours = kaplan_meier([t for t, _ in seen], [over for _, over in seen])
    with np.errstate(all="ignore"):
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            span = peer.confidence_interval(0.9, method="log-log")
    for t in ours.times:
        assert ours.at(t) == pytest.approx(float(peer.evaluate(t)), abs=1e-12)
        if 0 < ours.at(t) < 1:
            share, low, high = ours.lasting(0, t)
            assert share == pytest.approx(ours.at(t), abs=1e-12)
            assert low == pytest.approx(float(span.low.evaluate(t)), abs=1e-9)
            assert high == pytest.approx(float(span.high.evaluate(t)), abs=1e-9)


@pytest.mark.parametrize("hits, n", [(0, 4), (1, 4), (3, 12), (4, 4), (5, 95)])
def test_the_exact_interval_is_scipys(hits: int, n: int) -> None:
    """Clopper and Pearson's, against scipy.stats.binomtest."""
    peer = stats.binomtest(hits, n).proportion_ci(0.9, method="exact")
    assert exact(hits, n) == pytest.approx((peer.low, peer.high), abs=1e-9)


@settings(max_examples=80, deadline=None)
@given(st.floats(0, 3700), st.floats(0, 2000), st.sampled_from([*classes()]))
def test_rates_are_counts_of_wars(age: float, more: float, klass: str) -> None:
    """All these wars are over, so a rate is a share of those at risk, its parts add up, and it grows with the horizon."""
    risk = [w for w in classes()[klass].wars if w.days > age]
    if not risk:
        with pytest.raises(rates.NoWar):
            rates.war_ends_within(age, more, klass)
        return
    found = rates.war_ends_within(age, more, klass)
    assert found.n == len(risk)
    assert found.p == pytest.approx(sum(w.days <= age + more for w in risk) / len(risk))
    assert 0 <= found.low <= found.p + 1e-12 and found.p - 1e-12 <= found.high <= 1
    parts = [rates.war_ends_so_within(age, more, (e,), klass).p for e in ENDINGS]
    assert sum(parts) == pytest.approx(found.p)
    assert rates.war_ends_within(age, more + 100, klass).p >= found.p - 1e-12
    assert rates.ceasefire_within(age, more, klass).p <= found.p + 1e-12


def test_a_war_of_two_years_and_eight_months() -> None:
    """Counted by hand from the list: 12 wars lasted over 986 days, 3 of them ended in the next 365 (Chaco, Korea, the second
    Greco-Turkish); of the 4 begun since 1946, Korea alone, in a stalemate."""
    every, since = (rates.war_ends_within(986, 365, k) for k in ("all_wars", "since_1946"))
    assert (every.p, every.n) == (0.25, 12) and (since.p, since.n) == (0.25, 4)
    assert rates.ceasefire_within(986, 365, "all_wars").p == pytest.approx(1 / 12)
    assert rates.ceasefire_within(986, 365, "since_1946").p == 0.25
    assert since.high - since.low > 0.7  # four wars say almost nothing


def test_published_figures_are_met_where_they_were_published() -> None:
    """CSIS on UCDP: 26% within 30 days, another 25% within a year; past a year over ten years in all on average."""
    assert rates.CSIS.ends_within(0, 30) == pytest.approx(0.26)
    assert rates.CSIS.at(30) - rates.CSIS.at(365) == pytest.approx(0.25)
    assert rates.CSIS.ends_within(3 * YEAR, YEAR) == pytest.approx(1 - np.exp(-1 / 9))


def test_an_unknown_ending_or_class_is_refused() -> None:
    """By name, with what there is."""
    with pytest.raises(ValueError, match="'peace' is not an ending"):
        rates.war_ends_so_within(0, 10, ("peace",))
    with pytest.raises(KeyError):
        rates.war_ends_within(0, 10, "civil")


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command as a user gives it."""
    line = [sys.executable, "-m", "panmunjom.cli.main", "rates", *words]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_the_command(tmp_path: Path) -> None:
    """The classes stand side by side, the wars behind the chosen one are named, the page has its curves."""
    done = command(tmp_path, "--age", "2.7 years", "--out", "rates.html")
    assert done.returncode == 0 and done.stderr == ""
    assert "since_1946    4 of 38    25%" in done.stdout and "Iran-Iraq (1980, 7.9 years, stalemate)" in done.stdout
    page = (tmp_path / "rates.html").read_text(encoding="utf-8")
    assert len(re.findall(r'class="median m\d"', page)) == 8 and "<script" not in page and "Korean" in page
    found = json.loads(command(tmp_path, "--class", "all_wars", "--within", "5 years", "--json").stdout)
    chosen = next(c for c in found["classes"] if c["name"] == "all_wars")
    assert chosen["at_risk"] == 12 and chosen["ends"]["p"] == pytest.approx(10 / 12)


def test_no_war_got_so_old_and_wrong_words(tmp_path: Path) -> None:
    """An age beyond every war is answered in words; what is no duration is an error of the call."""
    done = command(tmp_path, "--age", "30 years")
    assert done.returncode == 0 and "None of the 38 wars of the class lasted 30.0 years" in done.stdout
    wrong = command(tmp_path, "--age", "old")
    assert wrong.returncode == 1 and "--age" in wrong.stderr and "Traceback" not in wrong.stderr
    assert command(tmp_path, "--class", "civil").returncode == 2
