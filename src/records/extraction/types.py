"""Which files we take (文件格式), and what is known of one after reading it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Any

from records.domain.findings import Finding, Refused


class MediaType(StrEnum):
    """The formats that are accepted; the content decides, the extension must agree."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    TEXT = "text/plain"


LOOKS = "looks"
"""What is asked of pictures of pages, whatever their format: how they look."""

TABLE = "table"
"""What a workbook or JSON is called whose rows are read; not one of the formats of a material."""

EXTENSIONS = {
    ".pdf": MediaType.PDF,
    ".jpg": MediaType.JPEG,
    ".jpeg": MediaType.JPEG,
    ".png": MediaType.PNG,
    ".txt": MediaType.TEXT,
}
HEAD_BYTES = 4096
"""How many first bytes `sniff` wants; fewer only when the file is shorter."""


class TextStatus(StrEnum):
    """What became of a file's text."""

    TEXT = "text"
    NO_TEXT_LAYER = "no-text-layer"
    PARTIAL = "partial"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a quick look at a file found; `ok` is false only when the file itself is of no use."""

    ok: bool
    pages: int = 0
    encrypted: bool = False
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Extract:
    """The text of a file, one string a page, and how far it can be relied on; `tool` names the reader and version."""

    pages: tuple[str, ...]
    page_count: int
    text_status: TextStatus
    tool: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetLimits:
    """How large a foreign table may be: bytes packed and unpacked (beyond 1 MiB also their ratio), sheets, rows and columns of one, characters of a cell."""

    packed: int = 50 << 20
    unpacked: int = 500 << 20
    ratio: int = 60
    sheets: int = 20
    rows: int = 200_000
    columns: int = 300
    cell: int = 100_000


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a table, empty cells included; ``row`` counts from 1 as the program shows it.

    Cells of a workbook are texts, those of JSON what they are; row 0 of JSON has the names of its columns.
    """

    sheet: str
    row: int
    cells: tuple[Any, ...]


class Unreadable(Exception):
    """A file that is not read, or not further: ``broken``, ``encrypted``, or for a table the code of what is wrong."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.finding = Finding(code, params=params)


def sniff(head: bytes, name: str) -> MediaType | Refused:
    """Tell a file's format (文件格式) from its first bytes, and refuse what we do not take.

    Findings: `file.empty`, `file.type-refused` (extension), `file.type-mismatch` (extension, content).
    """
    if not head:
        return Refused((Finding("file.empty", subject=name),))
    extension = PurePath(name).suffix.lower()
    content = _content(head)
    if content is None or extension not in EXTENSIONS:
        return Refused((Finding("file.type-refused", subject=name, params={"extension": extension}),))
    if EXTENSIONS[extension] is not content:
        params = {"extension": extension, "content": content.value}
        return Refused((Finding("file.type-mismatch", subject=name, params=params),))
    return content


def _content(head: bytes) -> MediaType | None:
    if head.lstrip(b"\xef\xbb\xbf\x00\t\r\n ").startswith(b"%PDF-"):
        return MediaType.PDF
    if head.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    return MediaType.TEXT if _is_text(head) else None


def _is_text(head: bytes) -> bool:
    if any(byte < 32 and byte not in b"\t\r\n\f" for byte in head):
        return False
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False
