"""The reasons for which a package is returned (退回原因): a closed list, so that returns can be counted."""

from __future__ import annotations

from functools import cache

from records.domain.pipeline import Defect, Side

from .reading import BadRow, Row, only
from .verification import checks

COLUMNS = ("code", "words", "clause", "mends", "check", "source")
CHANGED, OTHER = "TH-15", "TH-16"
"""What the receiving checks find by themselves, and what the table does not name."""


@cache
def defects() -> tuple[Defect, ...]:
    """Return every row of ``defects.csv``; a check that is named must exist, a code stands once."""
    found = tuple(row.build(_defect) for row in only("defects.csv", COLUMNS))
    codes = [defect.code for defect in found]
    if len(codes) != len(set(codes)) or not {CHANGED, OTHER} <= set(codes):
        raise BadRow("defects.csv: every code once, and those the program uses")
    return found


def defects_of(failed: tuple[str, ...]) -> tuple[Defect, ...]:
    """Return the reasons that stand for failed checks, in the order of the table; what has none is the last one."""
    named = tuple(defect for defect in defects() if defect.check and defect.check in failed)
    left = set(failed) - {defect.check for defect in named}
    return (*named, *(defect for defect in defects() if left and defect.code == OTHER))


def _defect(row: Row) -> Defect:
    if row["check"] and row["check"] not in {check.id for check in checks()}:
        raise BadRow(f"{row.table}:{row.line}: check: {row['check']}")
    return Defect(row["code"], row["words"], row["clause"], row.read("mends", Side), row["check"])
