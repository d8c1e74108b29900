"""Admission (准入): an unsafe request is judged on a read-only snapshot before its body is read.

Who may not do it is told at once, a repeated one gets its first answer, and nobody makes the office wait for a body that
will be refused anyway. The view judges again under the write lock.
"""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response
from pyramid.threadlocal import RequestContext
from pyramid.traversal import ResourceTreeTraverser
from pyramid.view import view_execution_permitted

from . import once

API = "/api/v1"


def admit(request: Request, root: object) -> Response | None:
    """Return the answer that can be given now, or None to let the request in."""
    site = root["site"]
    probe = request.registry.probe(request, site)
    with RequestContext(probe):
        key = once.key_of(probe, early=True)
        if key is not None:
            earlier = once.answered(site, key)
            if earlier is not None:
                return earlier
        path = probe.path_info.removeprefix(API) or "/"
        found = ResourceTreeTraverser(site)(_on(probe, path))
        name = found["view_name"]
        if probe.path_info.startswith(API):
            name = f"api-{name}" if name else "api"
        allowed = view_execution_permitted(found["context"], probe, name)
    return None if allowed else request.registry.turn_away(request)


def _on(probe: Request, path: str) -> Request:
    probe.environ["PATH_INFO"] = path
    probe.matchdict = None
    return probe


def includeme(config: Configurator) -> None:
    """Stand at the door."""
    config.add_admission(admit)
    config.include(".reads")
