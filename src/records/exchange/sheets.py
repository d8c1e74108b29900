"""Workbooks and comma files (表格文件) as we write them: row by row, equal rows in equal bytes.

Text stays text: what looks like a formula is never one. Those of others are read in ``extraction.sheets``.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from typing import IO
from xml.sax.saxutils import escape

ZIP_EPOCH = (2000, 1, 1, 0, 0, 0)
LONGEST_CELL = 32_767
"""Characters that one cell of a workbook may hold."""
CUT = "……（全文见网页）"
RISKY = frozenset("=+-@\t\r")
"""Signs at the beginning of a text that spreadsheet programs take for a formula."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Cell = str | int | None


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
                    f'<c r="{letters(at)}{number}"{style} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
                )
            case _:
                parts.append(f'<c r="{letters(at)}{number}"{style}><v>{int(value)}</v></c>')
    return f'<row r="{number}">{"".join(parts)}</row>'


def _fitting(text: str) -> str:
    text = _CONTROL.sub("", text)
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(CUT)] + CUT


@cache
def letters(at: int) -> str:
    """Return how a spreadsheet calls a column that is counted from 0: A, B, … AA."""
    return (letters(at // 26 - 1) if at > 25 else "") + chr(65 + at % 26)


def _entry(path: str) -> zipfile.ZipInfo:
    """Return an entry that bears no time of packing."""
    entry = zipfile.ZipInfo(path, ZIP_EPOCH)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    return entry


def _safe(value: Cell) -> str:
    """Return a cell that no spreadsheet program takes for a formula: an apostrophe stands before it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in RISKY else text
