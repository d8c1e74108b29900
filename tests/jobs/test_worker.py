from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from pyramid import testing
from pyramid.exceptions import ConfigurationConflictError, ConfigurationError
from pyramid.registry import Registry

from records.clock import FrozenClock, SystemClock
from records.db import open_database
from records.jobs.worker import Handlers, WorkerThread, may_start, run_once, start_worker
from records.queue import LEASE, Queue

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


def get_queue(root) -> Queue:
    return root["queue"]


class Desk:
    """A small site: a database with a queue, a clock that stands still, and handlers that note what they did."""

    def __init__(self, uri: str) -> None:
        self.database = open_database(uri)
        self.database.run(lambda root: root.__setitem__("queue", Queue()))
        self.clock, self.handlers, self.done = FrozenClock(NOW), Handlers(), []
        self.office = SimpleNamespace(database=self.database)

    def owe(self, verb: str, subject: str = "", **kwargs) -> None:
        self.database.run(
            lambda root: get_queue(root).owe(verb, subject, at=self.clock.now(), **kwargs) and None
        )

    def run(self, **kwargs) -> bool:
        return run_once(self.database, get_queue, self.handlers, self.office, self.clock, "w", **kwargs)

    def jobs(self) -> list[tuple[str, str, int, str]]:
        with self.database.read() as root:
            queue = get_queue(root)
            jobs = (*queue.waiting(), *queue.running(), *queue.dead())
            return [(job.subject, job.state, job.tries, job.last_error) for job in jobs]


@pytest.fixture(params=["file", pytest.param("postgresql", marks=pytest.mark.postgres)])
def desk(request, tmp_path):
    file = request.param == "file"
    desk = Desk(f"file://{tmp_path}/Data.fs" if file else request.getfixturevalue("postgres_uri"))
    yield desk
    desk.database.close()


def writes(desk: Desk) -> int:
    with desk.database.read() as root:
        return root["writes"].value


def test_a_job_is_handled_outside_any_transaction_and_struck_off(desk):
    def render(office, job):
        assert not desk.database.lock._held
        office.database.run(lambda root: root.__setitem__("paper", job.subject + job.params["kind"]))

    desk.handlers.add("render", render)
    desk.owe("render", "䶮", params={"kind": "受理通知书"})
    assert desk.run()
    with desk.database.read() as root:
        assert root["paper"] == "䶮受理通知书"
    assert desk.jobs() == []
    assert not desk.run()


def test_an_idle_look_writes_nothing(desk):
    before = writes(desk)
    assert not desk.run()
    assert writes(desk) == before


def test_an_error_is_kept_and_the_job_comes_again(desk):
    def send(office, job):
        desk.done.append(job.tries)
        if job.tries < 3:
            raise ConnectionRefusedError("短信网关")

    desk.handlers.add("send", send)
    desk.owe("send", "欧阳")
    assert desk.run()
    assert desk.jobs() == [("欧阳", "owed", 1, "ConnectionRefusedError: 短信网关")]
    assert not desk.run()
    desk.clock.advance(minutes=2)
    assert desk.run()
    desk.clock.advance(minutes=4)
    assert desk.run()
    assert (desk.jobs(), desk.done) == ([], [1, 2, 3])


def test_a_verb_that_nobody_handles_is_not_lost(desk):
    desk.owe("unheard-of", "x")
    assert desk.run()
    assert desk.jobs() == [("x", "owed", 1, "nobody handles 'unheard-of' in this program")]


def test_a_job_taken_over_meanwhile_is_left_to_its_new_worker(desk):
    def slow(office, job):
        desk.clock.advance(seconds=LEASE.total_seconds() + 1)
        desk.database.run(lambda root: get_queue(root).take(desk.clock.now(), "other") and None)

    desk.handlers.add("slow", slow)
    desk.owe("slow", "x")
    assert desk.run()
    assert [job[1:3] for job in desk.jobs()] == [("running", 2)]


def test_a_long_job_keeps_its_lease(desk):
    renewed = []

    def long(office, job):
        desk.clock.advance(seconds=50)
        look = threading.Event()
        for _ in range(1000):
            with desk.database.read() as root:
                until = get_queue(root).get(job.number).lease_until
            if until > NOW + timedelta(seconds=50):
                renewed.append(until)
                return
            look.wait(0.01)

    desk.handlers.add("long", long)
    desk.owe("long")
    assert desk.run(lease=timedelta(seconds=0.3))
    assert renewed == [NOW + timedelta(seconds=50.3)]
    assert desk.jobs() == []


def test_the_thread_works_and_stops_cleanly(desk):
    finished = threading.Event()
    desk.handlers.add("render", lambda office, job: finished.set())
    thread = WorkerThread(desk.database, get_queue, desk.handlers, desk.office, desk.clock, every=600.0)
    desk.owe("render")
    thread.start()
    assert finished.wait(10)
    assert thread.stop()
    assert (thread.daemon, thread.is_alive(), desk.jobs()) == (True, False, [])


def test_the_thread_looks_by_itself(desk):
    finished = threading.Event()
    desk.handlers.add("render", lambda office, job: finished.set())
    thread = WorkerThread(desk.database, get_queue, desk.handlers, desk.office, desk.clock, every=0.01)
    thread.start()
    desk.owe("render")
    assert finished.wait(10)
    assert thread.stop()


@pytest.mark.parametrize(
    ("script", "starts"),
    [
        ("pserve", True),
        ("", True),
        ("pshell", False),
        ("proutes", False),
        ("pviews", False),
        ("bootstrap", False),
    ],
)
def test_programs_that_only_look_start_no_worker(script, starts):
    assert may_start({"__script__": script} if script else {}) is starts


def test_one_worker_in_a_process(desk):
    registry = Registry()
    registry.database, registry.clock, registry.handlers = desk.database, SystemClock(), desk.handlers
    assert not start_worker(registry, {"__script__": "pshell"}, get_queue=get_queue, office=None)
    assert start_worker(registry, {"__script__": "pserve"}, get_queue=get_queue, office=None)
    with pytest.raises(ConfigurationError, match="its worker already"):
        start_worker(registry, {}, get_queue=get_queue, office=None)
    assert registry.worker.stop()


def test_handlers_are_registered_by_directive():
    with testing.testConfig(autocommit=False) as config:
        config.include("records.jobs.worker")
        config.add_job("render", print)
        config.add_job("index", "json.dumps")
        config.commit()
        assert config.registry.handlers.verbs() == ("index", "render")
        config.add_job("send", print)
        config.add_job("send", repr)
        with pytest.raises(ConfigurationConflictError):
            config.commit()


def test_a_second_handler_of_a_verb_is_refused():
    handlers = Handlers()
    handlers.add("render", print)
    with pytest.raises(ConfigurationError, match="two handlers"):
        handlers.add("render", print)
