"""The catalogue of standard materials (标准材料目录): what each is called, where it is used, and what a merge would change."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding, Refused
from records.domain.materials import Sensitivity, StandardMaterial
from records.domain.permissions import Permission
from records.domain.plain import as_plain
from records.domain.standards import fold
from records.domain.vocabulary import Grade, ReuseClass
from records.forms.standards import PARTS
from records.forms.verbs import VERBS, Verb
from records.i18n import _
from records.operations.standards import plan_merge, standards, used_by, where_used
from records.resources.site import Site
from records.resources.standards import StandardsFolder
from records.rules import catalogue

from . import messages
from .acting import perform
from .layout import may_somewhere, shown

LONGEST = 60
IDENTITY = {"number": _("Number"), "issuer": _("Issuer"), "issued_on": _("Day of issue")}


def desk(context: Site, request: Request) -> dict[str, object]:
    """List the standard materials, all or those whose name, alias or code holds what was typed."""
    return listing(request)


def listing(
    request: Request, errors: tuple[Finding, ...] = (), typed: dict[str, str] | None = None
) -> dict[str, object]:
    """Return what the list shows; ``typed`` is what stands in the form for a new material."""
    known, query = standards(request.site), " ".join(request.GET.get("q", "").split())[:LONGEST]
    counts = used_by(request.site, today=request.today)
    rows = [
        _row(request, material, counts.get(code, 0), retired=known.is_retired(code))
        for code, material in known.items()
        if _matches(known.together(code), material, query)
    ]
    return {
        "rows": rows,
        "total": len(known),
        "query": query,
        "search": f"{request.script_name}/desk/standards",
        "may_edit": may_somewhere(request, Permission.STANDARD_EDIT),
        "typed": typed or {},
        "reuses": list(ReuseClass),
        "sensitivities": list(Sensitivity),
        "parts_of": [(part, IDENTITY[part]) for part in PARTS],
        "grades": list(Grade),
        "post": f"{request.script_name}/standards",
        "errors": shown(request, errors),
    }


def _matches(codes: tuple[str, ...], material: StandardMaterial, query: str) -> bool:
    wanted = fold(query).casefold()
    return any(wanted in fold(name).casefold() for name in (material.name, *material.aliases, *codes))


def _row(request: Request, material: StandardMaterial, count: int, *, retired: bool) -> dict[str, object]:
    return {
        "code": material.code,
        "href": address(request, material.code),
        "name": material.name,
        "aliases": "、".join(material.aliases),
        "reuse": material.reuse.label,
        "sensitivity": material.sensitivity.label,
        "validity": material.validity_days,
        "licence_type": material.licence_type,
        "issuer": material.issuer,
        "used": count,
        "retired": retired,
    }


def address(request: Request, code: str, **query: str) -> str:
    """Return the path of one material's page."""
    path = f"{request.script_name}/desk/standard/{quote(code)}"
    return f"{path}?{urlencode(query)}" if query else path


def one(context: Site, request: Request) -> dict[str, object]:
    """Show one material: everything said of it, where it is used, and, when another is named, what merging would change."""
    parts = request.path_info.strip("/").split("/")
    known = standards(request.site)
    if len(parts) != 3 or parts[2] not in known:
        raise HTTPNotFound
    return page(request, parts[2])


def page(
    request: Request, code: str, errors: tuple[Finding, ...] = (), typed: dict[str, str] | None = None
) -> dict[str, object]:
    """Return what the page of a material shows; ``typed`` is what was typed into the form that was refused."""
    known = standards(request.site)
    material, standing = known.as_put_down(code), known.resolve(code)
    own, uses = known.own.get(code), where_used(request.site, code, today=request.today)
    into = " ".join((typed or request.GET).get("into", "").split())[:LONGEST]
    plan = None
    if into and standing == code:
        target = into if into in known else known.standard_of(into) or into
        plan = plan_merge(request.site, code=code, into=target, today=request.today)
        errors = errors or plan.findings
    return {
        "material": material,
        "said": {
            "name": material.name,
            "licence_type": material.licence_type,
            "validity_days": material.validity_days or "",
            "issuer": material.issuer,
            "note": material.note,
            "reuse": material.reuse.value,
            "sensitivity": material.sensitivity.value,
            **(typed or {}),
        },
        "shipped": catalogue.materials().get(code),
        "identity": [IDENTITY[part] for part in PARTS if part in material.identity],
        "grades": "、".join(sorted(material.grades)),
        "retired": own is not None and own.retired,
        "merged": {"name": known[code].name, "href": address(request, standing)}
        if standing != code
        else None,
        "absorbed": [
            {"code": each, "name": known.as_put_down(each).name, "href": address(request, each)}
            for each in known.together(code)
            if each != code
        ]
        if standing == code
        else [],
        "uses": [
            {
                "href": f"{request.script_name}/guides/{use.guide}",
                "title": use.title,
                "line": use.name,
                "result": not use.line,
            }
            for use in uses
        ],
        "plan": plan,
        "target": known[plan.winner].name if plan is not None and plan.winner in known else "",
        "into": into,
        "reuses": list(ReuseClass),
        "sensitivities": list(Sensitivity),
        "may_edit": may_somewhere(request, Permission.STANDARD_EDIT),
        "list": f"{request.script_name}/desk/standards",
        "here": address(request, code),
        "post": f"{request.script_name}/standards",
        "errors": shown(request, errors),
    }


def doing(verb: Verb):
    """Return the view that does one verb; a refusal shows the page again with every finding and what was typed."""

    def view(context: StandardsFolder, request: Request) -> Response | dict[str, object]:
        fields = verb.form()
        values = {name: value for name, value in request.POST.items() if name in fields}
        for name in ("identity", "grades"):
            if name in fields:
                values[name] = request.POST.getall(name)
        result = perform(request, verb, None, values, channel="screen")
        if isinstance(result, Refused):
            request.response.status_int = 409
            typed = {name: value for name, value in values.items() if isinstance(value, str)}
            return drawn(request, verb, result.findings, typed)
        return HTTPSeeOther(f"{address(request, result.code)}?done=standard-{verb.name}")

    def drawn(request: Request, verb: Verb, findings: tuple[Finding, ...], typed: dict[str, str]):
        if verb.name == "add":
            return listing(request, findings, typed)
        if typed.get("code", "") not in standards(request.site):
            raise HTTPNotFound
        return page(request, typed["code"], findings, typed)

    return view


class UnderDesk:
    """Lets a view answer for every path below one name of the desk."""

    def __init__(self, value: str, info: object) -> None:
        self.value = value

    def text(self) -> str:
        """Return the predicate as ``pviews`` prints it."""
        return f"under = {self.value}"

    phash = text

    def __call__(self, context: object, request: Request) -> bool:
        """Compare the second part of the path; admission asks before the path has been walked."""
        return request.path_info.strip("/").split("/")[1:2] == [self.value]


def program(context: object, request: Request) -> Response:
    """Answer a program with every material that stands, its names and in how many guides it is used."""
    known, counts = standards(request.site), used_by(request.site, today=request.today)
    value = [
        {
            **as_plain(material),
            "codes": list(known.together(code)),
            "retired": known.is_retired(code),
            "used_by": counts[code],
        }
        for code, material in known.items()
    ]
    return Response(json_body={"standards": value}, charset="utf-8")


def plan_for_program(context: object, request: Request) -> Response:
    """Answer a program with what a merge would change; nothing is changed."""
    plan = plan_merge(
        request.site, code=request.GET.get("code", ""), into=request.GET.get("into", ""), today=request.today
    )
    findings = [{**found.as_dict(), "message": messages.sentence(request, found)} for found in plan.findings]
    value = {**as_plain(plan), "findings": findings}
    return Response(json_body=value, charset="utf-8")


def includeme(config: Configurator) -> None:
    """Open the catalogue."""
    for name, view in (("standards", program), ("merge-plan", plan_for_program)):
        config.add_route(f"api.all.{name}", f"/api/v1/{name}", request_method="GET")
        config.add_view(view, route_name=f"api.all.{name}", permission=Permission.STANDARD_VIEW)
    config.add_view_predicate("under", UnderDesk)
    own = {"context": Site, "name": "desk", "request_method": "GET", "permission": Permission.STANDARD_VIEW}
    config.add_view(desk, subpath="standards", renderer="standards/standards.pt", **own)
    config.add_view(one, under="standard", renderer="standards/standard.pt", **own)
    for verb in VERBS:
        if verb.noun == "standards":
            config.add_view(
                doing(verb),
                context=StandardsFolder,
                name=verb.name,
                request_method="POST",
                permission=verb.permission,
                renderer=f"standards/{'standards' if verb.name == 'add' else 'standard'}.pt",
            )
