"""Named questions (查询): what the office asks its records every day, answered from keys and work lists."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from records.domain.editions import Span
from records.resources.applicants import Applicant
from records.resources.archives import ArchivedItem
from records.resources.dossiers import Dossier
from records.resources.guides import Guide
from records.resources.materials import Material
from records.resources.notices import Notice
from records.resources.site import Site
from records.vault import Vault

from . import keys, worklists


def applicant_with_number(site: Site, vault: Vault, *, kind: str, number: str) -> Applicant | None:
    """Return the applicant with that normalised number, or None."""
    found = keys.owner(site, keys.compose("applicant-number", vault.digest(kind, number)))
    return site.applicants[found] if found else None


def library(site: Site, applicant: str, standard: str | None = None) -> Iterator[Material]:
    """Yield an applicant's materials (申请人材料库), all or those of one standard material."""
    prefix = ("library", applicant) if standard is None else ("library", applicant, standard)
    for _, material in worklists.page(site, *prefix):
        yield site.materials[material]


def count_of_standard(site: Site, codes: Collection[str]) -> int:
    """Count the materials of all libraries under some codes, from keys alone: no applicant and no material is loaded."""
    return sum(
        1
        for applicant in site.applicants
        for code in codes
        for _ in worklists.page(site, "library", applicant, code)
    )


def dossiers_of(site: Site, applicant: str) -> Iterator[Dossier]:
    """Yield an applicant's dossiers, the newest first."""
    for _, dossier in worklists.page(site, "applicant", applicant):
        yield site.dossiers[dossier]


def dossiers_in(
    site: Site, unit: str, state: str, *, after: bytes = b"", limit: int | None = None
) -> Iterator[tuple[bytes, Dossier]]:
    """Yield a unit's dossiers in one state by due day, each with its cursor."""
    for key, dossier in worklists.page(site, "state", unit, state, after=after, limit=limit):
        yield key, site.dossiers[dossier]


def items_of(
    site: Site, fonds: str, state: str, *, after: bytes = b"", limit: int | None = None
) -> Iterator[tuple[bytes, ArchivedItem]]:
    """Yield a fonds' archived items in one state, the newest first, each with its cursor."""
    for key, item in worklists.page(site, "fonds", fonds, state, after=after, limit=limit):
        yield key, site.archives[item]


def item_with_code(site: Site, search_key: str) -> ArchivedItem | None:
    """Return the archived item with that 档号 (given as its search key), or None."""
    found = keys.owner(site, keys.compose("archival-code", search_key))
    return site.archives[found] if found else None


def dossier_with_code(site: Site, code: str) -> Dossier | None:
    """Return the dossier with that 收件编号, or None."""
    found = keys.owner(site, keys.compose("dossier-code", code))
    return site.dossiers[found] if found else None


def notice_with_code(site: Site, code: str) -> Notice | None:
    """Return the notice with that number, or None."""
    found = keys.owner(site, keys.compose("notice-code", code))
    return site.notices[found] if found else None


def notices_of(site: Site, dossier: Dossier) -> tuple[Notice, ...]:
    """Return the notices of a dossier in the order they were issued."""
    return tuple(site.notices[notice] for notice in dossier.notices)


def dossiers_showing(site: Site, digest: str) -> Iterator[Dossier]:
    """Yield the dossiers in which a content lies on a line or is the result."""
    for _, dossier in worklists.page(site, "shown", digest):
        yield site.dossiers[dossier]


@dataclass(frozen=True, slots=True)
class ListedGuide:
    """A guide as the list of all guides knows it without reading one: how its open edition stands, and when others hold."""

    key: str
    title: str
    unit: str
    status: str
    spans: tuple[Span, ...]


def guides_listed(site: Site) -> Iterator[ListedGuide]:
    """Yield all guides by title."""
    for key, _guide in worklists.page(site, "guide"):
        yield _listed(key)


def guides_open(site: Site, status: str, unit: str) -> Iterator[tuple[str, str]]:
    """Yield key and title of a unit's guides whose open edition stands in a status, by title."""
    for key, guide in worklists.page(site, "open-guide", status, unit):
        yield guide, key.decode().split("\0")[3]


@lru_cache(maxsize=1 << 14)
def _listed(key: bytes) -> ListedGuide:
    title, unit, status, spans, guide = key.decode().split("\0")[1:6]
    return ListedGuide(guide, title, unit, status, tuple(map(_span, spans.split("|"))) if spans else ())


def _span(text: str) -> Span:
    number, since, until = text.split(":")
    return Span(int(number), date.fromisoformat(since), date.fromisoformat(until) if until else None)


def guides_turning(site: Site, today: date) -> dict[str, Guide]:
    """Return by key the guides of which another edition, or none, is in force since the feed last said so.

    An edition begins and ends on its day without anybody doing anything on it; until the feed says so, whoever follows
    the feed must look here as well.
    """
    if site.turned_on is not None and site.turned_on >= today:
        return {}
    found = {}
    after = keys.compose("turning") + b"\0"
    if site.turned_on is not None:
        after += (site.turned_on + timedelta(days=1)).isoformat().encode()
    for key, guide in worklists.page(site, "turning", after=after):
        if key.split(b"\0")[1].decode() > today.isoformat():
            break
        found[guide] = site.guides[guide]
    return found
