"""Small tools for drawing: escaped SVG elements, linear scales, round tick values."""

from __future__ import annotations

import math
from collections.abc import Callable

from markupsafe import Markup, escape

Scale = Callable[[float], float]


def _text(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def element(name: str, /, *children: object, **attributes: object) -> Markup:
    """One SVG element. Children and attribute values are escaped (``Markup`` is taken as it is); None leaves
    an attribute out; ``class_`` becomes ``class`` and other underscores hyphens; floats are written with one
    decimal."""
    given = {
        key.rstrip("_").replace("_", "-"): value for key, value in attributes.items() if value is not None
    }
    head = Markup("").join(Markup(' {}="{}"').format(key, _text(value)) for key, value in given.items())
    body = Markup("").join(escape(child) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), head, body)


def picture(
    width: float, height: float, ident: str, title: str, about: str, *children: object, class_: str = ""
) -> Markup:
    """An ``<svg>`` with accessible name and description, drawn in a box of ``width`` × ``height`` and scaled
    to fit."""
    return element(
        "svg",
        element("title", title, id=f"{ident}-t"),
        element("desc", about, id=f"{ident}-d"),
        *children,
        class_=f"chart {class_}".strip(),
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_labelledby=f"{ident}-t {ident}-d",
        style=f"max-width:{width:g}px",
    )


def label(
    x: float, y: float, text: object, *, anchor: str | None = None, class_: str | None = None
) -> Markup:
    """A text whose baseline starts (``anchor`` None), ends ("end") or is centred ("middle") at (x, y)."""
    return element("text", text, x=x, y=y, text_anchor=anchor, class_=class_)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def rectangle(
    x1: float, y: float, x2: float, height: float, class_: str, *children: object, r: float = 0
) -> Markup:
    """A rectangle between x1 and x2 in either order."""
    left, right = min(x1, x2), max(x1, x2)
    return element(
        "rect", *children, x=left, y=y, width=right - left, height=height, rx=r or None, class_=class_
    )


def linear(low: float, high: float, first: float, last: float) -> Scale:
    """The straight map that takes ``low`` to ``first`` and ``high`` to ``last``."""
    slope = (last - first) / (high - low) if high != low else 0.0
    return lambda value: first + (value - low) * slope


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """About ``count`` round values (1, 2 or 5 times a power of ten) that cover [low, high], ends included."""
    if not (math.isfinite(low) and math.isfinite(high)) or high - low < 1e-300:
        return [low, low + 1] if math.isfinite(low) else [0.0, 1.0]
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [k * step for k in range(first, last + 1)]


def fits(text: str, room: float, size: float = 12) -> bool:
    """Whether ``text`` at ``size`` pixels is likely to fit into ``room`` (a letter is taken as 0.56 of its
    size)."""
    return len(text) * size * 0.56 <= room


def shorten(text: str, room: float, size: float = 12) -> str:
    """``text``, cut with an ellipsis to what is likely to fit into ``room``."""
    most = max(2, int(room / (size * 0.56)))
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
