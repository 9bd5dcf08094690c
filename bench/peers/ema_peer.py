"""EMA Workbench with a Python model function, in one process and with a process for every processor."""

from __future__ import annotations

import os

import numpy as np

from .. import worlds
from ..models import scalar
from ..prepared import Missing, Prepared


def sequential(model: worlds.Model) -> Prepared:
    """One process."""
    return _prepare(model, 1)


def multiprocessing(model: worlds.Model) -> Prepared:
    """As many processes as processors, started before the clock."""
    return _prepare(model, os.cpu_count() or 1)


def _prepare(model: worlds.Model, processes: int) -> Prepared:
    try:
        from ema_workbench import (
            Model,
            MultiprocessingEvaluator,
            RealParameter,
            ScalarOutcome,
            Scenario,
            SequentialEvaluator,
        )
    except ImportError:
        raise Missing("ema_workbench is not installed") from None
    futures = 64 * processes
    table = model.rows(futures)
    names = [r.name.replace("[", "_").replace("]", "") for r in model.graph.rows]
    workbench = Model("attrition", function=scalar.attrition)
    workbench.uncertainties = [
        RealParameter(n, row.min(), row.max() + 1) for n, row in zip(names, table, strict=True)
    ]
    workbench.outcomes = [ScalarOutcome(name) for name in scalar.OUTCOMES]
    samples = [
        Scenario(str(k), **{n: float(table[i, k]) for i, n in enumerate(names)}) for k in range(futures)
    ]
    evaluator = (
        SequentialEvaluator(workbench) if processes == 1 else MultiprocessingEvaluator(workbench, processes)
    )
    evaluator.__enter__()
    found: dict[str, np.ndarray] = {}

    def run() -> None:
        _, outcomes = evaluator.perform_experiments(scenarios=samples)
        found.update(outcomes)

    run()
    return Prepared(run, futures, np.array([found[n] for n in scalar.OUTCOMES]), f"{processes} processes")
