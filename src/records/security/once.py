"""One effect for a repeated request (幂等): the first answer is kept with the act and given again.

The key comes with the form (``__once__``) or the ``Idempotency-Key`` header and holds for one person and one path. It is
stored in the transaction of the act, in one tree a day; trees older than three days are dropped whole.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from records.db import SmallOOBTree
from records.resources.sessions import Answer
from records.resources.site import Site

KEPT_DAYS = 3
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def key_of(request: Request, *, early: bool = False) -> bytes | None:
    """Return the digest of the request's key, None when it has none; ``early`` looks at header and query only."""
    text = request.headers.get("Idempotency-Key") or request.GET.get("__once__")
    if not text and not early and request.content_type != "application/json":
        text = request.POST.get("__once__")
    if not text or len(text) > 200:
        return None
    who = request.authenticated_userid or ""
    return hashlib.sha256(f"{who}\0{request.path}\0{text}".encode()).digest()


def answered(site: Site, key: bytes) -> Response | None:
    """Return the answer that was given to this key, or None."""
    for day in site.once.values():
        answer = day.get(key)
        if answer is not None:
            response = Response(status=answer.status, body=answer.body)
            if answer.content_type:
                response.content_type = answer.content_type
            if answer.location:
                response.location = answer.location
            response.headers["Idempotent-Replay"] = "true"
            return response
    return None


def keep(request: Request, key: bytes, response: Response) -> None:
    """Store the answer to a key in the transaction of the act."""
    site: Site = request.site
    today = request.today
    tree = site.once.get(today)
    if tree is None:
        for day in [day for day in site.once if day <= today - timedelta(days=KEPT_DAYS)]:
            del site.once[day]
        tree = site.once[today] = SmallOOBTree()
    answer = Answer()
    answer.status = response.status_int
    answer.location = response.headers.get("Location", "")
    answer.body = b"" if answer.location and response.status_int == 303 else response.body
    answer.content_type = response.content_type or ""
    tree[key] = answer


def once_deriver(view, info):
    """Wrap a view so that a repeated unsafe request gets the first answer."""

    def wrapped(context, request):
        if request.method in SAFE:
            return view(context, request)
        key = key_of(request)
        if key is None:
            return view(context, request)
        earlier = answered(request.site, key)
        if earlier is not None:
            return earlier
        response = view(context, request)
        page = response.content_type == "text/html" and not response.location
        if response.status_int < 400 and not page and not getattr(request, "shown_once", False):
            keep(request, key, response)
        return response

    return wrapped


def includeme(config: Configurator) -> None:
    """Put the wrapper around every view, inside rights and form token."""
    config.add_view_deriver(once_deriver, name="once", under="csrf_view", over="rendered_view")
