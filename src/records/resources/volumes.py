"""Volumes (案卷): several items under one number, and the fonds file (全宗卷) that tells the history of a fonds."""

from __future__ import annotations

from typing import ClassVar

from .base import Folder, Record


class Volume(Record):
    """One volume of a class: its items in their order, title, and the reference note once it is closed.

    ``volume_number`` (案卷号) and ``code`` are empty until the first item is registered; ``last`` is the last item number
    given in it, never given again. ``key`` is what its items have in common by ``rule``.
    """

    kind: ClassVar[str] = "volume"
    code = ""
    fonds = ""
    unit = ""
    category = ""
    year = 0
    retention = ""
    unit_code = ""
    rule = ""
    key = ""
    title = ""
    volume_number = 0
    last = 0
    items: tuple[str, ...] = ()
    state = "open"
    note = ""
    arranged_by = ""
    arranged_on = None
    checked_by = ""


class Volumes(Folder):
    """All volumes of the site, by id."""


class FondsPaper(Record):
    """One paper of the fonds file: to which part it belongs, its number and day, and the file if one was handed in."""

    kind: ClassVar[str] = "fondspaper"
    fonds = ""
    unit = ""
    part = ""
    title = ""
    document_number = ""
    dated = None
    note = ""
    digest = ""
    filed_by = ""


class FondsPapers(Folder):
    """All papers of all fonds files, by id."""
