"""How long an archived item is kept (保管期限): periods, when they end, and the office's table that sets them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .findings import Finding, Refused, Severity
from .vocabulary import Retention

PERIODS_BASIS = "机关文件材料归档范围和文书档案保管期限规定（国家档案局令第8号）"
START_BASIS = "机关档案管理规定（国家档案局令第13号）"
ANY_FONDS = "*"

#: Periods of the rules before 2006, read into those that replaced them; each reading is marked as one.
LEGACY = {"长期": Retention.D30, "短期": Retention.D10}


@dataclass(frozen=True, slots=True)
class RetentionRead:
    """A period as it was read, with a note when it was an old one."""

    retention: Retention
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class RetentionRow:
    """One row of a retention table (保管期限表): which item of which fonds, how long, approved by which number."""

    item: str
    title: str
    fonds: str
    retention: Retention
    basis: str
    approval: str
    approved: bool
    since: date
    until: date | None = None

    def in_force(self, on: date) -> bool:
        """Tell whether the row is in force on a civil day."""
        return self.since <= on and (self.until is None or on <= self.until)


def read_retention(text: str) -> RetentionRead | Refused:
    """Read a period as people write it: ``D30``, 永久, 30年, 定期30年, and the old 长期 and 短期."""
    word = "".join(unicodedata.normalize("NFKC", text).upper().split())
    if word in LEGACY:
        period = LEGACY[word]
        note = Finding(
            "retention.legacy", Severity.WARNS, "retention", {"read": word, "as": period.label}, PERIODS_BASIS
        )
        return RetentionRead(period, (note,))
    for period in Retention:
        if word in (period.value, period.label, period.label.removeprefix("定期")):
            return RetentionRead(period)
    return Refused(
        (Finding("retention.unknown", subject="retention", params={"read": word}, basis=PERIODS_BASIS),)
    )


def years_of(retention: Retention) -> int | None:
    """Return the length of a period in years; ``None`` for permanent keeping."""
    return None if retention is Retention.Y else int(retention.value[1:])


def expires_on(retention: Retention, trigger: date) -> date | None:
    """Return the last day of the period; ``None`` for permanent keeping.

    It begins on the 1 January after the trigger (by default 办结) and is over at the end of a 31 December.
    """
    years = years_of(retention)
    return None if years is None else date(trigger.year + years, 12, 31)


def longest(periods: Iterable[Retention]) -> Retention:
    """Return the longest of some periods: a package is kept as long as its longest part; at least one is needed."""
    return max(periods, key=lambda period: years_of(period) or 10_000)


def period_for(
    item_key: str, fonds: str, on: date, rows: Iterable[RetentionRow], *, item_type: str = ""
) -> RetentionRow | Refused:
    """Return the row that sets how long an item is kept, or say that nobody has determined it.

    A row of the item stands before one of its type (事项类型, two digits), a row of the fonds before one for all,
    an approved row before an example, a later one before an earlier one.
    """
    fitting = [
        row
        for row in rows
        if row.item in {item_key, item_type} - {""} and row.fonds in (fonds, ANY_FONDS) and row.in_force(on)
    ]
    if not fitting:
        return Refused(
            (
                Finding(
                    "retention.undetermined",
                    subject="retention",
                    params={"item": item_key, "fonds": fonds, "day": on.isoformat()},
                    basis="档案法实施条例 第十九条",
                ),
            )
        )
    return max(fitting, key=lambda row: (row.item == item_key, row.fonds == fonds, row.approved, row.since))
