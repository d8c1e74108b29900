"""The national holidays and the legal periods, each row with its notice or clause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

from records.domain.clocks import Calendar
from records.domain.deadlines import Act, Approver, Deeming, LimitRow
from records.domain.periods import Period
from records.domain.vocabulary import Limit

from .reading import BadRow, Row, flag, optional_date, rows

#: The rule key of an item for which no law sets a period of intake.
NO_RULE = "none"


@cache
def holidays() -> Mapping[date, tuple[bool, str]]:
    """Return the days that the yearly notices (节假日安排) take out of the plain week: ``(works, name)`` by date."""
    days: dict[date, tuple[bool, str]] = {}
    for row in rows("holidays.csv"):
        day = row.read("date", date.fromisoformat)
        if day in days:
            raise BadRow(f"holidays.csv:{row.line}: date: {day} stands there twice")
        days[day] = row.read("works", flag), row["name"]
    return MappingProxyType(days)


@cache
def notices() -> Mapping[date, str]:
    """Return the number of the notice (发文字号) behind each day of the holiday table."""
    return MappingProxyType(
        {row.read("date", date.fromisoformat): row["notice"] for row in rows("holidays.csv")}
    )


def national_calendar(city: Iterable[tuple[date, bool, str]] = ()) -> Calendar:
    """Return the working-day calendar of an office: its city's own days ``(date, works, why)`` over the nation's."""
    return Calendar(city={day: (works, why) for day, works, why in city}, national=holidays())


@cache
def intake_rules() -> Mapping[str, tuple[LimitRow, ...]]:
    """Return the legal periods by rule key (收件规则); ``none`` is the rule of an item that no law binds."""
    rules: dict[str, list[LimitRow]] = {NO_RULE: []}
    for limit in _limits():
        if limit.act is not Act.REPLY:
            rules.setdefault(limit.key, []).append(limit)
    return MappingProxyType({key: tuple(found) for key, found in rules.items()})


def reply_limit(key: str) -> LimitRow:
    """Return within what time the office promised to answer (答复承诺); such a promise is no intake rule of an item."""
    return next(limit for limit in _limits() if limit.act is Act.REPLY and limit.key == key)


@cache
def _limits() -> tuple[LimitRow, ...]:
    return tuple(_limit(row) for row in rows("limits.csv"))


def _limit(row: Row) -> LimitRow:
    return LimitRow(
        key=row["key"],
        act=row.read("act", Act),
        law=row["law"],
        clause=row["clause"],
        period=Period(row.read("amount", int), row.read("unit", Limit)),
        deeming=row.read("deeming", Deeming),
        extension=row.read("extension", int),
        approver=row.read("approver", Approver),
        stops=row.read("stops", flag),
        region=row["region"],
        since=row.read("since", date.fromisoformat),
        until=row.read("until", optional_date),
    )
