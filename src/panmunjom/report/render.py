"""The report: one HTML file that needs nothing else, neither a network nor a script.

What comes from a case or a document is untrusted: control characters are removed, everything is escaped by
the template engine, and the page's content security policy allows its own style sheet and nothing more."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from jinja2 import Environment, PackageLoader, StrictUndefined

from panmunjom.report import reasons, words
from panmunjom.report.page import MOST_MOVES, ORIGINS, TRUTHS, VERDICTS, Page
from panmunjom.report.summary import Summary


@cache
def environment() -> Environment:
    """The template engine: escapes everything, stops at a misspelt name."""
    made = Environment(
        loader=PackageLoader("panmunjom.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "day": words.day,
        "age": words.age,
        "number": words.number,
        "unit": words.unit,
        "count": words.count,
        "portion": reasons.portion_of,
        "direction": reasons.direction,
        "probability": reasons.probability,
        "said_split": reasons.said_split,
        "said_claims": reasons.said_claims,
        "need": lambda need: words.need(need["low"], need["high"], need["unit"]),
        "thousands": lambda value: f"{value:,}",
    }
    made.globals |= {
        "spread": words.spread,
        "between": words.between,
        "VERDICTS": VERDICTS,
        "TRUTHS": TRUTHS,
        "ORIGINS": ORIGINS,
    }
    made.globals |= {"MOST_MOVES": MOST_MOVES, "MOST_FIGURES": reasons.MOST}
    return made


def render(summary: Summary) -> str:
    """The report of a run as one HTML document (write it as UTF-8).

    ``summary`` is described in ``panmunjom.report.summary``. A name that has no record of its own (a claim
    that is not among the claims, say) is printed without a link. Raises KeyError for a missing field."""
    page = Page(cast(Summary, words.clean(summary)))
    shown: dict[str, Any] = {"page": page, "s": page.s, "href": page.anchors.href, "find": page.anchors.find}
    return environment().get_template("report.html.j2").render(**shown, id=page.anchors.id)
