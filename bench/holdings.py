"""What a fonds with many archived items costs to ask: the due list of a year, one 档号, the next number of a series.

The items are lean but real: records in their folder, with code, key, place in the feed and in every work list, written in
transactions as the office writes them; their packages are left out, because none of these questions opens one. Sizes grow
from 10,000 so that ten millions can be told. The peer is a walk over the items, as a page without work lists would do it.

    python bench/holdings.py [HOW MANY ...]
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from time import perf_counter

from figures import figure, middle, percentile, pin, timed

import office
from records.domain.arrangement import Series, format_code, search_key
from records.domain.vocabulary import Retention
from records.indexes import disposition_questions, feed, keys, questions, worklists
from records.operations.services import Services
from records.resources.archives import ArchivedItem

BENCH = "holdings"
SIZES = (10_000, 100_000)
FONDS, FIRST, YEARS = "market-regulation", 1996, 30
AT_ONCE = 2_000
ASKED = 300
PAGE = 50


def fill(opened: Services, many: int) -> list[str]:
    """Put so many archived items into a fonds, spread over thirty years, two thirds of them kept for ten years.

    Returns the codes of some of them, from all over.
    """
    codes = []
    for start in range(0, many, AT_ONCE):
        with opened.database.write("bench") as root:
            site = root["site"]
            for serial in range(start, min(start + AT_ONCE, many)):
                code = _item(opened, site, serial)
                if serial % (many // ASKED) == 7:
                    codes.append(code)
    return codes


def _item(opened: Services, site, serial: int) -> str:
    year = FIRST + serial % YEARS
    retention = Retention.D10 if serial % 3 else Retention.D30
    series = Series("J043", "ZY·SP", year, retention, "ZCG")
    item = ArchivedItem()
    item.number = site.counter("number:archive").next()
    item.id = opened.vault.identifier("archive", item.number)
    item.created_at = item.archived_at = opened.clock.now()
    item.code = format_code(series, site.counter(f"archive:{series.prefix}").next())
    item.title, item.fonds, item.unit, item.category = f"设立登记{serial}", FONDS, FONDS, "ZY·SP"
    item.year, item.retention, item.state = year, retention.value, "archived"
    item.expires_on = date(year + (10 if serial % 3 else 30), 12, 31)
    site.archives.place(item.id, item)
    keys.claim(site, keys.compose("archival-code", search_key(item.code)), item.id)
    feed.touch(site, item)
    worklists.refresh(site, item)
    return item.code


def measure(opened: Services, many: int, filled: float, codes: list[str]) -> None:
    """Print what the questions of the day cost with so many items; nothing of them is in memory at first."""
    figure(BENCH, f"fill {many}", many / filled, "items/s", n=many)
    year = FIRST + 20

    def page() -> None:
        with opened.database.read() as root:
            assert list(disposition_questions.due(root["site"], FONDS, year, limit=PAGE))

    def whole() -> int:
        with opened.database.read() as root:
            return sum(1 for _ in disposition_questions.due_ids(root["site"], FONDS, year))

    def loaded() -> int:
        with opened.database.read() as root:
            return sum(1 for _ in disposition_questions.due(root["site"], FONDS, year))

    def walked() -> None:
        with opened.database.read() as root:
            end = date(year, 12, 31)
            assert sum(1 for item in root["site"].archives.values() if item.expires_on == end)

    def resolve(code: str) -> None:
        with opened.database.read() as root:
            assert questions.item_with_code(root["site"], search_key(code)).code == code

    def series() -> None:
        with opened.database.read() as root:
            assert root["site"].counter(f"archive:J043-ZY·SP·{year}-D10-ZCG").value

    each = [timed(lambda code=code: resolve(code)) for code in codes]
    figure(BENCH, f"one code, middle {many}", middle(each), "ms", n=len(each))
    figure(BENCH, f"one code, p99 {many}", percentile(each, 0.99), "ms", n=len(each))
    first = timed(page)
    figure(BENCH, f"first page of a due list, first time {many}", first, "ms", n=PAGE)
    start = perf_counter()
    count = whole()
    took = (perf_counter() - start) * 1000
    opened.database.zodb.cacheMinimize()
    load = timed(loaded)
    slow = timed(walked) if many <= SIZES[-1] else None
    figure(
        BENCH,
        f"due list of a year, first time {many}",
        took,
        "ms",
        n=count,
        peer="walk over all items",
        peer_value=slow,
    )
    figure(BENCH, f"due list of a year with every item loaded {many}", load, "ms", n=count)
    figure(BENCH, f"series counter {many}", middle([timed(series) for _ in range(50)]), "ms", n=50)


def main(sizes: tuple[int, ...]) -> None:
    """Measure each size in an office of its own; what was written is asked after opening it anew."""
    pin()
    for many in sizes:
        with office.folder() as folder:
            opened = office.open_office(Path(folder))
            office.found(opened)
            start = perf_counter()
            codes = fill(opened, many)
            filled = perf_counter() - start
            opened.close()
            opened = office.open_office(Path(folder))
            measure(opened, many, filled, codes)
            opened.close()


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
