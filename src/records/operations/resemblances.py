"""Resemblances (疑似同一份材料): a paper that looks like one we hold is proposed to the clerk, who alone decides.

Compared is only with the same subject's materials of the same kind, and through a link only with what the link opens. What
carries a text is compared by its text, everything else by how its pages look; the pictures are looked at by a limited process.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice

from records.domain.findings import Finding, Refused
from records.domain.materials import Via
from records.domain.permissions import Permission
from records.domain.resemblance import Likeness, closeness, likeness, same_text, says_enough
from records.domain.reuse import decide_reuse
from records.domain.vocabulary import DossierState, MaterialSource, MaterialStatus
from records.extraction.types import MediaType
from records.indexes import keys, questions
from records.resources.dossiers import Dossier
from records.resources.materials import Holding, Looks, Material
from records.resources.site import Site

from . import extracts, renewals
from .acts import Act, leave_trace
from .checklists import as_held, guide_of, need_of
from .materials import OPEN
from .services import Services
from .standards import standards
from .subjects import reachable

#: With how many held papers, the closest first, and how many of their pages a page is compared at most.
CLOSEST, MOST_PAGES = 12, 3

COMPARABLE = frozenset({MaterialStatus.VALID, MaterialStatus.SUPERSEDED})
PICTURED = frozenset({MediaType.PDF, MediaType.JPEG, MediaType.PNG})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A held material that a paper seems to be (疑似已有), and the pages of the paper that it does not have."""

    material: Material
    agreeing: int
    differing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a paper: its content, its number there from 1, its text, its marks."""

    digest: str
    media_type: MediaType
    number: int
    text: str
    marks: bytes


def proposals(site: Site, material: Material) -> tuple[Proposal, ...]:
    """Return what a material seems to be, as far as it is still held within reach and was not told apart."""
    held = {record.id: record for record, _ in _comparable(site, material)}
    return tuple(
        Proposal(held[other], agreeing, differing)
        for other, agreeing, differing in material.likenesses
        if other in held
    )


def read_and_compare(services: Services, digest: str) -> None:
    """Read a content's text and propose what the papers that show it look like; twice changes nothing."""
    extracts.extract_text(services, digest)
    with services.database.read() as root:
        site = root["site"]
        mine = [
            site.materials[material]
            for material in dict.fromkeys(
                entry[1]
                for dossier in questions.dossiers_showing(site, digest)
                for entry in dossier.entries
                if entry[2] == digest and entry[3] != MaterialSource.REUSED
            )
        ]
        waiting = [each.id for each in mine if not each.merged and any(_comparable(site, each))]
    for material in waiting:
        find(services, material)


def find(services: Services, material: str) -> None:
    """Compare a paper with what is held of the same kind and keep what it looks like; nothing is decided."""
    with services.database.read() as root:
        site = root["site"]
        record = site.materials[material]
        mine, others = _text_of(site, record), [other for other, _ in _comparable(site, record)]
        texts = {other.id: _text_of(site, other) for other in others}
        told = {
            other: verdict
            for other, text in texts.items()
            if _all_say_enough(mine) and _all_say_enough(text)
            for verdict in (_by_text(other, mine, text),)
        }
        unseen = [other for other in others if other.id not in told]
        digests = [digest for each in (record, *unseen) for digest in each.files] if unseen else []
    _look(services, digests)
    with services.database.read() as root:
        site = root["site"]
        leaves = _leaves(site, site.materials[material])
        held = sorted(
            ((_closest(leaves, theirs), other.id, theirs) for other in unseen if (theirs := _leaves(site, site.materials[other.id]))),
            key=lambda each: (-each[0], each[1]),
        )  # fmt: skip
    seen = {other: _by_sight(services, other, leaves, theirs) for _, other, theirs in held[:CLOSEST]}
    found = [each for each in (told | seen).values() if each is not None]
    _keep(services, material, found)


def confirm_same(act: Act, dossier: Dossier, *, line: str, material: str) -> Material | Refused:
    """Say that the paper on a line is one we hold (是同一份): its files become another rendition of that one (I1).

    The line keeps its files; ``part`` undoes it. Refused when it was not proposed, when other numbers stand on the two,
    or when the held one cannot serve the line.
    """
    comes, found = _paper_on(act, dossier, line)
    held = (
        next((each.material for each in proposals(act.site, comes) if each.material.id == material), None)
        if comes
        else None
    )
    if comes is not None and held is None:
        found = (*found, Finding("resemblance.not-proposed", subject=line))
    if comes is not None and held is not None:
        found = (*found, *_unmergeable(act, dossier, line, comes, held))
    if found:
        return Refused(found)
    superseded = held.status == MaterialStatus.SUPERSEDED
    keys.release(act.site, renewals.identity(comes), comes.id)
    comes.status, comes.merged = MaterialStatus.WITHDRAWN.value, (held.id, superseded)
    if superseded:
        held.status, held.superseded_by = MaterialStatus.VALID.value, ""
        renewals.claim(act, held)
    held.renditions = (*held.renditions, *comes.renditions)
    _turn(act, dossier, line, comes, held, "confirm_same")
    return held


def tell_apart(act: Act, dossier: Dossier, *, line: str, material: str) -> Material | Refused:
    """Say that the paper on a line is not the held one it looks like (不是同一份): it is never proposed again."""
    comes, found = _paper_on(act, dossier, line)
    held = (
        next((each.material for each in proposals(act.site, comes) if each.material.id == material), None)
        if comes
        else None
    )
    if comes is not None and held is None:
        found = (*found, Finding("resemblance.not-proposed", subject=line))
    if found:
        return Refused(found)
    for one, other in ((comes, held), (held, comes)):
        one.unlike = (*one.unlike, other.id)
        leave_trace(
            act,
            "material.tell_apart",
            one,
            unit=dossier.unit,
            permission=Permission.DOSSIER_FILL,
            details={"from": other.id},
        )
    return comes


def part(act: Act, dossier: Dossier, *, line: str) -> Material | Refused:
    """Take back that the paper on a line is the held one (撤销合并): both stand as before, and are proposed again."""
    comes = merged_on(act.site, dossier, line)
    found = () if DossierState(dossier.state) in OPEN else (_closed(dossier),)
    if comes is None:
        found = (*found, Finding("resemblance.not-merged", subject=line))
    if found:
        return Refused(found)
    held, superseded = act.site.materials[comes.merged[0]], comes.merged[1]
    held.renditions = tuple(each for each in held.renditions if each not in comes.renditions)
    comes.status, comes.merged = MaterialStatus.VALID.value, ()
    if superseded and held.status == MaterialStatus.VALID:
        renewals.close(act, held, comes)
    renewals.claim(act, comes)
    _turn(act, dossier, line, held, comes, "part")
    return comes


def merged_on(site: Site, dossier: Dossier, line: str) -> Material | None:
    """Return the paper of this case that was found to be the held one on a line, if there is such."""
    entries = {(entry[1], entry[2]) for entry in dossier.entries if entry[0] == line}
    return next(
        (
            each
            for each in questions.library(site, dossier.applicant)
            if each.merged
            and each.source_dossier == dossier.id
            and any((each.merged[0], rendition[0]) in entries for rendition in each.renditions)
        ),
        None,
    )


def _comparable(site: Site, material: Material):
    """Yield the held materials of one kind within the subject's reach, with the link they come through."""
    code = standards(site).resolve(material.standard)
    for other, via in reachable(site, material.applicant, code):
        if (
            other.id != material.id
            # Each number keeps its own papers, or they could not be separated again.
            and via is not Via.JOINED
            and other.status in COMPARABLE
            and other.situation == material.situation
            and other.id not in material.unlike
            and other.renditions
        ):
            yield other, via


def _paper_on(act: Act, dossier: Dossier, line: str) -> tuple[Material | None, tuple[Finding, ...]]:
    """Return the paper that was handed in on a line of this very case, or what speaks against it."""
    found = [] if DossierState(dossier.state) in OPEN else [_closed(dossier)]
    entry = next((entry for entry in dossier.entries if entry[0] == line), None)
    material = act.site.materials[entry[1]] if entry else None
    if material is None or entry[3] == MaterialSource.REUSED or material.source_dossier != dossier.id:
        return None, (*found, Finding("resemblance.not-proposed", subject=line))
    return material, tuple(found)


def _unmergeable(
    act: Act, dossier: Dossier, line: str, comes: Material, held: Material
) -> tuple[Finding, ...]:
    if held.document_number and comes.document_number and held.document_number != comes.document_number:
        return (Finding("resemblance.other-number", subject=line, params={"title": held.title}),)
    elsewhere = any(
        entry[1] == comes.id
        for other in questions.dossiers_of(act.site, comes.applicant)
        for entry in other.entries
        if other.id != dossier.id
    )
    if elsewhere:
        return (Finding("resemblance.in-use", subject=line, params={"title": comes.title}),)
    listed = next(each for each in guide_of(act.site, dossier).lines if each.id == line)
    via = next((link for record, link in _comparable(act.site, comes) if record.id == held.id), None)
    as_valid = replace(as_held(held, via, standard=listed.material), status=MaterialStatus.VALID)
    verdict = decide_reuse(as_valid, need_of(act.site, dossier, listed, today=act.today), today=act.today)
    if verdict.usable:
        return ()
    return (Finding(verdict.reason, subject=line, params=verdict.params, basis=verdict.clause),)


def _turn(act: Act, dossier: Dossier, line: str, before: Material, after: Material, event: str) -> None:
    """Put one material in the place of another on a line, with the same files, and leave the traces."""
    dossier.entries = tuple(
        (entry[0], after.id, *entry[2:]) if entry[:2] == (line, before.id) else entry
        for entry in dossier.entries
    )
    for one, other in ((before, after), (after, before)):
        leave_trace(
            act,
            f"material.{event}",
            one,
            unit=dossier.unit,
            permission=Permission.DOSSIER_FILL,
            details={"with": other.id},
        )
    leave_trace(act, f"dossier.{event}", dossier, unit=dossier.unit, permission=Permission.DOSSIER_FILL)


def _closed(dossier: Dossier) -> Finding:
    return Finding("dossier.closed-for-materials", params={"state": DossierState(dossier.state).label})


def _holdings(site: Site, material: Material) -> list[Holding]:
    return [site.holdings[digest] for digest in material.files]


def _text_of(site: Site, material: Material) -> tuple[str, ...]:
    return tuple(page for holding in _holdings(site, material) for page in holding.text_pages)


def _all_say_enough(pages: tuple[str, ...]) -> bool:
    return (
        bool(pages)
        and all(says_enough(page) for page in pages if page.strip())
        and any(page.strip() for page in pages)
    )


def _by_text(material: str, mine: tuple[str, ...], theirs: tuple[str, ...]) -> Likeness | None:
    agrees = {
        number: any(same_text(other, page) for other in theirs)
        for number, page in enumerate(mine, 1)
        if page.strip()
    }
    return likeness(material, agrees)


def _look(services: Services, digests: list[str]) -> None:
    """Have the contents looked at that nobody has looked at yet, the old ones among them, and keep their marks."""
    with services.database.read() as root:
        holdings = root["site"].holdings
        owed = {
            digest: MediaType(holdings[digest].media_type)
            for digest in digests
            if holdings[digest].looks is None and holdings[digest].media_type in PICTURED
        }
    seen = {
        digest: services.looker.fingerprints(services.store.path(digest), media)
        for digest, media in owed.items()
    }

    def record(root) -> None:
        for digest, pages in seen.items():
            looks = Looks()
            looks.pages = pages
            root["site"].holdings[digest].looks = looks

    if seen:
        services.database.run(record, note="looks")


def _leaves(site: Site, material: Material) -> tuple[Leaf, ...]:
    """Return the pages of a material that have something on them, each with its place in its file."""
    return tuple(
        Leaf(holding.digest, MediaType(holding.media_type), number, dict(enumerate(holding.text_pages, 1)).get(number, ""), marks)
        for holding in _holdings(site, material)
        for number, marks in enumerate(holding.looks.pages if holding.looks else (), 1)
    )  # fmt: skip


def _closest(mine: tuple[Leaf, ...], theirs: tuple[Leaf, ...]) -> float:
    first = next((leaf for leaf in mine if leaf.marks), None)
    return max((closeness(first.marks, other.marks) for other in theirs), default=0.0) if first else 0.0


def _by_sight(
    services: Services, material: str, mine: tuple[Leaf, ...], theirs: tuple[Leaf, ...]
) -> Likeness | None:
    """Compare page by page: the page at the same place first, then those that come closest."""
    agrees: dict[int, bool] = {}
    inked = [other for other in theirs if other.marks]
    written = sum(bool(leaf.marks) for leaf in mine)
    for number, leaf in enumerate(mine, 1):
        if not leaf.marks:
            continue
        if (len(agrees) - sum(agrees.values())) * 2 > written:
            return None
        by_place = sorted(
            inked, key=lambda other: (theirs.index(other) != number - 1, -closeness(leaf.marks, other.marks))
        )
        page = services.store.path(leaf.digest), leaf.media_type, leaf.number
        agrees[number] = any(
            services.looker.resembling(
                page, [(services.store.path(other.digest), other.media_type, other.number)]
            )[0]
            for other in islice(by_place, MOST_PAGES)
        )
    return likeness(material, agrees)


def _keep(services: Services, material: str, found: list[Likeness]) -> None:
    ranked = sorted(found, key=lambda each: (len(each.differing), -each.agreeing, each.material))
    kept = tuple((each.material, each.agreeing, each.differing) for each in ranked)

    def record(root) -> None:
        root["site"].materials[material].likenesses = kept

    with services.database.read() as root:
        changed = root["site"].materials[material].likenesses != kept
    if changed:
        services.database.run(record, note="likenesses")
