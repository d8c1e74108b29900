from __future__ import annotations

from records.db import open_database
from records.indexes import shelf_questions
from records.migrations import evolve
from records.migrations.boxes import place_boxes
from records.resources.archives import ArchivedItem
from records.resources.site import FOLDERS, Site

STEP = "20261201_boxes"


def test_an_old_site_gets_the_folders_and_its_items_stand_in_the_catalogue(tmp_path):
    database = open_database(f"file://{tmp_path}/Data.fs")
    old, item = Site(), ArchivedItem()
    del old.boxes, old.volumes, old.fonds_papers
    item.id, item.fonds, item.year, item.code, item.state = (
        "i1",
        "health-commission",
        2026,
        "J061-1",
        "archived",
    )
    old.archives.place("i1", item)
    database.run(lambda root: root.__setitem__("site", old))
    assert STEP in evolve(database, until=STEP)
    with database.read() as root:
        site = root["site"]
        assert [site[FOLDERS[kind]].__name__ for kind in ("box", "volume", "fondspaper")] == [
            "boxes", "volumes", "fonds_papers",
        ]  # fmt: skip
        assert [each.id for _, each in shelf_questions.catalogued(site, "health-commission", 2026)] == ["i1"]
        before = site.boxes._p_oid
    database.run(lambda root: place_boxes(root, lambda sentence: None))
    with database.read() as root:
        assert root["site"].boxes._p_oid == before
    database.close()
