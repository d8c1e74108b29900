"""Standard materials as the office put them down (标准材料), over the table that comes with the system."""

from __future__ import annotations

from typing import ClassVar

from .base import Folder, Record


class Standard(Record):
    """What the office says of one standard material; what is None is as the shipped table has it.

    ``aliases`` are names on top of the shipped ones; ``merged_into`` is the code that stands in its place for ever.
    """

    kind: ClassVar[str] = "standard"
    code = ""
    name = None
    aliases: tuple[str, ...] = ()
    licence_type = None
    validity_days = None
    reuse = None
    sensitivity = None
    identity = None
    grades = None
    issuer = None
    note = None
    retired = False
    merged_into = ""
    reason = ""


class StandardsFolder(Folder):
    """All materials the office put something down about, by code; ``edition`` grows with every change."""

    edition = 0
