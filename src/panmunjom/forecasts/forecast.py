"""One forecast, whoever made it: the form in which the ledger's, a crowd's and a document's are scored side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ..case.records import Case, Question
from ..text.problems import NOWHERE, Place, Problems
from .ledger import Line
from .records import chance

ORIGINS = ("ledger", "hindcast", "document", "crowd")


@dataclass(slots=True)
class Forecast:
    """What ``who`` said of a question on a day.

    yes_no   ``p``: probability of yes
    choice   ``chances``: option -> probability
    number   ``levels`` and ``values``, in the declared unit
    date     ``levels`` and ``values`` as day numbers, NaN for not in time

    A ``hindcast`` was made after the day that it is dated; it is never mixed with forecasts.
    """

    who: str
    origin: str
    question: Question
    day: date
    p: float | None = None
    chances: dict[str, float] = field(default_factory=dict)
    levels: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    place: Place = NOWHERE

    @property
    def horizon(self) -> int | None:
        """Days from the forecast to the day that decides the question; None where it has none."""
        return (self.question.due - self.day).days if self.question.due else None


def of_ledger(case: Case, lines: list[Line], problems: Problems) -> list[Forecast]:
    """The ledger's forecasts; one on other criteria than the question has now is refused at the question's line.

    Of several that one view made of a question on a day, the last counts.
    """
    found: dict[tuple[str, str, date], Forecast] = {}
    for line in lines:
        record = line.record
        if record["case"] != case.id:
            message = f"this forecast is of the case '{record['case']}', not of '{case.id}'"
            problems.add("other-case", line.place, message)
            continue
        question = case.asked.get(record["question"])
        if question is None:
            message = f"there is no question '{record['question']}' any more, of which a forecast was sealed on {line.made}"
            problems.add("unknown-question", line.place, message, "A question that was asked stays in questions.yaml.")
            continue
        if record["criteria"] != question.criteria:
            message = (
                f"'{question.id}' was changed since the forecast of {line.as_of} in line {line.place.line} of the ledger: "
                f"its criteria were {record['criteria']} and are {question.criteria}"
            )
            hint = "Put back its words and dates, or ask it anew under another name: that forecast enters no score."
            problems.add("criteria-changed", question.place, message, hint)
            continue
        origin = "hindcast" if line.hindcast else "ledger"
        made = Forecast(f"{record['view'].partition('@')[0]}", origin, question, line.as_of, place=line.place)
        made.p, made.chances = record.get("probability"), record.get("chances", {})
        made.levels = list(record.get("levels", []))
        made.values = [_value(v) for v in record.get("quantiles", [])]
        trouble = misfit(made)
        if trouble:
            problems.add("bad-forecast", line.place, trouble)
            continue
        found[made.who, question.id, made.day] = made
    return list(found.values())


def _value(written: float | str | None) -> float:
    """A quantile of the ledger as a number: a day as its number, null as NaN."""
    if written is None:
        return float("nan")
    return float(date.fromisoformat(written).toordinal()) if isinstance(written, str) else float(written)


def misfit(made: Forecast) -> str:
    """What is wrong with a forecast for its question; empty where nothing is."""
    question = made.question
    if question.last and made.day > question.last:
        return f"the forecast of {made.day} came after '{question.id}' closed on {question.last}"
    if question.asked and made.day < question.asked:
        return f"the forecast of {made.day} came before '{question.id}' was asked on {question.asked}"
    if question.kind == "yes_no":
        if made.p is None or not 0 <= made.p <= 1:
            return f"'{question.id}' needs a probability from 0 to 1"
    elif question.kind == "choice":
        names = {*(o.name for o in question.options), question.otherwise}
        if set(made.chances) != names:
            return f"'{question.id}' needs a probability for each of {', '.join(sorted(names))}"
        if any(not 0 <= p <= 1 for p in made.chances.values()) or abs(sum(made.chances.values()) - 1) > 0.001:
            return f"the probabilities of '{question.id}' must lie between 0 and 1 and add up to 1"
    elif len(made.levels) < 2 or len(made.levels) != len(made.values):
        return f"'{question.id}' needs at least two quantiles"
    elif any(b <= a for a, b in zip(made.levels, made.levels[1:], strict=False)) or not 0 < made.levels[0] <= made.levels[-1] < 1:
        return f"the levels of '{question.id}' must rise between 0 and 1"
    elif any(b < a for a, b in zip(made.values, made.values[1:], strict=False)):
        return f"the quantiles of '{question.id}' cross: a higher level has a lower value"
    return ""


def of_documents(case: Case) -> list[Forecast]:
    """Claims whose words have a probability by a published yardstick: forecasts of the day they appeared, at its middle."""
    found = []
    for question in case.asked.values():
        for name in question.claims:
            claim = case.library.claims.get(name)
            said = chance(claim) if claim else None
            if claim is None or said is None or claim.published is None or question.kind != "yes_no" or not claim.endorsed:
                continue
            middle = sum(said) / 2
            p = middle if question.claimed == "yes" else 1 - middle
            found.append(Forecast(claim.source, "document", question, claim.published, p, place=claim.place))
            break  # a source counts once a question
    return found


