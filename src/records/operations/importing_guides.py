"""Guides from the national list (清单导入): read, checked as a whole, then stored as drafts, some in each transaction.

An import makes drafts and nothing else. Who brings a list is its author, so the department approves and the centre publishes
each edition as any other (I15): an earlier approval elsewhere shortens nobody's look.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path

from records.domain.access import Identity
from records.domain.editions import EditionStatus
from records.domain.findings import Finding, Refused, Severity
from records.domain.permissions import Permission
from records.exchange.national import LIMITS, Item, Lists, RowFinding, read_lists
from records.exchange.national_guides import Unit
from records.exchange.national_rows import rows_of
from records.exchange.national_sources import Source, read_source
from records.resources.guides import Guide, GuideVersion
from records.resources.imports import begin, sources_of
from records.resources.site import Site

from .acts import Act, enter
from .editions import content
from .gate import phones_of, results_on
from .guides import save_form
from .judging_guides import Before, Context, Judged, Work, judges
from .services import Services
from .standards import standards

AT_ONCE = 50
"""Guides in one transaction; other writers go between."""
TOLERANT, WHOLE = "tolerant", "whole"
"""Options: wrong fields may stand in a draft; or nothing is stored unless everything can be."""

BUILT_IN: Mapping[str, Source] = {
    "national": Source("national", system="national"),
    "words": Source("words"),
}
"""Sources that need no mapping: codes of GB/T 39554, or nothing but words."""

Progress = Callable[[int, int], bool]
"""Told how many of how many are done; false stops the work."""


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

    @property
    def rows_refused(self) -> bool:
        """Whether there are rows to be mended and handed in again."""
        return bool(self.lists.strays or self.refused())

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
    file: Path,
    name: str,
    mapping: Source,
    *,
    options: Sequence[str] = (),
    progress: Progress | None = None,
) -> Report:
    """Read and judge a file against the catalogue as it is (试导入); nothing is written."""
    with _judging(services, file, mapping, options) as judge:
        report = Report(_read(services, file, name, mapping))
        for _ in _judge_all(services, report, judge, progress or _on):
            pass
    return report


def apply_lists(
    services: Services,
    file: Path,
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
    with _judging(services, file, mapping, options) as judge:
        report = Report(_read(services, file, name, mapping))
        judged = _judge_all(services, report, judge, progress or _on)
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


def _read(services: Services, file: Path, name: str, mapping: Source) -> Lists:
    return read_lists(services.extractor.rows(file, limits=LIMITS), name, mapping)


def _on(done: int, total: int) -> bool:
    return True


def _judging(
    services: Services, file: Path, mapping: Source, options: Sequence[str]
) -> AbstractContextManager[Callable[[list[Work]], Iterator[list[Judged]]]]:
    """Begin whoever judges, so that they are ready when the file is read."""
    with services.database.read() as root:
        context = _context(root["site"], mapping, today=services.clock.today(), tolerant=TOLERANT in options)
    return judges(file.stat().st_size, context)


def _judge_all(
    services: Services,
    report: Report,
    judge: Callable[[list[Work]], Iterator[list[Judged]]],
    progress: Progress,
) -> Iterator[list[tuple[int, Judged]]]:
    """Judge all items, a batch at a time, in other processes where there are many; fill the report in file order.

    Each comes with its place among the items of the file.
    """
    report.findings += report.lists.findings
    items = report.lists.items
    with services.database.read() as root:
        standing = _standing(root["site"], {item.code for item in items})
    work = [
        [(item, standing.get(item.code)) for item in items[at : at + AT_ONCE]]
        for at in range(0, len(items), AT_ONCE)
    ]
    for found in judge(work):
        done = len(report.outcomes)
        report.outcomes += [each.outcome for each in found]
        report.findings += [one for each in found for one in each.findings]
        yield list(enumerate(found, start=done))
        if not progress(len(report.outcomes), len(items)):
            report.stopped = True
            return


def _context(site: Site, mapping: Source, *, today: date, tolerant: bool) -> Context:
    described, known = site.office["units"], standards(site)
    return Context(
        source=mapping,
        units={unit["credit_code"]: Unit(key, unit["name"]) for key, unit in described.items()},
        credit_codes={key: unit["credit_code"] for key, unit in described.items()},
        results=results_on(site, known, today),
        phones=phones_of(site.office),
        standards=known,
        today=today,
        tolerant=tolerant,
    )


def _standing(site: Site, codes: set[str]) -> dict[str, Before]:
    """Return the guides that stand by the codes of the file; one that was not imported is found by its own codes."""
    found: dict[str, Before] = {}
    for guide in site.guides.values():
        imported = guide.key.isalnum() and guide.key.isupper()
        if imported and guide.key not in codes:
            continue
        newest = _newest(guide)
        if newest is None:
            continue
        own = () if imported else (content(newest).codes.handling, content(newest).codes.implementation)
        for code in (guide.key, *own):
            if code in codes:
                found.setdefault(code, Before(newest.body, newest.digest, len(guide.versions) + 1))
    return found


def _newest(guide: Guide) -> GuideVersion | None:
    kept = [each for each in guide.versions if each.status != EditionStatus.DISCARDED]
    return kept[-1] if kept else None


def _store(
    services: Services,
    report: Report,
    batch: list[tuple[int, Judged]],
    by: Identity,
    channel: str,
    *,
    whole: bool = False,
) -> bool:
    """Store a batch of drafts in one transaction; what an operation refuses is told at its row.

    What somebody saved since it was compared stays, and the row says so (``guide.edited-meanwhile``).
    """
    fresh = [(at, judged) for at, judged in batch if judged.body is not None]
    if not fresh:
        return True
    refused: list[tuple[int, Refused]] = []

    def within(root: object) -> object:
        act = services.act(root["site"], by, channel=channel)
        refused[:] = []
        for at, judged in fresh:
            result = save_form(act, judged.body, judged.form, weight=judged.weight, base=judged.base)
            if isinstance(result, Refused):
                refused.append((at, result))
        return Refused(()) if refused and whole else None

    services.database.run(within, note="import")
    for at, result in refused:
        if {found.code for found in result.findings} == {"guide.unchanged"}:
            report.outcomes[at] = "unchanged"
            continue
        report.outcomes[at] = "refused"
        place = report.lists.items[at].general
        report.findings += [RowFinding(found, place.head.sheet, place.number) for found in result.findings]
    return not (refused and whole)


def first(findings: Sequence[RowFinding], many: int) -> list[RowFinding]:
    """Return the findings that matter most: those that stop first, then warnings, then notes; each in file order."""
    ranks = {Severity.BLOCKS: 1, Severity.WARNS: 2, Severity.NOTES: 3}
    ordered = sorted(findings, key=lambda each: 0 if each.stops else ranks[each.finding.severity])
    return list(islice(ordered, many))
