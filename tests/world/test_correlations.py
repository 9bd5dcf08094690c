"""Correlations of a world: what is refused, the nearest that is possible, and the same from Python as from a file."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panmunjom.text.nodes import read_text
from panmunjom.text.problems import Problems
from panmunjom.world.build import build
from panmunjom.world.correlations import cholesky, matrix, possible
from panmunjom.world.declared import Correlation
from panmunjom.world.reading import WorldReader
from worlds import build_world, problems_of

MODEST = settings(derandomize=True, deadline=None, max_examples=60, database=None)
BASE = """\
dimensions: {side: [north, south]}
parameters:
  a: {assume: 1 to 2}
  b: {assume: 1 to 2}
  c: {per: side, assume: 1 to 2}
  size: {assume: 1 to 2, drawn: each firing}
  sure: {assume: 5}
stocks:
  men: {start: a}
correlations:
"""


@pytest.mark.parametrize(
    ("entry", "code", "words"),
    [
        ("x: {between: [a, d], rank: 0.5}", "bad-correlation", ["'d'", "not there"]),
        ("x: {between: [a, men], rank: 0.5}", "bad-correlation", ["'men'", "no parameter"]),
        ("x: {between: [a, c], rank: 0.5}", "bad-correlation", ["which of its members", "north or south"]),
        ("x: {between: [a, 'c[east]'], rank: 0.5}", "bad-correlation", ["which of its members"]),
        ("x: {between: [a, 'b[north]'], rank: 0.5}", "bad-correlation", ["has no members"]),
        ("x: {between: [a, size], rank: 0.5}", "bad-correlation", ["each time"]),
        ("x: {between: [a, b], rank: 1.5}", "bad-correlation", ["1.5", "between -1 and 1"]),
        ("x: {between: [a, b], rank: 0.1 to 0.5}", "not-a-number", ["one number"]),
        ("x: {between: [a], rank: 0.5}", "bad-correlation", ["two different"]),
        ("x: {between: [a, a], rank: 0.5}", "bad-correlation", ["two different"]),
        ("x: {between: [a, b]}", "missing-key", ["'rank'"]),
        ("x: {rank: 0.5}", "missing-key", ["'between'"]),
        ("x: {between: [a, b], rank: 0.5, why: so}", "unknown-key", ["'why'"]),
        ("x: {between: [a, b], rank: 0.5}\n  y: {between: [b, a], rank: 0.5}", "bad-correlation", ["same two", "'x'"]),
        ("x: {between: [a, c[north]], rank: 0.5}", "yaml-syntax", ["quotes", "patience[china]"]),
        ("x: {between: [a, sure], rank: 0.5}", "idle-correlation", ["no effect", "'sure'"]),
    ],
)  # fmt: skip
def test_what_is_refused(entry, code, words):
    found = problems_of(f"{BASE}  {entry}\n")
    assert [p.code for p in found] == [code]
    assert found[0].severity == ("warning" if code == "idle-correlation" else "error")
    for word in words:
        assert word in f"{found[0].message} {found[0].hint}"


def test_what_cannot_be_all_at_once():
    """Two that go with a third cannot go against each other; the nearest that can is accepted."""
    entries = {"ab": ("a", "b", 0.9), "bc": ("b", "'c[north]'", 0.9), "ca": ("'c[north]'", "a", -0.9)}
    text = BASE + "".join(f"  {n}: {{between: [{p}, {q}], rank: {r}}}\n" for n, (p, q, r) in entries.items())
    (problem,) = problems_of(text)
    assert problem.code == "bad-correlation" and "ab 0.9, ca -0.9, bc 0.9" in problem.message
    said = dict(pair.rsplit(" ", 1) for pair in problem.hint.removeprefix("The nearest that can: ").rstrip(".").split(", "))
    assert set(said) == set(entries) and float(said["ab"]) == pytest.approx(0.5, abs=0.03)
    nearest = BASE + "".join(f"  {n}: {{between: [{p}, {q}], rank: {said[n]}}}\n" for n, (p, q, _) in entries.items())
    assert problems_of(nearest) == []


@MODEST
@given(st.integers(3, 6), st.data())
def test_the_nearest_is_always_possible(size, data):
    """Any ranks at all: either there is a Cholesky triangle that gives them back, or the nearest has one."""
    group = [f"p{k}" for k in range(size)]
    pairs = [frozenset((a, b)) for i, a in enumerate(group) for b in group[:i]]
    chosen = data.draw(st.lists(st.sampled_from(pairs), min_size=2, unique=True))
    ranks = {p: data.draw(st.floats(-1, 1)) for p in chosen}
    triangle = cholesky(matrix(group, ranks))
    if triangle is None:
        assert np.linalg.eigvalsh(np.array(matrix(group, ranks))).min() < 1e-9
        ranks = possible(group, ranks)
        assert set(ranks) == set(chosen)
        triangle = cholesky(matrix(group, ranks))
        assert triangle is not None
    lower = np.array(triangle)
    assert lower @ lower.T == pytest.approx(np.array(matrix(group, ranks)), abs=1e-5)


def test_groups_that_do_not_touch_stay_apart():
    world = build_world(BASE + "  x: {between: [a, b], rank: 0.5}\n  y: {between: ['c[south]', 'c[north]'], rank: 0.9}\n")
    names = [[world.graph.rows[r].name for r in g.rows] for g in world.graph.correlated]
    assert names == [["a", "b"], ["c[north]", "c[south]"]]


def test_from_python():
    """Declared as an object, with no file: the same groups."""
    problems = Problems()
    reader = WorldReader(problems)
    root = read_text(BASE.removesuffix("correlations:\n"), "made.yaml", problems)
    assert root is not None
    reader.read(root)
    reader.world.correlations["x"] = Correlation("x", between=("a", "c[north]"), rank=0.5)
    built = build(reader.world, problems)
    assert built is not None
    assert built.graph.correlated == build_world(BASE + "  x: {between: [a, 'c[north]'], rank: 0.5}\n").graph.correlated
