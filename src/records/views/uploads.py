"""Files that arrive (上传): stored and looked at before the write lock, so that a view only reads what they are."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict, replace

from pyramid.config import Configurator
from pyramid.csrf import get_csrf_token
from pyramid.request import Request
from pyramid.response import Response

from records.operations import discretion
from records.operations.arrivals import Arrived, take
from records.operations.materials import Upload

KEPT = "__kept"
"""What the name of a file's field ends in where a refused form carries its file on."""


def set_aside(request: Request) -> None:
    """Take the files out of a form (文件另放), so that every view that reads a field finds text in it.

    ``request.sent`` has the files by field, in the order in which they came.
    """
    request.sent = {}
    if not (request.content_type or "").startswith("multipart/form-data"):
        return
    for field, value in list(request.POST.items()):
        if getattr(value, "file", None) is not None:
            request.sent.setdefault(field, []).append(value)
    # A file box in which nothing was chosen arrives as empty bytes.
    strange = {field for field, value in request.POST.items() if not isinstance(value, str)}
    for field in strange:
        texts = [value for value in request.POST.getall(field) if isinstance(value, str)]
        del request.POST[field]
        for text in texts or [""]:
            request.POST.add(field, text)


def store_files(request: Request) -> Response | None:
    """Store every file of the request of whoever is logged in; called before the lock is taken."""
    request.files = {}
    if not request.known:
        return None
    for field, sent in request.sent.items():
        each = [take(request.registry.services, one.file, one.filename or "", field) for one in sent]
        request.files[field] = together(each)
    return None


def together(each: Sequence[Arrived]) -> Arrived:
    """Return the files of one field as one answer: all of them, or everything that speaks against any."""
    findings = tuple(found for one in each for found in one.findings)
    if findings:
        return Arrived(None, findings)
    return Arrived(each[0].upload, more=tuple(one.upload for one in each[1:]))


def arrived(request: Request, field: str) -> Arrived | None:
    """Return the file of a field: the one sent now, else the one that came with a form that was refused."""
    sent = request.files.get(field)
    if sent is not None:
        return sent
    uploads = _opened(request, request.POST.get(field + KEPT, ""))
    return Arrived(uploads[0], more=uploads[1:]) if uploads else None


def kept(request: Request, field: str) -> dict[str, str] | None:
    """Return what a refused form carries so that its file need not be chosen again: name, field, sealed reference.

    The reference holds for this log-in only: a digest alone would let anybody hand in somebody else's file.
    """
    there = arrived(request, field) if request.method == "POST" else None
    if there is None or there.upload is None:
        return None
    uploads = [
        replace(upload, title=discretion.masked(upload.title)) for upload in (there.upload, *there.more)
    ]
    plain = json.dumps([asdict(upload) for upload in uploads], ensure_ascii=False)
    told = base64.urlsafe_b64encode(plain.encode()).decode()
    return {
        "name": "、".join(upload.title for upload in uploads),
        "field": field + KEPT,
        "reference": f"{told}.{_seal(request, told)}",
    }


def _opened(request: Request, reference: str) -> tuple[Upload, ...]:
    told, _, seal = reference.partition(".")
    if not told or not hmac.compare_digest(seal.encode(), _seal(request, told).encode()):
        return ()
    uploads = tuple(Upload(**each) for each in json.loads(base64.urlsafe_b64decode(told)))
    store = request.registry.services.store
    return uploads if all(store.has(upload.digest) for upload in uploads) else ()


def _seal(request: Request, told: str) -> str:
    # The form token is the session's own and is never in an address.
    return request.registry.services.vault.salt("upload", get_csrf_token(request), told).hex()


def includeme(config: Configurator) -> None:
    """Stand between admission and lock, behind those who measure and prove what a form brings."""
    config.add_preparation(set_aside)
    config.add_preparation(store_files)
