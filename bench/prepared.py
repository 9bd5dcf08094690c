"""What a peer hands over: a way to run, the number of futures of a run, and its answer to be compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(slots=True)
class Prepared:
    """A peer that is ready.

    run      runs all futures once
    futures  how many these are
    stocks   final levels of the first futures, shape (stocks, m); None where chance makes them incomparable
    shares   final levels as (means, their standard errors) instead, shape (2, stocks)
    note     what was chosen by trial, or how it is set up
    """

    run: Callable[[], object]
    futures: int
    stocks: npt.NDArray[np.float64] | None
    note: str = ""
    means: npt.NDArray[np.float64] | None = None


class Missing(Exception):
    """A peer that cannot run here, and why."""


def seconds(run: Callable[[], object], times: int = 1) -> float:
    """The shortest of so many runs."""
    best = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - began)
    return best


def trial(choices: Iterable[tuple[str, Callable[[], object], int]]) -> tuple[str, Callable[[], object], int]:
    """The choice (name, run, futures) with most futures a second; each is run once to warm up and once for time."""
    best, found = 0.0, None
    for choice in choices:
        choice[1]()
        rate = choice[2] / seconds(choice[1])
        if rate > best:
            best, found = rate, choice
    assert found is not None
    return found


def mean_and_error(levels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Means and their standard errors over futures, shape (2, stocks), of levels of shape (stocks, n)."""
    return np.array([levels.mean(axis=1), levels.std(axis=1) / np.sqrt(levels.shape[1])])
