"""Laws as a guide may cite them (设定依据): by name, document number, revision and article."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .findings import Finding, Severity
from .vocabulary import Term

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_ARTICLE = re.compile(r"第\s*([零〇一二三四五六七八九十百]+|\d{1,4})\s*条")
_NAMED = re.compile(r"《([^《》]+)》")


class StatuteStatus(Term):
    """Whether a law may be cited (效力状态)."""

    IN_FORCE = "in-force", "现行有效"
    REPEALED = "repealed", "已废止"
    UNCHECKED = "unchecked", "未核对"


@dataclass(frozen=True, slots=True)
class Statute:
    """One revision of a law: ``last_article`` is the number of its last article where somebody has looked."""

    name: str
    number: str
    revision: date | None
    status: StatuteStatus
    effective: date | None
    last_article: int | None = None
    replaced_by: str = ""
    source: str = ""


Statutes = Mapping[str, Sequence[Statute]]


def short_name(name: str) -> str:
    """Return the name of a law as it is looked up: without 《》 and without the name of the country."""
    return name.strip().strip("《》").removeprefix("中华人民共和国")


def article_numbers(text: str) -> tuple[int, ...]:
    """Return the numbers of the articles that a text names (第三十二条 and 第32条 are 32)."""
    return tuple(map(number_of, _ARTICLE.findall(text)))


def number_of(written: str) -> int:
    """Return the number that is written in figures or in Chinese numerals up to 999 (三十二, 两百零五)."""
    if written.isdecimal():
        return int(written)
    total = current = 0
    for sign in written:
        if sign in _DIGITS:
            current = _DIGITS[sign]
        else:
            total += (current or 1) * (10 if sign == "十" else 100)
            current = 0
    return total + current


def named_laws(text: str) -> tuple[str, ...]:
    """Return the laws that a text names in 《》."""
    return tuple(_NAMED.findall(text))


def check_law(
    name: str,
    *,
    statutes: Statutes,
    subject: str,
    articles: str = "",
    revision: date | None = None,
    on: date,
) -> tuple[Finding, ...]:
    """Check that a law may be cited on a day: an unknown or unchecked one warns, a repealed one blocks.

    Findings ``guide.law-unknown``, ``guide.law-unchecked``, ``guide.law-repealed``, ``guide.law-not-in-force`` and
    ``guide.article-unknown``. Without a revision the best standing of that name counts.
    """
    known = [law for law in statutes.get(short_name(name), ()) if revision in (None, law.revision)]
    if not known:
        return (Finding("guide.law-unknown", Severity.WARNS, subject, {"law": name}),)
    law = min(known, key=lambda law: (_STANDING.index(law.status), -(law.revision or date.min).toordinal()))
    params: dict[str, str | int] = {"law": name}
    if law.status is StatuteStatus.REPEALED:
        return (
            Finding("guide.law-repealed", subject=subject, params={**params, "replaced_by": law.replaced_by}),
        )
    found = []
    if law.status is StatuteStatus.UNCHECKED:
        found.append(Finding("guide.law-unchecked", Severity.WARNS, subject, params))
    if law.effective is not None and law.effective > on:
        found.append(
            Finding(
                "guide.law-not-in-force",
                subject=subject,
                params={**params, "effective": law.effective.isoformat()},
            )
        )
    if law.last_article is not None:
        found += [
            Finding(
                "guide.article-unknown",
                subject=subject,
                params={**params, "article": number, "last": law.last_article},
            )
            for number in article_numbers(articles)
            if not 1 <= number <= law.last_article
        ]
    return tuple(found)


def check_cited(
    text: str, *, statutes: Statutes, subject: str, on: date, unknown: bool = True
) -> tuple[Finding, ...]:
    """Check every law that a text cites in 《》, each with the articles up to the next; as ``check_law`` finds.

    ``unknown`` tells whether a law that the table does not hold is worth a warning.
    """
    found: list[Finding] = []
    for cited in re.findall(r"《[^《》]+》[^《]*", text):
        found += check_law(named_laws(cited)[0], statutes=statutes, subject=subject, articles=cited, on=on)
    return tuple(each for each in found if unknown or each.code != "guide.law-unknown")


_STANDING = (StatuteStatus.IN_FORCE, StatuteStatus.UNCHECKED, StatuteStatus.REPEALED)
