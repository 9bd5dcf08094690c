"""Seconds of compiling and of whole processes, each in fresh processes with a cache folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .running import ROOT, ROUNDS

COMPILE = """
import sys
from bench import worlds
from panmunjom.engine import vecarrays
from panmunjom.engine.kernel import Kernel
graph = worlds.load(sys.argv[1]).graph
vecarrays.binding()
print(Kernel(graph).seconds)
"""
COMMAND = "from panmunjom.cli.main import main; import sys; sys.exit(main())"
CACHED = 0.05
WORLDS = [("attrition", "attrition", 0.1), ("large150", "150 values", 0.5), ("large500", "500 values", 1.5)]
RUN = ["run", "ukraine", "--view", "pooled", "--futures", "100000"]


@dataclass(slots=True)
class Time:
    """A time and its bar; no seconds where it could not be taken, and why in the note."""

    name: str
    bar: float
    seconds: float | None
    note: str = ""


def compiling() -> list[Time]:
    """Three worlds, without the object cache and with it."""
    found = []
    for model, title, bar in WORLDS:
        cold = [_compile(model, "off") for _ in range(ROUNDS)]
        with tempfile.TemporaryDirectory() as folder:
            _compile(model, folder)
            cached = [_compile(model, folder) for _ in range(ROUNDS)]
        found += [_time(f"{title}, cold", bar, cold), _time(f"{title}, cached", CACHED, cached)]
    return found


def commands() -> list[Time]:
    """The command as a user calls it."""
    cold, cached, helped = [], [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            cold.append(_command(RUN, folder))
            cached.append(_command(RUN, folder))
        helped.append(_command(["--help"], "off"))
    return [
        _time("run ukraine, cold", 5.0, cold),
        _time("run ukraine, cached", 4.0, cached),
        _time("panmunjom --help", 0.3, helped),
    ]


def _time(name: str, bar: float, tried: list[float | str]) -> Time:
    good = [t for t in tried if isinstance(t, float)]
    return Time(name, bar, min(good)) if good else Time(name, bar, None, str(tried[0]))


def _environment(cache: str) -> dict[str, str]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    return {**os.environ, "PANMUNJOM_CACHE": cache, "PYTHONPATH": path}


def _compile(model: str, cache: str) -> float | str:
    done = subprocess.run(
        [sys.executable, "-c", COMPILE, model], env=_environment(cache), capture_output=True, text=True
    )
    return _last(done.stderr) if done.returncode else float(done.stdout)


def _command(arguments: list[str], cache: str) -> float | str:
    """Seconds of the installed command, or of the same function where only the sources are there."""
    script = Path(sys.executable).with_name("panmunjom")
    command = [str(script)] if script.exists() else [sys.executable, "-c", COMMAND]
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        done = subprocess.run(
            [*command, *arguments], cwd=folder, env=_environment(cache), capture_output=True, text=True
        )
        spent = time.perf_counter() - began
    return _last(done.stderr) if done.returncode else spent


def _last(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "failed without a word"
