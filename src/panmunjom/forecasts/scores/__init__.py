"""How good forecasts were: proper scores, skill against a baseline with its interval, calibration.

    >>> from panmunjom.forecasts.scores import brier, crps, skill
    >>> ours = brier([0.2, 0.9, 0.4], [0, 1, 1])             # one score a forecast; less is better, always
    >>> found = skill(ours, brier([0.5, 0.5, 0.5], [0, 1, 1]), block=1, seed=1)
    >>> found.skill, found.low, found.high, found.n          # 1 - mean(ours) / mean(baseline); interval may be None
    >>> found.sentence("the base rate")                      # 'no evidence of skill against the base rate ...'

``rules``        ``brier`` ``log_score`` ``brier_choice`` ``ranked_probability`` ``crps`` ``crps_quantiles`` ``crps_days``
``skill``        ``skill(ours, baseline, block=, groups=, level=, resamples=, seed=)`` gives a ``Skill``; ``difference(...)`` with
                 the same arguments the mean paired difference, a ``Difference``; ``overlap(days, spans)`` gives ``block``
``calibration``  ``calibration(p, happened)`` gives bins with Wilson intervals; ``pit(...)`` and ``pit_histogram(...)``

Every score is negatively oriented (0 is best), an array with one entry a forecast, never a mean: means, pairs and intervals are
taken later. NaN never goes in: leave a forecast out of both sides of a pair. Nothing here reads a clock or a global generator.
"""

from .calibration import Bin, calibration, pit, pit_histogram, wilson
from .rules import (
    brier,
    brier_choice,
    crps,
    crps_days,
    crps_quantiles,
    log_score,
    pinball,
    ranked_probability,
)
from .skill import Difference, Skill, difference, overlap, skill

__all__ = [
    "Bin", "Difference", "Skill", "brier", "brier_choice", "calibration", "crps", "crps_days", "crps_quantiles", "difference",
    "log_score", "overlap", "pinball", "pit", "pit_histogram", "ranked_probability", "skill", "wilson",
]  # fmt: skip
