"""Baselines of observed series: what a forecaster without any model of the war would have said on the day."""

from .baselines import BASELINES, LEVELS, drift, persistence
from .ceasefire import fighting_ends_within

__all__ = ["BASELINES", "LEVELS", "drift", "fighting_ends_within", "persistence"]
