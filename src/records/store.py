"""The content store (存件库): every scan and package once, under the SHA-256 of its bytes.

A file is streamed beside its place while both digests are computed, forced to disk, renamed, and its folders are
forced to disk too, before the caller's transaction even begins; so a record never names bytes that a power cut
can take away. The database holds only digest, size and type.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives import hashes

CHUNK = 1 << 20
AHEAD = 8
"""Chunks that may wait for the slower digest."""
RESERVE = 2 * 1024**3
# Forces one filesystem; where the C library has none, everything is forced.
_syncfs = getattr(ctypes.CDLL(None), "syncfs", None)
FULL = (errno.ENOSPC, errno.EDQUOT)


class StoreError(Exception):
    """The store did not take the bytes; nothing was kept of them."""


class TooLarge(StoreError):
    """The file is larger than allowed; ``limit`` says how many bytes are."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} bytes")
        self.limit = limit


class StoreFull(StoreError):
    """The disk has no room left beyond its reserve; nothing was kept."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store knows of kept bytes: digests in hexadecimal, size in bytes, and whether they were new to it."""

    digest: str
    sm3: str
    size: int
    fresh: bool


class CryptographySM3:
    """SM3 (国密杂凑) by ``cryptography``, where the system's OpenSSL has none; same methods as hashlib's."""

    def __init__(self) -> None:
        self._hash = hashes.Hash(hashes.SM3())

    def update(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._hash.update(chunk)

    def hexdigest(self) -> str:
        """Return the digest of all bytes in hexadecimal; to be called once."""
        return self._hash.finalize().hex()


new_sm3: Callable[[], CryptographySM3] = (
    (lambda: hashlib.new("sm3")) if "sm3" in hashlib.algorithms_available else CryptographySM3
)


class ContentStore:
    """A folder of files named by their SHA-256 (存件库): ``sha256/ab/cd/<digest>``.

    ``reserve_bytes`` stay free on the disk, so that the database can go on writing when the store is full.
    Temporary files lie in the same filesystem; folders are 0700, files 0600.
    """

    def __init__(self, folder: Path | str, *, reserve_bytes: int = RESERVE) -> None:
        self.folder = Path(folder)
        self.reserve_bytes = reserve_bytes
        self._files = self.folder / "sha256"
        self._temporary = self.folder / "temporary"
        self._quarantine = self.folder / "quarantine"
        self._durable: set[Path] = set()
        for wanted in (self._files, self._temporary, self._quarantine):
            self._make_folder(wanted)
        self._gate = self.folder / ".lock"
        os.close(os.open(self._gate, os.O_CREAT | os.O_RDWR, 0o600))

    def put(self, stream: BinaryIO, *, limit: int | None = None) -> Stored:
        """Keep the bytes of a stream (存入) and return their digests, after they have reached the disk.

        Raises TooLarge beyond ``limit`` bytes and StoreFull when the disk is full; either leaves nothing behind.
        """
        with self._gated(fcntl.LOCK_SH):
            handle, name = tempfile.mkstemp(prefix="put-", dir=self._temporary)
            fcntl.flock(handle, fcntl.LOCK_EX)
        draft = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                digest, sm3, size = self._copy(stream, file, limit)
                return Stored(digest, sm3, size, self._name(draft, digest, size))
        except OSError as error:
            if error.errno in FULL:
                raise StoreFull(str(error)) from error
            raise
        finally:
            draft.unlink(missing_ok=True)

    def put_bytes(self, content: bytes) -> Stored:
        """Keep bytes that are already in memory."""
        return self.put(BytesIO(content))

    def put_all(self, contents: Sequence[bytes]) -> tuple[Stored, ...]:
        """Keep several contents at once (批量存入), forced to disk together: two waits for the disk instead of three each.

        Raises StoreFull when the disk is full; what was named by then is swept like anything that no record names.
        """
        drafts: list[Path] = []
        if shutil.disk_usage(self.folder).free - sum(map(len, contents)) < self.reserve_bytes:
            raise StoreFull(f"less than {self.reserve_bytes} bytes would stay free in {self.folder}")
        # The gate keeps those who clear away dead drafts out, instead of a lock on each.
        with self._gated(fcntl.LOCK_SH):
            try:
                stored = [self._draft(content, drafts) for content in contents]
                self._force()
                fresh = [
                    self._rename(draft, one.digest, one.size)
                    for draft, one in zip(drafts, stored, strict=True)
                ]
                self._force()
            except OSError as error:
                if error.errno in FULL:
                    raise StoreFull(str(error)) from error
                raise
            finally:
                for draft in drafts:
                    draft.unlink(missing_ok=True)
        return tuple(replace(one, fresh=new) for one, new in zip(stored, fresh, strict=True))

    def path(self, digest: str) -> Path:
        """Return where the file of a digest lies or would lie; ValueError when it is no SHA-256."""
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise ValueError(f"not a SHA-256 in lower-case hexadecimal: {digest!r}")
        return self._files / digest[:2] / digest[2:4] / digest

    def has(self, digest: str) -> bool:
        """Say whether the store holds the file."""
        return self.path(digest).is_file()

    def open(self, digest: str) -> BinaryIO:
        """Open a kept file for reading; FileNotFoundError when the store does not hold it."""
        return self.path(digest).open("rb")

    def head(self, digest: str, n: int = 4096) -> bytes:
        """Return the first ``n`` bytes of a kept file, enough to tell its type."""
        with self.open(digest) as file:
            return file.read(n)

    def verify(self, digest: str) -> bool:
        """Read a kept file again and say whether its bytes still have their digest (复核)."""
        try:
            with self.open(digest) as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == digest
        except FileNotFoundError:
            return False

    def walk(self) -> Iterator[str]:
        """Yield the digests of all kept files in ascending order."""
        for outer in sorted(self._files.iterdir()):
            for inner in sorted(outer.iterdir()):
                yield from sorted(file.name for file in inner.iterdir())

    def sweep(
        self, is_named: Callable[[str], bool], *, older_than: timedelta, now: datetime
    ) -> tuple[str, ...]:
        """Move files that no record names to quarantine (隔离), once they are old enough; return their digests.

        The caller holds the write lock, so that ``is_named`` cannot change its mind; ``put`` makes a file young again.
        """
        unnamed = (digest for digest in self.walk() if not is_named(digest))
        return tuple(digest for digest in unnamed if self._isolate(digest, older_than, now))

    def remove(self, digest: str) -> bool:
        """Delete a file's bytes for good, from the store and from quarantine (销毁); say whether there were any."""
        with self._gated(fcntl.LOCK_EX):
            places = [place for place in (self.path(digest), self._quarantine / digest) if place.exists()]
            for place in places:
                place.unlink()
                _sync_folder(place.parent)
        return bool(places)

    def destroy(self, digest: str, *, older_than: timedelta, now: datetime) -> bool:
        """Delete a file's bytes for good like ``remove``, unless somebody has just brought the same bytes again.

        False when the file was touched within ``older_than``: whoever did it may be about to name it.
        """
        with self._gated(fcntl.LOCK_EX):
            place = self.path(digest)
            if place.exists() and place.stat().st_mtime > (now - older_than).timestamp():
                return False
            for each in (place, self._quarantine / digest):
                if each.exists():
                    each.unlink()
                    _sync_folder(each.parent)
        return True

    def mend(self, digest: str, stream: BinaryIO) -> bool:
        """Put good bytes in the place of lost or damaged ones (修复); False, and nothing done, when these are not good.

        ``put`` trusts a file of the right size under a digest; this one trusts nothing but the digest.
        """
        place = self.path(digest)
        with self._gated(fcntl.LOCK_SH):
            handle, name = tempfile.mkstemp(prefix="mend-", dir=self._temporary)
            fcntl.flock(handle, fcntl.LOCK_EX)
        draft = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                if self._copy(stream, file, None)[0] != digest:
                    return False
                self._make_folder(place.parent)
                with self._gated(fcntl.LOCK_EX):
                    draft.replace(place)
                    _sync_folder(place.parent)
            return True
        finally:
            draft.unlink(missing_ok=True)

    def empty_quarantine(self, *, older_than: timedelta, now: datetime) -> tuple[str, ...]:
        """Delete what has lain in quarantine for longer than the grace period; return its digests."""
        before = (now - older_than).timestamp()
        stale = [file for file in sorted(self._quarantine.iterdir()) if file.stat().st_mtime <= before]
        for file in stale:
            file.unlink()
        _sync_folder(self._quarantine)
        return tuple(file.name for file in stale)

    def clear_temporary(self) -> int:
        """Delete temporary files whose writer has died, at start; return how many. Living writers are spared."""
        cleared = 0
        with self._gated(fcntl.LOCK_EX):
            for draft in self._temporary.iterdir():
                with draft.open("rb") as file, suppress(BlockingIOError):
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    draft.unlink()
                    cleared += 1
        return cleared

    def _draft(self, content: bytes, drafts: list[Path]) -> Stored:
        """Write a draft that is forced to disk later, together with others."""
        handle, name = tempfile.mkstemp(prefix="put-", dir=self._temporary)
        drafts.append(Path(name))
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        sm3 = new_sm3()
        sm3.update(content)
        return Stored(hashlib.sha256(content).hexdigest(), sm3.hexdigest(), len(content), fresh=True)

    def _force(self) -> None:
        """Force everything that was written to the store's disk, files and names."""
        handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            if _syncfs is None or _syncfs(handle) != 0:
                os.sync()
        finally:
            os.close(handle)

    def _copy(self, stream: BinaryIO, file: BinaryIO, limit: int | None) -> tuple[str, str, int]:
        """Write a stream and force it to disk; SM3, the slower digest, is computed beside it and while the disk is at work."""
        sha256, sm3, size = hashlib.sha256(), new_sm3(), 0
        behind: deque[Future[None]] = deque()
        with ThreadPoolExecutor(1) as beside:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if limit is not None and size > limit:
                    raise TooLarge(limit)
                if shutil.disk_usage(self.folder).free - len(chunk) < self.reserve_bytes:
                    raise StoreFull(f"less than {self.reserve_bytes} bytes would stay free in {self.folder}")
                if len(chunk) < CHUNK and not behind:
                    sm3.update(chunk)
                else:
                    behind.append(beside.submit(sm3.update, chunk))
                sha256.update(chunk)
                file.write(chunk)
                if len(behind) > AHEAD:
                    behind.popleft().result()
            file.flush()
            os.fsync(file.fileno())
            for each in behind:
                each.result()
        return sha256.hexdigest(), sm3.hexdigest(), size

    def _name(self, draft: Path, digest: str, size: int) -> bool:
        """Give a finished file its name on the disk; false when the same bytes had it already."""
        folder = self.path(digest).parent
        self._make_folder(folder)
        with self._gated(fcntl.LOCK_SH):
            fresh = self._rename(draft, digest, size)
            _sync_folder(folder)
        return fresh

    def _rename(self, draft: Path, digest: str, size: int) -> bool:
        """Give a finished file its name; false when the same bytes had it already. The caller forces it to disk.

        A file of another size under that name is the trace of a broken disk and is replaced.
        """
        place = self.path(digest)
        try:
            if place.stat().st_size == size:
                os.utime(place)
                return False
        except FileNotFoundError:
            self._make_folder(place.parent, force=False)
        draft.rename(place)
        return True

    def _isolate(self, digest: str, older_than: timedelta, now: datetime) -> bool:
        place = self.path(digest)
        with self._gated(fcntl.LOCK_EX):
            if place.stat().st_mtime > (now - older_than).timestamp():
                return False
            target = self._quarantine / digest
            place.rename(target)
            os.utime(target, (now.timestamp(), now.timestamp()))
            _sync_folder(self._quarantine)
            _sync_folder(place.parent)
        return True

    def _make_folder(self, folder: Path, *, force: bool = True) -> None:
        """Make a folder 0700 with its parents, and force each name to disk once in the life of this object.

        That a folder exists does not say that its name has reached the disk: another writer may have just made it.
        """
        if folder in self._durable or (not force and folder.is_dir()):
            return
        if folder != self.folder:
            self._make_folder(folder.parent, force=force)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if force:
            _sync_folder(folder.parent)
            self._durable.add(folder)

    @contextmanager
    def _gated(self, mode: int) -> Iterator[None]:
        """Keep those who name files and those who take them away apart, across threads and processes."""
        with self._gate.open("rb") as gate:
            fcntl.flock(gate, mode)
            yield


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
