"""What was fetched (调取所得) becomes a material of its holder: once, grade A, with where it came from and what for."""

from __future__ import annotations

from records.domain import materials as rules
from records.domain.fetching import Licence
from records.domain.reuse import Need
from records.domain.vocabulary import Grade, MaterialSource, MaterialStatus
from records.indexes import keys
from records.resources.dossiers import Dossier
from records.resources.materials import Material

from . import renewals
from .acts import Act, leave_trace, register
from .materials import Upload, hold


def put_into_library(
    act: Act, dossier: Dossier, need: Need, *, licence: Licence, upload: Upload, holder: str, lookup: tuple
) -> Material | None:
    """Return the material that a licence is: a rendition of the one held already, or a new one that renews the older.

    None when the very material stands in the library and was taken out of use for a reason of its own.
    """
    digests = (upload.digest,)
    offered = rules.Offered(
        number=licence.document_number,
        issuer=licence.issuer,
        issued_on=licence.issued_on,
        valid_until=licence.valid_until,
        digest=upload.digest,
    )
    same, older = renewals.alike(act, dossier, need, offered, digests)
    material = same if same is not None else _new(act, dossier, need, licence, holder)
    if same is None and keys.owner(act.site, renewals.identity(material)) is not None:
        return None
    hold(act, upload)
    if digests not in material.showings:
        material.renditions = (*material.renditions, (upload.digest, upload.title, "licence", act.at))
    material.grade, material.disputed = Grade.A.value, False
    material.valid_until = licence.valid_until or material.valid_until
    material.licence_identifier = licence.identifier or material.licence_identifier
    material.verified_by, material.verified_on = lookup[3], act.today
    material.lookups = (*material.lookups, lookup)
    if same is None:
        register(act, material)
    if same is None or same.status == MaterialStatus.SUPERSEDED:
        renewals.take_place(act, dossier, material, renewed=older, replaced=False)
    leave_trace(
        act,
        "material.fetch",
        material,
        unit=dossier.unit,
        details={
            "dossier": dossier.id,
            "line": need.line.id,
            "platform": lookup[0],
            "request": lookup[1],
            "files": digests,
        },
    )
    return material


def _new(act: Act, dossier: Dossier, need: Need, licence: Licence, holder: str) -> Material:
    material = Material()
    material.applicant, material.standard = holder, need.line.material
    material.title, material.document_number = need.line.name, licence.document_number
    material.issuer, material.issued_on = licence.issuer, licence.issued_on
    material.valid_from, material.valid_until = licence.valid_from or licence.issued_on, licence.valid_until
    material.source, material.source_dossier = MaterialSource.FETCHED.value, dossier.id
    return material
