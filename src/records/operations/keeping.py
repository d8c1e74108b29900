"""Keeping (保管): everything is read again in turn, what is damaged is mended from good bytes, and what is lost is told."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from itertools import islice

from records.domain import keeping as rules
from records.domain.findings import Finding
from records.domain.keeping import Condition, Cure, MediumFacts, MediumState
from records.exchange.ocfl import BadObject, Fault, Root
from records.exchange.packages import Manifest
from records.indexes import feed
from records.resources.site import Site
from records.rules.media import medium_kinds

from .acts import enter
from .copying import (
    AT_ONCE,
    CONVERTED,
    MANIFEST,
    PACKAGE,
    RECORD,
    REGISTERS,
    SCAN,
    STATES,
    Subject,
    copy_root,
    files_of,
    follow,
    formats_of,
    place_item,
    put_subject,
    subject_of,
)
from .services import WORKER, Services

VERB = "keep-copies"
LONGEST = 40.0
"""Seconds one job goes on before it lets others have their turn."""


@dataclass(slots=True)
class Checked:
    """What one reading again came to: how many objects, which files were mended and which are lost, each with its item."""

    objects: int = 0
    mended: list[tuple[str, str]] = field(default_factory=list)
    lost: list[tuple[str, str]] = field(default_factory=list)


def check(
    services: Services, *, most: int = AT_ONCE, all_of: bool = False, root: Root | None = None
) -> Checked:
    """Read what waited longest again (固化检查), the day's share of it or ``all_of`` what was not read today.

    Damaged files are mended from the other copy when its bytes are good, and from nothing else.
    """
    target, today, result = root or copy_root(services), services.clock.today(), Checked()
    with services.database.read() as database:
        keeping = database["site"].keeping
        done = keeping.done if keeping.done_on == today else 0
        due = []
        for key in islice(keeping.order.keys(), most):
            day, item = key.decode().split("\0")
            share = rules.is_due(
                date.fromisoformat(day), today=today, done_today=done + len(due), count=keeping.count
            )
            if not share and not (all_of and date.fromisoformat(day) < today):
                break
            due.append(item)
        subjects = [subject_of(services, database["site"].archives[item]) for item in due]
        uncopied = {item for item in due if item in keeping.uncopied}
    if not subjects:
        return result
    read = [(subject, *_reread(services, target, subject)) for subject in subjects]
    first = {
        subject.id: formats_of(services, subject)
        for subject, _mended, lost in read
        if subject.id in uncopied and not lost
    }

    def settle(database: object) -> None:
        site = database["site"]
        keeping, act = site.keeping, services.act(site, WORKER, channel="job")
        keeping.done = (keeping.done if keeping.done_on == today else 0) + len(read)
        keeping.done_on = today
        for subject, mended, lost in read:
            version, _day, formats = keeping.kept[subject.id]
            if subject.id in first and not lost:
                version, formats = 1, first[subject.id]
            place_item(keeping, subject.id, version, today, formats)
            if lost:
                keeping.lost[subject.id] = tuple(lost)
            else:
                keeping.lost.pop(subject.id, None)
                keeping.uncopied.pop(subject.id, None)
            if mended:
                keeping.mended, keeping.mended_at = keeping.mended + len(mended), act.at
            for event, paths in (("keeping.mended", mended), ("keeping.lost", lost)):
                if paths:
                    enter(act, event, f"archive:{subject.id}", why="；".join(paths)[:2000])

    services.database.run(settle, note="fixity")
    result.objects = len(read)
    for subject, mended, lost in read:
        result.mended += [(subject.identifier, path) for path in mended]
        result.lost += [(subject.identifier, path) for path in lost]
    return result


def _reread(services: Services, target: Root, subject: Subject) -> tuple[list[str], list[str]]:
    """Hash both copies of an item and do what each file needs; return what was mended and what is lost."""
    if subject.manifest is None and b'"state":"destroyed"' not in subject.record:
        subject = _with_manifest_of_copy(services, target, subject)
    faults = target.check(subject.identifier)
    kept = _read(target, subject.identifier)
    mended, lost = [], []
    wanted = {path: content.digest for path, content in files_of(services, subject).items()}
    ours = {path: digest for path, digest in wanted.items() if _in_store(path)}
    for path, digest in ours.items():
        store = _condition(services, digest)
        copy = _condition_of_copy(kept, faults, digest)
        match rules.cure(store, copy):
            case Cure.MEND_STORE:
                with target.content(subject.identifier, kept, digest).open("rb") as stream:
                    good = services.store.mend(digest, stream)
                (mended if good else lost).append(path)
            case Cure.MEND_COPY if kept is not None and digest in kept.places:
                with services.store.open(digest) as stream:
                    good = target.mend(subject.identifier, digest, stream)
                (mended if good else lost).append(path)
            case Cure.MEND_COPY:
                mended.append(path)
            case Cure.LOST:
                lost.append(path)
    if not lost and (target.check(subject.identifier) or kept is None):
        target.erase(subject.identifier)  # all contents are good in the store: the object is written anew
        mended += [] if kept is not None and not _only_ours(faults, ours) else [RECORD]
    if not lost:
        put_subject(services, target, subject)
    if (
        subject.manifest is None
        and b'"manifest":""' not in subject.record
        and b"destroyed" not in subject.record
    ):
        lost.append(MANIFEST)
    return sorted(set(mended)), sorted(set(lost))


def _only_ours(faults: tuple[Fault, ...], ours: dict[str, str]) -> bool:
    return all(fault.digest not in ours.values() for fault in faults)


def _with_manifest_of_copy(services: Services, target: Root, subject: Subject) -> Subject:
    """Bring a frozen manifest that the store lost back from the copy, when it is the registered one there."""
    try:
        with target.open(subject.identifier, MANIFEST) as stream:
            raw = stream.read()
        manifest = Manifest.from_json(json.loads(raw))
    except (OSError, BadObject, ValueError, KeyError):
        return subject
    registered = json.loads(subject.record)["fields"]["package_digest"]
    if manifest.digest != registered or not services.store.mend(registered, BytesIO(raw)):
        return subject
    return Subject(
        subject.kind, subject.id, subject.identifier, subject.record, manifest, subject.conversions
    )


def _read(target: Root, identifier: str):
    try:
        return target.read(identifier)
    except BadObject:
        return None


def _in_store(path: str) -> bool:
    """Tell which files of an object the store holds as well; record and tag files are made when they are needed."""
    return path == MANIFEST or path.startswith((f"{PACKAGE}/data/", f"{CONVERTED}/"))


def _condition(services: Services, digest: str) -> Condition:
    if not services.store.has(digest):
        return Condition.ABSENT
    return Condition.GOOD if services.store.verify(digest) else Condition.BAD


def _condition_of_copy(kept, faults: tuple[Fault, ...], digest: str) -> Condition:
    if kept is None or digest not in kept.places:
        return Condition.ABSENT
    bad = next((fault for fault in faults if fault.digest == digest), None)
    if bad is None:
        return Condition.GOOD
    return Condition.ABSENT if bad.kind == "missing" else Condition.BAD


def owe(services: Services) -> bool:
    """Promise the work of the day when there is some and it is not promised yet."""
    with services.database.read() as database:
        site = database["site"]
        if not _has_work(site, services.clock.today()):
            return False

    def within(database: object) -> bool:
        site = database["site"]
        if any(job.verb == VERB for job in (*site.jobs.waiting(), *site.jobs.running(), *site.jobs.dead())):
            return False
        site.jobs.owe(VERB, at=services.clock.now())
        return True

    return bool(services.database.run(within, note="keeping"))


def _has_work(site: Site, today: date) -> bool:
    keeping = site.keeping
    for change in feed.changes(site, after=keeping.copied_to, limit=SCAN):
        if change.kind in REGISTERS or change.seq - keeping.copied_to >= SCAN:
            return True
    key = next(iter(keeping.order.keys()), None)
    if key is None:
        return False
    done = keeping.done if keeping.done_on == today else 0
    day = date.fromisoformat(key.decode().split("\0")[0])
    return rules.is_due(day, today=today, done_today=done, count=keeping.count)


def work_on(services: Services) -> None:
    """Do the work of the day for a while: copy first, then read again; what is left comes up again."""
    until = time.monotonic() + LONGEST
    root = copy_root(services)
    while time.monotonic() < until and follow(services, root=root):
        pass
    while time.monotonic() < until and check(services, most=10, root=root).objects:
        pass


def oldest(site: Site) -> date | None:
    """Return the day on which the object that waits longest was last read."""
    key = next(iter(site.keeping.order.keys()), None)
    return date.fromisoformat(key.decode().split("\0")[0]) if key is not None else None


def waiting(site: Site) -> int:
    """Return how many archived items wait for their copy, counted in the next places of the feed."""
    places = feed.changes(site, after=site.keeping.copied_to, limit=SCAN)
    found = (feed.subject(site, change) for change in places if change.kind == "archive")
    return sum(1 for item in found if item is not None and item.state in STATES)


def alarms(site: Site, today: date) -> tuple[Finding, ...]:
    """Return what somebody must be told about the keeping (保管告警)."""
    kinds, keeping = medium_kinds(), site.keeping
    media = [
        MediumFacts(
            each.code,
            kinds[each.medium_kind].offline,
            MediumState(each.state),
            each.check_by,
            bool(each.checks) and each.checks[-1][2] == "good",
        )
        for each in site.media.values()
    ]
    return rules.alarms(
        today=today,
        oldest=oldest(site),
        lost=sum(1 for _ in keeping.lost),
        uncopied=sum(1 for _ in keeping.uncopied),
        waiting=waiting(site),
        media=media,
        copies=2 if keeping.count else 1,
    )
