"""Parquet, CSV, pandas, xarray and DuckDB hold the same table, and text in it harms nobody."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

import panmunjom
from panmunjom.analysis.running import Options
from panmunjom.analysis.stored import get_ready
from panmunjom.case.new import write_new
from panmunjom.case.records import Case
from panmunjom.futures import formats
from panmunjom.futures.export import Saved
from panmunjom.futures.table import columns
from panmunjom.text.problems import CaseError

for module in ("pyarrow", "pandas", "xarray"):
    pytest.importorskip(module)

duckdb = pytest.importorskip("duckdb")

SMALL = 500


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The small case that the program writes."""
    return panmunjom.load(write_new(tmp_path_factory.mktemp("case") / "siege"))


@pytest.fixture(scope="module", params=["parquet", "csv"])
def saved(request: pytest.FixtureRequest, siege: Case, tmp_path_factory: pytest.TempPathFactory) -> Saved:
    """Futures in either format."""
    return panmunjom.write_futures(
        siege, folder=tmp_path_factory.mktemp("x"), futures=SMALL, format=request.param
    )


def test_every_cell_comes_back(siege: Case, saved: Saved) -> None:
    """The frame holds what the engine gave, to the bit, in the units of the world."""
    frame = saved.to_pandas()
    ready = get_ready(siege, Options(), "pooled")
    table, raw = ready.run(np.arange(SMALL, dtype=np.uint64))
    shown = columns(siege.built, ready.filled.used)
    assert list(frame) == [c.name for c in shown]
    for column in shown:
        cells = column.cells(table, raw)
        if column.kind == "text":
            assert frame[column.name].tolist() == [column.labels[k] for k in cells]
        elif column.kind == "day":
            assert np.array_equal(
                frame[column.name].to_numpy().astype("datetime64[D]"), cells, equal_nan=True
            )
        else:
            assert np.array_equal(frame[column.name].to_numpy(), cells)
    assert frame["stores"].between(0, 2000).all() and frame["stores"].max() > 10  # tonnes, not kilograms


def test_duckdb_reads_it_in_one_line(saved: Saved) -> None:
    """Endings counted as the manifest counts them."""
    files = saved.folder / f"part-*.{saved.manifest.kind}"
    query = f"select ending, count(*) from '{files}' where not_finite is null group by all"
    total = saved.manifest.total()
    assert dict(duckdb.sql(query).fetchall()) == {
        k: int(v.sum()) for k, v in total.endings.items() if v.sum()
    }


def test_units_and_meanings_travel_along(saved: Saved) -> None:
    """In the fields of Arrow and in the attributes of xarray; the bands are there too."""
    field = saved.to_arrow(["stores", "ending"]).schema.field("stores")
    assert field.metadata[b"unit"] == b"t" and b"food" in field.metadata[b"about"]
    found = saved.to_xarray()
    assert found["stores"].attrs["units"] == "t" and found["stores"].dims == ("future",)
    assert found["bands"].sel(shown="stores", quantile=0.5)[0] == pytest.approx(374, rel=0.02)
    assert found.attrs["case"] == "siege" and len(found["future"]) == SMALL
    assert list(saved.to_pandas(["ending", "stores"])) == ["ending", "stores"]
    with pytest.raises(CaseError, match="there is no column 'store'"):
        saved.to_pandas(["store"])


def test_text_that_a_spreadsheet_would_run_is_quoted() -> None:
    """Text only: a negative number stays a number."""
    for text in ("=1+1", "+1", "-1", "@x", "\tx", "\rx"):
        assert formats.safe(text) == "'" + text
    assert formats.safe("armistice") == "armistice"
    column = formats.Column("x", "final", "number")
    assert list(formats.plain(column, np.array([-1.5, np.nan, np.inf]))) == [
        -1.5,
        pytest.approx(np.nan, nan_ok=True),
        np.inf,
    ]


def test_csv_has_iso_dates_and_plain_words(siege: Case, tmp_path: Path) -> None:
    """Read with nothing but Python."""
    panmunjom.write_futures(siege, folder=tmp_path, futures=SMALL, format="csv")
    with open(tmp_path / "part-00000.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(r["future"]) for r in rows] == list(range(SMALL))
    assert {r["holds(hunger)"] for r in rows} == {"true", "false"}
    days = {r["first(hunger)"] for r in rows}
    assert "" in days and all(d == "" or (d.startswith("202") and len(d) == 10) for d in days)
    assert {r["not_finite"] for r in rows} == {""}


def test_our_names_give_way_to_the_worlds(tmp_path: Path) -> None:
    """A world may call a parameter `luck` and a stock `ending_date`."""
    folder = write_new(tmp_path / "siege")
    world = folder / "world" / "siege.yaml"
    text = world.read_text()
    world.write_text(
        text.replace(
            "\nparameters:\n", "\nparameters:\n  luck: {assume: 1 to 2}\n  bands: {assume: 1 to 2}\n"
        )
    )
    saved = panmunjom.write_futures(folder, folder=tmp_path / "x", futures=64)
    frame = saved.to_pandas()
    assert frame["luck_"].tolist() == list(range(64)) and frame["luck"].between(0.5, 4).all()
    assert saved.to_xarray()["bands_"].ndim == 3


def test_without_pyarrow_the_error_says_what_to_install(
    siege: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And CSV works without it."""
    right = formats.find_spec
    monkeypatch.setattr(formats, "find_spec", lambda name: None if name == "pyarrow" else right(name))
    with pytest.raises(CaseError, match="pyarrow is not installed") as caught:
        panmunjom.write_futures(siege, folder=tmp_path / "a", futures=64)
    assert "pip install 'panmunjom[data]'" in caught.value.problems[0].hint
    saved = panmunjom.write_futures(siege, folder=tmp_path / "b", futures=64, format="csv")
    assert saved.complete
    with pytest.raises(CaseError, match="pyarrow is not installed"):
        saved.to_pandas()
