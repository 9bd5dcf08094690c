"""The word lists of the languages that are read: ``lexicons/CODE/*.yaml``, one folder a language.

A new language is a new folder with the same keys; no rule knows a word itself. Patterns are regular expressions over
text whose quotes and dashes were made alike (``documents.sentences``); they are matched without regard to case
except ``demonyms`` and what names people and offices.
"""

from __future__ import annotations

import re
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "de")


class Lexicon:
    """One language's tables, and the patterns made of them."""

    def __init__(self, code: str) -> None:
        import yaml  # 20 ms that other commands need not spend

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.code = code
        self.data: dict[str, Any] = {}
        for file in sorted(files(__package__).joinpath("lexicons", code).iterdir(), key=lambda f: f.name):
            self.data |= yaml.load(file.read_text(encoding="utf-8"), loader)
        self.name: str = self.data["name"]
        self.ordinal_dot: bool = self.data["ordinal_dot"]
        self.compounds: bool = self.data["compounds"]
        self.nouns_capital: bool = self.data["nouns_capital"]

    def words(self, key: str) -> frozenset[str]:
        """A list of words written with spaces between."""
        return frozenset(str(self.data[key]).split())

    @cache  # noqa: B019  a lexicon lives as long as the program
    def pattern(self, key: str, around: str = r"\b(?:{})\b", flags: int = re.IGNORECASE) -> re.Pattern[str]:
        """The pattern (or list of words) under a key as a whole word; dots in the key lead into tables."""
        found: Any = self.data
        for step in key.split("."):
            found = found[step]
        if isinstance(found, dict):
            found = alternatives(found)
        elif isinstance(found, list):
            found = "|".join(str(f) for f in found)
        return re.compile(around.replace("{}", str(found).strip()), flags)

    def table(self, key: str) -> dict[str, Any]:
        """A table as it is written."""
        return self.data[key]

    @cached_property
    def abbreviations(self) -> frozenset[str]:
        """Words after whose dot the sentence goes on."""
        return self.words("abbreviations")

    @cached_property
    def starters(self) -> frozenset[str]:
        """Words that begin a sentence after a number with a dot, where a dot may also mean an ordinal."""
        return self.words("starters")

    @cached_property
    def units(self) -> dict[str, str]:
        """Our word for what is counted by the word of the text, lower case; '_' in a list stands for a space."""
        return {
            word.replace("_", " "): unit
            for unit, words in self.data["units"].items()
            for word in str(words).split()
        }


def alternatives(words: Any) -> str:
    """Words as alternatives of a pattern, the longest first."""
    return "|".join(sorted((str(w) for w in words), key=len, reverse=True))


@cache
def lexicon(code: str) -> Lexicon:
    """The lexicon of a language of ``LANGUAGES``."""
    return Lexicon(code)
