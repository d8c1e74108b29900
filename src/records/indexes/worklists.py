"""Work lists (工作清单): composite sorted keys, so that a page of a list costs what the page is long.

What lists a record stands in is a function of the record alone; after each act the difference is written. A key ends
with the record's id, so the tree needs no values. The parts that name one list (whose, in which state) are stored as a
short digest, because each insertion writes its neighbours again; whoever asks sees the key spelled out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import date, datetime

from records.clock import civil_date
from records.domain.opening import Opinion, year_due
from records.domain.validity import RUNNING
from records.resources.applicants import Applicant
from records.resources.archives import ArchivedItem
from records.resources.base import Record
from records.resources.batches import Batch
from records.resources.boxes import Box
from records.resources.custody import HandOver, Original
from records.resources.dispositions import Disposition
from records.resources.dossiers import Dossier
from records.resources.feedback import Feedback
from records.resources.fetches import Fetch
from records.resources.guides import Guide, GuideVersion
from records.resources.holds import Hold
from records.resources.materials import Material
from records.resources.site import Site
from records.resources.transfers import OpeningReview, Transfer
from records.resources.uses import Seal, UsePaper, UseRequest
from records.resources.volumes import FondsPaper, Volume

from .keys import compose

Place = tuple[object, ...]

NAMED_BY = {"library": 1, "applicant": 1, "state": 2, "shown": 1, "fonds": 2, "archived": 1, "guide": 0, "turning": 0, "yields": 1,
            "asks": 0,
            "due": 2, "held": 1, "holds": 2, "dispositions": 2,
            "to-transfer": 2, "delayed": 1, "to-open": 2, "transfers": 2, "openings": 1,
            "custody": 2, "custody-of": 1, "kept-by": 1, "handovers": 1,
            "open-guide": 2, "override": 1, "feedback": 2, "answers": 1, "fetches": 2, "fetched-for": 1,
            "catalogue": 2, "arranging": 1, "boxes": 1, "volumes": 1, "fonds-file": 1,
            "closed": 1, "trigger": 1, "batches": 1,
            "uses": 2, "uses-by": 1, "use-register": 2, "use-of": 1, "use-lent": 1, "seals": 2, "sealed": 1,
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
    places = PLACES.get(type(record))
    return tuple(places(record)) if places else ()


def _of_applicant(record: Applicant) -> Iterator[Place]:
    if record.proposed or record.partings:
        yield "second-look", record.id


def _of_material(record: Material) -> Iterator[Place]:
    yield "library", record.applicant, record.standard, record.id
    if record.stopped and record.stopped[2]:
        yield "suspended", record.stopped[2], record.id
    if (record.source, record.grade, record.status) == ("history", "C", "valid"):
        yield "imported", record.created_at, record.id


def _of_dossier(record: Dossier) -> Iterator[Place]:
    yield "applicant", record.applicant, record.created_at, record.id
    yield "state", record.unit, record.state, record.promised_due or NEVER, record.id
    for digest in sorted({entry[2] for entry in record.entries} | ({record.result_digest} - {""})):
        yield "shown", digest, record.id
    for at in sorted({each[4] for each in record.overrides}):
        yield "override", record.unit, at, record.id
    for member, _relation in record.members:
        yield "member", member, record.id
    if record.state == "delivered" and record.delivered_at is not None:
        yield "closed", record.fonds, civil_date(record.delivered_at), record.id
    if _fallen(record):
        yield "fallen", record.unit, record.promised_due or NEVER, record.id


def _of_item(record: ArchivedItem) -> Iterator[Place]:
    yield "fonds", record.fonds, record.state, record.archived_at, record.id
    if record.applicant:
        yield "archived", record.applicant, record.archived_at, record.id
    yield _arranged(record)
    if record.state in ("archived", "transferred") and record.ends not in (None, NEVER):
        yield "due", record.fonds, str(record.ends.year), record.code, record.id
    if record.state == "archived":
        yield from _archived(record)
    for hold in record.holds:
        yield "held", hold, record.code, record.id


def _archived(item: ArchivedItem) -> Iterator[Place]:
    """Yield where an archived item waits: for its transfer (待移交) or put off, for opening (到期开放), for what its period runs from."""
    if item.delayed:
        yield "delayed", item.fonds, item.delayed[0], item.code, item.id
    else:
        klass = (str(item.year), item.category, item.retention, item.carrier)
        yield "to-transfer", item.fonds, *klass, item.code, item.id
    year = year_due(item.year, Opinion.read(item.opinion))
    if year is not None:
        yield "to-open", item.fonds, str(year), item.code, item.id
    if item.retention != "Y" and (item.due_on or item.expires_on) is None:
        yield "trigger", item.fonds, item.code, item.id


def _of_batch(record: Batch) -> Iterator[Place]:
    yield "batches", record.fonds, record.created_at, record.id


def _of_paper_trail(record: Disposition | Hold | Seal | Transfer) -> Iterator[Place]:
    """Yield where a list, a hold, a seal or a transfer stands in its unit, by its state and its age."""
    yield f"{record.kind}s", record.unit, record.state, record.created_at, record.id


def _of_opening(record: OpeningReview) -> Iterator[Place]:
    yield "openings", record.unit, record.created_at, record.id


def _of_feedback(record: Feedback) -> Iterator[Place]:
    ordered = record.answered_at or record.due_on or NEVER
    yield "feedback", record.unit, record.state, ordered, record.id
    if record.published:
        yield "answers", record.guide, record.answered_at, record.id


def _of_fetch(record: Fetch) -> Iterator[Place]:
    ordered = record.due_on if record.state == "owed" else record.settled_at
    yield "fetches", record.unit, record.state, ordered, record.id
    yield "fetched-for", record.dossier, record.line, record.id


def _of_original(record: Original) -> Iterator[Place]:
    yield "custody", record.unit, record.state, record.lent_until or record.created_at, record.id
    yield "custody-of", record.dossier, record.code, record.id
    if record.state in ("held", "lent", "lost"):
        yield "kept-by", record.keeper, record.code, record.id


def _of_hand_over(record: HandOver) -> Iterator[Place]:
    for userid in (record.giver, record.taker):
        yield "handovers", userid, record.created_at, record.id


def _of_use(use: UseRequest) -> Iterator[Place]:
    """Yield where a request for use stands: by state, by who wrote it down, in the register, by item, and while paper is out."""
    yield "uses", use.unit, use.state, use.created_at, use.id
    yield "uses-by", use.requested_by, use.created_at, use.id
    yield "use-register", use.unit, str(civil_date(use.created_at).year), f"{use.number:09d}", use.id
    for item in use.items:
        yield "use-of", item, use.created_at, use.id
    due = [until for _item, _at, _by, until, back, *_ in use.loans if back is None]
    if due:
        yield "use-lent", use.unit, min(due), use.id


def _of_use_paper(record: UsePaper) -> Iterator[Place]:
    if record.seal:
        yield "sealed", record.seal, record.created_at, record.id


def _of_box(record: Box) -> Iterator[Place]:
    yield "boxes", record.fonds, record.code, record.id


def _of_volume(record: Volume) -> Iterator[Place]:
    yield "volumes", record.fonds, f"{record.year}", record.code, f"{record.number:09d}", record.id


def _of_fonds_paper(record: FondsPaper) -> Iterator[Place]:
    yield "fonds-file", record.fonds, record.part, record.dated or NEVER, record.id


def _of_guide(record: Guide) -> Iterator[Place]:
    edition, published = record.open_edition(), tuple(record.published())
    spans = "|".join(f"{each.version}:{each.effective_on}:{each.withdrawn_on or ''}" for each in published)
    status = edition.status if edition else ""
    weight = (edition or published[-1]).weight if edition or published else ""
    yield "guide", record.title, record.unit, status, spans, weight, record.id
    if edition:
        yield "open-guide", edition.status, record.unit, record.title, record.id
    for day in record.turning_days():
        yield "turning", day, record.id
    for each in published:
        if not each.span.cancelled:
            yield from _materials(record, each, spans)


PLACES: dict[type[Record], Callable[..., Iterator[Place]]] = {
    Applicant: _of_applicant, ArchivedItem: _of_item, Batch: _of_batch, Box: _of_box, Disposition: _of_paper_trail,
    Dossier: _of_dossier, Feedback: _of_feedback, Fetch: _of_fetch, FondsPaper: _of_fonds_paper, Guide: _of_guide,
    HandOver: _of_hand_over, Hold: _of_paper_trail, Material: _of_material, OpeningReview: _of_opening,
    Original: _of_original, Seal: _of_paper_trail, Transfer: _of_paper_trail, UsePaper: _of_use_paper,
    UseRequest: _of_use, Volume: _of_volume,
}  # fmt: skip
"""What yields the places of each kind of record; a kind that is missing here stands in no list."""


def rank_of(item: ArchivedItem) -> int:
    """Return where an item stands among the waiting ones of its class: as it was moved, else in the order they came."""
    return item.rank or item.number << 16


def _arranged(item: ArchivedItem) -> Place:
    """Return where an item stands in the catalogue of its fonds, or among those that wait for their code."""
    if item.code:
        return ("catalogue", item.fonds, str(item.year), item.code, item.id)
    klass = f"{item.category} {item.year} {item.retention} {item.unit_code}"
    return ("arranging", item.fonds, klass, f"{rank_of(item):015d}", item.id)


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


def strike(site: Site, record: Record) -> None:
    """Take a record off every list it stands in, because it is going for good."""
    for place in record.listed:
        site.worklists.pop(_stored(place), None)
    record.listed = ()


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
