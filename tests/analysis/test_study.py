"""A whole study: which views run, what is warned of, what the headline says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import panmunjom
from bakery import FEBRUARY, verdicts
from panmunjom.analysis.running import Options
from panmunjom.analysis.study import study
from panmunjom.case.records import Intervention
from panmunjom.report.sentences import headline
from panmunjom.text.problems import CaseError


@pytest.fixture
def bakery(tmp_path: Path) -> panmunjom.Case:
    """A case whose bread is always gone within the year."""
    verdicts(tmp_path, "eaten: claim says-eaten", "saving: false", FEBRUARY)
    return panmunjom.load(tmp_path)


def test_every_view_stands_beside_the_pooled_one_of_its_date(bakery: panmunjom.Case) -> None:
    """One document, one date, two views; verdicts only where a document concludes something."""
    done = study(bakery, Options(futures=256))
    assert list(done.views) == ["paper", "pooled@2024-01-01"]
    assert done.default_view == "pooled@2024-01-01"
    assert [v.claim for v in done.views["paper"].verdicts] == ["ends"]
    assert done.views["pooled@2024-01-01"].verdicts == []


def test_an_ending_that_is_certain_is_reported(bakery: panmunjom.Case) -> None:
    """Hunger in all futures: named, with its probability, and the headline does not call the end uncertain."""
    done = study(bakery, Options(futures=256), ["pooled"])
    assert any("hungry has a probability of" in w for w in done.warnings)
    assert "no ending is certain" not in headline(done)


def test_a_theory_that_makes_an_ending_impossible_is_named(bakery: panmunjom.Case) -> None:
    """Up to mid-March bread for half rations lasts in most futures; with full rations it is gone in nearly all."""
    done = study(bakery, Options(futures=1024, until=date(2024, 3, 25)), ["pooled"])
    turned = [w for w in done.warnings if "where saving is turned to false" in w]
    shares = done.views["pooled@2024-01-01"].ensemble.endings()
    assert 0.001 < shares["hungry"].p < 0.9
    assert (turned != []) == any(t.extremes for t in done.views["pooled@2024-01-01"].ranges.turns)


def test_a_switch_that_moves_nothing_is_said_to_have_no_effect(bakery: panmunjom.Case) -> None:
    """A theory that no formula reads changes nothing when it is turned, and that is printed."""
    done = study(bakery, Options(futures=256), ["pooled"])
    assert any("turning rumours to false had no effect" in w for w in done.warnings)


def test_an_intervention_outside_the_run_is_said_to_have_no_effect(bakery: panmunjom.Case) -> None:
    """Relief in 2030 changes nothing in 2024."""
    done = study(bakery, Options(futures=64, interventions=[Intervention("relief", date(2030, 1, 1))]), ["pooled"])
    assert any("had no effect" in w and "relief" in w for w in done.warnings)


def test_views_that_are_not_there(bakery: panmunjom.Case) -> None:
    """Misspelt, unreadable and later than what is known: each an error with a hint."""
    for names, options in (
        (["papers"], Options()),
        (["pooled@soon"], Options()),
        (["pooled@2025-01-01"], Options(known_by=date(2024, 6, 1))),
    ):
        with pytest.raises(CaseError):
            study(bakery, options, names)


def test_the_library_gives_the_same_figures_twice(bakery: panmunjom.Case) -> None:
    """`panmunjom.run` is deterministic, takes a case or its folder, and shows itself in a notebook."""
    first = panmunjom.run(bakery, views=["pooled"], futures=256)
    again = panmunjom.run(bakery.folder, views=["pooled"], futures=256)
    view = "pooled@2024-01-01"
    assert first.views[view].ensemble.endings() == again.views[view].ensemble.endings()
    assert "<table>" in first._repr_html_() and "<table>" in bakery._repr_html_()
    assert "<html" in panmunjom.report_html(first)
