"""The checks of authenticity (真实性): digests, signatures, metadata that can be true, codes, and files that are what they claim."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from .arrangement import ArchivalCode, parse_code, safe_segment
from .findings import Refused
from .package_checks import (
    Verdict,
    day_of,
    fault,
    filled,
    idle,
    instant_of,
    judged,
    own_paths,
    sides,
    sides_named,
    strange_signs,
    there,
)
from .packages import PackageFacts


def digests(facts: PackageFacts) -> Verdict:
    """1-1 固化信息有效性: every file has its recorded digest, and what a paper's signature covers is unchanged."""
    wrong = (
        fault("digest" if path in facts.present else "digest-no-file", path)
        for path, digest in facts.manifest.items()
        if facts.present.get(path) != digest
    )
    unlisted = (
        fault("digest-missing", path)
        for path in own_paths(facts)
        if path in facts.present and path not in facts.manifest
    )
    signed = [(document.path, each) for document in facts.documents for each in document.signatures]
    broken = (fault("signature", path, form=each.form) for path, each in signed if each.holds is False)
    return judged(
        [*wrong, *unlisted, *broken],
        files=len(facts.manifest),
        signatures=len(signed),
        signatures_recomputed=sum(each.holds is not None for _, each in signed),
    )


def element_lengths(facts: PackageFacts) -> Verdict:
    """1-2 元数据项数据长度: no element is longer than its scheme allows."""
    return judged(
        (
            fault("element-length", element.key, label=element.label, length=len(value), limit=element.length, side=side)
            for side, element, value in filled(facts)
            if len(value) > element.length
        ),
        elements=len(facts.scheme),
        sides=sides_named(facts),
    )  # fmt: skip


def element_types(facts: PackageFacts) -> Verdict:
    """1-3 元数据项数据类型、格式: numbers are numbers and dates are dates."""
    return judged(
        (
            fault("element-type", element.key, label=element.label, kind=element.kind, side=side)
            for side, element, value in filled(facts)
            if not _is_of(element.kind, value)
        ),
        elements=len(facts.scheme),
        sides=sides_named(facts),
    )


def element_values(facts: PackageFacts) -> Verdict:
    """1-4 设定值域符合度: an element with a list of values has one of them."""
    return judged(
        (
            fault("element-value", element.key, label=element.label, value=value[:50], side=side)
            for side, element, value in filled(facts)
            if element.values and value not in element.values
        ),
        elements=sum(bool(element.values) for element in facts.scheme),
        sides=sides_named(facts),
    )


#: Days of a case in the order in which they may come.
DAYS_IN_ORDER = ("received", "accepted", "decided", "closed", "archived")


def plausibility(facts: PackageFacts) -> Verdict:
    """1-5 数据值合理性: the year is that of 办结, days follow each other and have come, there are pages."""
    found = []
    counted = 0
    labels = {element.key: element.label for element in facts.scheme}
    for side, metadata, _ in sides(facts):
        days = [(key, day) for key in DAYS_IN_ORDER if (day := day_of(metadata.get(key, ""))) is not None]
        counted += len(days)
        for (earlier, before), (later, after) in pairwise(days):
            if after < before:
                found.append(
                    fault(
                        "days-disordered",
                        later,
                        earlier=labels.get(earlier, earlier),
                        later=labels.get(later, later),
                        side=side,
                    )
                )
        today = day_of(facts.today)
        found += [
            fault("day-to-come", key, label=labels.get(key, key), day=day.isoformat(), side=side)
            for key, day in days
            if today is not None and day > today
        ]
        closed, year, pages = (
            dict(days).get("closed"),
            metadata.get("year", ""),
            metadata.get("pages", ""),
        )
        if closed is not None and year.isdigit() and int(year) != closed.year:
            found.append(fault("year-not-closing", "year", year=year, closed=closed.year, side=side))
        if pages.isdigit() and int(pages) < 1:
            found.append(fault("no-pages", "pages", side=side))
    return judged(found, days=counted, year=facts.metadata.get("year", ""), sides=sides_named(facts))


def special_characters(facts: PackageFacts) -> Verdict:
    """1-6 包含特殊字符: no control, private, half or replacement characters in metadata, titles and steps."""
    texts = [(key, value) for _, metadata, _ in sides(facts) for key, value in metadata.items()]
    texts += [(document.path, document.title) for document in facts.documents]
    texts += [(step.action, step.by) for step in facts.steps]
    return judged(
        (
            fault("special-character", place, characters=strange)
            for place, text in dict.fromkeys(texts)
            if (strange := strange_signs(text))
        ),
        texts=len(texts),
        sides=sides_named(facts),
    )


def code_form(facts: PackageFacts) -> Verdict:
    """1-7 档号规范性: the archival code has its form and its parts are those of the metadata."""
    text = facts.metadata.get("code", "")
    code = parse_code(text, facts.patterns)
    if isinstance(code, Refused) or code.text != text:
        reasons = (
            "、".join(found.code for found in code.findings) if isinstance(code, Refused) else "code.spelling"
        )
        return judged([fault("code-form", "code", reasons=reasons)], code=text)
    return judged(
        (
            fault("code-part", key, part=part, value=metadata[key], side=side)
            for side, metadata, _ in sides(facts)
            for key, part in _code_parts(code).items()
            if metadata.get(key, part) != part
        ),
        code=text,
    )


def uniqueness(facts: PackageFacts) -> Verdict:
    """1-8 数据重复性: the archival code is free, and no file is listed twice."""
    code = facts.metadata.get("code", "")
    paths = Counter(document.path for document in facts.documents)
    taken = [fault("code-taken", "code", code=code)] if code in facts.taken_codes else []
    twice = (fault("file-twice", path, times=times) for path, times in paths.items() if times > 1)
    return judged([*taken, *twice], files=len(paths), compared=len(facts.taken_codes))


def origin(facts: PackageFacts) -> Verdict:
    """1-9 内容数据真实性: each paper says where it comes from, and is the one that was taken in or issued."""
    found = [fault("source-absent", document.path) for document in facts.documents if not document.source]
    known = [document for document in there(facts) if document.origin and document.actual]
    twofold = [document for document in facts.documents if document.sm3_found]
    found += [
        fault("origin-differs", document.path)
        for document in known
        if document.actual and document.actual.sha256 != document.origin
    ]
    found += [
        fault("sm3-differs", document.path) for document in twofold if document.sm3_found != document.sm3
    ]
    evidence = {"files": len(facts.documents), "compared": len(known), "sm3": len(twofold)}
    if not found and not known and not twofold:
        return idle("no-origin", **evidence)
    return judged(found, **evidence)


def electronic_attributes(facts: PackageFacts) -> Verdict:
    """1-10 内容数据电子属性一致性: name, size, format and pages are as recorded, and no file is dated impossibly."""
    found = []
    for document in there(facts):
        for attribute in ("name", "size", "format", "pages"):
            recorded, actual = getattr(document.recorded, attribute), getattr(document.actual, attribute)
            if recorded != actual and None not in (recorded, actual):
                found.append(
                    fault("attribute", document.path, attribute=attribute, recorded=recorded, actual=actual)
                )
    found += [fault("redated", path) for path in facts.redated]
    paged = sum(document.actual.pages is not None for document in facts.documents if document.actual)
    return judged(found, files=len(facts.documents), paged=paged)


def content_link(facts: PackageFacts) -> Verdict:
    """1-11 元数据与内容关联一致性: each paper of the list points at a file, and it is that file."""
    found = []
    for document in facts.documents:
        if document.path not in facts.present:
            found.append(fault("link-broken", document.path))
        elif document.recorded.sha256 != facts.present[document.path]:
            found.append(fault("link-other-file", document.path))
    return judged(found, links=len(facts.documents))


def explanations(facts: PackageFacts) -> Verdict:
    """1-12 说明文件和目录文件规范性: the lists and notes for readers are there, with all that belongs in them."""
    found = [
        fault("explanation", path, missing="、".join(missing))
        for path, missing in facts.explained.items()
        if missing
    ]
    if not facts.explained:
        found.append(fault("explanation", "说明.txt", missing="说明.txt"))
    return judged(found, files=len(facts.explained))


def layout(facts: PackageFacts) -> Verdict:
    """1-13 信息包目录结构规范性: each paper lies in the folder of its stage under a safe name."""
    found = []
    for document in facts.documents:
        folders, _, name = document.path.rpartition("/")
        stage = document.stage
        if folders.rsplit("/", 1)[-1] != f"{stage.value}{stage.label}" or not name.startswith(
            f"{stage.value}-"
        ):
            found.append(fault("layout-folder", document.path, stage=stage.label))
        elif safe_segment(name) != name:
            found.append(fault("layout-name", document.path))
    return judged(found, files=len(facts.documents))


def same_package(facts: PackageFacts) -> Verdict:
    """1-14 信息包一致性: the whole package has the digest that was recorded before it was moved."""
    seal = facts.seal
    if seal is None:
        return idle("no-recorded-digest", files=len(facts.present))
    differs = seal.recorded != seal.found
    found = [fault("package-differs", "package", recorded=seal.recorded, found=seal.found)] if differs else []
    return judged(found, recorded=seal.recorded, found=seal.found, where=seal.where)


def _is_of(kind: str, value: str) -> bool:
    match kind:
        case "integer":
            return re.fullmatch(r"[0-9]{1,18}", value) is not None
        case "date":
            return len(value) == 10 and day_of(value) is not None
        case "time":
            return instant_of(value) is not None
        case _:
            return True


def _code_parts(code: ArchivalCode) -> dict[str, str]:
    series = code.series
    parts = {"fonds": series.fonds, "category": series.category, "year": str(series.year)}
    return {**parts, "retention": series.retention.value, "unit": series.unit}
