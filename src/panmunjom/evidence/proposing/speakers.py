"""Who says so: attributions, quotations, and what carries over from the sentence before."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..documents.records import Sentence
from ..lexicon import lexicon
from .attributions import Attribution, Known, attributions
from .proposal import Speech


class Listener:
    """Goes through a document's sentences in order and tells who speaks in each."""

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        self.sentences = sentences
        self.heard: list[list[Attribution]] = []
        self.inside: list[list[tuple[int, int]]] = []
        self.labels: list[tuple[str, int]] = []
        self.last: list[str] = []
        known, label, opened, block = Known(), ("", 0), False, -1
        counts: dict[str, int] = {}
        for sentence in sentences:
            if name := _label(sentence.text)[0]:
                counts[name] = counts.get(name, 0) + 1
        for sentence in sentences:
            words = lexicon(sentence.language)
            if sentence.block != block:
                opened = opened and bool(re.match(r'"|[^"]*[^\s"]"(?=[\s,.]|$)', sentence.text))
                block = sentence.block
                name, length = _label(sentence.text)
                if counts.get(name, 0) > 1:
                    label = name, length
                elif label[0] and sentence.heading:
                    label = "", 0
            else:
                label = label[0], 0
            found = attributions(sentence.text, words, known)
            spans, opened = _quoted(sentence.text, opened)
            self.heard.append(found)
            self.inside.append(spans)
            self.labels.append(label)
            self.last.append(known.last)
            if found and len(self.heard) > 1 and words.pattern("backward", "^(?:{})").match(sentence.text):
                self.heard[-2].append(
                    Attribution(0, 0, (0, len(sentences[len(self.heard) - 2].text)), found[-1].speaker, False)
                )
            named = [a.speaker for a in found if a.speaker != "author"]
            if named:
                known.last = named[-1]

        self.answers = self._answers()

    def _answers(self) -> dict[int, str]:
        """The blocks that answer questions, where at least three blocks ask some, and who answers."""
        texts: dict[int, str] = {}
        for sentence in self.sentences:
            texts[sentence.block] = f"{texts.get(sentence.block, '')} {sentence.text}".strip()
        asked = [b for b, text in texts.items() if text.endswith("?") and len(text) < 400 and '"' not in text]
        if len(asked) < 3 or any(label for label, _ in self.labels):
            return {}
        before = [
            a.speaker
            for s, heard in zip(self.sentences, self.heard, strict=True)
            if s.block < asked[1]
            for a in heard
        ]
        who = next((s for s in before if s != "author"), "interviewee")
        return {b: who for b in texts if b > asked[0] and b not in asked}

    def speech(self, index: int, start: int, end: int) -> tuple[Speech, int, int]:
        """Who says what stands between two offsets of a sentence, and the offsets without the attribution's words."""
        sentence, words = self.sentences[index], lexicon(self.sentences[index].language)
        middle = (start + end) // 2
        best: Attribution | None = None
        for heard in self.heard[index]:
            centre = (heard.end + end) // 2 if heard.start <= start < heard.end < end else middle
            covers = heard.scope[0] <= centre <= heard.scope[1]
            if covers and (best is None or (heard.own, heard.start) > (best.own, best.start)):
                best = heard
        inside = any(s <= middle < e for s, e in self.inside[index]) and self._long_quote(index, middle)
        if best is not None and not ((inside or self.labels[index][0]) and best.speaker == "author"):
            if not best.own:
                leads = best.start - start < 4 or best.scope[0] == best.end
                if best.start <= start < best.end or (leads and start <= best.start and best.end < middle):
                    start = max(start, min(best.end, end - 1))
                elif best.start > middle and best.end >= end - 3 and best.start - start > 15:
                    end = best.start
            return _as_speech(best.speaker, best.endorsed), start, end
        if inside:
            return _as_speech(self._neighbour(index) or "unnamed", False), start, end
        label, _ = self.labels[index]
        if label or sentence.block in self.answers:
            return _as_speech(label or self.answers[sentence.block], False), start, end
        if "subjunctive_sure" in words.data and words.pattern("subjunctive_sure").search(
            sentence.text[start:end]
        ):
            return _as_speech(self.last[index] or "unnamed", False), start, end
        if words.pattern("passive").search(sentence.text[max(0, start - 40) : end]):
            return _as_speech("unnamed", False), start, end
        return Speech(), start, end

    def _long_quote(self, index: int, at: int) -> bool:
        """A quoted sentence, not a quoted word."""
        start, end = next(s for s in self.inside[index] if s[0] <= at < s[1])
        return end - start > min(25, 0.7 * len(self.sentences[index].text))

    def _neighbour(self, index: int) -> str:
        """The speaker nearest to a quotation: in its block, later or before, else the last one named."""
        block = self.sentences[index].block
        for distance in range(1, 4):
            for other in (index - distance, index + distance):
                if (
                    0 <= other < len(self.sentences)
                    and self.sentences[other].block == block
                    and self.heard[other]
                ):
                    return self.heard[other][-1].speaker
        later = index + 1
        while (
            later < min(len(self.sentences), index + 5)
            and self.inside[later]
            and self.inside[later][0][0] == 0
        ):
            if self.heard[later]:
                return self.heard[later][-1].speaker
            later += 1
        return self.last[index]


def _as_speech(speaker: str, endorsed: bool) -> Speech:
    return Speech() if speaker == "author" else Speech(speaker, "reported", endorsed)


def _label(text: str) -> tuple[str, int]:
    """The speaker's label before a colon at the start of an interview's turn, and its length."""
    found = re.match(r"((?:[A-ZÄÖÜ][\w.'-]*)(?: [A-ZÄÖÜ][\w.'-]*){0,3}): (?=\S)", text)
    return (found.group(1), found.end()) if found else ("", 0)


def _quoted(text: str, opened: bool) -> tuple[list[tuple[int, int]], bool]:
    """The stretches inside quotation marks, and whether one is still open at the end."""
    spans: list[tuple[int, int]] = []
    start = 0
    for found in re.finditer('"', text):
        if opened and (found.start() > 0 or start):
            spans.append((start, found.start()))
        opened = not opened if found.start() > 0 or not opened else True
        start = found.end()
    if opened:
        spans.append((start, len(text)))
    return spans, opened
