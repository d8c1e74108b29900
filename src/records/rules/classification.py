"""The classification table (分类方案): what fonds, category, type and item set for the items below them."""

from __future__ import annotations

from datetime import date
from functools import cache

from records.domain.file_plan import Attribute, Level, PlanRow, Secrecy

from .reading import BadRow, Row, only, optional_date
from .retention import APPROVED, EXAMPLE

COLUMNS = (
    "level", "key", "fonds", "title", "category", "security", "opening", "basis", "status", "approval", "since",
    "until",
)  # fmt: skip
SETS = {
    "category": Attribute.CATEGORY,
    "security": Attribute.SECURITY,
    "opening": Attribute.OPENING,
}


@cache
def classification() -> tuple[PlanRow, ...]:
    """Return every row of ``classification.csv``."""
    return tuple(read_row(row) for row in only("classification.csv", COLUMNS))


def read_row(row: Row) -> PlanRow:
    """Make one row of a classification; an approved row must name its approval number (批准文号)."""
    approved = row.read("status", (EXAMPLE, APPROVED).index) == 1
    if approved != bool(row["approval"]):
        raise BadRow(
            f"{row.table}:{row.line}: approval: an approved row needs its number, an example has none"
        )
    row.read("security", lambda cell: Secrecy(cell) if cell else None)
    return PlanRow(
        level=row.read("level", Level),
        key=row["key"],
        fonds=row["fonds"],
        title=row["title"],
        values={attribute: row[column] for column, attribute in SETS.items() if row[column]},
        basis=row["basis"],
        approval=row["approval"],
        since=row.read("since", date.fromisoformat),
        until=row.read("until", optional_date),
    )
