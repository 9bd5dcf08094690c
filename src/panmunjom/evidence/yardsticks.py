"""How words become numbers. Every table says where it comes from; where no one has published one,
it says so.
"""

from __future__ import annotations

# Factors on a figure that give the 90% interval which its hedge stands for. Our own table, wide on purpose:
# the published
# ones for news prose are few and small. ``none`` leaves the figure as it was said.
HEDGES: dict[str, tuple[float, float]] = {
    "none": (1.0, 1.0),
    "exactly": (1.0, 1.0),
    "about": (0.85, 1.15),
    "approx": (0.85, 1.15),
    "nearly": (0.90, 1.0),
    "almost": (0.90, 1.0),
    "over": (1.0, 1.25),
    "more_than": (1.0, 1.25),
    "at_least": (1.0, 1.5),
    "up_to": (0.5, 1.0),
    "at_most": (0.5, 1.0),
    "half": (0.8, 1.2),
    "tens_of": (1.0, 8.0),
    "hundreds_of": (1.0, 8.0),
    "thousands_of": (1.0, 8.0),
    "estimated": (0.85, 1.15),
    "possible": (0.5, 1.5),
    # Words that carry no number: kept, because the documents have them, and they widen no figure.
    "may": (1.0, 1.0),
    "could": (1.0, 1.0),
    "can": (1.0, 1.0),
    "appears": (1.0, 1.0),
    "theoretically": (1.0, 1.0),
    "not_excluded": (1.0, 1.0),
    "unlikely": (1.0, 1.0),  # its number, where a yardstick has one, is the claim's ``probability``
}

# Weights of the two Admiralty axes in a pool, and the least spread (standard deviation of the logarithm) with which a
# figure from such a source enters. The letters and numbers are those of NATO's AJP-2.1; the weights are ours, evenly
# spaced, because nobody has published any for pooling. The axes stay two: a letter says nothing of a number.
RELIABILITY_WEIGHT = {"A": 1.0, "B": 0.8, "C": 0.6, "D": 0.4, "E": 0.2}
CREDIBILITY_WEIGHT = {1: 1.0, 2: 0.8, 3: 0.6, 4: 0.4, 5: 0.2}
RELIABILITY_SPREAD = {"A": 0.05, "B": 0.10, "C": 0.20, "D": 0.30, "E": 0.45}

# F and 6 mean "cannot be judged", which is not the worst: as if each of the five grades were equally likely, they take
# the mean weight and the root mean square of the spreads (0.6 and 0.26).
RELIABILITY_WEIGHT["F"] = sum(RELIABILITY_WEIGHT.values()) / 5
CREDIBILITY_WEIGHT[6] = sum(CREDIBILITY_WEIGHT.values()) / 5
RELIABILITY_SPREAD["F"] = (sum(s * s for s in RELIABILITY_SPREAD.values()) / 5) ** 0.5

ASSUMPTION_WEIGHT = 1.0  # the world's own assumption is one voice in every pool

# Terms of estimative probability and their bands: Intelligence Community Directive 203 (USA, 2 January 2015), section
# D.6.e.(2)(a), where each line gives two terms. Which words of a language stand for which term is in its lexicon; that
# the German ones do is our own reading. "May" and "could" are no term of it.
ICD203: dict[str, tuple[float, float]] = {
    "almost no chance": (0.01, 0.05),
    "very unlikely": (0.05, 0.20),
    "unlikely": (0.20, 0.45),
    "roughly even chance": (0.45, 0.55),
    "likely": (0.55, 0.80),
    "very likely": (0.80, 0.95),
    "almost certain": (0.95, 0.99),
}
