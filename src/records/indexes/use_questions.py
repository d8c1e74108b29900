"""Named questions of the use of archives (档案利用), answered from keys and work lists alone."""

from __future__ import annotations

from collections.abc import Iterator

from records.domain.uses import SealState, UseState
from records.resources.site import Site
from records.resources.uses import Seal, UsePaper, UseRequest

from . import keys, worklists


def uses_in(
    site: Site, unit: str, state: str, *, after: bytes = b"", limit: int | None = None
) -> Iterator[tuple[bytes, UseRequest]]:
    """Yield the requests to a unit in one state, the newest first, each with its cursor."""
    for key, use in worklists.page(site, "uses", unit, state, after=after, limit=limit):
        yield key, site.uses[use]


def uses_by(site: Site, userid: str, *, limit: int | None = None) -> Iterator[UseRequest]:
    """Yield the requests that a person of the office wrote down, the newest first."""
    for _, use in worklists.page(site, "uses-by", userid, limit=limit):
        yield site.uses[use]


def register(
    site: Site, unit: str, year: int, *, after: bytes = b"", limit: int | None = None
) -> Iterator[tuple[bytes, UseRequest]]:
    """Yield the register of use of a unit and year (利用登记) in the order of its numbers, each with its cursor."""
    for key, use in worklists.page(site, "use-register", unit, str(year), after=after, limit=limit):
        yield key, site.uses[use]


def uses_of(site: Site, item: str) -> Iterator[UseRequest]:
    """Yield the requests that named an item, the newest first."""
    for _, use in worklists.page(site, "use-of", item):
        yield site.uses[use]


def paper_out(site: Site, unit: str, *, limit: int | None = None) -> Iterator[UseRequest]:
    """Yield the requests of a unit with paper that has not come back, the earliest due day first (催还清单)."""
    for _, use in worklists.page(site, "use-lent", unit, limit=limit):
        yield site.uses[use]


def lent_by(site: Site, item: str) -> UseRequest | None:
    """Return the request by which the paper of an item is out, or None."""
    found = keys.owner(site, keys.compose("use-paper-out", item))
    return site.uses.get(found) if found else None


def paper_with_code(site: Site, code: str) -> UsePaper | None:
    """Return the paper of use with a number as it is printed, or None."""
    found = keys.owner(site, keys.compose("use-code", code))
    return site.use_papers.get(found) if found else None


def seals_of(site: Site, unit: str, state: SealState) -> Iterator[Seal]:
    """Yield the seals of a unit in one state."""
    for _, seal in worklists.page(site, "seals", unit, state.value):
        yield site.seals[seal]


def sealed_with(site: Site, seal: str, *, limit: int | None = None) -> Iterator[UsePaper]:
    """Yield every paper on which a seal's image was used (用印登记), the newest first."""
    for _, paper in worklists.page(site, "sealed", seal, limit=limit):
        yield site.use_papers[paper]


def granted(use: UseRequest) -> bool:
    """Tell whether a request was granted, so that it counts as a use."""
    return use.state in (UseState.APPROVED, UseState.CLOSED)
