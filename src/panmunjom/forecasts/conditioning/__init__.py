"""Calibration: an ensemble conditioned on observed series, and the check of it by simulation."""

from .conditioned import Conditioned, Forecast, columns, condition

__all__ = ["Conditioned", "Forecast", "columns", "condition"]
