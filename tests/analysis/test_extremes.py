"""Endings that hardly ever or nearly always come, and what makes them so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from panmunjom.analysis.extremes import find_extremes, parts
from panmunjom.analysis.running import Options
from panmunjom.case.loading import load
from panmunjom.text.grammar import parse_text
from panmunjom.text.writing import written
from small_case import write_case

WORLD = """
switches:
  wall: {about: nobody ever comes over the wall, default: false}
  rumours: {about: nothing depends on them, default: true}
parameters:
  luck: {unit: 1/year, assume: 0.5}
stocks:
  height: {start: 5, change: "0 / 1 day"}
events:
  relief: {when: not wall, rate: luck, once: true}
endings:
  freed: relief
  over_the_top: held(relief and height > 9, 3 months)
  on: {at_horizon: true}
"""
VIEWS = {"views__pooled": None, "questions": None, "claims": None}
LATER = "source: courier\nstart: 2024-06-01\n"


def test_what_makes_an_ending_extreme(tmp_path: Path) -> None:
    """The wall when it is turned; a height that is never reached whatever is turned; nothing else."""
    case = load(write_case(tmp_path, world__siege=WORLD, views__courier=LATER, **VIEWS))
    found, starts = find_extremes(case, Options(futures=256))
    assert starts == [date(2024, 3, 1), date(2024, 6, 1)]
    here = {(e.ending, e.switch, e.to): e for e in found if e.start == starts[0]}
    walled = here["freed", "wall", "true"]
    assert (walled.share.hits, walled.because) == (0, "wall turned to true")
    # half a year's rate over a year: 39% have been freed, so neither ending is extreme with no switch turned
    assert 0.3 < walled.without < 0.5 and ("freed", "", "") not in here and ("on", "", "") not in here
    assert here["on", "wall", "true"].because == "wall turned to true"
    never = here["over_the_top", "", ""]
    assert never.limited_by is not None and never.limited_by.share == 0 and never.released_by == []
    assert never.limited_by.text in ("held(relief and height > 9, 3 months)", "height > 9")
    assert len(here) == 2 + 3  # both endings under the wall, and the third under each of three positions
    assert len(found) == 2 * len(here)


def test_what_releases_an_ending(tmp_path: Path) -> None:
    """The same world with the wall standing: the turn that takes it away is named."""
    world = WORLD.replace("wall, default: false", "wall, default: true")
    found, _ = find_extremes(load(write_case(tmp_path, world__siege=world, views__courier=LATER, **VIEWS)), Options(futures=256))
    freed = next(e for e in found if e.ending == "freed" and not e.switch)
    assert freed.released_by == ["wall = false"] and "not wall" in freed.because
    on = next(e for e in found if e.ending == "on" and not e.switch)
    assert on.because == "not with wall = false"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("relief", ["relief", "not wall"]),
        ("held(relief and height > 9, 3 months)", ["held(relief and height > 9, 3 months)", "relief", "not wall", "height > 9"]),
        ("height > 1 or wall", ["height > 1 or wall"]),
    ],
)
def test_parts_of_a_condition(text: str, expected: list[str], tmp_path: Path) -> None:
    world = load(write_case(tmp_path, world__siege=WORLD, views__courier=LATER, **VIEWS)).built.world
    assert [written(t) for t in parts(world, parse_text(text))] == expected
