"""Observed series: what is read, what is refused and where, what was known on a day, and what a folder of data adds."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import panmunjom
from panmunjom.case.importing import load_folder
from panmunjom.case.known import as_of
from panmunjom.case.loading import load
from panmunjom.case.observed import Observation, Series
from panmunjom.text.problems import CaseError
from small_case import FILES, write_case

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
WORLD = FILES["world/siege.yaml"].replace(
    "out: eaten}", "out: eaten, show: true}\n  gone: {per: side, unit: t, start: 0, in: eaten}"
)
SERIES = """\
left:
  unit: kg
  kind: level
  observes: stores[north]
  source: gazette
  spread: 0.05 to 0.2
eaten_in_a_month:
  label: eaten in a month
  unit: t
  kind: total
  observes: gone[north]
  source: courier
  claimed: true
  bias: 0.5 to 2
  error: absolute
  spread: 1 to 5
  import: {file: eaten/monthly.csv, date: month, value: tonnes, days: days, daily: eaten/daily.csv, daily_value: so_far, known: 1 month, scale: 2}
"""
HEAD = "series,date,value,known\n"
ROWS = (
    HEAD
    + "left,2024-03-10,420000,2024-03-11\neaten_in_a_month,2024-03-31,100,2024-04-30\neaten_in_a_month,2024-03-31,110,2024-06-30\n"
)


def siege(folder: Path, series: str = SERIES, rows: str | None = ROWS) -> Path:
    return write_case(folder, world__siege=WORLD, data__series=series, **{"data__observed.csv": rows})


def test_series_are_read(tmp_path: Path) -> None:
    """Units, kinds, distributions and figures with their places; a revision is a figure of its own."""
    case = load(siege(tmp_path))
    left, eaten = case.observed["left"], case.observed["eaten_in_a_month"]
    assert (left.unit.factor, left.kind, left.error, left.bias.median) == (1.0, "level", "relative", 1.0)
    assert left.observations == (Observation(date(2024, 3, 10), 420000.0, date(2024, 3, 11)),)
    assert left.observations[0].place.line == 2
    assert (eaten.unit.factor, eaten.claimed, eaten.bias.interval) == (
        1000.0,
        True,
        pytest.approx((0.5, 2.0)),
    )
    assert [o.value for o in eaten.observations] == [100.0, 110.0] and eaten.layout is not None
    assert eaten.as_first_published().values() == {date(2024, 3, 31): 100.0}
    assert eaten.values() == {date(2024, 3, 31): 110.0}
    assert eaten.known_by(date(2024, 5, 1)).values() == {date(2024, 3, 31): 100.0}


def test_a_case_without_data_has_no_series_and_figures_change_its_hash(tmp_path: Path) -> None:
    assert load(write_case(tmp_path / "a")).observed == {}
    first, second = siege(tmp_path / "b"), siege(tmp_path / "c", rows=ROWS.replace("110", "111"))
    assert load(first).digest != load(second).digest


BAD = {
    "unknown-series": (SERIES, HEAD + "lefft,2024-03-10,1,2024-03-11\n", 2, "Did you mean 'left'?"),
    "bad-date": (SERIES, HEAD + "left,2024-03,1,2024-03-11\n", 2, "not a full date"),
    "duplicate-row": (SERIES, HEAD + "left,2024-03-10,1,2024-03-11\nleft,2024-03-10,2,2024-03-11\n", 3, "already"),
    "known-too-early": (SERIES, HEAD + "left,2024-03-10,1,2024-03-09\n", 2, "before that day"),
    "formula-cell": (SERIES, HEAD + '"left","2024-03-10","=1+1","2024-03-11"\n', 2, "formula"),
    "not-a-number": (SERIES, HEAD + "left,2024-03-10,nan,2024-03-11\n", 2, "not a number"),
    "not-positive": (SERIES, HEAD + "left,2024-03-10,0,2024-03-11\n", 2, "relative error"),
    "bad-row": (SERIES, HEAD + "left,2024-03-10,1\n", 2, "4 cells, this one 3"),
    "bad-header": (SERIES, "series,date,known,value\nleft,2024-03-10,1,2024-03-11\n", 1, "first line"),
    "empty-file": (SERIES, HEAD, 1, "no figures"),
    "bad-csv": (SERIES, HEAD + 'left,"2024-03-10,1,2024-03-11\n', 2, "not a CSV table"),
    "observes-nothing": (SERIES.replace("stores[north]", "stores"), None, 1, "no stock or shown value"),
    "wrong-unit": (SERIES.replace("unit: kg", "unit: day"), None, 2, "is in t"),
    "unknown-unit": (SERIES.replace("unit: kg", "unit: kgg"), None, 2, "kgg"),
    "unknown-source": (SERIES.replace("gazette", "gazete"), None, 5, "Did you mean 'gazette'?"),
    "no-spread": (SERIES.replace("  spread: 0.05 to 0.2\n", ""), None, 1, "by chance"),
    "bad-distribution": (SERIES.replace("bias: 0.5 to 2", "bias: 0 ± 1"), None, 14, "above zero"),
    "outside": (SERIES.replace("file: eaten/", "file: ../eaten/"), None, 17, "inside the data folder"),
    "bad-entry": (SERIES.replace("kind: level", "kind: rate"), None, 3, "total, level, fact"),
    "unknown-key": (SERIES.replace("  unit: kg", "  unitt: kg"), None, 2, "unit"),
}  # fmt: skip


@pytest.mark.parametrize("code", BAD)
def test_what_is_refused(code: str, tmp_path: Path) -> None:
    """Each with its code, the line and a sentence; nothing else is called an error."""
    series, rows, line, words = BAD[code]
    found = [p for p in panmunjom.check(siege(tmp_path, series, rows)) if p.severity == "error"]
    assert {p.code for p in found} - {"wrong-unit"} <= {code} and code in {p.code for p in found}
    one = next(p for p in found if p.code == code)
    assert one.place.line == line and words in f"{one.message} {one.hint}", one


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    rows = (
        HEAD
        + "left,2024-13-10,1,2024-03-11\nleft,2024-03-10,x,2024-03-11\neaten_in_a_month,2024-03-30,1,2024-04-01\n"
    )
    found = panmunjom.check(siege(tmp_path, SERIES.replace("kind: total", "kind: totals"), rows))
    assert {"bad-date", "not-a-number", "bad-entry"} <= {p.code for p in found}


def test_a_file_that_is_no_text_or_too_large(tmp_path: Path) -> None:
    folder = siege(tmp_path)
    (folder / "data" / "observed.csv").write_bytes(b"series,\xff\n")
    assert [p.code for p in panmunjom.check(folder)] == ["not-utf8"]
    (folder / "data" / "observed.csv").write_bytes(b"x" * 5_000_001)
    assert [p.code for p in panmunjom.check(folder)] == ["file-too-large"]


DAYS = st.integers(0, 400).map(lambda n: date(2024, 1, 1) + timedelta(days=n))


@given(st.lists(st.tuples(DAYS, st.integers(0, 90), st.floats(1, 9)), max_size=20), DAYS)
def test_what_was_known_on_a_day(rows: list[tuple[date, int, float]], day: date) -> None:
    """Nothing later; of each date that had a figure by then exactly one, the last published; asking twice changes nothing."""
    all_of = tuple(Observation(when, value, when + timedelta(days=lag)) for when, lag, value in rows)
    then = Series("x", observations=all_of).known_by(day)
    assert all(o.known <= day for o in then.observations)
    assert [o.date for o in then.observations] == sorted({o.date for o in all_of if o.known <= day})
    for one in then.observations:
        assert one.known == max(o.known for o in all_of if o.date == one.date and o.known <= day)
    assert then.known_by(day).observations == then.observations


def test_as_of_hides_later_observations(tmp_path: Path) -> None:
    """A series without a figure by then does not exist; a revision that came later does not show."""
    case = load(siege(tmp_path))
    assert as_of(case, date(2024, 3, 10)).observed == {}
    assert set(as_of(case, date(2024, 3, 11)).observed) == {"left"}
    assert [o.value for o in as_of(case, date(2024, 6, 29)).observed["eaten_in_a_month"].observations] == [
        100.0
    ]


MONTHLY = "month,tonnes,days\n2024-02,70,29\n2024-03,50,31\n2024-04,55,30\n2024-05,60,30\n"
DAILY = "date,so_far\n2024-03-31,50\n2024-04-30,105\n2024-05-30,170\n"


def folder_with(root: Path, **files: str) -> Path:
    (root / "eaten").mkdir(parents=True)
    for name, text in files.items():
        (root / name.replace("__", "/")).with_suffix(".csv").write_text(text)
    return root


def test_a_folder_adds_later_months(tmp_path: Path) -> None:
    """Scaled, with the day on which each became known; a month that is not full and one before the first stay out."""
    case = load(siege(tmp_path / "case"))
    found = load_folder(case, folder_with(tmp_path / "data", eaten__monthly=MONTHLY))
    added = found.observed["eaten_in_a_month"].observations[2:]
    assert added == (Observation(date(2024, 4, 30), 110.0, date(2024, 5, 31)),)
    assert any("2024-05-31 is not full" in note for note in found.notes)
    assert (
        case.observed["eaten_in_a_month"].observations == found.observed["eaten_in_a_month"].observations[:2]
    )


def test_a_later_vintage_is_not_read(tmp_path: Path) -> None:
    """A file that differs from the case's own figure is named, and the case's figure stays."""
    case = load(siege(tmp_path / "case"))
    found = load_folder(
        case, folder_with(tmp_path / "data", eaten__monthly=MONTHLY.replace("50,31", "49,31"))
    )
    assert any("later vintage" in note for note in found.notes)
    assert found.observed["eaten_in_a_month"].as_first_published().values()[date(2024, 3, 31)] == 100.0


def test_daily_counts_where_the_months_are_missing(tmp_path: Path) -> None:
    """Differences between month ends; the last month lacks its last day."""
    found = load_folder(load(siege(tmp_path / "case")), folder_with(tmp_path / "data", eaten__daily=DAILY))
    assert found.observed["eaten_in_a_month"].values()[date(2024, 4, 30)] == 110.0
    assert date(2024, 5, 31) not in found.observed["eaten_in_a_month"].values()


def test_an_own_file_of_the_folder(tmp_path: Path) -> None:
    data = folder_with(tmp_path / "data", observed=HEAD + "left,2024-04-10,300000,2024-04-12\n")
    assert (
        load_folder(load(siege(tmp_path / "case")), data).observed["left"].values()[date(2024, 4, 10)]
        == 300000.0
    )


@pytest.mark.parametrize(
    "files, code",
    [
        ({}, "no-data"),
        ({"eaten__monthly": "month,tons,days\n2024-04,1,30\n"}, "no-column"),
        ({"eaten__monthly": "month,tonnes,days\n2024-99,1,30\n"}, "bad-date"),
        ({"eaten__monthly": "month,tonnes,days\n2024-04,@x,30\n"}, "formula-cell"),
        ({"observed": HEAD + "nobody,2024-04-10,1,2024-04-12\n"}, "unknown-series"),
    ],
)
def test_a_folder_that_cannot_be_used(files: dict[str, str], code: str, tmp_path: Path) -> None:
    case = load(siege(tmp_path / "case"))
    with pytest.raises(CaseError) as refused:
        load_folder(case, folder_with(tmp_path / "data", **files))
    assert code in {p.code for p in refused.value.problems}
    with pytest.raises(CaseError):
        load_folder(case, tmp_path / "nowhere")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data folder is not here")
def test_the_case_says_what_the_shared_files_say(tmp_path: Path) -> None:
    """Every figure typed into the Ukraine case is that of the file that it came from, monthly and, where there is one, daily."""
    case = load("ukraine")
    whole = load_folder(case, SHARED)
    assert not [note for note in whole.notes if "vintage" in note]
    for name, column, file in (
        ("losses_men", "personnel", "ua_mod_losses/russia_losses_daily_cumulative.csv"),
    ):
        assert column == case.observed[name].layout.value and file == case.observed[name].layout.daily  # type: ignore[union-attr]
    part = tmp_path / "daily"
    for file in ("ua_mod_losses/russia_losses_daily_cumulative.csv", "deepstate_territory/area_daily.csv"):
        (part / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SHARED / file, part / file)
    assert not [note for note in load_folder(case, part).notes if "vintage" in note]
