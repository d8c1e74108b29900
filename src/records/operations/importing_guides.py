"""Guides from the national list (清单导入): read, checked as a whole, then stored as drafts, a hundred in a transaction.

An import makes drafts and nothing else. Who brings a list is its author, so the department approves and the centre publishes
each edition as any other (I15): an earlier approval elsewhere shortens nobody's look.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import NamedTuple

from records.domain.access import Identity
from records.domain.findings import Finding, Refused, Severity
from records.domain.guide_parts import Guide as GuideBody
from records.domain.permissions import Permission
from records.domain.standards import Standards
from records.exchange.national import Item, Lists, RowFinding, Source, read_lists, read_source
from records.exchange.national_guides import Unit, compose
from records.exchange.national_rows import rows_of
from records.resources.guides import Guide
from records.resources.imports import begin, sources_of
from records.resources.site import Site

from .acts import Act, enter
from .editions import content, written
from .gate import gate, phones_of, yields_of
from .guides import save_draft
from .services import Services
from .standards import standards

AT_ONCE = 100
"""Guides in one transaction; other writers go between."""
ALONE = 200
"""Items up to which no further process is started."""
TOLERANT, WHOLE = "tolerant", "whole"
"""Options: wrong fields may stand in a draft; or nothing is stored unless everything can be."""

BUILT_IN: Mapping[str, Source] = {
    "national": Source("national", system="national"),
    "words": Source("words"),
}
"""Sources that need no mapping: codes of GB/T 39554, or nothing but words."""

#: What the list has no column for, or leaves empty for many items: a draft may lack it, a published edition may not.
INCOMPLETE = frozenset({
    "guide.missing", "guide.line-no-sample", "guide.line-no-basis", "guide.line-no-issuer", "guide.line-no-grades",
    "guide.line-no-condition", "guide.line-deferral", "guide.line-copies", "guide.step-no-post", "guide.no-basis",
    "guide.citation-incomplete", "guide.no-article",
})  # fmt: skip

Progress = Callable[[int, int], bool]
"""Told how many of how many are done; false stops the work."""


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
    """The guide as it stands: its key, the canonical text of its newest edition, the number of the next."""

    key: str
    text: str
    number: int


@dataclass(slots=True)
class Judged:
    """What becomes of an item: new, changed, unchanged, skipped or refused; and the edition to be stored."""

    outcome: str
    findings: tuple[RowFinding, ...] = ()
    body: GuideBody | None = None
    form: tuple[str, str] = ("", "")


@dataclass(slots=True)
class Report:
    """What an import found and did: an outcome for each item in order, and everything with its place."""

    lists: Lists
    outcomes: list[str] = field(default_factory=list)
    findings: list[RowFinding] = field(default_factory=list)
    applied: bool = False
    stopped: bool = False

    @property
    def readable(self) -> bool:
        """Whether the file could be read at all."""
        return self.lists.readable

    @property
    def good(self) -> bool:
        """Whether nothing of the file was refused."""
        return not any(found.stops for found in self.findings)

    def counts(self) -> dict[str, int]:
        """Return how many items were new, changed, unchanged, skipped or refused, and rows that belong to none."""
        words = ("new", "changed", "unchanged", "skipped", "refused")
        return {**{word: self.outcomes.count(word) for word in words}, "astray": len(self.lists.strays)}

    def refused(self) -> list[Item]:
        """Return the items that were kept out."""
        return [
            item
            for item, outcome in zip(self.lists.items, self.outcomes, strict=False)
            if outcome == "refused"
        ]


def source_named(site: Site, name: str) -> Source | None:
    """Return a source's mapping, saved or built in."""
    saved = sources_of(site).get(name)
    if saved is None:
        return BUILT_IN.get(name)
    source = read_source(json.loads(saved))
    return source if isinstance(source, Source) else None


def save_source(act: Act, plain: object) -> str | Refused:
    """Keep how a source writes its lists (保存来源映射); return its name."""
    source = read_source(plain)
    if isinstance(source, Refused):
        return source
    if not may_import(act.site, act.by, act):
        return Refused((Finding("permission.denied", params={"permission": Permission.GUIDE_DRAFT.value}),))
    if source.name in BUILT_IN:
        return Refused((Finding("import.source-built-in", subject="name", params={"name": source.name}),))
    begin(act.site)
    text = json.dumps(source.as_dict(), ensure_ascii=False, sort_keys=True)
    before = sources_of(act.site).get(source.name, "")
    if before != text:
        sources_of(act.site)[source.name] = text
        digests = [hashlib.sha256(each.encode()).hexdigest() if each else "" for each in (before, text)]
        enter(act, "guide.source", f"source:{source.name}", before=digests[0], after=digests[1])
    return source.name


def may_import(site: Site, by: Identity, act: Act) -> bool:
    """Tell whether a person drafts for any unit of the office."""
    return any(act.matrix.permits(by, Permission.GUIDE_DRAFT, unit=unit) for unit in site.office["units"])


def check_lists(
    services: Services,
    source: bytes,
    name: str,
    mapping: Source,
    *,
    options: Sequence[str] = (),
    progress: Progress | None = None,
) -> Report:
    """Read and judge a file against the catalogue as it is (试导入); nothing is written."""
    report = Report(read_lists(source, name, mapping))
    for _ in _judge_all(services, report, mapping, options, progress or _on):
        pass
    return report


def apply_lists(
    services: Services,
    source: bytes,
    name: str,
    mapping: Source,
    *,
    by: Identity,
    channel: str,
    options: Sequence[str] = (),
    progress: Progress | None = None,
) -> Report:
    """Read and judge a file and store every item that nothing speaks against as a draft of whoever brings it.

    With the option ``whole`` everything is stored in one transaction or nothing. What was stored before a stop stays.
    """
    report = Report(read_lists(source, name, mapping))
    judged = _judge_all(services, report, mapping, options, progress or _on)
    if WHOLE in options:
        everything = [pair for batch in judged for pair in batch]
        if report.good and not report.stopped:
            report.applied = _store(services, report, everything, by, channel, whole=True)
        return report
    for batch in judged:
        _store(services, report, batch, by, channel)
    report.applied = report.readable
    return report


def export_tables(site: Site, *, today: date) -> dict[str, list[dict[str, object]]]:
    """Return every guide in force, else its newest edition, as rows of the national list."""
    codes = {key: unit["credit_code"] for key, unit in site.office["units"].items()}
    tables: dict[str, list[dict[str, object]]] = {}
    for guide in site.guides.values():
        body = content(guide.in_force(today) or guide.versions[-1])
        for table, rows in rows_of(
            body, credit_code=codes.get(body.unit, body.codes.implementation[:18])
        ).items():
            tables.setdefault(table, []).extend(rows)
    return tables


def _on(done: int, total: int) -> bool:
    return True


def _judge_all(
    services: Services, report: Report, mapping: Source, options: Sequence[str], progress: Progress
) -> Iterator[list[tuple[Item, Judged]]]:
    """Judge all items, a batch at a time, in other processes where there are many; fill the report in file order."""
    report.findings += report.lists.findings
    items = report.lists.items
    with services.database.read() as root:
        site = root["site"]
        context = _context(site, mapping, today=services.clock.today(), tolerant=TOLERANT in options)
        standing = _standing(site, {item.code for item in items})
    batches = [items[at : at + AT_ONCE] for at in range(0, len(items), AT_ONCE)]
    work = [(context, [(item, standing.get(item.code)) for item in batch]) for batch in batches]
    done = 0
    with _workers(len(items)) as executor:
        judged = executor.map(_judge_batch, work) if executor else map(_judge_batch, work)
        for batch, found in zip(batches, judged, strict=True):
            report.outcomes += [each.outcome for each in found]
            report.findings += [one for each in found for one in each.findings]
            done += len(batch)
            yield list(zip(batch, found, strict=True))
            if not progress(done, len(items)):
                report.stopped = True
                return


@contextmanager
def _workers(many: int) -> Iterator[Executor | None]:
    """Give a pool of processes where it is worth their start; they are begun afresh, because a server has threads."""
    count = min(4, len(os.sched_getaffinity(0)))
    if many <= ALONE or count < 2:
        yield None
        return
    pool = ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("forkserver"))
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _context(site: Site, mapping: Source, *, today: date, tolerant: bool) -> Context:
    described = site.office["units"]
    results = {}
    for guide in site.guides.values():
        version = guide.in_force(today)
        if version is not None and (material := yields_of(version)):
            results.setdefault(material, guide.title)
    return Context(
        source=mapping,
        units={unit["credit_code"]: Unit(key, unit["name"]) for key, unit in described.items()},
        credit_codes={key: unit["credit_code"] for key, unit in described.items()},
        results=results,
        phones=phones_of(site.office),
        standards=standards(site),
        today=today,
        tolerant=tolerant,
    )


def _standing(site: Site, codes: set[str]) -> dict[str, Before]:
    """Return the guides that stand by the codes of the file; one that was not imported is found by its own codes."""
    found = {}
    for guide in site.guides.values():
        newest = _newest(guide)
        if newest is None:
            continue
        if guide.key in codes:
            found[guide.key] = Before(guide.key, newest.body, len(guide.versions) + 1)
        elif not guide.key.isalnum() or not guide.key.isupper():
            own = content(newest).codes
            for code in (own.handling, own.implementation):
                if code in codes and code not in found:
                    found[code] = Before(guide.key, newest.body, len(guide.versions) + 1)
    return found


def _newest(guide: Guide):
    kept = [each for each in guide.versions if each.status != "discarded"]
    return kept[-1] if kept else None


def _judge_batch(work: tuple[Context, list[tuple[Item, Before | None]]]) -> list[Judged]:
    context, items = work
    return [_judge(context, item, before) for item, before in items]


def _judge(context: Context, item: Item, before: Before | None) -> Judged:
    """Compose one item over what stands, check it as the publication gate does, and say what becomes of it."""
    base = GuideBody.from_dict(json.loads(before.text)) if before else None
    done = compose(item, context.source, units=context.units, base=base, standards=context.standards)
    found = done.findings
    if not done.in_use:
        place = done.locate(Finding("import.not-in-use", Severity.NOTES), stops=False)
        return Judged("skipped", (*(each for each in found if not each.stops), place))
    guide = done.guide
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
    for each in gate(
        guide,
        units=context.credit_codes,
        today=context.today,
        results=context.results,
        phones=context.phones,
        materials=context.standards.usable,
    ):
        blocks = each.severity is Severity.BLOCKS
        found.append(done.locate(each, stops=blocks and not context.tolerant and each.code not in INCOMPLETE))
    if any(each.stops for each in found):
        return Judged("refused", tuple(found))
    return Judged("changed" if before else "new", tuple(found), guide, written(guide))


def _store(
    services: Services,
    report: Report,
    batch: list[tuple[Item, Judged]],
    by: Identity,
    channel: str,
    *,
    whole: bool = False,
) -> bool:
    """Store a batch of drafts in one transaction; what an operation refuses is told at its row."""
    fresh = [(item, judged) for item, judged in batch if judged.body is not None]
    if not fresh:
        return True
    refused: list[tuple[Item, Refused]] = []

    def within(root: object) -> object:
        site = root["site"]
        act = services.act(site, by, channel=channel)
        refused[:] = []
        for item, judged in fresh:
            result = save_draft(act, judged.body, form=judged.form)
            if isinstance(result, Refused):
                refused.append((item, result))
        return Refused(()) if refused and whole else None

    services.database.run(within, note="import")
    at = {id(item): number for number, item in enumerate(report.lists.items)}
    for item, result in refused:
        codes = {found.code for found in result.findings}
        if codes == {"guide.unchanged"}:
            report.outcomes[at[id(item)]] = "unchanged"
            continue
        report.outcomes[at[id(item)]] = "refused"
        place = item.general
        report.findings += [RowFinding(found, place.head.sheet, place.number) for found in result.findings]
    return not (refused and whole)


def first(findings: Sequence[RowFinding], many: int) -> list[RowFinding]:
    """Return the findings that matter most: those that stop first, then warnings, then notes; each in file order."""
    ranks = {Severity.BLOCKS: 1, Severity.WARNS: 2, Severity.NOTES: 3}
    ordered = sorted(findings, key=lambda each: 0 if each.stops else ranks[each.finding.severity])
    return list(islice(ordered, many))
