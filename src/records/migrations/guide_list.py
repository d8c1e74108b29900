"""All guides stand in one list by title, so that the editors' desk reads no guide to show them."""

from __future__ import annotations

from collections.abc import Callable

from BTrees.OOBTree import OOBTree

from records.indexes import worklists


def list_guides(root: OOBTree, report: Callable[[str], None]) -> None:
    """Put every guide into the list of guides; one that stands in it already stays."""
    count = 0
    for guide in root["site"].guides.values():
        worklists.refresh(root["site"], guide)
        count += 1
    report(f"{count} guides listed")
