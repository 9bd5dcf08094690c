"""A study on the terminal: headline, endings by view, questions, theories, verdicts, where it was saved."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

from ..analysis.study import Study
from ..analysis.verdicts import Verdict
from ..forecasts.wording import by_wording
from ..report.sentences import effects, headline, notes, sublines, turned, turned_futures
from ..report.words import between, binomial, need, share
from ..text.problems import printable
from .tables import endings_blocks, family_text, questions_blocks
from .terminal import VERDICT_COLOURS, bold, dim, paint, width

_WORDS = {
    "follows": "follows",
    "needs_premise": "needs a premise",
    "does_not_follow": "does not follow",
    "open": "open",
    "contradicts": "contradicts",
    "cannot_be_tested": "cannot be tested",
}
_TRUTHS = {"true": "came true", "false": "came out false", "partly": "came partly true", "": "not decided"}


def print_study(done: Study, folder: Path | None) -> None:
    """Everything that a run prints."""
    out = [bold(line) for line in textwrap.wrap(headline(done), width())]
    for line in sublines(done):
        out += textwrap.wrap(line, width())
    print("\n".join(out) + "\n")
    for block in endings_blocks(done, width()) + questions_blocks(done, width()):
        print(block + "\n")
    for family in by_wording(done.case, done.views[done.default_view].ensemble):
        print(family_text(family) + "\n")
    print_effects(done)
    print_theories(done)
    print_verdicts(done)
    for warning in notes(done):
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
            f"\n{done.options.futures:,} futures a view, {turned_futures(done):,} for each theory turned, "
            f"{done.verdict_futures:,} for each verdict; seed {done.options.seed}\n"
            f"load {seconds.get('load', 0):.1f} s, compile {seconds.get('compile', 0):.1f} s, run {seconds.get('run', 0):.1f} s"
        )
    )
    if folder is not None:
        print(printable(f"saved in {folder}: open {folder / 'report.html'}"))


def print_effects(done: Study) -> None:
    """What each intervention changes."""
    lines = effects(done)
    if lines:
        print(bold("What the interventions change") + dim(" (same luck, with and without; ± sampling error)"))
        for line in lines:
            print(textwrap.fill(printable(line), width(), initial_indent="  ", subsequent_indent="    "))
        print()


def print_theories(done: Study) -> None:
    """The theories that matter most."""
    lines = turned(done.case, done.views[done.default_view], 5)
    if lines:
        print(bold(f"Theories that move {done.default_view} most") + dim(" (± sampling error)"))
        for line in lines:
            print(
                "\n".join(
                    textwrap.wrap(printable(line), width(), initial_indent="  ", subsequent_indent="    ")
                )
            )
        print()


def print_verdicts(done: Study) -> None:
    """Each conclusion that can be run, and how many cannot."""
    for view in done.views.values():
        tested = [v for v in view.verdicts if v.verdict != "cannot_be_tested"]
        if not view.verdicts:
            continue
        left = len(view.verdicts) - len(tested)
        print(
            bold(f"Does it follow? {view.name}")
            + (dim(f"  ({left} more cannot be tested here: see the report)") if left else "")
        )
        for verdict in tested:
            print_verdict(done, verdict)
        print()


def print_verdict(done: Study, verdict: Verdict) -> None:
    """One verdict in a few lines."""
    claim = done.case.library.claims[verdict.claim]
    n = done.verdict_futures
    told = ""
    if verdict.share is not None:
        told = f", true in {share(verdict.share, binomial(verdict.share, n), n)} of futures from its own premises"
    word = _WORDS[verdict.verdict]
    start = f"{verdict.claim}: "
    head = textwrap.wrap(
        f"{start}{word}{told}; {_TRUTHS[claim.came_true]}",
        width(),
        initial_indent="  ",
        subsequent_indent="    ",
    )
    head[0] = head[0].replace(
        f"{start}{word}", f"{start}{paint(word, VERDICT_COLOURS.get(verdict.verdict, '0'), sys.stdout)}", 1
    )
    print("\n".join(head))
    lines = textwrap.wrap(printable(claim.says), width() - 6)
    for one in verdict.needs[:3]:
        text = (
            f"needs {one.parameter} {need(one.low, one.high, one.unit)}; the pool has {between(*one.pooled)}"
        )
        lines += textwrap.wrap(text, width() - 6)
    if verdict.carried_by:
        n //= 4  # the premises are taken back one by one over a quarter of the futures
        carried = ", ".join(
            f"{name} ({share(left, binomial(left, n), n)} without it)"
            for name, left in verdict.carried_by[:6]
        )
        opening = "with the missing premise supplied, carried by" if verdict.needs else "carried by"
        if verdict.verdict == "contradicts":
            opening = "against its own"
        lines += textwrap.wrap(f"{opening} {carried}", width() - 6)
    if verdict.note:
        lines += textwrap.wrap(printable(verdict.note), width() - 6)
    print("\n".join(dim("      " + line) if k else "      " + line for k, line in enumerate(lines)))
