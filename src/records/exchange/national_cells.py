"""Single cells of a list from elsewhere (数据清洗): what is surely debris is taken off, what may be lost is refused.

Data of these lists travelled through web editors, spreadsheets and gateways: they hold tags, entities escaped twice, invisible
signs, codes that became numbers, and the error page of a server in place of a text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from records.domain.findings import Finding, Severity
from records.domain.guide_elements import Contact
from records.domain.guide_parts import Citation
from records.domain.periods import Period
from records.domain.wording import LONGEST
from records.rules import national

_SUSPECT = re.compile(
    r"[<&\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028\u2029\u2060\ufeff\ufffd\ud800-\udfff]|锟斤拷|烫烫烫|屯屯屯"
    r"|HTTP|Gateway|Exception|Traceback|Whitelabel|nginx|Service Unavailable|Internal Server Error|服务器错误|系统异常"
)
_ERROR_PAGE = re.compile(
    r"<!doctype\s+html|<html[\s>]|whitelabel error page|http(?:/1\.[01])?\s+(?:status|错误|error)?\s*[–:-]?\s*5\d\d"
    r"|50[0234] (?:bad gateway|service|gateway|internal)|internal server error|service (?:temporarily )?unavailable"
    r"|nginx/\d|\bjava\.\w+\.\w*|\w+(?:\.\w+)+Exception\b|traceback \(most recent|系统异常[，,：:]|服务器错误",
    re.IGNORECASE,
)
_ACTIVE = re.compile(
    r"<\s*/?\s*(?:script|iframe|object|embed|svg|form|meta|link|base)\b|<[^>]*\son\w+\s*=|javascript:",
    re.IGNORECASE,
)
_BROKEN = re.compile("[\ufffd\ud800-\udfff]|锟斤拷|烫烫烫|屯屯屯")
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u2060\ufeff]")
_COMMENT = re.compile(r"<!--.*?-->|<style\b.*?</style\s*>", re.DOTALL | re.IGNORECASE)
_NEW_LINE = re.compile(r"<\s*(?:br\s*/?|/p|/div|/li|/tr|/h[1-6])\s*>", re.IGNORECASE)
_TAG = re.compile(
    r"</?\s*(?:p|div|span|font|b|i|u|em|strong|a|ul|ol|li|table|tbody|thead|tr|td|th|h[1-6]|img|o:p|br|sup|sub|center|label|section)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d?);", re.IGNORECASE)
_NOTHING = frozenset(
    ("null", "NULL", "Null", "None", "NONE", "undefined", "NaN", "nan", "N/A", "#N/A", "(null)")
)
_FLOAT = re.compile(r"\d+(?:\.\d+)?[eE]\+?\d+|\d+\.\d+")
_LISTED = re.compile(r"[,，;；、^|\s]+")
_NUMBERED = re.compile(
    r"^\s*(?:[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）、．.](?!\d)|[①-⑳●•·◆★-])\s*"
)
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:\d{2}.*)?")
_PHONE = re.compile(r"\d[\d\-—()（） 转]{4,}\d")
_CONTACT = re.compile(r"([^：:\d]{1,12})[：:]\s*(?!//)(.+)")
_LAW = re.compile(
    r"《(?P<name>[^《》]+)》\s*(?:[（(](?P<number>[^（）()]*(?:号|令)[^（）()]*)[）)])?\s*"
    r"(?P<articles>第[零一二三四五六七八九十百千\d]+条(?:第[零一二三四五六七八九十\d]+[款项])*(?:[、，,和及]\s*第[零一二三四五六七八九十百千\d]+条(?:第[零一二三四五六七八九十\d]+[款项])*)*)?"
)
_CODE = re.compile("[0-9A-Z]{1,60}")
_EPOCH = date(1899, 12, 30)


_TAKEN = {
    "tags": "网页标签", "entities": "转义符号", "control": "控制字符", "nothing": "空值标记", "zeros": "补回开头的零", "width": "全角或空格",
}  # fmt: skip


class Wrong(ValueError):
    """A cell that cannot be read: the finding says why and what to do."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code, self.params = code, params


class Cleaned(NamedTuple):
    """A text without debris, and what was taken off (``tags``, ``entities``, ``control``, ``nothing``, ``zeros``)."""

    text: str
    taken: tuple[str, ...] = ()


def note(what: str, label: str) -> Finding:
    """Return the note that a cell was cleaned."""
    return Finding("import.cleaned", Severity.NOTES, params={"label": label, "what": _TAKEN[what]})


@lru_cache(maxsize=20_000)
def clean(text: str) -> Cleaned:
    """Take off what is surely debris; ``Wrong`` for an error page, a script, lost characters or a text without end."""
    if len(text) > LONGEST:
        raise Wrong("import.too-long", length=len(text), longest=LONGEST)
    if _SUSPECT.search(text) is None:
        text = text.strip().replace("\r", "")
        return Cleaned("", ("nothing",)) if text in _NOTHING else Cleaned(text)
    taken = []
    for _ in range(4):
        if _ENTITY.search(text) is None:
            break
        text = html.unescape(text)
        taken.append("entities")
    if _ERROR_PAGE.search(text):
        raise Wrong("import.error-page", begins=text.strip()[:30].encode("utf-8", "ignore").decode())
    if _ACTIVE.search(text):
        raise Wrong("import.script")
    if _BROKEN.search(text):
        raise Wrong("import.lost-characters")
    bare = _TAG.sub("", _NEW_LINE.sub("\n", _COMMENT.sub("", text)))
    if bare != text:
        taken.append("tags")
    plain = _HIDDEN.sub(
        "", bare.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    )
    if plain != bare:
        taken.append("control")
    plain = "\n".join(line.strip() for line in plain.replace("\xa0", " ").split("\n") if line.strip())
    return Cleaned(plain, tuple(dict.fromkeys(taken)))


def as_text(cell: object) -> Cleaned:
    """Read a cell as text."""
    match cell:
        case None:
            return Cleaned("")
        case str():
            return clean(cell)
        case bool():
            return Cleaned("是" if cell else "否")
        case datetime():
            return Cleaned(cell.date().isoformat())
        case date():
            return Cleaned(cell.isoformat())
        case float() if cell.is_integer():
            return Cleaned(str(int(cell)))
        case int() | float():
            return Cleaned(str(cell))
    raise Wrong("import.not-a-cell")


def as_code(cell: object, *, length: int = 0) -> Cleaned:
    """Read a code; ``length`` is that of a code whose leading zeros a spreadsheet may have dropped."""
    if isinstance(cell, str) and _CODE.fullmatch(cell) and len(cell) >= length:
        return Cleaned(cell)
    if isinstance(cell, bool):
        raise Wrong("import.not-a-cell")
    if isinstance(cell, int | float):
        # A spreadsheet keeps fifteen digits of a number; what stood behind them is gone.
        if cell != int(cell) or abs(cell) >= 10**15:
            raise Wrong("import.number-lost", written=f"{cell:.15g}")
        text, taken = str(int(cell)), []
    else:
        text, found = as_text(cell)
        folded = "".join(unicodedata.normalize("NFKC", text).split()).upper().lstrip("'")
        taken = [*found, *(("width",) if folded != text else ())]
        if _FLOAT.fullmatch(folded):
            if not re.fullmatch(r"\d{1,15}\.0+", folded):
                raise Wrong("import.number-lost", written=folded[:40])
            folded = folded.partition(".")[0]
        text = folded
    if text and text.isdecimal() and len(text) < length:
        text = text.zfill(length)
        taken.append("zeros")
    return Cleaned(text, tuple(taken))


def as_number(cell: object) -> int | None:
    """Read a whole number; nothing for an empty cell."""
    text = unicodedata.normalize("NFKC", as_text(cell).text).strip()
    if text in ("", "/", "-", "无"):
        return None
    found = re.fullmatch(r"(\d{1,9})(?:\.0+)?\s*[份次个天日]?", text)
    if found is None:
        raise Wrong("import.not-a-number", written=text[:40])
    return int(found[1])


def as_day(cell: object) -> date | None:
    """Read a day: a date, a spreadsheet's serial number, 2026-01-01, 2026年1月1日 or 20260101."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = unicodedata.normalize("NFKC", as_text(cell).text).strip()
    if not text:
        return None
    try:
        if re.fullmatch(r"[2-7]\d{4}", text):
            return _EPOCH + timedelta(days=int(text))
        if re.fullmatch(r"(?:19|20)\d{6}", text):
            return date.fromisoformat(text)
        found = _DAY.fullmatch(text)
        if found:
            return date(*map(int, found.groups()))
    except ValueError:
        pass
    raise Wrong("import.not-a-day", written=text[:40])


def as_period(cell: object) -> Period | None:
    """Read a length of time as the guide files write it: 10个工作日, 60日, 当场."""
    text = unicodedata.normalize("NFKC", as_text(cell).text).strip()
    if not text:
        return None
    try:
        return Period.parse(text)
    except ValueError:
        raise Wrong("import.not-a-period", written=text[:40]) from None


def as_term(cell: object, listed: str, system: str | Mapping[str, str]) -> str | None:
    """Read a word or a code of a closed list in the declared system; ``Wrong`` where none is declared or it is unknown.

    A system is a name, or the source's own mapping from codes to words.
    """
    text = unicodedata.normalize("NFKC", as_text(cell).text).strip()
    return (
        None
        if not text
        else _term(text, listed, system if isinstance(system, str) else tuple(system.items()))
    )


def as_terms(cell: object, listed: str, system: str | Mapping[str, str]) -> tuple[str, ...]:
    """Read several words or codes of a closed list, in the order of the cell, each once."""
    text = unicodedata.normalize("NFKC", as_text(cell).text).strip()
    known = system if isinstance(system, str) else tuple(system.items())
    try:
        return (_term(text, listed, known),) if text else ()
    except Wrong:
        parts = [part for part in _LISTED.split(text) if part]
        return tuple(dict.fromkeys(_term(part, listed, known) for part in parts))


@lru_cache(maxsize=4096)
def _term(text: str, listed: str, system: str | tuple[tuple[str, str], ...]) -> str:
    known = national.words(listed)
    if isinstance(system, tuple):
        text = dict(system).get(text.removesuffix(".0"), text)
    named = known.get(national.fold(text))
    code = text.removesuffix(".0")
    is_code = bool(re.fullmatch(r"[0-9A-Za-z]{1,4}", code)) and not (
        named is not None and not code.isdecimal()
    )
    if not is_code:
        if named is None:
            raise Wrong("import.unknown-word", written=text[:40], known="、".join(_labels(listed)))
        return named
    if isinstance(system, tuple):
        raise Wrong("import.unknown-code", written=code, system="自定", known="、".join(dict(system)))
    table = national.codes(listed, system) if system else {}
    if not table:
        raise Wrong("import.codes-undeclared", written=code, systems="、".join(national.systems()[listed]))
    for form in (code, code.zfill(2), code.lstrip("0")):
        if form in table:
            return table[form]
    raise Wrong("import.unknown-code", written=code, system=system, known="、".join(table))


def _labels(listed: str) -> tuple[str, ...]:
    values = dict.fromkeys(national.words(listed).values())
    return tuple(national.label_of(listed, value) for value in values)


def paragraphs(text: str) -> tuple[str, ...]:
    """Split a text into its paragraphs and take the numbers off that count them."""
    return tuple(_NUMBERED.sub("", line).strip() for line in text.split("\n") if line.strip())


def listed_words(text: str) -> tuple[str, ...]:
    """Split a cell of several words."""
    return tuple(part.strip() for part in re.split(r"[,，;；、\n]+", text) if part.strip() not in ("", "无"))


def contacts(text: str) -> tuple[Contact, ...]:
    """Read ways to ask or to complain: 电话：0000-1000001；窗口：一楼A05. A bare number is a telephone."""
    found = []
    for part in re.split(r"[\n；;]+", text):
        part = part.strip()
        named = _CONTACT.fullmatch(part)
        if named:
            found.append(Contact(named[1], named[2].strip()))
        elif part:
            found.append(Contact("电话" if _PHONE.fullmatch(part) else "窗口", part))
    return tuple(found)


def laws(text: str) -> tuple[Citation, ...]:
    """Read the laws that a paragraph names: 《名称》（文号）第几条, and after the last one what it quotes."""
    found = list(_LAW.finditer(text))
    return tuple(
        Citation(
            law["name"],
            law["number"] or "",
            None,
            tuple(re.split(r"[、，,和及]\s*(?=第)", law["articles"])) if law["articles"] else (),
            text[law.end() :].lstrip("：:，。 ") if law is found[-1] else "",
        )
        for law in found
    )
