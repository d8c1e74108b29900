"""The kinds of media (载体类型) and how often each is checked; examples until the office has set its own."""

from __future__ import annotations

from functools import cache

from records.domain.keeping import MediumKind

from .reading import BadRow, flag, rows

COLUMNS = {"kind", "label", "check_months", "life_years", "offline", "source"}


@cache
def medium_kinds() -> dict[str, MediumKind]:
    """Return every kind of ``media.csv`` by its key."""
    found = {}
    for row in rows("media.csv"):
        if set(row) != COLUMNS or row["kind"] in found:
            raise BadRow(f"media.csv:{row.line}: unknown columns, or a kind twice")
        found[row["kind"]] = MediumKind(
            row["kind"],
            row["label"],
            row.read("check_months", int),
            row.read("life_years", int),
            row.read("offline", flag),
            row["source"],
        )
    return found
