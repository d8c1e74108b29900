"""A site gets the folder of the packages that it puts down itself."""

from __future__ import annotations

from collections.abc import Callable

from BTrees.OOBTree import OOBTree


def place_one_things(root: OOBTree, report: Callable[[str], None]) -> None:
    """Make the folder; a site that has it stays as it is."""
    root["site"].place_one_things()
    report("folder for packages of items")
