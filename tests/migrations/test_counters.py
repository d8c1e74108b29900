from __future__ import annotations

import pytest

from records.db import open_database
from records.indexes import feed
from records.migrations import evolve
from records.resources.audit import AuditEntry
from records.resources.dossiers import Dossier
from records.resources.site import Site

EARLIER, STEP = "20261125_fetches", "20261126_counters"


def old_site(counted: int) -> Site:
    """Build a site that counted entries and changes apart from where they stand."""
    site = Site()
    for number in (1, 2, 3):
        site.audit[number] = AuditEntry()
    for name in ("d1", "d2", "d1"):
        dossier = site.dossiers.get(name) or site.dossiers.place(name, Dossier())
        dossier.id = name
        feed.touch(site, dossier)
    site.counter("audit").value, site.counter("feed").value = counted, 3
    site.counter("number:dossier").value = 2
    return site


@pytest.mark.parametrize(("counted", "told"), [(3, []), (5, ["audit: 5 were counted, but the newest is 3"])])
def test_an_old_site_goes_on_counting_where_it_was(tmp_path, counted, told):
    database = open_database(f"file://{tmp_path}/Data.fs")
    database.run(lambda root: root.__setitem__("site", old_site(counted)))
    evolve(database, until=EARLIER)
    said = []
    assert evolve(database, until=STEP, report=said.append) == (STEP,)
    assert said == [STEP, *told]
    with database.read() as root:
        site = root["site"]
        assert [(name, counter.value) for name, counter in site.counters.items()] == [("number:dossier", 2)]
        assert (site.audit.last, feed.latest(site), site.dossiers["d1"].seq) == (3, 3, 3)
    database.run(lambda root: feed.touch(root["site"], root["site"].dossiers["d1"]))
    with database.read() as root:
        assert list(feed.changes(root["site"])) == [
            feed.Change(2, "dossier", "d2"),
            feed.Change(4, "dossier", "d1"),
        ]
    database.close()
