"""Interventions: one that changes nothing is said to have no effect, in every place where a run speaks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import panmunjom
from bakery import FEBRUARY, WORLD, verdicts
from panmunjom.analysis.interventions import differing
from panmunjom.analysis.running import Options, Runner
from panmunjom.analysis.study import Study, study
from panmunjom.case.records import Intervention
from panmunjom.cli.printing import print_study
from panmunjom.quantities.distributions import parse_distribution
from panmunjom.report.assemble import as_json
from panmunjom.report.sentences import effects

VIEW = "pooled@2024-01-01"
IDLE = """
  idle: {rate: 0 / 1 year, once: true}
  parade: {rate: luck, once: true}
"""


@pytest.fixture
def bakery(tmp_path: Path) -> panmunjom.Case:
    """Bread that is gone within the year, with two events that nothing reads and a gift that fills the store."""
    verdicts(tmp_path, "eaten: claim says-eaten", "saving: false", FEBRUARY)
    gift = "  gift: {rate: 0 / 1 year, once: true, add: {bread: 5000 loaf}}\n"
    world = WORLD.replace("endings:\n", f"{IDLE.lstrip(chr(10))}{gift}endings:\n")
    (tmp_path / "world" / "bakery.yaml").write_text(world)
    return panmunjom.load(tmp_path)


def told(case: panmunjom.Case, *done: Intervention, **options) -> Study:
    return study(case, Options(futures=512, interventions=list(done), **options), ["pooled"])


def test_nothing_reads_it(bakery: panmunjom.Case, capsys: pytest.CaptureFixture[str]) -> None:
    """An event without a reader, forced: the terminal, the JSON, the report and the notes say that it has no effect."""
    done = told(bakery, Intervention("idle", date(2024, 2, 1)))
    (effect,) = done.views[VIEW].effects
    assert effect.changed == 0 and set(effect.differences.values()) == {(0.0, 0.0)}
    print_study(done, None)
    printed = " ".join(capsys.readouterr().out.split())
    assert "idle at 2024-02-01 has no effect: nothing recorded differs in any of 512 futures" in printed
    (record,) = as_json(done)["views"][VIEW]["interventions"]
    assert record["no_effect"] is True and record["do"] == "idle at 2024-02-01"
    assert "idle at 2024-02-01 has no effect" in panmunjom.report_html(done)
    assert any("'idle at 2024-02-01' had no effect" in w for w in done.warnings)


def test_it_changes_the_end(bakery: panmunjom.Case) -> None:
    """Five thousand loaves in January: hardly a future is hungry that year; nearly all were before."""
    done = told(bakery, Intervention("gift", date(2024, 1, 3)))
    (effect,) = done.views[VIEW].effects
    after, before = (s.views[VIEW].ensemble.endings()["hungry"].p for s in (done, told(bakery)))
    change, error = effect.differences["hungry"]
    assert effect.changed == 1 and change == pytest.approx(after - before, abs=1e-12) and error < 0.05
    assert after < 0.01 and before > 0.9
    (line,) = effects(done)
    assert "hungry −" in line and "fed +" in line and "no effect" not in line
    assert not any("had no effect" in w and "gift" in w for w in done.warnings)


def test_it_changes_something_but_no_ending(bakery: panmunjom.Case) -> None:
    """Relief is recorded nowhere; a gift when all is over changes the stock and no ending."""
    done = told(bakery, Intervention("gift", date(2024, 12, 31)))
    (line,) = effects(done)
    assert "no ending moves by more than its sampling error" in line and "no effect" not in line


def test_each_beside_the_others(bakery: panmunjom.Case) -> None:
    """Of two, one with an effect: each is left undone alone."""
    done = told(bakery, Intervention("gift", date(2024, 1, 3)), Intervention("idle", date(2024, 1, 3)))
    gift, idle = done.views[VIEW].effects
    assert gift.changed == 1 and idle.changed == 0
    assert any("'idle at 2024-01-03' had no effect beside the others" in w for w in done.warnings)


def test_a_figure_that_is_set(bakery: panmunjom.Case) -> None:
    """Changing a parameter: half the appetite from March on; the present median of the luck changes luck, not nothing."""
    done = told(bakery, Intervention("eaten", date(2024, 1, 3), parse_distribution("0.5")))
    (effect,) = done.views[VIEW].effects
    assert effect.changed == 1 and effect.text == "eaten = 0.5 at 2024-01-03"
    assert effect.differences["fed"][0] > 0.5


def test_those_of_the_view_itself(tmp_path: Path) -> None:
    """``do:`` in a view's file is weighed as the command line's is; outside the view's span it is only named."""
    verdicts(tmp_path, "eaten: claim says-eaten", "saving: false", FEBRUARY)
    path = tmp_path / "views" / "paper.yaml"
    path.write_text(path.read_text() + "do: [relief at 2024-01-05, relief at 2031-01-01]\n")
    done = study(panmunjom.load(tmp_path), Options(futures=256), ["paper"])
    assert [e.text for e in done.views["paper"].effects] == ["relief at 2024-01-05"]
    assert any("'relief at 2031-01-01' lies outside its span" in w for w in done.warnings)


def test_in_a_run_that_keeps_no_final_stocks(bakery: panmunjom.Case) -> None:
    """More than a chunk of futures: what both runs keep is compared."""
    done = study(bakery, Options(futures=16_400, interventions=[Intervention("gift", date(2024, 1, 3))]), ["pooled"])
    assert done.views[VIEW].ensemble.raw.final.size == 0
    (effect,) = done.views[VIEW].effects
    assert effect.changed > 0.9 and effect.differences["fed"][0] > 0.5


def test_without_interventions_nothing_is_said(bakery: panmunjom.Case) -> None:
    done = told(bakery)
    assert effects(done) == [] and as_json(done)["views"][VIEW]["interventions"] == []


def test_never_equals_never(bakery: panmunjom.Case) -> None:
    """Two runs of the same futures differ nowhere, though most dates are "never"."""
    runner = Runner(bakery, Options(futures=64))
    filled = runner.fill_pooled(bakery.start)
    one, other = runner.run(filled).raw, runner.run(filled).raw
    assert not differing(one, other).any()
    other.first[0, 3] = 1.0
    assert np.flatnonzero(differing(one, other)).tolist() == [3]
