"""The tally of the archives (统计累计): what every case and item put into which cell, up to a place in the change feed."""

from __future__ import annotations

from persistent import Persistent

from records.db import SmallOOBTree


class ArchiveTally(Persistent):
    """Sums up to the place ``mark`` of the feed; they can be thrown away and counted again from there.

    ``sums`` lead from a cell (its parts joined by NUL) to number, pages and bytes; ``members`` are keys of a cell and a
    record, so that a figure leads to its list; ``placed`` says of each record what it put where.
    """

    mark = 0

    def __init__(self) -> None:
        self.sums = SmallOOBTree()
        self.members = SmallOOBTree()
        self.placed = SmallOOBTree()
