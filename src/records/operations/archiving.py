"""Archiving (归档): from the closed case to an item of its fonds whose content and description never change.

One press by the archivist takes all ten steps; or the unit prepares the package and hands it over, and the archives
receive it or send it back with the reasons of a closed list. The act fixes what is to be archived; after the write lock
is released the same request plans, checks and registers it (``freezing``). A package that fails stays with its report; the
case stays 待归档 (I8).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from records.clock import civil_date
from records.domain import arrangement, pipeline, retention
from records.domain.dossiers import Event, transition
from records.domain.file_plan import Attribute, Plan
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.pipeline import Step, StepResult
from records.domain.relations import OPPOSITE, LaterFact, Relation, guard_append, related
from records.domain.retention import Trigger
from records.domain.vocabulary import DossierState, ItemKind, ItemState, Retention
from records.exchange import packages
from records.indexes import questions
from records.resources.archives import ArchivedItem
from records.resources.dossiers import Dossier
from records.resources.site import Site
from records.rules.defects import defects as defect_rows
from records.rules.transitions import transitions

from . import filing
from .acts import Act, enter, leave_trace, owe, register
from .checklists import guide_of
from .deposits import open_originals
from .discretion import discreet
from .file_plan import plan_for
from .freezing import freeze_package, has_place
from .identities import identity_of
from .materials import Upload, hold
from .services import Services

__all__ = [
    "append",
    "archive",
    "export",
    "freeze_package",
    "manifest_of",
    "note_trigger",
    "prepare",
    "receive",
    "send_back",
]


def archive(act: Act, dossier: Dossier) -> ArchivedItem | Refused:
    """Arrange a closed case for its fonds (整理归档) and take all steps; the code is given when the checks have passed."""
    item = arrange(act, dossier)
    if isinstance(item, Refused):
        return item
    item.received_by = act.by.userid
    _begin(act, item, dossier)
    return item


def prepare(act: Act, dossier: Dossier) -> ArchivedItem | Refused:
    """Prepare the package of a closed case and hand it over to the archives (整理移交); they receive it or send it back."""
    item = arrange(act, dossier)
    if isinstance(item, Refused):
        return item
    item.received_by = ""
    _begin(act, item, dossier, permission=Permission.DOSSIER_DELIVER)
    return item


def receive(act: Act, item: ArchivedItem) -> ArchivedItem | Refused:
    """Receive a package that was handed over (接收): it is checked again, compared with its list, and registered.

    Findings: ``archive.not-handed-over``, ``archive.no-volume``.
    """
    found = _not_waiting(item)
    if not found and not has_place(act.site, item):
        found = (Finding("archive.no-volume"),)
    if found:
        return Refused(found)
    item.received_by = act.by.userid
    leave_trace(act, "archive.receive", item, unit=item.unit, permission=Permission.ARCHIVE_RECEIVE)
    owe(act, "freeze-package", item.id, on=item)
    return item


@discreet
def send_back(act: Act, item: ArchivedItem, *, defects: Sequence[str], why: str) -> ArchivedItem | Refused:
    """Send a package back (退回) with the reasons of the closed list and a sentence for who mends it; it comes again.

    Findings: ``archive.not-handed-over``, ``defect.none``, ``defect.unknown``, ``defect.no-reason``.
    """
    rows = defect_rows()
    found = (*_not_waiting(item), *pipeline.guard_return(defects, rows, why=why.strip()))
    if found:
        return Refused(found)
    named = [row for row in rows if row.code in defects]
    item.received_by, item.defects = act.by.userid, tuple((row.code, why.strip()) for row in named)
    note = "；".join((*(f"{row.code} {row.words}" for row in named), why.strip()))
    item.steps = pipeline.advance(
        item.steps, Step.RECEIVE, at=act.at, by=act.by.userid, result=StepResult.RETURNED, note=note
    )
    item.state = ItemState.RETURNED.value
    enter(
        act,
        f"archive.step.{Step.RECEIVE.value}",
        f"archive:{item.id}",
        why=f"{StepResult.RETURNED.label} {note}",
    )
    leave_trace(
        act, "archive.send-back", item, unit=item.unit, permission=Permission.ARCHIVE_RECEIVE, why=note
    )
    return item


@discreet
def append(
    act: Act,
    item: ArchivedItem,
    *,
    fact: LaterFact,
    title: str,
    upload: Upload,
    number: str = "",
    on: date | None = None,
) -> ArchivedItem | Refused:
    """Archive a later fact (后续归档) as an item of its own that continues this one, with its own package and 档号.

    The description of the old item stays as it was; it only gets the link. Findings as in ``guard_append``, and
    ``archive.no-case`` for an item that came from elsewhere: a later fact of it is imported as well.
    """
    found = guard_append(ItemState(item.state), title=title, on=on, today=act.today)
    if act.site.dossiers.get(item.dossier) is None:
        found = (*found, Finding("archive.no-case", params={"code": item.code}))
    if found:
        return Refused(found)
    holding = hold(act, upload)
    later = ArchivedItem()
    for name in (
        "dossier", "dossier_code", "applicant", "applicant_name", "fonds", "unit", "category", "unit_code", "retention",
        "retention_basis", "security", "opening",
    ):  # fmt: skip
        setattr(later, name, getattr(item, name))
    later.title, later.year = f"{item.title}（{fact.label}）", on.year
    later.explained = (*item.explained, f"承自 {item.code}")
    later.trigger_on = on
    later.expires_on = _end(item, on)
    later.provisional_code = f"拟-{item.dossier_code}-{len(item.relations) + 1}"
    later.relations = ((Relation.CONTINUES.value, item.id),)
    later.paper = (
        fact.value, title, number, on, holding.digest, holding.sm3, holding.size, holding.media_type, holding.page_count,
    )  # fmt: skip
    register(act, later)
    later.received_by = later.handed_by = later.archived_by = act.by.userid
    item.relations = related(item.relations, Relation.CONTINUED_BY, later.id)
    leave_trace(act, "archive.continue", item, unit=item.unit, permission=Permission.DOSSIER_ARCHIVE)
    leave_trace(act, "archive.arrange", later, unit=later.unit, permission=Permission.DOSSIER_ARCHIVE)
    owe(act, "freeze-package", later.id, on=later)
    return later


def _end(item: ArchivedItem, on: date) -> date | None:
    """Return when a later fact may go: its own period, and never before the item it continues."""
    own = retention.expires_on(Retention(item.retention), on)
    older = item.due_on or item.expires_on
    return max(own, older) if own and older else own


@discreet
def note_trigger(act: Act, item: ArchivedItem, *, on: date, why: str) -> ArchivedItem | Refused:
    """Note the day of the event from which the period of an item runs (登记起算日), once it has come.

    Findings: ``trigger.not-waiting``, ``trigger.before-closing``, ``trigger.no-reason``.
    """
    found = []
    if not waits_for_trigger(item):
        found.append(Finding("trigger.not-waiting"))
    elif on < (closed := civil_date(act.site.dossiers[item.dossier].delivered_at)):
        found.append(Finding("trigger.before-closing", subject="on", params={"closed": closed.isoformat()}))
    if not why.strip():
        found.append(Finding("trigger.no-reason", subject="why"))
    if found:
        return Refused(tuple(found))
    item.due_on = retention.expires_on(Retention(item.retention), on)
    item.management = (
        *item.management,
        ("retention.trigger", act.at, act.by.userid, Trigger(item.trigger).label, f"{on} {why.strip()}"),
    )
    leave_trace(
        act, "retention.trigger", item, unit=item.unit, permission=Permission.DOSSIER_ARCHIVE, why=why.strip()
    )
    return item


def waits_for_trigger(item: ArchivedItem) -> bool:
    """Tell whether the end of an item's period is undetermined, because the event it runs from has not been noted."""
    return (
        item.state == ItemState.ARCHIVED
        and item.retention != Retention.Y
        and item.expires_on is None
        and item.due_on is None
    )


def hindrances(site: Site, dossier: Dossier) -> tuple[Finding, ...]:
    """Return everything that keeps a case from being archived now, as far as the database knows; its bytes come later."""
    row = transition(
        Event.ARCHIVE,
        state=DossierState(dossier.state),
        kind=ItemKind(dossier.item_kind),
        table=transitions(),
    )
    if isinstance(row, Refused):
        return row.findings
    owed = [notice.code for notice in questions.notices_of(site, dossier) if not notice.digest]
    found = [Finding("archive.notice-owed", params={"code": code}) for code in owed]
    found += open_originals(site, dossier)
    earlier = site.archives.get(dossier.archived_item) if dossier.archived_item else None
    if earlier is not None and earlier.state == "pending":
        found.append(Finding("archive.in-progress", params={"id": earlier.id}))
    plan = file_plan(site, dossier)
    if isinstance(plan, Refused):
        found += plan.findings
    return tuple(found)


def file_plan(site: Site, dossier: Dossier) -> Plan | Refused:
    """Return what the file plan sets for a case by the tables of its time."""
    papers = [entry[0] for entry in dossier.entries] + (["result"] if dossier.result_digest else [])
    return plan_for(site, filing.case_of(site, dossier), papers)


def arrange(act: Act, dossier: Dossier) -> ArchivedItem | Refused:
    """Make the item of a closed case, or describe its returned one anew; refused with everything that hinders it."""
    found = hindrances(act.site, dossier)
    if found:
        return Refused(found)
    item = describe(act.site, dossier)
    earlier = act.site.archives.get(dossier.archived_item) if dossier.archived_item else None
    if earlier is None:
        register(act, item)
    else:
        for name in DESCRIBED:
            setattr(earlier, name, getattr(item, name))
        item = earlier
    item.state, item.defects = ItemState.PENDING.value, ()
    item.handed_by = item.archived_by = act.by.userid
    item.relations = _joined(act, dossier, item)
    dossier.archived_item = item.id
    return item


def _begin(
    act: Act, item: ArchivedItem, dossier: Dossier, *, permission: Permission = Permission.DOSSIER_ARCHIVE
) -> None:
    leave_trace(act, "archive.arrange", item, unit=item.unit, permission=permission)
    leave_trace(act, "dossier.arrange", dossier, unit=dossier.unit, permission=permission)
    owe(act, "freeze-package", item.id, on=item)


DESCRIBED = (
    "title", "category", "year", "retention", "retention_basis", "expires_on", "trigger", "trigger_on", "security",
    "opening", "explained", "applicant_name",
)  # fmt: skip
"""What the description of a returned item takes anew from the tables when it comes again."""

CLASSED = ("category", "year", "retention", "retention_basis", "expires_on", "unit_code")
"""What stays of a returned item that the archivist had put into another class by hand (调整类目)."""


def describe(site: Site, dossier: Dossier) -> ArchivedItem:
    """Return the description of a closed case (著录) by the tables of its time; the item stands in no folder yet.

    Of one that was returned before, its volume and the class it was moved to by hand are kept.
    """
    guide, applicant = guide_of(site, dossier), site.applicants[dossier.applicant]
    closed = civil_date(dossier.delivered_at)
    plan = file_plan(site, dossier)
    if isinstance(plan, Refused):
        raise ValueError(f"{dossier.code}: {plan.findings[0].code}")
    period = plan.values[Attribute.RETENTION]
    item = ArchivedItem()
    item.dossier, item.dossier_code, item.applicant = dossier.id, dossier.code, dossier.applicant
    item.applicant_name = applicant.name
    item.title = f"{applicant.name}{guide.title}"
    item.fonds, item.unit = dossier.fonds, dossier.unit
    item.category = plan.value(Attribute.CATEGORY, guide.archiving.category)
    item.year = closed.year
    item.retention, item.retention_basis = period.value, period.source
    item.security = plan.value(Attribute.SECURITY, item.security)
    item.opening = plan.value(Attribute.OPENING, item.opening)
    item.trigger = plan.value(Attribute.TRIGGER, item.trigger)
    item.trigger_on = retention.trigger_day(
        Trigger(item.trigger), closed=closed, valid_until=dossier.result_valid_until
    )
    if item.trigger_on is not None:
        item.expires_on = retention.expires_on(Retention(item.retention), item.trigger_on)
    item.explained = plan.explain()
    item.provisional_code = f"拟-{dossier.code}"
    earlier = site.archives.get(dossier.archived_item) if dossier.archived_item else None
    if earlier is not None:
        item.volume = earlier.volume
        for name in CLASSED if earlier.unit_code else ():
            setattr(item, name, getattr(earlier, name))
    return item


def _joined(act: Act, dossier: Dossier, item: ArchivedItem) -> tuple[tuple[str, str], ...]:
    """Link the item of a joint case (一件事) with the items of the other cases that there are, from both sides."""
    relations = item.relations
    for relation, other in filing.parts_of(act.site, dossier):
        there = act.site.archives.get(other.archived_item) if other.archived_item else None
        if there is None:
            continue
        relations = related(relations, relation, there.id)
        linked = related(there.relations, OPPOSITE[relation], item.id)
        if linked != there.relations:
            there.relations = linked
            leave_trace(act, "archive.relate", there, unit=there.unit)
    return relations


def _not_waiting(item: ArchivedItem) -> tuple[Finding, ...]:
    waits = item.state == ItemState.PENDING and pipeline.waits_for_receipt(item.steps)
    return () if waits else (Finding("archive.not-handed-over"),)


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
