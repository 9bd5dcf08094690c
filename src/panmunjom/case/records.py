"""A case in memory: everything of its folder, checked."""

from __future__ import annotations

import hashlib
import json
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


QUESTION_KINDS = ("yes_no", "choice", "number", "date")
UNSCORED = ("void", "ambiguous")  # outcomes that say nothing of any forecast


@dataclass(slots=True)
class Option:
    """One answer of a choice; its condition is a proposition of the world, named ``question: option``."""

    name: str
    expression: str
    label: str = ""
    place: Place = NOWHERE


@dataclass(slots=True)
class Resolution:
    """What reality answered a question, by whose word.

    ``outcome`` is yes, no or partly, an option's name, a figure as written (``value`` in the declared unit of what is asked
    for), a day or never, void or ambiguous. One that stands only ``so_far`` may still change.
    """

    outcome: str
    day: date
    who: str = ""
    evidence: str = ""
    so_far: bool = False
    value: float | None = None
    place: Place = NOWHERE

    @property
    def counts(self) -> bool:
        """Whether it is settled for good and says something of a forecast."""
        return not self.so_far and self.outcome not in (*UNSCORED, "partly")


@dataclass(slots=True)
class Question:
    """What is asked of every future and of reality: true if it holds at the end of any step up to its deadline, or at a day.

    One without a proposition is asked of reality alone, because a source answers it (``claims``).
    """

    id: str
    text: str
    about: str = ""  # the criteria
    expression: str = ""
    by: date | None = None
    asked: date | None = None  # a run as of an earlier day does not ask it
    kind: str = "yes_no"
    fine_print: str = ""
    at: date | None = None
    closes: date | None = None
    resolves: date | None = None
    options: list[Option] = field(default_factory=list)
    otherwise: str = ""
    of: str = ""  # scalar name of a shown stock or value
    style: str = ""
    family: str = ""
    claims: tuple[str, ...] = ()
    claimed: str = "yes"
    locked: str = ""
    past_wars: date | None = None  # the first day of the war whose end is asked for
    anew: bool = False  # what held before the day on which it was asked does not count
    resolutions: list[Resolution] = field(default_factory=list)
    place: Place = NOWHERE
    places: dict[str, Place] = field(default_factory=dict, repr=False)  # of its entries, by key

    @property
    def due(self) -> date | None:
        """The day that decides it."""
        return self.at or self.by

    @property
    def last(self) -> date | None:
        """The last day on which a forecast counts."""
        return self.closes or self.due

    @property
    def resolution(self) -> Resolution | None:
        """The answer that stands; several that agree count as the first."""
        return self.resolutions[0] if self.resolutions else None

    @property
    def futures_answer(self) -> bool:
        """Whether a future answers it."""
        return bool(self.expression or self.options or self.of)

    @property
    def crossed(self) -> bool:
        """Whether a run lists it beside the endings: yes or no, open, not one wording of several, no claim."""
        apart = self.family or self.claims or self.resolutions
        return self.kind == "yes_no" and bool(self.expression) and not apart

    @property
    def criteria(self) -> str:
        """The first 16 hex digits of the SHA-256 of all that decides it: a forecast holds only for these words and dates."""
        parts = [
            self.kind, self.text, self.about, self.fine_print, self.expression, self.of, self.otherwise,
            *(str(day or "") for day in (self.by, self.at, self.asked, self.closes)), "anew" if self.anew else "",
            *(f"{option.name}: {option.expression}" for option in self.options),
        ]  # fmt: skip
        plain = json.dumps([" ".join(part.split()) for part in parts], ensure_ascii=False)
        return hashlib.sha256(plain.encode()).hexdigest()[:16]


@dataclass(slots=True)
class Turn:
    """What is changed to show a mechanism: a switch, a parameter by ``*``, ``+`` or ``=``, or an intervention.

    ``text`` says it in words; ``by`` is the factor, or what is added, in the parameter's own unit.
    """

    text: str
    switch: str = ""
    to: str = ""
    target: str = ""
    operation: str = ""
    by: float = 0.0
    setting: Setting | None = None
    intervention: Intervention | None = None
    place: Place = NOWHERE


@dataclass(slots=True)
class Mechanism:
    """A named part of the world, and the result that turning it must move.

    ``result`` names the measure (``mean``) or proposition (not ``mean``) that is compiled; ``unit`` is that in which
    the result is told, and ``factor`` how many base units it has.
    """

    id: str
    name: str
    row: int
    sources: tuple[str, ...]
    parts: tuple[str, ...]
    files: tuple[str, ...]
    start: date
    turns: list[Turn]
    what: str
    result: str
    expression: str
    mean: bool
    unit: str
    after: str
    moves: str  # up, down, nil
    note: str = ""
    place: Place = NOWHERE


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
    questions: dict[str, Question]  # those that a run crosses with the endings
    digest: str
    cautions: list[str] = field(default_factory=list)
    phrases: Phrases = field(default_factory=Phrases)
    mechanisms: dict[str, Mechanism] = field(default_factory=dict)  # where the case was loaded with them
    observed: dict[str, Series] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)
    asked: dict[str, Question] = field(default_factory=dict)  # every question, with its answer where there is one

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
