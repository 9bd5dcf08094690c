"""What a world declares, item by item, before names are resolved: the objects that the YAML is read into.

They know nothing of YAML: a world can be built from them in Python and gives the same results.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from ..quantities.distributions import Distribution
from ..text.problems import NOWHERE, Place
from ..text.syntax import Expression

Members = tuple[str, ...]

_BRACKETS, _WORD = re.compile(r"\[[^\[\]]*\]"), re.compile(r"[a-z][a-z0-9_]*")

ANY_UNIT = "*"  # of a distribution written as an effect's amount: it is in the unit of what it changes
GUESSED_UNIT = "?"  # of a value written without 'unit:' as  name: formula


@dataclass(slots=True)
class ByMember:
    """One expression for all members (under ``()``) or one for each tuple of members."""

    cases: dict[Members, Expression | None]  # None where a problem was recorded
    place: Place = NOWHERE
    places: dict[Members, Place] = field(default_factory=dict)  # of the members' keys

    def of(self, members: Members) -> Expression | None:
        """The expression that holds for these members."""
        return self.cases.get(members, self.cases.get(()))


@dataclass(slots=True)
class Column:
    """One assumption: the date from which it may be used (None: always) and its distributions by members."""

    since: date | None
    cases: dict[Members, Distribution | None]  # None where a problem was recorded
    place: Place = NOWHERE
    places: dict[Members, Place] = field(default_factory=dict)  # of the members' keys

    def of(self, members: Members) -> Distribution | None:
        """The distribution for these members."""
        return self.cases.get(members, self.cases.get(()))


@dataclass(slots=True)
class Item:
    """What every declared thing has."""

    name: str
    about: str = ""
    per: Members = ()
    unit: str = ""
    place: Place = NOWHERE


@dataclass(slots=True)
class Switch(Item):
    """A theory: a flag, or one of several options."""

    options: tuple[str, ...] = ()
    default: str = "true"


@dataclass(slots=True)
class Table(Item):
    """A piecewise linear function: points (x, y) with x rising."""

    points: tuple[tuple[float, float], ...] = ()


@dataclass(slots=True)
class Parameter(Item):
    """A quantity drawn once per future;
    ``each_firing`` parameters are drawn each time they are used in an effect.
    """

    within: tuple[float, float] | None = None
    assume: list[Column] = field(default_factory=list)
    note: str = ""
    each_firing: bool = False
    measures: str = ""  # what exactly its figures count: a word that claims about it must share
    converts: dict[str, Distribution] = field(default_factory=dict)  # other measures -> how much of this one of them is
    evidence: bool = True  # False: nothing speaks for any figure, so it is left out of headline differences


@dataclass(slots=True)
class Correlation(Item):
    """The rank correlation (Spearman, −1 to 1) of two scalar parameters: ``aid``, ``patience[china]``."""

    between: tuple[str, ...] = ()
    rank: float = 0.0


@dataclass(slots=True)
class Stock(Item):
    """What accumulates: ``inflow`` and ``outflow`` (never negative) or ``change`` (either sign),
    per unit of time.
    """

    start: ByMember | None = None
    inflow: ByMember | None = None
    outflow: ByMember | None = None
    change: ByMember | None = None
    may_be_negative: bool = False
    show: bool = False
    label: str = ""


@dataclass(slots=True)
class Value(Item):
    """A formula with a name."""

    formula: ByMember | None = None
    show: bool = False
    label: str = ""


@dataclass(slots=True)
class Effect:
    """``add``, ``take`` or ``set`` on a stock or parameter; ``amount`` None means drawn anew."""

    operation: str
    target: Expression
    amount: Expression | None
    place: Place = NOWHERE


@dataclass(slots=True)
class Event(Item):
    """Something that may happen: by chance (``rate``), when a condition turns true (``when``), or both."""

    when: ByMember | None = None
    rate: ByMember | None = None
    until: ByMember | None = None
    once: bool = False
    start: ByMember | None = None
    effects: list[Effect] = field(default_factory=list)


@dataclass(slots=True)
class Either(Item):
    """Events that exclude each other within a step."""

    events: tuple[str, ...] = ()


@dataclass(slots=True)
class Option:
    """One option of a decision."""

    name: str
    about: str = ""
    when: Expression | None = None
    worth: Expression | None = None
    effects: list[Effect] = field(default_factory=list)
    place: Place = NOWHERE


@dataclass(slots=True)
class Decision(Item):
    """A choice made by a member at regular dates among options by their worth, with a temperature."""

    by: str = ""
    every: str = "1 month"
    when: Expression | None = None
    temperature: Expression | None = None
    options: list[Option] = field(default_factory=list)


@dataclass(slots=True)
class Ending(Item):
    """How a future's war stands; ``at_horizon`` ones are tested only there, in order."""

    condition: Expression | None = None
    at_horizon: bool = False
    stop: bool = False
    label: str = ""


@dataclass(slots=True)
class Proposition(Item):
    """Something that is true or false of a state: questions and the conclusions of views."""

    holds: Expression | None = None


@dataclass(slots=True)
class Need(Item):
    """What a part reads and somebody else must declare: a number in its unit, or a flag."""

    part: str = ""  # the part's name; empty for a file of the case
    flag: bool = False


@dataclass(slots=True)
class Measure(Item):
    """A number of a state, in its unit, that runs may read at any date: the result that a mechanism is about."""

    formula: Expression | None = None


@dataclass(slots=True)
class World:
    """All declarations of a case in the order of its files."""

    units: dict[str, str] = field(default_factory=dict)
    unit_places: dict[str, Place] = field(default_factory=dict)
    dimensions: dict[str, Members] = field(default_factory=dict)
    relations: dict[str, dict[str, Members]] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)  # other names of members -> members
    needs: list[Need] = field(default_factory=list)
    switches: dict[str, Switch] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    correlations: dict[str, Correlation] = field(default_factory=dict)
    stocks: dict[str, Stock] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    eithers: dict[str, Either] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    endings: dict[str, Ending] = field(default_factory=dict)
    propositions: dict[str, Proposition] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    abouts: dict[str, str] = field(default_factory=dict)  # file name -> what the file is about
    method: str = "euler"  # of integration: euler or rk4

    @property
    def without_evidence(self) -> frozenset[str]:
        """Parameters for whose figures nothing speaks."""
        return frozenset(name for name, parameter in self.parameters.items() if not parameter.evidence)

    def spelled(self, text: str) -> str:
        """A name as written, with the members' own names in its brackets: ``men[challenger]`` as ``men[russia]``."""
        if not self.roles:
            return text
        return _BRACKETS.sub(lambda found: _WORD.sub(lambda w: self.roles.get(w[0], w[0]), found[0]), text)
