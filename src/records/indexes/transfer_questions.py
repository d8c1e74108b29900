"""Named questions of transfer and opening (移交、开放), answered from keys and work lists; items are loaded only when shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from records.domain.transfers import OPEN, Period, TransferState
from records.resources.archives import ArchivedItem
from records.resources.site import Site
from records.resources.transfers import OpeningReview, Transfer

from . import keys, worklists

BACK = 150
"""So many years before today the oldest item of any office was formed."""
YEAR = 2
"""Which part of a key of these lists is the year."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One item of a due list, as its key says: cursor, year of formation, class, period, carrier, id."""

    key: bytes
    year: int
    category: str
    retention: str
    carrier: str
    id: str


#: When items of a class, period and carrier go to the archives, None when these do not take them.
PeriodOf = Callable[[str, str, str], Period | None]


def to_transfer(
    site: Site, fonds: str, period_of: PeriodOf, *, today: date, after: bytes = b""
) -> Iterator[Waiting]:
    """Yield what is to be handed over (待移交), the oldest year first, then class and code; who was put off comes last."""
    known: dict[tuple[str, str, str], Period | None] = {}
    putoff = after.startswith(b"delayed\0")
    for year in () if putoff else _years(today, after):
        place = worklists.page(
            site, "to-transfer", fonds, str(year), after=after if _of(after, year) else b""
        )
        for key, item in place:
            category, retention, carrier = (part.decode() for part in key.split(b"\0")[3:6])
            klass = (category, retention, carrier)
            if klass not in known:
                known[klass] = period_of(*klass)
            period = known[klass]
            if period is not None and year + period.may <= today.year:
                yield Waiting(key, year, *klass, item)
    for key, name in worklists.page(site, "delayed", fonds, after=after if putoff else b""):
        if key.split(b"\0")[YEAR].decode() >= today.isoformat():
            return
        item: ArchivedItem = site.archives[name]
        yield Waiting(key, item.year, item.category, item.retention, item.carrier, name)


def delayed(site: Site, fonds: str, *, limit: int | None = None) -> Iterator[ArchivedItem]:
    """Yield the items whose transfer was put off (延期移交), the nearest day first."""
    for _, item in worklists.page(site, "delayed", fonds, limit=limit):
        yield site.archives[item]


def to_open(
    site: Site, fonds: str, *, today: date, after: bytes = b""
) -> Iterator[tuple[bytes, ArchivedItem]]:
    """Yield the items that are due for opening (到期开放), the longest due first, each with its cursor."""
    for year in _years(today, after):
        for key, item in worklists.page(
            site, "to-open", fonds, str(year), after=after if _of(after, year) else b""
        ):
            yield key, site.archives[item]


def formed(site: Site, fonds: str, *, since: int, until: int, today: date) -> Iterator[ArchivedItem]:
    """Yield the registered items of a fonds by the year of their formation, in whatever state."""
    first, last = max(since, today.year - BACK), min(until or today.year, today.year)
    for year in range(first, last + 1):
        for _, item in worklists.page(site, "catalogue", fonds, str(year)):
            yield site.archives[item]


def transfers_in(
    site: Site, unit: str, state: str, *, after: bytes = b"", limit: int | None = None
) -> Iterator[tuple[bytes, Transfer]]:
    """Yield a unit's transfers in one state, the newest first, each with its cursor."""
    for key, found in worklists.page(site, "transfers", unit, state, after=after, limit=limit):
        yield key, site.transfers[found]


def transfers_open(site: Site, unit: str) -> Iterator[Transfer]:
    """Yield a unit's transfers that are on their way, in the order of the states."""
    for state in TransferState:
        if state in OPEN:
            yield from (found for _, found in transfers_in(site, unit, state.value))


def openings_of(site: Site, unit: str, *, limit: int | None = None) -> Iterator[OpeningReview]:
    """Yield a unit's opening reviews, the newest first."""
    for _, found in worklists.page(site, "openings", unit, limit=limit):
        yield site.openings[found]


def transfer_of(site: Site, item: str) -> str:
    """Return the id of the open transfer that an item stands on, empty when it is on none."""
    return keys.owner(site, keys.compose("transferring", item)) or ""


def _years(today: date, after: bytes) -> range:
    first = int(after.split(b"\0")[YEAR]) if after else today.year - BACK
    return range(first, today.year + 1)


def _of(after: bytes, year: int) -> bool:
    return bool(after) and after.split(b"\0")[YEAR] == str(year).encode()
