"""The checks of completeness (完整性): counts, metadata, steps, papers and annexes are all there, and nothing is left out."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise

from .package_checks import (
    DATABASE,
    PACKAGE,
    Verdict,
    fault,
    idle,
    instant_of,
    judged,
    sides,
    sides_named,
    there,
    waits,
)
from .packages import PackageFacts

ANNEX = re.compile(r"（文件([0-9]{1,3})，共([0-9]{1,3})个）\Z")
"""How the title of a paper says that it is one of several files."""


def papers_handed_over(facts: PackageFacts) -> Verdict:
    """2-1 总件数相符性: as many papers are listed as the form of the hand-over says."""
    if facts.form is None:
        return idle("no-form", papers=len(facts.documents))
    listed, form = len(facts.documents), facts.form
    found = []
    if listed != form.count:
        found.append(fault("form-count", "documents", form=form.name, recorded=form.count, actual=listed))
    return judged(found, form=form.name, recorded=form.count, actual=listed)


def bytes_handed_over(facts: PackageFacts) -> Verdict:
    """2-2 总字节数相符性: the papers have together as many bytes as the form of the hand-over says."""
    if facts.form is None:
        return idle("no-form", papers=len(facts.documents))
    size, form = sum(document.actual.size for document in there(facts) if document.actual), facts.form
    found = []
    if size != form.size:
        found.append(fault("form-bytes", "documents", form=form.name, recorded=form.size, actual=size))
    return judged(found, form=form.name, recorded=form.size, actual=size)


def elements_complete(facts: PackageFacts) -> Verdict:
    """2-3 元数据项完整性: every element of the scheme is there, be it empty."""
    return judged(
        (
            fault("element-absent", element.key, label=element.label, side=side)
            for side, metadata, elements in sides(facts)
            for element in elements
            if element.key not in metadata and (side == DATABASE or element.mandatory)
        ),
        elements=len(facts.scheme),
        sides=sides_named(facts),
    )


def mandatory_filled(facts: PackageFacts) -> Verdict:
    """2-4 必填著录项目: no mandatory element is empty."""
    return judged(
        (
            fault("element-empty", element.key, label=element.label, side=side)
            for side, metadata, elements in sides(facts)
            for element in elements
            if element.mandatory and element.key in metadata and not metadata[element.key].strip()
        ),
        elements=sum(element.mandatory for element in facts.scheme),
        sides=sides_named(facts),
    )


def process_complete(facts: PackageFacts) -> Verdict:
    """2-5 过程信息完整性: every required step is there, each has its time and its person, and none goes back in time."""
    if not facts.steps and not facts.required_steps:
        return idle("no-steps", steps=0)
    done = {step.action for step in facts.steps}
    absent = (fault("step-absent", action) for action in facts.required_steps if action not in done)
    bare = (fault("step-bare", step.action) for step in facts.steps if not (step.at and step.by))
    timed = [(step, at) for step in facts.steps if step.at and (at := instant_of(step.at)) is not None]
    untimed = (
        fault("step-time", step.action, at=step.at)
        for step in facts.steps
        if step.at and instant_of(step.at) is None
    )
    back = (
        fault("step-order", later.action, at=later.at, before=earlier.action)
        for (earlier, before), (later, after) in pairwise(timed)
        if after < before
    )
    return judged(
        [*absent, *bare, *untimed, *back], steps=len(facts.steps), required=len(facts.required_steps)
    )


def continuous_numbers(facts: PackageFacts) -> Verdict:
    """2-6 连续性元数据项: the papers are numbered from 1 without a gap."""
    numbers = sorted(document.number for document in facts.documents)
    gaps = sorted(set(range(1, len(numbers) + 1)) - set(numbers))
    found = [fault("number-gap", "documents", missing="、".join(map(str, gaps)))] if gaps else []
    return judged(found, numbers=len(numbers))


def content_complete(facts: PackageFacts) -> Verdict:
    """2-7 内容数据完整性: every paper has bytes and opens; one that nobody tried to open waits for a person."""
    found = [
        fault(
            "content-empty" if not document.actual or not document.actual.size else "content-unreadable",
            document.path,
        )
        for document in facts.documents
        if not document.actual or not document.actual.size or document.readable is False
    ]
    untried = sum(document.readable is None for document in facts.documents)
    return waits(judged(found, files=len(facts.documents), untried=untried), when=untried > 0)


def annexes_complete(facts: PackageFacts) -> Verdict:
    """2-8 附件数据完整性: of a paper in several files (文件1，共3个) all are there."""
    groups: dict[tuple[str, str, int], set[int]] = defaultdict(set)
    for document in facts.documents:
        if match := ANNEX.search(document.title):
            groups[document.scope, document.title[: match.start()], int(match[2])].add(int(match[1]))
    if not groups:
        return idle("no-annex", files=len(facts.documents))
    found = [
        fault("annex-absent", title, missing="、".join(map(str, sorted(missing))), of=of)
        for (_, title, of), numbers in groups.items()
        if (missing := set(range(1, of + 1)) - numbers)
    ]
    return judged(found, papers=len(groups), files=sum(map(len, groups.values())))


def scope_kept(facts: PackageFacts) -> Verdict:
    """2-9 归档范围: what the scope table requires is there, and nothing outside it."""
    if not facts.scope:
        return idle("no-scope", papers=len(facts.documents))
    lines = {document.scope for document in facts.documents}
    absent = (
        fault("scope-absent", line)
        for line, required in facts.scope.items()
        if required and line not in lines
    )
    outside = (fault("scope-outside", line) for line in sorted(lines - facts.scope.keys()))
    return judged([*absent, *outside], lines=len(facts.scope))


def descriptions_complete(facts: PackageFacts) -> Verdict:
    """2-10 信息包元数据完整性: all descriptions are in the package, and they say what the database says."""
    found = [fault("description-absent", path) for path in facts.wanted_files if path not in facts.present]
    compared = 0
    values = {side: metadata for side, metadata, _ in sides(facts)}
    if DATABASE in values and PACKAGE in values:
        both = [each for each in facts.scheme if each.place and each.key in facts.metadata]
        compared = len(both)
        found += [
            fault(
                "metadata-differs",
                element.key,
                label=element.label,
                database=facts.metadata[element.key],
                package=facts.written.get(element.key, ""),
            )
            for element in both
            if facts.metadata[element.key] != facts.written.get(element.key, "")
        ]
    return judged(found, files=len(facts.wanted_files), compared=compared)


def file_count(facts: PackageFacts) -> Verdict:
    """2-11 信息包内容数据完整性: as many papers are in the package as it says itself."""
    actual = len(there(facts))
    found = []
    if actual != facts.recorded_count:
        found.append(fault("file-count", "documents", recorded=facts.recorded_count, actual=actual))
    return judged(found, recorded=facts.recorded_count, actual=actual)
