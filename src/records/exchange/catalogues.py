"""What an office prints of its archives (编目用表): catalogues, covers, reference notes, box and volume forms, the fonds file.

Each is a ``Form``: either pairs of a label and a value, or a table. The same forms become a page on the screen, a
workbook and a PDF. The columns are those of DA/T 22 and of the form for volumes, as far as they are known; not certified.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import IO, TYPE_CHECKING

from records.domain.catalogues import CatalogueEntry, extent, numbers_of, page_places
from records.domain.vocabulary import Retention

from .sheets import Cell, write_sheets

if TYPE_CHECKING:
    from .typeface import Typeface

CHINA = timezone(timedelta(hours=8))

#: Columns with their share of the width of a page.
CATALOGUE = (
    ("序号", 5), ("档号", 22), ("文号", 14), ("责任者", 13), ("题名", 25), ("日期", 9), ("密级", 5), ("页数", 5), ("备注", 8),
)  # fmt: skip
INSIDE = (("序号", 5), ("文号", 16), ("责任者", 16), ("题名", 32), ("日期", 10), ("页号", 9), ("备注", 12))
BOXES = (
    ("盒号", 22), ("年度", 6), ("保管期限", 10), ("机构（问题）", 8), ("起止件号", 12), ("件数", 6), ("页数", 6), ("厚度（毫米）", 7), ("存放位置", 20),
)  # fmt: skip
FONDS_PAPERS = (("序号", 5), ("类目", 12), ("文号", 18), ("题名", 34), ("日期", 10), ("备注", 18))
TABLES = (
    ("事项或者类型", 30),
    ("保管期限", 12),
    ("依据", 34),
    ("批准文号", 14),
    ("状态", 8),
    ("施行日期", 11),
)
STATISTICS = (
    ("年度", 10),
    ("保管期限", 15),
    ("类别", 15),
    ("机构（问题）", 12),
    ("件数", 12),
    ("案卷数", 12),
)
REGISTER = (
    ("序号", 5),
    ("档号", 26),
    ("题名", 33),
    ("形成日期", 10),
    ("保管期限", 12),
    ("依据", 16),
    ("办理日期", 10),
)

_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True, slots=True)
class Form:
    """One printed form: its title, and either ``pairs`` or a table of ``columns`` and ``rows``."""

    title: str
    pairs: tuple[tuple[str, str], ...] = ()
    columns: tuple[tuple[str, int], ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()

    @property
    def heads(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(head for head, _ in self.columns)


def catalogue(title: str, entries: Iterable[CatalogueEntry]) -> Form:
    """Return the catalogue of filed items (归档文件目录)."""
    rows = tuple(
        (
            at, entry.code, entry.document_number, entry.responsible, entry.title, entry.day, entry.security,
            entry.pages, entry.remark,
        )
        for at, entry in enumerate(entries, 1)
    )  # fmt: skip
    return Form(title, columns=CATALOGUE, rows=rows)


def catalogue_cover(*, number: str, name: str, year: int, retention: str, unit: str) -> Form:
    """Return the cover of a catalogue (归档文件目录封面)."""
    pairs = (
        ("全宗号", number), ("全宗名称", name), ("年度", str(year)), ("保管期限", label_of(retention)), ("机构（问题）", unit),
    )  # fmt: skip
    return Form("归档文件目录封面", pairs)


def box_note(
    *, note: str, arranged_by: str, arranged_on: date | None, checked_by: str, checked_on: date | None
) -> Form:
    """Return the reference note in a box (备考表)."""
    pairs = (
        ("盒内文件情况说明", note), ("整理人", arranged_by), ("整理日期", _day(arranged_on)), ("检查人", checked_by),
        ("检查日期", _day(checked_on)),
    )  # fmt: skip
    return Form("备考表", pairs)


def box_cover(
    *, name: str, year: int, retention: str, unit: str, entries: Sequence[CatalogueEntry], code: str
) -> Form:
    """Return what stands on the front and the spine of a box (盒封面、盒脊)."""
    pairs = (
        ("全宗名称", name), ("年度", str(year)), ("保管期限", label_of(retention)), ("机构（问题）", unit),
        ("起止件号", numbers_of(entries)), ("盒号", code),
    )  # fmt: skip
    return Form("盒封面", pairs)


def inside_list(entries: Sequence[CatalogueEntry]) -> Form:
    """Return the list of what lies in a volume (卷内目录); its pages are counted through."""
    rows = tuple(
        (at, entry.document_number, entry.responsible, entry.title, entry.day, pages, entry.remark)
        for at, (entry, pages) in enumerate(zip(entries, page_places(entries), strict=True), 1)
    )
    return Form("卷内目录", columns=INSIDE, rows=rows)


def volume_cover(
    *,
    name: str,
    category: str,
    title: str,
    retention: str,
    entries: Sequence[CatalogueEntry],
    number: str,
    code: str,
) -> Form:
    """Return the cover of a volume (案卷封面): fonds, class, title, days from and to, period, items, pages, both numbers."""
    whole = extent(entries)
    pairs = (
        ("全宗名称", name), ("类目", category), ("案卷题名", title), ("起止日期", whole.span), ("保管期限", label_of(retention)),
        ("件数", str(whole.count)), ("页数", str(whole.pages)), ("归档号", number), ("档号", code),
    )  # fmt: skip
    return Form("案卷封面", pairs)


def volume_note(*, note: str, arranged_by: str, checked_by: str, arranged_on: date | None) -> Form:
    """Return the reference note of a volume (卷内备考表)."""
    pairs = (
        ("本卷情况说明", note),
        ("立卷人", arranged_by),
        ("检查人", checked_by),
        ("立卷时间", _day(arranged_on)),
    )
    return Form("卷内备考表", pairs)


def label_of(retention: str) -> str:
    """Return how a period is printed: 永久, 定期30年."""
    return Retention(retention).label if retention in set(Retention) else retention


def _day(day: date | None) -> str:
    return f"{day:%Y%m%d}" if day else ""


def write_workbook(file: IO[bytes], forms: Iterable[Form]) -> None:
    """Write forms as a workbook, each a sheet with its columns in the first row; pairs stand below each other."""
    named = _named(forms)
    heads: Mapping[str, Sequence[str]] = {
        name: form.heads or ("栏目", "内容") for name, form in named.items()
    }
    write_sheets(
        file, heads, ((name, cells) for name, form in named.items() for cells in (form.rows or form.pairs))
    )


def _named(forms: Iterable[Form]) -> dict[str, Form]:
    """Return the forms by the names of their sheets: at most 31 signs, none that a workbook forbids, none twice."""
    named: dict[str, Form] = {}
    for form in forms:
        base = _NOT_IN_NAMES.sub(" ", form.title).strip("' ")[:26] or "表"
        name, at = base, 1
        while name.casefold() in {each.casefold() for each in named}:
            at += 1
            name = f"{base} {at}"
        named[name] = form
    return named


def render(title: str, forms: Iterable[Form], *, organ: str, made_on: date, typeface: Typeface) -> bytes:
    """Print forms as one PDF/A-2u file, each form on a page of its own; equal forms give equal bytes."""
    from .layout import Column, Sheet, Table  # the PDF libraries are only needed to print

    made_at = datetime.combine(made_on, time(), CHINA)
    sheet = Sheet(typeface, title=title, author=organ, subject=title, made_at=made_at)
    for at, form in enumerate(forms):
        if at:
            sheet.new_page()
        sheet.line(form.title, size=18, align="centre", bold=True)
        sheet.y += 4.0
        columns = form.columns or (("栏目", 30), ("内容", 70))
        rows = form.rows or form.pairs
        texts = tuple(tuple("" if cell is None else str(cell) for cell in row) for row in rows)
        size = 8.0 if len(columns) > 2 else 11.0
        sheet.table(Table("", tuple(Column(head, share) for head, share in columns), texts), size=size)
    sheet.number_pages(title)
    return sheet.paper.finish()
