"""Reading plain text (纯文本), inside the child process only: UTF-8, or else GB 18030."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from records.extraction.types import TextStatus

MOST_BYTES = 20_000_000


def inspect(path: Path, **_: Any) -> dict[str, Any]:
    """Return one page; any text has that."""
    _read(path)
    return {"pages": 1, "encrypted": False}


def extract(path: Path, **_: Any) -> dict[str, Any]:
    """Return the text as one page."""
    text, short = _read(path)
    status = TextStatus.PARTIAL if short else TextStatus.TEXT
    return {"pages": [text], "page_count": 1, "status": status, "tool": "text"}


def _read(path: Path) -> tuple[str, bool]:
    with path.open("rb") as stream:
        content = stream.read(MOST_BYTES)
        short = bool(stream.read(1))
    try:
        return content.decode("utf-8-sig", errors="strict"), short
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace"), short
