"""Imports on record (导入记录): a list that was handed in, its look-over and its storing as work of the background.

The file lies in the content store; what is done with it runs in short transactions, shows how far it has come, and can be stopped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from records.domain.access import EVERYWHERE, Identity, Matrix
from records.domain.findings import Finding, Refused, Severity
from records.domain.permissions import Permission
from records.exchange.national import RowFinding, report_file
from records.exchange.national_sources import read_source
from records.resources.imports import GuideImport, begin, imports_of

from . import import_progress
from .acts import Act, enter
from .identities import identity_of
from .importing_guides import (
    Report,
    apply_lists,
    check_lists,
    first,
    may_import,
    source_named,
)
from .services import Services

VERB = "read-guide-list"
SHOWN = 50
"""Findings that a report names; the error file has all of them."""
MOST_IMPORTS = 200
BUSY = frozenset({"owed", "checking", "applying"})

Sentence = Callable[[Finding], str]


def may_see(matrix: Matrix, by: Identity, record: GuideImport) -> bool:
    """Tell whether an import is a person's own, or the person drafts for every unit of the office."""
    return record.by == by.userid or matrix.permits(by, Permission.GUIDE_DRAFT, unit=EVERYWHERE)


def bring_list(
    act: Act,
    *,
    name: str,
    digest: str,
    size: int,
    source: str,
    options: Sequence[str] = (),
    language: str = "zh_Hans",
) -> GuideImport | Refused:
    """Enter a list that was handed in and owe its look-over (导入检查); nothing of it is stored yet."""
    mapping = source_named(act.site, source)
    found = []
    if not may_import(act.site, act.by, act):
        found.append(Finding("permission.denied", params={"permission": Permission.GUIDE_DRAFT.value}))
    if mapping is None:
        found.append(Finding("import.source-unknown", subject="source", params={"name": source[:80]}))
    if found:
        return Refused(tuple(found))
    begin(act.site)
    record = GuideImport()
    record.id = act.vault.identifier("import", act.site.counter("number:import").next())
    record.name, record.file, record.size = name[:120], digest, size
    record.mapping = json.dumps(mapping.as_dict(), ensure_ascii=False)
    record.by, record.at, record.options, record.language = act.by.userid, act.at, tuple(options), language
    tree = imports_of(act.site)
    tree[f"{act.at.isoformat()} {record.id}"] = record
    keys = list(tree)
    for old in keys[: max(0, len(keys) - MOST_IMPORTS)]:
        if tree[old].state not in BUSY:
            del tree[old]
    enter(act, "guide.import", f"import:{record.id}", after=digest)
    _owe(act, record)
    return record


def apply_list(act: Act, record: GuideImport) -> GuideImport | Refused:
    """Owe the storing of a list that was looked over (导入入库), as drafts of whoever says so."""
    found = _denied(act, record)
    if record.state in BUSY:
        found.append(Finding("import.running"))
    elif record.state not in ("checked", "stopped") or not record.readable:
        found.append(Finding("import.not-checked"))
    if found:
        return Refused(tuple(found))
    record.apply, record.applied_by, record.state, record.done = True, act.by.userid, "owed", 0
    enter(act, "guide.import-apply", f"import:{record.id}", after=record.file)
    _owe(act, record)
    return record


def stop_list(act: Act, record: GuideImport) -> GuideImport | Refused:
    """Stop an import after the batch that is being stored (停止导入); what was stored stays."""
    if found := _denied(act, record):
        return Refused(tuple(found))
    if record.state in BUSY:
        record.state = "stopped"
        enter(act, "guide.import-stop", f"import:{record.id}")
    return record


def _denied(act: Act, record: GuideImport) -> list[Finding]:
    if may_import(act.site, act.by, act) and may_see(act.matrix, act.by, record):
        return []
    return [Finding("permission.denied", params={"permission": Permission.GUIDE_DRAFT.value})]


def import_of(site, key: str) -> GuideImport | None:
    """Return an import by its id."""
    return next((each for each in imports_of(site).values() if each.id == key), None)


def named_by_imports(site) -> set[str]:
    """Return the contents that imports name: their files and their reports."""
    return {digest for each in imports_of(site).values() for digest in (each.file, each.errors) if digest}


def work_on(services: Services, subject: str) -> None:
    """Do what is owed on an import: look it over, or store it. Done twice it finds everything unchanged."""
    with services.database.read() as root:
        record = import_of(root["site"], subject)
        if record is None or record.state not in BUSY:
            return
        file, name, options, apply = record.file, record.name, record.options, record.apply
        mapping = read_source(json.loads(record.mapping))
        language = record.language
        person = root["site"].people[record.applied_by or record.by]
        by = identity_of(person, services.clock.today())
        gone = person.disabled
    if gone:
        _note(services, subject, state="stopped")
        return
    _note(services, subject, state="applying" if apply else "checking")

    def progress(done: int, total: int) -> bool:
        return _note(services, subject, done=done, total=total)

    path = services.store.path(file)
    if apply:
        report = apply_lists(
            services, path, name, mapping, by=by, channel="job", options=options, progress=progress
        )
    else:
        report = check_lists(services, path, name, mapping, options=options, progress=progress)
    errors = ""
    if report.rows_refused:
        body = error_file(report, lambda found: services.sentence(language, found))
        errors = services.store.put_bytes(body).digest
    state = "stopped" if report.stopped else ("applied" if report.applied else "checked")
    _note(
        services,
        subject,
        state=state,
        counts=tuple(report.counts().items()),
        findings=json.dumps([each.as_dict() for each in first(report.findings, SHOWN)], ensure_ascii=False),
        found=len(report.findings),
        errors=errors,
        readable=report.readable,
    )


def _owe(act: Act, record: GuideImport) -> None:
    act.site.jobs.owe(VERB, record.id, at=act.at)


def _note(services: Services, subject: str, **values: object) -> bool:
    return import_progress.note(services, import_of, subject, **values)


def error_file(report: Report, sentence: Sentence) -> bytes:
    """Return a workbook of the rows of everything that was refused, as they came, each with its sentences (错误文件)."""
    return report_file(report.refused(), report.lists.strays, told(report.findings, sentence))


def read_findings(text: str) -> list[RowFinding]:
    """Return findings from the form in which reports keep them."""
    return [
        RowFinding(
            Finding(each["code"], Severity(each["severity"]), each["subject"], each["params"], each["basis"]),
            each["sheet"],
            each["row"],
            each["column"],
            each["stops"],
        )
        for each in json.loads(text)
    ]


def told(findings: Sequence[RowFinding], sentence: Sentence) -> dict[tuple[str, int], list[str]]:
    """Return what stops, in words, by sheet and row."""
    texts: dict[tuple[str, int], list[str]] = {}
    for each in findings:
        if each.stops:
            where = f"{each.column}：" if each.column else ""
            texts.setdefault((each.sheet, each.row), []).append(f"{where}{sentence(each.finding)}")
    return texts
