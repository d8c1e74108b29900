"""What receiving archives take and after how many years (接收范围): the general table, and rows an office adds as its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from records.domain.transfers import ANY, Level, ScopeRow
from records.domain.vocabulary import Retention

from .reading import BadRow, Row, flag, only, optional_date
from .retention import APPROVED, EXAMPLE

COLUMNS = (
    "level", "category", "retention", "fonds", "takes", "years", "basis", "status", "approval", "since", "until",
)  # fmt: skip


@cache
def transfer_rows() -> tuple[ScopeRow, ...]:
    """Return every row of ``transfers.csv``; what is taken has its years, an approved row its number."""
    return tuple(row.build(read_row) for row in only("transfers.csv", COLUMNS))


def read_row(row: Row) -> ScopeRow:
    """Make one row of the general table."""
    approved = row.read("status", (EXAMPLE, APPROVED).index) == 1
    if approved != bool(row["approval"]):
        raise BadRow(
            f"{row.table}:{row.line}: approval: an approved row needs its number, an example has none"
        )
    takes, years = row.read("takes", flag), row.read("years", int)
    if takes != (years > 0):
        raise BadRow(f"{row.table}:{row.line}: years: what is taken has its years, what is not has 0")
    return ScopeRow(
        level=row.read("level", Level),
        category=row["category"],
        retention=row.read("retention", lambda cell: cell if cell == ANY else Retention(cell).value),
        fonds=row["fonds"],
        takes=takes,
        years=years,
        basis=row["basis"],
        approval=row["approval"],
        since=row.read("since", date.fromisoformat),
        until=row.read("until", optional_date),
    )


def office_rows(level: Level, described: Iterable[Mapping[str, Any]]) -> tuple[ScopeRow, ...]:
    """Return the rows of an office's own (本单位进馆范围), as its description holds them; each has its approval number."""
    return tuple(
        ScopeRow(
            level=level,
            category=each["category"],
            retention=each["retention"],
            fonds=each["fonds"],
            takes=each["takes"],
            years=each["years"],
            basis=each["basis"],
            approval=each["approval"],
            since=each["since"],
            until=each["until"],
        )
        for each in described
    )
