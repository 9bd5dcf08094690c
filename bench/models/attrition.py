"""The attrition model as a user of arrays writes it: the same equations for NumPy and JAX, both sides at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..worlds import Model

SIDES = ("red", "blue")
STOCKS = ("men", "tanks", "barrels", "shells", "industry", "will", "reserve", "killed")
PARAMETERS = ("pay", "shell_effect", "wear", "output", "shell_output", "funds")


def inputs(
    model: Model, table: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(first state, parameters) of shape (stocks, 2, n) and (parameters, 2, n), futures contiguous."""
    names, start = [r.name for r in model.graph.rows], model.start(table)
    state = [[start[model.graph.slot_index(f"{s}[{side}]")] for side in SIDES] for s in STOCKS]
    given = [[table[names.index(f"{p}[{side}]")] for side in SIDES] for p in PARAMETERS]
    return np.array(state), np.array(given)


def flat(state: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A state of shape (stocks, 2, n) as (2 stocks, n), in the order of the world's stocks."""
    return np.ascontiguousarray(state).reshape(2 * len(STOCKS), -1)


def step(x: Any, p: Any, xp: Any, supply: Any = 1.0) -> list[Any]:
    """The state a day later. ``xp`` is ``numpy`` or ``jax.numpy``; every item has shape (2, n)."""
    men, tanks, barrels, shells, industry, will, reserve, killed = x
    pay, shell_effect, wear, output, shell_output, funds = p
    shots = xp.minimum(shells, barrels * 3.0)
    intensity = 1.0 / (1.0 + xp.exp(1.0 - (tanks[::-1] + 50.0) / (tanks + 50.0)))
    loss = shell_effect * shots[::-1] * intensity * men / (men + 2e5) * 0.2
    recruits = xp.minimum(pay * will * (reserve / (reserve + 1e6)), reserve)
    made = funds * output
    return [
        xp.maximum(men + (recruits - loss), 0.0),
        xp.maximum(tanks + (made * 0.2 - wear * tanks * intensity), 0.0),
        xp.maximum(barrels + (made * 0.3 - wear * 0.8 * barrels * intensity), 0.0),
        xp.maximum(shells + (shell_output * industry * supply - shots), 0.0),
        xp.maximum(industry + 0.0003 * industry * (1.0 - industry / 3.0), 0.0),
        xp.maximum(will - 2e-9 * loss * will * killed * 0.001, 0.0),
        xp.maximum(reserve - recruits, 0.0),
        xp.maximum(killed + loss, 0.0),
    ]
