"""Searching (检索): one question to one index under the reader's own rights; nothing is written.

The index's state is pinned before the snapshot of the records is taken, and what lies between them is searched in memory,
so that a record saved a moment ago is found and none is found twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from records.domain import identifiers, masking
from records.domain.findings import Finding
from records.indexes import documents, overlay, ranking
from records.indexes.fulltext import NeedsRebuild
from records.indexes.query import Query, parse

from . import discretion
from .indexing import beyond, rebuild
from .services import Services

PAGE = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """One record that was found: what it is, where it says so, and its facets."""

    kind: str
    id: str
    title: str
    snippet: tuple[tuple[str, bool], ...]
    facets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits with the exact total and facet counts under the reader's rights, and near misses below."""

    text: str
    total: int
    hits: tuple[Hit, ...]
    similar: tuple[Hit, ...] = ()
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    cursor: tuple[int, int] | None = None
    findings: tuple[Finding, ...] = ()


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
    """Search one index for what a holder of ``readers`` may see; a personal number is looked up as its keyed token."""
    query = parse(_numbers_as_tokens(services, text))
    generation = _pinned(services, index)
    try:
        with services.database.read() as root:
            site = root["site"]
            fresh, stale = beyond(services, site, index, generation.mark)
            later = overlay.Overlay(fresh, stale)
            result = overlay.search(
                generation,
                later,
                query,
                readers=readers,
                limit=ranking.HEAD if after is None else limit,
                after=after,
                filters=(*query.filters, *filters),
                facets=facets,
            )
            near = None
            if query.terms and after is None and result.total < overlay.ENOUGH:
                near = overlay.similar(
                    generation, later, query, readers=readers, limit=limit, filters=filters
                )
            hits = _shown(services, site, query, result, limit, rank=after is None)
            similar = _shown(services, site, query, near, limit, rank=True) if near else ()
    finally:
        generation.close()
    cursor = None
    if result.total > len(hits) and result.keys:
        last = min(limit, len(result.keys)) - 1
        cursor = (result.tiers[last], result.keys[last])
    return Found(text, result.total, hits, similar, result.facets, cursor, query.findings)


def _pinned(services: Services, index: str):
    try:
        return services.engines[index].open()
    except NeedsRebuild:
        rebuild(services, index)
        return services.engines[index].open()


def _numbers_as_tokens(services: Services, text: str) -> str:
    today = services.clock.today()
    words = []
    for word in masking.mask_text(text, services.vault.token).split():
        recognised = identifiers.recognise(word, today=today)
        words.append(services.vault.token(recognised.normalised) if recognised.valid else word)
    return " ".join(words)


def _shown(services: Services, site, query: Query, result, limit: int, *, rank: bool) -> tuple[Hit, ...]:
    today = services.clock.today()
    head = {}
    for key, tier in zip(result.keys, result.tiers, strict=True):
        record = documents.record_at(site, services.vault, key)
        document = documents.project(site, record, today=today) if record is not None else None
        if document is not None:
            head[key] = (tier, record, document)
    order = (
        ranking.rerank(query, [(key, tier, doc.title, doc.text) for key, (tier, _, doc) in head.items()])
        if rank
        else tuple(head)
    )
    return tuple(
        Hit(
            kind=head[key][1].kind,
            id=head[key][1].id,
            title=head[key][2].title,
            snippet=tuple(
                (discretion.shown(text), hit) for text, hit in ranking.snippet(head[key][2].text, query)
            ),
            facets=head[key][2].facets,
        )
        for key in order[:limit]
    )
