"""A shorter step: endings that depend on it are named, those that do not are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from panmunjom.analysis.running import Options
from panmunjom.analysis.steps import compare_steps, finer_than
from panmunjom.case.loading import load
from panmunjom.cli.main import main

CASE = """\
title: A stock that decays
start: 2024-01-01
horizon: 70 days
step: 7 days
"""
# exp(-0.1 * 70) is 0.00091; Euler leaves 0.3^10 = 0.0000059 with weekly steps and 0.7^23.3 = 0.00024 with steps of 3
# days. Whether a threshold of about 0.00004 is passed is thus decided by the step; a rate of its own is not.
WORLD = """\
parameters:
  threshold: {unit: 1, assume: 0.00003 to 0.00005}
stocks:
  left: {unit: 1, start: 1, out: left * 0.1 / (1 day)}
events:
  quake: {rate: 1/(100 days), once: true}
endings:
  shaken: quake
  gone: {at_horizon: left < threshold}
  there: {at_horizon: true}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "world").mkdir()
    (tmp_path / "case.yaml").write_text(CASE, encoding="utf-8")
    (tmp_path / "world" / "all.yaml").write_text(WORLD, encoding="utf-8")
    return tmp_path


def test_steps_that_are_compared() -> None:
    """Seven with three, three with one, one with nothing."""
    assert [finer_than(days) for days in (30, 8, 7, 4, 3, 2, 1)] == [7, 7, 3, 3, 1, 1, None]


def test_an_ending_that_hangs_on_the_step_is_named(folder: Path) -> None:
    """Without a quake the weekly step always ends in 'gone' and the shorter one never."""
    found = compare_steps(load(folder), Options(futures=2048))
    assert found is not None and (found.step, found.finer, found.bad) == (7, 3, 0)
    by_name = {e.name: e for e in found.endings}
    assert {e.name for e in found.moved} >= {"gone", "there"}
    assert by_name["gone"].own.p > 0.4 and by_name["gone"].finer.p == 0
    assert by_name["there"].own.p == 0 and by_name["there"].finer.p > 0.4
    # a quake's probability does not depend on the step: within five standard errors (one false alarm in a million)
    assert abs(by_name["shaken"].difference) < 5 * by_name["shaken"].se


def test_the_command_prints_and_gives_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(folder), "--step", "--futures", "1024"]) == 0
    text = capsys.readouterr().out
    assert "step 7 days" in text and "step 3 days" in text and "more than their sampling error" in text
    assert main(["check", str(folder), "--step", "--futures", "1024", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] and found["steps"]["finer"] == 3 and found["steps"]["endings"]["gone"]["moved"]


def test_a_day_is_the_shortest_step(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (folder / "case.yaml").read_text(encoding="utf-8").replace("7 days", "1 day")
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    assert main(["check", str(folder), "--step"]) == 0
    assert "shortest step" in capsys.readouterr().out
