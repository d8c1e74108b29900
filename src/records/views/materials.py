"""Materials of an applicant as the pages of the desk list them (材料)."""

from __future__ import annotations

from collections.abc import Iterable

from pyramid.request import Request

from records.domain.vocabulary import Grade, MaterialSource, MaterialStatus
from records.extraction.types import UNSEEN
from records.operations import discretion
from records.resources.materials import Material

from .layout import name_of


def drawn(request: Request, digests: Iterable[str]) -> list[str]:
    """Return the contents of which a page can be drawn (预览)."""
    return [digest for digest in digests if request.site.holdings[digest].media_type not in UNSEEN]


def material_of(request: Request, material: Material, *, previews: bool = True) -> dict[str, object]:
    """Return a material as the library lists it: what it is, how far it is trusted, who saw it, until when it holds."""
    here = request.resource_path(material)
    verified = f"{name_of(request, material.verified_by)} {material.verified_on or ''}".strip()
    return {
        "id": material.id,
        "href": here.rstrip("/"),
        "title": material.title,
        "number": discretion.shown(material.document_number),
        "issuer": material.issuer,
        "issued_on": material.issued_on,
        "grade": f"{material.grade}级 {Grade(material.grade).label}",
        "source": MaterialSource(material.source).label,
        "status": MaterialStatus(material.status).label,
        "usable": material.status == MaterialStatus.VALID,
        "verified": verified if material.verified_by else "",
        "seen": verified if material.verified_by and material.original_seen else "",
        "valid_until": material.valid_until,
        "previews": [f"{here}preview?digest={digest}" for digest in drawn(request, material.files)]
        if previews
        else [],
        "files": [],
    }
