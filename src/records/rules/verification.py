"""The table of checks before archiving and the metadata scheme they hold a package against."""

from __future__ import annotations

from functools import cache

from records.domain.packages import Element
from records.domain.verification import CHECKS, DIMENSIONS, CheckRow

from .reading import BadRow, Row, flag, rows

KINDS = ("text", "integer", "date", "time")


@cache
def checks() -> tuple[CheckRow, ...]:
    """Return the checks of ``checks.csv`` (四性检测项) in their order; the program must know each, and each once."""
    table = tuple(_check(row) for row in rows("checks.csv"))
    if sorted(check.id for check in table) != sorted(CHECKS):
        raise BadRow("checks.csv must name every check of the program exactly once")
    return table


@cache
def elements() -> tuple[Element, ...]:
    """Return the metadata scheme of a package (元数据方案) from ``elements.csv``."""
    return tuple(_element(row) for row in rows("elements.csv"))


def _check(row: Row) -> CheckRow:
    dimension = row.read("dimension", int)
    if dimension not in DIMENSIONS:
        raise BadRow(f"checks.csv:{row.line}: dimension: {dimension}")
    return CheckRow(row["id"], row["name"], dimension, row.read("blocking", flag), row["source"])


def _element(row: Row) -> Element:
    return Element(
        key=row["key"],
        label=row["label"],
        mandatory=row.read("mandatory", flag),
        kind=KINDS[row.read("kind", KINDS.index)],
        length=row.read("length", int),
        values=frozenset(row["values"].split()),
    )
