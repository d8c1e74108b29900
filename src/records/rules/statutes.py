"""The laws that guides cite (法律法规表): number, revision, standing and who has looked, read once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from records.domain.statutes import Statute, StatuteStatus, short_name

from .reading import Row, rows


@cache
def statutes() -> Mapping[str, tuple[Statute, ...]]:
    """Return the laws of ``statutes.csv`` by their short name, each with its revisions."""
    found: dict[str, tuple[Statute, ...]] = {}
    for row in rows("statutes.csv"):
        law = row.build(_statute)
        known = found.get(law.name, ())
        if any(law.revision == other.revision for other in known):
            raise ValueError(f"statutes.csv:{row.line}: this revision of {law.name} stands twice")
        found[law.name] = (*known, law)
    return found


def _statute(row: Row) -> Statute:
    if not row["name"] or row["name"] != short_name(row["name"]):
        raise ValueError("give the name without 《》 and without 中华人民共和国")
    return Statute(
        name=row["name"],
        number=row["number"],
        revision=date.fromisoformat(row["revision"]) if row["revision"] else None,
        status=StatuteStatus(row["status"]),
        effective=date.fromisoformat(row["effective"]) if row["effective"] else None,
        last_article=int(row["last_article"]) if row["last_article"] else None,
        replaced_by=row["replaced_by"],
        source=row["source"],
    )
