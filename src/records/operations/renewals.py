"""Renewals (换发、重新扫描): which held material a paper is, which it takes the place of, and what is in use once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from records.domain.materials import Likeness, Offered, Via, likeness, material_identity
from records.domain.reuse import Need
from records.domain.vocabulary import MaterialStatus
from records.indexes import keys
from records.resources.dossiers import Dossier
from records.resources.materials import Material

from .acts import Act, leave_trace
from .checklists import as_held
from .subjects import reachable


def alike(
    act: Act, dossier: Dossier, need: Need, offered: Offered, digests: tuple[str, ...]
) -> tuple[Material | None, tuple[Material, ...]]:
    """Return the material a paper is, if it is known, and those in use whose place it takes (同一材料、换发).

    What lies under the subject's other number is never written over: the paper takes its place, as long as both are joined.
    """
    known = [
        (
            material,
            via is Via.JOINED,
            Likeness.SAME if digests in material.showings else likeness(offered, as_held(material)),
        )
        for material, via in reachable(act.site, dossier.applicant, need.standard.code)
        if material.status in (MaterialStatus.VALID, MaterialStatus.SUPERSEDED)
        and material.situation == need.situation
    ]
    same = max(
        (material for material, other, like in known if like is Likeness.SAME and not other),
        key=lambda material: (material.status == MaterialStatus.VALID, material.number),
        default=None,
    )
    older = tuple(
        material
        for material, other, like in known
        if (like is Likeness.NEWER or (like is Likeness.SAME and other))
        and material.status == MaterialStatus.VALID
    )
    return same, older


def take_place(
    act: Act, dossier: Dossier, material: Material, *, renewed: Sequence[Material], replaced: bool
) -> None:
    """Put a material into use; what it renews, and with an override all of its kind, is superseded.

    A renewal also ends the validity of the older paper on the day before its own issue.
    """
    material.status, material.superseded_by = MaterialStatus.VALID.value, ""
    for older in renewed:
        last = material.issued_on - timedelta(days=1) if material.issued_on else None
        own = older.applicant == material.applicant
        if own and last and (older.issued_on is None or older.issued_on <= last):
            older.valid_until = min(older.valid_until or last, last)
        close(act, older, material)
    if replaced:
        for older, _ in list(reachable(act.site, dossier.applicant, material.standard)):
            if older.id != material.id and older.status == MaterialStatus.VALID:
                close(act, older, material)
    claim(act, material)


def close(act: Act, older: Material, newer: Material) -> None:
    """Take a material out of use because a newer one stands in its place; its key is free again."""
    older.status, older.superseded_by = MaterialStatus.SUPERSEDED.value, newer.id
    keys.release(act.site, identity(older), older.id)
    leave_trace(act, "material.supersede", older, details={"by": newer.id})


def identity(material: Material) -> bytes:
    """Return the key of a material in use; one without a number is told apart by itself only."""
    parts = material_identity(
        material.applicant,
        material.standard,
        material.situation,
        material.document_number or material.id,
        material.issuer,
        material.issued_on,
    )
    return keys.compose("material-identity", *parts)


def claim(act: Act, material: Material) -> None:
    """Take the key under which a material in use exists only once (I1)."""
    owner = keys.claim(act.site, identity(material), material.id)
    if owner is not None:
        raise ValueError(f"{material.id} is the same material as {owner}")
