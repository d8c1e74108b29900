"""Lists of appraisal and disposition (鉴定处置): which items of a fonds, what was decided, who signed, what was done."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from persistent import Persistent

from records.db import SmallOOBTree

from .base import Record, UnitFolder


class Choices(Persistent):
    """What a list says of each of its items, by the item's id; ``digest`` chains every change, in their order.

    ``decided`` are choices as the rules store them, empty for an undecided item; ``looks`` what was found in the sample,
    ``(agrees, by, at, note)``; ``rows`` the lines of the destruction list, frozen with the group's confirmation;
    ``outcomes`` what became of each item. ``remains`` are digests of files and ``subjects`` names of records that are being
    destroyed and not all gone yet, ``people`` the subjects that may go when nothing of theirs is left.
    """

    digest = ""

    def __init__(self) -> None:
        self.decided = SmallOOBTree()
        self.looks = SmallOOBTree()
        self.rows = SmallOOBTree()
        self.outcomes = SmallOOBTree()
        self.remains = SmallOOBTree()
        self.subjects = SmallOOBTree()
        self.people = SmallOOBTree()

    def note(self, *parts: object) -> None:
        """Carry the chain on over one change."""
        self.digest = hashlib.sha256("\0".join((self.digest, *map(str, parts))).encode()).hexdigest()

    def as_record(self) -> dict[str, object]:
        """Return what stands for all of it in a fingerprint."""
        return {"digest": self.digest}


class Disposition(Record):
    """One list: the items of a fonds whose period ended in a year, appraised by a group and disposed of on record.

    ``code`` numbers the appraisal, ``list_number`` the destruction list once there is one. ``group`` are ``(member, userid)``,
    ``rules`` as the domain stores them, ``sample`` the ids drawn by ``seed``. ``confirmed`` are ``(userid, at)``,
    ``signatures`` ``(post, userid, at, letter)``, ``refusals`` ``(at, by, why, state)``, ``papers`` ``(kind, digest, size,
    at)``, ``spared`` ``(code, what, reason)``, ``taken_off`` ``(code, why, by, at)``; ``backups`` is what was stated of the copies that lie elsewhere.
    """

    kind: ClassVar[str] = "disposition"
    code = ""
    list_number = ""
    fonds = ""
    unit = ""
    year = 0
    method = "direct"
    state = "drafted"
    opened_by = ""
    group: tuple[tuple[str, str], ...] = ()
    rules: tuple[tuple[str, str, str, str, str], ...] = ()
    seed = ""
    sample: tuple[str, ...] = ()
    choices: Choices | None = None
    total = 0
    destroys = 0
    done = 0
    confirmed: tuple[tuple[str, object], ...] = ()
    signatures: tuple[tuple[str, str, object, str], ...] = ()
    refusals: tuple[tuple[object, str, str, str], ...] = ()
    executor = ""
    executed_at = None
    closed_at = None
    phase = ""
    spared: tuple[tuple[str, str, str], ...] = ()
    taken_off: tuple[tuple[str, str, str, object], ...] = ()
    backups = ""
    papers: tuple[tuple[str, str, int, object], ...] = ()


class Dispositions(UnitFolder):
    """All lists of the site, by id."""
