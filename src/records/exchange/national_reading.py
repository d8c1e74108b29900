"""Rows of the national list as values (单元格读取): every cell by the kind of its column, everything wrong with its place.

What a heading means is worked out once for each heading, and what a text means once for each text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from records.domain.findings import Finding
from records.rules import national

from . import national_cells as cells
from .national import Head, Row, RowFinding
from .national_sources import Source

_LENGTHS = {"codes.basic": 12, "handling.town_code": 9, "handling.village_code": 12}
_EMPTY: tuple[object, ...] = (None, (), "")
_LONGEST_KEPT, _MOST_KEPT = 500, 5_000


def _same(text: str) -> str:
    return text


_SHAPED: Mapping[str, Callable[[str], Any]] = {
    "line": lambda text: " ".join(text.split("\n")),
    "paragraphs": cells.paragraphs,
    "words": cells.listed_words,
    "contacts": cells.contacts,
}
_PLACED = {
    "by_law": "basis", "handle_flow": "steps", "anticipate_day": "limits.statutory", "promise_day": "limits.promised",
    "special_procedure": "special", "is_fee": "fee", "transact_addr": "places", "dept_code": "unit",
}  # fmt: skip


class _Kept(NamedTuple):
    """What a text says in a column, and what was taken off it."""

    value: Any
    taken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Reader:
    """How the cells of one column are read: its codes as the source writes them, and what was read before."""

    column: national.Column
    codes: str | Mapping[str, str]
    needed: bool
    kept: dict[str, _Kept] = field(default_factory=dict)

    def read(self, cell: object) -> _Kept:
        """Read a cell; raises ``Wrong``."""
        if type(cell) is not str or len(cell) > _LONGEST_KEPT:
            return self._read(cell)
        found = self.kept.get(cell)
        if found is None:
            found = self._read(cell)
            if len(self.kept) == _MOST_KEPT:
                self.kept.clear()
            self.kept[cell] = found
        return found

    def _read(self, cell: object) -> _Kept:
        column = self.column
        match column.kind:
            case "number":
                return _Kept(cells.as_number(cell), ())
            case "day":
                return _Kept(cells.as_day(cell), ())
            case "period":
                return _Kept(cells.as_period(cell), ())
            case "term":
                return _Kept(cells.as_term(cell, column.codes, self.codes), ())
            case "yes-no":
                told = cells.as_term(cell, column.codes, self.codes)
                return _Kept(None if told is None else told == "1", ())
            case "terms":
                return _Kept(cells.as_terms(cell, column.codes, self.codes), ())
            case "code":
                cleaned = cells.as_code(cell, length=_LENGTHS.get(column.field, 0))
            case _:
                cleaned = cells.as_text(cell)
        return _Kept(_SHAPED.get(column.kind, _same)(cleaned.text), cleaned.taken)


class _Plan(NamedTuple):
    """What the columns of a heading are: a reader for each, those that must be filled, what the source gives instead."""

    readers: tuple[_Reader | None, ...]
    needed: tuple[_Reader, ...]
    given: tuple[tuple[_Reader, str], ...]
    placed: Mapping[str, str]


class CellReader:
    """Reads the cells of one source (来源读取器)."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._plans: dict[tuple[str, tuple[str, ...]], _Plan] = {}

    def plan(self, head: Head) -> _Plan:
        """Return what the columns of a heading are."""
        key = (head.table, head.names)
        found = self._plans.get(key)
        if found is None:
            found = self._plans[key] = self._planned(head)
        return found

    def _planned(self, head: Head) -> _Plan:
        known = national.known(head.table)
        readers = tuple(self._reader(known[name]) if name in known else None for name in head.names)
        there = [reader for reader in readers if reader is not None]
        given = [
            (self._reader(known[name]), text)
            for table, name, text in ((*path.split(".", 1), text) for path, text in self.source.given.items())
            if table == head.table
        ]
        fields = ((each.column.field or _PLACED.get(each.column.name), each.column.name) for each in there)
        placed = {field: name for field, name in fields if field}
        return _Plan(readers, tuple(each for each in there if each.needed), tuple(given), placed)

    def _reader(self, column: national.Column) -> _Reader:
        given = f"{column.table}.{column.name}" in self.source.given
        return _Reader(column, self.source.codes(column), column.needed and not given)


@dataclass(slots=True)
class Reading:
    """The rows of one item as they are read: everything found in their cells, and where each field stood."""

    cells: CellReader
    findings: list[RowFinding] = field(default_factory=list)
    rows: list[tuple[str, Row]] = field(default_factory=list)

    def row(self, row: Row, path: str) -> dict[str, Any]:
        """Read one row, which fills the fields under ``path``: its values by national name, empty ones left out."""
        plan = self.cells.plan(row.head)
        self.rows.append((path, row))
        read: dict[str, Any] = {}
        unread: set[str] = set()
        for reader, cell in zip(plan.readers, row.cells, strict=False):
            if reader is None or cell is None or cell == "":
                continue
            self._take(reader, cell, row, read, unread)
        for reader in plan.needed:
            if reader.column.name not in read and reader.column.name not in unread:
                found = Finding("import.cell-empty", params={"column": reader.column.label})
                self.wrong(found, row, reader.column.name)
        for reader, text in plan.given:
            if reader.column.name not in read:
                self._take(reader, text, row, read, unread)
        return read

    def _take(self, reader: _Reader, cell: object, row: Row, read: dict[str, Any], unread: set[str]) -> None:
        """Read a cell into ``read``; what is wrong in it is reported, and its column stands in ``unread``."""
        column = reader.column
        try:
            value, taken = reader.read(cell)
        except cells.Wrong as wrong:
            unread.add(column.name)
            self.wrong(Finding(wrong.code, params={"label": column.label, **wrong.params}), row, column.name)
            return
        for what in taken:
            self.wrong(cells.note(what, column.label), row, column.name, stops=False)
        if value not in _EMPTY:
            read[column.name] = value

    def wrong(self, found: Finding, row: Row, name: str = "", *, stops: bool = True) -> None:
        """Report a cell or a row."""
        column = row.head.column(name) if name else ""
        self.findings.append(RowFinding(found, row.head.sheet, row.number, column, stops))

    def locate(self, found: Finding, *, stops: bool) -> RowFinding:
        """Give a finding about a field of the guide the place of the nearest cell it came from."""
        row, name = next(self._places(found.subject))
        return RowFinding(found, row.head.sheet, row.number, row.head.column(name) if name else "", stops)

    def _places(self, path: str) -> Iterator[tuple[Row, str]]:
        """Yield rows and columns in which a field, or one that holds it, was read, the nearest first."""
        while path:
            for start, row in reversed(self.rows):
                if path == start:
                    yield row, ""
                inner = path.removeprefix(f"{start}.") if start else path
                if (not start or inner != path) and (name := self.cells.plan(row.head).placed.get(inner)):
                    yield row, name
            path = path.rpartition(".")[0]
        yield self.rows[0][1], ""
