"""A writer of vector LLVM IR text: one method, one instruction, on vectors of doubles or 64-bit words."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence


class Emitter:
    """Lines of one IR function on ``<width x double>``, ``<width x i64>`` and ``<width x i1>``.

    Each method appends one instruction and returns the name of its result. Operands are names, floats or
    integers; a number becomes a constant in every lane.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.real = f"<{width} x double>"
        self.word = f"<{width} x i64>"
        self.flag = f"<{width} x i1>"
        self.lines: list[str] = []
        self._count = 0

    def emit(self, text: str) -> str:
        self._count += 1
        name = f"%v{self._count}"
        self.lines.append(f"  {name} = {text}")
        return name

    def of(self, value: str | float | int) -> str:
        """The operand's text: a name as it is, a number as a constant in all lanes."""
        if isinstance(value, str):
            return value
        if isinstance(value, int):
            return f"splat (i64 {value})"
        return f"splat (double 0x{struct.pack('>d', value).hex().upper()})"

    def _real(self, opcode: str, x: str | float, y: str | float) -> str:
        return self.emit(f"{opcode} {self.real} {self.of(x)}, {self.of(y)}")

    def _word(self, opcode: str, x: str | int, y: str | int) -> str:
        return self.emit(f"{opcode} {self.word} {self.of(x)}, {self.of(y)}")

    def fadd(self, x: str | float, y: str | float) -> str:
        return self._real("fadd", x, y)

    def fsub(self, x: str | float, y: str | float) -> str:
        return self._real("fsub", x, y)

    def fmul(self, x: str | float, y: str | float) -> str:
        return self._real("fmul", x, y)

    def fdiv(self, x: str | float, y: str | float) -> str:
        return self._real("fdiv", x, y)

    def fneg(self, x: str) -> str:
        return self.emit(f"fneg {self.real} {x}")

    def fma(self, x: str | float, y: str | float, z: str | float) -> str:
        """x y + z, rounded once."""
        parts = ", ".join(f"{self.real} {self.of(v)}" for v in (x, y, z))
        return self.emit(f"call {self.real} @llvm.fma.v{self.width}f64({parts})")

    def unary(self, intrinsic: str, x: str) -> str:
        return self.emit(f"call {self.real} @llvm.{intrinsic}.v{self.width}f64({self.real} {x})")

    def call(self, routine: str, x: str) -> str:
        return self.emit(f"call {self.real} @pj.{routine}.v{self.width}({self.real} {x})")

    def fcmp(self, test: str, x: str | float, y: str | float) -> str:
        return self.emit(f"fcmp {test} {self.real} {self.of(x)}, {self.of(y)}")

    def logic(self, opcode: str, x: str, y: str) -> str:
        return self.emit(f"{opcode} {self.flag} {x}, {y}")

    def no(self, x: str) -> str:
        return self.emit(f"xor {self.flag} {x}, splat (i1 true)")

    def select(self, flag: str, x: str | float, y: str | float) -> str:
        return self.emit(f"select {self.flag} {flag}, {self.real} {self.of(x)}, {self.real} {self.of(y)}")

    def bits(self, x: str) -> str:
        return self.emit(f"bitcast {self.real} {x} to {self.word}")

    def as_real(self, x: str) -> str:
        return self.emit(f"bitcast {self.word} {x} to {self.real}")

    def add(self, x: str | int, y: str | int) -> str:
        return self._word("add", x, y)

    def sub(self, x: str | int, y: str | int) -> str:
        return self._word("sub", x, y)

    def mul(self, x: str | int, y: str | int) -> str:
        return self._word("mul", x, y)

    def shl(self, x: str, places: int) -> str:
        return self._word("shl", x, places)

    def lshr(self, x: str, places: int) -> str:
        return self._word("lshr", x, places)

    def and_(self, x: str | int, y: str | int) -> str:
        return self._word("and", x, y)

    def or_(self, x: str | int, y: str | int) -> str:
        return self._word("or", x, y)

    def xor(self, x: str | int, y: str | int) -> str:
        return self._word("xor", x, y)

    def polynomial(self, x: str, coefficients: Sequence[float]) -> str:
        """The polynomial by Horner's rule, lowest coefficient first."""
        value: str | float = coefficients[-1]
        for c in reversed(coefficients[:-1]):
            value = self.fma(value, x, c)
        return self.of(value)

    def pairwise(self, x: str, coefficients: Sequence[str | float]) -> str:
        """The polynomial by Estrin's rule, lowest coefficient first: more multiplications, short chains."""
        terms: list[str | float] = list(coefficients)
        while len(terms) > 1:
            folded: list[str | float] = [
                self.fma(terms[i + 1], x, terms[i]) for i in range(0, len(terms) - 1, 2)
            ]
            if len(terms) % 2:
                folded.append(terms[-1])
            terms = folded
            if len(terms) > 1:
                x = self.fmul(x, x)
        return self.of(terms[0])

    def function(self, name: str, arguments: Iterable[str], result: str) -> str:
        """The whole function. ``arguments`` are given with their types, e.g. ``<8 x double> %x``."""
        real = self.real
        head = f"define internal {real} @pj.{name}.v{self.width}({', '.join(arguments)})"
        body = "\n".join(self.lines)
        return f"{head} alwaysinline nounwind memory(none) {{\nentry:\n{body}\n  ret {real} {result}\n}}\n"
