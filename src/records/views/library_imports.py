"""Imported papers that wait for a look (待核验): each with its picture, one key to agree, another to send it back."""

from __future__ import annotations

from itertools import islice

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.forms.verbs import verb
from records.indexes import questions
from records.operations.importing_library import waiting as waits
from records.resources.materials import Material
from records.resources.site import Site

from . import minors
from .acting import perform, status_of
from .api import BASE, answer
from .describing import describe
from .files import send_preview
from .layout import day, may_somewhere, shown
from .materials import material_of

LISTED = 20
MOST_COUNTED = 200
VERBS = tuple(verb("materials", name) for name in ("verify", "reject"))


def page(context: Site, request: Request) -> dict[str, object]:
    """List the imported papers that nobody has compared yet; the names it shows are on the access log."""
    return listing(request)


def listing(
    request: Request, errors: tuple[Finding, ...] = (), *, typed: dict[str, str] | None = None
) -> dict[str, object]:
    """Return what the list shows; ``typed`` is the reason that was typed, by the id of its paper."""
    if not may_somewhere(request, Permission.MATERIAL_VERIFY):
        raise HTTPForbidden
    request.note_read("library-imports", request.identity.unit)
    return {
        "rows": [_row(request, each, typed or {}) for each in questions.imported(request.site, limit=LISTED)],
        "count": _count(request),
        "brings": may_somewhere(request, Permission.MATERIAL_IMPORT),
        "errors": shown(request, errors),
    }


def _row(request: Request, material: Material, typed: dict[str, str]) -> dict[str, object]:
    return {
        **material_of(request, material),
        "holder": minors.named(request, request.site.applicants[material.applicant]),
        "days": f"{day(material.issued_on)} — {day(material.valid_until) or '…'}",
        "code": material.archival_code,
        "shown": [
            request.resource_path(material, "imported-preview", query={"digest": digest})
            for digest in material.files
        ],
        "verify": request.resource_path(material, "verify"),
        "reject": request.resource_path(material, "reject"),
        "why": typed.get(material.id, ""),
    }


def _count(request: Request) -> int:
    return sum(1 for _ in islice(questions.imported(request.site), MOST_COUNTED))


def waiting(request: Request) -> dict[str, object] | None:
    """Return how many imported papers wait, for the start page; None when there is none or they are not for this person."""
    if not may_somewhere(request, Permission.MATERIAL_VERIFY):
        return None
    count = _count(request)
    return {"href": f"{request.script_name}/desk/library-imports", "count": count} if count else None


def judged(name: str):
    """Return the view that agrees to a paper or sends it back, and comes back to the list."""
    one = verb("materials", name)

    def view(context: Material, request: Request) -> Response | dict[str, object]:
        values = {field: value for field, value in request.POST.items() if field in one.form()}
        result = perform(request, one, context, values, channel="screen")
        if isinstance(result, Refused):
            request.response.status_int = status_of(result)
            return listing(request, result.findings, typed={context.id: values.get("why", "")})
        return HTTPSeeOther(f"{request.script_name}/desk/library-imports?done=imported-{name}")

    return view


def preview(context: Material, request: Request) -> Response:
    """Show a page of a paper that waits; of any other this way shows nothing."""
    if not waits(context):
        raise HTTPNotFound
    return send_preview(context, request)


def program(context: object, request: Request) -> Response:
    """Answer a program with the papers that wait."""
    request.note_read("library-imports", request.identity.unit)
    found = questions.imported(request.site, limit=MOST_COUNTED)
    return answer(
        request, {"materials": [describe(request.site, each, today=request.today) for each in found]}
    )


def includeme(config: Configurator) -> None:
    """Open the list, the pictures on it and what is done there to who may verify."""
    view, may, drawn = config.add_view, Permission.MATERIAL_VERIFY, "materials/imported.pt"
    view(page, context=Site, name="desk", subpath="library-imports", request_method="GET",
         permission=Permission.DESK_VIEW, renderer=drawn)  # fmt: skip
    for one in VERBS:
        view(judged(one.name), context=Material, name=one.name, request_method="POST", permission=may,
             renderer=drawn)  # fmt: skip
    view(preview, context=Material, name="imported-preview", request_method="GET", permission=may)
    config.add_route(
        "api.library-imports", f"{BASE}/library-imports", request_method="GET", traverse="/materials"
    )
    view(program, route_name="api.library-imports", permission=may)
