"""A library that is not empty on day one (历史档案导入): a register and its files become materials, each looked at by a person.

Every paper is of grade C until a clerk or an archivist has compared it with its picture; until then it fills no line that
asks for a verified copy. Joined is by number only, never by name. Done twice an import finds everything there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

from records.domain.access import Identity
from records.domain.findings import Finding, Refused
from records.domain.materials import Likeness, Offered, bundle, issued_later, lacking_identity, likeness
from records.domain.permissions import Permission
from records.domain.vocabulary import Grade, MaterialSource, MaterialStatus
from records.exchange.library_rows import HEADINGS, LibraryRow, LibraryTable, read_rows
from records.exchange.national import LIMITS, RowFinding
from records.indexes import keys, questions
from records.resources.applicants import Applicant
from records.resources.materials import Material

from . import renewals
from .acts import Act, leave_trace, register
from .applicants import create_applicant, find_applicant
from .checklists import as_held
from .discretion import discreet
from .materials import Upload, hold, vouch
from .services import Services
from .standards import standards

AT_ONCE = 50
"""Rows in one transaction; other writers go between."""

Taken = Upload | tuple[Finding, ...]
"""A file that was judged by its content: what it is, or everything that speaks against it."""

Files = Mapping[str, Sequence[Callable[[], Taken]]]
"""What lies beside a register, by name without folders: how each file of that name is taken in."""

Progress = Callable[[int, int], bool]
"""Told how many rows of how many are done; what it returns says whether to go on."""


@dataclass(slots=True)
class LibraryReport:
    """What an import found and did: an outcome (new, unchanged, refused) for each row in order, and everything with its place."""

    table: LibraryTable
    outcomes: list[str] = field(default_factory=list)
    findings: list[RowFinding] = field(default_factory=list)
    stopped: bool = False

    def counts(self) -> dict[str, int]:
        """Return how many rows were new, unchanged and refused."""
        return {word: self.outcomes.count(word) for word in ("new", "unchanged", "refused")}

    @property
    def good(self) -> bool:
        """Whether nothing was refused."""
        return not self.findings


def import_library(
    services: Services,
    file: Path,
    files: Files,
    *,
    by: Identity,
    channel: str,
    dry_run: bool = False,
    progress: Progress = lambda done, total: True,
) -> LibraryReport | Refused:
    """Bring a register (XLSX) with the files it names into the library; a dry run keeps nothing.

    Only who holds ``material:import`` may (``permission.denied``). Rows that something speaks against are left out and
    told, each with all of it: a wrong number, another name than the one on file, an unknown material, days that cannot
    be, a file that is missing, refused, or named twice.
    """
    if not services.matrix.permits(by, Permission.MATERIAL_IMPORT):
        return Refused(
            (Finding("permission.denied", params={"permission": Permission.MATERIAL_IMPORT.value}),)
        )
    table = read_rows(services.extractor.rows(file, limits=LIMITS))
    report = LibraryReport(table, findings=list(table.findings))
    wrong = {(found.sheet, found.row) for found in table.findings}
    named = Counter(name for row in table.rows for name in row.files)
    for at in range(0, len(table.rows), AT_ONCE):
        if not progress(at, len(table.rows)):
            report.stopped = True
            break
        taken = []
        for row in table.rows[at : at + AT_ONCE]:
            uploads, found = _uploads(row, files, named)
            report.findings += [RowFinding(each, row.sheet, row.row, HEADINGS["files"][0]) for each in found]
            taken.append((row, uploads, bool(found) or (row.sheet, row.row) in wrong))
        _store(services, report, taken, by=by, channel=channel, dry_run=dry_run)
    else:
        progress(len(table.rows), len(table.rows))
    return report


def files_below(folder: Path, take_in: Callable[[Path], Taken]) -> Files:
    """Return the files below a folder by name; nothing is followed out of it."""
    found: dict[str, list[Callable[[], Taken]]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            found.setdefault(path.name, []).append(partial(take_in, path))
    return found


def _uploads(
    row: LibraryRow, files: Files, named: Mapping[str, int]
) -> tuple[tuple[Upload, ...], list[Finding]]:
    found, uploads = [], []
    if not row.files:
        found.append(Finding("library-import.no-file"))
    for name in row.files:
        where = files.get(name, ())
        if not where:
            found.append(Finding("library-import.file-missing", params={"file": name}))
        elif len(where) > 1 or named[name] > 1:
            found.append(Finding("library-import.file-twice", params={"file": name}))
        else:
            taken = where[0]()
            if isinstance(taken, Upload):
                uploads.append(taken)
            else:
                found += taken
    return tuple(uploads), found


def _store(
    services: Services,
    report: LibraryReport,
    taken: Sequence[tuple[LibraryRow, tuple[Upload, ...], bool]],
    *,
    by: Identity,
    channel: str,
    dry_run: bool,
) -> None:
    """Enter some rows in one transaction; what speaks against one is told at its row."""
    told: list[tuple[str, tuple[Finding, ...]]] = []

    def within(root) -> object:
        act = services.act(root["site"], by, channel=channel)
        told[:] = [_entered(act, row, uploads, refused) for row, uploads, refused in taken]
        return Refused(()) if dry_run else None

    services.database.run(within, note="import the library")
    for (row, _, _), (outcome, findings) in zip(taken, told, strict=True):
        report.outcomes.append(outcome)
        report.findings += [
            RowFinding(each, row.sheet, row.row, HEADINGS.get(each.subject, ("",))[0]) for each in findings
        ]


def _entered(
    act: Act, row: LibraryRow, uploads: tuple[Upload, ...], refused: bool
) -> tuple[str, tuple[Finding, ...]]:
    """Enter a row unless something speaks against it; return what became of it and all that does."""
    standard = standards(act.site).material_named(row.word("material"))
    offered = Offered(
        row.word("document_number"),
        row.word("issuer"),
        row.issued_on,
        row.valid_until,
        bundle([each.digest for each in uploads]) if uploads else "",
    )
    found: tuple[Finding, ...] = issued_later(offered, today=act.today)
    if standard is None:
        params = {"name": row.word("material")[:80]}
        found = (*found, Finding("library-import.material-unknown", subject="material", params=params))
    else:
        found = (*found, *lacking_identity(standard, offered))
    if row.issued_on and row.valid_until and row.valid_until < row.issued_on:
        days = {"issued": row.issued_on.isoformat(), "until": row.valid_until.isoformat()}
        found = (*found, Finding("validity.ends-before-issue", subject="valid_until", params=days))
    holder = find_applicant(act, number=row.word("number"))
    if isinstance(holder, Refused):
        found = (*found, *holder.findings)
    elif holder is not None and holder.name != row.word("name"):
        found = (*found, Finding("library-import.name-differs", subject="name"))
    if found or refused:
        return "refused", found
    if holder is None:
        holder = create_applicant(
            act,
            number=row.word("number"),
            name=row.word("name"),
            representative=row.word("representative"),
        )
        if isinstance(holder, Refused):
            return "refused", holder.findings
    return _kept(
        act,
        holder,
        uploads=uploads,
        standard=standard.code,
        title=standard.name,
        document_number=offered.number,
        issuer=offered.issuer,
        issued_on=row.issued_on,
        valid_until=row.valid_until,
        archival_code=row.word("archival_code"),
    )


@discreet
def _kept(
    act: Act,
    holder: Applicant,
    *,
    uploads: tuple[Upload, ...],
    standard: str,
    title: str,
    document_number: str,
    issuer: str,
    issued_on: date | None,
    valid_until: date | None,
    archival_code: str,
) -> tuple[str, tuple[Finding, ...]]:
    """Keep a paper as a material of its holder, once; one that is held already, in whatever state, stays as it is."""
    digests = tuple(each.digest for each in uploads)
    offered = Offered(document_number, issuer, issued_on, valid_until, bundle(digests))
    for held in questions.library(act.site, holder.id, standard):
        gone = held.status == MaterialStatus.WITHDRAWN
        if digests in held.showings or (not gone and likeness(offered, as_held(held)) is Likeness.SAME):
            return "unchanged", ()
    material = Material()
    material.applicant, material.standard, material.title = holder.id, standard, title
    material.document_number, material.issuer = document_number, issuer
    material.issued_on = material.valid_from = issued_on
    material.valid_until, material.archival_code = valid_until, archival_code
    material.source = MaterialSource.HISTORY.value
    material.renditions = tuple(
        (hold(act, each).digest, each.title, "page" if at else "scan", act.at)
        for at, each in enumerate(uploads)
    )
    owner = keys.owner(act.site, renewals.identity(material)) if document_number else None
    if owner is not None:
        params = {"id": owner, "title": title}
        return "refused", (Finding("validity.identity-taken", subject="document_number", params=params),)
    register(act, material)
    renewals.claim(act, material)
    leave_trace(act, "material.import", material, details={"files": digests, "code": archival_code})
    return "new", ()


def verify_imported(act: Act, material: Material) -> Material | Refused:
    """Say that an imported paper and its description agree (核验历史档案): it is of grade B from now on, by whom and when."""
    if not waiting(material):
        return Refused((Finding("library-import.not-waiting"),))
    vouch(act, material)
    leave_trace(act, "material.verify", material)
    return material


@discreet
def reject_imported(act: Act, material: Material, *, why: str) -> Material | Refused:
    """Take an imported paper out of the library again (退回历史档案), with the reason; its key is free for the right one."""
    found = () if waiting(material) else (Finding("library-import.not-waiting"),)
    if not why.strip():
        found = (*found, Finding("validity.no-reason", subject="why"))
    if found:
        return Refused(found)
    material.status = MaterialStatus.WITHDRAWN.value
    keys.release(act.site, renewals.identity(material), material.id)
    leave_trace(act, "material.reject", material, why=why.strip())
    return material


def waiting(material: Material) -> bool:
    """Tell whether an imported paper still waits for somebody to look at it."""
    return (material.source, material.grade, material.status) == (
        MaterialSource.HISTORY,
        Grade.C,
        MaterialStatus.VALID,
    )
