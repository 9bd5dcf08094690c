"""docs/reference.md is what the schemas, the functions and the examples say, and every example runs compiled."""

from __future__ import annotations

import copy
from datetime import date

import numpy as np
import pytest

import make_reference
from panmunjom.engine.kernel import Kernel
from panmunjom.engine.run import simulate
from panmunjom.engine.schedule import schedule
from panmunjom.text.schemas import schema
from reference_values import FUTURES, START, UNTIL, Runs


def test_nothing_is_missing() -> None:
    """Every key has a description and an example and stands in docs/example; every function has its own."""
    assert make_reference.missing() == [], "\n".join(make_reference.missing())


def test_the_page_is_up_to_date() -> None:
    """Its figures too: they come from runs."""
    assert make_reference.page() == make_reference.PAGE.read_text(encoding="utf-8"), "run 'make reference'"


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new key or function without its words stops the page with a sentence that says what to add."""
    world = copy.deepcopy(schema("world"))
    world["$defs"]["stock"]["properties"]["colour"] = {"$ref": "#/$defs/text"}
    monkeypatch.setattr(make_reference, "schema", lambda kind: world if kind == "world" else schema(kind))
    monkeypatch.setitem(make_reference.FUNCTIONS, "median", (1, 1, "median(x over side)"))
    monkeypatch.setattr(make_reference, "FAMILIES", (*make_reference.FAMILIES, "cauchy"))
    where = "'colour' of stock in src/panmunjom/schemas/world.json"
    assert make_reference.missing() == [
        f"{where} has no description: say in a sentence what it means",
        f'{where} has no example: add "examples": [...]',
        f"{where} is used nowhere in docs/example: use it there once",
        "the function 'median' is not in tools/reference/functions.yaml: add 'about' and 'example'",
        "no spelling in tools/reference/distributions.yaml gives a cauchy distribution: add one",
    ]


def test_the_examples_of_functions_run_compiled() -> None:
    """The compiled engine ends the year with the stocks, noise among them, that the plain evaluator has."""
    runs = Runs()
    graph = runs.built.graph
    raw = simulate(Kernel(graph), runs.built, {}, {}, schedule(graph, START, UNTIL, 1), FUTURES, 1)
    assert np.isnan(raw.bad).all()
    for stock, final in zip(graph.stocks, raw.final, strict=True):
        assert np.array_equal(final, runs.states[-1][stock.slot])


def test_what_the_page_shows_is_true() -> None:
    """A few figures by hand: a third of three months' lag after a month, tanks after a month, the cosine's turn."""
    runs = Runs()
    days = (date(2024, 5, 1) - date(2024, 2, 1)).days
    assert runs.at("with_smooth", "2024-05-01")[0] == pytest.approx(
        10 * (1 - np.exp(-days / 91.3125)), rel=0.01
    )
    assert runs.at("with_sum", "2024-01-01")[0] == 600 and runs.at("with_cycle", "2024-07-01")[
        0
    ] == pytest.approx(-1, abs=1e-3)
    assert runs.at("with_since", "2024-04-01")[0] == 16 and runs.at("operator_0", "2024-01-01")[0] == -4
