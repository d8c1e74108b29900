"""A site gets the folders of transfers and opening reviews, and its archived items stand on the lists of both."""

from __future__ import annotations

from collections.abc import Callable

from BTrees.OOBTree import OOBTree

from records.indexes import worklists


def place_transfers(root: OOBTree, report: Callable[[str], None]) -> None:
    """Make the folders and list what is to be transferred and to be opened; a site that has it stays as it is."""
    site = root["site"]
    site.place_transfers()
    listed = 0
    for item in site.archives.values():
        worklists.refresh(site, item)
        listed += 1
    report(f"folders for transfers and opening reviews; {listed} archived items on their lists")
