"""Reads ``questions.yaml``: what is asked of futures and of reality, the words that decide it, and the answers so far."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from ..quantities.calendar import later, parse_date
from ..quantities.units import ONE, UnknownUnit
from ..text.nodes import Fields, Mapping, Node, Scalar, Sequence
from ..text.problems import Place, Problems, nearest
from ..text.syntax import Binary, Call, Expression, Name, Unary
from ..world.graph import scalar_name
from ..world.reading import WorldReader
from .records import QUESTION_KINDS, UNSCORED, Case, Option, Question, Resolution
from .views import read_day

_FIGURE = re.compile(r"(?P<value>[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*(?P<unit>[A-Za-z_%][\w/*^ -]*)?\Z")
_NEEDS = {"yes_no": "holds", "choice": "options", "number": "of", "date": "holds"}


def read_questions(root: Mapping, reader: WorldReader, problems: Problems, step_days: int = 7) -> dict[str, Question]:
    """Every question of the file; what futures can answer becomes propositions of the world."""
    found: dict[str, Question] = {}
    for key, node in root:
        if isinstance(node, Mapping):
            found[key.text] = _Reader(key, node, reader, problems, step_days).read()
        else:
            problems.add("not-a-mapping", node.place, f"the question '{key.text}' needs 'text:' and 'holds:'")
    return found


class _Reader:
    """Reads one question."""

    def __init__(self, key: Scalar, node: Mapping, reader: WorldReader, problems: Problems, step_days: int) -> None:
        self.key, self.node, self.reader, self.problems = key, node, reader, problems
        self.step_days = step_days
        places = {name.text: entry.place for name, entry in node}
        self.question = Question(key.text, "", place=key.place, places=places)

    def read(self) -> Question:
        """The question, with its propositions added to the world."""
        q, fields = self.question, Fields(self.node, f"the question '{self.key.text}'", "questions.question", self.problems)
        q.text, q.about, q.fine_print = fields.text("text", required=True), fields.text("about"), fields.text("fine_print")
        q.style, q.family, q.otherwise = fields.text("style"), fields.text("family"), fields.text("otherwise")
        q.claims = tuple(scalar.text for scalar in fields.words("claim"))
        q.claimed, q.anew = fields.text("claimed", "yes"), fields.flag("anew")
        kind, holds, of = fields.scalar("kind"), fields.scalar("holds"), fields.scalar("of")
        if kind is not None:
            q.kind = kind.text
            if q.kind not in QUESTION_KINDS:
                hint = f"Write one of {', '.join(QUESTION_KINDS)}."
                self.problems.add("bad-entry", kind.place, f"there is no kind of question '{q.kind}'", hint)
                q.kind = "yes_no"
        for name in ("by", "at", "asked", "closes", "resolves", "past_wars"):
            setattr(q, name, read_day(fields.scalar(name), self.problems))
        options, locked = fields.mapping("options"), fields.scalar("locked")
        answers = fields.node_of("resolution")
        fields.done()
        self.check_parts(holds, options, of)
        self.check_dates()
        if options is not None:
            self.options(options)
        if of is not None:
            q.of = of.text.strip()
        if holds is not None:
            q.expression = holds.text
            self.proposition(q.id, holds, q.text)
        self.resolutions(answers)
        if locked is not None and locked.text != q.criteria:
            message = f"'{q.id}' is locked as {locked.text}, but its wording, criteria or dates now have the hash {q.criteria}"
            hint = "Put back what was changed, or ask it anew under another name: forecasts were made on the old words."
            self.problems.add("criteria-changed", locked.place, message, hint)
        return q

    def check_parts(self, holds: Scalar | None, options: Mapping | None, of: Scalar | None) -> None:
        """The kind has what it needs and nothing that belongs to another kind."""
        q, given = self.question, {"holds": holds, "options": options, "of": of}
        need = _NEEDS[q.kind]
        for name, node in given.items():
            if node is not None and name != need:
                hint = f"A question of the kind {q.kind} has '{need}'."
                self.problems.add("bad-entry", node.place, f"'{name}' does not go with the kind {q.kind}", hint)
        if given[need] is None and not q.claims:
            hint = f"Write '{need}', or 'claim' where only reality can answer it."
            self.problems.add("no-answer", self.key.place, f"the question '{q.id}' has nothing that answers it", hint)
        if q.kind == "choice" and options is not None and not q.otherwise:
            hint = "Name the answer for futures in which none of the options holds, as in 'otherwise: neither'."
            self.problems.add("open-choice", self.key.place, f"'{q.id}' does not say what it is where no option holds", hint)
        if q.kind == "number" and q.of == "" and of is not None and q.at is None:
            hint = "Write 'at: DATE'."
            self.problems.add("no-day", of.place, f"'{q.id}' does not say on which day the number is taken", hint)
        if q.anew and (q.at or q.asked is None):
            hint = "Write 'asked: DATE', and 'by' in place of 'at'."
            self.problems.add("bad-entry", self.place("anew"), f"'{q.id}' counts anew from no day on which it was asked", hint)
        if q.past_wars and (q.kind != "yes_no" or not (q.by or q.at)):
            message = f"'{q.id}' is not a question of yes or no with a deadline, to which past wars have an answer"
            self.problems.add("bad-entry", self.place("past_wars"), message)
        if q.family and q.kind != "yes_no":
            message = f"'{q.id}' is in a family, which compares questions of yes and no only"
            self.problems.add("bad-entry", self.key.place, message)

    def check_dates(self) -> None:
        """Opening, closing, deadline and resolution in this order."""
        q = self.question
        if q.by and q.at:
            message = f"'{q.id}' has a deadline and a day at which it must hold"
            self.problems.add("bad-date", self.place("at"), message, "Keep 'by' for at any time before, 'at' for on that day.")
        order = [("asked", q.asked), ("closes", q.closes), ("at" if q.at else "by", q.due), ("resolves", q.resolves)]
        known = [(name, day) for name, day in order if day is not None]
        words = {"asked": "opens", "closes": "closes", "by": "is due", "at": "is due", "resolves": "is resolved"}
        for (before, first), (after, second) in pairwise(known):
            if second < first:
                message = f"'{q.id}' {words[after]} on {second}, before it {words[before]} on {first}"
                self.problems.add("bad-date", self.place(after), message)

    def options(self, node: Mapping) -> None:
        """The options of a choice, each a proposition of the world."""
        q, seen = self.question, dict[str, str]()
        for key, entry in node:
            if not isinstance(entry, Mapping):
                self.problems.add("not-a-mapping", entry.place, f"the option '{key.text}' needs 'holds:'")
                continue
            fields = Fields(entry, f"the option '{key.text}'", "questions.option", self.problems)
            holds, label = fields.scalar("holds", required=True), fields.text("label")
            fields.done()
            if key.text in (q.otherwise, "yes", "no", "never", "partly", *UNSCORED):
                self.problems.add("bad-name", key.place, f"an option cannot be called '{key.text}' here")
            if holds is None:
                continue
            plain = re.sub(r"\s", "", holds.text)
            if plain in seen:
                message = f"the options '{seen[plain]}' and '{key.text}' of '{q.id}' hold together: their conditions are the same"
                self.problems.add("options-overlap", holds.place, message, "Options must exclude each other.")
            seen[plain] = key.text
            q.options.append(Option(key.text, holds.text, label, key.place))
            self.proposition(f"{q.id}: {key.text}", holds, label or key.text)
        if len(q.options) < 2 and len(node.items) < 2:
            self.problems.add("open-choice", node.place, f"'{q.id}' needs at least two options")

    def proposition(self, name: str, holds: Scalar, text: str) -> None:
        """Add a condition with the question's dates; one that reads nothing of the world is a mistake."""
        q, world = self.question, self.reader.world
        last = q.by
        if q.at is not None:  # the one step whose days hold that day
            last = q.at + timedelta(days=self.step_days - 1)
        since = q.asked if q.anew else q.at
        self.reader.proposition(name, self.key.place, holds, text, last, since)
        tree = world.propositions[name].holds
        if tree is not None and not set(_names(self.tree(holds))) - {"time", "true", "false"}:
            message = f"'{q.id}' asks for '{holds.text}', which names nothing of the world: every future would say the same"
            self.problems.add("no-variable", holds.place, message, "Name a stock, a value, an event or a decision.")

    def tree(self, holds: Scalar) -> Expression | None:
        """The condition as it was written, without dates; its mistakes are recorded already."""
        from ..world.entries import parse

        return parse(holds, Problems())

    def resolutions(self, node: Node | None) -> None:
        """One answer or a list of them, which must agree."""
        if node is None:
            return
        for entry in node.items if isinstance(node, Sequence) else (node,):
            if not isinstance(entry, Mapping):
                message = f"a resolution of '{self.question.id}' needs 'outcome:', 'day:' and 'who:'"
                self.problems.add("not-a-mapping", entry.place, message)
                continue
            found = self.resolution(entry)
            if found is None:
                continue
            first = self.question.resolution
            if first is not None and first.outcome != found.outcome:
                words = f"{first.outcome} by {first.who} and as {found.outcome} by {found.who}"
                message = f"'{self.question.id}' is resolved as {words}"
                hint = "Where they cannot agree the outcome is ambiguous, and enters no score."
                self.problems.add("contradiction", found.place, message, hint)
            self.question.resolutions.append(found)

    def resolution(self, node: Mapping) -> Resolution | None:
        """One answer, checked against kind and dates."""
        q = self.question
        fields = Fields(node, f"the resolution of '{q.id}'", "questions.resolution", self.problems)
        outcome, day_text = fields.scalar("outcome", required=True), fields.scalar("day", required=True)
        who, evidence, so_far = fields.text("who", required=True), fields.text("evidence"), fields.flag("so_far")
        fields.done()
        day = read_day(day_text, self.problems)
        if outcome is None or day is None:
            return None
        found = Resolution(outcome.text.strip(), day, who, evidence, so_far, place=outcome.place)
        self.check_outcome(found)
        assert day_text is not None
        if q.asked and day < q.asked:
            message = f"'{q.id}' is resolved on {day}, before it was asked on {q.asked}"
            self.problems.add("early-resolution", day_text.place, message)
        happened = found.outcome not in ("no", "never", "partly", q.otherwise, *UNSCORED) and q.kind != "number"
        last = max((d for d in (q.closes, q.due) if d), default=None)
        if last and day < last and found.outcome not in UNSCORED and not so_far and not (happened and not q.at):
            message = f"'{q.id}' is resolved as {found.outcome} on {day}, before it closes on {last}"
            hint = "Only what has happened already can be known before the deadline."
            self.problems.add("early-resolution", day_text.place, message, hint)
        if so_far and last and day >= last:
            message = f"'{q.id}' was due on {last}: what is known on {day} is no longer only so far"
            self.problems.add("early-resolution", day_text.place, message)
        return found

    def check_outcome(self, found: Resolution) -> None:
        """The outcome is one that the kind of question can have."""
        q, text = self.question, found.outcome
        if text in UNSCORED:
            return
        allowed = ["yes", "no", "partly"] if q.kind == "yes_no" else [o.name for o in q.options] + [q.otherwise]
        if q.kind == "date":
            if text == "never":
                return
            try:
                happened = parse_date(text)
            except ValueError as error:
                self.problems.add("bad-outcome", found.place, f"{error}, or 'never'")
                return
            if (q.asked and happened < q.asked) or (q.due and happened > q.due) or happened > found.day:
                message = f"'{text}' lies outside the time that '{q.id}' asks for, or after the day of its resolution"
                self.problems.add("bad-outcome", found.place, message)
        elif q.kind == "number":
            if not _FIGURE.match(text):
                message = f"'{text}' is not a figure with its unit"
                self.problems.add("bad-outcome", found.place, message, "As in '66000 km^2'.")
        elif text not in allowed:
            message = f"'{text}' is no outcome of '{q.id}'"
            self.problems.add("bad-outcome", found.place, message, f"Write one of {', '.join([*allowed, *UNSCORED])}.")

    def place(self, name: str) -> Place:
        """Where an entry stands, or the question itself."""
        return self.question.places.get(name, self.key.place)


def _names(tree: Expression | None) -> Iterator[str]:
    """The names that an expression reads."""
    if isinstance(tree, Name):
        yield tree.parts[0]
    elif isinstance(tree, Unary):
        yield from _names(tree.argument)
    elif isinstance(tree, Binary):
        yield from _names(tree.left)
        yield from _names(tree.right)
    elif isinstance(tree, Call):
        for argument in tree.arguments:
            yield from _names(argument)


def check_questions(case: Case, problems: Problems) -> None:
    """What needs the whole case: claims and what became of them, the horizon, numbers that are shown, figures in their unit."""
    starts = [case.start, *(view.start for view in case.views.values() if view.start)]
    for question in case.asked.values():
        _check_claims(case, question, problems)
        due = question.due
        if due is not None and question.futures_answer:
            newest = max([*starts, *([question.asked] if question.asked else [])])
            horizon = later(newest, case.horizon)
            if not min(starts) < due <= horizon:
                message = f"'{question.id}' is due on {due}, outside every run of the case ({min(starts)} to {horizon})"
                problems.add("outside-horizon", question.places["at" if question.at else "by"], message)
        if question.of:
            _check_number(case, question, problems)
    for name, members in families(case).items():
        if len(members) == 1:
            message = f"'{members[0].id}' is alone in the family '{name}': there is no other wording to compare"
            problems.add("lone-family", members[0].places["family"], message, severity="warning")


def families(case: Case) -> dict[str, list[Question]]:
    """Questions that ask for the same in different words, by their family, in the order of the file."""
    found: dict[str, list[Question]] = {}
    for question in case.asked.values():
        if question.family:
            found.setdefault(question.family, []).append(question)
    return found


def _check_claims(case: Case, question: Question, problems: Problems) -> None:
    answers = ("yes", "no") if question.kind == "yes_no" else (*(o.name for o in question.options), question.otherwise)
    if question.claims and question.claimed not in answers and question.kind in ("yes_no", "choice"):
        message = f"'{question.claimed}' is no answer to '{question.id}'"
        problems.add("bad-entry", question.places["claimed"], message, f"'claimed' is one of {', '.join(answers)}.")
    for name in question.claims:
        claim = case.library.claims.get(name)
        if claim is None:
            hint = nearest(name, case.library.claims)
            problems.add("unknown-claim", question.places["claim"], f"there is no claim '{name}'", hint)
            continue
        answer = question.resolution
        if answer is None or question.kind != "yes_no" or answer.outcome in UNSCORED or not claim.came_true:
            continue
        right = {"partly": "partly", question.claimed: "true"}.get(answer.outcome, "false")
        if right != claim.came_true:
            message = f"by '{question.id}' the claim '{name}' came true: {right}; in claims.yaml it is {claim.came_true}"
            problems.add("contradiction", answer.place, message, "Put one of them right.")


def _check_number(case: Case, question: Question, problems: Problems) -> None:
    shown = {scalar_name(s.item, s.members): s for s in case.built.graph.shown}
    found = shown.get(question.of)
    if found is None:
        message = f"'{question.id}' asks for '{question.of}', which is no stock or value with 'show: true'"
        problems.add("unknown-name", question.places["of"], message, nearest(question.of, shown))
        return
    for answer in question.resolutions:
        match = _FIGURE.match(answer.outcome)
        if match is None:
            continue
        try:
            unit = case.built.units.parse(match["unit"].strip()) if match["unit"] else ONE
        except UnknownUnit as error:
            problems.add("unknown-unit", answer.place, str(error))
            continue
        if unit.dimension != found.unit.dimension:
            message = f"'{answer.outcome}' is not in the unit of '{question.of}', {found.unit.text or 'a plain number'}"
            problems.add("wrong-unit", answer.place, message)
            continue
        answer.value = float(match["value"]) * unit.factor / found.unit.factor


def due_text(question: Question) -> str:
    """The deadline in words: ``by 2026-12-31``, ``on 2026-12-31`` or nothing."""
    return f"on {question.at}" if question.at else f"by {question.by}" if question.by else ""


def open_on(question: Question, day: date) -> bool:
    """Whether a forecast of that day counts: it was asked, has not closed and was not answered."""
    asked = question.asked is None or question.asked <= day
    closed = question.last is not None and question.last < day
    answered = any(not r.so_far and r.day <= day for r in question.resolutions)
    return asked and not closed and not answered
