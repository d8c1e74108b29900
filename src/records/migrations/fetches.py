"""A site gets the folder of what it fetches from other organs."""

from __future__ import annotations

from collections.abc import Callable

from BTrees.OOBTree import OOBTree


def place_fetches(root: OOBTree, report: Callable[[str], None]) -> None:
    """Make the folder; a site that has it stays as it is."""
    root["site"].place_fetches()
    report("folder for fetches")
