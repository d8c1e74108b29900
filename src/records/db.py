"""The way to the database (数据库): opening it, its transactions, and one writer at a time.

One setting, a URI, chooses FileStorage on one machine or RelStorage on PostgreSQL. Whoever writes takes the write
lock *before* the transaction begins and lets go of it after the commit, so writers queue instead of conflicting
and plain persistent counters are gapless and in commit order. Every write transaction also bumps one site-wide
counter: should the lock ever be lost, the second writer ends in a ConflictError and starts again.

A request passes ``admission > lock_tween > pyramid_tm > exception views > view``. Safe methods take no lock and
never commit.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pyramid_tm
import transaction
from BTrees.LOBTree import LOBTree
from BTrees.OOBTree import OOBTree
from persistent.timestamp import TimeStamp
from pyramid.config import Configurator
from pyramid.registry import Registry
from pyramid.request import Request
from pyramid.response import Response
from pyramid_retry import LastAttemptPredicate, RetryableErrorPredicate, RetryableExecutionPolicy
from transaction.interfaces import NoTransaction, TransientError
from ZODB.DB import DB
from ZODB.interfaces import IStorage
from ZODB.utils import z64

from records.domain.findings import Refused
from records.lock import LockTimeout, ServerWriteLock, WriteLock
from records.shorthand import Tally, use_shorthand
from records.storage import forget_history, open_storage

log = logging.getLogger(__name__)
use_shorthand()

ATTEMPTS = 10
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
WRITES = "writes"
PREPARED = "records.prepared"

Handler = Callable[[Request], Response]

BUSY = (
    "系统正忙，您的内容没有保存，请稍候一分钟再提交一次。\n"
    "The system is busy and nothing was saved. Please wait a minute and submit again.\n"
)


class SmallOOBTree(OOBTree):
    """A tree with small leaves, for what every registration touches: an insertion rewrites few neighbours."""

    max_leaf_size = 6
    max_internal_size = 8


class SmallLOBTree(LOBTree):
    """A tree by number with small leaves, for what every registration touches."""

    max_leaf_size = 8
    max_internal_size = 8


class WriteCounter(Tally):
    """How many write transactions there have been (写入计数): without conflict resolution, on purpose.

    Each counts itself, and a second one that began from the same number cannot commit.
    """


class Database:
    """An open database (数据库): snapshots to read, one writer at a time; made by ``open_database``."""

    def __init__(
        self, uri: str, storage: IStorage, lock: WriteLock, *, threads: int, cache_size: int
    ) -> None:
        self.uri = uri
        self.scheme = urlsplit(uri).scheme
        self.lock = lock
        self.conflicts = 0
        # A thread may hold two at once: its request's, and a short one after the commit.
        self.zodb = DB(storage, pool_size=2 * threads + 4, cache_size=cache_size)
        self._closing = threading.Event()
        self._keeper: threading.Thread | None = None

    @property
    def snapshot_at(self) -> datetime | None:
        """Return when the last visible transaction was committed (快照时间), in UTC; None in an empty database."""
        last = self.zodb.storage.lastTransaction()
        return None if last == z64 else datetime.fromtimestamp(TimeStamp(last).timeTime(), UTC)

    @contextmanager
    def read(self) -> Iterator[object]:
        """Give the root of one consistent snapshot; whatever is changed in it is thrown away."""
        manager = transaction.TransactionManager(explicit=True)
        connection = self.zodb.open(manager)
        manager.begin()
        try:
            yield connection.root()
        finally:
            manager.abort()
            connection.close()

    @contextmanager
    def write(self, note: str = "") -> Iterator[object]:
        """Give the root in a write transaction under the lock, committed at the end, aborted by an exception."""
        with self._writing(note) as (root, _):
            yield root

    def run(self, function: Callable[[object], object], note: str = "", attempts: int = ATTEMPTS) -> object:
        """Return ``function(root)``, run in a write transaction and again after a conflict.

        Nothing is committed when the result is Refused.
        """
        for left in reversed(range(attempts)):
            try:
                with self._writing(note) as (root, manager):
                    result = function(root)
                    if isinstance(result, Refused):
                        manager.doom()
                return result
            except TransientError:
                self.conflicts += 1
                if not left:
                    raise
        raise ValueError("at least one attempt")

    def close(self) -> None:
        """Close everything; FileStorage saves its index."""
        self._closing.set()
        if self._keeper is not None:
            self._keeper.join()
        self.zodb.close()
        self.lock.close()

    def prepare(self) -> None:
        """Give a fresh database its write counter; the caller holds the lock."""
        with self.read() as root:
            if WRITES in root:
                return
        manager = transaction.TransactionManager(explicit=True)
        connection = self.zodb.open(manager)
        with manager as current:
            current.note("write counter")
            connection.root()[WRITES] = WriteCounter()
        connection.close()

    def keep_index(self, every: float) -> None:
        """Save FileStorage's index from a thread every so many seconds, as long as there is something new."""
        self._keeper = threading.Thread(target=self._keep_index, args=(every,), name="index", daemon=True)
        self._keeper.start()

    def forget_history(self) -> None:
        """Pack the database now (清除历史): only the present state of what can be reached remains, and no copy beside it.

        A database in memory has none. On a server the table is written anew, which keeps writers waiting meanwhile.
        """
        if self.scheme == "demo":
            return
        self.zodb.pack()
        forget_history(self.uri, self.zodb.storage)

    def save_index(self) -> None:
        """Save FileStorage's index, so that opening after a kill does not read the whole file (37 s at 6.5 GB)."""
        storage = self.zodb.storage
        # Private names of ZODB 6.4, for want of a public one; index and end of file agree only under this lock.
        with storage._lock:
            storage._save_index()

    @contextmanager
    def _writing(self, note: str) -> Iterator[tuple[object, transaction.TransactionManager]]:
        with self.lock.held():
            manager = transaction.TransactionManager(explicit=True)
            connection = self.zodb.open(manager)
            manager.begin().note(note)
            try:
                root = connection.root()
                root[WRITES].next()
                yield root, manager
                if not manager.isDoomed():
                    manager.commit()
            finally:
                with suppress(NoTransaction):
                    manager.abort()
                connection.close()

    def _keep_index(self, every: float) -> None:
        saved = None
        while not self._closing.wait(every):
            if saved != (last := self.zodb.storage.lastTransaction()):
                self.save_index()
                saved = last


def open_database(
    uri: str,
    *,
    threads: int = 8,
    read_only: bool = False,
    cache_size: int = 60_000,
    lock_timeout: float = 15.0,
    save_index_every: float = 60.0,
) -> Database:
    """Open the database of a URI: ``file:///abs/Data.fs``, ``postgresql://user@host:port/name`` or ``demo://``.

    A file that another program is writing raises DatabaseBusy; ``read_only`` opens the state of this moment beside
    it. Times are in seconds, ``cache_size`` in objects per connection.
    """
    scheme = urlsplit(uri).scheme
    lock = ServerWriteLock(lock_timeout, uri) if scheme == "postgresql" else WriteLock(lock_timeout)
    # Two processes that open a fresh database would both create its tables and its root.
    with nullcontext() if read_only else lock.held():
        storage = open_storage(uri, read_only=read_only)
        database = Database(uri, storage, lock, threads=threads, cache_size=cache_size)
        if not read_only:
            database.prepare()
    if scheme == "file" and not read_only:
        database.keep_index(save_index_every)
    return database


def admission(handler: Handler, registry: Registry) -> Handler:
    """Let an unsafe request in (准入), once however often it is tried: first asked on a snapshot, then prepared.

    What ``config.add_admission`` registered sees ``(request, root)`` of a read-only snapshot, which is also
    ``request.zodb_root`` for that while; nothing persistent may be kept from it. Then what ``config.add_preparation``
    registered sees ``(request)`` and no database. Either may answer. What a preparation sets on the request is
    there again in later attempts.
    """

    def tween(request: Request) -> Response:
        if request.method in SAFE:
            return handler(request)
        prepared = request.environ.get(PREPARED)
        if prepared is not None:
            request.__dict__.update(prepared)
            return handler(request)
        return _admitted(request) or _prepared(request) or handler(request)

    return tween


def lock_tween(handler: Handler, registry: Registry) -> Handler:
    """Hold the write lock around an unsafe request's transaction (写锁), and do what was owed after its commit."""

    def tween(request: Request) -> Response:
        if request.method in SAFE:
            return handler(request)
        try:
            with registry.database.lock.held():
                request._writes = True
                response = handler(request)
        except LockTimeout:
            log.warning("no write lock within %s seconds", registry.database.lock.timeout)
            return Response(BUSY, status=503, content_type="text/plain", charset="utf-8", retry_after=60)
        if request.committed:
            for function in getattr(request, "_after_commit", ()):
                _do_owed(function)
        return response

    return tween


def veto(request: Request, response: Response) -> bool:
    """Say whether a request's transaction is thrown away: a safe method's always, another's when it failed."""
    return request.method in SAFE or pyramid_tm.default_commit_veto(request, response)


def includeme(config: Configurator) -> None:
    """Give requests ``database``, ``zodb_root``, ``after_commit`` and ``committed``, and put transactions around views.

    Settings: ``zodb.uri``, or a ready Database in ``records.database``.
    """
    settings = config.get_settings()
    settings["tm.manager_hook"] = pyramid_tm.explicit_manager
    settings["tm.commit_veto"] = veto
    # Naming the user would open a connection for every request, public ones too; the audit trail names them.
    settings["tm.annotate_user"] = False
    registry = config.registry
    registry.database = settings.get("records.database") or open_database(
        settings["zodb.uri"], threads=int(settings.get("threads", 8))
    )
    registry.admissions, registry.preparations = [], []
    config.include("pyramid_tm")
    config.set_execution_policy(RetryableExecutionPolicy(ATTEMPTS, activate_hook=_attempts))
    config.add_view_predicate("last_retry_attempt", LastAttemptPredicate)
    config.add_view_predicate("retryable_error", RetryableErrorPredicate)
    config.add_tween("records.db.lock_tween", over="pyramid_tm.tm_tween_factory")
    config.add_tween("records.db.admission", over="records.db.lock_tween")
    config.add_directive("add_admission", _add_admission)
    config.add_directive("add_preparation", _add_preparation)
    config.add_request_method(lambda request: request.registry.database, "database", property=True)
    config.add_request_method(_zodb_root, "zodb_root", property=True)
    config.add_request_method(_after_commit, "after_commit")
    config.add_request_method(
        lambda request: getattr(request, "_committed", False), "committed", property=True
    )


def _attempts(request: Request) -> int | None:
    # waitress has spooled the body already; without this mark it would be copied once more for a second attempt.
    if hasattr(request.environ["wsgi.input"], "seek"):
        request.environ["webob.is_body_seekable"] = True
    return 1 if request.method in SAFE else None


def _add_admission(config: Configurator, function: Callable[[Request, object], Response | None]) -> None:
    config.action(("admission", function), lambda: config.registry.admissions.append(function))


def _add_preparation(config: Configurator, function: Callable[[Request], Response | None]) -> None:
    config.action(("preparation", function), lambda: config.registry.preparations.append(function))


def _admitted(request: Request) -> Response | None:
    """Return the first answer that an admission gives on a snapshot, an error's page included."""
    with _snapshot(request) as root:
        try:
            return _first(function(request, root) for function in request.registry.admissions)
        except Exception:
            return request.invoke_exception_view(reraise=True)


def _prepared(request: Request) -> Response | None:
    """Return the first answer that a preparation gives; else keep what they set for later attempts."""
    before = set(request.__dict__)
    try:
        answer = _first(function(request) for function in request.registry.preparations)
    except Exception:
        error = sys.exc_info()
        with _snapshot(request):
            return request.invoke_exception_view(error, reraise=True)
    request.environ[PREPARED] = {k: v for k, v in request.__dict__.items() if k not in before}
    return answer


def _first(answers: Iterable[Response | None]) -> Response | None:
    return next((answer for answer in answers if answer is not None), None)


@contextmanager
def _snapshot(request: Request) -> Iterator[object]:
    with request.registry.database.read() as root:
        request._root = root
        try:
            yield root
        finally:
            del request._root


def _zodb_root(request: Request) -> object:
    """Return the root in the request's transaction, opened at first use and closed when the request is done."""
    root = getattr(request, "_root", None)
    if root is None:
        request.tm.get()
        connection = request.registry.database.zodb.open(request.tm)
        request.add_finished_callback(lambda request: connection.close())
        root = request._root = connection.root()
        if getattr(request, "_writes", False):
            root[WRITES].next()
            request.tm.get().addAfterCommitHook(lambda done: setattr(request, "_committed", done))
    return root


def _after_commit(request: Request, function: Callable[[], object]) -> None:
    """Owe a call without arguments for after the commit and the lock, before the answer leaves (提交后).

    It opens its own short transactions. Its failure is logged and does not change the answer: what must happen
    in the end is also a job in the queue.
    """
    if not hasattr(request, "_after_commit"):
        request._after_commit = []
    request._after_commit.append(function)


def _do_owed(function: Callable[[], object]) -> None:
    try:
        function()
    except Exception:
        log.exception("what was owed after a commit failed; the worker will do it")
