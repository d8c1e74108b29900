"""Setting a leaflet (折页排印): pieces of labelled text that are measured, kept whole, and placed on pages.

``leaflets`` says what is set where. Lengths are millimetres, type sizes points.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from records.domain.guide_parts import Guide
from records.exchange.layout import POINT, Page, Sheet
from records.exchange.leaflet_words import Edition, Entry, Pair, Section

if TYPE_CHECKING:
    from .typeface import Typeface

BLUE, WHITE, SOFT, INK = (26, 78, 138), (255, 255, 255), (75, 83, 92), (26, 29, 33)
WASH, RULE = (234, 241, 248), (200, 211, 224)
LEADING, BASELINE = 1.5, 0.86
KEPT_WHOLE = 0.2
"""Share of the page's height up to which a numbered thing is not torn by a page."""
UNDATED = date(2000, 1, 1)
"""The day a draft without a day of effect is dated, so that its bytes depend on nothing but what it says."""

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Style:
    """How a leaflet is set: its paper, its sizes, and the width of the column in which section titles hang."""

    page: Page
    title: float
    lead: float
    head: float
    body: float
    small: float
    code: float
    columns: int
    hang: float = 0.0
    steps: bool = False

    def scaled(self, by: float) -> Style:
        """Return the same style with smaller type."""
        sizes = (self.title, self.lead, self.head, self.body, self.small)
        return Style(
            self.page, *(size * by for size in sizes), self.code, self.columns, self.hang, self.steps
        )


@dataclass(slots=True)
class Block:
    """Lines of text with their place from the block's upper left corner, set as a whole and never torn by a page."""

    height: float = 0.0
    texts: list[tuple[float, float, str, float, bool, Colour]] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float, Colour | None]] = field(default_factory=list)

    def below(self, other: Block, *, x: float = 0.0, gap: float = 0.0) -> None:
        """Append another block under this one."""
        top = self.height + gap
        self.texts += [(x + left, top + y, *rest) for left, y, *rest in other.texts]
        self.boxes += [(x + left, top + y, *rest) for left, y, *rest in other.boxes]
        self.height = top + other.height


class Press:
    """One leaflet being set (排印)."""

    def __init__(self, guide: Guide, edition: Edition, typeface: Typeface, style: Style) -> None:
        self.guide, self.edition, self.style, self.page = guide, edition, style, style.page
        made_at = datetime.combine(edition.effective or UNDATED, time(), UTC)
        self.sheet = Sheet(
            typeface,
            title=f"{guide.title} 办事指南",
            author=edition.office,
            subject=edition.label,
            made_at=made_at,
            page=style.page,
        )
        self.left, self.right = self.page.left, self.page.width - self.page.right

    # ── pieces ──

    def text(
        self,
        text: str,
        *,
        width: float,
        size: float,
        bold: bool = False,
        colour: Colour = INK,
        leading: float = LEADING,
    ) -> Block:
        """Return a text cut into lines."""
        step = size * POINT * leading
        lines = self.sheet.break_lines(text, width=width, size=size)
        rise = (leading - 1) / 2 * size * POINT + size * POINT * BASELINE
        texts = [(0.0, at * step + rise, line, size, bold, colour) for at, line in enumerate(lines)]
        return Block(len(lines) * step, texts)

    def balanced(self, text: str, *, width: float, size: float) -> Block:
        """Return a bold text cut into as few lines as fit, of about equal length, so that no character is left alone."""
        step, found = size * POINT / 2, self.text(text, width=width, size=size, bold=True, leading=1.35)
        while len(found.texts) > 1:
            width -= step
            narrower = self.text(text, width=width, size=size, bold=True, leading=1.35)
            if len(narrower.texts) > len(found.texts):
                break
            found = narrower
        return found

    def shorts(self, pairs: Iterable[Pair], width: float) -> Block:
        """Return labelled texts side by side, as many on a line as fit."""
        size, block, x = self.style.body, Block(), 0.0
        step = size * POINT * LEADING
        for label, value in pairs:
            indent = self.sheet.width(label, size) + 0.5 * size * POINT
            whole = indent + self.sheet.width(value, size)
            if x and x + whole > width:
                block.height, x = block.height + step, 0.0
            block.texts.append((x, block.height + self._rise(size), label, size, False, SOFT))
            said = self.text(value, width=max(width - x - indent, 4 * size * POINT), size=size)
            block.texts += [(x + indent, block.height + y, *rest) for _, y, *rest in said.texts]
            if said.height > step * 1.5:
                block.height, x = block.height + said.height, 0.0
            else:
                x += whole + 1.6 * size * POINT
        block.height += step if x else 0.0
        return block

    def _rise(self, size: float) -> float:
        return (LEADING - 1) / 2 * size * POINT + size * POINT * BASELINE

    def longs(self, pairs: Sequence[Pair], width: float) -> Iterator[Block]:
        """Yield labelled texts under each other, their texts beginning in one column; an equal label stands once."""
        size = self.style.body
        widest = max((self.sheet.width(label, size) for label, _ in pairs), default=0.0)
        column = min(max(widest, 4 * size * POINT), 7 * size * POINT) + 0.8 * size * POINT
        before = ""
        for label, value in pairs:
            block = self.text("" if label == before else label, width=column, size=size, colour=SOFT)
            said = self.text(value, width=width - column, size=size)
            block.texts += [(column, y, *rest) for _, y, *rest in said.texts]
            block.height, before = max(block.height, said.height), label
            yield block

    def entry(self, entry: Entry, width: float) -> Block:
        """Return a numbered thing with all its texts as one block."""
        block = Block()
        for row in self.rows(entry, width):
            block.below(row)
        return block

    def rows(self, entry: Entry, width: float) -> list[Block]:
        """Return a numbered thing as rows that may stand on two pages; its name stays with what follows it."""
        name, mark = self._name(entry, width)
        rows = []
        if entry.short:
            rows.append(self.shorts(entry.short, width - mark))
        rows += self.longs(entry.long, width - mark)
        if rows:
            name.below(rows.pop(0), x=mark)
        found = [name]
        for row in rows:
            moved = Block()
            moved.below(row, x=mark)
            found.append(moved)
        return found

    def _name(self, entry: Entry, width: float) -> tuple[Block, float]:
        """Return the name of a thing with its number and tags, and how far the rest is indented."""
        body, head = self.style.body, self.style.body + 1
        mark = 1.75 * body * POINT if entry.mark else 0.0
        block, tags = Block(), self.tags(entry.tags)
        name = self.text(entry.name, width=width - mark - tags.height, size=head, bold=True)
        step = name.height / len(name.texts)
        end = mark + self.sheet.width(name.texts[-1][2], head) + 0.8 * head * POINT
        if entry.mark:
            side, size = 1.25 * body * POINT, body * 0.86
            top = (step - side) / 2
            x = (side - self.sheet.width(entry.mark, size)) / 2
            block.boxes.append((0.0, top, side, side, BLUE))
            block.texts.append((x, top + side / 2 + size * POINT * 0.36, entry.mark, size, True, WHITE))
        block.below(name, x=mark)
        last = name.height - step
        block.texts += [(end + x, last + y, *rest) for x, y, *rest in tags.texts]
        block.boxes += [(end + x, last + y, *rest) for x, y, *rest in tags.boxes]
        return block, mark

    def tags(self, words: Sequence[str]) -> Block:
        """Return small framed words; the block's ``height`` is how wide they are together."""
        size, found, x = self.style.small, Block(), 0.0
        line = (self.style.body + 1) * POINT * LEADING
        tall = size * POINT * 1.45
        top = (line - tall) / 2
        for word in words:
            wide = self.sheet.width(word, size) + 0.9 * size * POINT
            found.boxes.append((x, top, wide, tall, None))
            found.texts.append(
                (x + 0.45 * size * POINT, top + tall / 2 + size * POINT * 0.36, word, size, False, BLUE)
            )
            x += wide + 0.5 * size * POINT
        found.height = x + 0.8 * size * POINT
        return found

    # ── setting ──

    def place(self, block: Block, x: float, *, gap: float = 0.0) -> None:
        """Set a block on this page, or on the next when it does not fit; what no page holds is set line by line."""
        sheet = self.sheet
        fresh = self.page.height - self.page.top - self.page.bottom
        if block.height > fresh:
            self._torn(block, x)
            return
        if block.height > sheet.room:
            sheet.new_page()
        self.set(block, x, sheet.y)
        sheet.y += block.height + gap

    def set(self, block: Block, x: float, y: float) -> None:
        """Draw a block at a place."""
        for left, top, wide, tall, colour in block.boxes:
            self.box(x + left, y + top, wide, tall, colour)
        for left, top, text, size, bold, colour in block.texts:
            if text:
                self.sheet.draw(x + left, y + top, text, size=size, bold=bold, colour=colour)

    def _torn(self, block: Block, x: float) -> None:
        start = self.sheet.y
        for left, top, text, size, bold, colour in block.texts:
            if start + top > self.page.height - self.page.bottom:
                self.sheet.new_page()
                start = self.sheet.y - top + size * POINT
            self.sheet.draw(x + left, start + top, text, size=size, bold=bold, colour=colour)
            self.sheet.y = start + top + size * POINT
        self.sheet.y += 1.0

    def box(self, x: float, y: float, wide: float, tall: float, colour: Colour | None) -> None:
        """Draw a rounded box, filled with a colour or only framed in blue."""
        paper = self.sheet.paper
        with paper.local_context():
            paper.set_draw_color(*BLUE)
            paper.set_fill_color(*(colour or WHITE))
            radius = min(wide, tall) * 0.24
            paper.rect(
                x,
                y,
                wide,
                tall,
                style="F" if colour else "D",
                round_corners=True,
                corner_radius=min(radius, 2.0),
            )

    def rule(self, x: float, y: float, right: float, *, width: float = 0.2, colour: Colour = RULE) -> None:
        """Draw a thin line."""
        paper = self.sheet.paper
        with paper.local_context(line_width=width):
            paper.set_draw_color(*colour)
            paper.line(x, y, right, y)

    def head(self, first: Sequence[Pair]) -> None:
        """Set the top of the first page: office, title, the answer in one sentence, the code, and what people ask first."""
        style, sheet, guide, edition = self.style, self.sheet, self.guide, self.edition
        paper = sheet.paper
        with paper.local_context():
            paper.set_fill_color(*BLUE)
            paper.rect(0, 0, self.page.width, style.small * POINT * 1.1, style="F")
        code = style.code
        sheet.code(edition.address, x=self.right - code + 2, y=sheet.y - 2, side=code)
        caption = "扫码看网页版"
        size = style.small
        x = self.right - code / 2 + 2 - sheet.width(caption, size) / 2
        sheet.draw(x, sheet.y - 2 + code + size * POINT * 0.6, caption, size=size, colour=SOFT)
        low = sheet.y + code + size * POINT
        width = self.page.measure - code - 4
        self.place(
            self.text(f"{edition.office}　办事指南", width=width, size=style.small + 1, colour=SOFT),
            self.left,
        )
        self.place(
            self.text(guide.title, width=width, size=style.title, bold=True, colour=BLUE, leading=1.3),
            self.left,
            gap=1,
        )
        self.place(self.text(guide.plain_title, width=width, size=style.lead), self.left, gap=1)
        if edition.note:
            self.place(self.text(edition.note, width=width, size=style.lead, bold=True), self.left, gap=1)
        sheet.y = max(sheet.y, low) + style.body * POINT * 0.5
        self.tiles(first)

    def tiles(self, pairs: Sequence[Pair]) -> None:
        """Set the first answers as tiles on a light ground."""
        style, em = self.style, self.style.body * POINT
        across = 3 if style.columns == 4 and len(pairs) % 4 == 1 else style.columns
        width = (self.page.measure - em) / across
        rows = [pairs[at : at + across] for at in range(0, len(pairs), across)]
        ground = Block(em * 0.7)
        for row in rows:
            tallest = 0.0
            for at, (label, value) in enumerate(row):
                tile = self.text(label, width=width - em, size=style.small, colour=SOFT)
                tile.below(self.balanced(value, width=width - em, size=style.body * 1.12))
                left = em + at * width
                ground.texts += [(left + x, ground.height + y, *rest) for x, y, *rest in tile.texts]
                tallest = max(tallest, tile.height)
            ground.height += tallest + em * 0.7
        ground.boxes.insert(0, (0.0, 0.0, self.page.measure, ground.height, WASH))
        self.place(ground, self.left, gap=em)

    def section(self, section: Section) -> None:
        """Set one section: its title in the margin, or above in large letters; the first piece stays with it."""
        style, sheet = self.style, self.sheet
        em = style.body * POINT
        x, width = self.left + style.hang, self.page.measure - style.hang
        groups = list(self._groups(section, width))
        title = self.text(section.title, width=style.hang or width, size=style.head, bold=True, colour=BLUE)
        first = groups[0][0].height + (0 if style.hang else title.height)
        if first + 2 * em > sheet.room:
            sheet.new_page()
        else:
            sheet.y += em * 0.5
        self.rule(self.left, sheet.y, self.right)
        sheet.y += em * 0.5
        self.set(title, self.left, sheet.y - (style.head - style.body) * POINT * LEADING / 2)
        sheet.y += 0 if style.hang else title.height
        for group in groups:
            tall = sum(block.height for block in group)
            # A thing that is short is kept whole; a long one flows, or half a page would stay white.
            if sheet.room < tall <= KEPT_WHOLE * self.page.height:
                sheet.new_page()
            for block in group:
                self.place(block, x)
            sheet.y += em * 0.4 if len(groups) > 1 else 0

    def _groups(self, section: Section, width: float) -> Iterator[list[Block]]:
        top = [self.shorts(section.short, width)] if section.short else []
        top += self.longs(section.long, width)
        top += [self.text(point, width=width, size=self.style.body) for point in section.points]
        if top:
            yield top
        for entry in section.entries:
            yield self.rows(entry, width)

    def foot_all(self) -> None:
        """Set the foot of every page: which guide and edition this is, where one asks, which page of how many."""
        sheet, size = self.sheet, max(self.style.small * 0.94, 7.5)
        last, edition = sheet.paper.page, self.edition
        asked = f"　咨询{edition.phone}" if edition.phone else ""
        text = f"{self.guide.title}　{edition.label}{asked}"
        for page in range(1, last + 1):
            sheet.paper.page = page
            y = self.page.height - self.page.bottom + 3
            self.rule(self.left, y, self.right)
            number = f"第{page}页 共{last}页"
            wide = sheet.width(number, size)
            lines = sheet.break_lines(text, width=self.page.measure - wide - 4, size=size)
            for at, line in enumerate(lines[:2], 1):
                sheet.draw(self.left, y + at * size * POINT * 1.35, line, size=size, colour=SOFT)
            sheet.draw(self.right - wide, y + size * POINT * 1.35, number, size=size, colour=SOFT)
        sheet.paper.page = last
