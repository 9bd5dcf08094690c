"""Simulation-based calibration as one page: rank histograms with the band that uniform ranks would keep to."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from ..forecasts.conditioning.trials import MOST_LOST, Trial
from ..forecasts.conditioning.uniformity import LEVEL, Uniformity, band
from . import words
from .links import slug
from .render import environment
from .svg import element, label, line, picture, rectangle

WIDTH, HEIGHT, EDGE, FOOT = 260.0, 120.0, 8.0, 18.0
MOST_PICTURES = 48


def record(trial: Trial) -> dict[str, Any]:
    """The trial for machines; p-values, counts and shares between 0 and 1."""
    return {
        "settings": trial.settings,
        "wars": len(trial.wars),
        "verdict": trial.verdict,
        "level": LEVEL,
        "tests": 2 * len(trial.found),
        "below_level": trial.below if trial.found else None,
        "most_collapsed": MOST_LOST,
        "collapsed": [{"war": w.war, "how": w.collapsed} for w in trial.collapsed],
        "moves": trial.moved(),
        "hardest_month": sorted(w.fewest for w in trial.wars),
        "seconds": sum(w.seconds for w in trial.wars),
        "quantities": [
            {
                "name": u.name,
                "counts": list(u.counts),
                "chi_square": u.chi,
                "ecdf": u.ecdf,
                "adjusted": u.adjusted,
                "lean": u.lean,
                "uniform": u.fine,
            }
            for u in trial.found
        ],
        "learnt": trial.learnt(),
    }


def render_sbc(trial: Trial, title: str) -> str:
    """The page as one HTML document (write it as UTF-8)."""
    found = words.clean(record(trial))
    chosen = [*trial.found[:MOST_PICTURES]]
    pictures = [
        (
            words.clean(u.name),
            u,
            histogram(f"h-{k}-{slug(u.name)}", u),
            distribution(f"d-{k}-{slug(u.name)}", u),
        )
        for k, u in enumerate(chosen)
    ]
    return (
        environment().get_template("sbc.html.j2").render(t=found, title=words.clean(title), pictures=pictures)
    )


def histogram(ident: str, u: Uniformity) -> Markup:
    """Bars of equal expectation, with the band that 95% of each bar's counts keep to where ranks are uniform."""
    wars, bins = sum(u.counts), len(u.counts)
    expected = wars / bins
    spread = 1.96 * (expected * (1 - 1 / bins)) ** 0.5
    top = max(*u.counts, expected + spread) * 1.05 if bins > 1 else max(1, *u.counts, 1)
    room = HEIGHT - FOOT - EDGE

    def y(count: float) -> float:
        return EDGE + room * (1 - count / top)

    wide = (WIDTH - 2 * EDGE) / bins
    drawn = [
        rectangle(
            EDGE,
            y(expected + spread),
            WIDTH - EDGE,
            y(max(0, expected - spread)) - y(expected + spread),
            "wide e2",
        )
    ]
    for k, count in enumerate(u.counts):
        x = EDGE + k * wide
        drawn.append(rectangle(x + 1, y(count), x + wide - 1, y(0) - y(count), "e0"))
    drawn.append(line(EDGE, y(expected), WIDTH - EDGE, y(expected), "whisker"))
    drawn += [
        label(EDGE, HEIGHT - 4, "truth below all draws"),
        label(WIDTH - EDGE, HEIGHT - 4, "above", anchor="end"),
    ]
    about = (
        f"Counts of ranks in {bins} bins: {', '.join(map(str, u.counts))}; {expected:.1f} expected in each."
    )
    return picture(WIDTH, HEIGHT, ident, f"Ranks of {u.name}", about, *drawn)


def distribution(ident: str, u: Uniformity) -> Markup:
    """The ranks' distribution function less the uniform one, inside the band that holds all edges at once in 95% of samples."""
    wars, bins = sum(u.counts), len(u.counts)
    low, high = band(wars, bins)
    edges = [k / bins for k in range(1, bins)]
    summed, total = [], 0
    for count in u.counts[:-1]:
        total += count
        summed.append(total / wars)
    apart = [v - e for v, e in zip(summed, edges, strict=True)]
    ends = [(float(a) / wars - e, float(b) / wars - e) for a, b, e in zip(low, high, edges, strict=True)]
    reach = max([0.05, *(abs(v) for v in apart), *(abs(v) for pair in ends for v in pair)]) * 1.1
    room = HEIGHT - 2 * EDGE

    def place(share: float, value: float) -> str:
        return f"{EDGE + (WIDTH - 2 * EDGE) * share:.1f} {EDGE + room * (0.5 - value / (2 * reach)):.1f}"

    upper = [place(e, b) for e, (_, b) in zip(edges, ends, strict=True)]
    lower = [place(e, a) for e, (a, _) in zip(edges, ends, strict=True)]
    shape = "M" + " L".join([place(0, 0), *upper, place(1, 0), *reversed(lower)]) + " Z"
    path = "M" + " L".join(
        [place(0, 0), *(place(e, v) for e, v in zip(edges, apart, strict=True)), place(1, 0)]
    )
    drawn = [
        element("path", d=shape, class_="wide e2"),
        line(EDGE, EDGE + room / 2, WIDTH - EDGE, EDGE + room / 2, "base"),
        element("path", d=path, class_="own", fill="none"),
    ]
    about = f"Greatest distance from uniform {max(map(abs, apart), default=0):.2f}; p-value {u.ecdf:.2g}."
    return picture(
        WIDTH, HEIGHT, ident, f"Distribution of the ranks of {u.name}, less the uniform", about, *drawn
    )
