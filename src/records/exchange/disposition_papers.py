"""The papers of a disposition (鉴定工作报告、销毁清册): PDF/A-2u to be read for ever, and the list as a workbook.

They are made from plain facts that were frozen before and hold nobody's name but those of the office's people who signed.
Equal facts give equal bytes. The columns of the list are those of common practice: number, 档号, document number, responsible
body, title, day of formation, period, years kept, quantity, reason, day of destruction, note.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from .layout import Column, Sheet, Table
from .sheets import write_sheets

if TYPE_CHECKING:
    from .typeface import Typeface

TITLE, BODY, CELL = 18.0, 10.5, 7.0
SHARES = (8, 20, 12, 13, 15, 12, 8, 8, 7, 14, 12, 12)
LIST_HEADS = (
    "序号", "档号", "文号", "责任者", "题名", "形成时间", "应保管期限", "已保管期限", "页数/数量", "销毁原因", "销毁时间", "备注",
)  # fmt: skip
CHOICE_HEADS = ("序号", "档号", "题名", "保管期限", "鉴定意见", "新期限", "理由")
CHOICE_SHARES = (8, 24, 22, 10, 9, 10, 22)
LIST_SHEET = "销毁清册"


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature: for which post, who, when, and by which letter if not by the table."""

    post: str
    name: str
    at: str
    letter: str = ""


@dataclass(frozen=True, slots=True)
class DispositionFacts:
    """What the papers say: numbers, fonds, how it was appraised, its lines, who signed, what was spared, what of backups."""

    office: str
    fonds: str
    code: str
    list_number: str
    year: int
    method: str
    group: tuple[Signed, ...]
    at: datetime
    rules: tuple[str, ...] = ()
    seed: str = ""
    sample: tuple[tuple[str, str], ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    choices: tuple[tuple[str, ...], ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    signatures: tuple[Signed, ...] = ()
    spared: tuple[tuple[str, str, str], ...] = ()
    backups: str = ""


def report(facts: DispositionFacts, *, typeface: Typeface) -> bytes:
    """Return the report of the appraisal (鉴定工作报告) as PDF/A: group, method, sample, each decision with its reason."""
    sheet = _sheet(facts, "档案鉴定工作报告", facts.code, typeface)
    counts = "，".join(f"{label}{count}件" for label, count in facts.counts)
    sheet.paragraph(
        f"鉴定范围：{facts.fonds}，保管期限于{facts.year}年底届满的归档件，共{len(facts.choices)}件。",
        size=BODY,
    )
    sheet.paragraph(f"鉴定方法：{facts.method}。鉴定意见：{counts}。", size=BODY)
    for number, rule in enumerate(facts.rules, 1):
        sheet.paragraph(f"规则{number}：{rule}", size=BODY)
    if facts.seed and facts.sample:
        sheet.paragraph(
            f"抽样种子 {facts.seed}：每件取“种子:归档件标识”的 SHA-256，按升序取前{len(facts.sample)}件，由人工逐件核对。",
            size=BODY,
        )
        columns = (Column("档号", 30), Column("核对结果", 60))
        sheet.table(Table("抽样核对", columns, facts.sample), size=CELL + 1)
    columns = _columns(CHOICE_HEADS, CHOICE_SHARES)
    sheet.y += 2.0
    sheet.table(Table("鉴定意见", columns, _numbered(facts.choices)), size=CELL + 1)
    _signatures(sheet, "鉴定小组", facts.group)
    return _finished(sheet, f"档案鉴定工作报告 {facts.code}")


def destruction_list(facts: DispositionFacts, *, typeface: Typeface) -> bytes:
    """Return the destruction list (销毁清册) as PDF/A with its signatures, what was spared, and what is said of backups."""
    sheet = _sheet(facts, "档案销毁清册", facts.list_number, typeface)
    sheet.paragraph(
        f"全宗：{facts.fonds}。鉴定：{facts.code}。本清册永久保存，题名不载申请人姓名（名称）。", size=BODY
    )
    sheet.table(Table("", _columns(LIST_HEADS, SHARES), _numbered(facts.rows)), size=CELL)
    if facts.spared:
        sheet.y += 2.0
        columns = (Column("档号", 24), Column("内容", 24), Column("原因", 40))
        sheet.table(Table("未随之销毁的内容", columns, facts.spared), size=CELL + 1)
    if facts.backups:
        sheet.y += 2.0
        sheet.paragraph(
            f"备份介质：本系统不能删除已经写到备份介质上的副本。监销人说明：{facts.backups}", size=BODY
        )
    _signatures(sheet, "签字", facts.signatures)
    return _finished(sheet, f"档案销毁清册 {facts.list_number}")


def list_workbook(facts: DispositionFacts) -> bytes:
    """Return the destruction list as a workbook, with a sheet of its signatures."""
    file = io.BytesIO()
    heads = {LIST_SHEET: LIST_HEADS, "签字": ("职责", "姓名", "时间", "委托书")}
    rows = [(LIST_SHEET, row) for row in _numbered(facts.rows)]
    rows += [("签字", (each.post, each.name, each.at, each.letter)) for each in facts.signatures]
    write_sheets(file, heads, rows)
    return file.getvalue()


def _sheet(facts: DispositionFacts, title: str, number: str, typeface: Typeface) -> Sheet:
    sheet = Sheet(
        typeface, title=f"{title} {number}", author=facts.office, subject=facts.fonds, made_at=facts.at
    )
    sheet.line(facts.office, size=14, align="centre")
    sheet.line(title, size=TITLE, align="centre", bold=True)
    sheet.line(number, size=BODY, align="right")
    sheet.y += 2.0
    return sheet


def _finished(sheet: Sheet, heading: str) -> bytes:
    sheet.number_pages(heading)
    return sheet.paper.finish()


def _columns(heads: Sequence[str], shares: Sequence[int]) -> tuple[Column, ...]:
    return tuple(Column(head, share) for head, share in zip(heads, shares, strict=True))


def _numbered(rows: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple((str(number), *row) for number, row in enumerate(rows, 1))


def _signatures(sheet: Sheet, caption: str, signed: Sequence[Signed]) -> None:
    sheet.y += 2.0
    columns = (Column("职责", 22), Column("姓名", 16), Column("时间", 26), Column("委托书", 26))
    rows = tuple((each.post, each.name, each.at, each.letter) for each in signed)
    sheet.table(Table(caption, columns, rows or (("", "", "", ""),)), size=BODY - 1)
