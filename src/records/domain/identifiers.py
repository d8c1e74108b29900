"""Numbers by which the State knows people, bodies, licences and items: read them, and say all that is wrong.

Nothing here looks a number up: a number that fits may still belong to nobody. What is typed at the window may be
full width, spaced, dashed or in small letters; what is kept is the normal form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from .findings import Finding, Refused, Severity, blocking

CITIZEN_BASIS = "GB 11643-1999"
CREDIT_BASIS = "GB 32100-2015"
ORGANISATION_BASIS = "GB 11714-1997"
LICENCE_BASIS = "GB/T 36904-2018"
LICENCE_ROOT = "1.2.156.3005.2"
ITEM_BASIS = "GB/T 39554.1-2020"

#: First two digits of a citizen number; 81, 82 and 83 are residence permits for 港澳台居民.
_PROVINCES = (
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
)
PROVINCES = frozenset(_PROVINCES.split())
OLDEST = 130

_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN_CHECKS = "10X98765432"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOOKALIKES = str.maketrans({"×": "X", "Х": "X", "х": "X", "Χ": "X", "χ": "X"})


class IdentifierKind(StrEnum):
    """What somebody seems to have typed into the one input box."""

    CITIZEN = "citizen"
    CREDIT = "credit"
    PASSPORT = "passport"
    PHONE = "phone"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class CitizenNumber:
    """A citizen number (公民身份号码) that fits: 18 characters, the birth date and the sex it states."""

    number18: str = field(repr=False)
    birth: date = field(repr=False)
    sex: str


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A unified social credit code (统一社会信用代码) that fits, with what is odd about it."""

    code: str
    findings: tuple[Finding, ...] = ()

    @property
    def sole_trader(self) -> bool:
        """Tell whether it belongs to a sole trader (个体工商户), whose code points at a person."""
        return self.code.startswith("92")


@dataclass(frozen=True, slots=True)
class Recognised:
    """What the input box holds: its kind, its normal form, and everything that is wrong with it."""

    kind: IdentifierKind
    normalised: str = field(repr=False)
    findings: tuple[Finding, ...] = ()

    @property
    def valid(self) -> bool:
        """Tell whether it is a number whose every check fits."""
        return self.kind is not IdentifierKind.TEXT and not blocking(self.findings)


def normalise(text: str) -> str:
    """Return the normal form of a typed number: half width, capital letters, no spaces, dashes or invisible signs."""
    folded = unicodedata.normalize("NFKC", text).translate(_LOOKALIKES).upper()
    return "".join(sign for sign in folded if not _is_filler(sign))


def citizen_number(text: str, *, today: date) -> CitizenNumber | Refused:
    """Read a citizen number of 18 or 15 characters, or refuse it with every reason; the check digit is not told."""
    number = normalise(text)
    findings = list(_shape_of_citizen(number))
    number18 = number
    if len(number) == 15 and _is_digits(number):
        number17 = number[:6] + "19" + number[6:]
        number18 = number17 + citizen_check(number17)
    if _is_digits(number18[:2]) and len(number18) >= 2 and number18[:2] not in PROVINCES:
        findings.append(_citizen("id.region"))
    birth = None
    if len(number18) == 18 and _is_digits(number18[6:14]):
        birth = birth_of(number18[6:14])
        reason = _implausible(birth, today)
        if reason:
            findings.append(_citizen("id.birth-date", reason=reason))
    summable = len(number18) == 18 and _is_digits(number18[:17]) and number18[17] in _CITIZEN_CHECKS
    if summable and citizen_check(number18[:17]) != number18[17]:
        findings.append(_citizen("id.check-digit"))
    if findings or birth is None:
        return Refused(tuple(findings))
    return CitizenNumber(number18, birth, "male" if int(number18[16]) % 2 else "female")


def credit_code(text: str) -> CreditCode | Refused:
    """Read a unified social credit code, or refuse it with every reason; its inner organisation code only warns."""
    code = normalise(text)
    findings = []
    if len(code) != 18:
        findings.append(_credit("credit.length", length=len(code)))
    strange = sorted(set(code) - set(_CREDIT_ALPHABET))
    if strange:
        findings.append(_credit("credit.characters", characters=" ".join(strange)))
    if not findings and _credit_check(code[:17]) != code[17]:
        findings.append(_credit("credit.check-digit"))
    if findings:
        return Refused(tuple(findings))
    if _organisation_check(code[8:16]) != code[16]:
        return CreditCode(
            code,
            (Finding("credit.inner-check-digit", Severity.WARNS, "credit-code", basis=ORGANISATION_BASIS),),
        )
    return CreditCode(code)


def recognise(text: str, *, today: date, passports: bool = False) -> Recognised:
    """Say what was typed into the one input box: a citizen number, a credit code, a mobile number or words.

    ``passports`` is true where only a subject's number can stand: elsewhere many words would look like one.
    """
    number = normalise(text)
    citizen = citizen_number(number, today=today)
    if isinstance(citizen, CitizenNumber):
        return Recognised(IdentifierKind.CITIZEN, citizen.number18)
    if _meant_as_citizen(number, today):
        return Recognised(IdentifierKind.CITIZEN, number, citizen.findings)
    credit = credit_code(number)
    if isinstance(credit, CreditCode):
        return Recognised(IdentifierKind.CREDIT, credit.code, credit.findings)
    if re.fullmatch(r"1[3-9][0-9]{9}", number):
        return Recognised(IdentifierKind.PHONE, number)
    if passports and _PASSPORT.fullmatch(number):
        return Recognised(IdentifierKind.PASSPORT, number)
    if re.fullmatch(r"[0-9]{14,19}X?", number):
        return Recognised(IdentifierKind.CITIZEN, number, citizen.findings)
    if re.fullmatch(r"[0-9A-Z]{17,19}", number) and number[2:8].isdigit():
        return Recognised(IdentifierKind.CREDIT, number, credit.findings)
    return Recognised(IdentifierKind.TEXT, " ".join(unicodedata.normalize("NFKC", text).split()))


#: Passports and permits of China (E12345678, EA1234567, H12345678) as they are; of other States after the three letters
#: of the issuing State, because two States may give one number. It has no check digit that a person could type.
_PASSPORT = re.compile(r"[A-Z]{1,2}[0-9]{7,8}|[A-Z]{3}(?=[A-Z0-9]{0,4}[0-9]{5})[A-Z0-9]{6,9}")


def _meant_as_citizen(number: str, today: date) -> bool:
    """Tell whether a number is a mistyped citizen number: about one in 31 of those would pass for a credit code."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number) or number[:2] not in PROVINCES:
        return False
    birth = birth_of(number[6:14])
    return birth is not None and not _implausible(birth, today)


def licence_identifier(text: str) -> tuple[Finding, ...]:
    """Check the last character of an e-licence identifier (电子证照标识) by ISO 7064 MOD 37,36; it only warns.

    The root ``1.2.156.3005.2`` and the dots are not part of the sum. Identifiers in use are known to fail.
    """
    parts = normalise(text).removeprefix(LICENCE_ROOT).strip(".").split(".")
    body = "".join(parts)
    if len(parts) < 5 or len(parts[-1]) != 1 or set(body) - set(_ALPHANUMERIC):
        return (Finding("licence.structure", Severity.WARNS, "licence-identifier", basis=LICENCE_BASIS),)
    if _mod_37_36(body[:-1]) != body[-1]:
        return (Finding("licence.check-digit", Severity.WARNS, "licence-identifier", basis=LICENCE_BASIS),)
    return ()


def item_codes(basic: str, implementation: str, handling: str = "") -> tuple[Finding, ...]:
    """Check the codes of an item: 基本编码 (12), 实施编码 (31) and 业务办理项编码 (up to 50) and that they fit together.

    实施编码 is the 18 characters of the body's credit code, one digit for its level, and the 基本编码;
    业务办理项编码 begins with the 实施编码. An empty ``handling`` is not checked.
    """
    basic, implementation, handling = normalise(basic), normalise(implementation), normalise(handling)
    findings = []
    if not re.fullmatch(r"[0-9A-Z]{12}", basic):
        findings.append(_item("item.basic-code", "basic", length=len(basic)))
    if not re.fullmatch(r"[0-9A-Z]{31}", implementation):
        findings.append(_item("item.implementation-code", "implementation", length=len(implementation)))
    else:
        if implementation[19:] != basic:
            findings.append(_item("item.composition", "implementation", part="basic"))
        if implementation[18] not in "123456":
            findings.append(_item("item.level", "implementation", level=implementation[18]))
        if isinstance(credit_code(implementation[:18]), Refused):
            findings.append(Finding("item.unit-code", Severity.WARNS, "implementation", basis=ITEM_BASIS))
    if handling and not re.fullmatch(r"[0-9A-Z]{1,50}", handling):
        findings.append(_item("item.handling-code", "handling", length=len(handling)))
    elif handling and not handling.startswith(implementation):
        findings.append(_item("item.composition", "handling", part="implementation"))
    return tuple(findings)


def is_document_number(text: str) -> bool:
    """Tell whether a text can be the number of a licence or paper (证照编号、文号): a numeral in it, and not only a stand-in.

    豫食许〔2026〕3号, 第十二号 and JY24199990000001 can; 1, 无, 暂无, -, 0000 and test1 cannot.
    """
    said = "".join(sign for sign in normalise(text) if sign.isalnum())
    if _STAND_IN.fullmatch(said) or len(set(said)) < 2:
        return False
    return len(said) > 2 and any(unicodedata.numeric(sign, None) is not None for sign in said)


_STAND_IN = re.compile("(?:TEST|DEMO|ABC|测试|示例|样例|样本|暂?无|待[定补填])*[0-9]{0,3}")


def is_personal_name(text: str) -> bool:
    """Tell whether a text can be the name of a person (姓名): no digit, no angle bracket, no control character.

    Any script, the dot of names of minorities, rare characters and those that Unicode does not know yet may stand in it.
    """
    name = text.strip()
    return bool(name) and not any(
        sign in "<>＜＞"
        or (sign != "〇" and unicodedata.category(sign) in ("Nd", "Nl", "No", "Cc", "Cf", "Cs"))
        for sign in name
    )


def _is_filler(sign: str) -> bool:
    return unicodedata.category(sign) in ("Zs", "Zl", "Zp", "Cc", "Cf", "Pd") or sign == "−"


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _shape_of_citizen(number: str) -> Iterator[Finding]:
    if len(number) not in (15, 18):
        yield _citizen("id.length", length=len(number))
    digits, last = (number[:17], number[17:]) if len(number) == 18 else (number, "")
    if not (_is_digits(digits) and (not last or last in _CITIZEN_CHECKS)):
        yield _citizen("id.characters")


def birth_of(digits: str) -> date | None:
    """Return the day of birth that eight digits state, nothing when there is no such day."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _implausible(birth: date | None, today: date) -> str:
    if birth is None:
        return "no-such-day"
    if birth > today:
        return "future"
    years = today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
    return "too-old" if years > OLDEST else ""


def citizen_check(number17: str) -> str:
    """Return the check digit (校验码) that 17 digits of a citizen number ask for."""
    total = sum(int(digit) * weight for digit, weight in zip(number17, _CITIZEN_WEIGHTS, strict=True))
    return _CITIZEN_CHECKS[total % 11]


def _credit_check(code17: str) -> str:
    values = map(_CREDIT_ALPHABET.index, code17)
    total = sum(value * weight for value, weight in zip(values, _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_ALPHABET[-total % 31]


def _organisation_check(code8: str) -> str:
    values = map(_ALPHANUMERIC.index, code8)
    total = sum(value * weight for value, weight in zip(values, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def _mod_37_36(body: str) -> str:
    rest = 36
    for sign in body:
        rest = (rest + _ALPHANUMERIC.index(sign)) % 36 or 36
        rest = rest * 2 % 37
    return _ALPHANUMERIC[(37 - rest) % 36]


def _citizen(code: str, **params: str | int) -> Finding:
    return Finding(code, subject="citizen-number", params=params, basis=CITIZEN_BASIS)


def _credit(code: str, **params: str | int) -> Finding:
    return Finding(code, subject="credit-code", params=params, basis=CREDIT_BASIS)


def _item(code: str, subject: str, **params: str | int) -> Finding:
    return Finding(code, subject=subject, params=params, basis=ITEM_BASIS)
