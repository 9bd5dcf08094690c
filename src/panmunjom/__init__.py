"""Run what documents claim about how a war ends as a model."""

__version__ = "0.1.0"
