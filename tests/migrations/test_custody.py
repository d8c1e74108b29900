from __future__ import annotations

from records.db import open_database
from records.migrations import evolve
from records.resources.site import FOLDERS, Site

EARLIER, STEP = "20261127_one_things", "20261128_custody"


def test_an_old_site_gets_the_folders_for_originals_and_keeps_those_it_has(tmp_path):
    database = open_database(f"file://{tmp_path}/Data.fs")
    old = Site()
    del old.custody, old.handovers
    database.run(lambda root: root.__setitem__("site", old))
    evolve(database, until=EARLIER)
    said = []
    assert evolve(database, until=STEP, report=said.append) == (STEP,)
    assert said == [STEP, "folders for paper originals"]
    with database.read() as root:
        site = root["site"]
        assert [
            (site[FOLDERS[kind]].__name__, list(site.folder(kind))) for kind in ("original", "handover")
        ] == [
            ("custody", []),
            ("handovers", []),
        ]
        before = site.custody._p_oid
    database.run(lambda root: root["site"].place_custody())
    with database.read() as root:
        assert root["site"].custody._p_oid == before
    database.close()
