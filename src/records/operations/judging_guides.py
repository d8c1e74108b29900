"""Items of a list against what stands (逐项检查): composed, checked as the publication gate does, in several processes."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import NamedTuple

from records.domain.editions import Weight, weight_of
from records.domain.findings import Finding, Severity
from records.domain.guide_lines import Outline, outline
from records.domain.guide_parts import Guide as GuideBody
from records.domain.standards import Standards
from records.exchange.national import Item, RowFinding
from records.exchange.national_guides import Unit, compose
from records.exchange.national_reading import CellReader
from records.exchange.national_sources import Source

from .editions import written
from .gate import gate

ALONE = 1 << 19
"""Bytes of a file up to which no further process is started: some two hundred items in a workbook."""
NOBODYS = "-"
"""Instead of the digest of what stood there, where nothing did: no edition has it."""

#: What the list has no column for, or leaves empty for many items: a draft may lack it, a published edition may not.
INCOMPLETE = frozenset({
    "guide.missing", "guide.line-no-sample", "guide.line-no-basis", "guide.line-no-issuer", "guide.line-no-grades",
    "guide.line-no-condition", "guide.line-deferral", "guide.line-copies", "guide.step-no-post", "guide.no-basis",
    "guide.citation-incomplete", "guide.no-article",
})  # fmt: skip


class Context(NamedTuple):
    """What the items are judged against; plain values that go to other processes."""

    source: Source
    units: Mapping[str, Unit]
    credit_codes: Mapping[str, str]
    results: Mapping[str, str]
    phones: Mapping[str, str]
    standards: Standards
    today: date
    tolerant: bool


class Before(NamedTuple):
    """The guide as it stands: canonical text and digest of its newest edition, the number of the next."""

    text: str
    digest: str
    number: int


@dataclass(slots=True)
class Judged:
    """What becomes of an item: new, changed, unchanged, skipped or refused; and the edition to be stored over ``base``."""

    outcome: str
    findings: tuple[RowFinding, ...] = ()
    body: Outline | None = None
    form: tuple[str, str] = ("", "")
    weight: Weight = Weight.CLEAR
    base: str = NOBODYS


Work = list[tuple[Item, Before | None]]


class Judge:
    """Judges items against what stands (逐项检查); one for each process, because what it has read once it knows."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.cells = CellReader(context.source)

    def batch(self, work: Work) -> list[Judged]:
        """Judge a batch of items in order."""
        return [self.item(item, before) for item, before in work]

    def item(self, item: Item, before: Before | None) -> Judged:
        """Compose one item over what stands, check it as the publication gate does, and say what becomes of it."""
        context = self.context
        base = GuideBody.from_dict(json.loads(before.text)) if before else None
        done = compose(item, self.cells, units=context.units, base=base, standards=context.standards)
        reading, guide = done.reading, done.guide
        found = reading.findings
        if not done.in_use:
            place = reading.locate(Finding("import.not-in-use", Severity.NOTES), stops=False)
            return Judged("skipped", (*(each for each in found if not each.stops), place))
        if guide is None:
            return Judged("refused", tuple(found))
        if guide == base:
            return Judged("unchanged", tuple(found))
        number, note = (
            (before.number, f"按来源“{context.source.name}”更新")
            if before
            else (1, f"由来源“{context.source.name}”导入")
        )
        guide = replace(guide, version=replace(guide.version, number=number, notes=note))
        told = gate(
            guide,
            units=context.credit_codes,
            today=context.today,
            results=context.results,
            phones=context.phones,
            materials=context.standards.usable,
        )
        for each in told:
            blocks = each.severity is Severity.BLOCKS
            stops = blocks and not context.tolerant and each.code not in INCOMPLETE
            found.append(reading.locate(each, stops=stops))
        if any(each.stops for each in found):
            return Judged("refused", tuple(found))
        return Judged(
            "changed" if before else "new",
            tuple(found),
            outline(guide),
            written(guide),
            weight_of(told),
            before.digest if before else NOBODYS,
        )


@contextmanager
def judges(size: int, context: Context) -> Iterator[Callable[[list[Work]], Iterator[list[Judged]]]]:
    """Give what judges batches in turn, in a pool of processes where a file of ``size`` bytes is worth their start.

    They are begun afresh, because a server has threads, told once what the items are judged against, and get ready
    while the file is still being read.
    """
    count = min(4, len(os.sched_getaffinity(0)))
    if size <= ALONE or count < 2:
        yield partial(map, Judge(context).batch)
        return
    afresh = multiprocessing.get_context("forkserver")
    pool = ProcessPoolExecutor(count, mp_context=afresh, initializer=_begin, initargs=(context,))
    try:
        for _ in range(count):
            pool.submit(_judge_here, [])
        yield partial(pool.map, _judge_here)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(context: Context) -> None:
    """Make this process ready to judge."""
    global _here
    _here = Judge(context)


def _judge_here(work: Work) -> list[Judged]:
    return _here.batch(work)
