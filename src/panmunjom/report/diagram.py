"""Stocks and flows as a picture: boxes, arrows with valves, clouds where the world ends. The layout is our own.

Stocks that flow into each other stand in columns, in the order of the flow; each other stock has a line of its own. What
comes in stands on the left of a box and what goes out on its right, one lane for each flow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from .svg import element, label, picture, shorten

Json = dict[str, Any]
BOX, GAP, LANE, HEAD, SPACE = 176.0, 200.0, 30.0, 44.0, 26.0
_CLOUD = "m-11 4a5 5 0 0 1 0-9a7 7 0 0 1 12-3a6 6 0 0 1 10 5a4 4 0 0 1-1 7z"

STYLE = """
.d-box { fill: var(--card); stroke: var(--ink); stroke-width: 1.4; }
.d-ghost { fill: none; stroke: var(--quiet); stroke-width: 1; stroke-dasharray: 4 3; }
.d-flow { fill: none; stroke: var(--link); stroke-width: 2; }
.d-event { fill: none; stroke: var(--alarm); stroke-width: 1.4; stroke-dasharray: 5 3; }
.d-valve { fill: var(--paper); stroke: var(--link); stroke-width: 1.4; }
.d-head { fill: var(--link); stroke: none; } .d-head.d-alarm { fill: var(--alarm); }
.d-cloud { fill: var(--paper); stroke: var(--quiet); stroke-width: 1.2; }
"""
ALONE = (
    """
svg { --paper: #fbfaf8; --card: #fff; --ink: #1c2024; --quiet: #565d66; --link: #0b5a8a; --alarm: #8a3b12; }
@media (prefers-color-scheme: dark) {
  svg { --paper: #14171a; --card: #1b1f23; --ink: #e8e6e1; --quiet: #a7adb4; --link: #7cc0ea; --alarm: #f0a070; }
}
svg { background: var(--paper); }
text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; fill: var(--quiet); }
text.name { fill: var(--ink); font-size: 12.5px; font-weight: 600; }
"""
    + STYLE
)


@dataclass(slots=True)
class Lane:
    """One end of a flow at a box: the flow, and the stock at its other end (empty: outside; with ``drawn`` in the picture)."""

    flow: Json
    other: str = ""
    drawn: bool = False
    y: float = 0.0


@dataclass(slots=True)
class Box:
    """A stock with its lanes and where it stands."""

    stock: Json
    left: list[Lane] = field(default_factory=list)
    right: list[Lane] = field(default_factory=list)
    column: int = 0
    x: float = 0.0
    y: float = 0.0

    @property
    def height(self) -> float:
        """High enough for its text and its lanes."""
        return max(HEAD, LANE * max(len(self.left), len(self.right)) + 8)


def boxes_of(stocks: list[Json], flows: list[Json]) -> dict[str, Box]:
    """The boxes of a picture with the lanes of all flows that touch them."""
    boxes = {s["name"]: Box(s) for s in stocks}
    for flow in flows:
        source, target = boxes.get(flow["source"]), boxes.get(flow["target"])
        if target is not None and flow["kind"] == "change":
            target.right.append(Lane(flow))
            continue
        if target is not None:
            target.left.append(Lane(flow, flow["source"], source is not None))
        if source is not None:
            source.right.append(Lane(flow, flow["target"], target is not None))
    return boxes


def place(boxes: dict[str, Box]) -> tuple[float, float]:
    """Give every box its column and place; returns width and height of the picture."""
    for group in groups(boxes):
        columns(group)
    y, widest = SPACE, 1
    for group in groups(boxes):
        lowest = y
        for column in range(1 + max(b.column for b in group)):
            at = y
            for box in (b for b in group if b.column == column):
                box.x, box.y = GAP + column * (BOX + GAP), at
                lanes(box, boxes)
                at += box.height + SPACE
            lowest = max(lowest, at)
            widest = max(widest, column + 1)
        y = lowest
    return GAP + widest * (BOX + GAP), y


def lanes(box: Box, boxes: dict[str, Box]) -> None:
    """Spread the lanes of each side over the height of the box; those from other boxes first, as these stand."""
    order = list(boxes)
    box.left.sort(key=lambda x: (not x.drawn, order.index(x.other) if x.drawn else 0))
    for side in (box.left, box.right):
        for k, lane in enumerate(side):
            lane.y = box.y + box.height * (k + 0.5) / len(side)


def groups(boxes: dict[str, Box]) -> list[list[Box]]:
    """Boxes that flow into each other, together; in the order of the file."""
    found: list[list[Box]] = []
    seen: set[str] = set()
    for name in boxes:
        if name in seen:
            continue
        group, todo = set[str](), [name]
        while todo:
            one = todo.pop()
            if one in group:
                continue
            group.add(one)
            todo += [x.other for x in (*boxes[one].left, *boxes[one].right) if x.drawn]
        seen |= group
        found.append([b for n, b in boxes.items() if n in group])
    return found


def columns(group: list[Box]) -> None:
    """Each box one column behind the furthest that flows into it; what flows back does not count."""
    by = {b.stock["name"]: b for b in group}
    done: dict[str, int] = {}

    def depth(name: str, above: tuple[str, ...]) -> int:
        if name in done:
            return done[name]
        before = [x.other for x in by[name].left if x.drawn and x.other not in (*above, name)]
        found = max((depth(n, (*above, name)) + 1 for n in before), default=0)
        if not above:
            done[name] = found
        return found

    for name, box in by.items():
        box.column = depth(name, ())


def diagram(name: str, stocks: list[Json], flows: list[Json], alone: bool = False) -> Markup:
    """The picture of some stocks; ``alone`` for a file of its own, with its colours."""
    boxes = boxes_of(stocks, flows)
    width, height = place(boxes)
    parts: list[Markup] = [Markup("<style>{}</style>").format(Markup(ALONE))] if alone else []
    for box in boxes.values():
        parts += [drawn_left(box, lane) for lane in box.left if not lane.drawn]
        parts += [drawn_right(box, lane) for lane in box.right if not lane.drawn]
        parts += [drawn_between(box, lane, boxes[lane.other]) for lane in box.right if lane.drawn]
    parts += [drawn_box(box) for box in boxes.values()]
    told = f"Stocks and flows of {name}: {', '.join(boxes)}"
    svg = picture(width, height, f"flows-{name.replace('.', '-')}", f"Stocks and flows of {name}", told, *parts)
    if alone:
        svg = Markup(str(svg).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))
    return svg


def drawn_box(box: Box) -> Markup:
    """A stock: its name, and below it its dimensions and unit."""
    stock = box.stock
    name = stock["name"] + (f"[{', '.join(stock['per'])}]" if stock["per"] else "")
    middle, centre = box.x + BOX / 2, box.y + box.height / 2
    behind = element("rect", x=box.x + 4, y=box.y - 4, width=BOX, height=box.height, rx=3, class_="d-box")
    shadow = [behind] if stock["per"] else []
    measure = stock["unit"].replace("^2", "²").replace("_", " ") or "plain number"
    return element(
        "g",
        element("title", f"{name}: {stock['about']}"),
        *shadow,
        element("rect", x=box.x, y=box.y, width=BOX, height=box.height, rx=3, class_="d-box"),
        label(middle, centre - 1, shorten(name, BOX - 8, 12.5), anchor="middle", class_="name"),
        label(middle, centre + 14, shorten(measure, BOX - 8), anchor="middle", class_="quiet"),
    )


def line_of(lane: Lane, d: str, middle: tuple[float, float], room: float, tip: tuple[float, float, int]) -> Markup:
    """An arrow along a path with its valve and label. ``tip``: where it points to, and 1 for right or −1 for left."""
    event = lane.flow["kind"] in ("event", "choice")
    x, y, way = tip
    head = f"M{x:.1f} {y:.1f}l{-8 * way} -4.5v9z"
    cross = f"M{middle[0] - 6:.1f} {middle[1] - 5:.1f}v10l12 -10v10z"
    parts = [
        element("title", lane.flow["text"]),
        element("path", d=d, class_="d-event" if event else "d-flow"),
        element("path", d=head, class_="d-head d-alarm" if event else "d-head"),
    ]
    if not event:
        parts.append(element("path", d=cross, class_="d-valve"))
    parts.append(label(middle[0], middle[1] - 9, shorten(lane.flow["text"], room), anchor="middle", class_="quiet"))
    return element("g", *parts)


def outside(lane: Lane, x: float) -> Markup:
    """What lies at the outer end of a flow: a cloud, or the name of a stock of another file."""
    if lane.flow["kind"] in ("event", "choice"):
        return Markup("")
    if not lane.other:
        return element("path", d=_CLOUD, class_="d-cloud", transform=f"translate({x:.1f} {lane.y:.1f})")
    return element(
        "g",
        element("rect", x=x - 40, y=lane.y - 9, width=80, height=18, rx=3, class_="d-ghost"),
        label(x, lane.y + 4, shorten(lane.other, 76), anchor="middle", class_="quiet"),
    )


def drawn_left(box: Box, lane: Lane) -> Markup:
    """A flow from outside into a box."""
    far = box.x - GAP + (48 if lane.other else 20)
    begin = far + (40 if lane.other else 12)
    room = box.x - begin - 6
    line = line_of(lane, f"M{begin:.1f} {lane.y:.1f}H{box.x - 6:.1f}", ((begin + box.x) / 2, lane.y), room, (box.x, lane.y, 1))
    return element("g", line, outside(lane, far))


def drawn_right(box: Box, lane: Lane) -> Markup:
    """A flow from a box to outside; a change of either sign points both ways."""
    edge = box.x + BOX
    far = edge + GAP - (44 if lane.other else 14)
    end = far - (40 if lane.other else 12)
    event = lane.flow["kind"] in ("event", "choice")
    middle, room = ((edge + end) / 2, lane.y), end - edge - 6
    line = line_of(lane, f"M{edge:.1f} {lane.y:.1f}H{end - 6:.1f}", middle, room, (end, lane.y, 1))
    back = Markup("")
    if lane.flow["kind"] == "change":
        back = element("path", d=f"M{edge:.1f} {lane.y:.1f}l8 -4.5v9z", class_="d-head")
    return element("g", line, back, Markup("") if event else outside(lane, far))


def drawn_between(box: Box, lane: Lane, other: Box) -> Markup:
    """A flow from one box to another: right, up or down, right; back over the top where the other stands before it."""
    there = next(x for x in other.left if x.flow is lane.flow)
    begin, end = box.x + BOX, other.x
    if end > begin:
        turn = end - 18 - 7 * other.left.index(there)
        d = f"M{begin:.1f} {lane.y:.1f}H{turn:.1f}V{there.y:.1f}H{end - 6:.1f}"
        return line_of(lane, d, ((begin + min(turn, begin + GAP)) / 2, lane.y), min(GAP, turn - begin) - 6, (end, there.y, 1))
    over = min(box.y, other.y) - 14
    d = f"M{begin:.1f} {lane.y:.1f}h14V{over:.1f}H{end - 14:.1f}V{there.y:.1f}H{end - 6:.1f}"
    return line_of(lane, d, ((begin + end) / 2, over), max(60.0, begin - end), (end, there.y, 1))
