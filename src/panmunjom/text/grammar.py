"""The expression grammar: text to syntax tree, by precedence climbing with an explicit depth.
Nothing is ever run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .nodes import Scalar
from .problems import NOWHERE, CaseError, Place, Problem, Problems
from .syntax import Binary, Call, Expression, Name, Number, Text, Unary

MAX_NODES = 10_000
MAX_DEPTH = 100
MAX_CHAIN = 200  # terms in a row: a + b + c + ...; longer ones belong in values of their own
LARGEST = 1e100  # numbers beyond this are slips of the pen

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>\d[\w.]*(?:(?<=[eE])[+-]\d+)?)
    |(?P<name>[^\W\d]\w*)
    |(?P<text>"[^"]*"|'[^']*')
    |(?P<operator><=|>=|==|!=|[-+*/^<>()\[\],.])""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$")
_POWER = r"(?:\^-?\d+(?:\.\d+)?)?"
_UNIT = re.compile(rf"[ ]?([A-Za-z][A-Za-z_0-9]*{_POWER}(?:[/*][A-Za-z_][A-Za-z_0-9]*{_POWER})*)")
_WORDS = frozenset({"and", "or", "not", "over", "to", "if"})
_BINDING = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), 4),
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "^": 8,
}
_NOT, _MINUS = 3, 7


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int
    unit: str = ""


def parse(scalar: Scalar, problems: Problems) -> Expression | None:
    """The syntax tree of a scalar's text; None (and a problem at its place) if it is malformed."""
    try:
        return _Parser(scalar.text, scalar).whole()
    except CaseError as error:
        for p in error.problems:
            problems.add(p.code, p.place, p.message, p.hint)
        return None


def parse_text(text: str) -> Expression:
    """The syntax tree of a text; raises ``CaseError`` if it is malformed."""
    return _Parser(text, None).whole()


class _Parser:
    def __init__(self, text: str, scalar: Scalar | None) -> None:
        self.text, self.scalar = text, scalar
        self.nodes = 0
        self.tokens = self.split()
        self.position = 0

    def at(self, offset: int, length: int = 1) -> Place:
        return self.scalar.at(offset, length) if self.scalar is not None else NOWHERE

    def fail(self, code: str, offset: int, message: str, hint: str = "", length: int = 1) -> CaseError:
        return CaseError([Problem(code, self.at(offset, length), message, hint)])

    def split(self) -> list[_Token]:
        tokens: list[_Token] = []
        at, text = 0, self.text
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                hint = "Use == to compare." if text[at] == "=" else ""
                if text[at] in "&|":
                    hint = "Use the words 'and' and 'or'."
                elif text[at] == ":" and re.search(r"\d$", text[:at]):
                    hint = 'A time of day is no number; a date is written date("2025-08-31").'
                elif text[at] in "{}":
                    hint = "Group with ( ); a member is written in [ ]."
                elif text[at] in "\"'":
                    hint = "The quotation mark is never closed."
                raise self.fail(
                    "malformed-expression", at, f"'{text[at]}' has no meaning in an expression", hint
                )
            kind, word, start = str(match.lastgroup), match.group(), at
            at = match.end()
            if kind == "space":
                continue
            unit = ""
            if kind == "number":
                self.check_number(word, start)
                found = _UNIT.match(text, at)
                if found and found.group(1) not in _WORDS and not text.startswith("(", found.end()):
                    unit, at = found.group(1), found.end()
                elif text.startswith("%", at):
                    unit, at = "percent", at + 1
            tokens.append(_Token(kind, word, start, unit))
            if len(tokens) > 4 * MAX_NODES:
                raise self.fail(
                    "expression-too-long", at, f"an expression may have {MAX_NODES:,} parts at most"
                )
        tokens.append(_Token("end", "", len(text)))
        return tokens

    def check_number(self, word: str, at: int) -> None:
        if _NUMBER.match(word):
            if float(word) > LARGEST:
                message = f"'{word}' is larger than any number may be ({LARGEST:g})"
                raise self.fail("malformed-number", at, message, "", len(word))
            return
        hint = "Write numbers as 1250, 12.5 or 1.2e6."
        if re.match(r"0\d", word):
            hint = f"Write {word.lstrip('0') or '0'}: a leading zero means another number system elsewhere."
        elif "_" in word:
            hint = f"Write {word.replace('_', '')}, without underscores."
        elif joined := re.match(r"((?!0[xobXOB])[\d.]+)([A-Za-z]\w*)$", word):
            hint = f"Between a number and its unit stands a space: {joined.group(1)} {joined.group(2)}."
        raise self.fail("malformed-number", at, f"'{word}' is not a number", hint, len(word))

    @property
    def now(self) -> _Token:
        return self.tokens[self.position]

    def take(self, text: str) -> _Token:
        token = self.now
        if token.text != text or token.kind in ("text", "end"):
            seen = f"'{token.text}'" if token.kind != "end" else "the end"
            raise self.fail("malformed-expression", token.at, f"'{text}' is expected here, not {seen}")
        self.position += 1
        return token

    def count(self, at: int) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self.fail("expression-too-long", at, f"an expression may have {MAX_NODES:,} parts at most")

    def whole(self) -> Expression:
        if self.now.kind == "end":
            raise self.fail("empty-expression", 0, "an expression is missing here")
        tree = self.expression(0, 0)
        if self.now.kind != "end":
            hint = "Between two values an operator is missing." if self.now.kind in ("name", "number") else ""
            if self.now.text == "to":
                hint = "A range stands alone, without a unit: 15 to 30. In a formula, make it a parameter."
            elif self.now.text.lower() in ("and", "or", "not"):
                hint = f"Write '{self.now.text.lower()}', in small letters."
            elif self.now.text == "if":
                hint = "Write if(condition, then, else)."
            elif self.now.text == "[":
                hint = "A member stands directly behind a name, once: x[russia], x[russia, tank]."
            raise self.fail(
                "malformed-expression", self.now.at, f"'{self.now.text}' is not expected here", hint
            )
        return tree

    def expression(self, binding: int, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise self.fail("too-deep", self.now.at, f"an expression may be {MAX_DEPTH} levels deep at most")
        left = self.prefix(depth)
        chain = 0
        while True:
            token = self.now
            power = _BINDING.get(token.text, 0) if token.kind in ("operator", "name") else 0
            if power <= binding:
                return left
            self.position += 1
            chain += 1
            if chain > MAX_CHAIN:
                hint = "Give a part of it a name under 'values'."
                raise self.fail(
                    "expression-too-long", token.at, f"more than {MAX_CHAIN} terms in a row", hint
                )
            right = self.expression(power - 1 if token.text == "^" else power, depth + 1)
            if power == 4 and _BINDING.get(self.now.text) == 4 and self.now.kind == "operator":
                hint = "Write 'a < b and b < c'."
                raise self.fail("chained-comparison", self.now.at, "comparisons cannot be chained", hint)
            self.count(token.at)
            left = Binary(token.text, left, right, self.at(token.at, len(token.text)))

    def prefix(self, depth: int) -> Expression:
        token = self.now
        self.count(token.at)
        if token.kind == "name" and token.text == "not":
            self.position += 1
            return Unary("not", self.expression(_NOT, depth + 1), self.at(token.at, 3))
        if token.text == "-" and token.kind == "operator":
            self.position += 1
            return Unary("-", self.expression(_MINUS, depth + 1), self.at(token.at))
        if token.text == "(" and token.kind == "operator":
            self.position += 1
            inside = self.expression(0, depth + 1)
            self.take(")")
            return inside
        if token.kind == "number":
            self.position += 1
            return Number(float(token.text), token.unit, self.at(token.at, len(token.text)))
        if token.kind == "text":
            self.position += 1
            return Text(token.text[1:-1], self.at(token.at, len(token.text)))
        if token.kind == "name" and (token.text == "if" or token.text not in _WORDS):
            return self.name(depth)
        seen = f"'{token.text}'" if token.kind != "end" else "the end"
        hint = ""
        if token.text == "." and self.tokens[self.position + 1].text.lower() in ("inf", "nan"):
            hint = "Numbers must be finite."
        elif token.text == "." and self.tokens[self.position + 1].kind == "number":
            hint = f"Write 0.{self.tokens[self.position + 1].text}, with the zero."
        raise self.fail("malformed-expression", token.at, f"a value is expected here, not {seen}", hint)

    def name(self, depth: int) -> Expression:
        start = self.now
        self.position += 1
        parts = [start.text]
        while self.now.text == "." and self.now.kind == "operator":
            self.position += 1
            if self.now.kind != "name":
                raise self.fail("malformed-expression", self.now.at, "a name is expected after '.'")
            parts.append(self.now.text)
            self.position += 1
        if len(parts) > 3:
            raise self.fail(
                "malformed-expression", start.at, "a name has at most three parts", "As in foe.army.men."
            )
        if self.now.text == "(" and self.now.kind == "operator":
            if len(parts) > 1:
                raise self.fail("not-a-function", start.at, f"'{'.'.join(parts)}' cannot be called")
            return self.call(start, depth)
        index: list[str] = []
        if self.now.text == "[" and self.now.kind == "operator":
            self.position += 1
            while True:
                if self.now.kind != "name":
                    raise self.fail("malformed-expression", self.now.at, "a member is expected inside [ ]")
                index.append(self.now.text)
                self.position += 1
                if self.now.text != ",":
                    break
                self.position += 1
            self.take("]")
        length = max(len(start.text), self.tokens[self.position - 1].at + 1 - start.at)
        return Name(tuple(parts), tuple(index), self.at(start.at, length))

    def call(self, start: _Token, depth: int) -> Expression:
        self.take("(")
        arguments: list[Expression] = []
        over = ""
        while self.now.text != ")" or self.now.kind != "operator":
            arguments.append(self.expression(0, depth + 1))
            if self.now.kind == "name" and self.now.text == "over":
                self.position += 1
                if self.now.kind != "name":
                    raise self.fail(
                        "malformed-expression", self.now.at, "a dimension is expected after 'over'"
                    )
                over = self.now.text
                self.position += 1
            if self.now.text == ",":
                self.position += 1
                continue
            break
        self.take(")")
        return Call(start.text, tuple(arguments), over, self.at(start.at, len(start.text)))
