"""Observed figures beside the bands of what they observe: levels over the world's own bands, totals of months over bands of
their own.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ..analysis.study import ViewResult
from ..case.observed import Series
from ..case.records import Case
from ..world.graph import scalar_name

BEFORE = 366  # days before the start from which figures are drawn: what led there
QUANTILES = ("q05", "q25", "q50", "q75", "q95")


def observed_bands(case: Case, view: ViewResult, bands: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The bands with what was observed of each, bands of monthly totals before them; bands of facts are left out.

    A band gets ``observed`` (figures in the band's unit) and ``series`` (whose they are).
    """
    levels: dict[str, list[Series]] = {}
    facts = {s.observes for s in case.observed.values() if s.kind == "fact"}
    for series in case.observed.values():
        if series.kind == "level":
            levels.setdefault(series.observes, []).append(series)
    factor = {scalar_name(s.item, s.members): s.unit.factor for s in view.ensemble.graph.shown}
    found = []
    for band in bands:
        name = scalar_name(band["id"], tuple(filter(None, [band["member"]])))
        if name in facts:
            continue
        for series in levels.get(name, []):
            seen = figures(series, view, series.unit.factor / factor[name])
            if seen:
                band["observed"] = band.get("observed", []) + seen
                band.setdefault("series", []).append(described(case, series))
        found.append(band)
    return [*totals(case, view), *found]


def totals(case: Case, view: ViewResult) -> list[dict[str, Any]]:
    """A band for each observed total: what the stock that it observes grows by in each month."""
    graph = view.ensemble.graph
    slots = {graph.slots[stock.slot].name: stock.slot for stock in graph.stocks}
    found = []
    for series in case.observed.values():
        months = view.ensemble.raw.accrued.get(slots.get(series.observes, -1), {})
        seen = figures(series, view, 1.0)
        if series.kind != "total" or not months or not seen:
            continue
        rows = [months[day] / series.unit.factor for day in sorted(months)]
        columns = [
            [None if row[k] != row[k] else float(row[k]) for row in rows] for k in range(len(QUANTILES))
        ]
        found.append(
            {
                "id": series.name,
                "label": series.label,
                "unit": series.unit.text,
                "view": view.name,
                "member": None,
                "dates": [day.isoformat() for day in sorted(months)],
                **dict(zip(QUANTILES, columns, strict=True)),
                "observed": seen,
                "series": [described(case, series)],
            }
        )
    return found


def figures(series: Series, view: ViewResult, scale: float) -> list[dict[str, Any]]:
    """Figures from a year before the view's start to its horizon, as they were first published."""
    first, last = view.ensemble.start - timedelta(days=BEFORE), view.ensemble.until
    return [
        {"date": one.date.isoformat(), "value": one.value * scale}
        for one in series.as_first_published().observations
        if first <= one.date <= last
    ]


def described(case: Case, series: Series) -> dict[str, Any]:
    """Whose figures they are, how they are meant, and how far they are taken to be off."""
    source = case.library.sources.get(series.source)
    low, high = series.bias.interval
    return {
        "id": series.name,
        "label": series.label,
        "source": series.source,
        "by": (source.author or source.publisher or source.title) if source else series.source,
        "claimed": series.claimed,
        "kind": series.kind,
        "bias": [low, high],
        "bias_note": series.bias_note,
        "stance": source.stance if source else "",
        "note": series.note,
        "last": max((o.date for o in series.observations), default=date.min).isoformat(),
    }
