"""A PostgreSQL server of our own for the tests: fsync on, a socket and a free loopback port, gone at the end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg2
import pytest

MISSING = "PostgreSQL is missing; install it with: apt-get install -y --no-install-recommends postgresql"


@dataclass(frozen=True)
class Server:
    folder: Path
    port: int
    names: Iterator[int]

    def uri(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={quote(str(self.folder), safe='')}&port={self.port}"

    def tcp_uri(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def execute(self, statement: str, *values: object, name: str = "postgres") -> list[tuple]:
        connection = psycopg2.connect(self.uri(name))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


def programs() -> Path:
    found = sorted(
        (folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()),
        key=lambda folder: int(folder.parent.name),
    )
    if not found:
        pytest.fail(MISSING, pytrace=False)
    return found[-1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    binaries = programs()
    # pytest's own folders are 0700 for root, and PostgreSQL does not run as root.
    folder = Path(tempfile.mkdtemp(prefix="records-postgres-"))
    as_postgres: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        as_postgres = ["runuser", "-u", "postgres", "--"]
    port = free_port()

    def call(*command: str) -> None:
        done = subprocess.run(
            [*as_postgres, *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        if done.returncode:
            log = folder / "log"
            pytest.fail(
                f"{command[0]}: {done.stderr}{log.read_text() if log.exists() else ''}", pytrace=False
            )

    data = str(folder / "data")
    options = f"-k {folder} -p {port} -c listen_addresses=127.0.0.1 -c fsync=on -c max_connections=120"
    try:
        call(
            str(binaries / "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"
        )
        call(str(binaries / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Server(folder, port, count())
        finally:
            call(str(binaries / "pg_ctl"), "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def postgres_uri(postgres_server: Server) -> str:
    name = f"records_{next(postgres_server.names)}"
    postgres_server.execute(f"CREATE DATABASE {name}")
    return postgres_server.uri(name)
