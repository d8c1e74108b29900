"""The editions of a guide for programs (指南版次接口): list, content, impact, changes, and the draft that is written there.

The ETag of an edition is the digest of its text. A draft is put with ``If-Match``: whoever has read another text is told
who wrote it and when (412), and nothing is stored.
"""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response

from records.domain.changes import Change, changes
from records.domain.findings import Finding, Refused
from records.domain.guide_parts import Guide as GuideBody
from records.domain.permissions import Permission
from records.operations.acts import plain
from records.operations.gate import findings_of
from records.operations.guides import content, save_draft
from records.operations.impacts import Impact, impact
from records.resources.guides import Guide, GuideVersion

from . import messages
from .acting import begin
from .api import BASE, answer, asked_object, problem


def listed(guide: Guide) -> dict[str, object]:
    """Return all editions of a guide as plain values."""
    return {"key": guide.key, "versions": [plain(version.as_record()) for version in guide.versions]}


def edition_of(request: Request, version: GuideVersion) -> dict[str, object]:
    """Return one edition with its content; of one that is not published also what speaks against it."""
    body = content(version)
    found = () if version.status == "published" else findings_of(request.site, body, today=request.today)
    return {
        **plain(version.as_record()),
        "content": body.as_dict(),
        "findings": [{**each.as_dict(), "message": messages.sentence(request, each)} for each in found],
    }


def described_impact(found: Impact) -> dict[str, object]:
    """Return an impact report as plain values."""

    def materials(touched):
        return [
            {
                "material": each.material,
                "name": each.name,
                "before": sorted(each.before),
                "after": sorted(each.after),
            }
            for each in touched
        ]

    return {
        "open_cases": {
            "total": found.open_cases.total,
            "states": dict(found.open_cases.states),
            "ids": list(found.open_cases.ids),
        },
        "asked": described_changes(found.asked),
        "limits": described_changes(found.limits),
        "became_reusable": materials(found.became_reusable),
        "became_useless": materials(found.became_useless),
        "local_conflicts": [each.as_dict() for each in found.local_conflicts],
        "one_things": [
            {"key": each.key, "title": each.title, "findings": [one.as_dict() for one in each.findings]}
            for each in found.one_things
        ],
        "abolished": found.abolished,
    }


def described_changes(found: tuple[Change, ...]) -> list[dict[str, object]]:
    """Return changes as plain values."""
    return [
        {
            "path": change.path,
            "label": change.label,
            "kind": change.kind.value,
            "before": change.before,
            "after": change.after,
            "sentence": change.sentence,
            "internal": change.internal,
        }
        for change in found
    ]


def former_of(guide: Guide, number: int) -> GuideVersion | None:
    """Return the edition that another one is held against: the published one before it, if there is any."""
    earlier = [version for version in guide.published() if version.version < number]
    return earlier[-1] if earlier else None


def versions(context: Guide, request: Request) -> Response:
    """List the editions of a guide."""
    return answer(request, listed(context))


def edition(context: Guide, request: Request) -> Response:
    """Return one edition."""
    return _given(request, _named(context, request))


def draft(context: Guide, request: Request) -> Response:
    """Return the open edition of a guide."""
    version = context.open_edition()
    if version is None:
        raise HTTPNotFound
    return _given(request, version)


def put_draft(context: Guide, request: Request) -> Response:
    """Save the draft of a guide: the content as an edition gives it, under the digest that was read."""
    asked = asked_object(request)
    if isinstance(asked, Refused):
        return problem(request, asked.findings, status=400)
    body = _body(asked)
    if isinstance(body, Refused):
        return problem(request, body.findings, status=422)
    if body.key != context.key:
        found = Finding("guide.not-a-guide", subject="key", params={"problem": f"{body.key} ≠ {context.key}"})
        return problem(request, (found,), status=422)
    result = save_draft(begin(request, channel="api"), body, base=_base(request, context))
    if isinstance(result, Refused):
        codes = {found.code for found in result.findings}
        status = 412 if "guide.edited-meanwhile" in codes else 403 if "permission.denied" in codes else 409
        return problem(request, result.findings, status=status)
    return _given(request, result.versions[-1])


def changed(context: Guide, request: Request) -> Response:
    """Return in words what an edition changes against the published one before it, or against the one that is named."""
    version = _named(context, request)
    against = request.GET.get("against", "")
    old = _numbered(context, against) if against else former_of(context, version.version)
    found = changes(content(old) if old is not None else None, content(version))
    return answer(
        request, {"against": old.version if old is not None else None, "changes": described_changes(found)}
    )


def touched(context: Guide, request: Request) -> Response:
    """Return what an edition means for what is under way; version 0 is the abolition of the item."""
    text = request.matchdict["version"]
    number = 0 if text == "0" else _named(context, request).version

    def may(dossier) -> bool:
        return bool(request.has_permission(Permission.DOSSIER_VIEW, dossier))

    found = impact(request.site, context, number, today=request.today, may=may)
    return answer(request, described_impact(found))


def _given(request: Request, version: GuideVersion) -> Response:
    response = answer(request, edition_of(request, version))
    response.etag = version.digest
    if request.method == "GET":
        response.conditional_response = True
    return response


def _named(guide: Guide, request: Request) -> GuideVersion:
    return _numbered(guide, request.matchdict["version"])


def _numbered(guide: Guide, text: str) -> GuideVersion:
    version = guide.version(int(text)) if text.isascii() and text.isdecimal() and len(text) < 6 else None
    if version is None:
        raise HTTPNotFound
    return version


def _body(asked: Mapping[str, object]) -> GuideBody | Refused:
    try:
        return GuideBody.from_dict(asked)
    except (ValueError, TypeError, RecursionError) as error:
        told = str(error) if isinstance(error, ValueError) else type(error).__name__
        return Refused((Finding("guide.not-a-guide", params={"problem": told[:200]}),))


def _base(request: Request, guide: Guide) -> str:
    """Return the digest under which a draft is put; a tag that fits none of them all stands for another text."""
    text = request.headers.get("If-Match", "").strip()
    return text.removeprefix("W/").strip('"') if text != "*" else ""


def includeme(config: Configurator) -> None:
    """Lay the routes."""

    def lay(name: str, path: str, view, permission: Permission, method: str = "GET") -> None:
        route = f"api.guides.{name}"
        config.add_route(route, f"{BASE}/guides/{{id}}{path}", traverse="/guides/{id}", request_method=method)
        config.add_view(view, route_name=route, context=Guide, permission=permission)

    lay("versions", "/versions", versions, Permission.GUIDE_VIEW)
    lay("version", "/versions/{version}", edition, Permission.GUIDE_VIEW)
    lay("changes", "/versions/{version}/changes", changed, Permission.GUIDE_VIEW)
    lay("impact", "/versions/{version}/impact", touched, Permission.GUIDE_IMPACT)
    lay("draft", "/draft", draft, Permission.GUIDE_VIEW)
    lay("draft.put", "/draft", put_draft, Permission.GUIDE_DRAFT, "PUT")
