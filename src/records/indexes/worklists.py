"""Work lists (工作清单): composite sorted keys, so that a page of a list costs what the page is long.

What lists a record stands in is a function of the record alone; after each act the difference is written. A key ends
with the record's id, so the tree needs no values. The parts that name one list (whose, in which state) are stored as a
short digest, because each insertion writes its neighbours again; whoever asks sees the key spelled out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime

from records.resources.archives import ArchivedItem
from records.resources.base import Record
from records.resources.dossiers import Dossier
from records.resources.feedback import Feedback
from records.resources.guides import Guide
from records.resources.materials import Material
from records.resources.site import Site

from .keys import compose

Place = tuple[object, ...]

NAMED_BY = {"library": 1, "applicant": 1, "state": 2, "shown": 1, "fonds": 2, "archived": 1, "guide": 0, "turning": 0,
            "open-guide": 2, "feedback": 2, "answers": 1}  # fmt: skip
"""How many parts after its kind name one list; the others order it."""

NEVER = date(9999, 12, 31)
"""Where a record without a due day stands."""

HEAD = 8
"""Bytes of the digest that stands for a list's name: that two among a million share one has a chance of one in 10**7."""


def newest_first(at: datetime | None) -> str:
    """Return a sort text that puts later instants before earlier ones, and what has none before all."""
    return "0" * 15 if at is None else f"{10**15 - int(at.timestamp() * 1000):015d}"


def entries(record: Record) -> tuple[Place, ...]:
    """Return the places of a record in all lists it stands in now, each as the parts of its key."""
    match record:
        case Material():
            return (("library", record.applicant, record.standard, record.id),)
        case Dossier():
            shown = {entry[2] for entry in record.entries} | ({record.result_digest} - {""})
            return (
                ("applicant", record.applicant, record.created_at, record.id),
                ("state", record.unit, record.state, record.promised_due or NEVER, record.id),
                *(("shown", digest, record.id) for digest in sorted(shown)),
            )
        case ArchivedItem():
            return (
                ("fonds", record.fonds, record.state, record.archived_at, record.id),
                ("archived", record.applicant, record.archived_at, record.id),
            )
        case Feedback():
            return (
                (
                    "feedback",
                    record.unit,
                    record.state,
                    record.answered_at or record.due_on or NEVER,
                    record.id,
                ),
                *((("answers", record.guide, record.answered_at, record.id),) if record.published else ()),
            )
        case Guide():
            edition = record.open_edition()
            spans = "|".join(
                f"{each.version}:{each.effective_on}:{each.withdrawn_on or ''}" for each in record.published()
            )
            return (
                ("guide", record.title, record.unit, edition.status if edition else "", spans, record.id),
                *(
                    ("open-guide", each.status, record.unit, record.title, record.id)
                    for each in (edition,)
                    if each
                ),
                *(("turning", day, record.id) for day in record.turning_days()),
            )
        case _:
            return ()


def refresh(site: Site, record: Record) -> None:
    """Write the difference between the lists a record stood in and those it stands in now."""
    now = entries(record)
    if now == record.listed:
        return
    for place in set(record.listed) - set(now):
        del site.worklists[_stored(place)]
    for place in set(now) - set(record.listed):
        site.worklists[_stored(place)] = None
    record.listed = now


def page(
    site: Site, *prefix: str, after: bytes = b"", limit: int | None = None
) -> Iterator[tuple[bytes, str]]:
    """Yield ``(key, id)`` of one list in order, behind the cursor ``after``, at most ``limit``."""
    named = 1 + NAMED_BY[prefix[0]]
    name, head = compose(*prefix[:named]) + b"\0", _head(prefix[:named])
    start = head + b"".join(part.encode() + b"\0" for part in prefix[named:])
    behind = head + after.removeprefix(name)
    count = 0
    # No text in UTF-8 has the byte 255.
    for key in site.worklists.iterkeys(max(start, behind), start + b"\xff"):
        if after and key == behind:
            continue
        if limit is not None and count >= limit:
            return
        count += 1
        yield name + key[HEAD:], key[HEAD:].rpartition(b"\0")[2].decode()


def _stored(place: Place) -> bytes:
    named = 1 + NAMED_BY[place[0]]
    return _head(place[:named]) + b"\0".join(_sorted_by(part).encode() for part in place[named:])


def _sorted_by(part: object) -> str:
    match part:
        case datetime() | None:
            return newest_first(part)
        case date():
            return part.isoformat()
    return part


def _head(name: tuple[str, ...]) -> bytes:
    return hashlib.sha256(compose(*name)).digest()[:HEAD]
