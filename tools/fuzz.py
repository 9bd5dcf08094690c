"""Loads thousands of broken cases: each must load, or be refused with places and reasons. Nothing may crash or hang.

    python tools/fuzz.py                        10,000 inputs in ten minutes at most, from a seed that is printed
    python tools/fuzz.py --seed 7 --first 4000  the same inputs again, from number 4000

The work is done in a process of its own with a limit of memory and of time for each input, so that a crash or a
hang of it is seen. What fails is written to the folder ``fuzz-found``. A share of the worlds that load is compiled, run
over eight futures, and compared with the plain evaluator; a share of the cases is run as a whole, report included.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import re
import select
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import mutations

Files = dict[str, bytes]

MEMORY = 6 * 2**30  # bytes of address space of the worker
PATIENCE = 60.0  # seconds for one input
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)  # what may not reach a terminal


# -- what must be true of every input


def outcome(files: Files, folder: Path, depth: float = 0.0) -> str:
    """What became of an input: ``loads``, ``runs`` or ``refused CODE``. Any exception is a defect.

    ``depth`` in 0 to 1: how much further than loading to go with what loads.
    """
    from panmunjom.text.problems import CaseError

    try:
        if "case.yaml" in files:
            return whole(files, folder, depth)
        return one_world(files["world.yaml"], depth)
    except CaseError as error:
        assert error.problems, "refused without a reason"
        for problem in error.problems:
            assert (
                problem.code and problem.message and problem.place.source.name and problem.place.line >= 1
            ), problem
            json.dumps(problem.as_dict(), allow_nan=False)
        for line in str(error).split("\n"):
            assert not _FORBIDDEN.search(line), f"a control character in {line!r}"
        return f"refused {error.problems[0].code}"


def whole(files: Files, folder: Path, depth: float) -> str:
    """Write a case into a folder, load it, and perhaps run it."""
    from panmunjom.case.loading import load

    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    case = load(folder)
    if depth < 0.9:
        return "loads"
    if len(case.built.graph.nodes) > 500:  # a study of a large world takes half a minute
        assert differing(case.built) == []
        return "runs"
    from panmunjom.analysis.running import Options
    from panmunjom.analysis.study import study
    from panmunjom.cli.printing import print_study
    from panmunjom.report.assemble import as_json, summarise
    from panmunjom.report.render import render

    done = study(case, Options(futures=64, threads=1))
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        print_study(done, None)
    for line in printed.getvalue().split("\n"):
        assert not _FORBIDDEN.search(line), f"a control character in {line!r}"
    json.dumps(as_json(done), allow_nan=False)
    page = render(summarise(done, None))
    assert "<script" not in page.lower() and "<img" not in page.lower()
    page.encode("utf-8")
    return "runs"


def one_world(data: bytes, depth: float) -> str:
    """Read and build a world; perhaps compile it and compare the engines."""
    from panmunjom.text.nodes import read_text
    from panmunjom.text.problems import CaseError, Problems
    from panmunjom.world.build import build
    from panmunjom.world.reading import WorldReader

    problems = Problems()
    reader = WorldReader(problems)
    root = read_text(data.decode("utf-8", "replace"), "world.yaml", problems)
    if root is not None:
        reader.read(root)
    built = build(reader.world, problems) if root is not None else None
    if built is None:
        raise CaseError(problems)
    if depth < 0.9:
        return "loads"
    assert differing(built) == []
    return "runs"


def differing(built: Any) -> list[str]:
    """Slots in which the compiled and the plain engine differ after eight steps of eight futures."""
    import numpy as np

    from panmunjom.engine.evaluator import Evaluator
    from panmunjom.engine.kernel import Blocks, Kernel
    from panmunjom.engine.sampling import Draw, rows
    from panmunjom.engine.schedule import schedule
    from panmunjom.quantities.distributions import point
    from panmunjom.quantities.units import ONE

    start, graph = date(2024, 11, 14), built.graph
    draws = {}
    for row in graph.rows:
        if row.part != "switch":
            columns = [
                c for c in built.world.parameters[row.parameter].assume if c.since is None or c.since <= start
            ]
            found = columns[-1].of(row.members) if columns else None
            draws[row.name.partition("#")[0]] = Draw(
                found or point(1.0), built.unit_of.get(row.parameter, ONE).factor
            )
    switches = {
        n: float(s.options.index(s.default) if s.options else s.default == "true")
        for n, s in built.world.switches.items()
    }
    luck = np.arange(8, dtype=np.uint64)
    values = rows(built, draws, switches, luck, 5)
    plan = schedule(graph, start, start + timedelta(days=56), 7)
    plain = Evaluator(graph, values, luck, plan, 5)
    expected = plain.run(plain.start(), 0, plan.count)
    kernel = Kernel(graph)
    blocks = Blocks(values, luck, len(graph.slots), kernel.width)
    kernel.start(blocks, plan, 5)
    kernel.move(blocks, plan, 0, plan.count, 5, threads=1)
    found_state = blocks.unpacked()
    return [
        s.name
        for i, s in enumerate(graph.slots)
        if not np.array_equal(expected[i], found_state[i], equal_nan=True)
    ]


def tried(seed: int, number: int) -> tuple[str, str, str]:
    """(how input ``number`` was made, what became of it, the traceback if it is a defect)."""
    how, files = mutations.made(seed, number)
    depth = random.Random(f"{seed} {number} depth").random()
    with tempfile.TemporaryDirectory(prefix="panmunjom-fuzz-") as folder:
        try:
            return how, outcome(files, Path(folder) / "case", depth), ""
        except Exception as error:
            return how, f"DEFECT {type(error).__name__}", traceback.format_exc()


# -- the worker and who watches it


def work(seed: int, first: int, end: int) -> None:
    """Try inputs and print a line of JSON for each."""
    with contextlib.suppress(
        ImportError, ValueError, OSError
    ):  # no limits on Windows, none for memory on macOS
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in range(first, end):
        began = time.monotonic()
        how, result, why = tried(seed, number)
        line = {
            "number": number,
            "how": how,
            "result": result,
            "why": why,
            "seconds": time.monotonic() - began,
        }
        print(json.dumps(line), flush=True)


class Watch:
    """Starts workers, waits for each input, and keeps what failed."""

    def __init__(self, seed: int, found: Path) -> None:
        self.seed, self.found = seed, found
        self.counts: Counter[str] = Counter()
        self.slowest: list[tuple[float, int, str]] = []
        self.defects: list[int] = []

    def run(self, first: int, end: int, until: float) -> int:
        """Try inputs ``first`` to ``end`` - 1 until a time of the clock; returns the next one."""
        number = first
        while number < end and time.monotonic() < until:
            command = [sys.executable, __file__, "--worker", str(self.seed), str(number), str(end)]
            worker = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            try:
                number = self.listen(worker, number, end, until)
            finally:
                worker.kill()
                worker.communicate()
        return number

    def listen(self, worker: subprocess.Popen[bytes], number: int, end: int, until: float) -> int:
        """Take a worker's results until it is done, dies, hangs, or the time is over; returns the next input."""
        assert worker.stdout is not None and worker.stderr is not None
        while number < end and time.monotonic() < until:
            ready, _, _ = select.select([worker.stdout], [], [], PATIENCE)
            line = worker.stdout.readline() if ready else b""
            if not line:
                result = "DEFECT hang" if not ready else f"DEFECT crash with status {worker.wait()}"
                worker.kill()
                how, _ = mutations.made(self.seed, number)
                self.note(number, how, result, worker.stderr.read().decode("utf-8", "replace"), PATIENCE)
                return number + 1
            told = json.loads(line)
            self.note(told["number"], told["how"], told["result"], told["why"], told["seconds"])
            number = told["number"] + 1
        return number

    def note(self, number: int, how: str, result: str, why: str, seconds: float) -> None:
        """Count a result; write the input of a defect into a folder of its own."""
        self.counts[result] += 1
        self.slowest = sorted([*self.slowest, (seconds, number, how)], reverse=True)[:5]
        if not result.startswith("DEFECT"):
            return
        self.defects.append(number)
        folder = self.found / f"{self.seed}-{number}"
        for name, data in mutations.made(self.seed, number)[1].items():
            path = folder / "case" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        (folder / "why.txt").write_text(f"{how}\n{result}\n\n{why}", encoding="utf-8")
        print(f"{result}: input {number} ({how}), kept in {folder}\n{why}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Load thousands of broken cases.")
    parser.add_argument(
        "--seed", type=int, default=None, help="of all inputs (default: another one each time)"
    )
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=10.0, help="stop after so long")
    parser.add_argument("--found", type=Path, default=Path("fuzz-found"), help="folder for inputs that fail")
    parser.add_argument("--worker", nargs=3, type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        work(*given.worker)
        return 0
    seed = given.seed if given.seed is not None else int.from_bytes(os.urandom(4), "little")
    print(f"seed {seed}", flush=True)
    began = time.monotonic()
    watch = Watch(seed, given.found)
    end = given.first + given.count
    reached = watch.run(given.first, end, began + 60 * given.minutes)
    for result, count in watch.counts.most_common():
        print(f"{count:7,}  {result}")
    for seconds, number, how in watch.slowest:
        print(f"{seconds:7.1f} s  input {number} ({how})")
    print(
        f"{reached - given.first:,} inputs in {time.monotonic() - began:.0f} s, {len(watch.defects)} defects"
    )
    if reached < end:
        print(f"out of time; go on with --seed {seed} --first {reached} --count {end - reached}")
    return 1 if watch.defects else 0


if __name__ == "__main__":
    sys.exit(main())
