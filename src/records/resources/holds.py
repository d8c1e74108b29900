"""Legal holds (暂缓处置): why some items must stay as they are, who said so, and who said it is over."""

from __future__ import annotations

from typing import ClassVar

from .base import Record, UnitFolder


class Hold(Record):
    """One hold on items of a fonds; which items those are stands on the items.

    ``sought`` says which items were meant, as ``(codes, words, since, until, category, retention)``. ``state`` is placing,
    active or lifted; ``done`` of ``total`` items have it, ``stopped`` says that somebody stopped the placing in between.
    """

    kind: ClassVar[str] = "hold"
    reference = ""
    reason = ""
    fonds = ""
    unit = ""
    state = "placing"
    sought: tuple = ()
    placed_by = ""
    lifted_by = ""
    lifted_at = None
    lifted_why = ""
    done = 0
    total = 0
    stopped = False


class Holds(UnitFolder):
    """All holds of the site, by id; lifted ones stay."""
