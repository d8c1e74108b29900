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
    OFD = "application/ofd"


UNSEEN = frozenset({None, MediaType.TEXT, MediaType.OFD})
"""Formats of which no page is drawn; a program for them is needed."""


LOOKS = "looks"
"""What is asked of pictures of pages, whatever their format: how they look."""

TABLE = "table"
"""What a workbook or JSON is called whose rows are read; not one of the formats of a material."""

BUNDLE = "bundle"
"""What files are called that come packed together; not one of the formats of a material."""

FORMATS = "formats"
"""What is asked when only the format of a file is to be told, whatever it is."""

ATTEMPT = "attempt"
"""What is asked when a paper is tried that is to be kept."""

EXTENSIONS = {
    ".pdf": MediaType.PDF,
    ".jpg": MediaType.JPEG,
    ".jpeg": MediaType.JPEG,
    ".png": MediaType.PNG,
    ".txt": MediaType.TEXT,
    ".ofd": MediaType.OFD,
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
    """What a quick look at a file found; `ok` is false only when the file itself is of no use.

    `licence` is the identifier of an e-licence (电子证照标识) that stands in it, unchecked.
    """

    ok: bool
    pages: int = 0
    encrypted: bool = False
    findings: tuple[Finding, ...] = ()
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Extract:
    """The text of a file, one string a page, and how far it can be relied on; `tool` names the reader and version."""

    pages: tuple[str, ...]
    page_count: int
    text_status: TextStatus
    tool: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """Which format a file really is (格式): its identifier, what a PDF/A claims, and what speaks against it.

    ``id`` is a PRONOM identifier, ``GB/T 33190`` for an OFD, empty when nobody knows the file or it broke its reader.
    """

    id: str = ""
    name: str = ""
    mime: str = ""
    claim: str = ""
    faults: tuple[str, ...] = ()
    tool: str = ""


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
class BundleLimits:
    """How large a packed bundle may be: files, bytes of one and of all of them, and beyond 1 MiB how often larger than packed."""

    files: int = 20_000
    one: int = 60 << 20
    unpacked: int = 8 << 30
    ratio: int = 100


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a table, empty cells included; ``row`` counts from 1 as the program shows it.

    Cells of a workbook are texts, those of JSON what they are; row 0 of JSON has the names of its columns.
    """

    sheet: str
    row: int
    cells: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of trying to read a paper: ``readable`` and ``undrawn`` (pages) are ``None`` when its reader gave up.

    ``signatures`` are (form, whether what it covers has its digest or None, algorithm); ``tool`` names reader and version.
    """

    readable: bool | None
    pages: int = 0
    encrypted: bool = False
    undrawn: tuple[int, ...] | None = ()
    tool: str = ""
    signatures: tuple[tuple[str, bool | None, str], ...] = ()


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
    # An OFD need not begin with a part that tells it from other archives; whoever opens it looks for its parts.
    if content is None and extension == ".ofd" and head.startswith(ARCHIVE):
        content = MediaType.OFD
    if content is None or extension not in EXTENSIONS:
        return Refused((Finding("file.type-refused", subject=name, params={"extension": extension}),))
    if EXTENSIONS[extension] is not content:
        params = {"extension": extension, "content": content.value}
        return Refused((Finding("file.type-mismatch", subject=name, params=params),))
    return content


ARCHIVE = b"PK\x03\x04"
ENDINGS = {
    MediaType.PDF: "pdf",
    MediaType.JPEG: "jpg",
    MediaType.PNG: "png",
    MediaType.TEXT: "txt",
    MediaType.OFD: "ofd",
}


def ending_of(head: bytes) -> str:
    """Return the ending that belongs to a content by its first bytes; empty for what is none of the formats we keep."""
    content = _content(head) if head else None
    if content is None and head.startswith(ARCHIVE):
        return "zip"
    return ENDINGS[content] if content else ""


def _content(head: bytes) -> MediaType | None:
    if head.lstrip(b"\xef\xbb\xbf\x00\t\r\n ").startswith(b"%PDF-"):
        return MediaType.PDF
    if head.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    if head.startswith(ARCHIVE):
        return MediaType.OFD if b"OFD.xml" in head or b"Doc_0/" in head else None
    return MediaType.TEXT if is_text(head) else None


def is_text(head: bytes) -> bool:
    """Tell whether the first bytes of a file are plain text in UTF-8 or GB 18030."""
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
