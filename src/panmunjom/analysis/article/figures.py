"""Matches an article's figures to the parameters of a case, by subject, unit, kind and member."""

from __future__ import annotations

from datetime import date

from ...evidence.hearing import MAX_AGE
from ...evidence.lexicon import lexicon
from ...evidence.phrases import find
from ...evidence.proposing.proposal import Proposal
from ...quantities.calendar import loose_date
from ...quantities.units import Unit, UnknownUnit
from ...world.resolve import members_of
from .matching import REPORTED, THRESHOLD, Match, Reader, clause, polarity

MOST_LENGTH = 60  # words of a sentence that are looked at: longer ones are lists


class Figures:
    """The parameters that figures are compared with."""

    def __init__(self, reader: Reader, day: date, proposals: list[Proposal]) -> None:
        self.reader, self.case, self.day = reader, reader.case, day
        self.counted = [p for p in proposals if p.kind == "quantity"]
        self.ahead = [
            p for p in proposals if p.kind != "quantity"
        ]  # a figure in one of these is not about what is

    def match(self, match: Match) -> None:
        """Find the parameter of a figure and say why, or why there is none."""
        proposal = match.proposal
        match.reason = self._unfit(proposal)
        if match.reason:
            return
        unit = self.unit(proposal)
        if unit is None:
            what = (
                f"{proposal.unit}{'/' + proposal.per if proposal.per else ''}"
                or "something that it does not name"
            )
            match.reason = f"it counts {what}, which is no unit of this case"
            return
        fitting, told = self._fitting(proposal, unit)
        fitting.sort(reverse=True)
        best = [f for f in fitting if f[0] == fitting[0][0]]
        if not fitting:
            kind = "a rate" if proposal.per else "a share" if proposal.unit == "percent" else "an amount"
            match.reason = told or f"nothing in this case is spoken of so and counted as {kind} of this unit"
        elif len(best) > 1:
            match.reason = f"it fits {' and '.join(sorted(b[2] for b in best))} equally well"
        elif fitting[0][0] < THRESHOLD:
            match.reason = (
                f"it may be {fitting[0][2]}, with a score of {fitting[0][0]:.2f}, under {THRESHOLD}"
            )
        elif reason := self.put(match, fitting[0][2]):
            match.reason = reason
        else:
            match.score = fitting[0][0]
            fits = (
                "subject, unit, kind and side fit"
                if match.score == 1
                else "it fits, with help of the sentence before"
            )
            match.reason = fits if match.use else f"{fits}, but {match.speaker} {REPORTED}"

    def put(self, match: Match, target: str) -> str:
        """Tie a figure to a parameter; returns why it cannot be."""
        figure, why = self.converted(match.proposal, target.partition("[")[0])
        if figure:
            match.target, match.figure = target, figure
            match.use = match.proposal.speech.voice == "author" or match.proposal.speech.endorsed
        return why

    def converted(self, proposal: Proposal, name: str) -> tuple[str, str]:
        """A figure as claims write it, in the unit of a parameter; empty with the reason where that cannot be."""
        parameter, kept = self.case.built.world.parameters[name], self.case.built.unit_of[name]
        unit = self.unit(proposal)
        if unit is None or unit.dimension != kept.dimension:
            said = f"{proposal.unit or 'no unit'}{'/' + proposal.per if proposal.per else ''}"
            return "", f"it is in {said}, but {name} is in {kept.text or 'a plain number'}"
        factor = unit.factor / kept.factor
        low, high = (None if v is None else v * factor for v in (proposal.low, proposal.high))
        least, most = parameter.within or (float("-inf"), float("inf"))
        if any(v is not None and not least <= v <= most for v in (low, high)):
            return "", f"it lies beyond the bounds of {name}, {least:g} to {most:g} {kept.text}".rstrip()
        ends = ["" if v is None else f"{v:.12g}" for v in (low, high)]
        if not all(ends):
            figure = f"> {ends[0]}" if ends[0] else f"< {ends[1]}"
        else:
            figure = ends[0] if ends[0] == ends[1] else " to ".join(ends)
        return f"{figure} {kept.text}".strip(), ""

    def unit(self, proposal: Proposal) -> Unit | None:
        """The case's unit for what is counted; None where it has none."""
        base = self.case.phrases.units.get(proposal.unit)
        if base is None:
            return None
        if not proposal.per:
            return base
        try:
            per = self.case.built.units.parse(f"1/{proposal.per}")
        except UnknownUnit:
            return None
        return Unit(
            f"{base.text}/{proposal.per}", base.factor * per.factor, base.dimension.times(per.dimension)
        )

    def _unfit(self, proposal: Proposal) -> str:
        """Why a figure says nothing of how things are on the day, whatever it counts."""
        if proposal.low is None and proposal.high is None:
            return "it has no figure"
        text = proposal.sentence.text
        inside = [
            p
            for p in self.ahead
            if p.sentence is proposal.sentence and p.start < proposal.end and proposal.start < p.end
        ]
        if inside:
            what = {
                "prediction": "a prediction",
                "conditional": "a condition or what follows from it",
                "demand": "a demand",
            }
            return f"it is part of {what[inside[0].kind]}, not of how things are"
        if text.rstrip("\"' )").endswith("?"):
            return "it stands in a question"
        left, _ = clause(text, proposal.start, proposal.end)
        words, around = lexicon(proposal.sentence.language).data, text[left : proposal.start]
        if any(find(p, around) for p in words["perhaps"]):
            return "its clause calls it possible only"
        if polarity(around, proposal.sentence.language, (len(around), len(around)))[0]:
            return "its clause denies it"
        if (
            proposal.as_of
            and proposal.as_of[:4] in text
            and (self.day - loose_date(proposal.as_of)[1]).days > MAX_AGE
        ):
            return f"it speaks of {proposal.as_of}, too long before"
        if proposal.hedge == "none" and len(text.split()) > MOST_LENGTH:
            return f"its sentence has over {MOST_LENGTH} words"
        return ""

    def _fitting(self, proposal: Proposal, unit: Unit) -> tuple[list[tuple[float, int, str]], str]:
        """Parameters that a figure may be, each with its score; and why one that it may be is not."""
        for stretch in self._stretches(proposal):
            fitting, told = [], ""
            for name, words in self.case.phrases.quantities.items():
                if self.case.built.unit_of[name].dimension != unit.dimension:
                    continue
                if score := self._spoken(name, proposal, stretch):
                    target, sure, why = self._member(name, proposal)
                    told = told or (f"it may be {name}, but {why}" if why else "")
                    if target:
                        fitting.append((round(score * sure, 3), -len(words.words), target))
            if fitting or told:
                break
        return fitting, told

    def _spoken(self, name: str, proposal: Proposal, text: str) -> float:
        """How well the words around a figure speak of a parameter: 1 in its own sentence, 0 not at all."""
        words, whole = self.case.phrases.quantities[name], proposal.sentence.text
        left, right = clause(whole, proposal.start, proposal.end)
        if self.reader.found(words.never, whole[left:right] if len(text) > right - left else text):
            return 0.0
        score = self.reader.found(words.words, text)
        return score * (
            self.reader.found(words.also, text, self.reader.before(proposal)) if words.also else 1.0
        )

    def _stretches(self, proposal: Proposal) -> list[str]:
        """The words that may speak of a figure, the nearest first: its sentence, where it is the only figure there; else
        what stands between its neighbours in its clause, then the clause up to the next figure.
        """
        text = proposal.sentence.text
        others = [p for p in self.counted if p.sentence is proposal.sentence and p is not proposal]
        if not others:
            return [text]
        left, right = clause(text, proposal.start, proposal.end)
        after = min([right, *(p.start for p in others if p.start >= proposal.end)])
        before = max([left, *(p.end for p in others if p.end <= proposal.start)])
        return [text[before:after], text[left:after]]

    def _member(self, name: str, proposal: Proposal) -> tuple[str, float, str]:
        """The scalar parameter, how sure its member is, and why that is not known."""
        parameter = self.case.built.world.parameters[name]
        if not parameter.per:
            return name, 1.0, ""
        if len(parameter.per) > 1:
            return "", 0.0, "it has a value for each of two dimensions"
        member, sure, why = self.reader.whose(parameter.per[0], proposal, proposal.start, proposal.end)
        known = [m for (m,) in members_of(self.case.built.world, parameter.per)] if member else []
        return (f"{name}[{member}]", sure, "") if member in known else ("", 0.0, why)


def settle(matches: list[Match]) -> None:
    """Of several figures for one parameter keep one: the latest where their dates differ, the first where they agree."""
    groups: dict[str, list[Match]] = {}
    for match in matches:
        if match.proposal.kind == "quantity" and match.use:
            groups.setdefault(match.target, []).append(match)
    for target, group in groups.items():
        newest = max(m.proposal.as_of for m in group)
        latest = [m for m in group if m.proposal.as_of == newest] if newest else group
        kept = latest[0] if len({m.figure for m in latest}) == 1 else None
        for match in group:
            if match is kept:
                continue
            match.use = False
            match.reason = (
                f"it gives {target} again"
                if kept
                else f"the document gives {len({m.figure for m in latest})} figures for {target}"
            )
