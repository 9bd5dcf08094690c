"""Verdicts on a store that empties at a known rate, so that every share and every needed range is known by arithmetic."""

from __future__ import annotations

from pathlib import Path

import pytest

from bakery import FEBRUARY, verdicts
from panmunjom.analysis.running import Options, Runner
from panmunjom.analysis.switches import switch_range
from panmunjom.case.loading import load


def test_a_missing_stock_is_found_with_its_range(tmp_path: Path) -> None:
    """Ten a day and full rations: gone in February from 310 loaves (31 days) to 600 (60 days), a figure never given."""
    (found,) = verdicts(tmp_path, "eaten: claim says-eaten", "saving: false", FEBRUARY)
    assert found.verdict == "needs_premise"
    (need,) = [n for n in found.needs if n.parameter == "store"]
    # gone at the end of 1 February after 32 days of eating; "at most" means that 31 days' loaves would be gone on 31 January
    assert need.low == pytest.approx(311, abs=6)
    assert need.high == pytest.approx(600, abs=6)
    assert need.unit == "loaf"
    carried = dict(found.carried_by)
    assert carried["saving"] == 0.0  # on half rations the same bread lasts twice as long


def test_it_follows_where_the_premises_say_so(tmp_path: Path) -> None:
    """With a stock of 450 of its own the same conclusion follows, and each premise is named that carries it."""
    (found,) = verdicts(tmp_path, "eaten: claim says-eaten, store: 400 to 500", "saving: false", FEBRUARY)
    assert found.verdict == "follows" and found.share == 1.0
    assert {"saving", "store"} >= {name for name, _ in found.carried_by} >= {"saving"}
    assert found.without == 0.0


def test_a_figure_of_its_own_contradicts_it(tmp_path: Path) -> None:
    """900 loaves at ten a day last until the end of March: the document's own stock contradicts its conclusion."""
    sets = "eaten: claim says-eaten, store: claim says-store"
    (found,) = verdicts(tmp_path, sets, "saving: false", FEBRUARY.replace("02-29", "03-15"))
    assert found.verdict == "contradicts" and found.carried_by[0][0] == "says-store".replace("says-", "")


def test_what_cannot_be_for_any_figure_does_not_follow(tmp_path: Path) -> None:
    """No stock and no appetite makes the bread grow."""
    (found,) = verdicts(tmp_path, "", "", "  - {claim: ends, holds: bread > 2000 loaf, by: 2024-03-01}")
    assert found.verdict == "does_not_follow" and found.share == 0.0 and found.needs == []


def test_a_possibility_is_answered_by_its_share(tmp_path: Path) -> None:
    """Relief at a rate of ln 2 per hundred days comes within 100 days in half of the futures (within 0.06: 4 sigma of 1,024)."""
    text = "  - {claim: ends, possible: true, holds: relief, by: 2024-04-09}"
    (found,) = verdicts(tmp_path, "", "", text)
    assert found.verdict == "open" and found.share == pytest.approx(0.5, abs=0.06)


def test_a_condition_leaves_only_the_futures_in_which_it_came_true(tmp_path: Path) -> None:
    """Judged where relief came: it held in all of those."""
    text = "  - {claim: ends, given: relief, holds: relief, by: 2024-04-09}"
    (found,) = verdicts(tmp_path, "", "", text)
    assert found.share == 1.0


def test_what_holds_anyway_does_not_follow_from_the_premises(tmp_path: Path) -> None:
    """True in all futures, but as often without anything that the document adds: open, and said."""
    (found,) = verdicts(tmp_path, "", "", "  - {claim: ends, holds: bread > 0 loaf, by: 2024-01-10}")
    assert found.verdict == "open" and "as often" in found.note


def test_a_reason_not_to_test_is_kept(tmp_path: Path) -> None:
    """The reason stands in the note."""
    (found,) = verdicts(tmp_path, "", "", "  - {claim: ends, untestable: nobody knows what is meant}")
    assert (found.verdict, found.note) == ("cannot_be_tested", "nobody knows what is meant")


def test_the_state_on_a_date(tmp_path: Path) -> None:
    """`at` asks whether it holds on that day: 600 loaves at five a day are 450 after 30 days."""
    sets = "store: 600, eaten: claim says-eaten"
    text = (
        "  - {claim: ends, holds: bread < 451 loaf and bread > 449 loaf, at: 2024-01-30}\n"
        "  - {claim: ends, holds: bread < 451 loaf and bread > 449 loaf, at: 2024-02-15}"
    )
    first, second = verdicts(tmp_path, sets, "", text)
    assert first.share == 1.0 and second.share == 0.0


def test_switches_turned_move_the_endings(tmp_path: Path) -> None:
    """Full rations make hunger likelier, and the range over the theories says by how much."""
    verdicts(tmp_path, "", "", FEBRUARY)
    runner = Runner(load(tmp_path), Options(futures=512))
    filled = runner.fill_pooled(runner.case.start)
    ensemble = runner.run(filled)
    found = switch_range(runner, filled, ensemble)
    turn = {t.switch: t for t in found.turns}["saving"]
    assert turn.differences["hungry"][0] > 0
    low, high = found.bounds["hungry"]
    assert low <= ensemble.endings()["hungry"].p <= high
    assert high == pytest.approx(
        ensemble.endings()["hungry"].p + max(t.differences["hungry"][0] for t in found.turns), abs=1e-9
    )
