"""PDF: the text of its pages, with the lines that repeat at head and foot masked."""

from __future__ import annotations

import io
import re
import time
from collections import Counter

from .extras import need
from .records import Document, Finding, Unreadable
from .text import blocks

SECONDS = 60.0  # a file that takes longer is read as far as it got
_EDGE = 2  # lines at the top and bottom of a page that may be running heads


def read(document: Document, data: bytes) -> None:
    """Set the document's text, blocks and what the file says of title, author and date.

    Raises ``Unreadable`` for files that are damaged, need a password or hold pictures only.
    """
    pypdf = need("pypdf", "PDF")
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable(
                "encrypted",
                "is encrypted and opens only with a password",
                "Save a copy without the password.",
            )
        pages = _pages(document, reader)
        about = reader.metadata or {}
    except Unreadable:
        raise
    except pypdf.errors.DependencyError:
        hint = "Save a copy that is not encrypted."
        raise Unreadable("encrypted", "is encrypted in a way that cannot be opened here", hint) from None
    except Exception as error:  # a damaged file makes the library raise almost anything
        raise Unreadable(
            "damaged", f"is a damaged PDF ({type(error).__name__})", "Open it elsewhere and save it again."
        ) from None
    document.text = "\n\n".join(pages)
    if not re.search(r"\w", document.text):
        hint = "It may be a scan: have its text recognised (OCR) first."
        raise Unreadable("no-text", f"is a PDF of {len(pages)} pages without any text", hint)
    document.blocks = blocks(document.text, _running(pages))
    for name, key in (("title", "/Title"), ("author", "/Author")):
        value = str(about.get(key) or "").strip()
        if value and not re.search(r"(?i)untitled|microsoft word|\.(docx?|indd|pdf)$|^anonymous$", value):
            setattr(document, name, Finding(value, "the PDF's own properties", "medium"))
    made = re.match(r"D:(\d{4})(\d\d)(\d\d)", str(about.get("/CreationDate") or ""))
    if made:
        document.published = Finding("-".join(made.groups()), "the day on which the PDF was made", "low")


def _pages(document: Document, reader: object) -> list[str]:
    """The text of each page, as far as the time allows."""
    until = time.monotonic() + SECONDS
    found: list[str] = []
    all_pages = reader.pages  # type: ignore[attr-defined]
    for number, page in enumerate(all_pages, 1):
        if time.monotonic() > until:
            document.notes.append(
                f"stopped after {number - 1} of {len(all_pages)} pages: {SECONDS:.0f} s were over"
            )
            break
        try:
            found.append(page.extract_text())
        except Exception as error:
            document.notes.append(f"page {number} cannot be read ({type(error).__name__})")
            found.append("")
    return found


def _running(pages: list[str]) -> frozenset[str]:
    """Lines at the edges of pages that come on at least three and a third of them, page numbers aside."""
    edges: Counter[str] = Counter()
    written: dict[str, set[str]] = {}
    for page in pages:
        lines = [line.strip() for line in page.splitlines() if line.strip()]
        for line in {*lines[:_EDGE], *lines[-_EDGE:]}:
            shape = re.sub(r"\d+", "0", line)
            edges[shape] += 1
            written.setdefault(shape, set()).add(line)
    least = max(3, len(pages) / 3)
    return frozenset(line for shape, count in edges.items() if count >= least for line in written[shape])
