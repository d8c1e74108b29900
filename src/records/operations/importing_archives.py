"""Rows of a directory become archived items (历史档案入库): files found, package planned and checked, then entered with its own 档号.

Everything slow lies outside the lock; some items are entered in one short transaction. What was entered is noted with the
import in the same transaction, so that an import that was killed goes on where it stood and enters nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from records.domain import archive_imports as rules
from records.domain import ledger
from records.domain.access import Identity
from records.domain.archive_imports import Described
from records.domain.arrangement import Document, file_name, search_key
from records.domain.catalogues import Carrier
from records.domain.findings import Finding, Refused, Severity
from records.domain.package_checks import Phase, Status
from records.domain.packages import PackageFacts
from records.domain.verification import Report, run_checks
from records.domain.vocabulary import ArchiveClass, Stage
from records.exchange import package_facts as described_by
from records.exchange import package_sources, packages
from records.exchange.archive_rows import ArchiveRow, ArchiveTable
from records.exchange.national import RowFinding
from records.indexes import keys
from records.resources.imports import ArchiveImport
from records.resources.site import Site
from records.rules import checks, code_patterns

from . import evidence, package_imports
from .acts import Act
from .archive_files import Shelf, file_finding
from .importing_library import Files, Progress
from .materials import Upload
from .package_arrivals import Taken, facts_around
from .services import Services

AT_ONCE = 20
"""Items in one transaction; other writers go between."""
MOST_UNUSED = 20
Find = Callable[[object], ArchiveImport | None]


@dataclass(slots=True)
class ArchiveReport:
    """What an import found and did: an outcome (new, unchanged, refused) for each row in order, and everything with its place."""

    table: ArchiveTable
    outcomes: list[str] = field(default_factory=list)
    findings: list[RowFinding] = field(default_factory=list)
    stopped: bool = False

    def counts(self) -> dict[str, int]:
        """Return how many rows were new, unchanged and refused."""
        return {word: self.outcomes.count(word) for word in ("new", "unchanged", "refused")}


@dataclass(frozen=True, slots=True)
class Ready:
    """A row that can be entered: what it describes, its package, and what it was made from."""

    row: ArchiveRow
    described: Described
    plan: packages.Plan
    said: dict[str, str]
    pages: int
    report: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where rows go: the fonds by key and number, the body that answers for it, and by which import."""

    fonds: str
    number: str
    organisation: str
    import_id: str
    name: str
    by: str


def import_rows(
    services: Services,
    table: ArchiveTable,
    files: Files,
    place: Place,
    *,
    by: Identity,
    find: Find,
    dry_run: bool,
    progress: Progress = lambda done, total: True,
) -> ArchiveReport:
    """Enter the rows of a directory (历史档案入库); a dry run plans and checks everything and keeps nothing.

    ``find`` gives the import record of a database root; what it entered before stays unchanged. Rows that something speaks
    against are left out and told, each with all of it.
    """
    report = ArchiveReport(table, findings=list(table.findings))
    shelf, seen = Shelf(files), {}
    wrong = {(found.sheet, found.row) for found in table.findings}
    for at in range(0, len(table.rows), AT_ONCE):
        if not progress(at, len(table.rows)):
            report.stopped = True
            return report
        ready: list[Ready | str] = []
        with services.database.read() as root:
            record, site = find(root), root["site"]
            group = [
                _judged(
                    services, site, record, row, shelf, place, seen, report, (row.sheet, row.row) in wrong
                )
                for row in table.rows[at : at + AT_ONCE]
            ]
        ready += group
        _enter(services, report, ready, place, by=by, find=find, dry_run=dry_run)
    progress(len(table.rows), len(table.rows))
    report.findings += [
        RowFinding(file_finding("archive-import.file-unused", path), stops=False)
        for path in shelf.unused()[:MOST_UNUSED]
    ]
    return report


def _judged(
    services: Services,
    site: Site,
    record: ArchiveImport | None,
    row: ArchiveRow,
    shelf: Shelf,
    place: Place,
    seen: dict[str, int],
    report: ArchiveReport,
    wrong: bool,
) -> Ready | str:
    """Return a row with its package ready to be entered, or its outcome when it is not to be."""
    described, found = rules.describe(
        row.listed, fonds=place.number, patterns=code_patterns(), today=services.clock.today()
    )
    if described is None:
        _tell(report, row, found)
        return "refused"
    key = search_key(described.text)
    paths, lacking = shelf.of(row, described.text)
    if record is not None and key in record.items:
        return "unchanged"
    found = (*found, *lacking)
    if key in seen:
        params = {"code": described.text, "row": seen[key]}
        found = (*found, Finding("archive-import.code-twice", subject="code", params=params))
    seen.setdefault(key, row.row)
    if keys.owner(site, keys.compose("archival-code", key)) is not None:
        found = (
            *found,
            Finding("package-import.code-taken", subject="code", params={"code": described.text}),
        )
    uploads = []
    for path in paths:
        taken = shelf.take(path)
        if isinstance(taken, Upload):
            uploads.append((path, taken))
        else:
            found = (*found, *(replace(each, subject="files") for each in taken))
    if wrong or _blocks(found):
        _tell(report, row, found)
        return "refused"
    ready, more = _planned(services, row, described, uploads, place)
    _tell(report, row, (*found, *more))
    return "refused" if _blocks(more) else ready


def _blocks(found: Sequence[Finding]) -> bool:
    return any(each.severity is Severity.BLOCKS for each in found)


def _tell(report: ArchiveReport, row: ArchiveRow, found: Sequence[Finding]) -> None:
    report.findings += [
        RowFinding(
            each,
            row.sheet,
            row.row,
            report.table.heading(row.sheet, each.subject),
            each.severity is Severity.BLOCKS,
        )
        for each in found
    ]


def _planned(
    services: Services,
    row: ArchiveRow,
    described: Described,
    uploads: Sequence[tuple[str, Upload]],
    place: Place,
) -> tuple[Ready, tuple[Finding, ...]]:
    """Plan the package of a row and run the four checks over it; what fails is told."""
    series, code = described.code.series, described.text
    pages = sum(max(upload.page_count, 1) for _path, upload in uploads)
    documents = []
    for number, (path, upload) in enumerate(uploads, 1):
        plain = PurePosixPath(path)
        paper = Document(Stage.DECISION, plain.stem, ArchiveClass.RESULT, number)
        name = file_name(paper.stage, number, paper.title, plain.suffix)
        documents.append(
            {
                "path": f"{paper.stage.value}{paper.stage.label}/{name}", "title": described.title if len(uploads) == 1 else plain.stem,
                "stage": paper.stage.label, "class": rules.PROVENANCE, "form": "扫描件或电子件", "format": plain.suffix.lstrip(".").lower(),
                "digest": upload.digest, "sm3": upload.sm3, "size": upload.size, "pages": max(upload.page_count, 1),
            }
        )  # fmt: skip
    closed = described.dated.isoformat() if described.dated.year == series.year else f"{series.year}-12-31"
    given = {
        "code": code, "title": described.title, "year": str(series.year), "retention": series.retention.value,
        "fonds": series.fonds, "category": series.category, "organ": described.responsible or place.organisation, "closed": closed,
        "security": described.security, "opening": described.opening,
    }  # fmt: skip
    provenance = f"{rules.PROVENANCE} {place.name} {row.sheet} 第{row.row}行"
    facts, _closed = facts_around(services, given, documents, provenance, place.organisation)
    facts |= {
        "software": rules.SOFTWARE,
        "result": {"name": described.title, "number": described.document_number},
    }
    facts["record"] |= {
        "count": str(len(documents)), "pages": str(pages), "archived_at": services.clock.now().isoformat(timespec="seconds"),
        "archived_by": place.by,
    }  # fmt: skip
    plan = packages.plan(facts)
    said = {**given, "count": str(len(documents)), "provenance": provenance}
    report = _checked(services, plan)
    ready = Ready(row, described, plan, said, pages, ledger.canonical(report.as_dict()).decode())
    found = list(_failures(services, report))
    if described.pages and described.pages != pages:
        params = {"said": described.pages, "counted": pages}
        found.append(Finding("archive-import.pages-differ", Severity.WARNS, "pages", params))
    return ready, tuple(found)


def _checked(services: Services, plan: packages.Plan) -> Report:
    """Run the checks of keeping over a planned package (四性检测), as far as they can be run before it is entered.

    There is no record yet that could be reached, no audit entry and no form of a hand-over: what would ask for them does
    not apply, and says so.
    """
    source = package_sources.planned(plan, services.store)
    seen = source.look()
    told = described_by.told_by(source, seen.info)
    facts: PackageFacts = described_by.package_facts(
        source, seen, told, try_out=evidence.tries(services), today=services.clock.today().isoformat()
    )
    facts = replace(
        facts,
        form=None,
        seal=described_by.sealed(seen, plan.manifest.digest, "组包"),
        record=None,
        trail=None,
    )
    facts = evidence.scanned(services, source, facts)
    at = services.clock.now().isoformat(timespec="seconds")
    return run_checks(facts, checks(Phase.KEEPING), at=at, tool=evidence.TOOL)


def _failures(services: Services, report: Report) -> Iterator[Finding]:
    """Yield what failed of a report; a check that does not stop anything is a warning."""
    for result in report.results:
        if result.status is Status.FAIL:
            severity = Severity.BLOCKS if result.blocking else Severity.WARNS
            why = "；".join(services.sentence("zh_Hans", each) for each in result.findings)
            params = {"check": f"{result.id} {result.name}", "why": why[:300]}
            yield Finding("archive-import.check-failed", severity, "files", params)


def _enter(
    services: Services,
    report: ArchiveReport,
    group: Sequence[Ready | str],
    place: Place,
    *,
    by: Identity,
    find: Find,
    dry_run: bool,
) -> None:
    """Enter what is ready of some rows in one transaction, and note each outcome."""
    ready = [each for each in group if isinstance(each, Ready)]
    refused: dict[int, tuple[Finding, ...]] = {}
    if ready and not dry_run:
        for each in ready:
            packages.keep(each.plan, services.store)
            services.store.put_bytes(each.plan.manifest.canonical())

        def within(root: object) -> None:
            refused.clear()
            act = services.act(root["site"], by, channel="job")
            record = find(root)
            for at, each in enumerate(ready):
                result = _entered(act, record, each, place)
                if isinstance(result, Refused):
                    refused[at] = result.findings

        services.database.run(within, note="import archives")
    at = 0
    for each in group:
        if isinstance(each, str):
            report.outcomes.append(each)
            continue
        if at in refused:
            _tell(report, each.row, [replace(found, subject="code") for found in refused[at]])
        report.outcomes.append("refused" if at in refused else "new")
        at += 1


def _entered(act: Act, record: ArchiveImport, ready: Ready, place: Place) -> Refused | None:
    """Enter one item with its package, and note it with the import; its series goes on behind its number."""
    described, manifest = ready.described, ready.plan.manifest
    counted = package_imports.counted_by(manifest.code)
    before = act.site.counter(counted[0]).value if counted else 0
    taken = Taken(manifest, ready.said, ready.said["provenance"])
    item = package_imports.restore(
        act,
        taken,
        fonds=place.fonds,
        event=rules.IMPORTED,
        described={
            "page_count": ready.pages,
            "security": described.security,
            "opening": described.opening,
            "unit_code": described.code.series.unit,
            "carrier": Carrier.BOTH.value if described.place else Carrier.ELECTRONIC.value,
            "paper_place": described.place,
            "report": ready.report,
        },
    )
    if isinstance(item, Refused):
        return item
    record.items[search_key(item.code)] = item.id
    if counted:
        after = act.site.counter(counted[0]).value
        first = record.raised.get(counted[0], (before, after))[0]
        record.raised[counted[0]] = (first, after)
    return None
