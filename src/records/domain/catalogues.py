"""Catalogues of what is filed (编目): one line an item, the pages of a volume, the stamp on a first page (归档章)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from .vocabulary import Retention, Term


class Carrier(Term):
    """On what an item is kept (保存方式)."""

    ELECTRONIC = "electronic", "单套制（仅电子）"
    BOTH = "both", "双套制（纸质与电子）"
    PAPER = "paper", "仅纸质"


class FondsPart(Term):
    """Where a paper of the fonds file belongs (全宗卷类目), designed after DA/T 12-2012."""

    INTRODUCTION = "introduction", "全宗介绍"
    RECEIPT = "receipt", "档案收集"
    ARRANGEMENT = "arrangement", "档案整理"
    APPRAISAL = "appraisal", "档案鉴定"
    KEEPING = "keeping", "档案保管"
    STATISTICS = "statistics", "档案统计"
    USE = "use", "档案利用"
    TECHNOLOGY = "technology", "新技术应用"


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One line of a catalogue (条目): what is printed of an item; ``number`` is its 件号."""

    code: str
    number: int
    document_number: str
    responsible: str
    title: str
    dated: date | None
    security: str
    pages: int
    remark: str = ""
    fonds: str = ""
    year: int = 0
    retention: str = ""
    unit: str = ""

    @property
    def day(self) -> str:
        """Return the day as catalogues print it: 20261121, empty when it is not known."""
        return f"{self.dated:%Y%m%d}" if self.dated else ""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much some entries are together: how many, how many pages, from which day to which."""

    count: int
    pages: int
    first: date | None
    last: date | None

    @property
    def span(self) -> str:
        """Return the days from and to (起止日期), empty when none is known."""
        if self.first is None or self.last is None:
            return ""
        return (
            f"{self.first:%Y%m%d}" if self.first == self.last else f"{self.first:%Y%m%d}-{self.last:%Y%m%d}"
        )


def extent(entries: Iterable[CatalogueEntry]) -> Extent:
    """Return how much the entries are together (件数、页数、起止日期)."""
    listed = tuple(entries)
    days = sorted(entry.dated for entry in listed if entry.dated)
    return Extent(
        len(listed),
        sum(entry.pages for entry in listed),
        days[0] if days else None,
        days[-1] if days else None,
    )


def page_places(entries: Sequence[CatalogueEntry]) -> tuple[str, ...]:
    """Return for each item of a volume on which of its pages it stands (页号): ``1-12``, ``13``.

    The pages of a volume are counted through; an item without pages stands nowhere.
    """
    places, behind = [], 0
    for entry in entries:
        first, behind = behind + 1, behind + entry.pages
        places.append("" if not entry.pages else f"{first}" if first == behind else f"{first}-{behind}")
    return tuple(places)


def numbers_of(entries: Iterable[CatalogueEntry]) -> str:
    """Return the first and last number (起止件号) as printed on a box: ``0001-0024``."""
    numbers = sorted(entry.number for entry in entries if entry.number)
    if not numbers:
        return ""
    first, last = f"{numbers[0]:04d}", f"{numbers[-1]:04d}"
    return first if first == last else f"{first}-{last}"


def stamp(entry: CatalogueEntry) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Return the archiving stamp (归档章) as two rows of three fields, each its label and what stands in it."""
    retention = Retention(entry.retention).label if entry.retention in set(Retention) else entry.retention
    return (
        (("全宗号", entry.fonds), ("年度", str(entry.year)), ("件号", f"{entry.number:04d}" if entry.number else "")),
        (("机构（问题）", entry.unit), ("保管期限", retention), ("页数", str(entry.pages))),
    )  # fmt: skip


def stamp_text(entry: CatalogueEntry) -> str:
    """Return the stamp as one line of text, for laying over a page."""
    return " | ".join(f"{label} {value}".strip() for row in stamp(entry) for label, value in row)
