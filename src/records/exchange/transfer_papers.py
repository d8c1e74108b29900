"""The papers of a transfer (移交文据、移交目录、接收结果清单): PDF/A-2u for both sides, and workbooks both sides can read.

They are made from plain facts that were frozen before. Equal facts give equal bytes. The deed has the fields of common
practice and places for both seals; it is printed twice, one copy for each side.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from .layout import Column, Sheet, Table
from .sheets import Cell, write_sheets

if TYPE_CHECKING:
    from .typeface import Typeface

TITLE, BODY, CELL = 18.0, 10.5, 9.0
COPIES = ("移交单位存", "接收单位存")
DIRECTORY_HEADS = (
    "序号", "档号", "题名", "年度", "门类", "保管期限", "文件数", "页数", "字节数", "包摘要", "移交检测",
)  # fmt: skip
OPENING_HEADS = (
    "序号", "档号", "到期开放意见", "延期至", "政府信息公开情况", "密级变更情况", "理由", "依据", "档案主管部门同意文号",
)  # fmt: skip
DIRECTORY_SHEET, OPENING_SHEET, ANSWER_SHEET = "移交目录", "开放审核意见", "接收结果"
ANSWER_HEADS = ("档号", "馆编件号", "接收结果", "退回原因代码", "说明")
DEFECT_SHEET, DEFECT_HEADS = "退回原因", ("代码", "原因", "依据")
HOWTO_SHEET, HOWTO_HEADS = "填写说明", ("栏目", "怎么填")
HOWTO = (
    ("馆编件号", "接收的归档件填写，一件一号"),
    ("接收结果", "填“接收”或者“退回”"),
    ("退回原因代码", "退回的归档件填写，代码见“退回原因”表"),
    ("说明", "退回时写明哪里不符合"),
)


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item as the directory and the opinions name it; ``opinion`` has the cells after the code, empty without one."""

    code: str
    title: str
    year: int
    category: str
    retention: str
    documents: int
    pages: int
    size: int
    digest: str
    checks: str
    opinion: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TransferFacts:
    """What the papers say: who hands over to whom, what, how much, on what, checked how, signed by whom."""

    giver: str
    receiver: str
    fonds: str
    code: str
    categories: str
    years: str
    retentions: str
    volumes: int
    carriers: str
    formats: str
    profile: str
    checks: str
    opening: str
    disclosure: str
    secrecy: str
    at: datetime
    lines: tuple[ItemLine, ...]
    directory_digest: str = ""
    channel: str = ""
    handed_on: str = ""
    prepared: tuple[str, str] = ("", "")
    approved: tuple[str, str] = ("", "")

    @property
    def quantity(self) -> str:
        """Return items, volumes, files and bytes in words."""
        files, size = sum(line.documents for line in self.lines), sum(line.size for line in self.lines)
        volumes = f"，案卷{self.volumes}卷" if self.volumes else ""
        return f"{len(self.lines)}件{volumes}，文件{files}个，信息包{_amount(size)}（{size} 字节）"


def _amount(size: int) -> str:
    return f"{size / 1e9:.2f} GB" if size >= 1e8 else f"{size / 1e6:.2f} MB"


def deed(facts: TransferFacts, *, typeface: Typeface) -> bytes:
    """Return the deed of a transfer (移交文据) as PDF/A, one copy for each side."""
    sheet = Sheet(
        typeface,
        title=f"档案移交文据 {facts.code}",
        author=facts.giver,
        subject=facts.fonds,
        made_at=facts.at,
    )
    for number, copy in enumerate(COPIES):
        if number:
            sheet.new_page()
        _copy(sheet, facts, copy)
    sheet.number_pages(f"档案移交文据 {facts.code}")
    return sheet.paper.finish()


def _copy(sheet: Sheet, facts: TransferFacts, copy: str) -> None:
    sheet.line(facts.giver, size=14, align="centre")
    sheet.line("档案移交文据", size=TITLE, align="centre", bold=True)
    sheet.line(f"{facts.code}　　（{copy}）", size=BODY, align="right")
    sheet.y += 2.0
    rows = (
        ("移交单位", facts.giver),
        ("接收单位", facts.receiver),
        ("全宗", facts.fonds),
        ("交接内容", f"门类：{facts.categories}；年度：{facts.years}；保管期限：{facts.retentions}"),
        ("数量", facts.quantity),
        ("保存方式", facts.carriers),
        ("载体或者网络", facts.channel or "（交付时填写）"),
        ("数据格式", f"{facts.formats}；按“{facts.profile}”的要求组织"),
        ("检验结果", facts.checks),
        ("到期开放意见", facts.opening),
        ("政府信息公开情况", facts.disclosure),
        ("密级变更情况", facts.secrecy),
        ("移交目录", f"移交目录.xlsx，SHA-256 {facts.directory_digest}"),
        ("填表人", "　".join(facts.prepared)),
        ("审核人（单位负责人）", "　".join(facts.approved)),
        ("移交日期", facts.handed_on),
        ("移交单位盖章", "\n\n"),
        ("接收单位检验结果", "\n"),
        ("接收人、接收日期", ""),
        ("接收单位盖章", "\n\n"),
    )
    sheet.table(Table("", (Column("项目", 22), Column("内容", 68)), rows), size=BODY - 1)
    sheet.y += 1.0
    sheet.line(
        "依据：档案法 第十五条；档案法实施条例 第二十条、第三十条。一式两份，双方各执一份。", size=CELL
    )


def directory(facts: TransferFacts) -> bytes:
    """Return the directory of a transfer (移交目录) as a workbook, with the opening opinion on each item."""
    rows: list[tuple[str, Sequence[Cell]]] = []
    for number, line in enumerate(facts.lines, 1):
        described = (
            number, line.code, line.title, line.year, line.category, line.retention,
            line.documents, line.pages, line.size, line.digest, line.checks,
        )  # fmt: skip
        rows.append((DIRECTORY_SHEET, described))
        rows.append((OPENING_SHEET, (number, line.code, *line.opinion)))
    file = io.BytesIO()
    write_sheets(file, {DIRECTORY_SHEET: DIRECTORY_HEADS, OPENING_SHEET: OPENING_HEADS}, rows)
    return file.getvalue()


def answer_form(facts: TransferFacts, defects: Sequence[tuple[str, str, str]]) -> bytes:
    """Return the list that the archives fill in (接收结果清单): every code, with the closed list of reasons beside it."""
    heads = {ANSWER_SHEET: ANSWER_HEADS, DEFECT_SHEET: DEFECT_HEADS, HOWTO_SHEET: HOWTO_HEADS}
    rows: list[tuple[str, Sequence[Cell]]] = [
        (ANSWER_SHEET, (line.code, "", "", "", "")) for line in facts.lines
    ]
    rows += [(DEFECT_SHEET, defect) for defect in defects]
    rows += [(HOWTO_SHEET, row) for row in HOWTO]
    file = io.BytesIO()
    write_sheets(file, heads, rows)
    return file.getvalue()
