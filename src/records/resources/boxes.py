"""Archive boxes (档案盒) of a fonds: what lies in each, and where it stands and stood."""

from __future__ import annotations

from typing import ClassVar

from .base import Folder, Record


class Box(Record):
    """One box of one class: its code, the items in it, its thickness in millimetres and its place.

    ``fonds`` is the key of the fonds, ``unit`` the same for the rights, ``unit_code`` the organ code; ``items`` are ids in the order
    of their codes. ``room``, ``row``, ``stand`` and ``level`` say where it stands; ``moves`` are all places it had,
    ``(at, by, from, to, why)``. ``note`` and the two names with their days are the reference note in the box (备考表).
    """

    kind: ClassVar[str] = "box"
    code = ""
    fonds = ""
    unit = ""
    category = ""
    year = 0
    retention = ""
    unit_code = ""
    box_number = 0
    thickness = 30
    items: tuple[str, ...] = ()
    room = ""
    row = ""
    stand = ""
    level = ""
    moves: tuple[tuple[object, str, str, str, str], ...] = ()
    note = ""
    arranged_by = ""
    arranged_on = None
    checked_by = ""
    checked_on = None


class Boxes(Folder):
    """All boxes of the site, by id."""
