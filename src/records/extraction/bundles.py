"""Files that come packed together (压缩包): measured before anything is unpacked, then handed over piece by piece.

Read in the process that reads foreign files; nothing is written to a folder, so that no name can lead anywhere.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from records.extraction.types import BundleLimits, Unreadable

PIECE = 1 << 20
JUNK = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
UTF8 = 0x800
LOCKED = 0x1


def members(path: Path, *, limits: dict[str, int], **_: Any) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Yield the files of a ZIP in their order, each as pieces; the first piece of a file says its ``name``.

    Raises ``Unreadable`` with ``bundle.not-zip``, ``bundle.locked``, ``bundle.unsafe`` (name) or ``bundle.too-large``
    (what, limit). What is measured is what comes out, not what the file says of itself.
    """
    bounds = BundleLimits(**limits)
    with path.open("rb") as file:
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise Unreadable("bundle.not-zip") from error
        wanted = _measured(archive, path.stat().st_size, bounds)
        left = bounds.unpacked
        for name, entry in wanted:
            try:
                with archive.open(entry) as stream:
                    for piece, first in _pieces(stream, bounds.one):
                        left -= len(piece)
                        if left < 0:
                            raise Unreadable("bundle.too-large", what="unpacked", limit=bounds.unpacked >> 20)
                        yield ({"name": name} if first else {}), piece
            except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
                raise Unreadable("bundle.not-zip") from error


def _pieces(stream: IO[bytes], most: int) -> Iterator[tuple[bytes, bool]]:
    """Yield a file in pieces, an empty one as one empty piece; more than is allowed is cut off right after the bound."""
    size, first = 0, True
    while (piece := stream.read(PIECE)) or first:
        yield piece, first
        size, first = size + len(piece), False
        if size > most:
            return


def _measured(
    archive: zipfile.ZipFile, packed: int, bounds: BundleLimits
) -> list[tuple[str, zipfile.ZipInfo]]:
    """Return the files to be read with their names, after everything the archive says of itself was looked at."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > bounds.files:
        raise Unreadable("bundle.too-large", what="files", limit=bounds.files)
    named = [(_name(entry), entry) for entry in entries]
    for name, entry in named:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if _leads_out(name) or kind not in (0, stat.S_IFREG):
            raise Unreadable("bundle.unsafe", name=name[:80])
        if entry.flag_bits & LOCKED:
            raise Unreadable("bundle.locked")
    declared = sum(entry.file_size for entry in entries)
    # Files that share their packed bytes are how a small archive becomes endless.
    if sum(entry.compress_size for entry in entries) > packed:
        raise Unreadable("bundle.not-zip")
    if declared > bounds.unpacked:
        raise Unreadable("bundle.too-large", what="unpacked", limit=bounds.unpacked >> 20)
    if declared > 1 << 20 and declared > bounds.ratio * packed:
        raise Unreadable("bundle.too-large", what="ratio", limit=bounds.ratio)
    return [(name, entry) for name, entry in named if not _junk(name)]


def _name(entry: zipfile.ZipInfo) -> str:
    """Return the name of a file; without the mark of UTF-8 it was written by a program that wrote GBK."""
    if entry.flag_bits & UTF8:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _leads_out(name: str) -> bool:
    plain = name.replace("\\", "/")
    return plain.startswith("/") or plain[1:2] == ":" or "\0" in plain or ".." in plain.split("/")


def _junk(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return parts[-1] in JUNK or parts[0] == "__MACOSX"
