"""Work lists (工作清单): composite sorted keys, so that a page of a list costs what the page is long.

What lists a record stands in is a function of the record alone; after each act the difference is written. A key ends
with the record's id, so the tree needs no values.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from records.resources.archives import ArchivedItem
from records.resources.base import Record
from records.resources.dossiers import Dossier
from records.resources.materials import Material
from records.resources.site import Site

from .keys import compose


def newest_first(at: date | datetime | None) -> str:
    """Return a sort text that puts later instants before earlier ones."""
    if at is None:
        return "0" * 15
    if not isinstance(at, datetime):
        return f"{99999999 - int(at.strftime('%Y%m%d')):08d}0000000"
    return f"{10**15 - int(at.timestamp() * 1000):015d}"


def entries(record: Record) -> tuple[bytes, ...]:
    """Return the keys of all lists a record stands in now."""
    match record:
        case Material():
            return (compose("library", record.applicant, record.standard, record.id),)
        case Dossier():
            due = record.promised_due.isoformat() if record.promised_due else "9999-12-31"
            shown = {entry[2] for entry in record.entries} | ({record.result_digest} - {""})
            return (
                compose("applicant", record.applicant, newest_first(record.created_at), record.id),
                compose("state", record.unit, record.state, due, record.id),
                *(compose("shown", bytes.fromhex(digest), record.id) for digest in sorted(shown)),
            )
        case ArchivedItem():
            return (
                compose("fonds", record.fonds, record.state, newest_first(record.archived_at), record.id),
                compose("archived", record.applicant, newest_first(record.archived_at), record.id),
            )
        case _:
            return ()


def refresh(site: Site, record: Record) -> None:
    """Write the difference between the lists a record stood in and those it stands in now."""
    now = entries(record)
    if now == record.listed:
        return
    for key in set(record.listed) - set(now):
        del site.worklists[key]
    for key in set(now) - set(record.listed):
        site.worklists[key] = ""
    record.listed = now


def page(
    site: Site, *prefix: str, after: bytes = b"", limit: int | None = None
) -> Iterator[tuple[bytes, str]]:
    """Yield ``(key, id)`` of one list in order, behind the cursor ``after``, at most ``limit``."""
    start = compose(*prefix) + b"\0"
    stop = start[:-1] + b"\1"
    count = 0
    for key in site.worklists.iterkeys(max(start, after), stop, excludemax=True):
        if key == after:
            continue
        if limit is not None and count >= limit:
            return
        count += 1
        yield key, key[key.rindex(b"\0") + 1 :].decode()
