"""A study on the terminal: headline, endings by view, questions, theories, verdicts, where it was saved."""

from __future__ import annotations

import shutil
import sys
import textwrap
from pathlib import Path

from ..analysis.study import Study, ViewResult
from ..analysis.verdicts import Verdict
from ..report.sentences import headline, label_of, name_of, percent, sublines, turned
from ..report.words import unit
from ..text.problems import printable
from .terminal import bold, dim, paint, table

_WORDS = {
    "follows": "follows",
    "needs_premise": "needs a premise",
    "does_not_follow": "does not follow",
    "open": "open",
    "contradicts": "contradicts",
    "cannot_be_tested": "cannot be tested",
}
_COLOURS = {
    "follows": "32",
    "needs_premise": "33",
    "does_not_follow": "31",
    "open": "36",
    "contradicts": "31",
}
_TRUTHS = {"true": "came true", "false": "came out false", "partly": "came partly true", "": "not decided"}


def width() -> int:
    """Columns of the terminal, between 60 and 110."""
    return max(60, min(110, shutil.get_terminal_size((100, 24)).columns))


def print_study(done: Study, folder: Path | None) -> None:
    """Everything that a run prints."""
    out = [bold(line) for line in textwrap.wrap(headline(done), width())]
    for line in sublines(done):
        out += textwrap.wrap(line, width())
    print("\n".join(out) + "\n")
    print_endings(done)
    print_questions(done)
    print_theories(done)
    print_verdicts(done)
    for warning in done.warnings:
        print(
            paint(
                "\n".join(textwrap.wrap(f"note: {printable(warning)}", width(), subsequent_indent="  ")),
                "33",
                sys.stdout,
            )
        )
    seconds = done.seconds
    print(
        dim(
            f"\n{done.options.futures:,} futures a view, {done.switch_futures:,} for each theory turned, "
            f"{done.verdict_futures:,} for each verdict; seed {done.options.seed}\n"
            f"load {seconds.get('load', 0):.1f} s, compile {seconds.get('compile', 0):.1f} s, run {seconds.get('run', 0):.1f} s"
        )
    )
    if folder is not None:
        print(f"saved in {folder}: open {folder / 'report.html'}")


def print_endings(done: Study) -> None:
    """How often each ending comes out, with the range over the theories; the default view with its sampling error."""
    names = list(done.views)
    for begin in range(0, len(names), 5):
        group = [done.views[n] for n in names[begin : begin + 5]]
        rows = [
            ["from", *(str(v.ensemble.start) for v in group)],
            ["until", *(str(v.ensemble.until) for v in group)],
        ]
        for ending in (e.name for e in group[0].ensemble.graph.endings):
            rows.append([label_of(done.case, ending), *(cell(v, ending) for v in group)])
        rows.append(
            [
                "largest sampling error",
                *(f"± {200 * max(s.se for s in v.ensemble.endings().values()):.1f}" for v in group),
            ]
        )
        print(table(["endings, % of futures", *(v.name for v in group)], rows) + "\n")
    print(
        dim(
            "in brackets: lowest to highest as each theory is turned alone; sampling error is two standard errors"
        )
        + "\n"
    )


def cell(view: ViewResult, ending: str) -> str:
    """``31 (20-45)``, in percent."""
    if not view.ensemble.usable:
        return "-"
    share = view.ensemble.endings()[ending]
    low, high = view.ranges.bounds[ending]
    own = f"{100 * share.p:.1f}" if share.hits else f"<{300 / share.futures:.2g}"
    return f"{own} ({100 * low:.0f}-{100 * high:.0f})"


def print_questions(done: Study) -> None:
    """What the states have become, crossed with the endings, in the default view."""
    view = done.views[done.default_view]
    if not done.case.questions or not view.ensemble.usable:
        return
    names = list(done.case.questions)
    shares, crossed = view.ensemble.questions(names), view.ensemble.crossed(names)
    endings = [e.name for e in view.ensemble.graph.endings]
    rows = []
    for name in names:
        within = [f"{100 * crossed[name][e]:.1f}" for e in endings]
        rows.append([name_of(name), f"{100 * shares[name].p:.1f} ± {200 * shares[name].se:.1f}", *within])
    letters = [chr(ord("A") + k) for k in range(len(endings))]
    print(table([f"{view.name}: % of futures", "in all", *letters], rows))
    legend = ", ".join(
        f"{letter} {label_of(done.case, e)}" for letter, e in zip(letters, endings, strict=True)
    )
    print(dim("\n".join(textwrap.wrap(f"together with the ending: {legend}", width()))) + "\n")


def print_theories(done: Study) -> None:
    """The theories that matter most."""
    lines = turned(done.case, done.views[done.default_view], 5)
    if lines:
        print(bold(f"Theories that move {done.default_view} most"))
        print("\n".join(f"  {line}" for line in lines) + "\n")


def print_verdicts(done: Study) -> None:
    """Each conclusion that can be run, and how many cannot."""
    for view in done.views.values():
        tested = [v for v in view.verdicts if v.verdict != "cannot_be_tested"]
        if not view.verdicts:
            continue
        left = len(view.verdicts) - len(tested)
        print(
            bold(f"Does it follow? {view.name}")
            + (dim(f"  ({left} more cannot be tested here; the report says why)") if left else "")
        )
        for verdict in tested:
            print_verdict(done, verdict)
        print()


def print_verdict(done: Study, verdict: Verdict) -> None:
    """One verdict in a few lines."""
    claim = done.case.library.claims[verdict.claim]
    head = paint(_WORDS[verdict.verdict], _COLOURS.get(verdict.verdict, "0"), sys.stdout)
    share = (
        ""
        if verdict.share is None
        else f", true in {percent(verdict.share)} of futures from its own premises"
    )
    print(f"  {verdict.claim}: {head}{share}; {_TRUTHS[claim.came_true]}")
    lines = textwrap.wrap(printable(claim.says), width() - 6)
    for need in verdict.needs[:3]:
        measure = f" {unit(need.unit)}" if need.unit else ""
        pooled = f"the pool has {need.pooled[0]:,.4g} to {need.pooled[1]:,.4g}"
        text = f"needs {need.parameter} between {need.low:,.4g} and {need.high:,.4g}{measure}; {pooled}"
        lines += textwrap.wrap(text, width() - 6)
    if verdict.carried_by:
        carried = ", ".join(f"{name} ({percent(share)} without it)" for name, share in verdict.carried_by[:6])
        lines += textwrap.wrap(
            f"carried by {carried}" if verdict.verdict != "contradicts" else f"against its own {carried}",
            width() - 6,
        )
    if verdict.note:
        lines += textwrap.wrap(printable(verdict.note), width() - 6)
    print("\n".join(dim("      " + line) if k else "      " + line for k, line in enumerate(lines)))
