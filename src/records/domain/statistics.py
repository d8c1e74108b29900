"""Statistics of the archives (档案统计): what should be archived, is archived, in time, sent back; what is held and how it grows.

Each case and each item puts its amounts into cells; a figure is the sum of some cells. What a record puts where is a
function of the record alone, so that a tally can follow changes: take the old amounts out, put the new ones in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from .vocabulary import ItemState, Term

Cell = tuple[str, ...]
"""Where an amount is counted: the kind first, then what that kind is divided by."""

Amount = tuple[int, int, int]
"""How much: number, pages, bytes."""

NOTHING: Amount = (0, 0, 0)
IN_TIME, LATE = "in-time", "late"
OWN, IMPORTED = "own", "imported"


class Kind(Term):
    """What is counted (统计项), and by what it is divided."""

    CLOSED = "closed", "应归档"  # unit, month of closing
    DONE = "done", "已归档"  # unit, month of closing, in time or late
    OPEN = "open", "未归档"  # unit, month of closing, day by which it is to be archived
    RETURNED = "returned", "退回"  # unit, month, code of the reason
    CHECKED = "checked", "检测"  # fonds, month, phase, result
    HELD = "held", "库藏"  # fonds, category, period, year
    GROWN = "grown", "入库"  # fonds, month, own or imported
    LEFT = "left", "出库"  # fonds, month, transferred or destroyed


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What is counted of a closed case: its unit, when it was closed, is to be archived, and was archived."""

    unit: str
    closed_on: date
    due: date
    archived_on: date | None = None


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What is counted of an item: its class, how much it is, when it came and left, its returns and checks.

    ``returns`` are (month, code of the reason), ``checks`` (month, phase, result).
    """

    unit: str
    fonds: str
    category: str
    retention: str
    year: int
    state: ItemState
    pages: int
    size: int
    source: str
    archived_on: date | None = None
    left_on: date | None = None
    returns: tuple[tuple[str, str], ...] = ()
    checks: tuple[tuple[str, str, str], ...] = ()


def month_of(day: date) -> str:
    """Return the month of a day: 2026-11."""
    return f"{day:%Y-%m}"


def cells_of_case(facts: CaseFacts) -> dict[Cell, Amount]:
    """Return what a closed case puts where: it should be archived, and it is, in time or late, or it is open."""
    place = (facts.unit, month_of(facts.closed_on))
    found: dict[Cell, Amount] = {(Kind.CLOSED.value, *place): (1, 0, 0)}
    if facts.archived_on is None:
        found[Kind.OPEN.value, *place, facts.due.isoformat()] = (1, 0, 0)
    else:
        found[Kind.DONE.value, *place, IN_TIME if facts.archived_on <= facts.due else LATE] = (1, 0, 0)
    return found


def cells_of_item(facts: ItemFacts) -> dict[Cell, Amount]:
    """Return what an item puts where: what is held, what came in and went out, each return and each check."""
    found: dict[Cell, Amount] = {}
    amount = (1, facts.pages, facts.size)
    for month, code in facts.returns:
        _put(found, (Kind.RETURNED.value, facts.unit, month, code), (1, 0, 0))
    for check in facts.checks:
        _put(found, (Kind.CHECKED.value, facts.fonds, *check), (1, 0, 0))
    if facts.archived_on is not None:
        _put(found, (Kind.GROWN.value, facts.fonds, month_of(facts.archived_on), facts.source), amount)
    if facts.state is ItemState.ARCHIVED:
        klass = (facts.category, facts.retention, str(facts.year))
        _put(found, (Kind.HELD.value, facts.fonds, *klass), amount)
    elif facts.left_on is not None:
        _put(found, (Kind.LEFT.value, facts.fonds, month_of(facts.left_on), facts.state.value), amount)
    return found


def _put(found: dict[Cell, Amount], cell: Cell, amount: Amount) -> None:
    found[cell] = add(found.get(cell, NOTHING), amount)


def add(one: Amount, other: Amount) -> Amount:
    """Return two amounts together."""
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def minus(amount: Amount) -> Amount:
    """Return an amount that takes another one away."""
    return -amount[0], -amount[1], -amount[2]


@dataclass(frozen=True, slots=True)
class Standing:
    """How the archiving of some months stands: closed cases, archived in time and late, open, and open beyond their day."""

    closed: int = 0
    in_time: int = 0
    late: int = 0
    open: int = 0
    overdue: int = 0

    @property
    def done(self) -> int:
        """Return how many are archived."""
        return self.in_time + self.late

    @property
    def rate(self) -> Fraction | None:
        """Return the share that is archived (归档率): of what should be."""
        return Fraction(self.done, self.closed) if self.closed else None

    @property
    def timeliness(self) -> Fraction | None:
        """Return the share that was archived in time (及时率): of all that are archived or beyond their day."""
        whole = self.done + self.overdue
        return Fraction(self.in_time, whole) if whole else None


def standing(cells: Mapping[Cell, Amount] | Iterable[tuple[Cell, Amount]], *, today: date) -> Standing:
    """Return how archiving stands by some cells; what is neither closed, done nor open is passed over."""
    pairs = cells.items() if isinstance(cells, Mapping) else cells
    closed = in_time = late = left = overdue = 0
    for (kind, *place), (count, _pages, _size) in pairs:
        match kind:
            case Kind.CLOSED:
                closed += count
            case Kind.DONE if place[-1] == IN_TIME:
                in_time += count
            case Kind.DONE:
                late += count
            case Kind.OPEN:
                left += count
                overdue += count if place[-1] < today.isoformat() else 0
    return Standing(closed, in_time, late, left, overdue)


def months_of(year: int) -> tuple[str, ...]:
    """Return the months of a year in order."""
    return tuple(f"{year:04d}-{month:02d}" for month in range(1, 13))
