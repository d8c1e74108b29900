from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from persistent import Persistent

from records.db import SmallLOBTree, SmallOOBTree, open_database
from records.indexes import feed, keys, questions
from records.migrations import evolve
from records.queue import Job, Queue
from records.resources.audit import AuditEntry
from records.resources.dossiers import Dossier
from records.resources.materials import Holding
from records.resources.notices import Notice
from records.resources.site import Site

STEP = "20261121_shorthand"
NOW = datetime(2026, 11, 21, 1, tzinfo=UTC)
DIGEST = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
LONG = keys.compose("material-identity", "a1", "licence" * 20)


def old_site() -> Site:
    """Build a site as it was stored before: plain trees, keys spelled out, a queue of three trees."""
    site = Site()
    site.audit, site.feed, site.keys = SmallLOBTree(), SmallLOBTree(), SmallOOBTree()
    site.holdings = SmallOOBTree()
    entry = site.audit[1] = AuditEntry()
    entry.line = b'{"seq":1}'
    dossier = site.dossiers.place("d1", Dossier())
    dossier.id, dossier.applicant, dossier.unit, dossier.state = "d1", "a1", "health", "accepted"
    dossier.created_at, dossier.seq, dossier.listed = NOW, 2, (b"state\0health\0accepted\0d1",)
    notice = site.notices.place("n1", Notice())
    notice.id = "n1"
    site.worklists[b"state\0health\0accepted\0d1"] = ""
    site.counter("feed").value, site.counter("audit").value = 2, 1
    site.feed[2] = "+dossier:d1"
    site.keys[keys.compose("dossier-code", "WJW202603020001")] = "d1"
    site.keys[hashlib.sha256(LONG).digest()] = "m1"
    site.holdings[DIGEST] = Holding()
    site.jobs = old_queue()
    return site


def old_queue() -> Queue:
    queue = Queue.__new__(Queue)
    Persistent.__init__(queue)
    queue.last_number, queue.jobs, queue.failed = 3, SmallLOBTree(), SmallLOBTree()
    owed = (
        ("render-notice", "n1", "owed", 0),
        ("extract-text", DIGEST, "running", 5),
        ("send", "x", "failed", 0),
    )
    for number, (verb, subject, state, minutes) in enumerate(owed, 1):
        job = queue.jobs[number] = Job()
        job.number, job.verb, job.subject, job.state = number, verb, subject, state
        job.owed_since, job.not_before = NOW, NOW + timedelta(minutes=minutes)
    return queue


@pytest.fixture
def database(tmp_path):
    opened = open_database(f"file://{tmp_path}/Data.fs")
    opened.run(lambda root: root.__setitem__("site", old_site()))
    yield opened
    opened.close()


def test_an_old_site_keeps_all_it_knew(database):
    assert evolve(database, until=STEP) == (STEP,)
    with database.read() as root:
        site = root["site"]
        assert [(seq, entry.line) for seq, entry in site.audit.items()] == [(1, b'{"seq":1}')]
        assert list(feed.changes(site)) == [feed.Change(2, "dossier", "d1")]
        assert questions.dossier_with_code(site, "WJW202603020001").id == "d1"
        assert (keys.owner(site, LONG), len(site.keys)) == ("m1", 2)
        assert [found.id for found in questions.dossiers_of(site, "a1")] == ["d1"]
        assert [found.id for _, found in questions.dossiers_in(site, "health", "accepted")] == ["d1"]
        assert len(site.worklists) == 2
        assert list(site.holdings) == [DIGEST]
        assert [(job.number, job.state) for job in site.jobs.waiting()] == [(1, "owed"), (2, "owed")]
        assert [job.number for job in site.jobs.dead()] == [3]
        assert (site.notices["n1"].owed, site.holdings[DIGEST].owed) == (1, 2)
    database.run(lambda root: root["site"].jobs.strike(1))
    assert database.run(lambda root: root["site"].jobs.owe("render", at=NOW).number) == 4


def test_todays_site_is_left_alone(database):
    database.run(lambda root: root.__setitem__("site", Site()))
    said = []
    assert evolve(database, until=STEP, report=said.append) == (STEP,)
    assert said == [STEP]
