"""A site gets the folders of requests for use, of the papers they lead to, and of seals."""

from __future__ import annotations

from collections.abc import Callable

from BTrees.OOBTree import OOBTree


def place_uses(root: OOBTree, report: Callable[[str], None]) -> None:
    """Make the folders; a site that has them stays as it is."""
    root["site"].place_uses()
    report("folders for the use of archives")
