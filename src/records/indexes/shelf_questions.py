"""What the archivist asks of order and shelves (整理与排架): catalogues, waiting items, boxes, volumes, fonds files."""

from __future__ import annotations

from collections.abc import Iterator

from records.domain.code_patterns import fold
from records.resources.archives import ArchivedItem
from records.resources.boxes import Box
from records.resources.site import Site
from records.resources.volumes import FondsPaper, Volume

from . import keys, worklists


def catalogued(
    site: Site, fonds: str, year: int, *, after: bytes = b"", limit: int | None = None
) -> Iterator[tuple[bytes, ArchivedItem]]:
    """Yield the coded items of a fonds and year in the order of their codes, destroyed and transferred ones as well."""
    for key, item in worklists.page(site, "catalogue", fonds, str(year), after=after, limit=limit):
        yield key, site.archives[item]


def waiting_items(site: Site, fonds: str, *, limit: int | None = None) -> Iterator[ArchivedItem]:
    """Yield the items of a fonds that have no code yet: by class, in each in the order in which they will be coded."""
    for _, item in worklists.page(site, "arranging", fonds, limit=limit):
        yield site.archives[item]


def boxes_of(
    site: Site, fonds: str, *, after: bytes = b"", limit: int | None = None
) -> Iterator[tuple[bytes, Box]]:
    """Yield the boxes of a fonds by code, each with its cursor."""
    for key, box in worklists.page(site, "boxes", fonds, after=after, limit=limit):
        yield key, site.boxes[box]


def volumes_of(
    site: Site, fonds: str, *, after: bytes = b"", limit: int | None = None
) -> Iterator[tuple[bytes, Volume]]:
    """Yield the volumes of a fonds by year and code, each with its cursor."""
    for key, volume in worklists.page(site, "volumes", fonds, after=after, limit=limit):
        yield key, site.volumes[volume]


def fonds_papers_of(site: Site, fonds: str) -> Iterator[FondsPaper]:
    """Yield the papers of a fonds file, by part and day."""
    for _, paper in worklists.page(site, "fonds-file", fonds):
        yield site.fonds_papers[paper]


def box_with_code(site: Site, code: str) -> Box | None:
    """Return the box with that code, however it was typed, or None."""
    found = keys.owner(site, keys.compose("box-code", fold(code)))
    return site.boxes[found] if found else None


def volume_with_code(site: Site, code: str) -> Volume | None:
    """Return the volume with that 案卷档号, however it was typed, or None."""
    found = keys.owner(site, keys.compose("volume-code", fold(code)))
    return site.volumes[found] if found else None


def counted_series(site: Site, fonds_number: str) -> Iterator[tuple[str, int]]:
    """Yield the class or volume (code without item number) and how many codes were ever given in it; no item is read."""
    head = f"archive:{fonds_number}-"
    for name, counter in site.counters.items(head, f"{head}\uffff"):
        if counter.value:
            yield name.removeprefix("archive:"), counter.value
