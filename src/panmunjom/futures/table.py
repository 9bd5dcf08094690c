"""Futures as a table: a row a future, its columns named as the world names things, in the units that people use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from ..case.records import Used
from ..engine.run import Raw
from ..world.build import Built

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    role    future, luck, parameter, ending, ending_date, first, holds, final or not_finite
    kind    integer, number, flag, day (empty: never) or text (one of ``labels``; empty: none)
    index   of the graph's row, answer or stock that it shows
    factor  of the unit, to base units
    """

    name: str
    role: str
    kind: str
    unit: str = ""
    about: str = ""
    index: int = -1
    factor: float = 1.0
    labels: tuple[str, ...] = ()

    def cells(self, table: npt.NDArray[np.float64], raw: Raw) -> npt.NDArray[Any]:
        """The column's values, shape (n,): days as ``datetime64[D]`` (NaT: never), text as positions in ``labels``.

        ``table`` holds the rows of the futures in ``raw``, shape (rows, n), both in base units.
        """
        match self.role:
            case "future" | "luck":
                return raw.points
            case "parameter":
                return table[self.index] / self.factor
            case "final":
                return raw.final[self.index] / self.factor
            case "ending":
                return raw.ending
            case "holds":
                return raw.now[self.index]
            case "first":
                return days(raw.first[self.index])
            case "ending_date":
                return days(raw.ending_day)
            case _:
                return days(raw.bad)

    def as_dict(self) -> dict[str, object]:
        """The column as the manifest says it."""
        found: dict[str, object] = {"name": self.name, "role": self.role, "kind": self.kind}
        found |= {"unit": self.unit, "about": self.about}
        return found | ({"labels": list(self.labels)} if self.kind == "text" else {})


def days(ordinals: npt.NDArray[np.floating]) -> npt.NDArray[np.datetime64]:
    """Proleptic ordinals as ``datetime64[D]``; NaN as NaT. Shape as given."""
    never = np.isnan(ordinals)
    found = (np.where(never, _EPOCH, ordinals).astype(np.int64) - _EPOCH).astype("datetime64[D]")
    found[never] = np.datetime64("NaT")
    return found


def columns(built: Built, used: dict[str, Used]) -> list[Column]:
    """The columns of a filled view's futures.

    Parameters that the view fixes have none (see ``fixed``), nor have those that are drawn when an event fires. Where the
    world uses a name of our own (``luck``, say), ours gets an underscore behind it.
    """
    graph, world = built.graph, built.world
    theirs = [
        Column(r.name, "parameter", "number", used[r.name].unit.text, world.parameters[r.parameter].about, i,
               used[r.name].unit.factor)
        for i, r in enumerate(graph.rows)
        if not r.part and not used[r.name].distribution.certain
    ]  # fmt: skip
    after: list[Column] = []
    for i, answer in enumerate(graph.answers):
        text = world.propositions[answer.name].about or answer.name
        after.append(
            Column(f"first({answer.name})", "first", "day", "", f"first day on which it held: {text}", i)
        )
        after.append(Column(f"holds({answer.name})", "holds", "flag", "", f"at the end: {text}", i))
    for i, stock in enumerate(graph.stocks):
        slot = graph.slots[stock.slot]
        declared = world.stocks[slot.item]
        unit, factor = (slot.unit.text, slot.unit.factor) if slot.unit else ("", 1.0)
        after.append(
            Column(
                slot.name,
                "final",
                "number",
                unit,
                f"at the end: {declared.about or declared.label}",
                i,
                factor,
            )
        )
    taken = {c.name for c in theirs + after}

    def own(role: str, kind: str, about: str, labels: tuple[str, ...] = ()) -> Column:
        name = role
        while name in taken:
            name += "_"
        return Column(name, role, kind, "", about, labels=labels)

    endings = tuple(e.name for e in graph.endings)
    return [
        own("future", "integer", "number of the future and of its parameter point"),
        own("luck", "integer", "number of its luck"),
        *theirs,
        own("ending", "text", "how the war stands", endings),
        own("ending_date", "day", "the day on which that was so first"),
        *after,
        own(
            "not_finite", "day", "start of the step in which it stopped being finite: leave such futures out"
        ),
    ]


def fixed(built: Built, used: dict[str, Used]) -> dict[str, dict[str, object]]:
    """The parameters that are the same in every future: name -> value and unit."""
    return {
        row.name: {"value": used[row.name].distribution.median, "unit": used[row.name].unit.text}
        for row in built.graph.rows
        if not row.part and used[row.name].distribution.certain
    }
