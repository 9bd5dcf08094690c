"""``panmunjom read`` as a user calls it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import panmunjom
from panmunjom.cli.main import main
from panmunjom.evidence.quotes import verify
from panmunjom.text.problems import Problems

TEXT = (
    "The guns fall silent\n\nBy Jane Doe\n\n"
    "In the autumn the army was losing about 100 tanks a month, the ministry said, and it could build only 20 of them.\n\n"
    "It will run out of tanks by the end of 2026 unless its friends open their depots.\n"
)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    """A short article."""
    file = tmp_path / "courier.txt"
    file.write_text(TEXT, encoding="utf-8")
    return file


def test_the_list(article: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Grouped by kind, with the line, the figure and who says so; no colour off a terminal."""
    assert main(["read", str(article), "--date", "2025-11-14"]) == 0
    out = capsys.readouterr().out
    for shown in (
        "The guns fall silent",
        "Jane Doe",
        "Quantities",
        "100 tank/month",
        "Conditionals",
        "by 2026-12-31",
        "the ministry",
    ):
        assert shown in out
    assert "\x1b" not in out


def test_jsonl(article: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One claim a line; predictions are forecasts there; every quotation is its slice."""
    assert main(["read", str(article), "--jsonl", "--date", "2025-11-14"]) == 0
    rows = [json.loads(row) for row in capsys.readouterr().out.splitlines()]
    assert {row["kind"] for row in rows} >= {"quantity", "forecast", "conditional"}
    assert all(
        row["doc"] == "courier.txt" and TEXT[row["start"] : row["end"]] == row["quote"] for row in rows
    )
    assert all(row["status"] == "proposed" and panmunjom.__version__ in row["tool"] for row in rows)


def test_yaml_goes_into_a_case(article: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is pasted is read, its passages are found again, and nothing of it is in a pool before it is accepted."""
    case = tmp_path / "siege"
    assert main(["new", str(case)]) == 0
    capsys.readouterr()
    assert main(["read", str(article), "--yaml", "--date", "2025-11-14", "--source", "courier-2"]) == 0
    sources, claims = capsys.readouterr().out.split("# claims.yaml", 1)
    with (case / "sources.yaml").open("a", encoding="utf-8") as file:
        file.write("\n" + sources)
    with (case / "claims.yaml").open(
        "a", encoding="utf-8"
    ) as file:  # the case of this test declares no tanks
        file.write("\n# claims.yaml" + re.sub(r" tank(?:/month)?(?=\")", "", claims))
    loaded = panmunjom.load(case)
    ours = {name: claim for name, claim in loaded.library.claims.items() if name.startswith("courier-2-")}
    assert ours and all(claim.proposed.startswith("panmunjom read") for claim in ours.values())
    problems = Problems()
    assert verify(loaded.library, tmp_path, problems).right >= len(ours) and not problems.errors


def test_one_bad_file_costs_only_itself(
    article: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are read; every problem is said; the status is 1."""
    empty = tmp_path / "empty.txt"
    empty.write_text("", encoding="utf-8")
    assert main(["read", str(empty), str(tmp_path / "missing.txt"), str(article), "--json"]) == 1
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert [d["doc"] for d in found["documents"]] == ["courier.txt"]
    assert [p["code"] for p in found["problems"]] == ["empty", "unreadable"]
    assert "Traceback" not in captured.err


def test_text_prints_what_places_count(article: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The text whose characters are counted."""
    assert main(["read", str(article), "--text"]) == 0
    assert capsys.readouterr().out == TEXT


@pytest.mark.parametrize(
    "more", [["--date", "2025-02-31"], ["other.txt", "--source", "x"], ["--source", "a: b"]]
)
def test_wrong_calls(article: Path, more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence, no traceback."""
    assert main(["read", str(article), *more]) == 1
    assert "error:" in capsys.readouterr().err


def test_a_library_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the command that installs it."""
    monkeypatch.setitem(__import__("sys").modules, "pypdf", None)
    file = tmp_path / "a.pdf"
    file.write_bytes(b"%PDF-1.7\n")
    assert main(["read", str(file)]) == 1
    assert "pip install 'panmunjom[read]'" in capsys.readouterr().err


def test_a_model_that_does_not_answer_is_said(article: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The address is named as the trouble."""
    assert main(["read", str(article), "--model", "http://127.0.0.1:1/v1"]) == 1
    assert "model's address" in capsys.readouterr().err
