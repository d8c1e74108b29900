"""Who sees how much of personal data (脱敏): one function over one table, for pages, exports, logs and extracts.

Audiences: ``desk`` is any list of the office, ``own`` the person who handles the case, ``public`` anybody, ``log``
what machines write down. A full number is never a mask: it is an audited act of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from .identifiers import normalise
from .personal_numbers import find_personal_numbers

HIDDEN = "***"

#: Surnames of two characters, kept whole so that the mask does not invent another family.
_SURNAMES = (
    "欧阳 司马 诸葛 上官 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 司空 夏侯 东方 独孤 南宫 西门 百里 呼延 轩辕 "
    "端木 公冶 澹台 濮阳 淳于 单于 申屠 钟离 闾丘 东郭 赫连 万俟 闻人 太叔 仲孙 鲜于 拓跋 第五 梁丘 左丘 公羊 "
    "谷梁 宗政 乐正 漆雕 巫马 公西 壤驷 纳兰 完颜 耶律 歐陽 諸葛 司馬"
)
COMPOUND_SURNAMES = frozenset(_SURNAMES.split())


class Audience(StrEnum):
    """For whose eyes a value is written."""

    DESK = "desk"
    OWN = "own"
    PUBLIC = "public"
    LOG = "log"


class Personal(StrEnum):
    """Kinds of personal data that have a mask."""

    CITIZEN_NUMBER = "citizen-number"
    CREDIT_CODE = "credit-code"
    NAME = "name"
    PHONE = "phone"
    ADDRESS = "address"
    BANK_CARD = "bank-card"
    EMAIL = "email"


def mask(kind: str, value: str, *, audience: str) -> str:
    """Return what that audience may see of a value; an empty value stays empty, an unknown kind is an error."""
    if not value:
        return ""
    return MASKS[Personal(kind)][Audience(audience)](value)


def mask_trade_name(name: str, *, owner: str, audience: str) -> str:
    """Mask the owner's name inside the trade name of a sole trader (个体工商户字号)."""
    return name.replace(owner, mask(Personal.NAME, owner, audience=audience)) if owner else name


def mask_text(text: str, token: Callable[[str], str]) -> str:
    """Replace every personal number in a text by what ``token`` makes of its normal form, before it is stored."""
    pieces: list[str] = []
    position = 0
    for span in find_personal_numbers(text):
        pieces += (text[position : span.start], token(span.normalised))
        position = span.end
    return "".join(pieces) + text[position:]


def _hidden(value: str) -> str:
    return HIDDEN


def _whole(value: str) -> str:
    return value


def _ends(first: int, last: int) -> Callable[[str], str]:
    def masked(value: str) -> str:
        number = normalise(value)
        if len(number) < 2 * (first + last):
            return HIDDEN
        return number[:first] + "*" * (len(number) - first - last) + number[len(number) - last :]

    return masked


def _name(sign: str) -> Callable[[str], str]:
    def masked(value: str) -> str:
        name = "".join(value.split())
        if len(name) < 2:
            return sign
        return (name[:2] if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else name[0]) + sign

    return masked


def _phone(value: str) -> str:
    number = normalise(value).removeprefix("+86")
    if re.fullmatch(r"1[0-9]{10}", number):
        return f"{number[:3]}****{number[7:]}"
    landline = re.fullmatch(r"(?P<area>0(?:10|2[0-9]|[3-9][0-9]{2}))(?P<local>[0-9]{7,8})", number)
    if landline:
        return f"{landline['area']}-****{landline['local'][-3:]}"
    return f"****{number[-3:]}" if re.fullmatch(r"\+?[0-9]{7,15}", number) else HIDDEN


#: The parts of an address down to the township. A part that cannot be told ends the address: too little is shown
#: rather than too much. The county part knows 镇平县, 乡宁县 and 新乡县, whose names look like townships.
_ADDRESS = re.compile(
    r"(?P<county>(?:[^省\d]{2,6}?(?:省|自治区))?(?:[^县区旗\d]{1,5}?(?:市|自治州|地区|盟))?"
    r"(?:(?:[镇乡]\w{1,2}县|新乡县|[^街镇乡路村号\d]{1,9}?(?:自治县|县|市|区|旗)))?)"
    r"(?P<town>[^县路村号\d]{1,7}?(?:街道|镇|乡|苏木))?"
)


def _address(*parts: str) -> Callable[[str], str]:
    def masked(value: str) -> str:
        found = _ADDRESS.match("".join(value.split()))
        kept = "".join(found[part] or "" for part in parts) if found else ""
        return kept + HIDDEN

    return masked


def _email(value: str) -> str:
    local, at, host = value.strip().rpartition("@")
    return f"{local[0]}***@{host}" if at and local else HIDDEN


def _credit_code(value: str) -> str:
    """Show the code of a body, which is public, and hide that of a sole trader, which points at a person."""
    return _ends(2, 1)(value) if normalise(value).startswith("92") else value


def _credit_code_logged(value: str) -> str:
    return HIDDEN if normalise(value).startswith("92") else value


_DESK, _OWN, _PUBLIC, _LOG = Audience

#: One row a kind. Lists show the first and the last character of a citizen number and never 6+4, which leaves few
#: candidates; who handles the case sees the last four, enough to compare with the card.
MASKS: Mapping[Personal, Mapping[Audience, Callable[[str], str]]] = {
    Personal.CITIZEN_NUMBER: {_DESK: _ends(1, 1), _OWN: _ends(1, 4), _PUBLIC: _hidden, _LOG: _hidden},
    Personal.CREDIT_CODE: {
        _DESK: _credit_code,
        _OWN: _whole,
        _PUBLIC: _credit_code,
        _LOG: _credit_code_logged,
    },
    Personal.NAME: {_DESK: _name("*"), _OWN: _whole, _PUBLIC: _name("某"), _LOG: _hidden},
    Personal.PHONE: {_DESK: _phone, _OWN: _phone, _PUBLIC: _hidden, _LOG: _hidden},
    Personal.ADDRESS: {
        _DESK: _address("county", "town"),
        _OWN: _whole,
        _PUBLIC: _address("county"),
        _LOG: _hidden,
    },
    Personal.BANK_CARD: {_DESK: _ends(0, 4), _OWN: _ends(0, 4), _PUBLIC: _hidden, _LOG: _hidden},
    Personal.EMAIL: {_DESK: _email, _OWN: _whole, _PUBLIC: _hidden, _LOG: _hidden},
}
