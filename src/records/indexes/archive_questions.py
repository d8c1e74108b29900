"""What the archivist asks every day (待归档、退回、批次): closed cases by month, what waits for receipt, batches."""

from __future__ import annotations

from collections.abc import Iterator

from records.resources.archives import ArchivedItem
from records.resources.batches import Batch
from records.resources.dossiers import Dossier
from records.resources.site import Site

from . import worklists


def closed(
    site: Site, fonds: str, *, after: bytes = b"", limit: int | None = None
) -> Iterator[tuple[bytes, Dossier]]:
    """Yield the closed cases of a fonds that are not archived (待归档), the oldest closing first, each with its cursor."""
    for key, dossier in worklists.page(site, "closed", fonds, after=after, limit=limit):
        yield key, site.dossiers[dossier]


def closed_in(site: Site, fonds: str, month: str) -> Iterator[Dossier]:
    """Yield the closed cases of a month (2026-10) that are not archived, by the day of their closing."""
    for key, dossier in worklists.page(site, "closed", fonds, after=month_start(fonds, month)):
        if not key.split(b"\0")[2].decode().startswith(month):
            return
        yield site.dossiers[dossier]


def months_closed(site: Site, fonds: str) -> Iterator[str]:
    """Yield the months (2026-10) in which cases that are not archived were closed, the oldest first, without a walk."""
    after = b""
    while key := next((key for key, _ in worklists.page(site, "closed", fonds, after=after, limit=1)), None):
        month = key.split(b"\0")[2].decode()[:7]
        yield month
        after = month_start(fonds, month)[:-2] + b"99"


def month_start(fonds: str, month: str) -> bytes:
    """Return the cursor before the first day of a month in the list of closed cases."""
    return worklists.compose("closed", fonds) + b"\0" + f"{month}-01".encode()


def awaiting_trigger(
    site: Site, fonds: str, *, after: bytes = b"", limit: int | None = None
) -> Iterator[tuple[bytes, ArchivedItem]]:
    """Yield the items whose period has no end yet, because the event it runs from has not been noted (起算日未定)."""
    for key, item in worklists.page(site, "trigger", fonds, after=after, limit=limit):
        yield key, site.archives[item]


def batches_of(site: Site, fonds: str, *, limit: int | None = None) -> Iterator[Batch]:
    """Yield the batches of a fonds, the newest first."""
    for _, batch in worklists.page(site, "batches", fonds, limit=limit):
        yield site.batches[batch]
