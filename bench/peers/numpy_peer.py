"""NumPy over batches of futures: batch size and threads by trial. With chance, by ``numpy.random.Generator``."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from .. import worlds
from ..models import attrition
from ..prepared import Prepared, mean_and_error, trial

BATCHES = (512, 1024, 2048)
Array = npt.NDArray[np.float64]


def prepare(model: worlds.Model) -> Prepared:
    """Batches one after another, or shared between threads, since NumPy lets go of the interpreter's lock."""
    most = os.cpu_count() or 1
    table = model.rows(max(BATCHES) * most)
    state, given = attrition.inputs(model, table)
    rare = _row(model, table, "breakthrough_rate"), _row(model, table, "unrest")

    def runner(batch: int, workers: int) -> Callable[[], Array]:
        def one(number: int) -> Array:
            here = slice(number * batch, (number + 1) * batch)
            x, p = np.ascontiguousarray(state[:, :, here]), np.ascontiguousarray(given[:, :, here])
            if model.name == "attrition":
                return _run(x, p, model.plan.count)
            rng = np.random.default_rng([worlds.SEED, number])
            return _run_with_chance(x, p, rare[0][here], rare[1][here], rng, model.plan.count)

        def all_of_them() -> Array:
            if workers == 1:
                return one(0)
            with ThreadPoolExecutor(workers) as pool:
                return np.concatenate(list(pool.map(one, range(workers))), axis=2)

        return all_of_them

    choices = [
        (f"batches of {b}, {w} threads", runner(b, w), b * w) for w in sorted({1, most}) for b in BATCHES
    ]
    name, run, futures = trial(choices)
    levels = attrition.flat(np.asarray(run()))
    by_number = model.name == "attrition"
    return Prepared(run, futures, levels if by_number else None, name, mean_and_error(levels))


def _row(model: worlds.Model, table: Array, name: str) -> Array:
    known = [r.name for r in model.graph.rows]
    return table[known.index(name)] if name in known else np.empty(0)


def _run(x: Array, p: Array, steps: int) -> Array:
    now: list[Array] = list(x)
    for _ in range(steps):
        now = attrition.step(now, p, np)
    return np.array(now)


def _run_with_chance(
    x: Array, p: Array, rate: Array, unrest: Array, rng: np.random.Generator, steps: int
) -> Array:
    now, steady = list(x), np.ones(rate.size)
    for _ in range(steps):
        intensity = 1.0 / (1.0 + np.exp(1.0 - (now[1][1] + 50.0) / (now[1][0] + 50.0)))
        fires = rng.random(rate.size) < 1.0 - np.exp(-rate * intensity)
        supply = np.stack([1.0 + unrest * rng.standard_normal(rate.size), steady])
        now = attrition.step(now, p, np, supply)
        now[0][1] = np.where(fires, np.maximum(now[0][1] - 2000.0, 0.0), now[0][1])
        now[1][1] = np.where(fires, np.maximum(now[1][1] - 20.0, 0.0), now[1][1])
    return np.array(now)
