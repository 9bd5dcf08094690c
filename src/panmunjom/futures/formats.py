"""Writes rows of futures to one file, chunk by chunk: Parquet through pyarrow, or CSV with nothing but Python."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from contextlib import AbstractContextManager
from importlib.util import find_spec
from typing import IO, Any, Protocol

import numpy as np
import numpy.typing as npt

from ..engine.run import Raw
from ..text.problems import NOWHERE, CaseError, Problem
from .table import Column

FORMATS = ("parquet", "csv")
_RISKY = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet runs a cell that begins so


class Rows(Protocol):
    """A file that takes rows."""

    def add(self, table: npt.NDArray[np.float64], raw: Raw) -> None:
        """Write the futures of ``raw``, whose rows are ``table``."""


def need(*modules: str) -> None:
    """Raise ``CaseError`` that says how to install what is missing of the extra ``data``."""
    missing = [m for m in modules if find_spec(m) is None]
    if missing:
        hint = "pip install 'panmunjom[data]'  (writing with --format csv needs nothing)"
        message = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed"
        raise CaseError([Problem("not-installed", NOWHERE, message, hint)])


def writer(kind: str, file: IO[bytes], columns: list[Column]) -> AbstractContextManager[Rows]:
    """What writes rows to an open file in one of ``FORMATS``. Raises ``CaseError`` where pyarrow is missing."""
    return _Parquet(file, columns) if kind == "parquet" else _Csv(file, columns)


class _Parquet:
    """One row group a chunk; unit and meaning stand in the metadata of each field."""

    def __init__(self, file: IO[bytes], columns: list[Column]) -> None:
        need("pyarrow")
        import pyarrow as pa
        import pyarrow.parquet as pq

        kinds = {
            "integer": pa.uint64(), "number": pa.float64(), "flag": pa.bool_(), "day": pa.date32(),
            "text": pa.dictionary(pa.int16(), pa.string()),
        }  # fmt: skip
        self.columns = columns
        self.schema = pa.schema(
            [
                pa.field(c.name, kinds[c.kind], metadata={"unit": c.unit, "about": c.about, "role": c.role})
                for c in columns
            ]
        )
        texts: Any = [c.name for c in columns if c.kind == "text"]
        self.file = pq.ParquetWriter(file, self.schema, compression="zstd", use_dictionary=texts)

    def __enter__(self) -> _Parquet:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            self.file.close()
        except OSError:
            if kind is None:  # else the first error is the one to be told
                raise

    def add(self, table: npt.NDArray[np.float64], raw: Raw) -> None:
        """One row group."""
        import pyarrow as pa

        arrays = []
        for column, field in zip(self.columns, self.schema, strict=True):
            cells = column.cells(table, raw)
            if column.kind == "text":
                codes = pa.array(cells, pa.int16(), mask=cells < 0)
                arrays.append(pa.DictionaryArray.from_arrays(codes, pa.array(column.labels, pa.string())))
            else:
                arrays.append(pa.array(cells, field.type))
        self.file.write_table(
            pa.Table.from_arrays(arrays, schema=self.schema), row_group_size=len(raw.points)
        )


class _Csv:
    """UTF-8 with a line of names; ISO dates, empty for never, numbers to the last digit that tells them apart."""

    def __init__(self, file: IO[bytes], columns: list[Column]) -> None:
        self.columns = columns
        self.text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        self.csv = csv.writer(self.text, lineterminator="\n")
        self.csv.writerow([safe(c.name) for c in columns])

    def __enter__(self) -> _Csv:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.text.flush()
        try:
            self.text.detach()  # the file stays open for whoever opened it
        except OSError:
            if kind is None:
                raise

    def add(self, table: npt.NDArray[np.float64], raw: Raw) -> None:
        """One line a future."""
        self.csv.writerows(zip(*(plain(c, c.cells(table, raw)) for c in self.columns), strict=True))


def plain(column: Column, cells: npt.NDArray[Any]) -> Iterable[object]:
    """A column's cells as CSV has them."""
    if column.kind == "text":
        labels = [*map(safe, column.labels), ""]  # -1 is the last
        return [labels[code] for code in cells]
    if column.kind == "flag":
        return ["true" if flag else "false" for flag in cells]
    if column.kind == "day":
        return ["" if text == "NaT" else text for text in np.datetime_as_string(cells).tolist()]
    return cells.tolist()


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula: with an apostrophe before what begins like one."""
    return f"'{text}" if text.startswith(_RISKY) else text


def laid_out(value: object, depth: int = 3, indent: str = "") -> str:
    """JSON with one entry a line down to a depth and each deeper one on its line: to be read and compared by people."""
    inner = indent + " "
    if depth and isinstance(value, dict) and value:
        lines = [
            f"{inner}{json.dumps(str(k), ensure_ascii=False)}: {laid_out(v, depth - 1, inner)}"
            for k, v in value.items()
        ]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if depth and isinstance(value, list) and any(isinstance(v, dict) for v in value):
        return "[\n" + ",\n".join(inner + laid_out(v, depth - 1, inner) for v in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
