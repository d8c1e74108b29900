"""Paper originals in the office's keeping (原件), and the hand-overs from one post to the next (交接班)."""

from __future__ import annotations

from typing import ClassVar

from .base import Folder, Record


class Original(Record):
    """One paper original, or several copies of one: of which case and line, who answers for it, and where it lies.

    ``keeper`` is a log-in name, ``place`` says window, cabinet and box. ``lent_to`` and ``lent_until`` stand while it is lent;
    ``handover`` names the hand-over in which it is offered and not yet confirmed. ``receipt`` and ``slip`` are the notices it was
    received and returned with, ``proof`` the digest of the signed slip. ``loss`` is how
    a loss was explained and settled: ``(statement, remedy, digest of the signed paper, by, at, settled by, settled at)``. ``moves`` are all that happened to it, each
    ``(move, at, by, other, until, note)``: ``other`` is who received, lent or returned, ``note`` the place, letter or reason.
    """

    kind: ClassVar[str] = "original"
    code = ""
    dossier = ""
    line = ""
    material = ""
    title = ""
    copies = 1
    unit = ""
    state = "held"
    keeper = ""
    place = ""
    brought_by = ""
    lent_to = ""
    lent_until = None
    handover = ""
    receipt = ""
    slip = ""
    proof = ""
    loss: tuple = ()
    moves: tuple[tuple, ...] = ()


class Originals(Folder):
    """All originals of the site, by id."""


class HandOver(Record):
    """A list of originals that one person hands to another, who confirms it: offered, confirmed or taken back."""

    kind: ClassVar[str] = "handover"
    unit = ""
    giver = ""
    taker = ""
    originals: tuple[str, ...] = ()
    state = "offered"
    settled_at = None


class HandOvers(Folder):
    """All hand-overs of the site, by id."""
