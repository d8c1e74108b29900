"""Named questions of retention and disposition (到期、暂缓、处置), answered from keys and work lists alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from records.domain.arrangement import search_key
from records.domain.disposition import DispositionState
from records.domain.holds import HoldState
from records.resources.archives import ArchivedItem
from records.resources.dispositions import Disposition
from records.resources.holds import Hold
from records.resources.materials import Material
from records.resources.site import Site

from . import keys, worklists

PLACED = (HoldState.PLACING, HoldState.ACTIVE, HoldState.LIFTED)


def due(
    site: Site, fonds: str, year: int, *, after: bytes = b"", limit: int | None = None
) -> Iterator[tuple[bytes, ArchivedItem]]:
    """Yield the items of a fonds whose period ends with a year (到期清单), by code, each with its cursor."""
    for key, item in worklists.page(site, "due", fonds, str(year), after=after, limit=limit):
        yield key, site.archives[item]


def due_ids(site: Site, fonds: str, year: int) -> Iterator[str]:
    """Yield the ids of a year's due list by code; no item is loaded."""
    for _, item in worklists.page(site, "due", fonds, str(year)):
        yield item


def due_count(site: Site, fonds: str, year: int, *, most: int) -> int:
    """Count a year's due list from keys, up to ``most``."""
    return sum(1 for _ in worklists.page(site, "due", fonds, str(year), limit=most))


def years_due(site: Site, fonds: str, today: date, *, back: int = 110) -> tuple[int, ...]:
    """Return the years that are over and whose items are not all disposed of, the newest first."""
    years = range(today.year - 1, today.year - 1 - back, -1)
    return tuple(year for year in years if due_count(site, fonds, year, most=1))


def item_of_list(site: Site, item: str) -> str:
    """Return the id of the open list that an item stands on, empty when it is on none."""
    return keys.owner(site, keys.compose("appraised", item)) or ""


def holds_in(
    site: Site, unit: str, state: str, *, after: bytes = b"", limit: int | None = None
) -> Iterator[tuple[bytes, Hold]]:
    """Yield a unit's holds in one state, the newest first, each with its cursor."""
    for key, hold in worklists.page(site, "holds", unit, state, after=after, limit=limit):
        yield key, site.holds[hold]


def items_held(
    site: Site, hold: str, *, after: bytes = b"", limit: int | None = None
) -> Iterator[tuple[bytes, ArchivedItem]]:
    """Yield the items that bear a hold, by code, each with its cursor."""
    for key, item in worklists.page(site, "held", hold, after=after, limit=limit):
        yield key, site.archives[item]


def holds_on(site: Site, item: ArchivedItem) -> tuple[Hold, ...]:
    """Return the holds in force on an item; one that was lifted counts no longer, even while it still stands there."""
    found = (site.holds.get(hold) for hold in item.holds)
    return tuple(hold for hold in found if hold is not None and hold.state != HoldState.LIFTED)


def holds_coming(site: Site, fonds: str) -> tuple[Hold, ...]:
    """Return the holds that are just being laid on items of a fonds; until then they count for all of them."""
    return tuple(hold for _, hold in holds_in(site, fonds, HoldState.PLACING))


def lists_in(
    site: Site, unit: str, state: str, *, after: bytes = b"", limit: int | None = None
) -> Iterator[tuple[bytes, Disposition]]:
    """Yield a unit's lists in one state, the newest first, each with its cursor."""
    for key, found in worklists.page(site, "dispositions", unit, state, after=after, limit=limit):
        yield key, site.dispositions[found]


def lists_open(site: Site, unit: str) -> Iterator[Disposition]:
    """Yield a unit's lists that are on their way, in the order of the states."""
    over = (DispositionState.CLOSED, DispositionState.ABANDONED)
    for state in DispositionState:
        if state not in over:
            yield from (found for _, found in lists_in(site, unit, state))


def item_coded(site: Site, code: str) -> ArchivedItem | None:
    """Return the item with a code as somebody typed it, or None."""
    found = keys.owner(site, keys.compose("archival-code", search_key(code)))
    return site.archives.get(found) if found else None


def cases_using(site: Site, material: Material, *, but: str) -> Iterator[str]:
    """Yield the dossiers other than ``but`` that have a material on a line or gave it as their result."""
    for digest in dict.fromkeys(rendition[0] for rendition in material.renditions):
        for _, case in worklists.page(site, "shown", digest):
            other = site.dossiers[case]
            uses = any(entry[1] == material.id for entry in other.entries)
            if case != but and (uses or other.result_material == material.id):
                yield case
