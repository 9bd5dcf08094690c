"""HTML: the file stays as it is; markup, menus and adverts are masked, so that offsets are those of the file.

What is main text is trafilatura's judgement; a long paragraph inside ``<article>`` or ``<main>`` that it lost is kept.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from .extras import need
from .records import Block, Document, Finding, Unreadable

DEEPEST = 400  # elements inside one another; no page of a newspaper comes near
_BREAKS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "nav",
        "aside",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "table",
        "tr",
        "td",
        "th",
        "blockquote",
        "figure",
        "figcaption",
        "br",
        "hr",
        "pre",
        "form",
        "body",
        "title",
    ]
)
_NEVER = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "iframe",
        "form",
        "button",
        "select",
        "nav",
        "footer",
        "aside",
        "head",
        "textarea",
        "object",
    ]
)
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
_SEARCHED = 300_000  # characters
_LONG = 80  # characters of a paragraph that is kept on the word of <article> alone


@dataclass
class _Piece:
    """A block being collected."""

    start: int = -1
    end: int = -1
    skip: list[tuple[int, int]] = field(default_factory=list)
    instead: list[tuple[int, str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    linked: int = 0
    inside: bool = False
    masked: bool = False


class _Reader(HTMLParser):
    """Collects the blocks of a page with their places in the file."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.text = text
        self.starts = [0, *(i + 1 for i, c in enumerate(text) if c == "\n")]
        self.open: list[str] = []
        self.piece = _Piece()
        self.pieces: list[_Piece] = []
        self.gap = 0
        self.deepest = 0
        self.feed(text)
        self.close()
        self.flush()

    def here(self) -> int:
        line, column = self.getpos()
        return self.starts[line - 1] + column

    def flush(self) -> None:
        if "".join(self.piece.words).strip():
            self.pieces.append(self.piece)
        self.piece = _Piece()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.flush()
        if tag not in _VOID:
            self.open.append(tag)
            self.deepest = max(self.deepest, len(self.open))
            if len(self.open) > DEEPEST:
                raise Unreadable("html-too-deep", f"has more than {DEEPEST} elements inside one another")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BREAKS:
            self.flush()
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def add(self, length: int, shown: str) -> None:
        """Text of the file that is shown."""
        at, piece = self.here(), self.piece
        if piece.start < 0:
            piece.start = at
            piece.inside = "article" in self.open or "main" in self.open
            piece.masked = any(tag in _NEVER for tag in self.open)
        elif piece.end < at:
            piece.skip.append((piece.end, at))
        piece.end = at + length
        piece.words.append(shown)
        if "a" in self.open:
            piece.linked += length

    def handle_data(self, data: str) -> None:
        self.add(len(data), data)

    def reference(self, name: str) -> None:
        at = self.here()
        written = self.text[at : at + len(name) + 2]
        length = len(written) if written.endswith(";") else len(name) + 1
        shown = html.unescape(self.text[at : at + length])[:1]
        self.add(length, shown)
        self.piece.instead.append((at, shown))
        self.piece.skip.append((at + 1, at + length))

    def handle_entityref(self, name: str) -> None:
        self.reference(name)

    def handle_charref(self, name: str) -> None:
        self.reference("#" + name)


def read(document: Document) -> None:
    """Find the blocks of an HTML document, and what its head says of title, author, outlet and date."""
    trafilatura = need("trafilatura", "HTML")
    pieces = _Reader(document.text).pieces
    source = document.text.encode("utf-8", "replace")  # what the file declares may not be what it is
    found = (
        trafilatura.bare_extraction(source, include_comments=False, with_metadata=True) if pieces else None
    )
    text = str(found.text or "") if found else ""
    main, lines = _plain(text), {_plain(row) for row in text.splitlines()}
    inside = (
        main if len(main) < _SEARCHED else ""
    )  # a part of a paragraph is looked for in pages of usual length
    kept = 0
    for piece in pieces:
        plain = _plain("".join(piece.words))
        length = len(plain)
        linked = piece.linked > 0.5 * (piece.end - piece.start)
        fits = bool(plain) and (plain in lines or plain in inside) if main else length >= _LONG
        own = piece.inside and length >= _LONG and not linked
        why = "" if not piece.masked and (fits or own) else "page furniture"
        kept += not why
        document.blocks.append(
            Block(piece.start, piece.end, why, tuple(sorted(piece.skip)), tuple(piece.instead))
        )
    if not kept:
        raise Unreadable(
            "no-text",
            "is an HTML page without a text on it",
            "A page that a script fills must be saved as it is shown.",
        )
    if found is not None:
        _head(document, found)


def _plain(text: str) -> str:
    """Letters and digits only, to compare texts that differ in white space and quotes."""
    return re.sub(r"[\W_]+", "", text)


def _head(document: Document, found: object) -> None:
    for name, key in (
        ("title", "title"),
        ("author", "author"),
        ("outlet", "sitename"),
        ("published", "date"),
    ):
        value = getattr(found, key, None)
        if value:
            sure = "medium" if name in ("published", "author") else "high"
            setattr(
                document, name, Finding(str(value), "the page's own metadata, found by trafilatura", sure)
            )
