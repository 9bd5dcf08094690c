"""From the summary of a run to what the template prints: charts drawn, views paired, claims joined to what
they set.

Nothing is computed here that the run did not say, except binomial errors of shares that come without one.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import Any

from panmunjom.report import words
from panmunjom.report.charts import (
    COLOURS,
    Bar,
    Change,
    Interval,
    Key,
    endings_bars,
    ranges,
    tornado,
    whisker,
)
from panmunjom.report.fans import Fan, Panel, fan_chart
from panmunjom.report.links import Anchors
from panmunjom.report.summary import Move, Summary, Used, VerdictRecord, ViewRecord

WIDE, PHONE = 1130.0, 340.0
MOST_PANELS, MOST_MOVES = 16, 12
VERDICTS = {
    "follows": ("✓", "follows", "The conclusion follows from the document’s own premises."),
    "needs_premise": (
        "+",
        "needs a premise it does not state",
        "It follows only with a premise that the document does not state.",
    ),
    "does_not_follow": ("✗", "does not follow", "The document’s own premises do not lead there."),
    "open": ("?", "open", "With the document’s own premises it happens in some futures and not in others."),
    "contradicts": ("≠", "contradicts another of its claims", "The document says something else elsewhere."),
    "cannot_be_tested": ("∅", "cannot be tested here", "The model has nothing that could answer it."),
}
TRUTHS = {
    True: ("yes", "came true"),
    False: ("no", "did not come true"),
    "partly": ("partly", "came true in part"),
    None: ("undecided", "not decided"),
}
ORIGINS = {
    "claim": "the document’s own claim",
    "pool": "pooled claims",
    "assumption": "assumption",
    "analyst": "set by hand for this run",
}


class Page:
    """Everything that the template asks for. ``summary`` must be cleaned (see ``words.clean``)."""

    def __init__(self, summary: Summary) -> None:
        self.s = summary
        self.anchors = Anchors()
        for kind, names in {
            "view": [view["name"] for view in summary["views"]],
            "param": [parameter["name"] for parameter in summary["parameters"]],
            "switch": [switch["name"] for switch in summary.get("switches", [])],
            "claim": [claim["id"] for claim in summary["claims"]],
            "source": [source["id"] for source in summary["sources"]],
        }.items():
            for name in names:
                self.anchors.add(kind, name)
        self.verdicts_on: dict[str, list[tuple[str, str]]] = defaultdict(
            list
        )  # claim -> (anchor's name, verdict)
        for view in summary["views"]:
            for verdict in view["verdicts"]:
                name = f"{verdict['claim']} in {view['name']}"
                self.anchors.add("verdict", name, verdict["claim"])
                self.verdicts_on[verdict["claim"]].append((name, verdict["verdict"]))
        self.keys = [
            Key(ending["id"], chr(65 + i) if i < 26 else str(i + 1), f"e{i % COLOURS}", ending["label"])
            for i, ending in enumerate(summary["endings"])
        ]
        self.key_of = {key.id: key for key in self.keys}
        self.about_of = {p["name"]: p["about"] for p in summary["parameters"]}
        self.about_of |= {switch["name"]: switch["about"] for switch in summary.get("switches", [])}
        self.source_of = {source["id"]: source for source in summary["sources"]}
        self.claim_of = {claim["id"]: claim for claim in summary["claims"]}
        self.main = self.main_view()
        self.used_by = self.uses_of_claims()

    # views

    def main_view(self) -> ViewRecord | None:
        """The view shown first: the case's own choice, else the last pooled one, else the first."""
        views = self.s["views"]
        chosen = self.s["case"].get("default_view")
        pooled = [view for view in views if view["source_id"] is None]
        named = [view for view in views if view["name"] == chosen]
        found = named or sorted(pooled, key=lambda view: view["start"])[-1:] or views
        return found[0] if found else None

    def pairs(self) -> list[list[ViewRecord]]:
        """Views by start: each document followed by the pooled view of the same dates, pooled views left over
        alone."""
        views = self.s["views"]
        pooled = {(view["start"], view["until"]): view for view in views if view["source_id"] is None}
        groups, told = [], set()
        for view in sorted(
            (view for view in views if view["source_id"] is not None), key=lambda view: view["start"]
        ):
            partner = pooled.get((view["start"], view["until"]))
            fresh = partner is not None and partner["name"] not in told
            groups.append([view, partner] if partner is not None and fresh else [view])
            told |= {partner["name"]} if partner is not None else set()
        left = [view for view in views if view["source_id"] is None and view["name"] not in told]
        return sorted(groups + [[view] for view in left], key=lambda group: group[0]["start"])

    def premises(self, view: ViewRecord) -> dict[str, Any]:
        """What a view was filled from: parameters from claims, by pooling, by hand; and how many are
        assumptions."""
        found: dict[str, list[tuple[Any, Used]]] = defaultdict(list)
        for parameter in self.s["parameters"]:
            used = parameter["used"].get(view["name"])
            if used:
                found[used["from"]].append((parameter, used))
        switches = [
            (switch, switch["used"][view["name"]])
            for switch in self.s.get("switches", [])
            if view["name"] in switch["used"]
        ]
        return {
            **{origin: found[origin] for origin in ORIGINS},
            "switches": switches,
            "all": sum(map(len, found.values())),
        }

    # charts; each as (wide, narrow)

    def endings_chart(self) -> tuple[Any, Any]:
        """Stacked bars of all views."""
        bars = []
        for group in self.pairs():
            for index, view in enumerate(group):
                found: dict[str, Any] = {**view["endings"]}
                shares = [found.get(key.id, {}).get("p") for key in self.keys]
                name = view["label"] if not index else "pooled, same dates"
                note = "" if index else words.day(view["start"])
                bars.append(Bar(name, note, self.anchors.href("view", view["name"]), shares, bool(index)))
        return endings_bars(bars, self.keys, WIDE, "endings-w"), endings_bars(
            bars, self.keys, PHONE, "endings-n"
        )

    def interval(self, view: ViewRecord, key: Key) -> Interval:
        """One ending of one view."""
        share: Any = view["endings"].get(key.id, {})
        p, se = words.finite(share.get("p")), words.finite(share.get("se"))
        low, high = words.finite(share.get("low")), words.finite(share.get("high"))
        own = self.own_run(share)
        span = words.span(low, high, self.s["run"]["switch_futures"], p, se)
        both = low is not None and high is not None
        error = None if se is None else 2 * se
        text, short = (f"{span} · own run {own}", span) if both else (own, own)
        return Interval(key, p, error, low, high, text, short, self.anchors.href("view", view["name"]))

    def own_run(self, share: Any) -> str:
        """A view's own probability with its sampling error, in the run's own words where it has any."""
        return str(share.get("label") or words.share(share.get("p"), share.get("se"), self.s["futures"]))

    def cell(self, view: ViewRecord, key: Key) -> dict[str, Any]:
        """A cell of the endings table."""
        share: Any = view["endings"].get(key.id, {})
        return {
            "span": words.span(
                share.get("low"),
                share.get("high"),
                self.s["run"]["switch_futures"],
                share.get("p"),
                share.get("se"),
            ),
            "own": self.own_run(share),
            "whisker": whisker(self.interval(view, key)),
        }

    def ranges_chart(self) -> tuple[Any, Any] | None:
        """Range bars of the main view."""
        if self.main is None or not self.keys:
            return None
        marks = [self.interval(self.main, key) for key in self.keys]
        return ranges(marks, WIDE, "ranges-w"), ranges(marks, PHONE, "ranges-n")

    def moves_of(self, name: str) -> list[Move]:
        """The moves of a view, largest first."""
        found = [
            move
            for move in self.s["moves"]
            if move["view"] == name and words.finite(move["difference"]) is not None
        ]
        return sorted(found, key=lambda move: -abs(move["difference"] or 0.0))

    def moves_views(self) -> list[ViewRecord]:
        """The views that have moves, the main view first."""
        found = [view for view in self.s["views"] if self.moves_of(view["name"])]
        return sorted(found, key=lambda view: view is not self.main)

    def moves_chart(self, view: ViewRecord) -> tuple[Any, Any]:
        """The tornado of a view."""
        changes = []
        for move in self.moves_of(view["name"])[:MOST_MOVES]:
            key = self.key_of.get(move["ending"], Key(move["ending"], "·", "e9", move["ending"]))
            error = 2 * (words.finite(move["se"]) or 0.0)
            about = move.get("about") or self.about_of.get(move["what"]) or ""
            what = words.shortened(about) or move["what"]
            name = move["what"] if about and what != move["what"] else ""
            how = f"{move['from']} → {move['to']}"
            text = words.difference(move["difference"], move["se"])
            changes.append(
                Change(
                    what,
                    how,
                    key,
                    move["difference"] or 0.0,
                    error,
                    text,
                    self.anchors.find(move["what"]),
                    name,
                )
            )
        ident = self.anchors.id("view", view["name"])
        return tornado(changes, WIDE, f"moves-{ident}-w"), tornado(changes, PHONE, f"moves-{ident}-n")

    def fans(self) -> list[tuple[str, str, list[Any], int]]:
        """For each view with bands, the main view first: its name, label, charts, and how many stocks were
        left out."""
        panels: dict[str, dict[tuple[str, str], list[Any]]] = defaultdict(lambda: defaultdict(list))
        for band in self.s["bands"]:
            panels[band["view"]][band["id"], band["unit"]].append(band)
        labels = {view["name"]: view["label"] for view in self.s["views"]}
        first = self.main["name"] if self.main else ""
        shown = []
        for count, name in enumerate(
            sorted(
                panels, key=lambda name: (name != first, list(labels).index(name) if name in labels else 99)
            )
        ):
            charts = []
            for index, ((_, unit), bands) in enumerate(panels[name].items()):
                fans = [
                    Fan(
                        band["member"] or "",
                        band["dates"],
                        list(
                            zip(band["q05"], band["q25"], band["q50"], band["q75"], band["q95"], strict=False)
                        ),
                        [(seen["date"], seen["value"]) for seen in band.get("observed") or []],
                        any(series["claimed"] for series in band.get("series") or []),
                    )
                    for band in bands
                ]
                if index < MOST_PANELS:
                    charts.append(
                        (
                            bands[0]["label"],
                            fan_chart(Panel(bands[0]["label"], unit, fans), f"fan-{count}-{index}"),
                            [series for band in bands for series in band.get("series") or []],
                        )
                    )
            shown.append((name, labels.get(name, name), charts, max(0, len(panels[name]) - MOST_PANELS)))
        return shown

    @property
    def claimed(self) -> bool:
        """Whether dots are drawn that are claims."""
        return any(series["claimed"] for band in self.s["bands"] for series in band.get("series") or [])

    def times(self, bias: list[float]) -> str:
        """``0.5 to 1.6 times``."""
        return f"{words.number(bias[0])} to {words.number(bias[1])} times"

    # tables

    def crossed(self, view: ViewRecord) -> list[dict[str, Any]]:
        """Rows of the cross table: a question, its total and its share together with each ending, with
        shading."""
        rows = []
        for question in self.s["questions"]:
            joint = view["crossed"].get(question["id"], {})
            shares = [words.finite(joint.get(key.id)) for key in self.keys]
            n = self.s["futures"]
            cells = [
                {
                    "text": words.share(p, words.binomial(p, n), n).partition(" ± "),
                    "shade": min(9, math.ceil(20 * p)) if p else 0,
                }
                for p in shares
            ]
            rows.append({"question": question, "total": self.answer(view, question["id"]), "cells": cells})
        return rows

    def answer(self, view: ViewRecord, question: str) -> dict[str, str]:
        """How often a question was answered yes, with its range over the theories where the run has one."""
        share: Any = view["questions"].get(question, {})
        has_range = words.finite(share.get("low")) is not None and words.finite(share.get("high")) is not None
        span = words.span(share["low"], share["high"], self.s["run"]["switch_futures"]) if has_range else ""
        return {"span": span, "own": self.own_run(share)}

    def uses_of_claims(self) -> dict[str, dict[str, list[str]]]:
        """For each claim, the names of parameters and switches that it set in some view."""
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: {"param": [], "switch": []})
        for kind, records in (("param", self.s["parameters"]), ("switch", self.s.get("switches", []))):
            for record in records:
                for claim in {claim for used in record["used"].values() for claim in used["claims"]}:
                    found[claim][kind].append(record["name"])
        return found

    def grouped(self, used: dict[str, Used]) -> list[dict[str, Any]]:
        """The uses of a parameter, views that share distribution and origin on one line."""
        lines: dict[Any, dict[str, Any]] = {}
        for name, use in used.items():
            same = (use["text"], use["from"], tuple(use["claims"]), use["dated"])
            line = lines.setdefault(
                same, {**use, "origin": ORIGINS.get(use["from"], use["from"]), "views": []}
            )
            line["views"].append(name)
        return list(lines.values())

    def assumptions(self) -> list[tuple[Any, Used]]:
        """Parameters that the main view takes from an assumption, the oldest first."""
        if self.main is None:
            return []
        found = self.premises(self.main)["assumption"]
        return sorted(found, key=lambda pair: -(words.finite(pair[1]["age_days"]) or 0.0))

    def premise(self, name: str, view: str) -> str:
        """A premise in words: what it is about, and for a theory how the view sets it."""
        about = self.about_of.get(name, name)
        for switch in self.s.get("switches", []):
            if switch["name"] == name:
                used = switch["used"].get(view)
                return f"“{about}” set to “{used['value'] if used else switch['default']}”"
        return about

    def verdict_counts(self) -> list[tuple[str, str, int]]:
        """How many conclusions got each verdict, as (kind, words, count), in the fixed order."""
        counts = Counter(str(verdict["verdict"]) for view in self.s["views"] for verdict in view["verdicts"])
        return [(kind, VERDICTS[kind][1], counts[kind]) for kind in VERDICTS if counts[kind]]

    def verdict_share(self, share: float | None) -> str:
        """The share of a verdict with its binomial error."""
        p, n = words.finite(share), self.s["run"]["verdict_futures"]
        return words.share(p, words.binomial(p, n), n)

    def verdict_words(self, verdict: VerdictRecord) -> str:
        """What the verdict means, in a sentence that fits its share: in all futures, in none, or in some."""
        text, p = VERDICTS[verdict["verdict"]][2], words.finite(verdict["share"])
        if verdict["verdict"] != "open" or p is None or 0 < p < 1:
            return text
        where = "every future" if p >= 1 else "no future"
        return f"With the document’s own premises it happens in {where}."

    def speaker(self, name: str) -> str:
        """Who made a claim and when it was known, to stand behind its link; empty for one without a record."""
        claim = self.claim_of.get(name)
        return f", {claim['speaker'] or 'nobody named'}, known since {words.day(claim['published'])}" if claim else ""

    def claims_without_source(self) -> list[Any]:
        """Claims whose source has no record."""
        return [claim for claim in self.s["claims"] if claim["source"] not in self.source_of]

    def has_question_ranges(self) -> bool:
        """Whether any question was also run over the theories."""
        ids = [question["id"] for question in self.s["questions"]]
        return any(self.answer(view, one)["span"] for view in self.s["views"] for one in ids)

    def percent(self, share: float) -> str:
        """A plain share of steps, without error."""
        return f"{words.points(share)}%" if words.finite(share) is not None else words.DASH
