"""``panmunjom futures`` and ``replay`` as a user runs them: killed, stopped, without space, without a place to write."""

from __future__ import annotations

import csv
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from panmunjom.case.new import write_new

MANY = ["futures", "siege", "--futures", "262144", "--out", "out"]  # four parts


def command(*arguments: str) -> list[str]:
    """The command in a process of its own."""
    return [sys.executable, "-m", "panmunjom.cli.main", *arguments]


def run(
    *arguments: str, folder: Path, status: int = 0, largest_file: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run it to its end; fails where the exit status differs or a traceback shows."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    done = subprocess.run(
        command(*arguments), cwd=folder, capture_output=True, text=True, timeout=300, check=False,
        preexec_fn=limit if largest_file else None,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == status, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def stopped(folder: Path, with_signal: int) -> tuple[int, str, str]:
    """Begin the run, send a signal once the first part is in the manifest; exit status and output."""
    process = subprocess.Popen(
        command(*MANY), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        end = time.monotonic() + 120
        while time.monotonic() < end and process.poll() is None:
            if finished(folder):
                break
            time.sleep(0.001)
        process.send_signal(with_signal)
        out, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    return process.returncode, out, errors


def finished(folder: Path) -> int:
    """How many parts the manifest names."""
    path = folder / "out" / "manifest.json"
    return len(json.loads(path.read_text())["parts"]) if path.exists() else 0


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of the run."""
    return {p.name: p.read_bytes() for p in (folder / "out").iterdir()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], str]:
    """The files and the summary of a run that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    write_new(folder / "siege")
    text = run(*MANY, folder=folder).stdout
    return contents(folder), text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the small case."""
    write_new(tmp_path / "siege")
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl-C"])
def test_a_run_that_died_continues_to_the_same_bytes(
    folder: Path, whole: tuple[dict[str, bytes], str], number: int
) -> None:
    """After kill -9 and after Ctrl-C, which says what it leaves and ends with 130."""
    for _ in range(10):
        status, out, errors = stopped(folder, number)
        parts = finished(folder)
        if parts < 4:
            break
        shutil.rmtree(folder / "out")  # on a busy machine the signal may come too late: once more
    assert 1 <= parts < 4, "it was finished before the signal came"
    if number == signal.SIGINT:
        assert status == 130 and "Traceback" not in errors
        assert f"partial: {65_536 * parts:,} of 262,144 futures" in out and "continues from there" in out
        assert not list((folder / "out").glob(".*"))
    assert json.loads((folder / "out" / "manifest.json").read_text())["complete"] is False
    again = run(*MANY, folder=folder)
    assert (contents(folder), again.stdout) == whole
    assert run(*MANY, folder=folder).stdout == again.stdout  # nothing to do


@pytest.mark.slow
def test_files_that_may_not_grow_are_an_error_that_says_what_is_kept(folder: Path) -> None:
    """A part of 3 MB where files may have one: no part, no traceback, and the same command continues."""
    small = ["futures", "siege", "--futures", "70000", "--out", "out"]
    done = run(*small, folder=folder, status=1, largest_file=1_000_000)
    assert "File too large" in done.stderr and "0 futures are finished and kept" in done.stderr
    assert {p.name for p in (folder / "out").iterdir()} == {"manifest.json", "bands.csv"}
    assert "2 parts" in run(*small, folder=folder).stdout


def test_a_folder_that_cannot_be_written_to_is_said_so(folder: Path) -> None:
    """A file in its place, and a folder without the right to write (root may write anywhere)."""
    (folder / "file").write_text("")
    for where in ("file", "file/below"):
        done = run("futures", "siege", "--futures", "64", "--out", where, folder=folder, status=1)
        assert "'file" in done.stderr and "error" in done.stderr
    (folder / "shut").mkdir(mode=0o500)
    if os.geteuid():
        done = run("futures", "siege", "--futures", "64", "--out", "shut", folder=folder, status=1)
        assert "'shut" in done.stderr and "ermission denied" in done.stderr


def test_json_and_the_default_folder(folder: Path) -> None:
    """The same call finds its folder; another seed gets another."""
    call = ["futures", "siege", "--view", "courier", "--futures", "128", "--format", "csv", "--json"]
    first, again, other = (
        json.loads(run(*call, *more, folder=folder).stdout) for more in ([], [], ["--seed", "2"])
    )
    assert first == again and first["complete"] and first["folder"].startswith("runs/siege/futures-courier-")
    assert other["folder"] != first["folder"] and sum(
        e["p"] for e in first["endings"].values()
    ) == pytest.approx(1)
    with open(folder / first["parts"][0], encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 128


@pytest.mark.slow
def test_replay_shows_the_future_of_the_table(folder: Path) -> None:
    """The last line of a replay is the row of the future; the plain evaluator agrees to the bit."""
    run("futures", "siege", "--futures", "64", "--format", "csv", "--out", "out", folder=folder)
    with open(folder / "out" / "part-00000.csv", encoding="utf-8", newline="") as file:
        row = list(csv.DictReader(file))[17]
    done = run("replay", "siege", "--future", "17", "--plain", "--out", "17.csv", folder=folder)
    assert (
        "agree to the bit" in done.stdout
        and f"{row['ending'].replace('_', ' ')}, {row['ending_date']}" in done.stdout
    )
    with open(folder / "17.csv", encoding="utf-8", newline="") as file:
        last = list(csv.DictReader(file))[-1]
    assert (last["stores"], last["holds(hunger)"], last["ending"]) == (
        row["stores"],
        row["holds(hunger)"],
        row["ending"],
    )
    found = json.loads(run("replay", "siege", "--future", "17", "--json", folder=folder).stdout)
    assert repr(found["values"]["stores"][-1]) == row["stores"] and found["not_finite"] == []
    done = run("replay", "siege", "--future", "17", "--columns", "eaten,  stores", folder=folder)
    assert "eaten  stores" in done.stdout
    done = run("replay", "siege", "--future", "17", "--columns", "eating", folder=folder, status=1)
    assert "nothing called 'eating'" in done.stderr and "eaten" in done.stderr
    done = run("replay", "siege", "--future", "17", "--out", "x.txt", folder=folder, status=1)
    assert "neither .csv nor .json" in done.stderr


def broken_siege(folder: Path, limit: str) -> None:
    """Relief has no rate where the parameter `x`, uniform from 0 to 1, is below a limit."""
    world = folder / "siege" / "world" / "siege.yaml"
    text = world.read_text()
    text = text.replace("\nparameters:\n", "\nparameters:\n  x: {assume: 0..1}\n")
    text = text.replace("rate: relief_rate", f"rate: relief_rate * if(x < {limit}, log(0 - 1), 1)")
    world.write_text(text)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("limit", "says"), [("0.0005", ""), ("0.004", "are left out"), ("0.2", "no probability is printed")]
)
def test_futures_that_are_not_finite(folder: Path, limit: str, says: str) -> None:
    """Up to 0.1% they are only left out; above, a warning; over 5%, no probability, on the terminal and in JSON, from
    both commands and in the report. The shares are within 1/1,000 of the limit, as scrambled points are uniform."""
    broken_siege(folder, limit)
    status = 1 if limit == "0.2" else 0
    small = ["siege", "--futures", "4096", "--out"]
    text = run("futures", *small, "a", "--view", "pooled", folder=folder, status=status).stdout
    found = json.loads(run("futures", *small, "a", "--json", folder=folder, status=status).stdout)
    assert found["not_finite"] / 4096 == pytest.approx(float(limit), abs=0.001)
    assert (says in text) and ("note:" in text) == bool(says) and ("town falls" in text) == (limit != "0.2")
    assert {e["p"] is None for e in found["endings"].values()} == {limit == "0.2"}
    assert any(says in w for w in found["warnings"]) == bool(says)
    ran = run("run", *small, "b", "--view", "pooled", folder=folder, status=status)
    view = json.loads((folder / "b" / "run.json").read_text())
    ((_, shares),) = view["views"].items()
    assert {e["p"] is None for e in shares["endings"].values()} == {limit == "0.2"}
    page = (folder / "b" / "report.html").read_text(encoding="utf-8")
    for place in (" ".join(ran.stdout.split()), " ".join(view["warnings"]), page):
        assert not says or "stopped being finite" in place
    assert ("Refused" in page) == (limit == "0.2")
    if says:
        number = next(w for w in found["warnings"] if "--future" in w).split("--future ")[1].split("'")[0]
        done = run("replay", "siege", "--future", number, folder=folder)
        assert (
            "'rate of relieved' became nan in the step of 2024-03-01" in done.stdout and "x = " in done.stdout
        )
