"""Statements about the future: what, by when, and how likely in whose words."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Any

from ..documents.records import Sentence
from ..lexicon import Lexicon, lexicon
from ..yardsticks import ICD203
from .clauses import bounds, trim
from .deadlines import When
from .numbers import small_number
from .proposal import Proposal


@cache
def _rules(words: Lexicon) -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    found: list[tuple[re.Pattern[str], dict[str, Any]]] = []
    for rule in words.data["forecasts"]:
        flags = 0 if rule.get("lower") else re.IGNORECASE
        starts = r"(?<![^\W_])" if not str(rule["find"]).startswith("(?<=") else ""
        found.append((re.compile(rf"{starts}(?:{rule['find']})(?![^\W_])", flags), rule))
    return found


def forecasts(sentence: Sentence, times: list[When], today: date | None) -> list[Proposal]:
    """The forecasts of a sentence, at most one a clause; questions are none."""
    text, words = sentence.text, lexicon(sentence.language)
    if text.rstrip('" )').endswith("?") or (
        sentence.heading and words.pattern("question_headline", "{}").match(text)
    ):
        return []
    past = words.pattern("past_context").search(text) or words.pattern("hypothetical_past").search(text)
    clauses: dict[tuple[int, int], str] = {}
    for pattern, rule in _rules(words):
        for match in pattern.finditer(text):
            start, end = bounds(text, match.start(), words)
            if _holds(text, match, rule, (start, end), times, today, words) and not (
                past and rule.get("past")
            ):
                clauses.setdefault((start, end), match.group().strip().lower())
    if words.data["present_with_date"]:
        for when in times:
            start, end = bounds(text, when.start, words)
            if _is_deadline(when, text[start:end], today, words) and _present(text[start:end], when, words):
                clauses.setdefault((start, end), "")
    found: list[Proposal] = []
    for (start, end), cue in sorted(clauses.items()):
        start, end = trim(text, start, end, words)
        if end - start < 12 or any(p.start <= start and end <= p.end for p in found):
            continue
        proposal = Proposal("prediction", sentence, start, end, cue=cue)
        date_of(proposal, times, today)
        proposal.probability = probability(text[start:end], words)
        found.append(proposal)
    return found


def _holds(
    text: str,
    match: re.Match[str],
    rule: dict[str, Any],
    clause: tuple[int, int],
    times: list[When],
    today: date | None,
    words: Lexicon,
) -> bool:
    """Whether a cue's own conditions are met."""
    before, after = text[: match.start()], text[match.end() :]
    barred = "not_before" in rule and re.search(rf"(?<![^\W_]){rule['not_before']}$", before, re.IGNORECASE)
    if barred and not (rule.get("reported") and words.pattern("verbs").search(before)):
        return False
    if "not_after" in rule and re.match(str(rule["not_after"]), after, re.IGNORECASE):
        return False
    if not _states(text, match, clause, words):
        return False
    if rule.get("case") == "capital" and not match.group()[0].isupper():
        return False
    part = text[slice(*clause)]
    needs = rule.get("needs")
    inside = [w for w in times if clause[0] <= w.start < clause[1]]
    dated = any(_is_deadline(w, part, today, words) for w in inside)
    timed = dated or any(w.exact == "vague" for w in inside)
    if needs == "date" and not dated:
        return False
    if needs == "word" and not timed:
        return False
    if needs == "condition" and not _conditional(text, words):
        return False
    if needs == "ability" and not timed and words.pattern("mere_ability").search(part):
        return False
    if rule.get("infinitive") and not dated and not _infinitive(text, match, clause, words):
        return False
    if "perfect" in rule and re.search(
        rf"(?:{words.data['participles']}) (?:haben|sein|worden sein)\b", part, re.IGNORECASE
    ):
        return False
    return not (rule.get("perfect") is False and not timed and words.pattern("perfect").search(part))


def _states(text: str, match: re.Match[str], clause: tuple[int, int], words: Lexicon) -> bool:
    """Whether the clause states something: "how long Russia will hold out" does not."""
    return not re.search(words.data["embedded"], text[clause[0] : match.start()].lower())


def _conditional(text: str, words: Lexicon) -> bool:
    return any(words.pattern(f"conditions.{kind}").search(text) for kind in ("if", "if_not", "given"))


def _infinitive(text: str, match: re.Match[str], clause: tuple[int, int], words: Lexicon) -> bool:
    """Whether an auxiliary governs an infinitive: at the end of its clause, or just before it in a clause that it ends."""
    tail = re.sub(r"[^\w]+$", "", text[match.end() : clause[1]])
    whole = re.sub(r"[^\w]+$", "", text[match.end() :])
    ahead = re.sub(r"[^\w]+$", "", text[clause[0] : match.start()])
    for stretch in ([tail] if tail else [ahead]) + ([whole] if tail else []):
        last = stretch.rsplit(" ", 1)[-1]
        if last in words.words("auxiliaries"):
            return True
        if _is_infinitive(last, words):
            return True
    pieces = [re.sub(r"\W+$", "", piece).rsplit(" ", 1)[-1] for piece in re.split(r",| (?:und|oder) ", tail)]
    if len(ahead.split()) == 1:  # "Brechen wird es sie nicht"
        pieces.append(ahead.lower())
    return any(_is_infinitive(word, words) for word in pieces)


def _is_infinitive(word: str, words: Lexicon) -> bool:
    return bool(words.pattern("infinitives", "(?:{})", 0).fullmatch(word)) and not words.pattern(
        "participles", "(?:{})"
    ).fullmatch(word)


def _is_deadline(when: When, clause: str, today: date | None, words: Lexicon) -> bool:
    """Whether a phrase names a day or period ahead."""
    if when.anaphoric:
        return when.last is not None
    if when.last is None or when.open_ended or (today and when.last < today):
        return False
    if today is None:
        return not words.pattern("past_tense").search(clause)
    if re.fullmatch(rf"{words.data['until']}|{words.data['before']}", when.introduced or "-"):
        return True
    past = words.pattern("past_tense").search(clause)
    if when.past is not None and when.past != when.last and past:
        return False
    here = (when.last.year, when.last.month) == (today.year, today.month)
    return not (past and here and when.past == when.last)


def _present(clause: str, when: When, words: Lexicon) -> bool:
    """Whether a clause with a date ahead speaks in the present, so that it is about what is to come."""
    if (
        words.pattern("past_tense").search(clause)
        or re.search(words.data["past_form"], clause)
        or len(clause.split()) < 5
    ):
        return False
    if when.introduced and re.fullmatch(rf"{words.data['until']}|{words.data['before']}", when.introduced):
        return True
    sure = (
        when.past is None or when.past == when.last
    )  # not a month without a year, which may be the last one
    return sure and bool(when.introduced or words.pattern("next_words", "{}").match(when.text))


def date_of(proposal: Proposal, times: list[When], today: date | None) -> None:
    """Give a proposal its deadline: one with "by" or "until" first, else the last that lies ahead."""
    words = lexicon(proposal.sentence.language)
    clause = proposal.shown
    inside = [w for w in times if proposal.start <= w.start < proposal.end]
    ahead = [w for w in inside if _is_deadline(w, clause, today, words)]
    until = [
        w
        for w in ahead
        if w.introduced and re.fullmatch(rf"{words.data['until']}|{words.data['before']}", w.introduced)
    ]
    chosen = (until or ahead)[-1:] or [w for w in inside if w.exact == "vague"][:1]
    if chosen:
        proposal.deadline, proposal.deadline_text = chosen[0].last, chosen[0].text


def probability(clause: str, words: Lexicon) -> dict[str, str]:
    """Words of probability and their band: a number where one is said, else the term of ICD 203; empty for none."""
    match = re.search(words.data["chance_number"], clause, re.IGNORECASE)
    if match:
        numbers = [float(g.replace(",", ".")) / 100 for g in match.group("a", "b", "c", "d") if g]
        if all(0 <= n <= 1 for n in numbers):
            return {
                "words": match.group(),
                "low": f"{numbers[0]:g}",
                "high": f"{numbers[-1]:g}",
                "yardstick": "as said",
            }
    match = re.search(words.data["odds"], clause, re.IGNORECASE)
    if match:
        pair = [small_number(g.lower(), words.code) for g in match.groups() if g]
        if len(pair) == 2 and pair[1]:
            share = pair[0] / pair[1]
            return {
                "words": match.group(),
                "low": f"{share:.3g}",
                "high": f"{share:.3g}",
                "yardstick": "as said",
            }
    for term in words.table("probability"):
        match = words.pattern(f"probability.{term}").search(clause)
        if match:
            low, high = ICD203[term]
            return {"words": match.group(), "low": f"{low:g}", "high": f"{high:g}", "yardstick": "icd203"}
    return {}
