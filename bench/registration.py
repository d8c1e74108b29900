"""Registering at the counter: how fast, with how many conflicts, and how many bytes of database each costs.

One registration is three write transactions by one clerk: open the dossier, take one file of 20 KB against its only
line (hashed, fsynced and named in the content store before the lock), accept it (clocks started, acceptance notice
numbered and frozen). The PDF of the notice is owed in the third and drawn by the worker: see notices.py. Applicants
are created before, and measured for themselves: one transaction each. Server and database share one core.

    python bench/registration.py
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from random import Random
from time import perf_counter, process_time, sleep
from typing import NamedTuple

from figures import figure, middle, pin
from servers import postgres
from ZODB.POSException import ConflictError
from ZODB.utils import get_pickle_metadata

import office
from records.operations import applicants, dossiers, materials
from records.operations.services import Services

BENCH = "registration"
WRITERS, PROCESSES = 8, 3
SECONDS, ROUNDS = 3.0, 3
STEPS = 3


class NoLock:
    """Stands where the write lock is and excludes nobody: what would happen without it."""

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let anybody in."""
        yield

    def close(self) -> None:
        """Keep nothing."""


def clerk_of(opened: Services) -> str:
    """Return who registers."""
    with opened.database.read() as root:
        unit = root["site"].guides[office.ONE_LINE].unit
    return office.who(opened, "clerk", unit)


def create(opened: Services, clerk: str, serial: int) -> str:
    """Create an applicant: one transaction."""
    number, name = office.number(serial), office.name(serial)
    return office.commit(
        opened, clerk, lambda act: applicants.create_applicant(act, number=number, name=name)
    )


def register(opened: Services, clerk: str, applicant: str, chance: Random) -> None:
    """Register one case: three transactions."""
    made = office.commit(
        opened, clerk, lambda act: dossiers.open_dossier(act, applicant=applicant, guide=office.ONE_LINE)
    )
    taken = office.upload(opened, chance)
    described = materials.Description(
        document_number=f"检字{chance.randrange(10**9):09d}",
        issuer="云溪县疾病预防控制中心",
        issued_on=opened.clock.today(),
        original_seen=True,
    )
    office.commit(
        opened,
        clerk,
        lambda act: materials.submit_material(
            act, act.site.dossiers[made], line="hygiene-report", upload=taken, description=described
        ),
    )
    office.commit(opened, clerk, lambda act: dossiers.accept(act, act.site.dossiers[made]))


def run(threads: int, seconds: float, work: Callable[[int], object]) -> tuple[int, float]:
    """Let threads work until the time is over; return how often it was done (and not False) and in how many seconds."""
    done, faults = [0] * threads, []
    start = perf_counter()

    def go(which: int) -> None:
        try:
            while perf_counter() - start < seconds:
                done[which] += work(which) is not False
        except BaseException as fault:
            faults.append(fault)

    workers = [threading.Thread(target=go, args=(which,)) for which in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if faults:
        raise faults[0]
    return sum(done), perf_counter() - start


def registering(
    opened: Services,
    clerk: str,
    serials: Callable[[], int],
    threads: int,
    seconds: float,
    lost: Iterator[int] | None = None,
) -> tuple[int, float]:
    """Create applicants beforehand, then register them; return registrations and seconds.

    ``lost`` counts registrations that ended in a conflict for good; without it such a conflict ends the program.
    """
    chances = [Random(serials()) for _ in range(threads)]
    waiting = [create(opened, clerk, serials()) for _ in range(int(150 * seconds))]

    def one(which: int) -> bool:
        try:
            register(opened, clerk, waiting.pop(), chances[which])
        except ConflictError:
            if lost is None:
                raise
            next(lost)
            return False
        return True

    return run(threads, seconds, one)


def empty(opened: Services) -> None:
    """Commit a write transaction in which nothing happens but the count of it."""
    opened.database.run(lambda root: None, note="bench")


def filestorage() -> None:
    """Measure eight threads on FileStorage, with the write lock and without, and weigh what they wrote."""
    with office.folder() as instance:
        opened = office.open_office(instance)
        office.found(opened)
        clerk, serials = clerk_of(opened), count(1).__next__
        registering(opened, clerk, serials, WRITERS, 1.0)
        rates = []
        conflicts = opened.database.conflicts
        registered, ended = 0, count()
        for _ in range(ROUNDS):
            done, took = registering(opened, clerk, serials, WRITERS, SECONDS, ended)
            registered += done
            rates.append(done * STEPS / took)
        conflicts = opened.database.conflicts - conflicts
        made, took = run(WRITERS, SECONDS, lambda which: create(opened, clerk, serials()))
        alone = made / took
        single, took = registering(opened, clerk, serials, 1, SECONDS)
        one = single * STEPS / took
        nothing, took = run(WRITERS, 1.0, lambda _: empty(opened))
        bare = nothing / took
        weigh(opened, clerk, serials)
        lock, opened.database.lock = opened.database.lock, NoLock()
        before = opened.database.conflicts
        given_up = count()
        free, took = registering(opened, clerk, serials, WRITERS, SECONDS, given_up)
        lost = opened.database.conflicts - before
        opened.database.lock = lock
        opened.close()
    rate, without = middle(rates), free * STEPS / took
    peer = "the same without the write lock"
    figure(
        BENCH,
        "FileStorage, 8 threads",
        rate,
        "commits/s",
        n=registered * STEPS,
        peer=peer,
        peer_value=without,
    )
    figure(BENCH, "FileStorage, 8 threads", rate / STEPS, "registrations/s", n=registered)
    figure(
        BENCH, "FileStorage, 8 threads", rate, "commits/s",
        n=registered * STEPS, peer="write transactions that change nothing", peer_value=bare,
    )  # fmt: skip
    figure(BENCH, "FileStorage, 1 thread", one, "commits/s", n=single * STEPS)
    figure(
        BENCH,
        "FileStorage, 8 threads, conflicts",
        conflicts,
        "count",
        n=registered * STEPS,
        peer=peer,
        peer_value=lost,
    )
    figure(
        BENCH,
        "FileStorage, 8 threads, lost for good",
        next(ended),
        "registrations",
        n=registered,
        peer=peer,
        peer_value=next(given_up),
    )
    figure(BENCH, "FileStorage, 8 threads, create applicant", alone, "commits/s", n=made)


def weigh(opened: Services, clerk: str, serials: Callable[[], int], many: int = 100) -> None:
    """Say how many bytes of Data.fs a registration costs, by step, by tree and class."""
    chance = Random(7)
    waiting = [create(opened, clerk, serials()) for _ in range(many)]
    whole, parts = _grown(opened, lambda: [register(opened, clerk, one, chance) for one in waiting])
    names = _trees(opened)
    by = Counter()
    for oid, kind, size in parts:
        by[names.get(oid, kind)] += size
    figure(BENCH, "FileStorage, written", whole / many / 1000, "kB/registration", n=many)
    figure(BENCH, "FileStorage, written", whole / many / STEPS / 1000, "kB/commit", n=many * STEPS)
    for name, size in by.most_common():
        figure(BENCH, f"FileStorage, written: {name}", size / many, "bytes/registration", n=many)
    heads = whole - sum(by.values())
    figure(BENCH, "FileStorage, written: heads of transactions", heads / many, "bytes/registration", n=many)
    whole, _ = _grown(opened, lambda: [create(opened, clerk, serials()) for _ in range(many)])
    figure(BENCH, "FileStorage, written", whole / many / 1000, "kB/new applicant", n=many)


def _grown(opened: Services, work: Callable[[], object]) -> tuple[int, list[tuple[bytes, str, int]]]:
    """Return by how many bytes the file grew, and each stored record of that as (oid, class, bytes)."""
    storage = opened.database.zodb.storage
    size, last = storage.getSize(), storage.lastTransaction()
    work()
    parts = []
    for transaction in storage.iterator(start=_after(last)):
        for record in transaction:
            kind = get_pickle_metadata(record.data)[0].rstrip("'>").rpartition(".")[2]
            parts.append((record.oid, kind, len(record.data) + RECORD_HEAD))
    return storage.getSize() - size, parts


RECORD_HEAD = 42
"""What FileStorage writes before each object's state."""


def _after(tid: bytes) -> bytes:
    return (int.from_bytes(tid) + 1).to_bytes(8)


def _trees(opened: Services) -> dict[bytes, str]:
    """Return for each object of a tree, its buckets included, under which name the site knows the tree."""
    names: dict[bytes, str] = {}
    with opened.database.read() as root:
        site = root["site"]
        for name, value in vars(site).items():
            tree = getattr(value, "children", getattr(value, "blocks", value))
            if name == "jobs":
                _name(value.fresh.blocks, "jobs", names)
            elif hasattr(tree, "minKey"):
                _name(tree, name, names)
    return names


def _name(node: object, name: str, names: dict[bytes, str]) -> None:
    if node._p_oid is None:
        return
    names[node._p_oid] = name
    node._p_activate()
    state = node.__getstate__()
    if hasattr(node, "_firstbucket") or type(node).__name__.endswith(("BTree", "TreeSet")):
        for child in (state or ((),))[0][::2] if state and len(state) == 2 else ():
            if hasattr(child, "_p_oid"):
                _name(child, name, names)


def server() -> None:
    """Measure three processes on PostgreSQL; the wall clock of a busy machine says less than the processor's."""
    with office.folder() as instance, postgres() as database:
        uri = database.create("records")
        opened = office.open_office(instance, uri)
        office.found(opened)
        opened.close()
        turns = [_together(instance, uri, turn) for turn in range(ROUNDS)]
    done = sum(turn.done for turn in turns)
    rate, bare = middle([turn.rate for turn in turns]), middle([turn.bare for turn in turns])
    name, peer = f"PostgreSQL, {PROCESSES} processes", "write transactions that change nothing"
    figure(BENCH, name, rate * STEPS, "commits/s", n=done * STEPS, peer=peer, peer_value=bare)
    figure(BENCH, name, rate, "registrations/s", n=done)
    figure(
        BENCH,
        f"{name}, our processor time",
        sum(turn.spent for turn in turns) / done / STEPS * 1000,
        "ms/commit",
        n=done * STEPS,
    )
    figure(BENCH, f"{name}, conflicts", sum(turn.conflicts for turn in turns), "count", n=done * STEPS)


class Turn(NamedTuple):
    """What some processes did together: registrations, their rate, conflicts, processor seconds, bare commits/s."""

    done: int
    rate: float
    conflicts: int
    spent: float
    bare: float


def _together(instance: Path, uri: str, turn: int) -> Turn:
    """Run the processes at the same time; they begin when the last one is ready."""
    gate = instance / f"go-{turn}"
    program = [sys.executable, "-W", "ignore", __file__, str(instance), uri]
    starts = [100_000 * (1 + which + PROCESSES * turn) for which in range(PROCESSES)]
    workers = [
        subprocess.Popen([*program, str(start), str(gate)], stdout=subprocess.PIPE, text=True)
        for start in starts
    ]
    for worker in workers:
        worker.stdout.readline()
    gate.touch()
    answers = [[float(part) for part in worker.communicate()[0].split()] for worker in workers]
    done, took, conflicts, spent, bare = zip(*answers, strict=True)
    return Turn(int(sum(done)), sum(done) / max(took), int(sum(conflicts)), sum(spent), sum(bare))


def worker(instance: str, uri: str, start: str, gate: str) -> None:
    """Be one of the processes: say when ready, wait for the gate, register, say how much was done."""
    opened = office.open_office(Path(instance), uri)
    clerk, serials = clerk_of(opened), count(int(start)).__next__
    chance = Random(int(start))
    waiting = [create(opened, clerk, serials()) for _ in range(int(60 * SECONDS))]
    print("ready", flush=True)
    while not Path(gate).exists():
        sleep(0.002)
    before, spent = opened.database.conflicts, process_time()
    done, took = run(1, SECONDS, lambda _: register(opened, clerk, waiting.pop(), chance))
    spent = process_time() - spent
    nothing, bare = run(1, 1.0, lambda _: empty(opened))
    print(done, took, opened.database.conflicts - before, spent, nothing / bare)
    opened.close()


if __name__ == "__main__":
    pin()
    if len(sys.argv) > 1:
        worker(*sys.argv[1:])
    else:
        filestorage()
        server()
