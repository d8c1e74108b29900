"""The items behind the figures of keeping (保管数字的明细): which are kept, read today, waiting for their copy, of a format."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice

from records.indexes import feed
from records.resources.archives import ArchivedItem
from records.resources.site import Site

from .copying import SCAN, STATES, items_of_format

KEPT, TODAY, WAITING, FORMAT = "kept", "today", "waiting", "format"
LISTS = (KEPT, TODAY, WAITING, FORMAT)


def items_behind(
    site: Site, which: str, *, today: date, name: str = "", after: str = "", limit: int
) -> tuple[list[ArchivedItem], str]:
    """Return a page of the items behind a figure and the key after which the next page begins, empty at the end.

    What is kept comes in the order of its last reading, the oldest first; ``name`` is the identifier of a format.
    """
    found = list(islice(_keys(site, which, today, name, after), limit + 1))
    items = (site.archives.get(key.rpartition("\0")[2]) for key in found[:limit])
    return [item for item in items if item is not None], found[limit - 1] if len(found) > limit else ""


def _keys(site: Site, which: str, today: date, name: str, after: str) -> Iterator[str]:
    """Yield keys that end with the id of an item, behind a key."""
    match which:
        case "kept" | "today":
            first = after or ("" if which == KEPT else today.isoformat())
            for key in site.keeping.order.keys(first.encode(), excludemin=bool(after)):
                yield key.decode()
        case "waiting":
            places = feed.changes(site, after=site.keeping.copied_to, limit=SCAN)
            found = (feed.subject(site, change) for change in places if change.kind == "archive")
            coming = {item.id for item in found if item is not None and item.state in STATES}
            yield from (key for key in sorted(coming) if key > after)
        case _:
            yield from (item for item in items_of_format(site, name) if item > after)


def read_on(site: Site, item: ArchivedItem) -> date | None:
    """Return the day on which both copies of an item were last read, None before they first were."""
    kept = site.keeping.kept.get(item.id)
    return kept[1] if kept is not None else None
