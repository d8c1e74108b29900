"""Consent (同意): what an applicant says at the desk of the reuse of a held material, and what follows in open cases at once."""

from __future__ import annotations

from records.domain.consents import EVERY_ITEM, ConsentKind, decide_consent, standing
from records.domain.findings import Refused
from records.domain.permissions import Permission
from records.resources.materials import Material

from .acts import Act, leave_trace
from .discretion import discreet
from .reuse import empty_lapsed, open_users


@discreet
def record_consent(
    act: Act, material: Material, *, said: ConsentKind, item: str = EVERY_ITEM, why: str = ""
) -> Material | Refused:
    """Write down what the applicant says (登记同意): given, withdrawn, or that it serves named items only.

    After a withdrawal the lines of open cases that rest on it are empty again, with the reason; the applicant hands the
    paper in and the case goes on. What was accepted stays. Findings: those of ``decide_consent``.
    """
    item = "" if said is ConsentKind.UNLIMITED else item.strip() or EVERY_ITEM
    found = decide_consent(said, item, standing(material.consents), known=act.site.guides, why=why)
    if found:
        return Refused(found)
    material.consents = (*material.consents, (said.value, item, act.at, act.by.userid, why.strip()))
    leave_trace(
        act,
        "material.consent",
        material,
        permission=Permission.CONSENT_RECORD,
        why=why.strip(),
        details={"said": said.value, "item": item},
    )
    for dossier in list(open_users(act.site, material)):
        empty_lapsed(act, dossier, material=material.id, why=f"{said.label}：{why.strip()}".rstrip("："))
    return material
