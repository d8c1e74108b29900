from __future__ import annotations

from datetime import UTC, datetime, timedelta
from operator import attrgetter

import pytest
import ZODB
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from records.queue import LEASE, LEASE_RAN_OUT, MAX_TRIES, Job, JobState, Lease, Queue

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def owed(queue: Queue) -> list[tuple[str, str]]:
    return [(job.verb, job.subject) for job in queue.waiting()]


def empty(queue: Queue) -> bool:
    return not (len(queue.fresh) or queue.later or queue.leases or queue.failed)


def test_jobs_are_taken_in_the_order_in_which_they_may_be_done():
    queue = Queue()
    queue.owe("提醒", "late", at=NOW, not_before=NOW + MINUTE)
    queue.owe("render", "䶮-1", at=NOW)
    queue.owe("render", "䶮-2", at=NOW)
    queue.owe("render", "早", at=NOW, not_before=NOW - MINUTE)
    assert owed(queue) == [("render", "䶮-1"), ("render", "䶮-2"), ("render", "早"), ("提醒", "late")]
    taken = []
    while (job := queue.take(NOW, "w")) is not None:
        taken.append(job.subject)
        queue.finish(job)
    assert taken == ["䶮-1", "䶮-2", "早"]
    assert not queue.due(NOW + MINUTE - timedelta(microseconds=1))
    assert queue.due(NOW + MINUTE)
    queue.finish(queue.take(NOW + MINUTE, "w"))
    assert empty(queue)


def test_a_handler_sees_plain_values():
    queue = Queue()
    queue.owe("render", "办件", at=NOW, params={"notice": "2026-1"})
    assert queue.take(NOW, "window 3").lease() == Lease(
        number=1,
        verb="render",
        subject="办件",
        params={"notice": "2026-1"},
        owed_since=NOW,
        tries=1,
        worker="window 3",
    )


def test_what_somebody_has_done_sooner_is_struck_off_and_what_runs_or_failed_is_not():
    queue = Queue()
    first, second = queue.owe("render", at=NOW), queue.owe("render", at=NOW, not_before=NOW + MINUTE)
    queue.strike(first.number)
    queue.strike(second.number)
    queue.strike(99)
    assert empty(queue)
    running = queue.owe("render", at=NOW)
    queue.take(NOW, "w")
    queue.strike(running.number)
    assert [job.number for job in queue.running()] == [3]


def test_pauses_double_up_to_two_hours_then_the_job_waits_for_an_operator():
    queue = Queue()
    queue.owe("send", "短信", at=NOW)
    now, pauses = NOW, []
    for attempt in range(MAX_TRIES):
        job = queue.take(now, "w")
        queue.fail(job, f"error {attempt + 1}", now)
        if job.state == JobState.OWED:
            pauses.append(job.not_before - now)
            assert not queue.due(job.not_before - timedelta(microseconds=1))
            now = job.not_before
    assert pauses == [minutes * MINUTE for minutes in (2, 4, 8, 16, 32, 64, 120)]
    assert queue.take(now + timedelta(days=365), "w") is None
    assert [(j.subject, j.tries, j.last_error, j.state) for j in queue.dead()] == [
        ("短信", 8, "error 8", "failed")
    ]
    queue.retry(job, now)
    assert list(queue.dead()) == []
    again = queue.take(now, "w")
    assert (again.number, again.tries, again.last_error) == (job.number, 1, "error 8")
    queue.finish(again)
    assert empty(queue)


def test_only_what_failed_can_be_retried():
    queue = Queue()
    job = queue.owe("send", at=NOW)
    with pytest.raises(ValueError, match="job 1 has not failed"):
        queue.retry(job, NOW)


def test_a_worker_that_died_loses_its_job_when_the_lease_runs_out():
    queue = Queue()
    queue.owe("render", at=NOW)
    lost = queue.take(NOW, "first").lease()
    assert queue.take(NOW + LEASE - timedelta(microseconds=1), "second") is None
    job = queue.take(NOW + LEASE, "second")
    assert (job.worker, job.tries, job.last_error) == ("second", 2, LEASE_RAN_OUT)
    assert not queue.is_held(lost)
    assert queue.is_held(job.lease())


def test_a_job_that_kills_every_worker_is_set_aside():
    queue = Queue()
    queue.owe("extract", at=NOW)
    now = NOW
    for _ in range(MAX_TRIES):
        assert queue.take(now, "w") is not None
        now += LEASE
    assert queue.take(now, "w") is None
    assert [(job.tries, job.last_error) for job in queue.dead()] == [(MAX_TRIES, LEASE_RAN_OUT)]


def test_a_job_that_goes_on_keeps_its_lease():
    queue = Queue()
    queue.owe("export", "全宗", at=NOW)
    job = queue.take(NOW, "w")
    queue.renew(job.number, NOW + MINUTE / 2)
    assert job.lease_until == NOW + MINUTE / 2 + LEASE
    assert [running.number for running in queue.running()] == [1]
    assert queue.take(NOW + LEASE, "other") is None
    queue.renew(job, NOW + LEASE)
    assert job.lease_until == NOW + 2 * LEASE


def test_a_job_of_an_older_version_has_every_attribute():
    job = Job.__new__(Job)
    assert job.lease() == Lease(0, "", "", (), None, 0, "")
    assert (job.state, job.not_before, job.place, job.lease_until) == ("owed", None, None, None)
    assert job.last_error == ""


def test_the_queue_lives_in_a_database():
    database = ZODB.DB(None)
    with database.transaction() as connection:
        connection.root.queue = Queue()
        connection.root.queue.owe("render", "𠮷", at=NOW, params=("a", 1))
    with database.transaction() as connection:
        job = connection.root.queue.take(NOW, "w")
        assert (job.subject, job.params, job.state) == ("𠮷", ("a", 1), "running")
    with database.transaction() as connection:
        connection.root.queue.finish(1)
    with database.transaction() as connection:
        assert empty(connection.root.queue)
        assert connection.root.queue.get(1) is None
    database.close()


class ImpatientQueue(Queue):
    max_tries = 2


class QueueMachine(RuleBasedStateMachine):
    """Whatever happens in whatever order, nothing owed is lost, done twice at a time, or taken too early."""

    def __init__(self) -> None:
        super().__init__()
        self.queue, self.now = ImpatientQueue(), NOW
        self.open: set[int] = set()
        self.held: dict[int, Lease] = {}

    @rule(wait=st.integers(0, 5))
    def owe(self, wait):
        job = self.queue.owe("verb", at=self.now, not_before=self.now + wait * MINUTE)
        self.open.add(job.number)

    @rule(minutes=st.integers(0, 200))
    def wait(self, minutes):
        self.now += minutes * MINUTE

    @rule()
    def take(self):
        listed = (*self.queue.waiting(), *self.queue.running())
        before = [job for job in sorted(listed, key=attrgetter("place", "number")) if job.place <= self.now]
        job = self.queue.take(self.now, f"w{self.now}")
        dead = {job.number for job in self.queue.dead()}
        expected = next((candidate for candidate in before if candidate.number not in dead), None)
        assert job is expected
        if job is not None:
            self.held[job.number] = job.lease()

    def holding(self) -> Lease | None:
        self.held = {n: lease for n, lease in self.held.items() if self.queue.is_held(lease)}
        return next(iter(self.held.values()), None)

    @precondition(lambda self: self.holding())
    @rule()
    def finish(self):
        lease = self.holding()
        self.queue.finish(lease)
        self.open.discard(lease.number)

    @precondition(lambda self: self.holding())
    @rule()
    def fail(self):
        self.queue.fail(self.holding(), "error", self.now)

    @precondition(lambda self: self.queue.failed)
    @rule()
    def retry(self):
        self.queue.retry(next(self.queue.dead()), self.now)

    @rule(number=st.integers(1, 9))
    def strike(self, number):
        job = self.queue.get(number)
        self.open -= {number} if job is not None and job.state == JobState.OWED else set()
        self.queue.strike(number)

    @invariant()
    def every_job_has_exactly_one_place(self):
        queue = self.queue
        waiting = [*queue.fresh.values(), *queue.later.values()]
        listed = [job.number for job in (*waiting, *queue.leases.values(), *queue.failed.values())]
        assert sorted(listed) == sorted(self.open)
        assert all(queue.get(number).number == number for number in listed)
        assert list(queue.waiting()) == sorted(waiting, key=attrgetter("place", "number"))
        assert {job.state for job in waiting} <= {"owed"}
        assert {job.state for job in queue.leases.values()} <= {"running"}
        assert {job.state for job in queue.failed.values()} <= {"failed"}


TestQueueMachine = QueueMachine.TestCase
TestQueueMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
