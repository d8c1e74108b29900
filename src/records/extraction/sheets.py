"""Tables from elsewhere (外来表格): a workbook or JSON, row by row; read in the process that reads foreign files.

A workbook is measured before it is opened and read as a stream. JSON gives the same rows: first what its columns are called.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree
from xml.parsers import expat

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel
from openpyxl.xml.constants import SHARED_STRINGS

from records.extraction.types import SheetLimits, SheetRow, Unreadable

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BATCH = 500
"""Rows that are handed over at once."""


def read_sheets(file: IO[bytes], *, limits: SheetLimits) -> Iterator[SheetRow]:
    """Yield every row of a workbook (XLSX) that says anything, sheet by sheet, without holding it in memory.

    Days become 2026-11-21, whole numbers lose their point, a formula is its last result. Raises ``Unreadable`` with
    ``sheet.not-xlsx``, ``sheet.too-large`` (what, limit) or ``sheet.declares`` (a document type, which none needs).
    """
    _measure(file, limits)
    try:
        book = ExcelReader(file, read_only=True, data_only=True, keep_links=False)
        book.read_manifest()
        book.read_workbook()
        apply_stylesheet(book.archive, book.wb)
        sheets = [(sheet.name, relation.target) for sheet, relation in book.parser.find_sheets()]
        texts = _shared(book)
    except MemoryError:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers raise
        raise Unreadable("sheet.not-xlsx") from error
    with book.archive:
        if len(sheets) > limits.sheets:
            raise Unreadable("sheet.too-large", what="sheets", limit=limits.sheets)
        for name, path in sheets:
            yield from _rows_of(book, name, path, texts, limits)


def read_objects(file: IO[bytes], *, limits: SheetLimits) -> Iterator[SheetRow]:
    """Yield the rows of JSON: lists of objects by table, or one list, which is the table ``general``.

    Row 0 of a table has its columns, none when the table is no list of objects. A cell is a text, a number, yes, no or
    nothing; of anything else only its beginning is kept, in a list. Raises ``Unreadable`` with ``import.json-broken``
    (line) or ``sheet.too-large``.
    """
    if file.seek(0, io.SEEK_END) > limits.packed:
        raise Unreadable("sheet.too-large", what="packed", limit=limits.packed)
    file.seek(0)
    try:
        plain = json.loads(file.read().decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable("import.json-broken", line=getattr(error, "lineno", 0)) from error
    tables = {"general": plain} if isinstance(plain, list) else plain
    if not isinstance(tables, dict):
        raise Unreadable("import.json-broken", line=1)
    if len(tables) > limits.sheets:
        raise Unreadable("sheet.too-large", what="sheets", limit=limits.sheets)
    for sheet, objects in tables.items():
        if not isinstance(objects, list) or not all(isinstance(each, dict) for each in objects):
            yield SheetRow(_sayable(sheet[:80]), 0, ())
            continue
        names: dict[str, None] = {}
        for number, each in enumerate(objects, start=1):
            names |= dict.fromkeys(each)
            _refuse_more(sheet, number, number, len(names), limits)
        if names:
            yield SheetRow(_sayable(sheet), 0, tuple(map(_sayable, names)))
        for number, each in enumerate(objects, start=1):
            yield SheetRow(_sayable(sheet), number, tuple(_plain(each.get(name)) for name in names))


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _sayable(name: str) -> str:
    """Return a name without halves of characters, which nothing can show."""
    return name.encode("utf-8", "replace").decode()


def _plain(value: Any) -> Any:
    match value:
        case None | str() | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else repr(value)
    return [json.dumps(value, ensure_ascii=False)[:200]]


def rows(path: Path, *, limits: dict[str, int]) -> Iterator[bytes]:
    """Yield the rows of a file as JSON, some at a time, as they leave the process; its first bytes say what it is."""
    with path.open("rb") as file:
        head = file.read(4096)
        file.seek(0)
        if head.startswith(b"PK\x03\x04"):
            read = read_sheets(file, limits=SheetLimits(**limits))
        elif head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
            read = read_objects(file, limits=SheetLimits(**limits))
        else:
            raise Unreadable("import.not-a-list")
        while batch := [(row.sheet, row.row, row.cells) for row in islice(read, BATCH)]:
            yield json.dumps(batch, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _measure(file: IO[bytes], limits: SheetLimits) -> None:
    """Refuse what is no workbook, what would unpack beyond the limit, and any part that declares a document type."""
    file.seek(0, io.SEEK_END)
    if file.tell() > limits.packed:
        raise Unreadable("sheet.too-large", what="packed", limit=limits.packed)
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as packed:
            entries = packed.infolist()
            unpacked, size = (
                sum(entry.file_size for entry in entries),
                sum(entry.compress_size for entry in entries),
            )
            # What a small file swells to is built in memory before a row is seen.
            if unpacked > min(limits.unpacked, max(1 << 20, limits.ratio * size)):
                raise Unreadable("sheet.too-large", what="unpacked", limit=limits.unpacked)
            if "xl/workbook.xml" not in packed.namelist():
                raise Unreadable("sheet.not-xlsx")
            for entry in entries:
                if not entry.is_dir():
                    with packed.open(entry) as part:
                        _refuse_declarations(part)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        raise Unreadable("sheet.not-xlsx") from error
    file.seek(0)


class _Root(Exception):
    """The root element was reached."""


def _refuse_declarations(part: IO[bytes]) -> None:
    """Read a part up to its root element; a document type before it is where entities would come from."""
    parser = expat.ParserCreate()

    def declared(*_: object) -> None:
        raise Unreadable("sheet.declares")

    def reached(*_: object) -> None:
        raise _Root

    parser.StartDoctypeDeclHandler, parser.StartElementHandler = declared, reached
    try:
        while piece := part.read(4096):
            parser.Parse(piece)
    except _Root:
        return
    except expat.ExpatError as error:
        raise Unreadable("sheet.not-xlsx") from error


def _shared(book: ExcelReader) -> list[str]:
    """Return the texts that cells refer to by number."""
    part = book.package.find(SHARED_STRINGS)
    if part is None:
        return []
    with book.archive.open(part.PartName[1:]) as source:
        return [_joined(element) for _, element in ElementTree.iterparse(source) if element.tag == _SHARED]


def _rows_of(
    book: ExcelReader, name: str, path: str, texts: Sequence[str], limits: SheetLimits
) -> Iterator[SheetRow]:
    """Yield the rows of one sheet; openpyxl knows sheets and formats, the rows are read here in a tenth of its time."""
    dates, epoch = book.wb._date_formats, book.wb.epoch
    number = 0
    try:
        with book.archive.open(path) as source:
            for _, element in ElementTree.iterparse(source):
                if element.tag != _ROW:
                    continue
                number = int(element.get("r") or number + 1)
                cells: list[str] = []
                for cell in element.iterfind(_CELL):
                    at = _column(cell.get("r"), len(cells))
                    if at >= limits.columns:
                        raise Unreadable(
                            "sheet.too-large",
                            what="columns",
                            limit=limits.columns,
                            sheet=name,
                            row=number,
                        )
                    cells += [""] * (at + 1 - len(cells))
                    cells[at] = _read(cell, texts, dates, epoch)
                element.clear()
                if any(cells):
                    yield _checked(SheetRow(name, number, tuple(cells)), limits)
    except (
        ElementTree.ParseError,
        ValueError,
        IndexError,
        OverflowError,
        zipfile.BadZipFile,
        KeyError,
    ) as error:
        raise Unreadable("sheet.not-xlsx", sheet=name, row=number) from error


_ROW, _CELL, _VALUE, _INLINE = (f"{{{_MAIN}}}{tag}" for tag in ("row", "c", "v", "is"))
_TEXT, _PHONETIC, _SHARED = (f"{{{_MAIN}}}{tag}" for tag in ("t", "rPh", "si"))


def _column(place: str | None, following: int) -> int:
    return _index(place.rstrip("0123456789")) if place else following


@lru_cache(maxsize=1024)
def _index(letters: str) -> int:
    return column_index_from_string(letters) - 1


def _checked(row: SheetRow, limits: SheetLimits) -> SheetRow:
    _refuse_more(row.sheet, row.row, row.row, len(row.cells), limits, longest=max(map(len, row.cells)))
    return row


def _refuse_more(
    sheet: str, row: int, rows: int, columns: int, limits: SheetLimits, *, longest: int = 0
) -> None:
    for what, found, most in (
        ("rows", rows, limits.rows),
        ("columns", columns, limits.columns),
        ("cell", longest, limits.cell),
    ):
        if found > most:
            raise Unreadable("sheet.too-large", what=what, limit=most, sheet=sheet[:80], row=row)


def _read(cell: ElementTree.Element, texts: Sequence[str], dates: Collection[int], epoch: datetime) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        inline = cell.find(_INLINE)
        return "" if inline is None else _joined(inline)
    found = cell.find(_VALUE)
    value = found.text if found is not None and found.text else ""
    if not value:
        return ""
    match kind:
        case "s":
            return str(texts[int(value)])
        case "n" if int(cell.get("s", "0")) in dates:
            return _day(from_excel(float(value), epoch))
        case "n":
            number = float(value)
            return str(int(number)) if number.is_integer() else repr(number)
        case "d":
            return _day(datetime.fromisoformat(value))
        case "e":
            return ""
        case _:
            return value


def _joined(inline: ElementTree.Element) -> str:
    """Return the runs of a text, without the signs above it that say how it is read."""
    if len(inline) == 1 and inline[0].tag == _TEXT:
        return inline[0].text or ""
    return "".join(text.text or "" for part in inline if part.tag != _PHONETIC for text in part.iter(_TEXT))


def _day(value: date | time | None) -> str:
    match value:
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(sep=" ", timespec="minutes")
        case None:
            return ""
        case _:
            return value.isoformat()
