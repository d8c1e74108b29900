"""Admission (准入): an unsafe request is judged on a read-only snapshot before its body is read.

Who may not do it is told at once, a repeated one gets its first answer (only then is its body read, to see that it is the
same), and nobody makes the office wait for a body that will be refused anyway. The view judges again under the write lock.
"""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO

from pyramid.config import Configurator
from pyramid.interfaces import IRequestFactory, IRouteRequest, IRoutesMapper
from pyramid.request import Request, apply_request_extensions
from pyramid.response import Response
from pyramid.security import view_execution_permitted
from pyramid.threadlocal import RequestContext
from pyramid.traversal import ResourceTreeTraverser
from zope.interface import alsoProvides

from records.domain.findings import Finding
from records.resources.site import Site

from . import once

#: Where an admitted request says who is logged in, for those who prepare it without a database; nobody is "".
KNOWN = "records.known"
#: Bytes that whoever is not logged in may send: a form of a few fields.
STRANGERS = 64 << 10
LONG = "内容太长，没有收下。请先登录。/ This is too long; please log in first.\n"
DENIED = "你没有办理这一步的权限，什么都没有改动。请找本单位有授权的人办理。/ You may not do this; nothing was changed."


def admit(request: Request, root: object) -> Response | None:
    """Return the answer that can be given now, or None to let the request in."""
    probe = _without_body(request, root["site"])
    with RequestContext(probe):
        apply_request_extensions(probe)
        key = once.key_of(probe, early=True)
        if key is not None:
            # A form that is none is told later, by those who can say so in words.
            with suppress(ValueError):
                earlier = once.answered(probe.site, key, lambda: once.contents_of(request))
                if earlier is not None:
                    return earlier
        request.environ[KNOWN] = probe.identity.userid if probe.identity is not None else ""
        if probe.identity is None and (request.content_length or 0) > STRANGERS:
            return Response(LONG, status=413, content_type="text/plain", charset="utf-8")
        return None if _allowed(probe) else _turned_away(probe)


def _without_body(request: Request, site: Site) -> Request:
    environ = {**request.environ, "wsgi.input": BytesIO(), "CONTENT_LENGTH": "0"}
    for name in [name for name in environ if name.startswith("webob.")]:
        del environ[name]
    factory = request.registry.queryUtility(IRequestFactory, default=Request)
    probe = factory(environ)
    probe.registry = request.registry
    probe.__dict__["site"] = site
    return probe


def _allowed(probe: Request) -> bool:
    """Ask the view's own permission on the thing it is about; a path that leads nowhere is told by the router."""
    route = probe.registry.getUtility(IRoutesMapper)(probe)
    if route["route"] is not None:
        probe.matchdict, probe.matched_route = route["match"], route["route"]
        alsoProvides(probe, probe.registry.getUtility(IRouteRequest, name=route["route"].name))
    found = ResourceTreeTraverser(probe.site)(probe)
    probe.context = found["context"]
    try:
        return bool(view_execution_permitted(found["context"], probe, found["view_name"]))
    except TypeError:
        return True


def _turned_away(probe: Request) -> Response:
    if probe.path.startswith("/api/"):
        status = 401 if probe.identity is None else 403
        found = Finding("permission.denied")
        body = {
            "type": f"about:blank#{found.code}",
            "title": DENIED,
            "status": status,
            "findings": [found.as_dict()],
        }
        return Response(
            json_body=body, status=status, content_type="application/problem+json", charset="utf-8"
        )
    if probe.identity is None:
        return Response(status=303, location="/login")
    return Response(DENIED, status=403, content_type="text/plain", charset="utf-8")


def includeme(config: Configurator) -> None:
    """Stand at the door."""
    config.add_admission(admit)
    config.add_request_method(lambda request: request.environ.get(KNOWN, ""), "known", property=True)
    config.include(".reads")
