"""Packages that come in (导入归档信息包): checked whole, then kept as an item of a fonds with where it came from.

What this program wrote comes back as it was: the frozen manifest, and so every byte of the next export, is the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from records.domain import arrangement, retention
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import Retention
from records.exchange import descriptions, packages
from records.indexes import keys
from records.resources.archives import ArchivedItem
from records.resources.site import Site
from records.rules import code_patterns

from .acts import Act, leave_trace, register
from .identities import identity_of
from .package_arrivals import Taken, take
from .services import Services

FIRST_YEAR, LONGEST_CODE = 1900, 200


def import_package(
    services: Services,
    source: Path,
    *,
    fonds: str,
    by: str,
    said: Mapping[str, str] | None = None,
    channel: str,
) -> tuple[str, tuple[Finding, ...]] | Refused:
    """Take a package in (导入归档信息包): a folder, a ZIP or an EEP; return the item's id and what was noticed.

    ``said`` gives what a foreign package leaves out: code, title, year, retention. Nothing of a refused package is named by
    any record. Findings: those of ``read_bag``, ``unpack`` and ``read_eep``, ``package-import.fonds-unknown``,
    ``package-import.needs`` (subject, what), ``package-import.code-taken`` (code), ``permission.denied``.
    """
    with services.database.read() as root:
        if found := speaks_against(services, root["site"], by, fonds):
            return Refused(found)
        organisation = root["site"].office["fonds"][fonds]["name"]
    taken = take(services, source, name=source.name, organisation=organisation, said=said or {})
    if isinstance(taken, Refused):
        return taken

    def within(root: object) -> ArchivedItem | Refused:
        site = root["site"]
        person = identity_of(site.people[by], services.clock.today())
        return restore(services.act(site, person, channel=channel), taken, fonds=fonds)

    result = services.database.run(lambda root: _id(within(root)), note="import package")
    return result if isinstance(result, Refused) else (result, taken.findings)


def restore(
    act: Act,
    taken: Taken,
    *,
    fonds: str,
    described: Mapping[str, object] | None = None,
    event: str = "package.imported",
) -> ArchivedItem | Refused:
    """Enter a package that lies in the store as an archived item of a fonds; its code must be nobody's.

    ``described`` are further attributes of the item, ``event`` the management event of its coming. Findings:
    ``package-import.code-taken``, ``retention.unknown`` and those of ``misstated``.
    """
    manifest, said = taken.manifest, taken.said
    key = keys.compose("archival-code", arrangement.search_key(manifest.code))
    if keys.owner(act.site, key) is not None:
        return Refused((Finding("package-import.code-taken", params={"code": manifest.code}),))
    period = retention.read_retention(said["retention"])
    found = (
        *(period.findings if isinstance(period, Refused) else ()),
        *misstated(act, manifest.code, said, fonds),
    )
    if found or isinstance(period, Refused):
        return Refused(found)
    item = ArchivedItem()
    item.fonds = item.unit = fonds
    item.code, item.title = manifest.code, descriptions.as_text(said["title"])
    item.category, item.year = said.get("category", ""), int(said["year"])
    item.retention, item.retention_basis = period.retention.value, taken.provenance
    closed = date.fromisoformat(said["closed"]) if said.get("closed") else date(item.year, 12, 31)
    item.expires_on = retention.expires_on(Retention(item.retention), closed)
    item.applicant_name, item.dossier_code = said.get("applicant", ""), said.get("case", "")
    item.manifest = item.package_digest = manifest.digest
    item.document_count, item.byte_count = int(said["count"]), manifest.size
    item.state, item.archived_at, item.archived_by = "archived", act.at, act.by.userid
    item.management = ((event, act.at, act.by.userid, manifest.digest, taken.provenance),)
    for name, value in (described or {}).items():
        setattr(item, name, value)
    register(act, item)
    keys.claim(act.site, key, item.id)
    occupy(act.site, manifest.code)
    leave_trace(
        act,
        "archive.import",
        item,
        unit=fonds,
        permission=Permission.ARCHIVE_IMPORT,
        details={"provenance": taken.provenance},
    )
    return item


def misstated(act: Act, code: str, said: Mapping[str, str], fonds: str) -> tuple[Finding, ...]:
    """Return what cannot be true of an item that comes into a fonds (年度、日期、全宗不符).

    A code of another fonds of this office would use up the numbers of that one. Findings: ``package-import.code-form``, ``package-import.year`` (read),
    ``package-import.year-differs`` (year, code), ``package-import.day-to-come`` (day), ``package-import.other-fonds`` (number).
    """
    found, year = [], said["year"]
    if not (year.isascii() and year.isdecimal() and FIRST_YEAR <= int(year[:5]) <= act.today.year):
        found.append(Finding("package-import.year", subject="year", params={"read": year[:20]}))
    if said.get("closed") and date.fromisoformat(said["closed"]) > act.today:
        found.append(Finding("package-import.day-to-come", subject="closed", params={"day": said["closed"]}))
    if len(code) > LONGEST_CODE or packages.verify_package.unsafe(code.replace("/", "-")):
        found.append(Finding("package-import.code-form", subject="code"))
    parsed = arrangement.parse_code(code, code_patterns())
    if isinstance(parsed, Refused):
        return tuple(found)
    if str(parsed.series.year) != year:
        found.append(
            Finding("package-import.year-differs", subject="year", params={"year": year[:20], "code": code})
        )
    others = {described["number"] for key, described in act.site.office["fonds"].items() if key != fonds}
    if parsed.series.fonds in others:
        found.append(
            Finding("package-import.other-fonds", subject="code", params={"number": parsed.series.fonds})
        )
    return tuple(found)


def _id(result: ArchivedItem | Refused) -> str | Refused:
    return result if isinstance(result, Refused) else result.id


def occupy(site: Site, code: str) -> None:
    """See to it that the number of an imported code is never given again in its series, by volume that of its volume."""
    place = counted_by(code)
    if place is not None:
        counter = site.counter(place[0])
        counter.value = max(counter.value, place[1])


def counted_by(code: str) -> tuple[str, int] | None:
    """Return which counter gives the numbers of a code's series, and the number it has there; None for a foreign code."""
    parsed = arrangement.parse_code(code, code_patterns())
    if isinstance(parsed, Refused):
        return None
    if parsed.series.volume:
        return f"volume:{replace(parsed.series, volume=0).prefix}", parsed.series.volume
    return f"archive:{parsed.series.prefix}", parsed.number


def speaks_against(services: Services, site: Site, by: str, fonds: str) -> tuple[Finding, ...]:
    """Return why a person may not bring a package into a fonds."""
    if fonds not in site.office["fonds"]:
        known = "、".join(site.office["fonds"])
        return (Finding("package-import.fonds-unknown", subject="fonds", params={"known": known}),)
    person = site.people.get(by)
    if person is None or not services.matrix.permits(
        identity_of(person, services.clock.today()), Permission.ARCHIVE_IMPORT, unit=fonds
    ):
        return (Finding("permission.denied", params={"permission": Permission.ARCHIVE_IMPORT.value}),)
    return ()
