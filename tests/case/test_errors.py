"""What is said of a wrong case: file, line, column, what is wrong and what would be right;
never a traceback.
"""



from __future__ import annotations

import os
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from panmunjom.case.loading import check, find, load, shipped
from panmunjom.text.problems import CaseError
from small_case import FILES, edit_case, write_case

MODEST = settings(
    derandomize=True,
    deadline=None,
    max_examples=120,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def test_the_small_case_is_sound(tmp_path):
    assert check(write_case(tmp_path)) == []


# file, old text, new text, code, line, words in message and hint
EDITS = {
    # case.yaml
    "no start": ("case.yaml", "start: 2024-03-01\n", "", "missing-key", 1, ["'start'"]),
    "start no date": ("case.yaml", "2024-03-01", "March 2024", "bad-date", 3, ["2024-11-14"]),
    "start no day": ("case.yaml", "2024-03-01", "2024-02-30", "bad-date", 3, ["calendar"]),
    "horizon": ("case.yaml", "1 year", "a year", "bad-duration", 4, ["5 years"]),
    "horizon of nothing": ("case.yaml", "1 year", "0 years", "bad-duration", 4, ["nothing to run"]),
    "horizon of ages": ("case.yaml", "1 year", "9" * 400 + " years", "bad-duration", 4, ["thousand years"]),
    "step": ("case.yaml", "7 days", "1 month", "bad-duration", 5, ["whole number of days"]),
    "half a step": ("case.yaml", "7 days", "0.5 days", "bad-duration", 5, ["whole number of days"]),
    "no step": ("case.yaml", "7 days", "0 days", "bad-duration", 5, ["whole number of days"]),
    "endless step": ("case.yaml", "7 days", "9" * 400 + " days", "bad-duration", 5, ["whole number of days"]),
    "unknown entry": ("case.yaml", "horizon:", "horzon:", "unknown-key", 4, ["'horizon'"]),
    "another measure": ("claims.yaml", "measures: eaten", "measures: stored", "wrong-measure", 1, ["stored", "eaten", "converts"]),
    "no measure": ("claims.yaml", "  measures: eaten\n", "", "wrong-measure", 1, ["does not say", "measures: eaten"]),
    "conversion of nothing": ("world/siege.yaml", "    measures: eaten\n", "    measures: eaten\n    converts: {stored: 0 to 1}\n", "bad-conversion", 10, ["above zero"]),
    "conversion in words": ("world/siege.yaml", "    measures: eaten\n", "    measures: eaten\n    converts: {stored: much}\n", "bad-conversion", 10, ["much"]),
    "conversion of an unsaid measure": ("world/siege.yaml", "    measures: eaten\n", "    converts: {stored: 2}\n", "bad-conversion", 9, ["does not say"]),
    "unknown rule": ("views/pooled.yaml", "exclude: []", "pool: harmonic", "bad-entry", 3, ["linear or logarithmic"]),
    "split of nothing": ("views/pooled.yaml", "exclude: []", "split: [gazete]", "unknown-claim", 3, ["gazette"]),
    "question asked some day": ("questions.yaml", "  text:", "  asked: some day\n  text:", "bad-date", 2, ["2024-11-14"]),
    # sources.yaml
    "reliability": ("sources.yaml", "reliability: C", "reliability: G", "bad-entry", 4, ["A to F"]),
    "source no mapping": ("sources.yaml", "courier:\n  title: The town cannot hold\n  published: 2024-03-01\n  reliability: C\n", "courier: 5\n", "not-a-mapping", 1, ["'courier'"]),
    "source entry": ("sources.yaml", "title:", "titel:", "unknown-key", 2, ["'title'"]),
    "source date": ("sources.yaml", "2024-03-01", "2024-03", "bad-date", 3, ["full date"]),
    # claims.yaml
    "unknown source": ("claims.yaml", "source: courier", "source: courrier", "unknown-source", 2, ["'courier'"]),
    "unknown kind": ("claims.yaml", "kind: quantity", "kind: guess", "bad-entry", 3, ["prediction"]),
    "unknown hedge": ("claims.yaml", "hedge: about", "hedge: abuot", "unknown-hedge", 8, ["'about'"]),
    "figure in words": ("claims.yaml", "4 t/day", "four t/day", "bad-quantity", 6, ["320 barrel/month"]),
    "figure with a leading zero": ("claims.yaml", "4 t/day", "04 t/day", "bad-quantity", 6, ["320 barrel/month"]),
    "figure with an underscore": ("claims.yaml", "4 t/day", "1_000 t/day", None, 6, []),
    "figure of three points": ("claims.yaml", "4 t/day", "1.2.3 t/day", "bad-quantity", 6, ["320 barrel/month"]),
    "figure beyond measure": ("claims.yaml", "4 t/day", "1e999 t/day", "bad-quantity", 6, ["finite"]),
    "figure backwards": ("claims.yaml", "value: 30 to 40", "value: 40 to 30", "bad-quantity", 23, ["backwards"]),
    "half a percentage": ("claims.yaml", "4 t/day", "30% to 40", "bad-quantity", 6, ["one end only"]),
    "bound and range": ("claims.yaml", "4 t/day", "'> 30 to 40 t/day'", "bad-quantity", 6, ["bound and a range"]),
    "unit of a claim": ("claims.yaml", "4 t/day", "4 t/dey", "unknown-unit", 6, ["'day'"]),
    "wrong unit of a claim": ("claims.yaml", "4 t/day", "4 t", "wrong-unit", 1, ["courier-1", "t/day"]),
    "about nothing": ("claims.yaml", "about: rations[north]", "about: ration[north]", "unknown-name", 1, ["'rations'"]),
    "about no member": ("claims.yaml", "about: rations[north]", "about: rations[nort]", "unknown-member", 1, ["north, south"]),
    "about which member": ("claims.yaml", "about: rations[north]", "about: rations", "no-member", 1, ["each side"]),
    "credibility": ("claims.yaml", "hedge: about", "credibility: 7", "bad-entry", 8, ["1 to 6"]),
    "endorsed": ("claims.yaml", "hedge: about", "endorsed: perhaps", "not-a-flag", 8, ["true or false"]),
    "as of": ("claims.yaml", "hedge: about", "as_of: spring", "bad-date", 8, ["2024-11"]),
    "as of long ago": ("claims.yaml", "hedge: about", "as_of: 0000", "bad-date", 8, ["2024-11"]),
    "no publication date": ("claims.yaml", "  published: 2024-03-01\n", "", "missing-key", 2, ["'published'"]),
    "no place": ("claims.yaml", "  place: {publication: made up}\n", "", "missing-key", 2, ["'place'"]),
    "place without characters": ("claims.yaml", "{publication: made up}", "{document: a.txt, start: 5, end: 5}", "bad-place", 10, ["'start'"]),
    "place in words": ("claims.yaml", "{publication: made up}", "{document: a.txt, start: five, end: 9}", "not-a-number", 10, ["whole number"]),
    "probability": ("claims.yaml", "by: 2024-06-30", "by: 2024-06-30\n  probability: {words: likely, low: 1.5}", "bad-probability", 16, ["'1.5'"]),
    "probability in words": ("claims.yaml", "by: 2024-06-30", "by: 2024-06-30\n  probability: {words: likely, low: high}", "bad-probability", 16, ["'high'"]),
    "came true": ("claims.yaml", "by: 2024-06-30", "by: 2024-06-30\n  came_true: NO", "bad-entry", 16, ["partly"]),
    "echo of nothing": ("claims.yaml", "hedge: about", "echo_of: gazette-2", "unknown-claim", 1, ["'gazette-1'"]),
    "echo of itself": ("claims.yaml", "hedge: about", "echo_of: courier-1", "unknown-claim", 1, ["no such other claim"]),
    # questions.yaml
    "question without holds": ("questions.yaml", "holds:", "hold:", "no-answer", 1, ["'holds'"]),
    "question of nothing": ("questions.yaml", "stores[north]", "store[north]", "unknown-name", 3, ["'stores'"]),
    "question no flag": ("questions.yaml", "stores[north] < 10 days * rations[north]", "stores[north]", "not-a-flag", 3, ["'hunger'"]),
    # views
    "view of no source": ("views/courier.yaml", "source: courier", "source: herald", "unknown-source", 1, ["courier, gazette"]),
    "view without start": ("views/courier.yaml", "start: 2024-03-01\n", "", "missing-key", 1, ["'start'"]),
    "view before all assumptions": ("views/courier.yaml", "start: 2024-03-01", "start: 2022-03-01", "no-assumption", 6, ["rations[south]", "2023-01-01"]),
    "sets nothing": ("views/courier.yaml", "rations[north]:", "ration[north]:", "unknown-name", 4, ["'rations'"]),
    "sets no member": ("views/courier.yaml", "rations[north]:", "rations[nord]:", "unknown-member", 4, ["north, south"]),
    "sets by no claim": ("views/courier.yaml", "claim courier-1", "claim curier-1", "unknown-claim", 4, ["'courier-1'"]),
    "sets by a claim without a figure": ("views/courier.yaml", "claim courier-1", "claim courier-2", "bad-claim", 4, ["no figure"]),
    "sets by a claim of another unit": ("views/courier.yaml", "  smuggled: 0.1 to 0.5 t/day", "  at_start[north]: claim courier-1", "wrong-unit", 1, ["'at_start'"]),
    "sets a list": ("views/courier.yaml", "claim courier-1", "[1, 2]", "not-a-value", 4, ["'claim ID'"]),
    "sets words": ("views/courier.yaml", "0.1 to 0.5 t/day", "little", "bad-distribution", 5, ["15 to 30"]),
    "sets backwards": ("views/courier.yaml", "0.1 to 0.5 t/day", "0.5 to 0.1 t/day", "bad-distribution", 5, ["backwards"]),
    "sets in another unit": ("views/courier.yaml", "0.1 to 0.5 t/day", "0.1 to 0.5 t/week", "wrong-unit", 5, ["0.0142857 to 0.0714286 t/day"]),
    "sets in an unknown unit": ("views/courier.yaml", "0.1 to 0.5 t/day", "0.1 to 0.5 t/dey", "unknown-unit", 5, ["'day'"]),
    "sets in a wrong unit": ("views/courier.yaml", "0.1 to 0.5 t/day", "0.1 to 0.5 km", "wrong-unit", 5, ["t/day"]),
    "unknown switch": ("views/courier.yaml", "saving: false", "savings: false", "unknown-name", 7, ["'saving'"]),
    "switch to no option": ("views/courier.yaml", "saving: false", "saving: NO", "bad-entry", 7, ["true, false"]),
    "unknown setting": ("views/courier.yaml", "switches:", "switch:", "unknown-key", 6, ["'switches'"]),
    "concludes no claim": ("views/courier.yaml", "claim: courier-2", "claim: courier-5", "unknown-claim", 9, ["courier-"]),
    "concludes without a date": ("views/courier.yaml", "    by: 2024-06-30\n", "", "missing-key", 9, ["'by'"]),
    "concludes nothing": ("views/courier.yaml", "    holds: stores[north] <= 0 t\n", "", "missing-key", 9, ["untestable"]),
    "concludes before its start": ("views/courier.yaml", "by: 2024-06-30", "by: 2024-02-01", "bad-date", 9, ["after the view's start"]),
    "concludes between one date": ("views/courier.yaml", "by: 2024-06-30", "between: [2024-06-30]", "bad-date", 11, ["two dates"]),
    "concludes between backwards": ("views/courier.yaml", "by: 2024-06-30", "between: [2024-06-30, 2024-05-01]", "bad-date", 11, ["backwards"]),
    "concludes in a wrong unit": ("views/courier.yaml", "<= 0 t\n", "<= 1 km\n", "wrong-unit", 10, ["'stores[north]' (in t) and km"]),
    "concludes a mapping": ("views/courier.yaml", "concludes:\n  - claim: courier-2\n    holds: stores[north] <= 0 t\n    by: 2024-06-30\n", "concludes: {claim: courier-2}\n", "not-a-list", 8, ["'- claim:'"]),
    "does nothing": ("views/courier.yaml", "switches:", "do: [relieve at 2024-05-01]\nswitches:", "unknown-name", 6, ["'relieved'"]),
    "does at no date": ("views/courier.yaml", "switches:", "do: [relieved in May]\nswitches:", "bad-intervention", 6, ["2025-06-01"]),
    "does at no day": ("views/courier.yaml", "switches:", "do: [relieved at 2024-02-31]\nswitches:", "bad-date", 6, ["calendar"]),
    "does to no parameter": ("views/courier.yaml", "switches:", "do: [smuggle = 2 at 2024-05-01]\nswitches:", "unknown-name", 6, ["'smuggled'"]),
    "weight of nobody": ("views/pooled.yaml", "gazette: 2", "gazete: 2", "unknown-claim", 2, ["'gazette'"]),
    "weight in words": ("views/pooled.yaml", "gazette: 2", "gazette: much", "not-a-number", 2, ["0 to 100"]),
    "weight below nothing": ("views/pooled.yaml", "gazette: 2", "gazette: -1", "not-a-number", 2, ["0 to 100"]),
    "weight with an underscore": ("views/pooled.yaml", "gazette: 2", "gazette: 1_0", "not-a-number", 2, ["0 to 100"]),
    "exclusion of nobody": ("views/pooled.yaml", "exclude: []", "exclude: [herald]", "unknown-claim", 3, ["herald"]),
    # the world, as part of a case
    "world formula": ("world/siege.yaml", "rations * if", "ration * if", "unknown-name", 20, ["'rations'"]),
    "world call": ("world/siege.yaml", "rations * if(saving, 0.8, 1)", "'__import__(\"os\")'", "unknown-function", 20, ["call nothing else"]),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_a_wrong_case(name, tmp_path):
    file, old, new, code, line, words = EDITS[name]
    edit_case(tmp_path, file, old, new)
    found = check(tmp_path)
    assert found and all(p.severity == "error" for p in found)
    matching = [p for p in found if code in (None, p.code)]
    assert matching, [p.render() for p in found]
    problem = matching[0]
    where = "world/siege.yaml" if code == "no-assumption" else file
    where = "claims.yaml" if name == "sets by a claim of another unit" else where
    assert problem.place.source.name == str(tmp_path / where) and problem.place.line == line
    for word in words:
        assert word in f"{problem.message} {problem.hint}"
    for p in found:
        assert f"{p.place.source.name}:{p.place.line}:{p.place.column}: error: " in p.render()
        assert "^" in p.render()
        assert p.as_dict()["file"] == p.place.source.name
    with pytest.raises(CaseError):
        load(tmp_path)


CASCADES = {"source no mapping", "reliability"}


@pytest.mark.parametrize("name", [n for n in EDITS if n not in CASCADES])
def test_one_mistake_is_told_once(name, tmp_path):
    """Up to the second half of a pair: a misspelt required entry is also a missing one."""
    file, old, new, *_ = EDITS[name]
    edit_case(tmp_path, file, old, new)
    assert len(check(tmp_path)) <= 2


def test_problems_of_several_files_come_together(tmp_path):
    write_case(tmp_path)
    for name, old, new in [
        ("case.yaml", "7 days", "1 month"),
        ("sources.yaml", "reliability: C", "reliability: G"),
        ("claims.yaml", "hedge: about", "hedge: abuot"),
        ("questions.yaml", "stores[north]", "store[north]"),
        ("views/courier.yaml", "saving: false", "saving: maybe"),
        ("views/pooled.yaml", "gazette: 2", "gazete: 2"),
        ("world/siege.yaml", "rations * if", "ration * if"),
    ]:
        path = tmp_path / name
        path.write_text(path.read_text().replace(old, new, 1))
    found = {p.place.source.name.removeprefix(f"{tmp_path}/") for p in check(tmp_path)}
    assert found == {name for name in FILES}


def test_names_of_several_world_files_are_one_namespace(tmp_path):
    write_case(tmp_path)
    (tmp_path / "world" / "other.yaml").write_text("values: {eaten: 1}\n")
    problem = check(tmp_path)[0]
    assert problem.code == "duplicate-name" and "other.yaml:1:10" in problem.message
    assert problem.place.source.name.endswith("siege.yaml")


# -- folders and files


def problem_of(name) -> tuple[str, str]:
    (problem,) = check(name)
    return problem.code, f"{problem.message} {problem.hint}"


def test_no_such_case(tmp_path):
    assert problem_of(tmp_path / "nowhere")[0] == "no-such-case"
    assert "'ukraine'" in problem_of("ukrain")[1]
    for odd in ("x" * 5000, "a\0b", ""):
        assert check(odd)


def test_a_folder_that_is_no_case(tmp_path):
    code, words = problem_of(tmp_path)
    assert code == "not-a-case" and "case.yaml" in words and "panmunjom new" in words
    (tmp_path / "file").write_text("x")
    assert problem_of(tmp_path / "file")[0] == "not-a-case"


def test_a_case_without_a_world(tmp_path):
    write_case(tmp_path, world__siege=None, views__courier=None, questions=None, claims=None)
    assert "no-world" in {p.code for p in check(tmp_path)}


def test_an_empty_file(tmp_path):
    write_case(tmp_path, world__siege="")
    assert ("empty-file", str(tmp_path / "world/siege.yaml")) in {
        (p.code, p.place.source.name) for p in check(tmp_path)
    }


def test_a_file_that_is_not_utf8(tmp_path):
    write_case(tmp_path)
    (tmp_path / "world" / "more.yaml").write_bytes("about: Gerät\n".encode("latin-1"))
    (problem,) = check(tmp_path)
    assert problem.code == "not-utf8" and (problem.place.line, problem.place.column) == (1, 11)


def test_a_file_of_more_than_five_megabytes(tmp_path):
    write_case(tmp_path)
    (tmp_path / "world" / "more.yaml").write_bytes(b"# " + b"x" * 5_000_000)
    (problem,) = check(tmp_path)
    assert problem.code == "file-too-large"


def test_links_that_lead_out_are_not_followed(tmp_path):
    inside, outside = tmp_path / "case", tmp_path / "secret.yaml"
    inside.mkdir()
    write_case(inside)
    outside.write_text("values: {hidden: 1}\n")
    (inside / "world" / "link.yaml").symlink_to(outside)
    (problem,) = check(inside)
    assert problem.code == "outside" and "hidden" not in problem.render()
    (inside / "world" / "link.yaml").unlink()
    (tmp_path / "worlds").mkdir()
    (tmp_path / "worlds" / "a.yaml").write_text("values: {hidden: 1}\n")
    (inside / "world" / "siege.yaml").rename(tmp_path / "worlds" / "siege.yaml")
    (inside / "world").rmdir()
    (inside / "world").symlink_to(tmp_path / "worlds")
    assert "outside" in {p.code for p in check(inside)}


def test_links_inside_and_in_circles(tmp_path):
    write_case(tmp_path)
    (tmp_path / "views" / "second.yaml").symlink_to(tmp_path / "views" / "courier.yaml")
    assert check(tmp_path) == []
    (tmp_path / "views" / "circle.yaml").symlink_to(tmp_path / "views" / "circle.yaml")
    assert check(tmp_path)


def test_what_is_no_file_is_not_waited_for(tmp_path):
    write_case(tmp_path)
    os.mkfifo(tmp_path / "world" / "pipe.yaml")
    (tmp_path / "world" / "folder.yaml").mkdir()
    assert {p.code for p in check(tmp_path)} == {"unreadable"}


def test_the_shipped_cases_are_sound():
    for name in shipped():
        assert [p.render() for p in check(name)] == []
        assert find(name).is_dir()


def test_a_case_shows_itself(tmp_path):
    case = load(write_case(tmp_path))
    assert "3 claims" in repr(case) and "<script>" not in case._repr_html_()
    evil = load(edit_case(tmp_path, "case.yaml", "A siege", "<script>alert(1)</script>"))
    assert "<script>" not in evil._repr_html_()


def test_the_digest_changes_with_the_text(tmp_path):
    first = load(write_case(tmp_path)).digest
    assert load(write_case(tmp_path)).digest == first
    assert load(edit_case(tmp_path, "world/siege.yaml", "0.8", "0.9")).digest != first


# -- no exception but CaseError


@MODEST
@given(st.sampled_from(sorted(FILES)), st.randoms(use_true_random=False), st.integers(1, 4))
def test_no_mutation_crashes_the_loader(tmp_path, name, luck: random.Random, times):
    text = FILES[name]
    for _ in range(times):
        at = luck.randrange(len(text))
        end = min(len(text), at + luck.randrange(12))
        other = FILES[luck.choice(sorted(FILES))]
        piece = luck.choice(
            ["", "", ":", "\n", " ", "- ", "[", "}", "'", "%", "0", ".", "(", "*", "to", other[at : at + 20]]
        )
        text = (text[:at] + piece + text[end:]) or "x"
    write_case(tmp_path)
    (tmp_path / name).write_text(text, encoding="utf-8")
    for p in check(tmp_path):
        p.render()


@MODEST
@given(st.sampled_from(sorted(FILES)), st.randoms(use_true_random=False))
def test_no_lost_or_doubled_line_crashes_the_loader(tmp_path, name, luck: random.Random):
    lines = FILES[name].splitlines(keepends=True)
    for _ in range(luck.randrange(1, 4)):
        at = luck.randrange(len(lines))
        match luck.randrange(4):
            case 0:
                lines[at] = ""
            case 1:
                lines[at] *= 2
            case 2:
                lines[at] = "  " + lines[at]
            case 3:
                lines.insert(at, lines[luck.randrange(len(lines))])
    write_case(tmp_path)
    (tmp_path / name).write_text("".join(lines) or "\n", encoding="utf-8")
    for p in check(tmp_path):
        p.render()


VALUES = st.sampled_from(
    [
        "",
        "~",
        "[]",
        "{}",
        "[a, b]",
        "{a: b}",
        "-1",
        "1e999",
        "NO",
        "true",
        "2024-01-01",
        "0 days",
        "x" * 300,
        "'\\'",
        '"\\n"',
        "a[b]",
        "..",
        "%",
    ]
)


@MODEST
@given(st.sampled_from(sorted(FILES)), st.integers(0, 10_000), VALUES)
def test_no_value_crashes_the_loader(tmp_path, name, number, value):
    """Any entry of any file may hold anything."""
    lines = FILES[name].splitlines()
    at = [i for i, line in enumerate(lines) if ":" in line]
    chosen = at[number % len(at)]
    head = lines[chosen].split(":")[0]
    lines[chosen] = f"{head}: {value}"
    write_case(tmp_path)
    (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    for p in check(tmp_path):
        p.render()
