"""Packages that arrive (来件查验): a folder, a ZIP or an EEP, checked whole and its bytes kept, before any record names them.

What this program wrote is taken as it is, when its list of papers leads to its own files only. An EEP, or a bag of others, is
given a package of its own around its untouched contents.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from records.domain import arrangement
from records.domain.findings import Finding, Refused
from records.exchange import eep_reading, package_reading, packages, safe_xml
from records.exchange.eep import read_contents
from records.exchange.package_contents import Contents
from records.exchange.packages import Manifest

from .services import Services

#: What a foreign package may leave unsaid and whoever imports it can say.
SAID = ("code", "title", "year", "retention")
FOREIGN_FOLDER = "00来件"
EEP_FIELDS = {"code": "档号", "title": "题名", "year": "年度", "retention": "保管期限"}


@dataclass(frozen=True, slots=True)
class Taken:
    """A package whose bytes are in the store: its frozen manifest, what is said of it, and where it came from."""

    manifest: Manifest
    said: Mapping[str, str]
    provenance: str
    findings: tuple[Finding, ...] = ()


def take(
    services: Services, source: Path, *, name: str, organisation: str, said: Mapping[str, str]
) -> Taken | Refused:
    """Check a package whole and keep its bytes (查验), outside any lock; no record names them before ``restore``."""
    with _room(services) as room:
        return _take(services, source, name, room, organisation, dict(said))


@contextmanager
def _room(services: Services) -> Iterator[Path]:
    """Give a folder of one's own inside the instance, which is gone afterwards with everything in it."""
    above = services.instance / "incoming"
    above.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=above, ignore_cleanup_errors=True) as room:
        yield Path(room)


def _take(
    services: Services, source: Path, name: str, room: Path, organisation: str, said: dict[str, str]
) -> Taken | Refused:
    if source.is_dir():
        return _take_bag(services, source, name, organisation, said)
    with source.open("rb") as stream:
        head = stream.read(4)
        digest = hashlib.file_digest(_again(stream), "sha256").hexdigest()
    if head == b"PK\x03\x04":
        folder = package_reading.unpack(source, room)
        if isinstance(folder, Refused):
            return folder
        return _take_bag(services, folder, f"{name} SHA-256 {digest}", organisation, said)
    with source.open("rb") as stream:
        read = eep_reading.read_eep(stream, room)
    if isinstance(read, Refused):
        return read
    return _take_eep(services, read, f"{name} SHA-256 {digest}", said)


def _again(stream):
    os.lseek(stream.fileno(), 0, os.SEEK_SET)
    stream.seek(0)
    return stream


def _take_bag(
    services: Services, folder: Path, name: str, organisation: str, said: dict[str, str]
) -> Taken | Refused:
    bag = package_reading.read_bag(folder)
    if isinstance(bag, Refused):
        return bag
    for part in bag.payload:
        with (bag.folder / part.path).open("rb") as stream:
            stored = services.store.put(stream)
        if stored.digest != part.digest:  # it changed between the reading and the keeping
            return Refused(
                (Finding("package.digest-differs", subject=part.path, params={"algorithm": "SHA-256"}),)
            )
    if bag.manifest is not None:
        services.store.put_bytes(bag.manifest.canonical())
        try:
            contents = read_contents(bag.manifest, services.store)
        except safe_xml.BadXML as bad:
            return Refused((Finding(bad.code, subject=folder.name),))
        said = _own(contents)
        if found := (*_lacking(said), *_strange_papers(contents, bag.manifest)):
            return Refused(found)
        return Taken(bag.manifest, said, f"归档信息包 {name}", bag.findings)
    info = {label.lower(): value for label, value in bag.info}
    given = {
        "code": info.get("external-identifier", ""),
        "title": info.get("external-description") or info.get("internal-sender-description", ""),
        **said,
    }
    documents = [
        {
            "path": f"{FOREIGN_FOLDER}/{number:03d}-{arrangement.safe_segment(part.path.rpartition('/')[2], limit=100)}",
            "title": part.path.removeprefix("data/"),
            "digest": part.digest,
            "sm3": part.sm3,
            "size": part.size,
        }
        for number, part in enumerate(bag.payload, 1)
    ]
    origin = info.get("source-organization", "")
    return _around(
        services, given, documents, f"外来信息包 {name} {origin}".strip(), organisation, (), bag.findings
    )


def _take_eep(
    services: Services, read: eep_reading.EepPackage, name: str, said: dict[str, str]
) -> Taken | Refused:
    facts = read.facts
    given = {key: facts.get(element, "") for key, element in EEP_FIELDS.items()}
    given |= {
        "fonds": facts.get("全宗号", ""),
        "category": facts.get("类别号", ""),
        "applicant": facts.get("人名", ""),
        "organ": facts.get("责任者", ""),
        "closed": facts.get("日期", ""),
        "security": facts.get("密级", ""),
        "opening": facts.get("控制标识", ""),
        "case": facts.get("电子文件号", ""),
        **said,
    }
    documents, used = [], set()
    for number, each in enumerate(read.documents, 1):
        with each.file.open("rb") as stream:
            stored = services.store.put(stream)
        path = each.facts.get("文档标识符", "")
        fit = packages.DOCUMENT_PATH.fullmatch(path) and not packages.verify_package.unsafe(path)
        if not fit or path in used:
            path = f"{FOREIGN_FOLDER}/{number:03d}-{arrangement.safe_segment(each.facts['计算机文件名'], limit=100)}"
        used.add(path)
        documents.append(
            {
                "path": path,
                "title": each.facts.get("题名", each.facts["计算机文件名"]),
                "format": each.facts.get("格式信息", ""),
                "digest": stored.digest,
                "sm3": stored.sm3,
                "size": stored.size,
            }
        )
    events = [
        {
            "state": step.get("业务状态"), "action": step.get("业务行为"), "at": step.get("行为时间"),
            "actor": step.get("机构人员名称"), "basis": step.get("行为依据"), "description": step.get("行为描述"),
        }
        for step in read.steps
    ]  # fmt: skip
    return _around(services, given, documents, f"EEP {name}", facts["立档单位名称"], events, read.findings)


def _around(
    services: Services, given: dict[str, str], documents, provenance: str, organisation: str, events, findings
) -> Taken | Refused:
    """Form a package of our own around contents that came in another one."""
    if lacking := _lacking(given):
        return Refused(lacking)
    facts, closed = facts_around(services, given, documents, provenance, organisation, events)
    try:
        manifest = packages.keep(packages.plan(facts), services.store)
    except ValueError:
        return Refused((Finding("package.unsafe-name", subject=given["code"]),))
    services.store.put_bytes(manifest.canonical())
    return Taken(
        manifest, {**given, "closed": closed, "count": str(len(documents))}, provenance, tuple(findings)
    )


def _lacking(given: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return what neither the package nor who brings it says of what an item must have."""
    return tuple(
        Finding("package-import.needs", subject=name, params={"what": what})
        for name, what in EEP_FIELDS.items()
        if not given.get(name)
    )


def _strange_papers(contents: Contents, manifest: Manifest) -> Iterator[Finding]:
    """Yield the lines of a list of papers that lead to no file of their own package, or to one that stands there already."""
    left = {part.path: part.digest for part in manifest.parts}
    for number, each in enumerate(contents.documents, 1):
        path = f"data/{each.get('path', '')}"
        if "digest" not in each or left.pop(path, "") != each["digest"]:
            yield Finding("package.documents-differ", subject=each.get("path", str(number))[:200])


def facts_around(
    services: Services, given: Mapping[str, str], documents, provenance: str, organisation: str, events=()
) -> tuple[dict[str, object], str]:
    """Return the facts of a package of our own around contents from elsewhere, and the day of closing if it is one."""
    closed = given.get("closed", "")
    closed = closed if _is_day(closed) else ""
    facts: dict[str, object] = {
        "code": given["code"],
        "organisation": organisation,
        "made_on": services.clock.today().isoformat(),
        "software": "juanzong",
        "item": {"name": given["title"], "organ": given.get("organ", "")},
        "case": {"number": given.get("case", ""), "closed_at": closed},
        "applicant": {},
        "record": {
            "code": given["code"], "fonds": given.get("fonds", ""), "creating_unit": organisation,
            "category": given.get("category", ""), "year": given["year"], "retention": given["retention"],
            "security": given.get("security", ""), "opening": given.get("opening", ""),
        },
        "documents": [{**each, "source": provenance} for each in documents],
        "events": events,
        "report": {},
    }  # fmt: skip
    return facts, closed


def _own(contents: Contents) -> dict[str, str]:
    """Return what an item is entered with, from the descriptions of a package that we wrote."""
    record, case = contents.groups["record"], contents.groups["case"]
    closed = case.get("closed_at", "")[:10]
    return {
        "title": contents.title,
        "code": record.get("code", ""),
        "year": record.get("year", ""),
        "retention": record.get("retention", ""),
        "category": record.get("category", ""),
        "applicant": contents.groups["applicant"].get("name", ""),
        "case": case.get("number", ""),
        "closed": closed if _is_day(closed) else "",
        "count": str(len(contents.documents)),
    }


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
