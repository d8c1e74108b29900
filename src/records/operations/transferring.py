"""Carrying a transfer out (移交检测、打包、登记接收结果): what its acts promised, done by the background item by item.

Each step shows how far it is, bears being done again after a crash, and checking and packing can be stopped.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from records.clock import civil_date
from records.domain import transfers as rules
from records.domain.arrangement import search_key
from records.domain.findings import Finding, Refused
from records.domain.package_checks import Phase, Status
from records.domain.transfer_answers import Answer, Said, guard_answers
from records.domain.transfers import TransferState
from records.domain.verification import Report
from records.domain.vocabulary import ItemState
from records.exchange.receivers import DIGESTS, Delivery, deliver
from records.exchange.transfer_answers import read_answers
from records.extraction.types import SheetLimits, Unreadable
from records.indexes import keys
from records.resources.archives import ArchivedItem
from records.resources.site import Site
from records.resources.transfers import Transfer
from records.rules.defects import defects
from records.rules.receivers import receivers

from .acts import Act, leave_trace, owe
from .checking import enter_report, examine
from .discretion import masked
from .identities import identity_of
from .package_exports import stored_manifest
from .services import WORKER, Services
from .transfer_papers import PAPERS, freeze_papers, paper_of
from .transfers import FREEZE, held, let_go, standing_of

LIMITS = SheetLimits(packed=20 << 20, unpacked=200 << 20, sheets=10, rows=20_000)
PACKAGES = "移交数据"
SHOWN = 200
"""Findings on the archives' list that a transfer keeps."""


def check_packages(services: Services, record_id: str) -> None:
    """Check the package of every item once more (移交检测); with the last one the papers are owed, or it is a draft again."""
    with services.database.read() as root:
        record = root["site"].transfers[record_id]
        if record.state != TransferState.CHECKING:
            return
        waiting = [item for item in record.lines.codes if item not in record.lines.checks]
    for item_id in waiting:
        report = examine(services, item_id, phase=Phase.TRANSFER)
        if not _write(services, record_id, "prepared_by", lambda act, record, item_id=item_id, report=report: _checked(act, record, item_id, report)):  # fmt: skip
            return
    _write(services, record_id, "prepared_by", _all_checked)


def _checked(act: Act, record: Transfer, item_id: str, report: Report | Refused) -> bool:
    """Enter what the checks of one package found; false when somebody stopped them."""
    if record.state != TransferState.CHECKING:
        return False
    if isinstance(report, Refused):
        row = (False, tuple(found.code for found in report.findings), act.at)
    else:
        failed = tuple(each.id for each in report.results if each.status is Status.FAIL and each.blocking)
        row = (report.passed, failed, act.at)
        enter_report(act, act.site.archives[item_id], report)
    record.lines.checks[item_id] = row
    record.lines.note("checked", item_id, *row)
    record.done += 1
    record.failed += not row[0]
    return True


def _all_checked(act: Act, record: Transfer) -> bool:
    if record.state != TransferState.CHECKING:
        return False
    after = rules.checked(standing_of(record), passed=not record.failed)
    record.state, record.signatures, record.papers = after.state.value, (), ()
    act.site.jobs.strike(record.owed)
    leave_trace(
        act, "transfer.checked", record, unit=record.unit, why=f"{record.done - record.failed}/{record.total}"
    )
    if after.state is rules.CHECKED:
        owe(act, FREEZE, record.id, on=record)
    return True


def folder_of(services: Services, record: Transfer) -> Path:
    """Return the folder in which the packages of a transfer lie for the archives until their receipt (``transfers.folder``)."""
    base = services.settings.get("transfers.folder", "") or str(services.instance / "transfers")
    return Path(base) / record.id


def pack(services: Services, record_id: str) -> None:
    """Write the packages as the archives want them (打包), with deed, directory and list beside them."""
    freeze_papers(services, record_id)
    with services.database.read() as root:
        site: Site = root["site"]
        record = site.transfers[record_id]
        if record.state != TransferState.PACKING:
            return
        items = sorted((site.archives[item] for item in record.lines.codes), key=lambda item: item.code)
        manifests = [item.manifest for item in items]
        papers = {kind: paper_of(record, kind) for kind in ("signed", "directory", "form")}
        profile, handed_by, folder = record.profile, record.handed_by, folder_of(services, record)
        blocked = [found for item in items for found in held(site, item)]
    if blocked:
        _write(services, record_id, "handed_by", lambda act, record: _unpacked(act, record, tuple(blocked)))
        return
    services.access.note(
        services.clock.now(),
        {"by": handed_by, "read": "transfer.deliver", "on": record_id, "purpose": profile},
    )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    made = deliver(
        next(each for each in receivers() if each.profile == profile),
        (stored_manifest(services, digest) for digest in manifests),
        services.store,
        folder / PACKAGES,
        at=services.clock.now(),
        progress=lambda done: _progress(services, record_id, done),
    )
    if isinstance(made, Refused):
        _write(services, record_id, "handed_by", lambda act, record: _unpacked(act, record, made.findings))
    elif not made.stopped:
        for kind, digest in papers.items():
            label, ending = PAPERS[kind]
            shutil.copyfile(services.store.path(digest), folder / f"{label}.{ending}")
        digests = services.store.put_bytes((folder / PACKAGES / DIGESTS).read_bytes()).digest
        _write(services, record_id, "handed_by", lambda act, record: _packed(act, record, made, digests))
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _progress(services: Services, record_id: str, done: int) -> bool:
    """Write down how many packages are written; false when somebody stopped it."""

    def within(root) -> bool:
        record = root["site"].transfers[record_id]
        if record.state == TransferState.PACKING:
            record.done = done
        return record.state == TransferState.PACKING

    return bool(services.database.run(within, note="transfer"))


def _packed(act: Act, record: Transfer, made: Delivery, digests: str) -> bool:
    if record.state != TransferState.PACKING:
        return False
    record.state, record.handed_at, record.problems = TransferState.HANDED.value, act.at, ""
    record.delivery = (made.items, made.files, made.size, digests)
    record.papers = (*record.papers, ("digests", digests, 0, act.at))
    act.site.jobs.strike(record.owed)
    leave_trace(act, "transfer.handed", record, unit=record.unit, why=record.channel)
    return True


def _unpacked(act: Act, record: Transfer, found: tuple[Finding, ...]) -> bool:
    """Bring a transfer whose packages could not be written back to who hands it over, with what is in the way."""
    if record.state == TransferState.PACKING:
        record.state, record.done, record.problems = TransferState.SIGNED.value, 0, _kept(found)
        act.site.jobs.strike(record.owed)
        leave_trace(act, "transfer.not-handed", record, unit=record.unit)
    return True


def enter_answers(services: Services, record_id: str) -> None:
    """Read the archives' list and enter what it says of each item (登记接收结果), or say what is wrong with it."""
    with services.database.read() as root:
        site: Site = root["site"]
        record = site.transfers[record_id]
        if record.state != TransferState.ENTERING:
            return
        path, folder = services.store.path(record.listed_answers), folder_of(services, record)
        codes = {code: item for item, code in record.lines.codes.items()}
        keyed = {search_key(code): code for code in codes}
        given = {code: site.archives[item].archives_number for code, item in codes.items()}
        fonds = record.fonds
    try:
        said, found = read_answers(
            services.extractor.rows(path, limits=LIMITS), known=lambda typed: keyed.get(search_key(typed), "")
        )
    except Unreadable as unreadable:
        said, found = (), (replace(unreadable.finding, subject="numbers"),)
    if not found:
        with services.database.read() as root:
            taken = _taken(root["site"], fonds, said, codes)
        found = guard_answers(said, expected=given, defects={each.code for each in defects()}, taken=taken)
    if found:
        _write(services, record_id, "entered_by", lambda act, record: _not_entered(act, record, found))
        return
    for each in said:
        item = codes[each.code]
        _write(
            services,
            record_id,
            "entered_by",
            lambda act, record, item=item, each=each: _entered(act, record, item, each),
        )
    with services.database.read() as root:
        lines = root["site"].transfers[record_id].lines
        complete = all(item in lines.done for item in lines.codes)
    if complete:
        shutil.rmtree(folder, ignore_errors=True)
    _write(services, record_id, "entered_by", _received)


def _taken(site: Site, fonds: str, said: tuple[Said, ...], codes: dict[str, str]) -> frozenset[str]:
    """Return which of the archives' numbers other items bear already."""
    owners = {each.number: keys.owner(site, _number_key(fonds, each.number)) for each in said if each.number}
    own = {each.number: codes.get(each.code) for each in said}
    return frozenset(number for number, owner in owners.items() if owner not in (None, own[number]))


def _number_key(fonds: str, number: str) -> bytes:
    return keys.compose("archives-number", fonds, number)


def _entered(act: Act, record: Transfer, item_id: str, said: Said) -> bool:
    """Enter the archives' answer on one item: transferred with their number, or refused with their reason."""
    lines, item = record.lines, act.site.archives[item_id]
    if item_id in lines.done:
        return True
    if item.state != ItemState.ARCHIVED or any(True for _ in held(act.site, item)):
        return False
    note = masked(said.note)
    if said.answer is Answer.ACCEPTED:
        _transfer(act, record, item, said.number)
        record.accepted += 1
    else:
        words = next(each.words for each in defects() if each.code == said.defect)
        told = f"{said.defect} {words} {note}".strip()
        item.management = (*item.management, ("transfer.refuse", act.at, act.by.userid, record.id, told))
        leave_trace(act, "archive.transfer-refused", item, unit=item.unit, why=told)
        record.refused += 1
    lines.answers[item_id] = (said.answer.value, said.number, said.defect, note)
    lines.done[item_id] = None
    lines.note("answer", item_id, *lines.answers[item_id])
    let_go(act.site, record, item_id)
    record.done += 1
    return True


def _transfer(act: Act, record: Transfer, item: ArchivedItem, number: str) -> None:
    """Make an item a transferred one: its code stays (室编件号), beside it the archives' number; the full copy stays for now."""
    keys.claim(act.site, _number_key(item.fonds, number), item.id)
    receipt, on = record.receipt[0], record.receipt[1]
    item.state, item.archives_number = ItemState.TRANSFERRED.value, number
    item.transfer, item.transferred_on = record.id, on
    item.copy_until = rules.copy_until(on, hold_years=record.hold_years)
    note = f"{record.archives} 馆编件号{number} 回执{receipt}"
    item.management = (*item.management, ("transfer.receive", act.at, act.by.userid, record.id, note))
    leave_trace(act, "archive.transfer", item, unit=item.unit, why=record.code)


def _received(act: Act, record: Transfer) -> bool:
    """Close a transfer when every item is answered; what a hold came upon in the meantime keeps it open."""
    site, lines = act.site, record.lines
    waiting = [site.archives[item] for item in lines.codes if item not in lines.done]
    site.jobs.strike(record.owed)
    if waiting:
        found = tuple(found for item in waiting for found in held(site, item))
        record.state, record.problems = TransferState.HANDED.value, _kept(found)
        leave_trace(act, "transfer.held-up", record, unit=record.unit, why=str(len(waiting)))
        return False
    record.state, record.closed_at, record.problems = TransferState.RECEIVED.value, act.at, ""
    leave_trace(
        act,
        "transfer.received",
        record,
        unit=record.unit,
        why=f"{record.accepted}/{record.total} {civil_date(act.at)}",
    )
    return True


def _not_entered(act: Act, record: Transfer, found: tuple[Finding, ...]) -> bool:
    record.state, record.problems = TransferState.HANDED.value, _kept(found)
    act.site.jobs.strike(record.owed)
    leave_trace(act, "transfer.list-wrong", record, unit=record.unit, why=str(len(found)))
    return True


def _kept(found: tuple[Finding, ...]) -> str:
    return json.dumps([each.as_dict() for each in found[:SHOWN]], ensure_ascii=False)


def _write(services: Services, record_id: str, asked: str, change: Callable[[Act, Transfer], bool]) -> bool:
    """Change a transfer in one transaction, in the name of who asked for it."""

    def within(root) -> bool:
        site = root["site"]
        record = site.transfers[record_id]
        person = site.people.get(getattr(record, asked))
        by = identity_of(person, services.clock.today()) if person is not None else WORKER
        return change(services.act(site, by, channel="job"), record)

    return bool(services.database.run(within, note="transfer"))
