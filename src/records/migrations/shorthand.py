"""To short keys and blocks: feed, audit log, unique keys, work lists, holdings and queue take their present shape."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from BTrees.OOBTree import OOBTree

from records.db import SmallLOBTree, SmallOOBTree
from records.indexes import feed, keys, worklists
from records.queue import Job, JobState, Queue
from records.resources.materials import Holdings
from records.resources.site import FOLDERS, Site
from records.sequence import Sequence

LONGEST_SPELLED_OUT = 64
"""Bytes up to which a key was stored as it is; a longer one was stored as its whole digest."""

SPACES = frozenset(
    {
        b"applicant-number",
        b"archival-code",
        b"dossier-code",
        b"material-identity",
        b"notice-code",
        b"staff-number",
    }
)


def shorten(root: OOBTree, report: Callable[[str], None]) -> None:
    """Rebuild what is stored in another shape since; a database that has it already is left alone."""
    site: Site = root["site"]
    if isinstance(site.audit, Sequence):
        return
    site.audit = _sequence(site.audit, lambda entry: entry)
    site.feed = _sequence(site.feed, _letter)
    site.keys = _keys(site.keys)
    site.holdings = _holdings(site.holdings)
    site.worklists = SmallOOBTree()
    records = 0
    # Folders that a later step makes are not there yet.
    for name in FOLDERS.values():
        for record in getattr(site, name, {}).values():
            record.listed = ()
            worklists.refresh(site, record)
            records += 1
    site.jobs = _queue(site, site.jobs)
    report(f"{records} records listed, {len(list(site.jobs.waiting()))} jobs owed")


def _sequence(tree: SmallLOBTree, change: Callable[[object], object]) -> Sequence:
    sequence = Sequence()
    for number, thing in tree.items():
        sequence[number] = change(thing)
    return sequence


def _letter(place: str) -> str:
    kind, _, name = place[1:].partition(":")
    return feed.LETTERS[kind] + name


def _keys(old: SmallOOBTree) -> SmallOOBTree:
    tree = SmallOOBTree()
    for key, owner in old.items():
        spelled = len(key) <= LONGEST_SPELLED_OUT and key.partition(b"\0")[0] in SPACES
        tree[keys.stored(key) if spelled else key[: keys.BYTES]] = owner
    return tree


def _holdings(old: SmallOOBTree) -> Holdings:
    holdings = Holdings()
    for digest, holding in old.items():
        holdings[digest] = holding
    return holdings


def _queue(site: Site, old: Queue) -> Queue:
    """Return a queue of all that is owed or has failed; what somebody was at comes up again at once."""
    state = vars(old)
    queue = Queue()
    queue.numbers.value = state["last_number"]
    for job in state["jobs"].values():
        if job.state == JobState.FAILED:
            queue.failed[job.number] = job
        else:
            _owe(queue, job, job.not_before or job.owed_since)
        thing = _concerned(site, job)
        if thing is not None:
            thing.owed = job.number
    return queue


def _owe(queue: Queue, job: Job, place: datetime) -> None:
    job.state, job.worker, job.lease_until = JobState.OWED.value, "", None
    queue.stand(job, place)


def _concerned(site: Site, job: Job) -> object:
    match job.verb:
        case "render-notice":
            return site.notices.get(job.subject)
        case "freeze-package":
            return site.archives.get(job.subject)
        case "extract-text":
            return site.holdings.get(job.subject)
    return None
