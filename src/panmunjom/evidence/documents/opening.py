"""Which format a file has, and its text."""

from __future__ import annotations

import hashlib
import re

from . import docx, html, pdf, text
from .decoding import decode
from .records import Document, Unreadable

LONGEST_TEXT = 3_000_000  # characters, about a thousand pages
_OTHER = (
    (b"{\\rtf", "RTF"), (b"\xd0\xcf\x11\xe0", "an old Word or Excel file"),
    (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"), (b"\x1f\x8b", "a compressed archive"), (b"7z\xbc\xaf", "a compressed archive"),
)  # fmt: skip


def open_text(name: str, data: bytes) -> Document:
    """The document's text and blocks. Offsets of claims count this text's code points."""
    document = Document(name, "", "text", sha256=hashlib.sha256(data).hexdigest())
    if not data.strip():
        raise Unreadable("empty", "is empty")
    for mark, what in _OTHER:
        if data.startswith(mark):
            raise Unreadable(
                "unknown-format",
                f"is {what}",
                "Text, HTML, PDF and DOCX can be read: save it as one of them.",
            )
    if b"%PDF-" in data[:1024]:
        document.format = "pdf"
        pdf.read(document, data)
        return document
    if data.startswith(b"PK\x03\x04"):
        document.format = "docx"
        docx.read(document, data)
        return document
    document.text, document.encoding, notes = decode(data)
    document.notes += notes
    if re.search(r"(?i)<!doctype html|<html[\s>]|<body[\s>]", document.text[:4000]) or name.lower().endswith(
        (".html", ".htm")
    ):
        document.format = "html"
        html.read(document)
    else:
        document.blocks = text.blocks(document.text[:LONGEST_TEXT])
    if not any(not b.furniture and re.search(r"\w", document.text[b.start : b.end]) for b in document.blocks):
        raise Unreadable("no-text", "holds no text besides page furniture")
    return document
