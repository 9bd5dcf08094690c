"""Hindcasts: the model as it would have been run month by month, with what was known then, held against what came."""

from .plan import HORIZONS, Plan, anchor_of, origins
from .run import Hindcast, hindcast

__all__ = ["HORIZONS", "Hindcast", "Plan", "anchor_of", "hindcast", "origins"]
