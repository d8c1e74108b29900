"""Labels (标签): spines of boxes on an A4 sheet (盒脊), the archiving stamp (归档章), the codes to scan.

Lengths are millimetres. The spines of one sheet stand side by side, each as wide as its box and with lines to cut along.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from html import escape
from typing import TYPE_CHECKING

from .barcodes import qr_svg

if TYPE_CHECKING:
    from .typeface import Typeface

CHINA = timezone(timedelta(hours=8))
MARGIN, PAGE_WIDTH, PAGE_HEIGHT = 10.0, 210.0, 297.0
SPINE_HEIGHT = 270.0
GAP = 2.0
"""A spine is this much narrower than its box."""

STAMP_WIDTH, STAMP_HEIGHT = 45.0, 16.0
_LABEL, _VALUE = 2.1, 3.2


@dataclass(frozen=True, slots=True)
class Spine:
    """What stands on the spine of a box: its thickness, pairs of label and value from top to bottom, and the code."""

    thickness: int
    pairs: tuple[tuple[str, str], ...]
    code: str

    @property
    def width(self) -> float:
        """Return the width of the label."""
        return self.thickness - GAP


def sheets_of(spines: Iterable[Spine]) -> list[list[tuple[float, Spine]]]:
    """Return the spines by A4 sheet, each with the place of its left edge."""
    sheets: list[list[tuple[float, Spine]]] = []
    x = PAGE_WIDTH
    for spine in spines:
        if x + spine.width > PAGE_WIDTH - MARGIN:
            sheets.append([])
            x = MARGIN
        sheets[-1].append((x, spine))
        x += spine.width
    return sheets


def spine_svg(sheet: Sequence[tuple[float, Spine]]) -> str:
    """Return one sheet of spines as an SVG picture of A4; text runs from top to bottom, its signs upright."""
    parts = []
    for x, spine in sheet:
        width, middle = spine.width, x + spine.width / 2
        parts.append(
            f'<rect x="{x:g}" y="{MARGIN:g}" width="{width:g}" height="{SPINE_HEIGHT:g}" fill="none" stroke="#000" stroke-width=".2"/>'
        )
        y = MARGIN + 6.0
        for label, value in spine.pairs:
            parts.append(_text(middle, y, label, 2.6, grey=True))
            y += 4.6
            size = 4.2
            for line in _lines(value, width - 3.0, size):
                parts.append(_text(middle, y, line, size))
                y += size * 1.25
            y += 4.0
        side = min(width - 2.0, 26.0)
        code = qr_svg(spine.code, side=int(side))
        parts.append(
            f'<svg x="{middle - int(side) / 2:g}" y="{MARGIN + SPINE_HEIGHT - side - 4:g}"{code.removeprefix("<svg").replace(f"{int(side)}mm", f"{int(side)}")}'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {PAGE_WIDTH:g} {PAGE_HEIGHT:g}" width="{PAGE_WIDTH:g}mm" '
        f'height="{PAGE_HEIGHT:g}mm" role="img">{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, text: str, size: float, *, grey: bool = False) -> str:
    ink = "#555" if grey else "#000"
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="middle" fill="{ink}">{escape(text)}</text>'


def _lines(text: str, width: float, size: float) -> list[str]:
    """Cut a text into lines of a width: a Chinese sign is as wide as it is high, a Latin one a little over half."""
    lines, used = [""], 0.0
    for sign in text:
        step = size * (0.58 if sign.isascii() else 1.0)
        if lines[-1] and used + step > width:
            lines.append("")
            used = 0.0
        lines[-1] += sign
        used += step
    return lines


def spine_pdf(spines: Iterable[Spine], *, title: str, made_on: date, typeface: Typeface) -> bytes:
    """Print spines on A4 label sheets as a PDF/A-2u file; equal spines give equal bytes."""
    sheet = _empty(typeface, title, made_on)
    for at, placed in enumerate(sheets_of(spines)):
        if at:
            sheet.new_page()
        for x, spine in placed:
            sheet.box(x, MARGIN, spine.width, SPINE_HEIGHT)
            y = MARGIN + 6.0
            for label, value in spine.pairs:
                sheet.draw(x + (spine.width - sheet.width(label, 7.5)) / 2, y, label, size=7.5, grey=90)
                y += 4.6
                for line in sheet.break_lines(value, width=spine.width - 3.0, size=12):
                    sheet.draw(x + (spine.width - sheet.width(line, 12)) / 2, y, line, size=12)
                    y += 5.3
                y += 4.0
            side = min(spine.width - 2.0, 26.0)
            sheet.code(
                spine.code, x=x + (spine.width - side) / 2, y=MARGIN + SPINE_HEIGHT - side - 4.0, side=side
            )
    return sheet.paper.finish()


def stamp_svg(fields: Sequence[Sequence[tuple[str, str]]]) -> str:
    """Return the archiving stamp (归档章) as an SVG picture: two rows of three fields, 45 × 16 mm."""
    parts = []
    for x, y, width, height, label, value in _cells(fields):
        parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="none" stroke="#b3261e" stroke-width=".3"/>'
        )
        parts.append(
            f'<text x="{x + 1:g}" y="{y + 2.6:g}" font-size="{_LABEL}" fill="#b3261e">{escape(label)}</text>'
        )
        parts.append(
            f'<text x="{x + width / 2:g}" y="{y + 6.6:g}" font-size="{_VALUE}" text-anchor="middle">{escape(value)}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-.2 -.2 {STAMP_WIDTH + 0.4:g} {STAMP_HEIGHT + 0.4:g}" '
        f'width="{STAMP_WIDTH:g}mm" height="{STAMP_HEIGHT:g}mm" role="img">{"".join(parts)}</svg>'
    )


def stamp_pdf(
    fields: Sequence[Sequence[tuple[str, str]]], *, title: str, made_on: date, typeface: Typeface
) -> bytes:
    """Print the stamp at the top of an otherwise empty A4 page, for printing over or laying over a first page."""
    sheet = _empty(typeface, title, made_on)
    left, top = (PAGE_WIDTH - STAMP_WIDTH) / 2, 8.0
    for x, y, width, height, label, value in _cells(fields):
        sheet.paper.rect(left + x, top + y, width, height)
        sheet.draw(left + x + 1.0, top + y + 2.6, label, size=6)
        sheet.draw(left + x + (width - sheet.width(value, 9)) / 2, top + y + 6.6, value, size=9)
    return sheet.paper.finish()


def _cells(fields: Sequence[Sequence[tuple[str, str]]]):
    height = STAMP_HEIGHT / len(fields)
    for row, cells in enumerate(fields):
        width = STAMP_WIDTH / len(cells)
        for column, (label, value) in enumerate(cells):
            yield column * width, row * height, width, height, label, value


def _empty(typeface: Typeface, title: str, made_on: date):
    from .layout import Sheet  # the PDF libraries are only needed to print

    made_at = datetime.combine(made_on, time(), CHINA)
    return Sheet(typeface, title=title, author="", subject=title, made_at=made_at)
