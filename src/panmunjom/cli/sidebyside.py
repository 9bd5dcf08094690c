"""Claims about one quantity side by side: what each becomes, its weight and age, drawn on one axis, then the pool."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass

from ..case.pooled import Missing, Pooled, contradiction_sentences, converted
from ..case.records import Case
from ..evidence.pooling import scaled
from ..evidence.records import Claim
from ..quantities.distributions import Distribution
from ..report.words import age, number, unit
from ..text.problems import printable
from .terminal import bold, dim


@dataclass(slots=True)
class Row:
    """A line of the comparison; without a figure nothing is drawn."""

    name: str
    figure: Distribution | None
    weight: str = ""
    age: str = ""
    about: tuple[str, ...] = ()


def side_by_side(case: Case, found: Pooled, room: int) -> str:
    """The comparison as text of at most ``room`` columns."""
    rows = [*_voices(case, found), *_silent(case, found)]
    if found.distribution is not None and found.claims:
        rows.append(Row("pool", found.distribution, "100%"))
    parameter = case.built.world.parameters.get(found.scalar) or case.built.world.parameters[found.scalar.partition("[")[0]]
    measures = f", {parameter.measures.replace('_', ' ')}" if parameter.measures else ""
    about = f"{parameter.about}; " if parameter.about else ""
    facts = f"{unit(found.unit.text) or 'a plain number'}{measures}; {case.pool_rules.rule} pool of {found.day}"
    lines = [bold(printable(found.scalar)), *textwrap.wrap(printable(f"{about}in {facts}"), room)]
    lines += _table(rows, room)
    if len(found.voices) > 1:
        part = f"disagreement {found.disagreement:.0%}: so much of the variance comes from differences between the voices"
        lines += textwrap.wrap(part, room)
    for text in contradiction_sentences(case, found):
        lines += textwrap.wrap(printable(text), room)
    return "\n".join(lines)


def _voices(case: Case, found: Pooled) -> list[Row]:
    """Who is heard, the heaviest first and the assumption last."""
    whole = sum(v.member.weight for v in found.voices)
    rows = []
    for voice in sorted(found.voices, key=lambda v: (v.claim is None, -v.member.weight)):
        weight = f"{voice.member.weight / whole:.0%}" if whole > 0 else "0%"
        if voice.claim is None:
            rows.append(Row("assumption", voice.said, weight, "", ("the world's own figure",)))
            continue
        about = [_said(case, voice.claim) + (f"; {voice.conversion}" if voice.conversion else "")]
        retold = [c for c, why in found.silent.items() if why.startswith(f"retells what {voice.claim.id} says")]
        if retold:
            about.append(f"retold by {', '.join(retold)}, counted once")
        rows.append(Row(voice.claim.id, voice.member.distribution, weight, age(voice.age), tuple(about)))
    if not found.voices and found.distribution is not None:
        rows.append(Row("assumption", found.distribution, "100%", "", ("the world's own figure; no claim is heard",)))
    return rows


def _silent(case: Case, found: Pooled) -> list[Row]:
    """Who is not heard, and why."""
    rows = []
    for name, why in found.silent.items():
        claim = case.library.claims[name]
        parameter = case.built.world.parameters[claim.about.partition("[")[0]]
        try:
            figure, conversion = converted(case, parameter, claim)
        except (Missing, ValueError):
            rows.append(Row(name, None, "-", "", (_said(case, claim), why)))
            continue
        said = _said(case, claim) + (f"; {conversion}" if conversion else "")
        rows.append(Row(name, figure, "-", "", (said, why)))
    return rows


def _said(case: Case, claim: Claim) -> str:
    """The figure in its own words, its speaker, and the grades of source and claim."""
    assert claim.quantity is not None
    hedge = "" if claim.hedge == "none" else f" ({claim.hedge.replace('_', ' ')})"
    source = case.library.sources[claim.source]
    speaker = claim.speaker if claim.speaker not in ("", "author") else (source.author or source.title or source.id)
    measures = f" of {claim.measures.replace('_', ' ')}" if claim.measures else ""
    return f"“{claim.quantity.text}”{hedge}{measures}, {speaker}, {source.reliability}{claim.credibility}"


def _table(rows: list[Row], room: int) -> list[str]:
    """The rows with their intervals drawn on a common axis."""
    figures = [r.figure for r in rows if r.figure is not None]
    ends = [e for f in figures for e in f.interval]
    scale = "lognormal" if ends and min(ends) > 0 and max(ends) > 3 * min(ends) else "normal"
    cells = [
        [r.name, *(number(x) for x in _three(r.figure)), r.weight, r.age] if r.figure else [r.name, "", "", "", r.weight, r.age]
        for r in rows
    ]
    head = ["", "5%", "50%", "95%", "weight", "age"]
    widths = [max(len(line[k]) for line in [head, *cells]) for k in range(len(head))]
    chart = max(12, room - sum(widths) - 2 * len(widths) - 1)
    low, high = (scaled(f(ends), scale) for f in (min, max)) if ends else (0.0, 1.0)
    lines = [dim(_line(head, widths))]
    for row, line in zip(rows, cells, strict=True):
        drawn = _bar([scaled(x, scale) for x in _three(row.figure)], low, high, chart) if row.figure else ""
        lines.append(f"{_line(line, widths)}  {drawn}".rstrip())
        for text in row.about:
            lines += [dim(f"    {part}") for part in textwrap.wrap(printable(text), room - 4)]
    return lines


def _three(figure: Distribution) -> tuple[float, float, float]:
    low, high = figure.interval
    return low, figure.median, high


def _line(cells: list[str], widths: list[int]) -> str:
    first = printable(cells[0]).ljust(widths[0])
    return "  ".join([first, *(c.rjust(w) for c, w in zip(cells[1:], widths[1:], strict=True))])


def _bar(figure: list[float], low: float, high: float, room: int) -> str:
    """``├──●───┤`` at its place on the axis."""
    span = (high - low) or 1.0
    a, m, b = (min(room - 1, max(0, math.floor((x - low) / span * (room - 1) + 0.5))) for x in figure)
    line = [" "] * room
    line[a : b + 1] = "─" * (b + 1 - a)
    line[a], line[b], line[m] = "├", "┤", "●"
    return "".join(line).rstrip()
