"""The papers that the office hands out (文书): what each says, and its printing as PDF/A-2u.

A builder turns the frozen facts of an act into a NoticeSheet, plain values that can be read without a printer;
``render`` prints any sheet. Equal sheets give equal bytes. Names of laws, clauses, courts and periods come with the
facts; only the office's own sentences are here. The words of each kind stand in ``wording``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

from records.domain.vocabulary import NoticeKind
from records.exchange.layout import (
    BOTTOM,
    GREY,
    HEIGHT,
    LEFT,
    MEASURE,
    POINT,
    RIGHT,
    WIDTH,
    Column,
    Sheet,
    Table,
)

if TYPE_CHECKING:
    from .typeface import Typeface

BODY, SMALL = 12.0, 10.5
TABLE_SIZES = (SMALL, 9.0)
"""Type sizes of the tables, tried in this order until the whole paper stands on one page."""
SEAL_PLACE = "（盖章处）"
CODE_SIDE = 30.0
FOOT_STEP, SIGN_STEP, HEAD_STEP = SMALL * POINT * 1.5, 9.0, 3.5
SIGNATURE_HEIGHT = 29.0
NO_TEXT = "（此页无正文）"
CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSheet:
    """One official paper (文书) as plain texts in the order in which they are printed.

    ``details`` are further pairs of label and value for the ruled block on top; ``before`` and ``after`` are the
    paragraphs around the tables; ``sign_lines`` are printed with room for a pen; ``masked_id`` is already masked.
    """

    kind: NoticeKind
    number: str
    title: str
    organ: str
    issued_on: date
    applicant: str
    masked_id: str = ""
    item_name: str = ""
    item_code: str = ""
    dossier_number: str = ""
    query_code: str = ""
    address: str = ""
    details: tuple[tuple[str, str], ...] = ()
    before: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    after: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    handler: str = ""
    sign_lines: tuple[str, ...] = ()
    qr_text: str = ""
    tree_head: str = ""
    seal_text: str = SEAL_PLACE

    def texts(self) -> Iterator[str]:
        """Yield every text that will be printed, for the alarm about missing characters."""
        for field in fields(self):
            if field.name != "qr_text":
                yield from _texts_of(getattr(self, field.name))


def render(notice: NoticeSheet, *, typeface: Typeface) -> bytes:
    """Print a notice (打印文书) and return the bytes of a PDF/A-2u file; equal notices give equal bytes.

    A character that the typeface lacks is printed as a box with its code point; ``missing_glyphs`` tells beforehand.
    """
    for tables in TABLE_SIZES:
        sheet = _laid_out(notice, typeface, tables=tables)
        if sheet.paper.page == 1:
            break
    else:
        sheet = _laid_out(notice, typeface, tables=SMALL)
    sheet.number_pages(f"{notice.title}  {notice.number}")
    return sheet.paper.finish()


def _laid_out(notice: NoticeSheet, typeface: Typeface, *, tables: float) -> Sheet:
    """Set a notice with its tables in a size; what fills a page by a little gets smaller tables rather than a lone seal."""
    made_at = datetime.combine(notice.issued_on, time(), CHINA).astimezone(UTC)
    sheet = Sheet(
        typeface,
        title=f"{notice.title} {notice.number}".strip(),
        author=notice.organ,
        subject=notice.dossier_number,
        made_at=made_at,
    )
    _head(sheet, notice)
    for text in notice.before:
        sheet.paragraph(text, size=BODY)
    for table in notice.tables:
        sheet.y += 2.5
        sheet.table(table, size=tables)
    sheet.y += 2.5 if notice.tables else 0.0
    for text in (*notice.after, *notice.remedies):
        sheet.paragraph(text, size=BODY)
    foot = _foot(sheet, notice)
    if SIGNATURE_HEIGHT + foot.height > sheet.room:
        sheet.new_page()
        sheet.line(NO_TEXT, size=BODY)
    _signature(sheet, notice)
    _draw_foot(sheet, notice, foot)
    return sheet


def chinese_date(day: date) -> str:
    """Return a date as official papers write it: 2026年11月21日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _head(sheet: Sheet, notice: NoticeSheet) -> None:
    sheet.line(notice.organ, size=16, align="centre")
    sheet.line(notice.title, size=22, align="centre", bold=True)
    sheet.line(notice.number, size=BODY, align="right")
    sheet.paper.set_line_width(0.5)
    sheet.paper.line(LEFT, sheet.y + 1, WIDTH - RIGHT, sheet.y + 1)
    sheet.paper.set_line_width(0.2)
    sheet.y += 4
    pairs = [
        ("申请人", notice.applicant),
        ("证件号码", notice.masked_id),
        ("事项名称", notice.item_name),
        ("事项编码", notice.item_code),
        ("办件编号", notice.dossier_number),
        *notice.details,
    ]
    _pairs(sheet, [pair for pair in pairs if pair[1]])
    if notice.address:
        sheet.line(f"{notice.address}：", size=BODY)


def _pairs(sheet: Sheet, pairs: list[tuple[str, str]]) -> None:
    """Draw the ruled block of labels and values; two short pairs share a row."""
    label, step = 24.0, SMALL * POINT * 1.4
    half = MEASURE / 2 - label - 3.0
    while pairs:
        together = (
            2 if len(pairs) > 1 and all(sheet.width(value, SMALL) <= half for _, value in pairs[:2]) else 1
        )
        row, pairs = pairs[:together], pairs[together:]
        width = MEASURE / together
        cells = [sheet.break_lines(value, width=width - label - 3.0, size=SMALL) for _, value in row]
        height = max(len(cell) for cell in cells) * step + 3.0
        sheet.ensure(height)
        for number, ((name, _), cell) in enumerate(zip(row, cells, strict=True)):
            x = LEFT + number * width
            sheet.box(x, sheet.y, label, height, shaded=True)
            sheet.box(x + label, sheet.y, width - label, height)
            middle = sheet.y + height / 2
            sheet.draw(x + (label - sheet.width(name, SMALL)) / 2, middle + 1.3, name, size=SMALL)
            for line, piece in enumerate(cell):
                y = middle + (line - (len(cell) - 1) / 2) * step + 1.3
                sheet.draw(x + label + 1.5, y, piece, size=SMALL)
        sheet.y += height
    sheet.y += 4.0


@dataclass(frozen=True, slots=True)
class Foot:
    """The lowest block of the last page, already cut into lines."""

    lines: list[str]
    heads: list[str]
    indent: float
    block: float

    @property
    def height(self) -> float:
        """The height of the block in millimetres."""
        return self.block + len(self.heads) * HEAD_STEP + 4.0


def _foot(sheet: Sheet, notice: NoticeSheet) -> Foot:
    """Cut the texts of the lowest block: how to ask, whom to ask, where to sign, the head of the audit tree."""
    indent = CODE_SIDE + 3.0 if notice.qr_text else 0.0
    people = ((f"经办人：{notice.handler}",) if notice.handler else ()) + notice.contacts
    texts = _packed(sheet, people, MEASURE - indent)
    if notice.query_code:
        texts.insert(0, f"办理进度查询：收件编号 {notice.dossier_number}，查询码 {notice.query_code}")
    lines = [line for text in texts for line in sheet.break_lines(text, width=MEASURE - indent, size=SMALL)]
    heads = sheet.break_lines(notice.tree_head, width=MEASURE, size=7) if notice.tree_head else []
    block = len(lines) * FOOT_STEP + len(notice.sign_lines) * SIGN_STEP + 2.0
    return Foot(lines, heads, indent, max(block, CODE_SIDE if notice.qr_text else 0.0))


def _packed(sheet: Sheet, texts: tuple[str, ...], width: float) -> list[str]:
    """Put short texts side by side on one line as long as they fit."""
    lines: list[str] = []
    for text in texts:
        joined = f"{lines[-1]}\u3000{text}" if lines else text
        if lines and sheet.width(joined, SMALL) <= width:
            lines[-1] = joined
        else:
            lines.append(text)
    return lines


def _signature(sheet: Sheet, notice: NoticeSheet) -> None:
    """Set the organ's name and the date at the lower right, over the place of the seal."""
    lines = [*sheet.break_lines(notice.organ, width=90.0, size=BODY), chinese_date(notice.issued_on)]
    centre, top = WIDTH - RIGHT - 46.0, sheet.y + 2.0
    sheet.seal_place(centre, top + 15.0, notice.seal_text, radius=14.0)
    for number, text in enumerate(lines):
        y = top + 25.0 - (len(lines) - 1 - number) * 7.0
        sheet.draw(centre - sheet.width(text, BODY) / 2, y, text, size=BODY)
    sheet.y += SIGNATURE_HEIGHT


def _draw_foot(sheet: Sheet, notice: NoticeSheet, foot: Foot) -> None:
    """Set the lowest block, the QR code at its left."""
    y = HEIGHT - BOTTOM - foot.height
    sheet.paper.line(LEFT, y, WIDTH - RIGHT, y)
    y += 2.0
    if notice.qr_text:
        sheet.code(notice.qr_text, x=LEFT - 2.0, y=y, side=CODE_SIDE)
    x, signs = LEFT + foot.indent, y + len(foot.lines) * FOOT_STEP
    for number, text in enumerate(foot.lines):
        sheet.draw(x, y + number * FOOT_STEP + 4.5, text, size=SMALL)
    for number, text in enumerate(notice.sign_lines, 1):
        sheet.draw(x, signs + number * SIGN_STEP - 1.0, text, size=SMALL)
    for number, text in enumerate(foot.heads, 1):
        sheet.draw(LEFT, y + foot.block + number * HEAD_STEP, text, size=7, grey=GREY)


def _texts_of(value: object) -> Iterator[str]:
    match value:
        case NoticeKind():
            return
        case str():
            yield value
        case date():
            yield chinese_date(value)
        case Table():
            yield value.caption
            yield from _texts_of(value.columns)
            yield from _texts_of(value.rows)
        case Column():
            yield value.head
        case tuple():
            for inner in value:
                yield from _texts_of(inner)
