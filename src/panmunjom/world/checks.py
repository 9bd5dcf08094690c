"""Checks of a world that need more than one expression: dimensions and members, start values, white noise."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from ..quantities.distributions import TABLED, Distribution
from ..text.problems import NOWHERE, CaseError, Place, Problems, nearest
from .declared import ByMember, Item, Members, Need, Parameter, World
from .graph import Graph, scalar_name
from .names import Names
from .resolve import MAX_SIZE, members_of

MAX_VALUES = 5_000  # scalars after dimensions are written out

_PARTS = {
    "start": "start",
    "inflow": "in",
    "outflow": "out",
    "change": "change",
    "formula": "is",
    "when": "when",
}
_PARTS |= {"rate": "rate", "until": "until"}  # attribute of a declaration -> its key in the file


def check_dimensions(world: World, dimension_of: Mapping[str, str], problems: Problems) -> None:
    """Dimensions and members exist wherever they are named. Raises ``CaseError``:
    nothing can be built before that is so.
    """
    before = len(problems.errors)
    items = [
        *world.parameters.values(),
        *world.stocks.values(),
        *world.values.values(),
        *world.events.values(),
    ]
    total = sum(math.prod(len(world.dimensions.get(d, ())) for d in item.per) for item in items)
    total += len(world.endings) + sum(1 + len(d.options) for d in world.decisions.values())
    if total > MAX_VALUES:
        message = (
            f"the world has {total:,} values once dimensions are written out; the limit is {MAX_VALUES:,}"
        )
        problems.add("too-large", next(iter(world.places.values())), message)
        raise CaseError(problems)
    for item in items:
        for d in item.per:
            if d not in world.dimensions:
                message = f"'{item.name}' is per '{d}', which is not a dimension"
                hint = nearest(d, world.dimensions) or "Declare it under 'dimensions:'."
                problems.add("unknown-dimension", item.place, message, hint)
        if all(d in world.dimensions for d in item.per):
            check_cases(world, item, problems)
    for name, pairs in world.relations.items():
        check_relation(name, pairs, world.places[name], dimension_of, problems)
    for decision in world.decisions.values():
        if decision.by and decision.by not in dimension_of:
            message = f"'{decision.by}' decides '{decision.name}' but is a member of no dimension"
            problems.add("unknown-member", decision.place, message, nearest(decision.by, dimension_of))
    if len(problems.errors) > before:
        raise CaseError(problems)


def check_relation(
    name: str, pairs: Mapping[str, Members], place: Place, dimension_of: Mapping[str, str], problems: Problems
) -> None:
    """A relation leads from members of one dimension to members of the same."""
    members = [m for member, others in pairs.items() for m in (member, *others)]
    for m in members:
        if m not in dimension_of:
            message = f"the relation '{name}' names '{m}', a member of no dimension"
            problems.add("unknown-member", place, message, nearest(m, dimension_of))
    dimensions = sorted({dimension_of[m] for m in members if m in dimension_of})
    if len(dimensions) > 1:
        message = f"the relation '{name}' mixes members of {' and '.join(dimensions)}"
        problems.add(
            "bad-member", place, message, "It must lead from members of one dimension to members of the same."
        )


def check_cases(world: World, item: Item, problems: Problems) -> None:
    """Every case names members of the item's dimensions and all of them have one."""
    wanted = members_of(world, item.per)
    held: list[tuple[str, dict, dict[Members, Place], Place]] = []
    if isinstance(item, Parameter):
        held = [("assume", c.cases, c.places, c.place) for c in item.assume]
    else:
        for attribute, key in _PARTS.items():
            found = getattr(item, attribute, None)
            if isinstance(found, ByMember):
                held.append((key, found.cases, found.places, found.place))
    for key, cases, places, place in held:
        if () in cases or not cases:
            continue
        for members in cases:
            for level, (member, dimension) in enumerate(zip(members, item.per, strict=False), 1):
                known = world.dimensions[dimension]
                if member not in known:
                    message = f"'{member}' is not a member of {dimension}"
                    hint = nearest(member, [*known, *(r for r, m in world.roles.items() if m in known)])
                    problems.add("unknown-member", places.get(members[:level], place), message, hint)
        missing = [m for m in wanted if not any(m[:k] in cases for k in range(1, len(m) + 1))]
        if missing:
            words = "; ".join(", ".join(m) for m in missing)
            message = f"'{key}' of '{item.name}' says nothing about {words}"
            problems.add("missing-member", place, message, "Every member needs an entry.")


def speaker(need: Need) -> str:
    """Who needs it, as messages say it."""
    return f"the part '{need.part}'" if need.part else "this file"


def check_needs(names: Names, world: World, problems: Problems) -> None:
    """What parts need is declared by somebody, for the same members; what is not is said once, where the part needs it."""
    known = [*world.parameters, *world.stocks, *world.values, *world.events, *world.switches]
    for need in world.needs:
        per, part = names.per(need.name), speaker(need)
        what = f"{need.about}, " if need.about else ""
        what += "true or false" if need.flag else f"in {need.unit}" if need.unit else "a plain number"
        what += f", per {', '.join(need.per)}" if need.per else ""
        if per is None:
            names.missing.add(need.name)
            if need.name not in world.places:
                near = nearest(need.name, known) if len(known) > 12 else ""
                hint = near or f"Declare it in a file of the case's world, or use the part that does: {what}."
                message = f"{part} needs '{need.name}' ({what}), and nothing is called so"
                problems.add("missing-need", need.place, message, hint)
        elif per != need.per:
            wanted, has = (f"per {', '.join(d)}" if d else "without members" for d in (need.per, per))
            message = f"{part} needs '{need.name}' {wanted}, but it is {has}"
            problems.add("wrong-members", world.places.get(need.name, need.place), message)


def check_size(graph: Graph, made: int, problems: Problems) -> None:
    """A world that would take minutes to compile is refused; ``made`` is the size of its nodes and slots.

    The weights are what each took to compile, in thousandths of a second.
    """
    options = sum(len(d.options) for d in graph.decisions)
    size = made + 15 * len(graph.events) + 2 * len(graph.stocks) + 3 * len(graph.effects) + 10 * options
    if size > MAX_SIZE:
        message = "the world has too many stocks, events and choices once dimensions are written out"
        problems.add("too-large", next(iter(graph.places.values()), NOWHERE), message)


def check_starts(graph: Graph, problems: Problems) -> None:
    """Start values must not depend on each other in a circle."""
    state: dict[int, int] = {}  # 1 open, 2 done
    for root in range(len(graph.slots)):
        stack = [(root, False)]
        while stack:
            index, leaving = stack.pop()
            if leaving:
                state[index] = 2
            elif state.get(index) == 1:
                ring = [i for i, left in stack if left]
                names = [graph.slots[i].name for i in [*ring[ring.index(index) :], index]]
                message = f"the start value goes round in a circle: {' → '.join(names)}"
                hint = "One of them must start from a parameter or a number."
                problems.add("circular", graph.place(graph.slots[index].item), message, hint)
            elif state.get(index) is None:
                state[index] = 1
                stack.append((index, True))
                stack.extend((i, False) for i in sorted(slots_under(graph, graph.slots[index].start)))


def check_noise(graph: Graph, white: Mapping[int, Place], problems: Problems) -> None:
    """White noise has no value at a moment: nothing but flows may read it."""
    roots = [n for e in graph.events for n in (e.when, e.rate, e.until)] + [s.start for s in graph.slots]
    roots += [n for d in graph.decisions for n in (d.when, d.temperature)]
    roots += [n for d in graph.decisions for o in d.options for n in (o.when, o.worth)]
    roots += [e.amount for e in graph.effects] + [e.condition for e in graph.endings]
    roots += [a.condition for a in graph.answers]
    for node in sorted(under(graph, roots) & set(white)):
        message = "this noise is white: it has no value at a moment and can stand only in flows"
        problems.add("white-noise", white[node], message, "Give it a memory, as in noise(spread, 3 months).")


def check_rk4(once_a_step: Mapping[Place, str], problems: Problems) -> None:
    """A Runge-Kutta step looks into the step, where chance, decisions and fixed delays have no values."""
    for place, what in once_a_step.items():
        message = f"{what}: the method rk4 is for worlds without chance, decisions and fixed delays"
        problems.add(
            "needs-euler", place, message, "Write 'method: euler' in case.yaml, or leave it out there."
        )
def check_redraws(world: World, row_of: Mapping[str, int], problems: Problems) -> None:
    """What events draw anew must have a shape that compiled code can draw."""
    for parameter in world.parameters.values():
        for column in parameter.assume:
            for members in members_of(world, parameter.per):
                name, found = scalar_name(parameter.name, members), column.of(members)
                if found is not None and found.family in TABLED and f"{name}#family" in row_of:
                    problems.add("cannot-redraw", column.place, *cannot_redraw(name, found))


def cannot_redraw(scalar: str, distribution: Distribution) -> tuple[str, str]:
    """What is wrong with such a shape, and what would be right."""
    message = f"'{scalar}' is drawn anew by events, and '{distribution.text}' cannot be drawn within a run"
    return message, "Write it as a range (15 to 30), as 320 ± 60, or as triangular(low, mode, high)."


def slots_under(graph: Graph, root: int) -> set[int]:
    """The slots that a node reads at the start, through any number of operations."""
    found = set()
    for node in (graph.nodes[n] for n in under(graph, [root])):
        if node.operation in ("slot", "old"):
            found.add(int(node.data))
        elif node.operation == "delayed":
            found.add(graph.lines[int(node.data)].first)
    return found


def under(graph: Graph, roots: Iterable[int]) -> set[int]:
    """The nodes that these nodes need, themselves included; -1 stands for none."""
    seen: set[int] = set()
    stack = [r for r in roots if r >= 0]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(graph.nodes[node].arguments)
    return seen
