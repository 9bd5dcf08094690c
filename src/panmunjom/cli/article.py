"""``panmunjom test``: an article becomes a view, is run and judged, and one page says what came of it."""

from __future__ import annotations

import argparse
import sys
import textwrap
from datetime import date
from pathlib import Path

from ..analysis.article.figures import Figures
from ..analysis.article.matching import Match, Reader
from ..analysis.article.proposals import matched
from ..analysis.article.testing import Tested
from ..analysis.article.testing import test as run
from ..analysis.article.view import known_source
from ..case.loading import load
from ..case.records import Case
from ..evidence.documents.reading import read as read_document
from ..evidence.documents.records import Document, Finding, Unreadable
from ..evidence.proposing.lines import source_id
from ..quantities.calendar import parse_date
from ..report.article import record, render_article
from ..report.words import between, need, share, unit
from ..text.files import write_whole
from ..text.problems import NOWHERE, CaseError, Place, Problem, Source, printable
from . import mend
from .ask import ask, somebody
from .terminal import VERDICT_COLOURS, Progress, as_json_text, bold, dim, paint, width

_SHORT = {"follows": "follows", "needs_premise": "needs a premise", "does_not_follow": "does not follow", "open": "open",
          "contradicts": "against its own figure", "cannot_be_tested": "could not be judged"}  # fmt: skip


def test(given: argparse.Namespace) -> int:
    """Read, match, mend, run, write the page; exit status 0 also where there is not enough to test."""
    case = load(given.case)
    document = opened(given)
    listening = not given.yes and not given.json and somebody()
    file = Path(given.proposals) if given.proposals else None
    day = dated(case, document)
    if day is None and listening and not (file and file.exists()):
        day = _asked()
    reader, matches = matched(case, document, day or case.start, given.reported)
    if file is not None and file.exists():
        day = mend.read(file, case, document, matches) or day
    elif file is not None:
        mend.write(file, document, day, matches)
        if not given.yes:
            print(printable(f"wrote {file}: mend it, then give the same command again"))
            return 0
    reason = too_little(case, reader, day, matches, mended=any(m.changed for m in matches))
    if not reason and listening and file is None:
        if not ask(case, Figures(reader, day or case.start, [m.proposal for m in matches]), matches):
            return 130
        reason = too_little(case, reader, day, matches, mended=True)
    done = (
        Tested(case, document, day, matches, reason, known_source(case, document))
        if reason
        else tested(given, case, document, day or case.start, matches)
    )
    page = Path(given.out or f"{source_id(document)}-test.html")
    write_whole(page, render_article(done))
    if given.json:
        print(as_json_text(record(done)))
    else:
        show(done)
        print("\n" + printable(f"the page: {page}"))
    return 0


def opened(given: argparse.Namespace) -> Document:
    """The document, with the date that was given. Raises ``CaseError``."""
    try:
        day = parse_date(given.date) if given.date else None
    except ValueError as error:
        raise CaseError([Problem("bad-date", NOWHERE, f"--date: {error}")]) from None
    place = Place(Source(given.article))
    try:
        return read_document(Path(given.article), day)
    except Unreadable as error:
        raise CaseError([Problem(error.code, place, f"the file {error}", error.hint)]) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise CaseError([Problem("unreadable", place, f"the file cannot be opened: {why}")]) from None


def dated(case: Case, document: Document) -> date | None:
    """The day of publication: what was given or the document says of itself, else what the case knows of this very file.

    A date that only stands somewhere in the text is no date of publication.
    """
    if document.published is not None and document.published.sure in ("high", "medium"):
        return document.day
    source = case.library.sources.get(known_source(case, document))
    document.published = None
    if source is not None and source.published is not None:
        document.published = Finding(
            source.published.isoformat(),
            f"the case's sources.yaml: {source.dated_by}" if source.dated_by else "the case's sources.yaml",
            "medium",
        )
        return source.published
    return None


def _asked() -> date | None:
    """The date that somebody types, or None."""
    while True:
        try:
            typed = input(
                "The document has no date of its own. On which day did it appear (YYYY-MM-DD, Enter: not known)? "
            ).strip()
            return parse_date(typed) if typed else None
        except ValueError as error:
            print(printable(str(error)))
        except EOFError:
            return None


def too_little(case: Case, reader: Reader, day: date | None, matches: list[Match], mended: bool) -> str:
    """Why there is not enough to test; empty where there is."""
    if day is None:
        return "no date of publication is known; give --date"
    if day < (
        first := min(
            (c.since for p in case.built.world.parameters.values() for c in p.assume if c.since),
            default=case.start,
        )
    ):
        return f"it appeared on {day}, and this case knows nothing before {first}"
    if (topic := reader.topic()) and not mended:
        return topic
    if any(m.use and m.target for m in matches):
        return ""
    reported = sum(bool(m.target) and not m.use for m in matches)
    more = f"; {reported} that could be are only reported in it, --reported uses them" if reported else ""
    return (
        f"none of its {len(matches)} statements could be matched with all its parts{more}"
        if matches
        else "it holds no figure, prediction or condition"
    )


def tested(
    given: argparse.Namespace, case: Case, document: Document, day: date, matches: list[Match]
) -> Tested:
    """The test with a progress line. Raises ``CaseError``."""
    progress = Progress()
    try:
        return run(case, document, day, matches, given.futures, progress.stage)
    finally:
        progress.close()


def show(done: Tested) -> None:
    """The page in short."""
    found = record(done)
    print(bold(printable(found["title"])))
    print(
        dim(
            printable(
                " · ".join(
                    str(v)
                    for v in (
                        found["author"],
                        found["outlet"],
                        found["published"] if done.document.published else "no date",
                    )
                    if v
                )
            )
        )
    )
    for line in (found["headline"], found["subline"]):
        if line:
            print("\n" + "\n".join(textwrap.wrap(printable(line), width())))
    for c in found["conclusions"]:
        print(
            "\n"
            + paint(f"{_SHORT[c['verdict']]:<22}", VERDICT_COLOURS.get(c["verdict"], "0"), sys.stdout)
            + printable(f" {c['says']}, {'as of ' + c['at'] if c['at'] else 'by ' + c['by']}")
        )
        if c["share"] is not None:
            print(f"    in {share(c['share'], None, found['verdict_futures'])} of the futures")
        if c["note"]:
            print(_fill(c["note"]))
        for n in c["needs"][:3]:
            print(
                _fill(
                    f"needs {n['about']} ({n['parameter']}) {need(n['low'], n['high'], n['unit'])}; "
                    f"the pool has {between(*n['pooled'])}"
                )
            )
        for b in c["carried_by"][:3]:
            what = "against it stands its own figure for" if c["verdict"] == "contradicts" else "rests on"
            print(_fill(f"{what} {b['about']} ({b['name']})"))
    if found["figures"]:
        print("\n" + bold("Its figures") + dim(" (the pool of its day, 90%)"))
    for f in found["figures"]:
        print(
            _fill(
                f"{f['about']}: {' '.join((f['text'], unit(f['unit']))).strip()} ({f['pooled']['text']}), {f['distance_words']}",
                "  ",
            )
        )
    left = len(found["unused"])
    if left:
        print(dim(f"\n{left} statements were read and not used; the page says why"))


def _fill(text: str, indent: str = "    ") -> str:
    return textwrap.fill(printable(text), width(), initial_indent=indent, subsequent_indent=indent + "  ")
