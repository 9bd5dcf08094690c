"""The test of an article: its view is run and judged beside the pooled view of the same day."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from ...case.records import Case, Filled, Used
from ...evidence.documents.records import Document
from ...evidence.records import Claim
from ...futures.ensemble import Share, paired
from ...quantities.distributions import Z90
from ..running import Options, Runner, Tick
from ..switches import switch_range
from ..verdicts import Judge, Verdict
from .matching import Match
from .record import Fared, class_of, fared
from .view import claim_id, known_source, settings, view_case

FUTURES = 8_192
Stage = Callable[[str, float], Tick]


@dataclass(slots=True)
class Figure:
    """One figure beside the pool's and those of others; ``distance`` is between the medians, in the pool's spreads."""

    target: str
    match: Match
    own: Used
    pooled: Used
    distance: float
    others: list[Claim]
    later: list[Claim]


@dataclass(slots=True)
class Judged:
    """A conclusion with its verdict, the share in which it comes about in the pooled view, and the record of its class."""

    match: Match
    verdict: Verdict
    fared: str


@dataclass(slots=True)
class Implied:
    """An ending or question: its shares in both views, their paired difference, and the ranges over the theories."""

    name: str
    label: str
    kind: str
    own: Share
    pooled: Share
    difference: float
    se: float
    own_range: tuple[float, float] | None = None
    pooled_range: tuple[float, float] | None = None


@dataclass(slots=True)
class Tested:
    """All that the page says."""

    case: Case
    document: Document
    day: date | None
    matches: list[Match]
    reason: str = ""  # why there is not enough to test; then the rest is empty
    source: str = ""  # the case's source that is this very document
    figures: list[Figure] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    implied: list[Implied] = field(default_factory=list)
    fared: dict[str, Fared] = field(default_factory=dict)
    switches: dict[str, str] = field(default_factory=dict)
    futures: int = 0
    seconds: float = 0.0

    @property
    def enough(self) -> bool:
        """Whether anything was tested."""
        return not self.reason


def test(
    case: Case,
    document: Document,
    day: date,
    matches: list[Match],
    futures: int = FUTURES,
    stage: Stage | None = None,
) -> Tested:
    """Run the article's view and the pooled one. Raises ``CaseError`` where what is used fits the case badly."""
    began = time.perf_counter()
    out = Tested(case, document, day, matches, source=known_source(case, document), futures=futures)
    mine = view_case(case, document, day, matches)
    runner = Runner(mine, Options(futures=futures))
    filled = runner.fill(next(iter(mine.views.values())))
    pooled = runner.fill_pooled(day)
    out.switches = dict(filled.view.switches)
    out.figures = _figures(mine, filled, pooled, matches, day, out.source)
    out.fared = fared(case, out.source)
    by_claim = {claim_id(case, m): m for m in matches if m.use and m.read_as}
    if by_claim:
        verdicts = Judge(runner, filled).verdicts(stage("judging the conclusions", 0.5) if stage else None)
        out.judged = [Judged(by_claim[v.claim], v, _class(by_claim[v.claim], day)) for v in verdicts]
    if out.figures:
        out.implied = _implied(runner, filled, pooled, stage)
    out.seconds = time.perf_counter() - began
    return out


def _class(match: Match, day: date) -> str:
    """The record's class of a prediction, by the date that the document itself gives."""
    return class_of(day, match.proposal.deadline)


def _figures(
    case: Case, filled: Filled, pooled: Filled, matches: list[Match], day: date, source: str
) -> list[Figure]:
    """The article's figures, furthest from the pool's first."""
    found = []
    for target, match in settings(matches).items():
        scalars = [s for s in filled.used if s == target or filled.used[s].parameter == target]
        for scalar in scalars:
            own, pool = filled.used[scalar], pooled.used[scalar]
            measures = case.built.world.parameters[own.parameter].measures
            told = [
                c
                for c in case.library.figures(scalar)
                if c.counts and not c.echo_of and c.source != source and c.measures == measures
            ]
            told.sort(key=lambda c: c.published or day)
            before = [c for c in told if c.published and c.published <= day]
            found.append(
                Figure(
                    scalar,
                    match,
                    own,
                    pool,
                    distance(own, pool),
                    before,
                    [c for c in told if c not in before],
                )
            )
    return sorted(found, key=lambda f: -abs(f.distance))


def distance(own: Used, pool: Used) -> float:
    """From the pool's median to the article's in standard deviations of the pool, on the scale on which the pool is even."""
    a, b = own.distribution.median, pool.distribution.median
    low, high = pool.distribution.interval
    if low > 0 and a > 0:
        a, b, low, high = math.log(a), math.log(b), math.log(low), math.log(high)
    spread = (high - low) / (2 * Z90)
    return (a - b) / spread if spread > 0 else 0.0


def _implied(runner: Runner, filled: Filled, pooled: Filled, stage: Stage | None) -> list[Implied]:
    """Endings and questions in both views with the same luck, those that differ most first."""
    tick = stage("running its premises", 0.2) if stage else None
    own = runner.run(filled, tick=tick)
    own_ranges = switch_range(runner, filled, own)
    tick = stage("running the pooled view", 0.2) if stage else None
    other = runner.run(pooled, tick=tick)
    ranges = switch_range(runner, pooled, other)
    if not (own.usable and other.usable):
        return []
    world, found = runner.case.built.world, []
    both = own.fine & other.fine
    points = own.raw.points[both]
    a, b = own.endings(), other.endings()
    for k, ending in enumerate(own.graph.endings):
        difference, se = paired(other.raw.ending[both] == k, own.raw.ending[both] == k, points)
        label = world.endings[ending.name].label or ending.name.replace("_", " ")
        found.append(
            Implied(
                ending.name,
                label,
                "ending",
                a[ending.name],
                b[ending.name],
                difference,
                se,
                own_ranges.bounds[ending.name],
                ranges.bounds[ending.name],
            )
        )
    names = list(runner.case.questions)
    yes, no = own.questions(names), other.questions(names)
    answers = [x.name for x in own.graph.answers]
    for name in names:
        row = answers.index(name)
        difference, se = paired(
            ~np.isnan(other.raw.first[row][both]), ~np.isnan(own.raw.first[row][both]), points
        )
        found.append(
            Implied(name, runner.case.questions[name].text, "question", yes[name], no[name], difference, se)
        )
    return found
