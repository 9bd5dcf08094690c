"""Title, author, outlet, date, and signs that a text is a copy or a translation, with how each is known."""

from __future__ import annotations

import re
from datetime import date

from ..lexicon import LANGUAGES, alternatives, lexicon
from .records import Document, Finding

_NAME = r"[A-ZÄÖÜ][\w.'’-]+(?: (?:von|van|de|der|den|bin|al|el|[A-ZÄÖÜ][\w.'’-]*)){0,3} ?[A-ZÄÖÜ][\w'’-]+"
_BYLINE = re.compile(
    rf"^(?:by|von|text:|autor(?:in)?:|author:|written by|reporting by|interview: ?)\s+"
    rf"(?P<who>{_NAME}(?:(?:,| and| und) {_NAME})*)",
    re.IGNORECASE | re.MULTILINE,
)
_ENDLINE = re.compile(
    rf"^(?P<who>{_NAME}) (?:is|ist|arbeitet|works|lehrt|teaches) (?P<what>.{{5,200}})$", re.MULTILINE
)
_OUTLET = (
    (
        r"\b(?:the |for )?(?P<who>[A-Z][\w&.]*(?: [A-Z][\w&.]*){0,4})['’]s? (?:chief |senior )?(?:\w+ )?"
        r"(?:editor|correspondent|reporter|columnist)\b",
        "the last line's office",
    ),
    (
        r"(?m)^[A-ZÄÖÜ][A-ZÄÖÜa-zäöü./ ]{2,40},? (?:[A-Z][a-z]+\.? \d{1,2},? )?\((?P<who>[A-Z][\w/ -]{1,20})\)\s*[–—-]",
        "the dateline",
    ),
    (r"(?:©|\([cC]\)|[Cc]opyright)\s*(?:\d{4}\s*)?(?P<who>[A-ZÄÖÜ][\w .&-]{2,40})", "the copyright line"),
    (r"(?im)^(?:source|quelle):\s*(?P<who>[^\n]{2,60})$", "the source line"),
)
_LABEL = r"(?:published|posted|updated|last updated|date|veröffentlicht|stand|erschienen|aktualisiert|datum|vom)[^\n]{0,20}?"
_ELSEWHERE = "it says that it was first published elsewhere"
_SIGNS = (
    (
        r"(?i)\b(?:originally (?:published|appeared)|first (?:published|appeared)|"
        r"(?:re)?published (?:from|with permission)|this article (?:was )?(?:first|originally))",
        _ELSEWHERE,
    ),
    (
        r"(?i)\b(?:zuerst erschienen|dieser (?:artikel|text|beitrag) (?:erschien|ist) (?:zuerst|zunächst)|nachdruck)",
        _ELSEWHERE,
    ),
    (
        r"(?i)\b(?:translated (?:from|by)|translation:|übersetzt (?:von|aus)|übersetzung:|maschinelle übersetzung|"
        r"aus dem (?:englischen|ukrainischen|russischen|französischen))",
        "it names a translator or calls itself a translation",
    ),
    (r"(?i)\b(?:source|quelle):\s*\S", "it names another source as its own"),
    (r"\b\w+ -[A-ZÄÖÜ]\w+", "spaces before hyphens, as machine translation leaves them"),
)
# Names as another language spells them: a translation that kept them.
_SPELLINGS = {
    "en": r"\b(?:Poutine|Zelenski|Selenskyj|Wladimir|Moskva|Kiew|Charkiw)\b",
    "de": r"\b(?:Poutine|Vladimir Putin|Zelensky|Kharkiv|Kyiv)\b",
}


def complete(document: Document, published: date | None) -> None:
    """Add what the text itself says to what the file's format said."""
    text = document.text
    if document.title is None:
        document.title = _title(document)
    if document.author is None:
        document.author = _author(text)
    if document.outlet is None:
        document.outlet = _outlet(text)
    if published is not None:
        document.published = Finding(published.isoformat(), "given with the call", "high")
    elif document.published is None or document.published.sure == "low":
        document.published = _date(document) or document.published
    if document.published and not _is_day(document.published.value):
        document.published = None
    code = document.language.value if document.language else ""
    signs = [
        *_SIGNS,
        *([(_SPELLINGS[code], "names in another language's spelling")] if code in _SPELLINGS else []),
    ]
    for pattern, sign in signs:
        if re.search(pattern, text[:200_000]) and sign not in document.signs:
            document.signs.append(sign)
    titles = [
        text[b.start : b.end].strip()
        for b in document.blocks
        if b.furniture == "repeated line" and b.end - b.start > 40
    ]
    if titles:
        document.signs.append("its title stands there twice, as on pages that repost")


def _title(document: Document) -> Finding | None:
    """The first heading, or the first line where it is short."""
    first = document.sentences[0].text if document.sentences else ""
    if document.sentences and (document.sentences[0].heading or first.endswith("?")):
        block = document.blocks[document.sentences[0].block]
        whole = " ".join(document.text[block.start : block.end].split())
        return Finding(whole if len(whole) < 200 else first, "the first line", "medium")
    return Finding(first[:120], "the first sentence", "low") if first else None


def _author(text: str) -> Finding | None:
    head, tail = text[:1500], text[-600:]
    if found := _BYLINE.search(head):
        return Finding(found["who"].strip(), "the byline", "high")
    ends = list(_ENDLINE.finditer(tail))
    if ends:
        return Finding(ends[-1]["who"], "the note on the author at the end", "high")
    if found := _BYLINE.search(tail):
        return Finding(found["who"].strip(), "the byline at the end", "medium")
    return None


def _outlet(text: str) -> Finding | None:
    for pattern, how in _OUTLET:
        stretch = text[-600:] if "last line" in how else text[:2000] + "\n" + text[-1000:]
        if found := re.search(pattern, stretch):
            return Finding(re.sub(r"^(?:the) ", "", found["who"].strip(), flags=re.IGNORECASE), how, "medium")
    return None


def _date(document: Document) -> Finding | None:
    """A full date: labelled, in the first or last lines, else the latest in the text."""
    text = document.text
    edges = [*_days(text[:800]), *_days(text[-300:])]
    for start, day in edges:
        label = re.search(rf"(?i){_LABEL}$", text[max(0, start - 40) : start])
        if label:
            return Finding(day.isoformat(), f"'{label.group().strip()}' before it", "high")
    if edges:
        return Finding(
            edges[0][1].isoformat(),
            "the first date at the head or foot of the text",
            "medium" if edges[0][0] < 300 else "low",
        )
    days = [day for _, day in _days(text[:200_000]) if day <= date.today()]
    if days:
        return Finding(
            max(days).isoformat(), "the latest full date in the text: it appeared then or later", "low"
        )
    return None


def _days(text: str) -> list[tuple[int, date]]:
    """All full dates of a text with their places."""
    found: list[tuple[int, date]] = []
    for code in LANGUAGES:
        months = lexicon(code).table("months")
        names = alternatives(months)
        for pattern in (
            rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)? (?P<m>{names})\.?,? (?P<y>(?:19|20)\d\d)\b",
            rf"\b(?P<m>{names})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>(?:19|20)\d\d)\b",
        ):
            for match in re.finditer(pattern, text, re.IGNORECASE):
                found += _day(match.start(), int(match["y"]), months[match["m"].lower()], int(match["d"]))
    for match in re.finditer(r"\b((?:19|20)\d\d)-(\d\d)-(\d\d)\b", text):
        found += _day(match.start(), *map(int, match.groups()))
    for match in re.finditer(r"\b(\d{1,2})\.(\d{1,2})\.((?:19|20)\d\d)\b", text):
        found += _day(match.start(), int(match[3]), int(match[2]), int(match[1]))
    return sorted(set(found))


def _day(start: int, year: int, month: int, day: int) -> list[tuple[int, date]]:
    try:
        return [(start, date(year, month, day))]
    except ValueError:
        return []


def _is_day(value: str) -> bool:
    try:
        return 1800 <= date.fromisoformat(value).year <= 2200
    except ValueError:
        return False
