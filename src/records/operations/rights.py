"""The citizen's side (申请人查询与权利): what is held, where from, who used it for what; objection, sealing, copies.

A wish for deletion is answered by sealing where the papers belong to the archives, with the reason; sealed means kept safe
and nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from records.clock import civil_date
from records.domain import rights as rules
from records.domain.findings import Refused
from records.domain.materials import Via
from records.domain.permissions import Permission
from records.domain.validity import RUNNING
from records.domain.vocabulary import DossierState, MaterialSource, MaterialStatus
from records.extraction.types import MediaType
from records.indexes import keys, questions
from records.resources.dossiers import Dossier
from records.resources.materials import Material
from records.resources.site import Site

from . import renewals, subjects
from .acts import Act, leave_trace
from .checklists import OPEN, guide_of
from .discretion import discreet
from .reuse import empty_lapsed, open_users
from .services import Services

PICTURED = frozenset({MediaType.PDF, MediaType.JPEG, MediaType.PNG})
MOST_PAGES = 60
"""Pages of one copy that is handed out."""

UNUSED = frozenset({DossierState.DRAFT, DossierState.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a material (使用记录): when, by whom, for which item or purpose, and in which case."""

    at: datetime
    by: str
    purpose: str
    how: str
    unit: str = ""
    dossier: str = ""


@dataclass(frozen=True, slots=True)
class HeldThing:
    """One thing the centre holds about a subject, through which link, and every use of it, the newest first."""

    material: Material
    via: Via | None
    uses: tuple[Use, ...]


def held_about(site: Site, applicant: str) -> tuple[HeldThing, ...]:
    """Return everything that is held about a subject with every use of it (中心保存的材料), withdrawn papers left out."""
    uses = _uses(site, applicant)
    return tuple(
        HeldThing(material, via, uses_of(material, uses.get(material.id, ())))
        for material, via in subjects.held(site, applicant)
        if material.status != MaterialStatus.WITHDRAWN
    )


def uses_of(material: Material, in_cases: tuple[Use, ...]) -> tuple[Use, ...]:
    """Return every use of a material: in cases, asked of a platform, taken from the archives, handed out as a copy."""
    found = [*in_cases]
    found += [
        Use(at, by, purpose, "电子证照或者数据查询") for _p, _r, purpose, by, at, *_ in material.lookups
    ]
    if material.excerpt:
        *_, by, at, purpose, _concerns = material.excerpt
        found.append(Use(at, by, purpose, f"取自档案 {material.archival_code}"))
    found += [
        Use(at, by, f"{recipient}：{purpose}", "出具复制件") for at, by, recipient, purpose in material.copies
    ]
    return tuple(sorted(found, key=lambda use: use.at, reverse=True))


def uses_in_cases(site: Site, material: Material) -> tuple[Use, ...]:
    """Return the uses of one material in cases, those of what is linked with its holder too."""
    return _uses(site, material.applicant).get(material.id, ())


def _uses(site: Site, applicant: str) -> Mapping[str, tuple[Use, ...]]:
    found: dict[str, list[Use]] = defaultdict(list)
    for dossier in _cases(site, applicant):
        title, seen = guide_of(site, dossier).title, set()
        for line, material, _digest, how, at, by, _note in dossier.entries:
            if (line, material) not in seen:
                seen.add((line, material))
                found[material].append(
                    Use(at, by, title, MaterialSource(how).label, dossier.unit, dossier.id)
                )
    return {material: tuple(uses) for material, uses in found.items()}


def _cases(site: Site, applicant: str) -> Iterator[Dossier]:
    each = {
        dossier.id: dossier
        for subject in subjects.linked(site, applicant)
        for listed in (questions.dossiers_of, questions.dossiers_naming)
        for dossier in listed(site, subject)
    }
    return iter(each.values())


@discreet
def object_to(act: Act, material: Material, *, why: str) -> Material | Refused:
    """Note that the applicant says a material is wrong (提出异议): it is not reused until somebody has answered."""
    found = rules.decide_objection(MaterialStatus(material.status), disputed=material.disputed, why=why)
    if found:
        return Refused(found)
    material.disputed = True
    material.objections = (*material.objections, (act.at, act.by.userid, why.strip(), None, "", False, ""))
    _trace(act, "material.object", material, why)
    _let_go(act, material, why)
    return material


@discreet
def settle_objection(
    act: Act, material: Material, *, answer: str, upheld: bool = False
) -> Material | Refused:
    """Answer an objection (答复异议), as another person than who noted it: kept as it is and in use again, or right, and out of use until corrected or taken anew."""
    last = material.objections[-1] if material.objections else None
    waits = last is not None and last[3] is None
    noted_by = last[1] if last is not None else ""
    found = rules.decide_answer(disputed=waits, noted_by=noted_by, by=act.by.userid, answer=answer)
    if found or last is None:
        return Refused(found)
    material.disputed = upheld
    settled = (*last[:3], act.at, act.by.userid, upheld, answer.strip())
    material.objections = (*material.objections[:-1], settled)
    _trace(act, "material.objection-settled", material, answer, {"upheld": upheld})
    return material


@discreet
def seal(act: Act, material: Material, *, why: str) -> Material | Refused:
    """Answer a wish for deletion (封存): no reuse, no view, no copy from now on; reused lines of open cases are empty again.

    A case that runs and rests on it goes on first. The ground stands beside it for the applicant to read.
    """
    cases = [each for each in _cases(act.site, material.applicant) if _rests(each, material)]
    released = {each.id for each in open_users(act.site, material)}
    running = tuple(
        each.code for each in cases if DossierState(each.state) in RUNNING and each.id not in released
    )
    found = rules.decide_seal(MaterialStatus(material.status), running=running, why=why)
    if found:
        return Refused(found)
    formed = material.source == MaterialSource.RESULT or bool(material.archival_code)
    used = formed or any(DossierState(each.state) not in UNUSED for each in cases)
    ground = rules.ground_of(used=used)
    before, material.status = material.status, MaterialStatus.SEALED.value
    material.sealed = (act.at, act.by.userid, why.strip(), ground.value, before)
    keys.release(act.site, renewals.identity(material), material.id)
    _trace(act, "material.seal", material, why, {"ground": ground.value})
    _let_go(act, material, why)
    return material


@discreet
def unseal(act: Act, material: Material, *, why: str) -> Material | Refused:
    """Undo a sealing at the applicant's own wish (解除封存), unless another one of the same identity came since."""
    owner = keys.owner(act.site, renewals.identity(material))
    found = rules.decide_unseal(
        MaterialStatus(material.status), taken=owner not in (None, material.id), why=why
    )
    if found:
        return Refused(found)
    material.status, material.sealed = material.sealed[4], ()
    if material.status == MaterialStatus.VALID:
        renewals.claim(act, material)
    _trace(act, "material.unseal", material, why)
    return material


@discreet
def hand_out(act: Act, material: Material, *, recipient: str, purpose: str) -> Material | Refused:
    """Note a copy that is handed out (出具复制件), to whom and for what; both stand across each of its pages."""
    holdings = [act.site.holdings[digest] for digest in material.files]
    pictured = bool(holdings) and all(each.media_type in PICTURED for each in holdings)
    found = rules.decide_copy(
        MaterialStatus(material.status), pictured=pictured, recipient=recipient, purpose=purpose
    )
    if found:
        return Refused(found)
    material.copies = (*material.copies, (act.at, act.by.userid, recipient.strip(), purpose.strip()))
    _trace(act, "material.copy", material, purpose, {"recipient": recipient.strip()})
    return material


def copy_of(services: Services, site: Site, material: Material, number: int) -> bytes:
    """Return a copy that was noted (复制件) as a PDF with its purpose across each page; IndexError when there is none."""
    from records.exchange.copies import watermarked
    from records.exchange.typeface import shipped_typeface

    at, _by, recipient, purpose = material.copies[number]
    mark = f"仅供{recipient}{purpose}使用 他用无效 {civil_date(at).isoformat()} {site.office.get('name', '')}"
    pictures = []
    for digest in material.files:
        holding = site.holdings[digest]
        for page in range(1, max(holding.page_count, 1) + 1):
            picture = services.extractor.render(
                services.store.path(digest), MediaType(holding.media_type), page, width=1400
            )
            if picture is None or len(pictures) == MOST_PAGES:
                break
            pictures.append(picture)
    return watermarked(pictures, mark, typeface=shipped_typeface())


def _rests(dossier: Dossier, material: Material) -> bool:
    return any(entry[1] == material.id for entry in dossier.entries)


def _let_go(act: Act, material: Material, why: str) -> None:
    for dossier in list(open_users(act.site, material)):
        if DossierState(dossier.state) in OPEN:
            empty_lapsed(act, dossier, material=material.id, why=why.strip())


def _trace(
    act: Act, event: str, material: Material, why: str, details: Mapping[str, object] | None = None
) -> None:
    leave_trace(act, event, material, permission=Permission.MATERIAL_AMEND, why=why.strip(), details=details)
