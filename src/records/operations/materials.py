"""Materials: take one against its line, use one that is held, keep the bytes once, never ask twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from records.domain import materials as rules
from records.domain.checklists import LineStatus
from records.domain.dossiers import Gap
from records.domain.findings import Finding, Refused, blocking
from records.domain.guide_parts import Line
from records.domain.permissions import Permission
from records.domain.vocabulary import DossierState, Grade, MaterialSource, MaterialStatus, Override
from records.indexes import keys, questions
from records.resources.dossiers import Dossier
from records.resources.materials import Holding, Material

from . import renewals, subjects
from .acts import Act, leave_trace, owe, register
from .checklists import as_held, checklist_of, guide_of, held_by, need_of
from .discretion import discreet
from .standards import standards
from .subjects import reachable

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
        owe(act, "extract-text", upload.digest, on=holding)
    return holding


@discreet
def submit_material(
    act: Act,
    dossier: Dossier,
    *,
    line: str,
    upload: Upload,
    pages: Sequence[Upload] = (),
    description: Description = Description(),
    override: Override | None = None,
    note: str = "",
) -> Material | Refused:
    """Take a material against its line (收取材料), or refuse kindly because the centre already holds it (I2, I3).

    ``pages`` are the files of the following pages in their order, where a paper was photographed page by page.
    """
    found = _may_fill(act, dossier, line, over=MaterialSource.REUSED)
    if found:
        return Refused(found)
    listed = _line(act, dossier, line)
    need = need_of(act.site, dossier, listed, today=act.today)
    if description.issued_on is None and Grade.D in listed.grades:
        description = replace(
            description, issued_on=act.today
        )  # a self-made paper is of the day it is handed in
    digests = tuple(each.digest for each in (upload, *pages))
    offered = _offered(description, digests)
    same, older = renewals.alike(act, dossier, need, offered, digests)
    stopped = _unfit(act, dossier, need, offered, same, override=override, note=note)
    if len(set(digests)) < len(digests):
        stopped = (*stopped, Finding("material.page-twice", subject=line))
    if stopped:
        return Refused(stopped)
    how = _way(listed, override)
    material = same if same is not None else _new_material(act, dossier, listed, description, how)
    if same is None or same.status == MaterialStatus.SUPERSEDED:
        replaced = override in (Override.EXPIRED, Override.CHANGED)
        renewals.take_place(act, dossier, material, renewed=older, replaced=replaced)
    _complete(act, material, description)
    if digests not in material.showings:
        material.renditions = (*material.renditions, *_renditions(act, upload, pages))
    leave_trace(
        act,
        "material.submit",
        material,
        unit=dossier.unit,
        permission=Permission.DOSSIER_FILL,
        why=f"{override}:{note}" if override else "",
        details={"dossier": dossier.id, "line": line, "files": digests},
    )
    dossier.entries = tuple(entry for entry in dossier.entries if entry[0] != line)
    _enter_line(act, dossier, line, material, digests, how, note)
    if override is not None:
        dossier.overrides = (*dossier.overrides, (line, override.value, note, act.by.userid, act.at))
    leave_trace(act, "dossier.fill", dossier, unit=dossier.unit, permission=Permission.DOSSIER_FILL, why=note)
    return material


def use_material(act: Act, dossier: Dossier, *, line: str, material: str) -> Material | Refused:
    """Use a material that is held (复用): once confirmed, the applicant hands in nothing for this line."""
    found = _may_fill(act, dossier, line)
    listed = _line(act, dossier, line)
    mine = {record.id: (record, via) for record, via in reachable(act.site, dossier.applicant)}
    record, via = mine.get(material, (None, None))
    if record is None or (
        listed is not None and standards(act.site).resolve(record.standard) != listed.material
    ):
        found = (*found, Finding("material.unknown", subject=line))
    if found:
        return Refused(found)
    verdict = rules.decide_reuse(
        as_held(record, via, standard=listed.material),
        need_of(act.site, dossier, listed, today=act.today),
        today=act.today,
    )
    if not verdict.usable:
        return Refused((Finding(verdict.reason, subject=line, params=verdict.params, basis=verdict.clause),))
    reuse(act, dossier, line, record, via)
    leave_trace(act, "dossier.reuse", dossier, unit=dossier.unit, permission=Permission.DOSSIER_FILL)
    return record


def reuse(act: Act, dossier: Dossier, line: str, material: Material, via: rules.Via | None) -> None:
    """Put a held material on its line with the bytes it has today; the link it came through is written beside it."""
    note = via.label if via else ""
    _enter_line(act, dossier, line, material, material.files, MaterialSource.REUSED, note)


def fill_from_library(act: Act, dossier: Dossier) -> int:
    """Fill every line whose material is held and valid; return how many lines were filled now."""
    held = [
        state
        for state in checklist_of(act.site, dossier, today=act.today).lines
        if state.status is LineStatus.HELD
    ]
    for state in held:
        reuse(act, dossier, state.line.id, act.site.materials[state.material], state.via)
    return len(held)


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
    dossier.entries = tuple(kept for kept in dossier.entries if kept[0] != line)
    material = act.site.materials[entry[1]]
    mine = material.source_dossier == dossier.id and entry[3] != MaterialSource.REUSED
    if mine and not _used_elsewhere(act, dossier, material):
        material.status = MaterialStatus.WITHDRAWN.value
        keys.release(act.site, renewals.identity(material), material.id)
        leave_trace(act, "material.withdraw", material, unit=dossier.unit, why=why)
    leave_trace(
        act, "dossier.unfill", dossier, unit=dossier.unit, permission=Permission.DOSSIER_FILL, why=why
    )
    return dossier


def dispute(act: Act, dossier: Dossier, *, line: str, why: str) -> None:
    """Mark the paper on a line as wrong: it fills no line by itself until it is taken again or a right one comes."""
    for wrong in dict.fromkeys(entry[1] for entry in dossier.entries if entry[0] == line):
        material = act.site.materials[wrong]
        material.disputed = True
        leave_trace(act, "material.dispute", material, unit=dossier.unit, why=why)


def disputable(act: Act, dossier: Dossier, gaps: Sequence[Gap]) -> tuple[Finding, ...]:
    """Check that what a one-time notice says of a reused material can be true (复用材料的异议)."""
    lines = {line.id: line for line in guide_of(act.site, dossier).lines}
    reused = {
        entry[0]: act.site.materials[entry[1]]
        for entry in dossier.entries
        if entry[3] == MaterialSource.REUSED
    }
    return tuple(
        found
        for gap in gaps
        if gap.line in reused
        for found in rules.decide_dispute(
            as_held(reused[gap.line]),
            need_of(act.site, dossier, lines[gap.line], today=act.today),
            gap.kind,
            today=act.today,
        )
    )


def add_result(act: Act, dossier: Dossier, *, standard: str, title: str, issuer: str) -> Material:
    """Make what the centre issued a material of its holder at once: A as the organ's own file, B as a scan.

    A sole trader's new licence belongs to the business it founds, which is linked with its operator.
    """
    person = act.site.applicants[dossier.applicant]
    holder = subjects.business_of(act, dossier, standard=standard, number=dossier.result_number)
    holding = act.site.holdings[dossier.result_digest]
    material = Material()
    material.applicant, material.standard, material.title = holder.id, standard, title
    material.document_number, material.issuer = dossier.result_number, issuer
    material.issued_on = material.valid_from = dossier.decided_at and act.today
    material.valid_until = dossier.result_valid_until
    material.grade = (Grade.A if dossier.result_electronic else Grade.B).value
    material.source, material.source_dossier = MaterialSource.RESULT.value, dossier.id
    material.verified_by, material.verified_on = act.by.userid, act.today
    material.original_seen = True
    material.renditions = ((holding.digest, title, "result", act.at),)
    register(act, material)
    codes = standards(act.site).together(standard)
    for older in [each for code in codes for each in questions.library(act.site, holder.id, code)]:
        if older.status == MaterialStatus.VALID:
            renewals.close(act, older, material)
    renewals.claim(act, material)
    leave_trace(act, "material.result", material, unit=dossier.unit)
    if holder is not person:
        subjects.link(act, person, holder, evidence=material)
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
    """Tell whether another case of the same applicant, or of its business, has the material on a line."""
    return any(
        entry[1] == material.id
        for subject in subjects.same_business(act.site, material.applicant)
        for other in questions.dossiers_of(act.site, subject)
        for entry in other.entries
        if other.id != dossier.id
    )


def _closed(dossier: Dossier) -> Finding:
    return Finding("dossier.closed-for-materials", params={"state": DossierState(dossier.state).label})


def _line(act: Act, dossier: Dossier, line: str) -> Line | None:
    return next((listed for listed in guide_of(act.site, dossier).lines if listed.id == line), None)


def _offered(description: Description, digests: tuple[str, ...]) -> rules.Offered:
    return rules.Offered(
        number=description.document_number,
        issuer=description.issuer,
        issued_on=description.issued_on,
        valid_until=description.valid_until,
        digest=rules.bundle(digests),
    )


def _unfit(
    act: Act,
    dossier: Dossier,
    need: rules.Need,
    offered: rules.Offered,
    same: Material | None,
    *,
    override: Override | None,
    note: str,
) -> tuple[Finding, ...]:
    """Return what speaks against a paper: it cannot be told apart, it is held already, its validity has ended."""
    held = held_by(act.site, dossier, need.standard.code)
    found = blocking(
        (
            *rules.lacking_identity(need.standard, offered),
            *rules.decide_receipt(offered, held, need, today=act.today, override=override, note=note),
        )
    )
    if any(each.code == "material.same-as-unusable" for each in found):
        return found
    ended = rules.decide_validity(offered, need, today=act.today)
    if not ended and same is not None:
        ended = rules.decide_validity(as_held(same), need, today=act.today)
    return (*found, *ended)


def _way(line: Line, override: Override | None) -> MaterialSource:
    """Say how a paper comes to its line: fetched by the office where the guide waives it, else from the applicant."""
    if override is Override.VOLUNTEERED:
        return MaterialSource.VOLUNTEERED
    return MaterialSource.FETCHED if line.waived else MaterialSource.SUBMITTED


def _new_material(
    act: Act, dossier: Dossier, line: Line, description: Description, how: MaterialSource
) -> Material:
    number = description.document_number
    material = Material()
    material.applicant = subjects.holder_of(act, dossier, standard=line.material, number=number).id
    material.standard, material.title, material.document_number = line.material, line.name, number
    material.issuer = description.issuer
    material.issued_on = material.valid_from = description.issued_on
    material.valid_until = description.valid_until
    material.source_dossier = dossier.id
    if Grade.D in line.grades:
        material.grade, material.original_seen = Grade.D.value, description.original_seen
    if how is MaterialSource.FETCHED:
        material.source = how.value
        vouch(act, material)
    return register(act, material)


def vouch(act: Act, material: Material) -> None:
    """Raise a copy to what a window answers for (C→B): who saw it or fetched it, and on which day."""
    if material.grade == Grade.C:
        material.grade = Grade.B.value
        material.verified_by, material.verified_on = act.by.userid, act.today


def _complete(act: Act, material: Material, description: Description) -> None:
    """Take over what a paper shows more than is known of it: its last day, and that its original was seen."""
    material.disputed = False
    material.valid_until = material.valid_until or description.valid_until
    if description.original_seen:
        vouch(act, material)
        material.original_seen = True


def _renditions(act: Act, upload: Upload, pages: Sequence[Upload]) -> Iterator[tuple]:
    yield hold(act, upload).digest, upload.title, "scan", act.at
    for page in pages:
        yield hold(act, page).digest, page.title, "page", act.at


def _enter_line(
    act: Act,
    dossier: Dossier,
    line: str,
    material: Material,
    digests: Sequence[str],
    how: MaterialSource,
    note: str,
) -> None:
    dossier.entries = (
        *dossier.entries,
        *((line, material.id, digest, how.value, act.at, act.by.userid, note) for digest in digests),
    )
