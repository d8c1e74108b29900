"""Registers handed in at the desk (历史档案导入任务): looked over and stored by the background, with the files from a ZIP.

What is done with one runs in short transactions, shows how far it has come and can be stopped; a program that ends in the
middle of it goes on after its start, and what was stored is found there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from records.domain.access import Identity, Matrix
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.exchange.library_rows import LibraryTable, error_file
from records.exchange.national import RowFinding
from records.extraction.types import BundleLimits, Unreadable
from records.resources.imports import LibraryImport, begin, library_imports_of

from . import import_progress
from .acts import Act, enter
from .arrivals import LIMIT, take
from .guide_imports import BUSY, told
from .identities import identity_of
from .importing_library import Files, LibraryReport, Taken, import_library
from .services import Services

VERB = "read-library-register"
SHOWN = 50
"""Findings that a report names; the error file has all of them."""
MOST_IMPORTS = 200
LARGEST_BUNDLE = 900 << 20
"""Bytes of a ZIP that is handed in at once."""

READY = frozenset({"checked", "stopped"})


def may_import(matrix: Matrix, by: Identity) -> bool:
    """Tell whether a person may bring registers; who may sees all that were brought."""
    return matrix.permits(by, Permission.MATERIAL_IMPORT)


def bring_register(
    act: Act, *, name: str, file: str, bundle: str, size: int, language: str = "zh_Hans"
) -> LibraryImport | Refused:
    """Enter a register with its files that were handed in and owe its look-over; nothing of it is stored yet."""
    if found := _denied(act):
        return Refused(found)
    begin(act.site)
    record = LibraryImport()
    record.id = act.vault.identifier("library-import", act.site.counter("number:library-import").next())
    record.name, record.file, record.bundle, record.size = name[:120], file, bundle, size
    record.by, record.at, record.language = act.by.userid, act.at, language
    tree = library_imports_of(act.site)
    tree[f"{act.at.isoformat()} {record.id}"] = record
    keys = list(tree)
    for old in keys[: max(0, len(keys) - MOST_IMPORTS)]:
        if tree[old].state not in BUSY:
            del tree[old]
    enter(act, "library.import", f"import:{record.id}", after=file)
    act.site.jobs.owe(VERB, record.id, at=act.at)
    return record


def apply_register(act: Act, record: LibraryImport) -> LibraryImport | Refused:
    """Owe the storing of a register that was looked over (入库), in the name of who says so; also after it was stopped."""
    found = list(_denied(act))
    if record.state in BUSY:
        found.append(Finding("import.running"))
    elif record.state not in READY or not record.readable:
        found.append(Finding("import.not-checked"))
    if found:
        return Refused(tuple(found))
    record.apply, record.applied_by, record.state, record.done = True, act.by.userid, "owed", 0
    enter(act, "library.import-apply", f"import:{record.id}", after=record.file)
    act.site.jobs.owe(VERB, record.id, at=act.at)
    return record


def stop_register(act: Act, record: LibraryImport) -> LibraryImport | Refused:
    """Stop an import after the rows that are being stored (停止导入); what was stored stays and is not stored again."""
    if found := _denied(act):
        return Refused(found)
    if record.state in BUSY:
        record.state = "stopped"
        enter(act, "library.import-stop", f"import:{record.id}")
    return record


def import_of(site, key: str) -> LibraryImport | None:
    """Return an import by its id."""
    return next((each for each in library_imports_of(site).values() if each.id == key), None)


def named_by_imports(site) -> set[str]:
    """Return the contents that imports name: registers, bundles and reports."""
    each = library_imports_of(site).values()
    return {digest for one in each for digest in (one.file, one.bundle, one.errors) if digest}


def plain_name(path: str) -> str:
    """Return the name of a file without its folders."""
    return PurePosixPath(path.replace("\\", "/")).name


def unpacked(
    services: Services,
    path: Path,
    *,
    go_on: Callable[[], bool] = lambda: True,
    called: Callable[[str], str] = plain_name,
) -> Files:
    """Take in every file of a ZIP (读取压缩包), each as it is ``called``, by its name without folders unless told.

    Raises ``Unreadable`` as the reader does.
    """
    found: dict[str, list[Callable[[], Taken]]] = {}
    limits = BundleLimits(one=int(services.settings.get("upload.limit", LIMIT)))
    pieces = _Pieces(services.extractor.members(path, limits=limits))
    try:
        while (name := pieces.name()) is not None and go_on():
            arrived = take(services, pieces, plain_name(name), "files")
            pieces.skip()
            taken = arrived.upload if arrived.upload is not None else arrived.findings
            found.setdefault(called(name), []).append(partial(_same, taken))
    finally:
        pieces.close()
    return found


def _same(taken: Taken) -> Taken:
    return taken


class _Pieces:
    """A run of files as one stream after the other: ``read`` ends with the file, ``name`` goes to the next."""

    def __init__(self, pieces: Iterator[tuple[str, bytes]]) -> None:
        self._pieces = pieces
        self._next: tuple[str, bytes] | None = next(pieces, None)
        self._first = True

    def name(self) -> str | None:
        """Return the name of the file that begins here; None after the last."""
        self._first = True
        return self._next[0] if self._next is not None else None

    def read(self, size: int) -> bytes:
        """Return the next piece of this file, however long it is; nothing at its end."""
        if self._next is None or (self._next[0] and not self._first):
            return b""
        self._first = False
        piece = self._next[1]
        self._next = next(self._pieces, None)
        return piece if piece else self.read(size)

    def skip(self) -> None:
        """Pass over what nobody read of this file."""
        while self.read(0):
            pass

    def close(self) -> None:
        """End the reader."""
        self._pieces.close()


def work_on(services: Services, subject: str) -> None:
    """Do what is owed on an import: look it over, or store it. Done twice it finds everything there."""
    with services.database.read() as root:
        record = import_of(root["site"], subject)
        if record is None or record.state not in BUSY:
            return
        file, bundle, apply, language = record.file, record.bundle, record.apply, record.language
        person = root["site"].people[record.applied_by or record.by]
        by, gone = identity_of(person, services.clock.today()), person.disabled
    if gone:
        _note(services, subject, state="stopped")
        return
    _note(services, subject, state="applying" if apply else "checking")
    report = _report(services, subject, file, bundle, by=by, dry_run=not apply)
    if isinstance(report, Refused):
        report = LibraryReport(LibraryTable(), findings=[RowFinding(found) for found in report.findings])
    words = told(report.findings, lambda found: services.sentence(language, found))
    rows = {key: texts for key, texts in words.items() if key[1]}
    errors = services.store.put_bytes(error_file(report.table, rows)).digest if rows else ""
    _note(
        services,
        subject,
        state="stopped" if report.stopped else ("applied" if apply else "checked"),
        counts=tuple(report.counts().items()),
        findings=json.dumps([each.as_dict() for each in report.findings[:SHOWN]], ensure_ascii=False),
        found=len(report.findings),
        errors=errors,
        readable=bool(report.table.rows) and not any(not each.sheet for each in report.findings),
    )


def _report(
    services: Services, subject: str, file: str, bundle: str, *, by: Identity, dry_run: bool
) -> LibraryReport | Refused:
    def progress(done: int, total: int) -> bool:
        return _note(services, subject, done=done, total=total)

    try:
        files = unpacked(services, services.store.path(bundle), go_on=lambda: _goes_on(services, subject))
    except Unreadable as bad:
        return Refused((bad.finding,))
    path = services.store.path(file)
    return import_library(services, path, files, by=by, channel="job", dry_run=dry_run, progress=progress)


def _goes_on(services: Services, subject: str) -> bool:
    return import_progress.goes_on(services, import_of, subject)


def _denied(act: Act) -> tuple[Finding, ...]:
    if may_import(act.matrix, act.by):
        return ()
    return (Finding("permission.denied", params={"permission": Permission.MATERIAL_IMPORT.value}),)


def _note(services: Services, subject: str, **values: object) -> bool:
    return import_progress.note(services, import_of, subject, **values)
