"""Sweeping (清扫): contents that no record names are set aside after a day of grace, so that a refused upload leaves nothing.

It runs under the write lock: nobody can be about to name what is being looked at. Quarantine is emptied after a month.
"""

from __future__ import annotations

from datetime import timedelta

from records.resources.site import Site

from . import archive_imports, library_imports
from .archiving import manifest_of
from .conversions import converted_digests
from .guide_imports import named_by_imports
from .services import Services

GRACE = timedelta(days=1)
QUARANTINE = timedelta(days=30)


def named_digests(services: Services, site: Site) -> frozenset[str]:
    """Return the digest of every content that some record names: holdings, papers, manifests and all their parts."""
    return frozenset({*site.holdings} | named_by_papers(services, site))


def named_by_papers(services: Services, site: Site) -> set[str]:
    """Return what is named beside the holdings: imports, notices, papers of use, disposition lists, packages with all their parts."""
    named = {paper[1] for each in site.dispositions.values() for paper in each.papers}
    named |= {paper[1] for each in site.transfers.values() for paper in each.papers}
    named |= named_by_imports(site) | library_imports.named_by_imports(site)
    named |= archive_imports.named_by_imports(site)
    named |= {notice.digest for notice in site.notices.values() if notice.digest}
    named |= {paper.digest for paper in site.use_papers.values() if paper.stored}
    for item in site.archives.values():
        if item.manifest:
            named.add(item.manifest)
            named |= {part.digest for part in manifest_of(services, item).parts}
            named |= set(converted_digests(item))
    return named


def sweep(services: Services) -> tuple[str, ...]:
    """Set aside what nobody names and is older than the grace; return the digests that were moved.

    A look at a snapshot comes first, so that writers wait only on the rare day when there is something to move.
    """
    now = services.clock.now()
    with services.database.read() as root:
        named = named_digests(services, root["site"])
    if all(digest in named for digest in services.store.walk()):
        return ()
    with services.database.write(note="sweep") as root:
        named = named_digests(services, root["site"])
        moved = services.store.sweep(named.__contains__, older_than=GRACE, now=now)
    services.store.empty_quarantine(older_than=QUARANTINE, now=now)
    return moved
