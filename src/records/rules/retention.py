"""The retention table (保管期限表): examples until an archives authority has approved the office's own rows."""

from __future__ import annotations

from datetime import date
from functools import cache

from records.domain.retention import RetentionRow, Trigger
from records.domain.vocabulary import Retention

from .reading import BadRow, Row, only, optional_date

EXAMPLE, APPROVED = "示例", "已批准"
COLUMNS = ("item", "title", "fonds", "retention", "basis", "status", "approval", "since", "until", "trigger")


@cache
def retention_rows() -> tuple[RetentionRow, ...]:
    """Return every row of ``retention.csv``; an approved row must name its approval number (批准文号)."""
    return tuple(read_row(row) for row in only("retention.csv", COLUMNS))


def read_row(row: Row) -> RetentionRow:
    """Make one row of a retention table, the shipped one or an office's own."""
    approved = row.read("status", (EXAMPLE, APPROVED).index) == 1
    if approved and not row["approval"]:
        raise BadRow(f"{row.table}:{row.line}: approval: an approved row needs its number")
    return RetentionRow(
        item=row["item"],
        title=row["title"],
        fonds=row["fonds"],
        retention=row.read("retention", Retention),
        basis=row["basis"],
        approval=row["approval"],
        approved=approved,
        since=row.read("since", date.fromisoformat),
        until=row.read("until", optional_date),
        trigger=row.read("trigger", Trigger),
    )
