"""Questions with a deadline: what first holds later does not count."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from panmunjom.analysis.running import Options, Runner
from panmunjom.case.loading import check, load

WORLD = """\
stocks:
  clocked: {unit: day, start: 0, in: 1}
endings:
  goes_on: {at_horizon: true}
"""
# after k steps of a week the stock is 7 k days, and the step's last day is 2024-01-01 + 7 k - 1
QUESTIONS = """\
late: {text: Do four weeks pass?, holds: clocked >= 28 days}
in_time: {text: Do four weeks pass?, holds: clocked >= 28 days, by: 2024-01-28}
too_late: {text: Do four weeks pass?, holds: clocked >= 28 days, by: 2024-01-27}
already: {text: Do two weeks pass?, holds: clocked >= 14 days, by: 2024-01-27}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "world").mkdir()
    (tmp_path / "case.yaml").write_text("start: 2024-01-01\nhorizon: 70 days\nstep: 7 days\n", encoding="utf-8")
    (tmp_path / "world" / "all.yaml").write_text(WORLD, encoding="utf-8")
    (tmp_path / "questions.yaml").write_text(QUESTIONS, encoding="utf-8")
    return tmp_path


def test_a_deadline_cuts_off_what_comes_later(folder: Path) -> None:
    """The step that holds it ends on 28 January: the deadline of that day is met, that of the day before is not."""
    case = load(folder)
    runner = Runner(case, Options(futures=16))
    found = runner.run(runner.fill_pooled(case.start))
    shares = {name: s.p for name, s in found.questions(list(case.questions)).items()}
    assert shares == {"late": 1, "in_time": 1, "too_late": 0, "already": 1}
    names = [a.name for a in found.graph.answers]
    first = found.raw.first[names.index("in_time")]
    assert np.array_equal(np.unique(first), [date(2024, 1, 28).toordinal()])
    assert case.questions["in_time"].by == date(2024, 1, 28)


def test_a_deadline_that_is_no_date(folder: Path) -> None:
    (folder / "questions.yaml").write_text(QUESTIONS.replace("2024-01-28", "soon"), encoding="utf-8")
    (problem,) = check(folder)
    assert (problem.code, problem.place.line) == ("bad-date", 2)
