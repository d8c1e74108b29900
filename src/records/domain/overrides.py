"""Second looks (复核): which reason for taking a held material again needs the eyes of another person."""

from __future__ import annotations

from collections.abc import Sequence

from .findings import Finding
from .vocabulary import Override

#: That a law wants the original is easily said; somebody else looks whether it does.
NEEDS_A_LOOK = frozenset({Override.ORIGINAL})


def waits_for_look(reason: str) -> bool:
    """Tell whether a reason needs a second look before it is settled."""
    return reason in NEEDS_A_LOOK


def decide_look(line: str, *, asked_by: Sequence[str], by: str) -> tuple[Finding, ...]:
    """Decide whether a person may give the second look (复核); ``asked_by`` are those whose asking still waits for one.

    ``override.nothing-to-look-at``, ``override.same-person``.
    """
    if not asked_by:
        return (Finding("override.nothing-to-look-at", subject=line),)
    if asked_by[0] == by:
        return (Finding("override.same-person", subject=line),)
    return ()
