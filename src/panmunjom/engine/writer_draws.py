"""IR text of a block's random numbers: the buffer filled every fourth step, and single draws."""

from __future__ import annotations

from collections.abc import Sequence

from . import philox
from .vecemit import Emitter

_ARITY = {"exp": 1, "log": 1, "norm_inv": 1, "pow": 2}


def far_routines(width: int) -> str:
    """``@pj.far.NAME.vW``: the routines as functions that are called, for code that is rarely run."""
    found = []
    for name, arity in _ARITY.items():
        b = Emitter(width)
        names = [f"%x{i}" for i in range(arity)]
        arguments = ", ".join(f"{b.real} {n}" for n in names)
        value = b.emit(f"call {b.real} @pj.{name}.v{width}({arguments})")
        found.append(
            f"define internal {b.real} @pj.far.{name}.v{width}({arguments}) noinline nounwind {{\nentry:\n"
            + "\n".join(b.lines) + f"\n  ret {b.real} {value}\n}}\n"
        )  # fmt: skip
    return "".join(found)


def _words(b: Emitter, identity: str) -> list[str]:
    """Four words of a stream in the group of four steps %group, for the luck in %luck."""
    low, high = b.and_("%luck", philox.LOW), b.lshr("%luck", 32)
    group, stream = (_spread(b, scalar) for scalar in ("%group", identity))
    four = "{" + ", ".join([b.word] * 4) + "}"
    counter = ", ".join(f"{b.word} {x}" for x in (low, high, group, stream))
    words = b.emit(f"call {four} @pj.philox.v{b.width}({counter}, i64 %key0, i64 %key1)")
    return [b.emit(f"extractvalue {four} {words}, {k}") for k in range(4)]


def _spread(b: Emitter, scalar: str) -> str:
    first = b.emit(f"insertelement {b.word} poison, i64 {scalar}, i64 0")
    return b.emit(f"shufflevector {b.word} {first}, {b.word} poison, <{b.width} x i32> zeroinitializer")


def single(width: int, alignment: int) -> str:
    """``@pj.draw.vW(luck, identity, group, phase, key0, key1)``: one uniform of one stream."""
    b = Emitter(width)
    b.lines.append(f"  %words = alloca [4 x {b.word}], align {alignment}")
    for k, word in enumerate(_words(b, "%identity")):
        where = b.emit(f"getelementptr {b.word}, ptr %words, i64 {k}")
        b.lines.append(f"  store {b.word} {word}, ptr {where}, align {alignment}")
    where = b.emit(f"getelementptr {b.word}, ptr %words, i64 %phase")
    word = b.emit(f"load {b.word}, ptr {where}, align {alignment}")
    value = b.emit(f"call {b.real} @pj.uniform.v{width}({b.word} {word})")
    arguments = f"{b.word} %luck, i64 %identity, i64 %group, i64 %phase, i64 %key0, i64 %key1"
    body = "\n".join(b.lines)
    head = f"define internal {b.real} @pj.draw.v{width}({arguments}) noinline nounwind"
    return f"{head} {{\nentry:\n{body}\n  ret {b.real} {value}\n}}\n"


def filling(width: int, alignment: int, streams: Sequence[str], normals: int) -> str:
    """``@pj.fill.vW(out, luck, group, key0, key1)``: four draws of each stream.

    The first ``normals`` streams become normal draws, the others stay uniform.
    """
    ids = ", ".join(f"i64 {philox.stream_id(name)}" for name in streams) or "i64 0"
    count = max(1, len(streams))
    table = f"@streams = private constant [{count} x i64] [{ids}], align 8\n"
    b = Emitter(width)
    b.lines += [
        "  br label %draw",
        "draw:",
        "  %s = phi i64 [ 0, %entry ], [ %s_next, %draw ]",
        f"  %id_at = getelementptr [{count} x i64], ptr @streams, i64 0, i64 %s",
        "  %id = load i64, ptr %id_at, align 8",
        "  %s4 = shl i64 %s, 2",
        f"  %out_at = getelementptr {b.real}, ptr %out, i64 %s4",
    ]
    for k, word in enumerate(_words(b, "%id")):
        value = b.emit(f"call {b.real} @pj.uniform.v{width}({b.word} {word})")
        where = b.emit(f"getelementptr {b.real}, ptr %out_at, i64 {k}")
        b.lines.append(f"  store {b.real} {value}, ptr {where}, align {alignment}")
    b.lines += [
        "  %s_next = add i64 %s, 1",
        f"  %more = icmp slt i64 %s_next, {len(streams)}",
        f"  br i1 %more, label %draw, label %{'normal' if normals else 'exit'}",
    ]
    if normals:
        b.lines += [
            "normal:",
            "  %i = phi i64 [ 0, %draw ], [ %i_next, %normal ]",
            f"  %at = getelementptr {b.real}, ptr %out, i64 %i",
            f"  %u = load {b.real}, ptr %at, align {alignment}",
            f"  %z = call {b.real} @pj.norm_inv.v{width}({b.real} %u)",
            f"  store {b.real} %z, ptr %at, align {alignment}",
            "  %i_next = add i64 %i, 1",
            f"  %more_normals = icmp slt i64 %i_next, {4 * normals}",
            "  br i1 %more_normals, label %normal, label %exit",
        ]
    body = "\n".join([*b.lines, "exit:", "  ret void"])
    arguments = f"ptr noalias %out, {b.word} %luck, i64 %group, i64 %key0, i64 %key1"
    head = f"define internal void @pj.fill.v{width}({arguments}) noinline nounwind"
    return f"{table}{head} {{\nentry:\n{body}\n}}\n"
