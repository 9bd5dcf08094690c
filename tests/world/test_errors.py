"""What a wrong world file is told: the code, the line and column, what is wrong and what would be right."""



from __future__ import annotations

import pytest

from worlds import problems_of

BASE = """\
units:
  man:
  gun:
dimensions:
  side: [north, south]
  arm: [foot, horse]
relations:
  foe: {north: south, south: north}
  kin: {north: [north, south]}
switches:
  hard: {default: true}
  plan: {one_of: [slow, quick], default: slow}
tables:
  curve: {points: {0: 0, 1: 2}}
parameters:
  loss: {per: side, unit: 1/month, assume: 0.1}
  rise: {unit: man/month, assume: 10 to 20}
  size: {unit: man, assume: 5 to 10, drawn: each firing}
stocks:
  men: {per: side, unit: man, start: 100 man, in: rise, out: lost}
  corps: {per: [side, arm], unit: man, start: 7 man}
values:
  lost: {per: side, unit: man/month, is: loss * men}
events:
  truce: {when: not truce, rate: 0.1 / 1 month, until: fired(breach)}
  breach: {when: truce, rate: 0.1 / 1 month}
decisions:
  move: {by: north, every: 1 month, temperature: 0, options: {wait: {worth: 1}, go: {worth: 2}}}
"""


def test_the_base_is_sound():
    assert problems_of(BASE) == []


def value(formula: str) -> str:
    """The base with one more value; the formula begins in line 29, column 10."""
    return BASE + f"endings:\n  x: {formula!r}\n"


# One formula in an ending (line 29; the text inside the quotation marks begins at column 7): code, column,
# words.
FORMULAS = [
    # malformed
    ("1 +", "malformed-expression", 10, ["value is expected", "the end"]),
    ("(1 > 0", "malformed-expression", 13, ["')' is expected"]),
    ("1 > 0)", "malformed-expression", 12, ["')' is not expected"]),
    ("1 2", "malformed-expression", 9, ["operator is missing"]),
    ("men[north] 5 > 1", "malformed-expression", 18, ["operator is missing"]),
    ("* 3", "malformed-expression", 7, ["value is expected"]),
    ("a = b", "malformed-expression", 9, ["==", "compare"]),
    ("a && b", "malformed-expression", 9, ["'and'"]),
    ("a | b", "malformed-expression", 9, ["'or'"]),
    ("a; b", "malformed-expression", 8, ["no meaning"]),
    ("truce ? 1 : 2", "malformed-expression", 13, ["no meaning"]),
    ("x.", "malformed-expression", 9, ["name is expected"]),
    ("a.b.c.d > 1", "malformed-expression", 7, ["three parts"]),
    ("men[1] > 0", "malformed-expression", 11, ["member is expected"]),
    ("men[north][south] > 0", "malformed-expression", 17, ["x[russia, tank]"]),
    ("min(1, ,2) > 0", "malformed-expression", 14, ["value is expected"]),
    ("sum(men over) > 0", "malformed-expression", 19, ["dimension is expected"]),
    ("{men} > 0", "malformed-expression", 7, ["( )"]),
    ("1 < 2 < 3", "chained-comparison", 13, ["a < b and b < c"]),
    ("15 to 30", "not-a-flag", None, ["true or false"]),
    ("men[north] > 15 to 30", "malformed-expression", 23, ["make it a parameter"]),
    ('date("2025-01-01', "malformed-expression", 12, ["never closed"]),
    ("", "empty-expression", 7, ["missing"]),
    # numbers
    ("men[north] > 010 man", "malformed-number", 20, ["'010'", "Write 10"]),
    ("men[north] > 1_000 man", "malformed-number", 20, ["Write 1000", "underscores"]),
    ("time > 12:30", "malformed-expression", 16, ["time of day"]),
    ("1 > .inf", "malformed-expression", 11, ["finite"]),
    ("1 > .5", "malformed-expression", 11, ["0.5"]),
    ("1 > 1e999", "malformed-number", 11, ["larger"]),
    ("men[north] > 5man", "malformed-number", 20, ["5 man", "space"]),
    ("1 > 0x10", "malformed-number", 11, ["0x10"]),
    # calls
    ('__import__("os")', "unknown-function", 7, ["call nothing else"]),
    ("foe.men(3) > 1", "not-a-function", 7, ["cannot be called"]),
    ("exp(1)(2) > 0", "malformed-expression", 13, ["not expected"]),
    ("sinus(1) > 0", "unknown-function", 7, ["sinus"]),
    ("logistik(1) > 0", "unknown-function", 7, ["logistic"]),
    ("min(1) > 0", "wrong-arguments", 7, ["2 to 20", "min(a, b)"]),
    ("exp(1, 2) > 0", "wrong-arguments", 7, ["1 argument, not 2"]),
    ("sum(men) > 0", "wrong-arguments", 7, ["over side"]),
    ("exp(men over side) > 0", "wrong-arguments", 7, ["sum, any and all"]),
    ("exp > 0", "unknown-name", 7, ["function", "exp(x)"]),
    ("fired(men[north])", "wrong-arguments", 7, ["event"]),
    ("lookup(curve) > 0", "wrong-arguments", 7, ["lookup(table, x)"]),
    ("lookup(kurve, 1) > 0", "unknown-name", 14, ["table"]),
    ("cycle(time, 1 year) > 0", "wrong-arguments", 7, ["fixed"]),
    # names
    ("mne[north] > 1 man", "unknown-name", 7, ["'mne'", "'men'"]),
    ("zzzzzzzz > 1", "unknown-name", 7, ["zzzzzzzz"]),
    ("move", "unknown-name", 7, ["move.wait"]),
    ("move.stay", "unknown-name", 7, ["no option 'stay'", "go, wait"]),
    ("plan", "unknown-name", 7, ["plan.slow"]),
    ("plan.fast", "unknown-name", 7, ["no option 'fast'", "quick, slow"]),
    ("hard.slow", "unknown-name", 7, ["hard"]),
    ("x", "unknown-name", 7, ["ending"]),
    ("north", "unknown-name", 7, ["member of side"]),
    ("side > 1", "unknown-name", 7, ["dimension", "north, south"]),
    ("foe > 1", "unknown-name", 7, ["relation", "foe.x"]),
    ("curve > 1", "unknown-name", 7, ["lookup(curve, x)"]),
    ("month > 1", "unknown-name", 7, ["unit", "1 month"]),
    ("True", "unknown-name", 7, ["Write true"]),
    ("truce AND breach", "malformed-expression", 13, ["Write 'and'"]),
    # members
    ("men > 1 man", "no-member", 7, ["which side", "north, south"]),
    ("men[nort] > 1 man", "unknown-member", 7, ["'north'"]),
    ("men[foot] > 1 man", "no-dimension", 7, ["not per arm"]),
    ("men[north, south] > 1 man", "bad-member", 7, ["two members"]),
    ("rise[north] > 1 man/month", "no-dimension", 7, ["no members"]),
    ("corps[north] > 1 man", "no-member", 7, ["which arm"]),
    ("foe.men > 1 man", "no-member", 7, ["no side", "men[north]"]),
    ("sum(men over sides) > 1 man", "unknown-dimension", 7, ["'side'"]),
    ("any(men over side)", "not-a-flag", 7, ["true or false"]),
    # units and kinds
    ("men[north] > 5", "wrong-unit", 18, ["'men[north]' (in man)", "a plain number without a unit", "5 man"]),
    ("men[north] > 5 gun", "wrong-unit", 18, ["man", "gun"]),
    ("men[north] + rise > 0", "wrong-unit", 18, ["'rise' (in man/month)", "multiply it by a time"]),
    ("men[north] > 5 mann", "unknown-unit", 20, ["'man'"]),
    ("5 rise > 0", "unknown-unit", 7, ["is an operator missing"]),
    ("exp(men[north]) > 0", "wrong-unit", 11, ["plain number", "'men[north]' (in man)", "men / 1000 man"]),
    ("men[north]^loss[north] > 0", "wrong-unit", 18, ["exponent"]),
    ("men[north]^(hard) > 0", "not-a-number", 19, ["if(flag, 1, 0)"]),
    ("clip(men[north], 0, 5) > 0", "wrong-unit", 27, ["clip"]),
    ("if(men[north], 1, 2) > 0", "not-a-flag", 10, ["x > 0"]),
    ("if(hard, 1, truce) > 0", "mixed-kinds", 7, ["branch"]),
    ("if(hard, 1 man, 1 gun) > 0", "wrong-unit", 7, ["the two branches of if"]),
    ("truce + 1 > 0", "not-a-number", 7, ["if(flag, 1, 0)"]),
    ("not men[north]", "not-a-flag", 11, ["follows 'not'"]),
    ("hard and men[north]", "not-a-flag", 16, ["each side of 'and'"]),
    ("men[north]", "not-a-flag", 7, ["ending"]),
    ("held(truce, 3)", "wrong-unit", 19, ["duration", "3 months"]),
    ("held(men[north], 3 months)", "not-a-flag", 12, ["watches"]),
    ("time > 5", "wrong-unit", 12, ["3 months"]),
    ("step(1, 5) > 0", "wrong-unit", 15, ["date"]),
    ('time > "2025-01-01"', "stray-text", 14, ["date(...)"]),
    ("time > date(2025)", "bad-date", 14, ["in quotes"]),
    ('time > date("2025-02-30")', "bad-date", 19, ["calendar"]),
    ('time > date("01.02.2025")', "bad-date", 19, ["2024-11-14"]),
    ("size > 5 man", "bad-entry", 7, ["each firing"]),
    ("noise(1) > 0", "white-noise", 7, ["flows", "memory"]),
]


@pytest.mark.parametrize(
    ("formula", "code", "column", "words"), FORMULAS, ids=[f[0] or "nothing" for f in FORMULAS]
)
def test_a_wrong_formula(formula, code, column, words):
    text = f"{BASE}endings:\n  x: '{formula}'\n  y: {{at_horizon: true}}\n"
    found = problems_of(text)
    assert [p.code for p in found] == [code]
    problem = found[0]
    assert problem.place.line == BASE.count("\n") + 2
    if column is not None:
        assert problem.place.column == column
    for word in words:
        assert word in f"{problem.message} {problem.hint}"


# Whole files: text, code, line, column, words.
FILES = {
    "unknown section": ("stoks: {}\n", "unknown-key", 1, 1, ["stoks", "'stocks'"]),
    "unknown key": ("stocks:\n  a: {start: 1, inn: 0}\n", "unknown-key", 2, 17, ["the stock 'a'", "'in'"]),
    "duplicate key": ("stocks:\n  a: {start: 1}\n  a: {start: 2}\n", "duplicate-key", 3, 3, ["twice", "line 2"]),
    "duplicate name": ("stocks:\n  a: {start: 1}\nvalues:\n  a: 1\n", "duplicate-name", 4, 3, ["already declared", ":2:3"]),
    "reserved name": ("values:\n  min: 1\n", "reserved-name", 2, 3, ["word of the language"]),
    "name with capitals": ("values:\n  Men: 1\n", "bad-name", 2, 3, ["small letters"]),
    "name with a line break": ('values:\n  "a\\n": 1\n', "bad-name", 2, 3, ["small letters"]),
    "missing assume": ("parameters:\n  a: {unit: 1/year}\n", "no-figure", 2, 3, ["'assume'"]),
    "empty assume": ("parameters:\n  a:\n    assume:\n", "bad-distribution", 3, 12, ["figure is missing"]),
    "missing start": ("stocks:\n  a: {in: 1 / 1 day}\n", "missing-key", 2, 6, ["'start'"]),
    "missing formula": ("values:\n  a: {unit: km}\n", "missing-key", 2, 6, ["'is'"]),
    "change beside in": ("stocks:\n  a: {start: 1, in: 0, change: 0}\n", "bad-entry", 2, 32, ["'change'", "'in'"]),
    "list for a value": ("values:\n  a: {is: [1, 2]}\n", "not-a-value", 2, 11, ["not a list"]),
    "braces around a formula": ("values:\n  a:\n    is: {1 + 2}\n", "not-a-value", 3, 9, ["quotes"]),
    "braces cut at a comma": ("values:\n  a: {is: min(1, 2)}\n", "expression-in-braces", 2, 11, ["quotes"]),
    "braces around a member's formula": (
        "dimensions: {side: [u, v]}\nvalues:\n  a:\n    per: side\n    is: {1 + 2}\n",
        "not-a-value", 5, 10, ["1 + 2", "{ }"],
    ),
    "unknown unit": ("stocks:\n  a: {unit: barel, start: 0}\nunits: {barrel: }\n", "unknown-unit", 2, 3, ["'barrel'"]),
    "undeclared unit": ("stocks:\n  a: {unit: hand, start: 0}\n", "unknown-unit", 2, 3, ["'units:'"]),
    "unit no unit": ("stocks:\n  a: {unit: km per day, start: 0}\n", "unknown-unit", 2, 3, ["barrel/month"]),
    "unit by a joker": ("stocks:\n  a: {unit: '*', start: 0}\n", "unknown-unit", 2, 13, ["plain number"]),
    "unit of a table": ("tables:\n  t: {unit: hand, points: {0: 0, 1: 1}}\nvalues:\n  a: lookup(t, 1)\n", "unknown-unit", 2, 3, ["hand"]),
    "bad unit definition": ("units:\n  kman: many man\n", "bad-unit", 2, 3, ["1000 man"]),
    "unit of nothing": ("units:\n  dozen: 12\n", "bad-unit", 2, 3, ["1000 man"]),
    "unit of an unknown": ("units:\n  kman: 1000 mann\n", "bad-unit", 2, 3, ["mann"]),
    "unit of infinity": ("units: {man: , kman: inf man}\n", "bad-unit", 1, 16, ["1000 man"]),
    "unit of zero": ("units: {man: , kman: 0 man}\n", "bad-unit", 1, 16, ["more than nothing"]),
    "unit twice": ("units:\n  day: 24 hour\n", "bad-unit", 2, 3, ["already"]),
    "wrong unit of a value": ("values:\n  a: {unit: km, is: 5 kg}\n", "wrong-unit", 2, 21, ["comes out as kg", "km"]),
    "value without a unit": ("values:\n  a: {is: 5 kg}\n", "wrong-unit", 2, 11, ["no unit"]),
    "wrong unit of a start": ("stocks:\n  a: {unit: km, start: 5}\n", "wrong-unit", 2, 24, ["start of 'a'", "5 km"]),
    "stock as a flow": (
        "stocks:\n  a: {unit: km, start: 0 km, in: 5 km}\n", "wrong-unit", 2, 34, ["flows into 'a'", "divide by a time"],
    ),
    "rate without time": ("events:\n  e: {rate: 0.1}\n", "wrong-unit", 2, 13, ["rate of 'e'", "0.1 / 1 month"]),
    "rate as a distribution": ("events:\n  e: {rate: 0.1 to 0.2}\n", "wrong-unit", 2, 13, ["rate of 'e'"]),
    "circular values": ("values:\n  a: b + 1\n  b: c\n  c: a\n", "circular", 4, 6, ["a → b → c → a", "stock"]),
    "circular starts": ("stocks:\n  a: {start: b}\n  b: {start: a}\n", "circular", 2, 3, ["a → b → a"]),
    "start of itself": ("stocks:\n  a: {start: 2 * a}\n", "circular", 2, 3, ["a → a"]),
    "circular flows": (
        "stocks:\n  a: {start: 1, in: y, out: x}\n  b: {start: 1, in: x, out: y}\n"
        "values:\n  x: {unit: 1/day, is: 1 / 1 day}\n  y: {unit: 1/day, is: 1 / 1 day}\n",
        "circular", None, None, ["what can flow out of"],
    ),
    "unknown dimension": ("values:\n  a: {per: side, is: 1}\n", "unknown-dimension", 2, 3, ["'side'"]),
    "dimension twice": ("dimensions: {side: [u, v]}\nvalues:\n  a: {per: [side, side], is: 1}\n", "bad-entry", 3, 19, ["twice"]),
    "wrong member": (
        "dimensions: {side: [u, v]}\nstocks:\n  a:\n    per: side\n    start:\n      u: 1\n      v: 1\n      w: 1\n",
        "unknown-member", 8, 7, ["'w'", "u, v"],
    ),
    "missing member": (
        "dimensions: {side: [u, v]}\nstocks:\n  a: {per: side, start: {u: 1}}\n", "missing-member", 3, 25, ["about v"],
    ),
    "missing second dimension": (
        "dimensions: {side: [u, v], arm: [x, y]}\nstocks:\n  a: {per: [side, arm], start: {u: 1, v: {x: 1, y: 2}}}\n",
        "missing-member", 3, 36, ["next dimension"],
    ),
    "members without per": ("stocks:\n  a: {start: {u: 1}}\n", "not-a-value", 2, 14, ["per:"]),
    "member of two dimensions": ("dimensions: {s: [u, v], t: [u, w]}\n", "duplicate-name", 1, 29, ["already declared"]),
    "dimension without members": ("dimensions: {s: []}\n", "not-a-list", 1, 17, ["[russia, ukraine]"]),
    "bad member name": ("dimensions: {s: [U]}\n", "bad-name", 1, 18, ["small letters"]),
    "relation to nobody": ("dimensions: {s: [u, v]}\nrelations: {foe: {u: w}}\n", "unknown-member", 2, 13, ["'w'"]),
    "relation across dimensions": (
        "dimensions: {s: [u, v], t: [x, y]}\nrelations: {foe: {u: x}}\n", "bad-member", 2, 13, ["mixes members of s and t"],
    ),
    "relation of mappings": ("dimensions: {s: [u, v]}\nrelations: {foe: {u: {v: 1}}}\n", "bad-entry", 2, 22, ["russia"]),
    "relation of several read as one": (
        "dimensions: {s: [u, v, w]}\nrelations: {near: {u: [v, w], v: u, w: u}}\n"
        "stocks:\n  a: {per: s, start: 1}\nvalues:\n  b: {per: s, is: near.a}\n",
        "many-members", 6, 19, ["2 members", "sum(near.a)"],
    ),
    "relation of none": (
        "dimensions: {s: [u, v]}\nrelations: {near: {u: v}}\nstocks:\n  a: {per: s, start: 1}\n"
        "values:\n  b: {per: s, is: near.a}\n",
        "many-members", 6, 19, ["no member"],
    ),
    "bad default": ("switches:\n  a: {default: 'NO'}\n", "bad-default", 2, 16, ["true, false"]),
    "bad option": ("switches:\n  a: {one_of: [x, y], default: z}\n", "bad-default", 2, 32, ["x, y"]),
    "option twice": ("switches:\n  a: {one_of: [x, x], default: x}\n", "duplicate-name", 2, 19, ["twice"]),
    "option no name": ("switches:\n  a: {one_of: [x, Y z], default: x}\n", "bad-name", 2, 19, ["small letters"]),
    "bounds backwards": ("parameters:\n  a: {within: 5 to 1, assume: 2}\n", "bad-bounds", 2, 15, ["backwards"]),
    "bounds no bounds": ("parameters:\n  a: {within: plenty, assume: 2}\n", "bad-bounds", 2, 15, ["0 to 500"]),
    "column no date": ("parameters:\n  a: {assume: {2024: 1}}\n", "bad-date", 2, 16, ["2024-11-14"]),
    "column of no day": ("parameters:\n  a: {assume: {2024-02-30: 1}}\n", "bad-date", 2, 16, ["calendar"]),
    "column and member": (
        "parameters:\n  a: {assume: {2024-02-01: 1, later: 2}}\n", "bad-date", 2, 31, ["later"],
    ),
    "table of one point": ("tables:\n  t: {points: {0: 1}}\n", "bad-table", 2, 3, ["two points"]),
    "table that falls back": ("tables:\n  t: {points: {1: 1, 0: 2}}\n", "bad-table", 2, 3, ["rising"]),
    "event without rate or when": ("events:\n  e: {once: true}\n", "missing-key", 2, 3, ["'e'", "'rate:'", "'when:'"]),
    "event once and until": (
        "events:\n  e: {rate: 1 / 1 day, once: true, until: fired(e)}\n", "bad-entry", 2, 3, ["'once' and 'until'"],
    ),
    "event once, perhaps": ("events:\n  e: {rate: 1 / 1 day, once: yes}\n", "not-a-flag", 2, 30, ["true or false"]),
    "event that starts at a number": (
        "events:\n  e: {rate: 1 / 1 day, once: true, start: 5}\n", "wrong-unit", 2, 43, ["date or a condition"],
    ),
    "either of an unknown event": (
        "events:\n  a: {rate: 1 / 1 day}\n  n: {either: [a, b]}\n", "unknown-name", 3, 3, ["'b'"],
    ),
    "either of an event without a rate": (
        "events:\n  a: {rate: 1 / 1 day}\n  b: {when: a}\n  n: {either: [a, b]}\n", "missing-rate", 4, 3, ["'b'", "rate"],
    ),
    "either of one": ("events:\n  a: {rate: 1 / 1 day}\n  n: {either: [a]}\n", "bad-entry", 3, 3, ["two or more"]),
    "either of the same twice": ("events:\n  a: {rate: 1 / 1 day}\n  n: {either: [a, a]}\n", "bad-entry", 3, 3, ["different"]),
    "either twice": (
        "events:\n  a: {rate: 1 / 1 day}\n  b: {rate: 1 / 1 day}\n  n: {either: [a, b]}\n  m: {either: [a, b]}\n",
        "bad-entry", 5, 3, ["two entries"],
    ),
    "either per member": (
        "dimensions: {s: [u, v]}\nevents:\n  a: {per: s, rate: 1 / 1 day}\n  n: {either: [a, a]}\n",
        "unknown-name", 4, 3, ["'a[u]'"],
    ),
    "two outflows": (
        "stocks:\n  a: {start: 1, out: f}\n  b: {start: 1, out: f}\nvalues:\n  f: {unit: 1/day, is: 1 / 1 day}\n",
        "two-outflows", 3, 22, ["flows out of two stocks", "a and b"],
    ),
    "effect on a value": (
        "values: {v: 1}\nevents:\n  e: {rate: 1 / 1 day, add: {v: 1}}\n", "bad-effect", 3, 30, ["'v'", "stocks"],
    ),
    "effect on nothing": ("events:\n  e: {rate: 1 / 1 day, add: {v: 1}}\n", "unknown-name", 2, 30, ["'v'"]),
    "effect of a wrong unit": (
        "stocks: {a: {unit: km, start: 0}}\nevents:\n  e: {rate: 1 / 1 day, add: {a: 1}}\n", "wrong-unit", 3, 33, ["5 km"],
    ),
    "stock drawn anew": ("stocks: {a: {start: 0}}\nevents:\n  e: {rate: 1 / 1 day, set: {a: redraw}}\n", "bad-effect", 3, 33, ["parameter"]),
    "decision by nobody": (
        "decisions:\n  d: {by: w, every: 1 month, temperature: 0, options: {a: {worth: 1}}}\n",
        "unknown-member", 2, 3, ["'w'"],
    ),
    "decision never": (
        "decisions:\n  d: {every: 0 days, temperature: 0, options: {a: {worth: 1}}}\n", "bad-duration", 2, 14, ["once a day"],
    ),
    "decision now and then": (
        "decisions:\n  d: {every: often, temperature: 0, options: {a: {worth: 1}}}\n", "bad-duration", 2, 14, ["'3 months'"],
    ),
    "option of a decision no name": (
        "decisions:\n  d: {every: 1 day, temperature: 0, options: {Do it: {worth: 1}}}\n", "bad-name", 2, 47, ["small letters"],
    ),
    "option without worth": (
        "decisions:\n  d: {every: 1 day, temperature: 0, options: {a: {when: true}}}\n", "missing-key", 2, 50, ["'worth'"],
    ),
    "worth with a unit": (
        "decisions:\n  d: {every: 1 day, temperature: 0, options: {a: {worth: 5 km}}}\n", "wrong-unit", 2, 58, ["worth of 'a'"],
    ),
    "open endings": ("endings:\n  a: time > 5 day\n", "open-endings", 2, 3, ["without any ending", "at_horizon: true"]),
    "section no mapping": ("stocks: [a, b]\n", "not-a-mapping", 1, 9, ["'stocks'"]),
    "entry no mapping": ("stocks:\n  a: 5\n", "not-a-mapping", 2, 6, ["the stock 'a'"]),
    "too many values": (
        "dimensions: {s: [" + ", ".join(f"m{i}" for i in range(100)) + "], t: [" + ", ".join(f"n{i}" for i in range(100))
        + "]}\nvalues: {a: {per: [s, t], is: 1}}\n",
        "too-large", None, None, ["10,000", "5,000"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_wrong_file(name):
    text, code, line, column, words = FILES[name]
    found = problems_of(text)
    assert code in [p.code for p in found]
    problem = next(p for p in found if p.code == code)
    if line is not None:
        assert (problem.place.line, problem.place.column) == (line, column)
    for word in words:
        assert word in f"{problem.message} {problem.hint}"
    for p in found:  # every problem shows its line with a marker under it
        rendered = p.render().splitlines()
        assert rendered[0].startswith(f"world/test.yaml:{p.place.line}:{p.place.column}: error: ")
        assert set(rendered[2].strip()) == {"^"} and rendered[2].index("^") == p.place.column + 3
        assert p.as_dict()["line"] == p.place.line and p.as_dict()["code"] == p.code


# Files with one mistake that must not be reported as more than one.
ALONE = [
    n
    for n in FILES
    if n not in ("braces cut at a comma", "members without per", "either per member", "circular flows")
]


@pytest.mark.parametrize("name", ALONE)
def test_one_mistake_is_one_problem(name):
    assert len(problems_of(FILES[name][0])) == 1


def test_problems_of_all_kinds_come_together():
    text = """\
parameters:
  a: {assume: 5 to}
values:
  b: (1
  c: nowhere + 1
  d: {unit: km, is: 5 kg}
stocks:
  e: {start: 1, inn: 2}
"""
    assert sorted(p.place.line for p in problems_of(text)) == [2, 4, 5, 6, 8]


def test_a_broken_thing_does_not_break_its_readers():
    """Whoever reads a thing that is wrong is not wrong for that."""
    text = "parameters:\n  a: [1]\nvalues:\n  b: (1\n  c: a + b\n  d: c + 1\n"
    assert sorted(p.place.line for p in problems_of(text)) == [2, 4]
