"""What was saved a moment ago (待入库的变更): records beyond the index's mark, searched in memory.

The index follows the change feed a little behind. What lies beyond its mark is searched by plain comparison, and what
the index still holds of those records is treated as absent: so a saved record is found by the next request, with exact
totals and counts and in one order.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from itertools import islice

from records.indexes.fulltext import Cursor, Document, Filters, Generation, Result
from records.indexes.fulltext.memory_engine import Entry, MemoryGeneration
from records.indexes.query import Query

ENOUGH = 20
"""A search with fewer exact hits is worth looking for similar ones."""


class Overlay:
    """The records beyond a mark: their present state, and the keys that are gone."""

    def __init__(self, documents: Iterable[Document] = (), removed: Iterable[int] = ()) -> None:
        self._entries = {document.key: Entry.of(document) for document in documents}
        self._removed = frozenset(removed) - self._entries.keys()

    def extended(self, documents: Iterable[Document], removed: Iterable[int] = ()) -> Overlay:
        """Return this overlay with later changes; what was folded before is not folded again."""
        later = Overlay(documents, removed)
        longer = Overlay()
        kept = {key: entry for key, entry in self._entries.items() if key not in later._removed}
        longer._entries = kept | later._entries
        longer._removed = (self._removed | later._removed) - longer._entries.keys()
        return longer

    def after(self, mark: int) -> Overlay:
        """Return what is still beyond a higher mark; keys that are gone are kept, which is always right."""
        shorter = Overlay()
        shorter._entries = {key: entry for key, entry in self._entries.items() if entry.document.seq > mark}
        shorter._removed = self._removed
        return shorter

    def __len__(self) -> int:
        return len(self._entries) + len(self._removed)

    @property
    def masked(self) -> frozenset[int]:
        """The keys whose state in the index no longer counts."""
        return self._removed | self._entries.keys()

    @property
    def generation(self) -> MemoryGeneration:
        """These records as something that can be searched."""
        return MemoryGeneration(self._entries)


NOTHING = Overlay()


def search(
    generation: Generation,
    overlay: Overlay,
    query: Query,
    *,
    readers: frozenset[str],
    limit: int = 200,
    after: Cursor | None = None,
    filters: Filters = (),
    facets: Iterable[str] = (),
) -> Result:
    """Return the exact hits of index and overlay together, as one engine would that knew everything.

    Shapes and order as in `records.indexes.fulltext.Generation.search`.
    """
    names = tuple(facets)
    stored = generation.search(
        query,
        readers=readers,
        limit=limit,
        after=after,
        filters=filters,
        facets=names,
        without=overlay.masked,
    )
    if not len(overlay):
        return stored
    fresh = overlay.generation.search(
        query, readers=readers, limit=limit, after=after, filters=filters, facets=names
    )
    return _together(stored, fresh, limit)


def similar(
    generation: Generation,
    overlay: Overlay,
    query: Query,
    *,
    readers: frozenset[str],
    limit: int = 200,
    filters: Filters = (),
) -> Result:
    """Return the near misses of index and overlay together; worth asking for below `ENOUGH` exact hits."""
    stored = generation.similar(query, readers=readers, limit=limit, filters=filters, without=overlay.masked)
    if not len(overlay):
        return stored
    return _together(
        stored, overlay.generation.similar(query, readers=readers, limit=limit, filters=filters), limit
    )


def _together(stored: Result, fresh: Result, limit: int) -> Result:
    pages = (
        [(tier, -key) for tier, key in zip(result.tiers, result.keys, strict=True)]
        for result in (stored, fresh)
    )
    page = list(islice(heapq.merge(*pages), max(limit, 0)))
    counts = {name: _added(values, fresh.facets.get(name, {})) for name, values in stored.facets.items()}
    return Result(
        stored.total + fresh.total, tuple(-key for _, key in page), tuple(tier for tier, _ in page), counts
    )


def _added(left: Mapping[str, int], right: Mapping[str, int]) -> dict[str, int]:
    return {value: left.get(value, 0) + right.get(value, 0) for value in left.keys() | right.keys()}
