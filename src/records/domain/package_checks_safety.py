"""The checks of safety (安全性): no virus, nothing that does not belong, a sound medium, and an archiving that is on record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from .findings import Finding
from .package_checks import Verdict, day_of, fault, idle, instant_of, judged, own_paths, waits
from .packages import PackageFacts, TrailFacts

FRESH = timedelta(days=30)
"""How old the signatures of an anti-virus program may be."""

OPTICAL = "optical"


def scanner_ready(facts: PackageFacts) -> Verdict:
    """4-1 杀毒软件: the anti-virus program of this machine answers, and its signatures are not out of date."""
    scanner = facts.scanner
    if scanner is None:
        return idle("no-scanner")
    evidence = {"scanner": scanner.name, "version": scanner.version, "dated": scanner.dated or "?"}
    if not scanner.works:
        return judged([fault("scanner-broken", scanner.name)], **evidence)
    dated, today = day_of(scanner.dated), day_of(facts.today)
    if dated is not None and today is not None and today - dated > FRESH:
        days = (today - dated).days
        return judged([fault("scanner-old", scanner.name, dated=scanner.dated, days=days)], **evidence)
    return judged((), **evidence)


def virus_free(facts: PackageFacts) -> Verdict:
    """4-2 病毒感染: what the scanner said; where none ran, the report says so and passes nothing."""
    scanner = facts.scanner
    if scanner is None:
        return idle("no-scanner", files=len(facts.present))
    evidence: dict[str, str | int] = {
        "files": len(facts.present),
        "scanner": scanner.name,
        "version": scanner.version,
    }
    if facts.infected is None:
        return judged([fault("not-scanned", scanner.name)], **evidence)
    return judged((fault("infected", path) for path in facts.infected), **evidence)


def nothing_extra(facts: PackageFacts) -> Verdict:
    """4-3 多余文件: nothing lies in the package that its lists do not name."""
    extra = sorted(facts.present.keys() - set(own_paths(facts)))
    return judged((fault("extra-file", path) for path in extra), files=len(facts.present))


def medium_speed(facts: PackageFacts) -> Verdict:
    """4-4 载体读取速度: an offline medium is read as fast as its kind must be; without one there is nothing to read."""
    medium = facts.medium
    if medium is None:
        return idle("no-medium")
    slow = 0 < medium.speed < medium.least_speed
    found = (
        [fault("medium-slow", medium.number, speed=medium.speed, least=medium.least_speed)] if slow else []
    )
    verdict = judged(found, medium=medium.number, speed=medium.speed, least=medium.least_speed)
    return waits(verdict, when=not medium.speed)


def medium_appearance(facts: PackageFacts) -> Verdict:
    """4-5 载体外观: an offline medium is whole and labelled, as somebody saw it."""
    medium = facts.medium
    if medium is None:
        return idle("no-medium")
    bad = medium.appearance not in ("", "good")
    found = [fault("medium-damaged", medium.number, said=medium.appearance)] if bad else []
    verdict = judged(found, medium=medium.number, appearance=medium.appearance or "?")
    return waits(verdict, when=not medium.appearance)


def disc_fit(facts: PackageFacts) -> Verdict:
    """4-6 光盘合格性: an optical disc has passed its test; other media are no discs."""
    medium = facts.medium
    if medium is None:
        return idle("no-medium")
    if medium.kind != OPTICAL:
        return idle("no-disc", medium=medium.number, kind=medium.kind)
    bad = medium.grade not in ("", "passed")
    found = [fault("disc-unfit", medium.number, grade=medium.grade)] if bad else []
    return waits(judged(found, medium=medium.number, grade=medium.grade or "?"), when=not medium.grade)


def trail_whole(facts: PackageFacts) -> Verdict:
    """4-7 归档过程安全性: the audit log has every step of the archiving, in order, each by somebody, none left out or changed."""
    trail = facts.trail
    if trail is None:
        return idle("no-database" if facts.record is None else "no-trail")
    events = [entry.event for entry in trail]
    absent = (fault("trail-absent", event) for event in facts.required_trail if event not in events)
    changed = (
        fault("trail-changed", str(entry.place), event=entry.event) for entry in trail if not entry.whole
    )
    nobody = (
        fault("trail-nobody", str(entry.place), event=entry.event)
        for entry in trail
        if entry.whole and (not entry.by or instant_of(entry.at) is None)
    )
    found = [*absent, *changed, *nobody, *_disordered(trail, facts.required_trail)]
    ends = [entry for entry in trail if entry.after]
    if ends and facts.fingerprint and ends[-1].after != facts.fingerprint:
        found.append(fault("trail-end", str(ends[-1].place), event=ends[-1].event))
    return judged(found, entries=len(trail), required=len(facts.required_trail))


def _disordered(trail: Sequence[TrailFacts], required: Sequence[str]) -> Iterator[Finding]:
    """Yield the entries that stand before what they follow: by number, by the record's fingerprint, by the order of steps."""
    marked = [entry for entry in trail if entry.whole and entry.after]
    for earlier, later in pairwise(marked):
        if later.place <= earlier.place or later.before != earlier.after:
            yield fault("trail-order", str(later.place), event=later.event, before=earlier.event)
    last = {entry.event: entry.place for entry in trail}
    steps = [event for event in required if event in last]
    for before, after in pairwise(steps):
        if last[after] <= last[before]:
            yield fault("trail-order", str(last[after]), event=after, before=before)
