"""Arranging archived items (整理): archival codes, the order of papers inside an item, and file names.

Designed after DA/T 13 and DA/T 22: by item (按件) ``全宗号-门类代码·年度-保管期限-机构代码-件号``, by volume (按卷) with the
number of the volume before that of the item. Which of them, and how wide, the pattern of the category says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from .code_patterns import (
    BY_ITEM,
    CODE_BASIS,
    STANDARD,
    Arranged,
    CodePattern,
    Segment,
    digits,
    faulty,
    fold,
    patterns_for,
    read_parts,
)
from .findings import Finding, Refused
from .masking import mask_text
from .vocabulary import ArchiveClass, Retention, Stage

SEGMENT_BYTES = 120
_NAMES = {Segment.ITEM: "number"}


@dataclass(frozen=True, slots=True)
class Series:
    """The lowest class in which items are numbered (件号编制范围): by volume it is one volume of the class.

    ``unit`` may be empty in a small office, ``volume`` is the number of the volume (案卷号) and 0 where there is none.
    ``ValueError`` when a part could not stand in a code: series come from the office's own tables.
    """

    fonds: str
    category: str
    year: int
    retention: Retention
    unit: str = ""
    volume: int = 0
    pattern: CodePattern = field(default=BY_ITEM, compare=False)

    def __post_init__(self) -> None:
        parts = self._parts()
        if self.volume and self.pattern.arranged is Arranged.ITEM:
            raise ValueError("not a series: this category has no volumes")
        faults = [f"code.{_NAMES.get(segment, segment)}" for segment, _ in faulty(parts, self.pattern)]
        if Segment.UNIT in self.pattern.tail and not self.pattern.unit_optional and not self.unit:
            faults.append("code.unit")
        if faults:
            raise ValueError(f"not a series: {', '.join(faults)}")

    def _parts(self) -> dict[Segment, str]:
        parts = {Segment.FONDS: self.fonds, Segment.CATEGORY: self.category, Segment.YEAR: str(self.year)}
        parts[Segment.RETENTION] = str(self.retention)
        if self.unit:
            parts[Segment.UNIT] = self.unit
        if self.volume:
            parts[Segment.VOLUME] = _padded(self.volume, Segment.VOLUME, self.pattern)
        return parts

    @property
    def prefix(self) -> str:
        """Return the code without the number of an item, as in ``0726-ZY·SP·2026-D30-WJW``: the code of a volume (案卷档号)."""
        parts = self._parts()
        head = f"{self.fonds}-{self.category}·{self.year}-{self.retention.value}"
        return "-".join([head, *(parts[each] for each in (Segment.UNIT, Segment.VOLUME) if each in parts)])


@dataclass(frozen=True, slots=True)
class ArchivalCode:
    """An archival code (档号): the series and the number of the item in it; number 0 is the volume itself."""

    series: Series
    number: int

    @property
    def text(self) -> str:
        """Return the code as it is printed."""
        return format_code(self.series, self.number) if self.number else self.series.prefix

    @property
    def parts(self) -> dict[str, str]:
        """Return the parts under their Chinese names, in the order in which they stand in the code."""
        parts = self.series._parts()
        if self.number:
            parts[Segment.ITEM] = _padded(self.number, Segment.ITEM, self.series.pattern)
        return {segment.label: part for segment, part in parts.items()}


def format_code(series: Series, number: int) -> str:
    """Return the archival code of an item; its number is padded as the pattern says, longer when a series outgrows it."""
    if not 1 <= number < 10 ** series.pattern.width(Segment.ITEM)[1]:
        raise ValueError(f"not an item number: {number}")
    if series.pattern.arranged is Arranged.VOLUME and not series.volume:
        raise ValueError("an item of this category has its number within a volume")
    return f"{series.prefix}-{_padded(number, Segment.ITEM, series.pattern)}"


def _padded(number: int, segment: Segment, pattern: CodePattern) -> str:
    return f"{number:0{pattern.width(segment)[0]}d}"


def parse_code(text: str, patterns: Iterable[CodePattern] = STANDARD) -> ArchivalCode | Refused:
    """Take an archival code apart by the pattern of its own category, or refuse it with every reason.

    Look-alike signs are read as meant: width, dots, dashes, letters of other scripts, and O for 0 where only digits stand.
    """
    pieces = fold(text).split("-")
    category, dot, year = pieces[1].rpartition("·") if len(pieces) > 1 else ("", "", "")
    if not dot or len(pieces) < 4:
        return Refused((_code("code.structure", pieces=len(pieces)),))
    dated = digits(year)
    own = patterns_for(pieces[0], category, int(dated) if dated.isdecimal() else None, patterns)
    if not own and not _plain_year(dated):
        own = (BY_ITEM,)
    if not own:
        return Refused((_code("code.no-pattern", fonds=pieces[0], category=category, year=dated),))
    fitting = [(each, shape) for each in own for shape in each.shapes() if len(shape) + 3 == len(pieces)]
    if not fitting:
        return Refused((_code("code.structure", pieces=len(pieces)),))
    pattern, shape = fitting[0]
    parts = read_parts(pieces, shape)
    findings = tuple(
        _code(f"code.{_NAMES.get(segment, segment)}", part=part) for segment, part in faulty(parts, pattern)
    )
    if findings:
        return Refused(findings)
    volume, number = (int(parts.get(each, "0")) for each in (Segment.VOLUME, Segment.ITEM))
    retention = Retention(parts[Segment.RETENTION])
    series = Series(pieces[0], category, int(dated), retention, parts.get(Segment.UNIT, ""), volume, pattern)
    return ArchivalCode(series, number)


def _plain_year(text: str) -> bool:
    return len(text) == 4 and text.isdecimal()


def search_key(code: str) -> str:
    """Return a code without separators, in one spelling, so that any way of typing it finds it."""
    return "".join(sign for sign in fold(code) if sign not in "-·")


def _code(code: str, **params: str | int) -> Finding:
    return Finding(code, subject="archival-code", params=params, basis=CODE_BASIS)


@dataclass(frozen=True, slots=True)
class Document:
    """One paper of an archived item: its stage, title and class, and its place within the stage."""

    stage: Stage
    title: str
    klass: ArchiveClass
    position: int = 0
    key: str = ""


def arrange(documents: Iterable[Document]) -> tuple[Document, ...]:
    """Put the papers of an item in the order of the procedure (阶段顺序), for reading and for their numbers."""
    return tuple(sorted(documents, key=lambda document: (document.stage.value, document.position)))


_FORBIDDEN = frozenset('\\/:*?"<>|')
_UNWRITABLE = frozenset({"Cc", "Cf", "Cs", "Co"})
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
NUMBER_WORD = "证件号码"
PHONE_WORD = "电话"


def safe_segment(text: str, *, limit: int = SEGMENT_BYTES) -> str:
    """Return a text as one segment of a path that every system accepts, at most ``limit`` UTF-8 bytes long.

    Forbidden and unseen signs go, spaces are single, numbers of persons and mobile numbers become words.
    """
    nameless = _MOBILE.sub(PHONE_WORD, mask_text(text, lambda number: NUMBER_WORD))
    composed = unicodedata.normalize("NFC", nameless)
    kept = "".join(
        " " if sign.isspace() else sign
        for sign in composed
        if sign not in _FORBIDDEN and (sign.isspace() or unicodedata.category(sign) not in _UNWRITABLE)
    )
    words = " ".join(kept.split()).strip(". ")
    if _RESERVED.fullmatch(words):
        words = f"_{words}"
    return _cut(words, limit) or "未命名"


def file_name(stage: Stage, position: int, title: str, extension: str, *, copy: int = 0) -> str:
    """Return the name of a paper inside a package: ``05-01-准予决定书.pdf``; a second copy says so."""
    suffix = "".join(sign for sign in extension.lower() if sign.isascii() and sign.isalnum())
    tail = (f"-副本{copy}" if copy else "") + (f".{suffix}" if suffix else "")
    head = f"{stage.value}-{position:02d}-"
    room = SEGMENT_BYTES - len(head.encode()) - len(tail.encode())
    return f"{head}{safe_segment(title, limit=room)}{tail}"


def _cut(text: str, limit: int) -> str:
    """Cut to a number of bytes between two characters, and not before a combining sign."""
    raw = text.encode()
    if len(raw) <= limit:
        return text
    end = len(raw[:limit].decode(errors="ignore"))
    while end and unicodedata.combining(text[end]):
        end -= 1
    return text[:end].rstrip(". ")
