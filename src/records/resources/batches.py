"""Batches (批量归档): the closed cases of one month of one fonds, archived in one go, with what became of each."""

from __future__ import annotations

from typing import ClassVar

from .base import Record, UnitFolder


class Batch(Record):
    """One run over a month: ``state`` is owed, running, done or stopped; ``done`` of ``total`` cases have been looked at.

    ``counts`` are pairs of a word (archived, returned, waiting) and a number. ``exceptions`` are the cases that were not
    archived, ``(case id, archived item id or empty, findings as JSON)``; ``items`` the ids of those that were, ``begun`` those of the
    group that is being archived.
    """

    kind: ClassVar[str] = "batch"
    machinery: ClassVar[frozenset[str]] = Record.machinery | {"done", "begun"}
    fonds = ""
    unit = ""
    month = ""
    state = "owed"
    by = ""
    done = 0
    total = 0
    counts: tuple[tuple[str, int], ...] = ()
    items: tuple[str, ...] = ()
    exceptions: tuple[tuple[str, str, str], ...] = ()
    begun: tuple[str, ...] = ()
    finished_at = None


class Batches(UnitFolder):
    """All batches of the site, by id."""
