"""The table of words a guide may not use (用语表), read once: words by kind; the grammar stands in ``domain.wording``."""

from __future__ import annotations

from functools import cache

from records.domain.findings import Severity
from records.domain.wording import Verdict, Wording

from .reading import rows

COLUMNS = frozenset({"kind", "words", "code", "severity", "basis", "note"})


@cache
def wording() -> Wording:
    """Return ``wording.csv`` made ready for looking through texts; unknown columns and kinds are refused."""
    words: dict[str, list[str]] = {}
    verdicts: dict[str, Verdict] = {}
    for row in rows("wording.csv"):
        if set(row) != COLUMNS:
            raise ValueError(f"wording.csv: columns {sorted(set(row) ^ COLUMNS)} are not known or missing")
        words.setdefault(row["kind"], []).extend(row["words"].split())
        if row["code"]:
            severity = row.read("severity", Severity)
            verdicts[row["kind"]] = Verdict(row["code"], severity, row["basis"])
    return Wording({kind: tuple(found) for kind, found in words.items()}, verdicts)
