"""Putting transfers off (延期移交), by the consent of the archives authority and until a day."""

from __future__ import annotations

from datetime import date

from records.domain import transfers as rules
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import ItemState
from records.indexes import transfer_questions as questions
from records.resources.archives import ArchivedItem

from .acts import Act, leave_trace
from .discretion import discreet
from .transfers import named_items

MOST = 200
"""Items whose transfer is put off in one act."""


@discreet
def delay(
    act: Act, *, fonds: str, codes: str, until: date | None = None, consent: str = "", why: str = ""
) -> ArchivedItem | Refused:
    """Put the transfer of items off (延期移交) by the consent of the archives authority, recorded on each; return the first.

    Findings: ``permission.denied``, ``transfer.code-unknown``, ``transfer.other-fonds``, ``transfer.nothing-named``,
    ``transfer.too-many``, ``transfer.not-archived``, ``transfer.elsewhere``, those of ``guard_delay``.
    """
    if not act.matrix.permits(act.by, Permission.TRANSFER_PREPARE, unit=fonds):
        return Refused(
            (Finding("permission.denied", params={"permission": Permission.TRANSFER_PREPARE.value}),)
        )
    items, found = named_items(act.site, fonds, codes)
    found += rules.guard_delay(until=until, consent=consent.strip(), why=why.strip(), today=act.today)
    if not (items or found):
        found.append(Finding("transfer.nothing-named", subject="codes"))
    if len(items) > MOST:
        found.append(Finding("transfer.too-many", subject="codes", params={"most": MOST}))
    for item in items:
        if item.state != ItemState.ARCHIVED:
            params = {"code": item.code, "state": ItemState(item.state).label}
            found.append(Finding("transfer.not-archived", subject=item.code, params=params))
        if other := questions.transfer_of(act.site, item.id):
            params = {"code": item.code, "list": act.site.transfers[other].code}
            found.append(Finding("transfer.elsewhere", subject=item.code, params=params))
    if found:
        return Refused(tuple(found))
    for item in items:
        item.delayed = (until, consent.strip(), why.strip())
        note = f"至{until}；{why.strip()}"
        item.management = (*item.management, ("transfer.delay", act.at, act.by.userid, consent.strip(), note))
        leave_trace(
            act,
            "archive.delay-transfer",
            item,
            unit=item.unit,
            permission=Permission.TRANSFER_PREPARE,
            why=note,
        )
    return items[0]
