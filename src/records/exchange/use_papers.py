"""The papers of use (利用文书) as PDF/A-2u: stamped copies, certificates, and word that nothing was found.

A copy shows each page of the archived paper as a picture with the stamp below it; the archived bytes are only read. Equal
facts give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from .layout import GREY, HEIGHT, LEFT, RIGHT, WIDTH, Sheet
from .notices import CHINA, SEAL_PLACE, chinese_date

if TYPE_CHECKING:
    from .typeface import Typeface

SENTENCE = "本件与原件核对无异"
TITLE, BODY, SMALL, STAMP = 20.0, 12.0, 10.5, 9.0
MARGIN, FOOT = 12.0, 44.0
CODE_SIDE, SEAL_SIDE = 28.0, 34.0


@dataclass(frozen=True, slots=True, kw_only=True)
class UsePaperFacts:
    """What a paper of use says: number, unit, day, reader, item, purpose; its text; and the picture of the seal, if one is used."""

    title: str
    number: str
    organ: str
    made_on: date
    reader: str
    purpose: str
    request: str
    item_code: str = ""
    item_title: str = ""
    paper_title: str = ""
    pages: tuple[int, ...] = ()
    copies: int = 1
    body: str = ""
    contact: str = ""
    handler: str = ""
    url: str = ""
    verify_code: str = ""
    seal: bytes = b""

    def texts(self) -> Iterator[str]:
        """Yield every text that will be printed, for the alarm about missing characters."""
        yield from (self.organ, self.reader, self.item_code, self.item_title, self.paper_title, self.body)


def stamped_copy(facts: UsePaperFacts, pictures: Sequence[bytes], *, typeface: Typeface) -> bytes:
    """Return a stamped copy (复制件盖章): each page picture (PNG) on a page of its own, with the stamp below it."""
    sheet = _sheet(facts, typeface)
    for number, picture in enumerate(pictures, 1):
        if number > 1:
            sheet.new_page()
        _place(sheet, picture)
        _stamp(sheet, facts, number, len(pictures))
    return sheet.paper.finish()


def certificate(facts: UsePaperFacts, *, typeface: Typeface) -> bytes:
    """Return a certificate from the archives (档案证明): what they say, and from which item."""
    sheet = _headed(facts, typeface)
    sheet.line(f"{facts.reader}：", size=BODY)
    sheet.paragraph(
        f"你（单位）因{facts.purpose}申请利用档案（{facts.request}）。经查阅馆（室）藏档案，证明如下：",
        size=BODY,
    )
    for text in facts.body.splitlines():
        sheet.paragraph(text, size=BODY)
    sheet.y += 3.0
    sheet.paragraph(f"以上内容出自：档号 {facts.item_code}，题名《{facts.item_title}》。", size=BODY)
    _signed(sheet, facts)
    return _finished(sheet, facts)


def not_found(facts: UsePaperFacts, *, typeface: Typeface) -> bytes:
    """Return word that nothing was found (查档结果告知书): what was asked for, and what was searched."""
    sheet = _headed(facts, typeface)
    sheet.line(f"{facts.reader}：", size=BODY)
    sheet.paragraph(
        f"你（单位）因{facts.purpose}申请查阅档案（{facts.request}）：{facts.item_title}", size=BODY
    )
    sheet.paragraph(f"没有找到相符的档案（已查：{'；'.join(facts.body.splitlines())}）。", size=BODY)
    sheet.paragraph(
        "没有找到，不等于没有办理过。请核对姓名（名称）、年度和办理单位后再次申请；有其他线索的，可以一并提供。",
        size=BODY,
    )
    _signed(sheet, facts)
    return _finished(sheet, facts)


def _sheet(facts: UsePaperFacts, typeface: Typeface) -> Sheet:
    made_at = datetime.combine(facts.made_on, time(), CHINA).astimezone(UTC)
    return Sheet(
        typeface, title=f"{facts.title} {facts.number}", author=facts.organ, subject=facts.request, made_at=made_at
    )  # fmt: skip


def _headed(facts: UsePaperFacts, typeface: Typeface) -> Sheet:
    sheet = _sheet(facts, typeface)
    sheet.line(facts.organ, size=16, align="centre")
    sheet.line(facts.title, size=TITLE, align="centre", bold=True)
    sheet.line(facts.number, size=BODY, align="right")
    sheet.paper.line(LEFT, sheet.y + 1, WIDTH - RIGHT, sheet.y + 1)
    sheet.y += 5.0
    return sheet


def _finished(sheet: Sheet, facts: UsePaperFacts) -> bytes:
    sheet.number_pages(f"{facts.title} {facts.number}")
    return sheet.paper.finish()


def _place(sheet: Sheet, picture: bytes) -> None:
    """Set a page picture as large as it fits above the stamp."""
    with Image.open(BytesIO(picture)) as opened:
        page = opened.convert("RGB")
    room = HEIGHT - FOOT - 2 * MARGIN
    scale = min((WIDTH - 2 * MARGIN) / page.width, room / page.height)
    wide, high = page.width * scale, page.height * scale
    sheet.paper.image(page, x=(WIDTH - wide) / 2, y=MARGIN, w=wide, h=high)


def _stamp(sheet: Sheet, facts: UsePaperFacts, number: int, total: int) -> None:
    """Set the stamp of one page: the sentence, 档号, which page of how many, day, place of the seal, code to verify."""
    top = HEIGHT - FOOT
    sheet.box(MARGIN, top, WIDTH - 2 * MARGIN, FOOT - MARGIN / 2)
    sheet.code(facts.url, x=MARGIN + 1, y=top + 2, side=CODE_SIDE)
    x, width = MARGIN + CODE_SIDE + 3, WIDTH - 2 * MARGIN - CODE_SIDE - SEAL_SIDE - 6
    lines = (
        f"档号：{facts.item_code}",
        f"文件：{facts.paper_title}，原件第{facts.pages[number - 1]}页",
        f"复制件编号：{facts.number}，第{number}页，共{total}页，一式{facts.copies}份",
        f"利用者：{facts.reader}；用途：{facts.purpose}；核验码：{facts.verify_code}",
    )
    sheet.draw(x, top + 6.0, SENTENCE, size=SMALL + 2, bold=True)
    y = top + 11.5
    for text in lines:
        for piece in sheet.break_lines(text, width=width, size=STAMP)[:2]:
            sheet.draw(x, y, piece, size=STAMP)
            y += 4.0
    _seal(sheet, facts, x=WIDTH - MARGIN - SEAL_SIDE / 2 - 3, y=top + (FOOT - MARGIN / 2) / 2)


def _seal(sheet: Sheet, facts: UsePaperFacts, *, x: float, y: float) -> None:
    """Set the seal with its middle at a place, or mark where it is set by hand; unit and day stand over it."""
    if facts.seal:
        side = SEAL_SIDE - 4
        with Image.open(BytesIO(facts.seal)) as opened:
            seal = opened.convert("RGB")
        high = side * seal.height / seal.width
        sheet.paper.image(seal, x=x - side / 2, y=y - high / 2, w=side, h=high)
    else:
        sheet.seal_place(x, y, SEAL_PLACE, radius=14.0)
    at = y + 1.0
    for text in (*sheet.break_lines(facts.organ, width=SEAL_SIDE, size=8)[:2], chinese_date(facts.made_on)):
        sheet.draw(x - sheet.width(text, 8) / 2, at, text, size=8)
        at += 4.0


def _signed(sheet: Sheet, facts: UsePaperFacts) -> None:
    """Set the seal, the code to verify, who made it out and whom to ask, below the text."""
    sheet.ensure(SEAL_SIDE + 24.0)
    sheet.y += 6.0
    top = sheet.y
    _seal(sheet, facts, x=WIDTH - RIGHT - 24.0, y=top + SEAL_SIDE / 2)
    sheet.code(facts.url, x=LEFT, y=top, side=CODE_SIDE)
    texts = (f"核验码：{facts.verify_code}", f"经办人：{facts.handler}", facts.contact)
    for number, text in enumerate(each for each in texts if each):
        sheet.draw(LEFT, top + CODE_SIDE + 4.0 + number * 5.0, text, size=STAMP, grey=GREY)
    sheet.y = top + max(SEAL_SIDE, CODE_SIDE + 20.0)
