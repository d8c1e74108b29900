"""How long a format will be read (格式风险): one row a format; what has no row is a risk because nobody has judged it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from .reading import BadRow, rows

RISKS = ("low", "medium", "high")
COLUMNS = {"id", "name", "risk", "advice", "note"}


@dataclass(frozen=True, slots=True)
class FormatRow:
    """A format: its PRONOM identifier or standard, its name, the risk that nobody reads it any more, and what to do."""

    id: str
    name: str
    risk: str
    advice: str
    note: str


@cache
def format_rows() -> dict[str, FormatRow]:
    """Return every format of ``formats.csv`` by its identifier."""
    found = {}
    for row in rows("formats.csv"):
        if set(row) != COLUMNS or row["id"] in found:
            raise BadRow(f"formats.csv:{row.line}: unknown columns, or a format twice")
        risk = RISKS[row.read("risk", RISKS.index)]
        if (risk != "low") != bool(row["advice"]):
            raise BadRow(f"formats.csv:{row.line}: a risk needs an advice, and only a risk")
        found[row["id"]] = FormatRow(row["id"], row["name"], risk, row["advice"], row["note"])
    return found


def format_row(identifier: str) -> FormatRow:
    """Return the row of a format; one that nobody has judged is of high risk."""
    known = format_rows().get(identifier)
    return known or FormatRow(
        identifier, identifier or "未识别", "high", "识别格式并登记，必要时转换", "未登记"
    )
