"""DOCX: the paragraphs of a Word document, tables included, read with the standard library alone."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

from .records import Block, Document, Finding, Unreadable

LARGEST = 100_000_000  # bytes of the unpacked text; more is a bomb
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CORE = {
    "title": "{http://purl.org/dc/elements/1.1/}title",
    "author": "{http://purl.org/dc/elements/1.1/}creator",
    "published": "{http://purl.org/dc/terms/}modified",
}


def read(document: Document, data: bytes) -> None:
    """Set the document's text, blocks and what its properties say. Raises ``Unreadable``."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if "word/document.xml" not in names:
                raise Unreadable(
                    "unknown-format",
                    "is a ZIP archive but no Word document",
                    "Text, HTML, PDF and DOCX can be read.",
                )
            body = _part(archive, "word/document.xml")
            core = _part(archive, "docProps/core.xml") if "docProps/core.xml" in names else None
    except (
        zipfile.BadZipFile,
        EOFError,
        OSError,
        ElementTree.ParseError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        encrypted = "password" in str(error)
        message = "is encrypted and opens only with a password" if encrypted else "is a damaged Word document"
        raise Unreadable(
            "encrypted" if encrypted else "damaged", message, "Save it again, without a password."
        ) from None
    pieces: list[str] = []
    at = 0
    for paragraph in body.iter(f"{_W}p"):
        text = "".join(_written(paragraph)).strip()
        if text:
            document.blocks.append(Block(at, at + len(text)))
            pieces.append(text)
            at += len(text) + 1
    document.text = "\n".join(pieces)
    if not pieces:
        raise Unreadable("no-text", "is a Word document without any text")
    for name, tag in _CORE.items():
        value = (core.findtext(tag) or "").strip() if core is not None else ""
        if value:
            day = name == "published"
            setattr(
                document,
                name,
                Finding(
                    value[:10] if day else value, "the document's own properties", "low" if day else "medium"
                ),
            )


def _written(paragraph: ElementTree.Element) -> list[str]:
    """The runs of a paragraph; what a reviser deleted is left out."""
    found = []
    for node in paragraph.iter():
        if node.tag == f"{_W}t":
            found.append(node.text or "")
        elif node.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
            found.append(" ")
        elif node.tag == f"{_W}noBreakHyphen":
            found.append("-")
    return found


def _part(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """One XML file of the archive; a document type, in which entities could grow, is refused."""
    if archive.getinfo(name).file_size > LARGEST:
        raise Unreadable("too-large", f"holds more than {LARGEST // 1_000_000} MB of text when unpacked")
    with archive.open(name) as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST or b"<!DOCTYPE" in data[:2000]:
        raise Unreadable("damaged", "is no ordinary Word document")
    return ElementTree.fromstring(data)
