"""An analyst mends what was read, on one screen of the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable

from ..analysis.article.figures import Figures
from ..analysis.article.matching import Match
from ..case.records import Case
from ..text.nodes import Mapping, Scalar
from ..text.problems import CaseError, Place, Problems, Source, printable
from .mend import Mended
from .terminal import bold, dim, width

_HELP = "y N or n N: use it or not · e N: change what it means · Enter: go on · q: stop"


def ask(
    case: Case,
    figures: Figures,
    matches: list[Match],
    say: Callable[[str], None] = print,
    listen: Callable[[str], str] = input,
) -> bool:
    """One screen of numbered proposals, changed until the analyst goes on; False where he stops."""
    show(matches, say)
    while True:
        try:
            given = listen(f"{_HELP}\n> ").split()
        except EOFError:
            return False
        if not given:
            return True
        if given[0] in ("q", "quit"):
            return False
        chosen = next((m for m in matches if len(given) > 1 and given[1] == str(m.number)), None)
        if given[0] not in ("y", "n", "e") or chosen is None:
            say(f"not understood: {printable(' '.join(given))}")
            continue
        if given[0] == "e":
            _edit(case, figures, chosen, say, listen)
        elif given[0] == "y" and not chosen.target:
            say(f"{chosen.number} matches nothing yet: say what it is with e {chosen.number}")
        else:
            chosen.use = given[0] == "y"
            chosen.changed, chosen.reason = chosen.use, "so decided by the analyst"
        say(_line(chosen))


def _edit(
    case: Case, figures: Figures, match: Match, say: Callable[[str], None], listen: Callable[[str], str]
) -> None:
    """Ask what a statement means and keep it where it fits."""
    texts: dict[str, str] = {}
    asked = ("sets", "figure") if match.proposal.kind == "quantity" else ("holds", "by")
    now = {
        "sets": match.target,
        "figure": match.figure,
        "holds": match.read_as.holds if match.read_as else "",
        "by": (match.read_as.by or match.read_as.at) if match.read_as else "",
    }
    for key in asked:
        if key == "figure" and (name := texts["sets"].partition("[")[0]) in case.built.world.parameters:
            now["figure"] = (
                now["figure"] if texts["sets"] == match.target else figures.converted(match.proposal, name)[0]
            )
        typed = listen(f"  {key} [{now[key]}]: ").strip()
        texts[key] = typed or now[key]
    if match.read_as and match.read_as.at and "by" in texts:
        texts["at"] = texts.pop("by")
    problems = Problems()
    place = Place(Source("<terminal>"))
    typed_in = {"number": str(match.number), "use": "true", **texts}
    nodes = Mapping(
        tuple((Scalar(key, place), Scalar(value, place)) for key, value in typed_in.items()), place
    )
    kept = (match.target, match.figure, match.read_as, match.use, match.changed, match.reason)
    Mended(case, problems, {match.number: match}).entry(nodes)
    try:
        problems.stop()
    except CaseError as error:
        match.target, match.figure, match.read_as, match.use, match.changed, match.reason = kept
        for problem in error.problems:
            say(printable(f"  {problem.message}. {problem.hint}"))


def show(matches: list[Match], say: Callable[[str], None]) -> None:
    """All statements, those that are used first; demands and what counts nothing here in one line."""
    say(bold("What was read, and what it is taken to mean"))
    for match in sorted(matches, key=lambda m: (not m.use, not m.target, m.number)):
        if match.target or match.proposal.kind != "demand":
            say(_line(match))


def _line(match: Match) -> str:
    """One statement on one or two lines."""
    room = width() - 12
    quote = printable(" ".join(match.quote.split()))
    quote = quote if len(quote) <= room else quote[: room - 1] + "…"
    if match.figure:
        means = f"{match.target} = {match.figure}"
    elif match.read_as:
        means = f"{match.read_as.says}, {'as of ' + match.read_as.at if match.read_as.at else 'by ' + match.read_as.by}"
    else:
        means = match.reason
    means = printable(means if match.use or not match.target else f"{means} ({match.reason})")
    return f" {'[x]' if match.use else '[ ]'} {match.number:>3}  {quote}\n          {dim(means[: 2 * room])}"


def somebody() -> bool:
    """Whether there is somebody at a terminal to ask."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
