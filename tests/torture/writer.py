"""Programs that the torture tests start, hurt and kill: ``python -m tests.torture.writer VERB URI ...``."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from persistent import Persistent

from records.db import Database, open_database
from records.store import ContentStore


class Counter(Persistent):
    value = 0


def register(root, note: str) -> int:
    """Give the next number of a plain counter and write who got it, as a registration does."""
    root["counter"].value += 1
    number = root["counter"].value
    root["log"][number] = note
    return number


def count(uri: str, times: str, threads: str = "1") -> None:
    """Register from several threads; print one line per acknowledged number, then the conflicts."""
    database = open_database(uri, lock_timeout=60.0)
    mutex = threading.Lock()
    say("READY")
    sys.stdin.readline()

    def work(name: str) -> None:
        for step in range(int(times)):
            number = database.run(lambda root, step=step: register(root, f"{os.getpid()}.{name}.{step}"))
            with mutex:
                say(f"{number} {os.getpid()}.{name}.{step}")

    crew = [threading.Thread(target=work, args=(str(n),)) for n in range(int(threads))]
    for worker in crew:
        worker.start()
    for worker in crew:
        worker.join()
    say(f"CONFLICTS {database.conflicts}")
    database.close()


def hang(uri: str) -> None:
    """Take the lock, change something, and never come back."""
    database = open_database(uri, lock_timeout=60.0)
    with database.write() as root:
        register(root, "never")
        say("HOLDING")
        signal.pause()


def lose(uri: str) -> None:
    """Write slowly enough that the lock's connection can be ended in between."""
    database = open_database(uri, lock_timeout=60.0)
    first = threading.Event()

    def slowly(root) -> int:
        number = register(root, "loser")
        if not first.is_set():
            first.set()
            say("HOLDING")
            sys.stdin.readline()
        return number

    number = database.run(slowly)
    say(f"{number} CONFLICTS {database.conflicts}")
    database.close()


def keep(uri: str, folder: str) -> None:
    """Store a file and name it in the database, over and over; a line is an acknowledgement."""
    database = open_database(uri, lock_timeout=60.0)
    store = ContentStore(Path(folder), reserve_bytes=0)
    store.clear_temporary()
    say("READY")
    while True:
        stored = store.put_bytes(os.urandom(20_000))
        number = database.run(lambda root, digest=stored.digest: register(root, digest))
        say(f"{number} {stored.digest}")


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def prepare(database: Database) -> None:
    """Give a fresh database the counter and the log."""
    from records.db import SmallLOBTree

    def fill(root) -> None:
        root["counter"], root["log"] = Counter(), SmallLOBTree()

    database.run(fill)


VERBS = {"count": count, "hang": hang, "lose": lose, "keep": keep}

if __name__ == "__main__":
    # Run as a module this file is __main__, under which no class may be stored.
    from tests.torture import writer

    writer.VERBS[sys.argv[1]](*sys.argv[2:])
