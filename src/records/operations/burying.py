"""Burying (销毁归档件): one item becomes its tombstone, and its case goes with everything that nobody else needs.

A tombstone says what there was and on which list it was destroyed, not about whom: code, matter, counts, periods, days, the
digest of the package and what was done with it. What was copied and certified of it goes too. Materials stay that another case or item shows, that something rests on, or
that are licences in force; each with its reason on the list.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from records.domain.arrangement import search_key
from records.domain.sparing import Spared, reason_to_spare
from records.domain.vocabulary import Grade, ItemState, MaterialSource, MaterialStatus
from records.indexes import disposition_questions, feed, keys, questions, worklists
from records.resources.archives import ArchivedItem
from records.resources.base import Record
from records.resources.dispositions import Disposition
from records.resources.dossiers import Dossier
from records.resources.imports import LibraryImport, archive_imports_of, library_imports_of
from records.resources.materials import Material
from records.resources.site import Site

from . import renewals, use_papers
from .acts import Act, enter, leave_trace
from .listing import matter_of

DIGEST = re.compile("[0-9a-f]{64}")
SETTLED = frozenset({"applied", "undone", "stopped"})
"""States of an import at which nobody works."""

#: What a tombstone keeps of an item; whatever else it has, now or in a later version, goes.
KEPT = frozenset(
    {
        "__name__", "__parent__", "id", "number", "seq", "listed", "fingerprint", "owed", "created_at",
        "code", "dossier_code", "title", "fonds", "unit", "unit_code", "category", "year", "retention",
        "retention_basis", "expires_on", "due_on", "state", "archived_at", "archived_by", "document_count", "byte_count",
        "page_count", "archives_number", "carrier", "trail", "trigger", "trigger_on", "package_digest", "steps", "management", "transfer", "transferred_on", "copy_until", "relations", "box", "volume", "destruction_list", "destroyed_on",
    }
)  # fmt: skip


def bury(act: Act, item: ArchivedItem, record: Disposition, *, files: Collection[str]) -> None:
    """Destroy an item in this transaction (销毁); ``files`` are the digests of its package, which go afterwards."""
    choices, number = record.choices, record.list_number
    choices.remains.update(dict.fromkeys(files))
    case = act.site.dossiers.get(item.dossier)
    if case is not None and not _shared(act.site, case, item):
        _bury_case(act, case, item, record)
    for applicant in {item.applicant} - {""}:
        choices.people[applicant] = item.code
    title = matter_of(item)
    for name in [name for name in vars(item) if name not in KEPT and not name.startswith("_p_")]:
        delattr(item, name)
    item.title, item.state = title, ItemState.DESTROYED.value
    item.steps = tuple((step, at, by, result, "") for step, at, by, result, _ in item.steps)
    item.destruction_list, item.destroyed_on = number, act.today
    item.management = (*item.management, ("destruction.done", act.at, record.executor, record.id, number))
    choices.remains.update(dict.fromkeys(use_papers.bury_papers(act, item)))
    choices.remains.update(dict.fromkeys(_forget_directory(act.site, item)))
    choices.subjects[f"archive:{item.id}"] = None
    choices.outcomes[item.id] = "destroyed"
    leave_trace(act, "archive.destroy", item, unit=item.unit, why=number)


def _bury_case(act: Act, case: Dossier, item: ArchivedItem, record: Disposition) -> None:
    """Take a case away with its notices, originals and fetches, and with those of its materials that nobody needs."""
    site, choices = act.site, record.choices
    choices.people.update(dict.fromkeys(_subjects(case), item.code))
    digests = digests_in(case)
    spared = []
    for material in list(_materials(site, case)):
        reason = _spared(act, material, case)
        if reason is None:
            digests |= digests_in(material) | _forget_registers(site, material)
            keys.release(site, renewals.identity(material), material.id)
            remove(act, material, record)
        else:
            spared.append((item.code, material.title, reason.value))
            if material.source_dossier == case.id:
                material.source_dossier = ""
                leave_trace(act, "material.spare", material, why=record.list_number)
    originals = questions.originals_of(site, case.id)
    fetches = [site.fetches[each] for _, each in worklists.page(site, "fetched-for", case.id)]
    notices = [site.notices[each] for each in case.notices]
    for each in (*notices, *originals, *fetches, case):
        digests |= digests_in(each)
        remove(act, each, record)
    choices.remains.update(dict.fromkeys(digests))
    record.spared = (*record.spared, *spared)


def _shared(site: Site, case: Dossier, item: ArchivedItem) -> bool:
    """Tell whether another item that is not destroyed rests on the same case."""
    linked = (site.archives.get(each) for _, each in (*item.relations, ("", case.archived_item)))
    return any(
        each is not None
        and each.id != item.id
        and each.dossier == case.id
        and each.state != ItemState.DESTROYED
        for each in linked
    )


def digests_in(record: Record) -> set[str]:
    """Return every digest of a file that a record names in any of its attributes."""
    return set(_digests(list(record.as_record().values())))


def _digests(value: object) -> Iterator[str]:
    match value:
        case str():
            if DIGEST.fullmatch(value):
                yield value
        case tuple() | list():
            for part in value:
                yield from _digests(part)


def _subjects(case: Dossier) -> Iterator[str]:
    yield from {case.applicant, case.agent_id, *(member for member, _ in case.members)} - {""}


def _materials(site: Site, case: Dossier) -> Iterator[Material]:
    """Yield the materials of a case: those on its lines, its result, and what came with it and was replaced since."""
    ids = dict.fromkeys((*(entry[1] for entry in case.entries), case.result_material))
    for subject in _subjects(case):
        ids |= dict.fromkeys(
            each.id for each in questions.library(site, subject) if each.source_dossier == case.id
        )
    return (material for each in ids if (material := site.materials.get(each)) is not None)


def _spared(act: Act, material: Material, case: Dossier) -> Spared | None:
    site = act.site
    other = next(disposition_questions.cases_using(site, material, but=case.id), "")
    return reason_to_spare(
        other_case=bool(other),
        other_item=material.source_dossier not in ("", case.id) and material.source_dossier in site.dossiers,
        evidence=material.id in _rested_on(site, material),
        status=MaterialStatus(material.status),
        grade=Grade(material.grade),
        numbered=bool(material.document_number),
        until=material.valid_until,
        today=act.today,
    )


def _rested_on(site: Site, material: Material) -> set[str]:
    """Return the materials on which links, mandates and freezes of the applicant rest, and those others were told by."""
    applicant = site.applicants.get(material.applicant)
    if applicant is None:
        return set()
    found = {row[2] for row in applicant.links} | {row[5] for row in applicant.mandates}
    found |= {row[1] for row in applicant.proposed} | {row[3] for row in applicant.requests}
    found |= {applicant.ended[2]} if applicant.ended else set()
    for each in questions.library(site, applicant.id):
        found |= {other for other, *_ in each.likenesses} | set(each.merged[:1])
    return found


def _forget_directory(site: Site, item: ArchivedItem) -> set[str]:
    """Let the import that brought an item forget its directory and files, which tell of it too; return their digests."""
    key, found = search_key(item.code), set()
    for brought in archive_imports_of(site).values():
        if brought.items.get(key) == item.id:
            found |= _forget_sources(brought)
    return found


def _forget_registers(site: Site, material: Material) -> set[str]:
    """Let every register that may have brought a material forget its rows and files; return their digests."""
    found = set()
    if material.source == MaterialSource.HISTORY:
        for brought in library_imports_of(site).values():
            found |= _forget_sources(brought) if brought.at <= material.created_at else set()
    return found


def _forget_sources(brought: LibraryImport) -> set[str]:
    found = {brought.file, brought.bundle, brought.errors} - {""}
    brought.file = brought.bundle = brought.errors = ""
    brought.findings, brought.found, brought.readable = "[]", 0, False
    brought.state = brought.state if brought.state in SETTLED else "stopped"
    return found


def remove(act: Act, record: Record, by: Disposition) -> None:
    """Take a record out of the database; its place in the feed stays and stands for one that is gone."""
    site = act.site
    subject = f"{record.kind}:{record.id}"
    enter(act, f"{record.kind}.destroy", subject, why=by.list_number, before=record.fingerprint)
    worklists.strike(site, record)
    feed.touch(site, record)
    site.jobs.strike(record.owed)
    del site.folder(record.kind).children[record.id]
    by.choices.subjects[subject] = None


def needless(site: Site, applicant_id: str) -> bool:
    """Tell whether nothing is left of a subject but its name: no case, paper, item, relation or mandate."""
    applicant = site.applicants[applicant_id]
    lists = ("applicant", "member", "library", "archived")
    busy = any(next(worklists.page(site, name, applicant_id, limit=1), None) for name in lists)
    bound = (
        applicant.links or applicant.mandates or applicant.proposed or applicant.ended or applicant.requests
    )
    return not busy and not bound
