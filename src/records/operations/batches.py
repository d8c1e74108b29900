"""Archiving a month (批量归档): the closed cases of a month of a fonds, the exceptions first, then all that is ready in one go.

What is read, rendered and checked lies outside the lock; a group of items is registered in one short transaction. A case
is archived whole or not at all: whoever stops a batch, or whatever kills it, finds each case closed or archived.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from records.clock import civil_date
from records.domain import pipeline
from records.domain.arrangement import format_code
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.pipeline import ArchiveDue, archive_due
from records.domain.vocabulary import ItemState
from records.indexes import archive_questions
from records.queue import Lease
from records.resources.archives import ArchivedItem
from records.resources.batches import Batch
from records.resources.dossiers import Dossier
from records.resources.site import Site

from . import freezing, numbering
from .acts import Act, leave_trace, register
from .archiving import arrange, describe, hindrances
from .identities import identity_of
from .numbering import NextCode
from .services import Services

VERB = "archive-month"
GROUP = 25
"""Items that are registered in one transaction."""
BUSY = frozenset({"owed", "running"})
_MONTH = re.compile(r"(19|20)\d{2}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A case that cannot be archived now, with everything that hinders it (例外)."""

    dossier: Dossier
    findings: tuple[Finding, ...]
    due: ArchiveDue


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a series of codes will give (编号预览): the next number, how many are wanted, first and last code."""

    series: str
    count: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class MonthPlan:
    """A month before it is archived: what is ready, the exceptions, and the numbers that will be given."""

    fonds: str
    month: str
    ready: tuple[str, ...]
    exceptions: tuple[Obstacle, ...]
    numbers: tuple[Numbers, ...]


def month_of(text: str) -> str | Refused:
    """Return a month as 2026-10, or say how it is written (``batch.month``)."""
    return (
        text
        if _MONTH.fullmatch(text)
        else Refused((Finding("batch.month", subject="month", params={"read": text[:20]}),))
    )


def due_of(services: Services, site: Site, dossier: Dossier) -> ArchiveDue:
    """Return by when a closed case is to be archived (归档期限)."""
    within = site.office.get("archive_within") or pipeline.WITHIN
    return archive_due(civil_date(dossier.delivered_at), services.calendar(site), within=within)


def plan_month(services: Services, site: Site, fonds: str, month: str) -> MonthPlan:
    """Look over the closed cases of a month (完整性清单): only what hinders is listed, the rest is counted and numbered."""
    ready, exceptions = [], []
    for dossier in _in_order(archive_questions.closed_in(site, fonds, month)):
        found = obstacles(services, site, dossier)
        if found:
            exceptions.append(Obstacle(dossier, found, due_of(services, site, dossier)))
        else:
            ready.append(dossier)
    numbers = _preview(site, [item_of(site, dossier) for dossier in ready])
    return MonthPlan(fonds, month, tuple(each.id for each in ready), tuple(exceptions), numbers)


def obstacles(services: Services, site: Site, dossier: Dossier) -> tuple[Finding, ...]:
    """Return what hinders a case in a batch: what hinders it alone, lost files, and a volume that is wanted."""
    item = site.archives.get(dossier.archived_item) if dossier.archived_item else None
    waits = item is not None and item.state == ItemState.PENDING and pipeline.waits_for_receipt(item.steps)
    found = [each for each in hindrances(site, dossier) if not (waits and each.code == "archive.in-progress")]
    digests = {entry[2] for entry in dossier.entries} | ({dossier.result_digest} - {""})
    lost = sum(not services.store.has(digest) for digest in digests)
    if lost:
        found.append(Finding("archive.files-lost", params={"files": lost}))
    if not found and not freezing.has_place(site, item_of(site, dossier)):
        found.append(Finding("archive.no-volume"))
    return tuple(found)


def item_of(site: Site, dossier: Dossier) -> ArchivedItem:
    """Return the item of a case: the one that waits or was returned, else its description as it would be."""
    item = site.archives.get(dossier.archived_item) if dossier.archived_item else None
    return item if item is not None and item.state == ItemState.PENDING else describe(site, dossier)


def _in_order(dossiers: Iterator[Dossier]) -> list[Dossier]:
    """Put cases in the order of their closing, the parts of a joint case before its lead, so that the lead can name them."""
    return sorted(dossiers, key=lambda each: (each.course == each.id, each.delivered_at, each.code))


def _preview(site: Site, items: Sequence[ArchivedItem]) -> tuple[Numbers, ...]:
    wanted: dict[str, NextCode] = {}
    counted: Counter[str] = Counter()
    for item in items:
        coming = numbering.next_code(site, item)
        wanted.setdefault(coming.series.prefix, coming)
        counted[coming.series.prefix] += 1
    return tuple(
        Numbers(
            prefix,
            counted[prefix],
            coming.text,
            format_code(coming.series, coming.number + counted[prefix] - 1),
        )
        for prefix, coming in sorted(wanted.items())
    )


def begin(act: Act, *, fonds: str, month: str) -> Batch | Refused:
    """Begin archiving a month of a fonds (开始批量归档) as work of the background.

    Findings: ``permission.denied``, ``batch.fonds``, ``batch.month``, ``batch.month-ahead``, ``batch.running``.
    """
    found = []
    unit = fonds if fonds in act.site.office["fonds"] else ""
    if not unit:
        found.append(Finding("batch.fonds", subject="fonds", params={"read": fonds[:40]}))
    elif not act.matrix.permits(act.by, Permission.DOSSIER_ARCHIVE, unit=unit):
        found.append(Finding("permission.denied", params={"permission": Permission.DOSSIER_ARCHIVE.value}))
    asked = month_of(month)
    if isinstance(asked, Refused):
        found += asked.findings
    elif asked > f"{act.today:%Y-%m}":
        found.append(Finding("batch.month-ahead", subject="month", params={"month": asked}))
    if not found and any(each.state in BUSY for each in archive_questions.batches_of(act.site, fonds)):
        found.append(Finding("batch.running"))
    if found:
        return Refused(tuple(found))
    batch = Batch()
    batch.fonds, batch.unit, batch.month, batch.by = fonds, unit, month, act.by.userid
    register(act, batch)
    leave_trace(act, "batch.begin", batch, unit=unit, permission=Permission.DOSSIER_ARCHIVE)
    batch.owed = act.site.jobs.owe(VERB, batch.id, at=act.at).number
    return batch


def stop(act: Act, batch: Batch) -> Batch | Refused:
    """Stop a batch after the group that is being registered (停止); what is archived stays, the rest waits as before."""
    if batch.state not in BUSY:
        return Refused((Finding("batch.over"),))
    batch.state, batch.finished_at = "stopped", act.at
    leave_trace(act, "batch.stop", batch, unit=batch.unit, permission=Permission.DOSSIER_ARCHIVE)
    return batch


def do(services: Services, job: Lease) -> None:
    """Do the batch that a job names."""
    work_on(services, job.subject)


def work_on(services: Services, subject: str) -> None:
    """Archive what is ready, group by group, until the month is done or somebody stops it; done twice it goes on."""
    with services.database.read() as root:
        site = root["site"]
        batch = site.batches.get(subject)
        if batch is None or batch.state not in BUSY:
            return
        begun = batch.begun
    _finish_group(services, subject, begun)
    with services.database.read() as root:
        site = root["site"]
        batch = site.batches[subject]
        planned = plan_month(services, site, batch.fonds, batch.month)
        past = len(batch.items)
    exceptions = tuple((each.dossier.id, "", _told(each.findings)) for each in planned.exceptions)
    todo = list(planned.ready)
    going = _note(
        services,
        subject,
        state="running",
        done=past,
        total=past + len(todo) + len(exceptions),
        exceptions=exceptions,
    )
    while todo and going:
        group, todo = todo[:GROUP], todo[GROUP:]
        going = _archive_group(services, subject, group)
    _finish(services, subject)


def _archive_group(services: Services, subject: str, group: Sequence[str]) -> bool:
    """Archive a group of cases; one whose number moved meanwhile is done again. False when the batch was stopped before it.

    What the first transaction has begun is owed as well, so that the worker ends it should this program die.
    """
    begun = services.database.run(
        lambda root: _begin_group(services, root["site"], subject, group), note="arrange"
    )
    if begun is None:
        return False
    _finish_group(services, subject, begun)
    return True


def _finish_group(services: Services, subject: str, begun: Sequence[str]) -> None:
    """End a group that was begun, also one that was left when the program died: what the worker did meanwhile counts."""
    for _ in range(freezing.ATTEMPTS):
        if not begun:
            return
        begun = _end_group(services, subject, begun)
    raise RuntimeError(f"{subject}: its series never stood still")


def _begin_group(services: Services, site: Site, subject: str, group: Sequence[str]) -> list[str] | None:
    """Arrange the cases of a group (整理) and return their items; what is hindered by now becomes an exception."""
    batch = site.batches[subject]
    if batch.state not in BUSY:
        return None
    act = services.act(site, identity_of(site.people[batch.by], services.clock.today()), channel="job")
    items = []
    for case in group:
        dossier = site.dossiers[case]
        found = obstacles(services, site, dossier)
        if found:
            batch.exceptions = (*batch.exceptions, (case, "", _told(found)))
            batch.done += 1
            continue
        item = site.archives.get(dossier.archived_item) if dossier.archived_item else None
        if item is None or item.state != ItemState.PENDING:
            item = arrange(act, dossier)
        item.received_by = act.by.userid
        leave_trace(act, "archive.arrange", item, unit=item.unit, permission=Permission.DOSSIER_ARCHIVE)
        item.owed = site.jobs.owe("freeze-package", item.id, at=act.at).number
        items.append(item.id)
    batch.begun = tuple(items)
    return items


def _end_group(services: Services, subject: str, items: Sequence[str]) -> list[str]:
    """Pack and check the items of a group, keep their descriptions, register or return them; return those to be done again."""
    reading = freezing.reading_once(services)
    with services.database.read() as root:
        site = root["site"]
        by = site.people[site.batches[subject].by].name
        ahead: Counter[str] = Counter()
        waiting = [site.archives[item] for item in items if freezing.owes_work(site, site.archives[item])]
        packages = {item.id: _packed(reading, site, item, ahead, by=by) for item in waiting}
    good = [each for each in packages.values() if each.report.passed]
    services.store.put_all(tuple(dict.fromkeys(content for each in good for content in each.files)))

    def within(root) -> list[str]:
        site = root["site"]
        batch = site.batches[subject]
        act = services.act(site, identity_of(site.people[batch.by], services.clock.today()), channel="job")
        left = []
        for key in items:
            item = site.archives[key]
            if freezing.owes_work(site, item) and (
                key not in packages or not freezing.settle(act, item, packages[key])
            ):
                left.append(key)
                continue
            site.jobs.strike(item.owed)
            batch.done += 1
            if item.state == ItemState.ARCHIVED:
                batch.items = (*batch.items, key)
            else:
                batch.exceptions = (*batch.exceptions, (item.dossier, key, _told(_why(item))))
        batch.begun = tuple(left)
        return left

    return services.database.run(within, note="archive a month")


def _packed(
    services: Services, site: Site, item: ArchivedItem, ahead: Counter[str], *, by: str
) -> freezing.Package:
    """Pack one item under the number it will have when those of the group before it have theirs."""
    coming = numbering.next_code(site, item)
    prefix = coming.series.prefix
    before = ahead[prefix]
    coming = replace(coming, number=coming.number + before, opens_volume=coming.opens_volume and not before)
    package = freezing.pack(services, site, site.dossiers[item.dossier], item, wanted=coming, by=by)
    ahead[prefix] += package.report.passed
    return package


def _why(item: ArchivedItem) -> tuple[Finding, ...]:
    return tuple(Finding("batch.returned", subject=code, params={"code": code}) for code, _ in item.defects)


def _told(findings: Sequence[Finding]) -> str:
    return json.dumps([found.as_dict() for found in findings], ensure_ascii=False)


def in_code_order(site: Site, items: Iterable[str]) -> list[ArchivedItem]:
    """Return items by their ids in the order of their codes: by series, then by number, however many digits it has."""
    return sorted((site.archives[each] for each in items), key=lambda item: by_number(item.code))


def by_number(code: str) -> tuple[str, int]:
    """Return by what a code is sorted: its series, then its number; one that ends with none is its own series."""
    series, _, number = code.rpartition("-")
    return (series, int(number)) if number.isdecimal() else (code, 0)


def findings_in(text: str) -> tuple[Finding, ...]:
    """Return the findings of an exception as a batch keeps them."""
    return tuple(
        Finding(each["code"], subject=each["subject"], params=each["params"], basis=each["basis"])
        for each in json.loads(text)
    )


def _note(services: Services, subject: str, **values: object) -> bool:
    """Write down how far a batch is; false when somebody has stopped it."""

    def within(root) -> bool:
        batch = root["site"].batches[subject]
        if batch.state not in BUSY:
            return False
        for name, value in values.items():
            setattr(batch, name, value)
        return True

    return bool(services.database.run(within, note="archive a month"))


def _finish(services: Services, subject: str) -> None:
    def within(root) -> None:
        site = root["site"]
        batch = site.batches[subject]
        returned = sum(bool(item) for _, item, _ in batch.exceptions)
        batch.counts = (
            ("archived", len(batch.items)), ("returned", returned),
            ("waiting", len(batch.exceptions) - returned),
        )  # fmt: skip
        act = services.act(site, identity_of(site.people[batch.by], services.clock.today()), channel="job")
        if batch.state != "stopped":
            batch.state, batch.done, batch.finished_at = "done", batch.total, act.at
        leave_trace(act, "batch.end", batch, unit=batch.unit, details=dict(batch.counts))
        site.jobs.strike(batch.owed)

    services.database.run(within, note="archive a month")
