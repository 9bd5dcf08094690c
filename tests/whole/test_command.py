"""The command as a user runs it: in a process of its own, in an empty folder."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from panmunjom.analysis.running import Options, Runner
from panmunjom.analysis.study import chosen
from panmunjom.case.known import as_of
from panmunjom.case.loading import load
from panmunjom.cli.run import fresh
from panmunjom.cli.terminal import Progress
from panmunjom.text.files import write_whole

DOCUMENTS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
SMALL = ["--futures", "256"]


def panmunjom(
    *arguments: str, folder: Path, status: int = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command; fails where the exit status differs or a traceback shows."""
    done = subprocess.run(
        [sys.executable, "-m", "panmunjom.cli.main", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "COLUMNS": "100", **environment},
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == status, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """`panmunjom run ukraine --json` with few futures, once for all tests."""
    folder = tmp_path_factory.mktemp("whole")
    done = panmunjom("run", "ukraine", *SMALL, "--json", "--out", "here", folder=folder)
    return {"json": json.loads(done.stdout), "folder": folder / "here", "stderr": done.stderr}


def test_json_has_every_view_and_nothing_else_is_printed(whole: dict) -> None:
    """One object with the five documents and the pooled view at each of their dates."""
    found = whole["json"]
    assert {"case", "seed", "futures", "views", "seconds"} <= set(found)
    assert (found["case"], found["seed"], found["futures"]) == ("ukraine", 1, 256)
    dates = ["2022-04-01", "2022-09-25", "2024-10-16", "2024-11-14", "2025-06-30"]
    assert set(found["views"]) == {
        "partition",
        "fox",
        "expertnews",
        "autarky",
        "isw",
        *(f"pooled@{d}" for d in dates),
    }
    assert set(found["seconds"]) == {"load", "compile", "run", "total"}
    assert whole["stderr"] == ""


def test_every_future_has_one_ending_and_ranges_hold_the_own_run(whole: dict) -> None:
    """Shares of the endings add up to one; low ≤ p ≤ high."""
    for view in whole["json"]["views"].values():
        assert sum(e["p"] for e in view["endings"].values()) == pytest.approx(1)
        for ending in view["endings"].values():
            assert ending["low"] <= ending["p"] + 1e-12 and ending["p"] <= ending["high"] + 1e-12
        assert set(view["questions"]) == {
            "russia_closed", "ukraine_in_nato", "ukraine_in_eu", "nk_troops_fought", "nuclear_used", "mobilised_again", "war_resumed",
        }  # fmt: skip


def test_the_headline_verdict_finds_the_stock_that_the_column_never_gives(whole: dict) -> None:
    """320 lost and 20 made a month empty the stores in August 2025 only from about 2,560 to 2,860 barrels."""
    verdicts = {v["claim"]: v for v in whole["json"]["views"]["fox"]["verdicts"]}
    found = verdicts["fox-14"]
    assert found["verdict"] == "needs_premise" and found["came_true"] is False
    (need,) = [n for n in found["needs"] if n["parameter"] == "barrels_at_start[russia]"]
    assert need["unit"] == "barrel"
    # 300 a month of 30.4375 days from 14 November: gone on 1 August (260 days) and on 31 August (290 days)
    assert need["low"] == pytest.approx(300 / 30.4375 * 260, abs=15)
    assert need["high"] == pytest.approx(300 / 30.4375 * 290, abs=15)
    assert {"use_responds", "refurbishment", "losses_as_claimed"} <= set(found["carried_by"])


def test_verdicts_are_of_the_six_kinds(whole: dict) -> None:
    """Every verdict is one of the six, with a share unless it cannot be tested."""
    kinds = {"follows", "needs_premise", "does_not_follow", "open", "contradicts", "cannot_be_tested"}
    for view in whole["json"]["views"].values():
        for verdict in view["verdicts"]:
            assert verdict["verdict"] in kinds
            assert verdict["came_true"] in (True, False, "partly", None)
            assert verdict["verdict"] == "cannot_be_tested" or 0 <= verdict["share"] <= 1


def test_the_report_is_one_file_that_needs_no_network(whole: dict) -> None:
    """The report and the figures are saved; nothing in the page is fetched."""
    page = (whole["folder"] / "report.html").read_text(encoding="utf-8")
    assert json.loads((whole["folder"] / "run.json").read_text(encoding="utf-8"))["case"] == "ukraine"
    assert "default-src 'none'" in page
    assert 'src="http' not in page and "url(http" not in page and "<script" not in page
    assert "barrels_at_start[russia]" in page and "fox-12" in page


def test_the_same_seed_gives_the_same_figures(tmp_path: Path) -> None:
    """Two runs agree to the last digit; another seed does not."""
    view = ["--view", "pooled", *SMALL, "--json", "--out", "x"]
    first, again, other = (
        json.loads(panmunjom("run", "ukraine", *view, "--seed", seed, folder=tmp_path).stdout)["views"]
        for seed in ("1", "1", "2")
    )
    assert first == again and first != other


def test_terminal_output_has_headline_endings_verdicts_and_place(tmp_path: Path) -> None:
    """No colour codes off a terminal; the report's path stands at the end."""
    done = panmunjom("run", "ukraine", "--view", "fox", "--view", "pooled", *SMALL, folder=tmp_path)
    assert "\x1b" not in done.stdout
    assert done.stdout.startswith("From 14 November 2024")
    for words in (
        "war goes on",
        "russia closed",
        "Does it follow? fox",
        "barrels_at_start[russia]",
        "report.html",
    ):
        assert words in done.stdout
    assert list((tmp_path / "runs" / "ukraine").glob("*/report.html"))


def test_set_and_do_change_the_run(tmp_path: Path) -> None:
    """A ceasefire forced on a date shows in the endings; a parameter set shows in them too."""
    common = ["--view", "pooled", *SMALL, "--json", "--out", "x"]

    def endings(*extra: str) -> dict:
        found = json.loads(panmunjom("run", "ukraine", *common, *extra, folder=tmp_path).stdout)
        return {k: v["p"] for k, v in found["views"]["pooled@2024-11-14"]["endings"].items()}

    base = endings()
    forced = endings("--do", "ceasefire at 2025-01-06")
    weak = endings("--set", "aid_level=0.05 to 0.1")
    armistices = ("armistice_bare", "armistice_guarded")
    assert sum(forced[a] for a in armistices) > sum(base[a] for a in armistices) + 0.2
    assert weak["ukrainian_defeat"] > base["ukrainian_defeat"] + 0.1


def test_as_of_hides_later_views() -> None:
    """What had not appeared by then does not exist, and pooled views stop there."""
    day = date(2022, 12, 31)
    runner = Runner(as_of(load("ukraine"), day), Options(known_by=day))
    assert {filled.name for filled in chosen(runner, [])} == {
        "partition", "autarky", "pooled@2022-04-01", "pooled@2022-09-25", "pooled@2022-12-31",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "ukrane"], ["no case", "ukraine"]),
        (["run", "ukraine", "--view", "foxx"], ["no view 'foxx'", "fox"]),
        (["run", "ukraine", "--view", "pooled@2024-13-01"], ["pooled@2024-13-01"]),
        (["run", "ukraine", "--set", "aid_leve=1"], ["aid_leve", "aid_level"]),
        (["run", "ukraine", "--set", "aid_level=much"], ["much", "15 to 30"]),
        (["run", "ukraine", "--set", "aid_level=2 km"], ["aid_level", "km"]),
        (["run", "ukraine", "--set", "use_responds=maybe"], ["switch", "true, false"]),
        (["run", "ukraine", "--do", "ceasefire"], ["not an intervention"]),
        (["run", "ukraine", "--do", "cease at 2025-01-01"], ["no event 'cease'"]),
        (["run", "ukraine", "--until", "2020-01-01"], ["2020-01-01"]),
        (["run", "ukraine", "--until", "soon"], ["--until", "soon"]),
        (["run", "ukraine", "--view", "pooled@1999-01-01"], ["1999-01-01"]),
        (["check", "nowhere"], ["nowhere"]),
        (["check", "ukraine", "--documents", "nowhere"], ["nowhere"]),
    ],
)
def test_a_wrong_call_says_what_would_be_right(
    tmp_path: Path, arguments: list[str], words: list[str]
) -> None:
    """Exit status 1, no traceback, and the words that help."""
    done = panmunjom(*arguments, folder=tmp_path, status=1)
    for word in words:
        assert word in done.stdout + done.stderr


def test_all_wrong_options_are_named_at_once(tmp_path: Path) -> None:
    """Three mistakes, three messages."""
    done = panmunjom(
        "run",
        "ukraine",
        "--until",
        "soon",
        "--set",
        "nothing=1",
        "--do",
        "never at 2025-01-01",
        folder=tmp_path,
        status=1,
    )
    assert "3 errors" in done.stderr


def test_a_new_case_runs(tmp_path: Path) -> None:
    """`new` writes a case that checks and runs, and is not overwritten."""
    panmunjom("new", "siege", folder=tmp_path)
    assert "no errors" in panmunjom("check", "siege", folder=tmp_path).stdout
    done = panmunjom("run", "siege", *SMALL, folder=tmp_path)
    assert "courier-3" in done.stdout
    panmunjom("new", "siege", folder=tmp_path, status=1)


def test_a_mistake_in_a_case_is_shown_at_its_place(tmp_path: Path) -> None:
    """File, line, column, the line with a marker, and what would be right."""
    panmunjom("new", "siege", folder=tmp_path)
    world = tmp_path / "siege" / "world" / "siege.yaml"
    world.write_text(
        world.read_text(encoding="utf-8").replace("in: smuggled", "in: smugled"), encoding="utf-8"
    )
    done = panmunjom("run", "siege", folder=tmp_path, status=1)
    assert "siege.yaml:" in done.stderr and "^" in done.stderr and "Did you mean 'smuggled'?" in done.stderr
    found = json.loads(panmunjom("check", "siege", "--json", folder=tmp_path, status=1).stdout)
    assert found["problems"][0]["code"] == "unknown-name" and found["problems"][0]["line"] > 1


def test_check_says_whether_passages_were_verified(tmp_path: Path) -> None:
    """Without the documents `check` says that the passages are not verified."""
    done = panmunjom("check", "ukraine", folder=tmp_path)
    assert "not verified" in done.stdout and "no errors" in done.stdout


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the five documents are not at hand")
def test_every_passage_stands_where_its_claim_says(tmp_path: Path) -> None:
    """All passages of the shipped claims are found to the letter."""
    done = panmunjom("check", "ukraine", "--documents", str(DOCUMENTS), folder=tmp_path)
    assert " 0 wrong, 0 in documents that are not there" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="signals differ on Windows")
def test_ctrl_c_keeps_what_is_finished(tmp_path: Path) -> None:
    """Stopped in the middle: exit status 130, no traceback, and the finished views are saved and named as a part."""
    command = [
        sys.executable,
        "-m",
        "panmunjom.cli.main",
        "run",
        "ukraine",
        "--futures",
        "4096",
        "--out",
        "part",
    ]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    time.sleep(8)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    assert process.returncode in (0, 130)  # 0 only where the machine was through before the signal came
    if process.returncode == 130 and (tmp_path / "part").exists():
        assert json.loads((tmp_path / "part" / "run.json").read_text(encoding="utf-8"))["complete"] is False
        assert "only" in out


def test_help_cases_and_version(tmp_path: Path) -> None:
    """Help has examples; the shipped case is listed."""
    assert "examples:" in panmunjom("--help", folder=tmp_path).stdout
    assert "examples:" in panmunjom("run", "--help", folder=tmp_path).stdout
    assert "ukraine" in panmunjom("cases", folder=tmp_path).stdout
    assert "panmunjom 0." in panmunjom("--version", folder=tmp_path).stdout
    panmunjom("frobnicate", folder=tmp_path, status=2)
    panmunjom("run", "ukraine", "--futures", "many", folder=tmp_path, status=2)


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small case."""
    folder = tmp_path_factory.mktemp("siege")
    panmunjom("new", "siege", folder=folder)
    return folder


def test_a_shipped_name_is_told_apart_from_a_folder(tmp_path: Path) -> None:
    """A bare `ukraine` would run the shipped case, not the new folder."""
    assert "panmunjom run ./ukraine" in panmunjom("new", "ukraine", folder=tmp_path).stdout


@pytest.mark.parametrize("columns", ["80", "100"])
def test_no_line_of_a_run_is_wider_than_the_terminal(tmp_path: Path, columns: str) -> None:
    """Tables are cut into blocks; a document stands beside the pooled view of its dates."""
    views = ["--view", "expertnews", "--view", "pooled@2025-06-30", "--view", "isw", "--view", "pooled@2024-10-16"]
    done = panmunjom("run", "ukraine", *views, *SMALL, "--out", "x", folder=tmp_path, COLUMNS=columns)
    assert [
        line for line in done.stdout.splitlines() if len(line) > int(columns) and "saved in" not in line
    ] == []
    head = next(line for line in done.stdout.splitlines() if line.startswith("endings, %"))
    assert head.split()[-2:] in (["expertnews", "pooled"], ["isw", "pooled"])


def test_all_hits_and_no_hits_are_bounds(tmp_path: Path) -> None:
    """No 100.0 ± 0.0 and no 0.0: more than 1 - 3/n, less than 3/n."""
    done = panmunjom("run", "ukraine", "--view", "pooled", *SMALL, "--out", "x", folder=tmp_path)
    line = next(line for line in done.stdout.splitlines() if line.startswith("nk troops fought"))
    assert "> 98.83" in line and "± 0.0" not in done.stdout and "e+0" not in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="closes a descriptor the way a POSIX shell does")
def test_closed_output_is_no_mistake(siege: Path) -> None:
    """`>&-` leaves Python without standard output."""
    done = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m panmunjom.cli.main run siege --futures 64 >&-'],
        cwd=siege,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert "Traceback" not in done.stderr and done.returncode == 0, done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_narrow_encoding_is_no_mistake(siege: Path, encoding: str) -> None:
    """What the encoding lacks is a question mark."""
    done = subprocess.run(
        [sys.executable, "-m", "panmunjom.cli.main", "run", "siege", "--futures", "64"],
        cwd=siege,
        capture_output=True,
        timeout=300,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    assert b"Traceback" not in done.stderr and done.returncode == 0, done.stderr
    assert b"?" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_output_is_said(siege: Path) -> None:
    """Exit status 1 and the system's words."""
    done = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m panmunjom.cli.main cases >/dev/full'],
        cwd=siege,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 1 and "No space left" in done.stderr and "Traceback" not in done.stderr


def test_two_runs_within_a_second_have_two_folders(tmp_path: Path) -> None:
    """The later one gets -2, the next -3."""
    made = [fresh(tmp_path / "runs" / "20260101-000000") for _ in range(3)]
    assert [m.name for m in made] == ["20260101-000000", "20260101-000000-2", "20260101-000000-3"]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up leaves the old file as it was, and nothing beside it."""
    target = tmp_path / "report.html"
    write_whole(target, "old")

    def full(self: Path, text: str, **how: str) -> int:
        self.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError):
        write_whole(target, "new")
    assert target.read_bytes() == b"old" and [p.name for p in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["--set", "aid_level=much"], "--set:"),
        (["--set", "aid_level=2 km"], "--set:"),
        (["--set", "aid_level=-50"], "--set:"),
        (["--do", "ceasefire at someday"], "--do:"),
        (["--view", "foxx"], "--view:"),
    ],
)
def test_a_mistake_of_the_call_names_its_option(tmp_path: Path, arguments: list[str], option: str) -> None:
    """The option stands before the message."""
    done = panmunjom("run", "ukraine", *arguments, *SMALL, folder=tmp_path, status=1)
    assert f"error: {option}" in done.stderr


def test_an_intervention_beyond_the_horizon_is_said(tmp_path: Path) -> None:
    """It had no effect, and that is printed."""
    do = ["--do", "ceasefire at 2049-01-01"]
    done = panmunjom("run", "ukraine", "--view", "pooled", *do, *SMALL, "--out", "x", folder=tmp_path)
    assert "lies outside its span" in " ".join(done.stdout.split())


class Screen(io.StringIO):
    """A terminal that remembers what was written."""

    def isatty(self) -> bool:
        return True


def test_the_progress_line_never_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clipped to the columns of the terminal less one."""
    monkeypatch.setenv("COLUMNS", "50")
    screen = Screen()
    progress = Progress(stream=screen)
    progress.began -= 5
    progress.stage("judging a view with a name that is very long indeed", 1.0)(0.5)
    assert 0 < len(screen.getvalue().removeprefix("\r\x1b[K")) <= 49
