"""Guides: written as a draft, submitted, approved by the department, published by the centre, withdrawn, restored.

A guide has at most one open edition. A draft is rewritten in place as often as its editors save; from its submission on
its text stands still, and after publication for ever. Two organisations have a hand in it, and never its author (I15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from records.clock import CIVIL
from records.domain.editions import (
    EditionStatus,
    EditionStep,
    Span,
    Weight,
    check_approval,
    check_days,
    check_publication,
    taken,
    weight_of,
)
from records.domain.findings import Finding, Refused, blocking
from records.domain.guide_lines import Outline, outline
from records.domain.guide_parts import Guide as GuideBody
from records.domain.permissions import Permission
from records.indexes import worklists
from records.resources.guides import Guide, GuideVersion

from .acts import Act, leave_trace
from .discretion import discreet
from .editions import content, read_body, unfit, written
from .gate import findings_of

__all__ = [
    "approve_guide",
    "content",
    "discard_draft",
    "publish_guide",
    "read_body",
    "return_guide",
    "roll_back",
    "save_draft",
    "submit_guide",
    "withdraw_guide",
]


def save_draft(
    act: Act,
    body: GuideBody,
    *,
    base: str = "",
    weight: Weight | None = None,
) -> Guide | Refused:
    """Save a draft (保存草稿): the one open draft of a guide is rewritten, a new one begun where none is open.

    ``base`` is the digest of what the editor had read. When another editor has saved since, nothing is written and
    ``guide.edited-meanwhile`` says who and when; without a base only one's own draft is rewritten. The first saving of
    an author on a day leaves an audit entry, the following ones of that day are counted in the next entry, whose
    fingerprint before is that of the last entry: the chain has no gap and autosave does not flood it. ``weight``
    is what the gate thinks of the body, for whoever has asked it already.
    """
    return _save(
        act,
        outline(body),
        written(body),
        lambda: weight or weight_of(findings_of(act.site, body, today=act.today)),
        base=base,
    )


def save_form(
    act: Act, body: Outline, form: tuple[str, str], *, weight: Weight, base: str = ""
) -> Guide | Refused:
    """Save a draft whose stored form (as ``written`` makes it) and weight another process found out."""
    return _save(act, body, form, lambda: weight, base=base)


def _save(
    act: Act, body: Outline, form: tuple[str, str], weigh: Callable[[], Weight], *, base: str
) -> Guide | Refused:
    record = act.site.guides.get(body.key)
    text, digest = form
    found = [*unfit(body.key, text), *_undraftable(act, record, body)]
    draft = record.open_edition() if record is not None else None
    if draft is not None and draft.digest == digest and not found:
        return record
    found += _in_the_way(act, record, draft, digest, base)
    if found:
        return Refused(tuple(found))
    if record is None:
        record = _begin(act, body)
    _write(act, record, draft, body, text, digest, weight=weigh())
    return record


def submit_guide(act: Act, record: Guide, *, version: int, digest: str = "") -> Guide | Refused:
    """Submit a draft to its department (送审); everything that blocks its publication is told now, all at once.

    ``digest`` names the text that was looked at: another one is not passed on (``guide.changed-since``), here, at the
    approval and at the publication.
    """
    edition, target, found = _step(record, EditionStep.SUBMIT, version, digest)
    if edition is not None:
        body = content(edition)
        found += _undraftable(act, record, body)
        judged = findings_of(act.site, body, today=act.today)
        found += blocking(judged)
        former = _former(record, but=edition)
        if former is not None and former.digest == edition.digest:
            found.append(Finding("guide.unchanged", params={"key": record.key}))
    if found:
        return Refused(tuple(found))
    edition.status, edition.weight = target.value, weight_of(judged).value
    edition.submitted_by, edition.submitted_at = act.by.userid, act.at
    _trace(act, "guide.submit", record, edition, Permission.GUIDE_DRAFT, saves=edition.saves)
    edition.saves, edition.noted = 0, None
    return record


@discreet
def return_guide(act: Act, record: Guide, *, version: int, why: str) -> Guide | Refused:
    """Send an edition back to its editors with a comment (退回修改); it is a draft again."""
    edition, target, found = _step(record, EditionStep.RETURN, version)
    if not why.strip():
        found.append(Finding("guide.no-reason", subject="why"))
    if found:
        return Refused(tuple(found))
    edition.status = target.value
    edition.returned = (*edition.returned, (act.at, act.by.userid, why.strip()))
    edition.approved_by, edition.approved_unit, edition.approved_at = "", "", None
    _trace(act, "guide.return", record, edition, Permission.GUIDE_RETURN, why=why.strip())
    return record


def approve_guide(act: Act, record: Guide, *, version: int, digest: str = "") -> Guide | Refused:
    """Approve an edition for the department whose item it is (部门审核); its authors cannot."""
    edition, target, found = _step(record, EditionStep.APPROVE, version, digest)
    if edition is not None:
        may = act.matrix.permits(act.by, Permission.GUIDE_APPROVE, unit=content(edition).unit)
        found += check_approval(by=act.by.userid, authors=edition.writers, may=may)
    if found:
        return Refused(tuple(found))
    edition.status = target.value
    edition.approved_by, edition.approved_unit, edition.approved_at = act.by.userid, act.by.unit, act.at
    _trace(act, "guide.approve", record, edition, Permission.GUIDE_APPROVE)
    return record


def publish_guide(
    act: Act, record: Guide, *, version: int, effective_on: date | None = None, digest: str = ""
) -> Guide | Refused:
    """Review for the centre and publish (审核发布) with a filing number (备案号), from a civil day on.

    The day is ``effective_on``, else the day the guide itself names, never one that is over. An edition that names a
    last day (取消日期) is scheduled to end with it. The publication gate is asked again: laws, neighbours and
    telephones may have changed since the submission.
    """
    edition, target, found = _step(record, EditionStep.PUBLISH, version, digest)
    if edition is None:
        return Refused(tuple(found))
    body = content(edition)
    since = effective_on or max(act.today, body.version.effective or act.today)
    span = Span(version, since, body.version.until)
    found += check_publication(
        by=act.by.userid,
        unit=act.by.unit,
        authors=edition.writers,
        approved_by=edition.approved_by,
        approved_unit=edition.approved_unit,
    )
    found += check_days(span, today=act.today, others=[each.span for each in record.published()])
    judged = findings_of(act.site, body, today=act.today, effective_on=since)
    found += blocking(judged)
    if found:
        return Refused(tuple(found))
    edition.status, edition.weight = target.value, weight_of(judged).value
    edition.published_by, edition.published_at = act.by.userid, act.at
    edition.filing, edition.filed_on = _filing_number(act), act.today
    edition.effective_on, edition.withdrawn_on = span.since, span.until
    present(record, act.today)
    _trace(act, "guide.publish", record, edition, Permission.GUIDE_PUBLISH)
    return record


@discreet
def withdraw_guide(
    act: Act, record: Guide, *, on: date | None = None, why: str, version: int = 0
) -> Guide | Refused:
    """Withdraw the newest published edition, or the one that is named, from a civil day on (撤下), today unless told.

    An edition that would begin on that day or later, or began only today, is cancelled and the one before it goes on;
    when one that has been in force ends, nothing takes its place. Its address and its text stay.
    """
    day = on or act.today
    lasting = [each for each in record.published() if not _over(each, act.today)]
    number = version or (lasting[-1].version if lasting else len(record.versions))
    edition, _, found = _step(record, EditionStep.WITHDRAW, number)
    if not why.strip():
        found.append(Finding("guide.no-reason", subject="why"))
    if day < act.today:
        found.append(Finding("guide.past-date", subject="on", params={"day": day.isoformat()}, basis="I5"))
    if edition is not None and edition not in lasting and not found:
        found.append(Finding("guide.ended", params={"version": number}))
    if found:
        return Refused(tuple(found))
    edition.withdrawn_on = max(day, edition.effective_on)
    edition.withdrawn_by, edition.withdrawn_at, edition.withdrawn_why = act.by.userid, act.at, why.strip()
    present(record, act.today)
    _trace(act, "guide.withdraw", record, edition, Permission.GUIDE_WITHDRAW, why=why.strip())
    return record


def roll_back(act: Act, record: Guide, *, version: int) -> Guide | Refused:
    """Begin a draft with what an older version says (恢复旧版); it goes the whole way to the public again."""
    older = record.version(version)
    standing = record.open_edition()
    found = []
    if older is None:
        found.append(Finding("guide.no-version", params={"version": version}))
    if standing is not None:
        found.append(_draft_open(act, standing))
    if found:
        return Refused(tuple(found))
    note = f"恢复第{version}版内容"
    body = content(older)
    body = replace(
        body,
        version=replace(
            body.version, number=len(record.versions) + 1, effective=act.today, notes=note, until=None
        ),
    )
    found = _undraftable(act, record, body)
    if found:
        return Refused(tuple(found))
    weight = weight_of(findings_of(act.site, body, today=act.today))
    _write(
        act,
        record,
        None,
        outline(body),
        *written(body),
        weight=weight,
        note=note,
        restored=version,
        by=older.writers,
    )
    return record


def discard_draft(act: Act, record: Guide, *, version: int) -> Guide | Refused:
    """Give a draft up (作废草稿); its number stays taken and its text can be restored."""
    edition, target, found = _step(record, EditionStep.DISCARD, version)
    if found:
        return Refused(tuple(found))
    edition.status = target.value
    _trace(act, "guide.discard", record, edition, Permission.GUIDE_DRAFT, saves=edition.saves)
    return record


def present(record: Guide, today: date) -> None:
    """Let a guide be listed under the title and the unit of the edition in force that day, else of its newest."""
    newest = [*record.versions[-1:], *record.published()][-1]
    body = content(record.in_force(today) or newest)
    record.title, record.unit, record.fonds = body.title, body.unit, body.fonds


def _begin(act: Act, body: Outline) -> Guide:
    record = Guide()
    record.key = record.id = body.key
    record.number = act.site.counter("number:guide").next()
    record.created_at = act.at
    act.site.guides.place(body.key, record)
    return record


def _write(
    act: Act,
    record: Guide,
    draft: GuideVersion | None,
    body: Outline,
    text: str,
    digest: str,
    *,
    weight: Weight,
    note: str = "",
    restored: int = 0,
    by: tuple[str, ...] = (),
) -> None:
    """Write the open draft, or a new one, and leave a trace once for each author and day; ``by`` wrote it before."""
    if draft is None:
        draft = GuideVersion()
        draft.version = len(record.versions) + 1
        draft.note, draft.restored, draft.authors = note, restored, by
        record.versions = (*record.versions, draft)
    author = act.by.userid
    draft.write(text, digest, yields=body.yields, needs=body.needs, asks=body.asks)
    draft.weight = weight.value
    draft.written_by, draft.written_at = author, act.at
    if author not in draft.writers or not draft.authors:
        draft.authors = tuple(dict.fromkeys((*draft.authors, author)))
    draft.saves += 1
    if not any(record.published()):
        record.title, record.unit, record.fonds = body.title, body.unit, body.fonds
    worklists.refresh(act.site, record)
    if draft.noted != (author, act.today):
        _trace(act, "guide.draft", record, draft, Permission.GUIDE_DRAFT, saves=draft.saves)
        draft.saves, draft.noted = 0, (author, act.today)


def _undraftable(act: Act, record: Guide | None, body: GuideBody | Outline) -> list[Finding]:
    """Refuse whoever may not draft for the unit that has the guide, and for the one that shall have it."""
    units = {body.unit} | ({record.unit} if record is not None else set())
    if all(act.matrix.permits(act.by, Permission.GUIDE_DRAFT, unit=unit) for unit in units):
        return []
    return [Finding("permission.denied", params={"permission": Permission.GUIDE_DRAFT.value})]


def _in_the_way(
    act: Act, record: Guide | None, draft: GuideVersion | None, digest: str, base: str
) -> Iterator[Finding]:
    """Find what somebody else has done to a guide since the editor read it."""
    if draft is not None:
        refused = taken(EditionStep.SAVE, EditionStatus(draft.status), number=draft.version)
        if isinstance(refused, Refused):
            yield from refused.findings
        elif base != draft.digest and (base or draft.written_by != act.by.userid):
            yield _edited(act, draft)
        return
    former = _former(record) if record is not None else None
    if former is not None and former.digest == digest:
        yield Finding("guide.unchanged", params={"key": record.key})
    elif former is not None and base and base != former.digest:
        yield _edited(act, former)


def _former(record: Guide, but: GuideVersion | None = None) -> GuideVersion | None:
    """Return the newest version that was not given up."""
    kept = [each for each in record.versions if each is not but and each.status != EditionStatus.DISCARDED]
    return kept[-1] if kept else None


def _edited(act: Act, edition: GuideVersion) -> Finding:
    return Finding(
        "guide.edited-meanwhile",
        params={**_who(act, edition), "version": edition.version, "digest": edition.digest},
    )


def _draft_open(act: Act, edition: GuideVersion) -> Finding:
    status = EditionStatus(edition.status).label
    return Finding(
        "guide.draft-open", params={**_who(act, edition), "version": edition.version, "status": status}
    )


def _who(act: Act, edition: GuideVersion) -> dict[str, str]:
    person = act.site.people.get(edition.written_by)
    return {
        "who": person.name if person is not None else edition.written_by,
        "at": edition.written_at.astimezone(CIVIL).strftime("%Y-%m-%d %H:%M"),
    }


def _step(
    record: Guide, step: EditionStep, version: int, digest: str = ""
) -> tuple[GuideVersion | None, EditionStatus | None, list[Finding]]:
    """Return an edition and where a step leads it, or what speaks against taking it."""
    edition = record.version(version)
    if edition is None:
        return None, None, [Finding("guide.no-version", params={"version": version})]
    target = taken(step, EditionStatus(edition.status), number=version)
    found = list(target.findings) if isinstance(target, Refused) else []
    if digest and digest != edition.digest:
        found.append(Finding("guide.changed-since", params={"version": version}))
    return edition, None if isinstance(target, Refused) else target, found


def _over(edition: GuideVersion, today: date) -> bool:
    span = edition.span
    return span.cancelled or (span.until is not None and span.until <= today)


def _filing_number(act: Act) -> str:
    """Return the next number of the year's filing series (备案号), under the sign of the centre's unit."""
    year = act.today.year
    number = act.site.counter(f"guide-filing:{year}").next()
    prefix = act.site.office["units"].get(act.by.unit, {}).get("notice_prefix", "")
    return f"{prefix}指备〔{year}〕{number}号"


def _trace(
    act: Act,
    event: str,
    record: Guide,
    edition: GuideVersion,
    permission: Permission,
    *,
    why: str = "",
    saves: int = 0,
) -> None:
    details: dict[str, object] = {"version": edition.version, "digest": edition.digest}
    if saves:
        details["saves"] = saves
    leave_trace(act, event, record, unit=record.unit, permission=permission, why=why, details=details)
