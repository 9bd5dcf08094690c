"""The self-contained HTML report of a run."""

from panmunjom.report.render import render
from panmunjom.report.summary import Summary

__all__ = ["Summary", "render"]
