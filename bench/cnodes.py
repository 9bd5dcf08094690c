"""Nodes of a graph as C expressions on one future: what both forms of the C peer are put together from."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from panmunjom.world.graph import FLAG, Graph

_INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
          "eq": "==", "ne": "!=", "and": "&", "or": "|"}  # fmt: skip
_CALLS = {"abs": "fabs", "sqrt": "sqrt", "exp": "exp", "log": "log", "pow": "power", "norm_inv": "norm_inv"}

# Comparisons with isnan read the bits, because -ffast-math lets the compiler take any number for finite.
PRELUDE = r"""
#include <math.h>
#include <stdint.h>
#include <string.h>
#pragma omp declare simd notinbranch
extern double exp(double) __attribute__((const));
#pragma omp declare simd notinbranch
extern double log(double) __attribute__((const));
static inline long is_nan(double x) {
  uint64_t u; memcpy(&u, &x, 8);
  return (u & 0x7fffffffffffffffu) > 0x7ff0000000000000u;
}
// For a base that is not negative; gcc 12 makes no vector code of a loop with pow in it.
static inline double power(double x, double y) { return exp(y * log(x)); }
static inline double ratio(const double *p, const double *q, double r) {
  double a = p[7], b = q[7];
#pragma GCC unroll 7
  for (int i = 6; i >= 0; i--) { a = a * r + p[i]; b = b * r + q[i]; }
  return a / b;
}
static const double A[8] = {%s}, B[8] = {%s}, C[8] = {%s}, D[8] = {%s};
static inline double norm_inv(double u) {  // Wichura, AS 241; his third range begins beyond 2^-33
  double q = u - 0.5, s = q < 0 ? u : 1.0 - u, r = sqrt(-log(s)) - 1.6;
  double middle = q * ratio(A, B, 0.180625 - q * q), tail = ratio(C, D, r);
  tail = q < 0 ? -tail : tail;
  return fabs(q) <= 0.425 ? middle : tail;
}
typedef struct { uint64_t w0, w1, w2, w3; } words;
static inline words philox(uint64_t luck, uint32_t stream, uint32_t group, uint32_t k0, uint32_t k1) {
  uint64_t c0 = luck & 0xffffffffu, c1 = luck >> 32, c2 = group, c3 = stream;
#pragma GCC unroll 10
  for (int i = 0; i < 10; i++) {
    uint64_t p = (c0 & 0xffffffffu) * 0xD2511F53u, q = (c2 & 0xffffffffu) * 0xCD9E8D57u;
    c0 = (q >> 32) ^ c1 ^ (uint32_t)(k0 + i * 0x9E3779B9u); c2 = (p >> 32) ^ c3 ^ (uint32_t)(k1 + i * 0xBB67AE85u);
    c1 = q & 0xffffffffu; c3 = p & 0xffffffffu;
  }
  return (words){c0, c1, c2, c3};
}
static inline double unit(uint64_t word) { return ((double)(int64_t)word + 0.5) * 0x1p-32; }
static inline double draw(uint64_t luck, uint32_t stream, uint32_t n, uint32_t k0, uint32_t k1) {
  words x = philox(luck, stream, n >> 2, k0, k1);
  return unit((n & 3) == 0 ? x.w0 : (n & 3) == 1 ? x.w1 : (n & 3) == 2 ? x.w2 : x.w3);
}
"""


def number(value: float) -> str:
    """A C constant with those very bits."""
    if math.isnan(value):
        return "NAN"
    if math.isinf(value):
        return "INFINITY" if value > 0 else "(-INFINITY)"
    return f"({value.hex()})" if value < 0 else value.hex()


class Cone:
    """Declarations of the nodes that some roots need, in order; ``leaf`` says where a leaf stands."""

    def __init__(self, graph: Graph, leaf: Callable[[int], str | None]) -> None:
        self.graph, self.leaf = graph, leaf
        self.lines: list[str] = []
        self._done: set[int] = set()

    def need(self, roots: Iterable[int]) -> None:
        """Write what the roots need and is not there yet."""
        nodes = self.graph.nodes
        wanted: set[int] = set()
        stack = [r for r in roots if r >= 0]
        while stack:
            index = stack.pop()
            if index in wanted or index in self._done:
                continue
            wanted.add(index)
            if self.leaf(index) is None:
                stack.extend(nodes[index].arguments)
        for index in sorted(wanted):  # arguments come before their users
            kind = "long" if nodes[index].kind == FLAG else "double"
            self.lines.append(f"const {kind} v{index} = {self.leaf(index) or self.expression(index)};")
        self._done |= wanted

    def value(self, root: int) -> str:
        """The name of a node's value."""
        self.need([root])
        return f"v{root}"

    def expression(self, index: int) -> str:
        """One operation on values that stand above it."""
        node = self.graph.nodes[index]
        given = [f"v{a}" for a in node.arguments]
        if node.operation in _INFIX:
            return f"{given[0]} {_INFIX[node.operation]} {given[1]}"
        if node.operation in _CALLS:
            return f"{_CALLS[node.operation]}({', '.join(given)})"
        match node.operation:
            case "const":
                return number(float(node.data))
            case "true" | "false":
                return str(int(node.operation == "true"))
            case "neg":
                return f"-{given[0]}"
            case "not":
                return f"!{given[0]}"
            case "min" | "max":
                test = "<" if node.operation == "min" else ">"
                return f"{given[0]} {test} {given[1]} ? {given[0]} : {given[1]}"
            case "isnan":
                return f"is_nan({given[0]})"
            case "select":
                return f"{given[0]} ? {given[1]} : {given[2]}"
        raise ValueError(f"no C for {node.operation}")
