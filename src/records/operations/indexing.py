"""The indexer (索引): follows the change feed and commits groups; and the comparison of index and records."""

from __future__ import annotations

from records.domain.findings import Finding
from records.indexes import documents, feed, questions
from records.indexes.fulltext import Document, NeedsRebuild
from records.resources.archives import ArchivedItem

from .archiving import manifest_of
from .services import INDEXES, Services

GROUP = 500


def index_once(services: Services) -> int:
    """Bring every index up to the feed, at most one group each; return how many documents were written."""
    return sum(_advance(services, index) for index in INDEXES)


def _advance(services: Services, index: str) -> int:
    engine = services.engines[index]
    try:
        mark = engine.mark()
    except NeedsRebuild:
        return rebuild(services, index)
    today = services.clock.today()
    with services.database.read() as root:
        site = root["site"]
        if feed.latest(site) == mark:
            return 0
        fresh, gone = [], []
        for change in feed.changes(site, after=mark, limit=GROUP):
            mark = change.seq
            if documents.INDEX_OF.get(change.kind) != index:
                continue
            record = feed.subject(site, change)
            document = documents.project(site, record, today=today) if record is not None else None
            if document is not None:
                fresh.append(document)
            elif record is not None:
                gone.append(documents.key_of(record))
    engine.update(fresh, gone, mark=mark)
    return len(fresh) + len(gone)


def catch_up(services: Services) -> int:
    """Follow the feed to its end; return how many documents were written."""
    written = 0
    while True:
        with services.database.read() as root:
            latest = feed.latest(root["site"])
        written += index_once(services)
        if all(services.engines[index].mark() >= latest for index in INDEXES):
            return written


def rebuild(services: Services, index: str) -> int:
    """Write one index anew from the records beside the old one, then swap; return how many documents it holds."""
    count = 0

    def counted(stream):
        nonlocal count
        for document in stream:
            count += 1
            yield document

    with services.database.read() as root:
        site = root["site"]
        stream = documents.stream(site, index, today=services.clock.today())
        services.engines[index].rebuild(counted(stream), feed.latest(site))
    return count


def verify(services: Services) -> tuple[Finding, ...]:
    """Compare every index with the records both ways: missing, stale and phantom documents are findings (I12).

    What changed after the index's mark is not missed: the indexer has yet to come to it.
    """
    found = []
    for index in INDEXES:
        try:
            generation = services.engines[index].open()
        except NeedsRebuild:
            found.append(Finding("index.needs-rebuild", subject=index))
            continue
        try:
            mark, there = generation.mark, dict(generation.entries())
        finally:
            generation.close()
        with services.database.read() as root:
            site = root["site"]
            today = services.clock.today()
            wanted = {document.key: document.seq for document in documents.stream(site, index, today=today)}
            if index == "guides":
                # What begins or ends today and has not been said by the feed is not missed: it is searched in memory.
                for guide in questions.guides_turning(site, today).values():
                    wanted.pop(documents.key_of(guide), None)
                    there.pop(documents.key_of(guide), None)
        later = {key for key, seq in wanted.items() if seq > mark}
        for key in sorted(wanted.keys() - there.keys() - later):
            found.append(Finding("index.missing", subject=index, params={"key": key}))
        for key in sorted(there.keys() - wanted.keys()):
            found.append(Finding("index.phantom", subject=index, params={"key": key}))
        for key in sorted((wanted.keys() & there.keys()) - later):
            if wanted[key] != there[key]:
                found.append(Finding("index.stale", subject=index, params={"key": key}))
    return tuple(found)


def beyond(services: Services, site, index: str, mark: int) -> tuple[tuple[Document, ...], frozenset[int]]:
    """Return what an index does not know yet of one snapshot: documents, and keys that are gone or replaced."""
    today = services.clock.today()
    fresh, stale = [], set()
    records = {}
    for change in feed.changes(site, after=mark):
        if documents.INDEX_OF.get(change.kind) == index:
            records[change.id] = feed.subject(site, change)
    if index == "guides":
        records |= questions.guides_turning(site, today)
    for record in records.values():
        if record is None:
            continue
        stale.add(documents.key_of(record))
        document = documents.project(site, record, today=today)
        if document is not None:
            fresh.append(document)
    return tuple(fresh), frozenset(stale)


def verify_store(services: Services) -> tuple[Finding, ...]:
    """Check that all bytes named by holdings, notices, papers of use and frozen packages are there and fit their digests."""
    with services.database.read() as root:
        site = root["site"]
        named = {digest: f"holding:{digest}" for digest in site.holdings}
        named |= {notice.digest: f"notice:{notice.id}" for notice in site.notices.values() if notice.digest}
        named |= {paper.digest: f"usepaper:{paper.id}" for paper in site.use_papers.values() if paper.stored}
        for item in site.archives.values():
            if item.manifest:
                named |= dict.fromkeys(_named_by(services, item), f"archive:{item.id}")
    found = []
    for digest, subject in sorted(named.items()):
        if not services.store.has(digest):
            found.append(Finding("store.missing", subject=subject, params={"digest": digest}))
        elif not services.store.verify(digest):
            found.append(Finding("store.damaged", subject=subject, params={"digest": digest}))
    return tuple(found)


def _named_by(services: Services, item: ArchivedItem) -> tuple[str, ...]:
    """Return the digests a frozen package consists of; of a manifest that is lost or damaged only its own."""
    if not services.store.verify(item.manifest):
        return (item.manifest,)
    return (item.manifest, *(part.digest for part in manifest_of(services, item).parts))
