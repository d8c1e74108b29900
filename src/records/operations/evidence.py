"""What the checks of a package are told by this instance (检测证据): scanner, trials of papers, audit entries, the record itself."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

from records.domain import ledger
from records.domain.package_checks import Phase
from records.domain.packages import PackageFacts, ScannerFacts, TrailFacts
from records.domain.verification import Look
from records.exchange.package_facts import Try
from records.exchange.package_sources import Source
from records.exchange.scanner import Scanner, scanner_of
from records.extraction.types import Attempt, MediaType
from records.resources.archives import ArchivedItem
from records.resources.dossiers import Dossier
from records.resources.materials import Holding
from records.resources.site import Site

from .services import Services

TOOL = f"juanzong {version('juanzong')}"

#: What the audit log must have of an item in each phase, in this order.
REQUIRED_TRAIL = {
    Phase.ARCHIVING: ("archive.arrange",),
    Phase.TRANSFER: ("archive.arrange", "archive.register"),
    Phase.KEEPING: ("archive.arrange", "archive.register"),
}


def trial_of(services: Services, digest: str, media_type: str) -> tuple:
    """Try a stored content once and return what became of it, as a holding keeps it; empty when its reader gave up."""
    found = services.extractor.attempt(services.store.path(digest), MediaType(media_type))
    if found.readable is None:
        return ()
    tool = f"{found.tool}（{services.clock.today().isoformat()}）"
    return (found.readable, found.pages, found.encrypted, found.undrawn, tool, found.signatures)


def tries(services: Services, site: Site | None = None, dossier: Dossier | None = None) -> Try:
    """Return who tries papers: what was tried when it came in or was issued counts, for its bytes have the same digest.

    Without site and dossier every paper is tried anew.
    """
    issued = (
        [site.notices[notice] for notice in dossier.notices]
        if site is not None and dossier is not None
        else []
    )
    known = {notice.digest: notice.tried for notice in issued if notice.tried}

    def attempt(digest: str, place: Path, kind: str) -> Attempt:
        holding: Holding | None = site.holdings.get(digest) if site is not None else None
        tried = (holding.tried if holding is not None else ()) or known.get(digest)
        return Attempt(*tried) if tried else services.extractor.attempt(place, kind)

    return attempt


def scanned(services: Services, source: Source, facts: PackageFacts) -> PackageFacts:
    """Return the facts with what the anti-virus program says of the files; without one nothing is said."""
    scanner = scanner_of(services.settings)
    return facts if scanner is None else scanned_by(scanner, source, facts)


def scanned_by(scanner: Scanner, source: Source, facts: PackageFacts) -> PackageFacts:
    """Return the facts with what a scanner says; a file that lies nowhere yet was written by this program just now."""
    places = {place: path for path in facts.present if (place := source.file(path)) is not None}
    about = _scanner_facts(scanner, facts.today)
    found = scanner.infected(sorted(places)) if about.works else None
    named = None if found is None else tuple(sorted(places[place] for place in found if place in places))
    return replace(facts, scanner=about, infected=named)


@lru_cache(maxsize=8)
def _scanner_facts(scanner: Scanner, _day: str) -> ScannerFacts:
    """Ask a scanner for its version once a day."""
    return scanner.facts()


def trail_of(site: Site, item: ArchivedItem) -> tuple[TrailFacts, ...] | None:
    """Return the audit entries about an item, each held against its leaf; None for items from before this was noted.

    They are told by their place in the item's own trail: their numbers in the log depend on what else the office did.
    """
    if not item.trail:
        return None
    return tuple(
        _entry(site, item, place, seq, earlier)
        for place, (earlier, seq) in enumerate(pairwise((0, *item.trail)), 1)
    )


def _entry(site: Site, item: ArchivedItem, place: int, seq: int, earlier: int) -> TrailFacts:
    entry = site.audit.get(seq)
    if entry is None:
        return TrailFacts(place, "", "", "", whole=False, before="", after="")
    line = json.loads(entry.line)
    unchanged = ledger.leaf_hash(entry.line) == entry.leaf and line["on"] == f"{item.kind}:{item.id}"
    whole = unchanged and line["seq"] == seq > earlier
    return TrailFacts(place, line["event"], line["at"], line["by"], whole, line["before"], line["after"])


def looks_of(site: Site, item: ArchivedItem) -> tuple[Look, ...]:
    """Return what people said who looked at the item (人工检测), by their names."""
    return tuple(
        Look(check, _name(site, by), at.isoformat(timespec="seconds"), good, note)
        for check, at, by, good, note in item.looks
    )


def _name(site: Site, userid: str) -> str:
    person = site.people.get(userid)
    return person.name if person is not None else userid
