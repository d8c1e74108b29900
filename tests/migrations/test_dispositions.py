from __future__ import annotations

from datetime import date

from records.db import open_database
from records.indexes import disposition_questions
from records.migrations import evolve
from records.resources.archives import ArchivedItem
from records.resources.site import FOLDERS, Site

STEP = "20261202_dispositions"


def test_an_old_site_gets_the_folders_and_its_items_their_due_lists(tmp_path):
    database = open_database(f"file://{tmp_path}/Data.fs")
    old = Site()
    del old.holds, old.dispositions
    item = ArchivedItem()
    item.id, item.code, item.fonds, item.state, item.expires_on = (
        "a",
        "J043-1",
        "x",
        "archived",
        date(2036, 12, 31),
    )
    old.archives.place("a", item)
    database.run(lambda root: root.__setitem__("site", old))
    said = []
    evolve(database, until=STEP, report=said.append)
    assert said[-1] == "folders for holds and dispositions; 1 archived items on their due lists"
    with database.read() as root:
        site = root["site"]
        assert [list(site.folder(kind)) for kind in ("hold", "disposition")] == [[], []]
        assert [site[FOLDERS[kind]].__name__ for kind in ("hold", "disposition")] == ["holds", "dispositions"]
        assert list(disposition_questions.due_ids(site, "x", 2036)) == ["a"]
        before = site.holds._p_oid
    database.run(lambda root: root["site"].place_dispositions())
    with database.read() as root:
        assert root["site"].holds._p_oid == before
    database.close()
