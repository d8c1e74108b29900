"""Files that come in (收到的文件): stored, judged by their content and opened by a worker, before any lock is taken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import BinaryIO

from records.domain.findings import Finding, Refused
from records.extraction.types import EXTENSIONS, sniff
from records.store import StoreFull, TooLarge

from .materials import Upload
from .services import Services

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LIMIT = 60 << 20
"""Bytes of one file where ``upload.limit`` does not say otherwise."""

#: Fields that take a workbook instead of a paper: it is stored, and read by the background.
TABLES = frozenset({"numbers"})

#: How files begin that are often taken for scans, and what they are (``messages.LOOKS``).
SIGNS = (
    (b"MZ", "program"), (b"\x7fELF", "program"), (b"PK\x03\x04", "archive"), (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"), (b"\xd0\xcf\x11\xe0", "office"), (b"GIF8", "picture"), (b"RIFF", "picture"),
    (b"II*\x00", "picture"), (b"MM\x00*", "picture"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrived:
    """The file of a field: what it is, or everything that speaks against it; ``more`` are the files sent after it."""

    upload: Upload | None
    findings: tuple[Finding, ...] = ()
    more: tuple[Upload, ...] = ()


def take(services: Services, stream: BinaryIO, name: str, field: str) -> Arrived:
    """Store a stream, judge it by its content, and have a worker open it; bad files are named, not raised."""
    limit = int(services.settings.get("upload.limit", LIMIT))
    name = name.replace("\\", "/").rsplit("/", 1)[-1][:120]
    try:
        stored = services.store.put(stream, limit=limit)
    except TooLarge:
        return Arrived(
            None, (Finding("file.too-large", subject=field, params={"limit": f"{limit / (1 << 20):.3g}"}),)
        )
    except StoreFull:
        return Arrived(None, (Finding("file.disk-full", subject=field),))
    if stored.size == 0:
        return Arrived(None, (Finding("file.empty", subject=field, params={"name": name}),))
    head = services.store.head(stored.digest)
    if field in TABLES:
        found = () if head.startswith(b"PK\x03\x04") else (Finding("sheet.not-xlsx", subject=field),)
        taken = Upload(stored.digest, stored.sm3, stored.size, WORKBOOK, name)
        return Arrived(None if found else taken, found)
    media_type = sniff(head, name)
    if isinstance(media_type, Refused):
        return Arrived(None, tuple(_named(found, head) for found in media_type.findings))
    inspection = services.extractor.inspect(services.store.path(stored.digest), media_type)
    upload = Upload(
        digest=stored.digest,
        sm3=stored.sm3,
        size=stored.size,
        media_type=str(media_type),
        title=name,
        page_count=inspection.pages,
        licence=inspection.licence,
    )
    return Arrived(upload if inspection.ok else None, () if inspection.ok else inspection.findings)


def _named(found: Finding, head: bytes) -> Finding:
    """Return a refusal that says what a file is which only bears the name of a scan: 改了扩展名 is seen."""
    if found.code != "file.type-refused" or found.params["extension"] not in EXTENSIONS:
        return found
    looks = next((looks for sign, looks in SIGNS if head.startswith(sign)), "unknown")
    return replace(found, code="file.type-mismatch", params={**found.params, "content": looks})
