"""The change feed (变更流): for every record exactly one place, moved to the end by each change, never trimmed.

Whoever follows reads from the number it has seen and takes the record's present state. A place names its record by
kind and id only, so it still stands for one that is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from records.resources.base import Record
from records.resources.site import Site


@dataclass(frozen=True, slots=True)
class Change:
    """One place in the feed: which record changed last there."""

    seq: int
    kind: str
    id: str


KINDS = {
    "a": "applicant",
    "m": "material",
    "g": "guide",
    "d": "dossier",
    "n": "notice",
    "i": "archive",
    "p": "person",
    "s": "synonym",
    "f": "feedback",
    "t": "standard",
    "e": "fetch",
    "o": "onething",
    "c": "original",
    "h": "handover",
    "l": "hold",
    "y": "batch",
    "q": "disposition",
    "b": "box",
    "v": "volume",
    "w": "fondspaper",
    "k": "medium",
    "u": "use",
    "r": "usepaper",
    "x": "seal",
    "z": "transfer",
    "j": "opening",
}
"""By what letter a place names the kind of its record."""

LETTERS = {kind: letter for letter, kind in KINDS.items()}


def touch(site: Site, record: Record) -> None:
    """Move a record to the end of the feed."""
    seq = latest(site) + 1
    if record.seq:
        del site.feed[record.seq]
    record.seq = seq
    site.feed[seq] = f"{LETTERS[record.kind]}{record.id}"


def latest(site: Site) -> int:
    """Return the number of the newest change, 0 before the first: it stands as long as no newer one does."""
    return site.feed.last


def changes(site: Site, *, after: int = 0, limit: int | None = None) -> Iterator[Change]:
    """Yield the places after a number in order, at most ``limit``."""
    for count, (seq, text) in enumerate(site.feed.items(after + 1)):
        if limit is not None and count >= limit:
            return
        yield Change(seq, KINDS[text[0]], text[1:])


def subject(site: Site, change: Change) -> Record | None:
    """Return the record a change is about in its present state, None when there is none any more."""
    return site.folder(change.kind).get(change.id)
