"""Validity in time (材料失效) on the screen and for programs: one material with what may be done to it, and the cases it fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

import deform
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.fetching import LicenceStatus
from records.domain.findings import Finding, Refused, Severity
from records.domain.permissions import Permission
from records.domain.validity import IN_USE
from records.domain.vocabulary import MaterialStatus
from records.forms import asking
from records.forms.verbs import Verb, verb
from records.forms.widgets import errors_of
from records.i18n import _
from records.operations.checklists import falls_of
from records.operations.falls import cases_fallen
from records.resources.dossiers import Dossier
from records.resources.materials import Material
from records.resources.site import Site

from . import messages, minors, rights
from .acting import perform, status_of
from .api import BASE, answer
from .describing import describe
from .layout import day, instant, light, name_of, state_badge, unit_name, units_of
from .materials import material_of

MOST = 200
VERBS = tuple(
    verb("materials", name)
    for name in (
        "stop", "restore", "correct", "object", "settle_objection", "seal", "unseal", "hand_out",
    )
)  # fmt: skip


def show(context: Material, request: Request) -> dict[str, object]:
    """Show a material: what is known of it, by what it was taken away, who corrected it; the reading is on the access log."""
    request.note_read("materials.show", context.id)
    row, holder = material_of(request, context), request.site.applicants[context.applicant]
    stop = context.stopped
    facts = [
        (_("Number on the paper"), row["number"], "code"),
        (_("Identifier of the e-licence"), context.licence_identifier, "code"),
        (_("Issued by"), row["issuer"], ""),
        (_("Issued on"), day(context.issued_on), ""),
        (_("Valid until"), day(context.valid_until), ""),
        (_("Grade"), row["grade"], ""),
        (_("Source"), row["source"], ""),
        (_("Verified by"), row["verified"], ""),
    ]
    if stop:
        facts += [
            (_("What the issuer decided"), LicenceStatus(stop[0]).label, ""),
            (_("Last day of the suspension"), day(stop[2]), ""),
            (_("Number of the decision, or where it was read"), stop[3], ""),
            (_("Reason"), stop[4], ""),
            (_("Written down"), f"{name_of(request, stop[5])} {instant(stop[6])}", ""),
        ]
    return {
        "material": context,
        "holder": minors.named(request, holder),
        "holder_href": request.resource_path(holder).rstrip("/"),
        "row": row,
        "disputed": context.disputed,
        "facts": [{"label": label, "value": value, "kind": kind} for label, value, kind in facts if value],
        "acts": _acts(request, context),
        "citizen": rights.facts_of(request, context),
        "corrections": [
            {
                "iso": at.isoformat(),
                "at": instant(at),
                "what": _("Corrected"),
                "who": name_of(request, by),
                "why": why,
            }
            for at, by, why, _issued in reversed(context.corrections)
        ],
    }


def _acts(request: Request, material: Material) -> list[dict[str, object]]:
    """Return what may be done to a material now."""
    fits = {
        "stop": MaterialStatus(material.status) in IN_USE,
        "restore": bool(material.stopped),
        "correct": MaterialStatus(material.status) in IN_USE,
        "object": MaterialStatus(material.status) in IN_USE and not material.disputed,
        "settle_objection": bool(material.objections)
        and material.objections[-1][3] is None
        and material.objections[-1][1] != request.identity.userid,
        "seal": MaterialStatus(material.status) not in (MaterialStatus.SEALED, MaterialStatus.WITHDRAWN),
        "unseal": material.status == MaterialStatus.SEALED,
        "hand_out": MaterialStatus(material.status) in IN_USE,
    }
    return [
        {"label": one.title, "href": request.resource_path(material, one.name)}
        for one in VERBS
        if fits[one.name] and request.has_permission(one.permission, material)
    ]


def asked_page(one: Verb):
    """Return the page that asks what a verb needs."""

    def view(context: Material, request: Request) -> dict[str, object]:
        return _asked(request, context, one, _sheet(request, context, one), {})

    return view


def asked(one: Verb):
    """Return the view that does it; a refusal shows the page again, nothing typed is lost."""

    def view(context: Material, request: Request) -> Response | dict[str, object]:
        form = _sheet(request, context, one)
        values = asking.read(form, request.POST.items())
        result = perform(request, one, context, values, channel="screen")
        if not isinstance(result, Refused):
            return HTTPSeeOther(f"{request.resource_path(context).rstrip('/')}?done=material-{one.name}")
        request.response.status_int = status_of(result)
        asking.mark(form, ((found.subject, messages.sentence(request, found)) for found in result.findings))
        return _asked(request, context, one, form, values)

    return view


def _sheet(request: Request, material: Material, one: Verb) -> deform.Form:
    return asking.sheet(one, action=request.resource_path(material, one.name))


def _asked(
    request: Request, context: Material, one: Verb, form: deform.Form, values: Mapping
) -> dict[str, object]:
    request.note_read("materials.show", context.id)
    return {
        "material": context,
        "row": material_of(request, context),
        "href": request.resource_path(context).rstrip("/"),
        "title": one.title,
        "corrects": one.name == "correct",
        "form": asking.draw(form, values),
        "errors": errors_of(form),
    }


def of_case(request: Request, dossier: Dossier) -> list[dict[str, object]]:
    """Return what a running case says of materials that hold no longer."""
    return rows_of(request, falls_of(request.site, dossier, today=request.today))


def rows_of(request: Request, falls: Mapping[str, Finding]) -> list[dict[str, object]]:
    """Return materials that hold no longer as rows: what to do, on which line, whether it stops the case."""
    return [
        {
            "line": line,
            "text": messages.sentence(request, found),
            "href": f"#line-{line}",
            "name": found.params["line"],
            "material": request.resource_path(request.site.materials[found.params["id"]]).rstrip("/"),
            "stops": found.severity is Severity.BLOCKS,
        }
        for line, found in falls.items()
    ]


def fallen(context: Site, request: Request) -> dict[str, object]:
    """List the running cases of one's units with a material that holds no longer; the names are on the access log."""
    request.note_read("validity", request.identity.unit)
    return {"rows": [_row(request, dossier) for dossier in _cases(request)]}


def _cases(request: Request) -> Iterator[Dossier]:
    units = units_of(request, Permission.DOSSIER_VIEW)
    return islice((each for unit in units for each in cases_fallen(request.site, unit, MOST)), MOST)


def _row(request: Request, dossier: Dossier) -> dict[str, object]:
    site, due = request.site, dossier.promised_due
    return {
        "href": request.resource_path(dossier).rstrip("/"),
        "code": dossier.code,
        "applicant": minors.named(request, site.applicants[dossier.applicant]),
        "unit": unit_name(request, dossier.unit),
        "state": state_badge(dossier.state),
        "due": day(due),
        "light": light(request, due),
        "falls": of_case(request, dossier),
    }


def waiting(request: Request) -> dict[str, object] | None:
    """Return how many cases rest on a material that holds no longer, for the start page; None when there is none."""
    count = sum(1 for _case in _cases(request))
    return {"href": f"{request.script_name}/desk/validity", "count": count} if count else None


def program(context: object, request: Request) -> Response:
    """Answer a program with the same cases."""
    request.note_read("validity", request.identity.unit)
    return answer(
        request,
        {"dossiers": [describe(request.site, each, today=request.today) for each in _cases(request)]},
    )


def includeme(config: Configurator) -> None:
    """Open a material to who may see it, its verbs to who may amend it, the list to the desk."""
    view = config.add_view
    view(show, context=Material, name="", request_method="GET", permission=Permission.MATERIAL_VIEW,
         renderer="materials/material.pt")  # fmt: skip
    for one in VERBS:
        drawn = {
            "context": Material,
            "name": one.name,
            "permission": one.permission,
            "renderer": "materials/verb.pt",
        }
        view(asked_page(one), request_method="GET", **drawn)
        view(asked(one), request_method="POST", **drawn)
    view(fallen, context=Site, name="desk", subpath="validity", request_method="GET",
         permission=Permission.DESK_VIEW, renderer="materials/fallen.pt")  # fmt: skip
    config.add_route("api.validity", f"{BASE}/validity", request_method="GET")
    view(program, route_name="api.validity", permission=Permission.DESK_VIEW)
