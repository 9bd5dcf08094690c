"""The charts of probabilities: endings by view, ranges over the theories, and what moves them. Inline SVG, no
script.

Every chart takes a width in pixels and an id prefix; the report draws wide and narrow copies and shows the
one that fits. Colours are classes (``e0`` … ``e9``, by the place of the ending in the case) that the style
sheet fills, so that they change with the reader's light or dark scheme; a letter stands beside every colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from panmunjom.report.svg import Scale, element, fits, label, line, linear, picture, rectangle, shorten, ticks
from panmunjom.report.words import finite

COLOURS = 10
NARROW = 560  # below this width, labels stand above their bars instead of to the left


@dataclass(frozen=True)
class Key:
    """An ending as charts name it: its letter, colour class and short label."""

    id: str
    letter: str
    colour: str
    label: str


@dataclass(frozen=True)
class Bar:
    """One view's endings: shares in the order of the keys (None: not run). ``joined``: belongs to the bar
    above."""

    name: str
    note: str
    href: str
    shares: Sequence[float | None]
    joined: bool = False


@dataclass(frozen=True)
class Interval:
    """One probability: own run ``p`` with ``error`` (two standard errors), and its range over the
    theories."""

    key: Key
    p: float | None
    error: float | None
    low: float | None
    high: float | None
    text: str
    short: str
    href: str = ""


@dataclass(frozen=True)
class Change:
    """What one change did to one ending; ``error`` is two paired standard errors. ``name``: the parameter or theory as
    the case calls it, where ``what`` says it in words."""

    what: str
    how: str
    key: Key
    difference: float
    error: float
    text: str
    href: str = ""
    name: str = ""


def linked(href: str, *children: object) -> Markup:
    """The children inside a link, or as they are."""
    return element("a", *children, href=href) if href else Markup("").join(map(escape, children))


def percent_axis(
    at: Sequence[float], x: float, right: float, top: float, bottom: float, limit: float = 1
) -> list[Markup]:
    """Vertical grid lines with percent labels above them."""
    scale = linear(0, limit, x, right)
    marks = []
    for value in at:
        anchor = "end" if value == limit else ("start" if value == 0 else "middle")
        text = f"{100 * value:.3g}" + ("%" if value else "")
        marks += [
            line(scale(value), top, scale(value), bottom, "grid"),
            label(scale(value), top - 5, text, anchor=anchor),
        ]
    return marks


def endings_bars(bars: Sequence[Bar], keys: Sequence[Key], width: float, ident: str) -> Markup:
    """Stacked bars of the endings, one bar a view, each segment with the name of its ending or its letter."""
    narrow = width < NARROW
    x, right, height, y = (0.0 if narrow else 268.0), width, (24.0 if narrow else 23.0), 20.0
    drawn: list[Markup] = []
    for bar in bars:
        y += 5 if bar.joined else 13
        base, end = (y + 11, width) if narrow else (y + 15, x - 10)
        name = shorten(bar.name, end - (84 if bar.note else 0), 12.5)
        drawn.append(linked(bar.href, label(0, base, name, class_="name")))
        drawn.append(label(end, base, bar.note, anchor="end", class_="quiet"))
        y += 17 if narrow else 0
        drawn += segments(bar, keys, linear(0, 1, x, right), y, height)
        y += height
    grid = percent_axis((0, 0.25, 0.5, 0.75, 1), x, right, 18, y)
    about = "One bar for each view, cut by how often each ending came out. The table below has the numbers."
    return picture(width, y + 4, ident, "Endings by view", about, *grid, *drawn)


def segments(bar: Bar, keys: Sequence[Key], scale: Scale, y: float, height: float) -> list[Markup]:
    """The segments of one bar; a bar without any finite share says so."""
    shares = [finite(share) or 0.0 for share in bar.shares]
    if not any(shares):
        return [label(scale(0) + 4, y + 16, "not run", class_="quiet")]
    drawn, before = [], 0.0
    for key, share in zip(keys, shares, strict=True):
        left, end = scale(before), scale(min(1.0, before + share))
        before += share
        if end - left < 0.3:
            continue
        drawn.append(rectangle(left, y, end, height, f"seg {key.colour}", element("title", key.label)))
        text = key.label if fits(key.label, end - left - 8, 11.5) else key.letter
        if fits(text, end - left - 2, 11.5):
            drawn.append(
                label((left + end) / 2, y + height / 2 + 4, text, anchor="middle", class_=f"on {key.colour}")
            )
    return drawn


def interval_marks(mark: Interval, scale: Scale, y: float, size: float) -> list[Markup]:
    """The wide bar over the theories, the thin line of the sampling error and the dot of the view's own
    run."""
    drawn = []
    if mark.low is not None and mark.high is not None:
        right = max(scale(mark.high), scale(mark.low) + 1.5)
        drawn.append(rectangle(scale(mark.low), y - size / 2, right, size, f"wide {mark.key.colour}", r=2))
    if mark.p is not None:
        error = mark.error or 0.0
        drawn.append(line(scale(max(0.0, mark.p - error)), y, scale(mark.p + error), y, "whisker"))
        drawn.append(element("circle", cx=scale(mark.p), cy=y, r=size / 4, class_=f"dot {mark.key.colour}"))
    return drawn


def ranges(marks: Sequence[Interval], width: float, ident: str) -> Markup:
    """A row for each ending: range over the theory switches (wide), own run with sampling error (dot and thin
    line)."""
    narrow = width < NARROW
    tops = [value for mark in marks for value in (mark.p, mark.high) if value is not None]
    at = ticks(0, max([*tops, 0.05]), 4)
    limit = min(1.0, at[-1])
    at = [value for value in at if value <= limit]
    x, right, y = (2.0, width - 2, 22.0) if narrow else (216.0, width - 176.0, 24.0)
    scale = linear(0, limit, x, right)
    drawn: list[Markup] = []
    for mark in marks:
        name = f"{mark.key.letter}  {mark.key.label}"
        if narrow:
            drawn += [linked(mark.href, label(0, y + 13, shorten(name, 190), class_="name"))]
            drawn += [label(width, y + 13, mark.short, anchor="end", class_="num")]
            y += 27
            drawn += interval_marks(mark, scale, y, 13)
            y += 12
        else:
            y += 15
            drawn += [linked(mark.href, label(0, y + 4, shorten(name, 200), class_="name"))]
            drawn += [
                *interval_marks(mark, scale, y, 14),
                label(width, y + 4, mark.text, anchor="end", class_="num"),
            ]
            y += 12
    about = "; ".join(f"{mark.key.label}: {mark.text}" for mark in marks) or "No ending."
    grid = percent_axis(at, x, right, 18, y + 2, limit)
    return picture(width, y + 6, ident, "How far the theories move each ending", about, *grid, *drawn)


def whisker(mark: Interval, width: float = 64) -> Markup:
    """The same marks, small, for a table cell; the scale is 0 to 100%. Hidden from screen readers: the cell
    says it."""
    scale = linear(0, 1, 2, width - 2)
    base = line(2, 6, width - 2, 6, "base")
    marks = interval_marks(mark, scale, 6, 8)
    return element(
        "svg",
        base,
        *marks,
        class_="mini",
        viewBox=f"0 0 {width:g} 12",
        width=width,
        height=12,
        aria_hidden="true",
    )


def tornado(changes: Sequence[Change], width: float, ident: str) -> Markup:
    """Bars of differences in percentage points from the middle, largest first, each with its paired error."""
    narrow = width < NARROW
    most = max([abs(change.difference) + change.error for change in changes], default=0.01)
    at = ticks(0, max(most, 0.001), 2)
    limit = at[-1]
    x, right, y = (6.0, width - 6, 22.0) if narrow else (352.0, width - 150.0, 24.0)
    scale = linear(-limit, limit, x, right)
    drawn: list[Markup] = []
    for change in changes:
        room = width if narrow else 340
        drawn.append(linked(change.href, label(0, y + 14, shorten(change.what, room, 12.5), class_="name")))
        if change.name:
            y += 15
            drawn.append(label(0, y + 14, shorten(change.name, room), class_="quiet"))
        drawn.append(
            label(
                0,
                y + 29,
                shorten(f"{change.how} · {change.key.letter} {change.key.label}", room),
                class_="quiet",
            )
        )
        middle = y + (42 if narrow else 11 if change.name else 19)
        drawn.append(
            rectangle(scale(0), middle - 7, scale(change.difference), 14, f"seg {change.key.colour}")
        )
        ends = [scale(change.difference + sign * change.error) for sign in (-1, 1)]
        drawn.append(line(ends[0], middle, ends[1], middle, "whisker"))
        if narrow:
            side = "start" if change.difference < 0 else "end"
            drawn.append(
                label(
                    scale(0) + (6 if change.difference < 0 else -6),
                    middle + 4,
                    change.text,
                    anchor=side,
                    class_="num",
                )
            )
        else:
            drawn.append(label(width, middle + 4, change.text, anchor="end", class_="num"))
        y += 58 if narrow else 40
    grid = []
    for value in sorted({sign * value for value in at for sign in (-1, 1)}):
        anchor = "start" if value == -limit and narrow else ("end" if value == limit and narrow else "middle")
        text = f"{100 * value:+.3g}".replace("-", "−") if value else "0"
        grid += [
            line(scale(value), 18, scale(value), y, "grid zero" if not value else "grid"),
            label(scale(value), 13, text, anchor=anchor),
        ]
    named = [(c, f"{c.what} ({c.name})" if c.name else c.what) for c in changes]
    about = (
        "; ".join(f"{what}, {c.how}: {c.key.label} {c.text}" for c, what in named) or "Nothing was turned."
    )
    return picture(
        width, y + 4, ident, "Change of an ending's probability, in percentage points", about, *grid, *drawn
    )
