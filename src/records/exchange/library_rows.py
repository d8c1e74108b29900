"""Rows of a licence register or an older archive (历史档案清单): what a workbook says of each paper, and what is wrong with it.

The first row of a sheet has the headings; whatever it does not know it leaves alone, so that a report of errors can be
mended and handed in as it is.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from records.domain.findings import Finding
from records.extraction.types import SheetRow, Unreadable

from .national import RowFinding
from .sheets import write_sheets

ERRORS = "错误"
ENDLESS = "长期"

#: What each column is called, the first name being ours.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "number": ("持证人号码", "证件号码", "统一社会信用代码", "身份证号码"),
    "name": ("持证人名称", "姓名", "单位名称", "名称"),
    "representative": ("负责人", "法定代表人"),
    "material": ("材料名称", "证照名称", "材料"),
    "document_number": ("证照编号", "文号", "编号"),
    "issuer": ("发证机关", "颁发机构"),
    "issued_on": ("签发日期", "发证日期"),
    "valid_until": ("有效期至", "有效期截止日"),
    "archival_code": ("档号",),
    "files": ("文件", "文件名"),
}
NEEDED = ("number", "name", "material", "files")
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """One paper as its row has it; ``cells`` are the row as it came."""

    sheet: str
    row: int
    words: Mapping[str, str]
    files: tuple[str, ...]
    issued_on: date | None
    valid_until: date | None
    cells: tuple[object, ...]

    def word(self, name: str) -> str:
        """Return what stands in a column; empty when nothing does or the sheet lacks it."""
        return self.words.get(name, "")


@dataclass(slots=True)
class LibraryTable:
    """The rows of a workbook, its headings by sheet, and everything that is wrong with their form."""

    rows: list[LibraryRow] = field(default_factory=list)
    heads: dict[str, tuple[str, ...]] = field(default_factory=dict)
    findings: list[RowFinding] = field(default_factory=list)


def read_rows(rows: Iterable[SheetRow]) -> LibraryTable:
    """Read a register row by row; a row with findings stays among the rows, so that all of it can be judged at once.

    Findings: ``library-import.column-missing``, ``library-import.day-wrong``, and whatever made the file unreadable.
    """
    table, sheet, places = LibraryTable(), None, None
    try:
        for row in rows:
            if row.sheet != sheet:
                sheet, places = row.sheet, _places(row, table)
            elif places is not None and any(text_of(cell) for cell in row.cells):
                table.rows.append(_row(row, places, table))
    except Unreadable as bad:
        table.findings.append(RowFinding(bad.finding))
    return table


def _places(row: SheetRow, table: LibraryTable) -> dict[str, int] | None:
    """Return where each column stands; None, and a finding for each, when one that is needed is missing."""
    words = [text_of(cell) for cell in row.cells]
    table.heads[row.sheet] = tuple(words)
    words = [
        word.rstrip("*＊ ") for word in words
    ]  # The star that the page sets at a needed column is often typed too.
    places = {
        name: words.index(word) for name, known in HEADINGS.items() for word in known[::-1] if word in words
    }
    missing = [HEADINGS[name][0] for name in NEEDED if name not in places]
    table.findings += [
        RowFinding(Finding("library-import.column-missing", params={"column": word}), row.sheet, row.row)
        for word in missing
    ]
    return None if missing else places


def _row(row: SheetRow, places: Mapping[str, int], table: LibraryTable) -> LibraryRow:
    words = {name: text_of(row.cells[at]) for name, at in places.items() if at < len(row.cells)}
    days = {}
    for name in ("issued_on", "valid_until"):
        typed = words.get(name, "")
        endless = name == "valid_until" and typed == ENDLESS
        days[name] = None if endless or not typed else day_of(typed)
        if typed and not endless and days[name] is None:
            found = Finding("library-import.day-wrong", params={"text": typed[:40]})
            table.findings.append(RowFinding(found, row.sheet, row.row, HEADINGS[name][0]))
    typed = (each.strip().replace("\\", "/") for each in re.split(r"[;；\n]", words.get("files", "")))
    # A file goes by its name alone, in whichever folder it lies.
    files = tuple(each.rpartition("/")[2] for each in typed if each)
    return LibraryRow(row.sheet, row.row, words, files, days["issued_on"], days["valid_until"], row.cells)


def day_of(typed: str) -> date | None:
    """Return a day as registers write it, 2026-11-21, 2026/11/21, 2026年11月21日 or 20261121; None for what is none."""
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", typed).strip())
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def text_of(cell: object) -> str:
    """Return what stands in a cell as text in one spelling (NFC), without space around it."""
    return "" if cell is None else unicodedata.normalize("NFC", str(cell)).strip()


Faults = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""A sheet that lists faults one by one: its name, its columns, its rows."""


class Rows(Protocol):
    """A workbook that was read row by row: its headings by sheet, and rows with sheet, number and cells as they came."""

    heads: dict[str, tuple[str, ...]]
    rows: Sequence[Any]


def error_file(
    table: Rows, told: Mapping[tuple[str, int], Sequence[str]], *, faults: Faults | None = None
) -> bytes:
    """Return a workbook of the rows that were refused, as they came, each with what is wrong in its last column (错误文件).

    ``faults`` are listed on a sheet of their own behind them.
    """
    heads = {
        sheet: (*(word for word in words if word != ERRORS), ERRORS) for sheet, words in table.heads.items()
    }

    def written() -> Iterator[tuple[str, list[str]]]:
        for row in table.rows:
            texts = told.get((row.sheet, row.row))
            if texts:
                padded = [*row.cells, *([None] * (len(table.heads[row.sheet]) - len(row.cells)))]
                cells = [
                    text_of(cell)
                    for word, cell in zip(table.heads[row.sheet], padded, strict=False)
                    if word != ERRORS
                ]
                yield row.sheet, [*cells, "\n".join(texts)]

    file = io.BytesIO()
    rows = [(sheet[:31], cells) for sheet, cells in written()]
    named = {sheet[:31]: head for sheet, head in heads.items()}
    if faults is not None:
        name, columns, listed = faults
        named |= {name: tuple(columns)}
        rows += [(name, list(cells)) for cells in listed]
    write_sheets(file, named, rows)
    return file.getvalue()
