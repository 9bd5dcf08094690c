"""Probabilities in words, the same on the terminal, in the report and in a notebook: never more digits than the
sampling error allows, and no hit or no miss as a bound."""

from __future__ import annotations

import math

DASH = "–"
SLACK = 1e-9  # 55% is 55.00000000000001 points in floating point: not a reason to round up


def finite(value: object) -> float | None:
    """``value`` as a float, or None if it is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def decimals(p: float, step: float | None = None) -> int:
    """How many decimals of a share in percentage points are worth printing; ``step`` (a share) sets the last."""
    value = 100 * p
    if step:
        return max(0, min(3, -math.floor(math.log10(100 * step))))
    if value >= 9.95 or value <= 0:
        return 0
    return 1 if value >= 0.995 else min(4, 1 - math.floor(math.log10(value)))


def points(p: float, step: float | None = None) -> str:
    """Percentage points without the sign: 31, 4.2, 0.31."""
    return f"{100 * p:.{decimals(p, step)}f}"


def binomial(p: float | None, n: int) -> float | None:
    """The standard error of a share of ``n`` independent futures."""
    return math.sqrt(max(0.0, p * (1 - p)) / n) if p is not None and n > 0 else None


def own(p: object, se: object, n: int = 0) -> str:
    """A probability in points without its error: ``31.2``; no hit in ``n`` futures is ``< 3/n`` and no miss
    ``> 1 - 3/n`` (the rule of three)."""
    value, error = finite(p), finite(se)
    if value is None:
        return DASH
    if n and value <= 0:
        return f"< {points(min(1, 3 / n))}"
    if n and value >= 1:
        return f"> {100 * max(0.0, 1 - 3 / n):.4g}"
    return points(value, 2 * error if error else None)


def share(p: object, se: object, n: int = 0) -> str:
    """A probability with its sampling error (two standard errors, 95%): ``31.2 ± 0.7%``; bounds as in ``own``."""
    value, error = finite(p), finite(se)
    text = own(p, se, n)
    if value is None:
        return text
    if not error or text.startswith(("<", ">")):
        return f"{text}%"
    return f"{text} ± {points(2 * error, 2 * error)}%"


def limits(low: object, high: object, n: int = 0, p: object = None, se: object = None) -> tuple[str, ...]:
    """The ends of a range of probabilities in points: none, one (both print the same) or two texts.

    Ends are rounded outward, with a decimal where the range is narrow, and never finer than the own run ``p`` with
    standard error ``se`` is printed: so that the own run never stands outside. No hit in ``n`` futures is ``<3/n``.
    """
    a, b, middle, error = finite(low), finite(high), finite(p), finite(se)
    if a is None or b is None:
        return ()
    none = f"<{points(min(1, 3 / n))}" if n else "0"
    if n and b <= 3 / n and a <= 0:
        return (none,)
    most = 3 if middle is None or middle <= 0 else decimals(middle, 2 * error if error else None)
    width = 100 * (b - a)
    digits = min(most, 0 if width >= 5 else 1 if b >= 0.01 else 2)
    small = min(most, max(digits, 1)) if a < 0.01 else digits
    down, up = 10.0**small, 10.0**digits
    floor, ceiling = math.floor(100 * a * down + SLACK) / down, math.ceil(100 * b * up - SLACK) / up
    last = f"{ceiling:.{digits}f}"
    if a <= 0:
        first = none
    else:
        first = f"{floor:.{small}f}" if floor > 0 else f"<{1 / down:g}"
    return (last,) if first == last else (first, last)


def span(low: object, high: object, n: int = 0, p: object = None, se: object = None) -> str:
    """A range of probabilities: ``12–55%``; one number where both ends print the same (see ``limits``)."""
    ends = limits(low, high, n, p, se)
    return f"{DASH.join(ends)}%" if ends else DASH


def portion(value: float, low: float, high: float) -> str:
    """A share of a variance with its 95% interval: ``27 (22–33)%``, ``1.8 (1.2–2.4)%``."""
    width = 100 * (high - low)
    digits = 0 if width >= 5 else 1 if width >= 0.5 else 2
    middle, first, last = (f"{100 * max(0.0, min(1.0, x)):.{digits}f}" for x in (value, low, high))
    return f"{middle} ({first}{DASH}{last})%"
