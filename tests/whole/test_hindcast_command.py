"""``panmunjom hindcast`` as a user runs it: tables, page, JSON, a second call, calls that are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from panmunjom.cli.main import main
from steady_case import figures, write_steady

SPAN = ["--from", "2024-04", "--to", "2024-12", "--every", "quarter", "--particles", "128"]


def call(tmp_path: Path, *more: str) -> int:
    return main(
        ["hindcast", str(write_steady(tmp_path / "steady")), *SPAN, "--out", str(tmp_path / "out"), *more]
    )


def test_tables_page_and_a_second_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The terminal and the page say what the author knew; a second call reads what the first one kept and says the same."""
    assert call(tmp_path) == 0
    said = capsys.readouterr().out
    assert "knew how the war went on" in " ".join(said.split()) and "skill on persistence" in said
    page = (tmp_path / "out" / "hindcast.html").read_text(encoding="utf-8")
    assert "knew how the war went on" in page and "hollow dots are claims" in page and "<script" not in page
    assert page.count("<svg") >= 8 and "default-src 'none'" in page
    assert call(tmp_path, "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["reused"] == 3 and record["complete"] and record["particles"] == 128
    assert record == json.loads((tmp_path / "out" / "hindcast.json").read_text(encoding="utf-8"))
    assert (
        set(record["skill"]["tonnes"]["1"]) == {"persistence", "drift"}
        and record["skill"]["on"]["3"]["base rate"]["n"] == 3
    )
    assert 0 <= record["coverage80"]["tonnes"] <= 1 and len(record["origins"]) == 3


def test_later_months_come_from_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A case that ends in September 2024 and a folder that goes on: outcomes are there that were not."""
    head, *rows = figures().splitlines()
    early = [r for r in rows if r.split(",")[1] <= "2024-09-30"]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "observed.csv").write_text(
        "\n".join([head, *(r for r in rows if r not in early)]) + "\n"
    )
    folder = write_steady(tmp_path / "steady", "\n".join([head, *early]) + "\n")
    base = ["hindcast", str(folder), "--from", "2024-07", "--to", "2024-09", "--particles", "128", "--json"]
    counts = []
    for more in ([], ["--data", str(tmp_path / "data")]):
        assert main([*base, *more, "--out", str(tmp_path / f"out{len(more)}")]) == 0
        record = json.loads(capsys.readouterr().out)
        counts.append(record["scores"]["tonnes"]["6"]["n"])
    assert counts == [0, 3] and any("figures more" in note for note in record["notes"])


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--from", "2024-12", "--to", "2024-04"], "lies after --to"),
        (["--from", "2024-04", "--to", "2031-04"], "after the last observation"),
        (["--from", "2019-04", "--to", "2024-04"], "for which the world is set up"),
        (["--from", "2024-04", "--data", "/nowhere/at/all"], "no folder"),
        (["--every", "fortnight"], "is not a step"),
    ],
)
def test_what_is_refused(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a sentence and exit status 1, before anything runs."""
    assert (
        main(["hindcast", str(write_steady(tmp_path / "steady")), *arguments, "--out", str(tmp_path / "o")])
        == 1
    )
    error = capsys.readouterr().err
    assert words in error and "Traceback" not in error
    assert not (tmp_path / "o" / "hindcast.html").exists()


def test_no_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_steady(tmp_path / "steady")
    (folder / "data" / "observed.csv").unlink()
    assert main(["hindcast", str(folder), "--from", "2024-04", "--to", "2024-06"]) == 1
    assert "no observed series" in capsys.readouterr().err


def test_particles_must_be_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["hindcast", "ukraine", "--particles", "many"])
    assert stopped.value.code == 2 and "not a whole number" in capsys.readouterr().err


def test_ctrl_c_keeps_what_is_finished(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 130, a page of the origins that are finished; the next call goes on."""
    import panmunjom.forecasts.hindcast.run as running

    whole, count = running.look_ahead, [0]

    def stopped(*given: object) -> None:
        count[0] += 1
        if count[0] == 3:
            raise KeyboardInterrupt
        whole(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(running, "look_ahead", stopped)
    assert call(tmp_path) == 130
    assert "the same command goes on from there" in capsys.readouterr().out
    assert "Stopped before its last origin" in (tmp_path / "out" / "hindcast.html").read_text(
        encoding="utf-8"
    )
    monkeypatch.setattr(running, "look_ahead", whole)
    assert call(tmp_path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["reused"] == 2
