"""The tally of the archives (统计累计) follows the change feed; what lies beyond its mark is counted when somebody asks.

A page is right at once and costs what has changed since, not what there is. Nothing here is written by reading.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date

from records.clock import civil_date
from records.domain import statistics
from records.domain.pipeline import Step, StepResult
from records.domain.statistics import (
    IMPORTED,
    NOTHING,
    OWN,
    Amount,
    CaseFacts,
    Cell,
    ItemFacts,
    Kind,
    Standing,
    add,
    minus,
    month_of,
)
from records.domain.vocabulary import DossierState, ItemState
from records.indexes import feed
from records.resources.archives import ArchivedItem
from records.resources.dossiers import Dossier
from records.resources.site import Site
from records.resources.statistics import ArchiveTally
from records.rules.defects import defects

from .batches import due_of
from .services import Services

GROUP = 200
"""Changes beyond the mark from which the tally is brought forward."""
AT_ONCE = 2_000
"""Changes that one transaction takes over at most."""
MOST = 5_000
"""Changes beyond the mark that a reader counts; after an upgrade of a large store the rest follows in the background."""
LONGEST = 20
"""Transactions that one round takes at most, so that other work gets its turn."""

COUNTED = frozenset({Dossier.kind, ArchivedItem.kind})
PLACED_BY = frozenset({"archive.imported", "package.imported"})
CHECKED_AT = {Step.CHECK.value: "archiving", Step.RECEIVE.value: "receiving"}
KEPT_CHECK = "package.check"

Placed = tuple[tuple[Cell, Amount], ...]


def cells_of(services: Services, site: Site, record: Dossier | ArchivedItem) -> dict[Cell, Amount]:
    """Return what a record puts into which cell now."""
    if isinstance(record, ArchivedItem):
        return statistics.cells_of_item(_item(record))
    if record.state not in (DossierState.DELIVERED, DossierState.ARCHIVED) or record.delivered_at is None:
        return {}
    archived = next((at for event, at, *_ in reversed(record.events) if event == "archive"), None)
    return statistics.cells_of_case(
        CaseFacts(
            record.unit,
            civil_date(record.delivered_at),
            due_of(services, site, record).due,
            civil_date(archived) if archived and record.state == DossierState.ARCHIVED else None,
        )
    )


def _item(item: ArchivedItem) -> ItemFacts:
    state = ItemState(item.state)
    imported = any(event in PLACED_BY for event, *_ in item.management)
    left = None
    if state is ItemState.DESTROYED:
        left = item.destroyed_on
    elif state is ItemState.TRANSFERRED and item.management:
        left = civil_date(item.management[-1][1])
    return ItemFacts(
        unit=item.unit,
        fonds=item.fonds,
        category=item.category,
        retention=item.retention,
        year=item.year,
        state=state,
        pages=item.page_count,
        size=item.byte_count,
        source=IMPORTED if imported else OWN,
        archived_on=civil_date(item.archived_at) if item.archived_at else None,
        left_on=left,
        returns=tuple(_returns(item)),
        checks=tuple(_checks(item)),
    )


def _returns(item: ArchivedItem) -> Iterator[tuple[str, str]]:
    """Yield month and code of each reason for which an item was sent back, from its steps."""
    for _step, at, _by, result, note in item.steps:
        if result == StepResult.RETURNED:
            named = note.split("；")
            for row in defects():
                if f"{row.code} {row.words}" in named:
                    yield month_of(civil_date(at)), row.code


def _checks(item: ArchivedItem) -> Iterator[tuple[str, str, str]]:
    """Yield month, phase and result of each run of the four checks."""
    for step, at, _by, result, _note in item.steps:
        if step in CHECKED_AT:
            passed = "pass" if result == StepResult.DONE else "fail"
            yield month_of(civil_date(at)), CHECKED_AT[step], passed
    for event, at, _by, result, _note in item.management:
        if event == KEPT_CHECK:
            yield month_of(civil_date(at)), "keeping", result


@dataclass(slots=True)
class _Step:
    """What some changes of the feed do to the tally: the difference of each sum, and what each record puts where now."""

    sums: dict[Cell, Amount] = field(default_factory=dict)
    placed: dict[str, Placed] = field(default_factory=dict)
    last: int = 0

    def move(self, name: str, before: Placed, now: Placed) -> None:
        """Take what a record put before out, and put in what it puts now."""
        for cell, amount in before:
            self.sums[cell] = add(self.sums.get(cell, NOTHING), minus(amount))
        for cell, amount in now:
            self.sums[cell] = add(self.sums.get(cell, NOTHING), amount)
        self.placed[name] = now


def _ahead(services: Services, site: Site, *, most: int) -> _Step:
    """Count what lies beyond the mark, at most so many changes."""
    tally, step = site.tally, _Step()
    step.last = mark = tally.mark if tally is not None else 0
    for change in feed.changes(site, after=mark, limit=most):
        step.last = change.seq
        if change.kind not in COUNTED:
            continue
        name = f"{change.kind}:{change.id}"
        before = tally.placed.get(name, ()) if tally is not None else ()
        record = feed.subject(site, change)
        if record is None and change.kind == Dossier.kind:
            continue  # a case that went with its destroyed item was archived once, and stays counted
        now = tuple(cells_of(services, site, record).items()) if record is not None else ()
        if now or before:
            step.move(name, before, now)
    return step


def fold(services: Services, *, least: int = GROUP) -> int:
    """Bring the tally up to the feed once that many changes lie beyond its mark; return how many were taken over."""
    taken = 0
    for _ in range(LONGEST):
        with services.database.read() as root:
            site = root["site"]
            behind = feed.latest(site) - (site.tally.mark if site.tally is not None else 0)
        if behind < least:
            break
        taken += services.database.run(lambda root: _take(services, root["site"]), note="tally")
    return taken


def _take(services: Services, site: Site) -> int:
    if site.tally is None:
        site.tally = ArchiveTally()
    tally = site.tally
    step = _ahead(services, site, most=AT_ONCE)
    for name, now in step.placed.items():
        for cell, _amount in tally.placed.get(name, ()):
            tally.members.pop(_member(cell, name), None)
        for cell, _amount in now:
            tally.members[_member(cell, name)] = None
        if now:
            tally.placed[name] = now
        else:
            tally.placed.pop(name, None)
    for cell, amount in step.sums.items():
        key = _key(cell)
        whole = add(tally.sums.get(key, NOTHING), amount)
        if whole[0]:
            tally.sums[key] = whole
        else:
            tally.sums.pop(key, None)
    taken, tally.mark = step.last - tally.mark, step.last
    return taken


class Figures:
    """The figures of this moment (当前数字): the tally and what has changed since; ``behind`` is what is not counted yet."""

    def __init__(self, services: Services, site: Site) -> None:
        self._site = site
        self._step = _ahead(services, site, most=MOST)
        self.behind = feed.latest(site) - self._step.last

    def cells(self, *prefix: str, since: str = "", until: str = "") -> dict[Cell, Amount]:
        """Return the cells that begin so, in order; ``since`` and ``until`` bound the part after it."""
        head = "".join(f"{part}\0" for part in prefix).encode()
        first, last = head + since.encode(), (head + until.encode() + b"\xff")
        found = {}
        if self._site.tally is not None:
            found = {
                tuple(key.decode().split("\0")[:-1]): amount
                for key, amount in self._site.tally.sums.items(first, last)
            }
        for cell, amount in self._step.sums.items():
            if first <= _key(cell) <= last:
                found[cell] = add(found.get(cell, NOTHING), amount)
        return {cell: found[cell] for cell in sorted(found) if found[cell][0]}

    def standing(self, unit: str, *, since: str, until: str, today: date) -> Standing:
        """Return how the archiving of a unit stands over some months of closing."""
        cells = {}
        for kind in (Kind.CLOSED, Kind.DONE, Kind.OPEN):
            cells |= self.cells(kind.value, unit, since=since, until=until)
        return statistics.standing(cells, today=today)

    def members(self, cells: Collection[Cell]) -> Iterator[tuple[str, str]]:
        """Yield kind and id of every record behind some cells, without a walk over others."""
        wanted, moved = set(cells), self._step.placed
        for cell in sorted(wanted):
            if self._site.tally is not None:
                head = _key(cell)
                for key in self._site.tally.members.iterkeys(head, head + b"\xff"):
                    name = key[len(head) :].decode()
                    if name not in moved:
                        yield _named(name)
        for name, now in moved.items():
            if any(cell in wanted for cell, _amount in now):
                yield _named(name)


def _named(name: str) -> tuple[str, str]:
    kind, _, key = name.partition(":")
    return kind, key


def _key(cell: Cell) -> bytes:
    return "".join(f"{part}\0" for part in cell).encode()


def _member(cell: Cell, name: str) -> bytes:
    return _key(cell) + name.encode()
