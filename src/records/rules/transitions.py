"""The printed transition table of a dossier (办件流转表): which event leads from where to where, by which clause."""

from __future__ import annotations

from functools import cache

from records.domain.dossiers import Event, Transition
from records.domain.vocabulary import DossierState, ItemKind, NoticeKind

from .reading import rows


@cache
def transitions() -> tuple[Transition, ...]:
    """Return every row of ``transitions.csv``; a bad row names its file, line and column."""
    return tuple(
        row.build(
            lambda row: Transition(
                event=Event(row["event"]),
                origins=frozenset(DossierState(state) for state in row["from"].split()),
                target=DossierState(row["to"]),
                kinds=frozenset(ItemKind(kind) for kind in row["kinds"].split()),
                notices=tuple(NoticeKind(kind) for kind in row["notice"].split()),
                clause=row["clause"],
            )
        )
        for row in rows("transitions.csv")
    )
