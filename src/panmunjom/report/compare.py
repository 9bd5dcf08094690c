"""The page of a comparison: the record that is also its JSON, and the page itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from panmunjom import __version__
from panmunjom.analysis.comparing.chance import ERRORS, beyond
from panmunjom.analysis.comparing.sides import Side
from panmunjom.analysis.comparing.swaps import Figure, Moved, Parts, Swap
from panmunjom.analysis.comparing.together import Comparison, Key
from panmunjom.report import words
from panmunjom.report.links import slug
from panmunjom.report.render import environment
from panmunjom.report.sentences import label_of
from panmunjom.report.svg import line, linear, picture, rectangle

Json = dict[str, Any]
WIDTH, BAR = 120.0, 14.0
LONG = 360.0


def record(done: Comparison) -> Json:
    """All that is printed of a comparison, as JSON has it; shares from 0 to 1, ``se`` are standard errors."""
    return {
        "columns": [_column(done, side) for side in done.sides],
        "reference": done.sides[0].label,
        "same_dates": done.lineup.same_dates,
        "outcomes": [_outcome(done, key) for key in done.outcomes],
        "marks": {
            "errors": ERRORS,
            "chance_each": beyond(ERRORS),
            "compared": done.compared,
            "marked": done.marked,
            "by_chance_alone": done.by_chance,
        },
        "difference": parts_record(done, done.parts) if done.parts is not None else None,
        "no_difference": done.no_parts or None,
        "futures": done.options.futures,
        "theory_futures": done.theory_futures,
        "seed": done.options.seed,
        "complete": done.complete,
        "notes": done.notes,
        "version": __version__,
        "seconds": round(done.seconds, 1),
        "generated": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _column(done: Comparison, side: Side) -> Json:
    return {
        "label": side.label,
        "case": side.case.id,
        "case_title": side.case.title,
        "case_hash": side.case.digest,
        "view": side.filled.name,
        "about": side.filled.view.about,
        "start": side.start.isoformat(),
        "until": side.until.isoformat(),
        "own_start": side.own_start.isoformat(),
        "paired": side is not done.sides[0] and done.sides[0].shares_luck(side),
    }


def name_of_outcome(done: Comparison, key: Key) -> str:
    """An ending's label or a question's text, as the first case has it that has one."""
    kind, name = key
    for side in done.sides:
        if kind == "ending" and name in side.case.built.world.endings:
            return label_of(side.case, name)
        if kind == "question" and name in side.case.questions:
            return side.case.questions[name].text
    return name.replace("_", " ")


def _outcome(done: Comparison, key: Key) -> Json:
    cells: list[Json | None] = []
    for side, differences in zip(done.sides, done.differences, strict=True):
        share = done.share(side, key)
        if share is None:
            cells.append(None)
            continue
        low, high = side.ranges.get(key, (None, None)) if done.theory_futures else (None, None)
        cell: Json = {"p": share.p, "se": words.finite(share.se), "futures": share.futures, "low": low, "high": high}
        d = differences.get(key)
        cell |= {"difference": d.difference if d else None, "difference_se": words.finite(d.se) if d else None}
        cell |= {"paired": d.paired if d else None, "chance": d.chance if d else None, "mark": d.mark if d else ""}
        cells.append(cell)
    return {"kind": key[0], "name": key[1], "label": name_of_outcome(done, key), "cells": cells}


def parts_record(done: Comparison, parts: Parts) -> Json:
    """What makes two views differ; the target's figures beside those of every other outcome."""
    target = parts.target.name
    return {
        "of": target,
        "kind": parts.target.kind,
        "label": name_of_outcome(done, (parts.target.kind, target)),
        "futures": parts.futures,
        "counted": parts.counted,
        "whole": _moved(parts.whole.get(target)),
        "swaps": [_swap(s, parts) for s in parts.swaps],
        "players": [
            {
                "name": p.name,
                "holds": list(p.inside or (p.name,)),
                **(_moved(parts.values[p.name][target]) or {}),
                "of_all": {t: _moved(m) for t, m in parts.values[p.name].items()},
            }
            for p in sorted(parts.players, key=lambda p: -abs(parts.values[p.name][target].difference))
        ],
        "mixtures": 1 << len(parts.players) if parts.players else 0,
        "whole_of_all": {t: _moved(m) for t, m in parts.whole.items()},
        "refused": parts.refused or None,
        "complete": parts.complete,
    }


def _swap(swap: Swap, parts: Parts) -> Json:
    target = parts.target.name
    alone, last = (found.get(swap.name, {}).get(target) for found in (parts.into, parts.last))
    return {
        "name": swap.name,
        "kind": swap.kind,
        "unit": swap.unit,
        "first": {name: _figure(value, swap.unit) for name, value in swap.was.items()},
        "second": {name: _figure(value, swap.unit) for name, value in swap.to.items()},
        "alone": _moved(alone),
        "last": _moved(last),
    }


def _figure(value: Figure, unit: str) -> str:
    """A switch's position, or the 90% interval of a parameter with its unit."""
    return value if isinstance(value, str) else f"{words.between(*value)} {words.unit(unit)}".rstrip()


def _moved(moved: Moved | None) -> Json | None:
    if moved is None:
        return None
    return {"difference": moved.difference, "se": words.finite(moved.se), "clear": moved.clear}


def marks_sentence(found: Json) -> str:
    """How many comparisons are marked, at what level, and how many chance alone would mark."""
    marks = found["marks"]
    if not marks["compared"]:
        return "Nothing could be compared."
    paired = {c["paired"] for c in found["columns"][1:]}
    how = (
        "Errors are paired: the same figures' points and the same luck in all columns."
        if paired == {True}
        else "Errors are those of independent runs: the columns share neither world nor dates."
        if paired == {False}
        else "Errors are paired where a column shares world and luck with the reference, else those of independent runs."
    )
    return (
        f"{marks['marked']} of {words.count(marks['compared'], 'comparison')} with {found['reference']} are marked: * beyond two "
        f"errors, ** beyond chance also when all of them are counted (Holm, 5%). Chance alone would mark about "
        f"{marks['by_chance_alone']:.1f} ({100 * marks['chance_each']:.1f}% of them; errors come from 16 scrambles). {how}"
    )


def differ_sentence(found: Json) -> str:
    """What the contributions say, in a sentence or two."""
    d = found["difference"]
    if d is None:
        return f"What makes the difference is not said: {found['no_difference']}." if found["no_difference"] else ""
    if not d["swaps"]:
        return "The two views set everything alike: there is nothing to swap."
    if d["whole"] is None:
        return f"What makes the difference is not said: {d['refused'] or 'the run was stopped'}."
    if not d["whole"]["difference"] and not d["whole"]["se"]:
        return f"“{d['label']}” comes out the same in all {d['counted']:,} futures: there is nothing to share out."
    whole = words.difference(d["whole"]["difference"], d["whole"]["se"])
    text = f"“{d['label']}” changes by {whole} from {found['columns'][0]['label']} to {found['columns'][1]['label']}"
    if not d["whole"]["clear"]:
        text += ", which is within its error: what follows may be chance"
    alone = sum(s["alone"]["difference"] for s in d["swaps"])
    text += f". {words.count(len(d['swaps']), 'thing')} differ{'s' if len(d['swaps']) == 1 else ''}"
    if len(d["swaps"]) > 1:
        text += f"; each swapped alone, they add up to {words.difference(alone, None)}: the difference to the whole is interplay"
    rest = next((p for p in d["players"] if p["name"] not in {s["name"] for s in d["swaps"]}), None)
    if rest:
        many, others = len(d["players"]) - 1, words.count(len(rest["holds"]), "other")
        lead = f"The {many} that move it most have shares of their own"
        if many < 2:
            lead = "The one that moves it most has a share of its own" if many else "None moves it beyond its error"
        text += f". {lead}; {others} count as one" if many else f". {lead}, so all count as one"
    return text + "."


def render_comparison(done: Comparison) -> str:
    """The page as one HTML document (write it as UTF-8)."""
    found = words.clean(record(done))
    assert isinstance(found, dict)
    shown: Json = {"share": words.share, "span": words.span, "difference": words.difference}
    shown |= {"bar": _bar, "contribution": _contribution, "marks": marks_sentence(found), "differ": differ_sentence(found)}
    cautions = list(dict.fromkeys(c for side in done.sides for c in side.case.cautions))
    return environment().get_template("compare.html.j2").render(c=found, cautions=words.clean(cautions), **shown)


def _bar(ident: str, cell: Json, about: str) -> Markup:
    """A share from 0 to 100% as a bar, with the range over the theories as a line through it."""
    scale = linear(0.0, 1.0, 0.0, WIDTH)
    drawn = [rectangle(0.0, 2.0, WIDTH, BAR - 4, "e8", r=2), rectangle(0.0, 2.0, scale(cell["p"]), BAR - 4, "e2", r=2)]
    if cell["low"] is not None:
        drawn.append(line(scale(cell["low"]), BAR / 2, scale(cell["high"]), BAR / 2, "whisker"))
    told = words.share(cell["p"], cell["se"], cell["futures"])
    return picture(WIDTH, BAR, f"bar-{slug(ident)}", about, told, *drawn, class_="mini")


def _contribution(player: Json, found: Json) -> Markup:
    """A contribution on the common axis of all of them, with two errors to either side."""
    ends = [v for p in found["players"] for v in (p["difference"] - 2 * (p["se"] or 0), p["difference"] + 2 * (p["se"] or 0))]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    scale = linear(low, high or 1e-9, 4.0, LONG - 4.0)
    value, error = player["difference"], player["se"] or 0.0
    drawn = [
        rectangle(scale(0.0), 4.0, scale(value), 12.0, "e5" if value < 0 else "e2", r=1),
        line(scale(value - 2 * error), 10.0, scale(value + 2 * error), 10.0, "whisker"),
        line(scale(0.0), 0.0, scale(0.0), 20.0, "zero"),
    ]
    return picture(LONG, 20.0, f"part-{slug(player['name'])}", player["name"], words.difference(value, error), *drawn)


__all__ = ["differ_sentence", "marks_sentence", "record", "render_comparison"]
