"""Many synthetic wars, kept as they finish: a line of a file each, so that a second call goes on where the first stopped."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...text.files import write_whole
from ...text.problems import NOWHERE, CaseError, Problem
from .uniformity import LEVEL, Uniformity, judge
from .wars import DRAWS, Plan, Tried, attempt

Settings = dict[str, Any]
WARS, HEAD = "wars.jsonl", "settings.json"
MOST_LOST = 0.05  # with more of the wars collapsed, the ranks of the others say little


class Kept:
    """The folder of a trial. Raises ``CaseError`` where it holds another one, ``OSError`` where it cannot be written to."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        head = folder / HEAD
        if head.exists():
            try:
                before = json.loads(head.read_text(encoding="utf-8"))
            except ValueError:
                before = None
            if before != settings:
                message = f"'{folder}' holds wars of another case, or with other settings"
                hint = "Name another folder with --out, or leave --out away."
                raise CaseError([Problem("other-wars", NOWHERE, message, hint)])
        else:
            write_whole(head, json.dumps(settings, indent=1))
        self.done: dict[int, Tried] = {}
        path = folder / WARS
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    one = Tried(**json.loads(line))
                except (ValueError, TypeError):
                    continue  # a line that was being written when the program was killed
                self.done[one.war] = one

    def add(self, tried: Tried) -> None:
        """Keep a war."""
        path = self.folder / WARS
        torn = path.exists() and not path.read_bytes().endswith(b"\n") and path.stat().st_size
        with path.open("a", encoding="utf-8") as file:
            file.write(("\n" if torn else "") + json.dumps(tried.as_record()) + "\n")
        self.done[tried.war] = tried


@dataclass(slots=True)
class Trial:
    """What so many wars say: uniformity of each quantity (the worst first), and the wars by number."""

    settings: Settings
    wars: list[Tried]
    found: list[Uniformity] = field(default_factory=list)

    @property
    def collapsed(self) -> list[Tried]:
        """Wars whose filter collapsed: they have no ranks."""
        return [w for w in self.wars if w.collapsed]

    @property
    def uneven(self) -> list[Uniformity]:
        """Quantities whose ranks cannot be uniform, with all tests made counted."""
        return [u for u in self.found if not u.fine]

    @property
    def verdict(self) -> str:
        """``passed``, ``failed`` (some ranks are not uniform) or ``broken`` (too many filters collapsed)."""
        if self.uneven:
            return "failed"
        return "broken" if len(self.collapsed) > MOST_LOST * len(self.wars) or not self.found else "passed"

    @property
    def below(self) -> float:
        """The share of all p-values that are under ``LEVEL``: about that where all is well."""
        values = [p for u in self.found for p in (u.chi, u.ecdf)]
        return float(np.mean([p < LEVEL for p in values])) if values else math.nan

    def moved(self) -> dict[str, float]:
        """Mean acceptance of moves by kind."""
        kinds: dict[str, list[float]] = {}
        for war in self.wars:
            for kind, share in war.moved.items():
                kinds.setdefault(kind, []).append(share)
        return {kind: float(np.mean(shares)) for kind, shares in kinds.items()}

    def learnt(self) -> dict[str, float]:
        """The posterior's standard deviation as a share of the prior's, the mean over the wars, least first."""
        kinds: dict[str, list[float]] = {}
        for war in self.wars:
            for name, share in war.learnt.items():
                kinds.setdefault(name, []).append(share)
        return dict(sorted(((n, float(np.mean(s))) for n, s in kinds.items()), key=lambda pair: pair[1]))


def summed_up(settings: Settings, wars: dict[int, Tried]) -> Trial:
    """The tests over the wars that are there."""
    trial = Trial(settings, [wars[k] for k in sorted(wars)])
    ranks: dict[str, list[int]] = {}
    for war in trial.wars:
        for name, rank in war.ranks.items():
            ranks.setdefault(name, []).append(rank)
    trial.found = judge(ranks, DRAWS + 1)
    return trial


Run = Callable[[list[int]], Iterator[Tried]]


def one_after_another(plan: Plan) -> Run:
    """Wars in this process."""
    return lambda numbers: (attempt(plan, number) for number in numbers)


def run_wars(kept: Kept, wars: int, run: Run, tick: Callable[[float], None] | None = None) -> None:
    """Try the wars that are not there yet, keeping each as it finishes."""
    missing = [number for number in range(wars) if number not in kept.done]
    for count, tried in enumerate(run(missing), 1):
        kept.add(tried)
        if tick is not None:
            tick(count / len(missing))
