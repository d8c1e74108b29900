"""Arranging (整理): the order of waiting items, their class, on what they are kept, and the number of the receiving archives.

What changes a code is possible only while there is none; what is done later is appended as an event (I9).
"""

from __future__ import annotations

from datetime import date
from itertools import islice

from records.clock import civil_date
from records.domain import retention as periods
from records.domain.arrangement import Series
from records.domain.boxes import Shelf
from records.domain.catalogues import Carrier
from records.domain.code_patterns import BY_ITEM, CodePattern, fold, patterns_for
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.retention import Trigger, longest
from records.domain.vocabulary import ItemState, Retention
from records.domain.volumes import MOVABLE
from records.indexes import keys, shelf_questions, worklists
from records.resources.archives import ArchivedItem
from records.resources.site import Site
from records.rules import code_patterns

from .acts import Act, leave_trace
from .discretion import discreet
from .numbering import by_volume, class_of, own_unit_code
from .volumes import lay_in, take_away

STEP = 1 << 16
GONE = frozenset({ItemState.TRANSFERRED, ItemState.DESTROYED})


def waiting_in(site: Site, item: ArchivedItem) -> list[ArchivedItem]:
    """Return the waiting items of an item's class in the order in which they will be coded."""
    klass = class_of(site, item)
    return [each for each in shelf_questions.waiting_items(site, item.fonds) if class_of(site, each) == klass]


def rearrange(act: Act, item: ArchivedItem, *, position: int) -> ArchivedItem | Refused:
    """Move a waiting item to another place in its class (调整件号), 1 being the next to be coded (``arrange.coded``)."""
    found = _movable(item)
    if found:
        return Refused(found)
    others = [each for each in waiting_in(act.site, item) if each is not item]
    at = min(max(position, 1), len(others) + 1) - 1
    before = worklists.rank_of(others[at - 1]) if at else 0
    after = worklists.rank_of(others[at]) if at < len(others) else before + 2 * STEP
    if after - before < 2:
        for place, each in enumerate(others, start=1):
            each.rank = place * STEP
            _trace(act, "archive.rearrange", each)
        before, after = at * STEP, (at + 1) * STEP
    item.rank = (before + after) // 2
    _trace(act, "archive.rearrange", item)
    return item


@discreet
def reclass(
    act: Act,
    item: ArchivedItem,
    *,
    category: str = "",
    year: int = 0,
    retention: Retention | None = None,
    unit_code: str = "",
    reason: str = "",
) -> ArchivedItem | Refused:
    """Move a waiting item to another class (调整类目) before it is coded; what is left empty stays.

    Findings: ``arrange.coded``, ``arrange.no-reason``, ``arrange.not-a-class``, ``arrange.shorter``, ``arrange.same-class``.
    """
    old, category = class_of(act.site, item), fold(category)
    pattern = _pattern(act.site, item.fonds, category or old[1], year or old[2])
    unit = (unit_code or own_unit_code(act.site, item)) if "unit" in pattern.segments else ""
    wanted = (item.fonds, category or old[1], year or old[2], (retention or old[3]), unit)
    found = [*_movable(item)]
    if not reason:
        found.append(Finding("arrange.no-reason", subject="reason"))
    if wanted == old:
        found.append(Finding("arrange.same-class", subject="category"))
    kept, asked = Retention(old[3]), Retention(wanted[3])
    if longest((kept, asked)) is not asked:
        params = {"kept": kept.label, "asked": asked.label}
        found.append(Finding("arrange.shorter", subject="retention", params=params))
    if not is_class(act.site, wanted, pattern):
        found.append(Finding("arrange.not-a-class", subject="category"))
    if found:
        return Refused(tuple(found))
    _, item.category, item.year, _, _ = wanted
    item.unit_code = unit_code or own_unit_code(act.site, item)
    if asked is not kept:
        item.retention = asked.value
        item.retention_basis = f"{item.retention_basis}；整理时由{kept.label}改为{asked.label}：{reason}"
        began = _began(act.site, item)
        item.expires_on = periods.expires_on(asked, began) if began else None
    item.rank = 0
    take_away(act, item)
    _trace(act, "archive.reclass", item, why=reason)
    if by_volume(act.site, item):
        lay_in(act, item)
    return item


def _pattern(site: Site, fonds: str, category: str, year: int) -> CodePattern:
    number = site.office["fonds"][fonds]["number"]
    return next(iter(patterns_for(number, category, year, code_patterns())), BY_ITEM)


def is_class(site: Site, wanted: tuple[str, str, int, str, str], pattern: CodePattern) -> bool:
    """Tell whether codes can be made of a class: fonds, category, year, period and organ code."""
    fonds, category, year, retention, unit = wanted
    try:
        Series(site.office["fonds"][fonds]["number"], category, year, Retention(retention), unit, 0, pattern)
    except ValueError:
        return False
    return True


def _began(site: Site, item: ArchivedItem) -> date | None:
    """Return the day from which the period of an item runs; None while its event has not come."""
    dossier = site.dossiers.get(item.dossier)
    closed = civil_date(dossier.delivered_at if dossier is not None else item.created_at)
    valid = dossier.result_valid_until if dossier is not None else None
    return item.trigger_on or periods.trigger_day(Trigger(item.trigger), closed=closed, valid_until=valid)


@discreet
def keep_on(
    act: Act, item: ArchivedItem, *, carrier: Carrier, place: str = "", note: str = ""
) -> ArchivedItem | Refused:
    """Say on what an item is kept (单套制、双套制) and where its paper lies when it is in no box.

    Findings: ``arrange.gone``, ``arrange.in-box``, ``arrange.no-place``.
    """
    found = []
    if item.state in GONE:
        found.append(Finding("arrange.gone", params={"state": ItemState(item.state).label}))
    if carrier is Carrier.ELECTRONIC and item.box:
        params = {"box": act.site.boxes[item.box].code}
        found.append(Finding("arrange.in-box", subject="carrier", params=params))
    if carrier is not Carrier.ELECTRONIC and not (place or item.box):
        found.append(Finding("arrange.no-place", subject="place"))
    if found:
        return Refused(tuple(found))
    item.carrier = carrier.value
    item.paper_place = "" if carrier is Carrier.ELECTRONIC or item.box else place
    note_event(
        act, item, "item.carrier", reference=carrier.label, note="；".join(filter(None, (place, note)))
    )
    return item


def give_archives_number(act: Act, item: ArchivedItem, *, number: str) -> ArchivedItem | Refused:
    """Add the number that the receiving archives gave (馆编件号); the code of the office stays (室编件号).

    Findings: ``arrange.not-coded``, ``arrange.numbered``, ``arrange.number-taken``.
    """
    found, key = [], keys.compose("archives-number", item.fonds, number)
    if not item.code:
        found.append(Finding("arrange.not-coded"))
    if item.archives_number:
        found.append(Finding("arrange.numbered", subject="number", params={"number": item.archives_number}))
    elif keys.owner(act.site, key) is not None:
        found.append(Finding("arrange.number-taken", subject="number", params={"number": number}))
    if found:
        return Refused(tuple(found))
    keys.claim(act.site, key, item.id)
    item.archives_number = number
    note_event(act, item, "item.archives-number", reference=number)
    return item


def note_event(act: Act, item: ArchivedItem, event: str, *, reference: str = "", note: str = "") -> None:
    """Append a management event to an item (管理过程) and leave the trace of it."""
    item.management = (*item.management, (event, act.at, act.by.userid, reference, note))
    _trace(act, event, item, why=note)


def where(site: Site, item: ArchivedItem) -> str:
    """Return where the paper of an item lies: its box with the shelf, else the place that was noted; empty without paper."""
    if item.box:
        box = site.boxes[item.box]
        return f"{box.code} {Shelf(box.room, box.row, box.stand, box.level).text}".strip()
    return item.paper_place


def in_order(site: Site, fonds: str, *, limit: int | None = None) -> list[ArchivedItem]:
    """Return the waiting items of a fonds in the order in which they are to be registered (登记编目)."""
    return list(islice(shelf_questions.waiting_items(site, fonds), limit))


def _movable(item: ArchivedItem) -> tuple[Finding, ...]:
    if item.code or item.state not in MOVABLE:
        return (Finding("arrange.coded", params={"code": item.code}),)
    return ()


def _trace(act: Act, event: str, item: ArchivedItem, *, why: str = "") -> None:
    leave_trace(act, event, item, unit=item.unit, permission=Permission.ARCHIVE_ARRANGE, why=why)
