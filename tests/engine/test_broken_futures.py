"""Futures that stop being finite are counted and shown, never passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

import panmunjom
from panmunjom.case.known import as_of
from panmunjom.text.problems import CaseError

SIEGE = Path(panmunjom.__file__).parent / "case" / "template"


def siege(folder: Path, **replaced: str) -> Path:
    """The template case with parts of its world replaced: old=new."""
    for path in SIEGE.rglob("*.yaml"):
        target = folder / path.relative_to(SIEGE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    world = folder / "world" / "siege.yaml"
    text = world.read_text(encoding="utf-8")
    for old, new in replaced.items():
        assert old.replace("__", " ") in text, old
        text = text.replace(old.replace("__", " "), new)
    world.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("rate", ["relief_rate * exp(1000)", "relief_rate * log(0 - 1)", "0 / 1 year - relief_rate"])
def test_a_rate_that_is_no_rate_breaks_the_future(tmp_path: Path, rate: str) -> None:
    """Infinite, undefined and negative rates, inside an `either`: no probability is given, and the place is said."""
    case = siege(tmp_path / "case", **{"rate:__relief_rate": f"rate: {rate}"})
    done = panmunjom.run(case, views=["pooled"], futures=64)
    view = next(iter(done.views.values()))
    assert view.ensemble.bad_share == 1.0 and not view.ensemble.usable
    assert any("no probability is printed" in w for w in done.warnings)
    assert any("2024-03-01" in w for w in done.warnings)


def test_a_start_below_zero_breaks_the_future(tmp_path: Path) -> None:
    """A stock that may not be negative cannot begin so."""
    case = siege(tmp_path / "case", **{"start:__stores_at_start": "start: 0 t - stores_at_start"})
    done = panmunjom.run(case, views=["pooled"], futures=64)
    assert next(iter(done.views.values())).ensemble.bad_share == 1.0
    assert any("stores" in w for w in done.warnings)


def test_a_theory_that_breaks_futures_is_left_out_of_the_range(tmp_path: Path) -> None:
    """Turning the switch makes the stores undefined: no range is printed from what is left, and it is said."""
    case = siege(tmp_path / "case", **{"0.6__*__hunger_index,__1)": "0.6 * hunger_index, log(0 - 1))"})
    done = panmunjom.run(case, views=["pooled"], futures=256)
    view = next(iter(done.views.values()))
    assert view.ensemble.usable and view.ranges.turns == [] and view.ranges.refused == ["saving to false"]
    assert any("saving to false is left out of the range" in w for w in done.warnings)
    assert view.ranges.bounds == {n: (s.p, s.p) for n, s in view.ensemble.endings().items()}


def test_a_conclusion_of_broken_futures_has_no_share(tmp_path: Path) -> None:
    """The view of the newspaper breaks: its conclusion cannot be tested, and no number is given."""
    case = siege(tmp_path / "case", **{"rate:__relief_rate": "rate: relief_rate * log(0 - 1)"})
    done = panmunjom.run(case, views=["courier"], futures=64)
    for verdict in done.views["courier"].verdicts:
        assert (verdict.verdict, verdict.share, verdict.without) == ("cannot_be_tested", None, None)
        assert verdict.note == "too many futures stopped being finite"


def test_a_world_without_questions_and_conclusions_runs(tmp_path: Path) -> None:
    """Nothing but a world and its endings."""
    case = siege(tmp_path / "case")
    for name in ("questions.yaml", "claims.yaml", "sources.yaml", "views/courier.yaml"):
        (case / name).unlink()
    done = panmunjom.run(case, views=["pooled"], futures=64)
    assert next(iter(done.views.values())).ensemble.endings()["town_falls"].p > 0
    assert "<html" in panmunjom.report_html(done)


def test_a_world_without_endings_is_refused(tmp_path: Path) -> None:
    """There would be nothing to count."""
    case = siege(tmp_path / "case")
    world = case / "world" / "siege.yaml"
    world.write_text(world.read_text(encoding="utf-8").split("\nendings:")[0], encoding="utf-8")
    with pytest.raises(CaseError, match="no endings"):
        panmunjom.load(case)


def test_figures_beyond_their_bounds_are_refused(tmp_path: Path) -> None:
    """`within: 0 to 10` and `assume: 30 to 60`; a normal that reaches below a bound of zero."""
    for assumed in ("30 to 60", "0 to 5"):
        case = siege(tmp_path / assumed.replace(" ", ""), **{"assume:__3__to__6": f"assume: {assumed}"})
        with pytest.raises(CaseError, match="reaches beyond the bounds of 'rations'"):
            panmunjom.load(case)


def test_outcomes_that_were_decided_later_are_not_known() -> None:
    """As of 2023, the column of 2024 and what became of a forecast in 2024 do not exist."""
    from datetime import date

    case = panmunjom.load("ukraine")
    then = as_of(case, date(2023, 1, 1))
    assert not any(c.published and c.published > date(2023, 1, 1) for c in then.library.claims.values())
    assert not any(c.decided and c.decided > date(2023, 1, 1) for c in then.library.claims.values())
    assert any(c.came_true for c in then.library.claims.values())
    assert len(then.library.claims) < len(case.library.claims)
