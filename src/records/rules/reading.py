"""Reads the printed tables: a bad row names its file, line and column, so that whoever typed it can mend it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from importlib.resources import files
from typing import TypeVar

Value = TypeVar("Value")


class BadRow(ValueError):
    """A row of a table that cannot be read: file, line number from 1, and what is wrong."""


class Row(Mapping[str, str]):
    """One row of a table that knows where it stands."""

    def __init__(self, table: str, line: int, cells: Mapping[str, str]) -> None:
        self.table = table
        self.line = line
        self._cells = cells

    def __getitem__(self, column: str) -> str:
        try:
            return self._cells[column]
        except KeyError:
            raise BadRow(f"{self.table}:{self.line}: no column {column!r}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)

    def read(self, column: str, make: Callable[[str], Value]) -> Value:
        """Make a value of one cell; what goes wrong is reported with file, line and column."""
        try:
            return make(self[column])
        except (ValueError, KeyError) as error:
            raise BadRow(f"{self.table}:{self.line}: {column}: {error}") from error

    def build(self, make: Callable[[Row], Value]) -> Value:
        """Make a value of the row; what goes wrong is reported with file and line."""
        try:
            return make(self)
        except BadRow:
            raise
        except (ValueError, KeyError) as error:
            raise BadRow(f"{self.table}:{self.line}: {error}") from error


def rows(table: str) -> Iterator[Row]:
    """Yield the rows of ``rules/<table>``, which begins with its column names; short or long rows are refused."""
    text = files("records.rules").joinpath(table).read_text(encoding="utf-8-sig")
    reader = csv.reader(text.splitlines())
    columns = next(reader)
    for cells in reader:
        if not cells:
            continue
        if len(cells) != len(columns):
            raise BadRow(f"{table}:{reader.line_num}: {len(cells)} cells instead of {len(columns)}")
        yield Row(table, reader.line_num, dict(zip(columns, (cell.strip() for cell in cells), strict=True)))


def only(table: str, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of a table that has these columns and no others."""
    for row in rows(table):
        if set(row) != set(columns):
            raise BadRow(
                f"{table}:{row.line}: columns {sorted(set(row) ^ set(columns))} are missing or unknown"
            )
        yield row


def flag(cell: str) -> bool:
    """Read a yes or no cell: 1 or yes, 0 or no."""
    if cell not in ("0", "1", "no", "yes"):
        raise ValueError(f"not yes or no: {cell!r}")
    return cell in ("1", "yes")


def optional_date(cell: str) -> date | None:
    """Read a day that may be missing."""
    return date.fromisoformat(cell) if cell else None
