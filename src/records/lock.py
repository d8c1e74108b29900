"""The write lock (写锁): one writer at a time, in this process and among all processes of a site.

Whoever writes takes it *before* the transaction begins and lets go of it after the commit, so writers queue instead
of conflicting.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg2

log = logging.getLogger(__name__)

ADVISORY_KEY = (0x4A55414E, 1)
"""The two-integer form, because RelStorage takes its own locks on oids in the one-integer form."""


class LockTimeout(Exception):
    """The write lock did not come free in time; nothing was written."""


class WriteLock:
    """One writer at a time in this process (写锁), first come first served.

    ``timeout`` in seconds bounds a caller's whole wait; then LockTimeout. Asking again while holding it is a
    broken program and raises RuntimeError.
    """

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self._mutex = threading.Lock()
        self._queue: deque[threading.Lock] = deque()
        self._held = False
        self._owner: int | None = None

    def acquire(self) -> None:
        """Wait for the turn."""
        if self._owner == threading.get_ident():
            raise RuntimeError("this thread is writing already; finish that transaction first")
        until = time.monotonic() + self.timeout
        self._wait(until)
        self._owner = threading.get_ident()
        try:
            self._acquire_elsewhere(until)
        except BaseException:
            self._hand_over()
            raise

    def release(self) -> None:
        """Hand over to whoever has waited longest."""
        try:
            self._release_elsewhere()
        finally:
            self._hand_over()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock for a block."""
        self.acquire()
        try:
            yield
        finally:
            self.release()

    def close(self) -> None:
        """Let go of what the lock itself keeps open."""

    def _wait(self, until: float) -> None:
        with self._mutex:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._queue.append(turn)
        try:
            came = turn.acquire(timeout=max(0.0, until - time.monotonic()))
        except BaseException:
            self._leave(turn)
            raise
        if not came and self._leave(turn, handing_over=False):
            raise LockTimeout(f"another writer has been busy for {self.timeout:g} seconds")

    def _leave(self, turn: threading.Lock, *, handing_over: bool = True) -> bool:
        """Stop waiting; false when the turn came in the last moment (and, unless told not to, pass it on)."""
        with self._mutex:
            if turn in self._queue:
                self._queue.remove(turn)
                return True
        if handing_over:
            self._hand_over()
        return False

    def _hand_over(self) -> None:
        with self._mutex:
            self._owner = None
            if self._queue:
                self._queue.popleft().release()
            else:
                self._held = False

    def _acquire_elsewhere(self, until: float) -> None:
        """Exclude other processes too; FileStorage has none."""

    def _release_elsewhere(self) -> None:
        """Let other processes go on."""


class ServerWriteLock(WriteLock):
    """One writer at a time among all processes of a PostgreSQL site: an advisory lock on a connection of its own.

    PostgreSQL gives the lock back by itself when the holder's connection dies. No pgbouncer on this connection.
    """

    def __init__(self, timeout: float, uri: str) -> None:
        super().__init__(timeout)
        self._uri = uri
        self._connection = None

    def close(self) -> None:
        """Close the lock's connection."""
        self._disconnect()

    def _acquire_elsewhere(self, until: float) -> None:
        fresh = self._connection is None
        try:
            self._ask(until)
        except psycopg2.errors.LockNotAvailable as error:
            raise LockTimeout(f"another process has been writing for {self.timeout:g} seconds") from error
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            self._disconnect()
            if fresh:
                raise
            log.warning("the write lock's connection was lost; connecting again")
            self._acquire_elsewhere(until)

    def _ask(self, until: float) -> None:
        if self._connection is None:
            self._connection = self._connect()
        wait = max(1, int((until - time.monotonic()) * 1000))
        with self._connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = %s; SELECT pg_advisory_lock(%s, %s)", (wait, *ADVISORY_KEY))

    def _release_elsewhere(self) -> None:
        try:
            with self._connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", ADVISORY_KEY)
        except psycopg2.Error:
            log.warning("the write lock's connection was lost while writing")
            self._disconnect()

    def _connect(self):
        # Both ends watch for a partner that vanished without a word: ours here, the server's in its settings.
        connection = psycopg2.connect(
            self._uri,
            application_name="records write lock",
            connect_timeout=max(2, int(self.timeout)),
            keepalives=1,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
        )
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3"
            )
        return connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(psycopg2.Error):
                self._connection.close()
            self._connection = None
