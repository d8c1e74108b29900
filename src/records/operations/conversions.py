"""Conversions on record (格式转换登记): a paper of an archived item in another format, beside the untouched original.

The package never changes (I9): the new file is kept under its own digest, named by a management event with both formats,
the program that made it and the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.exchange import safe_xml
from records.exchange.eep import read_contents
from records.resources.archives import ArchivedItem

from .acts import Act, leave_trace
from .archiving import manifest_of
from .identities import identity_of
from .package_exports import item_named
from .services import Services

EVENT = "format.converted"


def converted_digests(item: ArchivedItem) -> Iterator[str]:
    """Yield the contents that conversions of an item have left: they are kept and destroyed with it."""
    return (reference for event, _at, _by, reference, _note in item.management if event == EVENT)


def register_conversion(
    services: Services, code: str, *, paper: int, file: Path, tool: str, why: str, by: str, channel: str
) -> str | Refused:
    """Keep a converted paper with its item (格式转换登记); return the digest of the new file.

    Findings: ``archive.unknown``, ``permission.denied`` and those of ``compared``.
    """
    with services.database.read() as root:
        site = root["site"]
        item, person = item_named(site, code), site.people.get(by)
        if item is None or not item.manifest or item.state != "archived":
            return Refused((Finding("archive.unknown", subject="code", params={"code": code}),))
        if person is None or not services.matrix.permits(
            identity_of(person, services.clock.today()), Permission.ARCHIVE_IMPORT, unit=item.unit
        ):
            return Refused(
                (Finding("permission.denied", params={"permission": Permission.ARCHIVE_IMPORT.value}),)
            )
        subject = item.id
        with file.open("rb") as stream:
            stored = services.store.put(stream)
        note = compared(services, item, paper=paper, digest=stored.digest, tool=tool, why=why)
    if isinstance(note, Refused):
        return note

    def within(root: object) -> bool:
        site = root["site"]
        act = services.act(site, identity_of(site.people[by], services.clock.today()), channel=channel)
        enter(act, site.archives[subject], digest=stored.digest, note=note, why=why)
        return True

    services.database.run(within, note="conversion")
    return stored.digest


def compared(
    services: Services, item: ArchivedItem, *, paper: int, digest: str, tool: str, why: str
) -> str | Refused:
    """Compare a new file in the store with the paper that it stands for; return what the register says of the two.

    Findings: ``conversion.unsaid`` (subject), ``conversion.paper-unknown`` (count), ``conversion.same``,
    ``conversion.format-unknown``, ``conversion.faulty`` (faults).
    """
    found = [
        Finding("conversion.unsaid", subject=name)
        for name, text in (("tool", tool), ("why", why))
        if not text.strip()
    ]
    manifest = manifest_of(services, item)
    try:
        documents = read_contents(manifest, services.store).documents
    except safe_xml.BadXML as bad:
        return Refused((Finding(bad.code, subject=manifest.code),))
    if not 1 <= paper <= len(documents):
        found.append(Finding("conversion.paper-unknown", subject="paper", params={"count": len(documents)}))
    if found:
        return Refused(tuple(found))
    path = f"data/{documents[paper - 1]['path']}"
    original = next(part.digest for part in manifest.parts if part.path == path)
    before = services.extractor.identify(services.store.path(original))
    after = services.extractor.identify(services.store.path(digest))
    if digest == original:
        found.append(Finding("conversion.same", subject="file"))
    if not after.id:
        found.append(Finding("conversion.format-unknown", subject="file"))
    if after.faults:
        found.append(Finding("conversion.faulty", subject="file", params={"faults": "、".join(after.faults)}))
    if found:
        return Refused(tuple(found))
    return f"{path}：{before.id or '？'}→{after.id}；{tool.strip()}；{why.strip()}"


def enter(act: Act, item: ArchivedItem, *, digest: str, note: str, why: str) -> None:
    """Enter a conversion that was compared into the register of its item."""
    item.management = (*item.management, (EVENT, act.at, act.by.userid, digest, note))
    act = replace(act, why=why.strip())
    leave_trace(act, "archive.convert", item, unit=item.unit, permission=Permission.ARCHIVE_IMPORT)
