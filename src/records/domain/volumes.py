"""Volumes (案卷): what belongs into one by rule, what it is called, and until when it may still change.

A volume is open until somebody has closed it with its reference note (卷内备考表); an item can leave it only while neither
is coded. The number of the volume (案卷号) is given when its first item is registered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .code_patterns import VolumeRule
from .findings import Finding
from .vocabulary import ItemState, Term

#: States in which an item has no code yet and may be moved.
MOVABLE = frozenset({ItemState.PENDING, ItemState.RETURNED})


class VolumeState(Term):
    """Where a volume stands (案卷状态)."""

    OPEN = "open", "立卷中"
    CLOSED = "closed", "已定卷"


@dataclass(frozen=True, slots=True)
class Member:
    """An item as far as the rules of volumes ask: its id, title, class (fonds, category, year, period, organ), state."""

    id: str
    title: str
    klass: tuple[str, str, int, str, str]
    state: str
    volume: str = ""
    by_volume: bool = True


def volume_key(
    rule: VolumeRule, *, applicant: str, matter: str, klass: tuple[str, str, int, str, str]
) -> str:
    """Return what the items of one volume have in common, within their class.

    By person the applicant, by project the matter (the first case of it), by year nothing more than the class.
    """
    common = {VolumeRule.PERSON: applicant, VolumeRule.PROJECT: matter, VolumeRule.YEAR: ""}[rule]
    return "|".join((*map(str, klass), common))


def volume_title(rule: VolumeRule, *, creator: str, year: int, applicant: str, item: str) -> str:
    """Return the title a volume begins with (拟案卷题名); whoever arranges it may write a better one."""
    return {
        VolumeRule.PERSON: f"{applicant}{item}案卷",
        VolumeRule.PROJECT: f"{applicant}{item}项目案卷",
        VolumeRule.YEAR: f"{creator}{year}年{item}案卷",
    }[rule]


def guard_put(
    state: VolumeState, klass: tuple[str, str, int, str, str], members: Iterable[Member]
) -> tuple[Finding, ...]:
    """Check that items can be laid into a volume: it is open, they are of its class and have no code yet."""
    found = [*_open(state)]
    for member in members:
        params = {"title": member.title}
        if not member.by_volume:
            found.append(Finding("volume.by-item", subject="items", params=params))
        elif member.klass != klass:
            found.append(Finding("volume.other-class", subject="items", params=params))
        if member.state not in MOVABLE:
            found.append(Finding("volume.coded", subject="items", params=params))
    return tuple(found)


def guard_close(
    state: VolumeState, *, numbered: int, waiting: int, checker: str, arranger: str
) -> tuple[Finding, ...]:
    """Check that a volume can be closed (定卷): something is in it, nothing in it waits for its code, and two people looked.

    ``checker`` and ``arranger`` are names; who arranged it does not check it.
    """
    found = [*_open(state)]
    if not numbered:
        found.append(Finding("volume.empty", subject="items"))
    if waiting:
        found.append(Finding("volume.waiting", subject="items", params={"count": waiting}))
    if not checker:
        found.append(Finding("volume.no-checker", subject="checked_by"))
    elif checker == arranger:
        found.append(Finding("volume.same-person", subject="checked_by", params={"name": checker}))
    return tuple(found)


def _open(state: VolumeState) -> tuple[Finding, ...]:
    return () if state is VolumeState.OPEN else (Finding("volume.closed", subject="volume"),)
