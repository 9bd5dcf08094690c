"""The page of a hindcast: what was said of each month before it came, beside what came, and what that is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from .. import __version__
from ..case.observed import Series
from ..forecasts.hindcast.judged import HINDSIGHT, Cell, Judged, word
from ..forecasts.hindcast.run import Hindcast
from ..forecasts.hindcast.targets import WORDS, Target, months_on
from ..forecasts.scores.calibration import Bin
from ..forecasts.series.baselines import LEVELS
from . import words
from .fans import Fan, Panel, fan_chart
from .render import environment
from .svg import element, label, line, linear, picture, rectangle

SHOWN = (1, 6, 12)  # horizons that are drawn, in months
BAND = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True)
class Part:
    """One target on the page."""

    target: Target
    label: str
    unit: str
    says: str
    by: str
    stance: str
    charts: list[tuple[str, Markup]]
    histogram: Markup | None
    rows: list[dict[str, Any]]
    baselines: list[str]
    coverage: str
    note: str


def render(judged: Judged, observed: Mapping[str, Series]) -> str:
    """The page as one HTML document (write it as UTF-8)."""
    found = judged.hindcast
    parts = [part(judged, target, k) for k, target in enumerate(found.targets)]
    shown = {
        "case": words.clean(found.case.title),
        "caution": HINDSIGHT,
        "parts": parts,
        "first": str(found.origins[0].day),
        "last": str(found.origins[-1].day),
        "n": len(found.origins),
        "plan": found.plan,
        "complete": found.complete,
        "collapsed": [o for o in found.origins if o.collapsed],
        "origins": found.origins,
        "claimed": any(s.claimed for s in observed.values()),
        "headline": headline(judged),
        "version": __version__,
        "seconds": found.seconds,
    }
    return environment().get_template("hindcast.html.j2").render(**shown)


def headline(judged: Judged) -> str:
    """How many cells beat persistence, how many lose to it, and of how many nothing can be said."""
    counts = {"better": 0, "worse": 0, "no evidence of skill": 0}
    for target in judged.hindcast.targets:
        for cell in judged.cells[target.name].values():
            if "persistence" in cell.skills:
                counts[word(cell.skills["persistence"])] += 1
    total = sum(counts.values())
    if not total:
        return "No outcome is known yet: nothing can be scored."
    return (
        f"Of {total} series and horizons the model beats persistence in {counts['better']}, loses to it in {counts['worse']}, "
        f"and shows no evidence of skill in {counts['no evidence of skill']}."
    )


def stops_note(judged: Judged, target: Target) -> str:
    """What a score of a thing that never happened is worth."""
    cells = judged.cells[target.name].values()
    happened, n = sum(c.happened for c in cells), sum(c.n for c in cells)
    if happened:
        return f"It happened in {happened} of {n}."
    return (
        f"It never happened, in none of {n} origins and horizons: whoever always says 'never' is beaten by nobody, and what "
        "the model gains on the base rate is only that it says less. This says nothing of whether it "
        "would see a ceasefire coming."
    )


def part(judged: Judged, target: Target, index: int) -> Part:
    """Charts, table and sentences of one target."""
    found, series = judged.hindcast, target.series
    source = found.case.library.sources.get(series.source)
    baselines = list(dict.fromkeys(b for c in judged.cells[target.name].values() for b in c.skills))
    spread = judged.coverage(target.name)
    said = (
        ""
        if spread is None
        else f"80% intervals held {spread[0]:.0%} of {spread[3]} outcomes "
        f"(90% interval {spread[1]:.0%} to {spread[2]:.0%} were they independent)."
    )
    charts = [
        (f"said {h} {'month' if h == 1 else 'months'} before", chart)
        for h in SHOWN
        if h in found.plan.horizons and (chart := fan(found, target, h, f"h{index}-{h}")) is not None
    ]
    bins = judged.histogram(target.name)
    return Part(
        target,
        str(words.clean(series.label)),
        words.unit(series.unit.text),
        WORDS[target.how],
        str(words.clean((source.author or source.publisher or source.title) if source else series.source)),
        str(words.clean(source.stance)) if source else "",
        charts,
        pit_chart(bins, f"p{index}") if bins else None,
        [
            row(h, cell, baselines, target.how == "stops")
            for h, cell in judged.cells[target.name].items()
            if cell.n
        ],
        baselines,
        said,
        stops_note(judged, target) if target.how == "stops" else "",
    )


def row(h: int, cell: Cell, baselines: list[str], stops: bool) -> dict[str, Any]:
    """One horizon of the table."""
    cells: list[dict[str, Any]] = []
    for name in baselines:
        one = cell.skills.get(name)
        if one is None or one.skill is None:
            cells.append(
                {
                    "skill": words.DASH,
                    "span": "nothing to compare with" if one is None else "it made no error",
                    "word": "",
                    "kind": "",
                }
            )
            continue
        span = (
            "too few for an interval"
            if one.low is None or one.high is None
            else f"{one.low:+.2f} to {one.high:+.2f}"
        )
        said = word(one) if cell.happened or not stops else "it never happened"
        kind = {"better": "yes", "worse": "no"}.get(said, "undecided")
        cells.append(
            {
                "skill": f"{one.skill:+.2f}".replace("-", "−"),
                "span": span.replace("-", "−"),
                "word": said,
                "kind": kind,
                "n": one.n,
            }
        )
    return {"h": h, "n": cell.n, "score": words.number(cell.score), "inside": cell.inside, "cells": cells}


def fan(found: Hindcast, target: Target, h: int, ident: str) -> Markup | None:
    """Forecasts made ``h`` months before over the months they were made for, and what came."""
    dates, rows, seen = [], [], []
    for origin in found.origins:
        quantiles = origin.forecasts.get(target.name, {}).get(h)
        if quantiles is None:
            continue
        dates.append(months_on(origin.day, h).isoformat())
        rows.append(
            [float(quantiles[0])] * 5
            if target.how == "stops"
            else [float(q) for q in np.interp(BAND, LEVELS, quantiles)]
        )
        outcome = origin.outcomes.get(target.name, {}).get(h)
        if outcome is not None:
            seen.append((dates[-1], outcome))
    if len(dates) < 2:
        return None
    return fan_chart(
        Panel(
            target.series.label,
            target.series.unit.text if target.how != "stops" else "",
            [Fan("", dates, rows, seen, target.series.claimed)],
        ),
        ident,
    )


def pit_chart(bins: list[Bin], ident: str) -> Markup:
    """Where outcomes fell in the forecasts, by tenths; level if the forecasts are calibrated."""
    width, height, bottom = 352.0, 120.0, 98.0
    most = max([b.n for b in bins] + [1])
    n = sum(b.n for b in bins)
    x, y = linear(0, 1, 28, width - 6), linear(0, most, bottom, 12)
    drawn = [
        rectangle(
            x(b.low) + 1, y(b.n), x(b.high) - 1, bottom - y(b.n), "wide e1", element("title", f"{b.n} of {n}")
        )
        for b in bins
    ]
    drawn += [
        line(x(0), y(n / len(bins)), x(1), y(n / len(bins)), "whisker"),
        label(24, y(most) + 4, most, anchor="end"),
    ]
    drawn += [
        label(x(0), bottom + 15, "below all that was said"),
        label(x(1), bottom + 15, "above all", anchor="end"),
    ]
    about = (
        ", ".join(str(b.n) for b in bins)
        + f" of {n} outcomes by tenths of the forecasts; {n / len(bins):.1f} each if calibrated."
    )
    return picture(width, height, ident, "Where outcomes fell", about, *drawn)
