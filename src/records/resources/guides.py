"""Service guides (办事指南): one guide, many versions; a published version never changes."""

from __future__ import annotations

from typing import ClassVar

from persistent import Persistent

from .base import Folder, Record


class GuideVersion(Persistent):
    """One version of a guide as canonical JSON, with who wrote, approved and published it, and when it holds."""

    version = 0
    body = ""
    digest = ""
    status = "draft"
    written_by = ""
    written_at = None
    approved_by = ""
    approved_unit = ""
    approved_at = None
    published_by = ""
    published_at = None
    effective_on = None
    withdrawn_on = None

    def as_record(self) -> dict[str, object]:
        """Return what the version is: its digest stands for its body."""
        return {
            "version": self.version,
            "digest": self.digest,
            "status": self.status,
            "written_by": self.written_by,
            "approved_by": self.approved_by,
            "published_by": self.published_by,
            "effective_on": self.effective_on,
            "withdrawn_on": self.withdrawn_on,
        }


class Guide(Record):
    """One item's guide with all its versions in order; cases keep the version they were received under."""

    kind: ClassVar[str] = "guide"
    key = ""
    title = ""
    unit = ""
    fonds = ""
    versions: tuple[GuideVersion, ...] = ()

    def version(self, number: int) -> GuideVersion | None:
        """Return the version of that number, or None."""
        return self.versions[number - 1] if 0 < number <= len(self.versions) else None

    def in_force(self, today) -> GuideVersion | None:
        """Return the published version in force on that civil day; the newest wins."""
        for version in reversed(self.versions):
            if version.status != "published" or version.effective_on > today:
                continue
            if version.withdrawn_on is None or today < version.withdrawn_on:
                return version
        return None


class Guides(Folder):
    """All guides of the site, by key."""
