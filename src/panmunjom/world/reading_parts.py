"""Reads what lets one file serve several cases: roles, needs, and the case's own figures for a part's parameters."""

from __future__ import annotations

from ..text.nodes import Mapping, Node, Scalar
from ..text.problems import nearest
from .declared import Need
from .entries import given
from .reading_events import EventReader


class PartReader(EventReader):
    """Adds the sections ``roles``, ``assumptions`` and ``needs``."""

    part = ""  # the name of the part being read; empty for a file of the case

    def collect_roles(self, root: Mapping) -> None:
        """Note who plays which role, before anything is read that may speak of it.

        An entry without a member says that the file speaks of such a role; somebody else says who it is.
        """
        for key, node in root:
            if key.text != "roles" or not isinstance(node, Mapping):
                continue
            for name, member in node:
                if not self.word(name, "the name of a role"):
                    continue
                if not given(member):
                    self.asked_roles.setdefault(name.text, (name, self.part))
                elif not isinstance(member, Scalar):
                    message = f"the role '{name.text}' must be one member, not a list or a mapping"
                    self.problems.add("not-a-value", member.place, message)
                elif self.claim_name(name.text, name.place):
                    self.world.roles[name.text] = member.text
                    self.role_members[name.text] = member

    def role(self, name: str, key: Scalar, node: Node) -> None:
        """Roles were collected before."""

    def need(self, name: str, key: Scalar, node: Node) -> None:
        """What the file reads and does not declare."""
        fields = self.fields(node, f"the need '{name}'", "need")
        if fields is None:
            return
        found = Need(name, place=key.place, part=self.part, **self.common(fields))  # type: ignore[arg-type]
        found.flag = fields.flag("flag")
        fields.done()
        self.world.needs.append(found)

    def assumption(self, name: str, key: Scalar, node: Node) -> None:
        """Kept until every file is read: the parameter may stand in a later one.

        A parameter takes its place among the others where its figure stands, so that moving a declaration into a part
        moves no result: each parameter has a Sobol dimension by its place.
        """
        if name in self.assumed:
            message = f"the figure of '{name}' is already given at {self.assumed[name][0].place}"
            self.problems.add("duplicate-name", key.place, message, "Keep one of the two.")
        else:
            self.assumed[name] = (key, node)
            self.figured.setdefault(name)

    def put_together(self) -> None:
        """Once every file is read: members for roles, figures for the parameters that have none."""
        members = [m for listed in self.world.dimensions.values() for m in listed]
        for name, scalar in self.role_members.items():
            if scalar.text not in members:
                message = f"the role '{name}' is given to '{scalar.text}', a member of no dimension"
                self.problems.add("unknown-member", scalar.place, message, nearest(scalar.text, members))
        for name, (key, part) in self.asked_roles.items():
            if name in self.world.roles:
                continue
            who = f"the part '{part}'" if part else "this file"
            hint = f"Say who it is in a file of the world: roles: {{{name}: MEMBER}}"
            hint += f", with one of {', '.join(members[:12])}." if members else "."
            self.problems.add("no-role", key.place, f"{who} speaks of a '{name}', and nobody is one", hint)
            self.world.places.setdefault(name, key.place)
        for name, (key, node) in self.assumed.items():
            self.give(name, key, node)
        order = {name: place for place, name in enumerate(self.figured)}
        parameters = self.world.parameters
        self.world.parameters = dict(sorted(parameters.items(), key=lambda entry: order.get(entry[0], len(order))))
        for item in parameters.values():
            if not item.assume and item.name not in self.figured:
                hint = f"Give 'assume' here, or in a file of the case's world: assumptions: {{{item.name}: {{assume: ...}}}}."
                self.problems.add("no-figure", item.place, f"nothing says what '{item.name}' is", hint)

    def give(self, name: str, key: Scalar, node: Node) -> None:
        """Put the case's own figure, bounds and note into a parameter that was declared without."""
        fields = self.fields(node, f"the assumption '{name}'", "assumption")
        if fields is None:
            return
        note, within, assume = fields.text("note"), fields.scalar("within"), fields.node_of("assume", required=True)
        evidence = self.evidence(fields)
        fields.done()
        item = self.world.parameters.get(name)
        if item is None:
            if name not in self.world.places or name in (*self.world.stocks, *self.world.values):
                hint = nearest(name, self.world.parameters)
                self.problems.add("unknown-name", key.place, f"there is no parameter '{name}' to assume a figure for", hint)
            return
        if item.assume:
            message = f"'{name}' has its figure already, at {item.assume[0].place}"
            self.problems.add("given-twice", key.place, message, "Keep one of the two.")
            return
        if assume is not None:
            item.assume = self.columns(assume, len(item.per))
        item.note, item.evidence = note or item.note, item.evidence and evidence
        narrower = self.bounds(within) if within is not None else None
        if narrower is None:
            return
        if item.within and not (item.within[0] <= narrower[0] and narrower[1] <= item.within[1]):
            assert within is not None
            message = f"the bounds '{within.text}' go beyond those of '{name}', {item.within[0]:g} to {item.within[1]:g}"
            self.problems.add("bad-bounds", within.place, message, "A case may narrow them only.")
            return
        item.within = narrower
