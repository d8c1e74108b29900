"""A site gets the folders of legal holds and of disposition lists, and its archived items stand on the due lists."""

from __future__ import annotations

from collections.abc import Callable

from BTrees.OOBTree import OOBTree

from records.indexes import worklists


def place_dispositions(root: OOBTree, report: Callable[[str], None]) -> None:
    """Make the folders and list what is due when; a site that has it stays as it is."""
    site = root["site"]
    site.place_dispositions()
    listed = 0
    for item in site.archives.values():
        worklists.refresh(site, item)
        listed += 1
    report(f"folders for holds and dispositions; {listed} archived items on their due lists")
