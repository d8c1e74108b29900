"""A site gets the folders of boxes, volumes and fonds files, and its items stand in the catalogue of their fonds."""

from __future__ import annotations

from collections.abc import Callable

from BTrees.OOBTree import OOBTree

from records.indexes import worklists


def place_boxes(root: OOBTree, report: Callable[[str], None]) -> None:
    """Make the folders and enter every archived item into its list; what is there stays."""
    site = root["site"]
    site.place_boxes()
    count = 0
    for item in site.archives.values():
        worklists.refresh(site, item)
        count += 1
    report(f"folders for boxes, volumes and fonds files; {count} items in the catalogues")
