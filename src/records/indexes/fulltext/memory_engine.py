"""The plainest engine: looks at every document (内存检索). The measure of the others, and the overlay's search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from records.indexes.fulltext import (
    OTHER,
    OTHER_TITLE,
    Cursor,
    Document,
    Filters,
    Result,
    alternatives,
    similar_tier,
    values_of,
)
from records.indexes.query import Query, Term, holds
from records.indexes.words import fold, is_han, terms


@dataclass(frozen=True, slots=True)
class Entry:
    """A document with its words folded once."""

    document: Document
    title: str
    text: str

    @classmethod
    def of(cls, document: Document) -> Entry:
        """Fold a document's words for comparison."""
        return cls(document, fold(document.title), fold(document.text))


class MemoryGeneration:
    """An unchanging set of documents in memory, searched by comparing text."""

    def __init__(self, entries: Mapping[int, Entry], mark: int = 0) -> None:
        self._entries = entries
        self.mark = mark

    def _visible(
        self, query: Query, readers: frozenset[str], filters: Filters, without: frozenset[int]
    ) -> Iterator[Entry]:
        allowed = alternatives((*query.filters, *filters))
        for key, entry in self._entries.items():
            document = entry.document
            if (
                key not in without
                and not document.readers.isdisjoint(readers)
                and not any(
                    values.isdisjoint(values_of(document.facets.get(name)))
                    for name, values in allowed.items()
                )
                and not any(holds(term, entry.title, entry.text) for term in query.excluded)
            ):
                yield entry

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
        """Return the exact hits under the reader's tokens; see `records.indexes.fulltext.Generation`."""
        hits = [
            (tier, entry.document)
            for entry in self._visible(query, readers, filters, without)
            if (tier := _tier(query, entry)) is not None
        ]
        counts = {
            name: dict(
                Counter(value for _, document in hits for value in values_of(document.facets.get(name)))
            )
            for name in facets
        }
        return _page(((tier, document.key) for tier, document in hits), limit, after, counts)

    def similar(
        self,
        query: Query,
        *,
        readers: frozenset[str],
        limit: int = 200,
        filters: Filters = (),
        without: frozenset[int] = frozenset(),
    ) -> Result:
        """Return near misses under the reader's tokens; see `records.indexes.fulltext.Generation`."""
        wanted = wanted_grams(query)
        hits = []
        for entry in self._visible(query, readers, filters, without) if wanted else ():
            if _tier(query, entry) is not None:
                continue
            title = {gram for _, gram in terms(entry.title)}
            anywhere = title | {gram for _, gram in terms(entry.text)}
            held = sum(_has(gram, title if title_only else anywhere) for gram, title_only in wanted)
            if (tier := similar_tier(held, len(wanted))) is not None:
                hits.append((tier, entry.document.key))
        return _page(hits, limit, None, {})

    def titles(self, readers: frozenset[str]) -> Iterator[tuple[int, str]]:
        """Yield (key, folded title) of everything the reader may see."""
        for key, entry in self._entries.items():
            if not entry.document.readers.isdisjoint(readers):
                yield key, entry.title

    def keys(self) -> Iterator[int]:
        """Yield every key held."""
        return iter(self._entries)

    def entries(self) -> Iterator[tuple[int, int]]:
        """Yield (key, seq) of every document held."""
        return ((key, entry.document.seq) for key, entry in self._entries.items())

    def close(self) -> None:
        """Nothing is held open."""


class MemoryEngine:
    """An index that lives as long as the process."""

    def __init__(self) -> None:
        self._generation = MemoryGeneration({})

    def update(self, documents: Iterable[Document], removed: Iterable[int] = (), *, mark: int) -> None:
        """Put documents in and take keys out at once."""
        entries = dict(self._generation._entries)
        for key in removed:
            entries.pop(key, None)
        entries.update((document.key, Entry.of(document)) for document in documents)
        self._generation = MemoryGeneration(entries, mark)

    def mark(self) -> int:
        """Return the feed's number of the last update."""
        return self._generation.mark

    def open(self) -> MemoryGeneration:
        """Return the present state, which never changes."""
        return self._generation

    def rebuild(self, documents: Iterable[Document], mark: int) -> None:
        """Begin anew with these documents."""
        fresh = {document.key: Entry.of(document) for document in documents}
        self._generation = MemoryGeneration(fresh, mark)

    def close(self) -> None:
        """Nothing is held open."""


def wanted_grams(query: Query) -> tuple[tuple[str, bool], ...]:
    """Return (gram, title only) of the wanted terms, each once: what "similar" counts."""
    return tuple(dict.fromkeys((gram, term.title_only) for term in query.terms for gram in term.grams()))


def _has(gram: str, held: set[str]) -> bool:
    return gram in held or (
        len(gram) == 1 and is_han(gram) and any(other[0] == gram for other in held if len(other) == 2)
    )


def _tier(query: Query, entry: Entry) -> int | None:
    """Return the tier of a document, None when it is no hit."""

    def in_title(term: Term) -> bool:
        return holds(term, entry.title, "")

    def anywhere(term: Term) -> bool:
        return holds(term, entry.title, entry.text)

    if query.void:
        return None
    if all(map(anywhere, query.terms)):
        return 0 if all(map(in_title, query.terms)) else 1
    found = [way for way in query.ways if all(map(anywhere, way))]
    if not found:
        return None
    return OTHER_TITLE if any(all(map(in_title, way)) for way in found) else OTHER


def _page(
    hits: Iterable[Cursor], limit: int, after: Cursor | None, counts: Mapping[str, Mapping[str, int]]
) -> Result:
    ordered = sorted(hits, key=_place)
    rest = ordered if after is None else [hit for hit in ordered if _place(hit) > _place(after)]
    page = rest[: max(limit, 0)]
    return Result(len(ordered), tuple(key for _, key in page), tuple(tier for tier, _ in page), counts)


def _place(hit: Cursor) -> Cursor:
    """Return what sorts a hit: tier upwards, then key downwards."""
    return hit[0], -hit[1]
