"""Loads a case: a shipped one by its name, any other by its folder.
All problems of all files are reported together.
"""

from __future__ import annotations

import hashlib
import os
from datetime import date
from importlib.resources import files
from pathlib import Path

from ..evidence.reading import EvidenceReader
from ..quantities.calendar import duration_days, parse_date, parse_duration
from ..quantities.units import Units, UnknownUnit
from ..text.nodes import Fields, Mapping, Scalar, read_data, read_raw
from ..text.problems import CaseError, Place, Problem, Problems, Source, nearest, printable
from ..world.build import build
from ..world.reading import WorldReader
from .filling import WITHIN_HINT, beyond, fill, pooled_view
from .mechanisms import MechanismReader, check_turns
from .parts import chosen_parts, shipped_parts
from .pooled import Missing, converted, unsaid
from .questions import check_questions, read_questions
from .reading_series import FIGURES, SERIES, SeriesReader
from .records import Case, Mechanism, PoolRules, Question, View
from .spoken import PhraseReader, Phrases
from .views import ViewReader, check_target, read_pool_rules

MAX_FILES = 200
METHODS = ("euler", "rk4")
MAX_TOTAL = 20_000_000  # bytes of all files together


def shipped() -> dict[str, Path]:
    """The cases that come with the package: name -> folder."""
    root = Path(str(files("panmunjom"))) / "cases"
    return {p.name: p for p in sorted(root.iterdir()) if (p / "case.yaml").is_file()} if root.is_dir() else {}


def find(name: str) -> Path:
    """The folder of a case: a shipped name, or a path. Raises ``CaseError``."""
    known = shipped()
    if name in known:
        return known[name]
    path = Path(name)
    place = Place(Source(name))
    try:
        there = path.exists()
    except (OSError, ValueError):  # a name longer than any file's
        there = False
    if not there:
        hint = nearest(name, known) or f"Shipped cases: {', '.join(known)}."
        raise CaseError([Problem("no-such-case", place, f"there is no case and no folder '{name}'", hint)])
    if not path.is_dir() or not (path / "case.yaml").is_file():
        message = f"'{name}' is not a case: a case is a folder with a file case.yaml"
        raise CaseError([Problem("not-a-case", place, message, "'panmunjom new FOLDER' writes a small one.")])
    return path


def load(name: str | Path, draft: bool = False, mechanisms: bool = False) -> Case:
    """Read and check a case. Raises ``CaseError`` with every problem found.

    A ``draft`` is read with units that do not fit as warnings; it can be looked at, but its figures mean nothing.
    With ``mechanisms`` its mechanisms are read too, and what they measure is compiled with the world; all other results
    are the same to the bit.
    """
    folder = find(str(name))
    problems = Problems(draft)
    case = Loader(folder, problems, mechanisms).load()
    problems.stop()
    assert case is not None
    case.warnings = problems.warnings
    return case


def check(name: str | Path, draft: bool = False) -> list[Problem]:
    """Every problem and warning of a case, without running it; empty if there is none."""
    try:
        return list(load(name, draft, True).warnings)
    except CaseError as error:
        return error.problems


class Loader:
    """Reads the files of a folder into a case; every mistake is recorded."""

    def __init__(self, folder: Path, problems: Problems, mechanisms: bool = False) -> None:
        self.folder, self.problems, self.mechanisms = folder, problems, mechanisms
        self.id = printable(Path(os.path.abspath(folder)).name) or "case"  # also names the folder of its runs
        self.hash = hashlib.sha256()
        self.cautions: list[str] = []
        self.parts: list[Scalar] = []
        self.method = "euler"
        self.total = 0

    def has(self, relative: str) -> bool:
        """Whether the case has such a file; a link that leads nowhere is one, and cannot be read."""
        return os.path.lexists(self.folder / relative)

    def file(self, relative: str) -> Mapping | None:
        """The nodes of a file inside the folder; None (and a problem) where it cannot be read."""
        raw = self.content(relative)
        return None if raw is None else read_data(raw, str(self.folder / relative), self.problems)

    def content(self, relative: str) -> bytes | None:
        """The bytes of a file inside the folder; None (and a problem) where it cannot be read."""
        path = self.folder / relative
        place = Place(Source(str(path)))
        try:
            inside = path.resolve().is_relative_to(self.folder.resolve())
        except (OSError, RuntimeError):
            self.problems.add("unreadable", place, "the file cannot be read: the link leads in a circle")
            return None
        if not inside:
            hint = "Copy it into the folder: links that lead out are not followed."
            self.problems.add("outside", place, "the file lies outside the case's folder", hint)
            return None
        raw = read_raw(path, str(path), self.problems)
        if raw is None:
            return None
        self.total += len(raw)
        if self.total > MAX_TOTAL:
            message = f"the files of the case have more than {MAX_TOTAL:,} bytes together"
            self.problems.add("too-large", Place(Source(str(self.folder))), message)
            return None
        self.hash.update(relative.encode("utf-8", "surrogateescape") + b"\0" + raw + b"\0")
        return raw

    def listing(self, folder: str) -> list[str]:
        """The YAML files of a folder inside the case's, in alphabetical order."""
        where = self.folder / folder
        found = sorted(p.name for p in where.glob("*.yaml")) if where.is_dir() else []
        if len(found) > MAX_FILES:
            self.problems.add(
                "too-large",
                Place(Source(str(where))),
                f"the folder has {len(found)} files; the limit is {MAX_FILES}",
            )
        for name in found:
            if printable(name) != name:
                message = f"the file name '{printable(name)}' has characters that cannot be shown"
                self.problems.add("bad-name", Place(Source(str(where))), message, "Rename the file.")
        return [f"{folder}/{name}" for name in found[:MAX_FILES]]

    def read_parts(self) -> list[tuple[str, Mapping]]:
        """The parts that the case names; its hash covers those that ship as it covers its own files."""
        found: list[tuple[str, Mapping]] = []
        for name, own in chosen_parts(self.parts, self.listing("parts"), self.problems):
            root = self.file(own) if own else self.shipped_part(name)
            if root is not None:
                found.append((name, root))
        return found

    def shipped_part(self, name: str) -> Mapping | None:
        """The nodes of a part that comes with the package."""
        path = shipped_parts()[name]
        raw = read_raw(path, str(path), self.problems)
        if raw is None:
            return None
        self.hash.update(f"parts/{name}.yaml".encode() + b"\0" + raw + b"\0")
        return read_data(raw, str(path), self.problems)

    def load(self) -> Case | None:
        """The case; None where the world cannot be built."""
        head = self.file("case.yaml")
        reader = WorldReader(self.problems)
        title, about, start, horizon, step = self.header(head)
        reader.world.method = self.method
        roots = self.read_parts()
        worlds = self.listing("world")
        if not worlds:
            place = Place(Source(str(self.folder / "world")))
            self.problems.add(
                "no-world", place, "the case has no world: the folder 'world' holds no .yaml file"
            )
        for name in worlds:
            root = self.file(name)
            if root is not None:
                roots.append(("", root))
        reader.read_all(roots)
        units = self.units(reader)
        evidence = EvidenceReader(self.problems, units)
        for name, read in (("sources.yaml", evidence.sources), ("claims.yaml", evidence.claims)):
            if self.has(name):
                root = self.file(name)
                if root is not None:
                    read(root)
        asked: dict[str, Question] = {}
        if self.has("questions.yaml"):
            root = self.file("questions.yaml")
            if root is not None:
                asked = read_questions(root, reader, self.problems, step)
        phrases = Phrases()
        if self.has("phrases.yaml"):
            root = self.file("phrases.yaml")
            if root is not None:
                phrases = PhraseReader(reader, units, self.problems).read(root)
        observed = self.observed(evidence)
        views, rules = self.views(evidence, reader)
        mechanisms: dict[str, Mechanism] = {}
        if self.mechanisms and self.has("mechanisms.yaml"):
            digest = self.hash.copy()
            root = self.file("mechanisms.yaml")
            self.hash = digest  # it changes no result: the case is the same with it and without
            if root is not None:
                span = (start, horizon)
                mechanisms = MechanismReader(evidence.library, reader, units, span, self.problems).read(root)
        self.check_claims(evidence, reader)
        built = None
        try:
            built = build(reader.world, self.problems)
        except CaseError:
            pass
        for parameter in reader.world.parameters.values():
            for column in parameter.assume:
                for distribution in column.cases.values():
                    if distribution is not None and (outside := beyond(parameter, distribution)):
                        self.problems.add("outside-bounds", column.place, outside, WITHIN_HINT)
        if not reader.world.endings and worlds:
            place = Place(Source(str(self.folder / "world")))
            hint = "Add a section 'endings:', at least  goes_on: {at_horizon: true}."
            self.problems.add(
                "no-endings", place, "the world has no endings: a run would have nothing to count", hint
            )
        if built is None:
            return None
        observed.fit(built)
        case = Case(
            self.id,
            self.folder,
            title,
            about,
            start,
            horizon,
            step,
            built,
            evidence.library,
            views,
            rules,
            {name: question for name, question in asked.items() if question.crossed},
            self.hash.hexdigest()[:16],
            self.cautions,
            phrases,
            mechanisms,
            asked=asked,
            observed=observed.series,
        )
        self.check_asked(case)
        self.check_figures(case)
        self.check_filling(case)
        check_turns(case, self.problems)
        return case

    def check_asked(self, case: Case) -> None:
        """Every question fits the case's claims, its numbers and the spans of its runs."""
        check_questions(case, self.problems)

    def check_figures(self, case: Case) -> None:
        """Every figure fits the parameter that it is about, in unit and in what it measures, whether or not it is pooled."""
        for claim in case.library.claims.values():
            parameter = case.built.world.parameters.get(claim.about.partition("[")[0])
            if parameter is None or claim.quantity is None or not claim.counts:
                continue
            try:
                converted(case, parameter, claim)
            except Missing as missing:
                self.problems.add(missing.code, missing.place, missing.message, missing.hint)
            except ValueError as error:
                self.problems.add("bad-quantity", claim.place, f"'{claim.id}' cannot be used: {error}")
        for parameter, ids in unsaid(case):
            message = f"figures of several sources are pooled as '{parameter.name}', which does not say what it measures"
            hint = f"Write 'measures: WORD' in it and in {', '.join(ids)}, if they measure the same."
            self.problems.add("unsaid-measure", parameter.place, message, hint, "warning")

    def check_filling(self, case: Case) -> None:
        """Every view, and the pooled one at the same dates,
        finds a figure in the right unit for every parameter.
        """
        starts = {case.start, *(v.start for v in case.views.values() if v.start)}
        for view in [*case.views.values(), *(pooled_view(start) for start in sorted(starts))]:
            try:
                fill(case, view)
            except CaseError as error:
                for p in error.problems:
                    self.problems.add(p.code, p.place, p.message, p.hint, p.severity)

    def observed(self, evidence: EvidenceReader) -> SeriesReader:
        """The observed series; they are fitted to the world once it is built."""
        reader = SeriesReader(self.problems, evidence.library)
        if self.has(SERIES):
            root = self.file(SERIES)
            if root is not None:
                reader.read(root)
        if self.has(FIGURES):
            raw, name = self.content(FIGURES), str(self.folder / FIGURES)
            if raw is not None:
                try:
                    reader.figures(raw.decode("utf-8-sig"), name)
                except UnicodeDecodeError:
                    self.problems.add("not-utf8", Place(Source(name)), "the file is not UTF-8 text")
        return reader

    def units(self, reader: WorldReader) -> Units:
        units = Units()
        for name, definition in reader.world.units.items():
            try:
                units.declare(name, definition)
            except UnknownUnit:
                continue  # reported when the world is built
        return units

    def header(self, head: Mapping | None) -> tuple[str, str, date, str, int]:
        title, about, start, horizon, step = self.id, "", date(2022, 2, 24), "5 years", 7
        if head is None:
            return title, about, start, horizon, step
        fields = Fields(head, "case.yaml", "case", self.problems)
        title, about = fields.text("title", title), fields.text("about")
        first = fields.scalar("start", required=True)
        if first is not None:
            try:
                start = parse_date(first.text)
            except ValueError as error:
                self.problems.add("bad-date", first.place, str(error))
        length = fields.scalar("horizon")
        if length is not None:
            try:
                if duration_days(length.text) <= 0:
                    raise ValueError(f"the horizon '{length.text}' leaves nothing to run")
                horizon = length.text
            except ValueError as error:
                self.problems.add("bad-duration", length.place, str(error))
        days = fields.scalar("step")
        if days is not None:
            try:
                number, unit = parse_duration(days.text)
                step = round(number * {"day": 1, "week": 7}[unit])
                if step < 1 or step != number * {"day": 1, "week": 7}[unit]:
                    raise ValueError
            except (ValueError, KeyError):
                self.problems.add(
                    "bad-duration",
                    days.place,
                    f"the step '{days.text}' must be a whole number of days",
                    "As in '7 days'.",
                )
        method = fields.scalar("method")
        if method is not None:
            if method.text not in METHODS:
                message = f"there is no method '{method.text}' of integration"
                self.problems.add("bad-entry", method.place, message, f"Write one of {', '.join(METHODS)}.")
            self.method = method.text
        self.parts = fields.words("parts")
        self.cautions = [scalar.text for scalar in fields.words("cautions")]
        fields.done()
        return title, about, start, horizon, step

    def views(self, evidence: EvidenceReader, reader: WorldReader) -> tuple[dict[str, View], PoolRules]:
        views: dict[str, View] = {}
        rules = PoolRules()
        maker = ViewReader(evidence.library, reader, self.problems)
        for name in self.listing("views"):
            root = self.file(name)
            if root is None:
                continue
            stem = Path(name).stem
            if stem == "pooled":
                rules = read_pool_rules(root, evidence.library, self.problems)
            else:
                views[stem] = maker.read(stem, root)
        return dict(sorted(views.items(), key=lambda kv: (kv[1].start or date.max, kv[0]))), rules

    def check_claims(self, evidence: EvidenceReader, reader: WorldReader) -> None:
        """Every claim that names a parameter names one that exists."""
        for claim in evidence.library.claims.values():
            if not claim.about:
                continue
            target = check_target(claim.about, claim.place, reader, self.problems)
            if target is None:
                continue
            per = reader.world.parameters[target.partition("[")[0]].per if "[" not in claim.about else ()
            if per:
                message = (
                    f"'{claim.id}' is about '{claim.about}', which has a value for each {' and '.join(per)}"
                )
                self.problems.add("no-member", claim.place, message, f"Say which: {claim.about}[...].")
            claim.about = target
