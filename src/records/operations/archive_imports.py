"""Existing archives that are brought (历史档案导入任务): handed in, looked over, entered, stopped, taken up again, undone.

Directory and files lie in the content store; the background reads them. Each import is kept with what it entered, so that
it can be undone as long as nothing else rests on it.
"""

from __future__ import annotations

import json
import os
import stat
import zipfile
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from records.domain import archive_imports as rules
from records.domain.access import Identity, Matrix
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import ItemState
from records.exchange.archive_rows import (
    FAULTS,
    STANDARD,
    ArchiveSource,
    ArchiveTable,
    faults_sheet,
    read_directory,
    read_source,
)
from records.exchange.library_rows import error_file
from records.exchange.national import LIMITS, RowFinding
from records.extraction.types import Unreadable
from records.indexes import disposition_questions, feed, keys, use_questions, worklists
from records.resources.archives import ArchivedItem
from records.resources.imports import ArchiveImport, archive_imports_of, archive_sources_of, begin
from records.resources.site import Site

from . import copying, import_progress
from .acts import Act, enter, leave_trace
from .guide_imports import told
from .identities import identity_of
from .importing_archives import ArchiveReport, Place, import_rows
from .library_imports import unpacked
from .services import Services

VERB = "read-archive-directory"
SHOWN = 50
"""Findings that a report names; the error file has all of them."""
AT_ONCE = 100
"""Items that are taken out in one transaction."""
BUSY = frozenset({"owed", "checking", "applying", "undoing"})
READY = frozenset({"checked", "stopped"})
OVER = frozenset({"applied", "undone"})
DONE = ("applied", "stopped")
"""States in which there may be something to undo."""
FAULT_HEADS = ("工作表", "行", "列", "问题和处理办法")


def may_import(matrix: Matrix, by: Identity, fonds: str) -> bool:
    """Tell whether a person may bring items into a fonds; who may sees all that were brought there."""
    return matrix.permits(by, Permission.ARCHIVE_IMPORT, unit=fonds)


def save_source(act: Act, plain: object) -> str | Refused:
    """Keep how a source writes its directories (保存来源映射); return its name."""
    source = read_source(plain)
    if isinstance(source, Refused):
        return source
    if not any(may_import(act.matrix, act.by, fonds) for fonds in act.site.office["fonds"]):
        return Refused((_denied(),))
    if source.name == STANDARD.name:
        return Refused((Finding("import.source-built-in", subject="name", params={"name": source.name}),))
    begin(act.site)
    archive_sources_of(act.site)[source.name] = json.dumps(source.as_dict(), ensure_ascii=False)
    enter(act, "archive.import-source", f"source:{source.name}")
    return source.name


def source_named(site: Site, name: str) -> ArchiveSource | None:
    """Return a source by its name: our own headings, or a saved mapping."""
    if name in ("", STANDARD.name):
        return STANDARD
    saved = archive_sources_of(site).get(name)
    found = read_source(json.loads(saved)) if saved else None
    return None if isinstance(found, Refused) else found


def bring(
    act: Act,
    *,
    name: str,
    file: str,
    bundle: str,
    size: int,
    fonds: str,
    source: str = "",
    language: str = "zh_Hans",
    owes: bool = True,
) -> ArchiveImport | Refused:
    """Enter a directory with its files that were handed in and owe its look-over; nothing of it is an item yet.

    ``owes`` is false for whoever looks it over at once. Findings: ``permission.denied``, ``package-import.fonds-unknown``, ``import.source-unknown``.
    """
    found, mapping = [], source_named(act.site, source)
    if fonds not in act.site.office["fonds"]:
        known = "、".join(act.site.office["fonds"])
        found.append(Finding("package-import.fonds-unknown", subject="fonds", params={"known": known}))
    elif not may_import(act.matrix, act.by, fonds):
        found.append(_denied())
    if mapping is None:
        found.append(Finding("import.source-unknown", subject="source", params={"name": source[:80]}))
    if found:
        return Refused(tuple(found))
    begin(act.site)
    record = ArchiveImport()
    record.id = act.vault.identifier("archive-import", act.site.counter("number:archive-import").next())
    record.name, record.file, record.bundle, record.size, record.fonds = name[:120], file, bundle, size, fonds
    record.mapping = json.dumps(mapping.as_dict(), ensure_ascii=False)
    record.by, record.at, record.language = act.by.userid, act.at, language
    archive_imports_of(act.site)[f"{act.at.isoformat()} {record.id}"] = record
    enter(act, "archive.import-bring", f"import:{record.id}", after=file)
    if owes:
        act.site.jobs.owe(VERB, record.id, at=act.at)
    return record


def apply(act: Act, record: ArchiveImport, *, owes: bool = True) -> ArchiveImport | Refused:
    """Owe the entering of a directory that was looked over (导入入库), in the name of who says so; also after a stop.

    ``owes`` is false for whoever enters it at once. Findings: ``import.running``, ``import.not-checked``, ``permission.denied``.
    """
    found = _hindrance(act, record)
    if not found and (record.state not in READY or not record.readable):
        found = [Finding("import.not-checked")]
    if found:
        return Refused(tuple(found))
    record.apply = True
    return _owed(act, record, "archive.import-apply", owes=owes)


def undo(act: Act, record: ArchiveImport) -> ArchiveImport | Refused:
    """Owe the taking out of everything an import entered (撤销导入); refused while anything else rests on one of its items.

    Findings: ``archive-import.nothing``, ``archive-import.in-use`` (code, why), ``import.running``, ``permission.denied``.
    """
    found = _hindrance(act, record)
    if not found and (record.state not in DONE or not record.items):
        found = [Finding("archive-import.nothing")]
    if not found:
        found = list(islice(_in_use(act.site, record.items.values()), SHOWN))
    if found:
        return Refused(tuple(found))
    result = _owed(act, record, "archive.import-undo", owes=True)
    record.state = "undoing"
    return result


def stop(act: Act, record: ArchiveImport) -> ArchiveImport | Refused:
    """Stop an import after the rows that are being entered (停止导入); what was entered stays and is not entered again."""
    if not may_import(act.matrix, act.by, record.fonds):
        return Refused((_denied(),))
    if record.state in BUSY - {"undoing"}:
        record.state = "stopped"
        enter(act, "archive.import-stop", f"import:{record.id}")
    return record


def _hindrance(act: Act, record: ArchiveImport) -> list[Finding]:
    if not may_import(act.matrix, act.by, record.fonds):
        return [_denied()]
    return [Finding("import.running")] if record.state in BUSY else []


def _owed(act: Act, record: ArchiveImport, event: str, *, owes: bool) -> ArchiveImport:
    record.applied_by, record.state, record.done = act.by.userid, "owed", 0
    enter(act, event, f"import:{record.id}", after=record.file)
    if owes:
        act.site.jobs.owe(VERB, record.id, at=act.at)
    return record


def _denied() -> Finding:
    return Finding("permission.denied", params={"permission": Permission.ARCHIVE_IMPORT.value})


def import_of(site: Site, key: str) -> ArchiveImport | None:
    """Return an import by its id."""
    return next((each for each in archive_imports_of(site).values() if each.id == key), None)


def named_by_imports(site: Site) -> set[str]:
    """Return the contents that imports name: directories and reports, and the files until all is entered or undone."""
    named = set()
    for each in archive_imports_of(site).values():
        named |= {each.file, each.errors} | ({each.bundle} if each.state not in OVER else set())
    return named - {""}


def packed(services: Services, folder: Path) -> tuple[str, int]:
    """Put a folder into the store as one ZIP (打包文件夹), nothing followed out of it; return digest and size."""
    above = services.instance / "incoming"
    above.mkdir(mode=0o700, exist_ok=True)
    beside = above / f"directory-{os.getpid()}.zip"
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_STORED) as archive:
            for path in sorted(folder.rglob("*")):
                if stat.S_ISREG(path.lstat().st_mode):
                    archive.write(path, path.relative_to(folder).as_posix())
        with beside.open("rb") as stream:
            stored = services.store.put(stream)
    finally:
        beside.unlink(missing_ok=True)
    return stored.digest, stored.size


def work_on(services: Services, subject: str) -> None:
    """Do what is owed on an import: look it over, enter it, or take it out. Done twice it finds everything done."""
    with services.database.read() as root:
        record = import_of(root["site"], subject)
        if record is None or record.state not in BUSY:
            return
        person = root["site"].people[record.applied_by or record.by]
        by, gone = identity_of(person, services.clock.today()), person.disabled
        state, enters = record.state, record.apply
        gone = gone or not may_import(services.matrix, by, record.fonds)
    if gone:
        _note(services, subject, state="stopped")
    elif state == "undoing":
        _take_out(services, subject, by)
    else:
        _note(services, subject, state="applying" if enters else "checking")
        _import(services, subject, by, enters=enters)


def _import(services: Services, subject: str, by: Identity, *, enters: bool) -> None:
    with services.database.read() as root:
        site = root["site"]
        record = import_of(site, subject)
        fonds = site.office["fonds"][record.fonds]
        place = Place(record.fonds, str(fonds["number"]), fonds["name"], record.id, record.name, by.name)
        file, bundle, language = record.file, record.bundle, record.language
        source = read_source(json.loads(record.mapping))

    def progress(done: int, total: int) -> bool:
        return _note(services, subject, done=done, total=total)

    table = read_directory(services.extractor.rows(services.store.path(file), limits=LIMITS), source)
    try:
        files = unpacked(
            services, services.store.path(bundle), go_on=lambda: _goes_on(services, subject), called=str
        )
        report = import_rows(
            services, table, files, place, by=by, find=lambda root: import_of(root["site"], subject),
            dry_run=not enters, progress=progress,
        )  # fmt: skip
    except Unreadable as bad:
        table.findings.append(RowFinding(bad.finding))
        report = ArchiveReport(table, findings=table.findings)
    blocked = any(not each.sheet and each.stops for each in report.findings)
    _note(
        services,
        subject,
        state="stopped" if report.stopped else ("applied" if enters else "checked"),
        counts=tuple(report.counts().items()),
        findings=json.dumps([each.as_dict() for each in report.findings[:SHOWN]], ensure_ascii=False),
        found=len(report.findings),
        errors=_error_file(services, table, report.findings, language),
        readable=bool(table.rows) and not blocked,
    )


def _error_file(
    services: Services, table: ArchiveTable, findings: Sequence[RowFinding], language: str
) -> str:
    """Keep the rows that were refused as they came, with a list of all faults by sheet, row and column; return the digest."""
    words = told(findings, lambda found: services.sentence(language, found))
    rows = {key: texts for key, texts in words.items() if key[1]}
    if not rows:
        return ""
    listed = faults_sheet(findings, lambda found: services.sentence(language, found))
    return services.store.put_bytes(error_file(table, rows, faults=(FAULTS, FAULT_HEADS, listed))).digest


def _goes_on(services: Services, subject: str) -> bool:
    return import_progress.goes_on(services, import_of, subject)


def _note(services: Services, subject: str, **values: object) -> bool:
    return import_progress.note(services, import_of, subject, **values)


def _in_use(site: Site, items: Iterable[str]):
    """Yield what speaks against taking items out again."""
    for each in items:
        item = site.archives.get(each)
        if item is not None:
            yield from rules.guard_undo(_standing(site, item))


def _standing(site: Site, item: ArchivedItem) -> rules.Standing:
    return rules.Standing(
        code=item.code,
        state=ItemState(item.state),
        held=bool(item.holds),
        boxed=bool(item.box or item.volume),
        linked=bool(item.relations),
        listed=bool(disposition_questions.item_of_list(site, item.id)),
        used=any(True for _ in use_questions.uses_of(site, item.id)),
        managed=any(event not in rules.HARMLESS for event, *_ in item.management)
        or bool(item.archives_number),
    )


def _take_out(services: Services, subject: str, by: Identity) -> None:
    """Take the items of an import out, some in one transaction; a number that nobody was given since is free again."""
    while True:
        left = services.database.run(
            lambda root: _some_out(services, root["site"], subject, by), note="undo import"
        )
        with services.database.read() as root:
            gone = list(import_of(root["site"], subject).gone)
        for code in gone:
            copying.erase_copy(services, code)
        services.database.run(
            lambda root, gone=gone: _forget(root["site"], subject, gone), note="undo import"
        )
        if not left:
            return


def _forget(site: Site, subject: str, codes: Sequence[str]) -> None:
    record = import_of(site, subject)
    for code in codes:
        record.gone.pop(code, None)


def _some_out(services: Services, site: Site, subject: str, by: Identity) -> bool:
    """Take some items out; false when none is left or something rests on one of them by now."""
    record, act = import_of(site, subject), services.act(site, by, channel="job")
    for key, name in list(islice(record.items.items(), AT_ONCE)):
        item = site.archives.get(name)
        if item is None:
            del record.items[key]
            continue
        found = rules.guard_undo(_standing(site, item))
        if found:
            record.state, record.found = "stopped", len(found)
            record.findings = json.dumps([RowFinding(each).as_dict() for each in found], ensure_ascii=False)
            return False
        leave_trace(act, "archive.import-undone", item, unit=item.unit, permission=Permission.ARCHIVE_IMPORT)
        keys.release(site, keys.compose("archival-code", key), item.id)
        copying.forget(site.keeping, item.id)
        worklists.strike(site, item)
        feed.touch(site, item)
        site.jobs.strike(item.owed)
        del site.archives.children[item.id]
        record.gone[item.code] = None
        del record.items[key]
    if record.items:
        return True
    for name, (before, after) in list(record.raised.items()):
        counter = site.counter(name)
        if counter.value == after:
            counter.value = before
        del record.raised[name]
    record.state, record.counts = "undone", ()
    enter(act, "archive.import-undone", f"import:{record.id}", after=record.file)
    return False
