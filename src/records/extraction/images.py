"""Reading pictures (图片), inside the child process only."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import PIL
from PIL import Image

from records.extraction.types import TextStatus

MOST_PIXELS = 120_000_000
"""An A3 sheet at 600 dots an inch has 70 million."""

Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow warns above this and refuses above twice as much


def _opened(path: Path, width: int) -> Image.Image:
    """Decode a picture, a JPEG no larger than it is needed."""
    picture = Image.open(path, formats=("JPEG", "PNG"))
    picture.draft("RGB", (width, width))
    picture.load()
    return picture


def inspect(path: Path, **_: Any) -> dict[str, Any]:
    """Return one page; the picture must decode to its end."""
    _opened(path, 1).close()
    return {"pages": 1, "encrypted": False}


def extract(path: Path, **_: Any) -> dict[str, Any]:
    """Return one page without text: a picture says nothing until somebody reads it."""
    inspect(path)
    return {
        "pages": [""],
        "page_count": 1,
        "status": TextStatus.NO_TEXT_LAYER,
        "tool": f"Pillow {PIL.__version__}",
    }


def render(path: Path, *, width: int, **_: Any) -> tuple[dict[str, Any], bytes]:
    """Return the picture as PNG, at most `width` pixels wide and three times as high."""
    picture = _opened(path, width).convert("RGB")
    picture.thumbnail((width, width * 3))
    return {}, as_png(picture)


def picture(path: Path, *, longest: int, **_: Any) -> Image.Image:
    """Return the picture in colours, a large JPEG decoded no larger than its longest side is wanted."""
    found = _opened(path, longest)
    return found if found.mode == "RGB" else found.convert("RGB")


def as_png(picture: Image.Image) -> bytes:
    """Return a decoded picture as PNG without any metadata."""
    stream = io.BytesIO()
    picture.convert("RGB").save(stream, "PNG", compress_level=3)
    return stream.getvalue()
