"""Blocks become views, and views sentences. Nothing is lost: sentences joined give the block again."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..lexicon import LANGUAGES, lexicon
from .records import Block, Document, Sentence, View

_ALIKE = str.maketrans({
    **dict.fromkeys("“”„«»‟″", '"'), **dict.fromkeys("’ʼ´`", "'"), **dict.fromkeys("—―−‒", "–"),
    **dict.fromkeys("\u00a0\u2009\u202f\u2007\u2002\u2003\u200a\t\r\n\f\v", " "), "\u2011": "-", "\u2010": "-",
})  # fmt: skip
_DROPPED = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
_OPEN_SINGLE = re.compile(r"(?<![^\s(\[\"])[‘‚](?=\w)")
_CLOSE_SINGLE = re.compile(r"(?<=[.,!?…])[’‘](?!\w)")
# A word that a line end or an older conversion tore apart: "Kreml -Sprecher", "Sol-\ndaten".
_STRAY_SPACE = re.compile(r"(?<=\w) (?=-\w)")
_TORN = re.compile(r"(?<=[a-zäöüß])-\s*\n\s*(?=[a-zäöüß])")
_NEXT = r"""(?=["'(\[–-]?\s?["(]?[A-ZÄÖÜ0-9ÉÀ])"""
_END = re.compile(rf"""(?:\.{{3}}|(?<!\()[.!?…])["')\]]*\s+{_NEXT}""")
LONGEST = 1200  # characters of a sentence; a longer one is a table or a list and is cut at a space
_ORDINAL = re.compile(r"(?:^|[\s(])\d{1,2}\.\s$")


def view(document: Document, block: Block) -> View:
    """The block as rules read it."""
    raw = document.text[block.start : block.end]
    raw = _OPEN_SINGLE.sub('"', raw)
    raw = _CLOSE_SINGLE.sub('"', raw)
    drop = {i for found in _TORN.finditer(raw) for i in range(found.start(), found.end())}
    drop |= {found.start() for found in _STRAY_SPACE.finditer(raw)}
    for start, end in block.skip:
        drop |= set(range(start - block.start, end - block.start))
    letters = list(raw)
    for place, character in block.instead:
        letters[place - block.start] = character
    characters: list[str] = []
    places: list[int] = []
    for i, c in enumerate("".join(letters).translate(_ALIKE)):
        if i in drop or c in _DROPPED:
            continue
        if c == " " and (not characters or characters[-1] == " "):
            continue
        characters.append(c)
        places.append(block.start + i)
    return View("".join(characters), tuple(places)).cut(0, len(characters))


def ends(text: str, language: str) -> Iterator[int]:
    """Where sentences of a view's text end."""
    words = lexicon(language if language in LANGUAGES else "en")
    last = 0
    for found in _END.finditer(text):
        before = text[: found.start() + 1]
        word = re.search(r"([\w.]*)\.$", before)
        if word and found.group().startswith(". ") and not before.endswith(".."):
            bare = word.group(1).lower()
            if (
                bare in words.abbreviations
                or re.fullmatch(r"[^\W\d]", word.group(1))
                or re.fullmatch(r"(?:[a-z]\.)+[a-z]", bare)
            ):
                continue
            following = re.match(r"\w+", text[found.end() :])
            ordinal = words.ordinal_dot and _ORDINAL.search(before[-4:] + " ")
            if ordinal and following and following.group().lower() not in words.starters:
                continue
        yield from _pieces(text, last, found.end())
        last = found.end()
    yield from _pieces(text, last, len(text))


def _pieces(text: str, start: int, end: int) -> Iterator[int]:
    """The end of a sentence, after the ends of its parts where it is too long."""
    while end - start > LONGEST:
        space = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        start = space + 1 if space > 0 else start + LONGEST
        yield start
    yield end


def split(document: Document, language: str) -> list[Sentence]:
    """All sentences of the blocks that are not furniture."""
    found: list[Sentence] = []
    for number, block in enumerate(document.blocks):
        if block.furniture:
            continue
        whole = view(document, block)
        if not whole.text:
            continue
        bullet = re.match(r"(?:[-–•*·▪]|\(?\d{1,2}[.)])\s*(?=\D)", whole.text)
        start = bullet.end() if bullet else 0
        heading = len(whole.text) < 160 and not re.search(r"""[.!?…:;,]["')\]]*$""", whole.text)
        for end in ends(whole.text, language):
            part = whole.cut(start, end)
            if part.text:
                found.append(Sentence(part, number, language, heading and not bullet))
            start = end
    return found
