"""One figure beside the pool and the figures of others, on one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from panmunjom.report.svg import Scale, element, label, line, linear, picture, rectangle, ticks
from panmunjom.report.words import number

WIDTH, HEIGHT, EDGE = 360.0, 62.0, 14.0
Three = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Strip:
    """Low, median and high of the article and of the pool (90% intervals); the ends of what others say, then and later."""

    about: str
    own: Three
    pooled: Three
    others: Sequence[tuple[float, float]] = ()
    later: Sequence[tuple[float, float]] = ()


def strip(ident: str, given: Strip) -> Markup:
    """The pool as a bar, the article as a diamond, others as ticks below: filled where known by its day, dashed later."""
    values = [*given.own, *given.pooled, *(v for pair in (*given.others, *given.later) for v in pair)]
    low, high = min(values), max(values)
    room = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
    low, high = (max(0.0, low - room) if low >= 0 else low - room), high + room
    scale = linear(low, high, EDGE, WIDTH - EDGE)
    y, drawn = 20.0, [line(EDGE, 20, WIDTH - EDGE, 20, "base")]
    drawn.append(rectangle(scale(given.pooled[0]), y - 6, scale(given.pooled[2]), 12, "wide e2", r=2))
    drawn.append(line(scale(given.pooled[1]), y - 8, scale(given.pooled[1]), y + 8, "whisker"))
    drawn += [_other(pair, scale, y + 13, "whisker") for pair in given.others]
    drawn += [_other(pair, scale, y + 13, "later") for pair in given.later]
    drawn.append(line(scale(given.own[0]), y, scale(given.own[2]), y, "own"))
    x = scale(given.own[1])
    drawn.append(
        element(
            "path",
            d=f"M{x - 6:.1f} {y:.1f} L{x:.1f} {y - 7:.1f} L{x + 6:.1f} {y:.1f} L{x:.1f} {y + 7:.1f} Z",
            class_="article",
        )
    )
    inside = [v for v in ticks(low, high, 3) if low <= v <= high] or [low, high]
    for value in inside:
        anchor = (
            "start" if scale(value) < 3 * EDGE else "end" if scale(value) > WIDTH - 3 * EDGE else "middle"
        )
        drawn += [
            line(scale(value), y + 20, scale(value), y + 24, "tick"),
            label(scale(value), y + 36, number(value), anchor=anchor),
        ]
    about = f"The article: {number(given.own[1])}. The pool: {number(given.pooled[0])} to {number(given.pooled[2])}."
    return picture(WIDTH, HEIGHT, ident, given.about, about, *drawn)


def _other(pair: tuple[float, float], scale: Scale, y: float, class_: str) -> Markup:
    """A tick for a figure, a short line for a range."""
    if pair[0] == pair[1]:
        return line(scale(pair[0]), y - 5, scale(pair[0]), y + 3, class_)
    return line(scale(pair[0]), y, scale(pair[1]), y, class_)
