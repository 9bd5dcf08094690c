"""A file becomes a document: text, blocks, language, sentences, and what is known of its origin."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ..lexicon import LANGUAGES
from . import language, metadata, sentences
from .opening import LONGEST_TEXT, open_text
from .records import Document, Unreadable

LARGEST_FILE = 20_000_000  # bytes
_LEAST_WORDS = 8  # of a block whose language is told on its own


def read(path: Path, published: date | None = None) -> Document:
    """Read one file. Raises ``Unreadable``, or ``OSError`` where the file cannot be opened.

    ``published`` is the day given by whoever asks; without it the document's own date is looked for.
    """
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise Unreadable(
            "too-large",
            f"has {size / 1e6:.0f} MB; files over {LARGEST_FILE / 1e6:.0f} MB are not read",
            "Split it, or save its text.",
        )
    return read_bytes(path.name, path.read_bytes(), published)


def read_bytes(name: str, data: bytes, published: date | None = None) -> Document:
    """Read a document whose file has already been loaded."""
    document = open_text(name, data)
    if len(document.text) > LONGEST_TEXT:
        document.blocks = [b for b in document.blocks if b.end <= LONGEST_TEXT]
        document.notes.append(
            f"only the first {LONGEST_TEXT:,} of {len(document.text):,} characters were read"
        )
    main = "\n".join(document.text[b.start : b.end] for b in document.blocks if not b.furniture)
    document.language = language.found(main)
    code = document.language.value if document.language else ""
    if not code and (script := language.script(main)):
        document.notes.append(
            f"the text is in {script} script, which is not read: only English and German are"
        )
    elif not code:
        document.notes.append("the language was not recognised; only English and German are read")
    elif code not in LANGUAGES:
        document.notes.append(
            f"the text is in {language.NAMES[code]}, which is not read yet: only English and German parts are"
        )
    document.sentences = sentences.split(document, code)
    _languages(document, code)
    metadata.complete(document, published)
    return document


def _languages(document: Document, code: str) -> None:
    """Give each sentence its language: its block's own where the block is long enough and reads otherwise."""
    blocks: dict[int, str] = {}
    for sentence in document.sentences:
        blocks[sentence.block] = blocks.get(sentence.block, "") + " " + sentence.text
    told = {
        b: (language.tell(words) if words.count(" ") > _LEAST_WORDS else "") or code
        for b, words in blocks.items()
    }
    others = sorted({c for c in told.values() if c and c != code and c in LANGUAGES} - {code})
    for sentence in document.sentences:
        sentence.language = told[sentence.block]
    if others and code in LANGUAGES:
        document.notes.append(
            f"mixed languages: parts in {', '.join(language.NAMES[c] for c in others)} are read as such"
        )
