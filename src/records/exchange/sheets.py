"""Workbooks and comma files (表格文件): the one door to XLSX and CSV, row by row in both directions.

Equal rows give equal bytes. Text stays text: what looks like a formula is never one. A foreign workbook is measured
before it is opened and read as a stream; every cell is known by sheet, row and column.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat
from xml.sax.saxutils import escape

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.datetime import from_excel
from openpyxl.xml.constants import SHARED_STRINGS

from records.domain.findings import Finding

ZIP_EPOCH = (2000, 1, 1, 0, 0, 0)
LONGEST_CELL = 32_767
"""Characters that one cell of a workbook may hold."""
CUT = "……（全文见网页）"
RISKY = frozenset("=+-@\t\r")
"""Signs at the beginning of a text that spreadsheet programs take for a formula."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

Cell = str | int | None


@dataclass(frozen=True, slots=True)
class SheetLimits:
    """How large a foreign table may be: bytes packed and unpacked (beyond 1 MiB also their ratio), sheets, rows and columns of one, characters of a cell."""

    packed: int = 50 << 20
    unpacked: int = 500 << 20
    ratio: int = 60
    sheets: int = 20
    rows: int = 200_000
    columns: int = 300
    cell: int = 100_000


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a sheet as texts, empty ones included; ``row`` counts from 1 as the program shows it."""

    sheet: str
    row: int
    cells: tuple[str, ...]

    def place(self, column: int) -> str:
        """Return where a cell stands, as the program names it: 材料!C7; ``column`` counts from 0."""
        return f"{self.sheet}!{get_column_letter(column + 1)}{self.row}"


class Unreadable(Exception):
    """A table that is not read, or not further; ``finding`` says why."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.finding = Finding(code, params=params)


def read_sheets(file: IO[bytes], *, limits: SheetLimits = SheetLimits()) -> Iterator[SheetRow]:
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
    except Exception as error:  # openpyxl raises whatever its parsers raise
        raise Unreadable("sheet.not-xlsx") from error
    with book.archive:
        if len(sheets) > limits.sheets:
            raise Unreadable("sheet.too-large", what="sheets", limit=limits.sheets)
        for name, path in sheets:
            yield from _rows_of(book, name, path, texts, limits)


def read_csv(file: IO[bytes], *, sheet: str = "", limits: SheetLimits = SheetLimits()) -> Iterator[SheetRow]:
    """Yield every row of a comma file in UTF-8, with or without its mark; ``sheet`` is how the rows name it."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        for cells in (reader := csv.reader(text, strict=True)):
            if any(cells):
                yield _checked(SheetRow(sheet, reader.line_num, tuple(cells)), limits)
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable("sheet.not-csv") from error
    finally:
        text.detach()


def write_sheets(
    file: IO[bytes], heads: Mapping[str, Sequence[str]], rows: Iterable[tuple[str, Sequence[Cell]]]
) -> None:
    """Write a workbook: ``heads`` are the sheets with their columns, ``rows`` go each to the sheet it names, in any order.

    The parts are written here and not by openpyxl, which takes nine times as long for 5,000 guides.
    """
    with ExitStack() as stack:
        parts = {name: stack.enter_context(tempfile.TemporaryFile()) for name in heads}
        counts = dict.fromkeys(heads, 1)
        for name, columns in heads.items():
            parts[name].write(_sheet_top(columns).encode())
        for name, cells in rows:
            counts[name] += 1
            parts[name].write(_row(counts[name], cells).encode())
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
            for path, content in _frame(list(heads)).items():
                packed.writestr(_entry(path), content)
            for at, part in enumerate(parts.values(), 1):
                part.write(b"</sheetData></worksheet>")
                part.seek(0)
                with packed.open(_entry(f"xl/worksheets/sheet{at}.xml"), "w") as into:
                    while piece := part.read(1 << 20):
                        into.write(piece)


def write_csv(file: IO[bytes], columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a comma file (RFC 4180) in UTF-8 with its mark, so that every program reads the characters."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_safe(cell) for cell in cells] for cells in rows)
    text.flush()
    text.detach()


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_QUOTED = {'"': "&quot;"}
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="宋体"/></font>'
    '<font><b/><sz val="11"/><name val="宋体"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf xfId="0"/>'
    '<xf xfId="0" fontId="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def _frame(names: Sequence[str]) -> dict[str, str]:
    """Return the parts of a workbook that say which sheets it has."""
    numbered = list(enumerate(names, 1))
    sheets = "".join(
        f'<sheet name="{escape(name, _QUOTED)}" sheetId="{at}" r:id="rId{at}"/>' for at, name in numbered
    )
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for at, _ in numbered
    )
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at, _ in numbered
    )
    last = len(names) + 1
    relations = f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    return {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{types}</Types>',
        "_rels/.rels": f'{relations}<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{relations}{links}<Relationship Id="rId{last}" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
    }


def _sheet_top(columns: Sequence[str]) -> str:
    widths = "".join(
        f'<col min="{at}" max="{at}" width="{min(max(len(column) * 1.6, 12), 40):g}" customWidth="1"/>'
        for at, column in enumerate(columns, 1)
    )
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData>{_row(1, columns, bold=True)}"
    )


def _row(number: int, cells: Sequence[Cell], *, bold: bool = False) -> str:
    parts, style = [], ' s="1"' if bold else ""
    for at, value in enumerate(cells):
        match value:
            case None | "":
                continue
            case str():
                text = escape(_fitting(value))
                parts.append(
                    f'<c r="{_letters(at)}{number}"{style} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
                )
            case _:
                parts.append(f'<c r="{_letters(at)}{number}"{style}><v>{int(value)}</v></c>')
    return f'<row r="{number}">{"".join(parts)}</row>'


def _fitting(text: str) -> str:
    text = _CONTROL.sub("", text)
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(CUT)] + CUT


@lru_cache(maxsize=1024)
def _letters(column: int) -> str:
    return get_column_letter(column + 1)


def _entry(path: str) -> zipfile.ZipInfo:
    """Return an entry that bears no time of packing."""
    entry = zipfile.ZipInfo(path, ZIP_EPOCH)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    return entry


def _safe(value: Cell) -> str:
    """Return a cell that no spreadsheet program takes for a formula: an apostrophe stands before it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in RISKY else text


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
                for cell in element.iter(_CELL):
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
    for what, found, most in (
        ("rows", row.row, limits.rows),
        ("columns", len(row.cells), limits.columns),
        ("cell", max(map(len, row.cells)), limits.cell),
    ):
        if found > most:
            raise Unreadable("sheet.too-large", what=what, limit=most, sheet=row.sheet, row=row.row)
    return row


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
