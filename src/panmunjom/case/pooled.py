"""The pool of one parameter: who is heard, how each figure was converted, what they come to, and where they contradict."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from ..evidence.hearing import age, discount, hear
from ..evidence.pooling import claimed, contradictions, disagreement, pool, times, voice
from ..evidence.records import Claim, PoolMember
from ..evidence.yardsticks import ASSUMPTION_WEIGHT
from ..quantities.distributions import Distribution
from ..quantities.units import ONE, Unit, UnknownUnit
from ..text.problems import Place
from ..world.declared import Column, Members, Parameter
from ..world.graph import scalar_name
from .records import Case


class Missing(Exception):
    """A figure that cannot be used; becomes a problem with these entries."""

    def __init__(self, code: str, place: Place, message: str, hint: str = "") -> None:
        self.code, self.place, self.message, self.hint = code, place, message, hint


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice of a pool: a claim, or None for the world's assumption.

    said        what it says in the parameter's unit, with its hedge
    member      as it enters: with at least the spread of its source, and its weight after the discount for age
    conversion  how its figure became one in the parameter's unit and measure; empty where nothing was converted
    age         days between the time it speaks of and the pool's date
    """

    claim: Claim | None
    said: Distribution
    member: PoolMember
    conversion: str = ""
    age: int = 0


@dataclass(slots=True)
class Pooled:
    """All that is said about one scalar parameter on a day."""

    scalar: str
    unit: Unit
    day: date
    voices: list[Voice] = field(default_factory=list)
    silent: dict[str, str] = field(default_factory=dict)  # claim's id -> why it is not heard
    column: Column | None = None
    distribution: Distribution | None = None
    disagreement: float = 0.0

    @property
    def claims(self) -> list[Claim]:
        """The claims that are heard."""
        return [v.claim for v in self.voices if v.claim is not None]

    @property
    def contradictions(self) -> list[tuple[Voice, Voice]]:
        """Pairs of claims that differ beyond their hedges, the lower first; the widest apart come first."""
        found = {v.member.name: v for v in self.voices if v.claim is not None}
        pairs = contradictions([v.member for v in found.values()])
        return [(found[low.name], found[high.name]) for low, high in pairs]


def pooled(case: Case, parameter: Parameter, members: Members, day: date) -> Pooled:
    """The pool of one scalar parameter on a day. Without a claim that is heard it is the assumption, which may be missing.

    Raises ``Missing`` where a claim's unit or measure does not fit, ``ValueError`` where the figures come to nothing.
    """
    scalar, rules, library = scalar_name(parameter.name, members), case.pool_rules, case.library
    column = column_at(parameter, day)
    assumed = column.of(members) if column else None
    found = Pooled(scalar, unit_of(case, parameter), day, column=column)
    hearing = hear(library, scalar, day, rules.split)
    found.silent = hearing.silent
    for claim in hearing.heard:
        if claim.id in rules.exclude or claim.source in rules.exclude:
            found.silent[claim.id] = "excluded in pooled.yaml"
            continue
        said, conversion = converted(case, parameter, claim)
        given = rules.weights.get(claim.id, rules.weights.get(claim.source))
        member, days = voice(said, claim, library.sources[claim.source], given), age(claim, day)
        member = replace(member, weight=member.weight * discount(days))
        found.voices.append(Voice(claim, said, member, conversion, days))
    if not found.voices:
        found.distribution = assumed
        return found
    if assumed is not None:
        given = rules.weights.get("assumption", ASSUMPTION_WEIGHT)
        found.voices.append(Voice(None, assumed, PoolMember("assumption", assumed, given)))
    voices = [v.member for v in found.voices]
    found.distribution, found.disagreement = pool(voices, rules.rule), disagreement(voices)
    return found


def column_at(parameter: Parameter, day: date) -> Column | None:
    """The latest column of assumptions that is not after a day; never interpolated."""
    usable = [c for c in parameter.assume if c.since is None or c.since <= day]
    return usable[-1] if usable else None


def unit_of(case: Case, parameter: Parameter) -> Unit:
    """The unit in which a parameter is kept."""
    return case.built.unit_of.get(parameter.name, ONE)


def converted(case: Case, parameter: Parameter, claim: Claim) -> tuple[Distribution, str]:
    """What a claim says in the parameter's unit and measure, and the conversion in words.

    Raises ``Missing`` where it measures something else and the parameter declares no conversion.
    """
    assert claim.quantity is not None
    unit = unit_of(case, parameter)
    try:
        said = case.built.units.parse(claim.quantity.unit)
    except UnknownUnit as error:
        raise Missing("unknown-unit", claim.place, str(error)) from None
    if said.dimension != unit.dimension:
        theirs, ours = (text or "a plain number" for text in (claim.quantity.unit, unit.text))
        message = f"the claim '{claim.id}' is in {theirs}, but '{parameter.name}' is in {ours}"
        raise Missing(
            "wrong-unit", claim.place, message, "Never converted in silence: correct 'about' or the unit."
        )
    factor = said.factor / unit.factor
    steps = [] if abs(factor - 1) < 1e-12 else [f"× {factor:.6g} from {claim.quantity.unit}"]
    figure = claimed(claim, factor)
    if claim.measures != parameter.measures:
        ratio = parameter.converts.get(claim.measures)
        if ratio is None:
            raise Missing("wrong-measure", claim.place, *_other_measure(parameter, claim))
        figure = times(figure, ratio)
        steps.append(f"× {ratio.text} from {claim.measures.replace('_', ' ')}")
    return figure, ", ".join(steps)


def _other_measure(parameter: Parameter, claim: Claim) -> tuple[str, str]:
    """What is wrong and what would be right where claim and parameter do not measure the same."""
    theirs = f"measures {claim.measures}" if claim.measures else "does not say what it measures"
    ours = f"measures {parameter.measures}" if parameter.measures else "does not say what it measures"
    hint = (
        f"Write 'converts: {{{claim.measures}: LOW to HIGH}}' in the parameter, or leave out 'about'."
        if claim.measures and parameter.measures
        else f"Write 'measures: {claim.measures or parameter.measures}' in both if that is what both mean."
    )
    return f"the claim '{claim.id}' {theirs}, but '{parameter.name}' {ours}", hint


def contradiction_sentences(case: Case, found: Pooled) -> list[str]:
    """Where claims contradict each other beyond their hedges: which, in whose words, how far apart."""
    pairs = found.contradictions
    if not pairs:
        return []
    low, high = pairs[0]
    more = "" if len(pairs) == 1 else f"; {len(pairs) - 1} more pair{'s' * (len(pairs) > 2)} of claims about it do too"
    return [
        f"claims about {found.scalar} contradict each other beyond their hedges: {_words(case, high)} against "
        f"{_words(case, low)}, {_apart(low.member, high.member, found.unit.text)}{more}"
    ]


def _words(case: Case, voice: Voice) -> str:
    """A claim with its speaker and figure: ``fox-12 (Robert Fox: "320 barrel/month")``."""
    claim = voice.claim
    assert claim is not None and claim.quantity is not None
    source = case.library.sources[claim.source]
    named = claim.speaker not in ("", "author")
    speaker = claim.speaker if named else (source.author or source.publisher or source.title or source.id)
    hedge = "" if claim.hedge == "none" else f"{claim.hedge.replace('_', ' ')} "
    figure = claim.quantity.text if claim.quantity.text.startswith(("<", ">")) else hedge + claim.quantity.text
    shown = f", {voice.conversion}" if voice.conversion else ""
    return f"{claim.id} ({speaker}: \"{figure}\"{shown})"


def _apart(low: PoolMember, high: PoolMember, unit: str) -> str:
    """How far the middles of two figures lie apart."""
    a, b = low.distribution.median, high.distribution.median
    if a > 0:
        return f"{b / a:.2g} times as much"
    return f"{b - a:.3g} {unit}".rstrip() + " more"


def unsaid(case: Case) -> list[tuple[Parameter, list[str]]]:
    """Parameters about which several sources give figures and which do not say what they measure, with the claims' ids."""
    found = []
    for name, parameter in case.built.world.parameters.items():
        if parameter.measures:
            continue
        claims = [
            c for c in case.library.claims.values()
            if c.about.partition("[")[0] == name and c.quantity and c.kind == "quantity" and c.counts and not c.echo_of
            and not {c.id, c.source} & case.pool_rules.exclude
        ]  # fmt: skip
        if any(a.about == b.about and a.source != b.source for a in claims for b in claims):
            found.append((parameter, [c.id for c in claims]))
    return found
