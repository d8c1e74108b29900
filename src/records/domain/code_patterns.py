"""Patterns of archival codes (档号结构): how the code of a category is built, by item (按件) or by volume (按卷).

A pattern is a row of the office's table. A code can be taken apart only by the pattern of its own category: by its shape
alone nobody can tell a numeric organ code (机构代码) from a volume number (案卷号). Designed after DA/T 13 and DA/T 22.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .vocabulary import Retention, Term

CODE_BASIS = "DA/T 13-2022；DA/T 22-2015"
ANY = "*"
HEAD = "fonds-category·year-retention"
"""How every pattern begins: fonds, category and year say which pattern it is."""

_DOTS = "．.•・‧∙⋅●。"
_DASHES = "‐‑‒–—―−－﹣"
_CYRILLIC, _GREEK = ("АВЕКМНОРСТУХ", "ABEKMHOPCTYX"), ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX")
_LOOKALIKES = str.maketrans(
    {**dict.fromkeys(_DOTS, "·"), **dict.fromkeys(_DASHES, "-"), **dict(zip(*_CYRILLIC, strict=True)), **dict(zip(*_GREEK, strict=True))}
)  # fmt: skip
_DIGITS = str.maketrans({"O": "0", "〇": "0", "I": "1", "L": "1", "|": "1"})
_FORM = re.compile(r"(?P<head>fonds-category·year-retention)(?P<unit>-unit\??)?(?P<volume>-volume)?-item")
_FONDS = re.compile(r"[A-Z0-9]{4}")
_CATEGORY = re.compile(r"[A-Z]{2}(·[A-Z0-9]{1,4})?")
_YEAR = re.compile(r"(19|20)[0-9]{2}")


class Arranged(Term):
    """What a category is arranged by (整理单位): each case an item of its own, or several in a volume."""

    ITEM = "item", "按件"
    VOLUME = "volume", "按卷"


class VolumeRule(Term):
    """What belongs into one volume (立卷规则)."""

    PERSON = "person", "一人（户）一卷"
    PROJECT = "project", "一事（项目）一卷"
    YEAR = "year", "一年一卷"


class Segment(Term):
    """One part of an archival code (档号的组成部分)."""

    FONDS = "fonds", "全宗号"
    CATEGORY = "category", "门类代码"
    YEAR = "year", "年度"
    RETENTION = "retention", "保管期限"
    UNIT = "unit", "机构代码"
    VOLUME = "volume", "案卷号"
    ITEM = "item", "件号"


#: How many characters a part has when the pattern does not say: at least, at most.
WIDTHS: Mapping[Segment, tuple[int, int]] = {
    Segment.UNIT: (2, 4),
    Segment.VOLUME: (3, 4),
    Segment.ITEM: (4, 6),
}


@dataclass(frozen=True, slots=True)
class CodePattern:
    """One row of the table of patterns: for which fonds and category, how the code is written, from which year on.

    ``category`` may be a whole category with its classes (``ZY`` for ``ZY·SP``) or any (``*``). ``segments`` are the parts with
    their signs, as in ``fonds-category·year-retention-unit?-item``; ``?`` marks what may be missing. ``widths`` are
    ``(segment, least, most)``. ``ValueError`` for a pattern by which a code could be read in two ways.
    """

    fonds: str
    category: str
    arranged: Arranged
    segments: str
    widths: tuple[tuple[Segment, int, int], ...] = ()
    rule: VolumeRule | None = None
    basis: str = CODE_BASIS
    since: date = date(1949, 10, 1)
    until: date | None = None

    def __post_init__(self) -> None:
        form = _FORM.fullmatch(self.segments)
        if form is None:
            raise ValueError(f"not a form of a code: {self.segments!r}")
        by_volume = self.arranged is Arranged.VOLUME
        if by_volume != bool(form["volume"]) or by_volume != (self.rule is not None):
            raise ValueError("a pattern by volume, and no other, has a volume segment and a rule")
        if by_volume and form["unit"] == "-unit?":
            raise ValueError("by volume an optional organ code could be taken for the number of the volume")
        if any(not 1 <= least <= most for _, least, most in self.widths):
            raise ValueError("widths run from the least to the most")

    @property
    def tail(self) -> tuple[Segment, ...]:
        """Return the parts behind the retention period, the optional ones included."""
        return tuple(Segment(part.rstrip("?")) for part in self.segments.removeprefix(HEAD).split("-")[1:])

    @property
    def unit_optional(self) -> bool:
        """Tell whether the organ code may be missing."""
        return "unit?" in self.segments

    def width(self, segment: Segment) -> tuple[int, int]:
        """Return how many characters a part has, at least and at most."""
        return next(((least, most) for each, least, most in self.widths if each is segment), WIDTHS[segment])

    def in_force(self, year: int) -> bool:
        """Tell whether files of a year (文件年度) are coded by this pattern; its last day counts for the whole year."""
        return self.since.year <= year and (self.until is None or year <= self.until.year)

    def shapes(self) -> Iterator[tuple[Segment, ...]]:
        """Yield what may stand behind the retention period: whole, without the organ code, and a volume by itself."""
        yield self.tail
        if self.unit_optional:
            yield tuple(part for part in self.tail if part is not Segment.UNIT)
        if self.arranged is Arranged.VOLUME:
            yield self.tail[:-1]

    def rank(self, fonds: str, category: str) -> tuple[int, int, date] | None:
        """Return how closely the pattern is meant for a fonds and category; None when it is not."""
        whole = category == self.category or category.startswith(f"{self.category}·")
        if self.fonds not in (fonds, ANY) or not (whole or self.category == ANY):
            return None
        return int(self.fonds == fonds), len(self.category) if whole else 0, self.since


#: What holds where the office's table is not asked; a code of six parts can only be one by volume.
BY_ITEM = CodePattern(ANY, ANY, Arranged.ITEM, f"{HEAD}-unit?-item")
BY_VOLUME = CodePattern(ANY, ANY, Arranged.VOLUME, f"{HEAD}-unit-volume-item", rule=VolumeRule.PROJECT)
STANDARD = (BY_ITEM, BY_VOLUME)


def patterns_for(
    fonds: str, category: str, year: int | None, patterns: Iterable[CodePattern]
) -> tuple[CodePattern, ...]:
    """Return the patterns by which a category of a fonds is coded in a year: as a rule one, none when the table has none.

    A row of the fonds stands before one for all, a class before its category, a later row before an earlier one.
    """
    ranked = [
        (rank, each)
        for each in patterns
        if (year is None or each.in_force(year)) and (rank := each.rank(fonds, category)) is not None
    ]
    best = max((rank for rank, _ in ranked), default=None)
    return tuple(each for rank, each in ranked if rank == best)


def fold(text: str) -> str:
    """Return a code in one spelling: width, letter case, look-alike dots, dashes and letters, no blanks."""
    folded = unicodedata.normalize("NFKC", text).upper().translate(_LOOKALIKES)
    return "".join(sign for sign in folded if not sign.isspace())


def digits(text: str) -> str:
    """Return a part that can only be a number, with the letters that were typed for digits read as meant."""
    return text.translate(_DIGITS)


def read_parts(pieces: Sequence[str], shape: Sequence[Segment]) -> dict[Segment, str]:
    """Return the parts of a code by name, numbers in digits; the pieces must be as many as the shape wants."""
    category, _, year = pieces[1].rpartition("·")
    parts = {Segment.FONDS: pieces[0], Segment.CATEGORY: category, Segment.YEAR: digits(year)}
    parts[Segment.RETENTION] = pieces[2][:1] + digits(pieces[2][1:])
    for segment, piece in zip(shape, pieces[3:], strict=True):
        parts[segment] = piece if segment is Segment.UNIT else digits(piece)
    return parts


def faulty(parts: Mapping[Segment, str], pattern: CodePattern) -> Iterator[tuple[Segment, str]]:
    """Yield the parts that cannot stand in a code of the pattern, each with what stands there."""
    for segment, form in ((Segment.FONDS, _FONDS), (Segment.CATEGORY, _CATEGORY), (Segment.YEAR, _YEAR)):
        if not form.fullmatch(parts[segment]):
            yield segment, parts[segment]
    for segment in (Segment.VOLUME, Segment.ITEM, Segment.UNIT):
        if segment in parts and not _fits(parts[segment], segment, pattern):
            yield segment, parts[segment]
    if parts[Segment.RETENTION] not in set(Retention):
        yield Segment.RETENTION, parts[Segment.RETENTION]


def _fits(part: str, segment: Segment, pattern: CodePattern) -> bool:
    least, most = pattern.width(segment)
    if not (least <= len(part) <= most and part.isascii() and part.isalnum() and part == part.upper()):
        return False
    if segment is Segment.UNIT:
        return True
    # A number is padded to the least width and never beyond it.
    return part.isdecimal() and int(part) > 0 and (len(part) == least or part[0] != "0")
