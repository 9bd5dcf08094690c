"""The equations of a world as people read them, from its checked declarations: nothing is left out and nothing added.

A name without brackets means the same member's; ``if`` at the outside of a formula is written as cases.
"""

from __future__ import annotations

from typing import Any

from panmunjom.case.mechanisms import file_of
from panmunjom.text.syntax import Call, Expression, Number
from panmunjom.text.writing import SIGNS, flat, level, written
from panmunjom.world.declared import ByMember, Decision, Effect, Event, Members, Stock, Value, World

Json = dict[str, Any]


def equations(world: World) -> list[Json]:
    """All equations, numbered in the order of the files: id, name, kind, per, file, unit, about, label, lines."""
    items: list[Stock | Value | Event | Decision] = [*world.stocks.values(), *world.values.values()]
    items += [*world.events.values(), *world.decisions.values()]
    order = {f: k for k, f in enumerate(sorted({file_of(i.place) for i in items}))}
    items.sort(key=lambda i: (order[file_of(i.place)], i.place.line, i.place.column))
    out = []
    for number, item in enumerate(items, 1):
        kind, lines = _lines(item)
        record = {"id": f"E{number}", "name": item.name, "kind": kind, "per": [*item.per], "file": file_of(item.place)}
        unit = "" if item.unit == "?" else item.unit
        out.append({**record, "unit": unit, "about": item.about, "label": getattr(item, "label", ""), "lines": lines})
    return out


def _lines(item: Stock | Value | Event | Decision) -> tuple[str, list[str]]:
    if isinstance(item, Stock):
        return "stock", stock_lines(item)
    if isinstance(item, Value):
        return "value", [line for name, tree in _members(item.name, item.per, item.formula) for line in cases(name, tree)]
    if isinstance(item, Event):
        return "event", event_lines(item)
    return "decision", decision_lines(item)


def said(tree: Expression) -> str:
    """An expression with the signs that people write."""
    return written(tree, SIGNS)


def indexed(name: str, per: Members) -> str:
    """``men[side]``."""
    return f"{name}[{', '.join(per)}]" if per else name


def _keys(*formulas: ByMember | None) -> list[Members]:
    """The members for which formulas are written apart; one empty key where all share one."""
    keys = [k for f in formulas if f is not None for k in f.cases if k]
    return [*dict.fromkeys(keys)] or [()]


def _members(name: str, per: Members, formula: ByMember | None) -> list[tuple[str, Expression]]:
    """A formula for all members, or each member's side by side."""
    found = []
    for key in _keys(formula):
        tree = formula.of(key) if formula else None
        if tree is not None:
            found.append((indexed(name, key or per), tree))
    return found


def cases(left: str, tree: Expression, mark: str = "=") -> list[str]:
    """``left = formula``; an ``if`` at the outside as one line a case."""
    found: list[tuple[str, str]] = []
    while isinstance(tree, Call) and tree.function == "if":
        condition, yes, tree = tree.arguments
        found.append((said(yes), f"if {said(condition)}"))
    if not found:
        return [f"{left} {mark} {said(tree)}"]
    found.append((said(tree), "otherwise"))
    wide = max(len(a) for a, _ in found)
    wide = wide if wide <= 40 else 0
    heads = [f"{left} {mark} ", *[" " * (len(left) + 1) + f"{mark} "] * (len(found) - 1)]
    return [f"{head}{a.ljust(wide)}   {b}" for head, (a, b) in zip(heads, found, strict=True)]


def summed(terms: list[tuple[int, Expression]]) -> str:
    """Terms with their signs as one sum."""
    text = ""
    for sign, tree in terms:
        body = said(tree)
        if level(tree) < 6:
            body = f"({body})"
        text += (f" {'+' if sign > 0 else '−'} " if text else "−" if sign < 0 else "") + body
    return text or "0"


def is_zero(tree: Expression) -> bool:
    """A bare 0, as in ``0 - x``."""
    return isinstance(tree, Number) and tree.value == 0


def stock_lines(stock: Stock) -> list[str]:
    """How it moves and where it starts."""
    out = []
    for key in _keys(stock.inflow, stock.outflow, stock.change):
        terms: list[tuple[int, Expression]] = []
        for sign, formula in ((1, stock.inflow), (-1, stock.outflow), (1, stock.change)):
            tree = formula.of(key) if formula else None
            if tree is not None:
                terms += [(sign * s, t) for s, t in flat(tree) if not is_zero(t)]
        out.append(f"d {indexed(stock.name, key or stock.per)}/dt = {summed(terms)}")
    for name, tree in _members(stock.name, stock.per, stock.start):
        out += cases(f"{name} at the start", tree)
    if stock.may_be_negative:
        out.append("may be below zero")
    return out


def event_lines(event: Event) -> list[str]:
    """When it happens, when it is over, and what it does."""
    name = indexed(event.name, event.per)
    out: list[str] = []
    for left, tree in _members(event.name, event.per, event.rate):
        out += cases(f"rate of {left}", tree)
    for left, tree in _members(event.name, event.per, event.when):
        out.append(f"{left} can happen while {said(tree)}" if event.rate else f"{left} when {said(tree)} turns true")
    if event.once:
        out.append(f"{name} once, for good")
    for left, tree in _members(event.name, event.per, event.until):
        out.append(f"{left} lasts until {said(tree)}")
    for left, tree in _members(event.name, event.per, event.start):
        out.append(f"{left} at the start: {said(tree)}")
    return out + [effect_line(e) for e in event.effects]


def effect_line(effect: Effect) -> str:
    """``then will := nuclear_will``."""
    mark = {"set": ":=", "add": "+=", "take": "−="}[effect.operation]
    return f"then {said(effect.target)} {mark} {said(effect.amount) if effect.amount is not None else 'drawn anew'}"


def decision_lines(decision: Decision) -> list[str]:
    """A choice by worth plus luck times temperature (logit)."""
    by = f"by {decision.by}, " if decision.by else ""
    when = f", while {said(decision.when)}" if decision.when is not None else ""
    temperature = said(decision.temperature) if decision.temperature is not None else ""
    chance = f"the chance of an option is in proportion to exp(worth / ({temperature}))"
    out = [f"{decision.name}: chosen {by}every {decision.every}{when}; {chance}"]
    for option in decision.options:
        if option.worth is not None:
            out += cases(f"worth of {decision.name}.{option.name}", option.worth)
        if option.when is not None:
            out.append(f"{decision.name}.{option.name} only while {said(option.when)}")
        out += [effect_line(e) for e in option.effects]
    return out
