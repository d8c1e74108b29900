"""What receiving archives can read (接收方要求): one dated row a profile, so that another receiver is another row."""

from __future__ import annotations

import string
from dataclasses import dataclass
from datetime import date
from functools import cache

from .reading import BadRow, Row, optional_date, rows

PACKAGES = ("files", "bag", "eep")
COLUMNS = frozenset(
    [
        "number",
        "code",
        "document_number",
        "responsible",
        "title",
        "date",
        "security",
        "year",
        "retention",
        "count",
        "pages",
        "note",
        "package_digest",
        "place",
    ]
)
DOCUMENT_COLUMNS = frozenset(
    ["code", "number", "title", "stage", "class", "responsible", "pages", "place", "format", "size", "digest"]
)
PLACES = frozenset({"fonds", "year", "retention", "category", "code"})
HEADINGS = frozenset(
    [
        "profile",
        "title",
        "package",
        "folder",
        "sheet",
        "columns",
        "document_sheet",
        "document_columns",
        "formats",
        "since",
        "until",
        "note",
    ]
)


@dataclass(frozen=True, slots=True)
class Receiver:
    """One profile: how the contents go (files, bag or eep), in which folders, and the columns of both directories.

    ``columns`` are pairs of heading and key; ``formats`` the endings that the receiver takes.
    """

    profile: str
    title: str
    package: str
    folder: str
    sheet: str
    columns: tuple[tuple[str, str], ...]
    document_sheet: str
    document_columns: tuple[tuple[str, str], ...]
    formats: frozenset[str]
    since: date
    until: date | None
    note: str

    def in_force(self, on: date) -> bool:
        """Tell whether the profile is in force on a civil day."""
        return self.since <= on and (self.until is None or on <= self.until)


@cache
def receivers() -> tuple[Receiver, ...]:
    """Return every profile of ``receivers.csv``."""
    found = tuple(read_receiver(row) for row in rows("receivers.csv"))
    names = [(each.profile, each.since) for each in found]
    if len(set(names)) != len(names):
        raise BadRow("receivers.csv names a profile twice from one day on")
    return found


def receiver(profile: str, on: date) -> Receiver | None:
    """Return the profile of that name in force on a civil day, or None."""
    return next((each for each in receivers() if each.profile == profile and each.in_force(on)), None)


def read_receiver(row: Row) -> Receiver:
    """Make one profile; unknown columns and folder rules are refused where they stand."""
    if set(row) != HEADINGS:
        raise BadRow(f"{row.table}:{row.line}: unknown or missing columns")
    return Receiver(
        profile=row["profile"],
        title=row["title"],
        package=PACKAGES[row.read("package", PACKAGES.index)],
        folder=row.read("folder", _folder),
        sheet=row["sheet"],
        columns=row.read("columns", lambda cell: _columns(cell, COLUMNS)),
        document_sheet=row["document_sheet"],
        document_columns=row.read("document_columns", lambda cell: _columns(cell, DOCUMENT_COLUMNS)),
        formats=frozenset(row["formats"].split()),
        since=row.read("since", date.fromisoformat),
        until=row.read("until", optional_date),
        note=row["note"],
    )


def _columns(cell: str, known: frozenset[str]) -> tuple[tuple[str, str], ...]:
    pairs = tuple((heading, key) for heading, _, key in (each.partition("=") for each in cell.split(";")))
    unknown = [key for _, key in pairs if key not in known]
    if unknown:
        raise ValueError(f"unknown: {unknown}")
    return pairs


def _folder(cell: str) -> str:
    names = {name for _, name, _, _ in string.Formatter().parse(cell) if name is not None}
    if not names or names - PLACES or cell.startswith("/") or ".." in cell:
        raise ValueError(f"no folder rule: {cell!r}")
    return cell
