"""Searching sets of document numbers (位图检索): hits, totals and counts as operations on roaring bitmaps.

A segment never changes, so the set of documents that holds a term is read once and kept; deletions, rights and the
caller's own exclusions are subtracted at each search. Documents of a segment are numbered by falling key: the order of
the numbers is the order of the page, and nothing is sorted.
"""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from itertools import islice
from operator import and_, or_
from threading import Lock
from typing import Protocol

from pyroaring import BitMap

from records.indexes.fulltext import (
    NEVER,
    OTHER,
    OTHER_TITLE,
    SIMILAR_TIERS,
    Cursor,
    Filters,
    Result,
    alternatives,
)
from records.indexes.query import Query, Term
from records.indexes.words import is_han, occurs

TITLE, TEXT, FACET, READER = "t", "b", "f", "r"
Key = tuple[str, str, str]


class BitmapCache:
    """Bitmaps that were asked for lately, by (segment, field, term), within a budget of bytes."""

    def __init__(self, budget: int = 128 << 20) -> None:
        self._budget = budget
        self._held: OrderedDict[Key, tuple[BitMap, int]] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, key: Key, make: Callable[[], BitMap]) -> BitMap:
        """Return a bitmap, making it when it is not held; the caller must not change it."""
        with self._lock:
            if (found := self._held.get(key)) is not None:
                self._held.move_to_end(key)
                return found[0]
        made = make()
        size = 200 + 2 * len(made)
        with self._lock:
            if key not in self._held:
                self._held[key] = made, size
                self._size += size
            while self._size > self._budget:
                _, (_, gone) = self._held.popitem(last=False)
                self._size -= gone
        return made

    def keep(self, segments: Iterable[str]) -> None:
        """Forget the bitmaps of all other segments."""
        names = set(segments)
        with self._lock:
            for key in [key for key in self._held if key[0] not in names]:
                self._size -= self._held.pop(key)[1]


class Segment(Protocol):
    """An unchanging part of an index."""

    name: str
    keys: array[int]

    def postings(self, field: str, term: str) -> BitMap:
        """Return the numbers of all documents, deleted ones included, that hold a term."""
        ...

    def starting(self, field: str, prefix: str) -> Iterator[str]:
        """Yield the terms that begin with a prefix."""
        ...

    def words(self, field: str, number: int) -> bytes:
        """Return a document's folded title or text in UTF-8."""
        ...

    def seqs(self) -> Iterable[int]:
        """Return each document's place in the feed."""
        ...


def number_of(keys: array[int], key: int) -> int | None:
    """Return the number of the document with a key in a segment, or None."""
    at = bisect_left(keys, -key, key=lambda held: -held)
    return at if at < len(keys) and keys[at] == key else None


class Leaf:
    """One segment under the deletions of one generation."""

    def __init__(self, segment: Segment, deleted: BitMap, cache: BitmapCache) -> None:
        self.segment = segment
        self.keys = segment.keys
        self._cache = cache
        self.alive = BitMap(range(len(self.keys))) - deleted
        self._readable: dict[frozenset[str], BitMap] = {}

    def postings(self, field: str, term: str) -> BitMap:
        """Return all documents that hold a term, from the cache when possible."""
        key = (self.segment.name, field, term)
        return self._cache.get(key, lambda: self.segment.postings(field, term))

    def gram(self, field: str, gram: str) -> BitMap:
        """Return all documents that hold a gram; one Chinese character stands for all that begins with it."""
        if len(gram) > 1 or not is_han(gram):
            return self.postings(field, gram)

        def make() -> BitMap:
            found = (self.segment.postings(field, term) for term in self.segment.starting(field, gram))
            return BitMap().union(*found)

        return self._cache.get((self.segment.name, field, f"{gram}*"), make)

    def term(self, field: str, term: Term) -> BitMap:
        """Return all documents whose title or text holds a term exactly."""
        grams = term.grams()
        if term.is_exact:
            return self.gram(field, grams[0])
        return self._cache.get(
            (self.segment.name, field, f'"{term.text}'), lambda: self._compared(field, term)
        )

    def _compared(self, field: str, term: Term) -> BitMap:
        candidates = reduce(and_, sorted((self.gram(field, gram) for gram in term.grams()), key=len))
        needle, words = term.text.encode(), self.segment.words
        found = [number for number in candidates if needle in words(field, number)]
        if not (is_han(term.text[0]) and is_han(term.text[-1])):
            found = [number for number in found if occurs(term.text, words(field, number).decode()) >= 0]
        return BitMap(found)

    def anywhere(self, term: Term) -> BitMap:
        """Return all documents that hold a term where the query lets it be."""
        title = self.term(TITLE, term)
        return title if term.title_only else title | self.term(TEXT, term)

    def readable(self, readers: frozenset[str]) -> BitMap:
        """Return the living documents that a holder of any of the tokens may see."""
        if (found := self._readable.get(readers)) is None:
            found = (
                BitMap().union(*(self.postings(READER, token) for token in readers - {NEVER})) & self.alive
            )
            if len(self._readable) >= 64:
                self._readable.clear()
            self._readable[readers] = found
        return found

    def visible(
        self, query: Query, readers: frozenset[str], filters: Filters, without: frozenset[int]
    ) -> BitMap:
        """Return what may be shown at all: readable, within the filters, not excluded."""
        shown = self.readable(readers)
        for name, values in alternatives((*query.filters, *filters)).items():
            shown = shown & BitMap().union(*(self.postings(FACET, f"{name}={value}") for value in values))
        for term in query.excluded:
            shown = shown - self.anywhere(term)
        if without:
            numbers = (number_of(self.keys, key) for key in without)
            shown = shown - BitMap([number for number in numbers if number is not None])
        return shown

    def hits(self, query: Query, shown: BitMap) -> list[tuple[int, BitMap]]:
        """Return (tier, documents) of the shown ones that hold every term, or every term of another wording."""
        if query.void:
            return [(tier, BitMap()) for tier in (0, 1, OTHER_TITLE, OTHER)]
        direct, titled = self._way(query.terms, shown)
        others, others_titled = BitMap(), BitMap()
        for way in query.ways:
            found, first = self._way(way, shown - direct)
            others, others_titled = others | found, others_titled | first
        return [
            (0, titled),
            (1, direct - titled),
            (OTHER_TITLE, others_titled),
            (OTHER, others - others_titled),
        ]

    def _way(self, terms: Sequence[Term], shown: BitMap) -> tuple[BitMap, BitMap]:
        """Return the documents that hold all terms, and those of them that hold all in the title."""
        found = reduce(and_, map(self.anywhere, terms), shown)
        return found, reduce(and_, (self.term(TITLE, term) for term in terms), found)

    def counts(self, name: str, hits: BitMap) -> Iterator[tuple[str, int]]:
        """Yield each value of a facet that occurs among the hits, and how often."""
        for term in self.segment.starting(FACET, f"{name}="):
            if count := hits.intersection_cardinality(self.postings(FACET, term)):
                yield term[len(name) + 1 :], count

    def keys_of(self, numbers: BitMap, below: int | None) -> Iterator[int]:
        """Yield the negated keys of documents, the highest key first, from below a key on."""
        if below is None:
            chosen: Iterable[int] = numbers
        else:
            first = bisect_left(self.keys, -below + 1, key=lambda held: -held)
            chosen = numbers & BitMap(range(first, len(self.keys)))
        return (-self.keys[number] for number in chosen)

    def near(self, query: Query, shown: BitMap) -> list[tuple[int, BitMap]]:
        """Return (tier, documents) of those that hold most of the query's grams."""
        wanted = list(dict.fromkeys((gram, term.title_only) for term in query.terms for gram in term.grams()))
        digits: list[BitMap] = []
        for gram, title_only in wanted:
            carry = self.gram(TITLE, gram)
            carry = (carry if title_only else carry | self.gram(TEXT, gram)) & shown
            for place, digit in enumerate(digits):
                digits[place], carry = digit ^ carry, digit & carry
            if carry:
                digits.append(carry)
        tiers, higher = [], BitMap()
        for percent, tier in SIMILAR_TIERS:
            reached = _at_least(digits, -(-len(wanted) * percent // 100))
            tiers.append((tier, reached - higher))
            higher = reached
        return tiers


def _at_least(digits: Sequence[BitMap], limit: int) -> BitMap:
    """Return the documents whose count, given in binary digits from the lowest, is at least the limit."""
    if limit >> len(digits):
        return BitMap()
    above, equal = BitMap(), reduce(or_, digits, BitMap())
    for place in reversed(range(len(digits))):
        if limit >> place & 1:
            equal = equal & digits[place]
        else:
            above = above | (equal & digits[place])
            equal = equal - digits[place]
    return above | equal


class BitmapGeneration:
    """One unchanging state of an index of segments; see `records.indexes.fulltext.Generation`."""

    def __init__(self, leaves: Sequence[Leaf], mark: int) -> None:
        self._leaves = leaves
        self.mark = mark

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
        """Return the exact hits under the reader's tokens."""
        tiers = [leaf.hits(query, leaf.visible(query, readers, filters, without)) for leaf in self._leaves]
        hits = [reduce(or_, (numbers for _, numbers in found)) for found in tiers]
        counts: dict[str, dict[str, int]] = {}
        for name in facets:
            values: dict[str, int] = counts.setdefault(name, {})
            for leaf, found in zip(self._leaves, hits, strict=True):
                for value, count in leaf.counts(name, found) if found else ():
                    values[value] = values.get(value, 0) + count
        together = [(each[0][0], [numbers for _, numbers in each]) for each in zip(*tiers, strict=True)]
        return self._page(together, limit, after, counts)

    def similar(
        self,
        query: Query,
        *,
        readers: frozenset[str],
        limit: int = 200,
        filters: Filters = (),
        without: frozenset[int] = frozenset(),
    ) -> Result:
        """Return near misses under the reader's tokens."""
        if not query.terms:
            return Result(0)
        tiers: dict[int, list[BitMap]] = {tier: [] for _, tier in SIMILAR_TIERS}
        for leaf in self._leaves:
            shown = leaf.visible(query, readers, filters, without)
            exact = reduce(or_, (numbers for _, numbers in leaf.hits(query, shown)))
            for tier, found in leaf.near(query, shown - exact):
                tiers[tier].append(found)
        return self._page(list(tiers.items()), limit, None, {})

    def _page(
        self,
        tiers: Sequence[tuple[int, Sequence[BitMap]]],
        limit: int,
        after: Cursor | None,
        counts: dict[str, dict[str, int]],
    ) -> Result:
        keys: list[int] = []
        kinds: list[int] = []
        for tier, found in tiers:
            if len(keys) >= limit or (after is not None and tier < after[0]):
                continue
            below = after[1] if after is not None and tier == after[0] else None
            ordered = [
                leaf.keys_of(numbers, below) for leaf, numbers in zip(self._leaves, found, strict=True)
            ]
            page = [-key for key in islice(heapq.merge(*ordered), limit - len(keys))]
            keys += page
            kinds += [tier] * len(page)
        total = sum(len(numbers) for _, found in tiers for numbers in found)
        return Result(total, tuple(keys), tuple(kinds), counts)

    def titles(self, readers: frozenset[str]) -> Iterator[tuple[int, str]]:
        """Yield (key, folded title) of everything the reader may see."""
        for leaf in self._leaves:
            for number in leaf.readable(readers):
                yield leaf.keys[number], leaf.segment.words(TITLE, number).decode()

    def keys(self) -> Iterator[int]:
        """Yield every living key."""
        return (key for key, _ in self.entries())

    def entries(self) -> Iterator[tuple[int, int]]:
        """Yield (key, seq) of every living document."""
        for leaf in self._leaves:
            seqs = list(leaf.segment.seqs())
            yield from ((leaf.keys[number], seqs[number]) for number in leaf.alive)

    def close(self) -> None:
        """Nothing to do: the segments are let go with the last reference to this state, which others may share."""
