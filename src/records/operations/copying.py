"""The second copy (第二份副本): an OCFL root beside the store that follows the change feed.

It lies where ``keeping.ocfl`` says. It holds of each archived item its package as a whole bag, the frozen manifest,
converted papers and the record itself, and of the registers each record: from it alone all can be built again
(``operations.rebuilding``). Nothing is written on the items themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from records.domain import ledger
from records.exchange.ocfl import BadObject, Content, CopyDamaged, Root
from records.exchange.packages import Manifest, tag_files
from records.indexes import feed
from records.resources.archives import ArchivedItem
from records.resources.base import Record
from records.resources.keeping import Keeping
from records.resources.site import Site
from records.rules.formats import RISKS, format_row

from .acts import enter
from .archiving import manifest_of
from .conversions import converted_digests
from .services import WORKER, Services
from .typed import typed

REGISTERS = frozenset({"archive", "box", "volume", "fondspaper", "hold", "disposition", "medium"})
"""Kinds of which every record has its copy."""
STATES = frozenset({"archived", "transferred", "destroyed"})
SITE = "urn:juanzong:site"
SERIES = ("archive:", "volume:", "medium:")
"""How the names of counters begin that give numbers for ever."""
RECORD, MANIFEST, PACKAGE, CONVERTED = "record.json", "manifest.json", "package", "conversions"
INSIDE = frozenset({"plan"})
"""What is made for the act alone and stands in the package."""
AT_ONCE = 50
SCAN = 500
MOST_OF_FORMAT = 1000
"""Items of one format are counted up to this."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One record to be copied, as plain values: what it is called in the copy, its bytes, and its contents."""

    kind: str
    id: str
    identifier: str
    record: bytes
    manifest: Manifest | None = None
    conversions: tuple[str, ...] = ()


def copy_folder(services: Services) -> Path:
    """Return where the second copy lies: ``keeping.ocfl``, or ``ocfl`` beside the store."""
    return Path(services.settings.get("keeping.ocfl", "").strip() or services.instance / "ocfl")


def copy_root(services: Services) -> Root:
    """Open the second copy; it is made when it is not there."""
    return Root(copy_folder(services))


def identifier_of(record: Record) -> str:
    """Return what a record is called in the copy; an item by its 档号, because that is what people look for."""
    name = record.code if isinstance(record, ArchivedItem) else record.id
    return f"urn:juanzong:{record.kind}:{name}"


def follow(services: Services, *, most: int = AT_ONCE, root: Root | None = None) -> int:
    """Copy what has changed since the last time (写入第二份副本), at most so many records; return how many.

    One whose bytes are damaged is noted as not copied and tried again when it is read next; the others go on.
    """
    with services.database.read() as database:
        site = database["site"]
        after = site.keeping.copied_to
        reached, wanted = after, []
        for change in feed.changes(site, after=after, limit=SCAN):
            if len(wanted) >= most:
                break
            reached = change.seq
            record = feed.subject(site, change) if change.kind in REGISTERS else None
            if record is not None and (change.kind != "archive" or record.state in STATES):
                wanted.append(subject_of(services, record))
    if not wanted and reached - after < SCAN:
        return 0
    target = root or copy_root(services)
    if wanted:
        _copy_site(services, target)
    done = [(subject, *_copied(services, target, subject)) for subject in wanted]

    def settle(database: object) -> None:
        site = database["site"]
        act = services.act(site, WORKER, channel="job")
        for subject, version, formats, why in done:
            _note_copy(site.keeping, subject, version, formats, why, act.today)
            if not why:
                enter(
                    act,
                    "keeping.copied",
                    f"{subject.kind}:{subject.id}",
                    why=hashlib.sha256(subject.record).hexdigest(),
                )
        site.keeping.copied_to = max(site.keeping.copied_to, reached)

    services.database.run(settle, note="second copy")
    return len(done)


def subject_of(services: Services, record: Record) -> Subject:
    """Return a record as plain values, so that it is copied without holding the database."""
    fields = {name: typed(getattr(record, name)) for name in record.as_record() if name not in INSIDE}
    described = {"kind": record.kind, "id": record.id, "number": record.number, "fields": fields}
    whole = isinstance(record, ArchivedItem) and record.manifest and record.state != "destroyed"
    there = whole and services.store.has(record.manifest)
    return Subject(
        record.kind,
        record.id,
        identifier_of(record),
        ledger.canonical(described),
        manifest_of(services, record) if there else None,
        tuple(converted_digests(record)) if whole else (),
    )


def files_of(services: Services, subject: Subject) -> dict[str, Content]:
    """Return the files of a record's object: itself, its frozen manifest, its package as a bag, converted papers."""
    files = {RECORD: _bytes(subject.record)}
    if subject.manifest is not None:
        files[MANIFEST] = _bytes(subject.manifest.canonical())
        for name, content in tag_files(subject.manifest).items():
            files[f"{PACKAGE}/{name}"] = _bytes(content)
        for part in subject.manifest.parts:
            files[f"{PACKAGE}/{part.path}"] = Content(part.digest, _opener(services, part.digest))
    for digest in subject.conversions:
        files[f"{CONVERTED}/{digest}"] = Content(digest, _opener(services, digest))
    return files


def _bytes(content: bytes) -> Content:
    return Content(hashlib.sha256(content).hexdigest(), lambda: BytesIO(content))


def _opener(services: Services, digest: str) -> Callable[[], BinaryIO]:
    return lambda: services.store.open(digest)


def _copied(
    services: Services, target: Root, subject: Subject
) -> tuple[int, tuple[tuple[str, int], ...], str]:
    """Copy one record; return its version, the formats of its papers, and why it could not be copied."""
    version, why = put_subject(services, target, subject)
    return version, () if why else formats_of(services, subject), why


def put_subject(services: Services, target: Root, subject: Subject) -> tuple[int, str]:
    """Bring an object to the present state; return its version, and the digest that is damaged when it cannot be."""
    at = services.clock.now()
    destroyed = subject.kind == "archive" and b'"state":"destroyed"' in subject.record
    try:
        if destroyed:  # no version of what was destroyed may stay
            kept = target.read(subject.identifier)
            if kept is None or any(path != RECORD for path in kept.files) or kept.version > 1:
                target.erase(subject.identifier)
        version = target.put(
            subject.identifier, files_of(services, subject), at=at, by=WORKER.userid, message="archived"
        )
    except CopyDamaged as damaged:
        return 0, damaged.digest
    except BadObject:
        target.erase(subject.identifier)
        return put_subject(services, target, subject)
    return version, ""


def formats_of(services: Services, subject: Subject) -> tuple[tuple[str, int], ...]:
    """Return which formats the papers of a package really have, each with how many."""
    counted: dict[str, int] = {}
    for part in subject.manifest.parts if subject.manifest else ():
        if part.path[5:7].isdecimal():
            found = services.extractor.identify(services.store.path(part.digest)).id
            counted[found] = counted.get(found, 0) + 1
    return tuple(sorted(counted.items()))


def _copy_site(services: Services, target: Root) -> None:
    """Copy what the site is beside its records, at most once a day: the office and the counters of all series."""
    with services.database.read() as database:
        site = database["site"]
        counters = {
            name: counter.value for name, counter in site.counters.items() if str(name).startswith(SERIES)
        }
        described = {"office": typed(site.office), "counters": counters}
    today = services.clock.today()
    try:
        kept = target.read(SITE)
    except BadObject:
        target.erase(SITE)
        kept = None
    if kept is not None:
        newest = kept.inventory["versions"][f"v{kept.version}"]["created"]
        if newest[:10] == today.isoformat():
            return
    content = _bytes(ledger.canonical(described))
    target.put(SITE, {"site.json": content}, at=services.clock.now(), by=WORKER.userid, message="site")


def _note_copy(
    keeping: Keeping, subject: Subject, version: int, formats: tuple, why: str, today: date
) -> None:
    if subject.kind != "archive":
        return
    if why:
        keeping.uncopied[subject.id] = why
        version, formats = 0, ()
    else:
        keeping.uncopied.pop(subject.id, None)
        keeping.lost.pop(subject.id, None)
    if subject.id not in keeping.kept:
        keeping.count += 1
    place_item(keeping, subject.id, version, today, formats)


def place_item(keeping: Keeping, item: str, version: int, day: date, formats: tuple) -> None:
    """Put an item in the order of reading, and under its formats."""
    before = keeping.kept.get(item)
    if before is not None:
        keeping.order.pop(_turn(before[1], item), None)
        for name, _count in before[2]:
            keeping.by_format.pop(_format_key(name, item), None)
    keeping.kept[item] = (version, day, formats)
    keeping.order[_turn(day, item)] = None
    for name, _count in formats:
        keeping.by_format[_format_key(name, item)] = None


def forget(keeping: Keeping, item: str) -> None:
    """Forget an item that is going for good; its object in the copy is erased apart from that."""
    before = keeping.kept.pop(item, None)
    if before is not None:
        keeping.count -= 1
        keeping.order.pop(_turn(before[1], item), None)
        for name, _count in before[2]:
            keeping.by_format.pop(_format_key(name, item), None)
    keeping.lost.pop(item, None)
    keeping.uncopied.pop(item, None)


def _turn(day: date, item: str) -> bytes:
    return f"{day.isoformat()}\0{item}".encode()


def _format_key(name: str, item: str) -> bytes:
    return f"{name}\0{item}".encode()


def items_of_format(site: Site, name: str) -> Iterator[str]:
    """Yield the ids of the items with a paper of a format, from keys alone."""
    head = f"{name}\0".encode()
    for key in site.keeping.by_format.iterkeys(head, head + b"\xff"):
        yield key[len(head) :].decode()


def formats_held(site: Site) -> Iterator[str]:
    """Yield the formats that are held, each once, in the order of their names; costs a step for each format."""
    after = b""
    while True:
        key = next(iter(site.keeping.by_format.iterkeys(after)), None)
        if key is None:
            return
        name = key.split(b"\0")[0]
        yield name.decode()
        after = name + b"\1"


def formats(site: Site) -> list[dict[str, object]]:
    """Return the formats that are held with how many items have them, what is at risk first (格式风险)."""
    rows = []
    for name in formats_held(site):
        row = format_row(name)
        count = sum(1 for _ in islice(items_of_format(site, name), MOST_OF_FORMAT + 1))
        rows.append(
            {
                "id": name, "name": row.name, "risk": row.risk, "advice": row.advice,
                "count": f"{MOST_OF_FORMAT}+" if count > MOST_OF_FORMAT else str(count),
            }
        )  # fmt: skip
    return sorted(rows, key=lambda row: (-RISKS.index(str(row["risk"])), row["id"]))


def copy_all(services: Services, target: Root) -> tuple[int, tuple[str, ...]]:
    """Write everything into another root, what stands there already is left (离线副本); return how many, and what failed."""
    count, failed = 0, []
    _copy_site(services, target)
    with services.database.read() as database:
        site = database["site"]
        for change in feed.changes(site):
            record = feed.subject(site, change) if change.kind in REGISTERS else None
            if record is None or (change.kind == "archive" and record.state not in STATES):
                continue
            subject = subject_of(services, record)
            why = put_subject(services, target, subject)[1]
            count += not why
            failed += [subject.identifier] if why else []
    return count, tuple(failed)


def erase_copy(services: Services, code: str) -> bool:
    """Remove an item from the second copy with all its versions (销毁); say whether there was one."""
    folder = copy_folder(services)
    return folder.exists() and copy_root(services).erase(f"urn:juanzong:archive:{code}")
