"""Archiving (归档): from the closed case to an item of its fonds whose content and description never change.

The act fixes what is to be archived and gives a provisional code. After the write lock is released the same request plans
the package, looks at every byte of it and runs the four checks; a second short transaction gives the 档号, gapless in its
series, and freezes the manifest. A package that fails stays pending with its report; the case stays 待归档 (I8).
"""

from __future__ import annotations

import json
from pathlib import Path

from records.clock import civil_date
from records.domain import arrangement, ledger, retention
from records.domain.dossiers import Event, transition
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.retention import RetentionRow
from records.domain.verification import Report
from records.domain.vocabulary import DossierState, ItemKind, Retention
from records.exchange import packages
from records.indexes import keys, questions
from records.resources.archives import ArchivedItem
from records.resources.dossiers import Dossier
from records.resources.site import Site
from records.rules import retention_rows
from records.rules.transitions import transitions

from . import filing
from .acts import Act, leave_trace, owe, register
from .checklists import guide_of
from .deposits import open_originals
from .identities import identity_of
from .services import WORKER, Services

ATTEMPTS = 20


def archive(act: Act, dossier: Dossier) -> ArchivedItem | Refused:
    """Arrange a closed case for its fonds (整理归档); the code is given when the checks have passed."""
    row = transition(
        Event.ARCHIVE,
        state=DossierState(dossier.state),
        kind=ItemKind(dossier.item_kind),
        table=transitions(),
    )
    if isinstance(row, Refused):
        return row
    owed = [notice.code for notice in questions.notices_of(act.site, dossier) if not notice.digest]
    found = [Finding("archive.notice-owed", params={"code": code}) for code in owed]
    found += open_originals(act.site, dossier)
    earlier = act.site.archives.get(dossier.archived_item) if dossier.archived_item else None
    if earlier is not None and earlier.state == "pending":
        found.append(Finding("archive.in-progress", params={"id": earlier.id}))
    if found:
        return Refused(tuple(found))
    item = earlier or register(act, _describe(act, dossier))
    item.state, item.archived_by = "pending", act.by.userid
    dossier.archived_item = item.id
    leave_trace(act, "archive.arrange", item, unit=item.unit, permission=Permission.DOSSIER_ARCHIVE)
    leave_trace(act, "dossier.arrange", dossier, unit=dossier.unit, permission=Permission.DOSSIER_ARCHIVE)
    owe(act, "freeze-package", item.id, on=item)
    return item


def _describe(act: Act, dossier: Dossier) -> ArchivedItem:
    guide, applicant = guide_of(act.site, dossier), act.site.applicants[dossier.applicant]
    closed = civil_date(dossier.delivered_at)
    fonds = act.site.office["fonds"][dossier.fonds]["number"]
    row = retention.period_for(guide.key, fonds, closed, retention_rows(), item_type=guide.item_type.value)
    item = ArchivedItem()
    item.dossier, item.dossier_code, item.applicant = dossier.id, dossier.code, dossier.applicant
    item.applicant_name = applicant.name
    item.title = f"{applicant.name}{guide.title}"
    item.fonds, item.unit, item.category = dossier.fonds, dossier.unit, guide.archiving.category
    item.year = closed.year
    item.retention = guide.archiving.retention.value
    item.retention_basis = (
        f"{row.title} {row.basis} {row.approval}".strip()
        if isinstance(row, RetentionRow) and row.retention == item.retention
        else f"办事指南第{dossier.guide_version}版归档要求（示例，待批准）"
    )
    item.expires_on = retention.expires_on(Retention(item.retention), closed)
    item.provisional_code = f"拟-{dossier.code}"
    return item


def _series(site: Site, item: ArchivedItem, unit_code: str) -> arrangement.Series:
    number = site.office["fonds"][item.fonds]["number"]
    return arrangement.Series(number, item.category, item.year, Retention(item.retention), unit_code)


def freeze_package(services: Services, item_id: str) -> None:
    """Plan, check and freeze the package of a pending item; doing it twice changes nothing.

    The number is read before the work and must still be the next one when it is given; otherwise the work is done again.
    """
    for _ in range(ATTEMPTS):
        if _freeze(services, item_id):
            return
    raise RuntimeError(f"{item_id}: its series never stood still")


def _freeze(services: Services, item_id: str) -> bool:
    with services.database.read() as root:
        site = root["site"]
        item: ArchivedItem = site.archives[item_id]
        if item.state != "pending":
            return True
        dossier = site.dossiers[item.dossier]
        guide = guide_of(site, dossier)
        series = _series(site, item, guide.archiving.unit_code)
        counter = site.counters.get(f"archive:{series.prefix}")
        number = (counter.value if counter else 0) + 1
        code = arrangement.format_code(series, number)
        planned, report, papers = _plan(services, site, dossier, item, code)
    manifest = planned.manifest
    if report.passed:  # what a failed package would have said of itself is never kept
        packages.keep(planned, services.store)
        services.store.put_bytes(manifest.canonical())

    def settle(root) -> bool:
        site = root["site"]
        fresh = site.archives[item_id]
        if fresh.state != "pending":
            return True
        counter = site.counter(f"archive:{series.prefix}")
        if counter.value + 1 != number:
            return False
        act = services.act(site, _archivist(site, fresh, services), channel="job")
        fresh.report = ledger.canonical(report.as_dict()).decode()
        if report.passed:
            counter.next()
            _register(act, fresh, code, manifest, papers)
        else:
            fresh.state = "returned"
            leave_trace(act, "archive.return", fresh, unit=fresh.unit)
        site.jobs.strike(fresh.owed)
        return True

    return bool(services.database.run(settle, note="freeze"))


def _plan(services: Services, site: Site, dossier: Dossier, item: ArchivedItem, code: str):
    papers = filing.papers_of(services, site, dossier)
    by = site.people[item.archived_by].name
    guide = guide_of(site, dossier)
    facts = filing.facts_of(site, dossier, item, papers, code=code, day=services.clock.today(), by=by)
    described = {
        **facts,
        "unit_code": guide.archiving.unit_code,
        "title": item.title,
        "applicant_kind": site.applicants[dossier.applicant].applicant_kind,
    }
    draft = packages.plan({**facts, "report": {}})
    holder = keys.owner(site, keys.compose("archival-code", arrangement.search_key(code)))
    taken = frozenset({code} if holder not in (None, item.id) else ())
    checked = filing.package_facts(services, site, dossier, described, papers, draft, taken=taken)
    report = filing.check(checked)
    return packages.plan({**facts, "report": _written(report, services)}), report, papers


def _written(report: Report, services: Services) -> dict[str, object]:
    return {
        "checked_at": services.clock.now().isoformat(timespec="seconds"),
        "phase": "归档",
        "result": "通过" if report.passed else "不通过",
        "checks": [
            {
                "id": result.id,
                "name": result.name,
                "result": result.status.value,
                "evidence": json.dumps(dict(result.evidence), ensure_ascii=False, sort_keys=True),
            }
            for result in report.results
        ],
    }


def _register(act: Act, item: ArchivedItem, code: str, manifest, papers) -> None:
    item.code, item.manifest, item.package_digest = code, manifest.digest, manifest.digest
    item.state, item.archived_at = "archived", act.at
    item.document_count, item.byte_count = len(papers), manifest.size
    keys.claim(act.site, keys.compose("archival-code", arrangement.search_key(code)), item.id)
    dossier = act.site.dossiers[item.dossier]
    dossier.state = DossierState.ARCHIVED.value
    dossier.events = (*dossier.events, ("archive", act.at, item.archived_by, ""))
    leave_trace(act, "archive.register", item, unit=item.unit, permission=Permission.DOSSIER_ARCHIVE)
    leave_trace(act, "dossier.archive", dossier, unit=dossier.unit, permission=Permission.DOSSIER_ARCHIVE)


def _archivist(site: Site, item: ArchivedItem, services: Services):
    person = site.people.get(item.archived_by)
    return identity_of(person, services.clock.today()) if person is not None else WORKER


def manifest_of(services: Services, item: ArchivedItem) -> packages.Manifest:
    """Return the frozen manifest of an archived item from the content store."""
    with services.store.open(item.manifest) as stream:
        return packages.Manifest.from_json(json.loads(stream.read()))


def export(services: Services, code: str, directory: Path, *, reader: str) -> Path | Refused:
    """Write the package of an archived item into a folder as a BagIt bag; the export is on the access log first."""
    with services.database.read() as root:
        site = root["site"]
        item = questions.item_with_code(site, arrangement.search_key(code)) or site.archives.get(code)
        person = site.people.get(reader)
        found = []
        if person is None:
            found.append(Finding("permission.denied", params={"permission": Permission.ARCHIVE_EXPORT.value}))
        if item is None or not item.manifest:
            found.append(Finding("archive.unknown", subject="code", params={"code": code}))
        if not found:
            identity = identity_of(person, services.clock.today())
            if not services.matrix.permits(
                identity, Permission.ARCHIVE_EXPORT, unit=item.unit, state=item.state
            ):
                found.append(
                    Finding("permission.denied", params={"permission": Permission.ARCHIVE_EXPORT.value})
                )
        if found:
            return Refused(tuple(found))
        manifest = manifest_of(services, item)
        subject = item.id
    services.access.note(
        services.clock.now(), {"by": reader, "read": "archive.export", "on": subject, "purpose": "export"}
    )
    directory.parent.mkdir(parents=True, exist_ok=True)
    return packages.write_bag(manifest, services.store, directory)
