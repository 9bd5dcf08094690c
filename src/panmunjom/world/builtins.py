"""The words of the language that no item of a world may be called by."""

from __future__ import annotations

# name -> (fewest arguments, most arguments, how to write it)
FUNCTIONS: dict[str, tuple[int, int, str]] = {
    "if": (3, 3, "if(condition, then, else)"),
    "min": (2, 20, "min(a, b)"),
    "max": (2, 20, "max(a, b)"),
    "abs": (1, 1, "abs(x)"),
    "exp": (1, 1, "exp(x)"),
    "log": (1, 1, "log(x)"),
    "sqrt": (1, 1, "sqrt(x)"),
    "clip": (3, 3, "clip(x, low, high)"),
    "logistic": (1, 1, "logistic(x)"),
    "softplus": (1, 1, "softplus(x)"),
    "sum": (1, 1, "sum(x over side)"),
    "any": (1, 1, "any(x over side)"),
    "all": (1, 1, "all(x over side)"),
    "date": (1, 1, 'date("2025-08-31")'),
    "step": (2, 2, "step(height, date)"),
    "pulse": (3, 3, "pulse(height, date, 3 months)"),
    "ramp": (3, 3, "ramp(slope, from, to)"),
    "cycle": (2, 2, 'cycle(date("2025-02-17"), 1 year)'),
    "delay": (2, 2, "delay(x, 3 months)"),
    "delay1": (2, 2, "delay1(x, 3 months)"),
    "delay3": (2, 2, "delay3(x, 3 months)"),
    "smooth": (2, 2, "smooth(x, 3 months)"),
    "noise": (1, 2, "noise(spread) or noise(spread, 3 months)"),
    "fired": (1, 1, "fired(event)"),
    "first": (1, 1, "first(condition)"),
    "since": (1, 1, "since(condition)"),
    "held": (2, 2, "held(condition, 12 months)"),
    "lookup": (2, 2, "lookup(table, x)"),
}

RESERVED = frozenset({"and", "or", "not", "over", "to", "time", "true", "false", "redraw"})
