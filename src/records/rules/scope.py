"""The scope table (归档范围表): examples until an archives authority has approved the office's own rows."""

from __future__ import annotations

from datetime import date
from functools import cache

from records.domain.scope import InScope, ScopeRow
from records.domain.vocabulary import ArchiveClass, Retention, Stage

from .reading import BadRow, Row, only, optional_date
from .retention import APPROVED, EXAMPLE

COLUMNS = (
    "stage", "paper", "title", "class", "necessity", "when", "item", "fonds", "retention", "basis", "status",
    "approval", "since", "until",
)  # fmt: skip
MARKS = frozenset({"granted", "refused", "promised", "immediate"})


@cache
def scope_rows() -> tuple[ScopeRow, ...]:
    """Return every row of ``scope.csv``."""
    return tuple(read_row(row) for row in only("scope.csv", COLUMNS))


def read_row(row: Row) -> ScopeRow:
    """Make one row of a scope table; an approved row must name its approval number (批准文号)."""
    approved = row.read("status", (EXAMPLE, APPROVED).index) == 1
    if approved != bool(row["approval"]):
        raise BadRow(
            f"{row.table}:{row.line}: approval: an approved row needs its number, an example has none"
        )
    when = frozenset(row["when"].split())
    if not when <= MARKS:
        raise BadRow(f"{row.table}:{row.line}: when: {sorted(when - MARKS)}")
    return ScopeRow(
        stage=row.read("stage", Stage),
        paper=row["paper"],
        title=row["title"],
        klass=row.read("class", ArchiveClass),
        necessity=row.read("necessity", InScope),
        when=when,
        item=row["item"],
        fonds=row["fonds"],
        retention=row.read("retention", lambda cell: Retention(cell) if cell else None),
        basis=row["basis"],
        approval=row["approval"],
        since=row.read("since", date.fromisoformat),
        until=row.read("until", optional_date),
    )
