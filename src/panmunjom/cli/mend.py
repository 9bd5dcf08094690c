"""An analyst mends what was read, in a small YAML file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ..analysis.article.matching import Match, Reading
from ..case.records import Case
from ..evidence.documents.records import Document
from ..evidence.reading import EvidenceReader
from ..quantities.calendar import parse_date
from ..text.files import read_regular
from ..text.nodes import Mapping, Scalar, Sequence, read_data
from ..text.problems import Place, Problems, Source, nearest, printable

_KEYS = (
    "number",
    "says",
    "use",
    "sets",
    "figure",
    "hedge",
    "read_as",
    "holds",
    "by",
    "at",
    "given",
    "possible",
    "why",
)
_HEAD = """\
# What panmunjom read in {name} and what it took each statement to mean. Mend it, save it, and give the same command
# again. 'use' says whether a statement is used. A figure needs 'sets' (a parameter) and 'figure' (with its unit); a
# conclusion needs 'holds' (a formula over the world) and 'by' or 'at' (a date). 'says' and 'why' are only for reading.
"""


def write(path: Path, document: Document, day: date | None, matches: list[Match]) -> None:
    """Write the proposals. Raises ``OSError``."""
    lines = [_HEAD.format(name=printable(document.name)), f"sha256: {document.sha256}",
             f"published: {day.isoformat() if day else ''}", "proposals:" if matches else "proposals: []"]  # fmt: skip
    for match in matches:
        reading = match.read_as
        entries: list[tuple[str, object]] = [("says", match.quote), ("use", match.use)]
        if match.figure:
            entries += [("sets", match.target), ("figure", match.figure), ("hedge", match.proposal.hedge)]
        if reading:
            entries += [
                ("read_as", reading.says),
                ("holds", reading.holds),
                ("by", reading.by),
                ("at", reading.at),
                ("given", reading.given),
                ("possible", reading.possible),
            ]
        lines.append(f"  - number: {match.number}")
        lines += [
            f"    {key}: {_plain(value)}" for key, value in [*entries, ("why", match.reason)] if value != ""
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _plain(value: object) -> str:
    """A value as YAML: flags and dates as they are, texts in double quotes."""
    if isinstance(value, bool):
        return str(value).lower()
    text = printable(" ".join(str(value).split()))
    return text if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else json.dumps(text, ensure_ascii=False)


def read(path: Path, case: Case, document: Document, matches: list[Match]) -> date | None:
    """Change the matches to what a mended file says; returns its date. Raises ``CaseError`` or ``OSError``."""
    problems = Problems()
    raw = read_regular(path, 5_000_000)
    root = read_data(raw, str(path), problems)
    problems.stop()
    mended = Mended(case, problems, {m.number: m for m in matches})
    day = mended.read(root, document, Place(Source(str(path))))
    problems.stop()
    return day


@dataclass(slots=True)
class Mended:
    """Reads the entries of a mended file into the matches."""

    case: Case
    problems: Problems
    matches: dict[int, Match]

    def read(self, root: object, document: Document, place: Place) -> date | None:
        """The whole file; its date."""
        if not isinstance(root, Mapping):
            self.problems.add("not-a-mapping", place, "the file needs 'sha256:' and 'proposals:'")
            return None
        sha, listed, published = root.get("sha256"), root.get("proposals"), root.get("published")
        if not isinstance(sha, Scalar) or sha.text != document.sha256:
            at = sha.place if sha is not None else root.place
            self.problems.add(
                "other-document",
                at,
                "these are the proposals of another document",
                "Give another file name to begin anew.",
            )
            return None
        for node in listed.items if isinstance(listed, Sequence) else ():
            if isinstance(node, Mapping):
                self.entry(node)
            else:
                self.problems.add("not-a-mapping", node.place, "a proposal needs 'number:' and 'use:'")
        return self.day(published) if isinstance(published, Scalar) and published.text else None

    def entry(self, node: Mapping) -> None:
        """One proposal."""
        texts = {}
        for key, value in node:
            if key.text not in _KEYS:
                self.problems.add(
                    "unknown-key",
                    key.place,
                    f"a proposal has no entry '{key.text}'",
                    nearest(key.text, _KEYS),
                )
            elif isinstance(value, Scalar):
                texts[key.text] = value
            else:
                self.problems.add("not-a-value", value.place, f"'{key.text}' must be one value")
        number = texts.get("number")
        match = (
            self.matches.get(int(number.text))
            if number is not None and re.fullmatch(r"\d{1,6}", number.text)
            else None
        )
        if match is None:
            self.problems.add(
                "unknown-number",
                number.place if number else node.place,
                "no statement of the document has this number",
            )
            return
        use = texts.get("use")
        if use is not None and use.text not in ("true", "false"):
            self.problems.add("not-a-flag", use.place, f"'use' must be true or false, not '{use.text}'")
        if "sets" in texts:
            self.figure(match, texts, node)
        elif "holds" in texts:
            self.conclusion(match, texts, node)
        elif use is not None and use.text == "true" and not match.target:
            self.problems.add(
                "missing-key",
                node.place,
                f"statement {match.number} matches nothing: say what it is",
                "Add 'sets' and 'figure', or 'holds' and 'by'.",
            )
        if use is not None and match.use != (use.text == "true"):
            match.use, match.reason = use.text == "true", "so decided by the analyst"
            match.changed = match.use

    def figure(self, match: Match, texts: dict[str, Scalar], node: Mapping) -> None:
        """What a figure sets."""
        sets, figure, hedge = texts["sets"], texts.get("figure"), texts.get("hedge")
        if sets.text not in self.case.built.row_of and sets.text not in self.case.built.world.parameters:
            self.problems.add(
                "unknown-name",
                sets.place,
                f"there is no parameter '{sets.text}'",
                nearest(sets.text, self.case.built.row_of),
            )
        if figure is None:
            self.problems.add(
                "missing-key",
                node.place,
                "a statement that sets a parameter needs 'figure'",
                "As in  figure: 320 barrel/month.",
            )
            return
        EvidenceReader(self.problems, self.case.built.units).quantity(figure)
        if (match.target, match.figure) != (sets.text, figure.text):
            match.target, match.figure, match.read_as, match.changed = sets.text, figure.text, None, True
            match.reason = "mended by the analyst"
        if hedge is not None:
            match.proposal.hedge = hedge.text

    def conclusion(self, match: Match, texts: dict[str, Scalar], node: Mapping) -> None:
        """What a prediction is read as."""
        by, at = texts.get("by"), texts.get("at")
        if (by is None) == (at is None):
            self.problems.add("missing-key", node.place, "a conclusion needs one date: 'by', or 'at'")
        for scalar in (by, at):
            if scalar is not None:
                self.day(scalar)

        def text(key: str) -> str:
            return texts[key].text if key in texts else ""

        old = match.read_as or Reading("", "")
        new = Reading(
            text("read_as") or old.says or match.quote,
            text("holds"),
            text("by"),
            text("at"),
            text("given"),
            text("possible") == "true",
            old.notes,
        )
        if (new.says, new.holds, new.by, new.at, new.given, new.possible) != (
            old.says,
            old.holds,
            old.by,
            old.at,
            old.given,
            old.possible,
        ):
            match.read_as, match.figure, match.changed, match.reason = new, "", True, "mended by the analyst"
            match.target = match.target or "a formula of the analyst's"

    def day(self, scalar: Scalar) -> date | None:
        """A full date."""
        try:
            return parse_date(scalar.text)
        except ValueError as error:
            self.problems.add("bad-date", scalar.place, str(error))
            return None
