"""The queue of owed work (待办任务): what a transaction promises and somebody does later.

A job is written in the same transaction as its cause, so nothing is owed that did not happen and nothing that
happened is forgotten. A worker takes a job on a lease; a worker that dies lets its lease run out, and the job
comes up again. Handlers must therefore bear being run twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from persistent import Persistent

from records.db import SmallLOBTree, SmallOOBTree

LEASE = timedelta(seconds=60)
MAX_TRIES = 8
LONGEST_PAUSE = timedelta(hours=2)
LEASE_RAN_OUT = "the worker did not come back before its lease ran out"

Params = Mapping[str, object] | tuple[object, ...]


class JobState(StrEnum):
    """Where a job stands: owed (待办), running (执行中) or failed (失败, waiting for an operator)."""

    OWED = "owed"
    RUNNING = "running"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Lease:
    """A job as its handler sees it (任务): plain values that need no connection."""

    number: int
    verb: str
    subject: str
    params: Params
    owed_since: datetime
    tries: int
    worker: str


class Job(Persistent):
    """One thing that is owed (待办任务): a verb, what it concerns, and how far it has come.

    ``place`` is the instant under which the queue lists it: when it may be taken, or when its lease runs out.
    """

    number = 0
    verb = ""
    subject = ""
    params: Params = ()
    key: str | None = None
    owed_since: datetime | None = None
    not_before: datetime | None = None
    place: datetime | None = None
    lease_until: datetime | None = None
    tries = 0
    worker = ""
    state = JobState.OWED.value
    last_error = ""
    done = 0
    total = 0
    stop_asked = False

    def lease(self) -> Lease:
        """Return the job as plain values for its handler."""
        return Lease(
            number=self.number,
            verb=self.verb,
            subject=self.subject,
            params=self.params,
            owed_since=self.owed_since,
            tries=self.tries,
            worker=self.worker,
        )


class Queue(Persistent):
    """All owed work of a site, in the order in which it may be done (任务队列).

    Jobs are named by themselves or by their number. Only operations and the worker write here.
    """

    last_number = 0
    max_tries = MAX_TRIES

    def __init__(self) -> None:
        self.jobs = SmallLOBTree()
        self.order = SmallOOBTree()
        self.keys = SmallOOBTree()
        self.failed = SmallLOBTree()

    def owe(
        self,
        verb: str,
        subject: str = "",
        *,
        at: datetime,
        params: Params = (),
        key: str | None = None,
        not_before: datetime | None = None,
    ) -> Job:
        """Promise work (登记待办), from ``not_before`` or at once.

        While a job of the same ``key`` has not been started, no second one is made: it takes the new params and the
        earlier of both times. One that runs has perhaps read the old state, so then a new job is owed.
        """
        due = not_before or at
        number = self.keys.get(key) if key is not None else None
        if number is not None:
            job = self.jobs[number]
            job.params = params
            job.not_before = min(job.not_before, due)
            self._move(job, job.not_before)
            return job
        job = Job()
        self.last_number += 1
        job.number = self.last_number
        job.verb, job.subject, job.params, job.key = verb, subject, params, key
        job.owed_since, job.not_before = at, due
        self._enter(job)
        return job

    def due(self, now: datetime) -> bool:
        """Say whether some job may be taken now; costs one leaf to read."""
        return self._first(now) is not None

    def take(self, now: datetime, worker: str, lease: timedelta = LEASE) -> Job | None:
        """Lease the first job that may be done (领取), or return None.

        A job whose lease ran out comes up again; one that has cost all its tries that way is set aside as failed.
        """
        while (job := self._first(now)) is not None:
            if job.state == JobState.RUNNING and job.tries >= self.max_tries:
                self._set_aside(job, LEASE_RAN_OUT)
                continue
            if job.state == JobState.RUNNING:
                job.last_error = LEASE_RAN_OUT
            self._free_key(job)
            job.state, job.worker = JobState.RUNNING.value, worker
            job.tries += 1
            job.lease_until = now + lease
            self._move(job, job.lease_until)
            return job
        return None

    def is_held(self, lease: Lease) -> bool:
        """Say whether a job is still this worker's: not finished, stopped or taken over since."""
        job = self.jobs.get(lease.number)
        return (
            job is not None
            and job.state == JobState.RUNNING
            and (job.worker, job.tries) == (lease.worker, lease.tries)
        )

    def finish(self, job: Job | Lease | int) -> None:
        """Strike a job off (完成)."""
        self._remove(self._job(job))

    def strike(self, key: str) -> None:
        """Strike off what was owed under a key, because somebody has done it already; nothing owed is no fault."""
        number = self.keys.get(key)
        if number is not None:
            self._remove(self.jobs[number])

    def fail(self, job: Job | Lease | int, error: str, now: datetime) -> None:
        """Note a failure (失败): again after 2, 4, 8 ... minutes, two hours at most; set aside after eight tries.

        One that somebody asked to stop is set aside at once.
        """
        job = self._job(job)
        if job.tries >= self.max_tries or job.stop_asked:
            self._set_aside(job, error)
            return
        pause = min(timedelta(minutes=2**job.tries), LONGEST_PAUSE)
        job.last_error = error
        self._owe_again(job, now + pause)

    def retry(self, job: Job | int, now: datetime) -> None:
        """Owe a failed job again, with all its tries, because an operator says so (重试)."""
        job = self._job(job)
        if job.state != JobState.FAILED:
            raise ValueError(f"job {job.number} has not failed")
        del self.failed[job.number]
        job.state, job.tries, job.stop_asked = JobState.OWED.value, 0, False
        self.order[(now, job.number)] = job
        job.place = now
        self._owe_again(job, now)

    def progress(
        self, job: Job | Lease | int, *, done: int, total: int, now: datetime, lease: timedelta = LEASE
    ) -> bool:
        """Show how far a running job has come (进度) and renew its lease; false when it was asked to stop."""
        job = self._job(job)
        job.done, job.total = done, total
        return self.renew(job, now, lease)

    def renew(self, job: Job | Lease | int, now: datetime, lease: timedelta = LEASE) -> bool:
        """Keep a running job for another lease; false when it was asked to stop."""
        job = self._job(job)
        if job.state == JobState.RUNNING:
            job.lease_until = now + lease
            self._move(job, job.lease_until)
        return not job.stop_asked

    def ask_stop(self, job: Job | int) -> None:
        """Stop a job (停止): one that waits or failed is struck off; one that runs is told at its next progress."""
        job = self._job(job)
        if job.state == JobState.RUNNING:
            job.stop_asked = True
        else:
            self._remove(job)

    def get(self, number: int) -> Job | None:
        """Return a job by its number, or None when it is done."""
        return self.jobs.get(number)

    def waiting(self) -> Iterator[Job]:
        """Yield owed jobs in the order in which they may be done."""
        return (job for job in self.order.values() if job.state == JobState.OWED)

    def running(self) -> Iterator[Job]:
        """Yield running jobs, the lease that ends first in front."""
        return (job for job in self.order.values() if job.state == JobState.RUNNING)

    def dead(self) -> Iterator[Job]:
        """Yield jobs that were set aside as failed, oldest first; they wait for an operator."""
        return iter(self.failed.values())

    def _job(self, job: Job | Lease | int) -> Job:
        return job if isinstance(job, Job) else self.jobs[job if isinstance(job, int) else job.number]

    def _first(self, now: datetime) -> Job | None:
        for (place, _), job in self.order.items():
            return job if place <= now else None
        return None

    def _enter(self, job: Job) -> None:
        self.jobs[job.number] = job
        job.place = job.not_before
        self.order[(job.place, job.number)] = job
        if job.key is not None:
            self.keys[job.key] = job.number

    def _move(self, job: Job, place: datetime) -> None:
        if place != job.place:
            del self.order[(job.place, job.number)]
            job.place = place
            self.order[(place, job.number)] = job

    def _owe_again(self, job: Job, at: datetime) -> None:
        """Put a job back; when one of its key was owed meanwhile, that one stands for both and inherits its tries."""
        other = self.jobs.get(self.keys.get(job.key, 0)) if job.key is not None else None
        if other is not None:
            other.tries = max(other.tries, job.tries)
            other.last_error = other.last_error or job.last_error
            self._remove(job)
            return
        job.state, job.worker, job.lease_until = JobState.OWED.value, "", None
        job.not_before = at
        self._move(job, at)
        if job.key is not None:
            self.keys[job.key] = job.number

    def _set_aside(self, job: Job, error: str) -> None:
        del self.order[(job.place, job.number)]
        job.state, job.worker, job.lease_until = JobState.FAILED.value, "", None
        job.last_error = error
        self.failed[job.number] = job

    def _remove(self, job: Job) -> None:
        self._free_key(job)
        del self.jobs[job.number]
        if job.state == JobState.FAILED:
            del self.failed[job.number]
        else:
            del self.order[(job.place, job.number)]

    def _free_key(self, job: Job) -> None:
        if job.key is not None and self.keys.get(job.key) == job.number:
            del self.keys[job.key]
