"""Reads ``data/series.yaml`` and ``data/observed.csv``."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import replace
from datetime import date, timedelta

from ..evidence.records import Library
from ..quantities.calendar import duration_days, parse_date
from ..quantities.distributions import LARGEST, Distribution, parse_distribution
from ..quantities.units import UnknownUnit
from ..text.nodes import Fields, Mapping, Scalar
from ..text.problems import Place, Problems, Source, nearest
from ..world.build import Built
from ..world.graph import scalar_name
from .observed import Import, Observation, Series

SERIES, FIGURES = "data/series.yaml", "data/observed.csv"
KINDS = ("total", "level", "fact")
ERRORS = ("relative", "absolute")
COLUMNS = ("series", "date", "value", "known")
MAX_ROWS = 100_000
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")


class SeriesReader:
    """Reads the files of ``data/``; every mistake is recorded."""

    def __init__(self, problems: Problems, library: Library) -> None:
        self.problems, self.library = problems, library
        self.series: dict[str, Series] = {}
        self.units: dict[str, Scalar] = {}  # as written, until the world is built

    def read(self, root: Mapping) -> None:
        """Read ``series.yaml``."""
        for key, node in root:
            if isinstance(node, Mapping):
                self.one(key, node)
            else:
                message = f"the series '{key.text}' needs 'name: value' entries"
                self.problems.add("not-a-mapping", node.place, message)

    def one(self, key: Scalar, node: Mapping) -> None:
        fields = Fields(node, f"the series '{key.text}'", "series.series", self.problems)
        found = Series(key.text, place=key.place)
        found.label = fields.text("label") or key.text.replace("_", " ")
        found.kind = self.word(fields, "kind", KINDS, "level", required=True)
        found.error = self.word(fields, "error", ERRORS, "relative")
        found.observes = fields.text("observes", required=True)
        found.claimed = fields.flag("claimed")
        source = fields.scalar("source", required=True)
        if source is not None:
            found.source = source.text
            if source.text not in self.library.sources:
                hint = nearest(source.text, self.library.sources)
                self.problems.add("unknown-source", source.place, f"there is no source '{source.text}'", hint)
        unit = fields.scalar("unit")
        if unit is not None:
            self.units[key.text] = unit
        found.bias = self.figure(fields, "bias", found.bias, above=True)
        found.spread = self.figure(fields, "spread", found.spread, above=False)
        if fields.node.get("spread") is None and found.kind != "fact":
            message = f"the series '{key.text}' does not say how far a figure is off by chance"
            self.problems.add(
                "no-spread", key.place, message, "As in  spread: 0.1 to 0.3  of a relative error."
            )
        for name in ("bias_note", "spread_note", "note"):
            setattr(found, name, fields.text(name))
        found.layout = self.layout(fields)
        fields.done()
        self.series[key.text] = found

    def word(
        self, fields: Fields, key: str, known: tuple[str, ...], default: str, required: bool = False
    ) -> str:
        scalar = fields.scalar(key, required)
        if scalar is None or scalar.text in known:
            return default if scalar is None else scalar.text
        self.problems.add(
            "bad-entry", scalar.place, f"'{key}' must be one of {', '.join(known)}, not '{scalar.text}'"
        )
        return default

    def figure(self, fields: Fields, key: str, default: Distribution, above: bool) -> Distribution:
        """A distribution whose draws make sense: above zero, or at least zero."""
        scalar = fields.scalar(key)
        if scalar is None:
            return default
        try:
            found = parse_distribution(scalar.text)
            least = found.reach[0]
            if least < 0 or (above and least <= 0):
                raise ValueError(f"'{key}' is a {'factor: above' if above else 'size: not below'} zero")
        except ValueError as error:
            self.problems.add("bad-distribution", scalar.place, str(error))
            return default
        return found

    def layout(self, fields: Fields) -> Import | None:
        node = fields.mapping("import")
        if node is None:
            return None
        inner = Fields(node, "'import'", "series.import", self.problems)
        file, day, value = (inner.text(key, required=True) for key in ("file", "date", "value"))
        days, daily, daily_value = (inner.text(key) for key in ("days", "daily", "daily_value"))
        known, scale = inner.scalar("known"), inner.scalar("scale")
        found = Import(file, day, value, days, daily, daily_value)
        for key, path in (("file", file), ("daily", daily)):
            parts = re.split(r"[\\/]", path)
            if ".." in parts or (path and not parts[0]) or ":" in parts[0]:
                message = f"'{key}' must lie inside the data folder, not '{path}'"
                self.problems.add("outside", node.place, message)
        if known is not None and known.text not in ("", "~", "null"):
            try:
                duration_days(known.text)
                found = replace(found, known=known.text)
            except ValueError as error:
                self.problems.add("bad-duration", known.place, str(error))
        if scale is not None:
            if NUMBER.fullmatch(scale.text) and 0 < float(scale.text) <= LARGEST:
                found = replace(found, scale=float(scale.text))
            else:
                message = f"'scale' must be a number above zero, not '{scale.text}'"
                self.problems.add("not-a-number", scale.place, message)
        inner.done()
        return found

    def figures(self, text: str, name: str) -> None:
        """Read the text of an ``observed.csv``; ``name`` is the file as the user knows it."""
        for series, observations in read_figures(text, name, self.series, self.problems).items():
            self.series[series].observations = observations

    def fit(self, built: Built) -> None:
        """Every series observes something that runs have, in a unit that fits."""
        graph = built.graph
        stocks = {graph.slots[s.slot].name for s in graph.stocks}
        shown = {scalar_name(s.item, s.members) for s in graph.shown}
        items = {*built.world.stocks, *built.world.values}
        for one in self.series.values():
            written = self.units.get(one.name)
            if written is not None:
                try:
                    one.unit = built.units.parse(written.text)
                except UnknownUnit as error:
                    self.problems.add(
                        "unknown-unit", written.place, str(error), nearest(error.word, built.units.names)
                    )
                    continue
            item = one.observes.partition("[")[0]
            if one.observes not in stocks and (one.kind == "total" or one.observes not in shown):
                self.cannot(one, item, items, stocks)
                continue
            of = built.unit_of[item]
            if of.dimension != one.unit.dimension:
                place = written.place if written is not None else one.place
                theirs, ours = (unit.text or "a plain number" for unit in (of, one.unit))
                message = f"'{one.observes}' is in {theirs}, '{one.name}' in {ours}"
                self.problems.add(
                    "wrong-unit", place, message, "Both must measure the same; multiples of a unit are fine."
                )

    def cannot(self, one: Series, item: str, items: set[str], stocks: set[str]) -> None:
        """Say why a series observes nothing."""
        message, hint = (
            f"the series '{one.name}' observes '{one.observes}', which is no stock or shown value",
            "",
        )
        if item not in items:
            hint = nearest(item, items)
        elif one.kind == "total":
            message = f"the series '{one.name}' is a total, and '{one.observes}' is no stock that could accumulate it"
            near = [s for s in stocks if s.partition("[")[0] == item]
            hint = (
                f"Known here: {', '.join(sorted(near))}."
                if near
                else "Add a stock whose 'in' is that flow, and observe it."
            )
        else:
            hint = f"Say which member, or write 'show: true' in '{item}'."
        self.problems.add("observes-nothing", one.place, message, hint)


def read_figures(
    text: str, name: str, series: dict[str, Series], problems: Problems
) -> dict[str, tuple[Observation, ...]]:
    """The observations of a tidy CSV text by series, sorted by date; what is wrong with a row is recorded with its place."""
    source = Source(name, text)
    rows = _rows(text, source, problems)
    if not rows:
        return {}
    head = tuple(cell.strip() for cell in rows[0][1])
    if head != COLUMNS:
        message = f"the first line must be '{','.join(COLUMNS)}', not '{','.join(head)[:80]}'"
        problems.add("bad-header", Place(source), message)
        return {}
    found: dict[str, dict[tuple[date, date], Observation]] = {}
    for line, cells in rows[1:]:
        place = Place(source, line, 1, max(1, len(source.line(line))))
        if len(cells) != len(COLUMNS):
            problems.add(
                "bad-row",
                place,
                f"a row has {len(COLUMNS)} cells, this one {len(cells)}",
                "Write series,date,value,known.",
            )
            continue
        which = cells[0].strip()
        if which not in series:
            problems.add("unknown-series", place, f"there is no series '{which}'", nearest(which, series))
            continue
        one = _observation(series[which], [cell.strip() for cell in cells], place, problems)
        if one is None:
            continue
        mine = found.setdefault(which, {})
        if (one.date, one.known) in mine:
            message = f"'{which}' has a figure of {one.date} known on {one.known} already"
            problems.add("duplicate-row", place, message, "A revision has a later day in 'known'.")
            continue
        mine[one.date, one.known] = one
    return {which: tuple(mine[key] for key in sorted(mine)) for which, mine in found.items()}


def _rows(text: str, source: Source, problems: Problems) -> list[tuple[int, list[str]]]:
    """Numbered rows that are not empty; none, and a problem, where the text is no such table."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if cells:
                rows.append((reader.line_num, cells))
            if len(rows) > MAX_ROWS + 1:
                problems.add("too-large", Place(source), f"the file has more than {MAX_ROWS:,} rows")
                return []
    except csv.Error as error:
        problems.add("bad-csv", Place(source, max(1, reader.line_num)), f"this is not a CSV table: {error}")
        return []
    if len(rows) < 2:
        problems.add(
            "empty-file",
            Place(source),
            "the file holds no figures",
            f"Its first line is {','.join(COLUMNS)}, then one line a figure.",
        )
    return rows


def _observation(series: Series, cells: list[str], place: Place, problems: Problems) -> Observation | None:
    """One row as an observation, or None and what is wrong with it."""
    days: list[date] = []
    for column in (1, 3):
        try:
            days.append(parse_date(cells[column]))
        except ValueError as error:
            problems.add("bad-date", place, f"{COLUMNS[column]}: {error}")
    wrong = wrong_figure(series, cells[2])
    if wrong:
        problems.add(*wrong[:1], place, *wrong[1:])
    if len(days) < 2 or wrong:
        return None
    when, known = days
    if series.kind == "total" and (when + timedelta(days=1)).day != 1:
        problems.add(
            "bad-date",
            place,
            f"'{series.name}' is a total of calendar months, and {when} is no month's last day",
        )
        return None
    if known < when:
        message = f"a figure of {when} cannot have been known on {known}, before that day"
        problems.add("known-too-early", place, message, "'known' is the day on which it became public.")
        return None
    return Observation(when, float(cells[2]), known, place)


def wrong_figure(series: Series, text: str) -> tuple[str, str, str] | None:
    """Code, sentence and hint where a cell is no figure of the series; None where it is one."""
    if text[:1] in ("=", "@") or (text[:1] in ("+", "-") and not NUMBER.fullmatch(text)):
        message = f"the cell '{text[:40]}' looks like a formula"
        return "formula-cell", message, "Export the sheet with values, not formulas."
    if not NUMBER.fullmatch(text):
        hint = "Write plain numbers, as in 12200 or 0.35; leave a row out where there is none."
        return "not-a-number", f"the cell '{text[:40]}' is not a number", hint
    value = float(text)
    if not math.isfinite(value) or abs(value) > LARGEST:
        return "not-a-number", f"a figure must be finite and not beyond {LARGEST:g}", ""
    if series.kind == "fact" and value not in (0.0, 1.0):
        return "not-a-fact", f"'{series.name}' is a fact: 0 or 1, not {text}", ""
    if series.kind != "fact" and series.error == "relative" and value <= 0:
        message = f"'{series.name}' has a relative error, which a figure of {text} cannot have"
        return "not-positive", message, "Say 'error: absolute', with its spread in the unit."
    return None
