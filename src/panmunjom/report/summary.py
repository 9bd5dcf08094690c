"""What a report is made from: one JSON-able record of a run. The command line fills it, ``render`` prints it.

Probabilities and shares are numbers from 0 to 1; ``se`` is a standard error (one, not two); ``low`` and
``high`` are the smallest and largest probability over the theory switches (the view's own run and one run for
each switch turned alone). None stands for "not run" or "not finite" and is printed as a dash. Dates are ISO
strings; claims may give YYYY or YYYY-MM. Ids of claims, parameters and switches join the parts: a name that
occurs in ``needs``, ``carried_by``, ``moves`` or ``used`` and also among ``claims``, ``parameters`` or
``switches`` becomes a link."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from .asked_records import AskedRecord

Verdict = Literal["follows", "needs_premise", "does_not_follow", "open", "contradicts", "cannot_be_tested"]
Truth = Literal["partly"] | bool | None
"""Whether it came true: true, false, "partly", or None while open or where nobody can check it."""


class CaseRecord(TypedDict):
    """The case. ``cautions``: what a reader of this case must be told first, a sentence each (for example
    that all its documents come from one side). ``default_view``: the view that bands, moves and the cross
    table show first; without it the last pooled view, or the first view."""

    id: str
    title: str
    about: str
    cautions: NotRequired[list[str]]
    default_view: NotRequired[str]


class EndingShare(TypedDict):
    """How often an ending came out. ``label``: own run with its error as the terminal prints it, "31.2 ±
    0.7%" or "< 0.02%"; where it is missing or empty the report words it from ``p`` and ``se``."""

    p: float | None
    se: float | None
    low: float | None
    high: float | None
    label: NotRequired[str]


class QuestionShare(TypedDict):
    """How often a question was answered yes. Without ``low`` and ``high`` only the sampling error is
    printed."""

    p: float | None
    se: float | None
    low: NotRequired[float | None]
    high: NotRequired[float | None]
    label: NotRequired[str]


class Need(TypedDict):
    """The range that a parameter must have for a conclusion to follow; None leaves that side open. ``pooled``: the
    pooled view's 90% interval for it, in the same unit."""

    parameter: str
    low: float | None
    high: float | None
    unit: str
    pooled: NotRequired[list[float]]


class VerdictRecord(TypedDict):
    """One conclusion of a source, run from its own premises."""

    claim: str
    says: str
    source: str
    verdict: Verdict
    share: float | None
    needs: list[Need]
    carried_by: list[str]
    note: str | None
    came_true: Truth
    outcome: str | None
    decided: str | None


class ViewRecord(TypedDict):
    """One view and what came of it. ``source_id`` is None for a pooled view. ``crossed``: question -> ending
    -> share of all futures in which both hold."""

    name: str
    label: str
    source_id: str | None
    start: str
    until: str
    endings: dict[str, EndingShare]
    questions: dict[str, QuestionShare]
    crossed: dict[str, dict[str, float | None]]
    verdicts: list[VerdictRecord]


class EndingRecord(TypedDict):
    """An ending, in the order in which charts stack them. ``label`` is short: two or three words."""

    id: str
    label: str
    about: str


class QuestionRecord(TypedDict):
    """A question that every future answers; ``by`` is its deadline, empty for the horizon."""

    id: str
    text: str
    about: str
    by: NotRequired[str]


class Observed(TypedDict):
    """One observed value of a stock."""

    date: str
    value: float


class SeriesRecord(TypedDict):
    """Whose figures are drawn over a band. ``bias``: the 90% interval of observed / true; ``claimed``: nobody could verify
    them."""

    id: str
    label: str
    source: str
    by: str
    claimed: bool
    kind: str
    bias: list[float]
    bias_note: str
    stance: str
    note: str
    last: str


class BandRecord(TypedDict):
    """Quantiles of one stock over time, in ``unit``; all lists as long as ``dates``. ``member`` is None (or
    "") for a stock without dimension; entries with the same ``view`` and ``id`` share a panel."""

    id: str
    label: str
    unit: str
    view: str
    member: str | None
    dates: list[str]
    q05: list[float | None]
    q25: list[float | None]
    q50: list[float | None]
    q75: list[float | None]
    q95: list[float | None]
    observed: NotRequired[list[Observed]]
    series: NotRequired[list[SeriesRecord]]


Move = TypedDict(
    "Move",
    {
        "view": str,
        "what": str,  # id of a switch or parameter, or words
        "kind": Literal["switch", "parameter"],
        "ending": str,
        "from": str,
        "to": str,
        "difference": float | None,  # probability at `to` minus probability at `from`
        "se": float | None,  # paired: both runs share their luck
        "about": NotRequired[str],  # in words, printed instead of the id
    },
)
"""What one change did to the probability of one ending."""

Used = TypedDict(
    "Used",
    {
        "text": str,  # the distribution as written, "15 to 30"
        "median": float | None,
        "low": float | None,  # 5% quantile
        "high": float | None,  # 95% quantile
        "from": Literal["claim", "pool", "assumption", "analyst"],
        "claims": list[str],
        "dated": str | None,
        "age_days": int | None,  # at the start of the view
        "pool": NotRequired[dict[str, Any] | None],  # who was heard in it, see assemble.pool_record
    },
)
"""What a view put in for a parameter, and where it took it from."""


class Portion(TypedDict):
    """A share of a variance and its 95% interval."""

    share: float
    low: float
    high: float


class Luck(Portion):
    """``differ``: of ``futures`` with the same figures and other luck, the share that has another outcome."""

    differ: float
    futures: int


class LowerThird(TypedDict):
    """Where a parameter's lower third ends, and the probability there."""

    below: float
    p: float


class UpperThird(TypedDict):
    """Where a parameter's upper third begins, and the probability there."""

    above: float
    p: float


ChainParameter = TypedDict(
    "ChainParameter",
    {
        "parameter": str,
        "about": str,
        "share": float,
        "low": float,
        "high": float,
        "lower_third": LowerThird,
        "upper_third": UpperThird,
        "unit": str,
        "from": Literal["claim", "pool", "assumption", "analyst"],
        "claims": list[str],
    },
)
"""A parameter's share of the variance of an outcome, and where its figure comes from."""


class Lost(TypedDict):
    """How many parameters have an effect that is lost in the noise, by what is behind them."""

    assumptions: int
    claimed: int


class Chain(TypedDict):
    """What a probability rests on, ``parameters`` with the largest share first. ``floor``: the share above which chance
    alone hardly comes; ``claimed``: where none of the first has a claim behind it, the largest that have one."""

    ending: NotRequired[str]
    question: NotRequired[str]
    label: str
    view: str
    p: float
    se: float
    hits: int
    futures: int
    figures: Portion | None
    luck: Luck | None
    floor: float
    parameters: list[ChainParameter]
    claimed: list[ChainParameter]
    assumptions: list[str]
    lost_in_noise: Lost


class ParameterRecord(TypedDict):
    """A parameter of the world; ``name`` as in verdicts, ``barrel_production[russia]``. ``used`` by view
    name."""

    name: str
    about: str
    unit: str
    note: str | None
    used: dict[str, Used]


class SwitchUsed(TypedDict):
    """How a view sets a switch."""

    value: str
    claims: list[str]


class SwitchRecord(TypedDict):
    """A theory that can be on or off; ``used`` holds the views that set it otherwise than by default."""

    name: str
    about: str
    default: str
    used: dict[str, SwitchUsed]


class Place(TypedDict, total=False):
    """Where a claim stands: code points ``start`` to ``end`` of a document, with the hash of that passage;
    or, for a claim that is not from a document of the case, the ``publication`` in words."""

    document: str
    start: int
    end: int
    sha256: str
    publication: str


class ClaimRecord(TypedDict):
    """What somebody said. ``quote``: the passage itself, only where the reader has the document."""

    id: str
    source: str
    kind: str
    says: str
    speaker: str
    voice: str
    hedge: str | None
    as_of: str | None
    published: str | None
    place: Place
    value_text: str | None
    about: str | None
    came_true: Truth
    outcome: str | None
    credibility: NotRequired[int]
    measures: NotRequired[str | None]
    retells: NotRequired[list[str]]  # the nearest first, the origin last
    proposed: NotRequired[str | None]
    rejected: NotRequired[str | None]
    quote: NotRequired[str]


class SourceRecord(TypedDict):
    """A document or data set."""

    id: str
    title: str
    author: str | None
    publisher: str | None
    published: str | None
    reliability: str | None
    stance: str | None
    dated_by: str | None
    derived_from: NotRequired[str | None]


class Seconds(TypedDict):
    """Where the time went."""

    load: float
    compile: float
    run: float
    total: float


class Limited(TypedDict):
    """Share of steps and futures in which more was to be taken from a stock than was there."""

    stock: str
    share: float


class RunRecord(TypedDict):
    """How it was run. ``verdict_futures`` and ``switch_futures``: how many futures those side runs had."""

    seconds: Seconds
    futures: int
    verdict_futures: int
    switch_futures: int
    nonfinite: int
    limited: list[Limited]
    hashes: dict[str, str]


class Summary(TypedDict):
    """Everything that a report prints. ``headline`` and ``sublines`` are sentences; a probability in them
    carries its range."""

    case: CaseRecord
    version: str
    seed: int
    futures: int
    generated: str
    headline: str
    sublines: list[str]
    effects: NotRequired[list[str]]
    views: list[ViewRecord]
    endings: list[EndingRecord]
    questions: list[QuestionRecord]
    asked: NotRequired[AskedRecord | None]
    bands: list[BandRecord]
    moves: list[Move]
    why: NotRequired[list[Chain]]
    parameters: list[ParameterRecord]
    switches: NotRequired[list[SwitchRecord]]
    claims: list[ClaimRecord]
    sources: list[SourceRecord]
    run: RunRecord
    warnings: list[str]
