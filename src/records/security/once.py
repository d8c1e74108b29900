"""One effect for a repeated request (幂等): the first answer is kept with the act and given again.

The key comes with the form (``__once__``) or the ``Idempotency-Key`` header and holds for one person, one path and what
the request brought: with other contents it is refused. It is stored in the transaction of the act, in one tree a day; trees
older than three days are dropped whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from records.db import SmallOOBTree
from records.resources.sessions import Answer, OtherBody
from records.resources.site import Site

KEPT_DAYS = 3
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def key_of(request: Request, *, early: bool = False) -> bytes | None:
    """Return the digest of the request's key, None when it has none; ``early`` looks at header and query only."""
    text = _key_text(request, early=early)
    who = request.authenticated_userid or "" if text else ""
    return hashlib.sha256(f"{who}\0{request.path}\0{text}".encode()).digest() if text else None


def _key_text(request: Request, *, early: bool) -> str:
    text = request.headers.get("Idempotency-Key") or request.GET.get("__once__")
    if not text and not early and request.content_type != "application/json":
        text = request.POST.get("__once__")
    return text if isinstance(text, str) and len(text) <= 200 else ""


def contents_of(request: Request) -> bytes:
    """Return the SHA-256 of what a request brings: a form's fields and files, or the body as it is.

    A form is read field by field, because a browser that sends it twice draws a new boundary; its own tokens are left out.
    """
    digest = hashlib.sha256()
    kind = request.content_type or ""
    if kind not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        digest.update(request.body)
        return digest.digest()
    for name, value in request.POST.items():
        if name in ("csrf_token", "__once__"):
            continue
        if isinstance(value, str):
            digest.update(_measured(name, b"text", value.encode("utf-8", "surrogatepass")))
        elif isinstance(value, bytes):
            # A file box left empty.
            digest.update(_measured(name, b"text", value))
        else:
            value.file.seek(0)
            content = hashlib.file_digest(value.file, "sha256").digest()
            value.file.seek(0)
            digest.update(
                _measured(name, b"file", str(value.filename).encode("utf-8", "surrogatepass"), content)
            )
    return digest.digest()


def _measured(name: str, *parts: bytes) -> bytes:
    """Return the parts each behind its length, so that no two forms are spelled alike."""
    parts = (name.encode("utf-8", "surrogatepass"), *parts)
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def measure(request: Request) -> None:
    """Take the digest of a request that brings a key before the lock is held, for a file takes its time."""
    if _key_text(request, early=False):
        request.contents = contents_of(request)


def answered(site: Site, key: bytes, contents: Callable[[], bytes]) -> Response | None:
    """Return the answer that was given to this key, or None; with other contents it raises :class:`OtherBody`."""
    for day in site.once.values():
        answer = day.get(key)
        if answer is not None:
            if answer.asked and answer.asked != contents():
                raise OtherBody
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
    answer.asked = request.contents
    answer.status = response.status_int
    answer.location = response.headers.get("Location", "")
    answer.body = b"" if answer.location and response.status_int == 303 else response.body
    answer.content_type = response.content_type or ""
    tree[key] = answer


def once_deriver(view, info):
    """Wrap a view so that a repeated unsafe request gets the first answer; a page that tells of a failure is no deed."""
    if info.exception_only:
        return view

    def wrapped(context, request):
        if request.method in SAFE:
            return view(context, request)
        key = key_of(request)
        if key is None:
            return view(context, request)
        earlier = answered(request.site, key, lambda: request.contents)
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
    config.add_preparation(measure)
    config.add_view_deriver(once_deriver, name="once", under="csrf_view", over="rendered_view")
