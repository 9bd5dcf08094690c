"""The checked world: dimensions written out, names resolved, units consistent, everything in base units.

A graph of typed operations (each node once, arguments before users) and lists that say what a step does
with them. Both engines read this and nothing else of a world; it knows neither YAML nor machine code.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..quantities.units import Unit
from ..text.problems import NOWHERE, Place

NUMBER, FLAG = "number", "flag"

# Operations. Arguments are node numbers; ``data`` is what the operation carries itself.
#   leaves      const(value) parameter(row) slot(index) host(column) uniform(stream) normal(stream)
#               delayed(line): what a delay line holds from so long ago
#               old(slot): as ``slot``, but at the step's start also in the later stages of a Runge-Kutta step
#   arithmetic  add sub mul div neg min max abs sqrt exp log pow
#   flags       lt le eq ne and or not true false isnan
#   choice      select(flag, a, b)


@dataclass(frozen=True, slots=True)
class Node:
    """One operation. ``kind`` is NUMBER or FLAG."""

    operation: str
    arguments: tuple[int, ...] = ()
    data: float | int = 0
    kind: str = NUMBER


@dataclass(slots=True)
class Row:
    """One scalar that is fixed for a whole future: a parameter of one member, or a switch.

    ``parameter`` and ``members`` say where it comes from; ``part`` is empty for the drawn value, and one
    of ``named.PARTS`` for the rows that let events draw it anew.
    """

    name: str
    parameter: str
    members: tuple[str, ...]
    part: str = ""
    unit: Unit | None = None


@dataclass(slots=True)
class Slot:
    """One scalar of a future's state. ``start`` is the node of its first value."""

    name: str
    role: str  # stock, flag, fired, timer, memory, choice, redrawn, count, ending, date, answer, bad
    start: int = -1
    unit: Unit | None = None
    members: tuple[str, ...] = ()
    item: str = ""


@dataclass(slots=True)
class DelayLine:
    """A fixed delay: a ring of slots in which step n reads and then writes slot ``first`` + n mod L.

    L is the delay's length in steps; n mod L stands in the host table's ``column``. There is a slot for every day of the
    length, which is enough whatever the step, so that one graph serves all steps; those beyond L are not used.
    """

    first: int
    slots: int
    column: int
    node: int  # what is written


@dataclass(slots=True)
class StockStep:
    """How a stock moves in a step. ``limited`` stocks take at most what is there plus what flows in."""

    slot: int
    inflow: int = -1
    outflow: int = -1
    change: int = -1
    limited: bool = True
    count: int = -1


@dataclass(slots=True)
class EventStep:
    """How an event is tested. Node numbers; -1 where the event has none."""

    name: str
    slot: int  # is it true?
    fired: int  # slot of the pulse
    when: int = -1
    rate: int = -1
    draw: int = -1  # uniform node
    lasting: bool = False  # once or until: does not fire while true
    until: int = -1
    before: int = -1  # slot that remembers `when`, for events without a rate
    host: int = -1  # column that forces it
    group: int = -1  # index into Graph.groups, for either


@dataclass(slots=True)
class Group:
    """Events that exclude each other: one draw says whether one fires, a second which."""

    events: tuple[int, ...]
    draw: int
    pick: int


@dataclass(slots=True)
class OptionStep:
    """One option of a decision: its condition (-1: always), its worth and its Gumbel uniform."""

    name: str
    when: int
    worth: int
    draw: int


@dataclass(slots=True)
class DecisionStep:
    """A choice: made in the steps where the host column says so."""

    name: str
    slot: int
    host: int
    when: int
    temperature: int
    options: list[OptionStep]
    every: str


@dataclass(slots=True)
class EffectStep:
    """``set``, ``add`` or ``take`` on a slot, when an event fires or an option is chosen."""

    operation: str
    slot: int
    amount: int
    event: int = -1
    decision: int = -1
    option: int = -1
    nonnegative: bool = True


@dataclass(slots=True)
class EndingStep:
    """An ending with its condition; ``stop`` ends the future there."""

    name: str
    condition: int
    at_horizon: bool
    stop: bool


@dataclass(slots=True)
class Answer:
    """A proposition: slots for the first day on which it held and for whether it holds now."""

    name: str
    condition: int
    first: int
    now: int


@dataclass(slots=True)
class Host:
    """A number that is the same for all futures in a step, made outside the kernel.

    kind is clock, dt, day, cycle (data: peak day, period in days), due (data: decision index), force
    (data: event index) or ring (data: days; the step's number modulo so many days in steps, at least one)
    """

    kind: str
    data: tuple = ()


@dataclass(slots=True)
class Shown:
    """A stock or value whose bands are drawn: its slot, label and unit."""

    item: str
    members: tuple[str, ...]
    slot: int
    label: str
    unit: Unit


@dataclass(slots=True)
class Measured:
    """A number that is kept whenever values are computed, to be read between steps: its slot and unit."""

    name: str
    slot: int
    unit: Unit


@dataclass(slots=True)
class Correlated:
    """Rows that are drawn together: their scores are the lower triangle times independent ones (Cholesky)."""

    rows: tuple[int, ...]
    triangle: tuple[tuple[float, ...], ...]


@dataclass(slots=True)
class Graph:
    """Everything that a step needs. Lists are in the world's order."""

    nodes: list[Node] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    hosts: list[Host] = field(default_factory=list)
    streams: list[str] = field(default_factory=list)
    refresh: list[tuple[int, int]] = field(default_factory=list)  # slot := node whenever values are computed
    updates: list[tuple[int, int]] = field(default_factory=list)  # slot := node at the end of a step
    lines: list[DelayLine] = field(default_factory=list)
    stocks: list[StockStep] = field(default_factory=list)
    events: list[EventStep] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    decisions: list[DecisionStep] = field(default_factory=list)
    effects: list[EffectStep] = field(default_factory=list)
    endings: list[EndingStep] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    ending_slot: int = -1
    ending_date_slot: int = -1
    bad_slot: int = -1
    rk4: bool = False  # flows and lags by the classic Runge-Kutta method of fourth order, not by Euler's
    shown: list[Shown] = field(default_factory=list)
    measures: list[Measured] = field(default_factory=list)
    correlated: list[Correlated] = field(default_factory=list)
    named: dict[str, int] = field(default_factory=dict)  # scalar name of a value -> node
    named_units: dict[str, Unit] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    CLOCK = 0  # columns of the host table that are always there
    DT = 1

    def place(self, name: str) -> Place:
        """Where an item was declared."""
        return self.places.get(name, NOWHERE)

    def slot_index(self, name: str) -> int:
        """The index of the slot with that name. Raises ``KeyError``."""
        for i, slot in enumerate(self.slots):
            if slot.name == name:
                return i
        raise KeyError(name)


def scalar_name(item: str, members: tuple[str, ...]) -> str:
    """``men[russia]``, or ``legitimacy`` where there are no members."""
    return f"{item}[{', '.join(members)}]" if members else item
