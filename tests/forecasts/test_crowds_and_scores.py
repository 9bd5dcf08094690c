"""Forecasts of others from CSV, the record of sources, and everything scored side by side."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from panmunjom.case.loading import load
from panmunjom.forecasts.baselines.rates import war_ends_within
from panmunjom.forecasts.crowds import read_crowd
from panmunjom.forecasts.forecast import Forecast, of_documents
from panmunjom.forecasts.hub import COLUMNS, as_csv, hub_rows
from panmunjom.forecasts.records import FEW, pooled_shares, posterior, source_scores
from panmunjom.forecasts.scoring import against_ours, by_family, by_forecaster, counts, scored
from panmunjom.text.problems import Problems
from quiet_case import QUESTIONS, write

ANSWERED = QUESTIONS.replace(
    "  text: Is it relieved by the end of 2024?\n",
    "  text: Is it relieved by the end of 2024?\n  claim: [courier-1, gazette-1]\n  resolution: {outcome: yes, day: 2024-08-05, who: the clerk}\n",
).replace(
    "  text: When is it relieved?\n", "  text: When is it relieved?\n  resolution: {outcome: 2024-08-04, day: 2024-08-05, who: the clerk}\n"
).replace(
    "  text: How much is left on 1 October 2024?\n", "  text: How much is left on 1 October 2024?\n  resolution: {outcome: 70000 kg, day: 2024-10-02, who: the clerk}\n"
).replace(
    "  text: How does it stand at the end of 2024?\n", "  text: How does it stand at the end of 2024?\n  resolution: {outcome: relieved, day: 2025-01-02, who: the clerk}\n"
).replace(
    "  text: Has a truce held for 28 days?\n", "  text: Has a truce held for 28 days?\n  resolution: {outcome: void, day: 2025-01-02, who: the clerk}\n"
) + """\
starves:
  text: Does it starve?
  claim: courier-2
  asked: 2024-01-01
  resolution: {outcome: no, day: 2025-03-01, who: the clerk, so_far: true}
"""

CROWD = """\
question,date,probability,option,level,value,forecaster
relief,2024-02-01,0.8,,,,market
relief,2024-03-01,90%,,,,market
relief,2024-02-01,0.3,,,,desk
stands,2024-02-01,0.5,relieved,,,desk
stands,2024-02-01,0.3,hungry,,,desk
stands,2024-02-01,0.2,fed,,,desk
left,2024-02-01,,,0.75,80,desk
left,2024-02-01,,,0.25,60,desk
day_of_relief,2024-02-01,,,0.5,2024-08-14,desk
day_of_relief,2024-02-01,,,0.9,never,desk
truce_28,2024-02-01,0.5,,,,desk
"""


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return load(write(tmp_path_factory.mktemp("answered"), ANSWERED))


def crowd(case, tmp_path, text=CROWD):
    path = tmp_path / "market.csv"
    path.write_text(text, encoding="utf-8")
    problems = Problems()
    return read_crowd(path, case, problems), list(problems)


def test_a_crowd_is_read_and_scored_by_hand(case, tmp_path):
    found, problems = crowd(case, tmp_path)
    assert problems == [] and len(found) == 7 and {f.who for f in found} == {"market", "desk"}
    rows = {(r.forecast.who, r.forecast.question.id, r.forecast.day.month): r for r in scored(case, found)}
    assert len(rows) == 6 and "truce_28" not in {q for _, q, _ in rows}  # which is void
    assert rows["market", "relief", 2].score == pytest.approx(0.04) and rows["market", "relief", 3].score == pytest.approx(0.01)
    assert rows["desk", "relief", 2].log == pytest.approx(-np.log(0.3))
    assert rows["desk", "stands", 2].score == pytest.approx((0.5**2 + 0.3**2 + 0.2**2) / 2)
    assert rows["desk", "stands", 2].baselines["even"] == pytest.approx(((2 / 3) ** 2 + 2 * (1 / 3) ** 2) / 2)
    # 70 t lies between the quartiles 60 and 80: twice the mean of 0.25 * 10 and 0.25 * 10
    assert rows["desk", "left", 2].score == pytest.approx(5.0) and rows["desk", "left", 2].rule == "crps"
    # the median ten days late, and the 90% quantile at the closing, 147 days late
    assert rows["desk", "day_of_relief", 2].score == pytest.approx(0.5 * 10 + 0.1 * 147)
    assert rows["desk", "relief", 2].baselines["base_rate"] == 0.25  # nothing was answered by then: (0 + 1) / (0 + 2)


BAD = {
    "a probability of 1.3": ("0.8,,,,market", "1.3,,,,market", 2, "not a probability"),
    "no number": ("0.8,,,,market", "likely,,,,market", 2, "not a probability"),
    "a negative one": ("0.8,,,,market", "-0.1,,,,market", 2, "not a probability"),
    "no such question": ("relief,2024-02-01,0.8", "releif,2024-02-01,0.8", 2, "Did you mean 'relief'"),
    "no date": ("relief,2024-02-01,0.8", "relief,1 February,0.8", 2, "not a full date"),
    "after it closed": ("relief,2024-02-01,0.8", "relief,2025-02-01,0.8", 2, "after 'relief' closed"),
    "before it was asked": ("relief,2024-02-01,0.8", "relief,2023-12-31,0.8", 2, "before 'relief' was asked"),
    "twice": ("relief,2024-03-01,90%", "relief,2024-02-01,90%", 3, "two probabilities"),
    "no option": ("0.3,hungry", "0.3,thirsty", 6, "no option"),
    "an option missing": ("stands,2024-02-01,0.2,fed,,,desk\n", "", 5, "a probability for each"),
    "more than one together": ("0.2,fed", "0.3,fed", 5, "add up to 1"),
    "a level of one": ("0.75,80", "1,80", 8, "not the level"),
    "quantiles that cross": ("0.75,80", "0.75,50", 8, "cross"),
    "no day": ("0.5,2024-08-14", "0.5,August", 10, "not a day or never"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_row_is_named_at_its_line(case, tmp_path, name):
    old, new, line, words = BAD[name]
    assert old in CROWD
    found, problems = crowd(case, tmp_path, CROWD.replace(old, new, 1))
    assert (problems[0].place.line, problems[0].place.source.name.endswith("market.csv")) == (line, True)
    assert words in f"{problems[0].message} {problems[0].hint}" and len(found) in (5, 6)  # the other six, or five where two rows are one


@pytest.mark.parametrize("head", ["question,probability", "question,date,chance", ""])
def test_columns_that_are_missing_or_unknown(case, tmp_path, head):
    found, problems = crowd(case, tmp_path, head + "\nrelief,2024-02-01,0.5\n")
    assert found == [] and {p.code for p in problems} <= {"missing-column", "unknown-column"} and problems


def test_past_wars_are_a_baseline_where_the_question_is_whether_it_is_over(case):
    """The figure is that of 'panmunjom rates': wars since 1946 that grew as old, over within as many days."""
    asked = replace(case.asked["relief"], past_wars=date(2021, 5, 20))
    (row,) = scored(case, [Forecast("x", "crowd", asked, date(2024, 1, 31), 0.5)])
    assert row.baselines["past_wars"] == pytest.approx((1 - war_ends_within(986, 333).p) ** 2)
    young = replace(asked, past_wars=date(1900, 1, 1))  # no war of the class grew so old
    assert "past_wars" not in scored(case, [Forecast("x", "crowd", young, date(2024, 1, 31), 0.5)])[0].baselines


def test_void_and_so_far_enter_no_score(case):
    made = [Forecast("x", "crowd", case.asked[q], date(2024, 2, 1), 0.5) for q in ("truce_28", "starves", "truce_any", "relief")]
    assert [r.forecast.question.id for r in scored(case, made)] == ["relief"]
    assert counts(case) == {
        "questions": 8, "resolved": 6, "scored": 4, "partly": 0, "so_far": 1, "void_or_ambiguous": 1, "open": 2,
    }  # fmt: skip


def test_who_speaks_when_it_is_known_scores_nothing(case):
    made = [Forecast("x", "crowd", case.asked["relief"], day, 1.0) for day in (date(2024, 8, 5), date(2024, 9, 1))]
    assert scored(case, made) == []


def test_a_document_is_scored_by_its_own_words(case):
    (made,) = of_documents(case)
    assert (made.who, made.p, made.day) == ("courier", pytest.approx(0.875), date(2024, 1, 1))


def test_families_and_spans(case, tmp_path):
    rows = scored(case, [Forecast("pooled", "ledger", case.asked["relief"], date(2024, 2, 1), 0.7)])
    found = by_family(rows)
    assert list(found) == ["all"] and list(found["all"]) == ["all", "3 to 12 months"]
    assert found["all"]["3 to 12 months"]["even"]["skill"] == pytest.approx(1 - 0.09 / 0.25)
    assert found["all"]["all"]["even"]["low"] is None and "too few" in found["all"]["all"]["even"]["says"]
    both = rows + scored(case, crowd(case, tmp_path)[0])
    assert [f["forecaster"] for f in by_forecaster(both)] == ["pooled", "desk", "market"]
    gaps = {g["forecaster"]: g for g in against_ours(both)}
    assert gaps["market"]["difference"] == pytest.approx(0.09 - 0.025) and gaps["market"]["low"] is None


def test_hubverse_rows(case, tmp_path):
    rows = hub_rows(case, crowd(case, tmp_path)[0])
    text = list(csv.DictReader(io.StringIO(as_csv(rows, COLUMNS))))
    assert tuple(text[0]) == COLUMNS and text[0]["model_id"] == "crowd-market" and text[0]["horizon"] == "332"
    assert [(r["output_type"], r["output_type_id"], r["value"]) for r in text[:2]] == [("pmf", "yes", "0.8"), ("pmf", "no", "0.2")]
    days = [r for r in text if r["target"] == "day_of_relief"]
    assert [(r["output_type_id"], r["value"]) for r in days] == [("0.5", "195")]  # the 90% quantile does not come in time
    total = {}
    for r in (r for r in text if r["output_type"] == "pmf"):
        key = r["model_id"], r["target"], r["reference_date"]
        total[key] = total.get(key, 0) + float(r["value"])
    assert all(t == pytest.approx(1) for t in total.values())
    assert as_csv([{"a": "=1+1"}], ["a"]) == "a\n'=1+1\n"


class TestRecords:
    def test_own_statements_count_reported_ones_do_not(self, case):
        courier, gazette = source_scores(case)
        assert (courier.source, courier.n, courier.count("right"), courier.count("so_far_wrong")) == ("courier", 1, 1, 1)
        assert (gazette.n, len(gazette.reported), gazette.share) == (0, 1, None) and courier.few and FEW == 10
        middle, low, high, n = courier.brier
        assert (middle, low, high, n) == (pytest.approx(0.125**2), pytest.approx(0.05**2), pytest.approx(0.2**2), 1)

    def test_the_rat_tumours_of_bayesian_data_analysis(self):
        """Gelman et al. 2013, section 5.3, table 5.1 and p. 113: E(alpha|y) = 2.4, E(beta|y) = 14.3 for 71 experiments."""
        y = [0] * 14 + [1] * 8 + [2] * 9 + [1, 5, 2, 5, 3, 2, 7, 7, 3, 3, 2, 9, 10] + [4] * 7 + [10, 4, 4, 4, 5, 11, 12, 5, 5, 6, 5]
        y += [6, 6, 6, 6, 16, 15, 15, 9, 4]
        n = [20] * 7 + [19] * 4 + [18, 18, 17] + [20] * 4 + [19, 19, 18, 18, 25, 24, 23] + [20] * 6 + [10, 49, 19, 46, 27, 17, 49, 47]
        n += [20, 20, 13, 48, 50] + [20] * 7 + [48, 19, 19, 19, 22, 46, 49, 20, 20, 23, 19, 22, 20, 20, 20, 52, 47, 46, 24, 14]
        assert len(y) == len(n) == 71
        a, b, weight = posterior(np.array(y, float), np.array(n, float))
        assert (weight @ a, weight @ b) == (pytest.approx(2.4, abs=0.05), pytest.approx(14.3, abs=0.15))

    def test_few_statements_are_drawn_towards_the_others(self):
        """One right of one says little where four others have 5 of 20 each; the many keep their own share, and the ends hold it."""
        shares = pooled_shares(np.array([1.0, 5, 5, 5, 5]), np.array([1.0, 20, 20, 20, 20]))
        assert 0.25 < shares[0][0] < 0.5 and shares[1][0] == pytest.approx(0.25, abs=0.03)
        assert all(low < share < high for share, low, high in shares)
        assert shares[0][2] - shares[0][1] > shares[1][2] - shares[1][1]

    def test_all_right_is_not_certainty(self):
        """Also where every source has been right throughout, for which the prior without its end would be improper."""
        (share, low, high), *_ = pooled_shares(np.array([3.0, 2.0]), np.array([3.0, 2.0]))
        assert 0.7 < share < 1 and low < 0.9 and high <= 1
        assert pooled_shares(np.array([]), np.array([])) == []

    def test_intervals_cover(self):
        """90% intervals of 40 sets of eight sources from a beta(6, 4): between 82% and 97% of 320 hold the truth.

        With the true coverage at 90% the chance of a false alarm is below 0.1%, sources of one set being nearly independent.
        """
        chance, hits = np.random.default_rng(4), 0
        for _ in range(40):
            truth, n = chance.beta(6, 4, 8), chance.integers(1, 25, 8).astype(float)
            right = chance.binomial(n.astype(int), truth).astype(float)
            hits += sum(low <= t <= high for t, (_, low, high) in zip(truth, pooled_shares(right, n), strict=True))
        assert 0.82 < hits / 320 < 0.97


def test_a_date_without_a_deadline_is_scored_up_to_the_horizon(tmp_path):
    """Never, said of an event that came on day 748 of a five-year run: it is as many days off as the run then had left."""
    import panmunjom
    from panmunjom.forecasts.forecast import Forecast
    from panmunjom.forecasts.scoring import _score

    korea = panmunjom.load("korea-1950")
    question = korea.asked["guns_silent"]
    levels = (0.25, 0.5, 0.75)
    made = Forecast.__new__(Forecast)
    for name, value in {"question": question, "levels": levels, "values": (float("nan"),) * 3, "day": date(1951, 7, 10)}.items():
        object.__setattr__(made, name, value)
    rule, days = _score(made, korea)
    left = (date(1956, 7, 10) - date(1953, 7, 27)).days
    assert rule == "crps_days" and days == pytest.approx(left)
