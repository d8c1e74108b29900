"""The words of a guide judged while they are typed (用语检查): one name or one text, answered without touching anything."""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding, blocking
from records.domain.guides import lint_field, lint_name
from records.domain.permissions import Permission
from records.resources.guides import Guides
from records.rules.wording import wording

from . import messages
from .api import BASE, answer, problem


def lint(context: Guides, request: Request) -> Response:
    """Judge the name of a material (``name``) or a text (``text``) as the publication gate does."""
    if "name" in request.GET:
        found = lint_name(request.GET["name"], wording=wording())
    elif "text" in request.GET:
        found = lint_field(request.GET["text"], wording=wording())
    else:
        missing = Finding("guide.missing", subject="name", params={"field": "name"})
        return problem(request, (missing,), status=400)
    language = request.localizer.locale_name
    listed = [
        {
            "code": each.code,
            "field": each.subject,
            "severity": each.severity.value,
            "reason": messages.reason_in(language, each),
            "cure": messages.cure_in(language, each),
        }
        for each in found
    ]
    return answer(request, {"ok": not blocking(found), "findings": listed})


def includeme(config: Configurator) -> None:
    """Lay the one route; whoever may see guides behind the counter may ask."""
    config.add_route("api.lint", f"{BASE}/lint", traverse="/guides", request_method="GET")
    config.add_view(lint, route_name="api.lint", context=Guides, permission=Permission.GUIDE_VIEW)
