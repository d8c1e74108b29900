"""When a service guide (办事指南) may be published: complete, lawful, and free of words that let anybody ask for more.

The values stand in ``guide_parts`` and are offered here too. Every finding names its field as a path of English
names and numbers from 0 (``lines.2.name``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from functools import cache, lru_cache
from typing import Any

from .eligibility import check_eligibility
from .findings import Finding, Severity
from .guide_limits import check_limits
from .guide_lines import check_lines, circles, missing
from .guide_parts import (
    AcceptanceSystem,
    Archiving,
    Citation,
    Codes,
    Contact,
    Elder,
    Faq,
    Fee,
    Guide,
    Limits,
    Line,
    LineKind,
    LineSource,
    MaterialForm,
    Period,
    Place,
    Question,
    QuestionKind,
    Remedies,
    Result,
    ResultKind,
    Special,
    Step,
    Version,
)
from .identifiers import item_codes
from .periods import span
from .situations import check_situations
from .statutes import Statutes, article_numbers, check_cited, check_law
from .wording import Field, Wording, lint_fields

__all__ = [
    "AcceptanceSystem",
    "Archiving",
    "Citation",
    "Codes",
    "Contact",
    "Elder",
    "Faq",
    "Fee",
    "Guide",
    "Limits",
    "Line",
    "LineKind",
    "LineSource",
    "MaterialForm",
    "Period",
    "Place",
    "Question",
    "QuestionKind",
    "Remedies",
    "Result",
    "ResultKind",
    "Special",
    "Step",
    "Version",
    "Wording",
    "check",
    "circles",
    "lint_field",
    "lint_name",
    "span",
]

_DISCLOSURE = "行政许可法 第三十条"
_FEES = "行政许可法 第五十八条"


def lint_name(text: str, *, wording: Wording, subject: str = "name") -> tuple[Finding, ...]:
    """Check the name of one material (材料名称): definite words only (``guide.catch-all`` and its kin)."""
    if not text.strip():
        return (missing(subject, basis=_DISCLOSURE),)
    return lint_field(text, wording=wording, subject=subject, name=True)


def lint_field(
    text: str, *, wording: Wording, subject: str = "text", name: bool = False
) -> tuple[Finding, ...]:
    """Check the signs and the words of one text of a guide as the publication gate does (用语检查)."""
    return tuple(lint_fields((Field(subject, text, name=name),), wording=wording))


def check(
    guide: Guide,
    *,
    statutes: Statutes,
    materials: Collection[str],
    units: Mapping[str, str],
    limits: Collection[str],
    wording: Wording,
    today: date,
    results: Mapping[str, str] | None = None,
    phones: Mapping[str, str] | None = None,
) -> tuple[Finding, ...]:
    """Check a guide before it is published (发布前检查) and return everything that is wrong with it.

    ``materials`` are the codes of the standard materials, ``units`` maps the office's units to their credit codes,
    ``limits`` are the keys of the intake rules, ``results`` maps the materials that the other published guides yield
    to their titles, ``phones`` the office's units and places to their telephones (not looked at when not given).
    Publishing is possible when no finding blocks.
    """
    on = max(today, guide.version.effective or today)
    return (
        *_elements(guide),
        *_codes(guide, units=units),
        *_bases(guide, statutes=statutes, on=on),
        *check_situations(guide),
        *check_eligibility(guide),
        *check_lines(guide, materials=materials, statutes=statutes, results=results or {}, on=on),
        *_steps(guide),
        *check_limits(guide, limits=limits),
        *_fee(guide, statutes=statutes, on=on),
        *_result(guide, materials=materials),
        *_phones(guide, phones=phones or {}),
        *_wording(guide, wording=wording),
        *_version(guide, today=today),
    )


_REQUIRED = (
    "key", "title", "plain_title", "unit", "unit_name", "fonds", "audience", "scope", "basis", "conditions",
    "quantity_limit", "lines", "steps", "limits.intake_rule", "result.name", "places", "contacts", "complaints",
    "rights", "remedies.reconsideration", "remedies.litigation", "archiving.category", "archiving.unit_code",
    "archiving.scope", "elder.cash", "elder.in_person", "elder.agent", "version.effective",
)  # fmt: skip


def _elements(guide: Guide) -> Iterator[Finding]:
    for path in _REQUIRED:
        value: Any = guide
        for name in path.split("."):
            value = getattr(value, name)
        if value is None or not (value.strip() if isinstance(value, str) else value):
            yield missing(path)
    for at, place in enumerate(guide.places):
        for name in ("name", "address", "window", "phone", "hours"):
            if not getattr(place, name).strip():
                yield missing(f"places.{at}.{name}")
    if not guide.questions:
        yield Finding("guide.missing", Severity.WARNS, "questions", {"field": "questions"})


def _codes(guide: Guide, *, units: Mapping[str, str]) -> Iterator[Finding]:
    codes = guide.codes
    for found in item_codes(codes.basic, codes.implementation, codes.handling):
        yield replace(found, subject=f"codes.{found.subject}" if found.subject else "codes")
    if codes.basic[2:4] != guide.item_type.value:
        yield Finding(
            "guide.code-type",
            subject="codes.basic",
            params={"written": codes.basic[2:4], "type": guide.item_type.label},
        )
    for path, unit in (("unit", guide.unit), ("fonds", guide.fonds)):
        if unit and unit not in units:
            yield Finding("guide.unit-unknown", subject=path, params={"unit": unit})
    credit_code = units.get(guide.unit, "")
    if credit_code and not codes.implementation.startswith(credit_code):
        yield Finding(
            "guide.unit-code",
            subject="codes.implementation",
            params={"unit": guide.unit, "credit_code": credit_code},
        )


def _bases(guide: Guide, *, statutes: Statutes, on: date) -> Iterator[Finding]:
    if guide.basis and not any(article_numbers("".join(law.articles)) for law in guide.basis):
        yield Finding("guide.no-basis", subject="basis", basis=_DISCLOSURE)
    for at, law in enumerate(guide.basis):
        path = f"basis.{at}"
        for name in ("name", "number", "revision"):
            if not getattr(law, name):
                yield Finding(
                    "guide.citation-incomplete",
                    subject=f"{path}.{name}",
                    params={"law": law.name, "part": name},
                )
        articles = "".join(law.articles)
        if not article_numbers(articles):
            yield Finding("guide.no-article", Severity.WARNS, f"{path}.articles", {"law": law.name})
        yield from check_law(
            law.name, statutes=statutes, subject=path, articles=articles, revision=law.revision, on=on
        )


_TIME = re.compile(r"[\d一二三四五六七八九十两]|当场|当日|当天|即时|即刻|同时|立即")


def _steps(guide: Guide) -> Iterator[Finding]:
    for at, step in enumerate(guide.steps):
        for name in ("name", "limit", "standard"):
            if not getattr(step, name).strip():
                yield missing(f"steps.{at}.{name}")
        if not step.post.strip():
            yield Finding("guide.step-no-post", subject=f"steps.{at}.post", params={"step": step.name})
        if step.limit.strip() and not _TIME.search(step.limit):
            yield Finding(
                "guide.step-no-time",
                Severity.WARNS,
                f"steps.{at}.limit",
                {"step": step.name, "limit": step.limit},
            )


def _fee(guide: Guide, *, statutes: Statutes, on: date) -> Iterator[Finding]:
    if guide.fee is None:
        return
    for name in ("name", "standard", "basis"):
        if not getattr(guide.fee, name).strip():
            yield Finding("guide.fee-incomplete", subject=f"fee.{name}", params={"part": name}, basis=_FEES)
    if guide.fee.standard.strip() and not re.search(
        r"[\d一二三四五六七八九十百千万零免]", guide.fee.standard
    ):
        yield Finding(
            "guide.fee-no-amount",
            subject="fee.standard",
            params={"standard": guide.fee.standard},
            basis=_FEES,
        )
    if guide.fee.basis.strip() and not re.search("《[^《》]+》|号", guide.fee.basis):
        yield Finding(
            "guide.fee-no-document", subject="fee.basis", params={"written": guide.fee.basis}, basis=_FEES
        )
    yield from check_cited(guide.fee.basis, statutes=statutes, subject="fee.basis", on=on, unknown=False)


def _result(guide: Guide, *, materials: Collection[str]) -> Iterator[Finding]:
    if guide.result.kind is ResultKind.LICENCE and not guide.result.material:
        yield missing("result.material")
    if guide.result.material and guide.result.material not in materials:
        yield Finding(
            "guide.material-unknown", subject="result.material", params={"material": guide.result.material}
        )


_PHONE = re.compile(r"(?<![\d-])(?:0\d{2,3}-?\d{7,8}|1[3-9]\d{9}|400-?\d{3}-?\d{4}|12\d{3})(?![\d-])")
_HOTLINE = "12345"


def _phones(guide: Guide, *, phones: Mapping[str, str]) -> Iterator[Finding]:
    known = {re.sub(r"\D", "", phone) for phone in phones.values()} | {_HOTLINE}
    if len(known) == 1:
        return
    told = (
        *((f"places.{at}.phone", place.phone) for at, place in enumerate(guide.places)),
        *((f"contacts.{at}.value", contact.value) for at, contact in enumerate(guide.contacts)),
        *((f"complaints.{at}.value", contact.value) for at, contact in enumerate(guide.complaints)),
        *((f"elder.{name}", getattr(guide.elder, name)) for name in ("cash", "in_person", "agent")),
    )
    for path, text in told:
        for phone in _PHONE.findall(text):
            if re.sub(r"\D", "", phone) not in known:
                yield Finding("guide.phone-unknown", subject=path, params={"phone": phone})


_NAMES = re.compile(r"lines\.\d+\.name")
_WHO = re.compile(r"lines\.\d+\.issuer|steps\.\d+\.post")
_LAWS = re.compile(r"basis\.\d+\.text")
_KEYS = re.compile(r"(codes\.\w+|key|unit|fonds|.*\.(key|id|material|condition|intake_rule|unit_code|phone))")


def _wording(guide: Guide, *, wording: Wording) -> Iterator[Finding]:
    listed: list[Field] = []
    _collect(guide, "", listed)
    yield from lint_fields(listed, wording=wording)
    for field in listed:
        if _says_who(field.path) and wording.is_nobody(wording.fold(field.text)):
            yield Finding("guide.nobody", subject=field.path, params={"phrase": field.text})


def _collect(value: Any, path: str, listed: list[Field]) -> None:
    """Add every text of a value to the list, each with its path; keys and codes are no texts."""
    kind: Any = type(value)
    if kind is str:
        if value and (told := _told_of(path)) is not None:
            listed.append(Field(path, value, *told))
    elif kind is tuple:
        for at, part in enumerate(value):
            _collect(part, f"{path}.{at}", listed)
    else:
        for name in _names(kind):
            inner: Any = getattr(value, name)
            inner_kind: Any = type(inner)
            if inner and (inner_kind in (str, tuple) or _names(inner_kind)):
                _collect(inner, f"{path}.{name}" if path else name, listed)


@lru_cache(maxsize=8192)
def _says_who(path: str) -> bool:
    """Say whether a field names somebody: who issues a paper, who takes a step."""
    return _WHO.fullmatch(path) is not None


@lru_cache(maxsize=8192)
def _told_of(path: str) -> tuple[bool, bool, bool] | None:
    """Say whether a field is a name, is quoted from a law, is a blank form; nothing for keys and codes."""
    if _KEYS.fullmatch(path):
        return None
    return bool(_NAMES.fullmatch(path)), bool(_LAWS.fullmatch(path)), path.rpartition(".")[2] == "blank"


def _version(guide: Guide, *, today: date) -> Iterator[Finding]:
    effective = guide.version.effective
    if effective and effective < today:
        yield Finding(
            "guide.effective-past",
            Severity.WARNS,
            "version.effective",
            {"effective": effective.isoformat()},
        )


@cache
def _names(kind: Any) -> tuple[str, ...]:
    if is_dataclass(kind):
        return tuple(field.name for field in fields(kind))
    return getattr(kind, "_fields", ())
