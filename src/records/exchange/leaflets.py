"""Guides on paper (纸质指南): the A4 leaflet, the A5 card and the A3 poster, as PDF/A-2u with a code that leads to the page.

Equal guides give equal bytes. The leaflet says everything the public is told; the card and the poster say what fits on
one side and send the reader on. Lengths are millimetres, type sizes points.
"""

from __future__ import annotations

from bisect import bisect, bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from records.domain.facts import in_one
from records.domain.guide_parts import Guide, Line
from records.exchange.layout import POINT, Page
from records.exchange.leaflet_press import BLUE, SOFT, WASH, Block, Press, Style
from records.exchange.leaflet_sections import sections
from records.exchange.leaflet_words import (
    Edition,
    Entry,
    batch_words,
    copies,
    only_if,
    quick_view,
    said,
    wanted,
)

if TYPE_CHECKING:
    from .typeface import Typeface

A4 = Page(210.0, 297.0, 18.0, 18.0, 18.0, 18.0)
LEAFLET = Style(A4, title=21, lead=11.5, head=11, body=9.5, small=8, code=27, columns=4, hang=27)
LARGE = Style(A4, title=28, lead=18, head=18, body=16, small=13, code=32, columns=2)
CARD = Style(
    Page(148.0, 210.0, 11.0, 11.0, 12.0, 10.0), title=18, lead=10.5, head=10.5, body=9.5, small=8, code=29, columns=4
)  # fmt: skip
POSTER = Style(
    Page(297.0, 420.0, 24.0, 24.0, 26.0, 20.0), title=46, lead=23, head=23, body=21, small=15, code=62, columns=4, steps=True
)  # fmt: skip
SCALES = (1.3, 1.15, 1.0, 0.92, 0.85, 0.78, 0.72, 0.66, 0.6)
"""Sizes that are tried in turn until a card or a poster stands on its one side."""


def leaflet(guide: Guide, edition: Edition, *, typeface: Typeface, large: bool = False) -> bytes:
    """Print the whole guide on A4 (折页), ``large`` in letters of 16 points; return the bytes of a PDF/A-2u file."""
    press = Press(guide, edition, typeface, LARGE if large else LEAFLET)
    press.head(quick_view(guide))
    for section in sections(guide):
        press.section(section)
    press.foot_all()
    return press.sheet.paper.finish()


def card(guide: Guide, edition: Edition, *, typeface: Typeface) -> bytes:
    """Print the service card (服务卡), one side of A5: the answer, what to bring, where and when."""
    return _one_side(guide, edition, typeface, CARD)


def poster(guide: Guide, edition: Edition, *, typeface: Typeface) -> bytes:
    """Print the poster for the wall (上墙公示), one side of A3 with the steps."""
    return _one_side(guide, edition, typeface, POSTER)


def _one_side(guide: Guide, edition: Edition, typeface: Typeface, style: Style) -> bytes:
    """Set a guide on one side, in the largest letters that fit; what never fits is counted, and the code leads to it."""
    always, sometimes = wanted(guide)
    sides: dict[int, OneSide] = {}

    def fits(at: int) -> bool:
        sides[at] = OneSide(guide, edition, typeface, style.scaled(SCALES[at]))
        return sides[at].fill(always, sometimes)

    found = bisect_left(range(len(SCALES)), True, key=fits)
    if found < len(SCALES):
        return sides[found].sheet.paper.finish()
    lines = [*always, *sometimes]
    kept = bisect(
        range(1, len(lines)),
        False,
        key=lambda count: not _short(guide, edition, typeface, style, lines, count)[1],
    )
    return _short(guide, edition, typeface, style, lines, kept)[0].sheet.paper.finish()


def _short(
    guide: Guide, edition: Edition, typeface: Typeface, style: Style, lines: list[Line], kept: int
) -> tuple[OneSide, bool]:
    side = OneSide(guide, edition, typeface, style.scaled(SCALES[-1]))
    return side, side.fill(lines[:kept], [], left_out=len(lines) - kept)


class OneSide(Press):
    """A leaflet that stands on one side (单面)."""

    def fill(self, always: Sequence[Line], sometimes: Sequence[Line], *, left_out: int = 0) -> bool:
        """Set everything and the foot; say whether it all stands on one side."""
        sheet, em = self.sheet, self.style.body * POINT
        foot = self._side_foot()
        self.head(quick_view(self.guide))
        for title, blocks in self._side_parts(always, sometimes, left_out):
            self._side_part(title, blocks)
        if foot.height + em > sheet.room:
            sheet.new_page()
        y = self.page.height - self.page.bottom - foot.height
        self.rule(self.left, y - em * 0.4, self.right, width=0.4, colour=BLUE)
        self.set(foot, self.left, y)
        return sheet.paper.page == 1

    def _side_part(self, title: str, blocks: Iterable[Block]) -> None:
        style, em = self.style, self.style.body * POINT
        self.place(
            self.text(title, width=self.page.measure, size=style.head, bold=True, colour=BLUE), self.left
        )
        for block in blocks:
            self.place(block, self.left, gap=em * 0.1)
        self.sheet.y += em * 0.45

    def _side_parts(
        self, always: Sequence[Line], sometimes: Sequence[Line], left_out: int
    ) -> Iterator[tuple[str, list[Block]]]:
        guide, width = self.guide, self.page.measure
        if always:
            yield "要带这些", [self._brought(line, str(at)) for at, line in enumerate(always, 1)]
        if sometimes:
            start = len(always) + 1
            yield "看情形带", [self._brought(line, str(at)) for at, line in enumerate(sometimes, start)]
        if left_out:
            yield f"另有{left_out}份材料写不下，请扫码看全部", []
        conditions = {line: only_if(guide, line) for line in guide.lines if line.waived}
        fetched = [f"{line.name}（{when}）" if when else line.name for line, when in conditions.items()]
        if fetched:
            yield "不用带，由我们调取", [self.text(in_one(fetched), width=width, size=self.style.body)]
        if self.style.steps:
            yield "怎么办", [self._steps()]
        blocks = [self.entry(Entry("", place.name, (), (("窗口", place.window), ("电话", place.phone)), (("地址", place.address), ("时间", place.hours))), width)
                  for place in guide.places]  # fmt: skip
        blocks += self.longs([("受理时段", batch_words(batch)) for batch in guide.batches], width)
        yield "到哪里、什么时候", blocks

    def _brought(self, line: Line, mark: str) -> Block:
        long = said(("何时要", only_if(self.guide, line)))
        found = self.entry(
            Entry(mark, line.name, (copies(line) or line.form.label,), (), long), self.page.measure
        )
        found.height += self.style.body * POINT * 0.1
        return found

    def _steps(self) -> Block:
        """Return the steps as boxes in a row, each with its time."""
        steps, style = self.guide.steps, self.style
        em, across = style.body * POINT, min(len(self.guide.steps), 5)
        gap = em * 0.6
        wide = (self.page.measure - gap * (across - 1)) / across
        found = Block()
        for first in range(0, len(steps), across):
            row = [
                (at, self._step(f"{first + at + 1} {step.name}", step.limit, wide - em))
                for at, step in enumerate(steps[first : first + across])
            ]
            tall = max(block.height for _, block in row) + em * 0.8
            for at, block in row:
                left = at * (wide + gap)
                found.boxes.append((left, found.height, wide, tall, WASH))
                found.texts += [
                    (left + em / 2 + x, found.height + em * 0.4 + y, *rest) for x, y, *rest in block.texts
                ]
            found.height += tall + gap
        return found

    def _step(self, name: str, limit: str, width: float) -> Block:
        block = self.text(name, width=width, size=self.style.body, bold=True)
        block.below(self.text(limit, width=width, size=self.style.small, colour=SOFT))
        return block

    def _side_foot(self) -> Block:
        guide, edition, style = self.guide, self.edition, self.style
        ask = [f"{contact.way} {contact.value}" for contact in guide.contacts]
        complain = [f"{contact.way} {contact.value}" for contact in guide.complaints]
        pairs = (
            ("咨询", in_one(ask) or edition.phone),
            ("投诉", in_one(complain) or edition.supervision),
            ("完整指南", "扫右上方的码；没有手机的，向窗口要A4全文或者大字版。"),
        )
        found = Block()
        for part in self.longs([pair for pair in pairs if pair[1]], self.page.measure):
            found.below(part)
        found.below(self.text(edition.label, width=self.page.measure, size=style.small, colour=SOFT))
        return found


KINDS: dict[str, Callable[..., bytes]] = {"leaflet": leaflet, "card": card, "poster": poster}
"""What can be printed of a guide, by the name of its file."""
