"""Service guides (办事指南): one guide, many versions; a published version never changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from persistent import Persistent

from records.clock import civil_date
from records.domain.editions import OPEN, EditionStatus, Span, holding

from .base import Folder, Record


class GuideText(Persistent):
    """What one version says, as canonical JSON; apart from it, because a list of guides needs none of it."""

    body = ""


class GuideVersion(Persistent):
    """One version of a guide: its text, who wrote, approved and published it, and when it holds.

    ``authors`` are all who wrote on it, ``noted`` is the author and the day of the last audit entry of a saving,
    ``saves`` counts the savings since then. ``returned`` are the times it was sent back, each ``(at, by, why)``.
    ``filing`` is the number under which it was filed (备案号). ``withdrawn_on`` is the first day on which it no longer
    holds. ``yields`` is the standard material that the item gives, None where nobody has looked, ``needs`` those that
    it always asks for, ``asks`` all that it names. ``weight`` is what the publication gate thought of the text when it was asked last.
    """

    version = 0
    text: GuideText | None = None
    digest = ""
    status = EditionStatus.DRAFT.value
    note = ""
    restored = 0
    authors: tuple[str, ...] = ()
    written_by = ""
    written_at = None
    noted: tuple[str, date] | None = None
    saves = 0
    submitted_by = ""
    submitted_at = None
    returned: tuple[tuple, ...] = ()
    approved_by = ""
    approved_unit = ""
    approved_at = None
    published_by = ""
    published_at = None
    filing = ""
    filed_on = None
    effective_on = None
    withdrawn_on = None
    withdrawn_by = ""
    withdrawn_at = None
    withdrawn_why = ""
    yields: str | None = None
    needs: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    weight = ""

    @property
    def body(self) -> str:
        """The text in canonical JSON; in older databases it lies in the version itself."""
        text = self.text
        return self.__dict__.get("body", "") if text is None else text.body

    def write(
        self,
        body: str,
        digest: str,
        *,
        yields: str,
        needs: tuple[str, ...] = (),
        asks: tuple[str, ...] = (),
    ) -> None:
        """Put the text down; only a draft can be written on."""
        if self.status != EditionStatus.DRAFT:
            raise AssertionError(f"version {self.version} is {self.status} and cannot change")
        if self.text is None:
            self.text = GuideText()
        self.text.body = body
        self.digest, self.yields, self.needs, self.asks = digest, yields, needs, asks

    @property
    def writers(self) -> tuple[str, ...]:
        """Everybody who wrote on it."""
        return self.authors or ((self.written_by,) if self.written_by else ())

    @property
    def span(self) -> Span:
        """The days on which a published version holds."""
        return Span(self.version, self.effective_on, self.withdrawn_on)

    def as_record(self) -> dict[str, object]:
        """Return what the version is: its digest stands for its body."""
        return {
            "version": self.version,
            "digest": self.digest,
            "status": self.status,
            "note": self.note,
            "restored": self.restored,
            "written_by": self.written_by,
            "authors": self.writers,
            "submitted_by": self.submitted_by,
            "returned": self.returned,
            "approved_by": self.approved_by,
            "published_by": self.published_by,
            "filing": self.filing,
            "filed_on": self.filed_on,
            "effective_on": self.effective_on,
            "withdrawn_on": self.withdrawn_on,
            "withdrawn_why": self.withdrawn_why,
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

    def published(self) -> Iterator[GuideVersion]:
        """Yield the versions that were published, oldest first, also those that have ended."""
        for version in self.versions:
            if version.status == EditionStatus.PUBLISHED:
                yield version

    def in_force(self, today: date) -> GuideVersion | None:
        """Return the published version in force on that civil day; one that ended does not bring an older one back."""
        number = holding((version.span for version in self.published()), today)
        return self.version(number) if number else None

    def open_edition(self) -> GuideVersion | None:
        """Return the version that is being written, approved or waits for publication, or None."""
        newest = self.versions[-1] if self.versions else None
        return newest if newest is not None and newest.status in OPEN else None

    def turning_days(self) -> tuple[date, ...]:
        """Return the days on which what is in force changes without anybody doing anything on that day."""
        days = set()
        for version in self.published():
            if version.span.cancelled:
                continue
            if version.published_at is None or civil_date(version.published_at) < version.effective_on:
                days.add(version.effective_on)
            told = version.withdrawn_at or version.published_at
            if version.withdrawn_on is not None and (told is None or civil_date(told) < version.withdrawn_on):
                days.add(version.withdrawn_on)
        return tuple(sorted(days))


class Guides(Folder):
    """All guides of the site, by key."""
