"""A site gets the folders of its own everyday words and of what readers say about the guides."""

from __future__ import annotations

from collections.abc import Callable

from BTrees.OOBTree import OOBTree


def place_public_words(root: OOBTree, report: Callable[[str], None]) -> None:
    """Make both folders; a site that has them stays as it is."""
    root["site"].place_public_words()
    report("folders for synonyms and feedback")
