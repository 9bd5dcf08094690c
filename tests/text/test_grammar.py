"""The expression grammar: what it builds, what it refuses,
and that nothing makes it crash or call anything.
"""

from __future__ import annotations

import ast
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panmunjom.text.grammar import MAX_CHAIN, MAX_NODES, parse_text
from panmunjom.text.problems import CaseError
from panmunjom.text.syntax import Binary, Call, Expression, Name, Number, Text, Unary

MODEST = settings(derandomize=True, deadline=None, max_examples=200, database=None)


def shape(tree: Expression) -> object:
    """A tree as nested tuples, without places."""
    match tree:
        case Number():
            return (tree.value, tree.unit) if tree.unit else tree.value
        case Text():
            return ("text", tree.value)
        case Name():
            return ".".join(tree.parts) + (f"[{','.join(tree.index)}]" if tree.index else "")
        case Unary():
            return (tree.operator, shape(tree.argument))
        case Binary():
            return (tree.operator, shape(tree.left), shape(tree.right))
        case Call():
            return (
                tree.function,
                *(shape(a) for a in tree.arguments),
                *([f"over {tree.over}"] if tree.over else []),
            )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1.0),
        ("1.5e-3", 0.0015),
        ("1e6", 1e6),
        ("2E+2", 200.0),
        ("0", 0.0),
        ("5 barrel/month", (5.0, "barrel/month")),
        ("3 months", (3.0, "months")),
        ("450 kman", (450.0, "kman")),
        ("2 km^2", (2.0, "km^2")),
        ("30%", (30.0, "percent")),
        ("3 and x", ("and", 3.0, "x")),
        ("0.05 / 1 month", ("/", 0.05, (1.0, "month"))),
        ("5 man * x", ("*", (5.0, "man"), "x")),
        ("a.b", "a.b"),
        ("foe.men[north]", "foe.men[north]"),
        ("x[russia, tank]", "x[russia,tank]"),
        ("a + b * c", ("+", "a", ("*", "b", "c"))),
        ("a - b - c", ("-", ("-", "a", "b"), "c")),
        ("a / b / c", ("/", ("/", "a", "b"), "c")),
        ("a ^ b ^ c", ("^", "a", ("^", "b", "c"))),
        ("-a ^ 2", ("-", ("^", "a", 2.0))),
        ("2 ^ -a", ("^", 2.0, ("-", "a"))),
        ("-a * b", ("*", ("-", "a"), "b")),
        ("not a and b", ("and", ("not", "a"), "b")),
        ("not a < b", ("not", ("<", "a", "b"))),
        ("a or b and c", ("or", "a", ("and", "b", "c"))),
        ("a < b and c > d", ("and", ("<", "a", "b"), (">", "c", "d"))),
        ("(a + b) * c", ("*", ("+", "a", "b"), "c")),
        ("if(a, b, c)", ("if", "a", "b", "c")),
        ("sum(x over side)", ("sum", "x", "over side")),
        ('date("2025-08-31")', ("date", ("text", "2025-08-31"))),
        ("f()", ("f",)),
        ("x  ==  y", ("==", "x", "y")),
        ("a\n  + b", ("+", "a", "b")),
    ],
)
def test_what_is_built(text, expected):
    assert shape(parse_text(text)) == expected


def python_shape(node: ast.expr) -> object:
    """Python's own tree in the same form."""
    symbols = {
        ast.Add: "+",
        ast.Sub: "-",
        ast.Mult: "*",
        ast.Div: "/",
        ast.Pow: "^",
        ast.And: "and",
        ast.Or: "or",
    }
    compare = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
    match node:
        case ast.Constant():
            return float(node.value)
        case ast.Name():
            return node.id
        case ast.UnaryOp():
            return ("-" if isinstance(node.op, ast.USub) else "not", python_shape(node.operand))
        case ast.BinOp():
            return (symbols[type(node.op)], python_shape(node.left), python_shape(node.right))
        case ast.Compare():
            return (compare[type(node.ops[0])], python_shape(node.left), python_shape(node.comparators[0]))
        case ast.BoolOp():  # Python keeps a and b and c flat
            found = python_shape(node.values[0])
            for value in node.values[1:]:
                found = (symbols[type(node.op)], found, python_shape(value))
            return found
    raise AssertionError(node)


def grown(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Larger arithmetic from smaller, with and without parentheses."""
    return st.one_of(
        st.tuples(children, st.sampled_from(["+", "-", "*", "/", "^"]), children).map(" ".join),
        children.map(lambda c: f"-{c}"),
        children.map(lambda c: f"({c})"),
    )


ARITHMETIC = st.recursive(st.sampled_from(["a", "b", "c", "1", "2.5", "10"]), grown, max_leaves=25)


@MODEST
@given(ARITHMETIC)
def test_arithmetic_binds_as_in_python(text):
    expected = python_shape(ast.parse(text.replace("^", "**"), mode="eval").body)
    assert shape(parse_text(text)) == expected


LOGIC = st.recursive(
    st.one_of(
        st.sampled_from(["a", "b"]),
        st.tuples(ARITHMETIC, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), ARITHMETIC).map(" ".join),
    ),
    lambda c: st.one_of(
        st.tuples(c, st.sampled_from(["and", "or"]), c).map(" ".join),
        c.map(lambda x: f"not {x}"),
        c.map(lambda x: f"({x})"),
    ),
    max_leaves=6,
)


@MODEST
@given(LOGIC)
def test_logic_binds_as_in_python(text):
    def clean(node: ast.expr) -> object:
        return python_shape(node)

    expected = clean(ast.parse(text.replace("^", "**"), mode="eval").body)
    assert flat(shape(parse_text(text))) == flat(expected)


def flat(tree: object) -> object:
    """``a and (b and c)`` and ``(a and b) and c`` as the same list: Python does not keep them apart."""
    if not isinstance(tree, tuple):
        return tree
    if tree[0] in ("and", "or"):
        found: list[object] = []
        for side in tree[1:]:
            below = flat(side)
            found += below[1:] if isinstance(below, tuple) and below[0] == tree[0] else [below]
        return (tree[0], *found)
    return (tree[0], *(flat(t) for t in tree[1:]))


@MODEST
@given(st.floats(min_value=0, max_value=1e90, allow_subnormal=False))
def test_numbers_keep_every_digit(value):
    tree = parse_text(repr(value).replace("e+0", "e").replace("e-0", "e-"))
    assert isinstance(tree, Number) and tree.value == value


@MODEST
@given(st.text(max_size=80))
def test_no_text_crashes_the_parser(text):
    refused_or_built(text)


@MODEST
@given(st.text(alphabet="ab1.0e+-*/^<>=!()[],\"' %_notrdv", max_size=60))
def test_no_salad_crashes_the_parser(text):
    refused_or_built(text)


@MODEST
@given(ARITHMETIC, st.data())
def test_no_broken_formula_crashes_the_parser(text, data):
    at = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 3))
    refused_or_built(text[:at] + data.draw(st.text(alphabet="()+.,[]x9 ", max_size=2)) + text[at + length :])


def refused_or_built(text: str) -> None:
    """A tree or a ``CaseError`` with a problem; nothing else."""
    try:
        tree = parse_text(text)
    except CaseError as error:
        assert len(error.problems) == 1
        assert error.problems[0].code in CODES
    else:
        assert isinstance(tree, Number | Text | Name | Call | Unary | Binary)


CODES = {
    "malformed-expression",
    "malformed-number",
    "empty-expression",
    "chained-comparison",
    "expression-too-long",
    "too-deep",
    "not-a-function",
}

BOMBS = {
    "parentheses": ("(" * 10_000, "too-deep"),
    "closed parentheses": ("(" * 5_000 + "1" + ")" * 5_000, "too-deep"),
    "minus signs": ("-" * 10_000 + "1", "too-deep"),
    "nots": ("not " * 10_000 + "a", "too-deep"),
    "powers": ("2" + " ^ 2" * 5_000, "too-deep"),
    "calls": ("exp(" * 5_000, "too-deep"),
    "brackets": ("[" * 10_000, "malformed-expression"),
    "a chain of terms": (" + ".join(["a"] * (MAX_CHAIN + 2)), "expression-too-long"),
    "a chain of factors": (" * ".join(["a"] * (MAX_CHAIN + 2)), "expression-too-long"),
    "many arguments": ("f(" + ", ".join(["a"] * (MAX_NODES + 1)) + ")", "expression-too-long"),
    "many nodes": ("f(" + ", ".join(["(a + b * c)"] * (MAX_NODES // 5 + 1)) + ")", "expression-too-long"),
    "many tokens": ("a " * 100_000, "expression-too-long"),
    "a long number": ("9" * 100_000, "malformed-number"),
    "a long name": ("a" * 1_000_000 + "(", "malformed-expression"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused(name):
    text, code = BOMBS[name]
    with pytest.raises(CaseError) as caught:
        parse_text(text)
    assert caught.value.problems[0].code == code


def test_long_but_allowed():
    assert shape(parse_text("(" * 90 + "a" + ")" * 90)) == "a"
    parse_text(" + ".join(["a"] * MAX_CHAIN))


@pytest.mark.parametrize(
    "text", ['__import__("os")', "eval(x)", "open(x)", "a.b(c)", "(lambda: 0)()", "x.__class__", "exec"]
)
def test_nothing_is_ever_run(text):
    """Whatever looks like Python is a tree of names or an error, never something done."""
    refused_or_built(text)


def test_infinity_is_no_number():
    for text in ("1e999", "1e101"):
        with pytest.raises(CaseError):
            parse_text(text)
    tree = parse_text("1e100")
    assert isinstance(tree, Number) and math.isfinite(tree.value)
