"""Transfers to the archives (移交) and opening reviews (开放审核): which items, how far each is, who signed, what was answered."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from persistent import Persistent

from records.db import SmallOOBTree

from .base import Record, UnitFolder


class TransferLines(Persistent):
    """What a transfer says of each of its items, by the item's id; ``digest`` chains every change, in their order.

    ``codes`` are the codes; ``checks`` what the checks before transfer found, ``(passed, failed checks, at)``; ``answers``
    what the archives said, ``(answer, number, defect, note)``; ``done`` the items whose answer has been entered.
    """

    digest = ""

    def __init__(self) -> None:
        self.codes = SmallOOBTree()
        self.checks = SmallOOBTree()
        self.answers = SmallOOBTree()
        self.done = SmallOOBTree()

    def note(self, *parts: object) -> None:
        """Carry the chain on over one change."""
        self.digest = hashlib.sha256("\0".join((self.digest, *map(str, parts))).encode()).hexdigest()

    def as_record(self) -> dict[str, object]:
        """Return what stands for all of it in a fingerprint."""
        return {"digest": self.digest}


class Transfer(Record):
    """One transfer of items of a fonds to the archives that receive it.

    ``signatures`` are ``(signer, userid, at)``, ``refusals`` ``(at, by, why, state)``, ``papers`` ``(kind, digest, size, at)``;
    ``delivery`` is ``(items, files, bytes, digest of the list of digests)``, ``channel`` how it went and on which media.
    ``receipt`` is ``(number, day, receiver, result of their checks)``; ``problems`` are the findings on the archives' list
    as JSON, ``listed_answers`` the digest of that list. ``failed`` items did not pass our checks.
    """

    kind: ClassVar[str] = "transfer"
    machinery: ClassVar[frozenset[str]] = Record.machinery | {"done"}
    code = ""
    fonds = ""
    unit = ""
    state = "drafted"
    archives = ""
    level = "county"
    profile = ""
    hold_years = 5
    prepared_by = ""
    heads: tuple[str, ...] = ()
    lines: TransferLines | None = None
    total = 0
    done = 0
    failed = 0
    signatures: tuple[tuple[str, str, object], ...] = ()
    refusals: tuple[tuple[object, str, str, str], ...] = ()
    papers: tuple[tuple[str, str, int, object], ...] = ()
    channel = ""
    delivery: tuple[int, int, int, str] = (0, 0, 0, "")
    handed_by = ""
    handed_at = None
    receipt: tuple = ()
    listed_answers = ""
    entered_by = ""
    problems = ""
    accepted = 0
    refused = 0
    closed_at = None


class Transfers(UnitFolder):
    """All transfers of the site, by id."""


class OpeningReview(Record):
    """One review of many items or of one: what it is about, the opinion, and how far the background is.

    ``sought`` is the scope as ``(codes, since, until, category, retention, transfer, exceptions)``, ``opinion`` as the
    domain stores it. ``state`` is working, done or stopped; ``done`` of ``total`` items have it.
    """

    kind: ClassVar[str] = "opening"
    machinery: ClassVar[frozenset[str]] = Record.machinery | {"done"}
    code = ""
    fonds = ""
    unit = ""
    state = "working"
    by = ""
    sought: tuple = ()
    opinion: tuple = ()
    done = 0
    total = 0


class OpeningReviews(UnitFolder):
    """All opening reviews of the site, by id."""
