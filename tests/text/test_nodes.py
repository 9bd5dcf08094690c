"""Reading YAML as nodes: nothing is guessed, every trap is refused with the spelling to use,
nothing crashes.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panmunjom.text.nodes import MAX_BYTES, Fields, Mapping, Scalar, Sequence, read_file, read_text
from panmunjom.text.problems import CaseError, Place, Problem, Problems, Source, nearest, printable

MODEST = settings(derandomize=True, deadline=None, max_examples=150, database=None)


def read(text: str) -> tuple[Mapping | None, list[Problem]]:
    problems = Problems()
    return read_text(text, "a.yaml", problems), list(problems)


def test_scalars_stay_what_was_written():
    """NO is the word NO, 1e6 is a million only where a number is asked for,
    and no date or truth is guessed.
    """
    text = (
        "a: NO\nb: 1e6\nc: 2024-01-01\nd: yes\ne: ~\nf: 0o17\ng: 1_000\nh: 'it''s'\ni: \"x\\ty\"\nj: null\n"
    )
    root, problems = read(text)
    assert root is not None and not problems
    texts = [v.text for _, v in root if isinstance(v, Scalar)]
    assert texts == ["NO", "1e6", "2024-01-01", "yes", "~", "0o17", "1_000", "it's", "x\ty", "null"]


def test_everything_knows_its_place():
    root, _ = read("a:\n  - x\n  - {b: c}\nd: |\n  two\n  lines\n")
    assert root is not None
    listed = root.get("a")
    assert isinstance(listed, Sequence)
    first, second = listed.items
    assert (first.place.line, first.place.column) == (2, 5)
    assert isinstance(second, Mapping) and second.flow
    inner = second.get("b")
    assert isinstance(inner, Scalar) and (inner.place.line, inner.place.column) == (3, 9)
    block = root.get("d")
    assert isinstance(block, Scalar) and not block.single and block.text == "two\nlines\n"
    assert block.at(4) == block.place


def test_a_place_inside_quotes_counts_the_quote():
    root, _ = read("a: bcd\ne: 'fgh'\n")
    assert root is not None
    plain, quoted = root.get("a"), root.get("e")
    assert isinstance(plain, Scalar) and isinstance(quoted, Scalar)
    assert plain.at(1).column == 5 and quoted.at(1).column == 6


# text, code, line, column, words
TRAPS = {
    "anchor": ("a: &b 1\n", "yaml-anchor", 1, 4, ["anchors", "quotes"]),
    "alias": ("a: *b\n", "yaml-alias", 1, 4, ["aliases", "quotes"]),
    "tag": ("a: !!int 1\n", "yaml-tag", 1, 4, ["tags", "without a tag"]),
    "tag of Python": ("a: !!python/object/apply:os.system [echo]\n", "yaml-tag", 1, 4, ["tags"]),
    "tag of a mapping": ("a: !thing {b: c}\n", "yaml-tag", 1, 4, ["tags"]),
    "merge key": ("a: {b: 1}\nc:\n  <<: {d: 2}\n", "yaml-merge", 3, 3, ["merge keys"]),
    "duplicate key": ("a: 1\nb: 2\na: 3\n", "duplicate-key", 3, 1, ["'a'", "twice", "line 1"]),
    "duplicate key in quotes": ("a: 1\n'a': 3\n", "duplicate-key", 2, 1, ["twice"]),
    "duplicate key far down": ("x:\n  y: {a: 1, a: 2}\n", "duplicate-key", 2, 13, ["line 2"]),
    "key that is a list": ("? [a, b]\n: c\n", "yaml-key", 1, 3, ["plain word", "quotes"]),
    "key that is a mapping": ("a: {{b}: c}\n", "yaml-key", 1, 5, ["plain word"]),
    "second document": ("a: 1\n---\nb: 2\n", "second-document", 2, 1, ["one document"]),
    "list at the top": ("- a\n- b\n", "not-a-mapping", 1, 1, ["name: value"]),
    "word at the top": ("hello\n", "not-a-mapping", 1, 1, ["name: value"]),
    "bracket left open": ("a: [1, 2\nb: 3\n", "yaml-syntax", 2, 2, ["not valid YAML"]),
    "two colons": ("a: b: c\n", "yaml-syntax", 1, 5, ["second ': '", "quotes"]),
    "tab": ("a:\n\tb: 1\n", "yaml-syntax", 2, 1, ["tab", "spaces"]),
    "bad indentation": ("a:\n  b: 1\n c: 2\n", "yaml-syntax", 3, 2, ["indentation"]),
    "at sign": ("a: @b\n", "yaml-syntax", 1, 4, ["cannot begin", "quotes"]),
    "quote left open": ("a: 'b\nc: d\n", "yaml-syntax", None, None, ["not valid YAML"]),
    "control character": ("a: 1\nb: x\x07y\n", "yaml-syntax", 2, 5, ["U+0007"]),
    "null character": ("a: \x00\n", "yaml-syntax", 1, 4, ["U+0000"]),
    "braces cut at a comma": ("a: {b: min(1, 2)}\n", "expression-in-braces", 1, 8, ["quotes"]),
    "empty": ("", "empty-file", 1, 1, ["empty"]),
    "only a comment": ("# nothing\n\n", "empty-file", 1, 1, ["empty"]),
    "only a document mark": ("---\n", "empty-file", 1, 1, ["empty"]),
    "deep lists": ("a: " + "[" * 10_000, "too-deep", 1, None, ["100"]),
    "deep mappings": ("a: " + "{a: " * 10_000, "too-deep", 1, None, ["100"]),
    "deep blocks": ("\n".join(" " * k + "a:" for k in range(300)), "too-deep", None, None, ["100"]),
    "deep keys": ("? " * 10_000 + "a", "too-deep", 1, None, ["100"]),
}


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_refused(name):
    text, code, line, column, words = TRAPS[name]
    _, problems = read(text)
    found = [p for p in problems if p.code == code]
    assert found, [p.code for p in problems]
    problem = found[0]
    if line is not None:
        assert problem.place.line == line
    if column is not None:
        assert problem.place.column == column
    for word in words:
        assert word in f"{problem.message} {problem.hint}"
    assert problem.render().startswith(f"a.yaml:{problem.place.line}:{problem.place.column}: error: ")
    assert set(problem.as_dict()) == {"code", "file", "line", "column", "message", "hint", "severity"}


def test_ninety_levels_are_fine():
    root, problems = read("a: " + "[" * 90 + "x" + "]" * 90)
    assert root is not None and not problems


def test_a_byte_order_mark_is_no_text(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    root = read_file(tmp_path / "a.yaml", "a.yaml", Problems())
    assert root is not None and root.key("a") is not None


# bytes, code, line, column, words
FILES = {
    "latin-1": ("a: 1\nb: für\n".encode("latin-1"), "not-utf8", 2, 5, ["0xfc", "UTF-8"]),
    "latin-1 after umlauts": ("ä: ü".encode() + b" \xfc\n", "not-utf8", 1, 6, ["0xfc"]),
    "utf-16": ("a: 1\n".encode("utf-16"), "not-utf8", 1, 1, ["UTF-8"]),
    "binary": (bytes(range(256)), "not-utf8", None, None, ["UTF-8"]),
    "empty": (b"", "empty-file", 1, 1, ["empty"]),
    "too large": (b"a: 1\n" * (MAX_BYTES // 5 + 1), "file-too-large", 1, 1, ["5,000,005", "5,000,000"]),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read(name, tmp_path):
    raw, code, line, column, words = FILES[name]
    (tmp_path / "a.yaml").write_bytes(raw)
    problems = Problems()
    assert read_file(tmp_path / "a.yaml", "a.yaml", problems) is None
    (problem,) = problems
    assert problem.code == code
    if line is not None:
        assert (problem.place.line, problem.place.column) == (line, column)
    for word in words:
        assert word in f"{problem.message} {problem.hint}"
    if code == "not-utf8":  # the line is shown with a mark for what is no text
        assert "^" in problem.render()


def test_what_is_not_a_file_is_not_read(tmp_path):
    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    for name in ("folder.yaml", "pipe.yaml", "missing.yaml"):
        problems = Problems()
        assert read_file(tmp_path / name, name, problems) is None
        assert [p.code for p in problems] == ["unreadable"]


@MODEST
@given(st.text(max_size=200))
def test_no_text_crashes_the_reader(text):
    root, problems = read(text)
    assert (root is None) <= bool(problems)
    for p in problems:
        p.render()


@MODEST
@given(st.text(alphabet="ab: \n-[]{}'\"#&*!|>?,%@`\t<", max_size=60))
def test_no_yaml_salad_crashes_the_reader(text):
    root, problems = read(text)
    assert (root is None) <= bool(problems)
    for p in problems:
        p.render()


@MODEST
@given(st.binary(max_size=100))
def test_no_bytes_crash_the_reader(tmp_path_factory, raw):
    path = tmp_path_factory.mktemp("bytes") / "a.yaml"
    path.write_bytes(raw)
    problems = Problems()
    root = read_file(path, "a.yaml", problems)
    assert (root is None) <= bool(list(problems))


# -- fields and problems


def test_fields_say_what_is_missing_and_what_is_too_much():
    problems = Problems()
    root = read_text("about: x\nshow: maybe\nper: {a: 1}\nlable: 2\n", "a.yaml", problems)
    assert root is not None
    fields = Fields(root, "the thing 'x'", "world.value", problems)
    assert fields.text("about") == "x" and fields.flag("show") is False and fields.words("per") == []
    assert fields.mapping("is") is None and fields.scalar("unit", required=True) is None
    assert fields.text("label", "none") == "none"
    fields.done()
    assert [(p.code, p.place.line) for p in problems] == [
        ("not-a-flag", 2),
        ("not-a-list", 3),
        ("missing-key", 1),
        ("unknown-key", 4),
    ]
    assert "Did you mean 'label'?" in list(problems)[-1].hint


def test_a_reader_and_its_schema_know_the_same_keys():
    """A key that only one of them knows is a mistake of the program, seen in the first file that is read."""
    root = read_text("about: x\n", "a.yaml", Problems())
    assert root is not None
    fields = Fields(root, "the table 'x'", "world.table", Problems())
    for key in ("about", "unit", "colour"):
        fields.text(key)
    with pytest.raises(AssertionError, match=r"world.table: reader or schema lacks .*'(colour|points)'.*'(colour|points)'"):
        fields.done()


def test_a_marker_stands_under_the_word():
    place = Place(Source("a.yaml", "first\n  some word here\n"), 2, 8, 4)
    lines = Problem("x", place, "wrong", "right").render().splitlines()
    assert lines == ["a.yaml:2:8: error: wrong [x]", "      some word here", "           ^^^^", "    right"]
    at = lines[2].index("^")
    assert lines[1][at : at + 4] == "word"


def test_a_long_line_is_shown_around_the_marker():
    place = Place(Source("a.yaml", "x" * 1000 + "HERE" + "y" * 1000), 1, 1001, 4)
    _, shown, mark = Problem("x", place, "wrong").render().splitlines()
    assert len(shown) < 160 and shown[mark.index("^") : mark.index("^") + 4] == "HERE"


def test_a_terminal_is_safe_from_a_case():
    """Control characters and bidirectional overrides never reach a terminal, in the line,
    the name or the message.
    """
    evil = "a\x1b[2Jb\u202ec\rd\x9be"
    shown = Problem("x", Place(Source(evil, evil)), evil, evil).render()
    assert not any(c in shown for c in "\x1b\u202e\r\x9b")
    assert printable("a\tb") == "a b" and printable("Україна ± ü") == "Україна ± ü"


def test_the_same_problem_counts_once_and_there_is_an_end():
    problems = Problems()
    for _ in range(3):
        problems.add("x", Place(Source("a")), "m")
    assert len(list(problems)) == 1
    for k in range(500):
        problems.add("note", Place(Source("a"), k), "m", severity="warning")  # these hide no error
    assert len(problems.warnings) == Problems.LIMIT
    with pytest.raises(CaseError) as stopped:
        for k in range(1000):
            problems.add("x", Place(Source("a"), k), "m")
    assert len(problems.errors) == Problems.LIMIT and len(stopped.value.problems) == 2 * Problems.LIMIT


def test_a_name_longer_than_anybody_reads_is_cut():
    problems = Problems()
    problems.add("x", Place(Source("a")), f"nothing is called '{'n' * 1_000_000}'", "h" * 5_000)
    (problem,) = problems
    assert len(problem.message) < 1_100 and problem.message.endswith("nnn'") and len(problem.hint) < 1_100
    shown = Problem("x", Place(Source("a", "y" * 4_000_000), 1, 3_000_000), "m").render()
    assert len(shown) < 400


def test_the_nearest_word():
    assert nearest("tnaks", ["tanks", "men"]) == "Did you mean 'tanks'?"
    assert nearest("zzz", ["tanks", "men"]) == "Known here: men, tanks."
    assert (
        nearest("zzz", [f"word{i}" for i in range(50)]) == ""
        and nearest("word1", [f"words{i}" for i in range(100_000)]) == ""
        and nearest("x" * 10_000, ["x"]) != "Did you mean 'x'?"
    )
