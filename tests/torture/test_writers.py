"""One writer at a time, whatever is killed: numbers stay gapless and in commit order, nothing acknowledged is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from records.db import open_database
from records.lock import LockTimeout
from records.store import ContentStore
from tests.torture.writer import prepare, register

pytestmark = pytest.mark.torture
SERVER = pytest.mark.postgres


@contextmanager
def program(request, verb: str, *arguments: str) -> Iterator[subprocess.Popen]:
    """Start a writer of its own process; what is left of it at the end is killed."""
    child = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.torture.writer", verb, *arguments],
        cwd=request.config.rootpath,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield child
    finally:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()


def told(child: subprocess.Popen, word: str) -> None:
    assert child.stdout.readline() == f"{word}\n"


def answer(child: subprocess.Popen) -> None:
    child.stdin.write("\n")
    child.stdin.flush()


@pytest.fixture
def server(postgres_uri):
    database = open_database(postgres_uri, lock_timeout=30.0)
    prepare(database)
    yield database
    database.close()


def log_of(database) -> dict[int, str]:
    with database.read() as root:
        return dict(root["log"].items())


def assert_gapless(database, acknowledged: dict[int, str]) -> None:
    log = log_of(database)
    with database.read() as root:
        assert root["counter"].value == len(log)
    assert list(log) == list(range(1, len(log) + 1))
    assert {number: log.get(number) for number in acknowledged} == acknowledged


def commits_in_order(database, threads: int, times: int) -> dict[int, str]:
    """Register from many threads; every thread must see its own numbers grow."""
    acknowledged: dict[int, str] = {}

    def work(name: int) -> None:
        last = 0
        for step in range(times):
            note = f"{name}.{step}"
            number = database.run(lambda root, note=note: register(root, note))
            assert last < number
            acknowledged[number] = note
            last = number

    crew = [threading.Thread(target=work, args=(name,)) for name in range(threads)]
    for worker in crew:
        worker.start()
    for worker in crew:
        worker.join()
    return acknowledged


def test_eight_threads_on_a_file_number_without_gap_or_conflict(tmp_path):
    database = open_database(f"file://{tmp_path}/Data.fs", lock_timeout=30.0)
    prepare(database)
    acknowledged = commits_in_order(database, threads=8, times=100)
    assert sorted(acknowledged) == list(range(1, 801))
    assert_gapless(database, acknowledged)
    assert database.conflicts == 0
    with database.read() as root:
        assert root["writes"].value == 801
    tids = [record.tid for record in database.zodb.storage.iterator()]
    assert tids == sorted(tids)
    database.close()


@SERVER
def test_eight_threads_and_three_processes_on_a_server_number_without_gap_or_conflict(request, server):
    names = ["25", "1"]
    with (
        program(request, "count", server.uri, *names) as one,
        program(request, "count", server.uri, *names) as two,
        program(request, "count", server.uri, *names) as three,
    ):
        children = (one, two, three)
        for child in children:
            told(child, "READY")
        for child in children:
            answer(child)
        acknowledged = commits_in_order(server, threads=8, times=10)
        conflicts = [server.conflicts]
        for child in children:
            last = 0
            for line in child.stdout:
                number, _, note = line.strip().partition(" ")
                if number == "CONFLICTS":
                    conflicts.append(int(note))
                    continue
                assert last < int(number)
                last = int(number)
                acknowledged[last] = note
    assert conflicts == [0, 0, 0, 0]
    assert sorted(acknowledged) == list(range(1, 8 * 10 + 3 * 25 + 1))
    assert_gapless(server, acknowledged)


@SERVER
def test_processes_that_open_a_fresh_database_together_all_succeed(request, postgres_uri):
    with (
        program(request, "count", postgres_uri, "0") as one,
        program(request, "count", postgres_uri, "0") as two,
        program(request, "count", postgres_uri, "0") as three,
    ):
        for child in (one, two, three):
            told(child, "READY")
            answer(child)
            told(child, "CONFLICTS 0")
            assert child.wait(20) == 0


@SERVER
def test_a_holder_killed_in_the_middle_hands_over_within_a_second(request, server):
    took = []
    for _ in range(3):
        with program(request, "hang", server.uri) as holder:
            told(holder, "HOLDING")
            numbers = []
            waiting = threading.Thread(
                target=lambda numbers=numbers: numbers.append(server.run(lambda root: register(root, "next")))
            )
            waiting.start()
            until_waiting(server)
            began = time.monotonic()
            holder.kill()
            waiting.join()
            took.append(time.monotonic() - began)
            assert numbers == [len(took)]
    assert max(took) < 1.0
    assert log_of(server) == {1: "next", 2: "next", 3: "next"}


def until_waiting(database) -> None:
    """Return when this process's lock connection waits for the lock."""
    watch = threading.Event()
    with database.read() as root:
        cursor = root._p_jar._storage._load_connection.cursor
        for _ in range(1000):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone()[0]:
                return
            watch.wait(0.005)
    raise AssertionError("nobody waits for the lock")


@SERVER
def test_a_hung_holder_makes_others_give_up_in_time_and_go_on_later(request, server):
    impatient = open_database(server.uri, lock_timeout=0.3)
    try:
        with program(request, "hang", server.uri) as holder:
            told(holder, "HOLDING")
            os.kill(holder.pid, signal.SIGSTOP)
            began = time.monotonic()
            with pytest.raises(LockTimeout, match="another process has been writing"):
                impatient.run(lambda root: register(root, "gave up"))
            assert 0.2 < time.monotonic() - began < 2.0
        assert server.run(lambda root: register(root, "went on")) == 1
        assert impatient.run(lambda root: register(root, "came back")) == 2
    finally:
        impatient.close()
    assert log_of(server) == {1: "went on", 2: "came back"}


@SERVER
def test_a_lost_lock_never_makes_two_writers(request, server, postgres_server):
    """The holder's lock connection is ended on the server; another writes; the holder must start again."""
    name = server.uri.partition("@/")[2].partition("?")[0]
    with program(request, "lose", server.uri) as loser:
        told(loser, "HOLDING")
        ended = postgres_server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
            "WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND datname = %s",
            name,
        )
        assert ended == [(True,)]
        assert server.run(lambda root: register(root, "other")) == 1
        answer(loser)
        told(loser, "2 CONFLICTS 1")
    assert log_of(server) == {1: "other", 2: "loser"}
    assert server.run(lambda root: register(root, "later")) == 3


@SERVER
def test_a_lock_connection_that_broke_while_idle_is_made_again(server, postgres_server):
    server.run(lambda root: register(root, "before"))
    postgres_server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'records write lock'"
    )
    assert server.run(lambda root: register(root, "after")) == 2
    assert server.conflicts == 0


@SERVER
def test_the_same_over_tcp(postgres_server):
    """Keepalives exist only there."""
    name = f"records_{next(postgres_server.names)}"
    postgres_server.execute(f"CREATE DATABASE {name}")
    database = open_database(postgres_server.tcp_uri(name))
    try:
        prepare(database)
        assert database.run(lambda root: register(root, "over TCP")) == 1
        with database.lock.held(), database.lock._connection.cursor() as cursor:
            cursor.execute("SHOW tcp_keepalives_idle")
            assert cursor.fetchone() == ("5",)
    finally:
        database.close()


@pytest.mark.parametrize("kind", ["file", pytest.param("postgresql", marks=SERVER)])
def test_nothing_acknowledged_is_lost_when_the_writer_is_killed_again_and_again(request, tmp_path, kind):
    """I12: after any crash nothing acknowledged is lost; files that no record names are swept, no others."""
    uri = f"file://{tmp_path}/Data.fs" if kind == "file" else request.getfixturevalue("postgres_uri")
    database = open_database(uri)
    prepare(database)
    database.close()
    acknowledged: dict[int, str] = {}
    chance = random.Random(20261121)
    for _ in range(8):
        with program(request, "keep", uri, str(tmp_path / "store")) as writer:
            told(writer, "READY")
            killer = threading.Timer(chance.uniform(0.02, 0.25), writer.kill)
            killer.start()
            for line in writer.stdout:
                if line.endswith("\n"):
                    number, digest = line.split()
                    acknowledged[int(number)] = digest
            killer.join()
    store = ContentStore(tmp_path / "store", reserve_bytes=0)
    store.clear_temporary()
    database = open_database(uri)
    assert len(acknowledged) > 8
    assert_gapless(database, acknowledged)
    named = set(log_of(database).values())
    assert all(store.verify(digest) for digest in named)
    orphans = set(store.walk()) - named
    assert len(orphans) <= 8
    assert list((store.folder / "temporary").iterdir()) == []
    database.close()
