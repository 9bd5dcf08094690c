"""Forecasts as rows of the hubverse's model output format, and scores as CSV.

Columns ``model_id, reference_date, horizon, target, location, output_type, output_type_id, value`` (hubverse.io, "model output"):
``pmf`` with an answer's name for questions of yes and no and choices, ``quantile`` with its level for numbers and dates.
``horizon`` is in days, ``target`` the question, ``location`` the case; the value of a date is days from the reference date,
and a quantile that does not come in time has no row.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable
from typing import Any

from ..case.records import Case
from .forecast import Forecast

COLUMNS = ("model_id", "reference_date", "horizon", "target", "location", "output_type", "output_type_id", "value")


def hub_rows(case: Case, forecasts: Iterable[Forecast]) -> list[dict[str, Any]]:
    """The rows of these forecasts, in their order."""
    rows = []
    for made in forecasts:
        who = re.sub(r"\W+", "_", made.who).strip("_") or "unnamed"
        team = "panmunjom" if made.origin in ("ledger", "hindcast") else made.origin
        common = {
            "model_id": f"{team}-{who}", "reference_date": made.day.isoformat(),
            "horizon": "NA" if made.horizon is None else made.horizon, "target": made.question.id, "location": case.id,
        }  # fmt: skip
        if made.question.kind == "yes_no" and made.p is not None:
            outputs = [("pmf", "yes", made.p), ("pmf", "no", 1 - made.p)]
        elif made.question.kind == "choice":
            outputs = [("pmf", name, p) for name, p in made.chances.items()]
        else:
            shift = made.day.toordinal() if made.question.kind == "date" else 0
            pairs = zip(made.levels, made.values, strict=True)
            outputs = [("quantile", f"{level:g}", value - shift) for level, value in pairs if not math.isnan(value)]
        for kind, name, value in outputs:
            rows.append({**common, "output_type": kind, "output_type_id": name, "value": f"{value:.10g}"})
    return rows


def as_csv(rows: list[dict[str, Any]], columns: Iterable[str]) -> str:
    """Rows as CSV with a first line of names; what a row lacks is empty, and no cell begins like a spreadsheet's formula."""
    out = io.StringIO(newline="")
    names = list(columns)
    writer = csv.DictWriter(out, names, extrasaction="ignore", lineterminator="\n", restval="")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: _plain(row.get(k)) for k in names})
    return out.getvalue()


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str) and value[:1] in "=+@\t\r":
        return f"'{value}"
    return value
