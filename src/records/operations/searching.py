"""Searching (检索): one question to one index under the reader's own rights; nothing is written.

The index's state is pinned before the snapshot of the records is taken, and what lies between them is searched in memory,
so that a record saved a moment ago is found and none is found twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from weakref import WeakKeyDictionary

from records.domain import identifiers, masking
from records.domain.findings import Finding, Severity
from records.indexes import documents, overlay, ranking, sayings
from records.indexes.fulltext import OTHER, OTHER_TITLE, Cursor, Document, NeedsRebuild, Result
from records.indexes.lexicon import Lexicon
from records.indexes.query import Query, parse
from records.resources.base import Record
from records.resources.site import Site
from records.rules.synonyms import sayings as table

from . import discretion, synonyms
from .indexing import beyond, rebuild
from .services import Services

PAGE = 20
RANKED = 9
"""The tier of a cursor that is a place in the ranked head."""
READ_CLOSELY = 40
"""Guides whose text takes part in the order; the others of the head are ordered by their titles."""
NEAREST = 3
SIMILAR_GUIDES = 6
"""Near misses among the guides: whoever reads on has not found what he wants."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One record that was found: what it is, where it says so, its facets, and by which other words it was found."""

    kind: str
    id: str
    title: str
    snippet: tuple[tuple[str, bool], ...]
    facets: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    by: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits with the exact total and facet counts under the reader's rights, and near misses below.

    ``mended`` is what was searched for instead, where nothing was found for the words as they were typed.
    """

    text: str
    total: int
    hits: tuple[Hit, ...]
    similar: tuple[Hit, ...] = ()
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    cursor: tuple[int, int] | None = None
    findings: tuple[Finding, ...] = ()
    mended: str = ""


def search(
    services: Services,
    index: str,
    text: str,
    *,
    readers: frozenset[str],
    filters: tuple[tuple[str, str], ...] = (),
    facets: tuple[str, ...] = (),
    after: tuple[int, int] | None = None,
    limit: int = PAGE,
) -> Found:
    """Search one index for what a holder of ``readers`` may see; a personal number is looked up as its keyed token.

    Guides are looked up in everyday words, too: below what holds the typed words stands what holds another wording.
    """
    query = parse(numbers_as_tokens(services, text))
    generation = _pinned(services, index)
    try:
        with services.database.read() as root:
            fresh, stale = beyond(services, root["site"], index, generation.mark)
            desk = _Desk(
                services,
                root["site"],
                generation,
                overlay.Overlay(fresh, stale),
                readers,
                (*query.filters, *filters),
            )
            return desk.answer(index, text, query, facets=facets, after=after, limit=limit)
    finally:
        generation.close()


class _Desk:
    """One search: a pinned state of the index, what lies beyond it, and a snapshot of the records."""

    def __init__(self, services: Services, site: Site, generation, later, readers, filters) -> None:
        self._services, self._site = services, site
        self._generation, self._later = generation, later
        self._readers, self._filters = readers, filters
        self._synonyms = synonyms.known(site)

    def answer(
        self,
        index: str,
        text: str,
        query: Query,
        *,
        facets: tuple[str, ...],
        after: Cursor | None,
        limit: int,
    ) -> Found:
        """Return one page of hits; what was searched for instead where nothing was found as it was typed."""
        everyday = index == "guides" and bool(query.terms) and not query.void
        if everyday:
            query = self._done_elsewhere(query) or self._in_everyday_words(query)
        ranked = bool(query.terms) and (after is None or after[0] == RANKED)
        # One more than a page tells whether there is a next one.
        begin, wanted = (None, ranking.HEAD) if ranked else (after, limit + 1)
        result = self._exact(query, facets, begin, wanted)
        other = ""
        if everyday and not result.total and not query.void:
            instead = sayings.mended(query, self._lexicon())
            if instead is not None:
                instead = self._in_everyday_words(instead)
                found = self._exact(instead, facets, begin, wanted)
                if found.total:
                    query, result, other = instead, found, sayings.label(instead.terms)
        start = after[1] if ranked and after is not None else 0
        order = self._order(index, query, result) if ranked else result.keys
        page = order[start : start + limit]
        near: tuple[Hit, ...] = ()
        if query.terms and after is None and result.total < overlay.ENOUGH:
            near = self._near(index, query, limit, nothing=not result.total)
        return Found(
            text,
            result.total,
            self._hits(query, page, dict(zip(result.keys, result.tiers, strict=True))),
            near,
            result.facets,
            _next(result, start + limit, ranked=ranked),
            query.findings,
            other,
        )

    def _exact(self, query: Query, facets: tuple[str, ...], after: Cursor | None, limit: int) -> Result:
        return overlay.search(
            self._generation,
            self._later,
            query,
            readers=self._readers,
            limit=limit,
            after=after,
            filters=self._filters,
            facets=facets,
        )

    def _near(self, index: str, query: Query, limit: int, *, nothing: bool) -> tuple[Hit, ...]:
        """Return near misses; where nothing at all was found and nothing is similar, the nearest titles."""
        limit = min(limit, SIMILAR_GUIDES) if index == "guides" else limit
        result = overlay.similar(
            self._generation, self._later, query, readers=self._readers, limit=limit, filters=self._filters
        )
        order = self._order(index, query, result)[:limit]
        if not order and nothing and index == "guides":
            order = self._lexicon().nearest([term.text for term in query.terms], NEAREST)
        return self._hits(query, order, {})

    def _in_everyday_words(self, query: Query) -> Query:
        return sayings.with_ways(
            query,
            synonyms=self._synonyms,
            fillers=table().fillers,
            lexicon=self._lexicon(),
        )

    def _done_elsewhere(self, query: Query) -> Query | None:
        """Return the query as one that finds nothing and says who does it, where other organs do what it asks for."""
        places = table().elsewhere
        phrase = sayings.elsewhere(query, synonyms=self._synonyms, places=places, lexicon=self._lexicon())
        if not phrase:
            return None
        told = Finding("search.elsewhere", Severity.NOTES, "q", {"phrase": phrase, "where": places[phrase]})
        return replace(query, void=True, findings=(*query.findings, told))

    def _lexicon(self) -> Lexicon:
        """Return the words of what this reader may see; it is kept for as long as that state lasts.

        Everyday phrases and the words they stand for belong to it: 营业执照 is in no title.
        """
        phrases = synonyms.words(self._synonyms)
        recent = self._later.generation
        stamp = (self._readers, self._later.masked, tuple(sorted(recent.entries())), phrases)
        kept = _lexicons.get(self._generation)
        if kept is None or kept[0] != stamp:
            stored = self._generation.titles(self._readers)
            masked = self._later.masked
            titles = (
                *((key, title) for key, title in stored if key not in masked),
                *recent.titles(self._readers),
            )
            kept = _lexicons[self._generation] = (stamp, Lexicon(titles, phrases))
        return kept[1]

    def _order(self, index: str, query: Query, result) -> tuple[int, ...]:
        """Return the keys of the head, the best first; of many guides only the best by title are read closely."""
        tiers = dict(zip(result.keys, result.tiers, strict=True))
        keys = tuple(tiers)
        if index == "guides" and len(keys) > READ_CLOSELY:
            rough = [(key, tiers[key], record.title, "") for key in keys if (record := self._record(key))]
            keys = ranking.rerank(query, rough)
        close, rest = keys[:READ_CLOSELY] if index == "guides" else keys, keys[READ_CLOSELY:]
        head = [(key, tiers[key], doc.title, doc.text) for key in close if (doc := self._document(key))]
        return (*ranking.rerank(query, head), *(rest if index == "guides" else ()))

    def _record(self, key: int) -> Record | None:
        return documents.record_at(self._site, self._services.vault, key)

    def _document(self, key: int) -> Document | None:
        record = self._record(key)
        if record is None:
            return None
        return documents.project(self._site, record, today=self._services.clock.today())

    def _hits(self, query: Query, keys: tuple[int, ...], tiers: Mapping[int, int]) -> tuple[Hit, ...]:
        found = ((key, self._record(key), self._document(key)) for key in keys)
        return tuple(
            _hit(query, record, document, other=tiers.get(key, 0) in (OTHER_TITLE, OTHER))
            for key, record, document in found
            if document is not None
        )


_lexicons: WeakKeyDictionary[object, tuple[object, Lexicon]] = WeakKeyDictionary()


def _hit(query: Query, record: Record, document: Document, *, other: bool) -> Hit:
    number = ranking.way_of(query, document.title, document.text) if other else None
    way = query.ways[number] if number is not None else query.terms
    marked = replace(query, terms=way)
    return Hit(
        kind=record.kind,
        id=record.id,
        title=document.title,
        snippet=tuple((discretion.shown(text), hit) for text, hit in ranking.snippet(document.text, marked)),
        facets=document.facets,
        by=sayings.label(way) if number is not None else "",
    )


def _next(result: Result, at: int, *, ranked: bool) -> tuple[int, int] | None:
    """Return where the next page begins: a place in the ranked head, or behind a hit in the engine's order."""
    if ranked:
        return (RANKED, at) if at < len(result.keys) else result.cursor if result.total > at else None
    return (result.tiers[at - 1], result.keys[at - 1]) if at < len(result.keys) else None


def _pinned(services: Services, index: str):
    try:
        return services.engines[index].open()
    except NeedsRebuild:
        rebuild(services, index)
        return services.engines[index].open()


def numbers_as_tokens(services: Services, text: str) -> str:
    """Return a query in which each full personal number is replaced by the keyed token it is indexed under."""
    today = services.clock.today()
    words = []
    token = services.vault.token
    for word in discretion.mobiles_as(masking.mask_text(text, token), token).split():
        recognised = identifiers.recognise(word, today=today)
        words.append(token(recognised.normalised) if recognised.valid else word)
    return " ".join(words)
