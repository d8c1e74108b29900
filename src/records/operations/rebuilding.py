"""Building the archives again (由副本重建): from the second copy alone, when store and database have lost them.

Every byte is hashed on its way back and every manifest must be the registered one. Records come with their numbers, codes and
registers; what is there already stays as it is. The cases behind the items do not come back: their papers are in the packages.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from records.domain import arrangement
from records.domain.code_patterns import fold
from records.domain.findings import Finding, Refused
from records.exchange.ocfl import BadObject, Kept, Root
from records.indexes import feed, keys, worklists
from records.resources.archives import ArchivedItem
from records.resources.base import Record, field_names
from records.resources.boxes import Box
from records.resources.dispositions import Disposition
from records.resources.holds import Hold
from records.resources.keeping import Medium
from records.resources.site import Site
from records.resources.volumes import FondsPaper, Volume

from .acts import Act, enter, fingerprint
from .copying import CONVERTED, MANIFEST, PACKAGE, RECORD, SITE
from .services import WORKER, Services
from .typed import untyped

CLASSES = {each.kind: each for each in (ArchivedItem, Box, Volume, FondsPaper, Hold, Disposition, Medium)}


@dataclass(slots=True)
class Rebuilt:
    """What came back: records and files, how many were there already, and everything that could not be taken."""

    records: int = 0
    files: int = 0
    present: int = 0
    findings: list[Finding] = field(default_factory=list)


def rebuild_archives(services: Services, folder: Path) -> Rebuilt | Refused:
    """Build archived items and registers again from a second copy; it can be run again and goes on.

    Refused: ``rebuild.no-copy``. Findings of the result: ``rebuild.object-broken`` (id), ``rebuild.file-damaged`` (id, path).
    """
    if not (folder / "0=ocfl_1.1").is_file():
        return Refused((Finding("rebuild.no-copy", subject=str(folder)),))
    root, result = Root(folder), Rebuilt()
    for place in root.places():
        try:
            kept = root.believed(place)
            identifier = str(kept.inventory["id"])
            described = json.loads(_content(place, kept, "site.json" if identifier == SITE else RECORD))
        except (BadObject, OSError, ValueError, KeyError):
            result.findings.append(Finding("rebuild.object-broken", subject=place.name))
            continue
        if identifier == SITE:
            _counters(services, described["counters"])
        elif _files(services, place, kept, identifier, result):
            _record(services, described, result)
    return result


def _content(place: Path, kept: Kept, path: str) -> bytes:
    return (place / kept.places[kept.files[path]][0]).read_bytes()


def _files(services: Services, place: Path, kept: Kept, identifier: str, result: Rebuilt) -> bool:
    """Bring the contents of an object back into the store, each only when it has the bytes of its digest."""
    whole = True
    for path, digest in kept.files.items():
        if path != MANIFEST and not path.startswith((f"{PACKAGE}/data/", f"{CONVERTED}/")):
            continue
        if services.store.has(digest) and services.store.verify(digest):
            continue
        try:
            with (place / kept.places[digest][0]).open("rb") as stream:
                good = services.store.mend(digest, stream)
        except OSError:
            good = False
        if not good:
            whole = False
            result.findings.append(
                Finding("rebuild.file-damaged", subject=identifier, params={"id": identifier, "path": path})
            )
        result.files += good
    return whole


def _record(services: Services, described: dict, result: Rebuilt) -> None:
    def within(root: object) -> bool:
        site: Site = root["site"]
        act = services.act(site, WORKER, channel="command")
        return _enter(act, described)

    if services.database.run(within, note="rebuild"):
        result.records += 1
    else:
        result.present += 1


def _enter(act: Act, described: dict) -> bool:
    """Put one record back into its folder, its keys, the feed and the work lists; False when it is there."""
    site, folder = act.site, act.site.folder(described["kind"])
    if described["id"] in folder:
        return False
    cls = CLASSES[described["kind"]]
    record: Record = cls()
    known = {*field_names(cls), *vars(record)}
    for name, value in described["fields"].items():
        if name in known:
            setattr(record, name, untyped(value))
    record.id, record.number = described["id"], described["number"]
    folder.place(record.id, record)
    counter = site.counter(f"number:{record.kind}")
    counter.value = max(counter.value, record.number)
    for key in _keys(record):
        keys.claim(site, key, record.id)
    if isinstance(record, ArchivedItem):
        _occupy(site, record.code)
    record.fingerprint = fingerprint(record)
    enter(act, f"{record.kind}.rebuild", f"{record.kind}:{record.id}", after=record.fingerprint)
    feed.touch(site, record)
    worklists.refresh(site, record)
    return True


def _keys(record: Record) -> tuple[bytes, ...]:
    """Return the unique keys that a record holds."""
    match record:
        case ArchivedItem(code=code) if code:
            return (keys.compose("archival-code", arrangement.search_key(code)),)
        case Box(code=code):
            return (keys.compose("box-code", fold(code)),)
        case Volume(code=code) if code:
            return (keys.compose("volume-code", fold(code)),)
        case _:
            return ()


def _occupy(site: Site, code: str) -> None:
    """Let the counter of a series stand no lower than a code that was given in it."""
    head, _, number = code.rpartition("-")
    if number.isdecimal():
        counter = site.counter(f"archive:{head}")
        counter.value = max(counter.value, int(number))


def _counters(services: Services, counters: dict[str, int]) -> None:
    def within(root: object) -> None:
        for name, value in counters.items():
            counter = root["site"].counter(name)
            counter.value = max(counter.value, value)

    services.database.run(within, note="rebuild counters")
