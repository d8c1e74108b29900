"""Imports on record (导入记录): a list that was handed in, its look-over and its storing as work of the background.

The file lies in the content store; what is done with it runs in short transactions, shows how far it has come, and can be stopped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from records.domain.findings import Finding, Refused, Severity
from records.domain.permissions import Permission
from records.exchange.national import RowFinding, read_lists, read_source, report_file
from records.resources.imports import GuideImport, begin, imports_of

from .acts import Act, enter
from .identities import identity_of
from .importing_guides import (
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


def bring_list(
    act: Act, *, name: str, digest: str, size: int, source: str, options: Sequence[str] = ()
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
    record.by, record.at, record.options = act.by.userid, act.at, tuple(options)
    tree = imports_of(act.site)
    key = f"{act.at.isoformat()} {record.id}"
    tree[key] = record
    for old in list(tree)[: max(0, len(tree) - MOST_IMPORTS)]:
        del tree[old]
    enter(act, "guide.import", f"import:{record.id}", after=digest)
    _owe(act, record)
    return record


def apply_list(act: Act, record: GuideImport) -> GuideImport | Refused:
    """Owe the storing of a list that was looked over (导入入库), as drafts of whoever says so."""
    found = []
    if not may_import(act.site, act.by, act):
        found.append(Finding("permission.denied", params={"permission": Permission.GUIDE_DRAFT.value}))
    if record.state in BUSY:
        found.append(Finding("import.running"))
    elif record.state not in ("checked", "stopped") or not record.readable:
        found.append(Finding("import.not-checked"))
    if found:
        return Refused(tuple(found))
    record.apply, record.by, record.state, record.done = True, act.by.userid, "owed", 0
    enter(act, "guide.import-apply", f"import:{record.id}", after=record.file)
    _owe(act, record)
    return record


def stop_list(act: Act, record: GuideImport) -> GuideImport | Refused:
    """Stop an import after the batch that is being stored (停止导入); what was stored stays."""
    if not may_import(act.site, act.by, act):
        return Refused((Finding("permission.denied", params={"permission": Permission.GUIDE_DRAFT.value}),))
    if record.state in BUSY:
        record.state = "stopped"
        enter(act, "guide.import-stop", f"import:{record.id}")
    return record


def import_of(site, key: str) -> GuideImport | None:
    """Return an import by its id."""
    return next((each for each in imports_of(site).values() if each.id == key), None)


def named_by_imports(site) -> set[str]:
    """Return the contents that imports name: their files and their reports."""
    return {digest for each in imports_of(site).values() for digest in (each.file, each.report) if digest}


def work_on(services: Services, subject: str) -> None:
    """Do what is owed on an import: look it over, or store it. Done twice it finds everything unchanged."""
    with services.database.read() as root:
        record = import_of(root["site"], subject)
        if record is None or record.state not in BUSY:
            return
        file, name, options, apply = record.file, record.name, record.options, record.apply
        mapping = read_source(json.loads(record.mapping))
        person = root["site"].people[record.by]
        by = identity_of(person, services.clock.today())
        gone = person.disabled
    if gone:
        _note(services, subject, state="stopped")
        return
    _note(services, subject, state="applying" if apply else "checking")

    def progress(done: int, total: int) -> bool:
        return _note(services, subject, done=done, total=total)

    source = services.store.path(file).read_bytes()
    if apply:
        report = apply_lists(
            services, source, name, mapping, by=by, channel="job", options=options, progress=progress
        )
    else:
        report = check_lists(services, source, name, mapping, options=options, progress=progress)
    stops = json.dumps([each.as_dict() for each in report.findings if each.stops], ensure_ascii=False)
    stored = services.store.put_bytes(stops.encode()).digest if not report.good else ""
    state = "stopped" if report.stopped else ("applied" if report.applied else "checked")
    _note(
        services,
        subject,
        state=state,
        counts=tuple(report.counts().items()),
        findings=json.dumps([each.as_dict() for each in first(report.findings, SHOWN)], ensure_ascii=False),
        found=len(report.findings),
        report=stored,
        readable=report.readable,
    )


def _owe(act: Act, record: GuideImport) -> None:
    act.site.jobs.owe(VERB, record.id, at=act.at)


def _note(services: Services, subject: str, **values: object) -> bool:
    """Write down how far an import is; false when somebody has stopped it."""

    def within(root: object) -> bool:
        record = import_of(root["site"], subject)
        if record is None or (record.state == "stopped" and "counts" not in values):
            return False
        for name, value in values.items():
            setattr(record, name, value)
        return True

    return bool(services.database.run(within, note="import"))


def error_file(services: Services, record: GuideImport, sentence: Sentence) -> bytes:
    """Return a workbook of the rows of everything that was refused, as they came, each with its sentences (错误文件)."""
    mapping = read_source(json.loads(record.mapping))
    lists = read_lists(services.store.path(record.file).read_bytes(), record.name, mapping)
    texts = told(read_findings(services.store.path(record.report).read_text(encoding="utf-8")), sentence)
    refused = [
        item for item in lists.items if any((row.head.sheet, row.number) in texts for row in item.every())
    ]
    return report_file(refused, lists.strays, texts)


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
