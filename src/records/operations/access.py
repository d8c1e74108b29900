"""The access log (查阅日志): who read whose personal data, when and for what, outside the database.

One file a civil day, append-only, one canonical JSON line a read. A line is on the disk before the answer leaves; if it
cannot be written the read must be refused. Threads that come together share one fsync.
"""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

from records.clock import civil_date
from records.domain import ledger


class AccessLogUnwritable(Exception):
    """The access log cannot be written; nothing personal may be shown."""


class AccessLog:
    """The day files of one instance folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._mutex = threading.Lock()
        self._written = threading.Condition(self._mutex)
        self._pending: list[tuple[str, bytes]] = []
        self._queued = 0
        self._done = 0
        self._failed: dict[int, OSError] = {}
        self._leader = False

    def note(self, at: datetime, line: Mapping[str, object]) -> None:
        """Write one read and return when it is durable; raises :class:`AccessLogUnwritable`."""
        encoded = ledger.canonical({"at": at.isoformat(), **line}) + b"\n"
        with self._mutex:
            self._pending.append((civil_date(at).isoformat(), encoded))
            self._queued += 1
            mine = self._queued
            while self._done < mine and self._leader:
                self._written.wait()
            if self._done < mine:
                self._leader = True
                batch, self._pending, upto = self._pending, [], self._queued
        if self._done < mine:
            self._write(batch, upto)
        with self._mutex:
            failure = self._failed.pop(mine, None)
        if failure is not None:
            raise AccessLogUnwritable(str(failure)) from failure

    def _write(self, batch: list[tuple[str, bytes]], upto: int) -> None:
        failure = None
        try:
            for day in sorted({day for day, _ in batch}):
                lines = b"".join(line for of, line in batch if of == day)
                handle = os.open(self.folder / f"{day}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                try:
                    if os.write(handle, lines) < len(lines):
                        raise OSError(errno.EIO, "only a part of the lines was written")
                    os.fsync(handle)
                finally:
                    os.close(handle)
        except OSError as error:
            failure = error
        with self._mutex:
            if failure is not None:
                self._failed.update(dict.fromkeys(range(self._done + 1, upto + 1), failure))
            self._done = upto
            self._leader = False
            self._written.notify_all()

    def digests(self, *, before: str) -> dict[str, str]:
        """Return the SHA-256 of each day file older than a civil day (ISO), for the sealing job."""
        return {
            path.stem: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.folder.glob("*.jsonl"))
            if path.stem < before
        }


class TokenDays:
    """On which day each token was last used (令牌最近使用日), beside the database, because reading must not write there.

    One small file a token, named by the token's digest, written at its first use of a day on this machine. It tells an
    owner which tokens nobody needs any more and decides nothing: a day that cannot be written is left out.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, str] = {}

    def note(self, digest: str, day: date) -> None:
        """Say that a token was used on a civil day."""
        text = day.isoformat()
        if self._known.get(digest) == text:
            return
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self._folder / digest).write_text(text, encoding="ascii")
            self._known[digest] = text

    def last(self, digest: str) -> date | None:
        """Return the last day a token was used, None when it never was."""
        with suppress(OSError, ValueError):
            return date.fromisoformat((self._folder / digest).read_text(encoding="ascii"))
        return None
