"""The pooled views of the Ukraine case beside what was observed in the year after each start: right magnitudes, nothing fitted.

What must hold is coarse: the middle figure of the year lies within the 90% band of what would be observed (the world's
own band times the bias that the source is taken to have), or within a factor of two of it. What lies outside is listed
here by name, because it was found and reported, not tuned away; it is a failure too when one of those comes right.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from panmunjom.analysis.running import Options, Runner
from panmunjom.case.loading import load

STARTS = [date(2022, 4, 1), date(2022, 9, 25), date(2024, 10, 16), date(2024, 11, 14)]
MONTHS, FACTOR = 9, 2.0
# The claims of guns lost rose to 1,300 a month by 2024, thirty times what the world's losses to drones come to and far more
# than pictures show: either the claim counts other things, or the world loses too few guns.
OUTSIDE = {(date(2024, 10, 16), "losses_guns"), (date(2024, 11, 14), "losses_guns")}

CASE = load("ukraine")
RUNNER = Runner(CASE, Options(futures=1024, until=date(2026, 1, 1)))


@pytest.mark.parametrize("start", STARTS, ids=str)
def test_magnitudes(start: date) -> None:
    """Medians over the first nine months of band and observation, series by series."""
    runner = Runner(CASE, Options(futures=1024, until=start + timedelta(days=31 * (MONTHS + 1))))
    runner._kernel = RUNNER.kernel
    raw = runner.run(runner.fill_pooled(start), bands=True).raw
    graph = CASE.built.graph
    slots = {graph.slots[s.slot].name: s.slot for s in graph.stocks}
    shown = {
        f"{s.item}[{', '.join(s.members)}]" if s.members else s.item: k for k, s in enumerate(graph.shown)
    }
    table, outside = [], set()
    for series in CASE.observed.values():
        if series.kind == "total":
            found = raw.accrued[slots[series.observes]]
        else:
            found = dict(zip(raw.months, raw.bands[shown[series.observes]], strict=True))
        seen = series.as_first_published().values()
        days = sorted(day for day in found if day in seen)[:MONTHS]
        if series.kind == "fact" or not days:
            continue
        low, _, middle, _, high = np.median([found[day] for day in days], axis=0) / series.unit.factor
        observed = float(np.median([seen[day] for day in days]))
        least, most = series.bias.interval
        fine = low * least / FACTOR <= observed <= high * most * FACTOR
        inside = low * least <= observed <= high * most
        table.append(
            f"{start} {series.name:22} observed {observed:10,.4g}  world {middle:10,.4g} ({low:,.4g} to {high:,.4g}), as "
            f"observed {low * least:,.4g} to {high * most:,.4g}  {'inside' if inside else 'within a factor of two' if fine else 'OUTSIDE'}"
        )
        if not fine:
            outside.add((start, series.name))
    print("\n".join(table))
    assert outside == {o for o in OUTSIDE if o[0] == start}, "\n" + "\n".join(table)
