"""Rank correlations of parameters: from pairs to groups whose normal scores are drawn together.

A rank correlation (Spearman) of ρ between two parameters is one of 2 sin(πρ/6) between their normal scores (Gaussian
copula; R. T. Clemen & T. Reilly, Management Science 45 (1999) 208). Pairs that are not named are independent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING

from ..text.problems import Problems, nearest
from .declared import Correlation, World
from .graph import Correlated
from .resolve import members_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Pair = frozenset[str]
Triangle = tuple[tuple[float, ...], ...]

_ZERO = 1e-12  # a pivot below this is one: two parameters with rank 1 are the same draw
_ROUNDS = 500


def correlate(world: World, row_of: Mapping[str, int], problems: Problems) -> list[Correlated]:
    """The groups of a world's ``correlations:``. Everything that is wrong with them is recorded."""
    known: dict[Pair, Correlation] = {}
    for item in world.correlations.values():
        names = [scalar(name, item, world, row_of, problems) for name in item.between]
        if len(names) != 2 or len(set(names)) != 2:
            message = f"'{item.name}' must name two different parameters"
            problems.add("bad-correlation", item.place, message, "As in between: [aid_level, war_cost].")
            continue
        if None in names:
            continue
        pair = frozenset(n for n in names if n is not None)
        if not -1 <= item.rank <= 1:
            message = f"the rank correlation of '{item.name}' is {item.rank:g}"
            problems.add("bad-correlation", item.place, message, "It must lie between -1 and 1.")
        elif pair in known:
            message = f"'{item.name}' correlates the same two parameters as '{known[pair].name}'"
            problems.add("bad-correlation", item.place, message, "Keep one of the two.")
        else:
            known[pair] = item
    found = []
    for group in groups(known, row_of):
        triangle = cholesky(matrix(group, {p: c.rank for p, c in known.items()}))
        if triangle is None:
            impossible(group, known, problems)
        else:
            found.append(Correlated(tuple(row_of[name] for name in group), triangle))
    return found


def scalar(
    name: str, item: Correlation, world: World, row_of: Mapping[str, int], problems: Problems
) -> str | None:
    """The scalar parameter that a name means; None where a problem was recorded."""
    head, bracket, rest = name.partition("[")
    members = tuple(m.strip() for m in rest.removesuffix("]").split(",")) if bracket else ()
    parameter = world.parameters.get(name) or world.parameters.get(head.strip())
    plain = name if name in world.parameters else head.strip() + (f"[{', '.join(members)}]" if members else "")
    message, hint = "", ""
    if parameter is None:
        other = head in world.places
        message = f"'{item.name}' names '{name}', which is {'no parameter' if other else 'not there'}"
        hint = "Only parameters are drawn." if other else nearest(name, world.parameters)
    elif parameter.each_firing:
        message = f"'{item.name}' names '{name}', which is drawn each time that it is used, not once a future"
        hint = "Only parameters that are drawn once a future can be correlated."
    elif plain not in row_of:
        first = [", ".join(m) for m in members_of(world, parameter.per)][:6]
        message = f"'{item.name}' names '{name}': which of its members?"
        hint = f"Write {head}[...] with {' or '.join(first)}." if first[0] else f"'{head}' has no members."
    elif all(d is None or d.certain for column in parameter.assume for d in column.cases.values()):
        said = f"'{name}' is one figure: '{item.name}' has no effect until a view gives it a range"
        problems.add("idle-correlation", item.place, said, severity="warning")
    if message:
        problems.add("bad-correlation", item.place, message, hint)
        return None
    return plain


def groups(known: Mapping[Pair, Correlation], row_of: Mapping[str, int]) -> list[list[str]]:
    """Parameters that hang together, in the order of their rows."""
    sets: list[set[str]] = []
    for pair in known:
        touched = [s for s in sets if s & pair]
        sets = [s for s in sets if not s & pair] + [set(pair).union(*touched)]
    return sorted((sorted(s, key=row_of.__getitem__) for s in sets), key=lambda g: row_of[g[0]])


def matrix(group: list[str], ranks: Mapping[Pair, float]) -> list[list[float]]:
    """The correlations of the normal scores."""

    def entry(a: str, b: str) -> float:
        return 1.0 if a == b else 2 * math.sin(math.pi / 6 * ranks.get(frozenset((a, b)), 0.0))

    return [[entry(a, b) for b in group] for a in group]


def cholesky(wanted: list[list[float]]) -> Triangle | None:
    """The lower triangle whose product with its transpose that is; None where there is none."""
    found: list[list[float]] = []
    for i, row in enumerate(wanted):
        line: list[float] = []
        for j in range(i):
            rest = row[j] - sum(a * b for a, b in zip(line, found[j], strict=False))
            if found[j][j] == 0.0 and abs(rest) > math.sqrt(_ZERO):
                return None
            line.append(rest / found[j][j] if found[j][j] else 0.0)
        pivot = row[i] - sum(a * a for a in line)
        if pivot < -_ZERO:
            return None
        found.append([*line, math.sqrt(pivot) if pivot > _ZERO else 0.0])
    size = len(wanted)
    return tuple(tuple(line) + (0.0,) * (size - len(line)) for line in found)


def impossible(group: list[str], known: Mapping[Pair, Correlation], problems: Problems) -> None:
    """Record that no parameters can have these correlations, and the nearest that some can."""
    asked = {p: known[p] for p in (frozenset(pair) for pair in combinations(group, 2)) if p in known}
    ranks = possible(group, {p: c.rank for p, c in asked.items()})
    said = ", ".join(f"{c.name} {c.rank:g}" for c in asked.values())
    nearby = ", ".join(f"{c.name} {ranks[p]:g}" for p, c in asked.items())
    message = f"no figures can be correlated so, all at once: {said} (the matrix is not positive definite)"
    problems.add("bad-correlation", next(iter(asked.values())).place, message, f"The nearest that can: {nearby}.")


def possible(group: list[str], ranks: Mapping[Pair, float]) -> dict[Pair, float]:
    """The nearest ranks that some parameters can have, pairs that are not named staying independent.

    Alternating projections with Dykstra's correction (N. J. Higham, IMA Journal of Numerical Analysis 22 (2002) 329).
    """
    import numpy as np

    wanted = np.array(matrix(group, ranks))
    named = np.array([[a == b or frozenset((a, b)) in ranks for b in group] for a in group])
    floor = 1e-3
    while True:
        found = _projected(wanted, named, floor)
        out = {}
        for (i, a), (j, b) in combinations(enumerate(group), 2):
            if named[i, j]:
                out[frozenset((a, b))] = round(6 / math.pi * math.asin(min(1.0, max(-1.0, found[i, j] / 2))), 3)
        if cholesky(matrix(group, out)) is not None:
            return out
        floor *= 2  # rounding to three digits led out again


def _projected(
    wanted: npt.NDArray[np.float64], named: npt.NDArray[np.bool_], floor: float
) -> npt.NDArray[np.float64]:
    import numpy as np

    found, correction = wanted, np.zeros_like(wanted)
    for _ in range(_ROUNDS):
        values, vectors = np.linalg.eigh(found - correction)
        positive = (vectors * np.maximum(values, floor)) @ vectors.T
        correction = positive - (found - correction)
        found = np.where(named, positive, 0.0)
        np.fill_diagonal(found, 1.0)
    return found
