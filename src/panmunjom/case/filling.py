"""Fills a world in: for each parameter what the view says, else what was known by its date,
else the assumption.
"""

from __future__ import annotations

from datetime import date

from ..quantities.distributions import LARGEST, TABLED, Distribution
from ..quantities.units import UnknownUnit
from ..text.problems import NOWHERE, CaseError, Problem, Problems, nearest
from ..world.checks import cannot_redraw
from ..world.declared import Members, Parameter
from ..world.graph import scalar_name
from ..world.resolve import members_of
from .pooled import Missing, converted, pooled, unit_of
from .records import Case, Filled, Setting, Used, View

WITHIN_HINT = "Write it as LOW..HIGH (uniform) to stay inside, or widen 'within:'."
OLD_DAYS = 200  # an assumption older than this at the start is named in a warning


def pooled_view(start: date) -> View:
    """The pooled view at a date: it sets nothing itself."""
    return View(
        "pooled", "", "all claims published by then, one voice among them the world's own assumption", start
    )


def fill(case: Case, view: View, known_by: date | None = None, extra: list[Setting] | None = None) -> Filled:
    """The view with every parameter and switch set.

    ``known_by`` hides claims, sources and assumptions that became known later than that day; without it
    the pool ends at the view's start and the view may use its own source, whenever that appeared.
    ``extra`` are settings from the command line, which come first. Raises ``CaseError`` where a parameter
    has nothing to stand on or a claim's unit does not fit.
    """
    problems = Problems()
    start = view.start or case.start
    horizon = min(start, known_by) if known_by else start
    world = case.built.world
    filled = Filled(view.name, view.name, view, start, horizon, {}, {})
    if known_by is not None:
        _refuse_later_source(case, view, known_by)
    settings = {s.target: s for s in view.settings if not _later(case, s, known_by)}
    filled.hidden = sorted({s.target for s in view.settings if _later(case, s, known_by)})
    ours = {s.target: s for s in extra or []}
    for name, parameter in world.parameters.items():
        for members in members_of(world, parameter.per):
            scalar = scalar_name(name, members)
            setting = ours.get(scalar) or ours.get(name) or settings.get(scalar) or settings.get(name)
            try:
                used = (
                    _from_setting(case, parameter, scalar, setting)
                    if setting
                    else _pooled(case, parameter, members, horizon)
                )
            except Missing as missing:
                problems.add(missing.code, missing.place, missing.message, missing.hint)
                continue
            except ValueError as error:  # figures that fit no distribution, weights that leave no voice
                problems.add("bad-quantity", parameter.place, f"'{scalar}' cannot be filled in: {error}")
                continue
            filled.used[scalar] = used
    for name, switch in world.switches.items():
        filled.switches[name] = view.switches.get(name, switch.default)
    problems.stop()
    filled.old = sorted(
        {
            u.parameter
            for u in filled.used.values()
            if u.origin == "assumption" and u.dated and (horizon - u.dated).days > OLD_DAYS
        }
    )
    return filled


def _later(case: Case, setting: Setting, known_by: date | None) -> bool:
    """Whether a setting rests on a claim that nobody could know by the as-of date."""
    if known_by is None or not setting.claim:
        return False
    claim = case.library.claims.get(setting.claim)
    return claim is None or not case.library.known(claim, known_by)


def _refuse_later_source(case: Case, view: View, known_by: date) -> None:
    """A view whose source appeared later does not exist at the as-of date."""
    source = case.library.sources.get(view.source)
    if source is not None and source.published is not None and source.published > known_by:
        message = f"the view '{view.name}' does not exist as of {known_by}"
        hint = f"Its source appeared on {source.published}."
        raise CaseError([Problem("later-view", view.place, message, hint)])


def _pooled(case: Case, parameter: Parameter, members: Members, day: date) -> Used:
    """All claims about the parameter known by the day and the world's assumption, as one distribution."""
    found = pooled(case, parameter, members, day)
    dated = found.column.since if found.column else None
    if found.distribution is None:
        first = min((c.since for c in parameter.assume if c.since and c.since > day), default=None)
        message = f"'{found.scalar}' has no assumption known by {day}"
        raise Missing(
            "no-assumption",
            parameter.place,
            message + (f"; its first is of {first}" if first else ""),
            "Add a column with an earlier date, or start later.",
        )
    ids = tuple(c.id for c in found.claims)
    return Used(
        found.scalar, parameter.name, found.distribution, found.unit, "pool" if ids else "assumption", ids, dated,
        found.disagreement, pooled=found,
    )  # fmt: skip


def _from_setting(case: Case, parameter: Parameter, scalar: str, setting: Setting) -> Used:
    """What the view itself says: a claim with its hedge, or the analyst's own figure."""
    unit = unit_of(case, parameter)
    if setting.claim:
        claim = case.library.claims[setting.claim]
        said, conversion = converted(case, parameter, claim)
        return Used(scalar, parameter.name, said, unit, "claim", (claim.id,), conversion=conversion)
    assert setting.distribution is not None
    if not all(abs(figure) <= LARGEST for figure in (setting.distribution.a, setting.distribution.b)):
        raise ValueError(f"its figure must be finite and not beyond {LARGEST:g}")  # one made in Python
    if setting.unit:
        try:
            said_unit = case.built.units.parse(setting.unit)
        except UnknownUnit as error:
            raise Missing(
                "unknown-unit", setting.place, str(error), nearest(error.word, case.built.units.names)
            ) from None
        if said_unit.dimension != unit.dimension:
            raise Missing(
                "wrong-unit",
                setting.place,
                f"'{scalar}' is in {unit.text or 'a plain number'}, not in {setting.unit}",
            )
        factor = said_unit.factor / unit.factor
        if abs(factor - 1) > 1e-12:
            low, high = setting.distribution.interval
            hint = f"Write {low * factor:.6g} to {high * factor:.6g} {unit.text}."
            raise Missing(
                "wrong-unit", setting.place, f"'{scalar}' is kept in {unit.text}, not in {setting.unit}", hint
            )
    if f"{scalar}#family" in case.built.row_of and setting.distribution.family in TABLED:
        raise Missing("cannot-redraw", setting.place, *cannot_redraw(scalar, setting.distribution))
    outside = beyond(parameter, setting.distribution)
    if outside:
        raise Missing("outside-bounds", setting.place, outside, WITHIN_HINT)
    return Used(scalar, parameter.name, setting.distribution, unit, "analyst")


def beyond(parameter: Parameter, distribution: Distribution) -> str:
    """A sentence where a distribution reaches beyond the parameter's bounds, with its own ends or else those of its 90%
    interval; else an empty text.
    """
    if parameter.within is None:
        return ""
    low, high = distribution.reach
    least, most = parameter.within
    slack = 1e-9 * max(abs(least), abs(most), 1.0)
    if (
        least - slack <= low
        and high <= most + slack
        and not (distribution.family == "normal" and distribution.within is None and low <= least)
    ):
        return ""
    return f"'{distribution.text}' reaches beyond the bounds of '{parameter.name}', {least:g} to {most:g}"


def unknown_view(case: Case, name: str, known_by: date | None = None) -> CaseError:
    """The error for a view that the case does not have, or did not have by then."""
    known = [*case.views, "pooled", "pooled@DATE"]
    return CaseError(
        [
            Problem(
                "unknown-view",
                NOWHERE,
                f"the case has no view '{name}'" + (f" as of {known_by}" if known_by else ""),
                nearest(name, known) or f"It has {', '.join(known)}.",
            )
        ]
    )
