"""Sample papers (示例材料) for the demo office and its tests: PDF with text, PDF of a picture, JPEG; the same bytes each time."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path

from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

from .layout import Sheet
from .typeface import shipped_typeface

PAGE = (1240, 1754)
FONT_FILE = Path(str(resources.files("records").joinpath("static/fonts/NotoSansSC-Names.ttf")))
MADE_AT = datetime(2024, 1, 1, tzinfo=UTC)


def text_pdf(title: str, lines: tuple[str, ...]) -> bytes:
    """Return an A4 page with a text layer."""
    sheet = Sheet(shipped_typeface(), title=title, author="", subject="", made_at=MADE_AT)
    sheet.line(title, size=18, align="centre")
    for line in lines:
        sheet.paragraph(line, size=12)
    return sheet.paper.finish()


def picture(title: str, lines: tuple[str, ...], *, seed: int) -> Image.Image:
    """Return a page as a scanner would see it: a little askew, a little dirty, always in the same way."""
    noise = random.Random(seed)
    page = Image.new("L", PAGE, 250)
    pen = ImageDraw.Draw(page)
    pen.text((PAGE[0] // 2, 160), title, font=_letters(56), fill=30, anchor="mm")
    for number, line in enumerate(lines):
        pen.text((140, 280 + number * 64), line, font=_letters(34), fill=40)
    for _ in range(220):
        place = (noise.randrange(PAGE[0]), noise.randrange(PAGE[1]))
        pen.point(place, fill=noise.randrange(120, 210))
    return page.rotate(noise.uniform(-0.8, 0.8), fillcolor=250)


@cache
def _letters(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT_FILE), size)


def scan_jpeg(title: str, lines: tuple[str, ...], *, seed: int) -> bytes:
    """Return a scanned page as JPEG."""
    out = io.BytesIO()
    picture(title, lines, seed=seed).save(out, "JPEG", quality=60)
    return out.getvalue()


def scan_pdf(title: str, lines: tuple[str, ...], *, seed: int) -> bytes:
    """Return a scanned page as a PDF without a text layer."""
    pdf = FPDF(format="A4")
    pdf.set_creation_date(MADE_AT)
    pdf.add_page()
    pdf.image(io.BytesIO(scan_jpeg(title, lines, seed=seed)), x=0, y=0, w=210)
    return bytes(pdf.output())
