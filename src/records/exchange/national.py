"""The national implementation list (实施清单) as files: tables of rows, joined into items, and back.

Every row keeps its sheet and number, so that whatever is wrong can be mended where it stands.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple

from records.domain.findings import Finding, Severity
from records.extraction.types import SheetLimits, SheetRow, Unreadable
from records.rules import national

from .national_cells import Wrong, as_code
from .national_sources import Source
from .sheets import Cell, letters, write_sheets

ERRORS = "错误"
"""The heading of the column in which a report writes; it is passed over when the mended file comes back."""
LARGEST = 128 << 20
LIMITS = SheetLimits(packed=LARGEST, unpacked=600 << 20, sheets=40, rows=300_000, columns=200)
MOST_ROWS = 400_000


@dataclass(frozen=True, slots=True)
class Head:
    """The heading of a table in a file: its sheet, its words as they stand, and the national name of each column.

    ``at`` has the place of each column by its national name, counted from 0.
    """

    table: str
    sheet: str
    words: tuple[str, ...]
    names: tuple[str, ...]
    at: Mapping[str, int]
    lettered: bool

    def column(self, name: str) -> str:
        """Return how a column is found in the file: its letter and heading, or its heading alone."""
        at = self.at.get(name)
        if at is None:
            return ""
        return f"{letters(at)} {self.words[at]}" if self.lettered else self.words[at]


class Row(NamedTuple):
    """One row of a table: its heading, its number in the sheet, its cells in the order of the heading."""

    head: Head
    number: int
    cells: tuple[object, ...]

    def cell(self, name: str) -> object:
        """Return the cell of a column by its national name, None where there is none."""
        at = self.head.at.get(name)
        return self.cells[at] if at is not None and at < len(self.cells) else None


@dataclass(frozen=True, slots=True)
class RowFinding:
    """A finding with its place: sheet, row from 1, column. One that ``stops`` keeps the item out of the catalogue."""

    finding: Finding
    sheet: str = ""
    row: int = 0
    column: str = ""
    stops: bool = True

    def as_dict(self) -> dict[str, object]:
        """Return the finding as plain values, as reports keep it."""
        place = {"sheet": self.sheet, "row": self.row, "column": self.column, "stops": self.stops}
        return {**self.finding.as_dict(), **place}


@dataclass(slots=True)
class Item:
    """One item: its row of the basic table and all rows of the others that name it."""

    general: Row
    code: str
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def every(self) -> Iterator[Row]:
        """Yield all rows of the item, that of the basic table first."""
        yield self.general
        for table in national.TABLES:
            yield from self.rows.get(table, ())


@dataclass(slots=True)
class Lists:
    """What a file holds: its items in order, rows that belong to none, and everything found in reading it."""

    items: list[Item] = field(default_factory=list)
    strays: list[Row] = field(default_factory=list)
    findings: list[RowFinding] = field(default_factory=list)

    @property
    def readable(self) -> bool:
        """Whether the file as a whole could be read."""
        return bool(self.items) or not any(found.stops for found in self.findings)


def read_lists(rows: Iterable[SheetRow], name: str, mapping: Source) -> Lists:
    """Join the rows of a file into items; ``name`` is that of the file, ``rows`` may break off with ``Unreadable``."""
    lists = Lists()
    _join(list(_read(rows, name, mapping, lists)), lists)
    if not lists.items and not lists.findings:
        lists.findings.append(RowFinding(Finding("import.no-items")))
    return lists


def _read(rows: Iterable[SheetRow], name: str, mapping: Source, lists: Lists) -> Iterator[Row]:
    """Yield the rows below the headings; a table that has none, or is none, is told and passed over."""
    sheet, head = None, None
    try:
        for count, row in enumerate(rows):
            if count > MOST_ROWS:
                raise Unreadable("sheet.too-large", what="rows", limit=MOST_ROWS)
            if row.sheet != sheet:
                sheet, words = row.sheet, _words(row)
                if not words:
                    found = Finding("import.json-form", params={"table": sheet})
                    lists.findings.append(RowFinding(found, sheet=sheet))
                head = _head(sheet, words, mapping, lists, number=row.row) if words else None
            elif head is not None:
                yield Row(head, row.row, row.cells)
    except Unreadable as bad:
        found = bad.finding
        if found.code == "import.not-a-list":
            found = replace(found, params={"name": name[:80]})
        lists.findings.append(RowFinding(found))


def _words(row: SheetRow) -> tuple[str, ...]:
    words = [cell.strip() for cell in row.cells]
    while words and not words[-1]:
        words.pop()
    return tuple(words)


def _head(sheet: str, words: tuple[str, ...], mapping: Source, lists: Lists, *, number: int) -> Head | None:
    """Recognise a table by its name and its columns by their headings; what is unknown is told once."""
    table = mapping.sheets.get(sheet, national.sheets().get(national.fold(sheet)))
    if not table:
        found = Finding("import.sheet-unknown", Severity.WARNS, params={"sheet": sheet[:80]})
        lists.findings.append(RowFinding(found, sheet=sheet[:80], stops=False))
        return None
    lettered = number > 0
    own = {national.fold(word): name for word, name in mapping.columns.get(table, {}).items()}
    known = national.headers(table)
    names = []
    for at, word in enumerate(words):
        folded = national.fold(word)
        name = own.get(folded, known.get(folded, ""))
        where = f"{letters(at)} {word}" if lettered else word
        if name and name in names:
            found = Finding("import.column-twice", params={"column": word[:80], "name": name})
            lists.findings.append(RowFinding(found, sheet, number, where))
            name = ""
        elif not name and folded not in own and word not in ("", ERRORS):
            found = Finding("import.column-unknown", Severity.WARNS, params={"column": word[:80]})
            lists.findings.append(RowFinding(found, sheet, number, where, stops=False))
        names.append(name)
    for column in national.columns()[table].values():
        if column.needed and column.name not in names and f"{table}.{column.name}" not in mapping.given:
            params = {"column": column.label, "name": column.name}
            lists.findings.append(RowFinding(Finding("import.column-missing", params=params), sheet, number))
    at = {name: at for at, name in enumerate(names) if name}
    return Head(table, sheet, words, tuple(names), at, lettered)


def _join(rows: Iterable[Row], lists: Lists) -> None:
    """Put the rows of each item together; a row that names no item, or more than one, is told."""
    waiting: list[Row] = []
    by_name: dict[tuple[str, str], list[Item]] = {}
    firsts: dict[str, Item] = {}
    for row in rows:
        if row.head.table != "general":
            waiting.append(row)
            continue
        code = _code(row, "task_handle_item") or _code(row, "task_code")
        item = Item(row, code)
        first = firsts.setdefault(code, item)
        if first is not item and code:
            params = {"code": code, "row": first.general.number}
            found = Finding("import.item-twice", params=params)
            lists.findings.append(
                RowFinding(found, row.head.sheet, row.number, row.head.column("task_handle_item"))
            )
            lists.strays.append(row)
            continue
        lists.items.append(item)
        for key, name in (
            ("task_handle_item", "task_handle_item"),
            ("task_code", "task_code"),
            ("task_guid", "row_guid"),
        ):
            named = _code(row, name)
            if named:
                by_name.setdefault((key, named), []).append(item)
    for row in waiting:
        key, named, owners = _owners(row, by_name)
        if len(owners) == 1:
            owners[0].rows.setdefault(row.head.table, []).append(row)
            continue
        wrong = "import.row-ambiguous" if owners else "import.row-astray"
        found = Finding(wrong, params={"code": named, "count": len(owners)})
        lists.findings.append(RowFinding(found, row.head.sheet, row.number, row.head.column(key)))
        lists.strays.append(row)


def _owners(row: Row, by_name: Mapping[tuple[str, str], list[Item]]) -> tuple[str, str, list[Item]]:
    """Return the items that a row names, and by which key: the first that any item has, else the first it gives."""
    first = ("", "")
    for key in national.KEYS:
        code = _code(row, key)
        if owners := by_name.get((key, code), []) if code else []:
            return key, code, owners
        first = first if first[1] or not code else (key, code)
    return (*first, [])


def _code(row: Row, name: str) -> str:
    """Return by what a row names its item; what cannot be read names none and is told with the item."""
    try:
        return as_code(row.cell(name)).text
    except Wrong:
        return ""


def report_file(
    items: Sequence[Item], strays: Sequence[Row], told: Mapping[tuple[str, int], Sequence[str]]
) -> bytes:
    """Return a workbook of all rows of these items as they came, each with what is wrong in it in the last column.

    ``told`` has the sentences by sheet and row. The file can be mended and handed in again as it is.
    """
    rows = sorted((row for rows in (*(item.every() for item in items), strays) for row in rows), key=_place)
    heads = {row.head.sheet: (*(word for word in row.head.words if word != ERRORS), ERRORS) for row in rows}

    def written() -> Iterator[tuple[str, list[Cell]]]:
        for row in rows:
            cells = [
                _flat(cell) for word, cell in zip(row.head.words, _padded(row), strict=True) if word != ERRORS
            ]
            yield row.head.sheet, [*cells, "\n".join(told.get((row.head.sheet, row.number), ()))]

    file = io.BytesIO()
    write_sheets(
        file,
        {name[:31]: words for name, words in heads.items()},
        ((name[:31], cells) for name, cells in written()),
    )
    return file.getvalue()


def _place(row: Row) -> tuple[str, int]:
    return row.head.sheet, row.number


def _padded(row: Row) -> tuple[object, ...]:
    wanted = len(row.head.words)
    return (*row.cells[:wanted], *(None,) * (wanted - len(row.cells)))


def _flat(value: object) -> Cell:
    match value:
        case None | str():
            return value
        case bool():
            return "是" if value else "否"
        case int():
            return value
    return json.dumps(value, ensure_ascii=False)


def workbook_of(tables: Mapping[str, Sequence[Mapping[str, object]]]) -> bytes:
    """Return rows by national name as a workbook, one sheet a table, the national names as headings."""
    heads = {table: heading(table) for table in tables}
    rows = (
        (table, [_flat(row.get(name)) for name in heads[table]])
        for table, each in tables.items()
        for row in each
    )
    file = io.BytesIO()
    write_sheets(file, heads, rows)
    return file.getvalue()


@cache
def heading(table: str) -> tuple[str, ...]:
    """Return the columns of a table in the order in which we write them, with what joins its rows to an item in front."""
    own = tuple(national.columns()[table])
    return own if table == "general" else ("task_code", "task_handle_item", *own)
