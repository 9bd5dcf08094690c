"""Peers in processes of their own: prepared one after another, then run in turn, the best of three kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .prepared import Prepared

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 3
CLOSE = 1e-9  # relative; rounding differs where the compiler may reassociate
CLOSE_WITH_CHANCE = 1e-6  # an ill-conditioned step after an event enlarges it
SAME = 0.999  # share of futures that must agree where an event may fall on the other side of a rounding error
DEVIATIONS = 5.0  # standard errors between means of runs with other random numbers: 1 in 10^6 by chance


@dataclass(slots=True)
class Result:
    """What one peer did."""

    title: str
    rate: float = 0.0  # futures a second
    note: str = ""
    agreement: str = ""
    missing: str = ""
    seconds: list[float] = field(default_factory=list)


class Child:
    """A peer's process."""

    def __init__(self, peer: str, model: str) -> None:
        environment = {
            **os.environ,
            "OMP_WAIT_POLICY": "passive",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.child", peer, model], cwd=ROOT, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        answer = self._line()
        self.ready: Prepared | None = None
        self.missing = answer.get("missing", "")
        if not self.missing:
            path = Path(answer["levels"])
            with np.load(path) as kept:
                self.ready = Prepared(
                    int, answer["futures"], kept.get("stocks"), answer["note"], kept.get("means")
                )
            path.unlink()

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        text = self.process.stdout.readline()
        if text:
            return json.loads(text)
        assert self.process.stderr is not None
        words = self.process.stderr.read().strip().splitlines()
        return {"missing": "failed: " + (words[-1] if words else "without a word")}

    def run(self) -> float:
        """One run; its seconds."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self) -> None:
        """End it."""
        self.process.communicate()


def compare(model: str, peers: list[tuple[str, str]]) -> list[Result]:
    """Run (title, peer) of one model, Panmunjom first; a peer whose numbers differ is reported and not timed."""
    results: list[Result] = []
    children: list[Child] = []
    for title, peer in peers:
        print(f"  {title} ...", file=sys.stderr, flush=True)
        child = Child(peer, model)
        children.append(child)
        result = Result(title, missing=child.missing)
        if child.ready is not None and children[0].ready is not None:
            result.note = child.ready.note
            result.agreement, fine = agreement(children[0].ready, child.ready, model != "attrition")
            if not fine:
                result.missing = f"its numbers differ: {result.agreement}"
        results.append(result)
    for _ in range(ROUNDS):
        for child, result in zip(children, results, strict=True):
            if not result.missing:
                result.seconds.append(child.run())
    for child, result in zip(children, results, strict=True):
        if result.seconds and child.ready is not None:
            result.rate = child.ready.futures / min(result.seconds)
        child.close()
    return results


def agreement(reference: Prepared, other: Prepared, chance: bool) -> tuple[str, bool]:
    """How a peer's final levels compare with Panmunjom's, in words, and whether that will do."""
    if other.stocks is None:
        assert reference.means is not None and other.means is not None
        error = np.hypot(reference.means[1], other.means[1])
        away = float((np.abs(reference.means[0] - other.means[0]) / np.maximum(error, 1e-300)).max())
        return f"means within {away:.1f} standard errors", away <= DEVIATIONS
    assert reference.stocks is not None
    n = min(reference.stocks.shape[1], other.stocks.shape[1])
    ours, theirs = reference.stocks[:, :n], other.stocks[:, :n]
    scale = np.maximum(np.abs(ours), 1e-9 * np.abs(ours).max(axis=1, keepdims=True) + 1e-300)
    differs = (np.abs(theirs - ours) / scale).max(axis=0)
    if not chance:
        worst = float(differs.max())
        return f"within {worst:.0e}", worst <= CLOSE
    same = float((differs <= CLOSE_WITH_CHANCE).mean())
    return f"{100 * same:.2f} % of futures within {CLOSE_WITH_CHANCE:.0e}", same >= SAME
