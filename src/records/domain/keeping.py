"""Keeping (保管): when each thing is looked at again, which copy may mend which, and when somebody must be told.

Every object is read again within 90 days, the oldest first. Three copies, one of them offline; a damaged file is mended
only from bytes that still have the registered digest, never from others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from .findings import Finding, Severity
from .vocabulary import Term

LONGEST = timedelta(days=90)
"""No object goes unread for longer (检查周期)."""
ROUND = 60
"""Days in which everything is read once when all goes well; the rest is reserve."""
URGENT = timedelta(days=80)
"""What was not read for so long is read today, however much it is."""
COPIES = 3
BASIS = "GB/T 18894-2016；档案法实施条例（备份）"


class Condition(StrEnum):
    """How the bytes of one file are in one copy."""

    GOOD = "good"
    BAD = "bad"
    ABSENT = "absent"


class Cure(StrEnum):
    """What is to be done about one file."""

    NONE = "none"
    MEND_STORE = "mend-store"
    MEND_COPY = "mend-copy"
    LOST = "lost"


class MediumState(Term):
    """Where a medium of the register stands (载体状态)."""

    IN_USE = "in-use", "在用"
    DOUBTFUL = "doubtful", "待更换"
    RETIRED = "retired", "已停用"


def cure(store: Condition, copy: Condition) -> Cure:
    """Tell what one file needs: a good copy mends the other; without a good one it is lost and somebody must know."""
    match store, copy:
        case Condition.GOOD, Condition.GOOD:
            return Cure.NONE
        case Condition.GOOD, _:
            return Cure.MEND_COPY
        case _, Condition.GOOD:
            return Cure.MEND_STORE
        case _:
            return Cure.LOST


def quota(count: int) -> int:
    """Return how many objects are read on one day, so that all are read once a round."""
    return -(-count // ROUND)


def is_due(checked_on: date, *, today: date, done_today: int, count: int) -> bool:
    """Tell whether the object that waited longest is read now: the day's share is not done, or it waits too long.

    Nothing is read twice on one day.
    """
    if checked_on >= today:
        return False
    return done_today < quota(count) or today - checked_on >= URGENT


def is_overdue(checked_on: date, today: date) -> bool:
    """Tell whether an object has gone unread for longer than it may."""
    return today - checked_on > LONGEST


@dataclass(frozen=True, slots=True)
class MediumKind:
    """A kind of medium (载体类型): how often it is checked, in months, how long it is used, in years, and who says so."""

    kind: str
    label: str
    check_months: int
    life_years: int
    offline: bool
    source: str


def next_check(kind: MediumKind, last: date) -> date:
    """Return the day by which a medium is checked again; a day that the month lacks is its last."""
    months = last.month - 1 + kind.check_months
    year, month = last.year + months // 12, months % 12 + 1
    for day in range(last.day, 27, -1):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return date(year, month, min(last.day, 28))


@dataclass(frozen=True, slots=True)
class MediumFacts:
    """A medium as the alarms ask: its number, whether it is offline, its state, when it is checked next, whether it was read and found good."""

    code: str
    offline: bool
    state: MediumState
    check_by: date
    read: bool = False


def alarms(
    *,
    today: date,
    oldest: date | None,
    lost: int,
    uncopied: int,
    waiting: int,
    media: Iterable[MediumFacts],
    copies: int,
) -> tuple[Finding, ...]:
    """Return everything about the keeping that somebody must be told (保管告警), what is lost first.

    A medium counts as a copy once somebody has read it and found it good: one that was only entered in the register does not.

    Findings: ``keeping.lost``, ``keeping.uncopied``, ``keeping.overdue`` block; ``keeping.waiting``, ``keeping.no-offline``,
    ``keeping.too-few``, ``keeping.medium-due``, ``keeping.medium-doubtful`` warn.
    """
    media = tuple(each for each in media if each.state is not MediumState.RETIRED)
    found = []
    if lost:
        found.append(Finding("keeping.lost", params={"count": lost}, basis=BASIS))
    if uncopied:
        found.append(Finding("keeping.uncopied", params={"count": uncopied}))
    if oldest is not None and is_overdue(oldest, today):
        found.append(
            Finding(
                "keeping.overdue", params={"since": oldest.isoformat(), "days": LONGEST.days}, basis=BASIS
            )
        )
    if waiting:
        found.append(Finding("keeping.waiting", Severity.WARNS, params={"count": waiting}))
    sound = [each for each in media if each.state is MediumState.IN_USE and each.read]
    if not any(each.offline for each in sound):
        found.append(Finding("keeping.no-offline", Severity.WARNS, basis=BASIS))
    elif copies + len(sound) < COPIES:
        found.append(Finding("keeping.too-few", Severity.WARNS, params={"count": copies + len(sound)}))
    for each in media:
        if each.check_by < today:
            found.append(
                Finding(
                    "keeping.medium-due",
                    Severity.WARNS,
                    each.code,
                    {"code": each.code, "by": each.check_by.isoformat()},
                )
            )
        if each.state is MediumState.DOUBTFUL:
            found.append(Finding("keeping.medium-doubtful", Severity.WARNS, each.code, {"code": each.code}))
    return tuple(found)
