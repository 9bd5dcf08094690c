"""``panmunjom condition`` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conditioning_worlds import SERIES, write_siege
from panmunjom.cli.main import main

CALL = ["--start", "2024-03-01", "--until", "2024-05-31", "--particles", "512"]


@pytest.fixture
def siege(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The case of ``panmunjom new`` with one observed series, in a folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    write_siege(tmp_path / "siege")
    return tmp_path


def test_columns_and_what_was_measured(siege: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each day on which figures were public (May's was not yet), the stock as a column in its own unit."""
    assert main(["condition", "siege", *CALL, "--columns"]) == 0
    out = capsys.readouterr().out
    assert "2024-04-02" in out and "2024-05-02" in out and "2024-06-02" not in out
    assert "stores_at_start: " in out and " t" in out
    assert main(["condition", "siege", *CALL, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["collapsed"] is None and len(found["stops"]) == 2
    column = found["columns"]["stores_at_start"]
    assert 0 <= column["low"] < column["high"] < 400 and column["unit"] == "t"


def test_a_collapse_is_said_and_is_no_success(siege: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Stores that are gone on the third day, in a town where every future has some."""
    (siege / "siege" / "data" / "series.yaml").write_text(SERIES.replace("kind: level", "kind: fact"))
    figures = siege / "siege" / "data" / "observed.csv"
    figures.write_text("series,date,value,known\nstores_counted,2024-03-03,0,2024-03-03\n")
    assert main(["condition", "siege", *CALL, "--columns"]) == 1
    text = " ".join(capsys.readouterr().out.split())
    assert "collapsed: 2024-03-03: no future could have it; hardest was 'stores_counted'" in text
    assert "alone left 0 of 512: no future had it at all" in text and "stores_at_start" not in text


def test_mistakes_are_records(siege: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Dates the wrong way round, a date that is none, no figures."""
    for wrong, said in (
        (["--until", "2024-02-01"], "before the start"),
        (["--until", "June"], "--until: 'June' is not a full date"),
        (["--until", "2024-03-20"], "no series of 'siege' has a figure"),
    ):
        assert main(["condition", "siege", *CALL, *wrong]) == 1
        assert said in capsys.readouterr().err
