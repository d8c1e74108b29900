"""Guides: write a draft, let the department approve and the centre publish; two organisations, never the author."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import lru_cache

from records.domain import ledger
from records.domain.findings import Finding, Refused, blocking
from records.domain.guide_parts import Guide as GuideBody
from records.domain.permissions import Permission
from records.resources.guides import Guide, GuideVersion

from .acts import Act, leave_trace


@lru_cache(maxsize=512)
def read_body(body: str) -> GuideBody:
    """Return the guide that a version's canonical JSON stands for."""
    return GuideBody.from_dict(json.loads(body))


def content(version: GuideVersion) -> GuideBody:
    """Return what a version says."""
    return read_body(version.body)


def draft_guide(act: Act, guide: GuideBody, *, findings: tuple[Finding, ...] = ()) -> Guide | Refused:
    """Store a new draft version of a guide; what blocks publication is told now, not at the end.

    ``findings`` are those of the lint over the same guide; any that blocks refuses the draft.
    """
    stopped = blocking(findings)
    if stopped:
        return Refused(stopped)
    body = ledger.canonical(guide.as_dict()).decode()
    record = act.site.guides.get(guide.key)
    if record is not None and not act.matrix.permits(act.by, Permission.GUIDE_DRAFT, unit=record.unit):
        return Refused((Finding("permission.denied", params={"permission": Permission.GUIDE_DRAFT.value}),))
    if record is None:
        record = Guide()
        record.key = record.id = guide.key
        record.number = act.site.counter("number:guide").next()
        record.created_at = act.at
        record.title, record.unit, record.fonds = guide.title, guide.unit, guide.fonds
        act.site.guides.place(guide.key, record)
    elif record.versions and record.versions[-1].body == body:
        return Refused((Finding("guide.unchanged", params={"key": guide.key}),))
    version = GuideVersion()
    version.version = len(record.versions) + 1
    version.body = body
    version.digest = hashlib.sha256(body.encode()).hexdigest()
    version.written_by = act.by.userid
    version.written_at = act.at
    record.versions = (*record.versions, version)
    leave_trace(act, "guide.draft", record, unit=guide.unit, permission=Permission.GUIDE_DRAFT)
    return record


def approve_guide(act: Act, record: Guide, *, version: int) -> Guide | Refused:
    """Approve a draft for the department (部门审核)."""
    draft = record.version(version)
    found = _wrong_status(draft, "draft", version)
    if draft is not None and draft.written_by == act.by.userid:
        found.append(Finding("guide.own-work", basis="I15"))
    if found:
        return Refused(tuple(found))
    draft.status = "approved"
    draft.approved_by, draft.approved_unit, draft.approved_at = act.by.userid, act.by.unit, act.at
    leave_trace(act, "guide.approve", record, unit=record.unit, permission=Permission.GUIDE_APPROVE)
    return record


def publish_guide(
    act: Act, record: Guide, *, version: int, effective_on: date | None = None
) -> Guide | Refused:
    """Review for the centre and publish (审核发布) from a civil day on, today unless told."""
    approved = record.version(version)
    found = _wrong_status(approved, "approved", version)
    if approved is not None and act.by.userid in (approved.written_by, approved.approved_by):
        found.append(Finding("guide.own-work", basis="I15"))
    if approved is not None and approved.approved_unit and approved.approved_unit == act.by.unit:
        found.append(Finding("guide.same-organisation", basis="I15"))
    if found:
        return Refused(tuple(found))
    approved.status = "published"
    approved.published_by, approved.published_at = act.by.userid, act.at
    approved.effective_on = effective_on or act.today
    body = content(approved)
    record.title, record.unit, record.fonds = body.title, body.unit, body.fonds
    leave_trace(act, "guide.publish", record, unit=record.unit, permission=Permission.GUIDE_PUBLISH)
    return record


def _wrong_status(version: GuideVersion | None, status: str, number: int) -> list[Finding]:
    if version is None:
        return [Finding("guide.no-version", params={"version": number})]
    if version.status != status:
        return [Finding("guide.wrong-status", params={"version": number, "status": version.status})]
    return []
