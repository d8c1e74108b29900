"""The change feed (变更流): for every record exactly one place, moved to the end by each change, never trimmed.

Whoever follows reads from the number it has seen and takes the record's present state; deletion leaves a tombstone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from records.resources.base import Record
from records.resources.site import Site


@dataclass(frozen=True, slots=True)
class Change:
    """One place in the feed: which record changed last there, and whether it still exists."""

    seq: int
    kind: str
    id: str
    alive: bool


def touch(site: Site, record: Record) -> None:
    """Move a record to the end of the feed."""
    _append(site, record, alive=True)


def bury(site: Site, record: Record) -> None:
    """Leave a tombstone at the end of the feed for a record that is gone."""
    _append(site, record, alive=False)


def _append(site: Site, record: Record, *, alive: bool) -> None:
    if record.seq:
        del site.feed[record.seq]
    record.seq = site.counter("feed").next()
    site.feed[record.seq] = f"{'+' if alive else '-'}{record.kind}:{record.id}"


def latest(site: Site) -> int:
    """Return the number of the newest change, 0 before the first."""
    counter = site.counters.get("feed")
    return counter.value if counter is not None else 0


def changes(site: Site, *, after: int = 0, limit: int | None = None) -> Iterator[Change]:
    """Yield the places after a number in order, at most ``limit``."""
    for count, (seq, text) in enumerate(site.feed.iteritems(after + 1)):
        if limit is not None and count >= limit:
            return
        kind, _, record = text[1:].partition(":")
        yield Change(seq, kind, record, text[0] == "+")


def subject(site: Site, change: Change) -> Record | None:
    """Return the record a change is about in its present state, None behind a tombstone."""
    return site.folder(change.kind).get(_name(change)) if change.alive else None


def _name(change: Change) -> str:
    return change.id
