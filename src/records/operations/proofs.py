"""Proofs (证明材料): the paper on which something about a subject is put down, held already or shown at the window."""

from __future__ import annotations

from collections.abc import Collection

from records.domain.findings import Finding
from records.domain.subjects import Proof, decide_proof
from records.domain.vocabulary import Grade, MaterialStatus
from records.resources.applicants import Applicant
from records.resources.materials import Material

from . import renewals
from .acts import Act, leave_trace, register
from .materials import Upload, hold, vouch
from .standards import standards

LINK, END = "identity-link-document", "life-event-document"
GUARDIAN, LETTER = "guardianship-document", "authorisation-letter"


def check(
    act: Act, *, material: str, upload: Upload | None, original_seen: bool, of: Collection[str]
) -> tuple[Finding, ...]:
    """Check the proof of an act: a material of one of those files, or a paper whose original the clerk has seen.

    ``proof.original-unseen`` for a paper without its original, otherwise as :func:`decide_proof` says.
    """
    if upload is not None and not material:
        return () if original_seen else (Finding("proof.original-unseen", subject="original_seen"),)
    held = act.site.materials.get(material.strip())
    if held is None:
        return decide_proof(None, of=of, today=act.today)
    proof = Proof(
        held.applicant, MaterialStatus(held.status), Grade(held.grade), held.disputed, held.valid_until
    )
    return decide_proof(proof, of=of, today=act.today)


def keep(act: Act, holder: Applicant, *, material: str, upload: Upload | None, standard: str) -> Material:
    """Return the material an act rests on; a paper that was shown becomes one of its holder, verified by who saw it."""
    if material.strip() or upload is None:
        return act.site.materials[material.strip()]
    kept = Material()
    kept.applicant, kept.standard = holder.id, standard
    kept.title = standards(act.site)[standard].name
    vouch(act, kept, seen=True)
    kept.renditions = ((hold(act, upload).digest, upload.title, "scan", act.at),)
    register(act, kept)
    renewals.claim(act, kept)
    leave_trace(act, "material.proof", kept, details={"files": [upload.digest]})
    return kept
