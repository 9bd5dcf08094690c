"""A hindcast held against what came: scores, skill against baselines, how often intervals held, and where outcomes fell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..scores.calibration import Bin, pit, pit_histogram, wilson
from ..scores.rules import brier, crps
from ..scores.skill import Skill, overlap, skill
from .origin import Array, Origin
from .run import Hindcast
from .targets import WORDS, Target, months_on

OUTER, INNER = (0.1, 0.9), 0.8
HINDSIGHT = (
    "The people who wrote this model knew how the war went on. Claims, assumptions and figures that became known after an "
    "origin are not read there, but nobody can hide from an author what he knows: these scores are kinder to the model than "
    "forecasts made on the day would be. Nothing was fitted to them."
)


@dataclass(slots=True)
class Cell:
    """One target at one horizon over the origins whose outcome is known.

    ``score`` is the mean CRPS in the series' unit, or the mean Brier score; ``inside`` of ``n`` outcomes fell into the 80%
    interval; ``skills`` by baseline, each over the origins at which that baseline could say something too.
    """

    n: int
    score: float | None
    skills: dict[str, Skill]
    inside: int = 0
    happened: int = 0  # of a probability: how often yes


@dataclass(slots=True)
class Judged:
    """All cells: target -> horizon in months -> cell; PIT values by target over all horizons."""

    hindcast: Hindcast
    cells: dict[str, dict[int, Cell]] = field(default_factory=dict)
    pits: dict[str, Array] = field(default_factory=dict)

    def coverage(self, name: str) -> tuple[float, float, float, int] | None:
        """Share of outcomes inside the 80% intervals over all horizons, Wilson's 90% interval of it, and their number.

        The interval takes outcomes as independent; those of overlapping horizons are not, so it is too narrow.
        """
        cells = self.cells[name].values()
        n = sum(c.n for c in cells)
        if not n or name not in self.pits:
            return None
        inside = sum(c.inside for c in cells)
        return inside / n, *wilson(inside, n), n

    def histogram(self, name: str) -> list[Bin]:
        """The PIT histogram of a target in ten bins."""
        return pit_histogram(self.pits[name]) if len(self.pits.get(name, ())) else []


def judge(found: Hindcast) -> Judged:
    """Score every target at every horizon."""
    judged = Judged(found)
    for target in found.targets:
        judged.cells[target.name] = {}
        fell: list[Array] = []
        for h in found.plan.horizons:
            pairs = [
                o
                for o in found.origins
                if h in o.outcomes.get(target.name, {}) and h in o.forecasts.get(target.name, {})
            ]
            judged.cells[target.name][h] = cell = _cell(target, h, pairs)
            if cell.n and target.how != "stops":
                forecasts, outcomes = _arrays(target, h, pairs)
                low, high = np.quantile(forecasts, OUTER, axis=1)
                cell.inside = int(((low <= outcomes) & (outcomes <= high)).sum())
                fell.append(pit(forecasts, outcomes))
        if fell:
            judged.pits[target.name] = np.concatenate(fell)
    return judged


def _arrays(target: Target, h: int, pairs: list[Origin]) -> tuple[Array, Array]:
    forecasts = np.stack([o.forecasts[target.name][h] for o in pairs])
    return forecasts, np.array([o.outcomes[target.name][h] for o in pairs])


def scores_of(target: Target, forecasts: Array, outcomes: Array) -> Array:
    """CRPS of quantiles (n, levels), or Brier scores of probabilities (n, 1)."""
    if target.how == "stops":
        return brier(forecasts[:, 0], outcomes)
    return crps(forecasts, outcomes)


def _cell(target: Target, h: int, pairs: list[Origin]) -> Cell:
    if not pairs:
        return Cell(0, None, {})
    forecasts, outcomes = _arrays(target, h, pairs)
    scores = scores_of(target, forecasts, outcomes)
    names = list(dict.fromkeys(b for o in pairs for b in o.baselines.get(target.name, {}).get(h, {})))
    skills = {}
    for name in names:
        both = [k for k, o in enumerate(pairs) if name in o.baselines[target.name].get(h, {})]
        theirs = np.stack([pairs[k].baselines[target.name][h][name] for k in both])
        days = [pairs[k].day for k in both]
        block = overlap([d.toordinal() for d in days], [(months_on(d, h) - d).days for d in days])
        skills[name] = skill(scores[both], scores_of(target, theirs, outcomes[both]), block=block)
    happened = int(outcomes.sum()) if target.how == "stops" else 0
    return Cell(len(pairs), float(scores.mean()), skills, happened=happened)


def word(one: Skill) -> str:
    """``better``, ``worse``, or ``no evidence of skill`` where the interval holds 0 or there is none."""
    return {"better": "better", "worse": "worse"}.get(one.verdict, "no evidence of skill")


def as_record(judged: Judged) -> dict[str, Any]:
    """What ``--json`` prints."""
    found = judged.hindcast
    kept = {t.name: t for t in found.targets}

    def number(value: float | None) -> float | None:
        return None if value is None or not np.isfinite(value) else float(value)

    return {
        "case": found.case.id,
        "case_hash": found.case.digest,
        "complete": found.complete,
        "caution": HINDSIGHT,
        "skill": {
            name: {
                str(h): {
                    b: {k: number(v) if isinstance(v, float) else v for k, v in s.as_dict().items()}
                    for b, s in cell.skills.items()
                }
                for h, cell in cells.items()
            }
            for name, cells in judged.cells.items()
        },
        "scores": {
            name: {
                str(h): {"n": c.n, "score": number(c.score), "inside80": c.inside, "happened": c.happened}
                for h, c in cells.items()
            }
            for name, cells in judged.cells.items()
        },
        "coverage80": {n: c[0] for n in judged.cells if (c := judged.coverage(n)) is not None},
        "coverage80_n": {n: c[3] for n in judged.cells if (c := judged.coverage(n)) is not None},
        "pit": {n: [b.n for b in judged.histogram(n)] for n in judged.pits},
        "targets": {
            n: {
                "what": WORDS[t.how],
                "label": t.series.label,
                "unit": t.series.unit.text,
                "claimed": t.series.claimed,
            }
            for n, t in kept.items()
        },
        "origins": [
            {
                "day": str(o.day),
                "start": str(o.start),
                "figures": o.figures,
                "ess": number(o.ess),
                "ess_day": o.ess_day,
                "collapsed": o.collapsed,
                "not_finite": o.lost,
                "seconds": round(o.seconds, 2),
            }
            for o in found.origins
        ],
        "particles": found.plan.particles,
        "seed": found.plan.seed,
        "collapsed": sum(bool(o.collapsed) for o in found.origins),
        "seconds": round(found.seconds, 1),
        "reused": found.reused,
    }
