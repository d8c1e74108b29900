"""How archived items belong together (关联): parts of one matter, and later facts that continue a case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from .findings import Finding
from .vocabulary import ItemState, Term


class LaterFact(Term):
    """What happened to a case after it was archived (后续事项)."""

    CHANGE = "change", "变更"
    RENEWAL = "renewal", "延续"
    REVOCATION = "revocation", "撤销、注销"
    APPEAL = "appeal", "复议、诉讼"
    RATING = "rating", "评价及整改"


class Relation(Term):
    """How one archived item belongs to another (关联关系)."""

    CONTINUES = "continues", "延续自"
    CONTINUED_BY = "continued-by", "后续件"
    PART_OF = "part-of", "属于"
    HAS_PART = "has-part", "包含"


OPPOSITE = {
    Relation.CONTINUES: Relation.CONTINUED_BY,
    Relation.CONTINUED_BY: Relation.CONTINUES,
    Relation.PART_OF: Relation.HAS_PART,
    Relation.HAS_PART: Relation.PART_OF,
}
"""What the other item says of the same relation."""


def related(
    relations: Sequence[tuple[str, str]], relation: Relation, other: str
) -> tuple[tuple[str, str], ...]:
    """Return relations with one more; one that is there already is not written twice."""
    pair = (relation.value, other)
    return tuple(relations) if pair in relations else (*relations, pair)


def others(relations: Iterable[tuple[str, str]], relation: Relation) -> tuple[str, ...]:
    """Return the ids of the items that stand in one relation, in the order they came."""
    return tuple(other for kind, other in relations if kind == relation)


def guard_append(state: ItemState, *, title: str, on: date | None, today: date) -> tuple[Finding, ...]:
    """Check a later fact (后续归档): the item is archived, the paper has a title and a day that has come.

    Findings: ``append.not-archived``, ``append.no-title``, ``append.no-day``, ``append.day-ahead``.
    """
    found = []
    if state is not ItemState.ARCHIVED:
        found.append(Finding("append.not-archived", params={"state": state.label}))
    if not title:
        found.append(Finding("append.no-title", subject="title"))
    if on is None:
        found.append(Finding("append.no-day", subject="on"))
    elif on > today:
        found.append(Finding("append.day-ahead", subject="on", params={"day": on.isoformat()}))
    return tuple(found)
