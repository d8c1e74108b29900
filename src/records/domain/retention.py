"""How long an archived item is kept (保管期限): periods, when they end, and the office's table that sets them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .findings import Finding, Refused, Severity
from .vocabulary import Retention, Term

PERIODS_BASIS = "机关文件材料归档范围和文书档案保管期限规定（国家档案局令第8号）"
START_BASIS = "机关档案管理规定（国家档案局令第13号）"
ANY_FONDS = "*"

#: Periods of the rules before 2006, read into those that replaced them; each reading is marked as one.
LEGACY = {"长期": Retention.D30, "短期": Retention.D10}


class Trigger(Term):
    """From which event a period runs (保管期限起算); by default the closing of the case."""

    CLOSED = "closed", "办结"
    EXPIRED = "expired", "证照有效期届满"
    CANCELLED = "cancelled", "证照注销、撤销"
    ENDED = "ended", "权利义务终止"


@dataclass(frozen=True, slots=True)
class RetentionRead:
    """A period as it was read, with a note when it was an old one."""

    retention: Retention
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class RetentionRow:
    """One row of a retention table (保管期限表): which item of which fonds, how long and from when, approved by which number.

    ``item`` is the key of an item, the two digits of its type with ``.refused`` for refusals or without, ``class:`` and a
    category (门类), or empty for the whole fonds.
    """

    item: str
    title: str
    fonds: str
    retention: Retention
    basis: str
    approval: str
    approved: bool
    since: date
    until: date | None = None
    trigger: Trigger = Trigger.CLOSED

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


def trigger_day(
    trigger: Trigger, *, closed: date, valid_until: date | None = None, noted: date | None = None
) -> date | None:
    """Return the day from which a period runs (起算日); None while the event that the table names has not been noted.

    A licence that is valid without end has no last day: its end is noted when it comes.
    """
    match trigger:
        case Trigger.CLOSED:
            return closed
        case Trigger.EXPIRED:
            return noted or valid_until
        case _:
            return noted


def longest(periods: Iterable[Retention]) -> Retention:
    """Return the longest of some periods: a package is kept as long as its longest part; at least one is needed."""
    return max(periods, key=lambda period: years_of(period) or 10_000)


def period_for(
    item_key: str,
    fonds: str,
    on: date,
    rows: Iterable[RetentionRow],
    *,
    item_type: str = "",
    category: str = "",
    refused: bool = False,
) -> RetentionRow | Refused:
    """Return the row that sets how long an item is kept, or say that nobody has determined it (``retention.undetermined``).

    An approved row stands before an example; then the nearest: of the item, of its type (事项类型, two digits), of its
    category (门类), of the fonds; then a row of the fonds before one for all, and a later one before an earlier one.
    """
    near = nearness(item_key, item_type=item_type, category=category, refused=refused)
    fitting = [
        row for row in rows if row.item in near and row.fonds in (fonds, ANY_FONDS) and row.in_force(on)
    ]
    if not fitting:
        params = {"item": item_key, "fonds": fonds, "day": on.isoformat()}
        return Refused(
            (
                Finding(
                    "retention.undetermined",
                    subject="retention",
                    params=params,
                    basis="档案法实施条例 第十九条",
                ),
            )
        )
    return max(fitting, key=lambda row: (row.approved, near[row.item], row.fonds == fonds, row.since))


def nearness(
    item_key: str, *, item_type: str = "", category: str = "", refused: bool = False
) -> dict[str, int]:
    """Return how a row may name what a case belongs to, each with its nearness; higher is nearer."""
    named = [
        "",
        f"class:{category}" if category else "",
        item_type,
        f"{item_type}.refused" if refused else "",
        item_key,
    ]
    return {name: at for at, name in enumerate(named) if name or not at}
