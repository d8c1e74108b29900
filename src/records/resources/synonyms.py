"""Everyday words that the office added by itself (本中心同义词), over the table that comes with the system."""

from __future__ import annotations

from typing import ClassVar

from .base import Folder, Record


class Synonym(Record):
    """One phrase with its wordings: tuples of words that must all occur, any of them will do; an empty one is out of use."""

    kind: ClassVar[str] = "synonym"
    phrase = ""
    wordings: tuple[tuple[str, ...], ...] = ()
    reason = ""
    added_by = ""


class Synonyms(Folder):
    """All phrases of the office, by id."""
