"""Pages from the archives (历史档案取用): found within one's own rights, for a purpose, and filed as a material with its 档号.

The act says which pages; after the lock is released the same request takes them out of the frozen package in the limited
worker and files them in a second short transaction. The archived item is only read (I9).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from records.domain.access import Identity, Matrix
from records.domain.findings import Finding, Refused
from records.domain.guide_parts import Line
from records.domain.materials import Likeness, Offered, issued_later, lacking_identity, likeness
from records.domain.permissions import Permission
from records.domain.reuse import LineVerdict, decide_reuse, decide_validity
from records.domain.vocabulary import Grade, MaterialSource, MaterialStatus
from records.extraction.types import MediaType
from records.indexes import keys, questions
from records.resources.archives import ArchivedItem
from records.resources.dossiers import Dossier
from records.resources.materials import Material
from records.resources.site import Site

from . import renewals, subjects
from .acts import Act, leave_trace, owe, register
from .archived_papers import papers_in
from .checklists import as_held, guide_of, need_of
from .discretion import discreet, masked
from .identities import identity_of
from .materials import Upload, hold, may_fill, vouch
from .reuse import enter_line, fill_course, keep
from .searching import search
from .services import Services

VERB = "pull-pages"
OWED = "owed"
MOST = 20
"""Items that a search in the archives lists."""

KEPT = frozenset({"archived", "transferred"})
"""States of an item whose papers can be read."""

#: A paper whose source stands so may be shown again; one that was taken away may not come back through the archives.
SOUND = frozenset({MaterialStatus.VALID, MaterialStatus.SUPERSEDED})


def readable(site: Site, matrix: Matrix, by: Identity, item: ArchivedItem) -> bool:
    """Tell whether a person may read an archived item here and now."""
    return item.state in KEPT and matrix.permits(
        by, Permission.ARCHIVE_VIEW, unit=item.unit, state=item.state
    )


def about(site: Site, dossier: Dossier) -> frozenset[str]:
    """Return the files whose archives are about a case: its subject's, what is linked with it, and the named family."""
    members = (file for member, _ in dossier.members for file in subjects.one_subject(site, member))
    return frozenset((*subjects.linked(site, dossier.applicant), *members))


def found_for(
    services: Services, site: Site, by: Identity, dossier: Dossier, words: str = ""
) -> tuple[ArchivedItem, ...]:
    """Return the archived items one may read for a case: those about its subject first, then what the words find."""
    own: Iterator[ArchivedItem] = (
        item for file in sorted(about(site, dossier)) for item in questions.items_about(site, file)
    )
    found = {item.id: item for item in own if readable(site, services.matrix, by, item)}
    if words.strip():
        hits = search(services, "archives", words, readers=by.principals, limit=MOST).hits
        for hit in hits:
            item = site.archives.get(hit.id)
            if item is not None and readable(site, services.matrix, by, item):
                found.setdefault(item.id, item)
    return tuple(found.values())


@discreet
def pull(
    act: Act,
    dossier: Dossier,
    *,
    line: str,
    item: str,
    paper: str,
    purpose: str,
    first: int = 1,
    last: int = 0,
    concerns: str = "",
    document_number: str = "",
    issuer: str = "",
    issued_on: date | None = None,
    valid_until: date | None = None,
) -> Dossier | Refused:
    """Take pages of an archived paper as a material of this case (取用历史档案), for a purpose that stays on record.

    Without ``last`` the whole paper. An item about somebody else needs to be explained (``concerns``). What the paper says
    of itself is taken from the archived case where nothing is typed. Findings: those of filling a line, ``pull.unknown``,
    ``pull.no-purpose``, ``pull.no-relation``, ``pull.range``, ``pull.stopped``, ``pull.held``.
    """
    found = list(may_fill(act, dossier, line))
    record = act.site.archives.get(item)
    if record is None or not readable(act.site, act.matrix, act.by, record):
        return Refused((*found, Finding("pull.unknown", subject="item")))
    if not purpose.strip():
        found.append(Finding("pull.no-purpose", subject="purpose"))
    if record.applicant not in about(act.site, dossier) and not concerns.strip():
        found.append(Finding("pull.no-relation", subject="concerns"))
    if last and last < first:
        found.append(Finding("pull.range", subject="last", params={"pages": first}))
    listed = next((each for each in guide_of(act.site, dossier).lines if each.id == line), None)
    described = (document_number, issuer, issued_on, valid_until)
    if listed is not None:
        source = _source(act.site, record, paper)
        described = _described(source, listed, described)
        found += _unfit(act, dossier, listed, source, described)
    if found:
        return Refused(tuple(found))
    row = (
        line,
        item,
        paper,
        first,
        last,
        purpose.strip(),
        concerns.strip(),
        described,
        act.by.userid,
        act.at,
        OWED,
    )
    dossier.pulls = (*dossier.pulls, row)
    owe(act, VERB, dossier.id, on=dossier)
    leave_trace(
        act,
        "dossier.pull",
        dossier,
        unit=dossier.unit,
        permission=Permission.DOSSIER_FILL,
        why=purpose.strip(),
        details={"line": line, "item": item, "paper": paper, "pages": [first, last]},
    )
    return dossier


def _source(site: Site, item: ArchivedItem, digest: str) -> Material | None:
    """Return the material that showed a paper when its case was archived; a notice or a result has none."""
    case = site.dossiers.get(item.dossier)
    if case is None:
        return None
    return next((site.materials[entry[1]] for entry in case.entries if entry[2] == digest), None)


def _described(source: Material | None, line: Line, typed: tuple) -> tuple:
    """Return what a paper says of itself: what was typed, else what was known of it in the archived case."""
    if source is None or source.standard != line.material:
        return typed
    known = (source.document_number, source.issuer, source.issued_on, source.valid_until)
    return tuple(given or kept for given, kept in zip(typed, known, strict=True))


def _unfit(
    act: Act, dossier: Dossier, line: Line, source: Material | None, described: tuple
) -> tuple[Finding, ...]:
    need, offered = need_of(act.site, dossier, line, today=act.today), Offered(*described)
    found = [
        *lacking_identity(need.standard, offered),
        *issued_later(offered, today=act.today),
        *decide_validity(offered, need, today=act.today),
    ]
    if source is not None and MaterialStatus(source.status) not in SOUND:
        status = MaterialStatus(source.status).label
        found.append(Finding("pull.stopped", subject=line.id, params={"status": status}))
    for held, _ in subjects.reachable(act.site, dossier.applicant, line.material):
        same = likeness(offered, as_held(held)) is Likeness.SAME
        if held.status == MaterialStatus.VALID and (same or held is source):
            found.append(Finding("pull.held", subject=line.id, params={"id": held.id, "title": held.title}))
    return tuple(found)


def bring_pages(services: Services, dossier_id: str) -> None:
    """Take out and file what a case has pulled; doing it twice changes nothing."""
    with services.database.read() as root:
        site = root["site"]
        owed = [row for row in site.dossiers[dossier_id].pulls if row[10] == OWED]
        items = {row[1]: site.archives[row[1]] for row in owed}
        taken = [(row, _taken(services, items[row[1]], row)) for row in owed]
    for row, upload in taken:
        services.database.run(
            lambda root, row=row, upload=upload: _settle(services, root["site"], dossier_id, row, upload),
            note="pull pages",
        )


def _taken(services: Services, item: ArchivedItem, row: tuple) -> Upload | str:
    """Return the pages as a content of the store, or the code of what speaks against them; the reading is on the access log."""
    _line, _item, digest, first, last, purpose, *_rest, by, _at, _owed = row
    paper = next((each for each in papers_in(services, item) if each.digest == digest), None)
    if paper is None or paper.media is None or not services.store.has(digest):
        return "pull.unknown"
    pages = max(paper.pages, 1)
    last = last or pages
    if last > pages:
        return "pull.range"
    services.access.note(
        services.clock.now(),
        {"by": by, "read": "archives.pull", "on": f"archive:{item.id}", "purpose": masked(purpose)},
    )
    path = services.store.path(digest)
    if (first, last) == (1, pages):
        with path.open("rb") as stream:
            stored = services.store.put(stream)
    else:
        body = services.extractor.excerpt(path, first, last) if paper.media is MediaType.PDF else None
        if body is None:
            return "pull.unreadable"
        stored = services.store.put_bytes(body)
    title = f"{paper.title}.{paper.path.rpartition('.')[2]}"
    return Upload(stored.digest, stored.sm3, stored.size, str(paper.media), title, last - first + 1)


def _settle(services: Services, site: Site, dossier_id: str, row: tuple, upload: Upload | str) -> None:
    dossier = site.dossiers[dossier_id]
    if row not in dossier.pulls:
        return
    by = identity_of(site.people[row[8]], services.clock.today())
    act = services.act(site, by, channel="job")
    outcome = upload if isinstance(upload, str) else _filed(act, dossier, row, upload)
    dossier.pulls = tuple((*each[:10], outcome) if each == row else each for each in dossier.pulls)
    leave_trace(
        act, "dossier.pulled", dossier, unit=dossier.unit, details={"line": row[0], "outcome": outcome}
    )
    site.jobs.strike(dossier.owed)


def _filed(act: Act, dossier: Dossier, row: tuple, upload: Upload) -> str:
    """Make the pages a material, and put it on its line where it is good enough; return its id or what stopped it."""
    line, item_id, digest, first, last, purpose, concerns, described, by, _at, _owed = row
    item, listed = act.site.archives[item_id], guide_of(act.site, dossier).line(line)
    if not readable(act.site, act.matrix, act.by, item):
        return "pull.unknown"
    if item.applicant not in about(act.site, dossier) and not concerns:
        return "pull.no-relation"  # separated since
    source = _source(act.site, item, digest)
    stopped = (*may_fill(act, dossier, line), *_unfit(act, dossier, listed, source, described))
    if stopped:
        return stopped[0].code
    material = Material()
    material.applicant, material.standard, material.title = dossier.applicant, listed.material, listed.name
    material.document_number, material.issuer, issued_on, material.valid_until = described
    material.issued_on = material.valid_from = issued_on
    material.source, material.source_dossier = MaterialSource.HISTORY.value, dossier.id
    material.archival_code = item.code
    last = last or first + upload.page_count - 1
    material.excerpt = (item.id, digest, first, last, by, act.at, purpose, concerns)
    if keys.owner(act.site, renewals.identity(material)) is not None:
        return "pull.held"
    _grade(act, material, source)
    material.renditions = ((hold(act, upload).digest, upload.title, "scan", act.at),)
    register(act, material)
    renewals.claim(act, material)
    leave_trace(
        act,
        "material.pull",
        material,
        unit=dossier.unit,
        why=purpose,
        details={"item": item.id, "pages": [first, last]},
    )
    need = need_of(act.site, dossier, listed, today=act.today)
    held = as_held(material, standard=listed.material)
    verdict = decide_reuse(held, need, today=act.today)
    keep(act, dossier, need, LineVerdict(held, verdict))
    if verdict.usable:
        note = f"历史档案 {item.code} 第{first}—{last}页"
        enter_line(act, dossier, line, material, material.files, MaterialSource.REUSED, note)
        fill_course(act, dossier)
    return material.id


def _grade(act: Act, material: Material, source: Material | None) -> None:
    """Grade a copy from the archives: B where the archived one was verified or is the organ's own, else as it was.

    A copy of what nobody had vouched for waits to be compared, as every imported paper does.
    """
    if source is None or source.grade in (Grade.A, Grade.B):
        vouch(act, material)
    else:
        material.grade = source.grade
