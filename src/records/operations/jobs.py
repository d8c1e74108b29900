"""Background work under the operator's hand (后台任务): what has failed for good is owed again, on record."""

from __future__ import annotations

from records.domain.findings import Finding, Refused
from records.queue import Job, JobState

from .acts import Act, enter


def retry_job(act: Act, *, number: int) -> Job | Refused:
    """Owe a failed job again with all its tries (重试); one that has not failed, or is done, is refused."""
    job = act.site.jobs.get(number)
    if job is None or job.state != JobState.FAILED:
        return Refused((Finding("job.not-failed", params={"number": number}),))
    act.site.jobs.retry(job, act.at)
    enter(act, "job.retry", f"job:{number}")
    return job
