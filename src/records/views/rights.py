"""The citizen's side at the counter (申请人查询): one page to turn the screen round to or print, and the copies handed out."""

from __future__ import annotations

from urllib.parse import quote

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding
from records.domain.permissions import Permission
from records.domain.rights import DELETION, SealGround
from records.domain.vocabulary import Grade, MaterialSource, MaterialStatus
from records.operations import discretion, rights, use_register
from records.resources.applicants import Applicant
from records.resources.dossiers import Dossier
from records.resources.materials import Material

from . import minors
from .api import BASE, answer, problem
from .layout import day, instant, shown, unit_name

HELD = "held"


def page(context: Applicant, request: Request) -> dict[str, object]:
    """Show what is held and who used it when for what; of a child only for a purpose. It is on the access log first."""
    purpose = request.POST.get("purpose", "").strip()
    if minors.is_minor(request, context) and not purpose:
        request.override_renderer = "applicants/purpose.pt"
        asked = request.method == "POST"
        found = (Finding("minor.no-purpose", subject="purpose"),) if asked else ()
        return {
            "name": minors.named(request, context),
            "number": context.number_masked,
            "purpose": "",
            "action": request.resource_path(context, HELD),
            "errors": shown(request, found),
        }
    request.note_read("applicants.held", context.id, purpose=purpose)
    return {
        "applicant": context,
        "back": request.resource_path(context).rstrip("/"),
        "rows": [row_of(request, each) for each in rights.held_about(request.site, context.id)],
        "looked": looked_at(request, context),
        "today": day(request.today),
    }


def looked_at(request: Request, applicant: Applicant) -> list[dict[str, str]]:
    """Return who asked for the archived items of a subject, what for and how it ended (谁查过我的档案)."""
    return [
        {
            "at": instant(each.at), "iso": each.at.isoformat(), "code": each.code, "item": each.item,
            "by": each.unit or each.by, "purpose": each.purpose, "ways": each.ways, "state": each.state,
        }
        for each in use_register.uses_about(request.site, applicant.id)
    ]  # fmt: skip


def row_of(request: Request, held: rights.HeldThing) -> dict[str, object]:
    """Return one held thing as a citizen reads it: what, where from, until when, in which state, and every use."""
    material = held.material
    return {
        "title": material.title,
        "href": request.resource_path(material).rstrip("/"),
        "number": discretion.shown(material.document_number),
        "issuer": material.issuer,
        "source": " ".join(filter(None, (MaterialSource(material.source).label, material.archival_code, held.via.label if held.via else ""))),
        "since": instant(material.created_at),
        "grade": f"{material.grade}级 {Grade(material.grade).label}",
        "until": day(material.valid_until),
        "state": state_of(material),
        "sealed": sealed_of(material),
        "uses": [use_of(request, use) for use in held.uses],
    }  # fmt: skip


def state_of(material: Material) -> dict[str, str]:
    """Return the badge of a material's state; an objection that waits stands before it."""
    kind = "done" if material.status == MaterialStatus.VALID else "plain"
    if material.disputed:
        return {"word": "有异议，暂不复用", "kind": "wait"}
    return {"word": MaterialStatus(material.status).label, "kind": kind}


def sealed_of(material: Material) -> str:
    """Return why a wish for deletion was answered by sealing, empty when it was not."""
    if not material.sealed:
        return ""
    at, _by, _wish, ground, _before = material.sealed
    return f"{instant(at)} 封存：{SealGround(ground).label}（{DELETION}）"


def use_of(request: Request, use: rights.Use) -> dict[str, str]:
    """Return one use as it is read: when, by whom, for what, and in which case."""
    case = request.site.dossiers.get(use.dossier) if use.dossier else None
    return {
        "at": instant(use.at),
        "iso": use.at.isoformat(),
        "by": unit_name(request, use.unit) if use.unit else _unit_of(request, use.by),
        "purpose": use.purpose,
        "how": use.how,
        "code": case.code if case is not None else "",
    }


def _unit_of(request: Request, userid: str) -> str:
    person = request.site.people.get(userid)
    unit = getattr(person, "unit", "") if person is not None else ""
    return unit_name(request, unit) if unit else str(request.site.office.get("name", ""))


def for_receipt(request: Request, dossier: Dossier) -> list[dict[str, object]] | None:
    """Return what is held about the applicant to whoever holds the receipt; None for a child, whose guardian comes to the counter.

    Where somebody else acted, only what this case used is told: the receipt may be in that person's hands.
    """
    applicant = request.site.applicants[dossier.applicant]
    if minors.is_minor(request, applicant):
        return None
    used = {entry[1] for entry in dossier.entries}
    return [
        row_of(request, each)
        for each in rights.held_about(request.site, applicant.id)
        if not (dossier.agent_id or dossier.agent) or each.material.id in used
    ]


def facts_of(request: Request, material: Material) -> dict[str, object]:
    """Return what the page of a material says of the citizen's side: uses, objections with answers, sealing, copies."""
    return {
        "uses": [
            use_of(request, use)
            for use in rights.uses_of(material, rights.uses_in_cases(request.site, material))
        ],
        "objections": [
            {"at": instant(at), "why": why, "answer": said, "upheld": upheld, "settled": instant(settled)}
            for at, _by, why, settled, _who, upheld, said in reversed(material.objections)
        ],
        "sealed": sealed_of(material),
        "copies": [
            {
                "at": instant(at),
                "to": recipient,
                "purpose": purpose,
                "href": request.resource_path(material, "copy", query={"n": str(number)}),
            }
            for number, (at, _by, recipient, purpose) in enumerate(material.copies)
            if material.status != MaterialStatus.SEALED
        ],
    }


def send_copy(context: Material, request: Request) -> Response:
    """Send a copy that was noted, with its purpose across each page; nothing of it is kept."""
    number = request.GET.get("n", "")
    if not number.isdecimal() or len(number) > 4 or context.status == MaterialStatus.SEALED:
        raise HTTPNotFound
    if int(number) >= len(context.copies):
        raise HTTPNotFound
    request.note_read("materials.copy", f"material:{context.id}", purpose=context.copies[int(number)][3])
    body = rights.copy_of(request.registry.services, request.site, context, int(number))
    response = Response(body, content_type="application/pdf")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(context.title)}.pdf"
    response.headers["Cache-Control"] = "no-store"
    return response


def program(context: Applicant, request: Request) -> Response:
    """Answer a program with what is held and each use; of a child only for a purpose."""
    purpose = request.GET.get("purpose", "").strip()
    if minors.is_minor(request, context) and not purpose:
        return problem(request, (Finding("minor.no-purpose", subject="purpose"),), status=400)
    request.note_read("applicants.held", context.id, purpose=purpose)
    found = [row_of(request, each) for each in rights.held_about(request.site, context.id)]
    return answer(
        request,
        {
            "materials": [{key: value for key, value in row.items() if key != "href"} for row in found],
            "uses_of_archives": looked_at(request, context),
        },
    )


def includeme(config: Configurator) -> None:
    """Open the page to who may see the applicant, the copies to who may see the material."""
    may = {"context": Applicant, "permission": Permission.APPLICANT_VIEW}
    for method in ("GET", "POST"):
        config.add_view(page, name=HELD, request_method=method, renderer="applicants/held.pt", **may)
    config.add_route(
        "api.applicants.held",
        f"{BASE}/applicants/{{id}}/held",
        request_method="GET",
        traverse="/applicants/{id}",
    )
    config.add_view(program, route_name="api.applicants.held", **may)
    config.add_view(
        send_copy, name="copy", context=Material, request_method="GET", permission=Permission.MATERIAL_VIEW
    )
