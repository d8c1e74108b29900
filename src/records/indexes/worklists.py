"""Work lists (工作清单): composite sorted keys, so that a page of a list costs what the page is long.

What lists a record stands in is a function of the record alone; after each act the difference is written. A key ends
with the record's id, so the tree needs no values. The parts that name one list (whose, in which state) are stored as a
short digest, because each insertion writes its neighbours again; whoever asks sees the key spelled out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime

from records.domain.validity import RUNNING
from records.resources.applicants import Applicant
from records.resources.archives import ArchivedItem
from records.resources.base import Record
from records.resources.custody import HandOver, Original
from records.resources.dossiers import Dossier
from records.resources.feedback import Feedback
from records.resources.fetches import Fetch
from records.resources.guides import Guide, GuideVersion
from records.resources.materials import Material
from records.resources.site import Site

from .keys import compose

Place = tuple[object, ...]

NAMED_BY = {"library": 1, "applicant": 1, "state": 2, "shown": 1, "fonds": 2, "archived": 1, "guide": 0, "turning": 0, "yields": 1,
            "asks": 0,
            "custody": 2, "custody-of": 1, "kept-by": 1, "handovers": 1,
            "open-guide": 2, "override": 1, "feedback": 2, "answers": 1, "fetches": 2, "fetched-for": 1,
            "second-look": 0, "member": 1, "fallen": 1, "suspended": 0, "imported": 0}  # fmt: skip
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
        case Applicant():
            return (("second-look", record.id),) if record.proposed else ()
        case Material():
            until = record.stopped[2] if record.stopped else None
            return (
                ("library", record.applicant, record.standard, record.id),
                *((("suspended", until, record.id),) if until else ()),
                *((("imported", record.created_at, record.id),) if _to_verify(record) else ()),
            )
        case Dossier():
            shown = {entry[2] for entry in record.entries} | ({record.result_digest} - {""})
            return (
                ("applicant", record.applicant, record.created_at, record.id),
                ("state", record.unit, record.state, record.promised_due or NEVER, record.id),
                *(("shown", digest, record.id) for digest in sorted(shown)),
                *(
                    ("override", record.unit, at, record.id)
                    for at in sorted({each[4] for each in record.overrides})
                ),
                *(("member", member, record.id) for member, _relation in record.members),
                *(
                    (("fallen", record.unit, record.promised_due or NEVER, record.id),)
                    if _fallen(record)
                    else ()
                ),
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
        case Fetch():
            ordered = record.due_on if record.state == "owed" else record.settled_at
            return (
                ("fetches", record.unit, record.state, ordered, record.id),
                ("fetched-for", record.dossier, record.line, record.id),
            )
        case Original():
            ordered = record.lent_until or record.created_at
            open_still = record.state in ("held", "lent", "lost")
            return (
                ("custody", record.unit, record.state, ordered, record.id),
                ("custody-of", record.dossier, record.code, record.id),
                *((("kept-by", record.keeper, record.code, record.id),) if open_still else ()),
            )
        case HandOver():
            return tuple(
                ("handovers", userid, record.created_at, record.id) for userid in (record.giver, record.taker)
            )
        case Guide():
            edition = record.open_edition()
            published = tuple(record.published())
            spans = "|".join(
                f"{each.version}:{each.effective_on}:{each.withdrawn_on or ''}" for each in published
            )
            status = edition.status if edition else ""
            weight = (edition or published[-1]).weight if edition or published else ""
            return (
                ("guide", record.title, record.unit, status, spans, weight, record.id),
                *(
                    ("open-guide", each.status, record.unit, record.title, record.id)
                    for each in (edition,)
                    if each
                ),
                *(("turning", day, record.id) for day in record.turning_days()),
                *(
                    place
                    for each in published
                    if not each.span.cancelled
                    for place in _materials(record, each, spans)
                ),
            )
        case _:
            return ()


def _to_verify(material: Material) -> bool:
    """Tell whether an imported paper waits for somebody to compare it with its picture."""
    return (material.source, material.grade, material.status) == ("history", "C", "valid")


def _fallen(dossier: Dossier) -> bool:
    """Tell whether a material that holds no longer still lies on a case that is not decided."""
    there = {(entry[0], entry[1]) for entry in dossier.entries}
    return dossier.state in RUNNING and any((line, material) in there for line, material, _ in dossier.fallen)


def _materials(record: Guide, version: GuideVersion, spans: str) -> Iterator[Place]:
    """Yield where a published version stands by what it gives, and by all materials that it names."""
    number = str(version.version)
    if version.yields:
        yield "yields", version.yields, number, spans, "|".join(version.needs), record.title, record.id
    named = "|".join(dict.fromkeys((*version.asks, version.yields or "")))
    if named:
        yield "asks", number, spans, named, record.id


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
