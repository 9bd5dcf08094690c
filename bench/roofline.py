"""What limits the attrition model: the machine's peaks, measured, against what a step of the graph asks for."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from panmunjom.engine.kernel import lanes

from . import counting, machine, worlds

SOURCE = Path(__file__).with_suffix(".c")
TRIES = 40  # short ones: what else runs on the machine does not disturb them all
LEVELS = (("L1", 16 * 2**10), ("L2", 512 * 2**10))  # bytes: half of what a common core has


class Peaks:
    """Operations on doubles a second, all cores together, and words moved a second by cache."""

    def __init__(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            library = Path(folder) / "peaks.so"
            flags = ["-O2", "-march=native", "-mprefer-vector-width=512", "-shared", "-fPIC"]
            subprocess.run(["gcc", *flags, str(SOURCE), "-o", str(library)], check=True, capture_output=True)
            code = ctypes.CDLL(str(library))
        for name in ("multiplying", "adding", "both", "dividing", "moving"):
            getattr(code, name).restype = ctypes.c_double
        rounds = ctypes.c_long(200_000)
        self.multiplying = _best(lambda: code.multiplying(rounds))
        self.adding = _best(lambda: code.adding(rounds))
        self.both = _best(lambda: code.both(rounds))
        self.dividing = _best(lambda: code.dividing(ctypes.c_long(30_000)))
        self.moving: dict[str, float] = {}
        for name, size in LEVELS:
            times = ctypes.c_long(2**25 // size)

            def move(size: int = size, times: ctypes.c_long = times) -> float:
                raw = np.zeros(size + 64, np.uint8)
                start = raw.ctypes.data + (-raw.ctypes.data % 64)
                return code.moving(ctypes.c_void_p(start), ctypes.c_long(size // 8), times)

            self.moving[name] = _best(move)


def _best(measure: Callable[[], float]) -> float:
    """Per second, all cores at once: the sum of their rates, the best of some tries."""
    with ThreadPoolExecutor(machine.cores()) as pool:
        return max(
            sum(1.0 / x for x in pool.map(lambda _: measure(), range(machine.cores()))) for _ in range(TRIES)
        )


def report(measured: float) -> str:
    """The bounds in futures a second, and how far from the lowest the measured rate is (0: not measured)."""
    if shutil.which("gcc") is None:
        return "Roofline: skipped, there is no gcc"
    peaks, model = Peaks(), worlds.load("attrition")
    work, steps = counting.work(model.graph), model.plan.count
    operations = work.multiplying + work.adding
    words = work.loads + work.stores
    block = (
        8 * lanes(model.graph) * (len(model.graph.slots) + len(model.graph.rows))
    )  # bytes; it stays in the first level that holds it
    level = next((name for name, size in LEVELS if block <= size), LEVELS[-1][0])
    bounds = {
        "arithmetic": peaks.both / operations,
        "multiplication": peaks.multiplying / work.multiplying,
        "addition": peaks.adding / work.adding,
        "division": peaks.dividing / work.dividing,
        f"memory, {level}": peaks.moving[level] / words,
    }
    asked = {
        "arithmetic": f"{operations} operations", "multiplication": f"{work.multiplying} multiplications",
        "addition": f"{work.adding} additions, comparisons and choices", "division": f"{work.dividing} divisions",
        f"memory, {level}": f"{words} words",
    }  # fmt: skip
    lines = ["Roofline of the attrition model, a step of one future against what all cores do together"]
    lines += [
        f"  {name:<16}{rate / steps:>12,.0f} futures/s   {asked[name]} a step"
        for name, rate in bounds.items()
    ]
    lowest = min(bounds, key=lambda name: bounds[name])
    if measured:
        share = 100 * measured * steps / bounds[lowest]
        lines.append(
            f"  measured        {measured:>12,.0f} futures/s = {share:.0f} % of the lowest bound ({lowest})"
        )
    return "\n".join(lines)
