"""When a service guide (办事指南) may be published: complete, lawful, and free of words that let anybody ask for more.

The values stand in ``guide_parts`` and are offered here too. Every finding names its field as a path of English
names and numbers from 0 (``lines.2.name``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from .findings import Finding, Severity
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
from .statutes import Statutes, article_numbers, check_law, named_laws
from .vocabulary import ItemKind, Limit, Necessity

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
    "lint_name",
]

_CATCH_ALL = "优化营商环境条例 第三十五条"
_DISCLOSURE = "行政许可法 第三十条"
_GUIDE_CONTENT = "国务院令第716号 第六条"


@dataclass(frozen=True, slots=True)
class Wording:
    """A row of the table of words (用语表): a pattern that is refused, or one that is allowed although it looks alike.

    ``scope`` is ``any`` for every field of a guide or ``name`` for the names of materials only.
    """

    pattern: re.Pattern[str]
    allowed: bool
    scope: str
    code: str
    severity: Severity
    basis: str


def lint_name(text: str, *, wording: Sequence[Wording], subject: str = "name") -> tuple[Finding, ...]:
    """Check the name of one material (材料名称): definite words only (``guide.catch-all`` and its kin)."""
    if not text.strip():
        return (Finding("guide.missing", subject=subject, params={"field": subject}, basis=_DISCLOSURE),)
    return _lint_text(text, wording=wording, subject=subject, scopes=("any", "name"))


def check(
    guide: Guide,
    *,
    statutes: Statutes,
    materials: Collection[str],
    units: Mapping[str, str],
    limits: Collection[str],
    wording: Sequence[Wording],
    today: date,
) -> tuple[Finding, ...]:
    """Check a guide before it is published (发布前检查) and return everything that is wrong with it.

    ``materials`` are the codes of the standard materials, ``units`` maps the office's units to their credit codes,
    ``limits`` are the keys of the intake rules. Publishing is possible when no finding blocks.
    """
    on = max(today, guide.version.effective or today)
    return (
        *_elements(guide),
        *_codes(guide, units=units),
        *_bases(guide, statutes=statutes, on=on),
        *_situations(guide),
        *_lines(guide, materials=materials, statutes=statutes, on=on),
        *_steps(guide),
        *_limits(guide, limits=limits),
        *_fee_and_result(guide, materials=materials),
        *_wording(guide, wording=wording),
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
            yield _missing(path)
    for at, place in enumerate(guide.places):
        for name in ("name", "address", "window", "phone", "hours"):
            if not getattr(place, name).strip():
                yield _missing(f"places.{at}.{name}")
    if not guide.questions:
        yield Finding("guide.missing", Severity.WARNS, "questions", {"field": "questions"})


def _missing(path: str) -> Finding:
    return Finding("guide.missing", subject=path, params={"field": path}, basis=_GUIDE_CONTENT)


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


def _situations(guide: Guide) -> Iterator[Finding]:
    keys = [question.key for question in guide.situations]
    for key, times in Counter(keys).items():
        if times > 1:
            yield Finding("guide.situation-repeated", subject="situations", params={"situation": key})
    used = {line.condition for line in guide.lines}
    for at, question in enumerate(guide.situations):
        if not question.text.strip():
            yield _missing(f"situations.{at}.text")
        if question.key not in used:
            yield Finding(
                "guide.situation-unused", Severity.WARNS, f"situations.{at}", {"situation": question.key}
            )


def _lines(guide: Guide, *, materials: Collection[str], statutes: Statutes, on: date) -> Iterator[Finding]:
    situations = {question.key for question in guide.situations}
    first: dict[tuple[str, object], int] = {}
    for at, line in enumerate(guide.lines):
        path = f"lines.{at}"
        yield from _line(line, path=path, situations=situations, materials=materials)
        yield from _line_basis(line, path=f"{path}.basis", statutes=statutes, on=on)
        if guide.result.material and line.material == guide.result.material:
            yield Finding("guide.line-circular", subject=f"{path}.material", params={"line": line.name})
        for name in ("id", "position", "material"):
            value = getattr(line, name)
            earlier = first.setdefault((name, value), at)
            if earlier != at and value != "":
                yield Finding(
                    "guide.line-repeated",
                    subject=f"{path}.{name}",
                    params={"line": line.name, "part": name, "first": guide.lines[earlier].name},
                    basis="优化营商环境条例 第四十四条" if name == "material" else "",
                )


def _line(
    line: Line, *, path: str, situations: Collection[str], materials: Collection[str]
) -> Iterator[Finding]:
    for name in ("id", "name", "material", "acceptance"):
        if not getattr(line, name).strip():
            yield _missing(f"{path}.{name}")
    if line.material and line.material not in materials:
        yield Finding(
            "guide.material-unknown", subject=f"{path}.material", params={"material": line.material}
        )
    if line.condition and line.condition not in situations:
        yield Finding(
            "guide.condition-unknown", subject=f"{path}.condition", params={"condition": line.condition}
        )
    for code, name, basis, is_wrong in _LINE_RULES:
        if is_wrong(line):
            yield Finding(code, subject=f"{path}.{name}", params={"line": line.name or line.id}, basis=basis)


_SHARING = "国务院令第716号 第七条"
_PROOFS = "优化营商环境条例 第四十四条"

_LINE_RULES: tuple[tuple[str, str, str, Callable[[Line], bool]], ...] = (
    ("guide.line-no-sample", "blank", _DISCLOSURE, lambda x: x.kind is LineKind.FORM and not x.blank.strip()),
    (
        "guide.line-no-sample",
        "sample",
        _DISCLOSURE,
        lambda x: x.kind is LineKind.FORM and not x.sample.strip(),
    ),
    ("guide.line-copies", "originals", "", lambda x: x.originals < 0),
    ("guide.line-copies", "copies", "", lambda x: x.copies < 0),
    (
        "guide.line-copies",
        "originals",
        "",
        lambda x: (
            not x.waived and x.form is not MaterialForm.ELECTRONIC and x.originals == 0 and x.copies == 0
        ),
    ),
    ("guide.line-copies-waived", "originals", _SHARING, lambda x: x.waived and x.originals + x.copies > 0),
    ("guide.line-waived-source", "source", _SHARING, lambda x: x.waived and x.source is not LineSource.ORGAN),
    (
        "guide.line-no-issuer",
        "issuer",
        _PROOFS,
        lambda x: x.source is not LineSource.APPLICANT and not x.issuer.strip(),
    ),
    ("guide.line-no-grades", "grades", "", lambda x: not x.grades),
    (
        "guide.line-no-condition",
        "condition",
        "",
        lambda x: x.necessity is Necessity.CONDITIONAL and not x.condition,
    ),
    (
        "guide.line-required-conditional",
        "necessity",
        "",
        lambda x: x.necessity is Necessity.REQUIRED and bool(x.condition),
    ),
    (
        "guide.line-deferral",
        "deferral",
        "",
        lambda x: (x.necessity is Necessity.DEFERRABLE) != (x.deferral is not None),
    ),
    (
        "guide.line-validity",
        "validity_days",
        "",
        lambda x: x.validity_days is not None and x.validity_days < 1,
    ),
)


def _line_basis(line: Line, *, path: str, statutes: Statutes, on: date) -> Iterator[Finding]:
    if not line.basis.strip() or not article_numbers(line.basis):
        yield Finding(
            "guide.line-no-basis",
            subject=path,
            params={"line": line.name},
            basis="优化营商环境条例 第四十四条",
        )
    for cited in re.findall(r"《[^《》]+》[^《]*", line.basis):
        name = named_laws(cited)[0]
        yield from check_law(name, statutes=statutes, subject=path, articles=cited, on=on)


def _steps(guide: Guide) -> Iterator[Finding]:
    for at, step in enumerate(guide.steps):
        for name in ("name", "limit", "standard"):
            if not getattr(step, name).strip():
                yield _missing(f"steps.{at}.{name}")
        if not step.post.strip():
            yield Finding("guide.step-no-post", subject=f"steps.{at}.post", params={"step": step.name})


def _limits(guide: Guide, *, limits: Collection[str]) -> Iterator[Finding]:
    own = guide.limits
    if own.intake_rule and own.intake_rule not in limits:
        yield Finding(
            "guide.intake-rule-unknown", subject="limits.intake_rule", params={"rule": own.intake_rule}
        )
    at_once = own.promised.unit is Limit.AT_ONCE or (
        own.promised.unit in (Limit.WORKING_DAYS, Limit.DAYS) and own.promised.n <= 1
    )
    if guide.item_kind is ItemKind.IMMEDIATE and not at_once:
        yield Finding(
            "guide.immediate-not-at-once",
            subject="limits.promised",
            params={"promised": own.promised.label},
        )
    if own.statutory is None:
        return
    params: dict[str, str | int] = {"promised": own.promised.label, "statutory": own.statutory.label}
    shortest, longest = span(own.promised)
    least, most = span(own.statutory)
    if own.promised.unit is own.statutory.unit:
        if own.promised.n > own.statutory.n:
            yield Finding("guide.promise-longer", subject="limits.promised", params=params)
    elif shortest > most:
        yield Finding("guide.promise-longer", subject="limits.promised", params=params)
    elif longest > least:
        yield Finding("guide.promise-unclear", Severity.WARNS, "limits.promised", params)


def span(period: Period) -> tuple[int, int]:
    """Return the fewest and the most calendar days that a period can take.

    Working days reckon with whole weekends and with one long public holiday of ten days for every forty.
    """
    match period.unit:
        case Limit.AT_ONCE:
            return 0, 0
        case Limit.DAYS:
            return period.n, period.n
        case Limit.MONTHS:
            return 28 * period.n, 31 * period.n
        case _:
            weekends = 2 * (-(-period.n // 5))
            return period.n, period.n + weekends + 10 * (-(-period.n // 40))


def _fee_and_result(guide: Guide, *, materials: Collection[str]) -> Iterator[Finding]:
    if guide.fee is not None:
        for name in ("name", "standard", "basis"):
            if not getattr(guide.fee, name).strip():
                yield Finding(
                    "guide.fee-incomplete",
                    subject=f"fee.{name}",
                    params={"part": name},
                    basis="行政许可法 第五十八条",
                )
    if guide.result.kind is ResultKind.LICENCE and not guide.result.material:
        yield _missing("result.material")
    if guide.result.material and guide.result.material not in materials:
        yield Finding(
            "guide.material-unknown", subject="result.material", params={"material": guide.result.material}
        )


_NAMES = re.compile(r"lines\.\d+\.name")
_KEYS = re.compile(r"(codes\.\w+|key|unit|fonds|.*\.(key|id|material|condition|intake_rule|unit_code|phone))")


def _wording(guide: Guide, *, wording: Sequence[Wording]) -> Iterator[Finding]:
    for path, text in _texts(guide.as_dict(), ""):
        if _KEYS.fullmatch(path):
            continue
        scopes = ("any", "name") if _NAMES.fullmatch(path) else ("any",)
        yield from _lint_text(text, wording=wording, subject=path, scopes=scopes)


def _texts(plain: object, path: str) -> Iterator[tuple[str, str]]:
    match plain:
        case str():
            yield path, plain
        case dict():
            for name, part in plain.items():
                yield from _texts(part, f"{path}.{name}" if path else name)
        case list():
            for at, part in enumerate(plain):
                yield from _texts(part, f"{path}.{at}")


def _lint_text(
    text: str, *, wording: Sequence[Wording], subject: str, scopes: Collection[str]
) -> tuple[Finding, ...]:
    covered = bytearray(len(text))
    findings: dict[tuple[str, str], Finding] = {}
    for row in sorted(wording, key=lambda row: not row.allowed):
        if row.scope not in scopes:
            continue
        for hit in row.pattern.finditer(text):
            start, end = hit.span()
            if all(covered[start:end]):
                continue
            covered[start:end] = b"\x01" * (end - start)
            if not row.allowed:
                findings.setdefault(
                    (row.code, hit[0]),
                    Finding(row.code, row.severity, subject, {"phrase": hit[0]}, row.basis or _CATCH_ALL),
                )
    return tuple(findings.values())
