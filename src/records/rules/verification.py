"""The table of checks by phase, and the metadata scheme they hold a package against."""

from __future__ import annotations

from functools import cache

from records.domain.package_checks import Phase
from records.domain.packages import Element
from records.domain.verification import CHECKS, DIMENSIONS, CheckRow

from .reading import BadRow, Row, flag, only

CHECK_COLUMNS = ("id", "phase", "name", "dimension", "blocking", "weight", "source")
ELEMENT_COLUMNS = ("key", "label", "mandatory", "kind", "length", "values", "place", "source")
KINDS = ("text", "integer", "date", "time")


@cache
def checks(phase: Phase = Phase.ARCHIVING) -> tuple[CheckRow, ...]:
    """Return the checks of a phase from ``checks.csv`` (四性检测项) in their order; each phase names each check once."""
    table = tuple(
        check for row in only("checks.csv", CHECK_COLUMNS) if (check := row.build(_check)).phase is phase
    )
    if [check.item for check in table] != list(CHECKS):
        raise BadRow(f"checks.csv must name every check of the program exactly once, in order, for {phase}")
    return table


@cache
def elements() -> tuple[Element, ...]:
    """Return the metadata scheme of a package (元数据方案) from ``elements.csv``."""
    return tuple(row.build(_element) for row in only("elements.csv", ELEMENT_COLUMNS))


def _check(row: Row) -> CheckRow:
    dimension, phase = row.read("dimension", int), row.read("phase", Phase)
    number = row["id"]
    if dimension not in DIMENSIONS or not number.startswith(f"{phase.prefix}-{dimension}-"):
        raise ValueError(f"{number} is no check of dimension {dimension} in the phase {phase}")
    return CheckRow(
        number,
        row["name"],
        dimension,
        row.read("blocking", flag),
        row["source"],
        phase,
        row.read("weight", int),
    )


def _element(row: Row) -> Element:
    pairs = [each.partition("=") for each in row["values"].split()]
    return Element(
        key=row["key"],
        label=row["label"],
        mandatory=row.read("mandatory", flag),
        kind=KINDS[row.read("kind", KINDS.index)],
        length=row.read("length", int),
        values=frozenset(value for value, _, _ in pairs),
        place=row["place"],
        words={word: value for value, _, word in pairs if word},
    )
