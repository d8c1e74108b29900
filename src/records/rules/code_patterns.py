"""The table of archival codes (档号结构表): by which pattern each category of each fonds is coded, with its clause."""

from __future__ import annotations

from datetime import date
from functools import cache

from records.domain.code_patterns import Arranged, CodePattern, Segment, VolumeRule

from .reading import BadRow, Row, optional_date, rows

COLUMNS = frozenset(
    {"fonds", "category", "arranged", "segments", "widths", "rule", "basis", "note", "since", "until"}
)


@cache
def code_patterns() -> tuple[CodePattern, ...]:
    """Return every row of ``code_patterns.csv``; two rows for the same category in the same year are refused."""
    found = tuple(row.build(read_row) for row in rows("code_patterns.csv"))
    for at, one in enumerate(found):
        for other in found[:at]:
            if _together(one, other):
                raise BadRow(
                    f"code_patterns.csv: two patterns for {one.fonds} {one.category} in {one.since.year}"
                )
    return found


def _together(one: CodePattern, other: CodePattern) -> bool:
    same = (one.fonds, one.category) == (other.fonds, other.category)
    return same and any(each.in_force(year.since.year) for each, year in ((one, other), (other, one)))


def read_row(row: Row) -> CodePattern:
    """Make one row of a table of patterns; widths are written as ``unit=2-4 item=4-6``."""
    if unknown := set(row) - COLUMNS:
        raise BadRow(f"{row.table}:{row.line}: unknown columns {sorted(unknown)}")
    return CodePattern(
        fonds=row["fonds"],
        category=row["category"],
        arranged=row.read("arranged", Arranged),
        segments=row["segments"],
        widths=row.read("widths", _widths),
        rule=row.read("rule", lambda cell: VolumeRule(cell) if cell else None),
        basis=row["basis"],
        since=row.read("since", date.fromisoformat),
        until=row.read("until", optional_date),
    )


def _widths(cell: str) -> tuple[tuple[Segment, int, int], ...]:
    found = []
    for part in cell.split():
        name, width = part.split("=")
        least, most = width.split("-")
        found.append((Segment(name), int(least), int(most)))
    return tuple(found)
