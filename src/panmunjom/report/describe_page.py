"""A described case as a page that needs nothing else, or as Markdown with its pictures beside it."""

from __future__ import annotations

import re
from typing import Any, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from panmunjom.report import words
from panmunjom.report.diagram import STYLE, diagram
from panmunjom.report.links import slug
from panmunjom.report.render import environment

Json = dict[str, Any]
MOST_ENDINGS = 3


def as_html(record: Json) -> str:
    """The page (write it as UTF-8). What comes from the case is escaped; there is no script and nothing is loaded."""
    d = cast(Json, words.clean(record))
    shown = {"d": d, "pictures": pictures(d), "diagram_style": Markup(STYLE), **helpers(d)}
    return environment().get_template("describe.html.j2").render(**shown)


def as_markdown(record: Json, folder: str, maker: str = "panmunjom describe") -> tuple[str, dict[str, str]]:
    """The text, and the pictures that it shows: file name in ``folder`` (a relative path) -> SVG."""
    d = cast(Json, words.clean(record))
    drawn = {name: f"{slug(name.removesuffix('.yaml'))}.svg" for name in pictures(d)}
    made = Environment(
        loader=PackageLoader("panmunjom.report", "templates"),
        autoescape=False,  # Markdown, not HTML; what could be markup is escaped by the filter md
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {k: environment().filters[k] for k in ("number", "unit", "count", "thousands")} | {"md": plain}
    shown = {"d": d, "pictures": drawn, "folder": folder, "maker": maker, **helpers(d)}
    text = made.get_template("describe.md.j2").render(**shown)
    files = {drawn[name]: str(svg) + "\n" for name, svg in pictures(d, alone=True).items()}
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", files


def plain(text: str) -> str:
    """A text that Markdown shows as it is, also within a table."""
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", " ".join(text.split()))


def pictures(record: Json, alone: bool = False) -> dict[str, Markup]:
    """One diagram for each file that has stocks."""
    found = {}
    for file in record["files"]:
        stocks = [s for s in record["stocks"] if s["file"] == file["name"]]
        if stocks:
            found[file["name"]] = diagram(file["name"], stocks, record["flows"], alone)
    return found


def helpers(record: Json) -> Json:
    """What both templates use."""
    labels = {e["name"]: e["label"] for e in record["endings"]}

    def moved(row: Json) -> list[Json]:
        """The endings that a row moves by more than the error, largest first."""
        clear = record["threshold"]
        some = [(n, e) for n, e in (row["endings"] or {}).items() if e["difference"] and abs(e["difference"]) > clear * e["se"]]
        some.sort(key=lambda ne: -abs(ne[1]["difference"]))
        return [
            {"label": labels[n], "text": words.difference(e["difference"], e["se"])} for n, e in some[:MOST_ENDINGS]
        ]

    return {"slug": slug, "moved": moved, "verdict": said_verdict}


def said_verdict(row: Json) -> str:
    """The verdict of a row in words."""
    if row["verdict"] == "as stated":
        return f"{row['moves']}, as stated"
    if row["verdict"] == "nil":
        return "nil, as stated" if row["met"] else f"nil, stated: {row['moves']}"
    if row["verdict"] == "against":
        return f"{'up' if row['difference'] > 0 else 'down'}, stated: {row['moves']}"
    return "refused: not a number in too many futures"
