"""What nobody foresaw (意外故障): a page that says whether what was sent was saved, and a reference under which the log tells the rest.

It stands outside the transaction and draws its page without the database, because that may be what broke. What can be tried
again is tried again first; only then does anybody read this page. The log names the kind of fault and where in the program it
happened, never its words: they may quote a form or a name.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable, Iterator

from chameleon.exc import ExceptionFormatter
from pyramid.config import Configurator
from pyramid.registry import Registry
from pyramid.request import Request
from pyramid.response import Response
from pyramid.settings import asbool
from pyramid.tweens import INGRESS
from pyramid_retry import is_error_retryable

from records.domain.findings import Finding
from records.operations.access import AccessLogUnwritable
from records.vault import ALPHABET

from .api import BASE, problem
from .templating import Renderer, page_globals, renderer

log = logging.getLogger(__name__)

LETTERS = 8
"""Of a reference: short enough to be told on the telephone, long enough to be met once."""


def tween_factory(
    handler: Callable[[Request], Response], registry: Registry
) -> Callable[[Request], Response]:
    """Answer a fault that no view knows; one that may pass by itself is left to be tried again."""
    reload = asbool(registry.settings.get("pyramid.reload_templates"))
    draw = renderer("broken.pt", reload=reload)

    def tween(request: Request) -> Response:
        try:
            return handler(request)
        except Exception as fault:
            if is_error_retryable(request, fault):
                raise
            return _told(request, fault, draw)

    return tween


def _told(request: Request, fault: Exception, draw: Renderer) -> Response:
    reference = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
    log.error("fault %s at %s\n%s", reference, _where(request), "".join(_traced(fault)).rstrip())
    saved = request.committed
    if request.path_info.startswith(f"{BASE}/"):
        code = "server.fault-saved" if saved else "server.fault"
        return problem(request, (Finding(code, params={"reference": reference}),), status=500)
    page = draw({"reference": reference, "saved": saved}, {"request": request, **page_globals(request)})
    return Response(page, status=500, charset="utf-8")


def _where(request: Request) -> str:
    """Name the view that was asked for, by route, kind of thing and verb; an address may hold what somebody typed."""
    known = vars(request)
    route, thing = known.get("matched_route"), known.get("context")
    parts = (
        request.method,
        route and route.name,
        thing is not None and type(thing).__name__,
        known.get("view_name"),
    )
    return " ".join(part for part in parts if part)


def _traced(fault: BaseException) -> Iterator[str]:
    """Yield where it happened and what kind it is, and for a page the line of its template."""
    yield from traceback.format_list(traceback.extract_tb(fault.__traceback__))
    told = getattr(fault, "__str__", None)
    for expression, line, column, file, *_ in told._errors if isinstance(told, ExceptionFormatter) else ():
        yield f"  page {file}, line {line}, column {column}: {expression}\n"
    yield f"{type(fault).__module__}.{type(fault).__qualname__}\n"


def unnoted(context: AccessLogUnwritable, request: Request) -> Response:
    """Refuse to tell a program what cannot be noted as read; nothing of it leaves."""
    return problem(request, (Finding("access.unwritable"),), status=503)


def includeme(config: Configurator) -> None:
    """Stand around everything else."""
    config.add_tween(
        "records.views.broken.tween_factory", under=INGRESS, over="records.security.legible.tween_factory"
    )
    config.add_exception_view(unnoted, context=AccessLogUnwritable, path_info=f"^{BASE}/")
