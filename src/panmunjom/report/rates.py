"""Base rates as a record (which is also their JSON) and as a page: the classes side by side and their survival curves."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from panmunjom import __version__
from panmunjom.forecasts.baselines.rates import CSIS, Rate, by_class, curve, still_fought
from panmunjom.forecasts.baselines.survival import LEVEL
from panmunjom.forecasts.baselines.wars import ENDINGS, classes
from panmunjom.quantities.units import YEAR_DAYS
from panmunjom.report.render import environment
from panmunjom.report.svg import Scale, element, label, line, linear, picture
from panmunjom.report.words import count

Json = dict[str, Any]
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720.0, 300.0, 44.0, 590.0, 24.0, 262.0

SOURCE = "Correlates of War, Inter-State War Data v4.0 (Sarkees and Wayman 2010): 95 wars, 1823 to 2003"
CAUTIONS = [
    "Russia and Ukraine are not among these wars: the data end in 2003.",
    "A war that COW counts as won may have ended in a ceasefire; a stalemate is one that left no winner.",
    "The interval says how little so few wars can say. It does not say whether this war is one of their kind.",
    "Of old wars the classes hold the same few, or some of them: the class then decides how they ended more than whether.",
]


def rates_record(age_days: float, horizon_days: float, klass: str) -> Json:
    """Every class for a war of that age, the chosen one named; probabilities between 0 and 1, times in days."""
    rows = by_class(age_days, horizon_days)
    return {
        "age_days": age_days,
        "within_days": horizon_days,
        "class": klass,
        "level": LEVEL,
        "endings": ENDINGS,
        "classes": [
            {
                "name": row.klass.name,
                "label": row.klass.label,
                "wars_in_class": len(row.klass.wars),
                "at_risk": len(row.wars),
                "ends": _rate(row.ends) if row.ends else None,
                "by_ending": {name: _rate(rate) for name, rate in row.so.items()},
                "median_days_left": row.median_left,
                "wars": [
                    {"name": w.name, "began": str(w.began), "days": w.days, "ending": w.ending} for w in row.wars
                ],
                "note": row.note,
            }
            for row in rows
        ],
        "published": {
            "name": CSIS.name,
            "label": CSIS.label,
            "source": CSIS.source,
            "ends_at_most": CSIS.ends_within(age_days, horizon_days),
            "note": "no interval: how many conflicts there are is not published; past a year an upper bound, "
            "as they are said to run over ten years on average",
        },
        "source": SOURCE,
        "cautions": CAUTIONS,
        "version": __version__,
    }


def _rate(found: Rate) -> Json:
    return {"p": found.p, "low": found.low, "high": found.high, "n": found.n}


def render_rates(record: Json) -> str:
    """The page: one HTML file without a script. ``record`` is that of ``rates_record``."""
    years = record["age_days"] / YEAR_DAYS
    chosen = next(c for c in record["classes"] if c["name"] == record["class"])
    shown: Json = {
        "r": record,
        "chosen": chosen,
        "years": f"{years:.1f}",
        "months": f"{record['within_days'] / (YEAR_DAYS / 12):.0f}",
        "headline": headline(record),
        "picture": survival_picture(record["age_days"], record["within_days"]),
        "percent": percent,
        "span": span,
    }
    return environment().get_template("rates.html.j2").render(**shown)


def headline(record: Json) -> str:
    """The chosen class in one sentence."""
    chosen = next(c for c in record["classes"] if c["name"] == record["class"])
    years, months = record["age_days"] / YEAR_DAYS, record["within_days"] / (YEAR_DAYS / 12)
    if chosen["ends"] is None:
        return f"None of the {chosen['wars_in_class']} wars of the class lasted {years:.1f} years."
    ended = round(chosen["ends"]["p"] * chosen["at_risk"])
    return (
        f"Of {count(chosen['at_risk'], 'war')} that lasted {years:.1f} years or more, {ended} ended within "
        f"{months:.0f} months more: {percent(chosen['ends']['p'])}, which so few wars leave between "
        f"{spoken_between(chosen['ends'])}."
    )


def percent(p: float) -> str:
    """A share of a few wars: whole percentage points."""
    return f"{100 * p:.0f}%"


def spoken_between(rate: Json) -> str:
    """The ends of an interval."""
    return f"{100 * rate['low']:.0f} and {100 * rate['high']:.0f}%"


def span(rate: Json) -> str:
    """The same for a table."""
    return f"{100 * rate['low']:.0f} to {100 * rate['high']:.0f}%"


def survival_picture(age_days: float, horizon_days: float) -> Markup:
    """The share still fought by age, on a scale of years that widens the first one; the asked stretch is shaded."""
    last = max(11.0, (age_days + horizon_days) / YEAR_DAYS)
    x, y = _by_root(last), linear(0, 1, BOTTOM, TOP)
    drawn = [_stretch(x, age_days / YEAR_DAYS, min(last, (age_days + horizon_days) / YEAR_DAYS))]
    for value in (0, 0.25, 0.5, 0.75, 1):
        drawn.append(line(LEFT, y(value), RIGHT, y(value), "grid"))
        drawn.append(label(LEFT - 6, y(value) + 4, f"{100 * value:.0f}%", anchor="end"))
    for year in (0, 0.25, 1, 2, 3, 5, 7, 10):
        drawn.append(line(x(year), BOTTOM, x(year), BOTTOM + 4, "tick"))
        drawn.append(label(x(year), BOTTOM + 17, "3 months" if year == 0.25 else f"{year:g}", anchor="middle"))
    drawn.append(label(RIGHT, BOTTOM + 34, "age of the war in years (a wider scale for the first)", anchor="end", class_="quiet"))
    shown = [name for name in classes() if name != "four_years"]
    told = []
    for k, name in enumerate(shown):
        found = curve(name)
        path = f"M{LEFT:.1f},{y(1):.1f}"
        for days, share in zip(found.times, found.share, strict=True):
            path += f" H{x(days / YEAR_DAYS):.1f} V{y(share):.1f}"
        drawn.append(element("path", d=path, class_=f"median m{k}"))
        n = len(still_fought(age_days, name))
        told.append(f"{classes()[name].label}: {n} still fought at that age")
    steps = [(k / 60) ** 2 * last for k in range(61)]
    points = " ".join(f"{x(t):.1f},{y(CSIS.at(t * YEAR_DAYS)):.1f}" for t in steps)
    drawn.append(element("path", d=f"M{points}", class_="median m3"))
    for k, name in enumerate([*shown, CSIS.name]):
        height = TOP + 12 + 18 * k
        drawn.append(line(RIGHT + 8, height, RIGHT + 32, height, f"median m{k}"))
        drawn.append(label(RIGHT + 38, height + 4, name, class_=f"name m{k}"))
    about = "The share of wars still fought by age. " + "; ".join(told) + "."
    return picture(WIDTH, HEIGHT, "survival", "How long wars last", about, *drawn)


def _by_root(last: float) -> Scale:
    """Years to pixels by their square root: wars that end early are many."""
    straight = linear(0, last**0.5, LEFT, RIGHT)
    return lambda years: straight(years**0.5)


def _stretch(x: Scale, first: float, last: float) -> Markup:
    return element("rect", x=x(first), y=TOP, width=x(last) - x(first), height=BOTTOM - TOP, class_="stretch")
