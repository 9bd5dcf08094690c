"""The record of a described case: mechanisms, equations, parameters and all else that a world is made of.

It is what ``panmunjom describe --json`` prints, and what the page and the terminal are made from.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from panmunjom import __version__
from panmunjom.analysis.mechanisms import CLEAR, FALSE_ALARM, Shown
from panmunjom.analysis.running import Options
from panmunjom.case.filling import fill, pooled_view
from panmunjom.case.mechanisms import file_of
from panmunjom.case.pooled import pooled
from panmunjom.case.records import Case, Filled, Mechanism
from panmunjom.quantities.distributions import Distribution
from panmunjom.report.equations import effect_line, equations, said
from panmunjom.report.flows import flows
from panmunjom.text.writing import flat
from panmunjom.world.declared import ByMember, Column, Parameter, Stock
from panmunjom.world.graph import scalar_name
from panmunjom.world.resolve import members_of

Json = dict[str, Any]
_ASSUMED = re.compile(r"\bA(?=\s*(?:[;,.]|$))")  # in a note: the figure is assumed


def describe(
    case: Case, options: Options, chosen: list[Mechanism], shown: list[Shown] | None, complete: bool = True
) -> Json:
    """The whole record; ``shown`` None where nothing was run."""
    w = case.built.world
    found = {s.mechanism.id: s for s in shown or []}
    run = shown is not None
    todo = [m for m in chosen if not run or m.id in found]
    return {
        "case": case.id,
        "title": case.title,
        "about": case.about,
        "start": case.start.isoformat(),
        "horizon": case.horizon,
        "step_days": case.step_days,
        "method": w.method,
        "mechanisms": [mechanism_record(case, m, found.get(m.id)) for m in todo],
        "futures": options.futures if run else None,
        "seed": options.seed if run else None,
        "threshold": CLEAR,
        "false_alarm": FALSE_ALARM,
        "complete": complete,
        "files": files(case),
        "equations": equations(w),
        "stocks": [stock_record(case, s) for s in w.stocks.values()],
        "flows": flows(w),
        "parameters": parameters(case),
        "switches": [
            {"name": s.name, "about": s.about, "default": s.default, "options": [*(s.options or ("true", "false"))],
             "file": file_of(s.place)}
            for s in w.switches.values()
        ],
        "events": events(case),
        "decisions": [
            {"name": d.name, "about": d.about, "by": d.by, "every": d.every, "file": file_of(d.place),
             "options": [{"name": o.name, "about": o.about} for o in d.options]}
            for d in w.decisions.values()
        ],
        "tables": [
            {"name": t.name, "about": t.about, "unit": t.unit, "points": [[*p] for p in t.points], "file": file_of(t.place)}
            for t in w.tables.values()
        ],
        "endings": [
            {"name": e.name, "label": e.label or e.name.replace("_", " "), "about": e.about,
             "when": said(e.condition) if e.condition is not None else "", "at_horizon": e.at_horizon, "stop": e.stop}
            for e in w.endings.values()
        ],
        "sources": [
            {"id": s.id, "title": s.title, "published": s.published.isoformat() if s.published else None}
            for s in case.library.sources.values()
        ],
        "version": __version__,
        "case_hash": case.digest,
    }  # fmt: skip


def mechanism_record(case: Case, mechanism: Mechanism, shown: Shown | None) -> Json:
    """One row: ``from`` and ``to`` are the result's values before and after the turn, in ``unit``."""
    run = shown is not None and shown.verdict != "refused"
    return {
        "row": mechanism.row,
        "id": mechanism.id,
        "name": mechanism.name,
        "sources": [*mechanism.sources],
        "parts": [*mechanism.parts],
        "file": mechanism.files[0] if mechanism.files else "",
        "files": [*mechanism.files],
        "start": mechanism.start.isoformat(),
        "switch": ", ".join(t.text for t in mechanism.turns),
        "result": mechanism.what,
        "measured": ("mean of " if mechanism.mean else "share of futures in which ") + mechanism.expression,
        "unit": mechanism.unit,
        "after": mechanism.after,
        "moves": mechanism.moves,
        "from": shown.before if shown and run else None,
        "to": shown.after if shown and run else None,
        "difference": shown.difference if shown and run else None,
        "se": shown.se if shown and run else None,
        "verdict": shown.verdict if shown else None,
        "met": shown.met if shown else None,
        "held_back": shown.held_back if shown else None,
        "endings": {
            n: {"from": m.before, "to": m.after, "difference": m.difference, "se": m.se} for n, m in shown.endings.items()
        }
        if shown
        else None,
        "note": mechanism.note,
    }  # fmt: skip


def files(case: Case) -> list[Json]:
    """The files of the world with what each is about, as their first lines say."""
    names: dict[str, None] = {}
    w = case.built.world
    for group in (w.switches, w.parameters, w.stocks, w.values, w.events, w.decisions, w.endings, w.tables):
        for item in group.values():
            names[file_of(item.place)] = None
    return [{"name": n, "about": w.abouts.get(n, "")} for n in sorted(names)]


def terms(formula: ByMember | None) -> list[str]:
    """The terms of a flow, all members' together, without repetition."""
    found = []
    for tree in (formula.cases.values() if formula else ()):
        if tree is not None:
            found += [("" if sign > 0 else "−") + said(term) for sign, term in flat(tree)]
    return [*dict.fromkeys(found)]


def stock_record(case: Case, stock: Stock) -> Json:
    """A stock and what moves it."""
    return {
        "name": stock.name,
        "about": stock.about,
        "label": stock.label,
        "per": [*stock.per],
        "unit": stock.unit,
        "file": file_of(stock.place),
        "in": terms(stock.inflow),
        "out": terms(stock.outflow),
        "change": terms(stock.change),
        "may_be_negative": stock.may_be_negative,
    }


def events(case: Case) -> list[Json]:
    """What may happen, with rates."""
    out = []
    for e in case.built.world.events.values():
        rates = [said(t) for t in (e.rate.cases.values() if e.rate else ()) if t is not None]
        whens = [said(t) for t in (e.when.cases.values() if e.when else ()) if t is not None]
        effects = [effect_line(x) for x in e.effects]
        record = {"name": e.name, "about": e.about, "per": [*e.per], "file": file_of(e.place), "rate": rates}
        out.append({**record, "when": whens, "once": e.once, "effects": effects})
    return out


def parameters(case: Case) -> list[Json]:
    """Every parameter with its figures, what is said of it and by whom."""
    filled = fill(case, pooled_view(case.start))
    by: dict[str, list[str]] = {}
    for claim in case.library.claims.values():
        by.setdefault(claim.about.partition("[")[0], []).append(claim.id)
    items = sorted(case.built.world.parameters.values(), key=lambda p: (file_of(p.place), p.place.line, p.place.column))
    return [parameter_record(case, p, by.get(p.name, []), filled) for p in items]


def parameter_record(case: Case, parameter: Parameter, claims: list[str], filled: Filled) -> Json:
    """One parameter; ``used``: what the pooled view at the case's start has."""
    used = {}
    for members in members_of(case.built.world, parameter.per):
        scalar = scalar_name(parameter.name, members)
        one = filled.used[scalar]
        low, high = one.distribution.interval
        used[scalar] = {"low": low, "median": one.distribution.median, "high": high, "from": one.origin}
    return {
        "name": parameter.name,
        "about": parameter.about,
        "per": [*parameter.per],
        "unit": parameter.unit,
        "within": [*parameter.within] if parameter.within else None,
        "file": file_of(parameter.place),
        "note": parameter.note,
        "assumed": bool(_ASSUMED.search(parameter.note)) or not parameter.note,
        "drawn_each_firing": parameter.each_firing,
        "measures": parameter.measures,
        "claims": claims,
        "columns": [column_record(case, parameter, c) for c in parameter.assume],
        "used": used,
    }


def column_record(case: Case, parameter: Parameter, column: Column) -> Json:
    """A dated column with the claims that were known by its date."""
    day: date = column.since or case.start
    ids: list[str] = []
    for members in members_of(case.built.world, parameter.per):
        ids += [c.id for c in pooled(case, parameter, members, day).claims]
    figures = {", ".join(m): figure(d) for m, d in column.cases.items() if d is not None}
    return {"since": column.since.isoformat() if column.since else None, "figures": figures, "claims": [*dict.fromkeys(ids)]}


def figure(distribution: Distribution) -> str:
    """A distribution as it was written."""
    return distribution.text
