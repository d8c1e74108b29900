"""Originals (核验原件): a scan that nobody vouched for becomes usable once a window has seen the original."""

from __future__ import annotations

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import DossierState, Grade, MaterialStatus
from records.resources.dossiers import Dossier
from records.resources.materials import Material

from .acts import Act, leave_trace
from .checklists import OPEN, checklist_of
from .materials import vouch
from .reuse import fill_from_library
from .subjects import reachable


def verify_original(act: Act, dossier: Dossier, *, line: str) -> Material | Refused:
    """Record that the original of a line's material was seen (核验原件): grade C becomes B, with who and when.

    The material lies on the line, or is held and was not good enough for it; then it fills the line now.
    """
    found = []
    if DossierState(dossier.state) not in OPEN:
        state = DossierState(dossier.state).label
        found.append(Finding("dossier.closed-for-materials", params={"state": state}))
    material = to_verify(act.site, dossier, line, today=act.today)
    if material is None:
        found.append(Finding("material.nothing-to-verify", subject=line))
    if found:
        return Refused(tuple(found))
    vouch(act, material, seen=True)
    leave_trace(
        act,
        "material.verify",
        material,
        unit=dossier.unit,
        permission=Permission.DOSSIER_FILL,
        details={"dossier": dossier.id, "line": line},
    )
    fill_from_library(act, dossier)
    leave_trace(act, "dossier.verify", dossier, unit=dossier.unit, permission=Permission.DOSSIER_FILL)
    return material


def to_verify(site, dossier: Dossier, line: str, *, today) -> Material | None:
    """Return the material of grade C on a line, or the newest one held for an empty line that it cannot fill yet."""
    on_line = next((site.materials[entry[1]] for entry in dossier.entries if entry[0] == line), None)
    if on_line is not None:
        return on_line if on_line.grade == Grade.C else None
    state = checklist_of(site, dossier, today=today).line(line)
    if state is None or not state.needed:
        return None
    held = (
        material
        for material, _ in reachable(site, dossier.applicant, state.line.material)
        if material.grade == Grade.C
        and material.status == MaterialStatus.VALID
        and Grade.C not in state.line.grades
        and Grade.B in state.line.grades
    )
    return max(held, key=lambda material: material.number, default=None)
