"""Citizen numbers in running text (文中的公民身份号码): found however they were typed, so that they can be masked."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from .identifiers import PROVINCES, CreditCode, birth_of, citizen_check, credit_code


@dataclass(frozen=True, slots=True)
class Span:
    """A personal number inside a text: where it stands, and its 18-character form."""

    start: int
    end: int
    normalised: str = field(repr=False)


def find_personal_numbers(text: str) -> tuple[Span, ...]:
    """Find every citizen number in a text, also full width, spaced or dashed, and give its 18-character form.

    A number is found when its province and birth date are possible and, with 18 characters, its check digit fits. It is
    never part of a longer unbroken run of digits. One whose check digit does not fit was mistyped and is found as well,
    unless it is a credit code, stands inside a code with letters, is called another number by the words before it, or
    holds a day so near that it may be the date of a paper. The time grows with the length of the text only.
    """
    groups = [_group(match) for match in _DIGITS.finditer(text)]
    found = []
    first = 0
    while first < len(groups):
        span, used = _number_from(text, groups, first)
        if span is not None:
            found.append(span)
        first += used
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Group:
    start: int
    digits_end: int
    end: int
    digits: str
    has_x: bool


#: Besides every decimal digit of Unicode: superscripts, subscripts and digits in circles.
_DIGIT = r"\d²³¹⁰⁴-⁹₀-₉①-⑨⓪"
_UNSEEN = "\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
_X = "XxＸｘ×Хх"
_DIGITS = re.compile(rf"(?P<digits>[{_DIGIT}](?:[{_UNSEEN}]*[{_DIGIT}])*)(?P<x>[{_UNSEEN}]*[{_X}])?")
_DASHES = r"\-‐‑‒–—―−－﹣"
_GAP = re.compile(rf"[\s{_DASHES}{_UNSEEN}]{{1,3}}")
_LATE_X = re.compile(rf"[\s{_DASHES}{_UNSEEN}]{{1,3}}[{_X}](?![A-Za-z])")
#: How people break a 15-digit number; looser breaks would turn tables of figures into numbers of persons.
_BREAKS_OF_15 = frozenset({(15,), (6, 9), (12, 3), (6, 6, 3), (1,) * 15})


def _group(match: re.Match[str]) -> _Group:
    raw = match["digits"]
    digits = "".join(str(unicodedata.digit(sign)) for sign in raw if unicodedata.digit(sign, -1) >= 0)
    return _Group(match.start(), match.start() + len(raw), match.end(), digits, bool(match["x"]))


def _number_from(text: str, groups: list[_Group], first: int) -> tuple[Span | None, int]:
    """Return the number that begins with a group, if any, and how many groups are done with."""
    start, digits, sizes = groups[first].start, "", []
    best: tuple[Span | None, int] = (None, 1)
    for position in range(first, min(first + 18, len(groups))):
        group = groups[position]
        if position > first and not _GAP.fullmatch(text[groups[position - 1].end : group.start][:4]):
            break
        digits += group.digits
        sizes.append(len(group.digits))
        if len(digits) > 18:
            break
        if len(digits) == 15 and tuple(sizes) in _BREAKS_OF_15 and _is_born(digits[:6] + "19" + digits[6:]):
            number17 = digits[:6] + "19" + digits[6:]
            best = Span(start, group.digits_end, number17 + citizen_check(number17)), len(sizes)
        end, number18 = group.digits_end, digits
        if len(digits) == 17:
            late = _LATE_X.match(text, group.end)
            end = group.end if group.has_x else late.end() if late else 0
            number18 = digits + "X" if end else digits
        if len(number18) == 18 and _is_born(number18):
            right = citizen_check(number18[:17]) == number18[17]
            if right or _is_mistyped(text, start, end, number18, sizes):
                return Span(start, end, number18), len(sizes)
        if group.has_x:
            break
    return best


#: From this year on a day is as often that of a paper as that of a birth; only the words before it tell them apart.
_PAPERS_SINCE = "2010"
_CALLED_CITIZEN = re.compile(r"(?:身份|证件号|公民)[^，。；;,\d]{0,8}$")
_CALLED_OTHERWISE = re.compile(
    r"(?:[单件案批证卡账文编序理]号|编码|代码|条码|流水|订单|运单|快递|物流|号段)[^，。；;,\d]{0,6}$"
)
_LETTER_BEFORE, _LETTER_AFTER = re.compile(r"[A-WYZa-wyz]$"), re.compile(r"[A-Za-z]")


def _is_mistyped(text: str, start: int, end: int, number18: str, sizes: list[int]) -> bool:
    """Tell whether what has the form of a citizen number, but not its check digit, is meant as one."""
    before = text[max(0, start - 20) : start]
    if _CALLED_CITIZEN.search(before):
        return True
    return not (
        6 < len(sizes) < 17
        or number18[6:10] >= _PAPERS_SINCE
        or _LETTER_BEFORE.search(before)
        or _LETTER_AFTER.match(text, end)
        or _CALLED_OTHERWISE.search(before)
        or isinstance(credit_code(number18), CreditCode)
    )


def _is_born(number18: str) -> bool:
    return (
        number18[:2] in PROVINCES
        and birth_of(number18[6:14]) is not None
        and number18[6:8] in ("18", "19", "20")
    )
