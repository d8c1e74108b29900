"""The times a guide promises (承诺时限) against those the law allows (法定时限), in whatever units each is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from .findings import Finding, Severity
from .guide_lines import missing
from .guide_parts import Guide, Period
from .vocabulary import ItemKind, Limit


def check_limits(guide: Guide, *, limits: Collection[str]) -> Iterator[Finding]:
    """Check the limits of a guide; ``limits`` are the keys of the intake rules.

    A period of nothing is missing (``guide.missing``). In unlike units five working days count as seven days and a month as thirty (``guide.promise-longer``, which
    blocks); what fits by that count and could still be longer over holidays warns (``guide.promise-unclear``). Both
    give ``promised_days`` and ``statutory_days`` of the comparison.
    """
    own = guide.limits
    yield from _unsaid(guide)
    if own.intake_rule and own.intake_rule not in limits:
        yield Finding(
            "guide.intake-rule-unknown", subject="limits.intake_rule", params={"rule": own.intake_rule}
        )
    at_once = own.promised.unit is Limit.AT_ONCE or (
        own.promised.unit in (Limit.WORKING_DAYS, Limit.DAYS) and own.promised.n <= 1
    )
    if guide.item_kind is ItemKind.IMMEDIATE and not at_once:
        yield Finding(
            "guide.immediate-not-at-once",
            subject="limits.promised",
            params={"promised": own.promised.label},
        )
    if own.statutory is not None:
        yield from _within(own.promised, own.statutory)


def _unsaid(guide: Guide) -> Iterator[Finding]:
    """Find the periods that nobody has written yet: none of any unit but at once."""
    periods = {
        "limits.promised": guide.limits.promised,
        "limits.deliver": guide.limits.deliver,
        "remedies.reconsideration_limit": guide.remedies.reconsideration_limit,
        "remedies.litigation_limit": guide.remedies.litigation_limit,
    }
    for path, period in periods.items():
        if not period.n and period.unit is not Limit.AT_ONCE:
            yield missing(path)


def _within(promised: Period, statutory: Period) -> Iterator[Finding]:
    params: dict[str, str | int] = {"promised": promised.label, "statutory": statutory.label}
    if promised.unit is statutory.unit:
        if promised.n > statutory.n:
            counts = {"promised_days": usual(promised), "statutory_days": usual(statutory)}
            yield Finding("guide.promise-longer", subject="limits.promised", params=params | counts)
    elif usual(promised) > usual(statutory):
        counts = {"promised_days": usual(promised), "statutory_days": usual(statutory)}
        yield Finding("guide.promise-longer", subject="limits.promised", params=params | counts)
    elif span(promised)[1] > span(statutory)[0]:
        counts = {"promised_days": span(promised)[1], "statutory_days": span(statutory)[0]}
        yield Finding("guide.promise-unclear", Severity.WARNS, "limits.promised", params | counts)


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
