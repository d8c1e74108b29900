"""The queue of owed work (待办任务): what a transaction promises and somebody does later.

A job is written in the same transaction as its cause, so nothing is owed that did not happen and nothing that
happened is forgotten. A worker takes a job on a lease; a worker that dies lets its lease run out, and the job
comes up again. Handlers must therefore bear being run twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from heapq import merge
from operator import attrgetter

from persistent import Persistent

from records.db import SmallLOBTree, SmallOOBTree
from records.sequence import Sequence
from records.shorthand import Tally, Terse

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


class Job(Terse):
    """One thing that is owed (待办任务): a verb, what it concerns, and how far it has come.

    ``place`` is the instant under which the queue lists it: when it may be taken, or when its lease runs out.
    """

    number = 0
    verb = ""
    subject = ""
    params: Params = ()
    owed_since: datetime | None = None
    not_before: datetime | None = None
    place: datetime | None = None
    lease_until: datetime | None = None
    tries = 0
    worker = ""
    state = JobState.OWED.value
    last_error = ""

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

    A job stands in one place: in ``fresh`` by number when it may be done at once, in ``later`` by place and number when
    it has to wait, in ``leases`` or ``failed`` by number. Only operations and the worker write here.
    """

    max_tries = MAX_TRIES

    def __init__(self) -> None:
        self.fresh = Sequence()
        self.later = SmallOOBTree()
        self.leases = SmallLOBTree()
        self.failed = SmallLOBTree()
        self.numbers = Tally()

    def owe(
        self,
        verb: str,
        subject: str = "",
        *,
        at: datetime,
        params: Params = (),
        not_before: datetime | None = None,
    ) -> Job:
        """Promise work (登记待办), from ``not_before`` or at once; whoever does it sooner strikes it by its number."""
        due = not_before or at
        job = Job()
        job.number = self.numbers.next()
        job.verb, job.subject, job.owed_since, job.not_before = verb, subject, at, due
        if params:
            job.params = params
        self.stand(job, due)
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
            else:
                self._leave(job)
            job.state, job.worker = JobState.RUNNING.value, worker
            job.tries += 1
            job.lease_until = job.place = now + lease
            self.leases[job.number] = job
            return job
        return None

    def is_held(self, lease: Lease) -> bool:
        """Say whether a job is still this worker's: not finished, stopped or taken over since."""
        job = self.leases.get(lease.number)
        return job is not None and (job.worker, job.tries) == (lease.worker, lease.tries)

    def finish(self, job: Job | Lease | int) -> None:
        """Strike a job off (完成)."""
        self._remove(self._job(job))

    def strike(self, number: int) -> None:
        """Strike off what was owed, because somebody has done it already; nothing owed is no fault."""
        job = self.get(number)
        if job is not None and job.state == JobState.OWED:
            self._leave(job)

    def fail(self, job: Job | Lease | int, error: str, now: datetime) -> None:
        """Note a failure (失败): again after 2, 4, 8 ... minutes, two hours at most; set aside after eight tries."""
        job = self._job(job)
        if job.tries >= self.max_tries:
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
        job.tries = 0
        self._owe_again(job, now)

    def renew(self, job: Job | Lease | int, now: datetime, lease: timedelta = LEASE) -> None:
        """Keep a running job for another lease."""
        job = self._job(job)
        if job.state == JobState.RUNNING:
            job.lease_until = job.place = now + lease

    def get(self, number: int) -> Job | None:
        """Return a job by its number, or None when it is done; one that has to wait is looked for in the whole list."""
        job = self.fresh.get(number) or self.leases.get(number) or self.failed.get(number)
        return job or next((job for job in self.later.values() if job.number == number), None)

    def waiting(self) -> Iterator[Job]:
        """Yield owed jobs in the order in which they may be done."""
        return merge(self.fresh.values(), self.later.values(), key=attrgetter("place", "number"))

    def running(self) -> Iterator[Job]:
        """Yield running jobs, the lease that ends first in front; they are as many as the workers."""
        return iter(sorted(self.leases.values(), key=attrgetter("place", "number")))

    def dead(self) -> Iterator[Job]:
        """Yield jobs that were set aside as failed, oldest first; they wait for an operator."""
        return iter(self.failed.values())

    def _job(self, job: Job | Lease | int) -> Job:
        if isinstance(job, Job):
            return job
        number = job if isinstance(job, int) else job.number
        found = self.get(number)
        if found is None:
            raise KeyError(number)
        return found

    def _first(self, now: datetime) -> Job | None:
        """Return the job whose place came first, a lease that ran out among them; None when none has come."""
        fronts = [job for job in (next(self.waiting(), None), next(self.running(), None)) if job is not None]
        job = min(fronts, key=attrgetter("place", "number"), default=None)
        return job if job is not None and job.place <= now else None

    def stand(self, job: Job, place: datetime) -> None:
        """List an owed job under the instant from which it may be done."""
        job.place = place
        if place <= job.owed_since:
            self.fresh[job.number] = job
        else:
            self.later[_spot(job)] = job

    def _leave(self, job: Job) -> None:
        if self.fresh.get(job.number) is not None:
            del self.fresh[job.number]
        else:
            del self.later[_spot(job)]

    def _owe_again(self, job: Job, at: datetime) -> None:
        self._remove(job)
        job.state, job.worker, job.lease_until = JobState.OWED.value, "", None
        job.not_before = at
        self.stand(job, at)

    def _set_aside(self, job: Job, error: str) -> None:
        self._remove(job)
        job.state, job.worker, job.lease_until = JobState.FAILED.value, "", None
        job.last_error = error
        self.failed[job.number] = job

    def _remove(self, job: Job) -> None:
        match job.state:
            case JobState.RUNNING:
                del self.leases[job.number]
            case JobState.FAILED:
                del self.failed[job.number]
            case _:
                self._leave(job)


def _spot(job: Job) -> bytes:
    """Return the key under which a job is listed: its place in microseconds, then its number."""
    since = job.place - datetime(1970, 1, 1, tzinfo=UTC)
    return (since // timedelta(microseconds=1)).to_bytes(8) + job.number.to_bytes(5)
