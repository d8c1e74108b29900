"""The national implementation list (实施清单) as files: tables of rows, joined into items, from XLSX or JSON, and back.

A source says once how its files differ: what its sheets and columns are called, and in which system it writes codes. Every
row keeps its sheet and number, so that whatever is wrong can be mended where it stands.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from records.domain.findings import Finding, Refused, Severity
from records.rules import national

from .national_cells import Wrong, as_code
from .sheets import Cell, SheetLimits, SheetRow, Unreadable, read_sheets, write_sheets

ERRORS = "错误"
"""The heading of the column in which a report writes; it is passed over when the mended file comes back."""
LARGEST = 128 << 20
LIMITS = SheetLimits(packed=LARGEST, unpacked=600 << 20, sheets=40, rows=300_000, columns=200)
MOST_ROWS = 400_000

Codes = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """How one source writes its lists (来源映射): its sheets, headings, code systems, and what it never says.

    ``system`` holds for every column that ``systems`` does not name (``material.is_need``); a system is a name, or the
    source's own codes with the word for each. ``given`` are texts for columns that the files do not have.
    """

    name: str
    system: str = ""
    systems: Mapping[str, Codes] = field(default_factory=dict)
    sheets: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)

    def codes(self, column: national.Column) -> Codes:
        """Return in which system a column is written."""
        return self.systems.get(f"{column.table}.{column.name}", self.system)

    def as_dict(self) -> dict[str, object]:
        """Return the mapping as plain values, the form that is kept and shown."""
        return {
            "name": self.name,
            "system": self.system,
            "systems": {
                key: value if isinstance(value, str) else dict(value) for key, value in self.systems.items()
            },
            "sheets": dict(self.sheets),
            "columns": {table: dict(named) for table, named in self.columns.items()},
            "given": dict(self.given),
        }


def read_source(plain: object) -> Source | Refused:
    """Read a mapping from plain values; unknown tables, columns and systems are all told at once."""
    if not isinstance(plain, dict) or not isinstance(plain.get("name"), str) or not plain["name"].strip():
        return Refused((Finding("import.source-form", params={"part": "name"}),))
    parts = {part: plain.get(part, {}) for part in ("systems", "sheets", "columns", "given")}
    wrong = sorted(plain.keys() - parts.keys() - {"name", "system"})
    wrong += [part for part, value in parts.items() if not isinstance(value, dict)]
    wrong += [f"columns.{table}" for table, named in _pairs(parts["columns"]) if not isinstance(named, dict)]
    system = plain.get("system", "")
    wrong += [] if isinstance(system, str) else ["system"]
    wrong += [f"given.{path}" for path, text in _pairs(parts["given"]) if not isinstance(text, str)]
    wrong += [
        f"systems.{path}" for path, named in _pairs(parts["systems"]) if not isinstance(named, str | dict)
    ]
    found = [Finding("import.source-form", subject=part, params={"part": part}) for part in wrong]
    if not found:
        found = [
            *_unknown_columns(parts),
            *_unknown_tables(parts),
            *_unknown_systems(system, parts["systems"]),
        ]
    return Refused(tuple(found)) if found else Source(name=plain["name"].strip(), system=system, **parts)


def _pairs(part: object) -> Iterable[tuple[str, object]]:
    return part.items() if isinstance(part, dict) else ()


def _unknown_columns(parts: Mapping[str, Mapping]) -> Iterator[Finding]:
    named = [
        (f"columns.{table}", table, name, heading)
        for table, headings in parts["columns"].items()
        for heading, name in headings.items()
        if name and name not in national.KEYS
    ]
    named += [
        (part, *path.partition(".")[::2], path) for part in ("systems", "given") for path in parts[part]
    ]
    for subject, table, name, heading in named:
        if name not in national.columns().get(table, ()):
            yield Finding(
                "import.source-column", subject=subject, params={"column": str(name), "heading": heading}
            )


def _unknown_tables(parts: Mapping[str, Mapping]) -> Iterator[Finding]:
    for sheet, table in parts["sheets"].items():
        if table and table not in national.TABLES:
            yield Finding("import.source-table", subject=f"sheets.{sheet}", params={"table": str(table)})


def _unknown_systems(system: str, systems: Mapping[str, Codes]) -> Iterator[Finding]:
    every = {name for names in national.systems().values() for name in names}
    for name in (system, *(each for each in systems.values() if isinstance(each, str))):
        if name and name not in every:
            yield Finding("import.source-system", subject="systems", params={"system": name[:40]})


class Head(NamedTuple):
    """The heading of a table in a file: its sheet, its words as they stand, and the national name of each column."""

    table: str
    sheet: str
    words: tuple[str, ...]
    names: tuple[str, ...]
    lettered: bool

    def column(self, name: str) -> str:
        """Return how a column is found in the file: its letter and heading, or its heading alone."""
        if name not in self.names:
            return ""
        at = self.names.index(name)
        return f"{get_letter(at)} {self.words[at]}" if self.lettered else self.words[at]


class Row(NamedTuple):
    """One row of a table: its heading, its number in the sheet, its cells in the order of the heading."""

    head: Head
    number: int
    cells: tuple[object, ...]

    def cell(self, name: str) -> object:
        """Return the cell of a column by its national name, None where there is none."""
        try:
            return self.cells[self.head.names.index(name)]
        except (ValueError, IndexError):
            return None


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


def read_lists(source: bytes, name: str, mapping: Source) -> Lists:
    """Read a file into items; it is taken for a workbook or for JSON by its first bytes, never by its name."""
    lists = Lists()
    if len(source) > LARGEST:
        lists.findings.append(RowFinding(Finding("import.file-too-large", params={"limit": LARGEST >> 20})))
        return lists
    rows = list(_read(source, name, mapping, lists))
    _join(rows, lists)
    if not lists.items and not lists.findings:
        lists.findings.append(RowFinding(Finding("import.no-items")))
    return lists


def _read(source: bytes, name: str, mapping: Source, lists: Lists) -> Iterator[Row]:
    try:
        if source[:4] == b"PK\x03\x04":
            yield from _workbook_rows(source, mapping, lists)
        elif source.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
            yield from _json_rows(source, mapping, lists)
        else:
            lists.findings.append(RowFinding(Finding("import.not-a-list", params={"name": name[:80]})))
    except Unreadable as bad:
        lists.findings.append(RowFinding(bad.finding))


def _workbook_rows(source: bytes, mapping: Source, lists: Lists) -> Iterator[Row]:
    sheet, head = None, None
    for count, row in enumerate(read_sheets(io.BytesIO(source), limits=LIMITS)):
        if count > MOST_ROWS:
            raise Unreadable("sheet.too-large", what="rows", limit=MOST_ROWS)
        if row.sheet != sheet:
            sheet = row.sheet
            head = _head(sheet, _words(row), mapping, lists, number=row.row, lettered=True)
        elif head is not None:
            yield Row(head, row.row, row.cells)


def _words(row: SheetRow) -> tuple[str, ...]:
    words = [cell.strip() for cell in row.cells]
    while words and not words[-1]:
        words.pop()
    return tuple(words)


def _json_rows(source: bytes, mapping: Source, lists: Lists) -> Iterator[Row]:
    try:
        plain = json.loads(source.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        lists.findings.append(RowFinding(Finding("import.json-broken", params={"line": line}), row=line))
        return
    tables = {"general": plain} if isinstance(plain, list) else plain
    for sheet, objects in tables.items():
        if not isinstance(objects, list) or not all(isinstance(each, dict) for each in objects):
            lists.findings.append(
                RowFinding(Finding("import.json-form", params={"table": sheet[:80]}), sheet=sheet[:80])
            )
            continue
        if not objects:
            continue
        words = tuple(dict.fromkeys(word for each in objects for word in each))
        head = _head(sheet, words, mapping, lists, number=0, lettered=False)
        for number, each in enumerate(objects, start=1) if head is not None else ():
            yield Row(head, number, tuple(map(each.get, words)))


def _head(
    sheet: str, words: tuple[str, ...], mapping: Source, lists: Lists, *, number: int, lettered: bool
) -> Head | None:
    """Recognise a table by its name and its columns by their headings; what is unknown is told once."""
    table = mapping.sheets.get(sheet, national.sheets().get(national.fold(sheet)))
    if not table:
        found = Finding("import.sheet-unknown", Severity.WARNS, params={"sheet": sheet[:80]})
        lists.findings.append(RowFinding(found, sheet=sheet[:80], stops=False))
        return None
    own = {national.fold(word): name for word, name in mapping.columns.get(table, {}).items()}
    known = national.headers(table)
    names = []
    for at, word in enumerate(words):
        folded = national.fold(word)
        name = own.get(folded, known.get(folded, ""))
        where = f"{get_letter(at)} {word}" if lettered else word
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
    return Head(table, sheet, words, tuple(names), lettered)


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
        named = [(key, code) for key in national.KEYS if (code := _code(row, key))]
        owners = next((by_name[pair] for pair in named if pair in by_name), [])
        if len(owners) == 1:
            owners[0].rows.setdefault(row.head.table, []).append(row)
            continue
        code = "import.row-ambiguous" if owners else "import.row-astray"
        found = Finding(code, params={"code": named[0][1] if named else "", "count": len(owners)})
        column = row.head.column(named[0][0]) if named else ""
        lists.findings.append(RowFinding(found, row.head.sheet, row.number, column))
        lists.strays.append(row)


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


@cache
def get_letter(at: int) -> str:
    """Return how a spreadsheet calls a column that is counted from 0: A, B, … AA."""
    return (get_letter(at // 26 - 1) if at > 25 else "") + chr(65 + at % 26)
