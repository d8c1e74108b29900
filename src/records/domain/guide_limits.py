"""The times a guide promises (承诺时限) against those the law allows (法定时限), in whatever units each is written."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from .findings import Finding, Severity
from .guide_lines import missing
from .guide_parts import Guide
from .periods import Period, span, usual
from .statutes import number_of
from .vocabulary import ItemKind, Limit


def check_limits(guide: Guide, *, limits: Collection[str]) -> Iterator[Finding]:
    """Check the limits of a guide; ``limits`` are the keys of the intake rules.

    A period of nothing is missing (``guide.missing``). In unlike units five working days count as seven days and a month as thirty (``guide.promise-longer``, which
    blocks); what fits by that count and could still be longer over holidays warns (``guide.promise-unclear``). Both
    give ``promised_days`` and ``statutory_days`` of the comparison. The plain sentence on top must not name another
    time than the promise (``guide.plain-limit``, a warning).
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
    yield from _plainly(guide)


def _unsaid(guide: Guide) -> Iterator[Finding]:
    """Find the periods that nobody has written yet: none of any unit but at once."""
    periods = {
        "limits.promised": guide.limits.promised,
        "limits.deliver": guide.limits.deliver,
        "remedies.reconsideration_limit": guide.remedies.reconsideration_limit,
        "remedies.litigation_limit": guide.remedies.litigation_limit,
    }
    for path, period in periods.items():
        if not period.said:
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


_UNTIL_DONE = r"[^，。；,;]{0,8}?(?:办|发|领|出|决定|答复|拿到|取|审|结)"
_FOR_OTHERS = r"后|以后|之后|前|[^，。；,;]{0,5}?(?:申请|提出|提交|交|来|到|去|补|报)"
_TIME = re.compile(
    rf"(\d{{1,3}}|[一二三四五六七八九十百两]{{1,5}})\s*(个工作日|工作日|日|天|个月)(?:之内|以内|内)?(?!{_FOR_OTHERS})(?={_UNTIL_DONE})"
)
_AT_ONCE = re.compile(r"当场[^，。；,;]{0,3}?(?:办|领|给|出|取|拿|发|结|决定)|立等可取|即来即办|马上就能?办")


def _plainly(guide: Guide) -> Iterator[Finding]:
    """Find a plain sentence that names a time for the office, and neither the promised one nor that of the delivery.

    What the applicant has to keep (出生后1个月内申请) is no time of the office.
    """
    own, text = guide.limits, guide.plain_title
    said = [Period.parse(f"{number_of(count)}{unit}") for count, unit in _TIME.findall(text)]
    said += [Period(0, Limit.AT_ONCE) for _ in _AT_ONCE.findall(text)]
    other = [each for each in said if each not in (own.promised, own.deliver)]
    if other and own.promised.said and own.promised not in said:
        params: dict[str, str | int] = {"said": other[0].label, "promised": own.promised.label}
        yield Finding("guide.plain-limit", Severity.WARNS, "plain_title", params)
