"""Materials: take one against its line, use one that is held, keep the bytes once, never ask twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from records.domain.findings import Finding, Refused, blocking
from records.domain.guide_parts import Line
from records.domain.materials import Offered, bundle, issued_later, lacking_identity
from records.domain.permissions import Permission
from records.domain.reuse import (
    LineVerdict,
    Need,
    choose,
    decide_receipt,
    decide_reuse,
    decide_validity,
)
from records.domain.vocabulary import DossierState, Grade, MaterialSource, MaterialStatus, Override
from records.indexes import keys, questions
from records.resources.dossiers import Dossier
from records.resources.materials import Holding, Material

from . import renewals, subjects
from .acts import Act, leave_trace, owe, register
from .checklists import OPEN, as_held, checklist_of, falls_of, guide_of, held_by, need_of
from .deposits import Deposit, take_in, unfit
from .discretion import discreet
from .reuse import enter_line, fill_course, keep, reuse
from .standards import standards

#: What the office fetches itself may come after the acceptance, too (后台补调取).
TO_FETCH = OPEN | {DossierState.ACCEPTED}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that already lies in the content store: digests, bytes, sniffed type, pages, its title.

    ``licence`` is the identifier of an e-licence that stands in it (电子证照标识), as it stands there.
    """

    digest: str
    sm3: str
    size: int
    media_type: str
    title: str
    page_count: int = 0
    licence: str = ""


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
    deposit: Deposit | None = None,
    online: bool = False,
) -> Material | Refused:
    """Take a material against its line (收取材料), or refuse kindly because the centre already holds it (I2, I3).

    ``pages`` are the files of the following pages in their order, where a paper was photographed page by page.
    With a ``deposit`` the paper original is taken in as well; ``online`` says that the file was handed in online.
    """
    found = may_fill(act, dossier, line, over=MaterialSource.REUSED)
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
    if deposit is not None:
        stopped = (*stopped, *unfit(act, dossier, listed, deposit, handed_in=not listed.waived))
    if stopped:
        return Refused(stopped)
    choice = _choice(act, dossier, need, offered)
    keep(act, dossier, need, choice)
    how = _way(listed, override)
    material = same if same is not None else _new_material(act, dossier, listed, description, how)
    if same is None or same.status == MaterialStatus.SUPERSEDED:
        replaced = override in (Override.EXPIRED, Override.CHANGED)
        renewals.take_place(act, dossier, material, renewed=older, replaced=replaced)
    _complete(act, material, description)
    material.licence_identifier = upload.licence or material.licence_identifier
    if digests not in material.showings:
        material.renditions = (*material.renditions, *_renditions(act, upload, pages))
    leave_trace(
        act,
        "material.submit",
        material,
        unit=dossier.unit,
        permission=Permission.DOSSIER_FILL,
        why=f"{override}:{note}" if override else "",
        details={"dossier": dossier.id, "line": line, "files": digests, **_held_then(choice, override)},
    )
    dossier.entries = tuple(entry for entry in dossier.entries if entry[0] != line)
    enter_line(act, dossier, line, material, digests, how, note)
    if online or line in dossier.online:
        others = tuple(each for each in dossier.online if each != line)
        dossier.online = (*others, line) if online else others
    if override is not None:
        overridden = (line, override.value, note, act.by.userid, act.at, act.by.window)
        dossier.overrides = (*dossier.overrides, overridden)
    leave_trace(act, "dossier.fill", dossier, unit=dossier.unit, permission=Permission.DOSSIER_FILL, why=note)
    if deposit is not None:
        take_in(act, dossier, listed, material.id, deposit)
    fill_course(act, dossier)
    return material


def use_material(act: Act, dossier: Dossier, *, line: str, material: str) -> Material | Refused:
    """Use a material that is held (复用): once confirmed, the applicant hands in nothing for this line."""
    found = may_fill(act, dossier, line)
    listed = _line(act, dossier, line)
    mine = {record.id: (record, via) for record, via in subjects.available(act.site, dossier, line=line)}
    record, via = mine.get(material, (None, None))
    if record is None or (
        listed is not None and standards(act.site).resolve(record.standard) != listed.material
    ):
        found = (*found, Finding("material.unknown", subject=line))
    if found:
        return Refused(found)
    verdict = decide_reuse(
        as_held(record, via, standard=listed.material),
        need_of(act.site, dossier, listed, today=act.today),
        today=act.today,
    )
    if not verdict.usable:
        return Refused((Finding(verdict.reason, subject=line, params=verdict.params, basis=verdict.clause),))
    reuse(act, dossier, line, record, via)
    leave_trace(act, "dossier.reuse", dossier, unit=dossier.unit, permission=Permission.DOSSIER_FILL)
    return record


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
    # What was taken away stays known as such, or the same paper could come again as a new one.
    if mine and not material.stopped and not _used_elsewhere(act, dossier, material):
        material.status = MaterialStatus.WITHDRAWN.value
        keys.release(act.site, renewals.identity(material), material.id)
        leave_trace(act, "material.withdraw", material, unit=dossier.unit, why=why)
    leave_trace(
        act, "dossier.unfill", dossier, unit=dossier.unit, permission=Permission.DOSSIER_FILL, why=why
    )
    return dossier


def add_result(
    act: Act, dossier: Dossier, *, standard: str, title: str, issuer: str, issued_on: date | None = None
) -> Material:
    """Make what the centre issued a material of its holder at once: A as the organ's own file, B as a scan.

    ``issued_on`` is the day on it, today unless told.
    A sole trader's new licence belongs to the business it founds, which is linked with its operator.
    """
    person = act.site.applicants[dossier.applicant]
    holder = subjects.business_of(act, dossier, standard=standard, number=dossier.result_number)
    holding = act.site.holdings[dossier.result_digest]
    material = Material()
    material.applicant, material.standard, material.title = holder.id, standard, title
    material.document_number, material.issuer = dossier.result_number, issuer
    material.issued_on = material.valid_from = issued_on or act.today
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
    fill_course(act, dossier)
    return material


def may_fill(
    act: Act, dossier: Dossier, line: str, *, over: MaterialSource | None = None
) -> tuple[Finding, ...]:
    """Say what speaks against filling a line; an entry that came by way of ``over`` may be replaced."""
    found = []
    listed = _line(act, dossier, line)
    fallen = blocking(falls_of(act.site, dossier, today=act.today).values())
    gone = line in {each.subject for each in fallen}
    late = (listed is not None and listed.waived) or gone or line in [row[0] for row in dossier.separated]
    open_in = TO_FETCH if late else OPEN
    found += subjects.stopped(act.site, dossier.applicant)
    if DossierState(dossier.state) not in open_in:
        found.append(_closed(dossier))
    if listed is None:
        found.append(Finding("material.outside-guide", subject=line, basis="优化营商环境条例 第三十五条"))
    elif not gone and any(entry[0] == line and entry[3] != over for entry in dossier.entries):
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
        for subject in subjects.linked(act.site, material.applicant)
        for listed in (questions.dossiers_of, questions.dossiers_naming)
        for other in listed(act.site, subject)
        for entry in other.entries
        if other.id != dossier.id
    )


def _closed(dossier: Dossier) -> Finding:
    return Finding("dossier.closed-for-materials", params={"state": DossierState(dossier.state).label})


def _line(act: Act, dossier: Dossier, line: str) -> Line | None:
    return next((listed for listed in guide_of(act.site, dossier).lines if listed.id == line), None)


def _offered(description: Description, digests: tuple[str, ...]) -> Offered:
    return Offered(
        number=description.document_number,
        issuer=description.issuer,
        issued_on=description.issued_on,
        valid_until=description.valid_until,
        digest=bundle(digests),
    )


def _unfit(
    act: Act,
    dossier: Dossier,
    need: Need,
    offered: Offered,
    same: Material | None,
    *,
    override: Override | None,
    note: str,
) -> tuple[Finding, ...]:
    """Return what speaks against a paper: it cannot be told apart, it is held already, its validity has ended."""
    held = held_by(act.site, dossier, need.standard.code, line=need.line.id)
    found = blocking(
        (
            *lacking_identity(need.standard, offered),
            *issued_later(offered, today=act.today),
            *decide_receipt(offered, held, need, today=act.today, override=override, note=note),
        )
    )
    if any(each.code == "material.same-as-unusable" for each in found):
        return found
    ended = decide_validity(offered, need, today=act.today)
    if not ended and same is not None:
        ended = decide_validity(as_held(same), need, today=act.today)
    return (*found, *ended)


def _choice(act: Act, dossier: Dossier, need: Need, offered: Offered) -> LineVerdict:
    held = held_by(act.site, dossier, need.standard.code, line=need.line.id)
    return choose(held, need, today=act.today, digest=offered.digest)


def _held_then(choice: LineVerdict, override: Override | None) -> dict[str, str]:
    """Say of a hand-in that a usable paper was held, and for which lawful reason it was taken again all the same."""
    if choice.verdict is None or not choice.verdict.usable:
        return {}
    return {"held": choice.verdict.reason, "override": override.value if override else ""}


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
        material.grade = Grade.D.value
    if how is MaterialSource.FETCHED:
        material.source = how.value
        vouch(act, material)
    return register(act, material)


def vouch(act: Act, material: Material, *, seen: bool = False) -> None:
    """Raise a copy to what a window answers for (C→B): who fetched it or saw the original, and on which day."""
    if material.grade == Grade.C:
        material.grade = Grade.B.value
        material.verified_by, material.verified_on = act.by.userid, act.today
    if seen and not material.original_seen:
        material.original_seen = True
        material.verified_by, material.verified_on = act.by.userid, act.today


def _complete(act: Act, material: Material, description: Description) -> None:
    """Take over what a paper shows more than is known of it: its last day, and that its original was seen."""
    material.disputed = False
    material.valid_until = material.valid_until or description.valid_until
    if description.original_seen:
        vouch(act, material, seen=True)


def _renditions(act: Act, upload: Upload, pages: Sequence[Upload]) -> Iterator[tuple]:
    yield hold(act, upload).digest, upload.title, "scan", act.at
    for page in pages:
        yield hold(act, page).digest, page.title, "page", act.at
