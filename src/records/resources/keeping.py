"""What is known of the copies (保管记录), and the media on which copies lie (载体)."""

from __future__ import annotations

from typing import ClassVar

from persistent import Persistent

from records.db import SmallOOBTree

from .base import Folder, Record


class Keeping(Persistent):
    """The state of the second copy and of the reading again, so that both go on where they stopped.

    ``copied_to`` is the place in the change feed up to which everything is copied. ``kept`` says of each archived item
    ``(version of its copy, day last read, formats)``, formats being pairs of identifier and number of files; ``order`` are
    keys of the day last read and the item, the oldest first; ``lost`` names of an item the files that no copy has any more,
    ``uncopied`` why it could not be copied; ``by_format`` are keys of a format and an item. ``count`` is how many items are
    kept; ``done_on`` and ``done`` how many were read on the last day; ``mended`` how many files were ever mended.
    """

    copied_to = 0
    count = 0
    done_on = None
    done = 0
    mended = 0
    mended_at = None

    def __init__(self) -> None:
        self.kept = SmallOOBTree()
        self.order = SmallOOBTree()
        self.lost = SmallOOBTree()
        self.uncopied = SmallOOBTree()
        self.by_format = SmallOOBTree()


class Medium(Record):
    """One medium with a copy (载体): its number, what it is, where it lies, when it was made, checked and is checked next.

    ``checks`` are ``(day, by, result, note)``, the result good or bad; ``state`` is in-use, doubtful or retired.
    """

    kind: ClassVar[str] = "medium"
    code = ""
    medium_kind = ""
    title = ""
    serial = ""
    place = ""
    made_on = None
    made_by = ""
    check_by = None
    state = "in-use"
    note = ""
    checks: tuple[tuple[object, str, str, str], ...] = ()


class Media(Folder):
    """All media of the site, by id."""
