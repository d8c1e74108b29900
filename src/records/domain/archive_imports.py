"""Items of an existing archive (历史档案): what a directory says of one, its 档号 read by the pattern of its category, and undoing.

An imported item keeps the code it has; what the columns say besides must agree with it. A directory that has the parts of
a code but not the code is read by its parts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from .arrangement import ArchivalCode, Series, format_code, parse_code
from .code_patterns import BY_ITEM, CodePattern, fold, patterns_for
from .findings import Finding, Refused, Severity
from .retention import read_retention
from .vocabulary import ItemState, Retention

PROVENANCE = "历史档案"
IMPORTED = "archive.imported"
#: Management events that do not speak against undoing: the import itself, and looking at what was imported.
HARMLESS = frozenset({IMPORTED, "package.imported", "package.check", "check.look"})

#: What each field of a directory is called, the first name being ours.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "code": ("档号",),
    "title": ("题名", "文件题名", "归档文件题名"),
    "fonds": ("全宗号",),
    "category": ("门类", "门类代码", "档案门类代码", "类别号"),
    "year": ("年度", "归档年度"),
    "retention": ("保管期限",),
    "unit_code": ("机构（问题）", "机构(问题)", "机构代码", "机构问题"),
    "volume": ("案卷号", "卷号"),
    "number": ("件号", "室编件号"),
    "document_number": ("文号", "文件编号"),
    "responsible": ("责任者",),
    "dated": ("日期", "成文日期", "文件日期", "形成日期"),
    "security": ("密级",),
    "opening": ("控制标识", "开放状态"),
    "pages": ("页数",),
    "place": ("存放位置", "盒号"),
    "note": ("备注",),
    "files": ("文件", "文件名", "电子文件名"),
}
NEEDED = ("title",)
PARTS = ("category", "year", "retention", "number")
"""What a code is made of when the directory has none."""
SECURITY, OPENING = "内部", "待审"
PLAIN = {"公开": "国内", "无": SECURITY, "一般": SECURITY}
"""How older directories say that something is no secret."""
SOFTWARE = "history-import juanzong"
"""By what a package says that it holds an item of an existing archive: it has no case of ours that could be asked for."""
ELEMENTS = frozenset({
    "code", "fonds", "category", "year", "retention", "unit", "creator", "title", "responsible", "document_number",
    "archived", "archived_by", "security", "openness", "pages", "count",
})  # fmt: skip
"""The metadata of such an item: those of every archived file, without those of a case."""


@dataclass(frozen=True, slots=True)
class AsListed:
    """What a row says of an item, by field, and the day it names."""

    words: Mapping[str, str]
    dated: date | None = None

    def word(self, name: str) -> str:
        """Return what a field says; empty when nothing does."""
        return self.words.get(name, "")


@dataclass(frozen=True, slots=True)
class Described:
    """An item as it will be entered: its code, and what it is described with."""

    code: ArchivalCode
    title: str
    document_number: str
    responsible: str
    dated: date
    security: str
    opening: str
    pages: int
    place: str
    note: str

    @property
    def text(self) -> str:
        """Return the code as it is printed."""
        return self.code.text


def describe(
    listed: AsListed, *, fonds: str, patterns: Iterable[CodePattern], today: date
) -> tuple[Described | None, tuple[Finding, ...]]:
    """Return the item a row describes and everything that is the matter with it; None when a finding blocks.

    ``fonds`` is the number of the fonds (全宗号). Findings: those of a code and a period, ``archive-import.no-code``,
    ``archive-import.volume-code`` (code), ``archive-import.empty`` (column), ``archive-import.differs`` (column, said, read),
    ``archive-import.day-ahead`` (day), ``archive-import.year-ahead`` (year), ``archive-import.number`` (column, said);
    ``archive-import.year-dated`` (year, day) only warns.
    """
    rows = tuple(patterns)
    code, found = _code(listed, fonds=fonds, patterns=rows)
    title = " ".join(listed.word("title").split())
    if not title:
        found.append(Finding("archive-import.empty", subject="title", params={"column": FIELDS["title"][0]}))
    if code is not None:
        found += _disagreements(listed, code, fonds)
        found += _years(listed.dated, code.series.year, today)
    if listed.dated is not None and listed.dated > today:
        params = {"day": listed.dated.isoformat()}
        found.append(Finding("archive-import.day-ahead", subject="dated", params=params))
    pages = _digits(listed.word("pages"))
    if pages is None:
        found.append(_no_number("pages", listed.word("pages")))
    if code is None or any(each.severity is Severity.BLOCKS for each in found):
        return None, tuple(found)
    described = Described(
        code=code,
        title=title,
        document_number=listed.word("document_number"),
        responsible=listed.word("responsible"),
        dated=listed.dated or date(code.series.year, 12, 31),
        security=PLAIN.get(listed.word("security"), listed.word("security")) or SECURITY,
        opening=listed.word("opening") or OPENING,
        pages=pages or 0,
        place=listed.word("place"),
        note=listed.word("note"),
    )
    return described, tuple(found)


def _code(
    listed: AsListed, *, fonds: str, patterns: tuple[CodePattern, ...]
) -> tuple[ArchivalCode | None, list[Finding]]:
    """Return the code of a row, read as it stands or made of its parts."""
    if text := listed.word("code"):
        parsed = parse_code(text, patterns)
        if isinstance(parsed, Refused):
            return None, [
                Finding(each.code, subject="code", params=each.params, basis=each.basis)
                for each in parsed.findings
            ]
        if not parsed.number:
            return None, [Finding("archive-import.volume-code", subject="code", params={"code": text[:60]})]
        return parsed, []
    missing = [FIELDS[name][0] for name in PARTS if not listed.word(name)]
    if missing:
        return None, [
            Finding("archive-import.no-code", subject="code", params={"missing": "、".join(missing)})
        ]
    period = read_retention(listed.word("retention"))
    found = list(period.findings)
    if isinstance(period, Refused):
        found = [
            Finding(each.code, subject="retention", params=each.params, basis=each.basis)
            for each in period.findings
        ]
    numbers = {name: _digits(listed.word(name)) for name in ("year", "number", "volume")}
    found += [_no_number(name, listed.word(name)) for name, value in numbers.items() if value is None]
    if isinstance(period, Refused) or any(each.severity is Severity.BLOCKS for each in found):
        return None, found
    category, year = fold(listed.word("category")), numbers["year"] or 0
    own = patterns_for(fonds, category, year, patterns)
    try:
        series = Series(
            fonds, category, year, Retention(period.retention), fold(listed.word("unit_code")), numbers["volume"] or 0,
            own[0] if own else BY_ITEM,
        )  # fmt: skip
        format_code(series, numbers["number"] or 0)
    except ValueError:
        return None, [
            *found,
            Finding(
                "archive-import.no-code",
                subject="code",
                params={"missing": "、".join(FIELDS[n][0] for n in PARTS)},
            ),
        ]
    return ArchivalCode(series, numbers["number"] or 0), found


def _years(dated: date | None, year: int, today: date) -> list[Finding]:
    """Return what is the matter with the year of a code: it lies ahead, or the paper bears a day of another one."""
    if year > today.year:
        return [Finding("archive-import.year-ahead", subject="code", params={"year": year})]
    if dated is not None and dated.year != year:
        params: dict[str, str | int] = {"year": year, "day": dated.isoformat()}
        return [Finding("archive-import.year-dated", Severity.WARNS, "dated", params)]
    return []


def _disagreements(listed: AsListed, code: ArchivalCode, fonds: str) -> list[Finding]:
    """Return where the columns of a row say something else than its code."""
    series, found = code.series, []
    said = {
        "fonds": listed.word("fonds"),
        "category": listed.word("category"),
        "year": listed.word("year"),
        "unit_code": listed.word("unit_code"),
    }
    read = {
        "fonds": series.fonds,
        "category": series.category,
        "year": str(series.year),
        "unit_code": series.unit,
    }
    if series.fonds != fonds:
        said["fonds"] = fonds
    for name, text in said.items():
        if text and fold(text) != read[name] and (name != "unit_code" or series.unit):
            found.append(_differs(name, text, read[name]))
    if text := listed.word("retention"):
        period = read_retention(text)
        if isinstance(period, Refused):
            found += [
                Finding(each.code, subject="retention", params=each.params, basis=each.basis)
                for each in period.findings
            ]
        elif period.retention is not series.retention:
            found.append(_differs("retention", text, series.retention.label))
        else:
            found += period.findings
    number = listed.word("number")
    if number and _digits(number) != code.number:
        found.append(_differs("number", number, str(code.number)))
    return found


def _differs(name: str, said: str, read: str) -> Finding:
    params = {"column": FIELDS[name][0], "said": said[:40], "read": read}
    return Finding("archive-import.differs", subject=name, params=params)


def _no_number(name: str, said: str) -> Finding:
    params = {"column": FIELDS[name][0], "said": said[:40]}
    return Finding("archive-import.number", subject=name, params=params)


def _digits(text: str) -> int | None:
    """Return a number as people write it, 0 for nothing, None for what is none."""
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("页")
    if not plain:
        return 0
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) <= 9 else None


@dataclass(frozen=True, slots=True)
class Standing:
    """What has become of an imported item since, as far as it speaks against taking it out again."""

    code: str
    state: ItemState
    held: bool = False
    boxed: bool = False
    linked: bool = False
    listed: bool = False
    used: bool = False
    managed: bool = False


def guard_undo(standing: Standing) -> tuple[Finding, ...]:
    """Return why an imported item cannot be taken out again (``archive-import.in-use``: code, why), nothing when it can."""
    reasons = {
        "state": standing.state is not ItemState.ARCHIVED, "hold": standing.held, "box": standing.boxed,
        "relation": standing.linked, "list": standing.listed, "use": standing.used, "management": standing.managed,
    }  # fmt: skip
    return tuple(
        Finding("archive-import.in-use", subject=standing.code, params={"code": standing.code, "why": why})
        for why, stands in reasons.items()
        if stands
    )
