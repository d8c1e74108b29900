"""Lengths of time (期限) in the unit their law counts in: how they are written, read, and compared across units."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .vocabulary import Limit

_WRITTEN = re.compile(r"(\d{1,4})\s*(个工作日|工作日|日|天|个月|月)")
_UNITS = {
    "个工作日": Limit.WORKING_DAYS,
    "工作日": Limit.WORKING_DAYS,
    "日": Limit.DAYS,
    "天": Limit.DAYS,
    "个月": Limit.MONTHS,
    "月": Limit.MONTHS,
}
_AT_ONCE = frozenset({"当场", "当场办结", "即办", "即时办结", "即时"})


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time in the unit its law counts in (期限); at once is nought, nought of any other unit is not said."""

    n: int
    unit: Limit

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read 20个工作日, 60日, 6个月 or 当场 (0个工作日 means that, too); ``ValueError`` for anything else.

        An empty text is what nobody has said yet.
        """
        text = text.strip()
        if not text:
            return UNSAID
        if text in _AT_ONCE:
            return cls(0, Limit.AT_ONCE)
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError(f"not a period: {text}")
        return cls(int(found[1]), _UNITS[found[2]]) if int(found[1]) else cls(0, Limit.AT_ONCE)

    @property
    def said(self) -> bool:
        """Whether anybody has written it: none of a unit is no period unless it is at once."""
        return bool(self.n) or self.unit is Limit.AT_ONCE

    @property
    def label(self) -> str:
        """The period as it is printed, an empty text where nobody has said it."""
        if self.unit is Limit.AT_ONCE:
            return self.unit.label
        return f"{self.n}{self.unit.label}" if self.n else ""


UNSAID = Period(0, Limit.WORKING_DAYS)
"""A period that nobody has said yet."""


def usual(period: Period) -> int:
    """Return the calendar days of a period without public holidays: five working days are seven, a month is thirty."""
    match period.unit:
        case Limit.AT_ONCE:
            return 0
        case Limit.DAYS:
            return period.n
        case Limit.MONTHS:
            return 30 * period.n
        case _:
            return period.n + 2 * (period.n // 5)


def span(period: Period) -> tuple[int, int]:
    """Return the fewest and the most calendar days that a period can take.

    Working days reckon with whole weekends and with one long public holiday of ten days for every forty.
    """
    match period.unit:
        case Limit.AT_ONCE:
            return 0, 0
        case Limit.DAYS:
            return period.n, period.n
        case Limit.MONTHS:
            return 28 * period.n, 31 * period.n
        case _:
            weekends = 2 * (-(-period.n // 5))
            return period.n, period.n + weekends + 10 * (-(-period.n // 40))


def longest(period: Period) -> int:
    """Return the most calendar days that a period can take."""
    return span(period)[1]
