"""``panmunjom describe`` as a user runs it."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from panmunjom.analysis.mechanisms import Shown, show_mechanisms
from panmunjom.case.loading import load
from panmunjom.cli.main import main

EXAMPLE = str(Path(__file__).resolve().parents[2] / "docs" / "example")
FEW = ["--futures", "64"]


def test_the_terminal_says_what_moves(capsys: pytest.CaptureFixture[str]) -> None:
    """Name, turn, result with its error, endings, and how much there is of everything."""
    assert main(["describe", EXAMPLE, "--futures", "256"]) == 0
    out = capsys.readouterr().out
    assert "tanks that are spared as they run short" in out and "moves down, as stated" in out
    assert "turned: tanks_are_spared from true to false (from 2024-03-01; values.yaml, switches.yaml)" in " ".join(out.split())
    world = load(EXAMPLE).built.world
    assert "2 of 2 mechanisms as stated" in out
    assert f"{len(world.stocks)} stocks, {len(world.parameters)} parameters" in " ".join(out.split())


def test_json_has_what_is_promised(capsys: pytest.CaptureFixture[str]) -> None:
    """The keys by which others read it; nothing else on standard output."""
    assert main(["describe", EXAMPLE, "--json", "--rows", "2", *FEW]) == 0
    record = json.loads(capsys.readouterr().out)
    (row,) = record["mechanisms"]
    assert {"row", "name", "file", "switch", "result", "from", "to", "se", "endings"} <= row.keys()
    assert row["row"] == 2 and row["switch"] == "tanks_lost[south] × 2, gift_of_tanks[north] at 2024-06-01"
    assert row["to"] - row["from"] == pytest.approx(row["difference"]) and row["unit"] == "percent"
    assert {*row["endings"]} == {e["name"] for e in record["endings"]}
    assert sum(e["difference"] for e in row["endings"].values()) == pytest.approx(0, abs=1e-12)
    assert all(record[k] for k in ("equations", "parameters", "stocks", "flows", "switches", "events", "files", "sources"))


def test_quick_runs_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """No kernel is made; the rows are there without results."""
    monkeypatch.setattr("panmunjom.analysis.running.Kernel", None)
    assert main(["describe", EXAMPLE, "--quick", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert [m["from"] for m in record["mechanisms"]] == [None, None] and record["futures"] is None


def test_pages_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """HTML alone; Markdown with its pictures beside it; another ending is refused before anything is run."""
    assert main(["describe", EXAMPLE, "--out", str(tmp_path / "w.html"), *FEW]) == 0
    page = (tmp_path / "w.html").read_text(encoding="utf-8")
    assert "<svg" in page and "d tanks[side]/dt = tanks_built − wrecked" in page
    assert main(["describe", EXAMPLE, "--quick", "--out", str(tmp_path / "w.md")]) == 0
    assert "(w/stocks.svg)" in (tmp_path / "w.md").read_text(encoding="utf-8") and (tmp_path / "w" / "stocks.svg").is_file()
    capsys.readouterr()
    assert main(["describe", EXAMPLE, "--out", str(tmp_path / "w.pdf")]) == 1
    assert "written as .html or .md, not as '.pdf'" in capsys.readouterr().err


def test_a_mechanism_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """By its row; and a world whose mechanism does not move says so and exits with 0, for it is a finding."""
    assert main(["describe", EXAMPLE, "--rows", "9"]) == 1
    assert "--rows: there is no row '9'" in capsys.readouterr().err
    copy = tmp_path / "case"
    shutil.copytree(EXAMPLE, copy)
    text = (copy / "mechanisms.yaml").read_text(encoding="utf-8").replace("moves: down", "moves: up")
    (copy / "mechanisms.yaml").write_text(text, encoding="utf-8")
    assert main(["describe", str(copy), *FEW]) == 0
    out = capsys.readouterr().out
    assert "DOWN, not up" in out and "1 of 2 mechanisms as stated" in out


def test_extremes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """As text and as JSON."""
    assert main(["describe", EXAMPLE, "--extremes", *FEW]) == 0
    assert "pooled@2024-03-01" in capsys.readouterr().out
    assert main(["describe", EXAMPLE, "--extremes", "--json", *FEW]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["starts"] == ["2024-03-01"] and all(e["because"] for e in record["extremes"])


def test_ctrl_c_keeps_what_was_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Stopped behind the first row: it is printed, the exit status is 130, and JSON says that it is not all."""

    def stopped(*given: object) -> Iterator[Shown]:
        yield next(show_mechanisms(*given))  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr("panmunjom.cli.describe.show_mechanisms", stopped)
    assert main(["describe", EXAMPLE, "--json", *FEW]) == 130
    out, err = capsys.readouterr()
    record = json.loads(out)
    assert "stopped: 1 of 2 mechanisms were run" in err
    assert not record["complete"] and [m["row"] for m in record["mechanisms"]] == [1] and record["mechanisms"][0]["se"] > 0


def test_the_page_on_worlds_runs(tmp_path: Path) -> None:
    """Every command on it exits with 0 and says something; its mechanism can be read beside the example."""
    page = (Path(EXAMPLE).parent / "worlds.md").read_text(encoding="utf-8")
    copy = shutil.copytree(EXAMPLE, tmp_path / "docs" / "example")
    for line in re.findall(r"^\$ panmunjom (.*)$", page, re.MULTILINE):
        command = [sys.executable, "-m", "panmunjom.cli.main", *shlex.split(line)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0 and done.stdout, f"{line}\n{done.stderr}"
    (block,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (copy / "mechanisms.yaml").write_text(block, encoding="utf-8")
    assert [m.id for m in load(copy, mechanisms=True).mechanisms.values()] == ["spared"]
