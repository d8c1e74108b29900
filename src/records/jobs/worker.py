"""The worker (后台执行): takes owed jobs one by one and hands them to whoever knows the verb.

The same functions serve ``records work`` and, on one machine, a thread of the server. A handler runs outside any
transaction and opens its own; only taking, renewing, finishing and failing are written here.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from pyramid.config import Configurator
from pyramid.exceptions import ConfigurationError

from records.clock import Clock
from records.db import Database
from records.queue import LEASE, Lease, Queue

log = logging.getLogger(__name__)

Handler = Callable[[object, Lease], None]
GetQueue = Callable[[object], Queue]

LOOKING = frozenset({"pshell", "proutes", "pviews", "ptweens", "prequest", "bootstrap"})
"""Programs that load the application only to look at it."""


class Handlers:
    """Who does which verb (任务处理): ``handler(office, job)``, where ``job`` is a Lease of plain values."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}

    def add(self, verb: str, handler: Handler) -> None:
        """Register the one handler of a verb."""
        if verb in self._handlers:
            raise ConfigurationError(f"two handlers for the job {verb!r}")
        self._handlers[verb] = handler

    def __getitem__(self, verb: str) -> Handler:
        return self._handlers[verb]

    def __contains__(self, verb: object) -> bool:
        return verb in self._handlers

    def verbs(self) -> tuple[str, ...]:
        """Return all verbs that somebody handles, in alphabetical order."""
        return tuple(sorted(self._handlers))


def run_once(
    database: Database,
    get_queue: GetQueue,
    handlers: Handlers,
    office: object,
    clock: Clock,
    worker_name: str,
    *,
    lease: timedelta = LEASE,
) -> bool:
    """Do the next job that may be done; false when there was none. An idle look writes nothing.

    A handler that raises is a failure of the job, with the exception's class and text as its last error.
    """
    with database.read() as root:
        if not get_queue(root).due(clock.now()):
            return False

    def take(root: object) -> Lease | None:
        job = get_queue(root).take(clock.now(), worker_name, lease)
        return job and job.lease()

    held = database.run(take, "take a job")
    if held is None:
        return False
    error = _handle(database, get_queue, handlers, office, clock, held, lease)

    def settle(root: object) -> None:
        queue = get_queue(root)
        if not queue.is_held(held):
            log.warning("job %s %s was taken over while it ran", held.number, held.verb)
        elif error:
            queue.fail(held, error, clock.now())
        else:
            queue.finish(held)

    database.run(settle, f"job {held.number}")
    return True


class WorkerThread(threading.Thread):
    """The worker as a thread of the server (后台线程): looks every ``every`` seconds."""

    def __init__(
        self,
        database: Database,
        get_queue: GetQueue,
        handlers: Handlers,
        office: object,
        clock: Clock,
        worker_name: str = "server",
        *,
        every: float = 1.0,
    ) -> None:
        super().__init__(name=f"worker {worker_name}", daemon=True)
        self._arguments = (database, get_queue, handlers, office, clock, worker_name)
        self._every = every
        self._stopping = threading.Event()

    def stop(self, timeout: float = 30.0) -> bool:
        """Stop after the present job and wait for it; false when it is still at it after ``timeout`` seconds."""
        self._stopping.set()
        self.join(timeout)
        return not self.is_alive()

    def run(self) -> None:
        """Look for work until stopped; a database that is away is logged and tried again."""
        while not self._stopping.is_set():
            try:
                while not self._stopping.is_set() and run_once(*self._arguments):
                    pass
            except Exception:
                log.exception("the worker could not reach its queue; it will look again")
            self._stopping.wait(self._every)


def may_start(global_config: Mapping[str, str]) -> bool:
    """Say whether the program that loads the application is a server, and not one that only looks at it."""
    return global_config.get("__script__", "") not in LOOKING


def start_worker(registry, global_config: Mapping[str, str], *, get_queue: GetQueue, office: object) -> bool:
    """Start the one worker thread of this application as ``registry.worker``; false for programs that only look."""
    if not may_start(global_config):
        return False
    if getattr(registry, "worker", None) is not None:
        raise ConfigurationError("this process has its worker already")
    registry.worker = WorkerThread(registry.database, get_queue, registry.handlers, office, registry.clock)
    registry.worker.start()
    return True


def includeme(config: Configurator) -> None:
    """Give the registry its ``handlers`` and the configuration ``add_job(verb, handler)``."""
    config.registry.handlers = Handlers()
    config.registry.worker = None
    config.add_directive("add_job", _add_job)


def _add_job(config: Configurator, verb: str, handler: Handler) -> None:
    config.action(("job", verb), lambda: config.registry.handlers.add(verb, config.maybe_dotted(handler)))


def _handle(
    database: Database,
    get_queue: GetQueue,
    handlers: Handlers,
    office: object,
    clock: Clock,
    held: Lease,
    lease: timedelta,
) -> str:
    """Run the handler while its lease is kept alive; return what went wrong, or nothing."""
    if held.verb not in handlers:
        return f"nobody handles {held.verb!r} in this program"

    def renew(root: object) -> None:
        queue = get_queue(root)
        if queue.is_held(held):
            queue.renew(held, clock.now(), lease)

    try:
        with _heartbeat(lambda: database.run(renew, f"job {held.number} goes on"), lease):
            handlers[held.verb](office, held)
    except Exception as error:
        log.exception("job %s %s failed", held.number, held.verb)
        return f"{type(error).__name__}: {error}"
    return ""


@contextmanager
def _heartbeat(beat: Callable[[], object], lease: timedelta) -> Iterator[None]:
    """Beat three times per lease for as long as the block lasts; a beat that fails is tried again."""
    over = threading.Event()

    def keep_beating() -> None:
        while not over.wait(lease.total_seconds() / 3):
            try:
                beat()
            except Exception:
                log.exception("a lease could not be renewed")

    thread = threading.Thread(target=keep_beating, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
