"""What a stock grows by in a calendar month, read off states that are known where steps end only."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from panmunjom import Model
from panmunjom.analysis.running import Options, Runner


@pytest.mark.parametrize("step", ["1 day", "7 days"])
def test_a_constant_flow_accrues_days_times_rate(step: str) -> None:
    """2 loaves a day: 2 × 29 in February and 2 × 31 in March, whatever the step; a month that had begun before is left out."""
    war = Model("bread", start="2024-01-15", horizon="1 year", step=step)
    war.unit("loaf", "")
    war.parameter("rate", unit="loaf/day", assume="2")
    war.stock("eaten", unit="loaf", start="0 loaf", in_="rate")
    war.ending("goes_on", at_horizon=True)
    war.source("paper", title="The Paper")
    war.series("bread", kind="total", unit="loaf", observes="eaten", source="paper", spread="0.1")
    case = war.case()
    runner = Runner(case, Options(futures=64))
    raw = runner.run(runner.fill_pooled(date(2024, 1, 15)), bands=True).raw
    (months,) = raw.accrued.values()
    assert date(2024, 1, 31) not in months and min(months) == date(2024, 2, 29)
    for day, quantiles in months.items():
        assert quantiles == pytest.approx(2.0 * day.day), day
    assert np.isnan(raw.bad).all()
    plain = runner.run(runner.fill_pooled(date(2024, 1, 15)), bands=False).raw
    assert np.array_equal(plain.final, raw.final) and not plain.accrued
