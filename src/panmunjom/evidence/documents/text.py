"""Plain text: which lines belong together, and which are page furniture."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from .records import Block

_WRAPPED = range(45, 141)  # characters of a line that may go on in the next
_MENU = re.compile(
    r"(?i)^\W*(close|menu|home|search|share|tweet|print|log ?in|sign (in|up)|subscribe|newsletters?|advertisement|read more|"
    r"related( articles?| posts?)?|see also|comments?|leave a (comment|reply)|more (from|on)\b.*|skip to .*|back to top|"
    r"cookies?\b.*|accept( all)?|privacy( policy)?|terms( of use)?|contact( us)?|about us|imprint|tags?:.*|"
    r"(photo|image|picture|credit|foto|bild|quelle|symbolbild)s?\s*[:©(].*|©.*|\(c\) .*|"
    r"(all rights reserved|alle rechte vorbehalten).*|"
    r"anzeige|werbung|startseite|menü|suche|teilen|drucken|merken|anmelden|abonnieren|kommentare?|mehr zum thema.*|"
    r"lesen sie (auch|mehr).*|das könnte sie auch interessieren.*|impressum|datenschutz.*|nach oben|zum inhalt springen|"
    r"page \d+( of \d+)?|seite \d+( von \d+)?|\d{1,4}|https?://\S+|follow us.*|folgen sie uns.*)\W*$"
)
_CRUMBS = re.compile(r"^[^.!?]{1,80}( [>›»|/] [^.!?]{1,120}){1,}")
_SENTENCE = re.compile(r"""[.!?…]["'“”’)\]]*\s*$""")


def lines(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every line, without its line end."""
    start = 0
    for found in re.finditer(r"\r\n|[\n\r\f\v\x85\u2028\u2029]", text):
        yield start, found.start()
        start = found.end()
    yield start, len(text)


def blocks(text: str, repeated: frozenset[str] = frozenset()) -> list[Block]:
    """Paragraphs, headings, list items and masked furniture, in order.

    ``repeated`` are lines known to be furniture, such as the running heads of a PDF.
    """
    kept = [(s, e) for s, e in lines(text)]
    counts = Counter(text[s:e].strip() for s, e in kept)
    found: list[Block] = []
    seen: set[str] = set()
    started = False  # whether a full sentence has come
    current: tuple[int, int] | None = None

    def close() -> None:
        nonlocal current
        if current:
            found.append(Block(*current))
        current = None

    for start, end in kept:
        line = text[start:end].strip()
        if not line:
            close()
            continue
        why = _furniture(line, started, counts[line], seen, line in repeated)
        if why:
            if line not in repeated:  # a running head stands inside a paragraph and does not end it
                close()
            found.append(Block(start, end, why))
        elif current and _goes_on(text[slice(*current)], line):
            current = current[0], end
        else:
            close()
            current = start, end
        seen.add(line)
        started = started or bool(_SENTENCE.search(line) and line.count(" ") > 5)
    close()
    return sorted(found, key=lambda b: b.start)


def _furniture(line: str, started: bool, count: int, seen: set[str], known: bool) -> str:
    """Why a line is no part of the text, or nothing."""
    if known:
        return "running head"
    if _MENU.match(line) and (len(line) < 120):
        return "menu"
    if _CRUMBS.match(line) and len(line) < 250 and ">" in line + "›" and re.search(r" [>›»] ", line):
        return "breadcrumbs"
    if count > 1 and (len(line) < 40 or line in seen) and not re.match(r"[-–•*]", line):
        return "repeated line"
    if (
        not started
        and line.count(" ") < 3
        and not _SENTENCE.search(line)
        and not re.search(r"\d{4}|^(by|von) ", line, re.I)
    ):
        return "before the text"
    return ""


def _goes_on(before: str, line: str) -> bool:
    """Whether a line continues the paragraph that the lines before it began."""
    last = before.rsplit("\n", 1)[-1].strip()
    if re.match(r"[-–•*▪] |\d{1,2}[.)] |[A-ZÄÖÜ][\w .]{0,30}:", line):
        return False
    if len(last) not in _WRAPPED:
        return False
    return not _SENTENCE.search(last) or (len(last) > 60 and bool(re.search(r"\n", before)))
