"""Checking packages again (四性检测复检): the stored one of an item in keeping or before transfer, or any package in a folder.

Nothing is written inside the package: what a later checking found and what people said who looked stands beside the item.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from records.clock import Clock
from records.domain import arrangement, ledger
from records.domain.findings import Finding, Refused
from records.domain.guide_parts import Guide
from records.domain.package_checks import Phase, Status, day_of
from records.domain.packages import FormFacts, MediumFacts, PackageFacts, RecordFacts, StepFacts
from records.domain.permissions import Permission
from records.domain.scope import scope_of
from records.domain.verification import CHECKS, Report, looked_at, run_checks
from records.domain.vocabulary import ItemState
from records.exchange import package_facts as described_by
from records.exchange.guides import read_guide
from records.exchange.package_facts import Told, Try
from records.exchange.package_sources import FolderSource, Sighting, Source, StoreSource
from records.exchange.packages import Manifest
from records.exchange.scanner import Scanner
from records.indexes import keys, questions
from records.resources.archives import ArchivedItem
from records.resources.site import Site
from records.rules import checks
from records.rules.scope import scope_rows

from . import evidence, filing
from .acts import Act, leave_trace, owe
from .continued import SCOPE as CONTINUATION
from .identities import identity_of
from .services import WORKER, Services

VERB = "check-package"
OURS = "juanzong"
ACCEPTED = ("受理", "视为受理")
ARRANGED_HERE = "archive.arrange"


def report_of(site: Site, item: ArchivedItem) -> Report | None:
    """Return the report with which an item was archived or returned, with what people have said since."""
    return _with_looks(site, item, item.report)


def last_report(site: Site, item: ArchivedItem) -> Report | None:
    """Return the report of the last checking in keeping (最近一次复检), None before the first."""
    return _with_looks(site, item, item.rechecked)


def _with_looks(site: Site, item: ArchivedItem, text: str) -> Report | None:
    if not text:
        return None
    return looked_at(Report.from_dict(json.loads(text)), evidence.looks_of(site, item))


def examine(
    services: Services,
    item_id: str,
    *,
    phase: Phase = Phase.KEEPING,
    form: FormFacts | None = None,
    medium: MediumFacts | None = None,
    with_sm3: bool = True,
) -> Report | Refused:
    """Check the stored package of an item (复检) and return the report; nothing is written.

    ``form`` is the paper of a hand-over, ``medium`` the offline medium if the package lies on one. Findings:
    ``check.no-package``.
    """
    with services.database.read() as root:
        site: Site = root["site"]
        item: ArchivedItem = site.archives[item_id]
        if not item.manifest or not services.store.has(item.manifest):
            return Refused(
                (Finding("check.no-package", params={"code": item.code or item.provisional_code}),)
            )
        facts = stored_facts(services, site, item, phase=phase, with_sm3=with_sm3)
        facts = replace(facts, form=form or facts.form, medium=medium)
        looks = evidence.looks_of(site, item)
    at = services.clock.now().isoformat(timespec="seconds")
    return run_checks(facts, checks(phase), looks=looks, at=at, tool=evidence.TOOL)


def stored_facts(
    services: Services, site: Site, item: ArchivedItem, *, phase: Phase, with_sm3: bool = True
) -> PackageFacts:
    """Describe a frozen package for its checks, from its own bytes and from what the database still says of the item."""
    with services.store.open(item.manifest) as stream:
        manifest = Manifest.from_json(json.loads(stream.read()))
    source = StoreSource(manifest, services.store, with_sm3=with_sm3)
    seen = source.look()
    told = described_by.told_by(source, seen.info)
    facts = described_by.package_facts(
        source, seen, told, try_out=evidence.tries(services), today=services.clock.today().isoformat()
    )
    said = _said_of(site, item)
    key = arrangement.search_key(item.code)
    holder = keys.owner(site, keys.compose("archival-code", key))
    facts = replace(
        _from_itself(facts, source, seen, told),
        metadata={**told.written, **said},
        taken_codes=frozenset({item.code} if holder not in (None, item.id) else ()),
        form=_registered(item, facts, seen),
        seal=described_by.sealed(seen, item.package_digest, "登记簿"),
        record=RecordFacts(item.id, questions.item_with_code(site, key) is item, frozenset(said)),
        trail=evidence.trail_of(site, item),
        required_trail=_required_trail(site, item, phase),
        fingerprint=item.fingerprint,
    )
    dossier = site.dossiers.get(item.dossier)
    if dossier is not None and not item.paper:
        facts = replace(facts, required_steps=tuple(filing.required_steps(dossier)))
    return evidence.scanned(services, source, facts)


def check_folder(
    folder: Path,
    *,
    clock: Clock,
    try_out: Try,
    phase: Phase = Phase.KEEPING,
    expected_digest: str = "",
    medium: MediumFacts | None = None,
    scanner: Scanner | None = None,
    with_sm3: bool = True,
) -> Report:
    """Check a package in a folder, wherever it came from, without any database (离线检测).

    ``expected_digest`` is the package digest from the register, when somebody has it.
    """
    source = FolderSource(folder, clock.now(), with_sm3=with_sm3)
    seen = source.look()
    told = described_by.told_by(source, seen.info)
    facts = described_by.package_facts(source, seen, told, try_out=try_out, today=clock.today().isoformat())
    facts = replace(_from_itself(facts, source, seen, told), medium=medium)
    if expected_digest:
        facts = replace(facts, seal=described_by.sealed(seen, expected_digest, "登记簿"))
    if scanner is not None:
        facts = evidence.scanned_by(scanner, source, facts)
    at = clock.now().isoformat(timespec="seconds")
    return run_checks(facts, checks(phase), at=at, tool=evidence.TOOL)


def look(
    act: Act, item: ArchivedItem, *, check: str, good: bool = False, note: str = ""
) -> ArchivedItem | Refused:
    """Say what one saw who looked at what no program can judge (人工检测): in order or not, and why.

    Findings: ``check.unknown``, ``check.no-look-needed``, ``check.no-note``.
    """
    number = check.rpartition("-")[0].rpartition("-")[2] + "-" + check.rpartition("-")[2]
    found = []
    if number not in CHECKS:
        found.append(Finding("check.unknown", subject="check", params={"check": check}))
    elif not _waiting(act.site, item, number):
        found.append(Finding("check.no-look-needed", subject="check", params={"check": check}))
    if not good and not note.strip():
        found.append(Finding("check.no-note", subject="note"))
    if found:
        return Refused(tuple(found))
    item.looks = (*item.looks, (number, act.at, act.by.userid, good, note.strip()))
    said = "合格" if good else "不合格"
    item.management = (
        *item.management,
        ("check.look", act.at, act.by.userid, number, f"{said} {note.strip()}".strip()),
    )
    leave_trace(
        act, "archive.look", item, unit=item.unit, permission=Permission.ARCHIVE_CHECK, why=f"{number} {said}"
    )
    return item  # fmt: skip


def recheck(act: Act, item: ArchivedItem) -> ArchivedItem | Refused:
    """Check the stored package again (四性检测复检); it is done after the lock is released and entered beside the item."""
    if not item.manifest or item.state != ItemState.ARCHIVED:
        return Refused((Finding("check.no-package", params={"code": item.code or item.provisional_code}),))
    leave_trace(act, "archive.check", item, unit=item.unit, permission=Permission.ARCHIVE_CHECK)
    owe(act, VERB, item.id, on=item)
    return item


def check_package(services: Services, item_id: str) -> None:
    """Do an owed checking and enter what it found; doing it twice enters it twice, with its time each."""
    report = examine(services, item_id)

    def record(root) -> None:
        site: Site = root["site"]
        item: ArchivedItem = site.archives[item_id]
        if isinstance(report, Refused):
            site.jobs.strike(item.owed)
            return
        asked = _asked_by(site, item)
        person = site.people.get(asked)
        by = identity_of(person, services.clock.today()) if person is not None else WORKER
        act = services.act(site, by, channel="job")
        enter_report(act, item, report)
        site.jobs.strike(item.owed)

    services.database.run(record, note="check")


def enter_report(act: Act, item: ArchivedItem, report: Report) -> None:
    """Enter a checking in keeping beside the item: when, by whom, how it ended, and the report itself."""
    item.rechecked = ledger.canonical(report.as_dict()).decode()
    counts = report.counts
    failed = "、".join(each.id for each in report.results if each.status is Status.FAIL)
    note = f"{report.phase.label}：通过{counts['pass']}项，不通过{counts['fail']}项 {failed}".strip()
    result = "pass" if report.passed else "fail"
    item.management = (*item.management, ("package.check", act.at, act.by.userid, result, note))
    leave_trace(act, "archive.checked", item, unit=item.unit, why=note)


def _waiting(site: Site, item: ArchivedItem, number: str) -> bool:
    """Tell whether a check waits for a person, or was judged by one who may correct it."""
    texts = [text for text in (item.report, item.rechecked) if text]
    return any(
        result.id.partition("-")[2] == number and result.status is Status.MANUAL
        for text in texts
        for result in Report.from_dict(json.loads(text)).results
    )


def _asked_by(site: Site, item: ArchivedItem) -> str:
    """Return who asked for the checking that is owed: the last who is on record for it."""
    for seq in reversed(item.trail):
        line = json.loads(site.audit[seq].line)
        if line["event"] == "archive.check":
            return str(line["by"])
    return ""


def _said_of(site: Site, item: ArchivedItem) -> dict[str, str]:
    """Return what the database says of an item, by the keys of the metadata scheme; what it does not know is left out."""
    fonds = site.office["fonds"].get(item.fonds, {})
    said = {
        "code": item.code, "fonds": str(fonds.get("number", "")), "category": item.category, "year": str(item.year),
        "retention": item.retention, "title": item.title, "dossier": item.dossier_code,
        "applicant": item.applicant_name, "count": str(item.document_count),
    }  # fmt: skip
    return {key: value for key, value in said.items() if value}


def _registered(item: ArchivedItem, facts: PackageFacts, seen: Sighting) -> FormFacts | None:
    """Return what the register says of the papers: its bytes are those of all parts, descriptions included."""
    if facts.form is None:
        return None
    return FormFacts("登记簿", item.document_count, item.byte_count - seen.total[0] + facts.form.size)


def _required_trail(site: Site, item: ArchivedItem, phase: Phase) -> tuple[str, ...]:
    """Return what the audit log must have of an item: its archiving here, or its import from elsewhere."""
    events = {json.loads(entry.line)["event"] for seq in item.trail if (entry := site.audit.get(seq))}
    if "archive.import" in events and ARRANGED_HERE not in events:
        return ("archive.import",)
    return evidence.REQUIRED_TRAIL[phase]


def _from_itself(facts: PackageFacts, source: Source, seen: Sighting, told: Told) -> PackageFacts:
    """Return the facts with the steps and papers that a package of ours must have, from what it says itself."""
    if not seen.info.get("Bag-Software-Agent", "").startswith(OURS):
        return facts
    return replace(
        facts,
        required_steps=_steps_wanted(told.steps, told.written),
        scope=_scope_wanted(facts, source, told),
    )


def _steps_wanted(steps: tuple[StepFacts, ...], written: Mapping[str, str]) -> tuple[str, ...]:
    done = {step.action for step in steps}
    accepted = (
        []
        if written.get("item_kind") == "immediate"
        else [next((a for a in ACCEPTED if a in done), ACCEPTED[0])]
    )
    return ("建档", *accepted, "决定", "送达")  # fmt: skip


@lru_cache(maxsize=64)
def _guide(text: str) -> Guide | None:
    """Read the guide of a package; packages of one item mostly have the same."""
    return read_guide(text, "guide")[0]


def _scope_wanted(facts: PackageFacts, source: Source, told: Told) -> dict[str, bool]:
    """Return the papers that may be in a package, by the shipped scope table and the guide that lies in the package.

    Empty when no guide in it can be read: nobody can say then what belongs there.
    """
    kept = next((document for document in facts.documents if document.scope == "guide"), None)
    text = source.read(kept.path) if kept is not None else None
    guide = _guide(text.decode(errors="replace")) if text else None
    if guide is None:
        return {}
    closed = day_of(told.written.get("closed", ""))
    if closed is None:
        return {}
    there = {document.scope for document in facts.documents}
    if CONTINUATION in there:
        return {CONTINUATION: True}
    scope = scope_of(
        scope_rows(),
        item=guide.key,
        item_type=guide.item_type.value,
        fonds=told.written.get("fonds", ""),
        on=closed,
        marks={told.written.get("outcome", ""), told.written.get("item_kind", "")},
        lines=[line.id for line in guide.lines],
    )
    return scope.wanted(there)
