"""What every entry of a world file is made of: names, fields, figures and formulas for each member."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..quantities.calendar import parse_date
from ..quantities.distributions import LARGEST, NAMES, Distribution, parse_distribution
from ..text.grammar import parse
from ..text.nodes import Fields, Mapping, Node, Scalar, Sequence
from ..text.problems import Place, Problems
from ..text.syntax import Expression, Name, renamed
from .builtins import FUNCTIONS, RESERVED
from .declared import ANY_UNIT, GUESSED_UNIT, ByMember, Column, Members, Parameter, World

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_FIGURE = r"\s*[-+]?\d[\d.eE+-]*\s*%?\s*"
_SPREAD = re.compile(  # a distribution in the place of a formula
    rf"(?:{_FIGURE}(?:\bto\b|\.\.|±|\+/-){_FIGURE}|\s*(?:{'|'.join(NAMES)})\s*\([^()]*\)\s*)"
    rf"(?:\bwithin\b{_FIGURE}\bto\b{_FIGURE})?\Z"
)


class Entries:
    """Reads the parts of entries into one world; every mistake is recorded."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.world = World()
        self.role_members: dict[str, Scalar] = {}  # role -> its member as written
        self.asked_roles: dict[str, tuple[Scalar, str]] = {}  # role -> where a file speaks of it, and the file's part
        self.assumed: dict[str, tuple[Scalar, Node]] = {}
        self.figured: dict[str, None] = {}  # parameters in the order in which figures are given to them

    def word(self, scalar: Scalar, what: str) -> bool:
        """Whether a scalar can stand in formulas as a name; a problem if not."""
        if _NAME.match(scalar.text):
            return True
        hint = "Use small letters, digits and underscores, beginning with a letter."
        self.problems.add("bad-name", scalar.place, f"'{scalar.text}' cannot be {what}", hint)
        return False

    def claim_name(self, name: str, place: Place) -> bool:
        if name in FUNCTIONS or name in RESERVED:
            self.problems.add(
                "reserved-name", place, f"'{name}' is a word of the language", "Choose another name."
            )
            return False
        if name in self.world.places:
            first = self.world.places[name]
            self.problems.add(
                "duplicate-name", place, f"'{name}' is already declared at {first}", "Rename one of them."
            )
            return False
        self.world.places[name] = place
        return True

    def member(self, word: str) -> str:
        """A member's own name, also where a role stands for it."""
        return self.world.roles.get(word, word)

    def spelled(self, text: str) -> str:
        """A name as written, with the members' own names in its brackets."""
        return self.world.spelled(text)

    def tree(self, scalar: Scalar) -> Expression | None:
        """A formula's tree with the members' own names in it; None and a problem where it cannot be read."""
        found = parse(scalar, self.problems)
        return found if found is None or not self.world.roles else renamed(found, self.world.roles)

    def fields(self, node: Node, what: str, shape: str) -> Fields | None:
        """The entries of a mapping of that shape of a world file; None and a problem where it is none."""
        if isinstance(node, Mapping):
            return Fields(node, what, f"world.{shape}", self.problems)
        self.problems.add("not-a-mapping", node.place, f"{what} needs 'name: value' entries under it")
        return None

    def common(self, fields: Fields) -> dict[str, object]:
        per = fields.words("per")
        for number, scalar in enumerate(per):
            if scalar.text in [i.text for i in per[:number]]:
                message = f"'per' names {scalar.text} twice"
                self.problems.add("bad-entry", scalar.place, message, "Two dimensions must differ.")
        unit = fields.scalar("unit")
        if unit is not None and unit.text in (ANY_UNIT, GUESSED_UNIT):
            hint = "Leave 'unit' out for a plain number."
            self.problems.add("unknown-unit", unit.place, f"'{unit.text}' is not a unit", hint)
        return {
            "about": fields.text("about"),
            "per": tuple(i.text for i in per),
            "unit": unit.text if unit else "",
        }

    def evidence(self, fields: Fields) -> bool:
        """Whether anything speaks for a parameter's figure."""
        said = fields.scalar("evidence")
        if said is not None and said.text != "none":
            hint = "Leave 'evidence' out where there is some, and say in 'note' which."
            self.problems.add("bad-entry", said.place, "'evidence' can only be 'none'", hint)
        return said is None or said.text != "none"

    def columns(self, node: Node, depth: int) -> list[Column]:
        if isinstance(node, Mapping) and any(re.match(r"\d", k.text) for k, _ in node):
            columns = []
            for key, entry in node:
                try:
                    since = parse_date(key.text)
                except ValueError as error:
                    self.problems.add("bad-date", key.place, str(error))
                    continue
                places: dict[Members, Place] = {}
                cases = self.by_member(entry, depth, self.distribution, places=places)
                columns.append(Column(since, cases, key.place, places))
            return sorted(columns, key=lambda c: (c.since is not None, c.since))
        places = {}
        return [
            Column(None, self.by_member(node, depth, self.distribution, places=places), node.place, places)
        ]

    def distribution(self, scalar: Scalar, members: Members = ()) -> Distribution | None:
        try:
            return parse_distribution(scalar.text)
        except ValueError as error:
            self.problems.add("bad-distribution", scalar.place, str(error))
            return None

    def bounds(self, scalar: Scalar) -> tuple[float, float] | None:
        match = re.fullmatch(r"\s*([-+\d.eE%]+)\s+to\s+([-+\d.eE%]+)\s*", scalar.text)
        try:
            if match is None:
                raise ValueError
            low, high = (float(t.rstrip("%")) * (0.01 if t.endswith("%") else 1) for t in match.groups())
        except ValueError:
            self.problems.add(
                "bad-bounds", scalar.place, f"'{scalar.text}' are not bounds; write them as '0 to 500'"
            )
            return None
        if max(abs(low), abs(high)) > LARGEST:
            self.problems.add("bad-bounds", scalar.place, f"the bounds '{scalar.text}' must be finite")
            return None
        if not low < high:
            self.problems.add("bad-bounds", scalar.place, f"the bounds '{scalar.text}' run backwards")
            return None
        return low, high

    def by_member(
        self,
        node: Node,
        depth: int,
        read: Callable[[Scalar, Members], object],
        above: Members = (),
        places: dict[Members, Place] | None = None,
    ) -> dict:
        """``{members: thing}`` from a scalar or mappings nested once per dimension."""
        if isinstance(node, Scalar):
            return {(): read(node, above)}  # None where it cannot be read: the problem is recorded
        if isinstance(node, Sequence):
            self.problems.add("not-a-value", node.place, "one value is expected here, not a list")
            return {}
        if depth == 0:
            hint = "An expression that begins with '{' needs quotes; members need 'per:'."
            self.problems.add("not-a-value", node.place, "one value is expected here, not a mapping", hint)
            return {}
        if not node.items:
            message = "a value is expected here, or one for each member"
            self.problems.add("not-a-value", node.place, message)
        out: dict[Members, object] = {}
        said: dict[str, Scalar] = {}
        for key, entry in node:
            member = self.member(key.text)
            if member in said:
                message = f"'{key.text}' is {member}, for which something is said in line {said[member].place.line}"
                self.problems.add("duplicate-key", key.place, message, "Keep one of the two.")
                continue
            said[member] = key
            if places is not None:
                places[(*above, member)] = key.place
            if not given(entry):
                hint = "An expression stands after a colon; { } around it would make a mapping of it."
                self.problems.add("not-a-value", key.place, f"nothing is said for '{key.text}'", hint)
                out[()] = None
                continue
            if depth > 1 and isinstance(entry, Scalar):
                hint = "Write the members of each dimension under each other, in the order of 'per'."
                self.problems.add(
                    "missing-member",
                    entry.place,
                    f"'{key.text}' needs a value for each member of the next dimension",
                    hint,
                )
                out[(member,)] = None
                continue
            for rest, found in self.by_member(entry, depth - 1, read, (*above, member), places).items():
                out[(member, *rest)] = found
        return out

    def expression(self, scalar: Scalar, path: str, fresh: bool = False, unit: str = "") -> Expression | None:
        """A formula; a distribution written in place becomes a parameter named by its path,
        in the unit of its place.
        """
        if _SPREAD.match(scalar.text):
            found = self.distribution(scalar)
            if found is None:
                return None
            column = Column(None, {(): found}, scalar.place)
            item = Parameter(path, "written in place", place=scalar.place, assume=[column], each_firing=fresh)
            item.unit = ANY_UNIT if fresh else unit
            self.world.parameters[path] = item
            self.figured.setdefault(path)
            return Name((path,), (), scalar.place)
        return self.tree(scalar)

    def cases(self, node: Node, path: str, depth: int, unit: str = "") -> ByMember:
        """One formula for all members or one for each."""
        places: dict[Members, Place] = {}
        found = self.by_member(
            node, depth, lambda s, m: self.expression(s, ".".join((path, *m)), unit=unit), places=places
        )
        return ByMember(found, node.place, places)

    def formula(
        self, fields: Fields, key: str, name: str, depth: int, required: bool = False, unit: str = ""
    ) -> ByMember | None:
        node = fields.node_of(key, required)
        if node is None:
            return None
        return self.cases(node, ".".join((name, key)), depth, unit)

    def one(self, fields: Fields, key: str, name: str, required: bool = False) -> Expression | None:
        scalar = fields.scalar(key, required)
        return None if scalar is None else self.expression(scalar, f"{name}.{key}")


def given(node: Node) -> bool:
    """Whether something stands after the colon."""
    return not (isinstance(node, Scalar) and node.plain and node.text in ("", "~", "null"))
