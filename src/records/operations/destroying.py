"""Destroying (销毁执行): what a signed list promised, done by the background in phases that can be taken up again anywhere.

First each item by itself, looked at once more; then the people of whom nothing is left, the details beside the audit log, the
files that no other record names, the second copy, the search indexes, and last the history of the database. After a crash
the next run goes on where it stood. What lies on backup media no program reaches: the supervisors say what becomes of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta

from records.domain import appraisal
from records.domain import disposition as rules
from records.domain.appraisal import Choice, Decision
from records.domain.sparing import WHOLE, Spared, stayed
from records.indexes import feed, keys
from records.resources.archives import ArchivedItem
from records.resources.base import Record
from records.resources.dispositions import Disposition
from records.resources.site import FOLDERS, Site
from records.resources.uses import UsePaper

from . import indexing, trails
from .acts import Act, leave_trace
from .appraisal import standing_of
from .archiving import manifest_of
from .burying import bury, digests_in, needless, remove
from .copying import erase_copy
from .disposition import CARRY_OUT, facts_of, release
from .identities import identity_of
from .leftovers import clear_leftovers
from .services import WORKER, Services
from .sweeping import named_by_papers

PERMANENT = date(9999, 12, 31)
"""The last day of what appraisal keeps for ever."""
YOUNG = timedelta(hours=1)
"""Bytes that somebody brought again within this time are looked at later: a record may be about to name them."""
ANSWERS = timedelta(days=3)
"""How long the first answer to a repeated request is kept."""
AT_ONCE = 200
"""Files, people or audit entries in one transaction."""


class Unsigned(Exception):
    """A list says that it is being carried out, but not by acts: somebody wrote it into the database."""


def carry_out(services: Services, record_id: str) -> None:
    """Do what is still to be done of a list; doing it twice changes nothing.

    Raises Unsigned when the audit log does not know the signatures or the order to carry it out.
    """
    names = list(PHASES)
    with services.database.read() as root:
        record = root["site"].dispositions[record_id]
        if record.state != rules.EXECUTING:
            return
        start = names.index(record.phase)
        subject = f"{record.kind}:{record.id}"
        if rules.unsound(standing_of(record)) or any(
            trails.unsigned(record, trails.decisive_acts(root["site"], subject))
        ):
            raise Unsigned(record.code)
    for at in range(start, len(names)):
        if not PHASES[names[at]](services, record_id):
            return
        if at + 1 < len(names):
            _write(services, record_id, lambda act, found, at=at: setattr(found, "phase", names[at + 1]))


def _write(services: Services, record_id: str, change: Callable[[Act, Disposition], object]) -> object:
    """Change a list in one transaction, in the name of who carries it out."""

    def within(root) -> object:
        site = root["site"]
        record = site.dispositions[record_id]
        person = site.people.get(record.executor)
        by = identity_of(person, services.clock.today()) if person is not None else WORKER
        return change(services.act(site, by, channel="job"), record)

    return services.database.run(within, note="disposition")


def _end(services: Services, record_id: str) -> bool:
    """Hand a list that was carried out to the supervisors; close it where nothing was to be destroyed."""
    _write(services, record_id, _hand_over)
    return True


def _hand_over(act: Act, record: Disposition) -> None:
    record.state = rules.executed(standing_of(record)).state.value
    record.executed_at = act.at
    if record.state == rules.CLOSED:
        record.closed_at = act.at
        release(act.site, record)
    act.site.jobs.strike(record.owed)
    leave_trace(act, "disposition.executed", record, unit=record.unit, why=record.list_number or record.code)


def _items(services: Services, record_id: str) -> bool:
    """Carry out the decision on each item, one item a transaction."""
    with services.database.read() as root:
        choices = root["site"].dispositions[record_id].choices
        waiting = [item for item in choices.decided if item not in choices.outcomes]
    for item_id in waiting:
        with services.database.read() as root:
            item = root["site"].archives[item_id]
            files = _files_of(services, item)
        _write(
            services,
            record_id,
            lambda act, record, item_id=item_id, files=files: _carry_out(act, record, item_id, files),
        )
    return True


def _files_of(services: Services, item: ArchivedItem) -> frozenset[str]:
    """Return the files of an item: its frozen manifest with all parts, and whatever else its record names."""
    there = bool(item.manifest) and services.store.has(item.manifest)
    parts = manifest_of(services, item).parts if there else ()
    return frozenset({*(part.digest for part in parts), *digests_in(item)})


def _carry_out(act: Act, record: Disposition, item_id: str, files: frozenset[str]) -> None:
    item, choices = act.site.archives[item_id], record.choices
    if item_id in choices.outcomes:
        return
    choice = Choice.read(choices.decided[item_id])
    if choice.decision is Decision.DESTROY:
        found = rules.guard_item(facts_of(act.site, item, record), today=act.today)
        if found:
            choices.outcomes[item_id] = found[0].code
            record.spared = (*record.spared, (item.code, WHOLE, stayed(found)))
        else:
            bury(act, item, record, files=files)
    else:
        _keep(act, record, item, choice)
        choices.outcomes[item_id] = choice.decision.value
    record.done += 1
    choices.note("done", item_id, choices.outcomes[item_id])


def _keep(act: Act, record: Disposition, item: ArchivedItem, choice: Choice) -> None:
    """Note on an item that it is kept longer, to be transferred, or to be opened."""
    note = choice.reason
    if choice.decision is Decision.EXTEND:
        ends = item.ends
        later = (appraisal.new_due(choice.period, ends) if ends else None) or PERMANENT
        setattr(item, "copy_until" if item.state == "transferred" else "due_on", later)
        note = f"{choice.period.label}；{choice.reason}"
    event = f"appraisal.{choice.decision.value}"
    item.management = (*item.management, (event, act.at, choice.by, record.code, note))
    leave_trace(act, f"archive.{choice.decision.value}", item, unit=item.unit, why=record.code)


def _people(services: Services, record_id: str) -> bool:
    """Take the subjects away of whom nothing is left; the others stay, with the reason on the list."""

    def within(act: Act, record: Disposition) -> None:
        site, people = act.site, record.choices.people
        bound = _bound(site)
        for applicant_id, code in list(people.items()):
            applicant = site.applicants.get(applicant_id)
            if applicant is not None and applicant_id not in bound and needless(site, applicant_id):
                key = keys.compose("applicant-number", applicant.number_digest)
                keys.release(site, key, applicant_id)
                remove(act, applicant, record)
            elif applicant is not None:
                kept = (code, "申请人档案", Spared.LIBRARY.value)
                record.spared = (*record.spared, kept)
            del people[applicant_id]
        for day in [day for day in site.once if day <= act.today - ANSWERS]:
            del site.once[day]

    _write(services, record_id, within)
    return True


def _bound(site: Site) -> frozenset[str]:
    """Return the subjects whom another subject's links, mandates or requests name."""
    named = set()
    for each in site.applicants.values():
        named |= {row[1] for row in (*each.links, *each.mandates)}
        named |= {row[0] for row in (*each.proposed, *each.requests)}
    return frozenset(named)


def _details(services: Services, record_id: str) -> bool:
    """Erase what stands beside the audit log on the records that are gone (I11 holds: the log has only its digest)."""
    with services.database.read() as root:
        site = root["site"]
        subjects = frozenset(site.dispositions[record_id].choices.subjects)
        told = [seq for seq, entry in site.audit.items() if entry.details not in ("", "{}")]
        touched = (
            [seq for seq in told if json.loads(site.audit[seq].line)["on"] in subjects] if subjects else []
        )
    for group in _groups(touched):

        def within(act: Act, record: Disposition, group=group) -> None:
            for seq in group:
                entry = act.site.audit[seq]
                entry.details, entry.salt = "", b""

        _write(services, record_id, within)

    def forget_jobs(act: Act, record: Disposition) -> None:
        ids = {subject.partition(":")[2] for subject in subjects}
        for job in [job for job in act.site.jobs.dead() if job.subject in ids]:
            act.site.jobs.finish(job)
        record.choices.subjects.clear()

    _write(services, record_id, forget_jobs)
    return True


def _files(services: Services, record_id: str) -> bool:
    """Delete the files that no record names any more; what somebody has just brought again is looked at in an hour."""
    with services.database.read() as root:
        site = root["site"]
        candidates = frozenset(site.dispositions[record_id].choices.remains)
        mark = feed.latest(site)
        needed = {each for each in named_by_papers(services, site) if each in candidates}
        needed |= _named_by_records(site, candidates)
    for group in _groups(sorted(candidates)):
        _write(
            services,
            record_id,
            lambda act, record, group=group: _forget_holdings(act, record, group, needed, mark),
        )
        now = services.clock.now()
        gone = [
            digest
            for digest in group
            if digest not in needed and services.store.destroy(digest, older_than=YOUNG, now=now)
        ]
        left = {*gone, *(digest for digest in group if digest in needed)}
        _write(
            services,
            record_id,
            lambda act, record, left=left: [record.choices.remains.pop(each) for each in left],
        )
    services.store.clear_temporary()
    clear_leftovers(services)
    with services.database.read() as root:
        waiting = bool(root["site"].dispositions[record_id].choices.remains)
    if waiting:
        _write(
            services,
            record_id,
            lambda act, record: act.site.jobs.owe(CARRY_OUT, record.id, at=act.at, not_before=act.at + YOUNG),
        )
    return not waiting


def _forget_holdings(
    act: Act, record: Disposition, digests: Iterable[str], needed: set[str], mark: int
) -> None:
    """Take the holdings of files out of the database, but for those that a change since the look names again."""
    site = act.site
    candidates = frozenset(digests)
    for change in feed.changes(site, after=mark):
        changed = feed.subject(site, change)
        if changed is not None:
            needed |= set(_named_by(changed, candidates))
    for digest in candidates - needed:
        if digest in site.holdings:
            del site.holdings.children[bytes.fromhex(digest)]


def _named_by_records(site: Site, candidates: frozenset[str]) -> set[str]:
    """Return which of some digests any record names in any attribute, whatever kind of record it is."""
    found: set[str] = set()
    for kind in FOLDERS:
        for record in site.folder(kind).values():
            found |= set(_named_by(record, candidates))
    return found


def _named_by(record: Record, candidates: frozenset[str]) -> Iterator[str]:
    if isinstance(record, ArchivedItem | UsePaper) and record.state == "destroyed":
        return
    for value in record.as_record().values():
        yield from _among(value, candidates)


def _among(value: object, candidates: frozenset[str]) -> Iterator[str]:
    match value:
        case str():
            if value in candidates:
                yield value
        case tuple() | list():
            for part in value:
                yield from _among(part, candidates)
        case Mapping():
            for part in value.values():
                yield from _among(part, candidates)


def _copies(services: Services, record_id: str) -> bool:
    """Let the second copy forget the destroyed items; their tombstones are copied anew."""
    with services.database.read() as root:
        site = root["site"]
        outcomes = site.dispositions[record_id].choices.outcomes.items()
        gone = [item for item, outcome in outcomes if outcome == "destroyed"]
        erased = [item for item in gone if erase_copy(services, site.archives[item].code)]
    if erased:
        _write(
            services,
            record_id,
            lambda act, record: [feed.touch(act.site, act.site.archives[item]) for item in erased],
        )
    return True


def _index(services: Services, record_id: str) -> bool:
    """Write the indexes anew that held words of what is gone: a deleted document's words would stay in its segment."""
    with services.database.read() as root:
        destroyed = "destroyed" in root["site"].dispositions[record_id].choices.outcomes.values()
    for index in ("dossiers", "archives") if destroyed else ():
        indexing.rebuild(services, index)
    return True


def _history(services: Services, record_id: str) -> bool:
    """Let the database forget its past, in which everything still stands."""
    with services.database.read() as root:
        destroyed = "destroyed" in root["site"].dispositions[record_id].choices.outcomes.values()
    if destroyed:
        services.database.forget_history()
    return True


def _groups(found: list) -> Iterator[list]:
    return (found[at : at + AT_ONCE] for at in range(0, len(found), AT_ONCE))


PHASES: Mapping[str, Callable[[Services, str], bool]] = {
    "items": _items,
    "people": _people,
    "details": _details,
    "files": _files,
    "copies": _copies,
    "index": _index,
    "history": _history,
    "end": _end,
}
"""What is done in which order; a phase that returns false is taken up again later."""
