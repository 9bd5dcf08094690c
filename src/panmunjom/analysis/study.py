"""A whole study of a case: its views beside the pooled ones, ranges over the theories, verdicts."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from ..case.filling import OLD_DAYS, unknown_view
from ..case.known import as_of
from ..case.pooled import Pooled, contradiction_sentences
from ..case.records import Case, Filled
from ..engine import memory
from ..engine.kernel import interrupted
from ..engine.run import CHUNK
from ..futures import wording
from ..futures.ensemble import REFUSE_BAD, WARN_BAD, Ensemble
from ..quantities.calendar import parse_date
from .chain import Chain, chains
from .classes import by_ending
from .drivers import Driver, drivers
from .interventions import Effect, effects
from .running import Options, Runner, Tick, no_view
from .switches import LEAST, MOST, SWITCH_FUTURES, SwitchRange, switch_range
from .verdicts import VERDICT_FUTURES, Judge, Verdict

MANY = "Take fewer views or futures, or 'panmunjom futures', whose memory does not grow with their number."
Stage = Callable[[str, float], Tick]


@dataclass(slots=True)
class ViewResult:
    """One view with all that was run from it."""

    filled: Filled
    ensemble: Ensemble
    ranges: SwitchRange
    verdicts: list[Verdict] = field(default_factory=list)
    drivers: list[Driver] = field(default_factory=list)
    chains: list[Chain] = field(default_factory=list)  # of the likeliest endings
    effects: list[Effect] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The view's name, or pooled@DATE."""
        return self.filled.name


@dataclass(slots=True)
class Study:
    """The results of ``panmunjom run``."""

    case: Case
    options: Options
    views: dict[str, ViewResult]
    default_view: str
    seconds: dict[str, float]
    switch_futures: int = SWITCH_FUTURES
    verdict_futures: int = VERDICT_FUTURES
    warnings: list[str] = field(default_factory=list)
    complete: bool = True

    def __repr__(self) -> str:
        return f"<Study of {self.case.id}: {', '.join(self.views)}>"

    def _repr_html_(self) -> str:
        return "".join(self._table(view) for view in self.views.values())

    def _table(self, view: ViewResult) -> str:
        """One view as an HTML table: endings by their labels, shares with sampling errors, ranges over the theories."""
        from html import escape

        if not view.ensemble.usable:
            return view.ensemble._repr_html_()
        declared, n = self.case.built.world.endings, min(self.options.futures, self.switch_futures)
        rows = []
        for name, share in view.ensemble.endings().items():
            label = (declared[name].label if name in declared else "") or name.replace("_", " ")
            cells = [wording.share(share.p, share.se, share.futures)]
            if view.ranges.turns:
                cells.append(wording.span(*view.ranges.bounds[name], n, share.p, share.se))
            rows.append([label, *cells])
        heads = ["ending", "share ± sampling error (two standard errors)", "range over the theories"]
        body = "".join(
            f"<tr><th>{escape(row[0])}</th>{''.join(f'<td>{escape(c)}</td>' for c in row[1:])}</tr>"
            for row in rows
        )
        head = "".join(f"<th>{h}</th>" for h in heads[: len(rows[0])])
        span = f"{escape(view.name)}, {view.ensemble.start} to {view.ensemble.until}"
        caption = f"{span}, {len(view.ensemble.raw.points):,} futures"
        return f"<table><caption>{caption}</caption><tr>{head}</tr>{body}</table>"


def chosen(runner: Runner, names: list[str]) -> list[Filled]:
    """The views to run, filled: those named, or every view of the case with the pooled view at each of their dates."""
    case, known_by = runner.case, runner.options.known_by
    filled: list[Filled] = []
    if not names:
        dates: list[date] = []
        for view in case.views.values():
            source = case.library.sources.get(view.source)
            late = known_by and (
                (view.start and view.start > known_by)
                or (source and source.published and source.published > known_by)
            )
            if late or view.start is None:
                continue
            filled.append(runner.fill(view))
            dates.append(view.start)
        default = case.start if not known_by or case.start <= known_by else known_by
        return filled + [runner.fill_pooled(d) for d in sorted({*dates, default})]
    for name in names:
        match = re.fullmatch(r"pooled(?:@(.+))?", name)
        if match:
            default = min(case.start, known_by) if known_by else case.start
            try:
                start = parse_date(match.group(1)) if match.group(1) else default
            except ValueError as error:
                raise no_view(f"the date of '{name}' cannot be read: {error}") from None
            if known_by and start > known_by:
                raise no_view(f"'{name}' starts after {known_by}, the last day of which anything is known")
            filled.append(runner.fill_pooled(start))
        elif name in case.views:
            view = case.views[name]
            if known_by and view.start and view.start > known_by:
                raise no_view(f"the view '{name}' starts on {view.start} and did not exist on {known_by}")
            filled.append(runner.fill(view))
        else:
            raise unknown_view(case, name, known_by)
    return filled


def study(
    case: Case,
    options: Options,
    names: list[str] | None = None,
    stage: Stage | None = None,
    seconds: dict[str, float] | None = None,
) -> Study:
    """Run the views of a case, the theories turned one at a time, and the verdicts. Raises ``CaseError``."""
    seconds = dict(seconds or {})
    began = time.perf_counter()
    if options.known_by is not None:
        case = as_of(case, options.known_by)
    runner = Runner(case, options)
    todo = chosen(runner, names or [])
    if not todo:
        raise no_view("there is no view to run at that date", "Choose a later --as-of.")
    for filled in todo:  # calendars and interventions are checked before anything long begins
        runner.plan(filled, runner.until(filled.start))
    kept = len(todo) + 1  # and one more with a theory turned
    memory.require(case.built.graph, options.futures, CHUNK, kept, MANY)
    compiled = time.perf_counter()
    kernel = runner.kernel
    seconds["compile"] = kernel.seconds
    default = next((f.name for f in todo if f.name == f"pooled@{case.start}"), todo[-1].name)
    results: dict[str, ViewResult] = {}
    complete = True
    for filled in todo:
        try:
            results[filled.name] = view_result(runner, filled, filled.name == default, stage, 1.0 / len(todo))
        except BaseException as error:
            if not interrupted(error):
                raise
            if not results:
                raise KeyboardInterrupt from error
            complete = False  # what is finished is kept
            break
    if default not in results:
        default = list(results)[-1]
    seconds["run"] = time.perf_counter() - compiled - kernel.seconds
    seconds["total"] = seconds.get("load", 0.0) + time.perf_counter() - began
    out = Study(case, options, results, default, seconds, complete=complete)
    out.warnings = warnings(out)
    return out


def view_result(
    runner: Runner, filled: Filled, is_default: bool, stage: Stage | None, weight: float
) -> ViewResult:
    """Everything that is run from one view; a view without conclusions has no verdicts."""
    tick = stage(f"running {filled.name}", weight / 4) if stage else None
    ensemble = runner.run(filled, bands=is_default, tick=tick)  # the report draws the bands of one view
    tick = stage(f"turning theories in {filled.name}", weight / 2) if stage else None
    found = ViewResult(filled, ensemble, switch_range(runner, filled, ensemble, tick=tick))
    tick = stage(f"judging {filled.name}", weight / 4) if stage else None
    if filled.view.conclusions:
        found.verdicts = Judge(runner, filled).verdicts(tick)
    found.effects = effects(runner, filled, ensemble)
    if is_default:
        classes = by_ending(runner, filled, ensemble)
        if classes is not None and ensemble.usable:
            found.drivers = drivers(
                classes,
                [e.name for e in ensemble.graph.endings],
                without_evidence=runner.case.built.world.without_evidence,
            )
            found.chains = chains(runner, filled, ensemble, classes)
    if tick is not None:
        tick(1.0)
    return found


def warnings(done: Study) -> list[str]:
    """What a reader must know before believing the figures."""
    found: list[str] = []
    if not done.complete:
        found.append(f"the run was stopped: only {', '.join(done.views)} are finished")
    idle: dict[str, list[str]] = {}
    for view in done.views.values():
        bad = view.ensemble.bad_share
        if bad > REFUSE_BAD:
            found.append(
                f"{view.name}: {bad:.1%} of the futures stopped being finite; no probability is printed"
            )
            found.append(f"{view.name}: {broken(view.ensemble)}")
            continue
        if bad > WARN_BAD:
            found.append(f"{view.name}: {bad:.2%} of the futures stopped being finite and are left out")
            found.append(f"{view.name}: {broken(view.ensemble)}")
        if view.filled.hidden:
            found.append(
                f"{view.name}: set from claims not known by then, and so left out: {', '.join(view.filled.hidden)}"
            )
        old = view.filled.old
        if old and view.name == done.default_view:
            found.append(
                f"{view.name}: {len(old)} assumptions are older than {OLD_DAYS} days at the start: {', '.join(old)}"
            )
        for ending, share in view.ensemble.endings().items():
            if not LEAST <= share.p <= MOST:
                found.append(
                    f"{view.name}: {ending} has a probability of {share.p:.2%} with no switch turned: "
                    "look at what its condition needs"
                )
        for refused in view.ranges.refused:
            lost = "over 5% of the futures stopped being finite"
            found.append(f"{view.name}: the theory {refused} is left out of the range: {lost}")
        for turn in view.ranges.turns:
            for ending, p in turn.extremes.items():
                found.append(
                    f"{view.name}: {ending} comes to {p:.2%} where {turn.switch} is turned to {turn.to}: that theory makes it so"
                )
            if all(d == 0 and e == 0 for d, e in turn.differences.values()):
                idle.setdefault(f"{turn.switch} to {turn.to}", []).append(view.name)
    newest: dict[str, Pooled] = {}
    for view in done.views.values():
        for name, used in view.filled.used.items():
            if used.pooled and (name not in newest or used.pooled.day > newest[name].day):
                newest[name] = used.pooled
    found += [text for one in newest.values() for text in contradiction_sentences(done.case, one)]
    found += [
        f"turning {turn} had no effect on the endings of {', '.join(names)}" for turn, names in idle.items()
    ]
    found += _no_effect(done)
    return found


def broken(ensemble: Ensemble) -> str:
    """Which stocks were not finite at the end of the futures that broke, when the first of these broke, and how to see why."""
    counts = ensemble.raw.broken
    worst = [name for name in sorted(counts, key=lambda n: -counts[n])[:3] if counts[name]]
    first = date.fromordinal(int(np.nanmin(ensemble.raw.bad)))
    where = f"not finite in {', '.join(worst)}" if worst else "a rate was negative or not finite"
    one = int(ensemble.raw.points[~ensemble.fine].min())
    why = f"'panmunjom replay ... --view {ensemble.name} --future {one}' shows why in one of them"
    return f"the first future broke in the step of {first}; {where}; {why}"


def _no_effect(done: Study) -> list[str]:
    """Interventions that change nothing, outside a view's span or inside it: said aloud."""
    out = []
    for view in done.views.values():
        for effect in view.effects:
            if not effect.changed:
                beside = " beside the others" if effect.others else ""
                out.append(
                    f"{view.name}: '{effect.text}' had no effect{beside}: with the same luck nothing recorded differs "
                    f"in any of {effect.futures:,} futures"
                )
        for do in [*view.filled.view.interventions, *done.options.interventions]:
            if not view.ensemble.start <= do.day < view.ensemble.until:
                out.append(f"{view.name}: '{do.target} at {do.day}' lies outside its span and had no effect")
    return out
