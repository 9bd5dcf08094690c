"""A share of ``make fuzz``: broken inputs load or are refused, and a crash or a hang of the worker would be seen."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "fuzz.py"
_spec = importlib.util.spec_from_file_location("fuzz", TOOL)
assert _spec is not None and _spec.loader is not None
fuzz = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(fuzz)
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="the watch waits for a pipe")


@POSIX
def test_broken_inputs_load_or_are_refused(tmp_path: Path) -> None:
    """Five hundred inputs, among them worlds that are compiled and compared; the whole of it is ``make fuzz``."""
    watch = fuzz.Watch(1, tmp_path)
    watch.run(0, 500, time.monotonic() + 300)
    assert watch.defects == []
    assert sum(watch.counts.values()) == 500
    assert watch.counts["loads"] > 20 and watch.counts["runs"] > 5 and len(watch.counts) > 20


def test_an_input_is_the_same_whatever_ran_before() -> None:
    numbers = [3, 14, 159]
    first = {n: fuzz.mutations.made(7, n) for n in numbers}
    assert first == {n: fuzz.mutations.made(7, n) for n in reversed(numbers)}
    assert first[3] != fuzz.mutations.made(8, 3)


def test_what_is_sound_loads(tmp_path: Path) -> None:
    """The inputs that are spoilt would load if they were not: the template, the shipped case, most worlds of the tests."""
    for name, files in fuzz.mutations.cases().items():
        assert fuzz.outcome(files, tmp_path / name) == "loads"
    found = [fuzz.outcome({"world.yaml": text.encode()}, tmp_path) for text in fuzz.mutations.worlds()]
    assert len(found) > 50 and found.count("loads") > len(found) / 3


def test_an_exception_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "outcome", lambda *_: 1 / 0)
    _, result, why = fuzz.tried(1, 0)
    assert result == "DEFECT ZeroDivisionError" and "Traceback" in why


@POSIX
@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "DEFECT crash with status -11"),
        ("import time; time.sleep(60)", "DEFECT hang"),
    ],
)
def test_a_worker_that_dies_or_hangs_is_noticed(
    code: str,
    result: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The input is kept, and the next one is tried by another worker."""
    monkeypatch.setattr(fuzz, "PATIENCE", 0.5)
    start = subprocess.Popen
    monkeypatch.setattr(fuzz.subprocess, "Popen", lambda _, **kw: start([sys.executable, "-c", code], **kw))
    watch = fuzz.Watch(1, tmp_path)
    assert watch.run(5, 7, time.monotonic() + 60) == 7
    assert watch.defects == [5, 6] and watch.counts == {result: 2}
    assert result in (tmp_path / "1-5" / "why.txt").read_text() and any(
        (tmp_path / "1-6" / "case").rglob("*.yaml")
    )
