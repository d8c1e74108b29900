"""Applicants at the counter: found by number, created once, their library, and a new case for one of the items."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import ApplicantKind, Grade, MaterialSource, MaterialStatus
from records.forms.verbs import verb
from records.indexes import questions
from records.operations import discretion
from records.resources.applicants import Applicant, Applicants
from records.resources.dossiers import Dossiers
from records.resources.materials import Material

from . import desk, items
from .acting import perform
from .api import STATUS
from .layout import name_of, shown

SHOWN_CASES = 12


def status_of(refused: Refused) -> int:
    """Return the status a refusal answers with, the same as in the API."""
    return max((STATUS.get(found.code, 409) for found in refused.findings), default=409)


def find(context: Applicants, request: Request) -> Response | dict[str, object]:
    """Find by number: go to the applicant, or offer to create one with the same number; it never stands in an address."""
    number = request.POST.get("number", "")
    result = perform(request, verb("applicants", "find"), None, {"number": number}, channel="screen")
    if isinstance(result, Refused):
        request.response.status_int = status_of(result)
        return {"found": False, "number": number, "errors": shown(request, result.findings)}
    if result is None:
        return {"found": None, "number": number, "values": {}}
    return HTTPSeeOther(request.resource_path(result).rstrip("/"))


def create(context: Applicants, request: Request) -> Response | dict[str, object]:
    """Create the file of an applicant; whoever has one is pointed out."""
    asked = ("number", "name", "phone", "representative")
    values = {name: request.POST.get(name, "") for name in asked}
    result = perform(request, verb("applicants", "create"), None, values, channel="screen")
    if isinstance(result, Refused):
        request.response.status_int = status_of(result)
        there = next(
            (found.params["id"] for found in result.findings if found.code == "applicant.exists"), None
        )
        existing = request.resource_path(context[there]).rstrip("/") if there else ""
        errors = shown(request, result.findings)
        return {
            "found": None,
            "number": values["number"],
            "values": values,
            "errors": errors,
            "existing": existing,
        }
    return HTTPSeeOther(f"{request.resource_path(result).rstrip('/')}?done=create")


def show(context: Applicant, request: Request) -> dict[str, object]:
    """Show an applicant: the masked number, the library, the cases, and the items a new case can be opened for."""
    request.note_read("applicants.show", context.id)
    return page(context, request)


def page(context: Applicant, request: Request) -> dict[str, object]:
    """Return what the applicant's page shows; ``?item=`` filters the items, ``?guide=`` chooses one."""
    site, typed = request.site, request.GET.get("item", "").strip()
    kind = ApplicantKind(context.applicant_kind)
    chosen = request.GET.get("guide", "")
    offered = [
        _item(guide, body)
        for guide, body in items.offered(site, typed, kind=kind, today=request.today)
        if chosen in ("", guide.key)
    ]
    mine = list(islice(questions.dossiers_of(site, context.id), SHOWN_CASES))
    return {
        "applicant": context,
        "kind": kind.label,
        "library": [material_of(request, material) for material in questions.library(site, context.id)],
        "cases": [desk.row_of(request, dossier) for dossier in mine if request.has_permission(Permission.DOSSIER_VIEW, dossier)],
        "items": offered,
        "item": typed,
        "chosen": bool(chosen) or (bool(typed) and len(offered) == 1),
        "opens": bool(request.has_permission(Permission.DOSSIER_OPEN, site.dossiers)),
        "reveals": bool(request.has_permission(Permission.APPLICANT_REVEAL, context)),
        "open_path": request.resource_path(site.dossiers, "open"),
        "again": "",
    }  # fmt: skip


def _item(guide, body) -> dict[str, object]:
    return {
        "key": guide.key,
        "title": guide.title,
        "kind": body.item_kind.label,
        "limit": body.limits.promised.label,
        "questions": [{"key": question.key, "text": question.text} for question in body.situations],
    }


def material_of(request: Request, material: Material) -> dict[str, object]:
    """Return a material as the library lists it: what it is, how far it is trusted, who saw it, until when it holds."""
    newest = material.renditions[-1] if material.renditions else None
    return {
        "id": material.id,
        "title": material.title,
        "number": discretion.shown(material.document_number),
        "issuer": material.issuer,
        "issued_on": material.issued_on,
        "grade": f"{material.grade}级 {Grade(material.grade).label}",
        "source": MaterialSource(material.source).label,
        "status": MaterialStatus(material.status).label,
        "usable": material.status == MaterialStatus.VALID,
        "verified": f"{name_of(request, material.verified_by)} {material.verified_on or ''}".strip()
        if material.verified_by
        else "",
        "valid_until": material.valid_until,
        "preview": request.resource_path(material, "preview", query={"digest": newest[0]}) if newest else "",
    }


def open_case(context: Dossiers, request: Request) -> Response | dict[str, object]:
    """Open a case for an applicant by the chosen guide; the ticks answer its questions."""
    values: Mapping[str, object] = {
        "applicant": request.POST.get("applicant", ""),
        "guide": request.POST.get("guide", ""),
        "situation": dict.fromkeys(request.POST.getall("situation"), True),
        "agent": request.POST.get("agent", ""),
        "again": request.POST.get("again", ""),
    }
    result = perform(request, verb("dossiers", "open"), None, values, channel="screen")
    if not isinstance(result, Refused):
        return HTTPSeeOther(f"{request.resource_path(result).rstrip('/')}?done=open")
    request.response.status_int = status_of(result)
    applicant = request.site.applicants.get(values["applicant"])
    existing = next(
        (found.params["id"] for found in result.findings if found.code == "dossier.open-already"), None
    )
    if applicant is not None:
        request.note_read("applicants.show", applicant.id)
    guide = request.site.guides.get(values["guide"])
    return {
        "errors": shown(request, result.findings),
        "applicant": applicant,
        "guide": guide,
        "values": values,
        "existing": request.resource_path(context[existing]).rstrip("/") if existing else "",
    }


def reveal_page(context: Applicant, request: Request) -> dict[str, object]:
    """Ask what the full number is needed for."""
    return {"applicant": context, "number": "", "purpose": ""}


def reveal(context: Applicant, request: Request) -> dict[str, object]:
    """Show the full number this once; purpose, reader and hour stay on record."""
    purpose = request.POST.get("purpose", "")
    result = perform(request, verb("applicants", "reveal"), context, {"purpose": purpose}, channel="screen")
    if isinstance(result, Refused):
        request.response.status_int = status_of(result)
        return {
            "applicant": context,
            "number": "",
            "purpose": purpose,
            "errors": shown(request, result.findings),
        }
    request.note_read("applicants.reveal", context.id, purpose=purpose)
    return {"applicant": context, "number": result, "purpose": purpose}


def includeme(config: Configurator) -> None:
    """Open the applicants' pages."""
    view = config.add_view
    view(find, name="find", context=Applicants, request_method="POST", permission=Permission.APPLICANT_FIND,
         renderer="applicants/find.pt")  # fmt: skip
    view(create, name="create", context=Applicants, request_method="POST", permission=Permission.APPLICANT_CREATE,
         renderer="applicants/find.pt")  # fmt: skip
    view(show, context=Applicant, request_method="GET", permission=Permission.APPLICANT_VIEW,
         renderer="applicants/show.pt")  # fmt: skip
    view(open_case, name="open", context=Dossiers, request_method="POST", permission=Permission.DOSSIER_OPEN,
         renderer="applicants/open.pt")  # fmt: skip
    reveals = {"name": "reveal", "context": Applicant, "permission": Permission.APPLICANT_REVEAL}
    view(reveal_page, request_method="GET", renderer="applicants/reveal.pt", **reveals)
    view(reveal, request_method="POST", renderer="applicants/reveal.pt", **reveals)
