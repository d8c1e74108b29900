"""A site gets the folders of paper originals and of their hand-overs."""

from __future__ import annotations

from collections.abc import Callable

from BTrees.OOBTree import OOBTree


def place_custody(root: OOBTree, report: Callable[[str], None]) -> None:
    """Make the folders; a site that has them stays as it is."""
    root["site"].place_custody()
    report("folders for paper originals")
