"""Pages and figures of the use of archives (页码、利用统计): which pages a text names, and how much was used in a year."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .uses import Purpose, Way


@dataclass(frozen=True, slots=True)
class Used:
    """One granted use as the statistics count it: its day, its purpose and its ways."""

    on: date
    purpose: Purpose
    ways: tuple[Way, ...]


def pages_of(text: str, total: int) -> tuple[int, ...]:
    """Return the pages that a text such as ``1-3，5`` names, in order and each once; empty when it makes no sense.

    An empty text means all ``total`` pages.
    """
    plain = unicodedata.normalize("NFKC", text).replace("、", ",").replace("—", "-").replace("~", "-")
    plain = "".join(plain.split())
    if not plain:
        return tuple(range(1, total + 1))
    pages: set[int] = set()
    for part in plain.split(","):
        span = re.fullmatch(r"([0-9]{1,4})(?:-([0-9]{1,4}))?", part)
        if span is None:
            return ()
        first, last = int(span[1]), int(span[2] or span[1])
        if not 1 <= first <= last <= total:
            return ()
        pages |= set(range(first, last + 1))
    return tuple(sorted(pages))


def counted(used: Iterable[Used], year: int) -> tuple[dict[Purpose, list[int]], dict[Way, list[int]]]:
    """Return how many uses there were in each month of a year, by purpose and by way (利用统计).

    A use in two ways counts in both, so that the ways may sum to more than the purposes.
    """
    purposes: dict[Purpose, list[int]] = {purpose: [0] * 12 for purpose in Purpose}
    ways: dict[Way, list[int]] = {way: [0] * 12 for way in Way}
    for each in used:
        if each.on.year == year:
            purposes[each.purpose][each.on.month - 1] += 1
            for way in each.ways:
                ways[way][each.on.month - 1] += 1
    return purposes, ways
