"""Whether things called likely happen as often as was said: calibration curves and PIT histograms, with intervals."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bin:
    """Forecasts of about one probability: how many, what they said on average, how often it happened, that share's interval."""

    low: float
    high: float
    n: int
    said: float | None
    happened: float | None
    happened_low: float | None
    happened_high: float | None

    def as_dict(self) -> dict[str, float | int | None]:
        """For JSON."""
        return asdict(self)


def wilson(hits: int, n: int, z: float = 1.6448536269514722) -> tuple[float, float]:
    """Wilson's interval of a share (1927); 90% unless ``z`` says else. (0, 1) where nothing was seen."""
    if n == 0:
        return 0.0, 1.0
    p, extra = hits / n, z * z / n
    middle, half = (p + extra / 2) / (1 + extra), z * math.sqrt(p * (1 - p) / n + extra / (4 * n)) / (1 + extra)
    return max(0.0, middle - half), min(1.0, middle + half)


def calibration(p: npt.ArrayLike, happened: npt.ArrayLike, edges: npt.ArrayLike | None = None) -> list[Bin]:
    """Forecasts sorted into bins of probability (tenths unless ``edges`` says else; the last holds its upper end).

    The interval is of how often things happened, as if forecasts were independent: those that overlap deserve a wider one.
    """
    chance, outcome = np.asarray(p, float), np.asarray(happened, float)
    ends = np.linspace(0, 1, 11) if edges is None else np.asarray(edges, float)
    place = np.clip(np.searchsorted(ends, chance, side="right") - 1, 0, len(ends) - 2)
    found = []
    for i in range(len(ends) - 1):
        inside = place == i
        n, hits = int(inside.sum()), int(outcome[inside].sum())
        if n == 0:
            found.append(Bin(float(ends[i]), float(ends[i + 1]), 0, None, None, None, None))
            continue
        low, high = wilson(hits, n)
        found.append(Bin(float(ends[i]), float(ends[i + 1]), n, float(chance[inside].mean()), hits / n, low, high))
    return found


def pit(ensemble: npt.ArrayLike, happened: npt.ArrayLike, seed: int = 1) -> Array:
    """Where what happened lies in each ensemble, as a share of its members, shape (n,): uniform where forecasts are calibrated.

    The rank among the members, ties and the gap between two members being spread at random (Czado, Gneiting and Held 2009).
    ``ensemble`` (n, members), ``happened`` (n,).
    """
    members = np.atleast_2d(np.asarray(ensemble, float))
    outcome = np.atleast_1d(np.asarray(happened, float))[:, None]
    below, same = (members < outcome).sum(axis=1), (members == outcome).sum(axis=1)
    luck = np.random.default_rng(seed).random(len(members))
    return np.asarray((below + luck * (same + 1)) / (members.shape[1] + 1))


def pit_histogram(values: npt.ArrayLike, bins: int = 10) -> list[Bin]:
    """How many PIT values fall into equal bins; ``said`` is the share that calibration expects, 1/bins."""
    counts, ends = np.histogram(np.asarray(values, float), bins=bins, range=(0, 1))
    n = int(counts.sum())
    return [
        Bin(float(ends[i]), float(ends[i + 1]), int(c), 1 / bins, c / n, *wilson(int(c), n))
        for i, c in enumerate(counts)
        if n
    ]
