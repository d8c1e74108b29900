"""Reading PDF files (版式文件), inside the child process only.

pypdfium2 gives text, page count and pictures, quickly; pdfplumber is the second opinion where the first finds no text,
and reads tables. Both are written for good files: anything they raise means "this file cannot be read".
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from records.extraction.images import as_png
from records.extraction.types import TextStatus, Unreadable

MOST_PAGES = 2_000
MOST_CHARACTERS = 5_000_000
SECOND_OPINION_PAGES = 50
MOST_PIXELS = 8_000_000


def _opened(path: Path) -> Any:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        raise Unreadable("encrypted" if locked else "broken") from error
    if len(document) < 1:
        raise Unreadable("broken")
    return document


def inspect(path: Path, **_: Any) -> dict[str, Any]:
    """Return pages and whether the file is encrypted; the first and the last page must be there."""
    document = _opened(path)
    count = len(document)
    restricted = pdfium.FPDF_GetSecurityHandlerRevision(document) != -1
    for index in {0, count - 1}:
        try:
            document.get_page_size(index)
        except pypdfium2.PdfiumError as error:
            raise Unreadable("broken") from error
    return {"pages": count, "encrypted": restricted}


def extract(path: Path, *, seconds: float, **_: Any) -> dict[str, Any]:
    """Return the text of each page, as many as the limits allow."""
    document = _opened(path)
    until = time.monotonic() + seconds
    pages: list[str] = []
    length = unread = 0
    for index in range(min(len(document), MOST_PAGES)):
        try:
            page = document[index]
            text = page.get_textpage().get_text_range(errors="ignore")
            page.close()
        except (pypdfium2.PdfiumError, ValueError):
            text, unread = "", unread + 1
        pages.append(text)
        length += len(text)
        if length > MOST_CHARACTERS or time.monotonic() > until:
            break
    short = len(pages) < len(document) or unread > 0
    status = status_of(pages, short=short)
    return {"pages": pages, "page_count": len(document), "status": status, "tool": _tool("pypdfium2")}


def second_opinion(path: Path, *, seconds: float, **_: Any) -> dict[str, Any]:
    """Return the text of each page as pdfplumber reads it, at most of the first 50."""
    until = time.monotonic() + seconds
    pages: list[str] = []
    with pdfplumber.open(path) as document:
        count = len(document.pages)
        for page in document.pages[:SECOND_OPINION_PAGES]:
            pages.append(page.extract_text() or "")
            page.close()
            if time.monotonic() > until:
                break
    status = status_of(pages, short=len(pages) < count)
    return {"pages": pages, "page_count": count, "status": status, "tool": _tool("pdfplumber")}


def tables(path: Path, *, page: int, **_: Any) -> dict[str, Any]:
    """Return the tables of one page (1 is the first), each as rows of cells."""
    with pdfplumber.open(path) as document:
        found = document.pages[page - 1].extract_tables()
    return {"tables": [[[cell or "" for cell in row] for row in table] for table in found]}


def render(path: Path, *, page: int, width: int, **_: Any) -> tuple[dict[str, Any], bytes]:
    """Return one page (1 is the first) as a PNG picture of a width in pixels."""
    leaf = _opened(path)[page - 1]
    across, down = (max(size, 1.0) for size in leaf.get_size())
    scale = (width - 0.01) / across  # pdfium rounds up
    if width * down * scale > MOST_PIXELS:
        scale = (MOST_PIXELS / (across * down)) ** 0.5
    return {}, as_png(leaf.render(scale=scale).to_pil())


def picture(path: Path, *, page: int, longest: int, **_: Any) -> Image.Image:
    """Return one page (1 is the first) as a picture whose longer side has so many pixels."""
    leaf = _opened(path)[page - 1]
    return leaf.render(scale=(longest - 0.01) / max(*leaf.get_size(), 1.0)).to_pil().convert("RGB")


def status_of(pages: Sequence[str], *, short: bool) -> TextStatus:
    """Tell what became of a text from the text itself: characters that mean nothing are not text."""
    text = "".join("".join(pages).split())
    if not text:
        return TextStatus.NO_TEXT_LAYER
    if is_garbage(text):
        return TextStatus.UNAVAILABLE
    return TextStatus.PARTIAL if short else TextStatus.TEXT


def is_garbage(text: str) -> bool:
    """Tell whether a text layer has lost its characters: (cid:7), replacement marks, private use, controls."""
    lost = text.count("(cid:") * 7 + sum(
        char == "\ufffd"
        or unicodedata.category(char) in ("Co", "Cn", "Cs")
        or (char < " " and not char.isspace())
        for char in text
    )
    return lost * 10 > len(text)


def _tool(name: str) -> str:
    return f"{name} {version(name)}"
