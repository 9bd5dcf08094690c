"""Reads ``phrases.yaml``: how documents speak of a case's parameters and of what may come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from ..quantities.calendar import duration_days
from ..quantities.units import ONE, Unit, Units, UnknownUnit
from ..text.grammar import parse
from ..text.nodes import Fields, Mapping, Scalar
from ..text.problems import NOWHERE, Place, Problems, nearest
from ..world.reading import WorldReader

MOST = 400  # characters of one phrase
_FACTOR = re.compile(r"(?:(?P<factor>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?:\s+|$))?(?P<unit>[A-Za-z]\S*)?$")
HOLE = re.compile(r"\{(\w+)\}")
T = TypeVar("T", bound="Words")


@dataclass(slots=True)
class Words:
    """The words that speak of one thing: one of ``words`` and one of ``also`` where there are any, none of ``never``."""

    name: str
    words: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    supposes: dict[str, str] = field(
        default_factory=dict
    )  # positions of switches that a document takes by saying it
    place: Place = NOWHERE


@dataclass(slots=True)
class Outcome(Words):
    """A conclusion as documents word it. ``holes`` are the dimensions whose member stands in ``holds`` in braces."""

    says: str = ""
    holds: str = ""
    figure: Unit | None = None
    on_date: bool = False
    goes_on: str = ""  # what must hold on the date for a future to count
    goes_on_says: str = ""
    holes: tuple[str, ...] = ()


@dataclass(slots=True)
class Phrases:
    """All of ``phrases.yaml``; empty where a case has none."""

    about: tuple[str, ...] = ()
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    soon: tuple[str, ...] = ()
    soon_within: str = ""
    quantities: dict[str, Words] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)


class PhraseReader:
    """Reads the phrases of a case whose world has been read; every mistake is recorded."""

    def __init__(self, reader: WorldReader, units: Units, problems: Problems) -> None:
        self.world, self.units, self.problems = reader.world, units, problems
        self.members = {m: d for d, names in self.world.dimensions.items() for m in names}
        self.phrases = Phrases()

    def read(self, root: Mapping) -> Phrases:
        """The phrases of the file."""
        found, fields = self.phrases, Fields(root, "phrases.yaml", "phrases", self.problems)
        members = fields.mapping("members")
        for key, _ in members or ():
            assert members is not None
            if self.known(key, self.members, "member"):
                found.names[key.text] = self.listed(
                    Fields(members, "'members'", "phrases", self.problems), key.text
                )
        found.about = self.listed(fields, "about")
        for key, node in fields.mapping("units") or ():
            if not isinstance(node, Scalar):
                self.problems.add("not-a-value", node.place, f"'{key.text}' must be one unit")
            elif (unit := self.unit(node)) is not None:
                found.units[key.text] = unit
        if soon := fields.mapping("soon"):
            self.soon(soon)
        for key, inner in self.entries(fields, "quantities", "phrases.spoken"):
            if self.known(key, self.world.parameters, "parameter"):
                found.quantities[key.text] = self.words(Words(key.text, place=key.place), inner)
                inner.done()
        for key, inner in self.entries(fields, "conclusions", "phrases.outcome"):
            found.outcomes[key.text] = self.outcome(key, inner)
        fields.done()
        return found

    def entries(self, fields: Fields, section: str, shape: str) -> Iterator[tuple[Scalar, Fields]]:
        """The named entries of a section."""
        for key, node in fields.mapping(section) or ():
            if isinstance(node, Mapping):
                yield key, Fields(node, f"'{key.text}'", shape, self.problems)
            else:
                self.problems.add("not-a-mapping", node.place, f"'{key.text}' needs 'words:'")

    def soon(self, node: Mapping) -> None:
        """What words of nearness stand for."""
        inner = Fields(node, "'soon'", "phrases.soon", self.problems)
        self.phrases.soon = self.listed(inner, "words", required=True)
        within = inner.scalar("within", required=True)
        inner.done()
        if within is None:
            return
        try:
            if duration_days(within.text) < 7:
                raise ValueError(f"'{within.text}' is too short for words without a date")
            self.phrases.soon_within = within.text
        except ValueError as error:
            self.problems.add("bad-duration", within.place, str(error), "As in '12 months'.")

    def outcome(self, key: Scalar, inner: Fields) -> Outcome:
        """One conclusion; the names in its formula are checked when a document first uses it."""
        found = Outcome(key.text, place=key.place)
        self.words(found, inner)
        holds, figure, goes_on = (
            inner.scalar("holds", required=True),
            inner.scalar("figure"),
            inner.scalar("while"),
        )
        found.goes_on_says = inner.text("while_says")
        found.says, found.on_date = inner.text("says", required=True), inner.flag("on_date")
        inner.done()
        if figure is not None:
            found.figure = self.unit(figure)
        if goes_on is not None and parse(goes_on, self.problems) is not None:
            found.goes_on = goes_on.text
        if holds is None:
            return found
        holes = tuple(dict.fromkeys(HOLE.findall(holds.text)))
        filled = holds.text
        for hole in holes:
            if hole == "figure" and found.figure is not None:
                filled = filled.replace("{figure}", f"1 {found.figure.text}".strip())
            elif hole in self.world.dimensions:
                filled = filled.replace(f"{{{hole}}}", self.world.dimensions[hole][0])
            else:
                message = f"'{{{hole}}}' is neither a dimension nor 'figure' with its unit under 'figure:'"
                self.problems.add("unknown-name", holds.place, message, nearest(hole, self.world.dimensions))
                filled = filled.replace(f"{{{hole}}}", "x")
        found.holds, found.holes = holds.text, tuple(h for h in holes if h != "figure")
        parse(replace(holds, text=filled), self.problems)
        return found

    def words(self, found: T, inner: Fields) -> T:
        """Fill in the lists of phrases and what saying them supposes."""
        found.words = self.listed(inner, "words", required=True)
        found.also, found.never = self.listed(inner, "also"), self.listed(inner, "never")
        found.supposes = self.positions(inner)
        return found

    def listed(self, fields: Fields, key: str, required: bool = False) -> tuple[str, ...]:
        """Phrases under a key, each with words and with members that have names."""
        good, found = [], fields.words(key, required)
        if required and not found and fields.node.get(key) is not None:
            self.problems.add("no-phrase", fields.node.place, f"{fields.what} needs '{key}' with at least one phrase")
        for scalar in found:
            asked = re.findall(r"@(\w+)", scalar.text)
            for name in asked:
                if name not in self.phrases.names:
                    hint = nearest(name, self.phrases.names) or "Give them under 'members:'."
                    self.problems.add("unknown-member", scalar.place, f"'@{name}' has no names", hint)
            if not re.search(r"\w", scalar.text) or len(scalar.text) > MOST:
                self.problems.add(
                    "bad-phrase", scalar.place, f"a phrase has words, and at most {MOST} characters"
                )
            else:
                good.append(scalar.text)
        return tuple(good)

    def positions(self, inner: Fields) -> dict[str, str]:
        """Positions of switches under ``supposes``."""
        found = {}
        for key, node in inner.mapping("supposes") or ():
            if not self.known(key, self.world.switches, "switch"):
                continue
            allowed = self.world.switches[key.text].options or ("true", "false")
            if isinstance(node, Scalar) and node.text in allowed:
                found[key.text] = node.text
            else:
                self.problems.add(
                    "bad-entry", node.place, f"'{key.text}' must be one of {', '.join(allowed)}"
                )
        return found

    def unit(self, scalar: Scalar) -> Unit | None:
        """A unit of the case, with a factor in front where there is one; ``0.01`` alone is a share."""
        match = _FACTOR.match(scalar.text.strip())
        try:
            if match is None or not (match["factor"] or match["unit"]):
                raise UnknownUnit(f"'{scalar.text}' is no unit")
            unit = self.units.parse(match["unit"]) if match["unit"] else ONE
        except (UnknownUnit, ValueError) as error:
            self.problems.add(
                "unknown-unit",
                scalar.place,
                str(error),
                "Write a unit of the case, as in 'man' or '1e-9 billion_usd'.",
            )
            return None
        return Unit(unit.text, unit.factor * float(match["factor"] or 1), unit.dimension)

    def known(self, key: Scalar, among: object, what: str) -> bool:
        """Whether the world has it."""
        names = list(among)  # type: ignore[call-overload]
        if key.text not in names:
            self.problems.add(
                "unknown-name", key.place, f"there is no {what} '{key.text}'", nearest(key.text, names)
            )
        return key.text in names
