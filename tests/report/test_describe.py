"""Equations, diagrams and pages of a described world."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from panmunjom.analysis.mechanisms import show_mechanisms
from panmunjom.analysis.running import Options
from panmunjom.case.loading import load
from panmunjom.case.records import Case
from panmunjom.report.describe import describe
from panmunjom.report.describe_page import as_html, as_markdown
from panmunjom.report.diagram import boxes_of, diagram, place
from small_case import write_case

Json = dict[str, Any]
EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "example"
WORLD = """
about: men, from the pool to the line
units: {man: }
dimensions: {side: [north, south]}
switches: {harsh: {about: a hard law, default: true}}
parameters:
  pool_at_start: {per: side, unit: man, assume: 100 to 200, note: A}
  calls: {unit: 1/day, within: 0 to 1, assume: {2024-01-01: 0.01, 2024-02-01: 0.02}, note: a gazette of the time}
stocks:
  pool: {per: side, unit: man, start: pool_at_start, out: called}
  men: {per: side, unit: man, start: 10 man, in: intake, out: {north: lost, south: "lost + 0.1 * men / 1 day"}}
  mood: {start: 1, change: "-(mood - 0.5) / 1 month", may_be_negative: true}
values:
  called: {per: side, unit: man/day, is: "calls * pool"}
  foreign: {per: side, unit: man/day, is: {north: 1 man/day, south: 0 man/day}}
  intake: {per: side, unit: man/day, is: "called + foreign"}
  lost: {per: side, unit: man/day, is: "if(harsh, 0.02, if(mood < 0.4, 0.03, 0.01)) * men / 1 day"}
  fear: {is: "if(harsh, 1, if(mood < 0.4, 2, 0))"}
events:
  mutiny: {per: side, rate: fear / 1 year, take: {men: 5 man}}
endings: {peace: "men[north] < 1 man and mood < 0", war: {at_horizon: true}}
"""


@pytest.fixture
def record(tmp_path: Path) -> Json:
    """The record of a world whose flows are known."""
    views = {"views__courier": None, "views__pooled": None, "questions": None, "claims": None}
    case = load(write_case(tmp_path, world__siege=WORLD, **views), mechanisms=True)
    return describe(case, Options(), [], None)


def lines(record: Json, name: str) -> list[str]:
    """The equation of that name."""
    return next(e["lines"] for e in record["equations"] if e["name"] == name)


def test_equations_say_what_was_declared(record: Json) -> None:
    """A derivative with all its terms and signs, cases for if, members side by side."""
    assert lines(record, "pool") == ["d pool[side]/dt = −called", "pool[side] at the start = pool_at_start"]
    assert lines(record, "men")[:2] == [
        "d men[north]/dt = intake − lost",
        "d men[south]/dt = intake − lost − 0.1 · men / 1 day",
    ]
    assert lines(record, "mood") == ["d mood/dt = −(mood − 0.5) / 1 month", "mood at the start = 1", "may be below zero"]
    assert lines(record, "foreign") == ["foreign[north] = 1 man/day", "foreign[south] = 0 man/day"]
    assert lines(record, "fear") == ["fear = 1   if harsh", "     = 2   if mood < 0.4", "     = 0   otherwise"]
    assert lines(record, "mutiny") == ["rate of mutiny[side] = fear / 1 year", "then men −= 5 man"]
    assert [e["id"] for e in record["equations"]] == [f"E{k}" for k in range(1, 10)]


def test_flows_go_from_stock_to_stock(record: Json) -> None:
    """What is called leaves the pool and enters the army, though the army's inflow is a sum with other men."""
    found = {(f["text"], f["source"], f["target"]) for f in record["flows"] if f["kind"] == "flow"}
    assert found == {("called", "pool", "men"), ("foreign", "", "men"), ("lost", "men", ""), ("0.1 · men / 1 day", "men", "")}
    assert [f["kind"] for f in record["flows"] if f["target"] == "mood"] == ["change"]
    assert {(f["kind"], f["source"]) for f in record["flows"] if "mutiny" in f["text"]} == {("event", "men")}


def test_parameters_say_where_they_are_from(record: Json) -> None:
    """Assumed or not, by date, with unit and bounds."""
    pool, calls = (next(p for p in record["parameters"] if p["name"] == n) for n in ("pool_at_start", "calls"))
    assert pool["assumed"] and not calls["assumed"]
    assert [(c["since"], c["figures"]) for c in calls["columns"]] == [("2024-01-01", {"": "0.01"}), ("2024-02-01", {"": "0.02"})]
    assert calls["within"] == [0, 1] and calls["unit"] == "1/day" and calls["used"]["calls"]["median"] == 0.02
    assert record["files"] == [{"name": "siege.yaml", "about": "men, from the pool to the line"}]


def test_claims_stand_at_the_dates_by_which_they_were_known() -> None:
    """Of the example's parameter with two columns, the claims behind it."""
    case = load(EXAMPLE)
    record = describe(case, Options(), [], None)
    found = {p["name"]: [c["claims"] for c in p["columns"]] for p in record["parameters"] if p["claims"]}
    assert found
    for name, columns in found.items():
        dates = [c.since or case.start for c in case.built.world.parameters[name].assume]
        for day, ids in zip(dates, columns, strict=True):
            assert all(case.library.known(case.library.claims[i], day) for i in ids)
    assert any(columns[-1] for columns in found.values())


def test_boxes_do_not_overlap() -> None:
    """In no diagram of the Ukraine case, and all lie within the picture; who flows into whom stands before it."""
    record = describe(load("ukraine"), Options(), [], None)
    for file in record["files"]:
        stocks = [s for s in record["stocks"] if s["file"] == file["name"]]
        boxes = boxes_of(stocks, record["flows"])
        if not boxes:
            continue
        width, height = place(boxes)
        placed = [(b.x, b.y, b.x + 176, b.y + b.height) for b in boxes.values()]
        for k, (x, y, right, bottom) in enumerate(placed):
            assert x >= 0 and y >= 0 and right <= width and bottom <= height
            assert all(right < a or c < x or bottom < b or d < y for a, b, c, d in placed[k + 1 :])
        for box in boxes.values():
            assert all(boxes[lane.other].column > box.column for lane in box.right if lane.drawn)


def test_a_ring_of_flows_is_drawn() -> None:
    """Two stocks that flow into each other, and one that flows into itself by nobody's wish."""
    stocks = [{"name": n, "about": "", "per": [], "unit": "", "file": "f"} for n in "ab"]
    flows = [{"kind": "flow", "text": t, "source": t[0], "target": t[1]} for t in ("ab", "ba")]
    assert str(diagram("f", stocks, flows)).count("d-valve") == 2


def test_pictures_are_whole(record: Json) -> None:
    """Well-formed, named for readers, with every flow's full text."""
    text, files = as_markdown(record, "pictures")
    assert list(files) == ["siege.svg"] and "(pictures/siege.svg)" in text
    root = ET.fromstring(files["siege.svg"])
    titles = [t.text for t in root.iter("{http://www.w3.org/2000/svg}title")]
    assert {f["text"] for f in record["flows"]} <= set(titles)
    assert "prefers-color-scheme: dark" in files["siege.svg"]


def test_hostile_text_is_escaped(tmp_path: Path) -> None:
    """Whatever a case says stays text on the page and in Markdown."""
    bad = '<script>alert(1)</script> | `x` <img src="x" onerror="y">'
    world = WORLD.replace("about: men, from the pool to the line", f"about: '{bad}'").replace("a hard law", f"'{bad}'")
    views = {"views__courier": None, "views__pooled": None, "questions": None, "claims": None}
    record = describe(load(write_case(tmp_path, world__siege=world, **views)), Options(), [], None)
    page = as_html(record)
    assert "<script" not in page and "<img" not in page
    text, _ = as_markdown(record, "x")
    assert "<script" not in text.replace("\\<script", "")


def example(case: Case) -> Json:
    """The example with its mechanisms run."""
    options = Options(futures=64)
    return describe(case, options, [*case.mechanisms.values()], [*show_mechanisms(case, options)])


def test_links_of_the_page_lead_somewhere() -> None:
    """Every anchor is on it once, nothing is loaded, no script runs."""
    page = as_html(example(load(EXAMPLE, mechanisms=True)))
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert {*re.findall(r'href="#([^"]+)"', page)} <= {*ids}
    assert not re.findall(r'(?:src|href)="(?!#)', page) and "<script" not in page
