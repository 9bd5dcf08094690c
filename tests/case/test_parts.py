"""Files of a world that several cases share: roles, needs, a case's own figures, and what is refused."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import panmunjom
from panmunjom.analysis.running import Options, Runner
from panmunjom.futures.ensemble import Ensemble

HEAD = "title: A siege\nstart: 2024-03-01\nhorizon: 1 year\n"
PART = """
roles: {attacker: }
needs:
  quiet: {about: the guns are silent, flag: true}
  guns: {about: guns, per: side, unit: gun}
parameters:
  wear: {about: what one gun costs the other side, unit: man/gun/month, within: 0 to 10}
  will_at_start: {about: will, per: side}
stocks:
  men: {per: side, unit: man, start: 1000 man, out: lost}
values:
  lost: {per: side, unit: man/month, is: "if(quiet, 0 man/month, wear * foe.guns * will_at_start)"}
  bold: {per: side, is: {attacker: 0.5 to 1, south: 0.1 to 0.4}}
events:
  rest: {when: not rest, rate: "0.1 * bold[attacker] / 1 month", until: "held(rest, 60 days)", add: {"men[attacker]": 10..20}}
"""
REST = """
units: {man: , gun: }
dimensions: {side: [north, south]}
relations: {foe: {north: south, south: north}}
roles: {attacker: north}
assumptions:
  wear: {assume: 0.5 to 2, within: 0 to 5, note: a guess}
  will_at_start: {assume: {attacker: 0.5 to 1, south: 1 to 2}}
parameters:
  guns_at_start: {per: side, unit: gun, assume: {north: 30 to 60, south: 10 to 30}}
stocks:
  guns: {per: side, unit: gun, start: guns_at_start}
values:
  quiet: rest
endings:
  broken: men[attacker] < 500 man
  goes_on: {at_horizon: true}
"""


def case(folder: Path, rest: str = REST, part: str = PART, head: str = HEAD + "parts: [shared]\n") -> Path:
    """A case of two files on disk."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in {"case.yaml": head, "parts/shared.yaml": part, "world/rest.yaml": rest}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def said(folder: Path) -> list[str]:
    """Every problem in one line: code, file, message, hint."""
    return [f"{p.code} {Path(p.place.source.name).name}:{p.place.line} {p.message} | {p.hint}" for p in panmunjom.check(folder)]


def test_a_case_runs_on_a_part(tmp_path: Path) -> None:
    """Roles are members, figures come from the case, and the names of draws are those of the members."""
    folder = case(tmp_path / "siege")
    assert said(folder) == []
    world = panmunjom.load(folder).built.world
    assert world.parameters["wear"].within == (0, 5) and world.parameters["wear"].note == "a guess"
    assert "bold.is.north" in world.parameters and not [p for p in world.parameters if "attacker" in p]
    assert "rest.add.men[north]" in world.parameters


def test_the_hash_covers_the_part(tmp_path: Path) -> None:
    """A word changed in it changes the case's hash."""
    first = panmunjom.load(case(tmp_path / "siege")).digest
    assert first != panmunjom.load(case(tmp_path / "siege", part=PART + "# a word\n")).digest


def test_one_world_in_two_files_is_the_same_as_in_one(tmp_path: Path) -> None:
    """To the last bit: the part with its figures and members written in, in the case's own folder."""
    whole = PART.replace("attacker", "north").replace("roles: {north: }\n", "")
    whole = whole.replace("unit: man/gun/month, within: 0 to 10}", "unit: man/gun/month, within: 0 to 5, assume: 0.5 to 2}")
    whole = whole.replace("{about: will, per: side}", "{about: will, per: side, assume: {north: 0.5 to 1, south: 1 to 2}}")
    listed = re.search(r"parameters:\n(  .*\n)+", whole)[0]  # type: ignore[index]
    whole = whole.replace(listed, "") + listed  # the figures stand last there too
    plain = re.sub(r"assumptions:\n(  .*\n)+", "", REST)
    folder = case(tmp_path / "whole", plain, whole, HEAD)
    (folder / "parts/shared.yaml").rename(folder / "world/a.yaml")
    shutil.rmtree(folder / "parts")
    same(case(tmp_path / "siege"), folder)


def ensemble(case: object) -> Ensemble:
    """The pooled view of a case at its start."""
    runner = Runner(panmunjom.load(case) if isinstance(case, Path) else case, Options(futures=256, threads=1))  # type: ignore[arg-type]
    return runner.run(runner.fill_pooled(runner.case.start))


def same(one: object, other: object) -> None:
    """Two cases give the same futures to the last bit."""
    a, b = ensemble(one), ensemble(other)
    assert [s.name for s in a.graph.slots] == [s.name for s in b.graph.slots]
    for name in ("ending", "ending_day", "final"):
        assert np.array_equal(getattr(a.raw, name), getattr(b.raw, name), equal_nan=True), name


def test_python_says_the_same(tmp_path: Path) -> None:
    """A model built of the same dictionaries gives the same futures; mistakes are the same records."""
    import yaml

    part, rest = (yaml.load(text, Loader=yaml.BaseLoader) for text in (PART, REST))
    part["roles"] = {"attacker": None}
    rest["units"] = {"man": None, "gun": None}
    war = panmunjom.Model("A siege", start="2024-03-01", horizon="1 year")
    war.part("shared", **part)
    for section, add in {
        "units": war.unit, "dimensions": war.dimension, "relations": war.relation, "roles": war.role, "assumptions": war.assumption,
        "parameters": war.parameter, "stocks": war.stock, "values": war.value, "endings": war.ending,
    }.items():  # fmt: skip
        for name, entry in rest[section].items():
            add(name, entry)
    same(case(tmp_path / "siege"), war.case())
    del war.files["world/model.yaml"]["roles"]
    with pytest.raises(panmunjom.CaseError, match="the part 'shared' speaks of a 'attacker', and nobody is one"):
        war.case()


WRONG = {
    "no part": (HEAD + "parts: [shraed]\n", "", "", ["no-such-part case.yaml:4 there is no part 'shraed' | Did you mean 'shared'?"]),
    "part twice": (HEAD + "parts: [shared, shared]\n", "", "", ["duplicate-name case.yaml:4 'parts' names 'shared' twice"]),
    "no figure": ("", "  wear: {assume: 0.5 to 2, within: 0 to 5, note: a guess}\n", "", ["no-figure shared.yaml:7 nothing says what 'wear' is | Give 'assume' here, or in a file of the case's world: assumptions: {wear: {assume: ...}}."]),
    "figure twice": ("", "parameters:\n", "  guns_at_start: {assume: 3 gun}\nparameters:\n", ["given-twice rest.yaml:9 'guns_at_start' has its figure already, at"]),
    "wider": ("", "within: 0 to 5", "within: 0 to 50", ["bad-bounds rest.yaml:7 the bounds '0 to 50' go beyond those of 'wear', 0 to 10 | A case may narrow them only."]),
    "nobody's": ("", "  wear: {", "  waer: {", ["unknown-name rest.yaml:7 there is no parameter 'waer' to assume a figure for | Did you mean 'wear'?", "no-figure"]),
    "nobody plays it": ("", "roles: {attacker: north}", "", ["no-role shared.yaml:2 the part 'shared' speaks of a 'attacker', and nobody is one | Say who it is in a file of the world: roles: {attacker: MEMBER}, with one of north, south."]),
    "not a member": ("", "attacker: north}", "attacker: nroth}", ["unknown-member rest.yaml:5 the role 'attacker' is given to 'nroth', a member of no dimension | Did you mean 'north'?"]),
    "a taken name": ("", "attacker: north}", "attacker: north, guns: south}", ["duplicate-name rest.yaml:12 'guns' is already declared at"]),
    "a word of the language": ("", "attacker: north}", "attacker: north, sum: south}", ["reserved-name rest.yaml:5 'sum' is a word of the language"]),
    "both names": ("", "{attacker: 0.5 to 1, south: 1 to 2}", "{attacker: 0.5 to 1, north: 1 to 2}", ["duplicate-key rest.yaml:8 'north' is north, for which something is said in line 8"]),
    "misspelt role": ("", "men[attacker] <", "men[attaker] <", ["unknown-member rest.yaml:16 'attaker' is a member of no dimension | Did you mean 'attacker'?"]),
    "read as a value": ("", "quiet: rest", "quiet: attacker", ["unknown-name rest.yaml:14 'attacker' is another name of north, not a value"]),
    "needed and not there": ("", "  quiet: rest\n", "  silent: rest\n", ["missing-need shared.yaml:4 the part 'shared' needs 'quiet' (the guns are silent, true or false), and nothing is called so"]),
    "needed as a flag": ("", "quiet: rest", "quiet: 3", ["wrong-unit rest.yaml:14 the part 'shared' needs 'quiet' as true or false, but it is declared as"]),
    "needed per side": ("", "  guns: {per: side, unit: gun, start: guns_at_start}", "  guns: {unit: gun, start: \"guns_at_start[north]\"}", ["wrong-members rest.yaml:12 the part 'shared' needs 'guns' per side, but it is without members"]),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_where_it_stands(name: str, tmp_path: Path) -> None:
    """Code, file and line, what is wrong and what would be right."""
    head, old, new, wanted = WRONG[name]
    assert not old or REST.count(old) == 1
    found = said(case(tmp_path / "siege", REST.replace(old, new) if old else REST, head=head or HEAD + "parts: [shared]\n"))
    for words in wanted:
        assert any(words in line for line in found), f"{words}\nnot in\n" + "\n".join(found)


def test_a_need_in_another_unit(tmp_path: Path) -> None:
    """The record stands where the case declares the thing, and says what the part wants."""
    part = PART.replace("per: side, unit: gun}", "per: side, unit: man}")
    assert any("wrong-unit rest.yaml:12 the part 'shared' needs 'guns' as" in line for line in said(case(tmp_path / "siege", part=part)))


def test_a_role_can_stand_wherever_a_member_can(tmp_path: Path) -> None:
    """In relations, decisions, correlations, questions and views; what is kept is the member's own name."""
    rest = REST.replace("{north: south, south: north}", "{attacker: south, south: attacker}")
    rest += (
        "decisions:\n  push: {by: attacker, every: 1 month, temperature: 1, options: {go: {worth: bold}, stay: {worth: 0}}}\n"
        'correlations:\n  c: {between: ["will_at_start[attacker]", "wear"], rank: 0.5}\n'
    )
    folder = case(tmp_path / "siege", rest)
    files = {
        "questions.yaml": "thin: {text: Is it thin?, holds: 'men[attacker] < 900 man'}\n",
        "sources.yaml": "wire: {title: A wire, publisher: Wire, published: 2024-02-01, language: en, reliability: C}\n",
        "views/wire.yaml": "source: wire\nstart: 2024-03-01\nset: {'will_at_start[attacker]': 0.7}\ndo: ['guns_at_start[attacker] = 40 gun at 2024-05-01']\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    assert [line for line in said(folder) if "will_at_start" in line or "attacker" in line] == []
    loaded = panmunjom.load(folder)
    world, view = loaded.built.world, loaded.views["wire"]
    assert world.relations["foe"] == {"north": ("south",), "south": ("north",)} and world.decisions["push"].by == "north"
    assert world.correlations["c"].between == ("will_at_start[north]", "wear")
    assert view.settings[0].target == "will_at_start[north]" and view.interventions[0].target == "guns_at_start[north]"


SECTIONS = ("parameters", "stocks", "values")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_split_is_the_same_world(data: st.DataObject, tmp_path: Path) -> None:
    """Whatever entries of a world are moved into a part, with or without their figures: the same futures to the last bit."""
    import yaml

    example = Path(__file__).resolve().parents[2] / "docs" / "example"
    world: dict[str, dict[str, object]] = {}
    for path in [*sorted((example / "parts").glob("*.yaml")), *sorted((example / "world").glob("*.yaml"))]:
        for section, entries in yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader).items():
            if section != "about":
                world.setdefault(section, {}).update(entries)
    assumed = world.pop("assumptions")
    for name, entry in assumed.items():
        world["parameters"][name] |= entry  # type: ignore[operator]
    fixed = {p.partition(".")[0] for p in panmunjom.load(example).built.world.parameters if "." in p}
    part: dict[str, dict[str, object]] = {}
    rest = {section: dict(entries) for section, entries in world.items()}
    for section in SECTIONS:
        for name in list(rest[section]):
            # a figure written in a formula is a parameter of that place: it stays
            if name not in fixed and data.draw(st.booleans(), label=name):
                part.setdefault(section, {})[name] = rest[section].pop(name)
    figures = {}
    for name, entry in world["parameters"].items():
        home = part if name in part.get("parameters", {}) else rest
        home["parameters"][name] = {k: v for k, v in entry.items() if k != "assume"}  # type: ignore[attr-defined]
        figures[name] = {"assume": entry["assume"]}  # type: ignore[index]
    rest = {s: e for k, v in rest.items() for s, e in ((k, v), ("assumptions", figures))[: 1 + (k == "parameters")]}

    def model(world: dict[str, dict[str, object]], part: dict[str, dict[str, object]]) -> object:
        war = panmunjom.Model("A war", start="2024-03-01", horizon="1 year")
        if part:
            war.part("moved", **part)
        war.files["world/model.yaml"] = {**world, "roles": {"attacker": "north"}}
        return war.case()

    by_name(model(world, {}), model(rest, part))


def by_name(one: object, other: object) -> None:
    """The same endings on the same days and the same final stocks, in whatever order they are kept."""
    a, b = ensemble(one), ensemble(other)
    assert np.array_equal(a.raw.ending, b.raw.ending) and np.array_equal(a.raw.ending_day, b.raw.ending_day, equal_nan=True)
    for_b = {b.graph.slots[s.slot].name: k for k, s in enumerate(b.graph.stocks)}
    for k, stock in enumerate(a.graph.stocks):
        name = a.graph.slots[stock.slot].name
        assert np.array_equal(a.raw.final[k], b.raw.final[for_b[name]], equal_nan=True), name
