"""A site gets what is known of its copies, and the folder of media."""

from __future__ import annotations

from collections.abc import Callable

from BTrees.OOBTree import OOBTree


def place_keeping(root: OOBTree, report: Callable[[str], None]) -> None:
    """Make them; the second copy of everything archived is then written by the background."""
    root["site"].place_keeping()
    report("second copy and media")
