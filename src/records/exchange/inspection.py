"""The papers for an inspection (迎检材料): one workbook with a sheet a part, and a cover that says what there is and what not.

Equal facts give equal bytes. A part without figures says so on its sheet and on the cover; nothing is left out silently.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from .layout import Column, Sheet, Table
from .sheets import Cell, write_sheets

if TYPE_CHECKING:
    from .typeface import Typeface

ZIP_EPOCH = (2000, 1, 1, 0, 0, 0)
WORKBOOK, COVER = "迎检材料.xlsx", "迎检材料封面.pdf"
EMPTY = "没有数据"


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its name (that of its sheet), columns and rows, what it says in a sentence, and why it has no data if so."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    said: str = ""
    lacking: str = ""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.rows


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands on the cover: the office, the units, the year, who made it and when."""

    office: str
    units: tuple[str, ...]
    year: int
    made_by: str
    made_at: datetime


def workbook(parts: Sequence[Part]) -> bytes:
    """Return the workbook, a sheet for each part; an empty one says why it is."""
    file = io.BytesIO()
    rows = [(part.name, row) for part in parts for row in part.rows]
    rows += [(part.name, (f"{EMPTY}：{part.lacking}",)) for part in parts if part.empty]
    write_sheets(file, {part.name: part.columns for part in parts}, rows)
    return file.getvalue()


def cover(parts: Sequence[Part], heading: Heading, *, typeface: Typeface) -> bytes:
    """Return the cover as PDF/A: the list of parts, what each says, and which have no data."""
    title = f"{heading.year}年档案工作迎检材料"
    sheet = Sheet(
        typeface,
        title=title,
        author=heading.office,
        subject="、".join(heading.units),
        made_at=heading.made_at,
    )
    sheet.line(heading.office, size=14, align="centre")
    sheet.line(title, size=20, align="centre", bold=True)
    sheet.y += 3.0
    sheet.paragraph(f"单位：{'、'.join(heading.units)}。", size=10.5)
    sheet.paragraph(f"制表：{heading.made_by}，{heading.made_at:%Y-%m-%d %H:%M}。", size=10.5)
    columns = (
        Column("序号", 8, centred=True),
        Column("部分", 18),
        Column("行数", 10, centred=True),
        Column("说明", 64),
    )
    rows = tuple(
        (str(number), part.name, str(len(part.rows)), f"{EMPTY}：{part.lacking}" if part.empty else part.said)
        for number, part in enumerate(parts, 1)
    )
    sheet.table(Table(f"目录（各部分见 {WORKBOOK} 的同名工作表）", columns, rows), size=10.0)
    missing = [part.name for part in parts if part.empty]
    sheet.y += 3.0
    sheet.paragraph(f"没有数据的部分：{'、'.join(missing) or '无'}。", size=10.5)
    sheet.paragraph("数字取自系统的登记，由变更流逐条累计；统计口径见“说明”工作表。", size=10.5)
    sheet.number_pages(title)
    return bytes(sheet.paper.finish())


def pack(parts: Sequence[Part], heading: Heading, *, typeface: Typeface) -> bytes:
    """Return workbook and cover in one ZIP."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in (
            (COVER, cover(parts, heading, typeface=typeface)),
            (WORKBOOK, workbook(parts)),
        ):
            entry = zipfile.ZipInfo(name, ZIP_EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            packed.writestr(entry, content)
    return file.getvalue()
