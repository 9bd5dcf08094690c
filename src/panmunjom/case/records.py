"""A case in memory: everything of its folder, checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ..evidence.records import Library
from ..quantities.distributions import Distribution
from ..quantities.units import Unit
from ..text.problems import NOWHERE, Place, Problem
from ..world.build import Built
from .observed import Series
from .spoken import Phrases

if TYPE_CHECKING:
    from .pooled import Pooled


@dataclass(slots=True)
class Setting:
    """What a view says of one parameter: a claim, or a figure of the analyst's own."""

    target: str
    claim: str = ""
    distribution: Distribution | None = None
    unit: str = ""
    place: Place = NOWHERE


@dataclass(slots=True)
class Conclusion:
    """What a document concludes, as a proposition over the world with its dates."""

    claim: str
    name: str = ""  # of the proposition
    given: str = ""  # of the proposition on which it depends
    by: date | None = None
    since: date | None = None  # with ``by``: it must first hold inside this window
    at: date | None = None
    untestable: str = ""
    possible: bool = (
        False  # the document only calls it possible: no share makes it follow, none but zero refutes it
    )
    note: str = ""
    expression: str = ""
    place: Place = NOWHERE


@dataclass(slots=True)
class Intervention:
    """``event at DATE`` or ``parameter = figure at DATE``."""

    target: str
    day: date
    distribution: Distribution | None = None
    unit: str = ""
    place: Place = NOWHERE


@dataclass(slots=True)
class View:
    """One way to fill a world in."""

    name: str
    source: str = ""
    about: str = ""
    start: date | None = None
    settings: list[Setting] = field(default_factory=list)
    switches: dict[str, str] = field(default_factory=dict)
    conclusions: list[Conclusion] = field(default_factory=list)
    interventions: list[Intervention] = field(default_factory=list)
    place: Place = NOWHERE


@dataclass(slots=True)
class PoolRules:
    """``pooled.yaml``: how claims are pooled."""

    rule: str = "linear"  # or logarithmic
    weights: dict[str, float] = field(default_factory=dict)
    exclude: set[str] = field(default_factory=set)
    split: set[str] = field(default_factory=set)  # retellings that count as voices of their own


@dataclass(slots=True)
class Question:
    """A proposition asked of every future: true if it holds at the end of any step up to the horizon or the deadline."""

    id: str
    text: str
    about: str = ""
    expression: str = ""
    by: date | None = None
    asked: date | None = None  # a run as of an earlier day does not ask it


@dataclass(slots=True)
class Used:
    """What a filled view uses for one scalar parameter, in its declared unit, and why."""

    scalar: str
    parameter: str
    distribution: Distribution
    unit: Unit
    origin: str  # claim, pool, assumption, analyst
    claims: tuple[str, ...] = ()
    dated: date | None = None
    disagreement: float = 0.0
    conversion: str = ""
    pooled: Pooled | None = None  # where it comes from a pool: who was heard


@dataclass(slots=True)
class Filled:
    """A view with every parameter and switch set: what a run needs besides the world."""

    name: str
    label: str
    view: View
    start: date
    known_by: date
    used: dict[str, Used]
    switches: dict[str, str]
    old: list[str] = field(default_factory=list)  # parameters whose assumption is old at the start
    hidden: list[str] = field(default_factory=list)  # parameters set from claims not known by the as-of date


@dataclass(slots=True)
class Case:
    """A loaded case."""

    id: str
    folder: Path
    title: str
    about: str
    start: date
    horizon: str
    step_days: int
    built: Built
    library: Library
    views: dict[str, View]
    pool_rules: PoolRules
    questions: dict[str, Question]
    digest: str
    cautions: list[str] = field(default_factory=list)
    phrases: Phrases = field(default_factory=Phrases)
    observed: dict[str, Series] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)

    def __repr__(self) -> str:
        world = self.built.world
        return (
            f"<Case {self.id}: {len(self.library.claims)} claims, {len(self.views)} views, "
            f"{len(world.parameters)} parameters, "
            f"{len(world.stocks)} stocks, {len(world.endings)} endings>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        world = self.built.world
        rows = [
            ("claims", len(self.library.claims)),
            ("sources", len(self.library.sources)),
            ("views", ", ".join(self.views)),
            ("parameters", len(world.parameters)),
            ("stocks", len(world.stocks)),
            ("endings", ", ".join(world.endings)),
        ]
        body = "".join(f"<tr><th>{escape(k)}</th><td>{escape(str(v))}</td></tr>" for k, v in rows)
        return f"<table><caption>{escape(self.title)}</caption>{body}</table>"
