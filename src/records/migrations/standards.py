"""A site gets the folder of what it puts down itself about standard materials."""

from __future__ import annotations

from collections.abc import Callable

from BTrees.OOBTree import OOBTree


def place_standards(root: OOBTree, report: Callable[[str], None]) -> None:
    """Make the folder; a site that has it stays as it is."""
    root["site"].place_standards()
    report("folder for standard materials")
