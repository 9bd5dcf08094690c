"""The page on forecasts: its commands run on a copy of the example, and print what it says; its questions can be read."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

import panmunjom
from panmunjom.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "forecasts.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_its_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command exits with 0; the lines below it occur in what it prints."""
    shutil.copytree(ROOT / "docs" / "example", tmp_path / "war")
    (table,) = blocks("text")
    (tmp_path / "market.csv").write_text(table, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for block in blocks("console"):
        for part in block.split("$ panmunjom ")[1:]:
            command, *lines = part.strip().splitlines()
            assert main(shlex.split(command)) == 0, command
            out = capsys.readouterr().out
            assert lines and all(line in out for line in lines), f"{command}\n{out}"
    assert (tmp_path / "rows.csv").read_text().startswith("model_id,reference_date,horizon,target,location,output_type")


def test_its_questions_can_be_read(tmp_path: Path) -> None:
    """Added to those of the example."""
    shutil.copytree(ROOT / "docs" / "example", tmp_path / "war")
    path = tmp_path / "war" / "questions.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\n" + blocks("yaml")[0], encoding="utf-8")
    assert panmunjom.check(tmp_path / "war") == []
