"""Legal holds (暂缓处置): what lies under one is neither destroyed nor handed over, and its period is never shortened.

A hold names its reference number and its reason, lies on any number of items, and is lifted by another person than the one
who placed it. It stands above every decision of appraisal and above every role, the administrator's included.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .findings import Finding
from .vocabulary import Term

BASIS = "机关档案管理规定（国家档案局令第13号）"


class HoldState(Term):
    """Where a hold stands (暂缓状态); while it is being placed it counts for the whole fonds."""

    PLACING = "placing", "正在登记"
    ACTIVE = "active", "暂缓中"
    LIFTED = "lifted", "已解除"


@dataclass(frozen=True, slots=True)
class Sought:
    """Which items a hold is to lie on: named codes, or all of a fonds that fit years, class, period and words."""

    codes: tuple[str, ...] = ()
    words: str = ""
    since: int = 0
    until: int = 0
    category: str = ""
    retention: str = ""

    @property
    def says_nothing(self) -> bool:
        """Whether nothing at all was said, which would hold a whole fonds by mistake."""
        return not (self.codes or self.words or self.since or self.until or self.category or self.retention)

    def fits(self, *, year: int, category: str, retention: str) -> bool:
        """Tell whether an item of that year, class and period is meant; the words are asked of the search."""
        return (
            (not self.since or self.since <= year)
            and (not self.until or year <= self.until)
            and self.category in ("", category)
            and self.retention in ("", retention)
        )


def guard_place(
    sought: Sought, *, reference: str, reason: str, unknown: Iterable[str], outside: Iterable[str]
) -> tuple[Finding, ...]:
    """Check that a hold can be placed: it has a number and a reason and says what it lies on.

    ``unknown`` are the codes that name no item, ``outside`` those of another fonds. Findings: ``hold.no-reference``,
    ``hold.no-reason``, ``hold.nothing-named``, ``hold.code-unknown``, ``hold.other-fonds``, ``hold.years``.
    """
    found = []
    if not reference:
        found.append(Finding("hold.no-reference", subject="reference", basis=BASIS))
    if not reason:
        found.append(Finding("hold.no-reason", subject="reason", basis=BASIS))
    if sought.says_nothing:
        found.append(Finding("hold.nothing-named", subject="codes"))
    if sought.since and sought.until and sought.until < sought.since:
        found.append(
            Finding("hold.years", subject="until", params={"since": sought.since, "until": sought.until})
        )
    found += [Finding("hold.code-unknown", subject="codes", params={"code": code}) for code in unknown]
    found += [Finding("hold.other-fonds", subject="codes", params={"code": code}) for code in outside]
    return tuple(found)


def guard_lift(state: HoldState, *, placed_by: str, by: str, name: str, why: str) -> tuple[Finding, ...]:
    """Check that a hold can be lifted (解除): it stands, a reason is given, and it is not its own placer who does it."""
    found = []
    if state is HoldState.LIFTED:
        found.append(Finding("hold.lifted-already"))
    if by == placed_by:
        found.append(Finding("hold.same-person", params={"name": name}, basis=BASIS))
    if not why:
        found.append(Finding("hold.no-reason", subject="why", basis=BASIS))
    return tuple(found)


def guard_period(
    *, code: str, due: date | None, new: date | None, holds: Iterable[str]
) -> tuple[Finding, ...]:
    """Check a new end of a period: a hold forbids shortening, and appraisal only ever lengthens (续存).

    ``None`` is permanent keeping. Findings: ``hold.no-shortening`` for each hold, ``appraisal.shortens``.
    """
    if new is None or (due is not None and new > due):
        return ()
    params = {"code": code, "due": due.isoformat() if due else "永久", "new": new.isoformat()}
    held = [
        Finding("hold.no-shortening", subject="period", params={"code": code, "reference": reference})
        for reference in holds
    ]
    return (*held, Finding("appraisal.shortens", subject="period", params=params))
