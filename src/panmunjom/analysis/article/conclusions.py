"""Matches an article's predictions and conditionals to the conclusions that a case knows the words of.

Only where every part is recognised: what comes, of whom, by when, with which figure, and on what condition.
"""

from __future__ import annotations

from datetime import date

from ...case.spoken import Outcome
from ...evidence.lexicon import lexicon
from ...evidence.phrases import find
from ...evidence.proposing.proposal import Proposal
from ...quantities.calendar import later
from ..verdicts import DAILY_UP_TO
from .figures import Figures
from .matching import REPORTED, Match, Reader, Reading, clause, polarity

_KINDS = ("prediction", "conditional")


class Conclusions:
    """The conclusions that predictions are compared with, seen from a document's day."""

    def __init__(self, reader: Reader, day: date, figures: Figures) -> None:
        self.reader, self.case, self.day, self.figures = reader, reader.case, day, figures
        self.horizon = later(day, reader.case.horizon)

    def match(self, match: Match) -> None:
        """Read a prediction as a proposition, or say which part is not recognised."""
        proposal = match.proposal
        try:
            outcome, at = self._outcome(proposal)
            reading = self._read(outcome, proposal, at)
        except Unread as unread:
            match.reason = f"cannot be tested here: {unread}"
            return
        match.target, match.read_as, match.score = outcome.name, reading, 1.0
        match.use = proposal.speech.voice == "author" or proposal.speech.endorsed
        match.reason = (
            "all of its parts are recognised"
            if match.use
            else f"all of its parts are recognised, but {match.speaker} {REPORTED}"
        )

    def _outcome(self, proposal: Proposal) -> tuple[Outcome, tuple[int, int]]:
        """The one conclusion whose words stand in the prediction, and where they stand."""
        shown, sentence = self._consequence(proposal), proposal.sentence.text
        found = []
        for outcome in self.case.phrases.outcomes.values():
            at = next((span for p in outcome.words if (span := find(p, shown, self.reader.names))), None)
            if at is None or self.reader.found(outcome.never, shown):
                continue
            if outcome.also and not self.reader.found(outcome.also, sentence):
                continue
            if outcome.figure is None or self._figures(outcome, proposal):
                found.append((outcome, at))
        if not found:
            raise Unread("nothing that this case can answer is recognised in it")
        if len(found) > 1:
            raise Unread(f"it may mean {' or '.join(o.name for o, _ in found)}")
        return found[0]

    def _consequence(self, proposal: Proposal) -> str:
        """The prediction without its condition."""
        shown, condition = proposal.shown, proposal.condition
        if _as_now(proposal):
            return shown
        return (
            shown.replace(condition, " ") if proposal.kind == "conditional" and condition in shown else shown
        )

    def _read(self, outcome: Outcome, proposal: Proposal, at: tuple[int, int]) -> Reading:
        shown = self._consequence(proposal)
        opening = clause(proposal.sentence.text, proposal.start, proposal.start)[
            0
        ]  # "nobody believes that" stands before it
        lead = proposal.sentence.text[opening : proposal.start]
        span = (at[0] + len(lead), at[1] + len(lead))
        turned, possible, unclear = polarity(lead + shown, proposal.sentence.language, span)
        if unclear:
            raise Unread(unclear)
        says, holds = self._filled(outcome, proposal, at)
        reading = Reading(says, holds, possible=possible)
        band = proposal.probability
        if band.get("low"):
            low, high = float(band["low"]), float(band["high"])
            if high <= 0.5:  # "unlikely": what is said is that it does not come about
                turned = not turned if not _turning(band["words"], proposal) else turned
            elif low < 0.5:
                reading.possible = True
            reading.notes.append(f"'{band['words']}' is {low:g} to {high:g} ({band['yardstick']})")
        last = self._deadline(proposal, reading)
        self._given(outcome, proposal, reading, last)
        if turned:
            reading.says = f"it does not come about that {reading.says}"
            reading.holds = (
                f"not ({reading.holds})"
                if outcome.on_date
                else f'not (first({reading.holds}) <= date("{last}"))'
            )
        reading.says = reading.says[0].upper() + reading.says[1:]
        if turned or outcome.on_date:
            reading.at = last.isoformat()
        else:
            reading.by = last.isoformat()
        return reading

    def _filled(self, outcome: Outcome, proposal: Proposal, at: tuple[int, int]) -> tuple[str, str]:
        """Words and formula with the member and the figure in their places."""
        holds, says = outcome.holds, outcome.says
        for dimension in outcome.holes:
            member, _, why = self._subject(dimension, proposal, at)
            if not member:
                raise Unread(why)
            holds, says = (
                holds.replace(f"{{{dimension}}}", member),
                says.replace(f"{{{dimension}}}", self.reader.label(f"@{member}")),
            )
        if outcome.figure is not None:
            figure = self._figure(outcome, proposal)
            shown = f"{float(figure.split()[0]):,.12g}"
            holds, says = holds.replace("{figure}", figure), says.replace("{figure}", shown)
        if not outcome.holes and not outcome.also and not self._at_home(proposal):
            raise Unread("nothing around it says that this war is meant")
        return says, holds

    def _subject(self, dimension: str, proposal: Proposal, at: tuple[int, int]) -> tuple[str, float, str]:
        """Of whom something is predicted: the member named last before it, else the only one near by."""
        before = self.reader.members(dimension, self._consequence(proposal)[: at[1]])
        if before:
            return before[-1][1], 1.0, ""
        return self.reader.whose(dimension, proposal, proposal.start, proposal.end)

    def _at_home(self, proposal: Proposal) -> bool:
        """Whether its paragraph names what the case is about."""
        block = proposal.sentence.block
        return any(
            self.reader.found(self.case.phrases.about, s.text)
            for s in self.reader.sentences
            if s.block == block
        )

    def _figure(self, outcome: Outcome, proposal: Proposal) -> str:
        """The figure that is said in the prediction, in the unit that the conclusion needs."""
        assert outcome.figure is not None
        fitting = self._figures(outcome, proposal)
        if len(fitting) != 1:
            raise Unread(f"it says several figures in {outcome.figure.text}")
        return f"{fitting[0]:.12g} {outcome.figure.text}"

    def _figures(self, outcome: Outcome, proposal: Proposal) -> list[float]:
        """The figures inside a prediction that are counted as a conclusion needs."""
        assert outcome.figure is not None
        fitting = []
        for figure in self.figures.counted:
            if figure.sentence is proposal.sentence and proposal.start <= figure.start < proposal.end:
                unit = self.figures.unit(figure)
                if unit is not None and unit.dimension == outcome.figure.dimension:
                    value = figure.low if figure.low is not None else figure.high or 0.0
                    fitting.append(value * unit.factor / outcome.figure.factor)
        return fitting

    def _deadline(self, proposal: Proposal, reading: Reading) -> date:
        """The last day that counts: the document's, else what the case reads into words of nearness, else the horizon."""
        phrases = self.case.phrases
        if proposal.deadline is not None:
            if proposal.deadline <= self.day:
                raise Unread(f"its date, {proposal.deadline}, is not after the document's")
            if proposal.deadline > self.horizon:
                raise Unread(f"its date, {proposal.deadline}, lies beyond the horizon of {self.case.horizon}")
            return proposal.deadline
        vague = f"{proposal.deadline_text} {proposal.shown}"
        if phrases.soon_within and self.reader.found(phrases.soon, vague):
            reading.notes.append(f"no date is said; nearness is read as within {phrases.soon_within}")
            return later(self.day, phrases.soon_within)
        if proposal.deadline_text:
            raise Unread(f"'{proposal.deadline_text}' is no date")
        reading.notes.append(f"no date is said; read as within the horizon of {self.case.horizon}")
        return self.horizon

    def _given(self, outcome: Outcome, proposal: Proposal, reading: Reading, last: date) -> None:
        """Which futures count: those in which what the prediction takes to go on does, and what it excludes has not come."""
        parts = []
        if outcome.goes_on:
            parts.append(outcome.goes_on)
            reading.notes.append(f"judged in the futures in which {outcome.goes_on_says or outcome.goes_on}")
        if _as_now(proposal):
            reading.notes.append(f"'{proposal.cue}' is read as: its figures go on unchanged")
        elif proposal.kind == "conditional":
            other = self._unless(proposal)
            parts.append(f"not ({other.holds})")
            reading.says += f", unless {other.says}"
            reading.notes.append(f"judged in the futures in which it is not so that {other.says}")
        if parts:
            step = 1 if (last - self.day).days <= DAILY_UP_TO else self.case.step_days
            eve = date.fromordinal(last.toordinal() - step)
            reading.given = " and ".join([f'time > date("{eve}")', *parts])

    def _unless(self, proposal: Proposal) -> Outcome:
        """The one conclusion that a condition with 'unless' names. 'If' would have to be made so, which only an analyst can."""
        words = lexicon(proposal.sentence.language)
        if not words.pattern("conditions.if_not").match(proposal.condition):
            raise Unread("only 'unless' is read as a condition, not 'if'")
        found = [
            outcome
            for outcome in self.case.phrases.outcomes.values()
            if not outcome.holes
            and outcome.figure is None
            and self.reader.found(outcome.words, proposal.condition)
            and not self.reader.found(outcome.never, proposal.condition)
        ]
        if len(found) != 1:
            raise Unread(f"its condition is not recognised ('{proposal.condition}')")
        return found[0]


class Unread(Exception):
    """Which part of a prediction is not recognised."""


def _as_now(proposal: Proposal) -> bool:
    """Whether the condition is only that things go on as they are, which is what a view of them says."""
    phrases = lexicon(proposal.sentence.language).data["as_now"]
    return proposal.kind == "conditional" and any(
        find(p, proposal.cue or proposal.condition) for p in phrases
    )


def _turning(words: str, proposal: Proposal) -> bool:
    """Whether a word of probability counts among the negators, so that it was turned round already."""
    return any(find(w, words) for w in lexicon(proposal.sentence.language).data["negators"])


def kinds(match: Match) -> bool:
    """Whether a match is of a prediction or a conditional."""
    return match.proposal.kind in _KINDS
