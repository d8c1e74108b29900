"""Packages that go out (导出): one item as EEP, or a year of a fonds as a receiving archives wants it.

What goes out comes from the frozen packages alone and is on the access log before the first byte is written.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from records.domain import arrangement
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.exchange import safe_xml
from records.exchange.eep import stream_eep
from records.exchange.packages import Manifest, check_store
from records.exchange.receivers import Delivery, deliver
from records.indexes import questions
from records.resources.archives import ArchivedItem
from records.resources.site import Site
from records.rules.receivers import receiver, receivers

from .archiving import manifest_of
from .identities import identity_of
from .services import Services

#: States in which an item's package is there to go out.
WHOLE = frozenset({"archived", "transferred"})


def export_eep(services: Services, code: str, path: Path, *, reader: str) -> Path | Refused:
    """Write an archived item as an EEP (电子文件封装包) into a file that is not there yet; the export is logged first."""
    with services.database.read() as root:
        site = root["site"]
        item = item_named(site, code)
        found = _denied(services, site, reader, item)
        if item is None or not item.manifest:
            found.append(Finding("archive.unknown", subject="code", params={"code": code}))
        if path.exists():
            found.append(Finding("package.target-in-use", subject=str(path)))
        if found:
            return Refused(tuple(found))
        manifest, subject = manifest_of(services, item), item.id
    if lacking := check_store(manifest, services.store):
        return Refused(lacking)
    services.access.note(
        services.clock.now(), {"by": reader, "read": "archive.export", "on": subject, "purpose": "eep"}
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb") as file:
            for chunk in stream_eep(manifest, services.store, at=services.clock.now()):
                file.write(chunk)
        beside.replace(path)
    except safe_xml.BadXML as bad:
        return Refused((Finding(bad.code, subject=manifest.code),))
    finally:
        beside.unlink(missing_ok=True)
    return path


def export_for_receiver(
    services: Services,
    profile: str,
    directory: Path,
    *,
    fonds: str,
    year: int | None,
    reader: str,
    largest: int | None = None,
    progress: Callable[[int, int], bool] = lambda done, total: True,
) -> Delivery | Refused:
    """Write the items of a fonds, of one year of closing or of all, as a receiver wants them (移交数据).

    ``progress`` is told how many are done of how many; False stops, and nothing is left behind. Findings:
    ``receiver.unknown``, ``receiver.fonds-unknown``, ``receiver.nothing``, ``receiver.too-large`` (more bytes than
    ``largest``), ``permission.denied`` and those of ``deliver``.
    """
    today = services.clock.today()
    wanted = receiver(profile, today)
    manifests: list[tuple[str, str]] = []
    found = []
    with services.database.read() as root:
        site = root["site"]
        if wanted is None:
            known = "、".join(each.profile for each in receivers() if each.in_force(today))
            found.append(Finding("receiver.unknown", subject="profile", params={"known": known}))
        if fonds not in site.office["fonds"]:
            known = "、".join(site.office["fonds"])
            found.append(Finding("receiver.fonds-unknown", subject="fonds", params={"known": known}))
        elif denied := _denied_fonds(services, site, reader, fonds):
            found += denied
        else:
            items = [
                item
                for state in sorted(WHOLE)
                for _, item in questions.items_of(site, fonds, state)
                if item.manifest and year in (None, item.year)
            ]
            manifests = [(item.code, item.manifest) for item in items]
            size = sum(item.byte_count for item in items)
            if not manifests:
                name = site.office["fonds"][fonds]["name"]
                found.append(Finding("receiver.nothing", params={"fonds": name, "year": str(year or "")}))
            elif largest is not None and size > largest:
                found.append(
                    Finding("receiver.too-large", params={"size": size >> 20, "limit": largest >> 20})
                )
    if found:
        return Refused(tuple(found))
    manifests.sort()
    services.access.note(
        services.clock.now(),
        {"by": reader, "read": "archive.deliver", "on": fonds, "purpose": f"{profile} {year or ''}".strip()},
    )
    return deliver(
        wanted,
        (stored_manifest(services, digest) for _, digest in manifests),
        services.store,
        directory,
        at=services.clock.now(),
        progress=lambda done: progress(done, len(manifests)),
    )


def stored_manifest(services: Services, digest: str) -> Manifest:
    """Return a frozen manifest from the content store by its digest."""
    item = ArchivedItem()
    item.manifest = digest
    return manifest_of(services, item)


def item_named(site: Site, code: str) -> ArchivedItem | None:
    """Return an item by its 档号, however it was typed, or by its id."""
    return questions.item_with_code(site, arrangement.search_key(code)) or site.archives.get(code)


def _denied(services: Services, site: Site, reader: str, item: ArchivedItem | None) -> list[Finding]:
    person = site.people.get(reader)
    if person is not None and item is not None:
        by = identity_of(person, services.clock.today())
        if services.matrix.permits(by, Permission.ARCHIVE_EXPORT, unit=item.unit, state=item.state):
            return []
    elif person is not None:
        return []
    return [Finding("permission.denied", params={"permission": Permission.ARCHIVE_EXPORT.value})]


def _denied_fonds(services: Services, site: Site, reader: str, fonds: str) -> list[Finding]:
    person = site.people.get(reader)
    if person is not None:
        by = identity_of(person, services.clock.today())
        if services.matrix.permits(by, Permission.ARCHIVE_EXPORT, unit=fonds, state="archived"):
            return []
    return [Finding("permission.denied", params={"permission": Permission.ARCHIVE_EXPORT.value})]
