"""Working days and periods (期限): when something is due, and why, day by day.

Three layers answer whether a day counts: the city's own table, the national table of the yearly notices, and the
plain week, which is only provisional (暂定) because nobody has announced that year yet.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from .findings import Finding, Severity
from .vocabulary import Limit

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
PERIODS = "民法典 第二百零一条至第二百零三条"
ONE_DAY = timedelta(days=1)

#: A year is announced when the table knows its National Day: no notice omits it, and a stray December row of the
#: following year's notice does not announce the year it falls in.
_SURE_HOLIDAY = (10, 1)


class Layer(StrEnum):
    """Which table answered."""

    CITY = "city"
    NATIONAL = "national"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class DayVerdict:
    """Whether one civil day counts, in the words a clerk would use, and which table says so."""

    date: date
    counts: bool
    why: str
    layer: Layer
    provisional: bool

    def as_dict(self) -> dict[str, object]:
        """Return the three facts that the command line and the API print."""
        return {"date": self.date.isoformat(), "counts": self.counts, "why": self.why}


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working-day calendar (工作日历): the city's days over the national ones; ``(works, why)`` by date."""

    city: Mapping[date, tuple[bool, str]] = field(default_factory=dict)
    national: Mapping[date, tuple[bool, str]] = field(default_factory=dict)

    def announced(self, year: int) -> bool:
        """Tell whether the national notice of a year is in the table."""
        return date(year, *_SURE_HOLIDAY) in self.national

    def judge(self, day: date) -> DayVerdict:
        """Say whether a civil day is a working day, and why."""
        weekday = WEEKDAYS[day.weekday()]
        for layer, table in ((Layer.CITY, self.city), (Layer.NATIONAL, self.national)):
            if day in table:
                works, why = table[day]
                said = f"{why}放假" if not works else f"{why}调休上班" if day.weekday() > 4 else weekday
                return DayVerdict(day, works, said, layer, False)
        announced = self.announced(day.year)
        works = day.weekday() < 5
        why = weekday if announced else f"{weekday}（暂定）"
        return DayVerdict(day, works, why, Layer.NATIONAL if announced else Layer.WEEK, not announced)


@dataclass(frozen=True, slots=True)
class Stop:
    """A time that does not count (不计时): the days after ``since`` up to and with ``until``."""

    since: date
    until: date
    why: str

    def covers(self, day: date) -> bool:
        """Tell whether that day does not count."""
        return self.since < day <= self.until


@dataclass(frozen=True, slots=True)
class Due:
    """When a period ends, with each day that was looked at."""

    due: date
    provisional: bool
    days: tuple[DayVerdict, ...]
    findings: tuple[Finding, ...] = ()


def due(start: date, amount: int, unit: Limit, calendar: Calendar, *, stops: Sequence[Stop] = ()) -> Due:
    """Say when a period ends that runs from an event; the day of the event is not counted (民法典 201).

    Working days count as the calendar says. Days and months run through holidays; when their last day is one, the
    next working day is the last (民法典 203); a month ends on the same day number or on its last day (民法典 202).
    What must be done at once is due on the day itself. ``ValueError`` for a negative amount.
    """
    if amount < 0:
        raise ValueError(f"a period cannot be negative: {amount}")
    match unit:
        case Limit.WORKING_DAYS:
            days = tuple(_working_days(start, amount, calendar, stops))
        case Limit.DAYS:
            days = tuple(_natural_days(start, amount, calendar, stops))
        case Limit.MONTHS:
            days = tuple(_months(start, amount, calendar, stops))
        case Limit.AT_ONCE:
            days = ()
    missing = sorted({day.date.year for day in days if day.provisional})
    findings = tuple(
        Finding("calendar.year-missing", Severity.WARNS, params={"year": year}) for year in missing
    )
    return Due(days[-1].date if days else start, bool(missing), days, findings)


def working_days_between(start: date, end: date, calendar: Calendar) -> int:
    """Count the working days after ``start`` up to and with ``end``; negative when ``end`` is earlier."""
    if end < start:
        return -working_days_between(end, start, calendar)
    return sum(calendar.judge(start + n * ONE_DAY).counts for n in range(1, (end - start).days + 1))


def _stopped(verdict: DayVerdict, stops: Sequence[Stop]) -> DayVerdict:
    for stop in stops:
        if stop.covers(verdict.date):
            return DayVerdict(
                verdict.date, False, f"{stop.why}（不计时）", verdict.layer, verdict.provisional
            )
    return verdict


def _working_days(
    start: date, amount: int, calendar: Calendar, stops: Sequence[Stop]
) -> Iterator[DayVerdict]:
    day, left = start, amount
    while left:
        day += ONE_DAY
        verdict = _stopped(calendar.judge(day), stops)
        left -= verdict.counts
        yield verdict


def _natural_days(
    start: date, amount: int, calendar: Calendar, stops: Sequence[Stop]
) -> Iterator[DayVerdict]:
    day, left = start, amount
    while left:
        day += ONE_DAY
        verdict = _stopped(DayVerdict(day, True, "自然日", Layer.WEEK, False), stops)
        left -= verdict.counts
        if left:
            yield verdict
    if amount:
        yield from _last_day(day, calendar)


def _months(start: date, amount: int, calendar: Calendar, stops: Sequence[Stop]) -> Iterator[DayVerdict]:
    if not amount:
        return
    year, month = divmod(start.year * 12 + start.month - 1 + amount, 12)
    last = months.monthrange(year, month + 1)[1]
    end = date(year, month + 1, min(start.day, last))
    day = start
    while day < end:
        day += ONE_DAY
        if any(stop.covers(day) for stop in stops):
            end += ONE_DAY
    yield from _last_day(end, calendar)


def _last_day(day: date, calendar: Calendar) -> Iterator[DayVerdict]:
    """Yield the nominal last day and, when it is a holiday, the days up to the next working day."""
    verdict = calendar.judge(day)
    while not verdict.counts:
        yield DayVerdict(verdict.date, False, f"{verdict.why}，末日顺延", verdict.layer, verdict.provisional)
        verdict = calendar.judge(verdict.date + ONE_DAY)
    yield verdict
