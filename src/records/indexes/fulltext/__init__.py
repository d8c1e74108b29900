"""Finding documents by their words (全文检索): what every engine promises.

An index is a disposable projection of the change feed. An engine finds, counts and lists in one fixed order; it does
not rank (see `records.indexes.ranking`), and it never answers without knowing who asks. `contract.EngineContract` is
the kit that each engine passes; `memory_engine` is the plainest one and the measure of the others.

A page of hits is ordered by tier, then by key, highest first: 0 all terms are in the title, 1 an ordinary hit, 5 all
terms of another wording are in the title, 6 they are anywhere. The "similar" hits of a query, which are asked for by
themselves, have the tiers 2 to 4, by how much of the query they hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from records.indexes.query import Query

SCHEMA_VERSION = 3
"""Raised whenever folding, cutting or the stored form changes; an index of another version is rebuilt."""

NEVER = "\x00nobody"
"""The token of a document that nobody may read: no reader can hold it."""

Cursor = tuple[int, int]
Filters = Sequence[tuple[str, str]]

OTHER_TITLE, OTHER = 5, 6
"""The tiers of hits that only another wording of the query found."""

SIMILAR_TIERS: tuple[tuple[int, int], ...] = ((85, 2), (72, 3), (60, 4))
"""Per cent of the query's grams that a "similar" hit must hold, and the tier it then has."""


class NeedsRebuild(Exception):
    """The index is damaged, missing a part, or of another schema version: rebuild it from the records."""


class Busy(Exception):
    """Another process is writing to this index; there is one indexer on a machine."""


@dataclass(frozen=True, slots=True)
class Document:
    """What is indexed of one record: words, facets and who may read it.

    `key` is unique and fits 64 unsigned bits; the higher, the newer. `seq` is the place in the change feed this state
    was taken at. A facet has one value or several. A document without readers is held, but found by nobody.
    """

    key: int
    title: str
    text: str
    facets: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    readers: frozenset[str] = frozenset()
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """What a reader may know of a search: the exact number of hits, the first keys with their tiers, facet counts.

    The cursor for the next page is the last (tier, key).
    """

    total: int
    keys: tuple[int, ...] = ()
    tiers: tuple[int, ...] = ()
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def cursor(self) -> Cursor | None:
        """Where the next page begins, or None when this page is empty."""
        return (self.tiers[-1], self.keys[-1]) if self.keys else None


class Generation(Protocol):
    """One unchanging state of an index, pinned by whoever opened it until it is closed."""

    mark: int
    """The feed's number up to which this state is complete; what lies beyond belongs to the overlay."""

    def search(
        self,
        query: Query,
        *,
        readers: frozenset[str],
        limit: int = 200,
        after: Cursor | None = None,
        filters: Filters = (),
        facets: Iterable[str] = (),
        without: frozenset[int] = frozenset(),
    ) -> Result:
        """Return the exact hits that a holder of any of `readers` may see.

        `filters`: (facet, value); several values of one facet are alternatives, several facets must all hold.
        `without`: keys that are treated as absent in hits, total and counts.
        """
        ...

    def similar(
        self,
        query: Query,
        *,
        readers: frozenset[str],
        limit: int = 200,
        filters: Filters = (),
        without: frozenset[int] = frozenset(),
    ) -> Result:
        """Return documents that hold at least 60 % of the query's grams and are no exact hits."""
        ...

    def titles(self, readers: frozenset[str]) -> Iterable[tuple[int, str]]:
        """Yield (key, folded title) of every document that a holder of any of `readers` may see."""
        ...

    def keys(self) -> Iterable[int]:
        """Yield the key of every document held, whoever may read it."""
        ...

    def entries(self) -> Iterable[tuple[int, int]]:
        """Yield (key, seq) of every document held, for the comparison with the records."""
        ...

    def close(self) -> None:
        """Let go of this state."""
        ...


class Engine(Protocol):
    """An index that can be written by one and read by many."""

    def update(self, documents: Iterable[Document], removed: Iterable[int] = (), *, mark: int) -> None:
        """Put documents in and take keys out in one commit, durable when it returns.

        Of several documents with one key the last wins; a key that is removed and also given is held. The mark is
        recorded in the same commit. Raises `NeedsRebuild`, `Busy`.
        """
        ...

    def mark(self) -> int:
        """Return the feed's number of the last commit; 0 for a new index. Raises `NeedsRebuild`."""
        ...

    def open(self) -> Generation:
        """Pin the newest state. Raises `NeedsRebuild`."""
        ...

    def rebuild(self, documents: Iterable[Document], mark: int) -> None:
        """Write the whole index anew beside the old one, then put it in its place."""
        ...

    def close(self) -> None:
        """Let go of everything; generations that are still open stay readable."""
        ...


def values_of(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the values of one facet, each once; none where it is missing."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(dict.fromkeys(value))


def alternatives(filters: Filters) -> dict[str, set[str]]:
    """Return for each filtered facet the values that are let through."""
    allowed: dict[str, set[str]] = {}
    for name, value in filters:
        allowed.setdefault(name, set()).add(value)
    return allowed


def similar_tier(held: int, of: int) -> int | None:
    """Return the tier of a document that holds some of the query's grams, or None below the line."""
    return next((tier for percent, tier in SIMILAR_TIERS if held * 100 >= of * percent), None) if of else None
