"""Servers for the measurements: PostgreSQL in a folder of its own, a site in a process of its own, and the load."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, perf_counter, sleep
from urllib.parse import quote

import psycopg2
from figures import LOAD_CORE, SERVER_CORE

HERE = Path(__file__).parent
MISSING = "PostgreSQL is missing; install it with: apt-get install -y --no-install-recommends postgresql"


def free_port() -> int:
    """Return a loopback port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Postgres:
    """A running PostgreSQL server with the settings of a fresh installation, fsync on."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port

    def cpu(self) -> float:
        """Return the seconds of processor time that the server and all its processes have used."""
        first = int((self.home / "data" / "postmaster.pid").read_text().split()[0])
        return cpu_of(first) + sum(cpu_of(child) for child in _children(first))

    def create(self, name: str) -> str:
        """Make a database and return its URI."""
        connection = psycopg2.connect(self.uri("postgres"))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
        connection.close()
        return self.uri(name)

    def uri(self, name: str) -> str:
        """Return the address of a database, through the socket."""
        return f"postgresql://postgres@/{name}?host={quote(str(self.home), safe='')}&port={self.port}"

    def analyse(self, name: str) -> None:
        """Let the planner know a freshly filled database."""
        connection = psycopg2.connect(self.uri(name))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        connection.close()


@contextmanager
def postgres(core: int = SERVER_CORE) -> Iterator[Postgres]:
    """Run PostgreSQL on one core until the block ends; as root it runs as the user postgres."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    if not found:
        raise SystemExit(MISSING)
    home = Path(tempfile.mkdtemp(prefix="bench-postgres-", dir=os.environ.get("BENCH_FOLDER")))
    before = ["taskset", "-c", str(core)]
    if os.geteuid() == 0:
        shutil.chown(home, "postgres", "postgres")
        before += ["runuser", "-u", "postgres", "--"]
    port, data = free_port(), str(home / "data")
    options = f"-k {home} -p {port} -c listen_addresses=127.0.0.1"

    def call(*command: str) -> None:
        subprocess.run(
            [*before, *command], cwd=home, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )

    try:
        call(
            str(found[-1] / "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"
        )
        call(str(found[-1] / "pg_ctl"), "-D", data, "-w", "-l", str(home / "log"), "-o", options, "start")
        try:
            yield Postgres(home, port)
        finally:
            call(str(found[-1] / "pg_ctl"), "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home)


SERVING: dict[int, int] = {}
"""The process that serves on a port."""


def cpu_of(pid: int) -> float:
    """Return the seconds of processor time of a process and of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def site(program: str, *arguments: str, core: int = SERVER_CORE) -> Iterator[int]:
    """Run a program of this folder that serves a site on the port it is given last, on one core; give the port."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", str(HERE / program), *arguments, str(port)]
    server = subprocess.Popen(
        ["taskset", "-c", str(core), *command], stdin=subprocess.DEVNULL, start_new_session=True
    )
    SERVING[port] = server.pid
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(port: int, server: subprocess.Popen) -> None:
    until = monotonic() + 60
    while monotonic() < until:
        if server.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            sleep(0.05)
        else:
            return
    raise SystemExit(f"{server.args} does not answer")


class Client:
    """One kept-alive connection that knows just enough HTTP to be no burden on its core."""

    LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)

    def __init__(self, port: int) -> None:
        self._port = port
        self._connect()

    def _connect(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._kept = b""

    def get(self, path: str, headers: Sequence[str] = ()) -> tuple[int, bytes, bytes]:
        """Return status, head and body of a page."""
        return self.send("GET", path, headers)

    def send(
        self, method: str, path: str, headers: Sequence[str] = (), body: bytes = b""
    ) -> tuple[int, bytes, bytes]:
        """Send one request and return status, head and body of its answer."""
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
        if body:
            lines += [f"Content-Length: {len(body)}", "Content-Type: application/x-www-form-urlencoded"]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return self._answer()

    def _answer(self) -> tuple[int, bytes, bytes]:
        held = self._kept
        while (end := held.find(b"\r\n\r\n")) < 0:
            held += self._more()
        head = held[:end]
        status = int(head[9:12])
        found = self.LENGTH.search(head)
        size = 0 if status == 304 or found is None else int(found[1])
        while len(held) < end + 4 + size:
            held += self._more()
        self._kept = held[end + 4 + size :]
        if b"\r\nconnection: close" in head.lower():
            # waitress hangs up after every answer without a length, which is every 304.
            self._socket.close()
            self._connect()
        return status, head, held[end + 4 : end + 4 + size]

    def _more(self) -> bytes:
        more = self._socket.recv(262144)
        if not more:
            raise ConnectionError("the server hung up")
        return more

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def load(
    port: int,
    paths: Sequence[str],
    headers: Sequence[str] = (),
    *,
    seconds: float = 3.0,
    connections: int = 4,
    expect: int = 200,
) -> float:
    """Ask for pages as fast as they come and return how many came in a second; any other status ends the program."""
    counts, wrong = [0] * connections, []
    gate = threading.Barrier(connections + 1)
    until = [0.0]

    def ask(which: int) -> None:
        try:
            go(which)
        except Exception as fault:
            wrong.append(fault)
            gate.abort()

    def go(which: int) -> None:
        os.sched_setaffinity(0, {LOAD_CORE})
        client = Client(port)
        client.get(paths[0], headers)
        gate.wait()
        turn = which * len(paths) // connections
        while perf_counter() < until[0] and not wrong:
            turn += 1
            status, _, _ = client.get(paths[turn % len(paths)], headers)
            if status != expect:
                wrong.append((paths[turn % len(paths)], status))
            counts[which] += 1
        client.close()

    threads = [threading.Thread(target=ask, args=(which,)) for which in range(connections)]
    for thread in threads:
        thread.start()
    start = perf_counter()
    until[0] = start + seconds
    with suppress(threading.BrokenBarrierError):
        gate.wait()
    for thread in threads:
        thread.join()
    if wrong:
        raise SystemExit(f"port {port}: {wrong[:3]}")
    return sum(counts) / (perf_counter() - start)
