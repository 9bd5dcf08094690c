"""Questions: what they may say, what is said of wrong ones and where, what a day knows of them, what locks them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from panmunjom.case.known import as_of
from panmunjom.case.loading import check, load
from panmunjom.case.questions import due_text, families, open_on
from small_case import FILES, edit_case, write_case

GOOD = """\
hunger:
  text: Do the stores fall below ten days' rations?
  about: at the end of some week
  holds: stores[north] < 10 days * rations[north]
  asked: 2024-03-01
  by: 2024-09-30
  resolution:
    outcome: yes
    day: 2024-06-01
    who: the town's clerk
    evidence: his book
empty:
  text: Are the stores empty at the end of June?
  claim: courier-2
  holds: stores[north] <= 0 t
  at: 2024-06-30
  resolution: {outcome: no, day: 2024-07-01, who: the clerk}
first:
  text: What comes first?
  kind: choice
  options:
    free: {holds: relieved}
    hungry: {holds: "not relieved and stores[north] < 50 t"}
  otherwise: neither
  by: 2024-12-31
fed:
  text: How much is left at the end of the year?
  kind: number
  of: stores[north]
  at: 2024-12-31
  resolution: {outcome: 120000 kg, day: 2025-01-02, who: the clerk}
relief:
  text: When is it relieved?
  kind: date
  holds: relieved
  asked: 2024-03-01
  by: 2024-12-31
  resolution: {outcome: 2024-08-05, day: 2024-08-06, who: the clerk}
"""
SHOWN = FILES["world/siege.yaml"].replace("out: eaten}", "out: eaten, show: true}")


def case_with(folder, questions=GOOD):
    return write_case(folder, questions=questions, world__siege=SHOWN)


def problems_of(folder, old, new):
    assert GOOD.count(old) >= 1, old
    return check(case_with(folder, GOOD.replace(old, new, 1)))


def test_a_case_with_all_kinds(tmp_path):
    assert check(case_with(tmp_path)) == []
    case = load(tmp_path)
    assert list(case.asked) == ["hunger", "empty", "first", "fed", "relief"] and case.questions == {}
    assert case.asked["fed"].resolution.value == pytest.approx(120)  # in tonnes
    assert [a.name for a in case.built.graph.answers if "first" in a.name] == ["first: free", "first: hungry"]
    assert due_text(case.asked["empty"]) == "on 2024-06-30" and due_text(case.asked["relief"]) == "by 2024-12-31"


# old text, new text, code, line, words in message or hint
WRONG = {
    "resolved before it closes": ("{outcome: no, day: 2024-07-01", "{outcome: no, day: 2024-06-20", "early-resolution", 17, "closes on 2024-06-30"),
    "resolved before it was asked": ("day: 2024-06-01", "day: 2024-02-01", "early-resolution", 9, "before it was asked"),
    "no before the deadline": ("outcome: yes\n", "outcome: no\n", "early-resolution", 9, "resolved as no"),
    "closes before it opens": ("  by: 2024-09-30", "  closes: 2024-02-01\n  by: 2024-09-30", "bad-date", 6, "before it opens on 2024-03-01"),
    "due before it was asked": ("by: 2024-09-30", "by: 2024-02-28", "bad-date", 6, "before it opens"),
    "outside the horizon": ("  by: 2024-12-31\n  resolution", "  by: 2031-12-31\n  resolution", "outside-horizon", 37, "outside every run"),
    "names nothing": ("relieved\n  asked", 'time > date("2024-05-01")\n  asked', "no-variable", 35, "names nothing of the world"),
    "by and at": ("  at: 2024-06-30", "  at: 2024-06-30\n  by: 2024-06-30", "bad-date", 16, "Keep 'by'"),
    "past wars of a number": ("  of: stores[north]", "  past_wars: 2022-02-24\n  of: stores[north]", "bad-entry", 29, "past wars have an answer"),
    "no such kind": ("kind: date", "kind: day", "bad-entry", 34, "yes_no, choice, number, date"),
    "holds of a number": ("  of: stores[north]", "  of: stores[north]\n  holds: relieved", "bad-entry", 30, "does not go with"),
    "a number that is not shown": ("of: stores[north]", "of: eaten[north]", "unknown-name", 29, "show: true"),
    "a number without its day": ("  at: 2024-12-31", "  by: 2024-12-31", "no-day", 29, "on which day"),
    "no otherwise": ("  otherwise: neither\n", "", "open-choice", 18, "otherwise"),
    "same options": ('{holds: "not relieved and stores[north] < 50 t"}', "{holds: relieved }", "options-overlap", 23, "hold together"),
    "no outcome of it": ("outcome: yes", "outcome: maybe", "bad-outcome", 8, "yes, no, partly, void, ambiguous"),
    "a figure in another unit": ("120000 kg", "120 day", "wrong-unit", 31, "not in the unit"),
    "no figure": ("120000 kg", "a lot", "bad-outcome", 31, "66000 km^2"),
    "a day after its resolution": ("outcome: 2024-08-05", "outcome: 2024-08-07", "bad-outcome", 38, "after the day"),
    "no claim": ("courier-2", "courier-3", "unknown-claim", 14, "courier-2"),
    "answers that quarrel": ("resolution: {outcome: no, day: 2024-07-01, who: the clerk}", "resolution:\n    - {outcome: no, day: 2024-07-01, who: the clerk}\n    - {outcome: yes, day: 2024-07-02, who: the baker}", "contradiction", 19, "ambiguous"),
    "only so far, though due": ("day: 2024-07-01, who: the clerk", "day: 2024-07-01, who: the clerk, so_far: true", "early-resolution", 17, "no longer"),
    "locked on other words": ("  about: at the end", "  locked: 0123456789abcdef\n  about: at the end", "criteria-changed", 3, "ask it anew"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_question(name, tmp_path):
    old, new, code, line, words = WRONG[name]
    found = [p for p in problems_of(tmp_path, old, new) if p.code == code]
    assert found, [p.render() for p in check(tmp_path)]
    assert (found[0].place.line, words in f"{found[0].message} {found[0].hint}") == (line, True), found[0].render()


def test_a_claim_that_came_out_otherwise(tmp_path):
    """questions.yaml and claims.yaml may not disagree."""
    claims = FILES["claims.yaml"].replace("by: 2024-06-30\n", "by: 2024-06-30\n  came_true: true\n  decided: 2024-07-01\n", 1)
    write_case(tmp_path, questions=GOOD, world__siege=SHOWN, claims=claims)
    (found,) = check(tmp_path)
    assert found.code == "contradiction" and "came true: false" in found.message and found.place.line == 17


def test_what_a_day_knows(tmp_path):
    """A resolution known later is gone, so the question is open and is asked again."""
    case = load(case_with(tmp_path))
    early, late = as_of(case, date(2024, 5, 1)), as_of(case, date(2024, 7, 1))
    assert early.asked["hunger"].resolutions == [] and "hunger" in early.questions
    assert late.asked["hunger"].resolution.outcome == "yes" and "hunger" not in late.questions
    assert "hunger" not in as_of(case, date(2024, 2, 1)).asked


def test_when_it_is_open(tmp_path):
    question = load(case_with(tmp_path)).asked["hunger"]
    days = [date(2024, 2, 29), date(2024, 3, 1), date(2024, 5, 31), date(2024, 6, 1)]
    assert [open_on(question, d) for d in days] == [False, True, True, False]
    assert open_on(replace(question, resolutions=[]), date(2024, 9, 30)) and not open_on(replace(question, resolutions=[]), date(2024, 10, 1))


def test_criteria_are_words_and_dates_not_answers(tmp_path):
    question = load(case_with(tmp_path)).asked["hunger"]
    same = [replace(question, resolutions=[]), replace(question, text="  Do the stores\n fall below ten days' rations?"), replace(question, family="x")]
    other = [replace(question, about="at noon"), replace(question, by=date(2024, 10, 1)), replace(question, expression="relieved"), replace(question, fine_print="x")]
    assert {q.criteria for q in same} == {question.criteria}
    assert len({q.criteria for q in [question, *other]}) == 5


def test_a_lone_wording_is_a_warning(tmp_path):
    edit_case(tmp_path, "questions.yaml", "hunger:\n", "hunger:\n  family: food\n")
    (found,) = check(tmp_path)
    assert found.severity == "warning" and found.code == "lone-family" and list(families(load(tmp_path))) == ["food"]
