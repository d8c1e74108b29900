"""Set text on A4 pages (排版): lines, paragraphs, ruled tables that flow over pages, QR codes.

The rules of Chinese setting that matter on an official paper are kept here: no stop at the head of a line, no
opening bracket at its end, numbers and codes not torn apart. A character that the typeface lacks is drawn as an
outlined box with its code point, so that nobody's name has a hole. Lengths are millimetres, type sizes points.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

import segno

if TYPE_CHECKING:
    from .typeface import Typeface

FAMILY = "paper"
"""How the documents call their one typeface."""
POINT = 25.4 / 72
WIDTH, HEIGHT = 210.0, 297.0
LEFT, RIGHT, TOP, BOTTOM = 28.0, 26.0, 25.0, 20.0
MEASURE = WIDTH - LEFT - RIGHT
INK = (0, 0, 0)
LEADING = 1.55
GREY, SHADE = 110, 240
NOT_AT_START = frozenset("，。、；：？！）〕》」』】”’％…—·,.;:?!)]}%")
NOT_AT_END = frozenset("（〔《「『【“‘([{")
TOKENS = re.compile(r"[!-~]+|.", re.DOTALL)
MISSING_SIZE = 0.6
PRODUCER = "fpdf2"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a ruled table: its head, its share of the width, and whether its cells are centred."""

    head: str
    share: float
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table (表格): a caption, columns, and rows of as many texts; an empty caption is not printed."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A size of paper with its margins, in millimetres."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float

    @property
    def measure(self) -> float:
        """The width between the margins."""
        return self.width - self.left - self.right


A4 = Page(WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM)


class Sheet:
    """Pages being filled from top to bottom; ``y`` is the upper edge of the next thing."""

    def __init__(
        self,
        typeface: Typeface,
        *,
        title: str,
        author: str,
        subject: str,
        made_at: datetime,
        page: Page = A4,
    ) -> None:
        from .typeface import Paper  # fpdf2 is half a second, and most commands draw nothing

        self.typeface, self.page = typeface, page
        self.paper = Paper(
            typeface, format=(page.width, page.height), unit="mm", enforce_compliance="PDFA_2U"
        )
        self.paper.set_auto_page_break(False)
        self.paper.set_lang("zh-CN")
        self.paper.set_title(title)
        self.paper.set_author(author)
        self.paper.set_subject(subject)
        self.paper.set_producer(PRODUCER)
        self.paper.set_creation_date(made_at)
        self.paper.set_xmp_metadata(_xmp(title, author, subject, made_at))
        self.paper.set_line_width(0.2)
        self.y = page.top
        self.new_page()

    def new_page(self) -> None:
        """Begin another page."""
        self.paper.add_page()
        self.y = self.page.top

    @property
    def room(self) -> float:
        """The height that is left on this page."""
        return self.page.height - self.page.bottom - self.y

    def ensure(self, height: float) -> None:
        """Begin another page unless this much room is left."""
        if height > self.room:
            self.new_page()

    def width(self, text: str, size: float) -> float:
        """Return how wide a text is when drawn."""
        if self.typeface.covers(text):
            return self.typeface.width(text) * size * POINT / 1000
        return sum(self._width(character, size) for character in text)

    def _width(self, character: str, size: float) -> float:
        if self.typeface.has(character):
            return self.typeface.width(character) * size * POINT / 1000
        return (self.typeface.width(_code_point(character)) * MISSING_SIZE / 1000 + 0.3) * size * POINT

    def break_lines(self, text: str, *, width: float, size: float, indent: float = 0.0) -> list[str]:
        """Cut a text into lines of at most ``width``; the first may begin ``indent`` later."""
        lines: list[str] = []
        for paragraph in re.split(r"\r\n|[\r\n\u2028\u2029]", text.replace("\t", " ")):
            lines += self._break_paragraph(paragraph, width, size, 0.0 if lines else indent)
        return lines

    def _break_paragraph(self, text: str, width: float, size: float, indent: float) -> list[str]:
        lines: list[str] = []
        line: list[str] = []
        used = indent
        for token in self._tokens(text, width, size):
            step = self.width(token, size)
            if line and used + step > width and token != " ":
                carried = _carried(line, token)
                lines.append("".join(line))
                line, used = carried, self.width("".join(carried), size)
            line.append(token)
            used += step
        return [*lines, "".join(line)]

    def _tokens(self, text: str, width: float, size: float) -> list[str]:
        tokens: list[str] = []
        for token in TOKENS.findall(text):
            tokens += [token] if self.width(token, size) <= width else list(token)
        return tokens

    def draw(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        bold: bool = False,
        grey: int = 0,
        colour: tuple[int, int, int] = INK,
    ) -> None:
        """Draw one line of text with its baseline at ``y``; missing characters become boxes with code points."""
        paper = self.paper
        from fpdf.enums import TextMode

        mode = TextMode.FILL_STROKE if bold else TextMode.FILL
        with paper.local_context(text_mode=mode, line_width=size * 0.012 if bold else 0.2):
            paper.set_font(FAMILY, size=size)
            if colour == INK:
                paper.set_text_color(grey)
            else:
                paper.set_text_color(*colour)
                paper.set_draw_color(*colour)
            for run in self._runs(text):
                if self.typeface.has(run[0]):
                    paper.text(x, y, run)
                else:
                    self._draw_missing(x, y, run, size)
                x += self.width(run, size)

    def _runs(self, text: str) -> list[str]:
        runs: list[str] = []
        for character in text:
            if runs and self.typeface.has(character) and self.typeface.has(runs[-1][0]):
                runs[-1] += character
            else:
                runs.append(character)
        return runs

    def _draw_missing(self, x: float, y: float, character: str, size: float) -> None:
        em = size * POINT
        self.paper.rect(x + 0.05 * em, y - 0.78 * em, self._width(character, size) - 0.1 * em, 0.92 * em)
        self.paper.set_font(FAMILY, size=size * MISSING_SIZE)
        self.paper.text(x + 0.15 * em, y - 0.12 * em, _code_point(character))
        self.paper.set_font(FAMILY, size=size)

    def line(self, text: str, *, size: float, align: str = "left", bold: bool = False) -> None:
        """Set a text over as many lines as it needs, each ``left``, ``centre`` or ``right``."""
        for piece in self.break_lines(text, width=MEASURE, size=size):
            height = size * POINT * LEADING
            self.ensure(height)
            spare = MEASURE - self.width(piece, size)
            x = LEFT + {"left": 0.0, "centre": spare / 2, "right": spare}[align]
            self.draw(x, self.y + _baseline(height, size), piece, size=size, bold=bold)
            self.y += height

    def paragraph(self, text: str, *, size: float) -> None:
        """Set a paragraph whose first line is indented by two characters."""
        indent = 2 * size * POINT
        height = size * POINT * LEADING
        for number, piece in enumerate(self.break_lines(text, width=MEASURE, size=size, indent=indent)):
            self.ensure(height)
            self.draw(LEFT + (0 if number else indent), self.y + _baseline(height, size), piece, size=size)
            self.y += height

    def table(self, table: Table, *, size: float) -> None:
        """Set a ruled table; on every further page its head is repeated, and a row too tall is continued."""
        total = sum(column.share for column in table.columns)
        widths = [MEASURE * column.share / total for column in table.columns]
        head = self._cells(tuple(column.head for column in table.columns), widths, size)
        rows = [self._cells(row, widths, size) for row in table.rows]
        head_height = self._height(head, size)
        first = min(self._height(rows[0], size), 30.0) if rows else 0.0
        self.ensure(head_height + first + (8.0 if table.caption else 0.0))
        if table.caption:
            self.line(table.caption, size=size + 1, bold=True)
            self.y += 1.0
        self._row(table, widths, head, size, is_head=True)
        for row in rows:
            self._flow_row(table, widths, head, row, size)

    def _flow_row(
        self, table: Table, widths: list[float], head: list[list[str]], row: list[list[str]], size: float
    ) -> None:
        fresh_room = HEIGHT - BOTTOM - TOP - self._height(head, size)
        while True:
            height = self._height(row, size)
            if height > self.room and (height <= fresh_room or self.room < 3 * size * POINT * LEADING):
                self.new_page()
                self._row(table, widths, head, size, is_head=True)
            fitting = max(1, int((self.room - 3.0) / (size * POINT * 1.4)))
            self._row(table, widths, [cell[:fitting] for cell in row], size)
            row = [cell[fitting:] for cell in row]
            if not any(row):
                return

    def _cells(self, texts: Sequence[str], widths: list[float], size: float) -> list[list[str]]:
        return [
            self.break_lines(text, width=width - 3.0, size=size)
            for text, width in zip(texts, widths, strict=True)
        ]

    def _height(self, cells: list[list[str]], size: float) -> float:
        return max(len(cell) for cell in cells) * size * POINT * 1.4 + 2.6

    def _row(
        self, table: Table, widths: list[float], cells: list[list[str]], size: float, *, is_head: bool = False
    ) -> None:
        height, step, x = self._height(cells, size), size * POINT * 1.4, LEFT
        for column, width, cell in zip(table.columns, widths, cells, strict=True):
            self.box(x, self.y, width, height, shaded=is_head)
            y = self.y + (height - len(cell) * step) / 2
            for piece in cell:
                spare = width - self.width(piece, size)
                start = x + (spare / 2 if column.centred or is_head else 1.5)
                self.draw(start, y + _baseline(step, size), piece, size=size, bold=is_head)
                y += step
            x += width
        self.y += height

    def box(self, x: float, y: float, width: float, height: float, *, shaded: bool = False) -> None:
        """Draw a ruled box, light grey when shaded."""
        self.paper.set_fill_color(SHADE)
        self.paper.rect(x, y, width, height, style="DF" if shaded else "D")
        self.paper.set_fill_color(0)

    def seal_place(self, x: float, y: float, text: str, *, radius: float) -> None:
        """Mark where the seal belongs (盖章处) with a dashed circle around a grey word; never an image of a seal."""
        with self.paper.local_context():
            self.paper.set_draw_color(GREY)
            self.paper.set_dash_pattern(dash=1.2, gap=1.2)
            self.paper.circle(x, y, radius)
        self.draw(x - self.width(text, 9) / 2, y - radius / 2 + 1.0, text, size=9, grey=GREY)

    def code(self, text: str, *, x: float, y: float, side: float) -> None:
        """Draw a QR code as vectors, with its quiet zone inside ``side``."""
        matrix = segno.make(text, error="m", micro=False).matrix
        module = side / (len(matrix) + 8)
        self.paper.set_fill_color(0)
        for number, row in enumerate(matrix):
            for run in re.finditer(rb"\x01+", bytes(row)):
                left, top = x + (run.start() + 4) * module, y + (number + 4) * module
                self.paper.rect(left, top, (run.end() - run.start()) * module, module, style="F")

    def number_pages(self, heading: str) -> None:
        """Print 第 x 页 共 y 页 below every page, and the heading above all but the first."""
        last = self.paper.page
        for page in range(1, last + 1):
            self.paper.page = page
            text = f"第 {page} 页 共 {last} 页"
            self.draw((WIDTH - self.width(text, 9)) / 2, HEIGHT - 11, text, size=9)
            if page > 1:
                first = self.break_lines(heading, width=MEASURE, size=9)[0]
                self.draw(LEFT, TOP - 9, first, size=9, grey=GREY)
                self.paper.line(LEFT, TOP - 6, WIDTH - RIGHT, TOP - 6)
        self.paper.page = last


def _carried(line: list[str], token: str) -> list[str]:
    """Take from a line that ends here what must begin the next: a stop never comes first, a bracket never last."""
    keep = len(line)
    if token[0] in NOT_AT_START:
        keep -= 1
        while keep > 1 and line[keep][0] in NOT_AT_START and len(line) - keep < 3:
            keep -= 1
    while keep > 1 and line[keep - 1][-1] in NOT_AT_END:
        keep -= 1
    if keep < 1:
        return []
    carried = line[keep:]
    del line[keep:]
    return carried


def _baseline(height: float, size: float) -> float:
    return height / 2 + size * POINT * 0.36


def _code_point(character: str) -> str:
    return f"U+{ord(character):04X}"


def _xmp(title: str, author: str, subject: str, made_at: datetime) -> str:
    """Return the document's metadata, equal to its information dictionary and free of the time of printing."""
    at = made_at.isoformat(timespec="seconds")
    title, author, subject = (escape(text, quote=True) for text in (title, author, subject))
    return f"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
    xmp:CreateDate="{at}" pdf:Producer="{PRODUCER}">
   <pdfaid:part>2</pdfaid:part>
   <pdfaid:conformance>U</pdfaid:conformance>
   <dc:format>application/pdf</dc:format>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
   <dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>"""
