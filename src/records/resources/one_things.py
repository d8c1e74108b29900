"""Packages of items that the office put down itself (本中心一件事), over those that come with the system."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from persistent import Persistent

from .base import Folder, Record


class OneThingVersion(Persistent):
    """One published text of a package, as it was handed in; it never changes."""

    version = 0
    text = ""
    digest = ""
    file = ""
    published_by = ""
    published_at: datetime | None = None

    def as_record(self) -> dict[str, object]:
        """Return what the version is: its digest stands for its text."""
        return {
            "version": self.version,
            "digest": self.digest,
            "file": self.file,
            "published_by": self.published_by,
            "published_at": self.published_at,
        }


class OneThing(Record):
    """One package by its key with every text it ever had, oldest first; ``withdrawn`` is the last withdrawal (by, at, why)."""

    kind: ClassVar[str] = "onething"
    key = ""
    title = ""
    versions: tuple[OneThingVersion, ...] = ()
    withdrawn: tuple = ()


class OneThings(Folder):
    """All packages of the office, by id."""
