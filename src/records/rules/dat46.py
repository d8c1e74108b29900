"""The metadata scheme for electronic documents (文书类电子文件元数据方案) as far as we know what to say: one row an element."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from .reading import BadRow, flag, rows

COLUMNS = ("number", "element", "block", "mandatory", "group", "key", "fixed", "note")
GROUPS = frozenset({"", "facts", "item", "case", "applicant", "result", "record", "document", "derived"})


@dataclass(frozen=True, slots=True)
class SchemeElement:
    """One element (元数据元素): its number in DA/T 46, in which block it stands, and where its value comes from."""

    number: str
    element: str
    block: str
    mandatory: bool
    group: str
    key: str
    fixed: str


@cache
def scheme_elements() -> tuple[SchemeElement, ...]:
    """Return the elements of ``dat46.csv`` in the order of their numbers, designed after DA/T 46-2009, not certified."""
    found = []
    for row in rows("dat46.csv"):
        if tuple(row) != COLUMNS or row["group"] not in GROUPS or bool(row["fixed"]) == bool(row["key"]):
            raise BadRow(f"dat46.csv:{row.line}: columns, group, or neither a key nor a fixed value")
        found.append(
            SchemeElement(
                row["number"],
                row["element"],
                row["block"],
                row.read("mandatory", flag),
                row["group"],
                row["key"],
                row["fixed"],
            )
        )
    if len({each.number for each in found}) != len(found):
        raise BadRow("dat46.csv names an element twice")
    return tuple(found)
