"""Where an index lies on disk (索引目录): its segments, and the one small file that says which of them count.

The head file is the commit: everything it names is on disk and fsynced before it takes its place by a rename, and it
holds the feed's mark itself, so index and mark can never disagree. What it does not name is rubbish. Sums over the
head and over every segment tell damage from truth.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import json
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyroaring import BitMap

from records.indexes.fulltext import SCHEMA_VERSION, Busy, NeedsRebuild

HEAD = "head"


@dataclass(frozen=True, slots=True)
class Part:
    """One segment as the head names it: file, number of documents, bytes, sum, and which documents are deleted."""

    name: str
    count: int
    size: int
    crc: int
    deleted: BitMap

    @property
    def alive(self) -> int:
        """How many of its documents still count."""
        return self.count - len(self.deleted)


@dataclass(frozen=True, slots=True)
class Head:
    """One committed state of an index."""

    mark: int = 0
    number: int = 0
    parts: tuple[Part, ...] = ()


class Shelf:
    """The folder of one index, mode 0700 because its files are trusted like code."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)

    def stamp(self) -> tuple[int, int, int] | None:
        """Return what changes whenever another head takes its place."""
        try:
            state = (self.folder / HEAD).stat()
        except FileNotFoundError:
            return None
        return state.st_ino, state.st_mtime_ns, state.st_size

    def read(self) -> Head:
        """Return the present head. Raises `NeedsRebuild` for damage, another version, or segments without a head."""
        try:
            content = (self.folder / HEAD).read_bytes()
        except FileNotFoundError:
            if any(self.folder.glob("*.seg")):
                raise NeedsRebuild("segments without a head") from None
            return Head()
        crc, _, body = content.partition(b"\n")
        if crc != b"%08x" % zlib.crc32(body):
            raise NeedsRebuild("the head is damaged")
        state = json.loads(body)
        if state["schema"] != SCHEMA_VERSION:
            raise NeedsRebuild(f"schema {state['schema']}, this program writes {SCHEMA_VERSION}")
        try:
            parts = tuple(_part(*fields) for fields in state["parts"])
        except (ValueError, TypeError, binascii.Error) as error:
            raise NeedsRebuild("the head is damaged") from error
        return Head(state["mark"], state["number"], parts)

    def commit(self, head: Head) -> None:
        """Put a head in its place for good; the segments it names are already synced."""
        parts = [
            [part.name, part.count, part.size, part.crc, base64.b64encode(part.deleted.serialize()).decode()]
            for part in head.parts
        ]
        body = json.dumps({
            "schema": SCHEMA_VERSION, "mark": head.mark, "number": head.number, "parts": parts,
        }).encode()  # fmt: skip
        fresh = self.folder / f"{HEAD}.new"
        with fresh.open("wb") as stream:
            stream.write(b"%08x\n" % zlib.crc32(body) + body)
            stream.flush()
            os.fsync(stream.fileno())
        sync_folder(self.folder)
        fresh.replace(self.folder / HEAD)
        sync_folder(self.folder)

    def sweep(self, head: Head) -> None:
        """Remove what the head does not name."""
        named = {f"{part.name}.seg" for part in head.parts} | {HEAD, "lock"}
        for path in self.folder.iterdir():
            if path.name not in named:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def sealed(self, built: Path, name: str, count: int) -> Part:
        """Sync a finished segment file, move it in and return its entry for the head."""
        crc = 0
        with built.open("rb") as stream:
            while piece := stream.read(1 << 20):
                crc = zlib.crc32(piece, crc)
            os.fsync(stream.fileno())
            size = stream.tell()
        built.replace(self.folder / f"{name}.seg")
        return Part(name, count, size, crc, BitMap())

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the write lock of this folder; raises `Busy` when another holds it."""
        with (self.folder / "lock").open("ab") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy(str(self.folder)) from None
            yield


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _part(name: str, count: int, size: int, crc: int, deleted: str) -> Part:
    return Part(name, count, size, crc, BitMap.deserialize(base64.b64decode(deleted)))
