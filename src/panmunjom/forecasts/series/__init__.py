"""Baselines of observed series: what a forecaster without any model of the war would have said on the day."""

from .baselines import BASELINES, LEVELS, drift, persistence

__all__ = ["BASELINES", "LEVELS", "drift", "persistence"]
