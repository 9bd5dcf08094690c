"""Why: the chain from a probability to claims, and what changes without one of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import panmunjom
from panmunjom.analysis.chain import OTHER_LUCK, other_luck
from panmunjom.analysis.removal import with_retellings
from panmunjom.analysis.running import Options, Runner
from panmunjom.analysis.study import study
from panmunjom.analysis.why import Why, find, targets, why
from panmunjom.case.new import write_new
from panmunjom.text.problems import CaseError, Problems
from small_case import edit_case, write_case

FUTURES = 2_048


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> panmunjom.Case:
    """The case that ``panmunjom new`` writes."""
    return panmunjom.load(write_new(tmp_path_factory.mktemp("why") / "siege"))


def asked(case: panmunjom.Case, name: str, view: str = "pooled", *without: str, **options) -> Why:
    return why(case, Options(**{"futures": FUTURES, **options}), name, view, list(without))


def test_the_chain_leads_to_the_claim(siege: panmunjom.Case) -> None:
    """Hunger comes sooner where more is eaten: pooled from what the courier says; the surrender that follows is assumed."""
    found = asked(siege, "hunger", futures=8_192)
    moving = {w.parameter: w for w in found.chain.weights.moving}
    assert [c.id for c in found.claims("rations")] == ["courier-1"]
    assert moving["rations"].low < moving["rations"].high and moving["relief_rate"].low > moving["relief_rate"].high
    shares = [w.share for w in found.chain.weights.moving]
    assert shares == sorted(shares, reverse=True) and sum(shares) < 1
    assert all(w.interval[0] > 0 and w.share > found.chain.weights.floor for w in found.chain.weights.moving)


def test_it_explains_the_probability_that_a_run_gives(siege: panmunjom.Case) -> None:
    """The same futures: p, and the range over the theories, to the bit."""
    done = study(siege, Options(futures=FUTURES), ["pooled"])
    view = done.views[done.default_view]
    for name, share in view.ensemble.endings().items():
        found = asked(siege, name)
        assert found.chain.share == share
        low, high = view.ranges.bounds[name]
        assert found.bounds == pytest.approx((low, high), abs=1e-12)
        turned = {(t.switch, t.to): (t.difference, t.se) for t in found.theories}
        assert turned == {(t.switch, t.to): t.differences[name] for t in view.ranges.turns}


def test_figures_and_luck_add_up_to_what_fixed_figures_leave(siege: panmunjom.Case) -> None:
    """Where all that varies is set to one figure, everything is luck (4 standard errors); else some is not."""
    from panmunjom.case.records import Setting
    from panmunjom.quantities.distributions import point

    middle = Runner(siege, Options()).fill_pooled(siege.start)
    fixed = [Setting(n, distribution=point(u.distribution.median, "fixed")) for n, u in middle.used.items()]
    found = asked(siege, "town_falls", settings=fixed)
    assert found.chain.split is not None and abs(found.chain.split.figures) < 4 * found.chain.split.se
    assert found.chain.weights.moving == [] == found.chain.weights.rest
    free = asked(siege, "town_falls").chain.split
    assert free is not None and free.interval[0] > 0.03


def test_another_luck_has_the_same_figures_and_other_futures(siege: panmunjom.Case) -> None:
    """No luck of the second run is one of the first; the rows are the same, so that only chance differs."""
    runner = Runner(siege, Options(futures=512))
    filled = runner.fill_pooled(siege.start)
    one, other = runner.run(filled).raw, other_luck(runner, filled, 512)
    assert not set(one.points.tolist()) & set(other.points.tolist())
    assert (other.points - OTHER_LUCK == one.points).all()
    assert 0.2 < (one.ending != other.ending).mean() < 0.8


@pytest.mark.parametrize("name", ["goes_on", "goes on", "GOES  on", "It drags on", "it drags ON"])
def test_names_and_labels(tmp_path: Path, name: str) -> None:
    edit_case(tmp_path, "world/siege.yaml", "goes_on: {at_horizon: true}", "goes_on: {label: It drags on, at_horizon: true}")
    case = panmunjom.load(tmp_path)
    target = find(case, name, Problems())
    assert target is not None and (target.kind, target.name) == ("ending", "goes_on")
    assert find(case, "hunger", Problems()).kind == "question"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "hint"), [("go_on", "'goes_on'"), ("hungr", "'hunger'"), ("", "free"), ("xyzzy", "free, goes_on, hunger")]
)
def test_names_that_there_are_not(tmp_path: Path, name: str, hint: str) -> None:
    problems = Problems()
    assert find(panmunjom.load(write_case(tmp_path)), name, problems) is None
    (problem,) = problems
    assert problem.code == "unknown-name" and hint in problem.hint


def test_all_mistakes_of_a_call_at_once(siege: panmunjom.Case) -> None:
    with pytest.raises(CaseError) as caught:
        asked(siege, "town_fell", "pooled", "courier-9", futures=100)
    assert sorted(p.code for p in caught.value.problems) == ["too-few-futures", "unknown-name", "unknown-name"]
    assert {p.hint for p in caught.value.problems} >= {"Did you mean 'courier-3'?", "Did you mean 'town_falls'?"}


def test_without_a_claim_is_the_case_without_it(tmp_path: Path) -> None:
    """Taken out of the pool: as if the claim's entry were not in claims.yaml; same luck, paired differences."""
    case = panmunjom.load(write_case(tmp_path / "with"))
    entry = (tmp_path / "with" / "claims.yaml").read_text()
    begin = entry.index("gazette-1:")
    gone = panmunjom.load(write_case(tmp_path / "gone", claims=entry[:begin]))
    removal = asked(case, "hunger", "pooled", "gazette-1").removal
    assert removal is not None and [a.scalar for a, _ in removal.replaced] == ["rations[north]"]
    before, after = removal.replaced[0]
    assert before.claims == ("courier-1", "gazette-1") and after.claims == ("courier-1",)
    left = asked(gone, "hunger")
    assert left.used("rations[north]").distribution == after.distribution
    (hunger,) = [d for d in removal.differences if d.target.name == "hunger"]
    assert hunger.after == left.chain.share.p != hunger.before
    assert hunger.difference == pytest.approx(hunger.after - hunger.before, abs=1e-12)
    assert 0 < hunger.se < 0.02 and removal.changed > 0.5


def test_a_claim_that_a_view_sets_a_parameter_by(siege: panmunjom.Case) -> None:
    """Falls back to the pool, here to the world's own assumption alone."""
    found = asked(siege, "hunger", "courier", "courier-1")
    assert found.removal is not None
    ((before, after),) = found.removal.replaced
    assert (before.scalar, before.origin, after.origin) == ("rations", "claim", "assumption")
    assert found.used("rations") == before  # the view itself stays as it was


def test_an_earlier_figure_of_the_source_steps_in(tmp_path: Path) -> None:
    """Of several figures of one source only the latest is pooled; without it the one before speaks again."""
    more = "courier-0: {source: courier, kind: quantity, says: six, about: 'rations[north]', value: 6 t/day, measures: eaten, published: 2024-01-15, place: {publication: x}}\n"
    write_case(tmp_path)
    path = tmp_path / "claims.yaml"
    path.write_text(more + path.read_text())
    removal = asked(panmunjom.load(tmp_path), "hunger", "pooled", "courier-1").removal
    assert removal is not None
    assert set(removal.replaced[0][1].claims) == {"courier-0", "gazette-1"}


def test_what_retells_a_claim_goes_with_it(siege: panmunjom.Case) -> None:
    """Else the same voice would speak on; a retelling that counts as a voice of its own stays."""
    echo = replace(siege.library.claims["courier-1"], id="echo", echo_of="courier-1")
    case = replace(siege, library=replace(siege.library, claims={**siege.library.claims, "echo": echo}))
    removal = asked(case, "hunger", "pooled", "courier-1").removal
    assert removal is not None and removal.claims == ["courier-1", "echo"]
    assert removal.replaced[0][1].origin == "assumption"
    assert with_retellings(case, ["echo"]) == ["echo"]
    split = replace(case, pool_rules=replace(case.pool_rules, split={"echo"}))
    assert with_retellings(split, ["courier-1"]) == ["courier-1"]


def test_a_claim_that_sets_nothing_has_no_effect(siege: panmunjom.Case) -> None:
    """A prediction, alone or beside others twice named; nothing is run for it, and every difference is zero."""
    removal = asked(siege, "hunger", "pooled", "courier-3", "courier-3").removal
    assert removal is not None and removal.claims == ["courier-3"] and removal.replaced == []
    assert removal.changed == 0 and {d.difference for d in removal.differences} == {0.0}
    assert [d.target for d in removal.differences] == targets(siege)


def test_as_of_hides_the_claim_anyway(siege: panmunjom.Case) -> None:
    from datetime import date

    found = asked(siege, "hunger", "pooled", "courier-1", known_by=date(2024, 2, 1))
    assert found.used("rations").origin == "assumption"
    assert found.removal is not None and found.removal.replaced == []


def test_more_futures_than_are_looked_at(siege: panmunjom.Case) -> None:
    """Beyond a chunk, the probability is of all futures, shares of the first 16,384; the removal compares them all."""
    found = asked(siege, "hunger", "pooled", "courier-1", futures=17_000)
    assert found.chain.share.futures == 17_000
    assert found.chain.split is not None and found.chain.split.futures == 16_384
    assert found.removal is not None and found.removal.futures == 17_000 and found.removal.changed > 0.5


def test_nothing_moves_what_no_figure_enters(tmp_path: Path) -> None:
    """Relief comes at one fixed rate: no figure is named, and luck is all (4 standard errors)."""
    found = asked(panmunjom.load(write_case(tmp_path)), "free")
    assert found.chain.weights.moving == [] and found.chain.split is not None
    assert abs(found.chain.split.figures) < 4 * found.chain.split.se and found.theories[0].difference == 0


def test_an_ending_that_never_comes(tmp_path: Path) -> None:
    """Nothing varies: there is nothing to explain, and no division by zero."""
    edit_case(tmp_path, "world/siege.yaml", "rate: 0.5 / 1 year", "rate: 0 / 1 year")
    found = asked(panmunjom.load(tmp_path), "free")
    assert found.chain.split is None and found.chain.weights.moving == [] and found.chain.share.hits == 0


def test_a_view_whose_futures_break_is_refused(tmp_path: Path) -> None:
    edit_case(tmp_path, "world/siege.yaml", "rate: 0.5 / 1 year", "rate: log(0.5 - time / 1 year) / 1 year")
    with pytest.raises(CaseError) as caught:
        asked(panmunjom.load(tmp_path), "free")
    assert [p.code for p in caught.value.problems] == ["not-finite"]


def test_figures_fixed_by_a_claim_are_named(tmp_path: Path) -> None:
    """A claim without a range has no share of the variance, so it stands in a list of its own."""
    write_case(tmp_path)
    path = tmp_path / "claims.yaml"
    path.write_text(path.read_text().replace("  hedge: about\n", ""))
    found = asked(panmunjom.load(tmp_path), "hunger", "courier")
    assert found.fixed == ["rations[north]"]
    assert "rations[north]" not in [w.parameter for w in found.chain.weights.moving + found.chain.weights.rest]


def test_shares_of_correlated_figures_overlap(tmp_path: Path) -> None:
    """A parameter that nothing needs has a share where it is drawn together with one that moves hunger: it is said."""
    folder = write_new(tmp_path / "siege")
    world = next((folder / "world").glob("*.yaml"))
    idle = "parameters:\n  idle: {unit: t, assume: 1 to 3}\n"
    tie = "\ncorrelations:\n  tie: {between: [idle, stores_at_start], rank: 0.9}\n"
    world.write_text(world.read_text().replace("parameters:\n", idle, 1) + tie)
    found = asked(panmunjom.load(folder), "hunger", futures=8_192)
    assert [sorted(group) for group in found.together] == [["idle", "stores_at_start"]]
    assert "idle" in [w.parameter for w in found.chain.weights.moving]
    assert asked(panmunjom.load(write_case(tmp_path / "small")), "hunger").together == []


def test_the_report_has_the_chains_of_the_likeliest_endings(siege: panmunjom.Case) -> None:
    done = study(siege, Options(futures=FUTURES))
    view = done.views[done.default_view]
    shares = view.ensemble.endings()
    likeliest = sorted(shares, key=lambda n: -shares[n].p)[:3]
    assert [c.target.name for c in view.chains] == likeliest
    assert all(not other.chains for other in done.views.values() if other is not view)
    page = panmunjom.report_html(done)
    part = page[page.index('id="why"') : page.index("</section>", page.index('id="why"'))]
    assert 'href="#param-surrender_rate"' in part and 'href="#claim-courier-1"' in part
    assert part.count("Of its variance") == 3 and "in luck" in part
    assert np.isclose(view.chains[0].share.p, shares[likeliest[0]].p)
