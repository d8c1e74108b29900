"""Consent (同意): for which items an applicant lets a held material be used again, and when that was taken back.

A statutory duty needs no consent (个人信息保护法 第十三条第一款第三项), but a no is kept to: the applicant then hands the paper
in, and the case goes on (第十五条、第十六条). What is sensitive needs a yes for the one item (第二十九条).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .findings import Finding
from .vocabulary import Term

EVERY_ITEM = "*"
"""Stands for all items, in a withdrawal and in taking it back."""


class ConsentKind(Term):
    """What the applicant said (同意事项)."""

    GIVEN = "given", "同意用于"
    WITHDRAWN = "withdrawn", "撤回同意"
    LIMITED = "limited", "只用于"
    UNLIMITED = "unlimited", "不再限定用途"


@dataclass(frozen=True, slots=True)
class Agreed:
    """What holds of a material at one instant: the items it is limited to, those agreed to, those refused."""

    purposes: frozenset[str] = frozenset()
    consented: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()


def standing(said: Iterable[tuple[Any, ...]], *, at: datetime | None = None) -> Agreed:
    """Return what holds after everything the applicant said in its order (现行同意), or what held at an instant.

    ``said`` are ``(kind, item, at, ...)``.
    """
    purposes: set[str] = set()
    consented: set[str] = set()
    withdrawn: set[str] = set()
    for kind, item, when, *_ in said:
        if at is not None and when > at:
            break
        match ConsentKind(kind):
            case ConsentKind.GIVEN if item == EVERY_ITEM:
                withdrawn.clear()
            case ConsentKind.GIVEN:
                consented.add(item)
                withdrawn.discard(item)
            case ConsentKind.WITHDRAWN if item == EVERY_ITEM:
                consented.clear()
                withdrawn.add(item)
            case ConsentKind.WITHDRAWN:
                consented.discard(item)
                withdrawn.add(item)
            case ConsentKind.LIMITED:
                purposes.add(item)
            case ConsentKind.UNLIMITED:
                purposes.clear()
    return Agreed(frozenset(purposes), frozenset(consented), frozenset(withdrawn))


def agrees(consented: Collection[str], withdrawn: Collection[str], item: str) -> bool:
    """Tell whether reuse for an item is not refused; a yes for the item stands above a no for all."""
    return item in consented or not (item in withdrawn or EVERY_ITEM in withdrawn)


def decide_consent(
    kind: ConsentKind, item: str, agreed: Agreed, *, known: Collection[str], why: str
) -> tuple[Finding, ...]:
    """Check what is to be written down; all findings at once.

    ``consent.item-unknown`` (``known`` are the keys of the items), ``consent.no-reason`` for a withdrawal,
    ``consent.said-already`` when it would change nothing.
    """
    found = []
    every = item == EVERY_ITEM and kind in (ConsentKind.GIVEN, ConsentKind.WITHDRAWN)
    if kind is not ConsentKind.UNLIMITED and not every and item not in known:
        found.append(Finding("consent.item-unknown", subject="item", params={"item": item}))
    if kind is ConsentKind.WITHDRAWN and not why.strip():
        found.append(Finding("consent.no-reason", subject="why"))
    nothing = {
        ConsentKind.GIVEN: item in agreed.consented or (every and not agreed.withdrawn),
        ConsentKind.WITHDRAWN: item in agreed.withdrawn and not (every and agreed.consented),
        ConsentKind.LIMITED: item in agreed.purposes,
        ConsentKind.UNLIMITED: not agreed.purposes,
    }[kind]
    if nothing:
        found.append(Finding("consent.said-already", subject="item", params={"said": kind.label}))
    return tuple(found)
