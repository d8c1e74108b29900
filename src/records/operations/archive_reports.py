"""Reports of the archives (档案统计报表): how archiving stands, why items came back, what is held, how it grows.

Everything is read from the tally; nothing is walked. The screen, the workbook, a program and the inspection pack get the
same rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from records.domain import statistics
from records.domain.findings import Finding, Refused
from records.domain.statistics import IMPORTED, NOTHING, OWN, Amount, Cell, Kind, Standing, add
from records.resources.base import Record
from records.resources.site import Site
from records.rules.defects import defects

from .services import Services
from .statistics import Figures

FIRST, LAST = 1949, 2999


@dataclass(frozen=True, slots=True)
class Report:
    """A year of some units: rows of each part, in a fixed order; ``behind`` are changes that are not counted yet.

    ``months`` and ``units`` are (month or unit, standing), ``by_month`` (unit, month, standing); ``returned`` (unit, code,
    words, number); ``held`` (fonds, category, period, year, amount); ``growth`` (month, own, imported, left); ``checked``
    (phase, passed, failed).
    """

    year: int
    today: date
    whole: Standing
    units: tuple[tuple[str, Standing], ...]
    months: tuple[tuple[str, Standing], ...]
    by_month: tuple[tuple[str, str, Standing], ...]
    returned: tuple[tuple[str, str, str, int], ...]
    held: tuple[tuple[str, str, str, str, Amount], ...]
    growth: tuple[tuple[str, Amount, Amount, Amount], ...]
    checked: tuple[tuple[str, int, int], ...]
    behind: int

    @property
    def stock(self) -> Amount:
        """Return all that is held, of every year."""
        whole = NOTHING
        for *_klass, amount in self.held:
            whole = add(whole, amount)
        return whole


def year_of(text: str, *, today: date) -> int | Refused:
    """Return the year that is asked for, this one unless told (``holdings.year``)."""
    if not text:
        return today.year
    if not (text.isascii() and text.isdecimal() and FIRST <= int(text[:9]) <= LAST):
        return Refused((Finding("holdings.year", subject="year", params={"read": text[:20]}),))
    return int(text)


def report(services: Services, site: Site, units: Sequence[str], year: int, *, today: date) -> Report:
    """Return the report of a year of closing over some units; what is held is that of all years."""
    figures, months = Figures(services, site), statistics.months_of(year)
    by_month, per_unit, per_month = [], {}, {month: {} for month in months}
    for unit in units:
        cells: dict[Cell, Amount] = {}
        for kind in (Kind.CLOSED, Kind.DONE, Kind.OPEN):
            cells |= figures.cells(kind.value, unit, since=months[0], until=months[-1])
        per_unit[unit] = cells
        for month in months:
            here = {cell: amount for cell, amount in cells.items() if cell[2] == month}
            per_month[month] |= here
            if here:
                by_month.append((unit, month, statistics.standing(here, today=today)))
    everything = [pair for cells in per_unit.values() for pair in cells.items()]
    return Report(
        year=year,
        today=today,
        whole=statistics.standing(everything, today=today),
        units=tuple(
            (unit, statistics.standing(cells, today=today)) for unit, cells in per_unit.items() if cells
        ),
        months=tuple((month, statistics.standing(cells, today=today)) for month, cells in per_month.items()),
        by_month=tuple(by_month),
        returned=_returned(figures, units, months),
        held=tuple(
            (*cell[1:], amount) for unit in units for cell, amount in figures.cells(Kind.HELD, unit).items()
        ),
        growth=_growth(figures, units, months),
        checked=_checked(figures, units, months),
        behind=figures.behind,
    )


def _returned(
    figures: Figures, units: Sequence[str], months: Sequence[str]
) -> tuple[tuple[str, str, str, int], ...]:
    words = {row.code: row.words for row in defects()}
    found: dict[tuple[str, str], int] = {}
    for unit in units:
        cells = figures.cells(Kind.RETURNED.value, unit, since=months[0], until=months[-1])
        for (_kind, _unit, _month, code), (count, *_rest) in cells.items():
            found[unit, code] = found.get((unit, code), 0) + count
    return tuple((unit, code, words.get(code, code), count) for (unit, code), count in sorted(found.items()))


def _growth(
    figures: Figures, units: Sequence[str], months: Sequence[str]
) -> tuple[tuple[str, Amount, Amount, Amount], ...]:
    found: dict[tuple[str, str], Amount] = {}
    for unit in units:
        for kind in (Kind.GROWN, Kind.LEFT):
            for cell, amount in figures.cells(kind.value, unit, since=months[0], until=months[-1]).items():
                place = (cell[2], cell[3] if kind is Kind.GROWN else kind.value)
                found[place] = add(found.get(place, NOTHING), amount)
    return tuple(
        (month, *(found.get((month, what), NOTHING) for what in (OWN, IMPORTED, Kind.LEFT.value)))
        for month in months
    )


def _checked(
    figures: Figures, units: Sequence[str], months: Sequence[str]
) -> tuple[tuple[str, int, int], ...]:
    found: dict[str, list[int]] = {}
    for unit in units:
        cells = figures.cells(Kind.CHECKED.value, unit, since=months[0], until=months[-1])
        for (*_place, phase, result), (count, *_rest) in cells.items():
            found.setdefault(phase, [0, 0])[result != "pass"] += count
    return tuple((phase, passed, failed) for phase, (passed, failed) in sorted(found.items()))


def behind(
    services: Services,
    site: Site,
    units: Sequence[str],
    kind: Kind,
    places: Sequence[str],
    *,
    overdue: date | None = None,
) -> tuple[int, Iterator[Record]]:
    """Return how many stand behind a figure, and the records one by one as far as they are still there (明细).

    ``places`` are the parts of its cells after the unit, empty ones for all; a part may be the beginning of one, as a
    year is of a month. ``overdue`` leaves of what is open only what is beyond its day.
    """
    figures, cells = Figures(services, site), {}
    for unit in units:
        for cell, amount in figures.cells(kind.value, unit).items():
            fits = all(part.startswith(wanted) for part, wanted in zip(cell[2:], places, strict=False))
            if fits and (overdue is None or cell[-1] < overdue.isoformat()):
                cells[cell] = amount
    found = (site.folder(folder).get(key) for folder, key in figures.members(cells))
    return sum(count for count, *_rest in cells.values()), (each for each in found if each is not None)
