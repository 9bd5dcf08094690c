"""Reads ``sources.yaml`` and ``claims.yaml``."""

from __future__ import annotations

import re
from datetime import date

from ..quantities.calendar import loose_date, parse_date
from ..quantities.distributions import LARGEST
from ..quantities.units import Units, UnknownUnit
from ..text.nodes import Fields, Mapping, Scalar
from ..text.problems import Problems, nearest
from .records import KINDS, Claim, Library, Passage, Quantity, SourceRecord
from .yardsticks import HEDGES

_NUMBER = r"[-+]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?"
_VALUE = re.compile(
    rf"\s*(?P<sign>[<>]=?\s*)?(?P<low>{_NUMBER})\s*(?P<p1>%)?(?:\s*to\s+(?P<high>{_NUMBER})\s*(?P<p2>%)?)?"
    r"(?:\s*(?P<unit>[A-Za-z_][\w/*^-]*)|\s+(?P<per>1/[\w/*^-]+))?\s*$"
)
_SOURCE_TEXTS = (
    "title", "author", "publisher", "dated_by", "date_confidence", "language", "document", "document_sha256",
    "kind", "derived_from", "stance", "hypothesis",
)  # fmt: skip


class EvidenceReader:
    """Reads the evidence files of a case into a library; every mistake is recorded."""

    def __init__(self, problems: Problems, units: Units) -> None:
        self.problems, self.units = problems, units
        self.library = Library()

    def day(self, fields: Fields, key: str, required: bool = False) -> date | None:
        """A full date under a key."""
        scalar = fields.scalar(key, required)
        if scalar is None or scalar.text in ("", "null", "~"):
            return None
        try:
            return parse_date(scalar.text)
        except ValueError as error:
            self.problems.add("bad-date", scalar.place, str(error))
            return None

    def sources(self, root: Mapping) -> None:
        """Read ``sources.yaml``."""
        for key, node in root:
            if not isinstance(node, Mapping):
                self.problems.add(
                    "not-a-mapping", node.place, f"the source '{key.text}' needs 'name: value' entries"
                )
                continue
            fields = Fields(node, f"the source '{key.text}'", "sources.source", self.problems)
            record = SourceRecord(key.text, place=key.place)
            for name in _SOURCE_TEXTS:
                setattr(record, name, fields.text(name))
            record.published = self.day(fields, "published")
            reliability = fields.scalar("reliability")
            if reliability is not None:
                record.reliability = reliability.text
                if reliability.text not in tuple("ABCDEF"):
                    hint = "A is completely reliable, E unreliable; F means that it cannot be judged."
                    self.problems.add(
                        "bad-entry", reliability.place, "'reliability' must be a letter from A to F", hint
                    )
                    record.reliability = "F"
            fields.done()
            self.library.sources[key.text] = record

    def claims(self, root: Mapping) -> None:
        """Read ``claims.yaml``."""
        for key, node in root:
            if isinstance(node, Mapping):
                self.claim(key, node)
            else:
                self.problems.add(
                    "not-a-mapping", node.place, f"the claim '{key.text}' needs 'name: value' entries"
                )
        for claim in self.library.claims.values():
            if claim.echo_of and any(o.id == claim.id for o in self.library.origins(claim)[1:]):
                message = f"'{claim.id}' is an echo of itself by way of '{claim.echo_of}'"
                self.problems.add("echo-circle", claim.place, message, "The origin has no 'echo_of'.")
            if claim.echo_of and (claim.echo_of == claim.id or claim.echo_of not in self.library.claims):
                known = [c for c in self.library.claims if c != claim.id]
                message = f"'{claim.id}' cannot be an echo of '{claim.echo_of}': there is no such other claim"
                self.problems.add("unknown-claim", claim.place, message, nearest(claim.echo_of, known))

    def claim(self, key: Scalar, node: Mapping) -> None:
        fields = Fields(node, f"the claim '{key.text}'", "claims.claim", self.problems)
        source = fields.scalar("source", required=True)
        kind = fields.scalar("kind", required=True)
        says = fields.text("says", required=True)
        claim = Claim(
            key.text, source.text if source else "", kind.text if kind else "", says, place=key.place
        )
        if source is not None and source.text not in self.library.sources:
            hint = nearest(source.text, self.library.sources)
            self.problems.add("unknown-source", source.place, f"there is no source '{source.text}'", hint)
        if kind is not None and kind.text not in KINDS:
            self.problems.add(
                "bad-entry",
                kind.place,
                f"'{kind.text}' is no kind of claim",
                f"Use one of {', '.join(KINDS)}.",
            )
        claim.about = fields.text("about")
        value = fields.scalar("value")
        if value is not None:
            claim.quantity = self.quantity(value)
        hedge = fields.scalar("hedge")
        if hedge is not None:
            claim.hedge = hedge.text
            if hedge.text not in HEDGES:
                hint = nearest(hedge.text, HEDGES) or f"Known hedges: {', '.join(HEDGES)}."
                self.problems.add(
                    "unknown-hedge", hedge.place, f"the hedge '{hedge.text}' has no number", hint
                )
                claim.hedge = "none"
        claim.speaker, claim.voice = fields.text("speaker", "author"), fields.text("voice", "author")
        claim.endorsed = fields.flag("endorsed", True)
        claim.as_of = self.loose(fields, "as_of")
        claim.published = self.day(fields, "published", required=True)
        claim.by, claim.by_words = self.day(fields, "by"), fields.text("by_words")
        claim.condition, claim.note, claim.echo_of = (
            fields.text("condition"),
            fields.text("note"),
            fields.text("echo_of"),
        )
        claim.measures, claim.proposed, claim.rejected = (
            fields.text("measures"),
            fields.text("proposed"),
            fields.text("rejected"),
        )
        claim.probability = self.probability(fields)
        claim.credibility = self.credibility(fields)
        claim.passage = self.passage(fields)
        came_true = fields.scalar("came_true")
        if came_true is not None and came_true.text not in ("null", "~", ""):
            claim.came_true = came_true.text
            if came_true.text not in ("true", "false", "partly"):
                self.problems.add(
                    "bad-entry", came_true.place, "'came_true' must be true, false, partly or null"
                )
        claim.outcome, claim.decided = fields.text("outcome"), self.day(fields, "decided")
        fields.done()
        self.library.claims[key.text] = claim

    def loose(self, fields: Fields, key: str) -> str:
        scalar = fields.scalar(key)
        if scalar is None or scalar.text in ("null", "~", ""):
            return ""
        try:
            loose_date(scalar.text)
        except ValueError as error:
            self.problems.add("bad-date", scalar.place, f"{error}, or shorter: 2024-11 or 2024")
        return scalar.text

    def quantity(self, scalar: Scalar) -> Quantity | None:
        """``320 barrel/month``, ``15 to 30 tank``, ``> 40 kman``."""
        match = _VALUE.match(scalar.text)
        try:
            if match is None:
                right = "write it as '320 barrel/month', '15 to 30 tank' or '> 40 kman'"
                raise ValueError(f"'{scalar.text}' is not a figure; {right}")
            if match["high"] and match["p1"] and not match["p2"]:
                raise ValueError(f"'{scalar.text}' has a percent sign at one end only")
            if match["high"] and match["sign"]:
                raise ValueError(f"'{scalar.text}' is a bound and a range at once; write one of them")
            percent = 0.01 if match["p2"] or match["p1"] else 1.0
            low = float(match["low"]) * percent
            high = float(match["high"]) * percent if match["high"] else low
            unit = match["unit"] or match["per"] or ""
            self.units.parse(unit)
            if max(abs(low), abs(high)) > LARGEST:
                raise ValueError(f"'{scalar.text}' must be finite and not beyond {LARGEST:g}")
            if low > high:
                raise ValueError(f"'{scalar.text}' runs backwards; the smaller figure comes first")
        except UnknownUnit as error:
            hint = nearest(error.word, self.units.names) if error.word else ""
            self.problems.add("unknown-unit", scalar.place, str(error), hint)
            return None
        except ValueError as error:
            self.problems.add("bad-quantity", scalar.place, str(error))
            return None
        sign = (match["sign"] or "").strip()
        if sign.startswith(">"):
            return Quantity(low, None, unit, scalar.text)
        if sign.startswith("<"):
            return Quantity(None, high, unit, scalar.text)
        return Quantity(low, high, unit, scalar.text)

    def probability(self, fields: Fields) -> dict[str, str]:
        node = fields.mapping("probability")
        if node is None:
            return {}
        inner = Fields(node, "'probability'", "claims.probability", self.problems)
        found = {key: inner.text(key) for key in ("words", "low", "high", "yardstick")}
        inner.done()
        for key in ("low", "high"):
            scalar = node.get(key)
            if isinstance(scalar, Scalar):
                try:
                    if not re.fullmatch(_NUMBER, scalar.text) or not 0 <= float(scalar.text) <= 1:
                        raise ValueError
                except ValueError:
                    message = f"'{scalar.text}' is not a probability between 0 and 1"
                    self.problems.add("bad-probability", scalar.place, message)
            elif scalar is not None:
                self.problems.add(
                    "bad-probability", scalar.place, f"'{key}' must be a probability between 0 and 1"
                )
        return {k: v for k, v in found.items() if v}

    def credibility(self, fields: Fields) -> int:
        scalar = fields.scalar("credibility")
        if scalar is None:
            return 6
        if scalar.text not in tuple("123456"):
            hint = "1 is confirmed, 5 improbable; 6 means that it cannot be judged."
            self.problems.add("bad-entry", scalar.place, "'credibility' must be a number from 1 to 6", hint)
            return 6
        return int(scalar.text)

    def passage(self, fields: Fields) -> Passage:
        node = fields.mapping("place", required=True)
        if node is None:
            return Passage()
        inner = Fields(node, "'place'", "claims.place", self.problems)
        passage = Passage(
            inner.text("document"), sha256=inner.text("sha256"), publication=inner.text("publication")
        )
        for key in ("start", "end"):
            scalar = inner.scalar(key)
            if scalar is not None:
                if re.fullmatch(r"[0-9]{1,9}", scalar.text):
                    setattr(passage, key, int(scalar.text))
                else:
                    self.problems.add(
                        "not-a-number", scalar.place, f"'{key}' must be a whole number of characters"
                    )
        inner.done()
        if passage.document and not passage.start < passage.end:
            self.problems.add(
                "bad-place", node.place, "the passage is empty: 'start' must be less than 'end'"
            )
        return passage
