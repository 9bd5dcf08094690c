"""Fan charts: how a stock's quantiles over all futures move with time. Bands, never a single line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from panmunjom.report.svg import Scale, element, label, line, linear, picture, shorten, ticks
from panmunjom.report.words import MONTHS, day, finite, number, unit, year_of

WIDTH, HEIGHT = 352.0, 196.0
TOP, BOTTOM = 24.0, 22.0
MOST_POINTS = 80  # of one band; longer series keep every k-th point and the last


Points = list[tuple[float, list[float]]]  # decimal years with the five quantiles


@dataclass(frozen=True)
class Fan:
    """Quantiles of one member of a stock: ``quantiles[i]`` are the 5, 25, 50, 75 and 95% points at
    ``dates[i]``."""

    member: str
    dates: Sequence[str]
    quantiles: Sequence[Sequence[float | None]]
    observed: Sequence[tuple[str, float]] = ()
    claimed: bool = False  # nobody could verify what was observed: its dots are hollow


@dataclass(frozen=True)
class Panel:
    """One chart: a stock with all its members in one unit."""

    title: str
    unit: str
    fans: Sequence[Fan]


def observed(fan: Fan) -> list[tuple[float, str, float]]:
    """The observed values that can be drawn, as (decimal year, date, value)."""
    found = [(year_of(date), date, finite(value)) for date, value in fan.observed]
    return [(when, date, value) for when, date, value in found if math.isfinite(when) and value is not None]


def points_of(fan: Fan) -> Points:
    """The finite points of a fan as (decimal year, five quantiles), thinned to ``MOST_POINTS``."""
    found = []
    for date, row in zip(fan.dates, fan.quantiles, strict=False):
        when, values = year_of(date), [finite(value) for value in row]
        if math.isfinite(when) and all(value is not None for value in values):
            found.append((when, [value for value in values if value is not None]))
    every = max(1, math.ceil(len(found) / MOST_POINTS))
    return found if every == 1 else [*found[:-1:every], found[-1]]


def area(points: Points, low: int, high: int, x: Scale, y: Scale, class_: str) -> Markup:
    """The area between two quantiles."""
    there = [f"{x(t):.1f},{y(row[high]):.1f}" for t, row in points]
    back = [f"{x(t):.1f},{y(row[low]):.1f}" for t, row in reversed(points)]
    return element("path", d=f"M{' '.join(there + back)}Z", class_=class_)


def years_axis(first: float, last: float, x: Scale, bottom: float) -> list[Markup]:
    """Ticks at the turns of years, at most six with labels; with fewer than two, labels at the ends."""
    turns = [float(year) for year in range(math.ceil(first), math.floor(last) + 1)]
    if len(turns) < 2:
        ends = [f"{MONTHS[int(12 * (t % 1))]} {int(t)}" for t in (first, last)]
        return [label(x(first), bottom + 16, ends[0]), label(x(last), bottom + 16, ends[1], anchor="end")]
    every = max(1, math.ceil(len(turns) / 6))
    marks = []
    for year in turns:
        marks.append(line(x(year), bottom, x(year), bottom + 4, "tick"))
        if int(year) % every == 0:
            anchor = "end" if x(year) > WIDTH - 14 else "middle"
            marks.append(label(x(year), bottom + 16, f"{year:.0f}", anchor=anchor))
    return marks


def spaced(heights: Sequence[float], bottom: float) -> list[float]:
    """Base lines for labels beside ``heights``, pushed apart to 13 pixels and kept above ``bottom``."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    placed = [0.0] * len(heights)
    least = TOP + 8
    for i in order:
        placed[i] = max(heights[i] + 4, least)
        least = placed[i] + 13
    over = max([0.0, *(height - bottom for height in placed)])
    return [height - over for height in placed]


def fan_marks(fan: Fan, points: Points, side: str, x: Scale, y: Scale) -> list[Markup]:
    """The bands, the median and the observed dots of one member."""
    path = " ".join(f"{x(t):.1f},{y(row[2]):.1f}" for t, row in points)
    drawn = [
        area(points, 0, 4, x, y, f"outer {side}"),
        area(points, 1, 3, x, y, f"inner {side}"),
        element("path", d=f"M{path}", class_=f"median {side}"),
    ]
    for when, date, value in observed(fan):
        about = element("title", f"{'claimed' if fan.claimed else 'observed'} {day(date)}: {number(value)}")
        look = "seen claimed" if fan.claimed else "seen"
        drawn.append(element("circle", about, cx=x(when), cy=y(value), r=2.4, class_=f"{look} {side}"))
    return drawn


def fan_chart(panel: Panel, ident: str) -> Markup:
    """One panel: for each member the bands, the median inside them, observed values as dots, and its name."""
    title = ", ".join(filter(None, (panel.title, unit(panel.unit))))
    sides = [(fan, points_of(fan), f"m{index % 4}") for index, fan in enumerate(panel.fans)]
    shown = [(fan, points, side) for fan, points, side in sides if points]
    if not shown:
        note = label(46, HEIGHT / 2, "no finite values", class_="quiet")
        return picture(WIDTH, HEIGHT, ident, title, "No finite values.", note)
    seen = [(when, value) for fan, _, _ in shown for when, _, value in observed(fan)]
    times = [t for _, points, _ in shown for t, _ in points] + [t for t, _ in seen]
    low = min([row[0] for _, points, _ in shown for _, row in points] + [value for _, value in seen])
    high = max([row[4] for _, points, _ in shown for _, row in points] + [value for _, value in seen])
    at = ticks(min(0.0, low) if low < 0.5 * high else low, high if high > low else low + 1)
    names = [fan.member for fan, _, _ in shown if fan.member]
    left = 12 + 6.8 * max(len(number(value)) for value in at)
    right, bottom = WIDTH - (min(96, 10 + 6.6 * max(map(len, names))) if names else 6), HEIGHT - BOTTOM
    x, y = linear(min(times), max(times), left, right), linear(at[0], at[-1], bottom, TOP)
    drawn = [label(0, 12, unit(panel.unit), class_="quiet")]
    for value in at:
        drawn.append(line(left, y(value), right, y(value), "grid"))
        drawn.append(label(left - 6, y(value) + 4, number(value), anchor="end"))
    drawn += years_axis(min(times), max(times), x, bottom)
    told = []
    for fan, points, side in shown:
        drawn += fan_marks(fan, points, side, x, y)
        ends = [number(value) for value in points[-1][1]]
        told.append(
            f"{fan.member or panel.title} at the end: median {ends[2]}, 90% from {ends[0]} to {ends[4]}"
        )
    heights = spaced([y(points[-1][1][2]) for _, points, _ in shown], bottom)
    for (fan, _, side), height in zip(shown, heights, strict=True):
        name = shorten(fan.member, WIDTH - right - 6, 11.5)
        drawn.append(label(right + 6, height, name, class_=f"name {side}"))
    about = f"From {day(panel.fans[0].dates[0])}. {'. '.join(told)}."
    return picture(WIDTH, HEIGHT, ident, title, about, *drawn)
