"""Anchors of the page: every claim, parameter, switch, view, verdict and source has one place, and names link
to it."""

from __future__ import annotations

import re


def slug(text: str) -> str:
    """``text`` with everything but ASCII letters, digits, ``_`` and ``.`` turned to single hyphens."""
    return re.sub(r"[^A-Za-z0-9_.]+", "-", text).strip("-") or "x"


class Anchors:
    """Hands out one unique id to each (kind, name) and finds it again."""

    def __init__(self) -> None:
        self.ids: dict[tuple[str, str], str] = {}
        self.taken: set[str] = set()

    def add(self, kind: str, name: str, base: str | None = None) -> None:
        """Register a name of a kind under an id made from ``base`` (default: the name); what would be taken
        gets a number."""
        if (kind, name) in self.ids:
            return
        first = ident = f"{kind}-{slug(name if base is None else base)}"
        count = 2
        while ident in self.taken:
            ident, count = f"{first}-{count}", count + 1
        self.taken.add(ident)
        self.ids[kind, name] = ident

    def id(self, kind: str, name: str) -> str:
        """The id of something registered; KeyError otherwise."""
        return self.ids[kind, name]

    def href(self, kind: str, name: str | None) -> str:
        """``#id``, or "" for what is not on the page. A parameter's member falls back on the parameter:
        ``a[x]`` on ``a``."""
        if name is None:
            return ""
        ident = self.ids.get((kind, name))
        if ident is None and kind in ("param", "switch") and "[" in name:
            ident = self.ids.get((kind, name.partition("[")[0].strip()))
        return f"#{ident}" if ident else ""

    def find(self, name: str) -> str:
        """The link for a premise given by name: a parameter, a switch or a claim; "" if it is none of
        them."""
        return next((link for kind in ("param", "switch", "claim") if (link := self.href(kind, name))), "")
