"""The attrition model as a user of EMA Workbench writes it: a Python function of one future's parameters."""

from __future__ import annotations

import math

STEPS = 1826


def attrition(**p: float) -> dict[str, float]:
    """Final levels of one future, from parameters named like ``pay_red`` and ``men_at_start_red``."""
    side = {}
    for name in ("red", "blue"):
        side[name] = [p[f"{s}_at_start_{name}"] for s in ("men", "tanks", "barrels", "shells", "industry")]
        side[name] += [1.0, p[f"reserve_at_start_{name}"], 0.0]
    rows = {
        name: [p[f"{q}_{name}"] for q in ("pay", "shell_effect", "wear", "output", "shell_output", "funds")]
        for name in ("red", "blue")
    }
    a, b, pa, pb = side["red"], side["blue"], rows["red"], rows["blue"]
    for _ in range(STEPS):
        a, b = _day(a, b, pa), _day(b, a, pb)
    return dict(zip(OUTCOMES, [level for pair in zip(a, b, strict=True) for level in pair], strict=True))


def _day(own: list[float], foe: list[float], p: list[float]) -> list[float]:
    men, tanks, barrels, shells, industry, will, reserve, killed = own
    pay, shell_effect, wear, output, shell_output, funds = p
    intensity = 1.0 / (1.0 + math.exp(1.0 - (foe[1] + 50.0) / (tanks + 50.0)))
    loss = shell_effect * min(foe[3], foe[2] * 3.0) * intensity * men / (men + 2e5) * 0.2
    recruits = min(pay * will * (reserve / (reserve + 1e6)), reserve)
    return [
        max(men + (recruits - loss), 0.0),
        max(tanks + (funds * output * 0.2 - wear * tanks * intensity), 0.0),
        max(barrels + (funds * output * 0.3 - wear * 0.8 * barrels * intensity), 0.0),
        max(shells + (shell_output * industry - min(shells, barrels * 3.0)), 0.0),
        max(industry + 0.0003 * industry * (1.0 - industry / 3.0), 0.0),
        max(will - 2e-9 * loss * will * killed * 0.001, 0.0),
        max(reserve - recruits, 0.0),
        killed + loss,
    ]


STOCKS = ("men", "tanks", "barrels", "shells", "industry", "will", "reserve", "killed")
OUTCOMES = [f"{stock}_{side}_end" for stock in STOCKS for side in ("red", "blue")]
