"""What moved since a run: each edit found and its effect measured, groups that only go together, old runs, wrong ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import panmunjom
from panmunjom.analysis.moving.kept import last_run, open_kept, option_record, read_options
from panmunjom.analysis.moving.records import Diff
from panmunjom.analysis.running import Options
from panmunjom.case.new import write_new
from panmunjom.cli.main import main
from panmunjom.quantities.calendar import parse_date

TABLE = "series,date,value,known\nfood,2024-03-31,300,2024-04-05\nfood,2024-04-30,250,2024-05-05\n"
SERIES = "food:\n  kind: level\n  observes: stores\n  source: courier\n  unit: t\n  spread: 0.1 to 0.3\n"


@pytest.fixture
def siege(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """The case of ``panmunjom new`` with a table, run once, in a folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    folder = write_new(tmp_path / "siege")
    (folder / "data").mkdir()
    (folder / "data" / "series.yaml").write_text(SERIES)
    (folder / "data" / "observed.csv").write_text(TABLE)
    assert main(["run", "siege", "--futures", "1024"]) == 0
    capsys.readouterr()
    return folder


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def moved(**given: object) -> Diff:
    return panmunjom.diff("siege", **{"futures": 512, **given})


def test_nothing_has_changed(siege: Path) -> None:
    """Nor has it after a comment: figures are those of the run to the bit."""
    for _ in range(2):
        done = moved()
        assert done.changes == [] and done.same is True and done.effects == [] and done.notes == []
        edit(siege, "claims.yaml", "courier-1:", "# a note\ncourier-1:")
    assert "another hash" not in " ".join(done.notes)


def test_one_edit_of_each_kind_is_found_and_measured(siege: Path) -> None:
    """A claim, an assumption, an equation; a datum that nothing reads moves nothing. Effects have the signs that they must."""
    edit(siege, "claims.yaml", "value: 4 t/day", "value: 6 t/day")
    edit(siege, "world/siege.yaml", "assume: 0.3 to 1.5", "assume: 3 to 4")
    edit(siege, "world/siege.yaml", "rate: surrender_rate * hunger_index^2", "rate: 0")
    edit(siege, "data/observed.csv", "04-30,250", "04-30,240")
    done = moved(of="town_relieved")
    assert {(c.kind, c.name, c.how) for c in done.changes} == {
        ("claim", "courier-1", "changed"),
        ("assumption", "relief_rate", "changed"),
        ("equation", "surrendered", "changed"),
        ("data", "data/observed.csv: food 2024-04-30", "changed"),
    }
    effects = {e.group.changes[0].name: e for e in done.effects}
    assert effects["relief_rate"].by["town_relieved"].difference > 0.1 and effects["relief_rate"].by["town_relieved"].clear
    assert effects["surrendered"].by["town_falls"].difference < -0.02 and effects["surrendered"].by["town_falls"].clear
    assert effects["courier-1"].by["hunger"].difference > 0 and effects["courier-1"].changed > 0.5
    assert effects["data/observed.csv: food 2024-04-30"].changed == 0
    assert done.effects[0].group.changes[0].name == "relief_rate"  # the largest first
    for name in done.whole:  # contributions add up to the whole
        assert sum(p.by[name].difference for p in done.parts) == pytest.approx(done.whole[name].difference, abs=1e-12)
    rest = next(p for p in done.parts if len(p.holds) == 1 and not done.effects[p.holds[0]].changed)
    assert all(m.difference == 0 for m in rest.by.values())
    outcome = next(o for o in done.outcomes if o.key[1] == "town_relieved")
    assert outcome.paired and outcome.moved.difference == pytest.approx(outcome.now.p - outcome.then.p)


def test_one_change_alone_is_the_whole(siege: Path) -> None:
    """Put back alone it gives the case as it was: its effect is the whole difference, to the bit."""
    edit(siege, "world/siege.yaml", "assume: 0.3 to 1.5", "assume: 1 to 2")
    done = moved(futures=1024)
    (effect,) = done.effects
    whole = {o.key[1]: o.moved for o in done.outcomes}
    assert {n: (m.difference, m.se) for n, m in effect.by.items()} == {n: (m.difference, m.se) for n, m in whole.items()}
    assert done.parts[0].by["town_relieved"].difference == pytest.approx(whole["town_relieved"].difference)


def test_what_only_goes_together(siege: Path) -> None:
    """A claim with its new source; a parameter under another name with the formula that reads it."""
    with (siege / "sources.yaml").open("a") as file:
        file.write("gazette:\n  title: A reply\n  published: 2024-02-01\n  reliability: B\n")
    with (siege / "claims.yaml").open("a") as file:
        file.write("gazette-1:\n  source: gazette\n  kind: quantity\n  says: a tonne a day comes in\n  about: smuggled\n")
        file.write("  value: 1 to 2 t/day\n  published: 2024-02-01\n  place: {publication: made up}\n")
    edit(siege, "world/siege.yaml", "  relief_rate:", "  relief_odds:")
    edit(siege, "world/siege.yaml", "rate: relief_rate", "rate: relief_odds")
    edit(siege, "views/courier.yaml", "saving: false", "saving: true")
    done = moved()
    groups = {frozenset(c.name for c in e.group.changes): e for e in done.effects}
    assert set(groups) == {
        frozenset({"gazette", "gazette-1"}),
        frozenset({"relief_rate", "relief_odds", "relieved"}),
        frozenset({"courier: switches.saving"}),
    }
    assert groups[frozenset({"gazette", "gazette-1"})].group.why and not done.lost
    assert groups[frozenset({"courier: switches.saving"})].changed == 0  # not of the pooled view
    other = moved(view="courier")
    effect = next(e for e in other.effects if e.group.changes[0].name == "courier: switches.saving")
    assert effect.changed > 0.5


def test_an_edit_of_a_document_is_seen_in_its_view(siege: Path) -> None:
    """What the pooled view does not read moves nothing there, so the view that moves is shown."""
    edit(siege, "views/courier.yaml", "saving: false", "saving: true")
    done = moved()
    assert done.view == "courier" and done.elsewhere["courier"][1].clear and not done.elsewhere["pooled"][1].difference


def test_another_start_and_horizon(siege: Path) -> None:
    """The pooled view is that of the case's own start, then and now; that the spans differ is said."""
    edit(siege, "case.yaml", "start: 2024-03-01", "start: 2024-03-08")
    edit(siege, "case.yaml", "horizon: 1 year", "horizon: 2 years")
    done = moved()
    assert {c.name: c.kind for c in done.changes} == {"start": "case", "horizon": "case"} and done.view == "pooled"
    assert "2024-03-01 to 2025-03-01 then and runs from 2024-03-08 to 2026-03-08 now" in " ".join(done.notes)
    longer = next(e for e in done.effects if e.group.changes[0].name == "horizon")
    assert longer.by["siege_goes_on"].difference < -0.05 and longer.by["siege_goes_on"].clear


def test_options_and_two_runs(siege: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A forced event and a longer horizon are changes like others; phrases and comments have no part in a run."""
    first = last_run("siege").parent
    call = ["run", "siege", "--futures", "1024", "--do", "relieved at 2024-04-01", "--set", "smuggled=1 to 2", "--out", "second"]
    assert main(call) == 0
    capsys.readouterr()
    done = panmunjom.diff(first, "second", futures=512)
    assert {c.name for c in done.changes} == {"interventions", "settings"}
    forced = next(e for e in done.effects if e.group.changes[0].name == "interventions")
    assert forced.by["town_relieved"].difference > 0.3
    assert {o.key[1]: o.now.p for o in done.outcomes}["town_relieved"] == json.loads(
        Path("second/run.json").read_text()
    )["views"]["pooled@2024-03-01"]["endings"]["town_relieved"]["p"]


def test_options_come_back_from_their_record(siege: Path) -> None:
    case = panmunjom.load("siege")
    options = Options(64, 3, parse_date("2024-09-01"), parse_date("2024-03-05"), switches={"saving": "false"})
    from panmunjom.case.views import parse_do, parse_figure
    from panmunjom.text.problems import NOWHERE, Problems

    options.settings.append(parse_figure("smuggled", "0.1 to 0.5 t/day", NOWHERE, Problems()))
    options.interventions.append(parse_do("relief_rate = 2 1/year at 2024-04-01", NOWHERE, Problems()))
    record = json.loads(json.dumps(option_record(options)))
    assert option_record(read_options(record, set(case.built.world.switches))) == record
    with pytest.raises(panmunjom.CaseError, match="cannot be read"):
        read_options({"seed": 1}, set())


def test_a_run_without_a_copy_says_what_it_can(siege: Path) -> None:
    """Figures then and now with errors as of independent runs, and that the files differ; no effects."""
    folder = last_run("siege").parent
    (folder / "case.zip").unlink()
    record = json.loads((folder / "run.json").read_text())
    del record["options"]
    (folder / "run.json").write_text(json.dumps(record))
    edit(siege, "world/siege.yaml", "assume: 0.3 to 1.5", "assume: 3 to 4")
    done = moved()
    told = " ".join(done.notes)
    assert "holds no copy of its case" in told and "not the same" in told and done.effects == []
    found = next(o for o in done.outcomes if o.key[1] == "town_relieved")
    assert not found.paired and found.moved.difference > 0.1 and found.moved.se > 0


def test_a_copy_that_is_not_the_case_of_the_run(siege: Path) -> None:
    """Its figures are not those that the run saved: said, and what moved is between two runs of this version."""
    folder = last_run("siege").parent
    from panmunjom.case.snapshot import NAME, packed, texts_of

    edit(siege, "world/siege.yaml", "assume: 0.3 to 1.5", "assume: 1 to 2")
    (folder / NAME).write_bytes(packed(texts_of(siege)))
    done = moved()
    told = " ".join(done.notes)
    assert "not the case that was run" in told and "does not give the saved figures" in told
    assert done.changes == [] and done.same is False


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "bad-run"),
        ("[]", "bad-run"),
        ("[" * 100_000, "bad-run"),
        ('{"case": "a", "futures": 64, "seed": 1, "version": "0", "case_hash": "", "views": {"v": {"endings": {"e": 3}}}}', "bad-run"),
        ('{"case": "a", "futures": 3, "seed": 1, "version": "0", "case_hash": "", "views": {"v": {}}}', "bad-run"),
        ('{"case": "siege"}', "bad-run"), ('{"case": "a", "futures": "x"}', "bad-run")],
)
def test_a_record_that_is_none(siege: Path, text: str, code: str) -> None:
    (last_run("siege")).write_text(text)
    with pytest.raises(panmunjom.CaseError) as caught:
        moved()
    assert caught.value.problems[0].code == code


def test_many_changes_are_put_back_by_file(siege: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a limit: one group a file, said so; the whole is still the sum."""
    from panmunjom.analysis.moving import effects as module
    from panmunjom.analysis.moving import mixtures

    monkeypatch.setattr(mixtures, "MANY", 2)
    monkeypatch.setattr(module, "MANY", 2)
    edit(siege, "claims.yaml", "value: 4 t/day", "value: 6 t/day")
    edit(siege, "world/siege.yaml", "assume: 0.3 to 1.5", "assume: 3 to 4")
    edit(siege, "world/siege.yaml", "assume: 200 to 700", "assume: 300 to 700")
    done = moved()
    assert sorted(len(e.group.changes) for e in done.effects) == [1, 2] and "file by file" in " ".join(done.notes)


def test_ctrl_c_keeps_the_effects_that_are_known(siege: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from panmunjom.analysis.moving import effects as module

    edit(siege, "claims.yaml", "value: 4 t/day", "value: 6 t/day")
    edit(siege, "world/siege.yaml", "assume: 0.3 to 1.5", "assume: 3 to 4")
    real, count = module.effect_of, [0]

    def stopping(*given: object) -> object:
        count[0] += 1
        if count[0] == 2:
            raise KeyboardInterrupt
        return real(*given)

    monkeypatch.setattr(module, "effect_of", stopping)
    done = moved()
    assert not done.complete and len(done.effects) == 1 and done.outcomes


def test_wrong_calls(siege: Path, tmp_path: Path) -> None:
    for given, code in (({"view": "nobody"}, "unknown-view"), ({"of": "nothing"}, "unknown-name")):
        with pytest.raises(panmunjom.CaseError) as caught:
            moved(**given)
        assert caught.value.problems[0].code == code
    write_new(tmp_path / "fresh")
    with pytest.raises(panmunjom.CaseError) as caught:
        panmunjom.diff("fresh")
    assert caught.value.problems[0].code == "no-run"
    assert open_kept(str(last_run("siege"))).record is not None  # by its run.json as well
