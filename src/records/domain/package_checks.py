"""The single checks of a package (四性检测项), one function each, by the numbers of DA/T 70-2018.

The wording of the standard was not read: the checks are designed after its list. Each returns what it looked at;
``verification`` runs them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise

from .arrangement import ArchivalCode, parse_code, safe_segment
from .findings import Finding, Refused
from .packages import DocumentFacts, Element, PackageFacts

BASIS = "DA/T 70-2018"


class Status(StrEnum):
    """How a check ended; ``manual`` waits for somebody to look."""

    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not-applicable"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check found; ``evidence`` says how much it looked at and is never empty."""

    status: Status
    evidence: Mapping[str, str | int]
    findings: tuple[Finding, ...] = ()


def _judged(findings: Iterable[Finding], **evidence: str | int) -> Verdict:
    found = tuple(findings)
    return Verdict(Status.FAIL if found else Status.PASS, {**evidence, "faults": len(found)}, found)


def _fault(code: str, subject: str, /, **params: str | int) -> Finding:
    return Finding(f"check.{code}", subject=subject, params=params, basis=BASIS)


def digests(facts: PackageFacts) -> Verdict:
    """GD-1-1 固化信息有效性: every file that is listed with a digest is there and has it."""
    wrong = (
        _fault("digest" if path in facts.present else "digest-no-file", path)
        for path, digest in facts.manifest.items()
        if facts.present.get(path) != digest
    )
    unlisted = (
        _fault("digest-missing", path)
        for path in _own_paths(facts)
        if path in facts.present and path not in facts.manifest
    )
    return _judged([*wrong, *unlisted], files=len(facts.manifest))


def element_lengths(facts: PackageFacts) -> Verdict:
    """GD-1-2 元数据项数据长度: no element is longer than its scheme allows."""
    return _judged(
        (
            _fault(
                "element-length", element.key, label=element.label, length=len(value), limit=element.length
            )
            for element, value in _filled(facts)
            if len(value) > element.length
        ),
        elements=len(facts.scheme),
    )


def element_types(facts: PackageFacts) -> Verdict:
    """GD-1-3 元数据项数据类型、格式: numbers are numbers and dates are dates."""
    return _judged(
        (
            _fault("element-type", element.key, label=element.label, kind=element.kind)
            for element, value in _filled(facts)
            if not _is_of(element.kind, value)
        ),
        elements=len(facts.scheme),
    )


def element_values(facts: PackageFacts) -> Verdict:
    """GD-1-4 设定值域符合度: an element with a list of values has one of them."""
    return _judged(
        (
            _fault("element-value", element.key, label=element.label, value=value[:50])
            for element, value in _filled(facts)
            if element.values and value not in element.values
        ),
        elements=sum(bool(element.values) for element in facts.scheme),
    )


#: Days of a case in the order in which they may come.
DAYS_IN_ORDER = ("received", "accepted", "decided", "closed", "archived")


def plausibility(facts: PackageFacts) -> Verdict:
    """GD-1-5 数据值合理性: the year is that of 办结, days follow each other, there are pages."""
    found = []
    days = [(key, day) for key in DAYS_IN_ORDER if (day := _day(facts.metadata.get(key, ""))) is not None]
    for (earlier, before), (later, after) in pairwise(days):
        if after < before:
            found.append(_fault("days-disordered", later, earlier=earlier, later=later))
    closed = dict(days).get("closed")
    year = facts.metadata.get("year", "")
    if closed is not None and year.isdigit() and int(year) != closed.year:
        found.append(_fault("year-not-closing", "year", year=year, closed=closed.year))
    pages = facts.metadata.get("pages", "")
    if pages.isdigit() and int(pages) < 1:
        found.append(_fault("no-pages", "pages"))
    return _judged(found, days=len(days), year=year)


def special_characters(facts: PackageFacts) -> Verdict:
    """GD-1-6 包含特殊字符: no control, private, half or replacement characters in metadata and titles."""
    texts = [*facts.metadata.items(), *((document.path, document.title) for document in facts.documents)]
    return _judged(
        (
            _fault("special-character", place, characters=strange)
            for place, text in texts
            if (strange := _strange(text))
        ),
        texts=len(texts),
    )


def code_form(facts: PackageFacts) -> Verdict:
    """GD-1-7 档号规范性: the archival code has its form and its parts are those of the metadata."""
    text = facts.metadata.get("code", "")
    code = parse_code(text)
    if isinstance(code, Refused) or code.text != text:
        reasons = (
            "、".join(found.code for found in code.findings) if isinstance(code, Refused) else "code.spelling"
        )
        return _judged([_fault("code-form", "code", reasons=reasons)], code=text)
    return _judged(
        (
            _fault("code-part", key, part=part, value=facts.metadata[key])
            for key, part in _code_parts(code).items()
            if facts.metadata.get(key, part) != part
        ),
        code=text,
    )


def uniqueness(facts: PackageFacts) -> Verdict:
    """GD-1-8 数据重复性: the archival code is free, and no file is listed twice."""
    code = facts.metadata.get("code", "")
    paths = Counter(document.path for document in facts.documents)
    taken = [_fault("code-taken", "code", code=code)] if code in facts.taken_codes else []
    twice = (_fault("file-twice", path, times=times) for path, times in paths.items() if times > 1)
    return _judged([*taken, *twice], files=len(paths), compared=len(facts.taken_codes))


def electronic_attributes(facts: PackageFacts) -> Verdict:
    """GD-1-10 内容数据电子属性一致性: name, size and format are as recorded."""
    found = []
    for document in _there(facts):
        for attribute in ("name", "size", "format"):
            recorded, actual = getattr(document.recorded, attribute), getattr(document.actual, attribute)
            if recorded != actual:
                found.append(
                    _fault("attribute", document.path, attribute=attribute, recorded=recorded, actual=actual)
                )
    return _judged(found, files=len(facts.documents))


def content_link(facts: PackageFacts) -> Verdict:
    """GD-1-11 元数据与内容关联一致性: each paper of the list points at a file, and it is that file."""
    found = []
    for document in facts.documents:
        if document.path not in facts.present:
            found.append(_fault("link-broken", document.path))
        elif document.recorded.sha256 != facts.present[document.path]:
            found.append(_fault("link-other-file", document.path))
    return _judged(found, links=len(facts.documents))


def layout(facts: PackageFacts) -> Verdict:
    """GD-1-13 信息包目录结构规范性: each paper lies in the folder of its stage under a safe name."""
    found = []
    for document in facts.documents:
        folders, _, name = document.path.rpartition("/")
        stage = document.stage
        if folders.rsplit("/", 1)[-1] != f"{stage.value}{stage.label}" or not name.startswith(
            f"{stage.value}-"
        ):
            found.append(_fault("layout-folder", document.path, stage=stage.label))
        elif safe_segment(name) != name:
            found.append(_fault("layout-name", document.path))
    return _judged(found, files=len(facts.documents))


def elements_complete(facts: PackageFacts) -> Verdict:
    """GD-2-3 元数据项完整性: every element of the scheme is there, be it empty."""
    return _judged(
        (
            _fault("element-absent", element.key, label=element.label)
            for element in facts.scheme
            if element.key not in facts.metadata
        ),
        elements=len(facts.scheme),
    )


def mandatory_filled(facts: PackageFacts) -> Verdict:
    """GD-2-4 必填著录项目: no mandatory element is empty."""
    mandatory = [element for element in facts.scheme if element.mandatory]
    return _judged(
        (
            _fault("element-empty", element.key, label=element.label)
            for element in mandatory
            if not facts.metadata.get(element.key, "").strip()
        ),
        elements=len(mandatory),
    )


def process_complete(facts: PackageFacts) -> Verdict:
    """GD-2-5 过程信息完整性: every required step is there, and each step has its time and its person."""
    done = {step.action for step in facts.steps}
    absent = (_fault("step-absent", action) for action in facts.required_steps if action not in done)
    bare = (_fault("step-bare", step.action) for step in facts.steps if not (step.at and step.by))
    return _judged([*absent, *bare], steps=len(facts.steps), required=len(facts.required_steps))


def continuous_numbers(facts: PackageFacts) -> Verdict:
    """GD-2-6 连续性元数据项: the papers are numbered from 1 without a gap."""
    numbers = sorted(document.number for document in facts.documents)
    gaps = sorted(set(range(1, len(numbers) + 1)) - set(numbers))
    found = [_fault("number-gap", "documents", missing="、".join(map(str, gaps)))] if gaps else []
    return _judged(found, numbers=len(numbers))


def content_complete(facts: PackageFacts) -> Verdict:
    """GD-2-7 内容数据完整性: every paper has bytes and opens; one that nobody tried to open waits for a person."""
    found = [
        _fault(
            "content-empty" if not document.actual or not document.actual.size else "content-unreadable",
            document.path,
        )
        for document in facts.documents
        if not document.actual or not document.actual.size or document.readable is False
    ]
    untried = sum(document.readable is None for document in facts.documents)
    verdict = _judged(found, files=len(facts.documents), untried=untried)
    return replace(verdict, status=Status.MANUAL) if untried and not found else verdict


def scope_kept(facts: PackageFacts) -> Verdict:
    """GD-2-9 归档范围: what the scope table requires is there, and nothing outside it."""
    lines = {document.scope for document in facts.documents}
    absent = (
        _fault("scope-absent", line)
        for line, required in facts.scope.items()
        if required and line not in lines
    )
    outside = (_fault("scope-outside", line) for line in sorted(lines - facts.scope.keys()))
    return _judged([*absent, *outside], lines=len(facts.scope))


def file_count(facts: PackageFacts) -> Verdict:
    """GD-2-11 信息包内容数据完整性: there are as many papers as recorded."""
    actual = len(_there(facts))
    found = []
    if actual != facts.recorded_count:
        found.append(_fault("file-count", "documents", recorded=facts.recorded_count, actual=actual))
    return _judged(found, recorded=facts.recorded_count, actual=actual)


def metadata_readable(facts: PackageFacts) -> Verdict:
    """GD-3-1 信息包中元数据可读性: every metadata file can be read."""
    return _judged(
        (
            _fault("metadata-unreadable", path)
            for path, readable in facts.metadata_files.items()
            if not readable
        ),
        files=len(facts.metadata_files),
    )


def formats_allowed(facts: PackageFacts) -> Verdict:
    """GD-3-3 内容数据格式: every paper has a format that is fit to be kept."""
    return _judged(
        (
            _fault("format", document.path, format=document.actual.format)
            for document in _there(facts)
            if document.actual and document.actual.format.lower() not in facts.allowed_formats
        ),
        files=len(facts.documents),
        allowed=len(facts.allowed_formats),
    )


_SAME_FORMAT = {"jpeg": "jpg", "tiff": "tif", "htm": "html", "mpeg": "mpg"}


def magic_matches(facts: PackageFacts) -> Verdict:
    """GD-3-5 内容数据格式一致性: the first bytes of a file are those of its extension."""
    found = []
    for document in _there(facts):
        extension = document.path.rpartition(".")[2].lower()
        if _SAME_FORMAT.get(extension, extension) != _SAME_FORMAT.get(document.magic, document.magic):
            found.append(_fault("format-differs", document.path, extension=extension, magic=document.magic))
    return _judged(found, files=len(facts.documents))


def not_encrypted(facts: PackageFacts) -> Verdict:
    """GD-3-8 信息包内容格式合规: no paper is locked by a password or encrypted."""
    return _judged(
        (_fault("encrypted", document.path) for document in facts.documents if document.encrypted),
        files=len(facts.documents),
    )


def virus_free(facts: PackageFacts) -> Verdict:
    """GD-4-2 病毒感染: what the scanner said; where none ran, the report says so and passes nothing."""
    if facts.infected is None:
        return Verdict(Status.NOT_APPLICABLE, {"reason": "not-run"})
    found = [_fault("infected", "package", files=facts.infected)] if facts.infected else []
    return _judged(found, files=len(facts.present))


def nothing_extra(facts: PackageFacts) -> Verdict:
    """GD-4-3 多余文件: nothing lies in the package that its lists do not name."""
    extra = sorted(facts.present.keys() - set(_own_paths(facts)))
    return _judged((_fault("extra-file", path) for path in extra), files=len(facts.present))


def _own_paths(facts: PackageFacts) -> tuple[str, ...]:
    return (*(document.path for document in facts.documents), *facts.metadata_files)


def _there(facts: PackageFacts) -> tuple[DocumentFacts, ...]:
    return tuple(document for document in facts.documents if document.actual is not None)


def _filled(facts: PackageFacts) -> Iterable[tuple[Element, str]]:
    for element in facts.scheme:
        value = facts.metadata.get(element.key, "")
        if value:
            yield element, value


def _is_of(kind: str, value: str) -> bool:
    match kind:
        case "integer":
            return re.fullmatch(r"[0-9]{1,18}", value) is not None
        case "date":
            return len(value) == 10 and _day(value) is not None
        case "time":
            try:
                return datetime.fromisoformat(value).tzinfo is not None
            except ValueError:
                return False
        case _:
            return True


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def _strange(text: str) -> str:
    """Name the characters of a text that do not belong into metadata, as U+XXXX."""
    signs = sorted({sign for sign in text if _is_strange(sign)})
    return " ".join(f"U+{ord(sign):04X}" for sign in signs)


def _is_strange(sign: str) -> bool:
    """Tell a control, private, half, replacement or non-character; new ideographs are none of these."""
    point = ord(sign)
    nobody = point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF
    return nobody or sign == "\ufffd" or unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co")


def _code_parts(code: ArchivalCode) -> dict[str, str]:
    series = code.series
    parts = {"fonds": series.fonds, "category": series.category, "year": str(series.year)}
    return {**parts, "retention": series.retention.value, "unit": series.unit}
