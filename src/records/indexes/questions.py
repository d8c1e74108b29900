"""Named questions (查询): what the office asks its records every day, answered from keys and work lists."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from records.domain.editions import Span, holding
from records.domain.guide_lines import Proof
from records.resources.applicants import Applicant
from records.resources.archives import ArchivedItem
from records.resources.custody import HandOver, Original
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


def dossiers_naming(site: Site, member: str) -> Iterator[Dossier]:
    """Yield the dossiers that name somebody as a member of the applicant's family (共同生活的家庭成员)."""
    for _, dossier in worklists.page(site, "member", member):
        yield site.dossiers[dossier]


def second_looks(site: Site) -> Iterator[Applicant]:
    """Yield the applicants for whom a join is proposed that waits for a second look (待复核的关联)."""
    for _, applicant in worklists.page(site, "second-look"):
        yield site.applicants[applicant]


def dossiers_in(
    site: Site, unit: str, state: str, *, after: bytes = b"", limit: int | None = None
) -> Iterator[tuple[bytes, Dossier]]:
    """Yield a unit's dossiers in one state by due day, each with its cursor."""
    for key, dossier in worklists.page(site, "state", unit, state, after=after, limit=limit):
        yield key, site.dossiers[dossier]


def dossiers_fallen(site: Site, unit: str, *, limit: int | None = None) -> Iterator[Dossier]:
    """Yield a unit's running cases with a material that holds no longer (材料失效), by due day."""
    for _, dossier in worklists.page(site, "fallen", unit, limit=limit):
        yield site.dossiers[dossier]


def imported(site: Site, *, limit: int | None = None) -> Iterator[Material]:
    """Yield the imported papers that nobody has looked at yet (待核验), the newest first."""
    for _, material in worklists.page(site, "imported", limit=limit):
        yield site.materials[material]


def suspended_until(site: Site, last: date) -> Iterator[Material]:
    """Yield the materials whose suspension ends on a civil day or before it."""
    for key, material in worklists.page(site, "suspended"):
        if key.split(b"\0")[1].decode() > last.isoformat():
            break
        yield site.materials[material]


def items_of(
    site: Site, fonds: str, state: str, *, after: bytes = b"", limit: int | None = None
) -> Iterator[tuple[bytes, ArchivedItem]]:
    """Yield a fonds' archived items in one state, the newest first, each with its cursor."""
    for key, item in worklists.page(site, "fonds", fonds, state, after=after, limit=limit):
        yield key, site.archives[item]


def items_about(site: Site, applicant: str) -> Iterator[ArchivedItem]:
    """Yield the archived items of an applicant's own file."""
    for _, item in worklists.page(site, "archived", applicant):
        yield site.archives[item]


def item_with_code(site: Site, search_key: str) -> ArchivedItem | None:
    """Return the archived item with that 档号 (given as its search key), or None."""
    found = keys.owner(site, keys.compose("archival-code", search_key))
    return site.archives[found] if found else None


def dossier_with_code(site: Site, code: str) -> Dossier | None:
    """Return the dossier with that 收件编号, or None."""
    found = keys.owner(site, keys.compose("dossier-code", code))
    return site.dossiers.get(found) if found else None


def notice_with_code(site: Site, code: str) -> Notice | None:
    """Return the notice with that number, or None."""
    found = keys.owner(site, keys.compose("notice-code", code))
    return site.notices.get(found) if found else None


def notices_of(site: Site, dossier: Dossier) -> tuple[Notice, ...]:
    """Return the notices of a dossier in the order they were issued."""
    return tuple(site.notices[notice] for notice in dossier.notices)


def originals_of(site: Site, dossier: str) -> tuple[Original, ...]:
    """Return the paper originals of a case in the order of their codes."""
    return tuple(site.custody[original] for _, original in worklists.page(site, "custody-of", dossier))


def originals_kept_by(site: Site, userid: str) -> tuple[Original, ...]:
    """Return the originals a person answers for: held, lent and lost, in the order of their codes."""
    return tuple(site.custody[original] for _, original in worklists.page(site, "kept-by", userid))


def originals_in(
    site: Site, unit: str, state: str, *, after: bytes = b"", limit: int | None = None
) -> Iterator[tuple[bytes, Original]]:
    """Yield a unit's originals in one state with their cursors: lent ones by their day, others the newest first."""
    for key, original in worklists.page(site, "custody", unit, state, after=after, limit=limit):
        yield key, site.custody[original]


def original_with_code(site: Site, code: str) -> Original | None:
    """Return the original with that code, or None."""
    found = keys.owner(site, keys.compose("original-code", code))
    return site.custody.get(found) if found else None


def hand_overs_of(site: Site, userid: str, *, limit: int | None = None) -> Iterator[HandOver]:
    """Yield the hand-overs a person gives or takes, the newest first."""
    for _, handover in worklists.page(site, "handovers", userid, limit=limit):
        yield site.handovers[handover]


def dossiers_showing(site: Site, digest: str) -> Iterator[Dossier]:
    """Yield the dossiers in which a content lies on a line or is the result."""
    for _, dossier in worklists.page(site, "shown", digest):
        yield site.dossiers[dossier]


@dataclass(frozen=True, slots=True)
class ListedGuide:
    """A guide as the list of all guides knows it without reading one.

    How its open edition stands, when others hold, what spoke against it when it was checked last; ``sought`` is what
    typed words are looked for in.
    """

    key: str
    title: str
    unit: str
    status: str
    spans: tuple[Span, ...]
    weight: str
    sought: str


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
    title, unit, status, spans, weight, guide = key.decode().split("\0")[1:]
    sought = folded(f"{title} {guide}")
    return ListedGuide(guide, title, unit, status, _spans(spans), weight, sought)


def folded(text: str) -> str:
    """Return a text as typed words are looked for in it: NFKC, small letters."""
    return unicodedata.normalize("NFKC", text).casefold()


def proofs_of(site: Site, material: str, on: date) -> Iterator[Proof]:
    """Yield the guides that give a standard material on a civil day, with what each always needs, from keys alone."""
    for key, _guide in worklists.page(site, "yields", material):
        version, spans, proof = _proof(key)
        if holding(spans, on) == version:
            yield proof


def guides_naming(site: Site, on: date) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield key and standard materials, asked for or given, of every guide in force on a civil day, from keys alone."""
    for key, guide in worklists.page(site, "asks"):
        version, spans, materials = _named(key)
        if holding(spans, on) == version:
            yield guide, materials


@lru_cache(maxsize=1 << 14)
def _named(key: bytes) -> tuple[int, tuple[Span, ...], tuple[str, ...]]:
    version, spans, materials, _guide = key.decode().split("\0")[1:]
    return int(version), _spans(spans), tuple(each for each in materials.split("|") if each)


@lru_cache(maxsize=1 << 14)
def _proof(key: bytes) -> tuple[int, tuple[Span, ...], Proof]:
    material, version, spans, needs, title, guide = key.decode().split("\0")[1:]
    return (
        int(version),
        _spans(spans),
        Proof(guide, title, material, tuple(needs.split("|")) if needs else ()),
    )


def _spans(text: str) -> tuple[Span, ...]:
    return tuple(map(_span, text.split("|"))) if text else ()


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
