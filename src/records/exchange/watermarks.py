"""Watermarks (水印) on page pictures: words drawn across the picture that is sent, never on what is kept."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from .typeface import Typeface


ANGLE = 24
COLOUR, FAINT = (26, 78, 138), 70
SHARE = 1 / 34
"""Height of the words as a share of the picture's width."""


def marked(picture: bytes, words: str, *, typeface: Typeface) -> bytes:
    """Return a picture (PNG) with words across all of it, so that no part of the page is without them."""
    shown = "".join(sign if typeface.has(sign) else "□" for sign in words)
    with Image.open(BytesIO(picture)) as opened:
        page = opened.convert("RGB")
    page.paste(COLOUR, (0, 0), _across(shown, page.width, page.height, str(typeface.path)))
    out = BytesIO()
    page.save(out, "PNG", compress_level=1)
    return out.getvalue()


@lru_cache(maxsize=4)
def _across(shown: str, width: int, height: int, typeface: str) -> Image.Image:
    """Return the words across a page of one size: one line drawn once, laid and turned at half the size, which is a quarter of the work."""
    wide, high = (width + 1) // 2, (height + 1) // 2
    size = max(6, int(wide * SHARE))
    font = _font(typeface, size)
    length = int(font.getlength(shown)) + 4 * size
    side = int((wide**2 + high**2) ** 0.5) + 1
    line = Image.new("L", (length, size * 2), 0)
    ImageDraw.Draw(line).text((0, 0), shown, font=font, fill=FAINT)
    mask = Image.new("L", (side, side), 0)
    for row, y in enumerate(range(0, side, size * 6)):
        for x in range(-(row % 2) * length // 2, side, length):
            mask.paste(line, (x, y))
    left, top = (side - wide) // 2, (side - high) // 2
    turned = mask.rotate(ANGLE, resample=Image.Resampling.BILINEAR)
    page = turned.crop((left, top, left + wide, top + high))
    return page.resize((width, height), Image.Resampling.BILINEAR)


@lru_cache(maxsize=8)
def _font(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size)
