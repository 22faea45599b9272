"""The files that `monitor export` writes a row at a time: CSV, JSON Lines and Parquet."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import IO, Any, Protocol

from monitor.cli.context import show, to_json
from monitor.errors import MonitorError
from monitor.store.export import LISTS, Row

_FORMULA_BEGINS = tuple("=+-@\t\r\n＝＋－＠")
"""A cell that begins so, perhaps behind blanks, is run by spreadsheets."""
_NUMBERS = frozenset({"id", "story_id", "article_id", "event_id", "article_version", "version", "events", "is_current"})
_TIMES = frozenset(
    {
        "since",
        "created_at",
        "detected_at",
        "published_at",
        "acknowledged_at",
        "first_seen_at",
        "stored_at",
        "text_removed_at",
    }
)
_DAYS = frozenset({"effective_on"})


class Format(StrEnum):
    """How a file is written."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    SQLITE = "sqlite"


class RowWriter(Protocol):
    """Takes rows as they come; what it holds is little."""

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows."""

    def close(self) -> None:
        """Write what ends the file; the stream stays open."""


class CsvWriter:
    """CSV with a heading, in UTF-8; a cell that a spreadsheet would run begins with `'`, a list is `a; b`."""

    def __init__(self, stream: IO[bytes], columns: Sequence[str]) -> None:
        self._stream = stream
        self._say = show if stream.isatty() else str
        self._write_cells([columns])

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        self._write_cells([[_say_cell(value, self._say) for value in row.values()] for row in rows])

    def close(self) -> None:
        """Push out what is left."""
        self._stream.flush()

    def _write_cells(self, rows: Sequence[Sequence[object]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        self._stream.write(text.getvalue().encode("utf-8", "replace"))


def _say_cell(value: object, say: Callable[[str], str]) -> object:
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    if not isinstance(value, str):
        return value
    return say(f"'{value}" if value.lstrip(" \u00a0").startswith(_FORMULA_BEGINS) else value)


class JsonLinesWriter:
    """One JSON object a line."""

    def __init__(self, stream: IO[bytes], _columns: Sequence[str]) -> None:
        self._stream = stream

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        self._stream.writelines(map(to_json, rows))

    def close(self) -> None:
        """Push out what is left."""
        self._stream.flush()


class ParquetWriter:
    """Parquet with typed columns: times with their zone, days, numbers, lists of texts."""

    def __init__(self, stream: IO[bytes], columns: Sequence[str]) -> None:
        try:
            import pyarrow as pa  # noqa: PLC0415 - an optional extra of 150 MB
            import pyarrow.parquet as pq  # noqa: PLC0415 - as above
        except ImportError as error:
            problem = MonitorError("Parquet needs the library pyarrow, which is not installed")
            problem.hint = "pip install 'partnership-monitor[parquet]', or choose --format csv, jsonl or sqlite"
            raise problem from error
        self._schema = pa.schema([(name, _type_of(pa, name)) for name in columns])
        self._make_table = pa.Table.from_pylist
        self._writer = pq.ParquetWriter(stream, self._schema, compression="zstd")

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows as a group of their own."""
        typed = [{name: _type_value(name, value) for name, value in row.items()} for row in rows]
        self._writer.write_table(self._make_table(typed, schema=self._schema))

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()


def _type_of(pa: Any, name: str) -> Any:  # noqa: ANN401 - pyarrow, if it is there, and its types
    if name in LISTS:
        return pa.list_(pa.string())
    if name in _NUMBERS:
        return pa.bool_() if name.startswith("is_") else pa.int64()
    if name in _TIMES:
        return pa.timestamp("s", tz="UTC")
    return pa.date32() if name in _DAYS else pa.string()


def _type_value(name: str, value: object) -> object:
    if name.startswith("is_"):
        return bool(value)
    if isinstance(value, str):
        if name in _TIMES:
            return datetime.fromisoformat(value)
        return date.fromisoformat(value) if name in _DAYS else value.encode("utf-8", "replace").decode()
    return value


WRITERS: dict[Format, Callable[[IO[bytes], Sequence[str]], RowWriter]] = {
    Format.CSV: CsvWriter,
    Format.JSONL: JsonLinesWriter,
    Format.PARQUET: ParquetWriter,
}
