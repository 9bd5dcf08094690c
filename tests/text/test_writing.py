"""A tree written out is read back as the same tree: everything that the grammar builds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import panmunjom
from panmunjom.text.grammar import parse_text
from panmunjom.text.problems import NOWHERE
from panmunjom.text.syntax import Binary, Call, Expression, Name, Number, Text, Unary
from panmunjom.text.writing import SIGNS, flat, written
from panmunjom.world.declared import ByMember

NAMES = st.sampled_from(["a", "b_2", "men"])
LEAVES = st.one_of(
    st.floats(min_value=0, max_value=1e90, allow_subnormal=False).map(Number),
    st.builds(Number, st.integers(0, 9999).map(float), st.sampled_from(["man", "km^2", "barrel/month", "percent", "man*day"])),
    st.builds(Name, st.lists(NAMES, min_size=1, max_size=3).map(tuple), st.lists(NAMES, max_size=2).map(tuple)),
    st.sampled_from(["2025-08-31", "it's"]).map(Text),
)


def grown(inside: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Any operator over any trees: what has no meaning has a syntax all the same."""
    operators = ["+", "-", "*", "/", "^", "and", "or", "<", "<=", ">", ">=", "==", "!="]
    return st.one_of(
        st.builds(Binary, st.sampled_from(operators), inside, inside),
        st.builds(Unary, st.sampled_from(["-", "not"]), inside),
        st.builds(Call, st.sampled_from(["if", "sum", "max"]), st.lists(inside, min_size=1, max_size=3).map(tuple)),
        st.builds(Call, st.just("sum"), inside.map(lambda x: (x,)), st.just("side")),
    )


def bare(tree: Expression) -> Expression:
    """A tree without places."""
    match tree:
        case Binary():
            return replace(tree, left=bare(tree.left), right=bare(tree.right), place=NOWHERE)
        case Unary():
            return replace(tree, argument=bare(tree.argument), place=NOWHERE)
        case Call():
            return replace(tree, arguments=tuple(bare(a) for a in tree.arguments), place=NOWHERE)
    return replace(tree, place=NOWHERE)


@given(st.recursive(LEAVES, grown, max_leaves=12))
@settings(derandomize=True, deadline=None, max_examples=200, database=None)
def test_every_tree_is_read_back(tree: Expression) -> None:
    assert bare(parse_text(written(tree))) == tree


@pytest.mark.parametrize("name", ["ukraine"])
def test_every_formula_that_ships_is_read_back(name: str) -> None:
    world = panmunjom.load(name).built.world
    formulas = [v.formula for v in world.values.values()]
    formulas += [f for s in world.stocks.values() for f in (s.start, s.inflow, s.outflow, s.change)]
    formulas += [f for e in world.events.values() for f in (e.rate, e.when, e.until)]
    trees = [t for f in formulas if isinstance(f, ByMember) for t in f.cases.values() if t is not None]
    assert len(trees) > 150
    for tree in trees:
        assert bare(parse_text(written(tree))) == bare(tree)


@pytest.mark.parametrize(
    "text, shown",
    [
        ("a - (b - c) * 2 / (d * e)", "a − (b − c) · 2 / (d · e)"),
        ("not (a or b) and not c", "not (a or b) and not c"),
        ("a ^ (b ^ c) <= -x ^ 2", "a ^ b ^ c ≤ −x ^ 2"),
        ("(a ^ b) ^ c != 30%", "(a ^ b) ^ c ≠ 30%"),
        ("max(5 km^2, sum(x over side))", "max(5 km^2, sum(x over side))"),
        ("2 - -1", "2 − (−1)"),
    ],
)
def test_as_people_write_it(text: str, shown: str) -> None:
    assert written(parse_text(text), SIGNS) == shown


def test_terms_of_a_sum() -> None:
    terms = flat(parse_text("a + b * 2 - (c - (d + e))"))
    assert [(s, written(t)) for s, t in terms] == [(1, "a"), (1, "b * 2"), (-1, "c"), (1, "d"), (1, "e")]
