"""Reads a folder of futures back: pandas, xarray and Arrow tables. Needs the extra ``data`` of the package."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..text.problems import CaseError, Place, Problem, Source, nearest
from . import manifest as records
from .formats import need, safe
from .manifest import Manifest, part_name
from .store import fault

if TYPE_CHECKING:
    import pandas
    import pyarrow
    import xarray

BANDS = "bands.csv"


@dataclass(slots=True)
class Saved:
    """A folder of futures; only its finished parts are read."""

    folder: Path
    manifest: Manifest

    @property
    def complete(self) -> bool:
        """Whether all futures that were asked for are there."""
        return self.manifest.complete

    def __len__(self) -> int:
        return sum(p.rows for p in self.manifest.parts.values())

    def __repr__(self) -> str:
        run, number = self.manifest.run, f"{len(self):,}"
        if not self.complete:
            number = f"partial, {number} of {self.manifest.futures:,}"
        return f"<Saved {run.get('case')}, {run.get('view')}: {number} futures in {self.folder}>"

    def files(self) -> list[Path]:
        """The finished parts in their order."""
        return [self.folder / part_name(n, self.manifest.kind) for n in sorted(self.manifest.parts)]

    def check(self) -> list[Problem]:
        """Parts that are not as they were written."""
        found = []
        for number in sorted(self.manifest.parts):
            trouble = fault(self.folder, self.manifest, number)
            if trouble:
                place = Place(Source(str(self.folder / part_name(number, self.manifest.kind))))
                hint = "Give the command that made it again: it makes this part anew."
                found.append(Problem("broken-part", place, f"the part {trouble}", hint))
        return found

    def to_arrow(self, columns: list[str] | None = None) -> pyarrow.Table:
        """All futures or some columns of them, with units in the fields' metadata. Raises ``CaseError``."""
        need("pyarrow")
        import pyarrow as pa
        import pyarrow.csv
        import pyarrow.parquet

        kinds = {
            "integer": pa.uint64(), "number": pa.float64(), "flag": pa.bool_(), "day": pa.date32(),
            "text": pa.dictionary(pa.int32(), pa.string()),
        }  # fmt: skip
        names = self.names(columns)
        about = {c["name"]: c for c in self.manifest.columns}
        if not self.manifest.parts:
            empty = pa.schema([pa.field(n, kinds[about[n]["kind"]]) for n in names])
            return empty.empty_table()
        if self.manifest.kind == "parquet":
            tables = [pa.parquet.read_table(f, columns=names, partitioning=None) for f in self.files()]
            return pa.concat_tables(tables)
        cells = {safe(n): kinds[about[n]["kind"]] for n in names}
        cells |= {safe(n): pa.string() for n in names if about[n]["kind"] == "text"}
        options = pa.csv.ConvertOptions(
            column_types=cells, include_columns=list(cells), null_values=[""], strings_can_be_null=True
        )
        tables = [pa.csv.read_csv(f, convert_options=options) for f in self.files()]
        fields = [
            pa.field(n, cells[safe(n)], metadata={k: about[n][k] for k in ("unit", "about", "role")})
            for n in names
        ]
        whole = pa.concat_tables(tables).rename_columns(names).cast(pa.schema(fields))
        for position, name in enumerate(names):
            if about[name]["kind"] == "text":
                column = whole.column(position).dictionary_encode()
                whole = whole.set_column(position, fields[position].with_type(column.type), column)
        return whole

    def to_pandas(self, columns: list[str] | None = None) -> pandas.DataFrame:
        """A row a future; days as ``datetime64`` (NaT: never), endings as a category. Raises ``CaseError``."""
        need("pyarrow", "pandas")
        return self.to_arrow(columns).to_pandas(date_as_object=False)

    def to_xarray(self, columns: list[str] | None = None) -> xarray.Dataset:
        """A variable a column over the dimension ``future``, with its unit and meaning, and the bands of what the world
        shows as ``bands`` over shown, month and quantile. Raises ``CaseError``."""
        need("pyarrow", "pandas", "xarray")
        import numpy as np
        import xarray as xr

        frame = self.to_pandas(columns)
        about = {c["name"]: c for c in self.manifest.columns}
        attributes = {n: {"units": about[n]["unit"], "long_name": about[n]["about"]} for n in frame}
        texts = {n: about[n]["kind"] == "text" for n in frame}
        number = next(c["name"] for c in self.manifest.columns if c["role"] == "future")
        arrays: dict[str, Any] = {
            n: (number, np.asarray(frame[n].astype(object) if texts[n] else frame[n]), attributes[n])
            for n in frame
            if n != number
        }
        shown, month, quantile, cube = (free(n, about) for n in ("shown", "month", "quantile", "bands"))
        bands = self.bands()
        coordinates: dict[str, Any] = {
            shown: bands["name"].unique().tolist(),
            month: np.asarray(bands["date"].unique()),
            quantile: [int(q[1:]) / 100 for q in bands.columns[3:]],
        }
        shape = tuple(map(len, coordinates.values()))
        units = dict(zip(bands["name"], bands["unit"].fillna(""), strict=True))
        values = bands.iloc[:, 3:].to_numpy().reshape(shape)
        arrays[cube] = ((shown, month, quantile), values, {"units": json.dumps(units)})
        if number in frame:
            coordinates[number] = (number, frame[number].to_numpy())
        run = self.manifest.run
        said = {k: str(run.get(k)) for k in ("case", "case_hash", "view", "start", "until", "seed")}
        return xr.Dataset(arrays, coordinates, {**said, "complete": str(self.complete)})

    def bands(self) -> pandas.DataFrame:
        """Quantiles at month ends of what the world shows: date, name, unit, q05 to q95. Raises ``CaseError``."""
        need("pandas")
        import pandas as pd

        return pd.read_csv(self.folder / BANDS, parse_dates=["date"])

    def names(self, columns: list[str] | None) -> list[str]:
        """Columns that are asked for, all if None. Raises ``CaseError`` for one that there is not."""
        known = [c["name"] for c in self.manifest.columns]
        problems = [
            Problem(
                "unknown-name",
                Place(Source(str(self.folder))),
                f"there is no column '{n}'",
                nearest(n, known),
            )
            for n in columns or []
            if n not in known
        ]
        if problems:
            raise CaseError(problems)
        return known if columns is None else list(columns)


def free(name: str, taken: dict[str, Any]) -> str:
    """The name, with underscores behind it where a column has it already."""
    while name in taken:
        name += "_"
    return name


def open_saved(folder: Path) -> Saved:
    """A folder that ``panmunjom futures`` wrote. Raises ``CaseError`` where it is none."""
    found = records.read(folder)
    if found is None:
        place = Place(Source(str(folder)))
        hint = "'panmunjom futures CASE --out FOLDER' makes one."
        raise CaseError([Problem("no-manifest", place, f"there is no '{records.NAME}' in the folder", hint)])
    return Saved(folder, found)
