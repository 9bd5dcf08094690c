"""An article's statements are matched to the Ukraine case by subject, unit, kind and side, and never forced."""

from __future__ import annotations

import functools
from datetime import date
from pathlib import Path

import pytest

from panmunjom.analysis.article.matching import Match, Reader
from panmunjom.analysis.article.proposals import matched
from panmunjom.analysis.article.record import fared
from panmunjom.analysis.article.testing import test as run_test
from panmunjom.analysis.article.view import supposed
from panmunjom.case.loading import load
from panmunjom.case.records import Case
from panmunjom.evidence.documents.reading import read_bytes

DAY = date(2024, 11, 14)
SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
needs_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason="the five seed documents are not here")
ABOUT = "Russia and Ukraine are at war. Kyiv waits. Moscow goes on. "
GERMAN = "Russland und die Ukraine sind im Krieg. Kiew wartet ab. Der Kreml macht weiter, und niemand weiß, wie lange noch. "


@functools.cache
def ukraine() -> Case:
    """The shipped case, loaded once."""
    return load("ukraine")


def read(text: str, day: date = DAY) -> tuple[Reader, list[Match]]:
    """The matches of a text."""
    return matched(ukraine(), read_bytes("article.txt", text.encode(), day), day)


def used(text: str, day: date = DAY) -> dict[str, str]:
    """Parameters that a text sets, with their figures."""
    return {m.target: m.figure for m in read(text, day)[1] if m.use and m.figure}


@pytest.mark.parametrize(
    ("text", "sets"),
    [
        ("Russia loses about 100 tanks a month.", {"tanks_lost_claimed[russia]": "100 tank/month"}),
        ("Ukraine lost 40 tanks in October.", {"tanks_lost_claimed[ukraine]": "40 tank/month"}),
        ("Russia is losing 90 tanks and 300 barrels per month, and builds 20 new tanks a month.",
         {"tanks_lost_claimed[russia]": "90 tank/month", "barrels_lost_claimed[russia]": "300 barrel/month", "tank_production[russia]": "20 tank/month"}),
        ("Russia's factories produce 250,000 artillery shells a month.", {"shells_made[russia]": "0.25 million_shells/month"}),
        ("The front line in Ukraine is 1,000 km long.", {"front_length": "1000 km"}),
        (GERMAN + "Russland verliert rund 120 Panzer im Monat.", {"tanks_lost_claimed[russia]": "120 tank/month"}),
        ("Half of the shells that Russia fires come from North Korea.", {"nk_shell_share": "0.5"}),
        ("Russia is short of armour. It loses 100 tanks a month.", {"tanks_lost_claimed[russia]": "100 tank/month"}),
        ("Russia recruits 30,000 men a month.", {"base_intake[russia]": "30 thousand_men/month"}),
    ],
)  # fmt: skip
def test_a_figure_finds_its_parameter(text: str, sets: dict[str, str]) -> None:
    """With the unit converted, the rate kept apart from the stock, and the right side."""
    assert used(ABOUT + text) == sets


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("About 100 tanks are lost a month.", "whose"),  # no side
        ("Ukraine says that Russia loses 100 tanks a month.", "names russia and ukraine"),
        ("Russia loses 100 drones a month.", "no unit of this case"),
        ("Russia does not lose 100 tanks a month.", "denies"),
        ("Russia allegedly loses 100 tanks a month.", "possible"),
        ("By 2026 Russia will lose 100 tanks a month.", "prediction"),
        ("In 2022 Russia lost 100 tanks a month.", "too long before"),
        ("Russia loses 90,000 tanks a month.", "beyond the bounds"),
        ("Does Russia lose 100 tanks a month?", "question"),
        ("Russia loses 100 tanks a month. In the army's books Russia loses 300 tanks a month.", "2 figures"),
    ],
)
def test_a_figure_that_does_not_fit_is_left_out_and_the_reason_is_said(text: str, why: str) -> None:
    """Never forced."""
    assert used(ABOUT + text) == {}
    reasons = [m.reason for m in read(ABOUT + text)[1] if m.proposal.kind == "quantity"]
    assert any(why in r for r in reasons), reasons


@pytest.mark.parametrize(
    ("text", "holds", "dated"),
    [
        ("Russia will run out of tanks by August 2025.", "tanks[russia] < 0.05 * tanks_at_start[russia]", "by 2025-08-31"),
        ("Russia will sign a ceasefire by May 2025.", "ceasefire", "by 2025-05-31"),
        ("Ukraine will not join NATO by the end of 2026.", 'not (first(joins_nato) <= date("2026-12-31"))', "at 2026-12-31"),
        ("It is unlikely that Ukraine joins NATO by the end of 2026.", 'not (first(joins_nato) <= date("2026-12-31"))', "at 2026-12-31"),
        ("Moscow will be thrown out of the UN Security Council.", "expelled_from_unsc", "by 2029-11-14"),
        (GERMAN + "Russland wird bis Ende 2025 die Munition ausgehen.", "shells[russia] < 0.05 * shells_at_start[russia]", "by 2025-12-31"),
        ("Moscow will deploy 50,000 North Koreans by March 2025.", "north_koreans >= 50000 man", "by 2025-03-31"),
    ],
)
def test_a_prediction_becomes_a_proposition(text: str, holds: str, dated: str) -> None:
    """With its side, figure, denial and date; without a date up to the horizon, which is said."""
    (found,) = [m for m in read(ABOUT + text)[1] if m.use]
    assert found.read_as is not None and found.read_as.holds == holds
    assert dated == (f"at {found.read_as.at}" if found.read_as.at else f"by {found.read_as.by}")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Russia will run out of patience by May 2025.", "nothing that this case can answer"),
        ("The end of the war will not end the mobilisation in Russia.", "nothing that this case can answer"),
        ("Russia hopes that Ukraine will run out of tanks by May 2025.", "wish"),
        ("Russia will run out of tanks by May 2025 if China stays away.", "if"),
        ("Russia will run out of tanks by May 2060.", "beyond the horizon"),
        ("Nobody believes that Russia will not run out of tanks by May 2025.", "reach is not plain"),
    ],
)
def test_a_prediction_with_an_unread_part_cannot_be_tested(text: str, why: str) -> None:
    """What is not recognised is named."""
    found = [m for m in read(ABOUT + text)[1] if m.proposal.kind in ("prediction", "conditional")]
    assert found and not any(m.use for m in found)
    assert any(why in m.reason for m in found), [m.reason for m in found]


def test_unless_asks_for_the_futures_without_it() -> None:
    """'Unless' leaves out the futures in which the other thing comes."""
    text = ABOUT + "Russia will run out of tanks by August 2025 unless China opens up its arsenals."
    (found,) = [m for m in read(text)[1] if m.use]
    assert found.read_as is not None and "not (china_opens)" in found.read_as.given
    assert supposed(ukraine(), [found]) == {"refurbishment": "false", "use_responds": "false"}


def test_what_is_reported_is_not_the_articles_own() -> None:
    """It is used only where that is asked for."""
    text = ABOUT + 'Russia loses 100 tanks a month, said General Smith, the head of the staff. "We count them," he said.'
    document = read_bytes("article.txt", text.encode(), DAY)
    (own,), (asked,) = ([m for m in matched(ukraine(), document, DAY, r)[1] if m.figure] for r in (False, True))
    assert not own.use and "reported" in own.reason
    assert asked.use


def test_other_topics_are_not_this_case() -> None:
    """Sides that are hardly named make no article about this war."""
    assert read("The quarrel over fish between Norway and Iceland goes on. A truce will be signed by May 2025.")[0].topic()
    assert read(ABOUT + "A truce will be signed by May 2025.")[0].topic() == ""


DATES = {"000": date(2022, 4, 1), "001": date(2024, 11, 14), "002": date(2025, 9, 5), "003": date(2022, 9, 25), "004": date(2024, 10, 16)}


@needs_seeds
def test_figures_of_the_seeds_are_those_that_the_case_took_from_them() -> None:
    """Of the figures that are matched all are right, and most of those that an analyst tied to a parameter are found.

    Truth: the case's own claims with a figure and a parameter. A match is right where such a claim about the same
    parameter stands in the same sentence. Reported ones count, whether or not they would be used.
    """
    right = wrong = found = 0
    truth = [c for c in ukraine().library.claims.values() if c.passage.document and c.kind == "quantity" and c.about and c.quantity]
    for path in sorted(SEEDS.glob("*.txt")):
        day = DATES[path.name[:3]]
        document = read_bytes(path.name, path.read_bytes(), day)
        here = {c.about for c in truth if c.passage.document == path.name}
        reached = set()
        for match in matched(ukraine(), document, day)[1]:
            if not match.figure:
                continue
            left, last = match.proposal.sentence.view.span(0, len(match.proposal.sentence.text))
            hit = any(c.about == match.target and c.passage.document == path.name and left <= c.passage.start < last for c in truth)
            right, wrong = right + hit, wrong + (not hit)
            reached |= {match.target} if hit else set()
        found += len(reached & here)
    wanted = len({(c.passage.document, c.about) for c in truth})
    assert wrong == 0, f"{right} right, {wrong} wrong"
    assert wanted == 11 and found >= 9, f"{found} of {wanted}"


@needs_seeds
def test_the_newspaper_column_needs_a_stock_that_it_never_gives() -> None:
    """320 tubes lost and 20 made a month end under a twentieth of the stock by August 2025 only from about 3,000 down."""
    path = next(SEEDS.glob("001_*"))
    document = read_bytes(path.name, path.read_bytes(), DAY)
    done = run_test(ukraine(), document, DAY, matched(ukraine(), document, DAY)[1], futures=512)
    judged = next(j for j in done.judged if j.match.target == "weapons_gone")
    (need,) = [n for n in judged.verdict.needs if n.parameter == "barrels_at_start[russia]"]
    months = (date(2025, 8, 31) - DAY).days / 30.4375
    assert need.high == pytest.approx(300 * months / 0.95, rel=0.02)  # at 95% used up
    assert done.source == "fox" and all(c.source != "fox" for f in done.figures for c in f.others)
    assert {f.target for f in done.figures} >= {"barrels_lost_claimed[russia]", "barrel_production[russia]"}


def test_the_record_counts_and_leaves_the_document_itself_out() -> None:
    """Each class adds up; without a source it is smaller."""
    whole, less = fared(ukraine()), fared(ukraine(), "fox")
    for label, found in whole.items():
        assert found.resolved <= found.made
        assert less[label].made <= found.made
    assert sum(f.made for f in less.values()) < sum(f.made for f in whole.values())
