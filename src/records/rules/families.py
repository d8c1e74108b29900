"""Lines that are about the whole family (家庭成员材料): a paper of a member who lives with the applicant serves there too."""

from __future__ import annotations

from functools import cache

from .reading import BadRow, rows

COLUMNS = frozenset({"guide", "line", "basis"})


@cache
def family_lines() -> dict[str, dict[str, str]]:
    """Return by item the lines for which a member's paper serves, each with its clause; an unknown column is refused."""
    found: dict[str, dict[str, str]] = {}
    for row in rows("family_lines.csv"):
        if set(row) != COLUMNS or not row["basis"]:
            raise BadRow(f"{row.table}:{row.line}: needs exactly {', '.join(sorted(COLUMNS))}, and a clause")
        found.setdefault(row["guide"], {})[row["line"]] = row["basis"]
    return found
