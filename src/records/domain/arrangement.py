"""Arranging archived items (整理): archival codes, the order of papers inside an item, and file names.

Designed after DA/T 13 and DA/T 22: by item (按件), ``全宗号-门类代码·年度-保管期限-机构代码-件号``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .findings import Finding, Refused
from .masking import mask_text
from .vocabulary import ArchiveClass, Retention, Stage

CODE_BASIS = "DA/T 13-2022；DA/T 22-2015"
SEGMENT_BYTES = 120

_FONDS = re.compile(r"[A-Z0-9]{4}")
_CLASS = re.compile(r"[A-Z]{2}(·[A-Z0-9]{1,4})?")
_YEAR = re.compile(r"(19|20)[0-9]{2}")
_UNIT = re.compile(r"[A-Z0-9]{2,4}")
_NUMBER = re.compile(r"(?!0+$)[0-9]{4,6}")
_DOTS = "．.•・‧∙⋅●。"
_DASHES = "‐‑‒–—―−－﹣"
_LOOKALIKES = str.maketrans({**dict.fromkeys(_DOTS, "·"), **dict.fromkeys(_DASHES, "-")})


@dataclass(frozen=True, slots=True)
class Series:
    """The lowest class in which items are numbered (件号编制范围); ``unit`` may be empty in a small office.

    ``ValueError`` when a part could not stand in a code: series come from the office's own tables.
    """

    fonds: str
    category: str
    year: int
    retention: Retention
    unit: str = ""

    def __post_init__(self) -> None:
        faults = [finding.code for finding in _part_findings(self._parts())]
        if faults:
            raise ValueError(f"not a series: {', '.join(faults)}")

    def _parts(self) -> dict[str, str]:
        parts = {"fonds": self.fonds, "category": self.category, "year": str(self.year)}
        return {**parts, "retention": str(self.retention), "unit": self.unit}

    @property
    def prefix(self) -> str:
        """Return the code without its number, as in ``0726-ZY·SP·2026-D30-WJW``."""
        head = f"{self.fonds}-{self.category}·{self.year}-{self.retention.value}"
        return f"{head}-{self.unit}" if self.unit else head


@dataclass(frozen=True, slots=True)
class ArchivalCode:
    """An archival code (档号): the series and the number of the item in it."""

    series: Series
    number: int

    @property
    def text(self) -> str:
        """Return the code as it is printed."""
        return format_code(self.series, self.number)

    @property
    def parts(self) -> dict[str, str]:
        """Return the parts under their Chinese names, in the order in which they stand in the code."""
        series = self.series
        named = {"全宗号": series.fonds, "门类代码": series.category, "年度": str(series.year)}
        named["保管期限"] = series.retention.value
        if series.unit:
            named["机构代码"] = series.unit
        return {**named, "件号": f"{self.number:04d}"}


def format_code(series: Series, number: int) -> str:
    """Return the archival code of an item; its number has four digits, more only when a series outgrows them."""
    if not 1 <= number <= 999_999:
        raise ValueError(f"not an item number: {number}")
    return f"{series.prefix}-{number:04d}"


def parse_code(text: str) -> ArchivalCode | Refused:
    """Take an archival code by item apart, or refuse it with every reason; look-alike signs are read as meant."""
    code = "".join(unicodedata.normalize("NFKC", text).translate(_LOOKALIKES).upper().split())
    pieces = code.split("-")
    category, dot, year = pieces[1].rpartition("·") if len(pieces) > 1 else ("", "", "")
    if len(pieces) not in (4, 5) or not dot:
        return Refused((_code("code.structure", pieces=len(pieces)),))
    parts = {
        "fonds": pieces[0],
        "category": category,
        "year": year,
        "retention": pieces[2],
        "number": pieces[-1],
    }
    if len(pieces) == 5:
        parts["unit"] = pieces[3]
    findings = tuple(_part_findings(parts))
    if findings:
        return Refused(findings)
    series = Series(parts["fonds"], category, int(year), Retention(parts["retention"]), parts.get("unit", ""))
    return ArchivalCode(series, int(parts["number"]))


def search_key(code: str) -> str:
    """Return a code without separators, in one spelling, so that any way of typing it finds it."""
    folded = unicodedata.normalize("NFKC", code).translate(_LOOKALIKES).upper()
    return "".join(sign for sign in folded if sign not in "-·" and not sign.isspace())


def _part_findings(parts: dict[str, str]) -> Iterator[Finding]:
    patterns = {"fonds": _FONDS, "category": _CLASS, "year": _YEAR, "number": _NUMBER}
    if parts.get("unit"):
        patterns["unit"] = _UNIT
    elif "unit" in parts and "number" in parts:
        yield _code("code.unit", part="")
    for name, pattern in patterns.items():
        if name in parts and not pattern.fullmatch(parts[name]):
            yield _code(f"code.{name}", part=parts[name])
    if parts["retention"] not in set(Retention):
        yield _code("code.retention", part=parts["retention"])


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
