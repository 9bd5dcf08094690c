"""The tables of a run on the terminal, cut into blocks that fit its width: endings by view, questions by ending."""

from __future__ import annotations

import textwrap

from ..analysis.study import Study, ViewResult
from ..case.questions import due_text
from ..forecasts.wording import Family
from ..report.sentences import label_of, name_of, turned_futures
from ..report.words import DASH, binomial, limits, own, points, share
from ..text.problems import printable
from .terminal import bold, dim, table, width

Column = list[str]


def pairs(done: Study) -> list[list[ViewResult]]:
    """Each document with the pooled view over the same dates; pooled views that have no partner alone."""
    views = list(done.views.values())
    documents = [v for v in views if v.filled.view.source in done.case.library.sources]
    others = [v for v in views if v not in documents]
    groups, told = [], set()
    for view in documents:
        same = [
            o
            for o in others
            if (o.ensemble.start, o.ensemble.until) == (view.ensemble.start, view.ensemble.until)
        ]
        groups.append([view, *same[:1]])
        told |= {o.name for o in same[:1]}
    return groups + [[o] for o in others if o.name not in told]


def endings_blocks(done: Study, room: int) -> list[str]:
    """How often each ending comes out, with the range over the theories: a document beside its pooled view."""
    names = [e.name for e in next(iter(done.views.values())).ensemble.graph.endings]
    first = [
        "endings, % of futures",
        "from",
        "until",
        *(label_of(done.case, n) for n in names),
        "sampling error up to",
    ]
    n = turned_futures(done)
    groups = []
    for group in pairs(done):
        columns = []
        for view in group:
            head = "pooled" if view is not group[0] else view.name
            span = [str(view.ensemble.start), str(view.ensemble.until)]
            columns.append([head, *span, *(cell(view, name, n) for name in names), largest_error(view)])
        groups.append(columns)
    blocks = [draw(first, columns) for columns in packed(first, groups, room)]
    if any(view.ensemble.usable and view.ranges.turns for view in done.views.values()):
        note = "in brackets: lowest to highest as each theory is turned alone; sampling error is two standard errors"
        blocks[-1] += "\n" + dim("\n".join(textwrap.wrap(note, room)))
    return blocks


def cell(view: ViewResult, ending: str, n: int) -> str:
    """``31 (20–45)``, in percent, worded as in the report; ``n``: futures of each turned theory."""
    if not view.ensemble.usable:
        return "refused"
    found = view.ensemble.endings()[ending]
    text = own(found.p, found.se, found.futures)
    if not view.ranges.turns:
        return text
    return f"{text} ({DASH.join(limits(*view.ranges.bounds[ending], n, found.p, found.se))})"


def largest_error(view: ViewResult) -> str:
    """The largest sampling error of a view's endings, in points."""
    error = max(2 * s.se for s in view.ensemble.endings().values()) if view.ensemble.usable else 0.0
    return f"± {points(error, error)}" if error > 0 else "-"


def questions_blocks(done: Study, room: int) -> list[str]:
    """What the states have become, crossed with the endings, in the default view."""
    view = done.views[done.default_view]
    if not done.case.questions or not view.ensemble.usable:
        return []
    names = list(done.case.questions)
    shares, crossed = view.ensemble.questions(names), view.ensemble.crossed(names)
    endings = [e.name for e in view.ensemble.graph.endings]
    n = int(view.ensemble.fine.sum())
    first = ["question", *(name_of(name) for name in names)]
    whole = [
        "in all",
        *(share(shares[q].p, shares[q].se, shares[q].futures).removesuffix("%") for q in names),
    ]
    columns = [[whole]]
    letters = [chr(65 + k) if k < 26 else str(k + 1) for k in range(len(endings))]
    for letter, ending in zip(letters, endings, strict=True):
        columns.append([[letter, *(own(p := crossed[q][ending], binomial(p, n), n) for q in names)]])
    drawn = [draw(first, block) for block in packed(first, columns, room)]
    title = f"What the states have become, {view.name}: % of futures ± sampling error"
    legend = ", ".join(
        f"{letter} {label_of(done.case, e)}" for letter, e in zip(letters, endings, strict=True)
    )
    note = dim("\n".join(textwrap.wrap(f"together with the ending: {legend}", room)))
    return ["\n".join([bold(line) for line in textwrap.wrap(title, room)] + ["\n\n".join(drawn), note])]


def packed(first: Column, groups: list[list[Column]], room: int) -> list[list[Column]]:
    """Blocks of columns that fit beside the first; a group is parted only where it alone is too wide."""
    label = longest(first)
    blocks: list[list[Column]] = []
    left = 0
    for group in groups:
        parts = [group] if label + wide(group) <= room else [[column] for column in group]
        for part in parts:
            if blocks and wide(part) <= left:
                blocks[-1] += part
                left -= wide(part)
            else:
                blocks.append(list(part))
                left = room - label - wide(part)
    return blocks


def longest(column: Column) -> int:
    """The widest entry of a column."""
    return max(map(len, column))


def wide(columns: list[Column]) -> int:
    """Characters that columns take with the two spaces before each."""
    return sum(2 + longest(column) for column in columns)


def draw(first: Column, columns: list[Column]) -> str:
    """A block of columns as text."""
    rows = [list(row) for row in zip(first, *columns, strict=True)]
    return table(rows[0], rows[1:])


def family_text(family: Family) -> str:
    """The wordings of a family beside each other, and how far they lie apart."""
    rows = []
    for found in family.wordings:
        gap = "" if found is family.wordings[0] else found.gap
        rows.append([found.question.id, due_text(found.question), own(found.p, found.se, family.futures), gap])
    name = printable(family.name.replace("_", " "))
    title = bold(f"One future, every fine print: {name}, {family.futures:,} futures")
    head = ["wording", "", "% yes", "points from the first"]
    last = f"by wording alone the same futures differ by {family.apart} points; ± two standard errors, paired"
    return f"{title}\n{table(head, rows)}\n{textwrap.fill(last, width())}"
