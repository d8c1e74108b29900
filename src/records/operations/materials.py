"""Materials: take one against its line, use one that is held, keep the bytes once, never ask twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from records.domain import materials as rules
from records.domain.checklists import LineStatus
from records.domain.findings import Finding, Refused, blocking
from records.domain.guide_parts import Line
from records.domain.permissions import Permission
from records.domain.vocabulary import DossierState, Grade, MaterialSource, MaterialStatus, Override
from records.indexes import keys, questions
from records.resources.dossiers import Dossier
from records.resources.materials import Holding, Material

from .acts import Act, leave_trace, owe, register
from .checklists import as_held, checklist_of, guide_of, held_by, need_of
from .discretion import discreet

#: While a dossier stands here its lines may still be filled.
OPEN = frozenset({DossierState.DRAFT, DossierState.RECEIVED, DossierState.SUPPLEMENT})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that already lies in the content store: digests, bytes, sniffed type, pages and its title."""

    digest: str
    sm3: str
    size: int
    media_type: str
    title: str
    page_count: int = 0


@dataclass(frozen=True, slots=True)
class Description:
    """What the clerk reads off a material: number, issuer, days, and whether the original was seen."""

    document_number: str = ""
    issuer: str = ""
    issued_on: date | None = None
    valid_until: date | None = None
    original_seen: bool = False


def hold(act: Act, upload: Upload) -> Holding:
    """Keep a content once (存件): whoever shows the same bytes again is pointed to the same holding (I1)."""
    holding = act.site.holdings.get(upload.digest)
    if holding is None:
        holding = Holding()
        holding.digest, holding.sm3, holding.size = upload.digest, upload.sm3, upload.size
        holding.media_type, holding.page_count, holding.first_seen = (
            upload.media_type,
            upload.page_count,
            act.at,
        )
        act.site.holdings[upload.digest] = holding
        owe(act, "extract-text", upload.digest)
    return holding


@discreet
def submit_material(
    act: Act,
    dossier: Dossier,
    *,
    line: str,
    upload: Upload,
    description: Description = Description(),
    override: Override | None = None,
    note: str = "",
) -> Material | Refused:
    """Take a material against its line (收取材料), or refuse kindly because the centre already holds it (I2, I3)."""
    found = _may_fill(act, dossier, line, over=MaterialSource.REUSED)
    if found:
        return Refused(found)
    listed = _line(act, dossier, line)
    need = need_of(dossier, listed, today=act.today)
    if description.issued_on is None and Grade.D in listed.grades:
        description = replace(
            description, issued_on=act.today
        )  # a self-made paper is of the day it is handed in
    offered = rules.Offered(
        number=description.document_number,
        issuer=description.issuer,
        issued_on=description.issued_on,
        digest=upload.digest,
    )
    held = held_by(act.site, dossier, listed.material)
    stopped = blocking(
        (
            *rules.lacking_identity(need.standard, offered),
            *rules.decide_receipt(offered, held, need, today=act.today, override=override, note=note),
        )
    )
    if stopped:
        return Refused(stopped)
    holding = hold(act, upload)
    material = _same_material(act, dossier, listed, description, upload)
    if material is None:
        material = _new_material(act, dossier, listed, description, upload)
        _supersede(act, dossier, material, override)
    elif material.status == MaterialStatus.SUPERSEDED:
        material.status, material.superseded_by = MaterialStatus.VALID.value, ""
        _claim(act, material)
        _supersede(act, dossier, material, override)
    material.disputed = False
    if upload.digest not in {rendition[0] for rendition in material.renditions}:
        material.renditions = (*material.renditions, (holding.digest, upload.title, "scan", act.at))
    leave_trace(
        act,
        "material.submit",
        material,
        unit=dossier.unit,
        permission=Permission.DOSSIER_FILL,
        why=f"{override}:{note}" if override else "",
        details={"dossier": dossier.id, "line": line, "digest": holding.digest},
    )
    dossier.entries = tuple(entry for entry in dossier.entries if entry[0] != line)
    how = MaterialSource.VOLUNTEERED if override is Override.VOLUNTEERED else MaterialSource.SUBMITTED
    _enter_line(act, dossier, line, material, holding.digest, how.value, note)
    if override is not None:
        dossier.overrides = (*dossier.overrides, (line, override.value, note, act.by.userid, act.at))
    leave_trace(act, "dossier.fill", dossier, unit=dossier.unit, permission=Permission.DOSSIER_FILL, why=note)
    return material


def use_material(act: Act, dossier: Dossier, *, line: str, material: str) -> Material | Refused:
    """Use a material that is held (复用): once confirmed, the applicant hands in nothing for this line."""
    found = _may_fill(act, dossier, line)
    record = act.site.materials.get(material)
    listed = _line(act, dossier, line)
    fits = record is not None and record.applicant == dossier.applicant
    if not fits or (listed is not None and record.standard != listed.material):
        found = (*found, Finding("material.unknown", subject=line))
    if found:
        return Refused(found)
    verdict = rules.decide_reuse(as_held(record), need_of(dossier, listed, today=act.today), today=act.today)
    if not verdict.usable:
        return Refused((Finding(verdict.reason, subject=line, params=verdict.params, basis=verdict.clause),))
    _enter_line(act, dossier, line, record, record.renditions[-1][0], MaterialSource.REUSED.value, "")
    leave_trace(act, "dossier.reuse", dossier, unit=dossier.unit, permission=Permission.DOSSIER_FILL)
    return record


def fill_from_library(act: Act, dossier: Dossier) -> int:
    """Fill every line whose material is held and valid; return how many lines were filled now."""
    filled = 0
    for state in checklist_of(act.site, dossier, today=act.today).lines:
        if state.status is LineStatus.HELD:
            material = act.site.materials[state.material]
            _enter_line(
                act,
                dossier,
                state.line.id,
                material,
                material.renditions[-1][0],
                MaterialSource.REUSED.value,
                "",
            )
            filled += 1
    return filled


@discreet
def remove_material(act: Act, dossier: Dossier, *, line: str, why: str) -> Dossier | Refused:
    """Take a wrong paper off its line again; a material that no other dossier uses leaves the library."""
    entry = next((entry for entry in dossier.entries if entry[0] == line), None)
    found = []
    if DossierState(dossier.state) not in OPEN:
        found.append(_closed(dossier))
    if entry is None:
        found.append(Finding("material.line-empty", subject=line))
    if not why.strip():
        found.append(Finding("material.no-reason", subject="why"))
    if found:
        return Refused(tuple(found))
    dossier.entries = tuple(kept for kept in dossier.entries if kept is not entry)
    material = act.site.materials[entry[1]]
    mine = material.source_dossier == dossier.id and entry[3] != MaterialSource.REUSED
    if mine and not _used_elsewhere(act, dossier, material):
        material.status = MaterialStatus.WITHDRAWN.value
        keys.release(act.site, _identity(material), material.id)
        leave_trace(act, "material.withdraw", material, unit=dossier.unit, why=why)
    leave_trace(
        act, "dossier.unfill", dossier, unit=dossier.unit, permission=Permission.DOSSIER_FILL, why=why
    )
    return dossier


def dispute(act: Act, dossier: Dossier, *, line: str, why: str) -> None:
    """Mark the paper on a line as wrong: it fills no line by itself until it is taken again or a right one comes."""
    for entry in dossier.entries:
        if entry[0] == line:
            material = act.site.materials[entry[1]]
            material.disputed = True
            leave_trace(act, "material.dispute", material, unit=dossier.unit, why=why)


def add_result(act: Act, dossier: Dossier, *, standard: str, title: str, issuer: str) -> Material:
    """Make what the centre issued a material of its holder at once: A as the organ's own file, B as a scan."""
    holding = act.site.holdings[dossier.result_digest]
    material = Material()
    material.applicant, material.standard, material.title = dossier.applicant, standard, title
    material.document_number, material.issuer = dossier.result_number, issuer
    material.issued_on = material.valid_from = dossier.decided_at and act.today
    material.valid_until = dossier.result_valid_until
    material.grade = (Grade.A if dossier.result_electronic else Grade.B).value
    material.source, material.source_dossier = MaterialSource.RESULT.value, dossier.id
    material.verified_by, material.verified_on = act.by.userid, act.today
    material.original_seen = True
    material.renditions = ((holding.digest, title, "result", act.at),)
    register(act, material)
    for older in list(questions.library(act.site, dossier.applicant, standard)):
        if older.status == MaterialStatus.VALID:
            _close(act, older, material)
    _claim(act, material)
    leave_trace(act, "material.result", material, unit=dossier.unit)
    return material


def _may_fill(
    act: Act, dossier: Dossier, line: str, *, over: MaterialSource | None = None
) -> tuple[Finding, ...]:
    """Say what speaks against filling a line; an entry that came by way of ``over`` may be replaced."""
    found = []
    if DossierState(dossier.state) not in OPEN:
        found.append(_closed(dossier))
    listed = _line(act, dossier, line)
    if listed is None:
        found.append(Finding("material.outside-guide", subject=line, basis="优化营商环境条例 第三十五条"))
    elif any(entry[0] == line and entry[3] != over for entry in dossier.entries):
        found.append(Finding("material.line-filled", subject=line, params={"name": listed.name}))
    else:
        states = {state.line.id: state for state in checklist_of(act.site, dossier, today=act.today).lines}
        if not states[line].needed:
            found.append(Finding("material.line-not-needed", subject=line, params={"name": listed.name}))
    return tuple(found)


def _used_elsewhere(act: Act, dossier: Dossier, material: Material) -> bool:
    """Tell whether another case of the same applicant has the material on a line."""
    return any(
        entry[1] == material.id
        for other in questions.dossiers_of(act.site, material.applicant)
        for entry in other.entries
        if other.id != dossier.id
    )


def _closed(dossier: Dossier) -> Finding:
    return Finding("dossier.closed-for-materials", params={"state": DossierState(dossier.state).label})


def _line(act: Act, dossier: Dossier, line: str) -> Line | None:
    return next((listed for listed in guide_of(act.site, dossier).lines if listed.id == line), None)


def _identity_parts(material: Material) -> rules.Identity:
    return rules.material_identity(
        material.applicant,
        material.standard,
        material.situation,
        material.document_number or material.id,
        material.issuer,
        material.issued_on,
    )


def _identity(material: Material) -> bytes:
    return keys.compose("material-identity", *_identity_parts(material))


def _claim(act: Act, material: Material) -> None:
    """Take the key under which a material in use exists only once (I1)."""
    owner = keys.claim(act.site, _identity(material), material.id)
    if owner is not None:
        raise ValueError(f"{material.id} is the same material as {owner}")


def _same_material(
    act: Act, dossier: Dossier, line: Line, description: Description, upload: Upload
) -> Material | None:
    offered = rules.material_identity(
        dossier.applicant,
        line.material,
        "",
        description.document_number,
        description.issuer,
        description.issued_on,
    )
    alike = [
        material
        for material in questions.library(act.site, dossier.applicant, line.material)
        if material.status in (MaterialStatus.VALID, MaterialStatus.SUPERSEDED)
        and (
            (description.document_number and _identity_parts(material) == offered)
            or upload.digest in {rendition[0] for rendition in material.renditions}
        )
    ]
    return max(
        alike,
        key=lambda material: (material.status == MaterialStatus.VALID, material.number),
        default=None,
    )


def _new_material(
    act: Act, dossier: Dossier, line: Line, description: Description, upload: Upload
) -> Material:
    material = Material()
    material.applicant, material.standard, material.title = dossier.applicant, line.material, line.name
    material.document_number = description.document_number
    material.issuer = description.issuer
    material.issued_on = material.valid_from = description.issued_on
    material.valid_until = description.valid_until
    material.original_seen = description.original_seen
    material.source_dossier = dossier.id
    if Grade.D in line.grades:
        material.grade = Grade.D.value
    elif description.original_seen:
        material.grade = Grade.B.value
        material.verified_by, material.verified_on = act.by.userid, act.today
    register(act, material)
    _claim(act, material)
    return material


def _supersede(act: Act, dossier: Dossier, material: Material, override: Override | None) -> None:
    if override not in (Override.EXPIRED, Override.CHANGED):
        return
    for older in list(questions.library(act.site, dossier.applicant, material.standard)):
        if older.id != material.id and older.status == MaterialStatus.VALID:
            _close(act, older, material)


def _close(act: Act, older: Material, newer: Material) -> None:
    older.status, older.superseded_by = MaterialStatus.SUPERSEDED.value, newer.id
    keys.release(act.site, _identity(older), older.id)
    leave_trace(act, "material.supersede", older, details={"by": newer.id})


def _enter_line(
    act: Act, dossier: Dossier, line: str, material: Material, digest: str, how: str, note: str
) -> None:
    dossier.entries = (
        *dossier.entries,
        (line, material.id, digest, how, act.at, act.by.userid, note),
    )
