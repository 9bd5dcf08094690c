"""What flows into and out of each stock, and from which stock to which: the edges of the diagrams."""

from __future__ import annotations

from typing import Any

from panmunjom.report.equations import said
from panmunjom.text.syntax import Expression, Name
from panmunjom.text.writing import flat, written
from panmunjom.world.declared import ByMember, Effect, World

Json = dict[str, Any]
_DEPTH = 4  # sums of sums that are opened to find what flows on


def flows(world: World) -> list[Json]:
    """Every flow: ``text``, ``source`` and ``target`` (names of stocks; empty for what lies outside), ``kind``.

    kind is flow, change (either sign), event or choice. Where an inflow is a sum with a term that flows out of another
    stock, it is opened, so that what leaves one stock and enters the other is one flow.
    """
    outs: dict[str, list[str]] = {s.name: _texts(s.outflow) for s in world.stocks.values()}
    leaving = {text: name for name, texts in outs.items() for text in texts}
    found: list[Json] = []
    taken: set[tuple[str, str]] = set()
    for stock in world.stocks.values():
        for tree in _terms(stock.inflow):
            for text in _opened(world, tree, stock.name, leaving):
                source = leaving.get(text, "")
                source = "" if source == stock.name or (source, text) in taken else source
                if source:
                    taken.add((source, text))
                found.append({"kind": "flow", "text": text, "source": source, "target": stock.name})
        for text in _texts(stock.change):
            found.append({"kind": "change", "text": text, "source": "", "target": stock.name})
    for name, texts in outs.items():
        found += [
            {"kind": "flow", "text": t, "source": name, "target": ""} for t in texts if (name, t) not in taken
        ]
    return found + _effects(world)


def _effects(world: World) -> list[Json]:
    """What events and choices do to stocks."""
    found: list[Json] = []

    def add(kind: str, by: str, effect: Effect) -> None:
        name = effect.target.parts[-1] if isinstance(effect.target, Name) else ""
        if name not in world.stocks:
            return
        amount = said(effect.amount) if effect.amount is not None else "drawn anew"
        mark = {"set": "sets to ", "add": "adds ", "take": "takes "}[effect.operation]
        ends = {"source": name, "target": ""} if effect.operation == "take" else {"source": "", "target": name}
        found.append({"kind": kind, "text": f"{by}: {mark}{amount}", **ends})

    for event in world.events.values():
        for effect in event.effects:
            add("event", event.name, effect)
    for decision in world.decisions.values():
        for option in decision.options:
            for effect in option.effects:
                add("choice", f"{decision.name}.{option.name}", effect)
    return found


def _terms(formula: ByMember | None) -> list[Expression]:
    """The terms of a flow, all members' together; a negative one as it is written, with its minus in ``_texts``."""
    return [t for tree in (formula.cases.values() if formula else ()) if tree is not None for _, t in flat(tree)]


def _texts(formula: ByMember | None) -> list[str]:
    out = []
    for tree in formula.cases.values() if formula else ():
        if tree is not None:
            out += [("" if sign > 0 else "−") + said(t) for sign, t in flat(tree)]
    return [t for t in dict.fromkeys(out) if t not in ("0", "−0")]


def _opened(world: World, tree: Expression, stock: str, leaving: dict[str, str], depth: int = 0) -> list[str]:
    """The term as one text, or, where it is a sum with something that leaves another stock, its parts."""
    text = said(tree)
    if text in leaving or depth > _DEPTH or not isinstance(tree, Name) or written(tree) not in world.values:
        return [] if text == "0" else [text]
    formula = world.values[tree.parts[0]].formula
    whole = formula.of(()) if formula else None
    if whole is None:
        return [text]
    parts = flat(whole)
    if any(sign < 0 for sign, _ in parts) or len(parts) < 2:
        return [text]
    inside = [t for _, part in parts for t in _opened(world, part, stock, leaving, depth + 1)]
    return inside if any(leaving.get(t, stock) != stock for t in inside) else [text]

