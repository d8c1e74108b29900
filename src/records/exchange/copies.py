"""Copies that are handed out (复制件): page pictures on A4 with the purpose across each; the kept bytes are never touched."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from .layout import FAMILY, HEIGHT, WIDTH

if TYPE_CHECKING:
    from .typeface import Typeface

MARGIN = 12.0
SIZE, FAINT = 15, 0.28
STEP = 62.0
"""Millimetres between the lines of the watermark, so that no part of a page is without one."""


def watermarked(pictures: Sequence[bytes], mark: str, *, typeface: Typeface) -> bytes:
    """Return a PDF of page pictures (PNG), each page with the words across it and once more in full at its foot."""
    from PIL import Image

    from .typeface import Paper

    paper = Paper(typeface, format="A4", unit="mm")
    paper.set_auto_page_break(False)
    words = "".join(sign if typeface.has(sign) else "□" for sign in mark)
    for picture in pictures:
        with Image.open(BytesIO(picture)) as image:
            wide, high = image.size
        scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 3 * MARGIN) / high)
        paper.add_page()
        paper.image(BytesIO(picture), x=(WIDTH - wide * scale) / 2, y=MARGIN, w=wide * scale, h=high * scale)
        paper.set_font(FAMILY, size=SIZE)
        length = paper.get_string_width(words)
        at = MARGIN + STEP / 2
        while at < HEIGHT:
            with paper.local_context(fill_opacity=FAINT), paper.rotation(28, WIDTH / 2, at):
                paper.text((WIDTH - length) / 2, at, words)
            at += STEP
        paper.set_font(FAMILY, size=8)
        paper.text(MARGIN, HEIGHT - MARGIN / 2, words)
    return paper.finish()
